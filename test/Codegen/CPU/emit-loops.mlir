// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl-add-workers,func.func(dl-emit-loops,canonicalize,cse))" | FileCheck %s -enable-var-scope --check-prefixes=CHECK,V512
// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl-add-workers,func.func(dl-emit-loops{vector-bits=0},canonicalize,cse))" | FileCheck %s -enable-var-scope --check-prefixes=CHECK,SCALAR

// A product: 14 x 2 accumulators carried through the reduction, the fill folded
// into them, each vector of %b loaded once for all rows, no products left.

// CHECK-LABEL: func.func private @matmul
// V512: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// V512: %[[FLAT:.*]] = memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [1792], strides: [1]
// V512: scf.for %{{.*}} = %{{.*}} to %{{.*}} step
// V512: scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]]
// V512: %[[A:.*]] = memref.load %[[FLAT]]
// V512: %[[B0:.*]] = vector.load
// V512: %[[S:.*]] = vector.broadcast %[[A]] : f32 to vector<16xf32>
// V512: vector.fma %[[S]], %[[B0]]
// V512: %[[B1:.*]] = vector.load
// V512: vector.fma %[[S]], %[[B1]]
// V512-NOT: vector.load
// V512: vector.fma %{{.*}}, %[[B0]]
// V512: vector.fma %{{.*}}, %[[B1]]
// V512-COUNT-24: vector.fma
// V512: scf.yield
// V512-COUNT-28: vector.store
// SCALAR: math.fma
// SCALAR-NOT: math.fma
// SCALAR: memref.store
// CHECK-NOT: linalg
// CHECK: return
func.func private @matmul(%a: memref<28x64xf32>, %b: memref<64x64xf32>,
                          %c: memref<28x64xf32>) attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<28x64xf32>)
  linalg.matmul ins(%a, %b : memref<28x64xf32>, memref<64x64xf32>)
                outs(%c : memref<28x64xf32>)
  return
}

// -----

// Loops that are one run of memory in all operands become one loop, and what is
// left over is one narrower vector.

#id = affine_map<(n, c) -> (n, c)>
// CHECK-LABEL: func.func private @relu
// V512: scf.for
// V512-COUNT-4: vector.load %{{.*}} : memref<70xf32>, vector<16xf32>
// V512: vector.load %{{.*}} : memref<70xf32>, vector<6xf32>
// V512: arith.maximumf %{{.*}} : vector<6xf32>
// V512: vector.store %{{.*}} : memref<70xf32>, vector<6xf32>
// SCALAR: call @dlc_rt_share(%{{.*}}, %c70_i64)
// SCALAR: arith.maximumf %{{.*}} : f32
func.func private @relu(%x: memref<7x10xf32>, %y: memref<7x10xf32>)
    attributes {dl.kernel} {
  linalg.generic {indexing_maps = [#id, #id],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<7x10xf32>) outs(%y : memref<7x10xf32>) {
  ^bb0(%a: f32, %o: f32):
    %zero = arith.constant 0.0 : f32
    %r = arith.maximumf %a, %zero : f32
    linalg.yield %r : f32
  }
  return
}

// -----

// A sum along rows: partial sums in lanes, then halves onto each other.

// CHECK-LABEL: func.func private @sum_rows
// V512: scf.for {{.*}} -> (vector<16xf32>
// V512: vector.shuffle %{{.*}} [0, 1, 2, 3, 4, 5, 6, 7] : vector<16xf32>
// V512: arith.addf %{{.*}} : vector<8xf32>
// V512: arith.addf %{{.*}} : vector<4xf32>
// V512: vector.extract
// V512: memref.store
func.func private @sum_rows(%x: memref<9x6400xf32>, %y: memref<9xf32>)
    attributes {dl.kernel} {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                   affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<9x6400xf32>) outs(%y : memref<9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %o, %a : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Nothing is parallel: one task.

// CHECK-LABEL: func.func private @sum_all
// CHECK: call @dlc_rt_share(%{{.*}}, %c1_i64)
func.func private @sum_all(%x: memref<640xf32>, %y: memref<f32>)
    attributes {dl.kernel} {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>,
                                   affine_map<(i) -> ()>],
                  iterator_types = ["reduction"]}
      ins(%x : memref<640xf32>) outs(%y : memref<f32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %o, %a : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// Several ops in one loop over slices.

// CHECK-LABEL: func.func private @sliced
// CHECK: call @dlc_rt_share
// CHECK: scf.while
// CHECK: scf.for
// V512: vector.load
// V512: memref.store
// V512: vector.store
// CHECK-NOT: linalg
// CHECK-NOT: dlc_rt_share
// CHECK: return
func.func private @sliced(%x: memref<9x32xf32>, %m: memref<9xf32>,
                          %y: memref<9x32xf32>)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                   affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<9x32xf32>) outs(%m : memref<9xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.maximumf %o, %a : f32
    linalg.yield %s : f32
  }
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>,
                                   affine_map<(i, j) -> (i)>,
                                   affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%x, %m : memref<9x32xf32>, memref<9xf32>) outs(%y : memref<9x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.subf %a, %b : f32
    linalg.yield %s : f32
  }
  return
}

