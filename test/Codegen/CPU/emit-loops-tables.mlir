// RUN: dlc-opt %s -split-input-file -dl-add-workers -dl-emit-loops=vector-bits=512 | FileCheck %s

// A row of a table is loaded as vectors.
// CHECK-LABEL: func.func private @row
// CHECK-SAME:    %[[TABLE:.*]]: memref<30x32xf32>, %{{.*}}: memref<20xi32>
// CHECK:         %[[PLACE:.*]] = memref.load %{{.*}} : memref<20xi32>
// CHECK:         %[[ROW:.*]] = arith.index_cast %[[PLACE]] : i32 to index
// CHECK:         vector.load %[[TABLE]][%[[ROW]], %{{.*}}] : memref<30x32xf32>, vector<16xf32>
// CHECK-NOT:     memref.load %[[TABLE]]
func.func private @row(%table: memref<30x32xf32>, %index: memref<20xi32>, %y: memref<20x32xf32>) attributes {dl.kernel} {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%index : memref<20xi32>) outs(%y : memref<20x32xf32>) {
  ^bb0(%i: i32, %o: f32):
    %row = arith.index_cast %i : i32 to index
    %column = linalg.index 1 : index
    %0 = memref.load %table[%row, %column] : memref<30x32xf32>
    linalg.yield %0 : f32
  }
  return
}

// -----

// Workers take tasks until none is left.
// CHECK-LABEL: func.func private @tasks
// CHECK-SAME:    %[[WORKER:[a-z0-9]*]]: !llvm.ptr
// CHECK:         %[[TASKS:.*]] = arith.constant 20 : i64
// CHECK:         %[[PIECE:.*]] = call @dlc_rt_share(%[[WORKER]], %[[TASKS]])
// CHECK:         scf.while (%[[ARG:.*]] = %[[PIECE]]) : (i64) -> i64 {
// CHECK:           %[[SOME:.*]] = arith.cmpi ne, %[[ARG]], %{{.*}} : i64
// CHECK:           scf.condition(%[[SOME]]) %[[ARG]] : i64
// CHECK:         ^bb0(%[[ARG:.*]]: i64):
// CHECK:           %[[HIGH:.*]] = arith.shrui %[[ARG]], %{{.*}} : i64
// CHECK:           %[[FIRST:.*]] = arith.index_castui %[[HIGH]] : i64 to index
// CHECK:           %[[LOW:.*]] = arith.andi %[[ARG]], %{{.*}} : i64
// CHECK:           %[[LAST:.*]] = arith.index_castui %[[LOW]] : i64 to index
// CHECK:           scf.for %{{.*}} = %[[FIRST]] to %[[LAST]]
// CHECK-NOT:       dl.tasks
// CHECK:           %[[NEXT:.*]] = func.call @dlc_rt_next(%[[WORKER]])
// CHECK:           scf.yield %[[NEXT]]
func.func private @tasks(%y: memref<20xf32>) attributes {dl.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c20 = arith.constant 20 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %c0 to %c20 step %c1 {
    memref.store %zero, %y[%i] : memref<20xf32>
  } {dl.tasks}
  return
}

// -----

// Without tasks all is one.
// CHECK-LABEL: func.func private @alone
// CHECK:         %[[ONE:.*]] = arith.constant 1 : i64
// CHECK:         call @dlc_rt_share(%{{.*}}, %[[ONE]])
// CHECK:         scf.while
// CHECK:           memref.store
// CHECK:           scf.yield
// CHECK-NEXT:    }
// CHECK-NEXT:    return
func.func private @alone(%y: memref<20xf32>) attributes {dl.kernel} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  memref.store %zero, %y[%c0] : memref<20xf32>
  return
}

// -----

// One looks for faults.
// CHECK-LABEL: func.func private @fault
// CHECK:         call @dlc_rt_share
// CHECK:         scf.while
// CHECK:           memref.store
func.func private @fault(%y: memref<i64>) attributes {dl.kernel, dl.fault} {
  %zero = arith.constant 0 : i64
  memref.store %zero, %y[] : memref<i64>
  return
}
