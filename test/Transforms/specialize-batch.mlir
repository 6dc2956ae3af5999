// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-specialize-batch))" | FileCheck %s -enable-var-scope

// Batch and channels are 32 both: only one of them follows, through a function,
// a reshape, a broadcast, a slice and a scan that starts from zeros.
dl.model @traced {
  dl.param @w : tensor<32x32xf32> = ones
  dl.param @cls : tensor<32xf32> = ones
  dl.func @net(%x: tensor<32x32xf32>) -> tensor<32x32xf32> {
    %w = dl.read @w : tensor<32x32xf32>
    %0 = dl.matmul %x, %w : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
    dl.return %0 : tensor<32x32xf32>
  }
  dl.step @predict(%x: tensor<32x32x2x2xf32>) -> (y: tensor<32x3x32xf32>) batch(8, 32) {
    %0 = dl.reshape %x : tensor<32x32x2x2xf32> to tensor<32x32x4xf32>
    %1 = dl.mean %0 {axes = [2]} : tensor<32x32x4xf32> -> tensor<32x32xf32>
    %2 = dl.call @net(%1) mode(eval) : (tensor<32x32xf32>) -> tensor<32x32xf32>
    %cls = dl.read @cls : tensor<32xf32>
    %3 = dl.broadcast %cls dims [2] : tensor<32xf32> to tensor<32x1x32xf32>
    %4 = dl.reshape %2 : tensor<32x32xf32> to tensor<32x1x32xf32>
    %5 = dl.concat %3, %4 {axis = 1 : i64} : tensor<32x1x32xf32>, tensor<32x1x32xf32> -> tensor<32x2x32xf32>
    %6 = dl.slice %5 at [0, 1, 0] size [32, 1, 32] : tensor<32x2x32xf32> -> tensor<32x1x32xf32>
    %7 = dl.concat %5, %6 {axis = 1 : i64} : tensor<32x2x32xf32>, tensor<32x1x32xf32> -> tensor<32x3x32xf32>
    dl.return %7 : tensor<32x3x32xf32>
  }
}

// CHECK-LABEL: dl.model @traced
// CHECK: dl.step @predict.8(%[[X:.+]]: tensor<8x32x2x2xf32>) -> (y: tensor<8x3x32xf32>)
// CHECK-SAME: attributes {dl.batch = #dl.batch<step = "predict", rows = 8, inputs = ["x"]>}
// CHECK: dl.reshape %[[X]] : tensor<8x32x2x2xf32> to tensor<8x32x4xf32>
// CHECK: dl.mean {{.*}} : tensor<8x32x4xf32> -> tensor<8x32xf32>
// CHECK: dl.read @w : tensor<32x32xf32>
// CHECK: dl.matmul {{.*}} : tensor<8x32xf32>, tensor<32x32xf32> -> tensor<8x32xf32>
// CHECK: dl.broadcast {{.*}} dims [2] : tensor<32xf32> to tensor<8x1x32xf32>
// CHECK: dl.reshape {{.*}} to tensor<8x1x32xf32>
// CHECK: dl.concat {{.*}} -> tensor<8x2x32xf32>
// CHECK: dl.slice {{.*}} at [0, 1, 0] size [8, 1, 32] : tensor<8x2x32xf32> -> tensor<8x1x32xf32>
// CHECK: dl.return {{.*}} : tensor<8x3x32xf32>
// CHECK: dl.step @predict(%{{.+}}: tensor<32x32x2x2xf32>) -> (y: tensor<32x3x32xf32>)
// CHECK-SAME: #dl.batch<step = "predict", rows = 32, inputs = ["x"]>

// -----

// Of a range: its ends and the powers of two between.
dl.model @range {
  dl.step @predict(%x: tensor<2x4xf32>, %t: tensor<2x4xf32>) -> (y: tensor<2x4xf32>) batch(3 to 20) over ["x"] {
    %0 = dl.matmul %x, %t {transpose_b} : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x2xf32>
    %1 = dl.matmul %0, %t : tensor<2x2xf32>, tensor<2x4xf32> -> tensor<2x4xf32>
    dl.return %1 : tensor<2x4xf32>
  }
}

// CHECK-LABEL: dl.model @range
// CHECK: dl.step @predict.3(%{{.+}}: tensor<3x4xf32>, %{{.+}}: tensor<2x4xf32>) -> (y: tensor<3x4xf32>)
// CHECK: dl.matmul {{.*}} {transpose_b} : tensor<3x4xf32>, tensor<2x4xf32> -> tensor<3x2xf32>
// CHECK: dl.step @predict.4(
// CHECK: dl.step @predict.8(
// CHECK: dl.step @predict.16(
// CHECK: dl.step @predict(%{{.+}}: tensor<20x4xf32>
// CHECK-SAME: #dl.batch<step = "predict", rows = 20, any = true, inputs = ["x"]>
// CHECK-NOT: dl.step

// -----

