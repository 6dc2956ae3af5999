// RUN: dlc-opt %s -dl-choose-layout --split-input-file --remarks-filter=dl-choose-layout -verify-diagnostics -o - | FileCheck %s -enable-var-scope

// Steps in which orders that are chosen for all ops at once move fewer bytes.

// The concat takes the order of the larger operand and of its reader; the smaller is transposed.
// CHECK-LABEL: func.func @concat
// CHECK-SAME:    %[[X:[^:]*]]: tensor<2x4x5x6xf32>{{.*}}, %[[Z:[^:]*]]: tensor<2x3x4x5xf32>
// CHECK-DAG:     %[[T:.*]] = dl.transpose %[[Z]] perm [0, 2, 3, 1] : tensor<2x3x4x5xf32> -> tensor<2x4x5x3xf32>
// CHECK-DAG:     %[[A:.*]] = dl.tanh %[[X]] : tensor<2x4x5x6xf32>
// CHECK:         %[[C:.*]] = dl.concat %[[A]], %[[T]] {axis = 3 : i64} : tensor<2x4x5x6xf32>, tensor<2x4x5x3xf32> -> tensor<2x4x5x9xf32>
// CHECK-NEXT:    return %[[C]]
dl.model @m {
  // expected-remark@below {{1 transposes of 480 bytes a call (2 of 2400 before the choice), 0 of 0 bytes when the state has changed}}
  func.func @concat(%x: tensor<2x4x5x6xf32> {dl.name = "x"},
    // expected-remark@below {{480 bytes are transposed, between input 'z', given as written, and output 'y', wanted as written}}
                    %z: tensor<2x3x4x5xf32> {dl.name = "z"}) -> (tensor<2x4x5x9xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.transpose %x perm [0, 3, 1, 2] : tensor<2x4x5x6xf32> -> tensor<2x6x4x5xf32>
    %1 = dl.tanh %0 : tensor<2x6x4x5xf32>
    %2 = dl.concat %1, %z {axis = 1} : tensor<2x6x4x5xf32>, tensor<2x3x4x5xf32> -> tensor<2x9x4x5xf32>
    %3 = dl.transpose %2 perm [0, 2, 3, 1] : tensor<2x9x4x5xf32> -> tensor<2x4x5x9xf32>
    return %3 : tensor<2x4x5x9xf32>
  }
}

// -----

