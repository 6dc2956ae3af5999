// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK-LABEL: func.func @layers
func.func @layers(%x: tensor<5x2x3xf32>, %w0: tensor<4x3xf32>, %w1: tensor<4x4xf32>, %b: tensor<4xf32>, %h0: tensor<1x2x4xf32>, %n: tensor<2xi64>) {
  // CHECK: dl.rnn %{{.*}} weights(%{{.*}}, %{{.*}}) {nonlinearity = "relu"} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  %y, %hn = dl.rnn %x weights(%w0, %w1) {nonlinearity = "relu"} : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  // CHECK: dl.rnn %{{.*}} weights(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) initial(%{{.*}}) lengths(%{{.*}}) : (
  %z, %zn = dl.rnn %x weights(%w0, %w1, %b, %b) initial(%h0) lengths(%n) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<1x2x4xf32>, tensor<2xi64>) -> (tensor<5x2x4xf32>, tensor<1x2x4xf32>)
  return
}

// CHECK-LABEL: func.func @gated
func.func @gated(%x: tensor<2x5x3xf32>, %w0: tensor<16x3xf32>, %w1: tensor<16x4xf32>, %v0: tensor<12x3xf32>, %v1: tensor<12x4xf32>, %s: tensor<1x2x4xf32>) {
  // CHECK: dl.lstm %{{.*}} weights(%{{.*}}, %{{.*}}) initial(%{{.*}}, %{{.*}}) {batch_first} : (
  %y, %hn, %cn = dl.lstm %x weights(%w0, %w1) initial(%s, %s) {batch_first} : (tensor<2x5x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> (tensor<2x5x4xf32>, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  // CHECK: dl.gru %{{.*}} weights(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {batch_first, bidirectional} : (
  %z, %zn = dl.gru %x weights(%v0, %v1, %v0, %v1) {batch_first, bidirectional} : (tensor<2x5x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>, tensor<12x3xf32>, tensor<12x4xf32>) -> (tensor<2x5x8xf32>, tensor<2x2x4xf32>)
  return
}

// CHECK-LABEL: func.func @cells
func.func @cells(%x: tensor<2x3xf32>, %h: tensor<2x4xf32>, %w0: tensor<4x3xf32>, %w1: tensor<4x4xf32>, %u0: tensor<16x3xf32>, %u1: tensor<16x4xf32>, %v0: tensor<12x3xf32>, %v1: tensor<12x4xf32>) {
  // CHECK: dl.rnn_cell %{{.*}}, %{{.*}} weights(%{{.*}}, %{{.*}}) : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %a = dl.rnn_cell %x, %h weights(%w0, %w1) : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  // CHECK: dl.lstm_cell %{{.*}}, %{{.*}}, %{{.*}} weights(%{{.*}}, %{{.*}}) : (
  %b, %c = dl.lstm_cell %x, %h, %h weights(%u0, %u1) : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>)
  // CHECK: dl.gru_cell %{{.*}}, %{{.*}} weights(%{{.*}}, %{{.*}}) : (
  %d = dl.gru_cell %x, %h weights(%v0, %v1) : (tensor<2x3xf32>, tensor<2x4xf32>, tensor<12x3xf32>, tensor<12x4xf32>) -> tensor<2x4xf32>
  return
}
