// RUN: dlc-opt %s -split-input-file -dl-plan-memory -canonicalize | FileCheck %s
// RUN: not dlc-opt %S/Inputs/no-manifest.mlir -dl-plan-memory 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: has no dl.manifest; lower a model first

// Of three buffers in a chain the first is dead when the last is written: they share an
// offset, and the middle one is apart from both. State entries begin at cache lines, and the
// parameter is updated where it lies.
// CHECK: dl.manifest = #dl.manifest<name = "m", states = [#dl.state_entry<kind = param, name = "w", type = tensor<40xf32>, offset = 0>, #dl.state_entry<kind = param, name = "v", type = tensor<8xf32>, offset = 192>], state_bytes = 256, arena_bytes = 512>
// CHECK-LABEL: func.func @s
// CHECK-SAME:    (%[[STATE:[^:]*]]: memref<256xi8>, %[[ARENA:[^:]*]]: memref<512xi8>, %[[X:[^:]*]]: memref<64xf32>, %[[Y:[^:]*]]: memref<64xf32>)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C256:.*]] = arith.constant 256 : index
// CHECK:         %[[THIRD:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<512xi8> to memref<64xf32>
// CHECK-NEXT:    %[[SECOND:.*]] = memref.view %[[ARENA]][%[[C256]]][] : memref<512xi8> to memref<64xf32>
// CHECK-NEXT:    %[[FIRST:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<512xi8> to memref<64xf32>
// CHECK-NEXT:    %[[W:.*]] = memref.view %[[STATE]][%[[C0]]][] : memref<256xi8> to memref<40xf32>
// CHECK-NEXT:    call @produce(%[[X]], %[[FIRST]])
// CHECK-NEXT:    call @produce(%[[FIRST]], %[[SECOND]])
// CHECK-NEXT:    call @produce(%[[SECOND]], %[[THIRD]])
// CHECK-NEXT:    call @update(%[[W]], %[[THIRD]])
// CHECK-NEXT:    call @produce(%[[THIRD]], %[[Y]])
// CHECK-NEXT:    return
module attributes {dl.manifest = #dl.manifest<name = "m", states = [#dl.state_entry<kind = param, name = "w", type = tensor<40xf32>>, #dl.state_entry<kind = param, name = "v", type = tensor<8xf32>>]>} {
  func.func private @produce(memref<64xf32>, memref<64xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func private @update(memref<40xf32>, memref<64xf32>) attributes {dl.kernel, dl.writes = array<i64: 0>}
  func.func @s(%x: memref<64xf32>, %w: memref<40xf32>, %y: memref<64xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<state "w">, #dl.arg<output "y">]} {
    %a = memref.alloc() : memref<64xf32>
    call @produce(%x, %a) : (memref<64xf32>, memref<64xf32>) -> ()
    %b = memref.alloc() : memref<64xf32>
    call @produce(%a, %b) : (memref<64xf32>, memref<64xf32>) -> ()
    %c = memref.alloc() : memref<64xf32>
    call @produce(%b, %c) : (memref<64xf32>, memref<64xf32>) -> ()
    call @update(%w, %c) : (memref<40xf32>, memref<64xf32>) -> ()
    call @produce(%c, %y) : (memref<64xf32>, memref<64xf32>) -> ()
    return
  }
}

// -----

// What is allocated in front of a loop and used in it lives as long as the loop: %kept and
// %carried lie apart from what one iteration uses, of which %first and %third share a place.
// CHECK: dl.manifest = #dl.manifest<{{.*}}arena_bytes = 1024>
// CHECK-LABEL: func.func @s
// CHECK-SAME:    (%{{[^:]*}}: memref<0xi8>, %[[ARENA:[^:]*]]: memref<1024xi8>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C256:.*]] = arith.constant 256 : index
// CHECK-DAG:     %[[C512:.*]] = arith.constant 512 : index
// CHECK-DAG:     %[[C768:.*]] = arith.constant 768 : index
// CHECK-DAG:     %[[V0:.*]] = memref.view %[[ARENA]][%[[C0]]][]
// CHECK-DAG:     %[[V256:.*]] = memref.view %[[ARENA]][%[[C256]]][]
// CHECK-DAG:     %[[V512:.*]] = memref.view %[[ARENA]][%[[C512]]][]
// CHECK-DAG:     %[[V768:.*]] = memref.view %[[ARENA]][%[[C768]]][]
// CHECK:         scf.for
module attributes {dl.manifest = #dl.manifest<name = "m">} {
  func.func private @produce(memref<64xf32>, memref<64xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>}
  func.func @s(%x: memref<64xf32>, %y: memref<64xf32>) attributes {dl.step, dl.args = [#dl.arg<input "x">, #dl.arg<output "y">]} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c9 = arith.constant 9 : index
    %kept = memref.alloc() : memref<64xf32>
    func.call @produce(%x, %kept) : (memref<64xf32>, memref<64xf32>) -> ()
    %carried = memref.alloc() : memref<64xf32>
    scf.for %i = %c0 to %c9 step %c1 {
      %first = memref.alloc() : memref<64xf32>
      func.call @produce(%kept, %first) : (memref<64xf32>, memref<64xf32>) -> ()
      %second = memref.alloc() : memref<64xf32>
      func.call @produce(%first, %second) : (memref<64xf32>, memref<64xf32>) -> ()
      %third = memref.alloc() : memref<64xf32>
      func.call @produce(%second, %third) : (memref<64xf32>, memref<64xf32>) -> ()
      func.call @produce(%third, %carried) : (memref<64xf32>, memref<64xf32>) -> ()
    }
    call @produce(%carried, %y) : (memref<64xf32>, memref<64xf32>) -> ()
    return
  }
}
