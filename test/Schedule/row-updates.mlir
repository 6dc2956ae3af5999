// Training a table by rows takes no memory of the table's size for rows, and copies none. What
// puts rows back takes the rows, which ones they are and how many, and writes to the table
// and the moments in the state.
// RUN: dlc %s --emit=vector -o - | FileCheck %s
// RUN: dlc %s --print-memory-plan -o %t.o 2>&1 | FileCheck %s --check-prefix=PLAN

// CHECK-LABEL:   func.func @train(
// CHECK-NOT:       @copy_
// CHECK-COUNT-3:   call @[[PUT:kernel_[0-9]+]](%{{.*}}) : (memref<200x16xf32>, memref<200xi64>, memref<i64>, memref<100000x16xf32>, !llvm.ptr) -> ()
// CHECK-NOT:       @copy_
// CHECK:         func.func private @[[PUT]]({{.*}} attributes {dl.kernel, dl.writes = array<i64: 3>}
// CHECK-NOT:       memref.copy
// CHECK-NOT:       linalg.copy

// PLAN:     f32[200x16]
// PLAN-NOT: f32[100000x16]
dl.model @rows {
  dl.hparam @lr = 1.0e-3
  dl.param @w : tensor<100000x16xf32> = normal<0.0, 1.0>
  dl.optimizer @adam = #dl.adam
  dl.step @train(%i: tensor<20x10xi64>) {
    %w = dl.read @w : tensor<100000x16xf32>
    %y = dl.embedding %w at %i {sparse} : tensor<100000x16xf32>, tensor<20x10xi64> -> tensor<20x10x16xf32>
    %s = dl.square %y : tensor<20x10x16xf32>
    %loss = dl.mean %s : tensor<20x10x16xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}
