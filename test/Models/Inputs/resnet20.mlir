// ResNet-20 for colour images of 32 x 32, with shortcuts of option A (He et al., CVPR 2016).
dl.model @resnet20 {
  dl.hparam @lr = 0.1
  dl.optimizer @opt = #dl.sgd<momentum = 0.9, weight_decay = 1.0e-4>
  dl.param @fc.weight : tensor<10x64xf32> = uniform<-0.125, 0.125>
  dl.param @fc.bias : tensor<10xf32> = uniform<-0.125, 0.125>

  dl.func @norm<c>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?xf32> sizes(c) = ones
    dl.param @bias : tensor<?xf32> sizes(c) = zeros
    dl.buffer @running_mean : tensor<?xf32> sizes(c) = zeros
    dl.buffer @running_var : tensor<?xf32> sizes(c) = ones
    %w = dl.read @weight : tensor<?xf32>
    %b = dl.read @bias : tensor<?xf32>
    %y = dl.batch_norm %x, %w, %b stats(@running_mean, @running_var) : tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }
  dl.func @conv<in, out>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_uniform<a = 2.23606797749979>
    %w = dl.read @weight : tensor<?x?x3x3xf32>
    %y = dl.conv2d %x, %w {padding = [1, 1]} : tensor<?x?x?x?xf32>, tensor<?x?x3x3xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }
  dl.func @half<in, out>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_uniform<a = 2.23606797749979>
    %w = dl.read @weight : tensor<?x?x3x3xf32>
    %y = dl.conv2d %x, %w {padding = [1, 1], stride = [2, 2]} : tensor<?x?x?x?xf32>, tensor<?x?x3x3xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }
  // What follows the first convolution of a block, and its shortcut.
  dl.func @rest<c>(%x: tensor<?x?x?x?xf32>, %shortcut: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    %0 = dl.call @norm<c>(%x) as @bn1 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %1 = dl.relu %0 : tensor<?x?x?x?xf32>
    %2 = dl.call @conv<c, c>(%1) as @conv2 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %3 = dl.call @norm<c>(%2) as @bn2 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %4 = dl.add %3, %shortcut : tensor<?x?x?x?xf32>
    %5 = dl.relu %4 : tensor<?x?x?x?xf32>
    dl.return %5 : tensor<?x?x?x?xf32>
  }
  dl.func @block<c>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    %0 = dl.call @conv<c, c>(%x) as @conv1 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %1 = dl.call @rest<c>(%0, %x) : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    dl.return %1 : tensor<?x?x?x?xf32>
  }
  dl.func @net(%x: tensor<?x3x32x32xf32>) -> tensor<?x10xf32> {
    %0 = dl.call @conv<3, 16>(%x) as @conv1 : (tensor<?x3x32x32xf32>) -> tensor<?x16x32x32xf32>
    %1 = dl.call @norm<16>(%0) as @bn1 : (tensor<?x16x32x32xf32>) -> tensor<?x16x32x32xf32>
    %2 = dl.relu %1 : tensor<?x16x32x32xf32>
    %3 = dl.call @block<16>(%2) as @layer1.0 : (tensor<?x16x32x32xf32>) -> tensor<?x16x32x32xf32>
    %4 = dl.call @block<16>(%3) as @layer1.1 : (tensor<?x16x32x32xf32>) -> tensor<?x16x32x32xf32>
    %5 = dl.call @block<16>(%4) as @layer1.2 : (tensor<?x16x32x32xf32>) -> tensor<?x16x32x32xf32>
    %6 = dl.call @half<16, 32>(%5) as @layer2.0.conv1 : (tensor<?x16x32x32xf32>) -> tensor<?x32x16x16xf32>
    %7 = dl.slice %5 at [0, 0, 0, 0] size [-1, 16, 16, 16] stride [1, 1, 2, 2] : tensor<?x16x32x32xf32> -> tensor<?x16x16x16xf32>
    %8 = dl.pad %7 low [0, 8, 0, 0] high [0, 8, 0, 0] : tensor<?x16x16x16xf32> -> tensor<?x32x16x16xf32>
    %9 = dl.call @rest<32>(%6, %8) as @layer2.0 : (tensor<?x32x16x16xf32>, tensor<?x32x16x16xf32>) -> tensor<?x32x16x16xf32>
    %10 = dl.call @block<32>(%9) as @layer2.1 : (tensor<?x32x16x16xf32>) -> tensor<?x32x16x16xf32>
    %11 = dl.call @block<32>(%10) as @layer2.2 : (tensor<?x32x16x16xf32>) -> tensor<?x32x16x16xf32>
    %12 = dl.call @half<32, 64>(%11) as @layer3.0.conv1 : (tensor<?x32x16x16xf32>) -> tensor<?x64x8x8xf32>
    %13 = dl.slice %11 at [0, 0, 0, 0] size [-1, 32, 8, 8] stride [1, 1, 2, 2] : tensor<?x32x16x16xf32> -> tensor<?x32x8x8xf32>
    %14 = dl.pad %13 low [0, 16, 0, 0] high [0, 16, 0, 0] : tensor<?x32x8x8xf32> -> tensor<?x64x8x8xf32>
    %15 = dl.call @rest<64>(%12, %14) as @layer3.0 : (tensor<?x64x8x8xf32>, tensor<?x64x8x8xf32>) -> tensor<?x64x8x8xf32>
    %16 = dl.call @block<64>(%15) as @layer3.1 : (tensor<?x64x8x8xf32>) -> tensor<?x64x8x8xf32>
    %17 = dl.call @block<64>(%16) as @layer3.2 : (tensor<?x64x8x8xf32>) -> tensor<?x64x8x8xf32>
    %18 = dl.mean %17 {axes = [2, 3]} : tensor<?x64x8x8xf32> -> tensor<?x64xf32>
    %w = dl.read @fc.weight : tensor<10x64xf32>
    %b = dl.read @fc.bias : tensor<10xf32>
    %19 = dl.linear %18, %w bias %b : tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32> -> tensor<?x10xf32>
    dl.return %19 : tensor<?x10xf32>
  }
  dl.step @train(%x: tensor<128x3x32x32xf32>, %label: tensor<128xi64>) -> (loss: tensor<f32>) {
    %0 = dl.call @net(%x) mode(train) : (tensor<128x3x32x32xf32>) -> tensor<128x10xf32>
    %1 = dl.cross_entropy %0, %label : tensor<128x10xf32>, tensor<128xi64> -> tensor<f32>
    dl.minimize %1 with @opt over ["*"] lr(@lr) : tensor<f32>
    dl.return %1 : tensor<f32>
  }
  dl.step @predict(%x: tensor<1x3x32x32xf32>) -> (logits: tensor<1x10xf32>) {
    %0 = dl.call @net(%x) mode(eval) : (tensor<1x3x32x32xf32>) -> tensor<1x10xf32>
    dl.return %0 : tensor<1x10xf32>
  }
}
