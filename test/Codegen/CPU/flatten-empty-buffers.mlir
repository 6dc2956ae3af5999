// RUN: dlc-opt %s -dl-flatten-empty-buffers | FileCheck %s

// Arguments, values and regions of them; what has elements or one dimension stays.
// CHECK-LABEL: func.func @kernel
// CHECK-SAME:    (%[[X:[^:]*]]: memref<0xf32>, %[[Y:[^:]*]]: memref<2x3xf32>, %[[Z:[^:]*]]: memref<0xf64>)
// CHECK-NEXT:  %[[A:.*]] = memref.alloc() : memref<0xf32>
// CHECK-NEXT:  memref.copy %[[X]], %[[A]] : memref<0xf32> to memref<0xf32>
func.func @kernel(%x: memref<4x0x2xf32>, %y: memref<2x3xf32>, %z: memref<0xf64>) {
  %a = memref.alloc() : memref<4x0x2xf32>
  memref.copy %x, %a : memref<4x0x2xf32> to memref<4x0x2xf32>
  return
}

// CHECK-LABEL: func.func @step
// CHECK:       call @kernel({{.*}}) : (memref<0xf32>, memref<2x3xf32>, memref<0xf64>) -> ()
func.func @step(%x: memref<4x0x2xf32>, %y: memref<2x3xf32>, %z: memref<0xf64>) {
  call @kernel(%x, %y, %z) : (memref<4x0x2xf32>, memref<2x3xf32>, memref<0xf64>) -> ()
  return
}
