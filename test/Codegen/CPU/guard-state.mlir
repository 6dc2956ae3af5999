// RUN: dlc-opt %s -dl-guard-state | FileCheck %s

func.func private @check(memref<8xi32>, memref<i64>, index, index) attributes {dl.kernel, dl.fault, dl.writes = array<i64: 1>}
func.func private @update(memref<8xf32>, index, index) attributes {dl.kernel, dl.writes = array<i64: 0>}

// CHECK-LABEL: func.func @step
// CHECK-SAME:    %{{.*}}: memref<8xi32>, %[[FAULT:.*]]: memref<i64>
// CHECK-NEXT:  call @check
// CHECK-NEXT:  %[[CODE:.*]] = memref.load %[[FAULT]][]
// CHECK-NEXT:  %[[NONE:.*]] = arith.constant 0 : i64
// CHECK-NEXT:  %[[GOOD:.*]] = arith.cmpi eq, %[[CODE]], %[[NONE]]
// CHECK-NEXT:  scf.if %[[GOOD]] {
// CHECK-NEXT:    call @update
// CHECK-NEXT:  }
// CHECK-NEXT:  return
func.func @step(%i: memref<8xi32>, %fault: memref<i64>, %w: memref<8xf32>, %worker: index, %workers: index) attributes {dl.step} {
  call @check(%i, %fault, %worker, %workers) : (memref<8xi32>, memref<i64>, index, index) -> ()
  call @update(%w, %worker, %workers) : (memref<8xf32>, index, index) -> ()
  return
}
