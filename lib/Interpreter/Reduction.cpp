//===- Reduction.cpp - Sums, maxima and their places ----------------------===//

#include "Models.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static constexpr double infinity = std::numeric_limits<double>::infinity();

static Tensor reduceSum(dl::ReduceSumOp op, const Call &call) {
  return reduce(call.type(), call.operand(0), op.getAxes(), 0,
                [](auto x, auto y) { return sum(x, y); });
}

static Tensor reduceMax(dl::ReduceMaxOp op, const Call &call) {
  return reduce(call.type(), call.operand(0), op.getAxes(), -infinity,
                [](auto x, auto y) { return maximum(x, y); });
}

/// The first not a number, else the first maximum.
static Tensor argmax(dl::ArgmaxOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  Tensor index(call.type());
  // Of each row the element found so far, and how many were looked at.
  std::vector<int64_t> best(index.size(), -1), seen(index.size());
  forEachReduced(x.shape(), {int64_t(op.getAxis())}, [&](int64_t i, int64_t j) {
    auto isGreater = [&](int64_t k) {
      if (!x.isFloat())
        return x.integer(j) > x.integer(k);
      return x.real(j) > x.real(k) ||
             (std::isnan(x.real(j)) && !std::isnan(x.real(k)));
    };
    if (best[i] < 0 || isGreater(best[i])) {
      best[i] = j;
      index.set(i, seen[i]);
    }
    ++seen[i];
  });
  return index;
}

void dlc::interp::registerReduction(MLIRContext *c) {
  model<dl::ArgmaxOp>(c, argmax);
  model<dl::ReduceMaxOp>(c, reduceMax);
  model<dl::ReduceSumOp>(c, reduceSum);
}
