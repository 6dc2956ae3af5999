//===- Pooling.cpp - Maxima and means of windows --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace dlc::dl;

/// The shape of the pooled image.
static FailureOr<SmallVector<int64_t>>
inferPoolShape(RankedTensorType x, ArrayRef<int64_t> kernel,
               const WindowGeometry &g, int spatial,
               function_ref<InFlightDiagnostic()> emitError) {
  static constexpr StringRef images[] = {"N x C x L", "N x C x H x W"};
  if (failed(verifyWindowList(kernel, "kernel", 1, spatial, emitError)) ||
      failed(g.verify(spatial, emitError)))
    return failure();
  if (x.getRank() != spatial + 2)
    return emitError() << "expects operand x of rank " << spatial + 2 << " ("
                       << images[spatial - 1] << "), not " << x;
  SmallVector<int64_t> shape(x.getShape()), padded(x.getShape());
  for (int i = 0; i < spatial; ++i) {
    int64_t extent = x.getDimSize(g.spatialDim(i));
    FailureOr<int64_t> count = g.windows(i, x, kernel[i], emitError);
    if (failed(count))
      return failure();
    // A wider border would make windows without a single element.
    if (2 * g.padding[i] > kernel[i])
      return emitError() << "expects 'padding' of at most half of the kernel, "
                         << kernel[i] << ", not " << g.padding[i];
    shape[g.spatialDim(i)] = *count;
    padded[g.spatialDim(i)] +=
        g.padding[i] + g.paddingBehind(i, extent, kernel[i], *count);
  }
  if (!hasUsableSize(x.clone(padded)))
    return emitError() << "has operand x " << x
                       << ", which is too large with 'padding' ["
                       << ArrayRef<int64_t>(g.padding) << "]";
  return shape;
}

/// The elements of an attribute that inference gets as it is written.
static SmallVector<int64_t> entries(ArrayAttr list) {
  return llvm::map_to_vector(
      list, [](Attribute a) { return cast<IntegerAttr>(a).getInt(); });
}

SmallVector<int64_t> dlc::dl::poolStride(ArrayAttr stride, ArrayAttr kernel) {
  return entries(stride ? stride : kernel);
}

template <typename Adaptor>
static SmallVector<int64_t> strideOf(Adaptor adaptor) {
  return poolStride(adaptor.getStrideAttr(), adaptor.getKernelAttr());
}

/// The geometry of a max_pool.
template <typename Adaptor>
static WindowGeometry maxGeometry(Adaptor adaptor, Layout layout) {
  return {strideOf(adaptor), adaptor.getPadding(), adaptor.getDilation(),
          layout, adaptor.getCeilMode()};
}

/// The geometry of an avg_pool over `spatial` dimensions.
template <typename Adaptor>
static WindowGeometry avgGeometry(Adaptor adaptor, int spatial) {
  return {strideOf(adaptor), adaptor.getPadding(),
          SmallVector<int64_t>(spatial, 1), Layout::ChannelsFirst,
          adaptor.getCeilMode()};
}

/// Types of the pooled image and, if wanted, its index.
template <typename Adaptor>
static LogicalResult inferPoolTypes(StringRef name, MLIRContext *context,
                                    std::optional<Location> location,
                                    Adaptor adaptor, const WindowGeometry &g,
                                    int spatial, bool withIndex,
                                    SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  auto emit = [&] { return mlir::emitError(loc) << "'" << name << "' "; };
  RankedTensorType x = tensorType(adaptor.getX());
  FailureOr<SmallVector<int64_t>> shape =
      inferPoolShape(x, entries(adaptor.getKernelAttr()), g, spatial, emit);
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
  return inferPoolTypes("dl.max_pool2d", context, loc, adaptor,
                        maxGeometry(adaptor, adaptor.getLayout()), 2, false,
                        types);
}

LogicalResult MaxPool2dIndexOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc,
    MaxPool2dIndexOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  return inferPoolTypes("dl.max_pool2d_with_index", context, loc, adaptor,
                        maxGeometry(adaptor, adaptor.getLayout()), 2, true,
                        types);
}

SmallVector<GreatestCount> MaxPool2dIndexOp::getGreatestCounts() {
  SmallVector<int64_t> kernel = getKernel();
  if (kernel.size() != 2)
    return {}; // not inferred yet
  // Where the product is too large for 64 bits, it is for any type.
  int64_t taps = llvm::checkedMul(kernel[0], kernel[1]).value_or(INT64_MAX);
  return {{taps - 1, tensorType(getIndex()).getElementType()}};
}

