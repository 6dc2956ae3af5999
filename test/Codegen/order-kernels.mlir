// RUN: dlc-opt %s -dl-order-kernels -split-input-file | FileCheck %s

// What is only needed on the way back is made in the stage in front of the one that
// needs it; an update runs in the stage behind the last that reads the old value, not at
// the end.
// CHECK-LABEL: func.func @step
// CHECK:         call @map(%{{.*}}, %[[A:alloc[_0-9]*]]
// CHECK-NEXT:    call @map(%[[A]], %[[B:[^,]*]],
// CHECK-NEXT:    call @map(%[[B]], %[[C:[^,]*]],
// CHECK-NEXT:    call @map(%arg1, %[[REVERSED:[^,]*]],
// CHECK-NEXT:    call @product(%[[C]], %[[REVERSED]], %[[D:[^,]*]],
// CHECK-NEXT:    call @product(%[[A]], %[[D]], %[[G:[^,]*]],
// CHECK-NEXT:    call @product(%[[D]], %arg1, %[[E:[^,]*]],
// CHECK-NEXT:    call @map(%[[E]], %[[F:[^,]*]],
// CHECK-NEXT:    call @update(%[[G]], %arg1,
// CHECK-NEXT:    call @map(%[[F]], %[[H:[^,]*]],
// CHECK-NEXT:    call @map(%[[H]], %arg2,
// CHECK-NEXT:    return
module {
  func.func private @map(memref<65536xf32>, memref<65536xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @product(memref<65536xf32>, memref<65536xf32>, memref<65536xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 2>}
  func.func private @update(memref<65536xf32>, memref<65536xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func @step(%x: memref<65536xf32>, %w: memref<65536xf32>, %y: memref<65536xf32>, %worker: index, %workers: index) attributes {dl.step, dl.args = [{input = "x"}, {state = "w"}, {output = "y"}]} {
    %reversed = memref.alloc() : memref<65536xf32>
    call @map(%w, %reversed, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %a = memref.alloc() : memref<65536xf32>
    call @map(%x, %a, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%a, %b, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %c = memref.alloc() : memref<65536xf32>
    call @map(%b, %c, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %d = memref.alloc() : memref<65536xf32>
    call @product(%c, %reversed, %d, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %g = memref.alloc() : memref<65536xf32>
    call @product(%a, %d, %g, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %e = memref.alloc() : memref<65536xf32>
    call @product(%d, %w, %e, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %f = memref.alloc() : memref<65536xf32>
    call @map(%e, %f, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %h = memref.alloc() : memref<65536xf32>
    call @map(%f, %h, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    call @map(%h, %y, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    call @update(%g, %w, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    return
  }
}

// -----

// Nothing moves in front of the check of indices, and small values stay where they are.
// CHECK-LABEL: func.func @guarded
// CHECK:         call @map(%arg0, %[[G:[^,]*]],
// CHECK:         call @sum(
// CHECK:         call @map(%[[G]], %[[B:[^,]*]],
// CHECK:         call @map(%[[B]], %arg4,
// CHECK:         call @check(
// CHECK:         call @update(
// CHECK:         call @add(
// CHECK:         return
module {
  func.func private @map(memref<65536xf32>, memref<65536xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @sum(memref<65536xf32>, memref<16xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @check(memref<16xi32>, memref<i64>, index, index) attributes {dl.kernel, dl.fault, dl.writes = array<i64: 1>}
  func.func private @update(memref<65536xf32>, memref<65536xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @add(memref<16xf32>, memref<16xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func @guarded(%x: memref<65536xf32>, %i: memref<16xi32>, %w: memref<65536xf32>, %v: memref<16xf32>, %y: memref<65536xf32>, %fault: memref<i64>, %worker: index, %workers: index) attributes {dl.step, dl.args = [{input = "x"}, {input = "i"}, {state = "w"}, {state = "v"}, {output = "y"}, {fault}]} {
    %g = memref.alloc() : memref<65536xf32>
    call @map(%x, %g, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    %s = memref.alloc() : memref<16xf32>
    call @sum(%x, %s, %worker, %workers) : (memref<65536xf32>, memref<16xf32>, index, index) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%g, %b, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    call @map(%b, %y, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    call @check(%i, %fault, %worker, %workers) : (memref<16xi32>, memref<i64>, index, index) -> ()
    call @update(%g, %w, %worker, %workers) : (memref<65536xf32>, memref<65536xf32>, index, index) -> ()
    call @add(%s, %v, %worker, %workers) : (memref<16xf32>, memref<16xf32>, index, index) -> ()
    return
  }
}
