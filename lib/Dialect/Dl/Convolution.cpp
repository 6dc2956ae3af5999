//===- Convolution.cpp - Convolutions and their gradients -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace dlc::dl;

/// Checks the ranks of a convolution over `spatial` dimensions; `filter` says
/// how w is made.
static LogicalResult
verifyConvRanks(RankedTensorType x, RankedTensorType w, int spatial,
                StringRef filter,
                function_ref<InFlightDiagnostic()> emitError) {
  static constexpr StringRef images[] = {"N x C x L", "N x C x H x W",
                                         "N x C x D x H x W"};
  if (x.getRank() == spatial + 2 && w.getRank() == spatial + 2)
    return success();
  return emitError() << "expects operand x of rank " << spatial + 2 << " ("
                     << images[spatial - 1] << ") and operand w of rank "
                     << spatial + 2 << " (" << filter << "), not " << x
                     << " and " << w;
}

/// The shape of a convolution's result for an image and a filter, or an error
/// that names the mismatch.
static FailureOr<SmallVector<int64_t>>
inferConvShape(RankedTensorType x, RankedTensorType w, const WindowGeometry &g,
               int spatial, int64_t groups,
               function_ref<InFlightDiagnostic()> emitError) {
  static constexpr StringRef filters[] = {"O x C/groups x K",
                                          "O x C/groups x KH x KW",
                                          "O x C/groups x KD x KH x KW"};
  if (failed(g.verify(spatial, emitError)) ||
      failed(verifyConvRanks(x, w, spatial, filters[spatial - 1], emitError)))
    return failure();
  if (groups < 1)
    return emitError() << "expects 'groups' to be at least 1, not " << groups;
  int64_t channels = x.getDimSize(g.channelDim());
  int64_t outputs = w.getDimSize(g.filterOutDim());
  if (channels % groups != 0)
    return emitError() << "expects operand x with a multiple of 'groups', "
                       << groups << ", channels, not " << x;
  if (channels / groups != w.getDimSize(g.filterInDim())) {
    InFlightDiagnostic diag = emitError();
    diag << "has operand x " << x << " with " << channels << " channels";
    if (groups != 1)
      diag << ", " << channels / groups << " in each of " << groups
           << " groups,";
    return diag << " but operand w " << w << " for "
                << w.getDimSize(g.filterInDim());
  }
  if (outputs % groups != 0)
    return emitError() << "expects operand w with a multiple of 'groups', "
                       << groups << ", filters, not " << w;
  SmallVector<int64_t> shape(x.getShape()), padded(x.getShape());
  shape[g.channelDim()] = outputs;
  for (int i = 0; i < spatial; ++i) {
    int64_t &extent = padded[g.spatialDim(i)];
    FailureOr<int64_t> count =
        g.windows(i, x, w.getDimSize(g.filterSpatialDim(i)), emitError);
    if (failed(count))
      return failure();
    shape[g.spatialDim(i)] = *count;
    extent += 2 * g.padding[i];
  }
  if (!hasUsableSize(x.clone(padded)))
    return emitError() << "has operand x " << x
                       << ", which is too large with 'padding' ["
                       << ArrayRef<int64_t>(g.padding) << "]";
  return shape;
}

/// A bias has one entry per channel of the result.
static LogicalResult
verifyConvBias(Value bias, int64_t outputs, Type element,
               function_ref<InFlightDiagnostic()> emitError) {
  auto expected = RankedTensorType::get({outputs}, element);
  if (!bias || bias.getType() == expected)
    return success();
  return emitError() << "expects operand bias to be " << expected << ", not "
                     << bias.getType();
}

/// The type of a convolution's result.
template <typename Adaptor>
static LogicalResult inferConvType(StringRef name, MLIRContext *context,
                                   std::optional<Location> location,
                                   Adaptor adaptor, Layout layout, int spatial,
                                   SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  auto emit = [&] { return mlir::emitError(loc) << "'" << name << "' "; };
  RankedTensorType x = tensorType(adaptor.getX()),
                   w = tensorType(adaptor.getW());
  WindowGeometry g{adaptor.getStride(), adaptor.getPadding(),
                   adaptor.getDilation(), layout};
  FailureOr<SmallVector<int64_t>> shape =
      inferConvShape(x, w, g, spatial, adaptor.getGroups(), emit);
  if (failed(shape) ||
      failed(verifyConvBias(adaptor.getBias(), w.getDimSize(g.filterOutDim()),
                            x.getElementType(), emit)))
    return failure();
  types.push_back(x.clone(*shape));
  return success();
}

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Conv2dOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferConvType("dl.conv2d", context, loc, adaptor, adaptor.getLayout(),
                       2, types);
}

