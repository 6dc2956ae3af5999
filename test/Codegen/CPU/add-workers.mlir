// RUN: dlc-opt %s -dl-add-workers | FileCheck %s

// CHECK-DAG: func.func private @dlc_rt_share(
// CHECK-DAG: func.func private @dlc_rt_next(

// CHECK:       func.func private @kernel_0(memref<4xf32>, !llvm.ptr) attributes {dl.kernel}
func.func private @kernel_0(memref<4xf32>) attributes {dl.kernel}

// CHECK-LABEL: func.func @step
// CHECK-SAME:    (%[[X:[^:]*]]: memref<4xf32>, %[[WORKER:[^:]*]]: !llvm.ptr)
// CHECK:       scf.for
// CHECK:         call @kernel_0(%[[X]], %[[WORKER]]) : (memref<4xf32>, !llvm.ptr) -> ()
func.func @step(%x: memref<4xf32>) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    func.call @kernel_0(%x) : (memref<4xf32>) -> ()
  }
  return
}

// A function of neither kind has no worker.
// CHECK-LABEL: func.func @other
// CHECK-SAME:    (%{{[^:]*}}: memref<4xf32>) {
func.func @other(%x: memref<4xf32>) {
  return
}
