// RUN: dlc-opt %s -dl-insert-marks | FileCheck %s

// Sites: each step, then its calls in their order. Of a kernel without dl.cost the operations
// are not known; its bytes are those of its arguments but for scratch.
// CHECK: module attributes {dl.manifest = #dl.manifest<
// CHECK-SAME: sites = [#dl.site<step = "fill">,
// CHECK-SAME: #dl.site<step = "fill", kernel = "update", flops = 1.600000e+01, bytes = 6.400000e+01, bits = 32, ops = ["add"], places = ["m.mlir:3:4 from m.mlir:9:2"], parts = ["update"]>,
// CHECK-SAME: #dl.site<step = "fill", kernel = "produce", trips = 4, bytes = 1.280000e+02>,
// CHECK-SAME: #dl.site<step = "predict", batch = 8>,
// CHECK-SAME: #dl.site<step = "predict", batch = 8, kernel = "produce", bytes = {{[^>]*}}>,
// CHECK-SAME: #dl.site<step = "derive_0", derives = true>]
module attributes {dl.manifest = #dl.manifest<name = "m",
    derivations = [#dl.derivation<name = "derive_0">],
    steps = [#dl.step_entry<name = "fill">,
             #dl.step_entry<name = "predict_8", batch = <step = "predict", rows = 8>>]>} {
  func.func private @dlc_rt_barrier(!llvm.ptr)
  func.func private @dlc_rt_fault(!llvm.ptr) -> i64
  func.func private @produce(memref<16xf32>, memref<16xf32>, memref<99xf32> {dl.scratch}, !llvm.ptr) attributes {dl.kernel}
  func.func private @update(memref<16xf32>, !llvm.ptr) attributes {dl.kernel, dl.cost = array<f64: 16., 64., 32.>, dl.ops = ["", "add"]}

// Each mark stands behind what it is of: a kernel (1), or the barrier in front of it (2). The
// loop's kernel is one site. The end of the step waits for all.
// CHECK-LABEL: func.func @fill(
// CHECK-SAME:    %[[WORKER:[^ ]*]]: !llvm.ptr)
// CHECK-NEXT:    %[[STEP:.*]] = arith.constant 0 : i32
// CHECK-NEXT:    %[[START:.*]] = arith.constant 0 : i32
// CHECK-NEXT:    call @dlc_rt_mark(%[[WORKER]], %[[STEP]], %[[START]])
// CHECK:         call @update
// CHECK-NEXT:    %[[FIRST:.*]] = arith.constant 1 : i32
// CHECK-NEXT:    %[[WORK:.*]] = arith.constant 1 : i32
// CHECK-NEXT:    call @dlc_rt_mark(%[[WORKER]], %[[FIRST]], %[[WORK]])
// CHECK-NEXT:    scf.for
// CHECK-NEXT:      call @dlc_rt_barrier
// CHECK-NEXT:      %[[SECOND:.*]] = arith.constant 2 : i32
// CHECK-NEXT:      %[[WAIT:.*]] = arith.constant 2 : i32
// CHECK-NEXT:      call @dlc_rt_mark(%[[WORKER]], %[[SECOND]], %[[WAIT]])
// CHECK-NEXT:      call @produce
// CHECK-NEXT:      %[[AGAIN:.*]] = arith.constant 2 : i32
// CHECK-NEXT:      %[[WORK2:.*]] = arith.constant 1 : i32
// CHECK-NEXT:      call @dlc_rt_mark(%[[WORKER]], %[[AGAIN]], %[[WORK2]])
// CHECK-NEXT:    }
// CHECK-NEXT:    call @dlc_rt_barrier(%[[WORKER]])
// CHECK-NEXT:    %[[STEP2:.*]] = arith.constant 0 : i32
// CHECK-NEXT:    %[[END:.*]] = arith.constant 2 : i32
// CHECK-NEXT:    call @dlc_rt_mark(%[[WORKER]], %[[STEP2]], %[[END]])
// CHECK-NEXT:    return
  func.func @fill(%a: memref<16xf32>, %b: memref<16xf32>, %s: memref<99xf32>, %worker: !llvm.ptr) attributes {dl.step} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    call @update(%a, %worker) : (memref<16xf32>, !llvm.ptr) -> () loc(fused<[loc("m.mlir":2:1), loc(fused<"update">[callsite("m.mlir":3:4 at "net"("m.mlir":9:2))])]>["m.mlir":2:1])
    scf.for %i = %c0 to %c4 step %c1 {
      func.call @dlc_rt_barrier(%worker) : (!llvm.ptr) -> ()
      func.call @produce(%a, %b, %s, %worker) : (memref<16xf32>, memref<16xf32>, memref<99xf32>, !llvm.ptr) -> ()
    }
    return
  }

// To ask for the fault is to wait. The end is the same with one and without.
// CHECK-LABEL: func.func @predict_8(
// CHECK:         call @dlc_rt_fault
// CHECK-NEXT:    %[[SITE:.*]] = arith.constant 4 : i32
// CHECK-NEXT:    %[[WAIT:.*]] = arith.constant 2 : i32
// CHECK-NEXT:    call @dlc_rt_mark(%{{.*}}, %[[SITE]], %[[WAIT]])
// CHECK:         scf.if
// CHECK:           call @produce
// CHECK:           call @dlc_rt_mark
// CHECK-NEXT:    }
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK:         call @dlc_rt_mark
// CHECK-NEXT:    return
  func.func @predict_8(%a: memref<16xf32>, %b: memref<16xf32>, %s: memref<99xf32>, %worker: !llvm.ptr) attributes {dl.step} {
    %fault = call @dlc_rt_fault(%worker) : (!llvm.ptr) -> i64
    %none = arith.constant 0 : i64
    %good = arith.cmpi eq, %fault, %none : i64
    scf.if %good {
      func.call @produce(%a, %b, %s, %worker) : (memref<16xf32>, memref<16xf32>, memref<99xf32>, !llvm.ptr) -> ()
    }
    return
  }

  func.func @derive_0(%worker: !llvm.ptr) attributes {dl.step} {
    return
  }
}
