//===- Models.cpp - Common part of the op models --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

void dlc::interp::registerModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, dl::DlDialect *) {
    registerConvolution(context);
    registerElementwise(context);
    registerGradient(context);
    registerGraph(context);
    registerLinear(context);
    registerPooling(context);
    registerRandom(context);
    registerReduction(context);
    registerScan(context);
    registerShape(context);
    registerSorting(context);
    registerTable(context);
  });
  registry.addExtension(+[](MLIRContext *context, func::FuncDialect *) {
    registerCall(context);
  });
}

Tensor dlc::interp::rearrange(RankedTensorType type, const Tensor &x,
                              Placement place) {
  Tensor result(type);
  SmallVector<int64_t> from(x.rank());
  int64_t i = 0;
  forEachIndex(type.getShape(), [&](ArrayRef<int64_t> to) {
    if (place(to, from))
      result.copy(i, x, x.at(from));
    ++i;
  });
  return result;
}

Tensor Sums::rounded() const {
  Tensor result(type);
  for (int64_t i = 0, e = result.size(); i < e; ++i) {
    if (result.isFloat())
      result.set(i, reals[i]);
    else
      result.set(i, static_cast<int64_t>(integers[i]));
  }
  return result;
}

void dlc::interp::forEachReduced(
    ArrayRef<int64_t> shape, ArrayRef<int64_t> axes,
    llvm::function_ref<void(int64_t i, int64_t j)> visit) {
  int64_t j = 0;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    int64_t i = 0;
    for (auto [d, extent] : llvm::enumerate(shape))
      if (!llvm::is_contained(axes, int64_t(d)))
        i = i * extent + index[d];
    visit(i, j++);
  });
}

double dlc::interp::maximum(double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return std::nan("");
  if (x == y)
    return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

int64_t dlc::interp::maximum(int64_t x, int64_t y) { return std::max(x, y); }

double dlc::interp::minimum(double x, double y) { return -maximum(-x, -y); }

int64_t dlc::interp::minimum(int64_t x, int64_t y) { return std::min(x, y); }
