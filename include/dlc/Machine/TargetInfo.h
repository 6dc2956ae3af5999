//===- TargetInfo.h - The machine that code is made for ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one description of the target. It is attached to the module as a DLTI
// specification, where every pass that chooses tiles, loops, an order or a
// place reads it:
//
//   module attributes {dlti.target_system_spec = #dlti.target_system_spec<
//     "CPU" = #dlti.target_device_spec<
//       "cpu" = "znver4", "max_vector_op_width" = 512 : i64, ...>>}
//
// A key that the specification leaves out has the value that the member has
// here, and so has all of it where a module has none.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MACHINE_TARGETINFO_H
#define DLC_MACHINE_TARGETINFO_H

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/BuiltinOps.h"

#include <algorithm>
#include <string>

namespace dlc {

struct TargetInfo {
  /// The processor, as LLVM names it.
  std::string cpu = "generic";

  /// Bits of the vectors that code works with, and how many of them registers
  /// hold; 0 bits: plain scalar loops.
  int64_t vectorBits = 512;
  int64_t vectorRegisters = 32;

  /// Bytes that a cache fetches at a time.
  int64_t lineBytes = 64;
  /// The first-level data cache and the second-level cache of a core: bytes,
  /// and how many lines that are a multiple of bytes / ways apart it holds.
  int64_t l1Bytes = 32 << 10;
  int64_t l1Ways = 8;
  int64_t l2Bytes = 1 << 20;
  int64_t l2Ways = 8;
  /// Bytes a cycle that one core reads from the second-level cache, and from
  /// behind it.
  double l2BytesPerCycle = 32;
  double memoryBytesPerCycle = 6;

  /// Vector instructions of arithmetic, and loads, that start in a cycle.
  double arithmeticUnits = 2;
  double loadUnits = 2;
  /// Cycles from a multiply-add to one that takes its result.
  double sumLatency = 4;
  /// Cycles that an iteration of an innermost loop costs beside its body.
  double loopOverhead = 0.5;
  /// Innermost loops up to this length are unrolled: the processor mispredicts
  /// the end of such loops too often.
  int64_t unrolledSteps = 14;

  /// Vector instructions that take as long as: exp, log or another function of
  /// the math dialect; a lane that is loaded or stored on its own; a vector
  /// whose lanes come out of a square that is transposed in registers, in the
  /// second-level cache or behind it.
  double mathCost = 16;
  double laneCost = 1.5;
  double transposeCost = 6;
  double farTransposeCost = 16;
  /// Cycles for the sum across the lanes of a vector, for each vector that
  /// straddles two lines, and for each whose row leaves the first-level cache.
  double laneSumCycles = 1.7;
  double straddlingCycles = 0.6;
  double farRowCycles = 0.7;

  /// Steps of a register tile, and lines of a stream, that are long enough to
  /// hide behind them how long memory takes.
  int64_t prefetchSteps = 16;
  int64_t prefetchLines = 2;

  /// Pieces of work that are enough for any number of workers.
  int64_t leastTasks = 128;
  /// Cycles of a kernel's call and of the barrier in front of it.
  double kernelCycles = 1200;
  /// Values up to this size are worth neither a call nor a barrier.
  int64_t smallBytes = 16 << 10;

  /// Vector instructions that the ops of a body take once, roughly.
  double workOf(mlir::Block &body) const;

  /// Bytes of one way of a cache: lines at multiples of this distance share a
  /// set.
  int64_t l1WayBytes() const { return l1Bytes / l1Ways; }
  int64_t l2WayBytes() const { return l2Bytes / l2Ways; }
  /// Second-level cache that the vectors of one tile may fill before its
  /// reduction is cut into blocks. More than 1 MiB has not been measured on any
  /// processor.
  int64_t panelBytes() const { return std::min<int64_t>(l2Bytes, 1 << 20); }
  /// What the inputs of one such block may fill: all tiles come back to them,
  /// and others use the cache too.
  int64_t blockBytes() const { return panelBytes() / 4; }
  /// The largest copy of a panel; it lies on the stack of the worker.
  int64_t packedBytes() const { return panelBytes() / 16; }
  /// Vectors of all tiles of a nest together stay in cache, beside all else
  /// that it reads, up to this size.
  int64_t residentBytes() const { return panelBytes() / 10; }
  /// Operations on f32 in a cycle, a multiply-add counted as two.
  double flopsPerCycle() const {
    return arithmeticUnits * 2 * (vectorBits < 32 ? 1 : vectorBits / 32.0);
  }

  /// The description as an attribute of a module.
  mlir::TargetSystemSpecInterface toAttribute(mlir::MLIRContext *context) const;
  /// Attaches it to `module`.
  void attach(mlir::ModuleOp module) const;

  /// The description that the module around `op`, or `op`, has. Fails with a
  /// diagnostic if a key is unknown or a value out of its range.
  static mlir::FailureOr<TargetInfo> get(mlir::Operation *op);
};

} // namespace dlc
#endif // DLC_MACHINE_TARGETINFO_H
