// RUN: dlc-opt %s -dl-recompute=budget=600000 | FileCheck %s
// RUN: dlc-opt %s -dl-recompute | FileCheck %s --check-prefix=KEPT
// RUN: not dlc-opt %s -dl-recompute=budget=400000 2>&1 | FileCheck %s --check-prefix=SMALL

// Three values of 262144 bytes would be in use at the third call. %a is made again by the
// part of its kernel that makes it, from %x; what that kernel writes besides is not.
// CHECK:      func.func private @make(
// CHECK:      func.func private @make_part_0(%{{.*}}: memref<65536xf32>, %{{.*}}: memref<65536xf32>)
// CHECK-SAME:   dl.writes = array<i64: 1>
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT:  linalg.generic
// CHECK:      return
// CHECK-LABEL: func.func @s
// CHECK-SAME:   (%[[X:[^:]*]]: memref<65536xf32>
// CHECK:      call @make(%[[X]], %[[A:[^,)]*]], %[[SUM:[^,)]*]])
// CHECK:      call @map(%[[A]], %[[B:[^,)]*]])
// CHECK:      call @map(%[[B]], %[[C:[^,)]*]])
// CHECK:      call @map(%[[C]], %[[D:[^,)]*]])
// CHECK:      %[[AGAIN:.*]] = memref.alloc() : memref<65536xf32>
// CHECK:      call @make_part_0(%[[X]], %[[AGAIN]])
// CHECK:      call @add(%[[D]], %[[AGAIN]],

// Without a budget all is as it was.
// KEPT-LABEL: func.func @s
// KEPT:       call @make(%{{[^,)]*}}, %[[A:[^,)]*]],
// KEPT-NOT:   call @make
// KEPT:       call @add(%{{[^,)]*}}, %[[A]],

// SMALL: error: step @s does not fit the memory budget of 400000 bytes: the smallest arena found has {{[0-9]+}} (786432 if nothing is computed again); the largest values in it when it is fullest are f32[65536] of 262144 bytes

#id = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>
module attributes {dl.manifest = #dl.manifest<name = "m">} {
  func.func private @make(%x: memref<65536xf32>, %y: memref<65536xf32>, %sum: memref<f32>) attributes {dl.kernel, dl.writes = array<i64: 1, 2>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<65536xf32>) outs(%y : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.mulf %in, %in : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#id, #none], iterator_types = ["reduction"]} ins(%y : memref<65536xf32>) outs(%sum : memref<f32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %out : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @map(%x: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<65536xf32>) outs(%y : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @add(%a: memref<65536xf32>, %b: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 2>} {
    linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel"]} ins(%a, %b : memref<65536xf32>, memref<65536xf32>) outs(%y : memref<65536xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.addf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func @s(%x: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<output "y">]} {
    %a = memref.alloc() : memref<65536xf32>
    %sum = memref.alloc() : memref<f32>
    call @make(%x, %a, %sum) : (memref<65536xf32>, memref<65536xf32>, memref<f32>) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%a, %b) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %c = memref.alloc() : memref<65536xf32>
    call @map(%b, %c) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %d = memref.alloc() : memref<65536xf32>
    call @map(%c, %d) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @add(%d, %a, %y) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    return
  }
}
