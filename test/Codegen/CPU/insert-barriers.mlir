// RUN: dlc-opt %s -dl-insert-barriers | FileCheck %s

func.func private @produce(memref<16xf32>, memref<16xf32>, !llvm.ptr) attributes {dl.kernel, dl.writes = array<i64: 1>}
func.func private @update(memref<16xf32>, memref<16xf32>, !llvm.ptr) attributes {dl.kernel, dl.writes = array<i64: 0>}
func.func private @unknown(memref<16xf32>, !llvm.ptr) attributes {dl.kernel}

// Between who writes and who reads.
// CHECK-LABEL: func.func @producer_and_consumer
// CHECK-SAME:    %[[WORKER:[^ ]*]]: !llvm.ptr
// CHECK:         call @produce
// CHECK-NEXT:    call @dlc_rt_barrier(%[[WORKER]])
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @producer_and_consumer(%a: memref<16xf32>, %b: memref<16xf32>, %c: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  call @produce(%a, %b, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%b, %c, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}

// None where kernels share nothing or only read the same; one barrier serves all that
// stands before it.
// CHECK-LABEL: func.func @independent
// CHECK:         call @produce
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @independent(%a: memref<16xf32>, %b: memref<16xf32>, %c: memref<16xf32>, %d: memref<16xf32>, %e: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  call @produce(%a, %b, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%a, %c, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%b, %d, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%c, %e, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}

// What was read may not be overwritten before all have read it, nor written twice at once.
// CHECK-LABEL: func.func @write_after
// CHECK:         call @produce
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @write_after(%a: memref<16xf32>, %b: memref<16xf32>, %c: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  call @produce(%a, %b, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%c, %a, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%c, %a, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}

// Bytes of one arena count, not names: the first two views overlap, the third does not.
// CHECK-LABEL: func.func @views
// CHECK:         call @produce
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @views(%arena: memref<256xi8>, %a: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c96 = arith.constant 96 : index
  %low = memref.view %arena[%c0][] : memref<256xi8> to memref<16xf32>
  %middle = memref.view %arena[%c32][] : memref<256xi8> to memref<16xf32>
  %high = memref.view %arena[%c96][] : memref<256xi8> to memref<16xf32>
  call @produce(%a, %low, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%a, %high, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%a, %middle, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}

// An update in place reads and writes its parameter; a kernel that does not say what it
// writes writes everything.
// CHECK-LABEL: func.func @in_place
// CHECK:         call @update
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @unknown
// CHECK-NEXT:    return
func.func @in_place(%w: memref<16xf32>, %g: memref<16xf32>, %y: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  call @update(%w, %g, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @produce(%w, %y, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  call @unknown(%w, %worker) : (memref<16xf32>, !llvm.ptr) -> ()
  return
}

// What an iteration writes, the next one reads: a barrier within the loop, though nothing
// within one iteration asks for it. Behind the loop stands another.
// CHECK-LABEL: func.func @loop
// CHECK:         scf.for
// CHECK-NEXT:      call @dlc_rt_barrier
// CHECK-NEXT:      call @produce
// CHECK-NEXT:      call @produce
// CHECK-NEXT:    }
// CHECK-NEXT:    call @dlc_rt_barrier
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @loop(%a: memref<16xf32>, %b: memref<16xf32>, %c: memref<16xf32>, %d: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c9 = arith.constant 9 : index
  scf.for %i = %c0 to %c9 step %c1 {
    func.call @produce(%a, %b, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
    func.call @produce(%a, %c, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  }
  call @produce(%c, %d, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}

// A slice at a place known at run time may be any part of what it is a slice of.
// CHECK-LABEL: func.func @slices
// CHECK:         scf.for
// CHECK:           call @dlc_rt_barrier
// CHECK-NEXT:      call @produce
// CHECK-NEXT:    }
// CHECK-NEXT:    call @produce
// CHECK-NEXT:    return
func.func @slices(%arena: memref<1024xi8>, %a: memref<16xf32>, %worker: !llvm.ptr) attributes {dl.step} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  %stack = memref.view %arena[%c0][] : memref<1024xi8> to memref<512xi8>
  %other = memref.view %arena[%c512][] : memref<1024xi8> to memref<16xf32>
  scf.for %i = %c0 to %c7 step %c1 {
    %from = arith.muli %i, %c64 : index
    %to = arith.addi %from, %c64 : index
    %x = memref.view %stack[%from][] : memref<512xi8> to memref<16xf32>
    %y = memref.view %stack[%to][] : memref<512xi8> to memref<16xf32>
    func.call @produce(%x, %y, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  }
  call @produce(%a, %other, %worker) : (memref<16xf32>, memref<16xf32>, !llvm.ptr) -> ()
  return
}
