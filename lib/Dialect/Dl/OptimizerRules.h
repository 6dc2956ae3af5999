//===- OptimizerRules.h - Common part of update rules -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each rule is a program of elementwise ops; the fusion of a step makes one
// pass over memory of it. The formulas are in Optimizer.td.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_DIALECT_DL_OPTIMIZERRULES_H
#define DLC_LIB_DIALECT_DL_OPTIMIZERRULES_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Optimizer.h"

namespace dlc::dl::rules {

using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;
using Hypers = llvm::SmallVector<HyperUse>;
using Meaning = mlir::FailureOr<SparseMeaning>;
using Slots = llvm::SmallVector<OptimizerSlot>;
using Values = llvm::SmallVector<mlir::Value>;

/// Whether a hyper-parameter is zero whenever a step runs.
inline bool isZero(mlir::Attribute hyper) {
  auto number = llvm::dyn_cast<mlir::FloatAttr>(hyper);
  return number && number.getValueAsDouble() == 0;
}

/// Fails for weight decay, which PyTorch refuses for sparse gradients.
inline mlir::LogicalResult refuseDecay(const Update &u, mlir::Attribute decay,
                                       llvm::StringRef rule,
                                       EmitError emitError) {
  if (u.isZero("weight_decay", decay))
    return mlir::success();
  return emitError() << "but #dl." << rule
                     << " with weight decay has no rule for sparse gradients; "
                        "leave out 'sparse' or the decay, for which a group "
                        "of the dl.minimize may have 0.0";
}

/// Says whose they are.
inline Hypers hypersOf(llvm::StringRef rule, Hypers hypers) {
  for (HyperUse &use : hypers)
    use.owner = (" of #dl." + rule).str();
  return hypers;
}

/// The Euclidean norm of all elements.
inline mlir::Value normOf(Expr &e, mlir::Value x) {
  return e.sqrt(e.sum(e.square(x), llvm::to_vector(llvm::seq<int64_t>(
                                       tensorType(x).getRank()))));
}

} // namespace dlc::dl::rules
#endif // DLC_LIB_DIALECT_DL_OPTIMIZERRULES_H
