// RUN: dlc-opt %s -dl-fuse | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels{max-ops=2}))" | FileCheck %s --check-prefix=FEW
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels{max-inputs=2}))" | FileCheck %s --check-prefix=NARROW

// Values made where they are used are made in memory first where an op reads
// other rows of them; what is read row by row stays in the reader's kernel.
// CHECK-LABEL: func.func @reversed
// CHECK:         %[[IOTA:.*]] = call @[[MAKE:.*]]() : () -> tensor<8x4xf32>
// CHECK:         %[[Y:.*]] = call @[[READ:.*]](%[[IOTA]])
// CHECK:         call @[[ROWS:.*]](%[[Y]])
// CHECK:       func.func private @[[MAKE]]
// CHECK:         dl.iota
// CHECK-NEXT:    dl.copy
// CHECK:       func.func private @[[READ]]
// CHECK-NOT:     dl.copy
// CHECK:         dl.reverse %arg0 dims [0]
// CHECK:       func.func private @[[ROWS]]
// CHECK:         dl.iota
// CHECK-NOT:     dl.copy
// CHECK:         dl.reverse %{{.*}} dims [1]
// CHECK:         dl.add
dl.model @reversed {
  func.func @reversed() -> (tensor<8x4xf32> {dl.name = "y"}, tensor<8x4xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.iota {axis = 0} : tensor<8x4xf32>
    %1 = dl.reverse %0 dims [0] : tensor<8x4xf32>
    %2 = dl.iota {axis = 1} : tensor<8x4xf32>
    %3 = dl.reverse %2 dims [1] : tensor<8x4xf32>
    %4 = dl.add %1, %3 : tensor<8x4xf32>
    return %1, %4 : tensor<8x4xf32>, tensor<8x4xf32>
  }
}

// A kernel has a limit of ops and of values that it reads.
// FEW-LABEL: func.func @chain
// FEW-COUNT-2: call @kernel
// FEW-NOT:     call
// FEW:         return
// NARROW-LABEL: func.func @chain
// NARROW-COUNT-3: call @kernel
// NARROW-NOT:     call
// NARROW:         return
// CHECK-LABEL: func.func @chain
// CHECK-COUNT-1: call @kernel
// CHECK-NOT:     call
// CHECK:         return
dl.model @chain {
  func.func @chain(%a: tensor<8x4xf32> {dl.name = "a"}, %b: tensor<8x4xf32> {dl.name = "b"}, %c: tensor<8x4xf32> {dl.name = "c"}, %d: tensor<8x4xf32> {dl.name = "d"}) -> (tensor<8x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.sub %a, %b : tensor<8x4xf32>
    %1 = dl.mul %0, %c : tensor<8x4xf32>
    %2 = dl.div %1, %d : tensor<8x4xf32>
    %3 = dl.sin %2 : tensor<8x4xf32>
    return %3 : tensor<8x4xf32>
  }
}

// In the body of a loop nothing but kernels and loops may stand: what an inner
// loop takes is copied to its shape.
// CHECK-LABEL: func.func @nested
// CHECK:         dl.scan 3
// CHECK-NEXT:      %[[FLAT:.*]] = func.call @kernel_{{.*}} : (tensor<2x4xf32>) -> tensor<8xf32>
// CHECK-NEXT:      dl.scan 2 carry(%{{.*}} = %[[FLAT]])
// CHECK-NOT:       dl.reshape
// CHECK:         return
dl.model @nested {
  func.func @nested(%x: tensor<2x4xf32> {dl.name = "x"}) -> (tensor<2x4xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.scan 3 carry(%a = %x) : (tensor<2x4xf32>) -> (tensor<2x4xf32>) {
      %1 = dl.reshape %a : tensor<2x4xf32> to tensor<8xf32>
      %2 = dl.scan 2 carry(%b = %1) : (tensor<8xf32>) -> (tensor<8xf32>) {
        %3 = dl.sin %b : tensor<8xf32>
        dl.yield %3 : tensor<8xf32>
      }
      %4 = dl.reshape %2 : tensor<8xf32> to tensor<2x4xf32>
      dl.yield %4 : tensor<2x4xf32>
    }
    return %0 : tensor<2x4xf32>
  }
}
