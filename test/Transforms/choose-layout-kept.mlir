// RUN: dlc-opt %s -dl-choose-layout --split-input-file --remarks-filter=dl-choose-layout -verify-diagnostics -o %t.mlir
// RUN: dlc-opt %s --split-input-file -o - | diff - %t.mlir

// Steps that stay as they are, and why.

// Any order of the sum needs one transpose of as many bytes.
dl.model @m {
  // expected-remark@below {{1 transposes of 160 bytes a call (1 of 160 before the choice)}}
  func.func @tie(%x: tensor<5x8xf32> {dl.name = "x"}) -> (tensor<8x5xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.tanh %x : tensor<5x8xf32>
    // expected-remark@below {{160 bytes are transposed, between input 'x', given as written, and output 'y', wanted as written}}
    %1 = dl.transpose %0 perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    return %1 : tensor<8x5xf32>
  }
}

// -----

// The transpose is behind the reduction already, where it is of fewer bytes.
dl.model @m {
  // expected-remark@below {{1 transposes of 160 bytes a call (1 of 160 before the choice)}}
  func.func @reduced(%x: tensor<5x8x7xf32> {dl.name = "x"}) -> (tensor<8x5xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.reduce_sum %x {axes = [2]} : tensor<5x8x7xf32> -> tensor<5x8xf32>
    // expected-remark@below {{160 bytes are transposed, between input 'x', given as written, and output 'y', wanted as written}}
    %1 = dl.transpose %0 perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    return %1 : tensor<8x5xf32>
  }
}

// -----

// A reshape that takes dimensions apart which the transpose has put together.
dl.model @m {
  // expected-remark@below {{1 transposes of 160 bytes a call (1 of 160 before the choice)}}
  func.func @reshaped(%x: tensor<5x8xf32> {dl.name = "x"}) -> (tensor<4x10xf32> {dl.name = "y"}) attributes {dl.step} {
    // expected-remark@below {{160 bytes are transposed, between input 'x', given as written, and output 'y', wanted as written}}
    %0 = dl.transpose %x perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    %1 = dl.reshape %0 : tensor<8x5xf32> to tensor<4x10xf32>
    return %1 : tensor<4x10xf32>
  }
}

// -----

// Dimensions of extent 1 are anywhere in memory: this transpose moves nothing, and no remark says
// that it does.
dl.model @m {
  func.func @ones(%x: tensor<5x1xf32> {dl.name = "x"}) -> (tensor<1x5xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.transpose %x perm [1, 0] : tensor<5x1xf32> -> tensor<1x5xf32>
    return %0 : tensor<1x5xf32>
  }
}

// -----

// A function that is not a step.
dl.model @m {
  func.func @helper(%x: tensor<5x8xf32>) -> tensor<5x8xf32> {
    %0 = dl.transpose %x perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    %1 = dl.tanh %0 : tensor<8x5xf32>
    %2 = dl.transpose %1 perm [1, 0] : tensor<8x5xf32> -> tensor<5x8xf32>
    return %2 : tensor<5x8xf32>
  }
}
