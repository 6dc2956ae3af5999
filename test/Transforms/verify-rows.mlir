// RUN: dlc-opt %s -split-input-file -dl-resolve -dl-grad -dl-simplify | FileCheck %s

// Forms whose rows are computed each by itself. What they become is checked
// elsewhere: here, that none is refused.

// CHECK-LABEL: dl.model @convolution
// CHECK: func.func @predict.1(
// CHECK: func.func @predict(
dl.model @convolution {
  dl.param @w : tensor<4x2x3x3xf32> = ones
  dl.param @fc : tensor<3x16xf32> = ones
  dl.param @g : tensor<4xf32> = ones
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.buffer @var : tensor<4xf32> = ones
  dl.func @net(%x: tensor<4x2x4x4xf32>) -> tensor<4x3xf32> {
    %w = dl.read @w : tensor<4x2x3x3xf32>
    %g = dl.read @g : tensor<4xf32>
    %fc = dl.read @fc : tensor<3x16xf32>
    %0 = dl.conv2d %x, %w bias %g {padding = [1, 1]} : tensor<4x2x4x4xf32>, tensor<4x2x3x3xf32>, tensor<4xf32> -> tensor<4x4x4x4xf32>
    %1 = dl.batch_norm %0, %g, %g stats(@mean, @var) : tensor<4x4x4x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<4x4x4x4xf32>
    %2 = dl.relu %1 : tensor<4x4x4x4xf32>
    %3 = dl.dropout %2 {p = 0.5} : tensor<4x4x4x4xf32>
    %4 = dl.max_pool2d %3 {kernel = [2, 2]} : tensor<4x4x4x4xf32> -> tensor<4x4x2x2xf32>
    %5 = dl.flatten %4 : tensor<4x4x2x2xf32> to tensor<4x16xf32>
    %6 = dl.linear %5, %fc : tensor<4x16xf32>, tensor<3x16xf32> -> tensor<4x3xf32>
    %7 = dl.softmax %6 {axis = 1 : i64} : tensor<4x3xf32>
    dl.return %7 : tensor<4x3xf32>
  }
  dl.step @predict(%x: tensor<4x2x4x4xf32>) -> (y: tensor<4x3xf32>, class: tensor<4xi32>) batch(1 to 4) {
    %0 = dl.call @net(%x) mode(eval) : (tensor<4x2x4x4xf32>) -> tensor<4x3xf32>
    %1 = dl.argmax %0 {axis = 1 : i64} : tensor<4x3xf32> -> tensor<4xi32>
    dl.return %0, %1 : tensor<4x3xf32>, tensor<4xi32>
  }
}

// -----

// Linear layers over words, attention, a token before each sequence, positions
// that are the same for all.
// CHECK-LABEL: dl.model @transformer
// CHECK: func.func @predict(
dl.model @transformer {
  dl.param @words : tensor<20x8xf32> = ones
  dl.param @cls : tensor<8xf32> = ones
  dl.param @w : tensor<8x8xf32> = ones
  dl.param @g : tensor<8xf32> = ones
  dl.step @predict(%x: tensor<4x5xi32>) -> (y: tensor<4x6x8xf32>) batch(1 to 4) {
    %words = dl.read @words : tensor<20x8xf32>
    %cls = dl.read @cls : tensor<8xf32>
    %w = dl.read @w : tensor<8x8xf32>
    %g = dl.read @g : tensor<8xf32>
    %0 = dl.embedding %words at %x : tensor<20x8xf32>, tensor<4x5xi32> -> tensor<4x5x8xf32>
    %1 = dl.broadcast %cls dims [2] : tensor<8xf32> to tensor<4x1x8xf32>
    %2 = dl.concat %1, %0 {axis = 1 : i64} : tensor<4x1x8xf32>, tensor<4x5x8xf32> -> tensor<4x6x8xf32>
    %i = dl.iota {axis = 0 : i64} : tensor<6x8xf32>
    %3 = dl.add %2, %i : tensor<4x6x8xf32>, tensor<6x8xf32> -> tensor<4x6x8xf32>
    %4 = dl.layer_norm %3, %g, %g : tensor<4x6x8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<4x6x8xf32>
    %5 = dl.linear %4, %w : tensor<4x6x8xf32>, tensor<8x8xf32> -> tensor<4x6x8xf32>
    %6 = dl.reshape %5 : tensor<4x6x8xf32> to tensor<4x6x2x4xf32>
    %7 = dl.transpose %6 perm [0, 2, 1, 3] : tensor<4x6x2x4xf32> -> tensor<4x2x6x4xf32>
    %8 = dl.scaled_dot_product_attention %7, %7, %7 : tensor<4x2x6x4xf32>, tensor<4x2x6x4xf32>, tensor<4x2x6x4xf32> -> tensor<4x2x6x4xf32>
    %9 = dl.transpose %8 perm [0, 2, 1, 3] : tensor<4x2x6x4xf32> -> tensor<4x6x2x4xf32>
    %10 = dl.reshape %9 : tensor<4x6x2x4xf32> to tensor<4x6x8xf32>
    dl.return %10 : tensor<4x6x8xf32>
  }
}

// -----

// A recurrent network, whose loop carries the batch from a state of zeros, and
// which has it in dimension 1.
// CHECK-LABEL: dl.model @recurrent
// CHECK: func.func @predict(
dl.model @recurrent {
  dl.param @wi : tensor<12x3xf32> = ones
  dl.param @wh : tensor<12x4xf32> = ones
  dl.step @predict(%x: tensor<4x5x3xf32>) -> (y: tensor<4x5x4xf32>) batch(1 to 4) {
    %wi = dl.read @wi : tensor<12x3xf32>
    %wh = dl.read @wh : tensor<12x4xf32>
    %y, %h = dl.gru %x weights(%wi, %wh) {batch_first} : (tensor<4x5x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>) -> (tensor<4x5x4xf32>, tensor<1x4x4xf32>)
    dl.return %y : tensor<4x5x4xf32>
  }
}

// -----

// The gradient of each row's output with respect to that row.
// CHECK-LABEL: dl.model @saliency
// CHECK: func.func @explain(
dl.model @saliency {
  dl.param @w : tensor<3x2x2x2xf32> = ones
  dl.step @explain(%x: tensor<4x2x4x4xf32>) -> (g: tensor<4x2x4x4xf32>) batch(1 to 4) {
    %w = dl.read @w : tensor<3x2x2x2xf32>
    %0 = dl.conv2d %x, %w {stride = [2, 2]} : tensor<4x2x4x4xf32>, tensor<3x2x2x2xf32> -> tensor<4x3x2x2xf32>
    %1 = dl.tanh %0 : tensor<4x3x2x2xf32>
    %2 = dl.reduce_sum %1 : tensor<4x3x2x2xf32> -> tensor<f32>
    %g = dl.gradient %2 wrt %x : tensor<f32> -> tensor<4x2x4x4xf32>
    dl.return %g : tensor<4x2x4x4xf32>
  }
}

// -----

// One size, and lists of sizes, may mix rows.
// CHECK-LABEL: dl.model @lists
// CHECK: func.func @total.1(
// CHECK: func.func @total(
dl.model @lists {
  dl.step @total(%x: tensor<4x2xf32>) -> (y: tensor<2xf32>) batch(1, 4) {
    %0 = dl.reduce_sum %x {axes = [0]} : tensor<4x2xf32> -> tensor<2xf32>
    dl.return %0 : tensor<2xf32>
  }
}
