// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(func.func(dl-emit-loops))"

// expected-error@+1 {{is a kernel; expected its last argument to be %worker: !llvm.ptr}}
func.func @no_workers(%x: memref<4xf32>) attributes {dl.kernel} {
  return
}

// -----

func.func @dynamic(%x: memref<?xf32>, %worker: !llvm.ptr)
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{operand #1 is a 'memref<?xf32>'; expected a memref of static shape and strides}}
  linalg.fill ins(%zero : f32) outs(%x : memref<?xf32>)
  return
}

// -----

func.func @division(%x: memref<4xf32>, %y: memref<8xf32>, %worker: !llvm.ptr) attributes {dl.kernel} {
  // expected-error@+1 {{operand #0 is indexed by affine_map<(d0) -> (d0 floordiv 2)>; expected sums of dimensions times constants}}
  linalg.generic {indexing_maps = [affine_map<(i) -> (i floordiv 2)>,
                                   affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%x : memref<4xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

func.func @slices(%x: memref<4xf32>, %y: memref<8xf32>, %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  // expected-error@+1 {{runs over 8 slices along dimension 0 of its outputs, the op before over 4}}
  linalg.fill ins(%zero : f32) outs(%y : memref<8xf32>)
  return
}

// -----

func.func @scalar_slice(%x: memref<f32>, %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{has a scalar output in a kernel that is sliced along dimension 0 of the outputs}}
  linalg.fill ins(%zero : f32) outs(%x : memref<f32>)
  return
}

// -----

func.func @sequential_slice(%x: memref<4xf32>, %y: memref<8xf32>,
                            %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  // expected-error@+1 {{the dimension that the kernel is sliced along is not parallel}}
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j)>,
                                   affine_map<(i, j) -> (i)>],
                  iterator_types = ["reduction", "reduction"]}
      ins(%x : memref<4xf32>) outs(%y : memref<8xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.addf %a, %o : f32
    linalg.yield %s : f32
  }
  return
}

// -----

func.func private @beside(%y: memref<8xf32>, %worker: !llvm.ptr) attributes {dl.kernel} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<8xf32>)
  // expected-error@+1 {{stands beside structured ops in a kernel}}
  memref.store %zero, %y[%c0] : memref<8xf32>
  return
}

// -----

// Row 0 of y is row 7 of t, which a later iteration writes.
func.func @other_rows(%t: memref<8x4xf32>, %y: memref<8x4xf32>, %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 8 : i64} {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%t : memref<8x4xf32>)
  // expected-error@+1 {{touches elements of a buffer that its kernel writes in another iteration of the loop over dimension 0}}
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (-i + 7, j)>,
                                   affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%t : memref<8x4xf32>) outs(%y : memref<8x4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

// All rows of t in each iteration.
func.func @whole_operand(%x: memref<8x8xf32>, %t: memref<8x4xf32>, %y: memref<8x4xf32>,
                         %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 8 : i64} {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%t : memref<8x4xf32>)
  // expected-error@+1 {{touches elements of a buffer that its kernel writes in another iteration of the loop over dimension 0}}
  linalg.matmul ins(%x, %t : memref<8x8xf32>, memref<8x4xf32>) outs(%y : memref<8x4xf32>)
  return
}

// -----

// At computed places.
func.func @computed_places(%at: memref<8xindex>, %t: memref<8xf32>, %y: memref<8xf32>,
                           %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 8 : i64} {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%t : memref<8xf32>)
  // expected-error@+1 {{touches elements of a buffer that its kernel writes in another iteration of the loop over dimension 0}}
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%at : memref<8xindex>) outs(%y : memref<8xf32>) {
  ^bb0(%a: index, %o: f32):
    %v = memref.load %t[%a] : memref<8xf32>
    linalg.yield %v : f32
  }
  return
}

// -----

// At computed places of the iteration's own row.
func.func private @dlc_rt_share(!llvm.ptr, i64) -> i64
func.func private @dlc_rt_next(!llvm.ptr) -> i64
func.func @own_row(%at: memref<8xindex>, %t: memref<8x4xf32>, %y: memref<8xf32>,
                   %worker: !llvm.ptr)
    attributes {dl.kernel, dl.sliced = 8 : i64} {
  %one = arith.constant 1.0 : f32
  linalg.fill ins(%one : f32) outs(%t : memref<8x4xf32>)
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                  iterator_types = ["parallel"]}
      ins(%at : memref<8xindex>) outs(%y : memref<8xf32>) {
  ^bb0(%a: index, %o: f32):
    %row = linalg.index 0 : index
    %v = memref.load %t[%row, %a] : memref<8x4xf32>
    linalg.yield %v : f32
  }
  return
}

// -----

func.func @domain(%x: memref<4x4xf32>, %y: memref<4xf32>, %worker: !llvm.ptr) attributes {dl.kernel} {
  // expected-error@+1 {{dl.domain is a set over 1 dimensions; the op has 2}}
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"], dl.domain = affine_set<(i) : (i - 1 >= 0)>}
      ins(%x : memref<4x4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

func.func @domain_form(%x: memref<4x4xf32>, %y: memref<4xf32>, %worker: !llvm.ptr) attributes {dl.kernel} {
  // expected-error@+1 {{expected sums of dimensions times constants}}
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"], dl.domain = affine_set<(i, j) : (j floordiv 2 - 1 >= 0)>}
      ins(%x : memref<4x4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

func.func @domain_equality(%x: memref<4x4xf32>, %y: memref<4xf32>) {
  // expected-error@+1 {{expected an affine_set of inequalities without symbols}}
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"], dl.domain = affine_set<(i, j) : (j == 0)>}
      ins(%x : memref<4x4xf32>) outs(%y : memref<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = arith.addf %a, %o : f32
    linalg.yield %0 : f32
  }
  return
}
