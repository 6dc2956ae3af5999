// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=CANON

// CHECK-LABEL: func.func @forms
// CHECK:         %[[S:.*]]:2 = dl.scan 16 carry(%[[H:.*]] = %{{.*}}) over(%[[X:.*]] = %{{.*}}) with(%[[U:.*]] = %{{.*}}) : (tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<16x8x4xf32>) {
// CHECK-NEXT:      %[[P:.*]] = dl.matmul %[[H]], %[[U]]
// CHECK-NEXT:      %[[N:.*]] = dl.add %[[P]], %[[X]]
// CHECK-NEXT:      dl.yield %[[N]], %[[N]] : tensor<8x4xf32>, tensor<8x4xf32>
// CHECK-NEXT:    }
// CHECK-NEXT:    %{{.*}} = dl.scan 16 reverse truncate 4 carry(%{{.*}} = %{{.*}}) : (tensor<8x4xf32>) -> tensor<8x4xf32> {
// CHECK:         %{{.*}} = dl.scan 16 over(%{{.*}} = %[[S]]#1) : (tensor<16x8x4xf32>) -> tensor<16x8x4xf32> {
func.func @forms(%h0: tensor<8x4xf32>, %xs: tensor<16x8x4xf32>, %w: tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<16x8x4xf32>) {
  %s, %ys = dl.scan 16 carry(%h = %h0) over(%x = %xs) with(%u = %w)
      : (tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<16x8x4xf32>) {
    %0 = dl.matmul %h, %u : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
    %1 = dl.add %0, %x : tensor<8x4xf32>
    dl.yield %1, %1 : tensor<8x4xf32>, tensor<8x4xf32>
  }
  %d = dl.scan 16 reverse truncate 4 carry(%h = %s) : (tensor<8x4xf32>) -> tensor<8x4xf32> {
    %0 = dl.tanh %h : tensor<8x4xf32>
    dl.yield %0 : tensor<8x4xf32>
  }
  %e = dl.scan 16 over(%y = %ys) : (tensor<16x8x4xf32>) -> tensor<16x8x4xf32> {
    %0 = dl.exp %y : tensor<8x4xf32>
    dl.yield %0 : tensor<8x4xf32>
  }
  return %d, %e : tensor<8x4xf32>, tensor<16x8x4xf32>
}

// What nothing depends on goes: the second carried value, which feeds only itself, the
// output and the operands that only it needs.
// CANON-LABEL: func.func @unused
// CANON-SAME:    (%[[A:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>, %[[X:.*]]: tensor<3x4xf32>, %{{.*}}: tensor<3x4xf32>)
// CANON-NEXT:    %[[S:.*]] = dl.scan 3 carry(%[[H:.*]] = %[[A]]) over(%[[Y:.*]] = %[[X]]) : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<4xf32> {
// CANON-NEXT:      %[[N:.*]] = dl.add %[[H]], %[[Y]]
// CANON-NEXT:      dl.yield %[[N]] : tensor<4xf32>
// CANON-NEXT:    }
// CANON-NEXT:    return %[[S]]
func.func @unused(%a: tensor<4xf32>, %b: tensor<4xf32>, %x: tensor<3x4xf32>, %z: tensor<3x4xf32>) -> tensor<4xf32> {
  %s, %t, %ys = dl.scan 3 carry(%h = %a, %g = %b) over(%y = %x, %v = %z)
      : (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>) {
    %0 = dl.add %h, %y : tensor<4xf32>
    %1 = dl.mul %g, %v : tensor<4xf32>
    dl.yield %0, %1, %1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %s : tensor<4xf32>
}

// A carried value that never changes is an invariant, equal operands are one, and so are
// equal outputs; a constant and a broadcast along the steps are made inside.
// CANON-LABEL: func.func @merged
// CANON-SAME:    (%[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<f32>)
// CANON-NEXT:    %[[S:.*]]:2 = dl.scan 3 carry(%[[H:.*]] = %[[A]]) with(%[[U:.*]] = %[[B]], %[[V:.*]] = %[[C]]) : (tensor<4xf32>, tensor<4xf32>, tensor<f32>) -> (tensor<4xf32>, tensor<3x4xf32>) {
// CANON-DAG:       dl.constant dense<2.000000e+00> : tensor<4xf32>
// CANON-DAG:       dl.broadcast %[[V]] dims [] : tensor<f32> to tensor<4xf32>
// CANON:           dl.yield
// CANON:         return %[[S]]#0, %[[B]], %[[S]]#1, %[[S]]#1
func.func @merged(%a: tensor<4xf32>, %b: tensor<4xf32>, %c: tensor<f32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  %two = dl.constant dense<2.0> : tensor<4xf32>
  %xs = dl.broadcast %c dims [] : tensor<f32> to tensor<3x4xf32>
  %s, %t, %y, %z = dl.scan 3 carry(%h = %a, %g = %b) over(%x = %xs) with(%u = %b, %k = %two)
      : (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
    %0 = dl.mul %h, %g : tensor<4xf32>
    %1 = dl.mul %0, %u : tensor<4xf32>
    %2 = dl.mul %1, %k : tensor<4xf32>
    %3 = dl.mul %2, %x : tensor<4xf32>
    dl.yield %3, %g, %0, %0 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
  return %s, %t, %y, %z : tensor<4xf32>, tensor<4xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}
