//===- Pooling.cpp - Maxima of windows ------------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// The shape of the pooled image.
static FailureOr<SmallVector<int64_t>>
inferPoolShape(RankedTensorType x, ArrayRef<int64_t> kernel,
               const WindowGeometry &g,
               function_ref<InFlightDiagnostic()> emitError) {
  if (failed(g.verify(emitError)))
    return failure();
  if (kernel.size() != 2)
    return emitError()
           << "expects 'kernel' to have 2 entries (rows, columns), not "
           << kernel.size();
  if (x.getRank() != 4)
    return emitError() << "expects operand x of rank 4 (N x C x H x W), not "
                       << x;
  SmallVector<int64_t> shape(x.getShape());
  for (int i : {0, 1}) {
    FailureOr<int64_t> count =
        g.windows(i, x.getDimSize(g.spatialDim(i)), kernel[i], emitError);
    if (failed(count))
      return failure();
    // A wider border would make windows without a single element.
    if (2 * g.padding[i] > kernel[i])
      return emitError() << "expects 'padding' of at most half of the kernel, "
                         << kernel[i] << ", not " << g.padding[i];
    shape[g.spatialDim(i)] = *count;
  }
  return shape;
}

/// Types of the pooled image and its index.
template <typename Adaptor>
static LogicalResult inferPoolTypes(StringRef name, MLIRContext *context,
                                    std::optional<Location> location,
                                    Adaptor adaptor, bool withIndex,
                                    SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  auto emit = [&] { return mlir::emitError(loc) << "'" << name << "' "; };
  WindowGeometry g{
      adaptor.getStride(), adaptor.getPadding(), {1, 1}, adaptor.getLayout()};
  SmallVector<int64_t> kernel =
      llvm::map_to_vector(adaptor.getKernelAttr(), [](Attribute a) {
        return cast<IntegerAttr>(a).getInt();
      });
  RankedTensorType x = tensorType(adaptor.getX());
  FailureOr<SmallVector<int64_t>> shape = inferPoolShape(x, kernel, g, emit);
  if (failed(shape))
    return failure();
  types.push_back(x.clone(*shape));
  if (withIndex)
    types.push_back(x.clone(*shape, IntegerType::get(context, 32)));
  return success();
}

LogicalResult MaxPool2dOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            MaxPool2dOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferPoolTypes("dl.max_pool2d", context, loc, adaptor, false, types);
}

LogicalResult MaxPool2dIndexOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc,
    MaxPool2dIndexOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  return inferPoolTypes("dl.max_pool2d_with_index", context, loc, adaptor, true,
                        types);
}

/// Scatter and gather are right when pooling `image` gives `pooled`.
template <typename Op>
static LogicalResult verifyPoolPlaces(Op op, Value image, Value pooled,
                                      StringRef name) {
  auto emit = [&] { return op.emitOpError(); };
  FailureOr<SmallVector<int64_t>> shape =
      inferPoolShape(tensorType(image), op.getKernel(), op.getGeometry(), emit);
  if (failed(shape))
    return failure();
  for (auto [value, what] :
       {std::pair(pooled, name),
        std::pair(Value(op.getIndex()), StringRef("index"))})
    if (tensorType(value).getShape() != ArrayRef<int64_t>(*shape))
      return emit() << "expects " << what << " to have shape ["
                    << llvm::ArrayRef(*shape) << "], not " << value.getType();
  return success();
}

LogicalResult MaxPool2dScatterOp::verify() {
  return verifyPoolPlaces(*this, getDx(), getDy(), "operand dy");
}

LogicalResult MaxPool2dGatherOp::verify() {
  return verifyPoolPlaces(*this, getX(), getY(), "result y");
}

bool MaxPool2dOp::isRowOperand(unsigned) { return true; }
bool MaxPool2dIndexOp::isRowOperand(unsigned) { return true; }
bool MaxPool2dScatterOp::isRowOperand(unsigned) { return true; }
bool MaxPool2dGatherOp::isRowOperand(unsigned) { return true; }

//===----------------------------------------------------------------------===//
// Derivatives
//===----------------------------------------------------------------------===//

template <typename Op>
static Value scatter(OpBuilder &b, Op op, Value dy, Value index, Type type) {
  return MaxPool2dScatterOp::create(b, op.getLoc(), type, dy, index,
                                    op.getKernelAttr(), op.getStrideAttr(),
                                    op.getPaddingAttr(), op.getLayoutAttr());
}
template <typename Op>
static Value gather(OpBuilder &b, Op op, Value x, Value index, Type type) {
  return MaxPool2dGatherOp::create(b, op.getLoc(), type, x, index,
                                   op.getKernelAttr(), op.getStrideAttr(),
                                   op.getPaddingAttr(), op.getLayoutAttr());
}

void MaxPool2dOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  auto indexed = MaxPool2dIndexOp::create(builder, getLoc(), getX(),
                                          getKernelAttr(), getStrideAttr(),
                                          getPaddingAttr(), getLayoutAttr());
  operands[0] = scatter(builder, *this, cotangents[0], indexed.getIndex(),
                        getX().getType());
}

void MaxPool2dIndexOp::differentiate(OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     MutableArrayRef<Value> operands) {
  if (cotangents[0])
    operands[0] =
        scatter(builder, *this, cotangents[0], getIndex(), getX().getType());
}

void MaxPool2dScatterOp::differentiate(OpBuilder &builder,
                                       ArrayRef<Value> cotangents,
                                       MutableArrayRef<Value> operands) {
  operands[0] =
      gather(builder, *this, cotangents[0], getIndex(), getDy().getType());
}

void MaxPool2dGatherOp::differentiate(OpBuilder &builder,
                                      ArrayRef<Value> cotangents,
                                      MutableArrayRef<Value> operands) {
  operands[0] =
      scatter(builder, *this, cotangents[0], getIndex(), getX().getType());
}

//===----------------------------------------------------------------------===//
// Canonical form
//===----------------------------------------------------------------------===//

namespace {
/// A window is searched once: where the place of the maximum is wanted too, one
/// op gives both.
struct MergeMaxPool : OpRewritePattern<MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<MaxPool2dIndexOp> twins;
    Operation *first = op;
    for (Operation *user : op.getX().getUsers())
      if (auto twin = dyn_cast<MaxPool2dIndexOp>(user))
        if (twin->getBlock() == op->getBlock() &&
            twin->getAttrDictionary() == op->getAttrDictionary())
          twins.push_back(twin);
    if (twins.empty())
      return rewriter.notifyMatchFailure(op, "no op wants this window's index");
    // Where the first of them stands, before all uses.
    for (MaxPool2dIndexOp twin : twins)
      if (twin->isBeforeInBlock(first))
        first = twin;
    rewriter.setInsertionPoint(first);
    auto merged = MaxPool2dIndexOp::create(
        rewriter, op.getLoc(), op.getX(), op.getKernelAttr(),
        op.getStrideAttr(), op.getPaddingAttr(), op.getLayoutAttr());
    for (MaxPool2dIndexOp twin : twins)
      rewriter.replaceOp(twin, merged);
    rewriter.replaceOp(op, merged.getY());
    return success();
  }
};
} // namespace

void MaxPool2dOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<MergeMaxPool>(context);
}

#define GET_OP_CLASSES
#include "dialects/Dl/Pooling.cpp.inc"
