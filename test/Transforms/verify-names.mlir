// RUN: dlc-opt %s -dl-verify-names -split-input-file | FileCheck %s

// Names near to those that C and C++ do not have, in every form of a program.
// CHECK: dl.model @good
dl.model @good {
  dl.param @"a b/c.0" : tensor<4xf32> = zeros
  dl.step @main(%final: tensor<4xf32>) -> (import: tensor<4xf32>) {
    dl.return %final : tensor<4xf32>
  }
}

// -----

// A derivation has no name in C.
// CHECK: dl.model @resolved
dl.model @resolved {
  dl.derived @d : tensor<4xf32>
  func.func private @while(%w: tensor<4xf32> {dl.state = @w}) -> (tensor<4xf32> {dl.state = @d}) attributes {dl.step, dl.derives} {
    return %w : tensor<4xf32>
  }
  dl.param @w : tensor<4xf32> = zeros
}

// -----

// Sizes of a step have one name.
// CHECK: dl.manifest
module attributes {dl.manifest = #dl.manifest<name = "lowered",
  states = [#dl.state_entry<kind = param, name = "class", type = tensor<4xf32>>],
  steps = [#dl.step_entry<name = "s.1", batch = <step = "s", rows = 1>>]>} {}
