//===- Normalisation.cpp - Zero mean, unit variance -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Axes.h"
#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

/// Checks that per-channel operands have an entry for each channel of x.
static LogicalResult
checkChannels(std::optional<Location> loc, StringRef name, Value x,
              int64_t axis, ArrayRef<std::pair<StringRef, Value>> operands) {
  RankedTensorType type = tensorType(x);
  if (type.getRank() < 2 || axis < 0 || axis >= type.getRank())
    return emitOptionalError(loc, "'", name,
                             "' expects operand x with a channel dimension ",
                             axis, ", not ", type);
  auto expected =
      RankedTensorType::get({type.getDimSize(axis)}, type.getElementType());
  for (auto [what, value] : operands)
    if (value.getType() != expected)
      return emitOptionalError(
          loc, "'", name, "' expects operand ", what, " to be ", expected,
          ", one entry for each channel of ", type, ", not ", value.getType());
  return success();
}

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            BatchNormOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  SmallVector<std::pair<StringRef, Value>> affine;
  if (adaptor.getWeight())
    affine.push_back({"weight", adaptor.getWeight()});
  if (adaptor.getBias())
    affine.push_back({"bias", adaptor.getBias()});
  return checkChannels(loc, "dl.batch_norm", adaptor.getX(), 1, affine);
}

LogicalResult
BatchNormTrainOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                   BatchNormTrainOp::Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  types.append(3, adaptor.getWeight().getType());
  return checkChannels(
      loc, "dl.batch_norm_train", adaptor.getX(), adaptor.getAxis(),
      {{"weight", adaptor.getWeight()}, {"bias", adaptor.getBias()}});
}

LogicalResult
BatchNormEvalOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                  BatchNormEvalOp::Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getX().getType());
  return checkChannels(loc, "dl.batch_norm_eval", adaptor.getX(),
                       adaptor.getAxis(),
                       {{"weight", adaptor.getWeight()},
                        {"bias", adaptor.getBias()},
                        {"mean", adaptor.getMean()},
                        {"var", adaptor.getVar()}});
}

