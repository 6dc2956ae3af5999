// A hyper-parameter that is read for p is from 0 to 1.
// RUN: dlc-opt %s -split-input-file -dl-resolve -verify-diagnostics | FileCheck %s

dl.model @ranges {
  // CHECK:      dl.hparam @drop = 5.000000e-01 range(up_to_one)
  // CHECK-NEXT: dl.hparam @alpha : tensor<f64> = 1.000000e+00 range(up_to_one)
  // CHECK-NEXT: dl.hparam @computed = 2.000000e+00{{$}}
  dl.hparam @drop = 0.5
  dl.hparam @alpha : tensor<f64> = 1
  dl.hparam @computed = 2
  dl.step @train(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) {
    %p = dl.read_hparam @drop : tensor<f32>
    %q = dl.read_hparam @alpha : tensor<f64>
    %r = dl.read_hparam @computed : tensor<f32>
    %s = dl.scale %r by 0.25 : tensor<f32>
    %0 = dl.dropout %x p(%p) mode(train) : tensor<8x4xf32>, tensor<f32>
    %1 = dl.alpha_dropout %0 p(%q) mode(train) : tensor<8x4xf32>, tensor<f64>
    %2 = dl.dropout %1 p(%s) mode(train) : tensor<8x4xf32>, tensor<f32>
    dl.return %2 : tensor<8x4xf32>
  }
}

// -----

dl.model @out_of_range {
  // expected-error@+1 {{'dl.hparam' op expects its value to be from 0 to 1, not 1.500000e+00}}
  dl.hparam @drop = 1.5
  dl.step @train(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) {
    %p = dl.read_hparam @drop : tensor<f32>
    %0 = dl.dropout %x p(%p) mode(train) : tensor<8x4xf32>, tensor<f32>
    dl.return %0 : tensor<8x4xf32>
  }
}
