// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @sum_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.reduce_sum %x {axes = [0, 2]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @sum_negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' has axis -3 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.reduce_sum %x {axes = [-3]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

// The parser of dl's form sorts axes, the one of MLIR's generic form does not.
func.func @sum_unordered(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' expects its axes in ascending order, not [1, 0]; the form without quotes sorts them}}
  %0 = "dl.reduce_sum"(%x) <{axes = [1, 0]}> : (tensor<8x4xf32>) -> tensor<f32>
  return
}

// -----

func.func @sum_twice(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' expects each of its axes once, not [1, 1]}}
  %0 = dl.reduce_sum %x {axes = [1, 1]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @sum_of_another_shape(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_sum' op gives 'tensor<8xf32>', not 'tensor<4xf32>'}}
  %0 = dl.reduce_sum %x {axes = [1]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @max_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_max' has axis 7 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.reduce_max %x {axes = [7]} : tensor<8x4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @max_twice(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.reduce_max' expects each of its axes once, not [0, 1, 1]}}
  %0 = dl.reduce_max %x {axes = [1, 0, -1]} : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @argmax_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.argmax' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.argmax %x {axis = 2} : tensor<8x4xf32> -> tensor<8xi32>
  return
}

// -----

func.func @argmax_of_scalar(%x: tensor<f32>) {
  // expected-error@+1 {{'dl.argmax' has axis 0 but operand x is 'tensor<f32>' of rank 0}}
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
  // expected-error@+1 {{'dl.count_equal' op operand #0 must be tensor of}}
  %0 = dl.count_equal %a, %a : tensor<8xf32> -> tensor<i32>
  return
}

// -----

func.func @max_of_nothing(%x: tensor<8x0xf32>) {
  // expected-error@+1 {{'dl.reduce_max' expects elements to reduce, but operand x is 'tensor<8x0xf32>' with extent 0 along axis 1}}
  %0 = dl.reduce_max %x {axes = [1]} : tensor<8x0xf32> -> tensor<8xf32>
  return
}

// -----

func.func @min_of_nothing(%x: tensor<0x4xf32>) {
  // expected-error@+1 {{'dl.reduce_min' expects elements to reduce, but operand x is 'tensor<0x4xf32>' with extent 0 along axis 0}}
  %0 = dl.reduce_min %x : tensor<0x4xf32> -> tensor<f32>
  return
}

// -----

func.func @argmin_of_nothing(%x: tensor<8x0xf32>) {
  // expected-error@+1 {{'dl.argmin' expects elements to reduce, but operand x is 'tensor<8x0xf32>' with extent 0 along axis 1}}
  %0 = dl.argmin %x {axis = 1} : tensor<8x0xf32> -> tensor<8xi32>
  return
}

// -----

func.func @greatest_of_nothing(%x: tensor<8x0xf32>) {
  // expected-error@+1 {{'dl.norm' expects elements to reduce, but operand x is 'tensor<8x0xf32>' with extent 0 along axis 1}}
  %0 = dl.norm %x p inf {axes = [1]} : tensor<8x0xf32> -> tensor<8xf32>
  return
}

// -----

func.func @norm_of_no_order(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{expected floating point literal}}
  %0 = dl.norm %x p two : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @var_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.var' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.var %x {axes = [2]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @mean_twice(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.mean' expects each of its axes once, not [1, 1]}}
  %0 = dl.mean %x {axes = [1, 1]} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @kept_but_gone(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.mean' op gives 'tensor<8x1xf32>', not 'tensor<8xf32>'}}
  %0 = dl.mean %x {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @mean_of_integers(%x: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.mean' op operand #0 must be tensor of f32 or f64, of static shape}}
  %0 = dl.mean %x : tensor<8x4xi32> -> tensor<i32>
  return
}

// -----

func.func @sum_of_truth_values(%x: tensor<8x4xi1>) {
  // expected-error@+1 {{'dl.reduce_sum' op operand #0 must be tensor of}}
  %0 = dl.reduce_sum %x : tensor<8x4xi1> -> tensor<i1>
  return
}

// -----

func.func @any_of_numbers(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.any' op operand #0 must be tensor of i1, of static shape}}
  %0 = dl.any %x : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @place_of_too_many(%x: tensor<2147483649xi8>) {
  // expected-error@+1 {{'dl.argmax' op counts to 2147483648, which is more than 'i32' holds}}
  %0 = dl.argmax %x {axis = 0} : tensor<2147483649xi8> -> tensor<i32>
  return
}

// -----

func.func @count_of_too_many(%m: tensor<8x200xi1>) {
  %0 = dl.cast %m : tensor<8x200xi1> to tensor<8x200xi8>
  // The first sums are over 8 elements.
  %1 = dl.reduce_sum %0 {axes = [0]} : tensor<8x200xi8> -> tensor<200xi8>
  // expected-error@+1 {{'dl.reduce_sum' op counts to 200, which is more than 'i8' holds}}
  %2 = dl.reduce_sum %0 {axes = [1]} : tensor<8x200xi8> -> tensor<8xi8>
  return
}
