//===- DlToLinalg.cpp - The ops of kernels as linalg on tensors -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One file a family holds the patterns; this one only applies them.
//
//===----------------------------------------------------------------------===//

#include "Common.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Machine/TargetInfo.h"

#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_DLTOLINALG
#include "dlc/Conversion/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// The patterns of every family.
static void populateAll(const TypeConverter &converter,
                        RewritePatternSet &patterns) {
  dlc::populateConvolutionToLinalg(converter, patterns);
  dlc::populateElementwiseToLinalg(converter, patterns);
  dlc::populateGraphToLinalg(converter, patterns);
  dlc::populateLinearToLinalg(converter, patterns);
  dlc::populatePoolingToLinalg(converter, patterns);
  dlc::populateRandomToLinalg(converter, patterns);
  dlc::populateReductionToLinalg(converter, patterns);
  dlc::populateScanToLinalg(converter, patterns);
  dlc::populateShapeToLinalg(converter, patterns);
  dlc::populateSortingToLinalg(converter, patterns);
  dlc::populateTableToLinalg(converter, patterns);
}

llvm::StringSet<> dlc::getLoweredOps(MLIRContext &context) {
  TypeConverter converter;
  RewritePatternSet patterns(&context);
  populateAll(converter, patterns);
  llvm::StringSet<> names;
  for (const auto &pattern : patterns.getNativePatterns())
    if (std::optional<OperationName> root = pattern->getRootKind())
      names.insert(root->getStringRef());
  return names;
}

namespace {

struct DlToLinalgPass : dlc::impl::DlToLinalgBase<DlToLinalgPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    if (failed(dlc::TargetInfo::get(getOperation())))
      return signalPassFailure();
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type {
      // Truth values take a byte in memory, where vectors of bits would not fit
      // the addresses of single elements.
      Type element = type.getElementType();
      if (element.isUnsignedInteger() || element.isInteger(1))
        return type.clone(IntegerType::get(type.getContext(),
                                           8 * dlc::dl::elementBytes(element)));
      return type;
    });

    ConversionTarget target(*context);
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect,
                           math::MathDialect, scf::SCFDialect,
                           tensor::TensorDialect>();
    target.addIllegalDialect<dlc::dl::DlDialect>();
    // State dissolves later, in dl-destination-style.
    target.addLegalOp<dlc::dl::ModelOp, dlc::dl::ParamOp, dlc::dl::BufferOp,
                      dlc::dl::SlotOp, dlc::dl::HparamOp, dlc::dl::CounterOp,
                      dlc::dl::DerivedOp>();
    // So do loops.
    target.addDynamicallyLegalOp<dlc::dl::ScanOp>([&](dlc::dl::ScanOp op) {
      return converter.isLegal(op) && converter.isLegal(&op.getBody());
    });
    target.addDynamicallyLegalOp<dlc::dl::YieldOp>(
        [&](Operation *op) { return converter.isLegal(op); });
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType());
    });
    target.addDynamicallyLegalOp<func::CallOp, func::ReturnOp>(
        [&](Operation *op) { return converter.isLegal(op); });

    RewritePatternSet patterns(context);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateCallOpTypeConversionPattern(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    populateAll(converter, patterns);
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
