// The Adam step reads parameter, gradient and two moments and writes all but the
// gradient: 28 bytes a parameter in one pass, and no copy.
// RUN: dlc %s --mcpu=x86-64-v3 --emit=vector -o - | FileCheck %s

// CHECK-LABEL: func.func private @kernel_1(
// CHECK:         scf.for
// CHECK-COUNT-4: vector.load {{.*}} : memref<10000000xf32>, vector<[[W:[0-9]+]]xf32>
// CHECK-NOT:     vector.load
// CHECK-COUNT-3: vector.store {{.*}} : memref<10000000xf32>, vector<[[W]]xf32>
// CHECK-NOT:     vector.{{load|store}}
// CHECK:         }
// CHECK-NOT:     memref.copy
// CHECK-NOT:     linalg.copy

dl.model @traffic {
  dl.hparam @lr = 1.0e-3
  dl.param @p : tensor<10000000xf32> = normal<0.0, 1.0>
  dl.optimizer @adam = #dl.adam
  dl.step @train(%g: tensor<10000000xf32>) {
    %p = dl.read @p : tensor<10000000xf32>
    %product = dl.mul %p, %g : tensor<10000000xf32>
    %loss = dl.reduce_sum %product {axes = [0]} : tensor<10000000xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}
