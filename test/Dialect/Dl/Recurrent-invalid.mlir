// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @rank(%x: tensor<5x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects operand x of rank 3 (T x N x I), not 'tensor<5x3xf32>'}}
  %y, %h = dl.rnn %x weights(%w, %u) : (tensor<5x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @rank_batch_first(%x: tensor<5x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects operand x of rank 3 (N x T x I), not 'tensor<5x3xf32>'}}
  %y, %h = dl.rnn %x weights(%w, %u) {batch_first} : (tensor<5x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @no_layers(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects 'layers' from 1 to 1000, not 0}}
  %y, %h = dl.rnn %x weights(%w, %u) {layers = 0} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @truncation(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' truncates its gradient after 1 step or more, not 0}}
  %y, %h = dl.rnn %x weights(%w, %u) {truncate = 0} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @weight_count(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects 4 weights (w_ih, w_hh of each layer and direction) or 8 (and b_ih, b_hh), not 2}}
  %y, %h = dl.rnn %x weights(%w, %u) {layers = 2} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @hidden_rank(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects w_hh of rank 2, not 'tensor<4xf32>'}}
  %y, %h = dl.rnn %x weights(%w, %u) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @gates(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.gru' expects w_ih of layer 0 to be 'tensor<12x3xf32>', not 'tensor<4x3xf32>'}}
  %y, %h = dl.gru %x weights(%w, %u) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @backward(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects w_ih of layer 0 backward to be 'tensor<4x3xf32>', not 'tensor<4x4xf32>'}}
  %y, %h = dl.rnn %x weights(%w, %u, %u, %u) {bidirectional} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @initial(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn' expects operand h0 to be 'tensor<1x2x4xf32>', not 'tensor<4x4xf32>'}}
  %y, %h = dl.rnn %x weights(%w, %u) initial(%u) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @lengths(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>, %n: tensor<3xi64>) {
  // expected-error@+1 {{'dl.rnn' expects operand lengths to have an entry for each of the 2 sequences of operand x 'tensor<5x2x3xf32>', not 'tensor<3xi64>'}}
  %y, %h = dl.rnn %x weights(%w, %u) lengths(%n) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<3xi64>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// -----

func.func @cell_rank(%x: tensor<3xf32>, %h: tensor<2x4xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn_cell' expects operand x of rank 2 (N x I), not 'tensor<3xf32>'}}
  %y = dl.rnn_cell %x, %h weights(%w, %u) : (tensor<3xf32>, tensor<2x4xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @cell_state(%x: tensor<2x3xf32>, %h: tensor<2x5xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.rnn_cell' expects operand h to be 'tensor<2x4xf32>', not 'tensor<2x5xf32>'}}
  %y = dl.rnn_cell %x, %h weights(%w, %u) : (tensor<2x3xf32>, tensor<2x5xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @nonlinearity(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %u: tensor<4x4xf32>) {
  // expected-error@+1 {{attribute 'nonlinearity' failed to satisfy constraint: "tanh" or "relu"}}
  %y, %h = dl.rnn %x weights(%w, %u) {nonlinearity = "sin"} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}