/// Scatter and gather are right when pooling `image` gives `pooled`.
template <typename Op>
static LogicalResult verifyPoolPlaces(Op op, Value image, Value pooled,
                                      StringRef name) {
  auto emit = [&] { return op.emitOpError(); };
  FailureOr<SmallVector<int64_t>> shape = inferPoolShape(
      tensorType(image), op.getKernel(), op.getGeometry(), 2, emit);
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

/// The members of the family with the windows of `op`; their attributes are the
/// same.
template <typename Op>
static Value scatter(OpBuilder &b, Op op, Value dy, Value index, Type type) {
  return MaxPool2dScatterOp::create(b, op.getLoc(), TypeRange(type),
                                    ValueRange{dy, index}, op->getAttrs());
}
template <typename Op>
static Value gather(OpBuilder &b, Op op, Value x, Value index, Type type) {
  return MaxPool2dGatherOp::create(b, op.getLoc(), TypeRange(type),
                                   ValueRange{x, index}, op->getAttrs());
}
static MaxPool2dIndexOp withIndex(OpBuilder &b, MaxPool2dOp op) {
  Type y = op.getY().getType();
  Type index = tensorType(op.getY()).clone(b.getI32Type());
  return MaxPool2dIndexOp::create(b, op.getLoc(), TypeRange{y, index},
                                  ValueRange(op.getX()), op->getAttrs());
}

void MaxPool2dOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  operands[0] = scatter(builder, *this, cotangents[0],
                        withIndex(builder, *this).getIndex(), getX().getType());
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
    MaxPool2dIndexOp merged = withIndex(rewriter, op);
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

//===----------------------------------------------------------------------===//
// Composites
//===----------------------------------------------------------------------===//

/// A list for rows and columns, from a list for columns only.
static ArrayAttr withRow(OpBuilder &b, int64_t row, ArrayRef<int64_t> list) {
  return b.getI64ArrayAttr({row, list[0]});
}

/// A sequence as an image with one row.
static Value asImage(Expr &e, Value x) {
  ArrayRef<int64_t> shape = tensorType(x).getShape();
  return e.reshape(x, {shape[0], shape[1], 1, shape[2]});
}

LogicalResult MaxPool1dOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            MaxPool1dOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferPoolTypes("dl.max_pool1d", context, loc, adaptor,
                        maxGeometry(adaptor, Layout::ChannelsFirst), 1, false,
                        types);
}

SmallVector<Value> MaxPool1dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value y = MaxPool2dOp::create(
      builder, getLoc(), asImage(e, getX()), withRow(builder, 1, getKernel()),
      withRow(builder, 1, strideOf(*this)), withRow(builder, 0, getPadding()),
      withRow(builder, 1, getDilation()), getCeilModeAttr(),
      firstLayout(getContext()));
  return {e.reshape(y, tensorType(getY()).getShape())};
}

LogicalResult AvgPool2dOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            AvgPool2dOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  if (IntegerAttr divisor = adaptor.getDivisorOverrideAttr())
    if (divisor.getInt() == 0)
      return mlir::emitError(loc)
             << "'dl.avg_pool2d' expects 'divisor_override' not to be 0";
  if (adaptor.getDivisorOverrideAttr() && !adaptor.getCountIncludePad())
    return mlir::emitError(loc)
           << "'dl.avg_pool2d' divides by 'divisor_override' whatever is "
              "counted: leave 'count_include_pad' out";
  return inferPoolTypes("dl.avg_pool2d", context, loc, adaptor,
                        avgGeometry(adaptor, 2), 2, false, types);
}

/// How many elements each of `count` windows along one dimension has.
static SmallVector<int64_t> windowSizes(const WindowGeometry &g, int i,
                                        int64_t extent, int64_t kernel,
                                        int64_t count, bool includePad) {
  SmallVector<int64_t> sizes;
  for (int64_t window = 0; window < count; ++window) {
    int64_t start = window * g.stride[i] - g.padding[i];
    int64_t end = std::min(start + kernel, extent + g.padding[i]);
    if (!includePad) {
      start = std::max<int64_t>(start, 0);
      end = std::min(end, extent);
    }
    sizes.push_back(end - start);
  }
  return sizes;
}

/// Sums of windows of rows[i] x columns[j] elements, as means.
static Value divideBySizes(Expr &e, Value sums, ArrayRef<int64_t> rows,
                           ArrayRef<int64_t> columns) {
  if (llvm::all_equal(rows) && llvm::all_equal(columns))
    return e.scale(sums, 1.0 / double(rows[0] * columns[0]));
  Type element = tensorType(sums).getElementType();
  SmallVector<Attribute> shares;
  for (int64_t row : rows)
    for (int64_t column : columns)
      shares.push_back(FloatAttr::get(element, 1.0 / double(row * column)));
  auto type = RankedTensorType::get(
      {int64_t(rows.size()), int64_t(columns.size())}, element);
  Value share = ConstantOp::create(e.builder(), e.location(),
                                   DenseElementsAttr::get(type, shares));
  return e.mul(sums, e.broadcast(share, sums, {2, 3}));
}

