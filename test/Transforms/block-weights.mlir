// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(func.func(dl-block-weights)))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl-attach-target{triple=x86_64 cpu=x86-64-v3},dl.model(func.func(dl-block-weights)))" | FileCheck %s --check-prefix=AVX2
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl-attach-target{plain},dl.model(func.func(dl-block-weights)))" | FileCheck %s --check-prefix=PLAIN
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(func.func(dl-block-weights)))" --remarks-filter=dl-block-weights:layout -verify-diagnostics -o %t.mlir

// A block is two vectors wide; without vectors there are none.
// AVX2: dl.unblock %{{.*}} : tensor<16x256x16xf32> -> tensor<256x256xf32>
// PLAIN-NOT: dl.unblock
dl.model @blocks {
  dl.param @w : tensor<256x256xf32> = zeros
  dl.param @f : tensor<3x3x8x64xf32> = zeros

  // Many rows are worth a copy in blocks, once a call and in front of everything else.
  // CHECK-LABEL: func.func @once
  // CHECK-SAME:    (%[[X:.*]]: tensor<2048x256xf32> {{.*}}, %[[W:.*]]: tensor<256x256xf32>
  // CHECK-NEXT:    %[[R:.*]] = dl.reshape %[[W]] : tensor<256x256xf32> to tensor<256x8x32xf32>
  // CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[R]] perm [1, 0, 2] : tensor<256x8x32xf32> -> tensor<8x256x32xf32>
  // CHECK-NEXT:    %[[E:.*]] = dl.exp %[[X]]
  // CHECK-NEXT:    %[[B:.*]] = dl.unblock %[[T]] : tensor<8x256x32xf32> -> tensor<256x256xf32>
  // CHECK-NEXT:    dl.matmul %[[E]], %[[B]]
  func.func @once(%x: tensor<2048x256xf32> {dl.name = "x"}, %w: tensor<256x256xf32> {dl.name = "w"}) -> (tensor<2048x256xf32> {dl.name = "y"}) attributes {dl.step} {
    %e = dl.exp %x : tensor<2048x256xf32>
    // expected-remark@+1 {{tensor<256x256xf32> in blocks of 32 columns: 4096 operations with each of its elements}}
    %y = dl.matmul %e, %w : tensor<2048x256xf32>, tensor<256x256xf32> -> tensor<2048x256xf32>
    return %y : tensor<2048x256xf32>
  }

  // Few rows are not, unless the copy is kept with the state.
  // CHECK-LABEL: func.func @few
  // CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<256x256xf32> {dl.state = @w}
  // CHECK:         %[[R:.*]] = dl.reshape %[[W]]
  // CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[R]] perm [1, 0, 2]
  // CHECK:         %[[Y:.*]] = dl.matmul %arg0, %arg1 :
  // CHECK-NEXT:    %[[B:.*]] = dl.unblock %[[T]]
  // CHECK-NEXT:    dl.matmul %[[Y]], %[[B]]
  func.func @few(%x: tensor<32x256xf32> {dl.name = "x"}, %v: tensor<256x256xf32> {dl.name = "v"}, %w: tensor<256x256xf32> {dl.state = @w}) -> (tensor<32x256xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.matmul %x, %v : tensor<32x256xf32>, tensor<256x256xf32> -> tensor<32x256xf32>
    // expected-remark@+1 {{tensor<256x256xf32> in blocks of 32 columns: 64 operations with each of its elements}}
    %y = dl.matmul %0, %w : tensor<32x256xf32>, tensor<256x256xf32> -> tensor<32x256xf32>
    return %y : tensor<32x256xf32>
  }

  // Nor are they with the state if each element is used a few times only.
  // CHECK-LABEL: func.func @one
  // CHECK-NOT:     dl.unblock
  // CHECK:         return
  func.func @one(%x: tensor<4x256xf32> {dl.name = "x"}, %w: tensor<256x256xf32> {dl.state = @w}) -> (tensor<4x256xf32> {dl.name = "y"}) attributes {dl.step} {
    %y = dl.matmul %x, %w : tensor<4x256xf32>, tensor<256x256xf32> -> tensor<4x256xf32>
    return %y : tensor<4x256xf32>
  }

  // A transpose makes blocks along the way, for as few rows as 16; what else reads it keeps it.
  // CHECK-LABEL: func.func @transposed
  // CHECK-SAME:    %[[V:[a-z0-9]+]]: tensor<256x64xf32>
  // CHECK-NEXT:    dl.transpose
  // CHECK-NEXT:    %[[R:.*]] = dl.reshape %[[V]] : tensor<256x64xf32> to tensor<8x32x64xf32>
  // CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[R]] perm [0, 2, 1] : tensor<8x32x64xf32> -> tensor<8x64x32xf32>
  // CHECK:         %[[B:.*]] = dl.unblock %[[T]] : tensor<8x64x32xf32> -> tensor<64x256xf32>
  // CHECK-NEXT:    dl.matmul %{{.*}}, %[[B]]
  // CHECK:         %[[U:.*]] = dl.transpose
  // CHECK-NEXT:    dl.exp %[[U]]
  // CHECK-NEXT:    dl.matmul %{{.*}}, %[[U]]
  func.func @transposed(%x: tensor<16x64xf32> {dl.name = "x"}, %v: tensor<256x64xf32> {dl.name = "v"}) -> (tensor<16x256xf32> {dl.name = "y"}, tensor<64x256xf32> {dl.name = "e"}, tensor<16x256xf32> {dl.name = "z"}) attributes {dl.step} {
    %t = dl.transpose %v perm [1, 0] : tensor<256x64xf32> -> tensor<64x256xf32>
    // expected-remark@+1 {{tensor<64x256xf32> in blocks of 32 columns: 32 operations with each of its elements}}
    %y = dl.matmul %x, %t : tensor<16x64xf32>, tensor<64x256xf32> -> tensor<16x256xf32>
    %n = dl.neg %v : tensor<256x64xf32>
    %u = dl.transpose %n perm [1, 0] : tensor<256x64xf32> -> tensor<64x256xf32>
    %e = dl.exp %u : tensor<64x256xf32>
    %z = dl.matmul %x, %u : tensor<16x64xf32>, tensor<64x256xf32> -> tensor<16x256xf32>
    return %y, %e, %z : tensor<16x256xf32>, tensor<64x256xf32>, tensor<16x256xf32>
  }

  // Trips of a loop count, also of one in another; the blocks are made in front of both.
  // CHECK-LABEL: func.func @loops
  // CHECK-SAME:    %[[W:[a-z0-9]+]]: tensor<256x256xf32>
  // CHECK-NEXT:    dl.reshape %[[W]]
  // CHECK-NEXT:    %[[T:.*]] = dl.transpose
  // CHECK-NEXT:    dl.scan 16 {{.*}} with({{.*}}, %[[OUT:.*]] = %[[T]])
  // CHECK:           dl.scan 8 {{.*}} with({{.*}}, %[[IN:.*]] = %[[OUT]])
  // CHECK-NEXT:        %[[B:.*]] = dl.unblock %[[IN]] : tensor<8x256x32xf32> -> tensor<256x256xf32>
  // CHECK-NEXT:        dl.matmul %{{.*}}, %[[B]]
  func.func @loops(%h: tensor<16x256xf32> {dl.name = "h"}, %w: tensor<256x256xf32> {dl.name = "w"}) -> (tensor<16x256xf32> {dl.name = "y"}) attributes {dl.step} {
    %y = dl.scan 16 carry(%a = %h) with(%u = %w) : (tensor<16x256xf32>, tensor<256x256xf32>) -> tensor<16x256xf32> {
      %0 = dl.scan 8 carry(%b = %a) with(%v = %u) : (tensor<16x256xf32>, tensor<256x256xf32>) -> tensor<16x256xf32> {
        // expected-remark@+1 {{tensor<256x256xf32> in blocks of 32 columns: 4096 operations with each of its elements}}
        %1 = dl.matmul %b, %v : tensor<16x256xf32>, tensor<256x256xf32> -> tensor<16x256xf32>
        dl.yield %1 : tensor<16x256xf32>
      }
      dl.yield %0 : tensor<16x256xf32>
    }
    return %y : tensor<16x256xf32>
  }

  // Filters, if they have no groups.
  // CHECK-LABEL: func.func @filters
  // CHECK:         %[[T:.*]] = dl.transpose %{{.*}} perm [3, 0, 1, 2, 4] : tensor<3x3x8x2x32xf32> -> tensor<2x3x3x8x32xf32>
  // CHECK:         %[[B:.*]] = dl.unblock %[[T]] : tensor<2x3x3x8x32xf32> -> tensor<3x3x8x64xf32>
  // CHECK-NEXT:    dl.conv2d %{{.*}}, %[[B]]
  // CHECK-NOT:     dl.unblock
  // CHECK:         return
  func.func @filters(%x: tensor<4x9x9x8xf32> {dl.name = "x"}, %f: tensor<3x3x8x64xf32> {dl.state = @f}, %g: tensor<4x9x9x16xf32> {dl.name = "g"}) -> (tensor<4x7x7x64xf32> {dl.name = "y"}, tensor<4x7x7x64xf32> {dl.name = "z"}) attributes {dl.step} {
    // expected-remark@+1 {{tensor<3x3x8x64xf32> in blocks of 32 columns: 392 operations with each of its elements}}
    %y = dl.conv2d %x, %f {layout = #dl<layout channels_last>} : tensor<4x9x9x8xf32>, tensor<3x3x8x64xf32> -> tensor<4x7x7x64xf32>
    %z = dl.conv2d %g, %f {groups = 2, layout = #dl<layout channels_last>} : tensor<4x9x9x16xf32>, tensor<3x3x8x64xf32> -> tensor<4x7x7x64xf32>
    return %y, %z : tensor<4x7x7x64xf32>, tensor<4x7x7x64xf32>
  }

  // A large gradient of a weight reads its left operand in rows, too.
  // CHECK-LABEL: func.func @gradient
  // CHECK-SAME:    (%[[X:.*]]: tensor<2048x784xf32> {{.*}}, %[[DY:.*]]: tensor<2048x1024xf32>
  // CHECK:         %[[T:.*]] = dl.transpose %{{.*}} perm [1, 0, 2] : tensor<2048x32x32xf32> -> tensor<32x2048x32xf32>
  // CHECK:         %[[R:.*]] = dl.transpose %[[X]] perm [1, 0] : tensor<2048x784xf32> -> tensor<784x2048xf32>
  // CHECK-NEXT:    %[[B:.*]] = dl.unblock %[[T]] : tensor<32x2048x32xf32> -> tensor<2048x1024xf32>
  // CHECK-NEXT:    %[[DW:.*]] = dl.matmul %[[R]], %[[B]] : tensor<784x2048xf32>
  // CHECK-NEXT:    return %[[DW]]
  func.func @gradient(%x: tensor<2048x784xf32> {dl.name = "x"}, %dy: tensor<2048x1024xf32> {dl.name = "dy"}) -> (tensor<784x1024xf32> {dl.name = "dw"}) attributes {dl.step} {
    // expected-remark@+1 {{tensor<2048x1024xf32> in blocks of 32 columns: 1568 operations with each of its elements}}
    %dw = dl.matmul %x, %dy {transpose_a} : tensor<2048x784xf32>, tensor<2048x1024xf32> -> tensor<784x1024xf32>
    return %dw : tensor<784x1024xf32>
  }

  // Columns that are no whole number of blocks, right operands of small weight gradients, many products,
  // nothing to sum: as they are.
  // CHECK-LABEL: func.func @declined
  // CHECK-NOT:     dl.unblock
  // CHECK:         return
  func.func @declined(%x: tensor<4096x64xf32> {dl.name = "x"}, %u: tensor<64x100xf32> {dl.name = "u"}, %v: tensor<4096x256xf32> {dl.name = "v"}, %b: tensor<8x512x64xf32> {dl.name = "b"}, %c: tensor<8x64x64xf32> {dl.name = "c"}, %e: tensor<4096x0xf32> {dl.name = "e"}, %n: tensor<0x64xf32> {dl.name = "n"}) -> (tensor<4096x100xf32> {dl.name = "p"}, tensor<64x256xf32> {dl.name = "q"}, tensor<8x512x64xf32> {dl.name = "r"}, tensor<4096x64xf32> {dl.name = "s"}) attributes {dl.step} {
    %p = dl.matmul %x, %u : tensor<4096x64xf32>, tensor<64x100xf32> -> tensor<4096x100xf32>
    %q = dl.matmul %x, %v {transpose_a} : tensor<4096x64xf32>, tensor<4096x256xf32> -> tensor<64x256xf32>
    %r = dl.matmul %b, %c : tensor<8x512x64xf32>, tensor<8x64x64xf32> -> tensor<8x512x64xf32>
    %s = dl.matmul %e, %n : tensor<4096x0xf32>, tensor<0x64xf32> -> tensor<4096x64xf32>
    return %p, %q, %r, %s : tensor<4096x100xf32>, tensor<64x256xf32>, tensor<8x512x64xf32>, tensor<4096x64xf32>
  }
}
