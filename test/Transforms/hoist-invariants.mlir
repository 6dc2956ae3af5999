// RUN: dlc-opt %s -dl-hoist-invariants -canonicalize | FileCheck %s

// What depends on invariants alone is computed once, free ops along with it; a broadcast
// alone stays.
// CHECK-LABEL: func.func @hoist
// CHECK-SAME:    (%[[H0:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<4x4xf32>, %[[B:.*]]: tensor<4xf32>)
// CHECK-DAG:     %[[T:.*]] = dl.transpose %[[W]] perm [1, 0]
// CHECK-DAG:     %[[E:.*]] = dl.exp %[[B]]
// CHECK:         dl.scan 16 carry(%[[H:.*]] = %[[H0]]) with({{.*}} = %[[E]], {{.*}} = %[[T]]) : {{.*}} -> tensor<8x4xf32> {
// CHECK-NOT:       dl.transpose
// CHECK-NOT:       dl.exp
// CHECK:           dl.broadcast
// CHECK:           dl.yield
func.func @hoist(%h0: tensor<8x4xf32>, %w: tensor<4x4xf32>, %b: tensor<4xf32>) -> tensor<8x4xf32> {
  %s = dl.scan 16 carry(%h = %h0) with(%u = %w, %v = %b) : (tensor<8x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<8x4xf32> {
    %t = dl.transpose %u perm [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
    %0 = dl.matmul %h, %t : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
    %e = dl.exp %v : tensor<4xf32>
    %1 = dl.broadcast %e dims [1] : tensor<4xf32> to tensor<8x4xf32>
    %2 = dl.add %0, %1 : tensor<8x4xf32>
    dl.yield %2 : tensor<8x4xf32>
  }
  return %s : tensor<8x4xf32>
}