// The bytes of an image are transposed before they become floats.
// CHECK-LABEL: func.func @image
// CHECK-SAME:    %[[X:[^:]*]]: tensor<2x3x4x4xui8>
// CHECK:         %[[T:.*]] = dl.transpose %[[X]] perm [0, 2, 3, 1] : tensor<2x3x4x4xui8> -> tensor<2x4x4x3xui8>
// CHECK-NEXT:    %[[C:.*]] = dl.cast %[[T]] : tensor<2x4x4x3xui8> to tensor<2x4x4x3xf32>
// CHECK-NEXT:    dl.conv2d %[[C]], %{{.*}} {layout = #dl<layout channels_last>}
dl.model @m {
  // expected-remark@below {{1 transposes of 96 bytes a call (1 of 384 before the choice)}}
  func.func @image(
    // expected-remark@below {{96 bytes are transposed, between input 'x', given as written, and 'dl.conv2d', which has channels last}}
      %x: tensor<2x3x4x4xui8> {dl.name = "x"}, %w: tensor<2x2x3x6xf32> {dl.name = "w"}) -> (tensor<2x3x3x6xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.cast %x : tensor<2x3x4x4xui8> to tensor<2x3x4x4xf32>
    %1 = dl.transpose %0 perm [0, 2, 3, 1] : tensor<2x3x4x4xf32> -> tensor<2x4x4x3xf32>
    %2 = dl.conv2d %1, %w {layout = #dl<layout channels_last>} : tensor<2x4x4x3xf32>, tensor<2x2x3x6xf32> -> tensor<2x3x3x6xf32>
    return %2 : tensor<2x3x3x6xf32>
  }
}

// -----

// Two outputs in another order, of ops in between that have several readers: what both are made
// of is transposed once, where the first one is.
// CHECK-LABEL: func.func @two_readers
// CHECK-COUNT-1: dl.transpose
// CHECK-NOT:     dl.transpose
dl.model @m {
  // expected-remark@below {{1 transposes of 160 bytes a call (2 of 320 before the choice)}}
  func.func @two_readers(%x: tensor<5x8xf32> {dl.name = "x"}) -> (tensor<8x5xf32> {dl.name = "y"}, tensor<8x5xf32> {dl.name = "z"}) attributes {dl.step} {
    // expected-remark@below {{160 bytes are transposed, between input 'x', given as written, and output 'z', wanted as written}}
    %0 = dl.tanh %x : tensor<5x8xf32>
    %1 = dl.exp %0 : tensor<5x8xf32>
    %2 = dl.sin %0 : tensor<5x8xf32>
    %3 = dl.transpose %1 perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    %4 = dl.transpose %2 perm [1, 0] : tensor<5x8xf32> -> tensor<8x5xf32>
    return %3, %4 : tensor<8x5xf32>, tensor<8x5xf32>
  }
}

// -----

// A transpose of what follows from the state alone is made when that has changed, and costs
// little: the parameter is transposed, not the activation.
// CHECK-LABEL: func.func @of_state
// CHECK-SAME:    %[[X:[^:]*]]: tensor<2x2xf32>{{.*}}, %[[P:[^:]*]]: tensor<8x2x2xf32>
// CHECK:         %[[T:.*]] = dl.transpose %[[P]] perm [0, 2, 1]
// CHECK:         dl.concat %{{.*}}, %[[T]]
// CHECK-NOT:     dl.transpose
dl.model @m {
  dl.param @p : tensor<8x2x2xf32> = ones
  // expected-remark@below {{0 transposes of 0 bytes a call (2 of 160 before the choice), 1 of 128 bytes when the state has changed}}
  func.func @of_state(%x: tensor<2x2xf32> {dl.name = "x"},
    // expected-remark@below {{128 bytes are transposed when the state has changed, between entry 'p' as it is stored, and output 'y', wanted as written}}
                      %p: tensor<8x2x2xf32> {dl.state = @p}) -> (tensor<9x2x2xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.tanh %x : tensor<2x2xf32>
    %1 = dl.reshape %0 : tensor<2x2xf32> to tensor<1x2x2xf32>
    %2 = dl.transpose %1 perm [0, 2, 1] : tensor<1x2x2xf32> -> tensor<1x2x2xf32>
    %3 = dl.concat %2, %p {axis = 0} : tensor<1x2x2xf32>, tensor<8x2x2xf32> -> tensor<9x2x2xf32>
    %4 = dl.transpose %3 perm [0, 2, 1] : tensor<9x2x2xf32> -> tensor<9x2x2xf32>
    return %4 : tensor<9x2x2xf32>
  }
}

// -----

// Attributes along dimensions follow, and what a kernel makes itself is made in the order that
// is wanted.
// CHECK-LABEL: func.func @attributes
// CHECK-SAME:    %[[X:[^:]*]]: tensor<4x6xf32>{{.*}}, %[[B:[^:]*]]: tensor<5xf32>
// CHECK-NOT:     dl.transpose
// CHECK-DAG:     %[[S:.*]] = dl.slice %[[X]] at [1, 2] size [2, 4] : tensor<4x6xf32> -> tensor<2x4xf32>
// CHECK-DAG:     %[[P:.*]] = dl.pad %[[S]] low [0, 1] high [1, 0] {value = 2.0{{.*}}} : tensor<2x4xf32> -> tensor<3x5xf32>
// CHECK-DAG:     %[[I:.*]] = dl.iota {{.*}}axis = 1{{.*}} tensor<3x5xf32>
// CHECK-DAG:     %[[C:.*]] = dl.broadcast %[[B]] dims [1] : tensor<5xf32> to tensor<3x5xf32>
// CHECK-DAG:     %[[A:.*]] = dl.add %[[P]], %[[C]]
// CHECK-DAG:     %[[M:.*]] = dl.mul %[[A]], %[[I]]
// CHECK-DAG:     %[[R:.*]] = dl.reverse %[[M]] dims [1]
// CHECK:         return %[[R]]
dl.model @m {
  // expected-remark@below {{0 transposes of 0 bytes a call (2 of 156 before the choice)}}
  func.func @attributes(%x: tensor<4x6xf32> {dl.name = "x"}, %b: tensor<5xf32> {dl.name = "b"}) -> (tensor<3x5xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.transpose %x perm [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
    %1 = dl.slice %0 at [2, 1] size [4, 2] : tensor<6x4xf32> -> tensor<4x2xf32>
    %2 = dl.pad %1 low [1, 0] high [0, 1] {value = 2.0} : tensor<4x2xf32> -> tensor<5x3xf32>
    %3 = dl.broadcast %b dims [0] : tensor<5xf32> to tensor<5x3xf32>
    %4 = dl.add %2, %3 : tensor<5x3xf32>
    %5 = dl.iota {axis = 0} : tensor<5x3xf32>
    %6 = dl.mul %4, %5 : tensor<5x3xf32>
    %7 = dl.reverse %6 dims [0] : tensor<5x3xf32>
    %8 = dl.transpose %7 perm [1, 0] : tensor<5x3xf32> -> tensor<3x5xf32>
    return %8 : tensor<3x5xf32>
  }
}

// -----

// Through a reshape that keeps groups of dimensions together, a reduction and an argmax.
// CHECK-LABEL: func.func @groups
// CHECK-SAME:    %[[X:[^:]*]]: tensor<2x6x3xf32>
// CHECK-NOT:     dl.transpose
// CHECK:         %[[E:.*]] = dl.exp %[[X]]
// CHECK:         %[[R:.*]] = dl.reshape %[[E]] : tensor<2x6x3xf32> to tensor<2x2x3x3xf32>
// CHECK-DAG:     dl.reduce_sum %[[R]] {axes = [1]} : tensor<2x2x3x3xf32> -> tensor<2x3x3xf32>
// CHECK-DAG:     dl.argmax %[[R]] {axis = 3 : i64}
dl.model @m {
  // expected-remark@below {{0 transposes of 0 bytes a call (3 of}}
  func.func @groups(%x: tensor<2x6x3xf32> {dl.name = "x"}) -> (tensor<2x3x3xf32> {dl.name = "y"}, tensor<2x2x3xi32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.transpose %x perm [0, 2, 1] : tensor<2x6x3xf32> -> tensor<2x3x6xf32>
    %1 = dl.exp %0 : tensor<2x3x6xf32>
    %2 = dl.reshape %1 : tensor<2x3x6xf32> to tensor<2x3x2x3xf32>
    %3 = dl.reduce_sum %2 {axes = [2]} : tensor<2x3x2x3xf32> -> tensor<2x3x3xf32>
    %4 = dl.transpose %3 perm [0, 2, 1] : tensor<2x3x3xf32> -> tensor<2x3x3xf32>
    %5 = dl.transpose %2 perm [0, 2, 1, 3] : tensor<2x3x2x3xf32> -> tensor<2x2x3x3xf32>
    %6 = dl.argmax %2 {axis = 1} : tensor<2x3x2x3xf32> -> tensor<2x2x3xi32>
    return %4, %6 : tensor<2x3x3xf32>, tensor<2x2x3xi32>
  }
}

// -----

// In a loop, and in front of it, each for itself.
// CHECK-LABEL: func.func @loop
// CHECK:         dl.scan
// CHECK-NOT:     dl.transpose
// CHECK:         dl.yield
dl.model @m {
  // expected-remark@below {{0 transposes of 0 bytes a call (2 of 192 before the choice)}}
  func.func @loop(%x: tensor<4x6xf32> {dl.name = "x"}) -> (tensor<4x6xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.scan 3 carry(%h = %x) : (tensor<4x6xf32>) -> tensor<4x6xf32> {
      %1 = dl.transpose %h perm [1, 0] : tensor<4x6xf32> -> tensor<6x4xf32>
      %2 = dl.exp %1 : tensor<6x4xf32>
      %3 = dl.transpose %2 perm [1, 0] : tensor<6x4xf32> -> tensor<4x6xf32>
      dl.yield %3 : tensor<4x6xf32>
    }
    return %0 : tensor<4x6xf32>
  }
}