/// A gradient op is right when conv2d of its image and filter gives dy.
template <typename Op>
static LogicalResult verifyConvGrad(Op op, RankedTensorType x,
                                    RankedTensorType w, Value dy) {
  auto emit = [&] { return op.emitOpError(); };
  FailureOr<SmallVector<int64_t>> shape =
      inferConvShape(x, w, op.getGeometry(), 2, op.getGroups(), emit);
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

/// The three members of the family with the geometry of `op`; their attributes
/// are the same.
template <typename Op>
static Value convolve(OpBuilder &b, Op op, Value x, Value w, Type type) {
  return Conv2dOp::create(b, op.getLoc(), TypeRange(type), ValueRange{x, w},
                          op->getAttrs());
}
template <typename Op>
static Value inputGrad(OpBuilder &b, Op op, Value dy, Value w, Type type) {
  return Conv2dInputGradOp::create(b, op.getLoc(), TypeRange(type),
                                   ValueRange{dy, w}, op->getAttrs());
}
template <typename Op>
static Value filterGrad(OpBuilder &b, Op op, Value x, Value dy, Type type) {
  return Conv2dFilterGradOp::create(b, op.getLoc(), TypeRange(type),
                                    ValueRange{x, dy}, op->getAttrs());
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

//===----------------------------------------------------------------------===//
// conv1d
//===----------------------------------------------------------------------===//

LogicalResult Conv1dOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Conv1dOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferConvType("dl.conv1d", context, loc, adaptor,
                       Layout::ChannelsFirst, 1, types);
}

/// A list for rows and columns, from a list for columns only.
static ArrayAttr withRow(OpBuilder &b, int64_t row, ArrayRef<int64_t> list) {
  return b.getI64ArrayAttr({row, list[0]});
}

SmallVector<Value> Conv1dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  auto image = [&](Value x) {
    ArrayRef<int64_t> shape = tensorType(x).getShape();
    return e.reshape(x, {shape[0], shape[1], 1, shape[2]});
  };
  Value x = image(getX()), w = image(getW());
  Value y = Conv2dOp::create(
      builder, getLoc(), x, w, getBias(), withRow(builder, 1, getStride()),
      withRow(builder, 0, getPadding()), withRow(builder, 1, getDilation()),
      getGroupsAttr(), firstLayout(getContext()));
  return {e.reshape(y, tensorType(getY()).getShape())};
}

//===----------------------------------------------------------------------===//
// conv3d
//===----------------------------------------------------------------------===//

LogicalResult Conv3dOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         Conv3dOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferConvType("dl.conv3d", context, loc, adaptor,
                       Layout::ChannelsFirst, 3, types);
}

/// `x` with zeros along one dimension.
static Value padDim(Expr &e, Value x, int64_t dim, int64_t low, int64_t high) {
  if (low == 0 && high == 0)
    return x;
  OpBuilder &b = e.builder();
  SmallVector<int64_t> before(tensorType(x).getRank(), 0), after(before);
  before[dim] = low;
  after[dim] = high;
  return PadOp::create(b, e.location(), x, b.getDenseI64ArrayAttr(before),
                       b.getDenseI64ArrayAttr(after), DenseI64ArrayAttr());
}

/// `size` elements of one dimension, `stride` apart.
static Value sliceDim(Expr &e, Value x, int64_t dim, int64_t offset,
                      int64_t size, int64_t stride) {
  OpBuilder &b = e.builder();
  ArrayRef<int64_t> shape = tensorType(x).getShape();
  SmallVector<int64_t> offsets(shape.size(), 0), sizes(shape),
      strides(shape.size(), 1);
  offsets[dim] = offset;
  sizes[dim] = size;
  strides[dim] = stride;
  return SliceOp::create(b, e.location(), x, b.getDenseI64ArrayAttr(offsets),
                         b.getDenseI64ArrayAttr(sizes),
                         stride == 1 ? DenseI64ArrayAttr()
                                     : b.getDenseI64ArrayAttr(strides));
}