SmallVector<Value> AvgPool2dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getX());
  WindowGeometry g = avgGeometry(*this, 2);
  SmallVector<int64_t> kernel = getKernel();
  ArrayRef<int64_t> x = type.getShape(), y = tensorType(getY()).getShape();
  if (x[1] == 0)
    return {e.splat(getY().getType(), 0)};
  SmallVector<int64_t> low{0, 0}, high{0, 0}, sizes[2];
  for (int i : {0, 1}) {
    low.push_back(g.padding[i]);
    high.push_back(g.paddingBehind(i, x[2 + i], kernel[i], y[2 + i]));
    sizes[i] =
        windowSizes(g, i, x[2 + i], kernel[i], y[2 + i], getCountIncludePad());
  }
  Value padded = getX();
  if (low != high || low[2] || low[3])
    padded = PadOp::create(
        builder, getLoc(), padded, builder.getDenseI64ArrayAttr(low),
        builder.getDenseI64ArrayAttr(high), DenseI64ArrayAttr());
  Value ones = e.splat(type.clone({x[1], 1, kernel[0], kernel[1]}), 1);
  Value sums = Conv2dOp::create(
      builder, getLoc(), padded, ones, Value(),
      builder.getI64ArrayAttr(g.stride), builder.getI64ArrayAttr({0, 0}),
      builder.getI64ArrayAttr({1, 1}), builder.getI64IntegerAttr(x[1]),
      firstLayout(getContext()));
  if (std::optional<int64_t> divisor = getDivisorOverride())
    return {e.scale(sums, 1.0 / double(*divisor))};
  return {divideBySizes(e, sums, sizes[0], sizes[1])};
}

LogicalResult AvgPool1dOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            AvgPool1dOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferPoolTypes("dl.avg_pool1d", context, loc, adaptor,
                        avgGeometry(adaptor, 1), 1, false, types);
}

SmallVector<Value> AvgPool1dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value y = AvgPool2dOp::create(
      builder, getLoc(), asImage(e, getX()), withRow(builder, 1, getKernel()),
      withRow(builder, 1, strideOf(*this)), withRow(builder, 0, getPadding()),
      getCeilModeAttr(), getCountIncludePadAttr(), IntegerAttr());
  return {e.reshape(y, tensorType(getY()).getShape())};
}

/// An image with at least one row and column gives one of `size`.
static LogicalResult inferResizedType(StringRef name, MLIRContext *context,
                                      std::optional<Location> location, Value x,
                                      ArrayRef<int64_t> size,
                                      SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  RankedTensorType type = tensorType(x);
  if (type.getRank() != 4 || type.getDimSize(2) == 0 || type.getDimSize(3) == 0)
    return mlir::emitError(loc)
           << "'" << name
           << "' expects operand x of rank 4 (N x C x H x W) with at least one "
              "row and one column, not "
           << type;
  types.push_back(
      type.clone({type.getDimSize(0), type.getDimSize(1), size[0], size[1]}));
  return success();
}

LogicalResult GlobalAvgPool2dOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc,
    GlobalAvgPool2dOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  return inferResizedType("dl.global_avg_pool2d", context, loc, adaptor.getX(),
                          {1, 1}, types);
}

SmallVector<Value> GlobalAvgPool2dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  RankedTensorType x = tensorType(getX());
  double share = 1.0 / (double(x.getDimSize(2)) * double(x.getDimSize(3)));
  Value mean = e.scale(e.sum(getX(), {2, 3}), share);
  return {e.reshape(mean, tensorType(getY()).getShape())};
}

LogicalResult GlobalMaxPool2dOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc,
    GlobalMaxPool2dOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  return inferResizedType("dl.global_max_pool2d", context, loc, adaptor.getX(),
                          {1, 1}, types);
}

SmallVector<Value> GlobalMaxPool2dOp::decompose(OpBuilder &builder) {
  ArrayRef<int64_t> x = tensorType(getX()).getShape();
  return {MaxPool2dOp::create(
      builder, getLoc(), getX(), builder.getI64ArrayAttr({x[2], x[3]}),
      ArrayAttr(), builder.getI64ArrayAttr({0, 0}),
      builder.getI64ArrayAttr({1, 1}), UnitAttr(), firstLayout(getContext()))};
}

LogicalResult AdaptiveAvgPool2dOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> loc,
    AdaptiveAvgPool2dOp::Adaptor adaptor, SmallVectorImpl<Type> &types) {
  SmallVector<int64_t> size = entries(adaptor.getOutputSizeAttr());
  auto emit = [&] {
    return mlir::emitError(loc.value_or(UnknownLoc::get(context)))
           << "'dl.adaptive_avg_pool2d' ";
  };
  if (failed(verifyWindowList(size, "output_size", 1, 2, emit)))
    return failure();
  return inferResizedType("dl.adaptive_avg_pool2d", context, loc,
                          adaptor.getX(), size, types);
}

