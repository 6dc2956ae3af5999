// ResNet-20 for grey images of 28 x 28: dlc-run examples/resnet20.mlir train --data fashion-mnist --epochs 5 --out runs/resnet20
//
// The residual net of He et al. (CVPR 2016) for CIFAR-10, with shortcuts of
// option A, which have no parameters. Layers are blocks: each call names an
// instance, whose parameters stand under that name, as in torchvision's ResNets.
// Other images go in as npy files, 8-bit with labels from 0 to 9:
//
//   --data 'npy:image=x.npy,label=y.npy;eval:image=test-x.npy,label=test-y.npy'
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @resnet20 {
  dl.hparam @lr = 0.05
  dl.hparam @momentum = 0.9
  dl.optimizer @sgd = #dl.sgd<momentum = @momentum, weight_decay = 1e-4>

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
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_normal
    %w = dl.read @weight : tensor<?x?x3x3xf32>
    %y = dl.conv2d %x, %w {padding = [1, 1]} : tensor<?x?x?x?xf32>, tensor<?x?x3x3xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }
  dl.func @half<in, out>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_normal
    %w = dl.read @weight : tensor<?x?x3x3xf32>
    %y = dl.conv2d %x, %w {padding = [1, 1], stride = [2, 2]} : tensor<?x?x?x?xf32>, tensor<?x?x3x3xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }

  // A block behind its first convolution: %y is the result of that convolution,
  // %shortcut the block's input, or its strided and padded form of the same shape.
  dl.func @rest<c>(%y: tensor<?x?x?x?xf32>, %shortcut: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    %0 = dl.call @norm<c>(%y) as @bn1 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
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

  dl.func @net(%image: tensor<?x28x28xui8>) -> tensor<?x10xf32> {
    dl.param @fc.weight : tensor<10x64xf32> = kaiming_uniform
    dl.param @fc.bias : tensor<10xf32> = zeros
    // Bytes to numbers from -1 to 1.
    %i0 = dl.cast %image : tensor<?x28x28xui8> to tensor<?x28x28xf32>
    %i1 = dl.scale %i0 by 0.00784313725490196 : tensor<?x28x28xf32>
    %i2 = dl.offset %i1 by -1 : tensor<?x28x28xf32>
    %x = dl.reshape %i2 : tensor<?x28x28xf32> to tensor<?x1x28x28xf32>

    // 28 x 28
    %0 = dl.call @conv<1, 16>(%x) as @conv1 : (tensor<?x1x28x28xf32>) -> tensor<?x16x28x28xf32>
    %1 = dl.call @norm<16>(%0) as @bn1 : (tensor<?x16x28x28xf32>) -> tensor<?x16x28x28xf32>
    %2 = dl.relu %1 : tensor<?x16x28x28xf32>
    %3 = dl.call @block<16>(%2) as @layer1.0 : (tensor<?x16x28x28xf32>) -> tensor<?x16x28x28xf32>
    %4 = dl.call @block<16>(%3) as @layer1.1 : (tensor<?x16x28x28xf32>) -> tensor<?x16x28x28xf32>
    %5 = dl.call @block<16>(%4) as @layer1.2 : (tensor<?x16x28x28xf32>) -> tensor<?x16x28x28xf32>
    // 14 x 14: every other pixel, and as many channels of zeros
    %6 = dl.call @half<16, 32>(%5) as @layer2.0.conv1 : (tensor<?x16x28x28xf32>) -> tensor<?x32x14x14xf32>
    %7 = dl.slice %5 at [0, 0, 0, 0] size [-1, 16, 14, 14] stride [1, 1, 2, 2] : tensor<?x16x28x28xf32> -> tensor<?x16x14x14xf32>
    %8 = dl.pad %7 low [0, 8, 0, 0] high [0, 8, 0, 0] : tensor<?x16x14x14xf32> -> tensor<?x32x14x14xf32>
    %9 = dl.call @rest<32>(%6, %8) as @layer2.0 : (tensor<?x32x14x14xf32>, tensor<?x32x14x14xf32>) -> tensor<?x32x14x14xf32>
    %10 = dl.call @block<32>(%9) as @layer2.1 : (tensor<?x32x14x14xf32>) -> tensor<?x32x14x14xf32>
    %11 = dl.call @block<32>(%10) as @layer2.2 : (tensor<?x32x14x14xf32>) -> tensor<?x32x14x14xf32>
    // 7 x 7
    %12 = dl.call @half<32, 64>(%11) as @layer3.0.conv1 : (tensor<?x32x14x14xf32>) -> tensor<?x64x7x7xf32>
    %13 = dl.slice %11 at [0, 0, 0, 0] size [-1, 32, 7, 7] stride [1, 1, 2, 2] : tensor<?x32x14x14xf32> -> tensor<?x32x7x7xf32>
    %14 = dl.pad %13 low [0, 16, 0, 0] high [0, 16, 0, 0] : tensor<?x32x7x7xf32> -> tensor<?x64x7x7xf32>
    %15 = dl.call @rest<64>(%12, %14) as @layer3.0 : (tensor<?x64x7x7xf32>, tensor<?x64x7x7xf32>) -> tensor<?x64x7x7xf32>
    %16 = dl.call @block<64>(%15) as @layer3.1 : (tensor<?x64x7x7xf32>) -> tensor<?x64x7x7xf32>
    %17 = dl.call @block<64>(%16) as @layer3.2 : (tensor<?x64x7x7xf32>) -> tensor<?x64x7x7xf32>

    %18 = dl.mean %17 {axes = [2, 3]} : tensor<?x64x7x7xf32> -> tensor<?x64xf32>
    %w = dl.read @fc.weight : tensor<10x64xf32>
    %b = dl.read @fc.bias : tensor<10xf32>
    %logits = dl.linear %18, %w bias %b : tensor<?x64xf32>, tensor<10x64xf32>, tensor<10xf32> -> tensor<?x10xf32>
    dl.return %logits : tensor<?x10xf32>
  }

  // The loss, and the number of correctly classified images.
  dl.func @score(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (tensor<f32>, tensor<i32>) {
    %logits = dl.call @net(%image) : (tensor<64x28x28xui8>) -> tensor<64x10xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<64x10xf32>, tensor<64xui8> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<64x10xf32> -> tensor<64xi32>
    %l = dl.cast %label : tensor<64xui8> to tensor<64xi32>
    %correct = dl.count_equal %p, %l : tensor<64xi32> -> tensor<i32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }

  dl.step @train(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>) {
    %loss, %correct = dl.call @score(%image, %label) mode(train) : (tensor<64x28x28xui8>, tensor<64xui8>) -> (tensor<f32>, tensor<i32>)
    dl.minimize %loss with @sgd over ["*"] lr(@lr) : tensor<f32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }
  dl.step @evaluate(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>) {
    %loss, %correct = dl.call @score(%image, %label) mode(eval) : (tensor<64x28x28xui8>, tensor<64xui8>) -> (tensor<f32>, tensor<i32>)
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }
  dl.step @predict(%image: tensor<64x28x28xui8>) -> (logits: tensor<64x10xf32>) batch(1, 64) {
    %logits = dl.call @net(%image) mode(eval) : (tensor<64x28x28xui8>) -> tensor<64x10xf32>
    dl.return %logits : tensor<64x10xf32>
  }
}
