//===- KernelParts.h - Parts of a kernel for some results -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_SCHEDULE_KERNELPARTS_H
#define DLC_LIB_SCHEDULE_KERNELPARTS_H

#include "dlc/Machine/TargetInfo.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/BitVector.h"

#include <map>
#include <optional>

namespace dlc::schedule {

/// Some ops of a kernel, by their numbers, with the arguments they take from
/// outside and those they write.
struct KernelPart {
  llvm::SmallVector<unsigned> ops;
  llvm::BitVector reads, writes;
  /// The arguments that it leaves as the kernel does: it has all their writers.
  llvm::BitVector complete;
  double cost = 0; ///< estimated cycles
  /// No contractions and no long sums among them.
  bool cheap = true;
};

/// A kernel on memory, before its ops become loops: which op reads and writes
/// which argument.
class KernelOps {
public:
  KernelOps(mlir::func::FuncOp kernel, const TargetInfo &target);

  /// Whether the kernel is straight-line code that can be taken apart.
  bool isKnown() const { return known; }
  /// Whether an op writes the argument.
  bool writes(unsigned argument) const { return whole.writes[argument]; }
  /// All of it.
  const KernelPart &getWhole() const { return whole; }

  /// The ops that make the arguments `wanted` from the contents of memory
  /// before the kernel ran.
  KernelPart partOf(const llvm::BitVector &wanted) const;
  /// The same once the kernel has run, and with `available` as it left them.
  /// None if an op needs contents that the kernel has overwritten.
  std::optional<KernelPart> partAgain(const llvm::BitVector &wanted,
                                      const llvm::BitVector &available) const;

  /// The part as a kernel of its own, which takes the arguments that the part
  /// reads or writes, in their order. Equal parts are one.
  mlir::func::FuncOp outline(const KernelPart &part,
                             mlir::SymbolTable &symbols);

private:
  struct Op {
    mlir::Operation *op;
    llvm::BitVector reads, writes;
    double cost = 0;
    bool cheap = true;
  };

  std::optional<KernelPart> select(llvm::BitVector wanted,
                                   const llvm::BitVector &available,
                                   bool again) const;
  void describe(Op &op, const TargetInfo &target);

  mlir::func::FuncOp kernel;
  bool known = true;
  unsigned numArguments;
  std::vector<Op> ops;
  KernelPart whole;
  std::map<llvm::SmallVector<unsigned>, mlir::func::FuncOp> outlined;
};

} // namespace dlc::schedule
#endif // DLC_LIB_SCHEDULE_KERNELPARTS_H
