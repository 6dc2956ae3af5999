//===- Scan.cpp - Loops over a leading dimension --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop of a step only changes its types here; `dl-destination-style` makes an
// `scf.for` of it, once its body's kernels write where they are told.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace dlc;

namespace {

struct ConvertScanTypes : OpConversionPattern<dl::ScanOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ScanOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto body = std::make_unique<Region>();
    rewriter.inlineRegionBefore(op.getBody(), *body, body->end());
    OperationState state(op.getLoc(), op->getName());
    state.addOperands(adaptor.getOperands());
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertTypes(op->getResultTypes(), types)))
      return rewriter.notifyMatchFailure(op, "results have no other types");
    state.addTypes(types);
    state.propertiesAttr = op->getPropertiesAsAttribute();
    state.addRegion(std::move(body));
    Operation *converted = rewriter.create(state);
    if (failed(rewriter.convertRegionTypes(&converted->getRegion(0),
                                           *getTypeConverter())))
      return rewriter.notifyMatchFailure(op, "arguments have no other types");
    rewriter.replaceOp(op, converted->getResults());
    return success();
  }
};

struct ConvertYieldTypes : OpConversionPattern<dl::YieldOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::YieldOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.modifyOpInPlace(op,
                             [&] { op->setOperands(adaptor.getOperands()); });
    return success();
  }
};

} // namespace

void dlc::populateScanToLinalg(const TypeConverter &converter,
                               RewritePatternSet &patterns) {
  patterns.add<ConvertScanTypes, ConvertYieldTypes>(converter,
                                                    patterns.getContext());
}
