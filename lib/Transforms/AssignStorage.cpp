//===- AssignStorage.cpp - Weights stored as kernels read them ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.param @w : <O x C x KH x KW>
//   func.func @f(%w: <O x C x KH x KW> {dl.state = @w}) {
//     %y = dl.conv2d %x, %w
//
// becomes
//
//   dl.param @w : <O x C x KH x KW> stored <[O, C, KH, KW], [2, 3, 1, 0]>
//   func.func @f(%s: <KH x KW x C x O> {dl.state = @w}) {
//     %w = dl.transpose %s perm [3, 2, 0, 1]
//     %y = dl.conv2d %x, %w
//
// and what belongs to the parameter is stored alike, as is an entry that is
// given the gradient of a filter. `dl-assign-layout` puts the inverse of the
// transpose in front of the convolution.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "ChannelsLast.h"

#include "dlc/Dialect/Dl/Build.h"

namespace dlc {
#define GEN_PASS_DEF_ASSIGNSTORAGE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Whether a rank-4 value is an image that the windowed ops will keep channels
/// last.
static bool isImage(Value value) {
  // Elementwise ops keep the layout of their operands.
  while (Operation *op = value.getDefiningOp()) {
    if (isa<Conv2dOp, Conv2dInputGradOp, MaxPool2dOp, MaxPool2dIndexOp,
            MaxPool2dScatterOp, MaxPool2dGatherOp>(op))
      return true;
    if (!op->hasTrait<Elementwise>())
      return false;
    Value next;
    for (Value operand : op->getOperands())
      if (!operand.getDefiningOp<BroadcastOp>() &&
          !operand.getDefiningOp<ConstantOp>())
        next = operand;
    if (!next)
      return false;
    value = next;
  }
  return false;
}

/// Whether a value is the filter of a convolution.
static bool isFilterOf(OpOperand &use) {
  Layout layout = Layout::ChannelsLast;
  if (auto conv = dyn_cast<Conv2dOp>(use.getOwner()))
    layout = conv.getLayout();
  else if (auto grad = dyn_cast<Conv2dInputGradOp>(use.getOwner()))
    layout = grad.getLayout();
  return use.getOperandNumber() == 1 && layout == Layout::ChannelsFirst;
}

/// Whether a value is the gradient of a filter, which comes as filters are
/// stored.
static bool isFilterGradient(Value value) {
  auto grad = value.getDefiningOp<Conv2dFilterGradOp>();
  return grad && grad.getLayout() == Layout::ChannelsFirst;
}

/// The order in which the kernels that use `param` want it stored, if any.
static StorageAttr chooseStorage(Value param) {
  MLIRContext *context = param.getContext();
  ArrayRef<int64_t> shape = tensorType(param).getShape();
  for (OpOperand &use : param.getUses()) {
    // Inside of a loop an operand has another name.
    if (auto scan = dyn_cast<ScanOp>(use.getOwner())) {
      BlockArgument arg = scan.getBlock().getArgument(use.getOperandNumber());
      if (arg.getType() == param.getType())
        if (StorageAttr storage = chooseStorage(arg))
          return storage;
      continue;
    }
    if (isFilterOf(use))
      return StorageAttr::get(context, shape, filterToLast);
    // The filter of a sequence, seen as one with a row.
    if (auto reshape = dyn_cast<ReshapeOp>(use.getOwner()))
      if (llvm::any_of(reshape->getUses(), isFilterOf))
        return StorageAttr::get(context, tensorType(reshape.getY()).getShape(),
                                filterToLast);
    auto matmul = dyn_cast<MatmulOp>(use.getOwner());
    if (!matmul || use.getOperandNumber() != 1 || !matmul.getTransposeB() ||
        shape.size() != 2)
      continue;
    // in x out; and where the input is a flattened image, in follows
    // the image's order.
    auto reshape = matmul.getA().getDefiningOp<ReshapeOp>();
    if (reshape && tensorType(reshape.getX()).getRank() == 4 &&
        isImage(reshape.getX()) &&
        tensorType(reshape.getX()).getDimSize(0) ==
            tensorType(reshape.getY()).getDimSize(0)) {
      ArrayRef<int64_t> image = tensorType(reshape.getX()).getShape();
      return StorageAttr::get(context, {shape[0], image[1], image[2], image[3]},
                              filterToLast);
    }
    return StorageAttr::get(context, shape, {1, 0});
  }
  return {};
}

/// The entry's value, given its value in memory.
static Value fromStored(Expr &e, Value stored, StorageAttr storage,
                        RankedTensorType logical) {
  Value view = e.transpose(stored, inversePermutation(storage.getPerm()));
  return e.reshape(view, logical.getShape());
}

/// The value in memory, given the entry's value.
static Value toStored(Expr &e, Value value, StorageAttr storage) {
  return e.transpose(e.reshape(value, storage.getView()), storage.getPerm());
}

static FlatSymbolRefAttr stateOf(DictionaryAttr attrs) {
  return attrs ? attrs.getAs<FlatSymbolRefAttr>(names::state)
               : FlatSymbolRefAttr();
}

/// Gives the step stored tensors where it had logical ones.
static void useStorage(func::FuncOp step, SymbolTable &symbols) {
  Block &body = step.getBody().front();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  auto storageOf = [&](DictionaryAttr attrs) -> StorageAttr {
    FlatSymbolRefAttr ref = stateOf(attrs);
    Operation *entry = ref ? symbols.lookup(ref.getAttr()) : nullptr;
    return entry ? entry->getAttrOfType<StorageAttr>("storage") : StorageAttr();
  };
  for (BlockArgument arg : body.getArguments()) {
    StorageAttr storage = storageOf(step.getArgAttrDict(arg.getArgNumber()));
    if (!storage)
      continue;
    RankedTensorType logical = tensorType(arg);
    Expr e(builder, step.getLoc());
    arg.setType(logical.clone(storage.getStoredShape()));
    Value value = fromStored(e, arg, storage, logical);
    arg.replaceUsesWithIf(value, [&](OpOperand &use) {
      // All but the chain just made.
      return !isa<TransposeOp>(use.getOwner()) ||
             use.getOwner()->getResult(0) !=
                 value.getDefiningOp()->getOperand(0);
    });
  }
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  builder.setInsertionPoint(ret);
  for (OpOperand &operand : ret->getOpOperands()) {
    StorageAttr storage =
        storageOf(step.getResultAttrDict(operand.getOperandNumber()));
    if (!storage)
      continue;
    Expr e(builder, step.getLoc());
    operand.set(toStored(e, operand.get(), storage));
  }
  step.setType(
      builder.getFunctionType(body.getArgumentTypes(), ret.getOperandTypes()));
}

namespace {

struct AssignStoragePass : dlc::impl::AssignStorageBase<AssignStoragePass> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    SymbolTable symbols(model);
    SmallVector<func::FuncOp> steps;
    for (auto function : model.getBody().getOps<func::FuncOp>())
      if (function->hasAttr(names::step))
        steps.push_back(function);