LogicalResult BatchNormOp::verifySymbolUses(SymbolTableCollection &symbols) {
  constexpr double defaultMomentum = 0.1;
  double momentum = getMomentum().convertToDouble();
  if (!getRunningMeanAttr() && momentum != defaultMomentum)
    return emitOpError() << "has 'momentum' " << momentum
                         << ", which means nothing without stats(@mean, @var)";
  RankedTensorType x = tensorType(getX());
  int64_t channels = x.getRank() > 1 ? x.getDimSize(1) : 1;
  auto expected = RankedTensorType::get({channels}, x.getElementType());
  for (FlatSymbolRefAttr ref : {getRunningMeanAttr(), getRunningVarAttr()}) {
    if (!ref)
      continue;
    Operation *entry = findEntry(*this, ref, symbols);
    if (!entry && declaresMore(*this))
      continue;
    auto buffer = dyn_cast_or_null<BufferOp>(entry);
    if (!buffer)
      return emitOpError()
             << "needs the buffer " << ref
             << ", which the model does not have; declare it with "
                "dl.buffer";
    if (!isDeferred(*this) && buffer.getType() != expected)
      return emitOpError() << "expects the buffer " << ref << " to be "
                           << expected << ", not " << buffer.getType();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Mean and variance
//===----------------------------------------------------------------------===//

/// The dimensions that a reduction of x over `axes` keeps.
static SmallVector<int64_t> keptDims(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept;
  for (int64_t i = 0, rank = tensorType(x).getRank(); i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      kept.push_back(i);
  return kept;
}

/// The dimensions from `first` on.
static SmallVector<int64_t> dimsFrom(int64_t first, int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, rank));
}

static int64_t extentOf(RankedTensorType type, ArrayRef<int64_t> axes) {
  int64_t extent = 1;
  for (int64_t axis : axes)
    extent *= type.getDimSize(axis);
  return extent;
}

static Value meanOver(Expr &e, Value x, ArrayRef<int64_t> axes) {
  double count = double(std::max<int64_t>(1, extentOf(tensorType(x), axes)));
  return e.scale(e.sum(x, axes), 1 / count);
}

namespace {
/// x over `axes`.
struct Statistics {
  Value centred; ///< x - mean
  Value mean;
  Value var;  ///< biased, of the centred x: a large mean costs no digits
  Value rstd; ///< 1 / sqrt(var + eps)
};
} // namespace

static Statistics buildStatistics(Expr &e, Value x, ArrayRef<int64_t> axes,
                                  double eps) {
  Statistics s;
  s.mean = meanOver(e, x, axes);
  s.centred = e.sub(x, e.broadcast(s.mean, x, keptDims(x, axes)));
  s.var = meanOver(e, e.mul(s.centred, s.centred), axes);
  s.rstd = e.rsqrt(e.offset(s.var, eps));
  return s;
}

/// The terms that the cotangents of the statistics, if these are results too,
/// add to the cotangent of x; null without any. Second derivatives need them.
static Value statisticsCotangent(Expr &e, Value x, ArrayRef<int64_t> axes,
                                 Value centred, Value rstd, Value dmean,
                                 Value dvar, Value drstd) {
  auto wide = [&](Value v) { return e.broadcast(v, x, keptDims(x, axes)); };
  double count = double(std::max<int64_t>(1, extentOf(tensorType(x), axes)));
  if (drstd) {
    Value cube = e.mul(rstd, e.mul(rstd, rstd));
    Value term = e.mul(drstd, e.scale(cube, -0.5));
    dvar = dvar ? e.add(dvar, term) : term;
  }
  Value dx;
  if (dmean)
    dx = wide(e.scale(dmean, 1 / count));
  if (dvar) {
    Value term = e.mul(wide(e.scale(dvar, 2 / count)), centred);
    dx = dx ? e.add(dx, term) : term;
  }
  return dx;
}

/// h * weight + bias, each as dimensions `dims` and optional.
static Value applyAffine(Expr &e, Value h, Value weight, Value bias,
                         ArrayRef<int64_t> dims) {
  if (weight)
    h = e.mul(h, e.broadcast(weight, h, dims));
  if (bias)
    h = e.add(h, e.broadcast(bias, h, dims));
  return h;
}

//===----------------------------------------------------------------------===//
// Batch normalisation
//===----------------------------------------------------------------------===//

SmallVector<Value> BatchNormTrainOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX();
  int64_t axis = getAxis();
  Statistics s = buildStatistics(e, x, allBut(tensorType(x).getRank(), axis),
                                 getEps().convertToDouble());
  Value factor = e.mul(s.rstd, getWeight());
  Value y = applyAffine(e, s.centred, factor, getBias(), {axis});
  return {y, s.mean, s.var, s.rstd};
}

void BatchNormTrainOp::differentiate(OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getX();
  int64_t axis = getAxis();
  SmallVector<int64_t> axes = allBut(tensorType(x).getRank(), axis);
  double count = double(std::max<int64_t>(1, extentOf(tensorType(x), axes)));
  auto wide = [&](Value v) { return e.broadcast(v, x, {axis}); };
  Value centred = e.sub(x, wide(getMean()));
  Value dx = statisticsCotangent(e, x, axes, centred, getRstd(), cotangents[1],
                                 cotangents[2], cotangents[3]);
  if (Value dy = cotangents[0]) {
    // With h = (x - mean) rstd:
    //   dbias = sum dy, dweight = sum dy h,
    //   dx = weight rstd (dy - dbias / n - h dweight / n).
    Value normal = e.mul(centred, wide(getRstd()));
    Value dbias = e.sumAllBut(dy, axis);
    Value dweight = e.sumAllBut(e.mul(dy, normal), axis);
    Value shift = wide(e.scale(dbias, 1 / count));
    Value slope = e.mul(normal, wide(e.scale(dweight, 1 / count)));
    Value factor = e.mul(getWeight(), getRstd());
    Value term = e.mul(e.sub(e.sub(dy, shift), slope), wide(factor));
    dx = dx ? e.add(dx, term) : term;
    operands[1] = dweight;
    operands[2] = dbias;
  }
  operands[0] = dx;
}

