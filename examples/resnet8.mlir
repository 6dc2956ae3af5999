// ResNet-8 for grey images of 28 x 28: dlc-run examples/resnet8.mlir train --data fashion-mnist --epochs 5 --out runs/resnet8
//
// A residual net as those for CIFAR-10 (He et al., CVPR 2016), with one block a
// stage: batch norms, skip connections, strided projections where the size
// changes. Names are those of torchvision's ResNets. Other images go in as npy
// files, 8-bit with labels from 0 to 9:
//
//   --data 'npy:image=x.npy,label=y.npy;eval:image=test-x.npy,label=test-y.npy'

dl.model @resnet8 {
  dl.hparam @lr = 0.05
  dl.hparam @momentum = 0.9
  dl.optimizer @sgd = #dl.sgd<momentum = @momentum, weight_decay = 1.0e-4>

  dl.param  @conv1.weight : tensor<16x1x3x3xf32> = kaiming_normal
  dl.param  @bn1.weight : tensor<16xf32> = ones
  dl.param  @bn1.bias : tensor<16xf32> = zeros
  dl.buffer @bn1.running_mean : tensor<16xf32> = zeros
  dl.buffer @bn1.running_var : tensor<16xf32> = ones

  dl.param  @layer1.0.conv1.weight : tensor<16x16x3x3xf32> = kaiming_normal
  dl.param  @layer1.0.bn1.weight : tensor<16xf32> = ones
  dl.param  @layer1.0.bn1.bias : tensor<16xf32> = zeros
  dl.buffer @layer1.0.bn1.running_mean : tensor<16xf32> = zeros
  dl.buffer @layer1.0.bn1.running_var : tensor<16xf32> = ones
  dl.param  @layer1.0.conv2.weight : tensor<16x16x3x3xf32> = kaiming_normal
  dl.param  @layer1.0.bn2.weight : tensor<16xf32> = ones
  dl.param  @layer1.0.bn2.bias : tensor<16xf32> = zeros
  dl.buffer @layer1.0.bn2.running_mean : tensor<16xf32> = zeros
  dl.buffer @layer1.0.bn2.running_var : tensor<16xf32> = ones

  dl.param  @layer2.0.conv1.weight : tensor<32x16x3x3xf32> = kaiming_normal
  dl.param  @layer2.0.bn1.weight : tensor<32xf32> = ones
  dl.param  @layer2.0.bn1.bias : tensor<32xf32> = zeros
  dl.buffer @layer2.0.bn1.running_mean : tensor<32xf32> = zeros
  dl.buffer @layer2.0.bn1.running_var : tensor<32xf32> = ones
  dl.param  @layer2.0.conv2.weight : tensor<32x32x3x3xf32> = kaiming_normal
  dl.param  @layer2.0.bn2.weight : tensor<32xf32> = ones
  dl.param  @layer2.0.bn2.bias : tensor<32xf32> = zeros
  dl.buffer @layer2.0.bn2.running_mean : tensor<32xf32> = zeros
  dl.buffer @layer2.0.bn2.running_var : tensor<32xf32> = ones
  dl.param  @layer2.0.downsample.0.weight : tensor<32x16x1x1xf32> = kaiming_normal
  dl.param  @layer2.0.downsample.1.weight : tensor<32xf32> = ones
  dl.param  @layer2.0.downsample.1.bias : tensor<32xf32> = zeros
  dl.buffer @layer2.0.downsample.1.running_mean : tensor<32xf32> = zeros
  dl.buffer @layer2.0.downsample.1.running_var : tensor<32xf32> = ones

  dl.param  @layer3.0.conv1.weight : tensor<64x32x3x3xf32> = kaiming_normal
  dl.param  @layer3.0.bn1.weight : tensor<64xf32> = ones
  dl.param  @layer3.0.bn1.bias : tensor<64xf32> = zeros
  dl.buffer @layer3.0.bn1.running_mean : tensor<64xf32> = zeros
  dl.buffer @layer3.0.bn1.running_var : tensor<64xf32> = ones
  dl.param  @layer3.0.conv2.weight : tensor<64x64x3x3xf32> = kaiming_normal
  dl.param  @layer3.0.bn2.weight : tensor<64xf32> = ones
  dl.param  @layer3.0.bn2.bias : tensor<64xf32> = zeros
  dl.buffer @layer3.0.bn2.running_mean : tensor<64xf32> = zeros
  dl.buffer @layer3.0.bn2.running_var : tensor<64xf32> = ones
  dl.param  @layer3.0.downsample.0.weight : tensor<64x32x1x1xf32> = kaiming_normal
  dl.param  @layer3.0.downsample.1.weight : tensor<64xf32> = ones
  dl.param  @layer3.0.downsample.1.bias : tensor<64xf32> = zeros
  dl.buffer @layer3.0.downsample.1.running_mean : tensor<64xf32> = zeros
  dl.buffer @layer3.0.downsample.1.running_var : tensor<64xf32> = ones

  dl.param  @fc.weight : tensor<10x64xf32> = uniform<-0.125, 0.125>
  dl.param  @fc.bias : tensor<10xf32> = uniform<-0.125, 0.125>

  dl.func @net(%x: tensor<64x1x28x28xf32>) -> tensor<64x10xf32> {
    // The stem.
    %0 = dl.read @conv1.weight : tensor<16x1x3x3xf32>
    %1 = dl.read @bn1.weight : tensor<16xf32>
    %2 = dl.read @bn1.bias : tensor<16xf32>
    %3 = dl.conv2d %x, %0 {padding = [1, 1]} : tensor<64x1x28x28xf32>, tensor<16x1x3x3xf32> -> tensor<64x16x28x28xf32>
    %4 = dl.batch_norm %3, %1, %2 stats(@bn1.running_mean, @bn1.running_var) : tensor<64x16x28x28xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<64x16x28x28xf32>
    %5 = dl.relu %4 : tensor<64x16x28x28xf32>

    // layer1.0: 28 x 28 -> 28 x 28
    %6 = dl.read @layer1.0.conv1.weight : tensor<16x16x3x3xf32>
    %7 = dl.read @layer1.0.bn1.weight : tensor<16xf32>
    %8 = dl.read @layer1.0.bn1.bias : tensor<16xf32>
    %9 = dl.conv2d %5, %6 {padding = [1, 1]} : tensor<64x16x28x28xf32>, tensor<16x16x3x3xf32> -> tensor<64x16x28x28xf32>
    %10 = dl.batch_norm %9, %7, %8 stats(@layer1.0.bn1.running_mean, @layer1.0.bn1.running_var) : tensor<64x16x28x28xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<64x16x28x28xf32>
    %11 = dl.relu %10 : tensor<64x16x28x28xf32>
    %12 = dl.read @layer1.0.conv2.weight : tensor<16x16x3x3xf32>
    %13 = dl.read @layer1.0.bn2.weight : tensor<16xf32>
    %14 = dl.read @layer1.0.bn2.bias : tensor<16xf32>
    %15 = dl.conv2d %11, %12 {padding = [1, 1]} : tensor<64x16x28x28xf32>, tensor<16x16x3x3xf32> -> tensor<64x16x28x28xf32>
    %16 = dl.batch_norm %15, %13, %14 stats(@layer1.0.bn2.running_mean, @layer1.0.bn2.running_var) : tensor<64x16x28x28xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<64x16x28x28xf32>
    %17 = dl.add %16, %5 : tensor<64x16x28x28xf32>
    %18 = dl.relu %17 : tensor<64x16x28x28xf32>

    // layer2.0: 28 x 28 -> 14 x 14
    %19 = dl.read @layer2.0.conv1.weight : tensor<32x16x3x3xf32>
    %20 = dl.read @layer2.0.bn1.weight : tensor<32xf32>
    %21 = dl.read @layer2.0.bn1.bias : tensor<32xf32>
    %22 = dl.conv2d %18, %19 {padding = [1, 1], stride = [2, 2]} : tensor<64x16x28x28xf32>, tensor<32x16x3x3xf32> -> tensor<64x32x14x14xf32>
    %23 = dl.batch_norm %22, %20, %21 stats(@layer2.0.bn1.running_mean, @layer2.0.bn1.running_var) : tensor<64x32x14x14xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x14x14xf32>
    %24 = dl.relu %23 : tensor<64x32x14x14xf32>
    %25 = dl.read @layer2.0.conv2.weight : tensor<32x32x3x3xf32>
    %26 = dl.read @layer2.0.bn2.weight : tensor<32xf32>
    %27 = dl.read @layer2.0.bn2.bias : tensor<32xf32>
    %28 = dl.conv2d %24, %25 {padding = [1, 1]} : tensor<64x32x14x14xf32>, tensor<32x32x3x3xf32> -> tensor<64x32x14x14xf32>
    %29 = dl.batch_norm %28, %26, %27 stats(@layer2.0.bn2.running_mean, @layer2.0.bn2.running_var) : tensor<64x32x14x14xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x14x14xf32>
    %30 = dl.read @layer2.0.downsample.0.weight : tensor<32x16x1x1xf32>
    %31 = dl.read @layer2.0.downsample.1.weight : tensor<32xf32>
    %32 = dl.read @layer2.0.downsample.1.bias : tensor<32xf32>
    %33 = dl.conv2d %18, %30 {stride = [2, 2]} : tensor<64x16x28x28xf32>, tensor<32x16x1x1xf32> -> tensor<64x32x14x14xf32>
    %34 = dl.batch_norm %33, %31, %32 stats(@layer2.0.downsample.1.running_mean, @layer2.0.downsample.1.running_var) : tensor<64x32x14x14xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x14x14xf32>
    %35 = dl.add %29, %34 : tensor<64x32x14x14xf32>
    %36 = dl.relu %35 : tensor<64x32x14x14xf32>

    // layer3.0: 14 x 14 -> 7 x 7
    %37 = dl.read @layer3.0.conv1.weight : tensor<64x32x3x3xf32>
    %38 = dl.read @layer3.0.bn1.weight : tensor<64xf32>
    %39 = dl.read @layer3.0.bn1.bias : tensor<64xf32>
    %40 = dl.conv2d %36, %37 {padding = [1, 1], stride = [2, 2]} : tensor<64x32x14x14xf32>, tensor<64x32x3x3xf32> -> tensor<64x64x7x7xf32>
    %41 = dl.batch_norm %40, %38, %39 stats(@layer3.0.bn1.running_mean, @layer3.0.bn1.running_var) : tensor<64x64x7x7xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x7x7xf32>
    %42 = dl.relu %41 : tensor<64x64x7x7xf32>
    %43 = dl.read @layer3.0.conv2.weight : tensor<64x64x3x3xf32>
    %44 = dl.read @layer3.0.bn2.weight : tensor<64xf32>
    %45 = dl.read @layer3.0.bn2.bias : tensor<64xf32>
    %46 = dl.conv2d %42, %43 {padding = [1, 1]} : tensor<64x64x7x7xf32>, tensor<64x64x3x3xf32> -> tensor<64x64x7x7xf32>
    %47 = dl.batch_norm %46, %44, %45 stats(@layer3.0.bn2.running_mean, @layer3.0.bn2.running_var) : tensor<64x64x7x7xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x7x7xf32>
    %48 = dl.read @layer3.0.downsample.0.weight : tensor<64x32x1x1xf32>
    %49 = dl.read @layer3.0.downsample.1.weight : tensor<64xf32>
    %50 = dl.read @layer3.0.downsample.1.bias : tensor<64xf32>
    %51 = dl.conv2d %36, %48 {stride = [2, 2]} : tensor<64x32x14x14xf32>, tensor<64x32x1x1xf32> -> tensor<64x64x7x7xf32>
    %52 = dl.batch_norm %51, %49, %50 stats(@layer3.0.downsample.1.running_mean, @layer3.0.downsample.1.running_var) : tensor<64x64x7x7xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x7x7xf32>
    %53 = dl.add %47, %52 : tensor<64x64x7x7xf32>
    %54 = dl.relu %53 : tensor<64x64x7x7xf32>

    // The mean of each channel, and a linear layer.
    %55 = dl.read @fc.weight : tensor<10x64xf32>
    %56 = dl.read @fc.bias : tensor<10xf32>
    %57 = dl.mean %54 {axes = [2, 3]} : tensor<64x64x7x7xf32> -> tensor<64x64xf32>
    %58 = dl.linear %57, %55 bias %56 : tensor<64x64xf32>, tensor<10x64xf32>, tensor<10xf32> -> tensor<64x10xf32>
    dl.return %58 : tensor<64x10xf32>
  }

  // Logits, the loss and the number of images that are told right.
  dl.func @score(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (tensor<f32>, tensor<i32>) {
    %x = dl.call @images(%image) : (tensor<64x28x28xui8>) -> tensor<64x1x28x28xf32>
    %logits = dl.call @net(%x) : (tensor<64x1x28x28xf32>) -> tensor<64x10xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<64x10xf32>, tensor<64xui8> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<64x10xf32> -> tensor<64xi32>
    %l = dl.cast %label : tensor<64xui8> to tensor<64xi32>
    %correct = dl.count_equal %p, %l : tensor<64xi32> -> tensor<i32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }

  // Bytes to numbers around 0, from -1 to 1.
  dl.func @images(%image: tensor<64x28x28xui8>) -> tensor<64x1x28x28xf32> {
    %0 = dl.cast %image : tensor<64x28x28xui8> to tensor<64x28x28xf32>
    %1 = dl.scale %0 by 0.00784313725490196 : tensor<64x28x28xf32>
    %2 = dl.offset %1 by -1.0 : tensor<64x28x28xf32>
    %3 = dl.reshape %2 : tensor<64x28x28xf32> to tensor<64x1x28x28xf32>
    dl.return %3 : tensor<64x1x28x28xf32>
  }

  dl.step @train(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>) {
    %loss, %correct = dl.call @score(%image, %label) mode(train) : (tensor<64x28x28xui8>, tensor<64xui8>) -> (tensor<f32>, tensor<i32>)
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }

  dl.step @evaluate(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>) {
    %loss, %correct = dl.call @score(%image, %label) mode(eval) : (tensor<64x28x28xui8>, tensor<64xui8>) -> (tensor<f32>, tensor<i32>)
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }

  dl.step @predict(%image: tensor<64x28x28xui8>) -> (logits: tensor<64x10xf32>) {
    %x = dl.call @images(%image) : (tensor<64x28x28xui8>) -> tensor<64x1x28x28xf32>
    %logits = dl.call @net(%x) mode(eval) : (tensor<64x1x28x28xf32>) -> tensor<64x10xf32>
    dl.return %logits : tensor<64x10xf32>
  }
}
