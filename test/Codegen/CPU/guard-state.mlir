// RUN: dlc-opt %s -dl-guard-state | FileCheck %s

func.func private @check(memref<8xi32>, memref<i64>, !llvm.ptr) attributes {dl.kernel, dl.fault, dl.writes = array<i64: 1>}
func.func private @update(memref<8xf32>, !llvm.ptr) attributes {dl.kernel, dl.writes = array<i64: 0>}

// CHECK-LABEL: func.func @step
// CHECK-SAME:    %[[WORKER:[^ ]*]]: !llvm.ptr
// CHECK-NEXT:  call @check
// CHECK-NEXT:  %[[CODE:.*]] = call @dlc_rt_fault(%[[WORKER]])
// CHECK-NEXT:  %[[NONE:.*]] = arith.constant 0 : i64
// CHECK-NEXT:  %[[GOOD:.*]] = arith.cmpi eq, %[[CODE]], %[[NONE]]
// CHECK-NEXT:  scf.if %[[GOOD]] {
// CHECK-NEXT:    call @update
// CHECK-NEXT:  }
// CHECK-NEXT:  return
func.func @step(%i: memref<8xi32>, %fault: memref<i64>, %w: memref<8xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  call @check(%i, %fault, %worker) : (memref<8xi32>, memref<i64>, !llvm.ptr) -> ()
  call @update(%w, %worker) : (memref<8xf32>, !llvm.ptr) -> ()
  return
}
