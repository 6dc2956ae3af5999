// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @vectors(%q: tensor<8xf32>, %k: tensor<8xf32>, %v: tensor<8xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operands query, key and value of one rank of 2 or more, not 'tensor<8xf32>', 'tensor<8xf32>' and 'tensor<8xf32>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<8xf32>, tensor<8xf32>, tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @ranks(%q: tensor<2x5x8xf32>, %k: tensor<6x8xf32>, %v: tensor<2x6x7xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operands query, key and value of one rank of 2 or more, not 'tensor<2x5x8xf32>', 'tensor<6x8xf32>' and 'tensor<2x6x7xf32>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<2x5x8xf32>, tensor<6x8xf32>, tensor<2x6x7xf32> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @batches(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<3x6x7xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operands query, key and value with equal dimensions before the last two, not 'tensor<2x5x8xf32>', 'tensor<2x6x8xf32>' and 'tensor<3x6x7xf32>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<3x6x7xf32> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @features(%q: tensor<2x5x8xf32>, %k: tensor<2x6x9xf32>, %v: tensor<2x6x7xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' multiplies 8 features of operand query ('tensor<2x5x8xf32>') with 9 of operand key ('tensor<2x6x9xf32>')}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<2x5x8xf32>, tensor<2x6x9xf32>, tensor<2x6x7xf32> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @keys(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x5x7xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' has 6 keys in operand key ('tensor<2x6x8xf32>') but 5 values in operand value ('tensor<2x5x7xf32>')}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<2x5x7xf32> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @two_masks(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x6x7xf32>, %m: tensor<5x6xi1>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' takes operand mask or 'is_causal', not both}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v mask %m {is_causal} : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<2x6x7xf32>, tensor<5x6xi1> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @mask_type(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x6x7xf32>, %m: tensor<5x6xi32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operand mask of i1 or of 'f32', not 'tensor<5x6xi32>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v mask %m : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<2x6x7xf32>, tensor<5x6xi32> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @mask_shape(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x6x7xf32>, %m: tensor<6x5xi1>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operand mask to spread to 'tensor<2x5x6xi1>', not 'tensor<6x5xi1>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v mask %m : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<2x6x7xf32>, tensor<6x5xi1> -> tensor<2x5x7xf32>
  return
}

// -----

func.func @mask_rank(%q: tensor<2x5x8xf32>, %k: tensor<2x6x8xf32>, %v: tensor<2x6x7xf32>, %m: tensor<1x2x5x6xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' expects operand mask to spread to 'tensor<2x5x6xf32>', not 'tensor<1x2x5x6xf32>'}}
  %0 = dl.scaled_dot_product_attention %q, %k, %v mask %m : tensor<2x5x8xf32>, tensor<2x6x8xf32>, tensor<2x6x7xf32>, tensor<1x2x5x6xf32> -> tensor<2x5x7xf32>
  return
}
