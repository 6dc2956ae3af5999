// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-verify-kernels))"

dl.model @other_rows {
  func.func private @kernel_0() -> tensor<8x4xf32> attributes {dl.kernel, dl.sliced = 8 : i64} {
    %0 = dl.iota {axis = 0} : tensor<8x4xf32>
    // expected-error@+1 {{reads other rows than its own of operand #0 of type 'tensor<8x4xf32>', which its kernel makes row by row, 8 rows in all}}
    %1 = dl.reverse %0 dims [0] : tensor<8x4xf32>
    return %1 : tensor<8x4xf32>
  }
}

// -----

dl.model @whole_operand {
  func.func private @kernel_0(%x: tensor<8x8xf32>, %v: tensor<8xf32>) -> tensor<8x4xf32> attributes {dl.kernel, dl.sliced = 8 : i64} {
    %0 = dl.broadcast %v dims [0] : tensor<8xf32> to tensor<8x4xf32>
    // expected-error@+1 {{reads other rows than its own of operand #1}}
    %1 = dl.matmul %x, %0 : tensor<8x8xf32>, tensor<8x4xf32> -> tensor<8x4xf32>
    return %1 : tensor<8x4xf32>
  }
}

// -----

dl.model @other_number {
  func.func private @kernel_0() -> tensor<4x8xf32> attributes {dl.kernel, dl.sliced = 4 : i64} {
    %0 = dl.iota {axis = 0} : tensor<32xf32>
    // expected-error@+1 {{reads other rows than its own of operand #0 of type 'tensor<32xf32>'}}
    %1 = dl.reshape %0 : tensor<32xf32> to tensor<4x8xf32>
    %2 = dl.sin %1 : tensor<4x8xf32>
    return %2 : tensor<4x8xf32>
  }
}

// -----

// What lies in memory may be read at any row, and a kernel without a loop over
// rows may read whatever it likes.
dl.model @right {
  func.func private @kernel_0(%x: tensor<32xf32>) -> tensor<8x4xf32> attributes {dl.kernel, dl.sliced = 8 : i64} {
    %0 = dl.reshape %x : tensor<32xf32> to tensor<8x4xf32>
    %1 = dl.reverse %0 dims [0] : tensor<8x4xf32>
    %2 = dl.reverse %1 dims [1] : tensor<8x4xf32>
    return %2 : tensor<8x4xf32>
  }
  func.func private @kernel_1() -> tensor<8xf32> attributes {dl.kernel} {
    %0 = dl.iota {axis = 0} : tensor<8xf32>
    %1 = dl.reverse %0 dims [0] : tensor<8xf32>
    return %1 : tensor<8xf32>
  }
}
