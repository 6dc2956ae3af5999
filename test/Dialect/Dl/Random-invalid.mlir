// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @number(%s: tensor<i64>) {
  // expected-error@+1 {{'dl.random_bits' op expects a number from 0 to 16777215, not 16777216}}
  %0 = dl.random_bits %s, %s number 16777216 word 0 : tensor<8xi32>
  return
}

// -----

func.func @word(%s: tensor<i64>) {
  // expected-error@+1 {{'dl.random_bits' op expects a word from 0 to 3, not 4}}
  %0 = dl.random_bits %s, %s number 0 word 4 : tensor<8xi32>
  return
}

// -----

func.func @strides_rank(%s: tensor<i64>) {
  // expected-error@+1 {{'dl.random_bits' op expects 'strides' with 1 entries for the result 'tensor<8xi32>', not 2}}
  %0 = dl.random_bits %s, %s number 0 word 0 strides [1, 1] : tensor<8xi32>
  return
}

// -----

func.func @negative_stride(%s: tensor<i64>) {
  // expected-error@+1 {{'dl.random_bits' op expects strides from 0 to 1099511627776, not -1}}
  %0 = dl.random_bits %s, %s number 0 word 0 strides [-1] : tensor<8xi32>
  return
}

// -----

func.func @uniform_ends() {
  // expected-error@+1 {{'dl.uniform' op expects low <= high, both finite, not low = 1.000000e+00 and high = 0.000000e+00}}
  %0 = dl.uniform {low = 1.0, high = 0.0} : tensor<8xf32>
  return
}

// -----

func.func @deviation() {
  // expected-error@+1 {{'dl.normal' op expects a finite mean and a finite deviation of 0 or more, not mean = 0.000000e+00 and deviation = -1.000000e+00}}
  %0 = dl.normal {deviation = -1.0} : tensor<8xf32>
  return
}

// -----

func.func @no_probability() {
  // expected-error@+1 {{'dl.bernoulli' op expects either the attribute p or an operand after 'of'}}
  %0 = dl.bernoulli : tensor<8xi1>
  return
}

// -----

func.func @two_probabilities(%p: tensor<8xf32>) {
  // expected-error@+1 {{'dl.bernoulli' op expects either the attribute p or an operand after 'of'}}
  %0 = dl.bernoulli {p = 0.5} of %p : tensor<8xf32> -> tensor<8xi1>
  return
}

// -----

func.func @probability_range() {
  // expected-error@+1 {{'dl.bernoulli' op expects p from 0 to 1, not 1.500000e+00}}
  %0 = dl.bernoulli {p = 1.5} : tensor<8xi1>
  return
}

// -----

func.func @probability_shape(%p: tensor<4xf32>) {
  // expected-error@+1 {{'dl.bernoulli' op expects operand probability with one entry for each of the result 'tensor<8xi1>', not 'tensor<4xf32>'}}
  %0 = dl.bernoulli of %p : tensor<4xf32> -> tensor<8xi1>
  return
}

// -----

func.func @no_classes(%l: tensor<8x0xf32>) {
  // expected-error@+1 {{'dl.categorical' expects operand logits with a last dimension of one or more classes, not 'tensor<8x0xf32>'}}
  %0 = dl.categorical %l : tensor<8x0xf32> -> tensor<8xi32>
  return
}
