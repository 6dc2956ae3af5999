// A Wasserstein GAN with gradient penalty on a ring of Gaussians: dlc-run examples/wgan_gp.mlir train --cycle train_critic*5,train_generator --data npy:x=ring.npy --epochs 60 --out runs/wgan_gp
//
// Gulrajani et al., "Improved training of Wasserstein GANs", NIPS 2017: the loss of
// the critic contains the squared difference between the norm of its gradient and 1, at
// points between real and generated ones, so training takes a gradient of second order.
// `ring.npy` has a point a row; examples/README.md makes it. Points of the generator:
//
//   dlc-run examples/wgan_gp.mlir --step generate --params runs/wgan_gp/model.safetensors --output x=made.npy
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @wgan_gp {
  dl.hparam @lr = 1e-3
  dl.hparam @penalty_weight = 1
  dl.optimizer @adam_c = #dl.adam<beta1 = 0.5, beta2 = 0.9>
  dl.optimizer @adam_g = #dl.adam<beta1 = 0.5, beta2 = 0.9>

  dl.func @dense<in, out>(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    dl.param @weight : tensor<?x?xf32> sizes(out, in) = kaiming_normal
    dl.param @bias : tensor<?xf32> sizes(out) = zeros
    %w = dl.read @weight : tensor<?x?xf32>
    %b = dl.read @bias : tensor<?xf32>
    %y = dl.linear %x, %w bias %b : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32> -> tensor<?x?xf32>
    dl.return %y : tensor<?x?xf32>
  }
  // Three layers with relu, and a linear one to the output.
  dl.func @net<in, out>(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = dl.call @dense<in, 128>(%x) as @fc0 : (tensor<?x?xf32>) -> tensor<?x?xf32>
    %1 = dl.relu %0 : tensor<?x?xf32>
    %2 = dl.call @dense<128, 128>(%1) as @fc1 : (tensor<?x?xf32>) -> tensor<?x?xf32>
    %3 = dl.relu %2 : tensor<?x?xf32>
    %4 = dl.call @dense<128, 128>(%3) as @fc2 : (tensor<?x?xf32>) -> tensor<?x?xf32>
    %5 = dl.relu %4 : tensor<?x?xf32>
    %6 = dl.call @dense<128, out>(%5) as @fc3 : (tensor<?x?xf32>) -> tensor<?x?xf32>
    dl.return %6 : tensor<?x?xf32>
  }

  // Falls along a line, over all calls of both steps.
  dl.func @rate() -> tensor<f32> {
    %first = dl.read_hparam @lr : tensor<f32>
    %n = dl.step_count : tensor<i64>
    %lr = dl.linear_lr %first at %n {start_factor = 1.0, end_factor = 0.02, total_iters = 20000} : tensor<f32>, tensor<i64>
    dl.return %lr : tensor<f32>
  }

  dl.step @train_critic(%x: tensor<256x2xf32>) -> (distance: tensor<f32>, norm: tensor<f32>) updates ["critic.*"] {
    %z = dl.normal : tensor<256x8xf32>
    %fake = dl.call @net<8, 2>(%z) as @generator : (tensor<256x8xf32>) -> tensor<256x2xf32>
    %of_real = dl.call @net<2, 1>(%x) as @critic : (tensor<256x2xf32>) -> tensor<256x1xf32>
    %of_fake = dl.call @net<2, 1>(%fake) as @critic : (tensor<256x2xf32>) -> tensor<256x1xf32>
    %mean_real = dl.mean %of_real : tensor<256x1xf32> -> tensor<f32>
    %mean_fake = dl.mean %of_fake : tensor<256x1xf32> -> tensor<f32>
    %distance = dl.sub %mean_real, %mean_fake : tensor<f32>

    // Points between: x + t (fake - x).
    %t = dl.uniform : tensor<256x1xf32>
    %way = dl.sub %fake, %x : tensor<256x2xf32>
    %part = dl.mul %way, %t : tensor<256x2xf32>, tensor<256x1xf32> -> tensor<256x2xf32>
    %between = dl.add %x, %part : tensor<256x2xf32>
    %of_between = dl.call @net<2, 1>(%between) as @critic : (tensor<256x2xf32>) -> tensor<256x1xf32>
    %ones = dl.constant dense<1.0> : tensor<256x1xf32>
    %slope = dl.gradient %of_between wrt %between cotangent(%ones) : tensor<256x1xf32> -> tensor<256x2xf32>
    %norms = dl.norm %slope {axes = [1]} : tensor<256x2xf32> -> tensor<256xf32>
    %norm = dl.mean %norms : tensor<256xf32> -> tensor<f32>
    %off = dl.offset %norms by -1.0 : tensor<256xf32>
    %squares = dl.square %off : tensor<256xf32>
    %penalty = dl.mean %squares : tensor<256xf32> -> tensor<f32>
    %weight = dl.read_hparam @penalty_weight : tensor<f32>
    %weighted = dl.mul %penalty, %weight : tensor<f32>
    %loss = dl.sub %weighted, %distance : tensor<f32>
    %lr = dl.call @rate() : () -> tensor<f32>
    dl.minimize %loss with @adam_c over ["critic.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %distance, %norm : tensor<f32>, tensor<f32>
  }

  dl.step @train_generator() -> (loss: tensor<f32>) updates ["generator.*"] {
    %z = dl.normal : tensor<256x8xf32>
    %fake = dl.call @net<8, 2>(%z) as @generator : (tensor<256x8xf32>) -> tensor<256x2xf32>
    %of_fake = dl.call @net<2, 1>(%fake) as @critic : (tensor<256x2xf32>) -> tensor<256x1xf32>
    %mean = dl.mean %of_fake : tensor<256x1xf32> -> tensor<f32>
    %loss = dl.neg %mean : tensor<f32>
    %lr = dl.call @rate() : () -> tensor<f32>
    dl.minimize %loss with @adam_g over ["generator.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }

  // Other points with another --seed.
  dl.step @generate() -> (x: tensor<2500x2xf32>) {
    %z = dl.normal : tensor<2500x8xf32>
    %x = dl.call @net<8, 2>(%z) as @generator : (tensor<2500x8xf32>) -> tensor<2500x2xf32>
    dl.return %x : tensor<2500x2xf32>
  }
}
