// RUN: dlc-opt %s -dl-add-workers -dl-emit-loops="vector-bits=128" -canonicalize -cse --split-input-file | FileCheck %s

// A bias and a ReLU on what a product makes are evaluated before it is stored; the product
// itself, in scratch memory, is not stored at all.
// CHECK-LABEL: func.func private @epilogue
// CHECK-SAME:    %[[BIAS:[a-z0-9]+]]: memref<8xf32>
// CHECK-SAME:    %[[ADDED:[a-z0-9]+]]: memref<4x8xf32>
// CHECK-SAME:    %[[Y:[a-z0-9]+]]: memref<4x8xf32>
// CHECK:         %[[FLAT:.*]] = memref.reinterpret_cast %[[Y]]
// CHECK:         vector.fma
// CHECK:         %[[B:.*]] = vector.load %[[BIAS]]
// CHECK:         %[[A:.*]] = vector.load
// CHECK:         %[[S:.*]] = arith.addf %{{.*}}, %[[B]] : vector<4xf32>
// CHECK:         %[[T:.*]] = arith.addf %[[S]], %[[A]] : vector<4xf32>
// CHECK:         %[[R:.*]] = arith.maximumf %[[T]]
// CHECK:         vector.store %[[R]], %[[FLAT]]
// CHECK-NOT:     linalg
// CHECK-NOT:     scf.if
// CHECK:         return
#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
func.func private @epilogue(%a: memref<4x16xf32>, %b: memref<16x8xf32>, %bias: memref<8xf32>, %added: memref<4x8xf32>, %y: memref<4x8xf32>, %scratch: memref<4x8xf32> {dl.scratch})
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%scratch : memref<4x8xf32>)
  linalg.matmul ins(%a, %b : memref<4x16xf32>, memref<16x8xf32>) outs(%scratch : memref<4x8xf32>)
  linalg.generic {indexing_maps = [#id, #column, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%scratch, %bias, %added : memref<4x8xf32>, memref<8xf32>, memref<4x8xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%x: f32, %c: f32, %d: f32, %old: f32):
    %0 = arith.addf %x, %c : f32
    %1 = arith.addf %0, %d : f32
    %2 = arith.maximumf %1, %zero : f32
    linalg.yield %2 : f32
  }
  return
}

// -----

// What is no scratch is stored too.
// CHECK-LABEL: func.func private @both
// CHECK:         %[[S:.*]] = memref.reinterpret_cast %arg2
// CHECK:         %[[Y:.*]] = memref.reinterpret_cast %arg3
// CHECK:         vector.store %[[V:.*]], %[[S]]
// CHECK:         %[[N:.*]] = arith.negf
// CHECK:         vector.store %[[N]], %[[Y]]
#id = affine_map<(i, j) -> (i, j)>
func.func private @both(%a: memref<4x16xf32>, %b: memref<16x8xf32>, %sum: memref<4x8xf32>, %y: memref<4x8xf32>)
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%sum : memref<4x8xf32>)
  linalg.matmul ins(%a, %b : memref<4x16xf32>, memref<16x8xf32>) outs(%sum : memref<4x8xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%sum : memref<4x8xf32>) outs(%y : memref<4x8xf32>) {
  ^bb0(%x: f32, %old: f32):
    %0 = arith.negf %x : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// Not an epilogue: it takes the results transposed, or writes what the product reads. The
// ops of such a kernel are one task.
// CHECK-LABEL: func.func private @transposed
// CHECK:         call @dlc_rt_share(%{{.*}}, %c1_i64)
// CHECK-LABEL: func.func private @overwrites
// CHECK:         call @dlc_rt_share(%{{.*}}, %c1_i64)
#id = affine_map<(i, j) -> (i, j)>
#swap = affine_map<(i, j) -> (j, i)>
func.func private @transposed(%a: memref<8x8xf32>, %b: memref<8x8xf32>, %y: memref<8x8xf32>, %scratch: memref<8x8xf32> {dl.scratch})
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%scratch : memref<8x8xf32>)
  linalg.matmul ins(%a, %b : memref<8x8xf32>, memref<8x8xf32>) outs(%scratch : memref<8x8xf32>)
  linalg.generic {indexing_maps = [#id, #swap, #id], iterator_types = ["parallel", "parallel"]}
      ins(%scratch, %scratch : memref<8x8xf32>, memref<8x8xf32>) outs(%y : memref<8x8xf32>) {
  ^bb0(%x: f32, %t: f32, %old: f32):
    %0 = arith.addf %x, %t : f32
    linalg.yield %0 : f32
  }
  return
}
func.func private @overwrites(%a: memref<8x8xf32>, %b: memref<8x8xf32>, %scratch: memref<8x8xf32> {dl.scratch})
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%scratch : memref<8x8xf32>)
  linalg.matmul ins(%a, %b : memref<8x8xf32>, memref<8x8xf32>) outs(%scratch : memref<8x8xf32>)
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%scratch : memref<8x8xf32>) outs(%a : memref<8x8xf32>) {
  ^bb0(%x: f32, %old: f32):
    %0 = arith.negf %x : f32
    linalg.yield %0 : f32
  }
  return
}
