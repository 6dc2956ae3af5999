//===- Probe.h - Programs of single kernels ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_COMPARE_PROBE_H
#define DLC_LIB_COMPARE_PROBE_H

#include "dlc/Compare/Compare.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Interpreter/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// A value of the interpreter.
using SharedTensor = std::shared_ptr<const interp::Tensor>;

/// The step of that name.
mlir::func::FuncOp findStep(mlir::ModuleOp module, llvm::StringRef name);

/// A program with the kernels of `fused` and nothing else but the counters that
/// every model has.
mlir::OwningOpRef<mlir::ModuleOp> cloneKernels(mlir::ModuleOp fused);

/// Adds a step that calls one kernel.
void addKernelStep(dl::ModelOp model, llvm::StringRef name,
                   mlir::func::FuncOp kernel);

/// Adds a step of one loop. The carried values are returned by way of kernels
/// that copy them, as a step can return only results of kernels and stacks.
void addLoopStep(dl::ModelOp model, llvm::StringRef name, dl::ScanOp loop);

/// The comparison of a step of a probe with the expected results.
struct Answer {
  unsigned result = 0;
  Difference difference;
  std::string error;

  bool differs() const { return difference.differs() || !error.empty(); }
};

/// A compiled program of kernels.
class Probe {
public:
  static llvm::Expected<std::unique_ptr<Probe>>
  compile(const CompareRequest &request, Compilation &compilation,
          mlir::OwningOpRef<mlir::ModuleOp> program);

  /// The first result that differs; if none does, the one that is furthest off.
  Answer run(llvm::StringRef step, llvm::ArrayRef<SharedTensor> operands,
             llvm::ArrayRef<SharedTensor> expected, const Tolerance &tolerance);

  /// The results of a step by the interpreter.
  llvm::Expected<std::vector<SharedTensor>>
  evaluate(llvm::StringRef step, llvm::ArrayRef<SharedTensor> operands);

private:
  /// For each result what changes of the operands in their last bits do.
  std::vector<double> noiseOf(llvm::StringRef step,
                              llvm::ArrayRef<SharedTensor> operands,
                              llvm::ArrayRef<SharedTensor> expected);

  std::unique_ptr<Model> model;
  /// The program before it was compiled.
  mlir::OwningOpRef<mlir::ModuleOp> source;
};

} // namespace dlc
#endif // DLC_LIB_COMPARE_PROBE_H
