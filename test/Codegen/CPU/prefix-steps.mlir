// RUN: dlc-opt %s -dl-prefix-steps | FileCheck %s

// A step may have the name of a function of libm; kernels keep theirs.
// CHECK-LABEL: func.func @dlc.step.exp(
// CHECK:         call @kernel_0
// CHECK-LABEL: func.func private @kernel_0(
func.func @exp(%x: memref<4xf32>) attributes {dl.step} {
  call @kernel_0(%x) : (memref<4xf32>) -> ()
  return
}
func.func private @kernel_0(%x: memref<4xf32>) attributes {dl.kernel} {
  return
}
