//===- ChannelAffine.cpp - A factor and a term for each channel -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ChannelAffine.h"

#include "Views.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::channels;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Links of a chain
//===----------------------------------------------------------------------===//

bool channels::isView(Operation *op) {
  return isa<ReshapeOp, FlattenOp, TransposeOp, StopGradientOp>(op);
}

/// The vector that a value repeats along one dimension, or the one number that
/// it has everywhere (with -1).
static std::pair<Value, int64_t> repeatedVector(Value value) {
  if (DenseElementsAttr elements; matchPattern(value, m_Constant(&elements)))
    return {elements.isSplat() && !elements.empty() ? value : Value(), -1};
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  if (!broadcast || broadcast.getDims().size() > 1)
    return {Value(), -1};
  return {broadcast.getX(),
          broadcast.getDims().empty() ? -1 : broadcast.getDims()[0]};
}

/// The result of `repeatedVector`, as a vector of this type.
static Value asVector(Expr e, Value repeated, RankedTensorType type) {
  if (DenseElementsAttr elements; matchPattern(repeated, m_Constant(&elements)))
    return ConstantOp::create(e.builder(), e.location(),
                              elements.resizeSplat(type));
  return tensorType(repeated).getRank()
             ? repeated
             : e.broadcastTo(repeated, type.getShape());
}

Link channels::linkOf(Operation *op, const StateOnly &stateOnly) {
  if (!op)
    return {};
  if (isView(op))
    return {op};
  if (auto norm = dyn_cast<BatchNormEvalOp>(op)) {
    bool constant = llvm::all_of(op->getOperands().drop_front(), [&](Value v) {
      return stateOnly.contains(v);
    });
    return constant ? Link{op, 0, int64_t(norm.getAxis())} : Link();
  }
  if (isa<ScaleOp, OffsetOp, NegOp>(op))
    return {op};
  if (!isa<AddOp, SubOp, MulOp>(op) ||
      !isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType())))
    return {};
  for (unsigned i : {1, 0}) {
    auto [vector, dim] = repeatedVector(op->getOperand(i));
    if (vector && stateOnly.contains(vector) &&
        !stateOnly.contains(op->getOperand(1 - i)))
      return {op, 1 - i, dim, vector};
  }
  return {};
}

Affine channels::affineOf(OpBuilder &builder, const Link &link,
                          RankedTensorType vector) {
  Expr e(builder, link.op->getLoc());
  if (auto norm = dyn_cast<BatchNormEvalOp>(link.op)) {
    Value rstd =
        e.rsqrt(e.offset(norm.getVar(), norm.getEps().convertToDouble()));
    Value factor = e.mul(rstd, norm.getWeight());
    return {factor, e.sub(norm.getBias(), e.mul(norm.getMean(), factor))};
  }
  if (auto scale = dyn_cast<ScaleOp>(link.op))
    return {e.splat(vector, scale.getFactor().convertToDouble()), Value()};
  if (auto offset = dyn_cast<OffsetOp>(link.op))
    return {Value(), e.splat(vector, offset.getTerm().convertToDouble())};
  if (isa<NegOp>(link.op))
    return {e.splat(vector, -1), Value()};
  Value repeated = asVector(e, link.vector, vector);
  if (isa<MulOp>(link.op))
    return {repeated, Value()};
  if (isa<AddOp>(link.op))
    return {Value(), repeated};
  if (link.number == 0)
    return {Value(), e.neg(repeated)};
  return {e.splat(vector, -1), repeated};
}

Affine channels::compose(Expr e, const Affine &outer, const Affine &inner) {
  auto product = [&](Value a, Value b) {
    return a && b ? e.mul(a, b) : a ? a : b;
  };
  auto sum = [&](Value a, Value b) { return a && b ? e.add(a, b) : a ? a : b; };
  Value moved = inner.term ? product(outer.factor, inner.term) : Value();
  return {product(outer.factor, inner.factor), sum(moved, outer.term)};
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

std::optional<Passage> channels::passView(Operation *view, int64_t dim,
                                          bool toOperand) {
  if (auto transpose = dyn_cast<TransposeOp>(view)) {
    ArrayRef<int64_t> perm = transpose.getPerm();
    return Passage{toOperand ? perm[dim] : inversePermutation(perm)[dim]};
  }
  RankedTensorType from = tensorType(view->getResult(0)),
                   to = tensorType(view->getOperand(0));
  if (!toOperand)
    std::swap(from, to);
  if (from == to)
    return Passage{dim};
  if (std::optional<views::Groups> groups = views::collapseGroups(from, to)) {
    for (auto [number, group] : llvm::enumerate(*groups))
      for (auto [place, member] : llvm::enumerate(group)) {
        if (member != dim)
          continue;
        Passage passage{int64_t(number)};
        if (from.getDimSize(dim) == to.getDimSize(number))
          return passage;
        for (int64_t merged : group)
          passage.merged.push_back(from.getDimSize(merged));
        passage.place = place;
        return passage;
      }
  } else if (std::optional<views::Groups> parts =
                 views::expandGroups(from, to)) {
    for (int64_t part : (*parts)[dim])
      if (from.getDimSize(dim) == to.getDimSize(part))
        return Passage{part};
  }
  return std::nullopt;
}

Value channels::pass(Expr e, Value vector, const Passage &passage) {
  if (!vector || passage.merged.empty())
    return vector;
  auto type = tensorType(vector).clone(passage.merged);
  Value repeated = BroadcastOp::create(e.builder(), e.location(), type, vector,
                                       ArrayRef<int64_t>(passage.place));
  return e.reshape(repeated, {type.getNumElements()});
}