SmallVector<Value> BatchNormEvalOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX();
  int64_t axis = getAxis();
  Value rstd = e.rsqrt(e.offset(getVar(), getEps().convertToDouble()));
  Value factor = e.mul(rstd, getWeight());
  Value shift = e.sub(getBias(), e.mul(getMean(), factor));
  return {e.add(e.mul(x, e.broadcast(factor, x, {axis})),
                e.broadcast(shift, x, {axis}))};
}

//===----------------------------------------------------------------------===//
// normalize
//===----------------------------------------------------------------------===//

LogicalResult NormalizeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            NormalizeOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  SmallVector<int64_t> axes =
      llvm::map_to_vector(adaptor.getAxesAttr(), [](Attribute axis) {
        return cast<IntegerAttr>(axis).getInt();
      });
  if (failed(verifyAxes(loc, getOperationName(), adaptor.getX(), axes)))
    return failure();
  if (extentOf(x, axes) == 0)
    return emitOptionalError(loc,
                             "'dl.normalize' expects operand x with elements "
                             "along its axes, not ",
                             x);
  SmallVector<int64_t> kept;
  for (int64_t dim : keptDims(adaptor.getX(), axes))
    kept.push_back(x.getDimSize(dim));
  types.push_back(x);
  types.append(3, x.clone(kept));
  return success();
}

SmallVector<Value> NormalizeOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX();
  Statistics s = buildStatistics(e, x, getAxes(), getEps().convertToDouble());
  Value y = e.mul(s.centred, e.broadcast(s.rstd, x, keptDims(x, getAxes())));
  return {y, s.mean, s.var, s.rstd};
}

void NormalizeOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getX();
  SmallVector<int64_t> axes(getAxes());
  auto wide = [&](Value v) { return e.broadcast(v, x, keptDims(x, axes)); };
  Value centred = e.sub(x, wide(getMean()));
  Value dx = statisticsCotangent(e, x, axes, centred, getRstd(), cotangents[1],
                                 cotangents[2], cotangents[3]);
  if (Value dy = cotangents[0]) {
    Value shift = wide(meanOver(e, dy, axes));
    Value slope = e.mul(getY(), wide(meanOver(e, e.mul(dy, getY()), axes)));
    Value term = e.mul(e.sub(e.sub(dy, shift), slope), wide(getRstd()));
    dx = dx ? e.add(dx, term) : term;
  }
  operands[0] = dx;
}

static Value buildNormalized(Expr &e, Value x, ArrayRef<int64_t> axes,
                             APFloat eps) {
  return NormalizeOp::create(e.builder(), e.location(), x,
                             e.builder().getI64ArrayAttr(axes),
                             e.builder().getF64FloatAttr(eps.convertToDouble()))
      .getY();
}

//===----------------------------------------------------------------------===//
// layer_norm, rms_norm
//===----------------------------------------------------------------------===//

/// Checks weight and bias, the operands after x; `most` counts those there may
/// be.
static LogicalResult checkAffine(std::optional<Location> loc, StringRef name,
                                 ValueRange affine, size_t most,
                                 RankedTensorType expected, StringRef why,
                                 RankedTensorType x) {
  if (affine.size() > most)
    return emitOptionalError(loc, "'", name, "' expects at most ", most + 1,
                             " operands, not ", affine.size() + 1);
  static constexpr StringLiteral names[] = {"weight", "bias"};
  for (auto [what, value] : llvm::zip(names, affine))
    if (value.getType() != expected)
      return emitOptionalError(loc, "'", name, "' expects operand ", what,
                               " to be ", expected, ", ", why, " of operand x ",
                               x, ", not ", value.getType());
  return success();
}

/// The first of the dimensions that are normalised.
static int64_t firstAxis(std::optional<uint64_t> axis, RankedTensorType x) {
  return axis ? int64_t(*axis) : x.getRank() - 1;
}

