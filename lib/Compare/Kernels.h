//===- Kernels.h - Kernels compiled alone -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_COMPARE_KERNELS_H
#define DLC_LIB_COMPARE_KERNELS_H

#include "dlc/Compare/Compare.h"

#include "llvm/Support/Error.h"

#include <optional>

namespace dlc {

/// A kernel, or a loop of a step, whose results differ when it is compiled
/// alone and given the interpreter's operands.
struct KernelFault {
  /// "kernel @kernel_2, called at m.mlir:12:10" or "the loop at m.mlir:9:5".
  std::string unit;
  /// Which result of it differs first, and how far.
  unsigned result = 0;
  Difference difference;
  /// The message of an error in place of a result.
  std::string error;
  /// For a kernel: the first op whose value differs, and how far; empty where
  /// no op differs unless the others follow it in the same kernel.
  std::string op;
  Difference opDifference;
  /// The ops behind the result that differs.
  std::vector<std::string> ops;
};

/// The results of the kernels of a step, each run alone.
struct KernelReport {
  /// The first that differs, if any.
  std::optional<KernelFault> fault;
  /// The number of kernels that agree before it, and the one of them with the
  /// largest difference relative to its tolerance.
  int64_t agreeing = 0;
  std::string furthest;
  double excess = 0;
};

/// Runs a step in the interpreter after the phase `fuse` of a program, and each
/// kernel it calls compiled alone beside it.
llvm::Expected<KernelReport> compareKernels(const CompareRequest &request,
                                            llvm::StringRef path,
                                            const CompilerOptions &options);

} // namespace dlc
#endif // DLC_LIB_COMPARE_KERNELS_H
