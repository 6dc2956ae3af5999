// Training a table by rows takes no memory of the table's size, and copies none: the
// largest value in the arena is one of the rows that were read. The kernel that puts rows
// back has the state's buffer and rows as arguments, and writes to the former alone.
// RUN: dlc %s --emit=vector -o - | FileCheck %s
// RUN: dlc %s --print-memory-plan -o %t.o 2>&1 | FileCheck %s --check-prefix=PLAN

// CHECK-NOT:   memref.copy
// CHECK-NOT:   linalg.copy
// CHECK-LABEL: func.func @train(
// CHECK-NOT:   @copy_
// CHECK:       return

// PLAN-NOT: 100000x16xf32
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