SmallVector<Value> Conv3dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  static constexpr int64_t swapPlanes[] = {0, 2, 1, 3, 4};
  SmallVector<int64_t> stride = getStride(), padding = getPadding(),
                       dilation = getDilation();
  ArrayRef<int64_t> w = tensorType(getW()).getShape(),
                    y = tensorType(getY()).getShape();
  auto flat = [&](ArrayRef<int64_t> list) {
    return builder.getI64ArrayAttr(list.drop_front());
  };
  // N x D x C x H x W, padded; every plane is an image.
  Value planes = e.transpose(getX(), swapPlanes);
  planes = padDim(e, planes, 1, padding[0], padding[0]);
  ArrayRef<int64_t> x = tensorType(planes).getShape();
  Value sum;
  for (int64_t k = 0; k < w[2]; ++k) {
    Value images = sliceDim(e, planes, 1, k * dilation[0], y[2], stride[0]);
    images = e.reshape(images, {x[0] * y[2], x[2], x[3], x[4]});
    Value filter = sliceDim(e, getW(), 2, k, 1, 1);
    filter = e.reshape(filter, {w[0], w[1], w[3], w[4]});
    Value term = Conv2dOp::create(builder, getLoc(), images, filter,
                                  sum ? Value() : getBias(), flat(stride),
                                  flat(padding), flat(dilation),
                                  getGroupsAttr(), firstLayout(getContext()));
    sum = sum ? e.add(sum, term) : term;
  }
  sum = e.reshape(sum, {y[0], y[2], y[1], y[3], y[4]});
  return {e.transpose(sum, swapPlanes)};
}

//===----------------------------------------------------------------------===//
// conv_transpose2d
//===----------------------------------------------------------------------===//

LogicalResult ConvTranspose2dOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location,
    ConvTranspose2dOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  auto emit = [&] { return mlir::emitError(loc) << "'dl.conv_transpose2d' "; };
  RankedTensorType x = tensorType(adaptor.getX()),
                   w = tensorType(adaptor.getW());
  WindowGeometry g{adaptor.getStride(), adaptor.getPadding(),
                   adaptor.getDilation()};
  SmallVector<int64_t> extra = adaptor.getOutputPadding();
  int64_t groups = adaptor.getGroups();
  if (failed(g.verify(2, emit)) ||
      failed(verifyWindowList(extra, "output_padding", 0, 2, emit)) ||
      failed(verifyConvRanks(x, w, 2, "C x O/groups x KH x KW", emit)))
    return failure();
  if (groups < 1)
    return emit() << "expects 'groups' to be at least 1, not " << groups;
  int64_t channels = x.getDimSize(1);
  if (channels % groups != 0)
    return emit() << "expects operand x with a multiple of 'groups', " << groups
                  << ", channels, not " << x;
  if (channels != w.getDimSize(0))
    return emit() << "has operand x " << x << " with " << channels
                  << " channels but operand w " << w << " for "
                  << w.getDimSize(0);
  // An overflow shows as an extent that no tensor has.
  auto times = [](std::optional<int64_t> a, int64_t b, int64_t c) {
    return a ? llvm::checkedMulAdd<int64_t>(*a, b, c) : a;
  };
  SmallVector<int64_t> shape(x.getShape());
  std::optional<int64_t> outputs = times(w.getDimSize(1), groups, 0);
  shape[1] = outputs.value_or(maxElements + 1);
  for (int i : {0, 1}) {
    StringRef what = spatialName(i, 2);
    int64_t extent = x.getDimSize(2 + i), kernel = w.getDimSize(2 + i);
    if (kernel < 1)
      return emit() << "expects a window of at least 1 " << what << ", not "
                    << kernel;
    if (extent < 1)
      return emit() << "expects operand x with at least 1 " << what << ", not "
                    << x;
    if (extra[i] >= std::max(g.stride[i], g.dilation[i]))
      return emit() << "expects 'output_padding' below 'stride' or 'dilation', "
                    << std::max(g.stride[i], g.dilation[i]) << ", not "
                    << extra[i];
    std::optional<int64_t> size = times(g.dilation[i], kernel - 1, 1);
    size = times(size, 1, extra[i]);
    if (size)
      size = times(extent - 1, g.stride[i], *size);
    std::optional<int64_t> cut = times(g.padding[i], -2, 0);
    if (size && cut)
      size = llvm::checkedAdd(*size, *cut);
    if (!size || !cut || *size > maxElements)
      return emit() << "makes more than " << maxElements << " " << what
                    << " of operand x " << x;
    if (*size < 1)
      return emit() << "makes " << *size << " " << what << " of operand x " << x
                    << " with 'padding' " << g.padding[i];
    shape[2 + i] = *size;
  }
  if (failed(verifyConvBias(adaptor.getBias(), shape[1], x.getElementType(),
                            emit)))
    return failure();
  types.push_back(x.clone(shape));
  return success();
}

