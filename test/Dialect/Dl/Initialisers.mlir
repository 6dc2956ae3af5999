// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -dl-resolve -dl-grad -dl-simplify -dl-fuse -dl-linalg | FileCheck %s --check-prefix=RUNTIME

// What the runtime is told: a uniform bound, a deviation. The weight is 8 x 4 x 3 x 3:
// fan in 36, fan out 72.
// RUNTIME: dl.manifest
// RUNTIME-SAME: <kind = param, name = "identity", type = tensor<4x4xf32>, init = 5, a = 1.000000e+00>
// RUNTIME-SAME: <kind = param, name = "truncated", type = tensor<8x4x3x3xf32>, init = 4, b = 1.000000e+00, c = -2.000000e+00, d = 2.000000e+00>
// RUNTIME-SAME: <kind = param, name = "xavier", type = tensor<8x4x3x3xf32>, init = 1, a = -2.357022603955158{{[0-9]*}}e-01, b = 2.357022603955158{{[0-9]*}}e-01>
// RUNTIME-SAME: <kind = param, name = "xavier_gain", type = tensor<8x4x3x3xf32>, init = 2, b = 2.7216552697590{{[0-9]*}}e-01>
// RUNTIME-SAME: <kind = param, name = "kaiming", type = tensor<8x4x3x3xf32>, init = 1, a = -4.0824829046386{{[0-9]*}}e-01, b = 4.0824829046386{{[0-9]*}}e-01>
// RUNTIME-SAME: <kind = param, name = "kaiming_out", type = tensor<8x4x3x3xf32>, init = 2, b = 1.9641855032959{{[0-9]*}}e-01>
// RUNTIME-SAME: <kind = param, name = "matrix", type = tensor<5x12xf32>, init = 1, a = -{{4.9999[0-9]*|5.0+}}e-01, b = {{4.9999[0-9]*|5.0+}}e-01>
// RUNTIME-SAME: <kind = param, name = "orthogonal", type = tensor<8x4x3x3xf32>, init = 6, a = 2.000000e+00>

// CHECK-LABEL: dl.model @initialisers
dl.model @initialisers {
  // CHECK-NEXT: dl.param @identity : tensor<4x4xf32> = identity
  // CHECK-NEXT: dl.param @truncated : tensor<8x4x3x3xf32> = truncated_normal
  // CHECK-NEXT: dl.param @xavier : tensor<8x4x3x3xf32> = xavier_uniform
  // CHECK-NEXT: dl.param @xavier_gain : tensor<8x4x3x3xf32> = xavier_normal<gain = 2.000000e+00>
  // CHECK-NEXT: dl.param @kaiming : tensor<8x4x3x3xf32> = kaiming_uniform
  // CHECK-NEXT: dl.param @kaiming_out : tensor<8x4x3x3xf32> = kaiming_normal<mode = fan_out, nonlinearity = tanh>
  // CHECK-NEXT: dl.param @matrix : tensor<5x12xf32> = kaiming_uniform<nonlinearity = linear>
  // CHECK-NEXT: dl.param @orthogonal : tensor<8x4x3x3xf32> = orthogonal<gain = 2.000000e+00>
  dl.param @identity : tensor<4x4xf32> = identity
  dl.param @truncated : tensor<8x4x3x3xf32> = truncated_normal
  dl.param @xavier : tensor<8x4x3x3xf32> = xavier_uniform
  dl.param @xavier_gain : tensor<8x4x3x3xf32> = xavier_normal<gain = 2>
  dl.param @kaiming : tensor<8x4x3x3xf32> = kaiming_uniform
  dl.param @kaiming_out : tensor<8x4x3x3xf32> = kaiming_normal<mode = fan_out, nonlinearity = tanh>
  dl.param @matrix : tensor<5x12xf32> = kaiming_uniform<nonlinearity = linear>
  dl.param @orthogonal : tensor<8x4x3x3xf32> = orthogonal<gain = 2.0>
  dl.step @nothing() {
    dl.return
  }
}
