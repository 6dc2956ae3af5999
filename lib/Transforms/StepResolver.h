//===- StepResolver.h - One step as a pure function -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Declarations that ResolveSteps.cpp and ResolveMinimize.cpp share.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_TRANSFORMS_STEPRESOLVER_H
#define DLC_LIB_TRANSFORMS_STEPRESOLVER_H

#include "dlc/Transforms/Passes.h"

#include "RowGradients.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Optimizer.h"

#include "llvm/ADT/MapVector.h"

namespace dlc {

/// One parameter on its way through a minimize.
struct Descent {
  dl::ParamOp param;
  mlir::Value value;
  mlir::Value gradient; ///< null: the loss does not depend on it
  mlir::Value reached;  ///< whether it does, where `grad` will know; else null
  mlir::Value step;     ///< the number of this update
  mlir::Value due;      ///< whether it is made in this call; null: it is
  /// Rows of the parameter that alone are moved, whose gradient `gradient` is;
  /// null: all are.
  mlir::Value places, count;
};

/// The uses of an optimizer by all steps of a model.
struct OptimizerUse {
  /// Whether several `dl.minimize`s may move different parameters: then each
  /// parameter has a count of updates of its own.
  bool countsEach = false;
  /// Parameters whose averages are kept.
  llvm::DenseSet<mlir::Operation *> averaged;
};
using OptimizerUses = llvm::StringMap<OptimizerUse>;

/// Finds the uses; reports errors in the patterns of a `dl.minimize`.
mlir::FailureOr<OptimizerUses> findOptimizerUses(dl::ModelOp model);

class StepResolver {
public:
  /// `numRandomOps` counts the ops of the model that draw.
  StepResolver(dl::ModelOp model, mlir::SymbolTable &symbols, dl::StepOp step,
               const OptimizerUses &uses, int64_t &numRandomOps)
      : model(model), symbols(symbols), step(step), builder(step.getContext()),
        uses(uses), numRandomOps(numRandomOps) {}

  mlir::LogicalResult run();

private:
  mlir::Value read(mlir::StringAttr entry, mlir::Type type);
  /// The same of a parameter, as a value that equals no other.
  mlir::Value readAlone(mlir::StringAttr entry, mlir::Type type);
  /// Replaces it; `op` says so.
  mlir::LogicalResult write(mlir::Operation *op, mlir::StringAttr entry,
                            mlir::Value value);
  mlir::LogicalResult resolve(mlir::Block &block);
  bool descends();
  mlir::LogicalResult resolve(dl::BatchNormOp op);
  mlir::LogicalResult resolve(dl::Random op);
  mlir::LogicalResult resolve(dl::ReadOp op);
  mlir::LogicalResult resolve(dl::GradientOp op);
  mlir::LogicalResult resolve(dl::MinimizeOp op);
  mlir::LogicalResult checkReached(dl::MinimizeOp op,
                                   llvm::ArrayRef<dl::ParamOp> params,
                                   llvm::ArrayRef<mlir::Value> values);
  mlir::FailureOr<mlir::Value> readAverage(mlir::Operation *op,
                                           llvm::StringRef optimizer,
                                           dl::ParamOp param);
  /// The counter of that name of an optimizer, for this parameter.
  mlir::StringAttr counterOf(llvm::StringRef optimizer, llvm::StringRef name,
                             dl::ParamOp param);
  /// The one that counts how often its average was taken.
  mlir::StringAttr averageCounterOf(llvm::StringRef optimizer,
                                    dl::ParamOp param);
  mlir::Value rateOf(dl::MinimizeOp op);
  mlir::Value readHyper(mlir::Attribute hyper, mlir::Type element,
                        mlir::Location loc);
  mlir::FailureOr<llvm::SmallVector<Descent>>
  derive(dl::MinimizeOp op, dl::OptimizerAttrInterface rule,
         const llvm::DenseMap<mlir::Operation *, dl::GroupAttr> &groups,
         llvm::ArrayRef<dl::ParamOp> params,
         llvm::ArrayRef<mlir::Value> values);
  /// Whether the update of a parameter is one of the rows that the loss reads.
  mlir::FailureOr<bool> movesRows(dl::MinimizeOp op,
                                  dl::OptimizerAttrInterface rule,
                                  const dl::Update &update, dl::ParamOp param,
                                  TableUses &uses, bool surely);
  /// Begins the update of a parameter with this value, with the clauses of its
  /// group.
  dl::Update startUpdate(dl::MinimizeOp op, dl::GroupAttr group,
                         const Descent &descent, dl::Update::Reader reader);
  Descent advance(dl::MinimizeOp op, const Descent &descent);
  mlir::LogicalResult shapeGradients(dl::MinimizeOp op,
                                     llvm::MutableArrayRef<Descent> descents);
  mlir::FailureOr<mlir::Value>
  drawNoise(dl::MinimizeOp op, mlir::RankedTensorType type, mlir::Value step);
  mlir::LogicalResult update(dl::MinimizeOp op, dl::OptimizerAttrInterface rule,
                             dl::GroupAttr group, Descent descent);
  mlir::FailureOr<mlir::Value> writeParam(dl::MinimizeOp op, Descent descent,
                                          mlir::Value updated);
  mlir::LogicalResult writeAverage(dl::MinimizeOp op, Descent descent,
                                   mlir::Value present);
  mlir::Value drawnStep(mlir::Operation *op, int64_t repeated);
  /// The source of the random numbers of an op.
  mlir::FailureOr<dl::RandomSource> nextSource(mlir::Operation *op);
  mlir::StringAttr declareSlot(llvm::StringRef optimizer,
                               dl::OptimizerSlot slot, dl::ParamOp param);
  mlir::StringAttr declareCounter(const llvm::Twine &name);
  mlir::Value count(mlir::StringAttr counter, mlir::Location loc);

  dl::ModelOp model;
  mlir::SymbolTable &symbols;
  dl::StepOp step;
  mlir::OpBuilder builder;
  mlir::func::FuncOp function;
  /// The state's values at this point of the step, by entry in order of first
  /// use.
  llvm::MapVector<mlir::StringAttr, mlir::Value> current;
  llvm::SetVector<mlir::StringAttr> written;
  llvm::SmallVector<mlir::DictionaryAttr> argAttrs;
  /// The step numbers for random ops in the bodies of loops.
  llvm::DenseMap<std::pair<mlir::Operation *, int64_t>, mlir::Value> drawnSteps;
  /// The entries that targets of gradients were read from.
  llvm::DenseMap<mlir::Value, mlir::StringAttr> readTargets;
  bool trains = false; ///< by a dl.minimize
  const OptimizerUses &uses;
  /// Parameters that the step may change; null: all.
  std::optional<llvm::DenseSet<mlir::Operation *>> updates;
  int64_t &numRandomOps;
};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_STEPRESOLVER_H
