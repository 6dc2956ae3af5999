// RUN: dlc-opt %s -dl-derive-state --split-input-file | FileCheck %s

// What both steps compute is derived once; what one computes beside it, for that one.
// CHECK-LABEL: dl.model @shared
// CHECK:         dl.derived @derived_w : tensor<4x3xf32>
// CHECK:         func.func @derive_0(%[[W:.*]]: tensor<4x3xf32> {dl.state = @w}, %[[S:.*]]: tensor<3xf32> {dl.state = @s}, %{{.*}}: tensor<4x3xf32> {dl.state = @derived_w}) -> (tensor<4x3xf32> {dl.state = @derived_w}) attributes {dl.derives, dl.step}
// CHECK-NEXT:      %[[B:.*]] = dl.broadcast %[[S]]
// CHECK-NEXT:      %[[F:.*]] = dl.mul %[[W]], %[[B]]
// CHECK-NEXT:      return %[[F]]
// CHECK:         func.func @one(%[[X:.*]]: tensor<8x4xf32> {dl.name = "x"}, %[[D:.*]]: tensor<4x3xf32> {dl.state = @derived_w})
// CHECK-NEXT:      %[[Y:.*]] = dl.matmul %[[X]], %[[D]]
// CHECK-NEXT:      return %[[Y]]
// CHECK:         dl.derived @derived_s : tensor<3xf32>
// CHECK:         func.func @derive_1(%[[S:.*]]: tensor<3xf32> {dl.state = @s}, %{{.*}}: tensor<3xf32> {dl.state = @derived_s}) -> (tensor<3xf32> {dl.state = @derived_s})
// CHECK-NEXT:      dl.exp %[[S]]
// CHECK:         func.func @two(%{{.*}}: tensor<8x4xf32> {dl.name = "x"}, %{{.*}}: tensor<4x3xf32> {dl.state = @derived_w}, %{{.*}}: tensor<3xf32> {dl.state = @derived_s})
dl.model @shared {
  dl.param @w : tensor<4x3xf32> = kaiming_uniform
  dl.param @s : tensor<3xf32> = ones
  func.func @one(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}, %s: tensor<3xf32> {dl.state = @s}) -> (tensor<8x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.broadcast %s dims [1] : tensor<3xf32> to tensor<4x3xf32>
    %1 = dl.mul %w, %0 : tensor<4x3xf32>
    %2 = dl.matmul %x, %1 : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    return %2 : tensor<8x3xf32>
  }
  func.func @two(%x: tensor<8x4xf32> {dl.name = "x"}, %s: tensor<3xf32> {dl.state = @s}, %w: tensor<4x3xf32> {dl.state = @w}) -> (tensor<8x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.broadcast %s dims [1] : tensor<3xf32> to tensor<4x3xf32>
    %1 = dl.mul %w, %0 : tensor<4x3xf32>
    %2 = dl.matmul %x, %1 : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %3 = dl.exp %s : tensor<3xf32>
    %4 = dl.broadcast %3 dims [1] : tensor<3xf32> to tensor<8x3xf32>
    %5 = dl.add %2, %4 : tensor<8x3xf32>
    return %5 : tensor<8x3xf32>
  }
}

// -----

// What a step writes it does not derive from.
// CHECK-LABEL: dl.model @trains
// CHECK-NOT:     dl.derived
// CHECK:         func.func @step
// CHECK:           dl.exp
dl.model @trains {
  dl.param @w : tensor<3xf32> = ones
  func.func @step(%w: tensor<3xf32> {dl.state = @w}) -> (tensor<3xf32> {dl.state = @w}) attributes {dl.step} {
    %0 = dl.exp %w : tensor<3xf32>
    return %0 : tensor<3xf32>
  }
}

// -----

// What needs no memory stays, and so does a cheap op whose result is larger than what it
// is made of: of those, what they are made of is derived.
// CHECK-LABEL: dl.model @stays
// CHECK:         func.func @derive_0
// CHECK-NEXT:      %[[E:.*]] = dl.exp
// CHECK-NEXT:      return %[[E]]
// CHECK:         func.func @step(%[[X:.*]]: tensor<8x3xf32> {dl.name = "x"}, %[[R:.*]]: tensor<8xf32> {dl.state = @r}, %[[D:.*]]: tensor<3xf32> {dl.state = @derived_c})
// CHECK-DAG:       %[[A:.*]] = dl.broadcast %[[D]]
// CHECK-DAG:       %[[B:.*]] = dl.broadcast %[[R]]
// CHECK:           %[[P:.*]] = dl.mul %[[A]], %[[B]]
// CHECK:           dl.add %[[X]], %[[P]]
dl.model @stays {
  dl.param @c : tensor<3xf32> = ones
  dl.param @r : tensor<8xf32> = ones
  func.func @step(%x: tensor<8x3xf32> {dl.name = "x"}, %c: tensor<3xf32> {dl.state = @c}, %r: tensor<8xf32> {dl.state = @r}) -> (tensor<8x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.exp %c : tensor<3xf32>
    %1 = dl.broadcast %0 dims [1] : tensor<3xf32> to tensor<8x3xf32>
    %2 = dl.broadcast %r dims [0] : tensor<8xf32> to tensor<8x3xf32>
    %3 = dl.mul %1, %2 : tensor<8x3xf32>
    %4 = dl.add %x, %3 : tensor<8x3xf32>
    return %4 : tensor<8x3xf32>
  }
}

// -----

// A table that depends on nothing, and a loop of parameters alone.
// CHECK-LABEL: dl.model @table
// CHECK:         func.func @derive_0(
// CHECK-DAG:       dl.sin
// CHECK-DAG:       dl.scan
// CHECK:           return
// CHECK:         func.func @step
// CHECK-NOT:       dl.sin
// CHECK-NOT:       dl.scan
dl.model @table {
  dl.param @w : tensor<4xf32> = ones
  func.func @step(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4xf32> {dl.state = @w}) -> (tensor<8x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.iota {axis = 0} : tensor<8x4xf32>
    %1 = dl.sin %0 : tensor<8x4xf32>
    %2 = dl.add %x, %1 : tensor<8x4xf32>
    %3 = dl.scan 3 carry(%h = %w) : (tensor<4xf32>) -> tensor<4xf32> {
      %4 = dl.tanh %h : tensor<4xf32>
      dl.yield %4 : tensor<4xf32>
    }
    %5 = dl.broadcast %3 dims [1] : tensor<4xf32> to tensor<8x4xf32>
    %6 = dl.mul %2, %5 : tensor<8x4xf32>
    return %6 : tensor<8x4xf32>
  }
}
