//===- ConvertBodyToLLVM.cpp - Code in the LLVM dialect -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR has a pass for each dialect. Each makes its patterns again for each
// function, and casts between the values of two dialects, which the next one
// takes away: together they took more than twice as long as this.
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Transforms/DialectConversion.h"

namespace dlc {
#define GEN_PASS_DEF_CONVERTBODYTOLLVM
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

/// State shared by all functions; patterns refer to the converter.
struct Conversion {
  explicit Conversion(MLIRContext *context)
      : converter(context), target(*context) {
    target.addIllegalDialect<arith::ArithDialect, cf::ControlFlowDialect,
                             memref::MemRefDialect, ub::UBDialect,
                             vector::VectorDialect>();
    target.addLegalOp<memref::GetGlobalOp>();
    RewritePatternSet set(context);
    arith::populateCeilFloorDivExpandOpsPatterns(set);
    arith::populateArithToLLVMConversionPatterns(converter, set);
    cf::populateControlFlowToLLVMConversionPatterns(converter, set);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, set);
    ub::populateUBToLLVMConversionPatterns(converter, set);
    vector::populateVectorBroadcastLoweringPatterns(set);
    vector::populateVectorStepLoweringPatterns(set);
    populateVectorToLLVMConversionPatterns(converter, set);
    patterns = FrozenRewritePatternSet(std::move(set));

    RewritePatternSet apart(context);
    vector::populateVectorBroadcastLoweringPatterns(apart);
    vector::populateVectorInsertExtractStridedSliceTransforms(apart);
    vector::populateVectorShapeCastLoweringPatterns(apart);
    vector::populateVectorTransposeLoweringPatterns(
        apart, vector::VectorTransposeLowering::EltWise);
    takeApart = FrozenRewritePatternSet(std::move(apart));
  }

  LLVMTypeConverter converter;
  LLVMConversionTarget target;
  FrozenRewritePatternSet patterns;
  /// For vectors of several dimensions.
  FrozenRewritePatternSet takeApart;
};

bool hasDimensions(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() > 1;
}

struct ConvertBodyToLLVMPass
    : dlc::impl::ConvertBodyToLLVMBase<ConvertBodyToLLVMPass> {
  LogicalResult initialize(MLIRContext *context) override {
    conversion = std::make_shared<Conversion>(context);
    return success();
  }

  void runOnOperation() override {
    // No pass of ours makes such vectors, but a program may enter with them.
    WalkResult found = getOperation().walk([](Operation *op) {
      return WalkResult(
          failure(llvm::any_of(op->getResultTypes(), hasDimensions)));
    });
    // Each rewrite leaves vectors of fewer dimensions.
    if (found.wasInterrupted() &&
        failed(rewriteGreedily(getOperation(), conversion->takeApart,
                               getArgument())))
      return signalPassFailure();
    if (failed(applyPartialConversion(getOperation(), conversion->target,
                                      conversion->patterns)))
      signalPassFailure();
  }

  std::shared_ptr<Conversion> conversion;
};

} // namespace