/// The result type of an op on the dimensions from `axis` on.
static LogicalResult inferTrailing(std::optional<Location> loc, StringRef name,
                                   RankedTensorType x,
                                   std::optional<uint64_t> axis,
                                   ValueRange affine, size_t most,
                                   SmallVectorImpl<Type> &types) {
  int64_t first = firstAxis(axis, x);
  if (x.getRank() == 0 || first < 0 || first >= x.getRank())
    return emitOptionalError(loc, "'", name, "' has axis ", first,
                             " but operand x is ", x, " of rank ", x.getRank());
  ArrayRef<int64_t> shape = x.getShape().drop_front(first);
  if (llvm::is_contained(shape, 0))
    return emitOptionalError(loc, "'", name,
                             "' expects operand x with elements along the "
                             "dimensions from ",
                             first, " on, not ", x);
  types.push_back(x);
  return checkAffine(loc, name, affine, most, x.clone(shape),
                     "the normalised dimensions", x);
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            LayerNormOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferTrailing(loc, "dl.layer_norm", tensorType(adaptor.getX()),
                       adaptor.getAxis(), adaptor.getAffine(), 2, types);
}

SmallVector<Value> LayerNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getX());
  SmallVector<int64_t> axes =
      dimsFrom(firstAxis(getAxis(), type), type.getRank());
  Value h = buildNormalized(e, getX(), axes, getEps());
  return {applyAffine(e, h, getWeight(), getBias(), axes)};
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          RmsNormOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferTrailing(loc, "dl.rms_norm", tensorType(adaptor.getX()),
                       adaptor.getAxis(), adaptor.getAffine(), 1, types);
}

/// 1 / sqrt(mean(x^2) + eps), shaped like x.
static Value inverseRms(Expr &e, RmsNormOp op, ArrayRef<int64_t> axes) {
  Value x = op.getX();
  const llvm::fltSemantics &semantics =
      cast<FloatType>(tensorType(x).getElementType()).getFloatSemantics();
  double eps =
      op.getEps()
          ? op.getEps()->convertToDouble()
          : std::ldexp(1.0, 1 - int(APFloat::semanticsPrecision(semantics)));
  Value square = meanOver(e, e.mul(x, x), axes);
  return e.broadcast(e.rsqrt(e.offset(square, eps)), x, keptDims(x, axes));
}

SmallVector<Value> RmsNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getX());
  SmallVector<int64_t> axes =
      dimsFrom(firstAxis(getAxis(), type), type.getRank());
  Value h = e.mul(getX(), inverseRms(e, *this, axes));
  return {applyAffine(e, h, getWeight(), {}, axes)};
}

void RmsNormOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                              MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getX(), g = cotangents[0];
  int64_t first = firstAxis(getAxis(), tensorType(x));
  SmallVector<int64_t> axes = dimsFrom(first, tensorType(x).getRank());
  Value inverse = inverseRms(e, *this, axes);
  Value h = e.mul(x, inverse);
  if (getWeight()) {
    operands[1] = e.sum(e.mul(g, h), dimsFrom(0, first));
    g = e.mul(g, e.broadcast(getWeight(), x, axes));
  }
  Value slope =
      e.broadcast(meanOver(e, e.mul(g, h), axes), x, keptDims(x, axes));
  operands[0] = e.mul(e.sub(g, e.mul(h, slope)), inverse);
}

//===----------------------------------------------------------------------===//
// group_norm, instance_norm
//===----------------------------------------------------------------------===//

/// The type of a weight with an entry for each channel of x.
static RankedTensorType channelType(RankedTensorType x) {
  return x.clone({x.getDimSize(1)});
}

LogicalResult GroupNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            GroupNormOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t groups = adaptor.getGroups();
  if (x.getRank() < 2)
    return emitOptionalError(loc,
                             "'dl.group_norm' expects operand x of rank 2 or "
                             "more (N x C x ...), not ",
                             x);
  if (groups < 1 || x.getDimSize(1) % groups != 0 ||
      llvm::is_contained(x.getShape().drop_front(), 0))
    return emitOptionalError(loc, "'dl.group_norm' cannot cut the ",
                             x.getDimSize(1), " channels of operand x ", x,
                             " into ", groups, " equal groups");
  types.push_back(x);
  return checkAffine(loc, "dl.group_norm", adaptor.getAffine(), 2,
                     channelType(x), "one entry for each channel", x);
}

SmallVector<Value> GroupNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  ArrayRef<int64_t> shape = tensorType(getX()).getShape();
  int64_t groups = getGroups();
  // Channels as groups x channels of a group.
  SmallVector<int64_t> split{shape[0], groups, shape[1] / groups};
  llvm::append_range(split, shape.drop_front(2));
  Value x = e.reshape(getX(), split);
  Value h = buildNormalized(e, x, dimsFrom(2, split.size()), getEps());
  return {applyAffine(e, e.reshape(h, shape), getWeight(), getBias(), {1})};
}

