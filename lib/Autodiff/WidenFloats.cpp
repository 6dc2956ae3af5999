//===- WidenFloats.cpp - A program in f64 ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Differences of a loss in f32 say nothing of its gradient; so a program is
// checked in f64, whatever it is written in.
//
//===----------------------------------------------------------------------===//

#include "dlc/Autodiff/Passes.h"

#include "mlir/IR/AttrTypeSubElements.h"

namespace dlc {
#define GEN_PASS_DEF_WIDENFLOATS
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct WidenFloatsPass : dlc::impl::WidenFloatsBase<WidenFloatsPass> {
  void runOnOperation() override {
    Type wide = Float64Type::get(&getContext());
    AttrTypeReplacer replacer;
    replacer.addReplacement([&](Float32Type) -> Type { return wide; });
    // Numbers on their own keep their type: it is not that of a tensor.
    replacer.addReplacement(
        [](FloatAttr attr) -> AttrTypeReplacer::ReplaceFnResult<Attribute> {
          return std::make_pair(Attribute(attr), WalkResult::skip());
        });
    replacer.addReplacement(
        [&](DenseElementsAttr attr)
            -> AttrTypeReplacer::ReplaceFnResult<Attribute> {
          if (!attr.getElementType().isF32())
            return std::make_pair(Attribute(attr), WalkResult::skip());
          Attribute converted = attr.mapValues(wide, [](const APFloat &x) {
            APFloat y = x;
            bool lost;
            y.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                      &lost);
            return y.bitcastToAPInt();
          });
          return std::make_pair(converted, WalkResult::skip());
        });
    // A hyper-parameter keeps its type too, and with it its possible values.
    SmallVector<dl::ReadHparamOp> reads;
    getOperation().walk([&](Operation *op) {
      if (auto read = dyn_cast<dl::ReadHparamOp>(op)) {
        if (read.getType().getElementType().isF32())
          reads.push_back(read);
        return;
      }
      if (!isa<dl::HparamOp>(op))
        replacer.replaceElementsIn(op, /*replaceAttrs=*/true,
                                   /*replaceLocs=*/false,
                                   /*replaceTypes=*/true);
    });
    for (dl::ReadHparamOp read : reads) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfter(read);
      Type type = cast<RankedTensorType>(read.getType()).clone(wide);
      auto cast = dl::CastOp::create(builder, read.getLoc(), type, read);
      read.getValue().replaceAllUsesExcept(cast, cast);
    }
  }
};

} // namespace
