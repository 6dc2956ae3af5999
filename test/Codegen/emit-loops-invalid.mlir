// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(func.func(dl-emit-loops))"

// expected-error@+1 {{is a kernel; expected its last two arguments to be %worker: index, %workers: index}}
func.func @no_workers(%x: memref<4xf32>) attributes {dl.kernel} {
  return
}

// -----

func.func @dynamic(%x: memref<?xf32>, %worker: index, %workers: index)
    attributes {dl.kernel} {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{operand #1 is a 'memref<?xf32>'; expected a memref of static shape and strides}}
  linalg.fill ins(%zero : f32) outs(%x : memref<?xf32>)
  return
}

// -----

func.func @division(%x: memref<4xf32>, %y: memref<8xf32>, %worker: index,
                    %workers: index) attributes {dl.kernel} {
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

func.func @slices(%x: memref<4xf32>, %y: memref<8xf32>, %worker: index,
                  %workers: index)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%x : memref<4xf32>)
  // expected-error@+1 {{runs over 8 slices along dimension 0 of its outputs, the op before over 4}}
  linalg.fill ins(%zero : f32) outs(%y : memref<8xf32>)
  return
}

// -----

func.func @scalar_slice(%x: memref<f32>, %worker: index, %workers: index)
    attributes {dl.kernel, dl.sliced = 1 : i64} {
  %zero = arith.constant 0.0 : f32
  // expected-error@+1 {{has a scalar output in a kernel that is sliced along dimension 0 of the outputs}}
  linalg.fill ins(%zero : f32) outs(%x : memref<f32>)
  return
}

// -----

func.func @sequential_slice(%x: memref<4xf32>, %y: memref<8xf32>,
                            %worker: index, %workers: index)
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

func.func private @beside(%y: memref<8xf32>, %worker: index, %workers: index) attributes {dl.kernel} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%y : memref<8xf32>)
  // expected-error@+1 {{stands beside structured ops in a kernel}}
  memref.store %zero, %y[%c0] : memref<8xf32>
  return
}
