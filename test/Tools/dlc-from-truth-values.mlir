// Truth values take a byte from the phase linalg on; text may enter there all the same.
// RUN: %dlc %s --emit=linalg -o %t.linalg.mlir
// RUN: %dlc %t.linalg.mlir --from=linalg -o %t.so
// RUN: %dlc %s --emit=vector -o %t.vector.mlir
// RUN: %dlc %t.vector.mlir --from=vector -o %t.so
// RUN: %dlc %s --emit=llvm -o %t.llvm.mlir
// RUN: %dlc %t.llvm.mlir --from=llvm -o %t.so

// Another shape is still refused.
// RUN: sed 's/tensor<7xi8>/tensor<6xi8>/g' %t.linalg.mlir > %t.other.mlir
// RUN: not %dlc %t.other.mlir --from=linalg -o %t.so 2>&1 | FileCheck %s
// CHECK: has the argument #dl.arg<input "b"> of 'tensor<6xi8>', which is not what the dl.manifest says
dl.model @m {
  dl.step @s(%b: tensor<7xi1>) -> (y: tensor<7xi1>) {
    dl.return %b : tensor<7xi1>
  }
}
