//===- Optimizer.cpp - Update rules ---------------------------------------===//
//
// Each rule is a program of elementwise ops; the fusion of a step makes one
// pass over memory of it. Scalars that depend on the step are computed in f64:
// 1 - beta^t loses four digits in f32 at the first steps.
//
//===----------------------------------------------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

/// A scalar, in the element type of `like` and its shape.
static Value spread(Expr &e, Value scalar, Value like) {
  return e.broadcast(e.cast(scalar, tensorType(like).getElementType()), like,
                     {});
}

//===----------------------------------------------------------------------===//
// SGD
//===----------------------------------------------------------------------===//

SmallVector<StringRef> SgdAttr::getSlotNames() const {
  if (getMomentum().getValueAsDouble() == 0)
    return {};
  return {"momentum_buffer"};
}

SmallVector<Value> SgdAttr::buildUpdate(OpBuilder &builder, Location loc,
                                        Value param, Value gradient, Value lr,
                                        Value, ValueRange slots) const {
  Expr e(builder, loc);
  if (double decay = getWeightDecay().getValueAsDouble())
    gradient = e.add(gradient, e.scale(param, decay));
  SmallVector<Value> newSlots;
  if (!slots.empty()) {
    gradient =
        e.add(e.scale(slots[0], getMomentum().getValueAsDouble()), gradient);
    newSlots.push_back(gradient);
  }
  SmallVector<Value> results{
      e.sub(param, e.mul(spread(e, lr, param), gradient))};
  llvm::append_range(results, newSlots);
  return results;
}

//===----------------------------------------------------------------------===//
// Adam
//===----------------------------------------------------------------------===//

SmallVector<StringRef> AdamAttr::getSlotNames() const {
  return {"exp_avg", "exp_avg_sq"};
}

SmallVector<Value> AdamAttr::buildUpdate(OpBuilder &builder, Location loc,
                                         Value param, Value gradient, Value lr,
                                         Value step, ValueRange slots) const {
  Expr e(builder, loc);
  double beta1 = getBeta1().getValueAsDouble();
  double beta2 = getBeta2().getValueAsDouble();
  Type f64 = builder.getF64Type();
  Value t = e.cast(step, f64);
  // 1 - beta^t
  auto correction = [&](double beta) {
    return e.offset(e.neg(e.exp(e.scale(t, std::log(beta)))), 1);
  };
  Value stepSize = e.div(e.cast(lr, f64), correction(beta1));
  Value rootCorrection = e.sqrt(correction(beta2));

  Value m = e.add(slots[0], e.scale(e.sub(gradient, slots[0]), 1 - beta1));
  Value v = e.add(e.scale(slots[1], beta2),
                  e.scale(e.mul(gradient, gradient), 1 - beta2));
  Value denominator =
      e.offset(e.div(e.sqrt(v), spread(e, rootCorrection, param)),
               getEps().getValueAsDouble());
  Value newParam =
      e.sub(param, e.mul(spread(e, stepSize, param), e.div(m, denominator)));
  return {newParam, m, v};
}
