// RUN: %dlc %s --emit=fuse | FileCheck %s

// A convolution with bias, activation and residual is one kernel with them, in a step that
// predicts and in one that trains: there the gradient of the activation is in it, too.
// CHECK-LABEL: func.func @predict(
// CHECK:         call @[[$PREDICT:kernel_[0-9]+]]({{.*}}tensor<3x3x8x8xf32>, {{.*}}tensor<8xf32>
// CHECK-LABEL: func.func @train(
// CHECK:         call @[[$TRAIN:kernel_[0-9]+]]({{.*}}tensor<3x3x8x8xf32>, {{.*}}tensor<8xf32>
// CHECK:       func.func private @[[$PREDICT]](
// CHECK-NEXT:    dl.conv2d
// CHECK-NEXT:    dl.broadcast
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.relu
// CHECK:         return
// CHECK:       func.func private @[[$TRAIN]](
// CHECK-NEXT:    dl.conv2d
// CHECK-NEXT:    dl.broadcast
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.relu
// CHECK:         dl.select
// CHECK:         return
dl.model @residual {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<8x8x3x3xf32> = kaiming_uniform
  dl.param @b : tensor<8xf32> = zeros
  dl.param @u : tensor<8x8x1x1xf32> = kaiming_uniform
  dl.optimizer @sgd = #dl.sgd
  dl.func @net(%x: tensor<2x8x16x16xf32>) -> tensor<2x8xf32> {
    %w = dl.read @w : tensor<8x8x3x3xf32>
    %b = dl.read @b : tensor<8xf32>
    %u = dl.read @u : tensor<8x8x1x1xf32>
    %0 = dl.conv2d %x, %u : tensor<2x8x16x16xf32>, tensor<8x8x1x1xf32> -> tensor<2x8x16x16xf32>
    %1 = dl.conv2d %0, %w bias %b {padding = [1, 1]} : tensor<2x8x16x16xf32>, tensor<8x8x3x3xf32>, tensor<8xf32> -> tensor<2x8x16x16xf32>
    %2 = dl.add %1, %0 : tensor<2x8x16x16xf32>
    %3 = dl.relu %2 : tensor<2x8x16x16xf32>
    %4 = dl.mean %3 {axes = [2, 3]} : tensor<2x8x16x16xf32> -> tensor<2x8xf32>
    dl.return %4 : tensor<2x8xf32>
  }
  dl.step @predict(%x: tensor<2x8x16x16xf32>) -> (y: tensor<2x8xf32>) {
    %y = dl.call @net(%x) : (tensor<2x8x16x16xf32>) -> tensor<2x8xf32>
    dl.return %y : tensor<2x8xf32>
  }
  dl.step @train(%x: tensor<2x8x16x16xf32>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%x) : (tensor<2x8x16x16xf32>) -> tensor<2x8xf32>
    %q = dl.square %y : tensor<2x8xf32>
    %loss = dl.mean %q {axes = [0, 1]} : tensor<2x8xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
