//===- Optimizer.cpp - Update rules and dl.minimize -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Optimizer.h"

#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Update
//===----------------------------------------------------------------------===//

Update::Update(OpBuilder &builder, Location loc, Value param, Value gradient,
               Value lr, Value step, ValueRange slots, Reader reader)
    : e(builder, loc), param(param), gradient(gradient), lr(lr), step(step),
      slots(slots), reader(reader) {}

Value Update::rate() {
  Type f64 = e.builder().getF64Type();
  return tensorType(lr).getElementType() == f64 ? lr : e.cast(lr, f64);
}

Value Update::time() {
  if (!t)
    t = e.cast(step, e.builder().getF64Type());
  return t;
}

Hyper Update::hyper(StringRef name, Attribute value) {
  if (Attribute other = overrides.lookup(name))
    value = other;
  if (auto number = dyn_cast<FloatAttr>(value))
    return number.getValueAsDouble();
  return reader(cast<FlatSymbolRefAttr>(value));
}

bool Update::isZero(StringRef name, Attribute value) const {
  if (Attribute other = overrides.lookup(name))
    value = other;
  auto number = dyn_cast<FloatAttr>(value);
  return number && number.getValueAsDouble() == 0;
}

void Update::decay(Attribute weightDecay, bool decoupled) {
  Hyper rate = hyper("weight_decay", weightDecay);
  if (rate.isZero())
    return;
  if (!decoupled) {
    gradient = e.add(gradient, scaled(param, rate));
    return;
  }
  Value kept = e.offset(e.neg(e.mul(this->rate(), scalar(rate))), 1);
  param = scaled(param, kept);
}

Hyper Update::complement(Hyper h) {
  if (h.value)
    return e.offset(e.neg(h.value), 1);
  return 1 - h.number;
}

Value Update::power(Hyper base, Value exponent) {
  if (base.value)
    return e.pow(base.value, exponent);
  return e.exp(e.scale(exponent, std::log(base.number)));
}

Value Update::spread(Value scalar) {
  Type element = tensorType(param).getElementType();
  if (tensorType(scalar).getElementType() != element)
    scalar = e.cast(scalar, element);
  return e.broadcast(scalar, param, {});
}

Value Update::scaled(Value x, Hyper factor) {
  return factor.value ? e.mul(x, spread(factor.value))
                      : e.scale(x, factor.number);
}

Value Update::shifted(Value x, Hyper term) {
  return term.value ? e.add(x, spread(term.value)) : e.offset(x, term.number);
}

Value Update::choose(Value condition, Value x, Value y) {
  return e.select(e.broadcast(condition, x, {}), x, y);
}

//===----------------------------------------------------------------------===//
// clip_by_global_norm
//===----------------------------------------------------------------------===//

LogicalResult ClipByGlobalNormOp::verify() {
  if (getGradients().empty())
    return emitOpError("expects a gradient or more");
  Type element = tensorType(getGradients().front()).getElementType();
  for (auto [i, gradient] : llvm::enumerate(getGradients()))
    if (tensorType(gradient).getElementType() != element)
      return emitOpError() << "expects gradients of one element type, but "
                              "gradient 0 is "
                           << getGradients().front().getType()
                           << " and gradient " << i << " is "
                           << gradient.getType();
  if (tensorType(getNorm()).getElementType() != element)
    return emitOpError() << "expects a norm of type "
                         << RankedTensorType::get({}, element) << ", not "
                         << getNorm().getType();
  return success();
}

SmallVector<Value> ClipByGlobalNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value squares;
  for (Value gradient : getGradients()) {
    Value sum = e.sum(e.square(gradient), llvm::to_vector(llvm::seq<int64_t>(
                                              tensorType(gradient).getRank())));
    squares = squares ? e.add(squares, sum) : sum;
  }
  // At 0 the root has no derivative; nothing is clipped there.
  Value zero = e.splat(squares.getType(), 0);
  Value isZero = e.compare(Predicate::eq, squares, zero);
  Value root = e.sqrt(e.select(isZero, e.splat(zero.getType(), 1), squares));
  Value norm = e.select(isZero, zero, root);
  Value bound = e.cast(getMaxNorm(), tensorType(norm).getElementType());
  Value factor = e.div(bound, e.offset(norm, 1e-6));
  factor = e.minimum(factor, e.splat(factor.getType(), 1));
  SmallVector<Value> results{norm};
  for (Value gradient : getGradients())
    results.push_back(e.mul(gradient, e.broadcast(factor, gradient, {})));
  return results;
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Optimizer.cpp.inc"
