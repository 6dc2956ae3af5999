// RUN: dlc-opt %s -dl-recompute=budget=600000 -split-input-file -verify-diagnostics | FileCheck %s

// Values have 262144 bytes, so that two fit.

// What a kernel makes but nobody needs until late is made then, not twice.
// CHECK-LABEL: func.func @later(
// CHECK:       call @both_part_0(%arg0, %[[A:[^,)]*]])
// CHECK-NEXT:  %[[C:.*]] = memref.alloc
// CHECK-NEXT:  call @map(%[[A]], %[[C]])
// CHECK-NEXT:  %[[D:.*]] = memref.alloc
// CHECK-NEXT:  call @map(%[[C]], %[[D]])
// CHECK-NEXT:  call @both_part_1(%arg0, %[[B:[^,)]*]])
// CHECK-NEXT:  call @add(%[[D]], %[[B]], %arg1)
// CHECK-NEXT:  return
#id = affine_map<(d0) -> (d0)>
module attributes {dl.manifest = #dl.manifest<name = "m">} {
  func.func private @both(%x: memref<65536xf32>, %a: memref<65536xf32>, %b: memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1, 2>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<65536xf32>) outs(%a : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.negf %in : f32
      linalg.yield %0 : f32
    }
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : memref<65536xf32>) outs(%b : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.mulf %in, %in : f32
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
  func.func @later(%x: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<output "y">]} {
    %a = memref.alloc() : memref<65536xf32>
    %b = memref.alloc() : memref<65536xf32>
    call @both(%x, %a, %b) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    %c = memref.alloc() : memref<65536xf32>
    call @map(%a, %c) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %d = memref.alloc() : memref<65536xf32>
    call @map(%c, %d) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @add(%d, %b, %y) : (memref<65536xf32>, memref<65536xf32>, memref<65536xf32>) -> ()
    return
  }
}

// -----

// A value is not made again from what has been overwritten since.
#id = affine_map<(d0) -> (d0)>
module attributes {dl.manifest = #dl.manifest<name = "m">} {
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
  func.func private @update(%g: memref<65536xf32>, %w: memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%g : memref<65536xf32>) outs(%w : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.subf %out, %in : f32
      linalg.yield %0 : f32
    }
    return
  }
  // expected-error@+1 {{step @overwritten does not fit the memory budget of 600000 bytes: the smallest arena found has 786432 (786432 if nothing is computed again)}}
  func.func @overwritten(%x: memref<65536xf32>, %w: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<state "w">, #dl.arg<output "y">]} {
    %a = memref.alloc() : memref<65536xf32>
    call @map(%w, %a) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @update(%x, %w) : (memref<65536xf32>, memref<65536xf32>) -> ()
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

// -----

// What a loop needs is made again in front of it, once.
// CHECK-LABEL: func.func @loop(
// CHECK:       call @map(%arg0, %[[A:[^,)]*]])
// CHECK:       call @map(%[[A]], %[[B:[^,)]*]])
// CHECK:       call @map(%[[B]], %[[C:[^,)]*]])
// CHECK:       call @map(%[[C]], %arg1)
// CHECK:       call @map(%arg0, %[[AGAIN:[^,)]*]])
// CHECK-NEXT:  scf.for
// CHECK-NEXT:    func.call @update(%[[AGAIN]], %arg1)
// CHECK-NEXT:  }
// CHECK-NEXT:  return
#id = affine_map<(d0) -> (d0)>
module attributes {dl.manifest = #dl.manifest<name = "m">} {
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
  func.func private @update(%g: memref<65536xf32>, %w: memref<65536xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>} {
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%g : memref<65536xf32>) outs(%w : memref<65536xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.subf %out, %in : f32
      linalg.yield %0 : f32
    }
    return
  }
  func.func @loop(%x: memref<65536xf32>, %y: memref<65536xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<output "y">]} {
    %a = memref.alloc() : memref<65536xf32>
    call @map(%x, %a) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %b = memref.alloc() : memref<65536xf32>
    call @map(%a, %b) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %c = memref.alloc() : memref<65536xf32>
    call @map(%b, %c) : (memref<65536xf32>, memref<65536xf32>) -> ()
    call @map(%c, %y) : (memref<65536xf32>, memref<65536xf32>) -> ()
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %ten = arith.constant 10 : index
    scf.for %i = %zero to %ten step %one {
      func.call @update(%a, %y) : (memref<65536xf32>, memref<65536xf32>) -> ()
    }
    return
  }
}
