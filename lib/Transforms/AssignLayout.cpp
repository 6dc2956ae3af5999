//===- AssignLayout.cpp - Images with channels last -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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
// The input gradient becomes a convolution of the (dilated, padded) cotangent
// with the reversed filter, so there is one kind of kernel for both.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "ChannelsLast.h"
#include "Views.h"

#include "dlc/Dialect/Dl/Build.h"

#include "llvm/ADT/TypeSwitch.h"

namespace dlc {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// KH x KW x I x O to KH x KW x O x I.
static constexpr int64_t swapFilterChannels[] = {0, 1, 3, 2};

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
  /// The input gradient of a strided convolution, on channels-last operands.
  Value stridedInputGrad(Conv2dInputGradOp op, Value dy, Value w);
  Value convolve(Conv2dInputGradOp op, Value dy, Value w);
  Value interleave(ValueRange parts, int64_t axis) {
    return ConcatOp::create(builder, e.location(), parts, axis,
                            /*interleaved=*/true);
  }
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

/// A dense convolution of `dy` with the reversed filter.
Value ChannelsLast::convolve(Conv2dInputGradOp op, Value dy, Value w) {
  w = ReverseOp::create(builder, op.getLoc(), w.getType(), w,
                        builder.getDenseI64ArrayAttr({0, 1}));
  return Conv2dOp::create(builder, op.getLoc(), dy, w, Value(), one, none,
                          op.getDilationAttr(), op.getGroupsAttr(), last);
}

namespace {

/// The elements of one dimension of dx at one place modulo the stride: the
/// parts of dy and w that they are made of.
struct Residue {
  int64_t tap, taps;     ///< taps `tap`, `tap + stride`, ... of the filter
  int64_t start, extent; ///< elements of dy; some may lie beyond its ends
};

} // namespace

/// Element h of dx is the sum over taps k of dy[(h + padding - k) / stride]
/// w[k] where that is a whole number. So the `count` elements h = i, i +
/// stride, ... are a dense convolution of dy with every stride-th tap.
static SmallVector<Residue> findResidues(int64_t count, int64_t stride,
                                         int64_t padding, int64_t taps) {
  SmallVector<Residue> residues;
  for (int64_t i = 0; i < stride; ++i) {
    int64_t tap = (i + padding) % stride;
    int64_t used = tap < taps ? llvm::divideCeil(taps - tap, stride) : 0;
    residues.push_back({tap, used, (i + padding - tap) / stride - (used - 1),
                        count + used - 1});
  }
  return residues;
}

Value ChannelsLast::stridedInputGrad(Conv2dInputGradOp op, Value dy, Value w) {
  WindowGeometry g = op.getGeometry();
  ArrayRef<int64_t> image = tensorType(op.getDx()).getShape();
  ArrayRef<int64_t> taps = tensorType(w).getShape();
  int64_t batch = image[0], channels = image[1];
  // Each residue has as many elements as the first one; elements beyond the
  // image are cut off at the end. One border of dy is enough for all.
  SmallVector<int64_t> count, low, high, over;
  std::array<SmallVector<Residue>, 2> residues;
  for (int i : {0, 1}) {
    count.push_back(llvm::divideCeil(image[2 + i], g.stride[i]));
    over.push_back(image[2 + i] - count[i] * g.stride[i]);
    residues[i] = findResidues(count[i], g.stride[i], g.padding[i], taps[i]);
    int64_t first = std::numeric_limits<int64_t>::max(), last = -first;
    for (const Residue &residue : residues[i]) {
      first = std::min(first, residue.start);
      last = std::max(last, residue.start + residue.extent);
    }
    low.push_back(-first);
    high.push_back(last - tensorType(dy).getDimSize(1 + i));
  }
  dy = border(dy, low, high);
  SmallVector<Value> bands;
  for (const Residue &y : residues[0]) {
    SmallVector<Value> parts;
    for (const Residue &x : residues[1]) {
      Value part;
      if (y.taps == 0 || x.taps == 0) {
        part = e.splat(
            tensorType(dy).clone({batch, count[0], count[1], channels}), 0);
      } else {
        Value window = e.slice(e.slice(dy, 1, y.start + low[0], y.extent), 2,
                               x.start + low[1], x.extent);
        Value own = SliceOp::create(
            builder, op.getLoc(), w,
            builder.getDenseI64ArrayAttr({y.tap, x.tap, 0, 0}),
            builder.getDenseI64ArrayAttr({y.taps, x.taps, taps[2], taps[3]}),
            builder.getDenseI64ArrayAttr({g.stride[0], g.stride[1], 1, 1}));
        part = convolve(op, window, own);
      }
      parts.push_back(part);
    }
    bands.push_back(interleave(parts, 2));
  }
  return border(interleave(bands, 1), {0, 0}, over);
}

void ChannelsLast::rewrite(Conv2dInputGradOp op) {
  WindowGeometry g = op.getGeometry();
  bool isDilated = llvm::any_of(g.dilation, [](int64_t d) { return d != 1; });
  // More residues would be much code; zeros are inserted then.
  constexpr int64_t maxResidues = 16;
  int64_t residues = std::min(g.stride[0], maxResidues + 1) *
                     std::min(g.stride[1], maxResidues + 1);
  if (!isDilated && residues > 1 && residues <= maxResidues) {
    Value dx = stridedInputGrad(op, image(op.getDy()),
                                transposed(filter(op.getW()), op.getGroups()));
    op.replaceAllUsesWith(imageBack(dx));
    op.erase();
    return;
  }
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
  op.replaceAllUsesWith(imageBack(convolve(op, dy, w)));
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

//===----------------------------------------------------------------------===//
// Ops that the program writes with channels last
//===----------------------------------------------------------------------===//

/// Returns true if later phases take the op as it is.
static bool isAssigned(Conv2dInputGradOp) { return false; }
template <typename Op>
static bool isAssigned(Op op) {
  if (auto conv = dyn_cast<Conv2dOp>(*op); conv && conv.getBias())
    return false;
  return op.getLayout() == Layout::ChannelsLast &&
         llvm::all_of(op.getPadding(), [](int64_t p) { return p == 0; });
}

/// The same op with channels first. The transposes around it cancel with those
/// that `ChannelsLast` makes.
template <typename Op>
static Op toChannelsFirst(Op op) {
  constexpr bool makesFilter = std::is_same_v<Op, Conv2dFilterGradOp>;
  OpBuilder builder(op);
  Expr e(builder, op.getLoc());
  auto first = [&](Value x, ArrayRef<int64_t> toLast) {
    return e.transpose(x, inversePermutation(toLast));
  };
  SmallVector<Value> operands(op->getOperands());
  operands[0] = first(operands[0], imageToLast);
  operands[1] = first(operands[1], makesFilter ? imageToLast : filterToLast);
  ArrayRef<int64_t> toLast = makesFilter ? filterToLast : imageToLast;
  RankedTensorType type = tensorType(op->getResult(0));
  auto converted =
      Op::create(builder, op.getLoc(),
                 TypeRange(type.clone(views::permuted(
                     type.getShape(), inversePermutation(toLast)))),
                 operands, op->getAttrs());
  converted.setLayout(Layout::ChannelsFirst);
  op.replaceAllUsesWith(e.transpose(converted->getResult(0), toLast));
  op.erase();
  return converted;
}

static void toChannelsLast(func::FuncOp step) {
  step.walk([](Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<Conv2dOp, Conv2dInputGradOp, Conv2dFilterGradOp>([](auto conv) {
          if (isAssigned(conv))
            return;
          if (conv.getLayout() == Layout::ChannelsLast)
            conv = toChannelsFirst(conv);
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
    for (auto function : getOperation().getBody().getOps<func::FuncOp>())
      if (function->hasAttr(names::step))
        toChannelsLast(function);
  }
};

} // namespace
