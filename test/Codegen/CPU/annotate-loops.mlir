// RUN: dlc-opt %s -pass-pipeline="builtin.module(convert-scf-to-cf,convert-to-llvm,llvm.func(dl-annotate-loops))" | FileCheck %s

#vectorize = #llvm.loop_vectorize<disable = false>
#loop = #llvm.loop_annotation<vectorize = #vectorize>

// CHECK-LABEL: llvm.func @f
// CHECK:         llvm.br {{.*}} {loop_annotation = #loop_annotation}
// CHECK-NOT:     llvm.loop_annotation
func.func @f(%n: index, %x: memref<4xf32>) {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %c = arith.constant 1.0 : f32
  scf.for %i = %0 to %n step %1 {
    memref.store %c, %x[%i] : memref<4xf32>
  } {llvm.loop_annotation = #loop}
  return
}
