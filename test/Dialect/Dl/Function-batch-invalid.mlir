// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @descends {
  // expected-error@+1 {{'dl.step' op has a batch of no sizes, or of sizes that do not ascend; expected 'batch(1 to 32)' or 'batch(1, 8, 32)'}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(8, 4) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @backwards {
  // expected-error@+1 {{'dl.step' op has a batch of no sizes, or of sizes that do not ascend}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(8 to 4) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @zero {
  // expected-error@+1 {{'dl.step' op has a batch of 0, expected 1 to 1048576}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(0 to 4) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @huge {
  // expected-error@+1 {{'dl.step' op has a batch of 1048577, expected 1 to 1048576}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1, 1048577) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @many {
  // expected-error@+1 {{'dl.step' op has 33 sizes of its batch, each of which is compiled; at most 32 are, and a range ('batch(1 to 33)') is made of a few}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @differ {
  // expected-error@+1 {{'dl.step' op has inputs of different batches: 'x' of 8 and 't' of 3; say which have one: 'over ["x"]'}}
  dl.step @s(%x: tensor<8x4xf32>, %t: tensor<3x4xf32>) -> (y: tensor<8x4xf32>) batch(1, 8) {
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @scalars {
  // expected-error@+1 {{'dl.step' op has a batch, but no input with a dimension that could be it}}
  dl.step @s(%x: tensor<f32>) -> (y: tensor<f32>) batch(1, 8) {
    dl.return %x : tensor<f32>
  }
}

// -----

dl.model @over_scalar {
  // expected-error@+1 {{'dl.step' op has a batch over the input 'a', a scalar: expected a dimension 0}}
  dl.step @s(%x: tensor<8xf32>, %a: tensor<f32>) -> (y: tensor<8xf32>) batch(1, 8) over ["a"] {
    dl.return %x : tensor<8xf32>
  }
}

// -----

dl.model @unknown {
  // expected-error@+1 {{'dl.step' op has a batch over the input 'imgae', which it does not have; did you mean 'image'?}}
  dl.step @s(%image: tensor<8xf32>) -> (y: tensor<8xf32>) batch(1, 8) over ["imgae"] {
    dl.return %image : tensor<8xf32>
  }
}

// -----

dl.model @empty {
  // expected-error@+1 {{'dl.step' op has a batch, but its input 'x' is empty: 'tensor<0x4xf32>'}}
  dl.step @s(%x: tensor<0x4xf32>) -> (y: tensor<0x4xf32>) batch(1, 8) {
    dl.return %x : tensor<0x4xf32>
  }
}

// -----

dl.model @only_range {
  // expected-error@+1 {{'dl.step' op says which inputs have a batch, or that it has any size, but not which sizes}}
  dl.step @s(%x: tensor<8xf32>) -> (y: tensor<8xf32>) attributes {batch_range} {
    dl.return %x : tensor<8xf32>
  }
}