// -----

// A transpose: squares of 16 x 16, four rounds of 16 shuffles.

// CHECK-LABEL: func.func private @transpose
// V512-COUNT-16: vector.load
// V512-COUNT-64: vector.shuffle
// V512-NOT: vector.shuffle
// V512-COUNT-16: vector.store
// SCALAR: memref.load
// SCALAR: memref.store
func.func private @transpose(%x: memref<32x48xf32>, %y: memref<48x32xf32>)
    attributes {dl.kernel} {
  linalg.transpose ins(%x : memref<32x48xf32>) outs(%y : memref<48x32xf32>)
      permutation = [1, 0]
  return
}

// -----

// A deep reduction: the start values go to memory first, then a loop over
// blocks goes on from there.

// CHECK-LABEL: func.func private @deep
// V512: vector.store %[[ZERO:.*]], %[[C:.*]][
// V512: scf.for
// V512: vector.load %[[C]][
// V512: scf.for {{.*}} iter_args
// V512: memref.prefetch
// V512: vector.store %{{.*}}, %[[C]][
// SCALAR-NOT: memref.prefetch
// SCALAR: scf.for {{.*}} iter_args
func.func private @deep(%a: memref<14x8000xf32>, %b: memref<8000x64xf32>,
                        %c: memref<14x64xf32>) attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<14x64xf32>)
  linalg.matmul ins(%a, %b : memref<14x8000xf32>, memref<8000x64xf32>)
                outs(%c : memref<14x64xf32>)
  return
}

// -----

// Other functions stay as they are.

// CHECK-LABEL: func.func @no_kernel
// CHECK: linalg.fill
func.func @no_kernel(%x: memref<4xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  return
}

// -----

// A kernel over rows takes blocks of them, so that one vector of %b serves
// several rows: here 4 blocks of 32 rows, in tiles of 8.

// CHECK-LABEL: func.func private @rows
// V512: %[[BLOCKS:.*]] = arith.constant 4 : i64
// V512: call @dlc_rt_share(%{{.*}}, %[[BLOCKS]])
// V512: scf.for
// V512:   scf.for
// V512:     scf.for {{.*}} iter_args
// V512-COUNT-24: vector.fma
// V512-NOT: vector.fma
// V512:     scf.yield
// V512-COUNT-24: vector.store
func.func private @rows(%a: memref<128x64xf32>, %b: memref<64x240xf32>,
                        %c: memref<128x240xf32>)
    attributes {dl.kernel, dl.sliced = 128 : i64} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<128x240xf32>)
  linalg.matmul ins(%a, %b : memref<128x64xf32>, memref<64x240xf32>)
                outs(%c : memref<128x240xf32>)
  return
}

// -----

// Rows of %b are 4096 bytes apart and share few sets of the caches: a panel of
// it is copied to the stack of the worker, in two blocks of the reduction, and
// all rows of the block read it there.

// CHECK-LABEL: func.func private @panel
// V512: %[[BYTES:.*]] = memref.alloca() {alignment = 64 : i64} : memref<[[SIZE:[0-9]+]]xi8>
// V512: %[[PANEL:.*]] = memref.view %[[BYTES]]
// V512: vector.load
// V512: vector.store %{{.*}}, %[[PANEL]]
// V512: scf.for {{.*}} iter_args
// V512:   vector.load %[[PANEL]]
// V512:   vector.fma
// SCALAR-NOT: memref.alloca
func.func private @panel(%a: memref<256x701xf32>, %b: memref<701x1024xf32>,
                         %c: memref<256x1024xf32>)
    attributes {dl.kernel, dl.sliced = 256 : i64} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<256x1024xf32>)
  linalg.matmul ins(%a, %b : memref<256x701xf32>, memref<701x1024xf32>)
                outs(%c : memref<256x1024xf32>)
  return
}

// -----

// Sums across lanes would take longer than to transpose squares of %b on the
// way to a copy: 16 vectors are loaded along the reduction and stored across it.

// CHECK-LABEL: func.func private @transposed
// V512: %[[BYTES:.*]] = memref.alloca()
// V512: %[[PANEL:.*]] = memref.view %[[BYTES]]
// V512: vector.load
// V512: memref.prefetch
// V512: vector.shuffle
// V512-COUNT-16: vector.store %{{.*}}, %[[PANEL]]
// V512: scf.for {{.*}} iter_args
// V512:   vector.load %[[PANEL]]
// V512:   vector.fma
// V512-NOT: vector.shuffle
// SCALAR-NOT: memref.alloca
// CHECK: return
func.func private @transposed(%a: memref<256x64xf32>, %b: memref<64x64xf32>,
                              %c: memref<256x64xf32>)
    attributes {dl.kernel, dl.sliced = 256 : i64} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%c : memref<256x64xf32>)
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k)>,
                                   affine_map<(i, j, k) -> (j, k)>,
                                   affine_map<(i, j, k) -> (i, j)>],
                  iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<256x64xf32>, memref<64x64xf32>)
      outs(%c : memref<256x64xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %m = arith.mulf %x, %y : f32
    %s = arith.addf %o, %m : f32
    linalg.yield %s : f32
  }
  return
}
