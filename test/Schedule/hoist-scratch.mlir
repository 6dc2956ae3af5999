// RUN: dlc-opt %s -dl-hoist-scratch | FileCheck %s

// What the kernel allocates stands behind its arguments, and counts as
// written.
// CHECK-LABEL: func.func private @k
// CHECK-SAME:    (%[[X:.*]]: memref<8xf32>, %[[Y:.*]]: memref<8xf32>, %[[SCRATCH:.*]]: memref<4xf32> {dl.scratch}, %[[MORE:.*]]: memref<2xf32> {dl.scratch}) attributes {dl.kernel, dl.writes = array<i64: 1, 2, 3>}
// CHECK-NOT:     memref.alloc
// CHECK:         %[[V:.*]] = memref.load %[[SCRATCH]]
// CHECK-NEXT:    memref.store %[[V]], %[[MORE]]
func.func private @k(%x: memref<8xf32>, %y: memref<8xf32>) attributes {dl.kernel, dl.writes = array<i64: 1>} {
  %scratch = memref.alloc() : memref<4xf32>
  %more = memref.alloc() : memref<2xf32>
  memref.copy %x, %y : memref<8xf32> to memref<8xf32>
  %c = arith.constant 0 : index
  %0 = memref.load %scratch[%c] : memref<4xf32>
  memref.store %0, %more[%c] : memref<2xf32>
  return
}

// Each call has scratch of its own.
// CHECK-LABEL: func.func @s
// CHECK-SAME:    (%[[X:.*]]: memref<8xf32>, %[[Y:.*]]: memref<8xf32>)
// CHECK-NEXT:    %[[A:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NEXT:    %[[B:.*]] = memref.alloc() : memref<2xf32>
// CHECK-NEXT:    call @k(%[[X]], %[[Y]], %[[A]], %[[B]])
// CHECK-NEXT:    %[[C:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NEXT:    %[[D:.*]] = memref.alloc() : memref<2xf32>
// CHECK-NEXT:    call @k(%[[Y]], %[[X]], %[[C]], %[[D]])
func.func @s(%x: memref<8xf32>, %y: memref<8xf32>) {
  call @k(%x, %y) : (memref<8xf32>, memref<8xf32>) -> ()
  call @k(%y, %x) : (memref<8xf32>, memref<8xf32>) -> ()
  return
}
