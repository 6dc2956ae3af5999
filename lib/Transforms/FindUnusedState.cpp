//===- FindUnusedState.cpp - Parameters and buffers that no step uses -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.param @bias : tensor<4xf32> = zeros
//   dl.step @predict(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) {
//     %b = dl.read @bias : tensor<4xf32>
//     dl.return %x : tensor<8x4xf32>
//   }
//
// gives, at the place of the parameter,
//
//   warning: parameter @bias is used by no step: an operand may be missing, ...
//
//===----------------------------------------------------------------------===//

#include "dialects/Dl/Params.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

namespace dlc {
#define GEN_PASS_DEF_FINDUNUSEDSTATE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

namespace {

/// The entries of the state that the steps of a model use.
class StateUses {
public:
  explicit StateUses(ModelOp model) : symbols(model) {}

  /// Looks at the steps and at all functions that they call. Fails if a descent
  /// does not say well what it trains.
  LogicalResult find();

  bool contains(StringAttr entry) const { return used.contains(entry); }

private:
  LogicalResult visit(Operation *op);
  void use(FlatSymbolRefAttr entry) { used.insert(entry.getAttr()); }

  SymbolTable symbols;
  llvm::SetVector<Operation *> callables;
  llvm::DenseSet<StringAttr> used;
};

} // namespace

/// Returns true if a step computes with what it reads, rather than write it
/// back or ignore it.
static bool isNeeded(ReadOp read) {
  llvm::SetVector<Operation *> users;
  users.insert_range(read.getValue().getUsers());
  for (size_t i = 0; i < users.size(); ++i) {
    Operation *user = users[i];
    if (auto write = dyn_cast<WriteOp>(user)) {
      if (write.getEntryAttr() != read.getEntryAttr() ||
          write.getValue() != read.getValue())
        return true;
    } else if (user->hasTrait<OpTrait::IsTerminator>() ||
               user->getNumRegions() || !isMemoryEffectFree(user)) {
      return true;
    } else {
      users.insert_range(user->getUsers());
    }
  }
  return false;
}

LogicalResult StateUses::find() {
  auto model = cast<ModelOp>(symbols.getOp());
  for (auto step : model.getBody().getOps<StepOp>())
    callables.insert(step);
  for (size_t i = 0; i < callables.size(); ++i)
    if (callables[i]
            ->walk([&](Operation *op) {
              return failed(visit(op)) ? WalkResult::interrupt()
                                       : WalkResult::advance();
            })
            .wasInterrupted())
      return failure();
  return success();
}

LogicalResult StateUses::visit(Operation *op) {
  if (auto read = dyn_cast<ReadOp>(op)) {
    if (isNeeded(read))
      use(read.getEntryAttr());
    return success();
  }
  if (auto write = dyn_cast<WriteOp>(op)) {
    auto read = write.getValue().getDefiningOp<ReadOp>();
    if (!read || read.getEntryAttr() != write.getEntryAttr())
      use(write.getEntryAttr());
    return success();
  }
  if (auto minimize = dyn_cast<MinimizeOp>(op)) {
    FailureOr<SmallVector<ParamOp>> params = paramsOf(minimize);
    if (failed(params))
      return failure();
    for (ParamOp param : *params)
      used.insert(param.getSymNameAttr());
  }
  // Callees, and whatever else names an entry: the statistics of a norm.
  for (NamedAttribute attribute : op->getAttrs())
    attribute.getValue().walk([&](FlatSymbolRefAttr ref) {
      if (auto callee = symbols.lookup<FuncOp>(ref.getAttr()))
        callables.insert(callee);
      use(ref);
    });
  return success();
}

namespace {

struct FindUnusedStatePass
    : dlc::impl::FindUnusedStateBase<FindUnusedStatePass> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    // A library of functions alone computes nothing.
    if (model.getBody().getOps<StepOp>().empty())
      return;
    StateUses uses(model);
    if (failed(uses.find()))
      return signalPassFailure();
    for (Operation &op : model.getBody().front()) {
      if (!isa<ParamOp, BufferOp>(op))
        continue;
      StringAttr name = SymbolTable::getSymbolName(&op);
      if (uses.contains(name))
        continue;
      op.emitWarning() << (isa<ParamOp>(op) ? "parameter" : "buffer") << " @"
                       << name.getValue()
                       << " is used by no step: an operand may be missing, or "
                          "it can go";
    }
  }
};

} // namespace
