// RUN: dlc-opt %s -dl-order-kernels -split-input-file | FileCheck %s

// What is only needed on the way back is made in the stage in front of the one that
// needs it; an update runs in the stage behind the last that reads the old value, not at
// the end.
// CHECK-LABEL: func.func @step
// CHECK:         call @map(%{{.*}}, %[[A:alloc[_0-9]*]]
// CHECK-NEXT:    call @map(%[[A]], %[[B:[^,)]*]])
// CHECK-NEXT:    call @map(%[[B]], %[[C:[^,)]*]])
// CHECK-NEXT:    call @map(%arg1, %[[REVERSED:[^,)]*]])
// CHECK-NEXT:    call @product(%[[C]], %[[REVERSED]], %[[D:[^,)]*]])
// CHECK-NEXT:    call @product(%[[A]], %[[D]], %[[G:[^,)]*]])
// CHECK-NEXT:    call @product(%[[D]], %arg1, %[[E:[^,)]*]])
// CHECK-NEXT:    call @map(%[[E]], %[[F:[^,)]*]])
// CHECK-NEXT:    call @update(%[[G]], %arg1)
// CHECK-NEXT:    call @map(%[[F]], %[[H:[^,)]*]])
// CHECK-NEXT:    call @map(%[[H]], %arg2)
// CHECK-NEXT:    return
module {
  func.func private @map(memref<65536xf32>, memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @product(memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 2>}
  func.func private @update(memref<65536xf32>, memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func @step(%x: memref<65536xf32>, %w: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<state "w">, #dl.arg<output "y">]} {
    %reversed = memref.alloc() : memref<65536xf32>
    call @map(%w, %reversed) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %a = memref.alloc() : memref<65536xf32>
    call @map(%x, %a) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%a, %b) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %c = memref.alloc() : memref<65536xf32>
    call @map(%b, %c) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %d = memref.alloc() : memref<65536xf32>
    call @product(%c, %reversed, %d) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    %g = memref.alloc() : memref<65536xf32>
    call @product(%a, %d, %g) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    %e = memref.alloc() : memref<65536xf32>
    call @product(%d, %w, %e) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    %f = memref.alloc() : memref<65536xf32>
    call @map(%e, %f) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %h = memref.alloc() : memref<65536xf32>
    call @map(%f, %h) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @map(%h, %y) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @update(%g, %w) : (memref<65536xf32>, memref<65536xf32>) -> ()
    return
  }
}

// -----

// Nothing moves in front of the check of indices, and small values stay where they are.
// CHECK-LABEL: func.func @guarded
// CHECK:         call @map(%arg0, %[[G:[^,)]*]])
// CHECK:         call @sum(
// CHECK:         call @map(%[[G]], %[[B:[^,)]*]])
// CHECK:         call @map(%[[B]], %arg4)
// CHECK:         call @check(
// CHECK:         call @update(
// CHECK:         call @add(
// CHECK:         return
module {
  func.func private @map(memref<65536xf32>, memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @sum(memref<65536xf32>, memref<16xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @check(memref<16xi32>, memref<i64>) attributes {dl.kernel, dl.fault, dl.writes = array<i64: 1>}
  func.func private @update(memref<65536xf32>, memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @add(memref<16xf32>, memref<16xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func @guarded(%x: memref<65536xf32>, %i: memref<16xi32>, %w: memref<65536xf32>, %v: memref<16xf32>, %y: memref<65536xf32>, %fault: memref<i64>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<input "i">, #dl.arg<state "w">, #dl.arg<state "v">, #dl.arg<output "y">, #dl.arg<fault>]} {
    %g = memref.alloc() : memref<65536xf32>
    call @map(%x, %g) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %s = memref.alloc() : memref<16xf32>
    call @sum(%x, %s) : (memref<65536xf32>, memref<16xf32>) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%g, %b) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @map(%b, %y) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @check(%i, %fault) : (memref<16xi32>, memref<i64>) -> ()
    call @update(%g, %w) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @add(%s, %v) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}
