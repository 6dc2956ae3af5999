// RUN: dlc-opt %s -dl-bufferize-steps -canonicalize | FileCheck %s

func.func private @kernel(tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32> attributes {dl.kernel, dl.writes = array<i64: 2>}

// A loop carries nothing; what is sliced is bytes, and slices are views of them. A value
// that only kernels see is a buffer of its type.
// CHECK-LABEL: func.func @step
// CHECK-SAME:    (%[[X:.*]]: memref<512xi8>, %[[A:.*]]: memref<8xf32>, %[[Y:.*]]: memref<512xi8>)
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK:         scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK:           %[[FROM:.*]] = arith.muli %[[I]], %[[C32]] : index
// CHECK:           %[[SLICE:.*]] = memref.view %[[X]][%[[FROM]]][] : memref<512xi8> to memref<8xf32>
// CHECK:           %[[TO:.*]] = arith.muli %[[I]], %[[C32]] : index
// CHECK:           %[[PLACE:.*]] = memref.view %[[Y]][%[[TO]]][] : memref<512xi8> to memref<8xf32>
// CHECK-DAG:       %[[ALLOC:.*]] = memref.alloc() : memref<8xf32>
// CHECK-DAG:       %[[T0:.*]] = bufferization.to_tensor %[[SLICE]] restrict writable
// CHECK-DAG:       %[[T1:.*]] = bufferization.to_tensor %[[A]] restrict writable
// CHECK-DAG:       %[[T2:.*]] = bufferization.to_tensor %[[ALLOC]] restrict writable
// CHECK:           call @kernel(%[[T0]], %[[T1]], %[[T2]])
// CHECK:           %[[T5:.*]] = bufferization.to_tensor %[[PLACE]] restrict writable
// CHECK:           call @kernel(%{{.*}}, %{{.*}}, %[[T5]])
// CHECK:         return
func.func @step(%x: tensor<16x8xf32>, %a: tensor<8xf32>, %y: tensor<16x8xf32>) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %0 = scf.for %i = %c0 to %c16 step %c1 iter_args(%ys = %y) -> (tensor<16x8xf32>) {
    %1 = tensor.extract_slice %x[%i, 0] [1, 8] [1, 1] : tensor<16x8xf32> to tensor<8xf32>
    %2 = tensor.extract_slice %ys[%i, 0] [1, 8] [1, 1] : tensor<16x8xf32> to tensor<8xf32>
    %3 = tensor.empty() : tensor<8xf32>
    %4 = func.call @kernel(%1, %a, %3) : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %5 = func.call @kernel(%4, %a, %2) : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    %6 = tensor.insert_slice %5 into %ys[%i, 0] [1, 8] [1, 1] : tensor<8xf32> into tensor<16x8xf32>
    scf.yield %6 : tensor<16x8xf32>
  }
  return
}

// Bytes that are sliced are not a buffer of their type, although they look like one.
// CHECK-LABEL: func.func @bytes
// CHECK-SAME:    (%[[X:.*]]: memref<16xi8>, %[[Y:.*]]: memref<16xi8>)
// CHECK:         scf.for
// CHECK:           memref.view %[[X]][%{{.*}}][] : memref<16xi8> to memref<i8>
// CHECK:           memref.view %[[Y]][%{{.*}}][] : memref<16xi8> to memref<i8>
func.func private @byte(tensor<i8>, tensor<i8>) -> tensor<i8> attributes {dl.kernel, dl.writes = array<i64: 1>}
func.func @bytes(%x: tensor<16xi8>, %y: tensor<16xi8>) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %0 = scf.for %i = %c0 to %c16 step %c1 iter_args(%ys = %y) -> (tensor<16xi8>) {
    %1 = tensor.extract_slice %x[%i] [1] [1] : tensor<16xi8> to tensor<i8>
    %2 = tensor.extract_slice %ys[%i] [1] [1] : tensor<16xi8> to tensor<i8>
    %3 = func.call @byte(%1, %2) : (tensor<i8>, tensor<i8>) -> tensor<i8>
    %4 = tensor.insert_slice %3 into %ys[%i] [1] [1] : tensor<i8> into tensor<16xi8>
    scf.yield %4 : tensor<16xi8>
  }
  return
}
