// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl-add-workers,func.func(dl-emit-loops,canonicalize,cse))" | FileCheck %s -enable-var-scope

// A window of 3 x 3 on images of 4 x 4 with zeros around them. Of the rows of the window
// those are summed up that lie on the image; each of its columns is written out for
// itself and adds to those of the four results, of four vectors each, that have it on
// the image.
// CHECK-LABEL: func.func private @convolution
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[THREE:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[FIVE:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[ALL:.*]] = arith.constant 64 : index
// CHECK:         %[[ABOVE:.*]] = arith.subi %[[ONE]], %[[ROW:.*]] :
// CHECK:         %[[FIRST:.*]] = arith.maxsi %[[ABOVE]], %[[ZERO]]
// CHECK:         %[[BELOW:.*]] = arith.subi %[[FIVE]], %[[ROW]]
// CHECK:         %[[NONE:.*]] = arith.maxsi %[[BELOW]], %[[ZERO]]
// CHECK:         %[[LAST:.*]] = arith.minsi %[[NONE]], %[[THREE]]
// CHECK:         %{{.*}}:16 = scf.for %{{.*}} = %[[FIRST]] to %[[LAST]] step %[[ONE]]
// CHECK:           %{{.*}}:12 = scf.for %{{.*}} = %[[ZERO]] to %[[ALL]]
// CHECK:           %{{.*}}:16 = scf.for %{{.*}} = %[[ZERO]] to %[[ALL]]
// CHECK:           %{{.*}}:12 = scf.for %{{.*}} = %[[ZERO]] to %[[ALL]]
// CHECK-NOT:     scf.for
// CHECK:         llvm.loop_annotation
func.func private @convolution(%x: memref<8x6x6x64xf32>, %w: memref<3x3x64x64xf32>, %y: memref<8x4x4x64xf32>) attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<8x4x4x64xf32>)
  linalg.generic {
      indexing_maps = [affine_map<(n, h, w, o, k, l, i) -> (n, h + k, w + l, i)>,
                       affine_map<(n, h, w, o, k, l, i) -> (k, l, i, o)>,
                       affine_map<(n, h, w, o, k, l, i) -> (n, h, w, o)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"],
      dl.domain = affine_set<(n, h, w, o, k, l, i) : (h + k - 1 >= 0, 4 - h - k >= 0, w + l - 1 >= 0, 4 - w - l >= 0)>}
      ins(%x, %w : memref<8x6x6x64xf32>, memref<3x3x64x64xf32>) outs(%y : memref<8x4x4x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %c, %0 : f32
    linalg.yield %1 : f32
  }
  return
}
