//===- PoolFirst.cpp - Functions of maxima --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %0 = dl.leaky_relu %x {slope = 0.2}
//   %1 = dl.max_pool2d %0 {kernel = [2, 2]}
//
// becomes
//
//   %0 = dl.max_pool2d %x {kernel = [2, 2]}
//   %1 = dl.leaky_relu %0 {slope = 0.2}
//
// If the computed function never descends (with -0 below 0) and keeps NaN,
// f(max(x)) and max(f(x)) have the same bits. That holds for products with a
// positive constant and sums with a constant, because rounding is monotone. An
// approximated e^x may descend by a unit in the last place.
//
//===----------------------------------------------------------------------===//

#include "FastModel.h"

#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace dlc {
#define GEN_PASS_DEF_POOLFIRST
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {
/// How a function ascends.
enum class Ascent {
  None,
  Cheap,   ///< to the bit, and nearly free in a kernel that computes x
  Rounded, ///< apart from roundings, and costly
};
} // namespace

/// A constant of an op as the number that it is in tensors of `element`.
static APFloat asElement(const APFloat &constant, Type element) {
  APFloat number = constant;
  bool losesInfo;
  number.convert(cast<FloatType>(element).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  return number;
}

/// Returns true if x times `factor` ascends: it is a positive normal number.
static bool ascendsTimes(const APFloat &factor, Type element) {
  APFloat number = asElement(factor, element);
  return number.isNormal() && !number.isNegative();
}

static Ascent ascentOf(Operation *op) {
  if (!op || op->getNumOperands() != 1 || op->getNumResults() != 1)
    return Ascent::None;
  Type element = getElementTypeOrSelf(op->getResult(0).getType());
  if (!isa<FloatType>(element))
    return Ascent::None;
  auto when = [](bool holds, Ascent ascent) {
    return holds ? ascent : Ascent::None;
  };
  return llvm::TypeSwitch<Operation *, Ascent>(op)
      .Case<ReluOp, Relu6Op, HardtanhOp, HardSigmoidOp, ClampOp>(
          [](auto) { return Ascent::Cheap; })
      .Case([&](LeakyReluOp leaky) {
        return when(ascendsTimes(leaky.getSlope(), element), Ascent::Cheap);
      })
      .Case([&](ScaleOp scale) {
        return when(ascendsTimes(scale.getFactor(), element), Ascent::Cheap);
      })
      .Case([&](OffsetOp offset) {
        return when(asElement(offset.getTerm(), element).isFinite(),
                    Ascent::Cheap);
      })
      .Case([&](EluOp elu) {
        return when(ascendsTimes(elu.getAlpha(), element), Ascent::Rounded);
      })
      .Case<SigmoidOp, TanhOp, ExpOp, Expm1Op, ErfOp, SeluOp, SoftplusOp,
            SoftsignOp>([](auto) { return Ascent::Rounded; })
      .Default(Ascent::None);
}

/// Returns true if elementwise ops and norms alone lie between a value and a
/// convolution or matrix product, which computes them in its epilogue.
static bool isInEpilogue(Value value) {
  llvm::SetVector<Operation *> ops;
  auto add = [&](Value operand) {
    if (Operation *op = operand.getDefiningOp())
      ops.insert(op);
  };
  add(value);
  for (size_t i = 0; i < ops.size(); ++i) {
    if (isa<ChannelLayer>(ops[i]))
      return true;
    if (ops[i]->hasTrait<Elementwise>() || isa<BatchNormEvalOp>(ops[i]) ||
        ascentOf(ops[i]) == Ascent::Cheap)
      llvm::for_each(ops[i]->getOperands(), add);
  }
  return false;
}

/// Returns true if each of the `count` windows along a dimension of `extent`
/// elements has an element.
static bool allWindowsHold(int64_t extent, int64_t count, int64_t kernel,
                           int64_t stride, int64_t padding, int64_t dilation) {
  // A window that starts in front of the image needs a tap within it: the first
  // one at or behind the edge.
  for (int64_t window = 0; window < count && window * stride < padding;
       ++window) {
    int64_t before = padding - window * stride;
    int64_t tap = llvm::divideCeil(before, dilation);
    if (tap >= kernel || tap * dilation - before >= extent)
      return false;
  }
  return (count - 1) * stride - padding < extent;
}

static bool hasEmptyWindow(Operation *pool) {
  auto check = [](RankedTensorType x, RankedTensorType y,
                  ArrayRef<int64_t> kernel, const WindowGeometry &g) {
    for (int i = 0; i < g.spatialRank(); ++i)
      if (!allWindowsHold(x.getDimSize(g.spatialDim(i)),
                          y.getDimSize(g.spatialDim(i)), kernel[i], g.stride[i],
                          g.padding[i], g.dilation[i]))
        return true;
    return false;
  };
  RankedTensorType x = tensorType(pool->getOperand(0)),
                   y = tensorType(pool->getResult(0));
  if (auto images = dyn_cast<MaxPool2dOp>(pool))
    return check(x, y, images.getKernel(), images.getGeometry());
  if (auto sequence = dyn_cast<MaxPool1dOp>(pool))
    return check(
        x, y, sequence.getKernel(),
        {poolStride(sequence.getStrideAttr(), sequence.getKernelAttr()),
         sequence.getPadding(), sequence.getDilation(), Layout::ChannelsFirst,
         sequence.getCeilMode()});
  return x.getNumElements() == 0;
}

namespace {

struct PoolFirstPass : dlc::impl::PoolFirstBase<PoolFirstPass> {
  void runOnOperation() override {
    // From the last pool on, as a function may pass several.
    SmallVector<Operation *> pools;
    getOperation().walk([&](Operation *op) {
      if (isa<MaxPool1dOp, MaxPool2dOp, MaxPool2dIndexOp, GlobalMaxPool2dOp,
              ReduceMaxOp>(op))
        pools.push_back(op);
    });
    for (Operation *pool : llvm::reverse(pools))
      while (move(pool))
        ++numMoved;
  }

private:
  /// Why the function in front of `pool` stays there; empty if it can go.
  std::string flaw(Operation *function, Ascent ascent, Operation *pool) {
    std::string name = pool->getName().getStringRef().str();
    if (isa<MaxPool2dIndexOp>(pool))
      return "'" + name + "' also says where the maximum stood";
    if (!function->hasOneUse())
      return "its result is also read elsewhere";
    if (ascent == Ascent::Rounded && !allowsFastMath(pool))
      return "it is approximated and may descend by a unit in the last place, "
             "which only 'fastmath' allows";
    if (tensorType(pool->getResult(0)).getNumElements() >=
        tensorType(pool->getOperand(0)).getNumElements())
      return "'" + name + "' has as many maxima as elements";
    if (hasEmptyWindow(pool))
      return "a window of '" + name + "' has only padding";
    if (ascent == Ascent::Cheap && isInEpilogue(function->getOperand(0)))
      return "the kernel of a convolution or matrix product applies it before "
             "it stores";
    return "";
  }

  /// Whether the function in front of `pool` is now behind it.
  bool move(Operation *pool) {
    Operation *function = pool->getOperand(0).getDefiningOp();
    Ascent ascent = ascentOf(function);
    if (ascent == Ascent::None)
      return false;
    auto options = [&](StringRef name) {
      return remark::RemarkOpts::name(name)
          .category(getArgument())
          .function(getOperation().getSymName());
    };
    std::string what = function->getName().getStringRef().str();
    std::string why = flaw(function, ascent, pool);
    if (!why.empty()) {
      remark::missed(function->getLoc(), options("kept"))
          << remark::add("'{0}' stays in front of the maximum: {1}", what, why);
      return false;
    }
    remark::passed(function->getLoc(), options("moved"))
        << remark::add("'{0}' is computed of the maxima of '{1}'", what,
                       pool->getName().getStringRef().str());
    Value y = pool->getResult(0);
    pool->setOperand(0, function->getOperand(0));
    function->moveAfter(pool);
    y.replaceAllUsesExcept(function->getResult(0), function);
    function->setOperand(0, y);
    function->getResult(0).setType(cast<RankedTensorType>(y.getType()));
    return true;
  }
};

} // namespace