    // The first use in the first step decides.
    for (func::FuncOp step : steps)
      for (BlockArgument arg : step.getArguments()) {
        FlatSymbolRefAttr ref =
            stateOf(step.getArgAttrDict(arg.getArgNumber()));
        auto param = ref ? symbols.lookup<ParamOp>(ref.getAttr()) : ParamOp();
        if (param && !param.getStorageAttr())
          if (StorageAttr storage = chooseStorage(arg))
            param.setStorageAttr(storage);
      }
    for (func::FuncOp step : steps)
      for (OpOperand &result :
           step.getBody().front().getTerminator()->getOpOperands()) {
        FlatSymbolRefAttr ref =
            stateOf(step.getResultAttrDict(result.getOperandNumber()));
        Operation *entry = ref ? symbols.lookup(ref.getAttr()) : nullptr;
        if (isa_and_nonnull<ParamOp, BufferOp>(entry) &&
            !entry->hasAttr("storage") && isFilterGradient(result.get()))
          entry->setAttr("storage",
                         StorageAttr::get(model.getContext(),
                                          tensorType(result.get()).getShape(),
                                          filterToLast));
      }
    for (auto slot : model.getBody().getOps<SlotOp>())
      if (auto param = slot.getParameter()
                           ? symbols.lookup<ParamOp>(*slot.getParameter())
                           : ParamOp())
        if (param.getStorageAttr())
          slot.setStorageAttr(param.getStorageAttr());

    for (func::FuncOp step : steps)
      useStorage(step, symbols);
  }
};

} // namespace
