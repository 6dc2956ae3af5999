//===- FindUnusedState.cpp - Entries of the state that no step uses -------===//
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

#include "dlc/Dialect/Dl/Params.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

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

  /// Looks at the steps and at all functions and optimizers that they name.
  /// Fails if the patterns of a descent are wrong.
  LogicalResult find();

  bool contains(StringAttr entry) const { return used.contains(entry); }

private:
  LogicalResult visit(Operation *op);
  void use(FlatSymbolRefAttr entry) { used.insert(entry.getAttr()); }

  SymbolTable symbols;
  llvm::SetVector<Operation *> reached;
  llvm::DenseSet<StringAttr> used;
};

} // namespace

/// Returns true if a step computes with the value it reads, rather than write
/// it back or ignore it.
static bool isNeeded(Value read, FlatSymbolRefAttr entry) {
  llvm::SetVector<Operation *> users;
  users.insert_range(read.getUsers());
  for (size_t i = 0; i < users.size(); ++i) {
    Operation *user = users[i];
    if (auto write = dyn_cast<WriteOp>(user)) {
      if (write.getEntryAttr() != entry || write.getValue() != read)
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
    reached.insert(step);
  for (size_t i = 0; i < reached.size(); ++i)
    if (reached[i]
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
    if (isNeeded(read.getValue(), read.getEntryAttr()))
      use(read.getEntryAttr());
    return success();
  }
  if (auto read = dyn_cast<ReadHparamOp>(op)) {
    if (isNeeded(read.getValue(), read.getEntryAttr()))
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
  // Callees and optimizers, and whatever else names an entry: the statistics of
  // a norm, the hyper-parameters of a rule.
  for (NamedAttribute attribute : op->getAttrs())
    attribute.getValue().walk([&](FlatSymbolRefAttr ref) {
      Operation *named = symbols.lookup(ref.getAttr());
      if (isa_and_nonnull<FuncOp, OptimizerOp>(named))
        reached.insert(named);
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
      StringRef kind = llvm::TypeSwitch<Operation *, StringRef>(&op)
                           .Case([](ParamOp) { return "parameter"; })
                           .Case([](BufferOp) { return "buffer"; })
                           .Case([](HparamOp) { return "hyper-parameter"; })
                           .Default(StringRef());
      if (kind.empty())
        continue;
      StringAttr name = SymbolTable::getSymbolName(&op);
      if (!uses.contains(name))
        op.emitWarning() << kind << " @" << name.getValue()
                         << " is used by no step: an operand may be missing, "
                            "or it can go";
    }
  }
};

} // namespace
