// RUN: dlc-opt %s -dl-hoist-scratch | FileCheck %s

// What the kernel allocates stands before the numbers of worker and workers, and counts as
// written.
// CHECK-LABEL: func.func private @k
// CHECK-SAME:    (%[[X:.*]]: memref<8xf32>, %[[Y:.*]]: memref<8xf32>, %[[SCRATCH:.*]]: memref<4xf32> {dl.scratch}, %[[MORE:.*]]: memref<2xf32> {dl.scratch}, %{{.*}}: index, %{{.*}}: index) attributes {dl.kernel, dl.writes = array<i64: 1, 2, 3>}
// CHECK-NOT:     memref.alloc
// CHECK:         %[[V:.*]] = memref.load %[[SCRATCH]]
// CHECK-NEXT:    memref.store %[[V]], %[[MORE]]
func.func private @k(%x: memref<8xf32>, %y: memref<8xf32>, %worker: index, %workers: index) attributes {dl.kernel, dl.writes = array<i64: 1>} {
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
// CHECK-SAME:    (%[[X:.*]]: memref<8xf32>, %[[Y:.*]]: memref<8xf32>, %[[WORKER:.*]]: index, %[[WORKERS:.*]]: index)
// CHECK-NEXT:    %[[A:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NEXT:    %[[B:.*]] = memref.alloc() : memref<2xf32>
// CHECK-NEXT:    call @k(%[[X]], %[[Y]], %[[A]], %[[B]], %[[WORKER]], %[[WORKERS]])
// CHECK-NEXT:    %[[C:.*]] = memref.alloc() : memref<4xf32>
// CHECK-NEXT:    %[[D:.*]] = memref.alloc() : memref<2xf32>
// CHECK-NEXT:    call @k(%[[Y]], %[[X]], %[[C]], %[[D]], %[[WORKER]], %[[WORKERS]])
func.func @s(%x: memref<8xf32>, %y: memref<8xf32>, %worker: index, %workers: index) {
  call @k(%x, %y, %worker, %workers) : (memref<8xf32>, memref<8xf32>, index, index) -> ()
  call @k(%y, %x, %worker, %workers) : (memref<8xf32>, memref<8xf32>, index, index) -> ()
  return
}
