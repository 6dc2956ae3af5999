// A DCGAN for grey images of 28 x 28, two steps that train in turn on the same batch: dlc-run examples/dcgan.mlir train --cycle train_d+train_g --data fashion-mnist --epochs 5 --out runs/dcgan
//
// Radford et al., "Unsupervised representation learning with deep convolutional
// generative adversarial networks", ICLR 2016: their initial values and Adam, half the
// channels and a layer less. train_d takes a batch of images, both steps draw noise of
// their own. Other images go in as an npy file of 8-bit numbers:
//
//   --data npy:image=x.npy
//   dlc-run examples/dcgan.mlir --step generate --params runs/dcgan/model.safetensors --output image=new.npy
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @dcgan {
  dl.hparam @lr = 2.0e-4
  dl.optimizer @adam_d = #dl.adam<beta1 = 0.5, beta2 = 0.999>
  dl.optimizer @adam_g = #dl.adam<beta1 = 0.5, beta2 = 0.999>

  dl.param  @g.fc.weight : tensor<3136x64xf32> = normal<0.0, 0.02>
  dl.param  @g.bn1.weight : tensor<64xf32> = normal<1.0, 0.02>
  dl.param  @g.bn1.bias : tensor<64xf32> = zeros
  dl.buffer @g.bn1.running_mean : tensor<64xf32> = zeros
  dl.buffer @g.bn1.running_var : tensor<64xf32> = ones
  dl.param  @g.conv1.weight : tensor<64x32x4x4xf32> = normal<0.0, 0.02>
  dl.param  @g.bn2.weight : tensor<32xf32> = normal<1.0, 0.02>
  dl.param  @g.bn2.bias : tensor<32xf32> = zeros
  dl.buffer @g.bn2.running_mean : tensor<32xf32> = zeros
  dl.buffer @g.bn2.running_var : tensor<32xf32> = ones
  dl.param  @g.conv2.weight : tensor<32x1x4x4xf32> = normal<0.0, 0.02>

  dl.param  @d.conv1.weight : tensor<32x1x4x4xf32> = normal<0.0, 0.02>
  dl.param  @d.conv2.weight : tensor<64x32x4x4xf32> = normal<0.0, 0.02>
  dl.param  @d.bn2.weight : tensor<64xf32> = normal<1.0, 0.02>
  dl.param  @d.bn2.bias : tensor<64xf32> = zeros
  dl.buffer @d.bn2.running_mean : tensor<64xf32> = zeros
  dl.buffer @d.bn2.running_var : tensor<64xf32> = ones
  dl.param  @d.fc.weight : tensor<1x3136xf32> = normal<0.0, 0.02>

  // Noise to images between -1 and 1.
  dl.func @generator(%z: tensor<64x64xf32>) -> tensor<64x1x28x28xf32> {
    %w0 = dl.read @g.fc.weight : tensor<3136x64xf32>
    %g1 = dl.read @g.bn1.weight : tensor<64xf32>
    %h1 = dl.read @g.bn1.bias : tensor<64xf32>
    %w1 = dl.read @g.conv1.weight : tensor<64x32x4x4xf32>
    %g2 = dl.read @g.bn2.weight : tensor<32xf32>
    %h2 = dl.read @g.bn2.bias : tensor<32xf32>
    %w2 = dl.read @g.conv2.weight : tensor<32x1x4x4xf32>
    %0 = dl.linear %z, %w0 : tensor<64x64xf32>, tensor<3136x64xf32> -> tensor<64x3136xf32>
    %1 = dl.reshape %0 : tensor<64x3136xf32> to tensor<64x64x7x7xf32>
    %2 = dl.batch_norm %1, %g1, %h1 stats(@g.bn1.running_mean, @g.bn1.running_var) : tensor<64x64x7x7xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x7x7xf32>
    %3 = dl.relu %2 : tensor<64x64x7x7xf32>
    %4 = dl.conv_transpose2d %3, %w1 {padding = [1, 1], stride = [2, 2]} : tensor<64x64x7x7xf32>, tensor<64x32x4x4xf32> -> tensor<64x32x14x14xf32>
    %5 = dl.batch_norm %4, %g2, %h2 stats(@g.bn2.running_mean, @g.bn2.running_var) : tensor<64x32x14x14xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x14x14xf32>
    %6 = dl.relu %5 : tensor<64x32x14x14xf32>
    %7 = dl.conv_transpose2d %6, %w2 {padding = [1, 1], stride = [2, 2]} : tensor<64x32x14x14xf32>, tensor<32x1x4x4xf32> -> tensor<64x1x28x28xf32>
    %8 = dl.tanh %7 : tensor<64x1x28x28xf32>
    dl.return %8 : tensor<64x1x28x28xf32>
  }

  // Images to the logit of being real.
  dl.func @discriminator(%x: tensor<64x1x28x28xf32>) -> tensor<64x1xf32> {
    %w1 = dl.read @d.conv1.weight : tensor<32x1x4x4xf32>
    %w2 = dl.read @d.conv2.weight : tensor<64x32x4x4xf32>
    %g2 = dl.read @d.bn2.weight : tensor<64xf32>
    %h2 = dl.read @d.bn2.bias : tensor<64xf32>
    %w3 = dl.read @d.fc.weight : tensor<1x3136xf32>
    %0 = dl.conv2d %x, %w1 {padding = [1, 1], stride = [2, 2]} : tensor<64x1x28x28xf32>, tensor<32x1x4x4xf32> -> tensor<64x32x14x14xf32>
    %1 = dl.leaky_relu %0 {slope = 0.2} : tensor<64x32x14x14xf32>
    %2 = dl.conv2d %1, %w2 {padding = [1, 1], stride = [2, 2]} : tensor<64x32x14x14xf32>, tensor<64x32x4x4xf32> -> tensor<64x64x7x7xf32>
    %3 = dl.batch_norm %2, %g2, %h2 stats(@d.bn2.running_mean, @d.bn2.running_var) : tensor<64x64x7x7xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x7x7xf32>
    %4 = dl.leaky_relu %3 {slope = 0.2} : tensor<64x64x7x7xf32>
    %5 = dl.reshape %4 : tensor<64x64x7x7xf32> to tensor<64x3136xf32>
    %6 = dl.linear %5, %w3 : tensor<64x3136xf32>, tensor<1x3136xf32> -> tensor<64x1xf32>
    dl.return %6 : tensor<64x1xf32>
  }

  dl.step @train_d(%image: tensor<64x28x28xui8>) -> (loss: tensor<f32>) updates ["d.*"] {
    %0 = dl.cast %image : tensor<64x28x28xui8> to tensor<64x28x28xf32>
    %1 = dl.scale %0 by 0.00784313725490196 : tensor<64x28x28xf32>
    %2 = dl.offset %1 by -1.0 : tensor<64x28x28xf32>
    %real = dl.reshape %2 : tensor<64x28x28xf32> to tensor<64x1x28x28xf32>
    %z = dl.normal : tensor<64x64xf32>
    %fake = dl.call @generator(%z) mode(train) : (tensor<64x64xf32>) -> tensor<64x1x28x28xf32>
    %of_real = dl.call @discriminator(%real) mode(train) : (tensor<64x1x28x28xf32>) -> tensor<64x1xf32>
    %of_fake = dl.call @discriminator(%fake) mode(train) : (tensor<64x1x28x28xf32>) -> tensor<64x1xf32>
    %ones = dl.constant dense<1.0> : tensor<64x1xf32>
    %zeros = dl.constant dense<0.0> : tensor<64x1xf32>
    %3 = dl.bce_with_logits %of_real, %ones : tensor<64x1xf32> -> tensor<f32>
    %4 = dl.bce_with_logits %of_fake, %zeros : tensor<64x1xf32> -> tensor<f32>
    %loss = dl.add %3, %4 : tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam_d over ["d.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }

  dl.step @train_g() -> (loss: tensor<f32>) updates ["g.*"] {
    %z = dl.normal : tensor<64x64xf32>
    %fake = dl.call @generator(%z) mode(train) : (tensor<64x64xf32>) -> tensor<64x1x28x28xf32>
    %of_fake = dl.call @discriminator(%fake) mode(train) : (tensor<64x1x28x28xf32>) -> tensor<64x1xf32>
    %ones = dl.constant dense<1.0> : tensor<64x1xf32>
    %loss = dl.bce_with_logits %of_fake, %ones : tensor<64x1xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam_g over ["g.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }

  // Other images with another --seed.
  dl.step @generate() -> (image: tensor<64x1x28x28xf32>) {
    %z = dl.normal : tensor<64x64xf32>
    %fake = dl.call @generator(%z) mode(eval) : (tensor<64x64xf32>) -> tensor<64x1x28x28xf32>
    dl.return %fake : tensor<64x1x28x28xf32>
  }
}
