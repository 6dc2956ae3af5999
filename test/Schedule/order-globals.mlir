// RUN: dlc-opt %s -dl-order-globals | FileCheck %s

// Order and numbers follow the first reads, whatever they were; who reads a constant still does.
// CHECK:      memref.global "private" constant @c : memref<2xf32> = dense<1.000000e+00>
// CHECK-NEXT: memref.global "private" constant @c_0 : memref<2xf32> = dense<2.000000e+00>
// CHECK-NEXT: memref.global "private" constant @c_1 : memref<2xf32> = dense<3.000000e+00>
// CHECK-NEXT: memref.global "private" constant @d : memref<3xf32> = dense<4.000000e+00>
memref.global "private" constant @d_7 : memref<3xf32> = dense<4.0>
memref.global "private" constant @c : memref<2xf32> = dense<3.0>
memref.global "private" constant @c_0 : memref<2xf32> = dense<1.0>
memref.global "private" constant @c_1 : memref<2xf32> = dense<2.0>

// What others may read keeps its name and its place.
// CHECK-NEXT: memref.global constant @c_2 : memref<2xf32> = dense<5.000000e+00>
memref.global constant @c_2 : memref<2xf32> = dense<5.0>

// CHECK-LABEL: func.func @first
// CHECK-NEXT:    memref.get_global @c : memref<2xf32>
// CHECK-NEXT:    memref.get_global @c_2 : memref<2xf32>
// CHECK-NEXT:    memref.get_global @c_0 : memref<2xf32>
func.func @first() {
  %0 = memref.get_global @c_0 : memref<2xf32>
  %1 = memref.get_global @c_2 : memref<2xf32>
  %2 = memref.get_global @c_1 : memref<2xf32>
  return
}

// CHECK-LABEL: func.func @second
// CHECK-NEXT:    memref.get_global @c_0 : memref<2xf32>
// CHECK-NEXT:    memref.get_global @c_1 : memref<2xf32>
// CHECK-NEXT:    memref.get_global @d : memref<3xf32>
func.func @second() {
  %0 = memref.get_global @c_1 : memref<2xf32>
  %1 = memref.get_global @c : memref<2xf32>
  %2 = memref.get_global @d_7 : memref<3xf32>
  return
}
