//===- AssignLayout.cpp - Channels last, weights as kernels read them -----===//
//
//   %y = dl.conv2d %x, %w {padding = [1, 1]} : <N x C x H x W>, <O x C x KH x
//   KW>
//
// becomes
//
//   %0 = dl.transpose %x perm [0, 2, 3, 1]
//   %1 = dl.pad %0 low [0, 1, 1, 0] high [0, 1, 1, 0]
//   %2 = dl.transpose %w perm [2, 3, 1, 0]
//   %3 = dl.conv2d %1, %2 {layout = channels_last}
//   %y = dl.transpose %3 perm [0, 3, 1, 2]
//
// and the parameter behind %w is stored in the order of %2. The input gradient
// becomes a convolution of the (dilated, padded) cotangent with the reversed
// filter, so there is one kind of kernel for both.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dialects/Dl/Build.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlc {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// N x C x H x W to N x H x W x C, and O x I x KH x KW to KH x KW x I x O.
static constexpr int64_t imageToLast[] = {0, 2, 3, 1};
static constexpr int64_t filterToLast[] = {2, 3, 1, 0};
/// KH x KW x I x O to KH x KW x O x I.
static constexpr int64_t swapFilterChannels[] = {0, 1, 3, 2};

//===----------------------------------------------------------------------===//
// Storage of parameters
//===----------------------------------------------------------------------===//