SmallVector<Value> ConvTranspose2dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> stride = getStride(), extra = getOutputPadding();
  Value x = getX();
  // Where the dilation is larger than the stride, whole windows of the
  // convolution may lie in the extra rows: they have a cotangent of 0.
  for (int i : {0, 1})
    x = padDim(e, x, 2 + i, 0, extra[i] / stride[i]);
  Value y = Conv2dInputGradOp::create(builder, getLoc(), getY().getType(), x,
                                      getW(), getStrideAttr(), getPaddingAttr(),
                                      getDilationAttr(), getGroupsAttr(),
                                      firstLayout(getContext()));
  if (getBias())
    y = e.add(y, e.broadcast(getBias(), y, {1}));
  return {y};
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

/// `factors`, one for each pair of a group and a channel of it, times the
/// filter, in which dimension 0 goes through the groups and dimension 1 through
/// the channels of one.
static Value scaleInGroups(Expr &e, Value w, Value factors, int64_t groups) {
  ArrayRef<int64_t> shape = tensorType(w).getShape();
  SmallVector<int64_t> wide{groups, shape[0] / groups};
  llvm::append_range(wide, shape.drop_front());
  Value grouped = e.reshape(w, wide);
  Value pairs = e.reshape(factors, {groups, shape[1]});
  return e.reshape(e.mul(grouped, e.broadcast(pairs, grouped, {0, 2})), shape);
}
/// The same, one for each entry of dimension 0.
static Value scaleFirst(Expr &e, Value w, Value factors) {
  return e.mul(w, e.broadcast(factors, w, {0}));
}

/// Padding is not shifted with x.
template <typename Op>
static bool shiftsConvAlike(Op op) {
  return llvm::all_of(op.getPadding(), [](int64_t p) { return p == 0; });
}
/// Windows overlap differently from place to place.
static bool shiftsConvAlike(ConvTranspose2dOp) { return false; }

/// The language's layout is the only one of a composite.
template <typename Op>
static int64_t channelDimOf(Op) {
  return 1;
}
static int64_t channelDimOf(Conv2dOp op) {
  return op.getGeometry().channelDim();
}
/// The filter with its channels in dimensions 0 and 1.
template <typename Op>
static Value filterChannelsFirst(Expr &, Op op) {
  return op.getW();
}
static Value filterChannelsFirst(Expr &e, Conv2dOp op) {
  return op.getLayout() == Layout::ChannelsFirst
             ? op.getW()
             : e.transpose(op.getW(), {3, 2, 0, 1});
}
/// The reverse of that.
template <typename Op>
static Value inOwnLayout(Expr &, Op, Value w) {
  return w;
}
static Value inOwnLayout(Expr &e, Conv2dOp op, Value w) {
  return op.getLayout() == Layout::ChannelsFirst ? w
                                                 : e.transpose(w, {2, 3, 1, 0});
}

template <typename Op>
static Value rebuildConv(Op op, OpBuilder &builder, Value w, Value bias) {
  SmallVector<Value> operands{op.getX(), w};
  if (bias)
    operands.push_back(bias);
  return Op::create(builder, op.getLoc(), TypeRange(op.getY().getType()),
                    operands, op->getAttrs());
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Convolution.cpp.inc"
