// The ops of six dialects become those of one; what the module around a function has a part in stays.
// RUN: dlc-opt %s --dl-convert-body-to-llvm --reconcile-unrealized-casts --canonicalize | FileCheck %s

memref.global "private" constant @table : memref<4xf32> = dense<1.0>

func.func private @other(index)

// CHECK-LABEL: func.func @body
// CHECK-SAME: %[[C:[^,]*]]: i1,
func.func @body(%arena: memref<64xi8>, %c: i1, %i: index) -> vector<4xf32> {
  %c16 = arith.constant 16 : index
  %x = memref.view %arena[%c16][] : memref<64xi8> to memref<8xf32>
  // CHECK: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr -> vector<4xf32>
  %0 = vector.load %x[%i] : memref<8xf32>, vector<4xf32>
  %s = arith.constant 2.0 : f32
  %1 = vector.broadcast %s : f32 to vector<4xf32>
  // CHECK: llvm.intr.fmuladd
  %2 = vector.fma %0, %0, %1 : vector<4xf32>
  // CHECK: memref.get_global @table
  %t = memref.get_global @table : memref<4xf32>
  %3 = memref.load %t[%i] : memref<4xf32>
  // CHECK: llvm.insertelement
  %4 = vector.insert %3, %2[0] : f32 into vector<4xf32>
  // CHECK: llvm.cond_br %[[C]], ^[[THEN:.*]], ^[[ELSE:.*]](
  cf.cond_br %c, ^then, ^else(%4 : vector<4xf32>)
^then:
  // CHECK: call @other(%{{.*}}) : (index) -> ()
  %j = arith.addi %i, %c16 : index
  func.call @other(%j) : (index) -> ()
  %5 = ub.poison : vector<4xf32>
  // CHECK: llvm.br ^[[ELSE]](
  cf.br ^else(%5 : vector<4xf32>)
^else(%6: vector<4xf32>):
  // CHECK: return %{{.*}} : vector<4xf32>
  return %6 : vector<4xf32>
}

// A step of a vector, which no op of LLVM is.
// CHECK-LABEL: func.func @steps
// CHECK: llvm.mlir.constant(dense<[0, 1, 2, 3]> : vector<4xindex>) : vector<4xi64>
func.func @steps(%i: index) -> vector<4xi64> {
  %0 = vector.step : vector<4xindex>
  %1 = arith.index_cast %0 : vector<4xindex> to vector<4xi64>
  return %1 : vector<4xi64>
}

// Vectors of two dimensions are taken apart.
// CHECK-LABEL: func.func @square
// CHECK-NOT: vector.
// CHECK: return
func.func @square(%x: vector<16xf32>) -> vector<4xf32> {
  %0 = vector.shape_cast %x : vector<16xf32> to vector<4x4xf32>
  %1 = vector.transpose %0, [1, 0] : vector<4x4xf32> to vector<4x4xf32>
  %2 = vector.extract %1[1] : vector<4xf32> from vector<4x4xf32>
  return %2 : vector<4xf32>
}
