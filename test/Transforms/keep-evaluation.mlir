// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-keep-evaluation))" | FileCheck %s

// The state stays, of which a later pass keeps what is read.
// CHECK-LABEL: dl.model @net
// CHECK:         dl.param @w
// CHECK-NOT:     @train
// CHECK:         func.func @predict
dl.model @net {
  dl.param @w : tensor<4x3xf32> = ones
  func.func @train(%w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<4x3xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.exp %w : tensor<4x3xf32>
    return %0 : tensor<4x3xf32>
  }
  func.func @predict(%w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<4x3xf32> {dl.name = "y", dl.type = tensor<4x3xf32>}) attributes {dl.step} {
    %0 = dl.exp %w : tensor<4x3xf32>
    return %0 : tensor<4x3xf32>
  }
}

// -----

// expected-error@+1 {{has no step that leaves the state as it is, and so nothing to freeze}}
dl.model @trains {
  dl.param @w : tensor<4x3xf32> = ones
  func.func @train(%w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<4x3xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.exp %w : tensor<4x3xf32>
    return %0 : tensor<4x3xf32>
  }
}
