// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @sum_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_sum' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  // expected-error@+1 {{'dl.reduce_sum' op failed to infer returned types}}
  %0 = dl.reduce_sum %x {axes = [0, 2]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @sum_negative(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_sum' has axis -1 but operand x is 'tensor<8x4xf32>' of rank 2}}
  // expected-error@+1 {{'dl.reduce_sum' op failed to infer returned types}}
  %0 = dl.reduce_sum %x {axes = [-1]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @sum_unordered(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_sum' expects its axes in ascending order, each once}}
  // expected-error@+1 {{'dl.reduce_sum' op failed to infer returned types}}
  %0 = dl.reduce_sum %x {axes = [1, 0]} : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @sum_twice(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_sum' expects its axes in ascending order, each once}}
  // expected-error@+1 {{'dl.reduce_sum' op failed to infer returned types}}
  %0 = dl.reduce_sum %x {axes = [1, 1]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @sum_of_another_shape(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_sum' op inferred type(s) 'tensor<8xf32>' are incompatible with return type(s) of operation 'tensor<4xf32>'}}
  // expected-error@+1 {{'dl.reduce_sum' op failed to infer returned types}}
  %0 = dl.reduce_sum %x {axes = [1]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @max_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_max' has axis 7 but operand x is 'tensor<8x4xf32>' of rank 2}}
  // expected-error@+1 {{'dl.reduce_max' op failed to infer returned types}}
  %0 = dl.reduce_max %x {axes = [7]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @max_unordered(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.reduce_max' expects its axes in ascending order, each once}}
  // expected-error@+1 {{'dl.reduce_max' op failed to infer returned types}}
  %0 = dl.reduce_max %x {axes = [1, 0]} : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @argmax_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+2 {{'dl.argmax' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  // expected-error@+1 {{'dl.argmax' op failed to infer returned types}}
  %0 = dl.argmax %x {axis = 2} : tensor<8x4xf32> -> tensor<8xi32>
  return
}

// -----

func.func @argmax_of_scalar(%x: tensor<f32>) {
  // expected-error@+2 {{'dl.argmax' has axis 0 but operand x is 'tensor<f32>' of rank 0}}
  // expected-error@+1 {{'dl.argmax' op failed to infer returned types}}
  %0 = dl.argmax %x {axis = 0} : tensor<f32> -> tensor<i32>
  return
}

// -----

func.func @argmax_as_float(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.argmax' op result #0 must be tensor of 32-bit signless integer values, but got 'tensor<8xf32>'}}
  %0 = dl.argmax %x {axis = 1} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @count_of_two_shapes(%a: tensor<8xi32>, %b: tensor<4xi32>) {
  // expected-error@+1 {{'dl.count_equal' op requires all operands to have the same type}}
  %0 = "dl.count_equal"(%a, %b) : (tensor<8xi32>, tensor<4xi32>) -> tensor<i32>
  return
}

// -----

func.func @count_of_floats(%a: tensor<8xf32>) {
  // expected-error@+1 {{'dl.count_equal' op operand #0 must be statically shaped tensor of}}
  %0 = dl.count_equal %a, %a : tensor<8xf32> -> tensor<i32>
  return
}

// -----

func.func @without_axes(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' op requires attribute 'axes'}}
  %0 = dl.reduce_sum %x : tensor<8x4xf32> -> tensor<f32>
  return
}
