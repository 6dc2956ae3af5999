// RUN: dlc-opt %s -dl-destination-style -canonicalize | FileCheck %s

// The model dissolves into the manifest; the step names its arguments. The output goes straight
// to its place, and the parameter is updated in place: no kernel reads its old value later.
// CHECK:       module attributes {dl.manifest = #dl.manifest<name = "m", states = [#dl.state_entry<kind = param, name = "w", type = tensor<8xf32>{{.*}}, #dl.state_entry<kind = counter, name = "seed", type = tensor<i64>, init = 3>], steps = [#dl.step_entry<name = "update", inputs = [#dl.tensor_entry<name = "x", type = tensor<8xf32>>], outputs = [#dl.tensor_entry<name = "y", type = tensor<8xf32>>], writes = ["w"]>]>}
// CHECK-NOT:   dl.model
// CHECK-LABEL: func.func @update
// CHECK-SAME:    (%[[X:[^:]*]]: tensor<8xf32> {{.*}}, %[[W:[^:]*]]: tensor<8xf32> {{.*}}, %[[Y:[^:]*]]: tensor<8xf32> {{.*}})
// CHECK-SAME:    dl.args = [#dl.arg<input "x">, #dl.arg<state "w">, #dl.arg<output "y">], dl.step
// CHECK-NEXT:    %[[SUM:.*]] = call @kernel_0(%[[X]], %[[W]], %[[Y]])
// CHECK-NEXT:    call @kernel_1(%[[W]], %[[SUM]])
// CHECK-NEXT:    return

// A destination stands after the inputs; what is updated in place is its own.
// CHECK-LABEL: func.func private @kernel_0
// CHECK-SAME:    (%[[A:[^:]*]]: tensor<8xf32> {bufferization.writable = false}, %[[B:[^:]*]]: tensor<8xf32> {bufferization.writable = false}, %[[OUT:[^:]*]]: tensor<8xf32> {bufferization.writable = true}) -> tensor<8xf32> attributes {dl.kernel, dl.writes = array<i64: 2>}
// CHECK:         linalg.add ins(%[[A]], %[[B]] : {{.*}} outs(%[[OUT]] :
// CHECK-LABEL: func.func private @kernel_1
// CHECK-SAME:    (%[[A:[^:]*]]: tensor<8xf32> {bufferization.writable = true}, %[[B:[^:]*]]: tensor<8xf32> {bufferization.writable = false}) -> tensor<8xf32> attributes {dl.kernel, dl.writes = array<i64: 0>}
// CHECK:         linalg.sub ins(%[[A]], %[[B]] : {{.*}} outs(%[[A]] :
dl.model @m {
  dl.param @w : tensor<8xf32> = ones
  dl.counter @seed
  func.func @update(%x: tensor<8xf32> {dl.name = "x", dl.type = tensor<8xf32>}, %w: tensor<8xf32> {dl.state = @w}) -> (tensor<8xf32> {dl.name = "y", dl.type = tensor<8xf32>}, tensor<8xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = func.call @kernel_0(%x, %w) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %1 = func.call @kernel_1(%w, %0) : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    return %0, %1 : tensor<8xf32>, tensor<8xf32>
  }
  func.func private @kernel_0(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> attributes {dl.kernel} {
    %e = tensor.empty() : tensor<8xf32>
    %0 = linalg.add ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
  func.func private @kernel_1(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> attributes {dl.kernel, dl.in_place = [array<i64: 0, 0>]} {
    %e = tensor.empty() : tensor<8xf32>
    %0 = linalg.sub ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
}
