//===- Convolution.cpp - Convolution and its two gradients ----------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// The shape of conv2d's result for an image and a filter, or an error that
/// says what does not fit.
static FailureOr<SmallVector<int64_t>>
inferConvShape(RankedTensorType x, RankedTensorType w, const WindowGeometry &g,
               function_ref<InFlightDiagnostic()> emitError) {
  if (failed(g.verify(emitError)))
    return failure();
  if (x.getRank() != 4 || w.getRank() != 4)
    return emitError()
           << "expects operand x of rank 4 (N x C x H x W) and operand "
              "w of rank 4 (O x C x KH x KW), not "
           << x << " and " << w;
  int64_t channels = x.getDimSize(g.channelDim());
  if (channels != w.getDimSize(g.filterInDim()))
    return emitError() << "has operand x " << x << " with " << channels
                       << " channels but operand w " << w << " for "
                       << w.getDimSize(g.filterInDim());
  SmallVector<int64_t> shape(4);
  shape[0] = x.getDimSize(0);
  shape[g.channelDim()] = w.getDimSize(g.filterOutDim());
  for (int i : {0, 1}) {
    FailureOr<int64_t> count =
        g.windows(i, x.getDimSize(g.spatialDim(i)),
                  w.getDimSize(g.filterSpatialDim(i)), emitError);
    if (failed(count))
      return failure();
    shape[g.spatialDim(i)] = *count;
  }
  return shape;
}

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Conv2dOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  auto emit = [&] { return mlir::emitError(loc) << "'dl.conv2d' "; };
  RankedTensorType x = tensorType(adaptor.getX()),
                   w = tensorType(adaptor.getW());
  WindowGeometry g{adaptor.getStride(), adaptor.getPadding(),
                   adaptor.getDilation(), adaptor.getLayout()};
  FailureOr<SmallVector<int64_t>> shape = inferConvShape(x, w, g, emit);
  if (failed(shape))
    return failure();
  if (Value bias = adaptor.getBias()) {
    auto expected = RankedTensorType::get({w.getDimSize(g.filterOutDim())},
                                          x.getElementType());
    if (bias.getType() != expected)
      return emit() << "expects operand bias to be " << expected << ", not "
                    << bias.getType();
  }
  types.push_back(x.clone(*shape));
  return success();
}

/// A gradient op is right when conv2d of its image and filter gives dy.
template <typename Op>
static LogicalResult verifyConvGrad(Op op, RankedTensorType x,
                                    RankedTensorType w, Value dy) {
  auto emit = [&] { return op.emitOpError(); };
  FailureOr<SmallVector<int64_t>> shape =
      inferConvShape(x, w, op.getGeometry(), emit);
  if (failed(shape))
    return failure();
  auto expected = x.clone(*shape);
  if (dy.getType() != expected)
    return emit() << "expects operand dy to be " << expected << ", not "
                  << dy.getType();
  return success();
}

LogicalResult Conv2dInputGradOp::verify() {
  return verifyConvGrad(*this, tensorType(getDx()), tensorType(getW()),
                        getDy());
}

LogicalResult Conv2dFilterGradOp::verify() {
  return verifyConvGrad(*this, tensorType(getX()), tensorType(getDw()),
                        getDy());
}

bool Conv2dOp::isRowOperand(unsigned number) { return number == 0; }
bool Conv2dInputGradOp::isRowOperand(unsigned number) { return number == 0; }

//===----------------------------------------------------------------------===//
// Derivatives
//===----------------------------------------------------------------------===//

/// The three members of the family with the geometry of `op`.
template <typename Op>
static Value convolve(OpBuilder &b, Op op, Value x, Value w, Type type) {
  return Conv2dOp::create(b, op.getLoc(), type, x, w, Value(),
                          op.getStrideAttr(), op.getPaddingAttr(),
                          op.getDilationAttr(), op.getLayoutAttr());
}
template <typename Op>
static Value inputGrad(OpBuilder &b, Op op, Value dy, Value w, Type type) {
  return Conv2dInputGradOp::create(b, op.getLoc(), type, dy, w,
                                   op.getStrideAttr(), op.getPaddingAttr(),
                                   op.getDilationAttr(), op.getLayoutAttr());
}
template <typename Op>
static Value filterGrad(OpBuilder &b, Op op, Value x, Value dy, Type type) {
  return Conv2dFilterGradOp::create(b, op.getLoc(), type, x, dy,
                                    op.getStrideAttr(), op.getPaddingAttr(),
                                    op.getDilationAttr(), op.getLayoutAttr());
}

void Conv2dOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  Value dy = cotangents[0];
  operands[0] = inputGrad(builder, *this, dy, getW(), getX().getType());
  operands[1] = filterGrad(builder, *this, getX(), dy, getW().getType());
  if (getBias())
    operands[2] =
        Expr(builder, getLoc()).sumAllBut(dy, getGeometry().channelDim());
}

void Conv2dInputGradOp::differentiate(OpBuilder &builder,
                                      ArrayRef<Value> cotangents,
                                      MutableArrayRef<Value> operands) {
  Value g = cotangents[0];
  operands[0] = convolve(builder, *this, g, getW(), getDy().getType());
  operands[1] = filterGrad(builder, *this, g, getDy(), getW().getType());
}

void Conv2dFilterGradOp::differentiate(OpBuilder &builder,
                                       ArrayRef<Value> cotangents,
                                       MutableArrayRef<Value> operands) {
  Value g = cotangents[0];
  operands[0] = inputGrad(builder, *this, getDy(), g, getX().getType());
  operands[1] = convolve(builder, *this, getX(), g, getDy().getType());
}

#define GET_OP_CLASSES
#include "dialects/Dl/Convolution.cpp.inc"
