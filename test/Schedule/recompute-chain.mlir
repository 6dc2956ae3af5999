// RUN: dlc-opt %s -dl-recompute=budget=800000 | FileCheck %s

// Values have 262144 bytes, so that three fit. %y is not kept where four would be in use, and
// is made again from %h. That is a product: where it has a use only a little earlier, it
// lives on; where it would have to be kept for %y alone, it is made again too.

// CHECK-LABEL: func.func @lives_on(
// CHECK-COUNT-1: call @product(
// CHECK-NOT:   call @product(
// CHECK:       call @add(
// CHECK:       call @map(%[[H:[^,)]*]], %[[Y:[^,)]*]])
// CHECK-NOT:   call @product(
// CHECK:       return

// CHECK-LABEL: func.func @again(
// CHECK:       call @product(%arg0, %arg1, %[[H:[^,)]*]])
// CHECK:       call @product(%arg0, %arg1, %[[H2:[^,)]*]])
// CHECK-NEXT:  %[[Y:.*]] = memref.alloc()
// CHECK-NEXT:  call @map(%[[H2]], %[[Y]])
// CHECK-NEXT:  call @add(%{{[^,)]*}}, %[[Y]], %arg2)
// CHECK-NEXT:  return

#id = affine_map<(d0, d1) -> (d0, d1)>
#rows = affine_map<(d0, d1, d2) -> (d0, d2)>
#columns = affine_map<(d0, d1, d2) -> (d2, d1)>
#places = affine_map<(d0, d1, d2) -> (d0, d1)>
module attributes {dl.manifest = #dl.manifest<name = "m">} {
  func.func private @product(%x: memref<256x256xf32>, %w: memref<256x256xf32>, %y: memref<256x256xf32>) attributes {dl.kernel, dl.writes = array<i64: 2>} {
    %zero = arith.constant 0.0 : f32
    linalg.fill ins(%zero : f32) outs(%y : memref<256x256xf32>)
    linalg.generic {indexing_maps = [#rows, #columns, #places], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : memref<256x256xf32>, memref<256x256xf32>) outs(%y : memref<256x256xf32>) {
    ^bb0(%a: f32, %b: f32, %out: f32):
      %0 = arith.mulf %a, %b : f32
      %1 = arith.addf %out, %0 : f32
      linalg.yield %1 : f32
    }
    return
  }
  func.func private @map(%x: memref<256x256xf32>, %y: memref<256x256xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : memref<256x256xf32>) outs(%y : memref<256x256xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func private @add(%a: memref<256x256xf32>, %b: memref<256x256xf32>, %y: memref<256x256xf32>) attributes {dl.kernel, dl.writes = array<i64: 2>} {
    linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : memref<256x256xf32>, memref<256x256xf32>) outs(%y : memref<256x256xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %0 = arith.addf %in, %in_0 : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func @lives_on(%x: memref<256x256xf32>, %w: memref<256x256xf32>, %out: memref<256x256xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<input "w">, #dl.arg<output "y">]} {
    %h = memref.alloc() : memref<256x256xf32>
    call @product(%x, %w, %h) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    %y = memref.alloc() : memref<256x256xf32>
    call @map(%h, %y) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %a = memref.alloc() : memref<256x256xf32>
    call @map(%y, %a) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %b = memref.alloc() : memref<256x256xf32>
    call @map(%a, %b) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %c = memref.alloc() : memref<256x256xf32>
    call @add(%b, %h, %c) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    call @add(%c, %y, %out) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    return
  }
  func.func @again(%x: memref<256x256xf32>, %w: memref<256x256xf32>, %out: memref<256x256xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<input "w">, #dl.arg<output "y">]} {
    %h = memref.alloc() : memref<256x256xf32>
    call @product(%x, %w, %h) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    %y = memref.alloc() : memref<256x256xf32>
    call @map(%h, %y) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %a = memref.alloc() : memref<256x256xf32>
    call @map(%y, %a) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %b = memref.alloc() : memref<256x256xf32>
    call @map(%a, %b) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    %c = memref.alloc() : memref<256x256xf32>
    call @add(%a, %b, %c) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    %d = memref.alloc() : memref<256x256xf32>
    call @map(%c, %d) : (memref<256x256xf32>, memref<256x256xf32>) -> ()
    call @add(%d, %y, %out) : (memref<256x256xf32>, memref<256x256xf32>, memref<256x256xf32>) -> ()
    return
  }
}