// What has no operands follows what it meets: a constant, an iota, random
// numbers, what a loop carries, a permutation that an index goes through.
dl.model @sources {
  dl.param @u : tensor<4x4xf32> = ones
  dl.step @draw(%x: tensor<6x4xf32>, %xs: tensor<6x5x4xf32>) -> (y: tensor<6x4xf32>) batch(2, 6) {
    %c = dl.constant dense<2.0> : tensor<6x4xf32>
    %i = dl.iota {axis = 0 : i64} : tensor<6x4xf32>
    %n = dl.normal : tensor<6x4xf32>
    %p = dl.permutation : tensor<6xi32>
    %0 = dl.add %x, %c : tensor<6x4xf32>
    %1 = dl.add %0, %i : tensor<6x4xf32>
    %2 = dl.mul %n, %1 : tensor<6x4xf32>
    %3 = dl.index_select %2 at %p {axis = 0 : i64} : tensor<6x4xf32>, tensor<6xi32> -> tensor<6x4xf32>
    %4 = dl.add %3, %x : tensor<6x4xf32>
    %h = dl.constant dense<0.0> : tensor<6x4xf32>
    %u = dl.read @u : tensor<4x4xf32>
    %t = dl.transpose %xs perm [1, 0, 2] : tensor<6x5x4xf32> -> tensor<5x6x4xf32>
    %s = dl.scan 5 carry(%a = %h) over(%b = %t) with(%v = %u) : (tensor<6x4xf32>, tensor<5x6x4xf32>, tensor<4x4xf32>) -> tensor<6x4xf32> {
      %6 = dl.matmul %a, %v : tensor<6x4xf32>, tensor<4x4xf32> -> tensor<6x4xf32>
      %7 = dl.add %6, %b : tensor<6x4xf32>
      dl.yield %7 : tensor<6x4xf32>
    }
    %5 = dl.add %4, %s : tensor<6x4xf32>
    dl.return %5 : tensor<6x4xf32>
  }
}

// CHECK-LABEL: dl.model @sources
// CHECK: dl.step @draw.2(
// CHECK: dl.constant dense<2.000000e+00> : tensor<2x4xf32>
// CHECK: dl.iota {axis = 0 : i64} : tensor<2x4xf32>
// CHECK: dl.normal : tensor<2x4xf32>
// CHECK: dl.permutation : tensor<2xi32>
// CHECK: dl.index_select {{.*}} : tensor<2x4xf32>, tensor<2xi32> -> tensor<2x4xf32>
// CHECK: dl.constant dense<0.000000e+00> : tensor<2x4xf32>
// CHECK: dl.scan 5 carry({{.*}}) over({{.*}}) with({{.*}}) : (tensor<2x4xf32>, tensor<5x2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
// CHECK: dl.yield {{.*}} : tensor<2x4xf32>

// -----

// Batch times heads and back; the number of heads is that of the batch.
dl.model @heads {
  dl.step @split(%x: tensor<8x5x8x4xf32>) -> (y: tensor<8x8x5x4xf32>) batch(2, 8) {
    %0 = dl.transpose %x perm [0, 2, 1, 3] : tensor<8x5x8x4xf32> -> tensor<8x8x5x4xf32>
    %1 = dl.reshape %0 : tensor<8x8x5x4xf32> to tensor<64x5x4xf32>
    %2 = dl.relu %1 : tensor<64x5x4xf32>
    %3 = dl.reshape %2 : tensor<64x5x4xf32> to tensor<8x8x5x4xf32>
    dl.return %3 : tensor<8x8x5x4xf32>
  }
  dl.step @outside(%x: tensor<8x8x4xf32>) -> (y: tensor<8x8x4xf32>) batch(2, 8) {
    %0 = dl.transpose %x perm [1, 0, 2] : tensor<8x8x4xf32> -> tensor<8x8x4xf32>
    %1 = dl.reshape %0 : tensor<8x8x4xf32> to tensor<64x4xf32>
    %2 = dl.relu %1 : tensor<64x4xf32>
    %3 = dl.reshape %2 : tensor<64x4xf32> to tensor<8x8x4xf32>
    dl.return %3 : tensor<8x8x4xf32>
  }
}

// CHECK-LABEL: dl.model @heads
// CHECK: dl.step @split.2(
// CHECK: dl.reshape {{.*}} : tensor<2x8x5x4xf32> to tensor<16x5x4xf32>
// CHECK: dl.reshape {{.*}} : tensor<16x5x4xf32> to tensor<2x8x5x4xf32>
// CHECK: dl.step @outside.2(
// CHECK: dl.reshape {{.*}} : tensor<8x2x4xf32> to tensor<16x4xf32>
// CHECK: dl.reshape {{.*}} : tensor<16x4xf32> to tensor<8x2x4xf32>

// -----

// Steps that train have sizes too; they count and draw alike.
dl.model @trained {
  dl.param @w : tensor<4x1xf32> = ones
  dl.optimizer @sgd = #dl.sgd<>
  dl.step @train(%x: tensor<8x4xf32>, %t: tensor<8x1xf32>) -> (loss: tensor<f32>) batch(2, 8) {
    %w = dl.read @w : tensor<4x1xf32>
    %0 = dl.dropout %x mode(train) {p = 0.5} : tensor<8x4xf32>
    %1 = dl.matmul %0, %w : tensor<8x4xf32>, tensor<4x1xf32> -> tensor<8x1xf32>
    %loss = dl.mse %1, %t : tensor<8x1xf32> -> tensor<f32>
    %lr = dl.constant dense<0.1> : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}

// CHECK-LABEL: dl.model @trained
// CHECK: dl.step @train.2(%{{.+}}: tensor<2x4xf32>, %{{.+}}: tensor<2x1xf32>) -> (loss: tensor<f32>)
// CHECK: dl.mse {{.*}} : tensor<2x1xf32> -> tensor<f32>
// CHECK: dl.minimize
