// RUN: dlc-run %s --step masked -O0 | FileCheck %s --check-prefix=MASKED
// RUN: dlc-run %s --step masked | FileCheck %s --check-prefix=MASKED
// RUN: dlc-run %s --step no_class | FileCheck %s --check-prefix=NOCLASS

dl.model @corners {
  // A logit of minus infinity has no part in the loss, nor a gradient. The number is
  // PyTorch's.
  // MASKED: loss = 0.86043
  // MASKED: slope = 0
  dl.step @masked() -> (loss: tensor<f32>, slope: tensor<f32>) {
    %z = dl.constant dense<[[0xFF800000, 0.0, 1.0], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>
    %l = dl.constant dense<[1, 2]> : tensor<2xi64>
    %loss = dl.cross_entropy %z, %l : tensor<2x3xf32>, tensor<2xi64> -> tensor<f32>
    %dz = dl.gradient %loss wrt %z : tensor<f32> -> tensor<2x3xf32>
    %corner = dl.slice %dz at [0, 0] size [1, 1] : tensor<2x3xf32> -> tensor<1x1xf32>
    %slope = dl.reshape %corner : tensor<1x1xf32> to tensor<f32>
    dl.return %loss, %slope : tensor<f32>, tensor<f32>
  }

  // A label that is no class is not passed over.
  // NOCLASS: loss = {{-?}}nan
  dl.step @no_class() -> (loss: tensor<f32>) {
    %z = dl.constant dense<[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>
    %l = dl.constant dense<[1, 3]> : tensor<2xi64>
    %loss = dl.cross_entropy %z, %l : tensor<2x3xf32>, tensor<2xi64> -> tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