/// The sums of the windows of `count` along dimension `dim`; `sizes` gets their
/// numbers of elements.
///
/// With gcd(extent, count) blocks, windows do not cross blocks and are the same
/// in each of them: one slice gives that of all blocks.
static Value sumAdaptive(Expr &e, Value x, int64_t dim, int64_t count,
                         SmallVectorImpl<int64_t> &sizes) {
  OpBuilder &b = e.builder();
  SmallVector<int64_t> shape(tensorType(x).getShape()), result(shape);
  int64_t blocks = std::gcd(shape[dim], count);
  int64_t extent = shape[dim] / blocks, perBlock = count / blocks;
  result[dim] = count;
  shape[dim] = extent;
  shape.insert(shape.begin() + dim, blocks);
  x = e.reshape(x, shape);
  ++dim;
  SmallVector<int64_t> offsets(shape.size(), 0), low(offsets), high(offsets);
  SmallVector<int64_t> one(shape);
  one[dim] = 1;
  Value sums;
  for (int64_t i = 0; i < perBlock; ++i) {
    int64_t start = i * extent / perBlock;
    int64_t end = llvm::divideCeil((i + 1) * extent, perBlock);
    sizes.push_back(end - start);
    offsets[dim] = start;
    shape[dim] = end - start;
    Value window =
        SliceOp::create(b, e.location(), x, b.getDenseI64ArrayAttr(offsets),
                        b.getDenseI64ArrayAttr(shape), DenseI64ArrayAttr());
    Value sum = e.reshape(e.sum(window, {dim}), one);
    if (perBlock > 1) {
      low[dim] = i;
      high[dim] = perBlock - 1 - i;
      sum = PadOp::create(b, e.location(), sum, b.getDenseI64ArrayAttr(low),
                          b.getDenseI64ArrayAttr(high), DenseI64ArrayAttr());
    }
    sums = sums ? e.add(sums, sum) : sum;
  }
  SmallVector<int64_t> ofBlock(sizes.begin(), sizes.end());
  for (int64_t block = 1; block < blocks; ++block)
    sizes.append(ofBlock);
  return e.reshape(sums, result);
}

SmallVector<Value> AdaptiveAvgPool2dOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  ArrayRef<int64_t> x = tensorType(getX()).getShape();
  SmallVector<int64_t> size = getOutputSize(), sizes[2];
  if (x[2] % size[0] == 0 && x[3] % size[1] == 0)
    return {AvgPool2dOp::create(
        builder, getLoc(), getX(),
        builder.getI64ArrayAttr({x[2] / size[0], x[3] / size[1]}), ArrayAttr(),
        builder.getI64ArrayAttr({0, 0}), UnitAttr(), builder.getBoolAttr(true),
        IntegerAttr())};
  Value sums = getX();
  for (int i : {0, 1})
    sums = sumAdaptive(e, sums, 2 + i, size[i], sizes[i]);
  return {divideBySizes(e, sums, sizes[0], sizes[1])};
}

LogicalResult KMaxPoolOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           KMaxPoolOp::Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  Location loc = location.value_or(UnknownLoc::get(context));
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t k = adaptor.getK(), axis = adaptor.getAxis();
  if (axis < 0 || axis >= x.getRank())
    return mlir::emitError(loc)
           << "'dl.k_max_pool' has axis " << axis << " but operand x is " << x
           << " of rank " << x.getRank();
  if (k < 1 || k > x.getDimSize(axis))
    return mlir::emitError(loc)
           << "'dl.k_max_pool' expects 'k' between 1 and " << x.getDimSize(axis)
           << ", the extent of dimension " << axis << " of operand x " << x
           << ", not " << k;
  SmallVector<int64_t> shape(x.getShape());
  shape[axis] = k;
  types.push_back(x.clone(shape));
  return success();
}

SmallVector<Value> KMaxPoolOp::decompose(OpBuilder &builder) {
  auto greatest = TopKOp::create(builder, getLoc(), getX(), getK(), getAxis(),
                                 /*largest=*/true);
  auto ordered = SortOp::create(builder, getLoc(), greatest.getIndices(),
                                getAxis(), /*descending=*/false);
  return {GatherOp::create(builder, getLoc(), getX(), ordered.getValues(),
                           getAxis())};
}

/// Those of the decomposition.
SmallVector<GreatestCount> KMaxPoolOp::getGreatestCounts() {
  return {placesAlong(getX(), getAxis(), IntegerType::get(getContext(), 32))};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Pooling.cpp.inc"