LogicalResult InstanceNormOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               InstanceNormOp::Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (x.getRank() < 3 || extentOf(x, dimsFrom(2, x.getRank())) < 2)
    return emitOptionalError(loc,
                             "'dl.instance_norm' expects operand x with more "
                             "than one element a channel (N x C x ...), not ",
                             x);
  types.push_back(x);
  return checkAffine(loc, "dl.instance_norm", adaptor.getAffine(), 2,
                     channelType(x), "one entry for each channel", x);
}

SmallVector<Value> InstanceNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> axes = dimsFrom(2, tensorType(getX()).getRank());
  Value h = buildNormalized(e, getX(), axes, getEps());
  return {applyAffine(e, h, getWeight(), getBias(), {1})};
}

//===----------------------------------------------------------------------===//
// local_response_norm, weight_norm
//===----------------------------------------------------------------------===//

LogicalResult LocalResponseNormOp::verify() {
  RankedTensorType x = tensorType(getX());
  if (x.getRank() < 3)
    return emitOpError()
           << "expects operand x of rank 3 or more (N x C x ...), not " << x;
  int64_t size = getSize();
  if (size < 1 || size > maxElements)
    return emitOpError() << "expects 'size' to be 1 or more, not " << size;
  return success();
}

SmallVector<Value> LocalResponseNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX();
  RankedTensorType type = tensorType(x);
  int64_t rank = type.getRank(), size = getSize();
  // Windows that reach beyond all channels sum no more.
  int64_t before = std::min(size / 2, type.getDimSize(1)),
          behind = std::min((size - 1) / 2, type.getDimSize(1));
  SmallVector<int64_t> low(rank), high(rank), offsets(rank);
  low[1] = before;
  high[1] = behind;
  Value padded = PadOp::create(builder, getLoc(), e.mul(x, x),
                               builder.getDenseI64ArrayAttr(low),
                               builder.getDenseI64ArrayAttr(high), nullptr);
  Value sum;
  for (int64_t offset = 0; offset <= before + behind; ++offset) {
    offsets[1] = offset;
    Value part = SliceOp::create(
        builder, getLoc(), padded, builder.getDenseI64ArrayAttr(offsets),
        builder.getDenseI64ArrayAttr(type.getShape()), nullptr);
    sum = sum ? e.add(sum, part) : part;
  }
  Value base =
      e.offset(e.scale(sum, getAlpha().convertToDouble() / double(size)),
               getK().convertToDouble());
  Value factor = e.exp(e.scale(e.log(base), -getBeta().convertToDouble()));
  return {e.mul(x, factor)};
}

LogicalResult WeightNormOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             WeightNormOp::Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  RankedTensorType v = tensorType(adaptor.getV());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= v.getRank())
    return emitOptionalError(loc, "'dl.weight_norm' has axis ", axis,
                             " but operand v is ", v, " of rank ", v.getRank());
  SmallVector<int64_t> shape(v.getRank(), 1);
  shape[axis] = v.getDimSize(axis);
  auto expected = v.clone(shape);
  if (adaptor.getG().getType() != expected)
    return emitOptionalError(loc, "'dl.weight_norm' expects operand g to be ",
                             expected, ", a length for each index of axis ",
                             axis, " of operand v ", v, ", not ",
                             adaptor.getG().getType());
  types.push_back(v);
  return success();
}

SmallVector<Value> WeightNormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value v = getV();
  int64_t axis = getAxis();
  Value square = e.sumAllBut(e.mul(v, v), axis);
  Value zero = e.splat(square.getType(), 0);
  Value isZero = e.compare(Predicate::eq, square, zero);
  Value norm = e.sqrt(e.select(isZero, e.splat(square.getType(), 1), square));
  Value g = e.reshape(getG(), tensorType(square).getShape());
  Value factor = e.select(isZero, zero, e.div(g, norm));
  return {e.mul(v, e.broadcast(factor, v, {axis}))};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Normalisation.cpp.inc"
