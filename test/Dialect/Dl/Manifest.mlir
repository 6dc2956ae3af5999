// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// CHECK: module attributes {dl.manifest = #dl.manifest<name = "m", states = [
// CHECK-SAME: #dl.state_entry<kind = param, name = "w", type = tensor<4x3xf32>, init = 1, a = -5.000000e-01, b = 5.000000e-01, storage = <[4, 3], [1, 0]>, offset = 0>,
// CHECK-SAME: #dl.state_entry<kind = hparam, name = "lr", type = tensor<f32>, a = 1.000000e-03, range = not_negative, offset = 64>],
// CHECK-SAME: derived = [#dl.tensor_entry<name = "d", type = tensor<4xf32>, offset = 128>],
// CHECK-SAME: derivations = [#dl.derivation<name = "f", reads = ["w"]>],
// CHECK-SAME: steps = [#dl.step_entry<name = "s", trains = true, inputs = [#dl.tensor_entry<name = "x", type = tensor<8x3xui8>>], faults = ["no"], writes = ["w"], derivations = ["f"], batch = <step = "s", rows = 8, any = true, inputs = ["x"]>>],
// CHECK-SAME: sites = [#dl.site<step = "s">, #dl.site<step = "s", batch = 8, kernel = "k", trips = 5, flops = 3.200000e+01, bytes = 2.560000e+02, bits = 32, ops = ["tanh"], places = ["m.mlir:3:10"], parts = ["forward"]>],
// CHECK-SAME: state_bytes = 192, arena_bytes = 0>}
module attributes {dl.manifest = #dl.manifest<arena_bytes = 0, name = "m",
  states = [#dl.state_entry<kind = param, name = "w", type = tensor<4x3xf32>, init = 1, a = -0.5, b = 0.5, storage = <[4, 3], [1, 0]>, offset = 0>,
            #dl.state_entry<kind = hparam, name = "lr", type = tensor<f32>, a = 1.0e-3, range = not_negative, offset = 64>],
  derived = [#dl.tensor_entry<name = "d", type = tensor<4xf32>, offset = 128>],
  derivations = [#dl.derivation<name = "f", reads = ["w"]>],
  steps = [#dl.step_entry<name = "s", trains = true, inputs = [#dl.tensor_entry<name = "x", type = tensor<8x3xui8>>], faults = ["no"], writes = ["w"], derivations = ["f"],
                          batch = <step = "s", rows = 8, any = true, inputs = ["x"]>>],
  sites = [#dl.site<step = "s">,
           #dl.site<step = "s", batch = 8, kernel = "k", trips = 5, flops = 32.0, bytes = 256.0, bits = 32, ops = ["tanh"], places = ["m.mlir:3:10"], parts = ["forward"]>],
  state_bytes = 192>} {
  // CHECK: func.func @s() attributes {dl.args = [#dl.arg<input "x">, #dl.arg<fault>]}
  func.func @s() attributes {dl.args = [#dl.arg<input "x">, #dl.arg<fault>]} { return }
}
