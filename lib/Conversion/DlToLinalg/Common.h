//===- Common.h - Common part of the lowerings ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_CONVERSION_DLTOLINALG_COMMON_H
#define DLC_LIB_CONVERSION_DLTOLINALG_COMMON_H

#include "dlc/Conversion/Passes.h"

#include "mlir/Transforms/DialectConversion.h"

namespace dlc {

/// One function a family adds its patterns with.
void populateConvolutionToLinalg(const mlir::TypeConverter &,
                                 mlir::RewritePatternSet &);
void populateElementwiseToLinalg(const mlir::TypeConverter &,
                                 mlir::RewritePatternSet &);
void populateGraphToLinalg(const mlir::TypeConverter &,
                           mlir::RewritePatternSet &);
void populateLinearToLinalg(const mlir::TypeConverter &,
                            mlir::RewritePatternSet &);
void populatePoolingToLinalg(const mlir::TypeConverter &,
                             mlir::RewritePatternSet &);
void populateRandomToLinalg(const mlir::TypeConverter &,
                            mlir::RewritePatternSet &);
void populateReductionToLinalg(const mlir::TypeConverter &,
                               mlir::RewritePatternSet &);
void populateScanToLinalg(const mlir::TypeConverter &,
                          mlir::RewritePatternSet &);
void populateShapeToLinalg(const mlir::TypeConverter &,
                           mlir::RewritePatternSet &);
void populateSortingToLinalg(const mlir::TypeConverter &,
                             mlir::RewritePatternSet &);
void populateTableToLinalg(const mlir::TypeConverter &,
                           mlir::RewritePatternSet &);

using BodyBuilder = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// The third argument plus the product of the first two.
llvm::SmallVector<mlir::Value> multiplyAdd(mlir::OpBuilder &builder,
                                           mlir::Location loc,
                                           mlir::ValueRange args);

/// Maps from `dims` loop dimensions: each list of expressions is one operand's.
llvm::SmallVector<mlir::AffineMap>
makeMaps(mlir::MLIRContext *context, unsigned dims,
         llvm::ArrayRef<llvm::SmallVector<mlir::AffineExpr>> operands);

/// A structured op. `reductions` names the loop dimensions that are not
/// parallel; `body` gets one element of every input and output.
mlir::linalg::GenericOp makeGeneric(mlir::OpBuilder &builder,
                                    mlir::Location loc, mlir::ValueRange inputs,
                                    mlir::ValueRange outputs,
                                    llvm::ArrayRef<mlir::AffineMap> maps,
                                    llvm::ArrayRef<unsigned> reductions,
                                    BodyBuilder body);

/// The converted blocks that a right operand of a product is made of by
/// `dl.unblock`, which a kernel reads as they are; null if it is not.
mlir::Value readBlocks(mlir::ConversionPatternRewriter &rewriter,
                       mlir::Value operand);

mlir::Value makeEmpty(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::RankedTensorType type);

/// A tensor with `value` everywhere, as the output of a reduction starts.
mlir::Value makeFilled(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::RankedTensorType type, mlir::TypedAttr value);
mlir::Value makeZero(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::RankedTensorType type);

/// The least value of a type: minus infinity, or the least integer.
mlir::TypedAttr leastValue(mlir::OpBuilder &builder, mlir::Type element,
                           bool isUnsigned = false);

/// The greatest value of a type.
mlir::TypedAttr greatestValue(mlir::OpBuilder &builder, mlir::Type element,
                              bool isUnsigned = false);

/// A filled tensor of `type` with `x` at `offsets`, its elements `strides`
/// apart.
mlir::Value makePadded(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value x, mlir::RankedTensorType type,
                       mlir::TypedAttr value, llvm::ArrayRef<int64_t> offsets,
                       llvm::ArrayRef<int64_t> strides);

/// The converted type of a result.
template <typename Op>
mlir::RankedTensorType resultType(const mlir::TypeConverter *converter, Op op,
                                  unsigned i = 0) {
  return llvm::cast<mlir::RankedTensorType>(
      converter->convertType(op->getResult(i).getType()));
}

} // namespace dlc
#endif // DLC_LIB_CONVERSION_DLTOLINALG_COMMON_H
