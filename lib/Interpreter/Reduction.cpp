//===- Reduction.cpp - Sums, maxima and their places ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static constexpr double infinity = std::numeric_limits<double>::infinity();

// A sum of one element is that element: of -0 it is -0.
static Tensor reduceSum(dl::ReduceSumOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  Tensor y(call.type());
  if (x.size() == y.size()) {
    for (int64_t i = 0, e = y.size(); i < e; ++i)
      y.copy(i, x, i);
    return y;
  }
  return reduce(call.type(), x, op.getReducedAxes(), 0,
                [type = call.type().getElementType()](auto x, auto y) {
                  return roundByChance(type, sum(x, y));
                });
}

static Tensor reduceMax(dl::ReduceMaxOp op, const Call &call) {
  // The least truth value is false; minus infinity would be cast to true.
  bool isBool = call.type().getElementType().isInteger(1);
  return reduce(call.type(), call.operand(0), op.getReducedAxes(),
                isBool ? 0 : -infinity,
                [](auto x, auto y) { return maximum(x, y); });
}

static Tensor reduceMin(dl::ReduceMinOp op, const Call &call) {
  return reduce(call.type(), call.operand(0), op.getReducedAxes(), infinity,
                [](auto x, auto y) { return minimum(x, y); });
}

/// The first not a number, else the first extremum along `axis`.
static Tensor placeOf(const Call &call, int64_t axis, bool isMax) {
  const Tensor &x = call.operand(0);
  Tensor index(call.type());
  // For each row, the best element so far, and the number of elements seen.
  std::vector<int64_t> best(index.size(), -1), seen(index.size());
  forEachReduced(x.shape(), {axis}, [&](int64_t i, int64_t j) {
    auto isBetter = [&](int64_t k) {
      if (!x.isFloat())
        return isMax ? x.integer(j) > x.integer(k)
                     : x.integer(j) < x.integer(k);
      return (isMax ? x.real(j) > x.real(k) : x.real(j) < x.real(k)) ||
             (std::isnan(x.real(j)) && !std::isnan(x.real(k)));
    };
    if (best[i] < 0 || isBetter(best[i])) {
      best[i] = j;
      index.set(i, seen[i]);
    }
    ++seen[i];
  });
  return index;
}

static Tensor argmax(dl::ArgmaxOp op, const Call &call) {
  return placeOf(call, op.getAxis(), true);
}

static Tensor argmin(dl::ArgminOp op, const Call &call) {
  return placeOf(call, op.getAxis(), false);
}

void dlc::interp::registerReduction(MLIRContext *c) {
  model<dl::ArgmaxOp>(c, argmax);
  model<dl::ArgminOp>(c, argmin);
  model<dl::ReduceMaxOp>(c, reduceMax);
  model<dl::ReduceMinOp>(c, reduceMin);
  model<dl::ReduceSumOp>(c, reduceSum);
}
