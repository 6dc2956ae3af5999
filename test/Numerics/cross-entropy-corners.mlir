// RUN: dlc-run %s --step masked -O0 | FileCheck %s --check-prefix=MASKED
// RUN: dlc-run %s --step masked | FileCheck %s --check-prefix=MASKED
// RUN: not dlc-run %s --step no_class 2>&1 | FileCheck %s --check-prefix=NOCLASS
// RUN: not dlc-run %s --step no_class -O0 2>&1 | FileCheck %s --check-prefix=NOCLASS
// RUN: not dlc-run %s --step no_class --interpret 2>&1 | FileCheck %s --check-prefix=NOCLASS
// RUN: not dlc-run %s --step below 2>&1 | FileCheck %s --check-prefix=BELOW
// RUN: dlc-run %s --step ignored | FileCheck %s --check-prefix=IGNORED

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

  // A label that is not a class is not passed over.
  // NOCLASS: dl.cross_entropy
  // NOCLASS-SAME: label
  dl.step @no_class() -> (loss: tensor<f32>) {
    %z = dl.constant dense<[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>
    %l = dl.constant dense<[1, 3]> : tensor<2xi64>
    %loss = dl.cross_entropy %z, %l : tensor<2x3xf32>, tensor<2xi64> -> tensor<f32>
    dl.return %loss : tensor<f32>
  }

  // BELOW: dl.nll
  // BELOW-SAME: label
  dl.step @below() -> (loss: tensor<f32>) {
    %z = dl.constant dense<[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>
    %l = dl.constant dense<[1, -1]> : tensor<2xi32>
    %loss = dl.nll %z, %l : tensor<2x3xf32>, tensor<2xi32> -> tensor<f32>
    dl.return %loss : tensor<f32>
  }

  // What is to be ignored need not be a class.
  // IGNORED: loss = -1
  dl.step @ignored() -> (loss: tensor<f32>) {
    %z = dl.constant dense<[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]> : tensor<2x3xf32>
    %l = dl.constant dense<[1, -1]> : tensor<2xi32>
    %loss = dl.nll %z, %l {ignore_index = -1} : tensor<2x3xf32>, tensor<2xi32> -> tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