/// Whether a rank-4 value is an image that the windowed ops will keep channels
/// last.
static bool isImage(Value value) {
  // Elementwise ops keep the layout of what they are applied to.
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

/// The entry's value, given what is stored.
static Value fromStored(Expr &e, Value stored, StorageAttr storage,
                        RankedTensorType logical) {
  Value view = e.transpose(stored, inversePermutation(storage.getPerm()));
  return e.reshape(view, logical.getShape());
}

/// What is to be stored, given the entry's value.
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

//===----------------------------------------------------------------------===//
// Windowed ops
//===----------------------------------------------------------------------===//

namespace {

class ChannelsLast {
public:
  explicit ChannelsLast(Operation *op)
      : builder(op), e(builder, op->getLoc()),
        none(builder.getI64ArrayAttr({0, 0})),
        one(builder.getI64ArrayAttr({1, 1})),
        last(LayoutAttr::get(op->getContext(), Layout::ChannelsLast)) {}

  void rewrite(Conv2dOp op);
  void rewrite(Conv2dInputGradOp op);
  void rewrite(Conv2dFilterGradOp op);
  template <typename Op>
  void rewritePool(Op op);

private:
  /// KH x KW x I/groups x O to KH x KW x O/groups x I, group by group.
  Value transposed(Value w, int64_t groups);
  Value image(Value x) { return e.transpose(x, imageToLast); }
  Value filter(Value w) { return e.transpose(w, filterToLast); }
  Value imageBack(Value x) {
    return e.transpose(x, inversePermutation(imageToLast));
  }

  /// Zeros around (or, where negative, rows and columns off) a channels-last
  /// image, and `interior` zeros between its elements.
  Value border(Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
               ArrayRef<int64_t> interior = {0, 0});

  OpBuilder builder;
  Expr e;
  ArrayAttr none, one;
  LayoutAttr last;
};

} // namespace

Value ChannelsLast::border(Value x, ArrayRef<int64_t> low,
                           ArrayRef<int64_t> high, ArrayRef<int64_t> interior) {
  auto atLeast0 = [](int64_t v) { return std::max<int64_t>(v, 0); };
  SmallVector<int64_t> padLow{0, atLeast0(low[0]), atLeast0(low[1]), 0};
  SmallVector<int64_t> padHigh{0, atLeast0(high[0]), atLeast0(high[1]), 0};
  SmallVector<int64_t> between{0, interior[0], interior[1], 0};
  auto any = [](ArrayRef<int64_t> list) {
    return llvm::any_of(list, [](int64_t v) { return v != 0; });
  };
  if (any(padLow) || any(padHigh) || any(between))
    x = PadOp::create(builder, e.location(), x,
                      builder.getDenseI64ArrayAttr(padLow),
                      builder.getDenseI64ArrayAttr(padHigh),
                      any(between) ? builder.getDenseI64ArrayAttr(between)
                                   : DenseI64ArrayAttr());
  SmallVector<int64_t> offsets{0, atLeast0(-low[0]), atLeast0(-low[1]), 0};
  SmallVector<int64_t> sizes(tensorType(x).getShape());
  for (int i : {0, 1})
    sizes[i + 1] -= offsets[i + 1] + atLeast0(-high[i]);
  if (llvm::ArrayRef(sizes) != tensorType(x).getShape())
    x = SliceOp::create(
        builder, e.location(), x, builder.getDenseI64ArrayAttr(offsets),
        builder.getDenseI64ArrayAttr(sizes), DenseI64ArrayAttr());
  return x;
}

void ChannelsLast::rewrite(Conv2dOp op) {
  SmallVector<int64_t> padding = op.getPadding();
  Value x = border(image(op.getX()), padding, padding);
  Value y = Conv2dOp::create(builder, op.getLoc(), x, filter(op.getW()),
                             Value(), op.getStrideAttr(), none,
                             op.getDilationAttr(), op.getGroupsAttr(), last);
  if (op.getBias())
    y = e.add(y, e.broadcast(op.getBias(), y, {3}));
  op.replaceAllUsesWith(imageBack(y));
  op.erase();
}

Value ChannelsLast::transposed(Value w, int64_t groups) {
  if (groups == 1)
    return e.transpose(w, swapFilterChannels);
  ArrayRef<int64_t> shape = tensorType(w).getShape();
  int64_t in = shape[2], out = shape[3] / groups;
  if (in == 1 && out == 1)
    return w;
  w = e.reshape(w, {shape[0], shape[1], in, groups, out});
  w = e.transpose(w, {0, 1, 4, 3, 2});
  return e.reshape(w, {shape[0], shape[1], out, groups * in});
}

void ChannelsLast::rewrite(Conv2dInputGradOp op) {
  WindowGeometry g = op.getGeometry();
  SmallVector<int64_t> low, high, interior;
  for (int i : {0, 1}) {
    int64_t reach =
        g.dilation[i] * (tensorType(op.getW()).getDimSize(2 + i) - 1);
    int64_t dilated =
        (tensorType(op.getDy()).getDimSize(2 + i) - 1) * g.stride[i] + 1;
    low.push_back(reach - g.padding[i]);
    high.push_back(tensorType(op.getDx()).getDimSize(2 + i) + g.padding[i] -
                   dilated);
    interior.push_back(g.stride[i] - 1);
  }
  Value dy = border(image(op.getDy()), low, high, interior);
  Value w = transposed(filter(op.getW()), op.getGroups());
  w = ReverseOp::create(builder, op.getLoc(), w.getType(), w,
                        builder.getDenseI64ArrayAttr({0, 1}));
  Value dx = Conv2dOp::create(builder, op.getLoc(), dy, w, Value(), one, none,
                              op.getDilationAttr(), op.getGroupsAttr(), last);
  op.replaceAllUsesWith(imageBack(dx));
  op.erase();
}

void ChannelsLast::rewrite(Conv2dFilterGradOp op) {
  SmallVector<int64_t> padding = op.getPadding();
  Value x = border(image(op.getX()), padding, padding);
  ArrayRef<int64_t> shape = tensorType(op.getDw()).getShape();
  auto type =
      tensorType(op.getDw()).clone({shape[2], shape[3], shape[1], shape[0]});
  Value dw = Conv2dFilterGradOp::create(
      builder, op.getLoc(), type, x, image(op.getDy()), op.getStrideAttr(),
      none, op.getDilationAttr(), op.getGroupsAttr(), last);
  op.replaceAllUsesWith(e.transpose(dw, inversePermutation(filterToLast)));
  op.erase();
}

/// Pooling: every operand and result is an image.
template <typename Op>
void ChannelsLast::rewritePool(Op op) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(image(operand));
  SmallVector<Type> types;
  for (Value result : op->getResults()) {
    ArrayRef<int64_t> shape = tensorType(result).getShape();
    types.push_back(
        tensorType(result).clone({shape[0], shape[2], shape[3], shape[1]}));
  }
  auto rewritten =
      Op::create(builder, op.getLoc(), types, operands, op->getAttrs());
  rewritten.setLayout(Layout::ChannelsLast);
  for (auto [before, after] :
       llvm::zip(op->getResults(), rewritten->getResults()))
    before.replaceAllUsesWith(imageBack(after));
  op.erase();
}

static void toChannelsLast(func::FuncOp step) {
  step.walk([](Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<Conv2dOp, Conv2dInputGradOp, Conv2dFilterGradOp>([](auto conv) {
          if (conv.getLayout() == Layout::ChannelsFirst)
            ChannelsLast(conv).rewrite(conv);
        })
        .Case<MaxPool2dOp, MaxPool2dIndexOp, MaxPool2dScatterOp,
              MaxPool2dGatherOp>([](auto pool) {
          if (pool.getLayout() == Layout::ChannelsFirst)
            ChannelsLast(pool).rewritePool(pool);
        });
  });
}

namespace {

struct AssignLayoutPass : dlc::impl::AssignLayoutBase<AssignLayoutPass> {
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
    for (auto slot : model.getBody().getOps<SlotOp>())
      if (auto param = slot.getParameter()
                           ? symbols.lookup<ParamOp>(*slot.getParameter())
                           : ParamOp())
        if (param.getStorageAttr())
          slot.setStorageAttr(param.getStorageAttr());

    for (func::FuncOp step : steps) {
      useStorage(step, symbols);
      toChannelsLast(step);
    }
  }
};

} // namespace
