//===- Normalisation.cpp - Zero mean, unit variance -----------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"
#include "dialects/Dl/Syntax.h"

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
  return checkChannels(
      loc, "dl.batch_norm", adaptor.getX(), 1,
      {{"weight", adaptor.getWeight()}, {"bias", adaptor.getBias()}});
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
  auto expected = getWeight().getType();
  for (FlatSymbolRefAttr ref : {getRunningMeanAttr(), getRunningVarAttr()}) {
    auto buffer = symbols.lookupNearestSymbolFrom<BufferOp>(*this, ref);
    if (!buffer)
      return emitOpError()
             << "needs the buffer " << ref
             << ", which the model does not have; declare it with "
                "dl.buffer";
    if (buffer.getType() != expected)
      return emitOpError() << "expects the buffer " << ref << " to be "
                           << expected << ", not " << buffer.getType();
  }
  return success();
}

/// The number of elements of x in each channel.
static double perChannel(Value x, int64_t axis) {
  RankedTensorType type = tensorType(x);
  return double(type.getNumElements() /
                std::max<int64_t>(1, type.getDimSize(axis)));
}

SmallVector<Value> BatchNormTrainOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX();
  int64_t axis = getAxis();
  double count = perChannel(x, axis);
  Value mean = e.scale(e.sumAllBut(x, axis), 1 / count);
  Value centred = e.sub(x, e.broadcast(mean, x, {axis}));
  Value var = e.scale(e.sumAllBut(e.mul(centred, centred), axis), 1 / count);
  Value rstd = e.rsqrt(e.offset(var, getEps().convertToDouble()));
  Value factor = e.mul(rstd, getWeight());
  Value y = e.add(e.mul(centred, e.broadcast(factor, x, {axis})),
                  e.broadcast(getBias(), x, {axis}));
  return {y, mean, var, rstd};
}

void BatchNormTrainOp::differentiate(OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getX();
  int64_t axis = getAxis();
  double count = perChannel(x, axis);
  auto wide = [&](Value v) { return e.broadcast(v, x, {axis}); };
  Value centred = e.sub(x, wide(getMean()));
  Value dx;
  auto accumulate = [&](Value term) { dx = dx ? e.add(dx, term) : term; };

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
    accumulate(e.mul(e.sub(e.sub(dy, shift), slope), wide(factor)));
    operands[1] = dweight;
    operands[2] = dbias;
  }
  // The statistics as results of their own: second derivatives need them.
  if (Value dmean = cotangents[1])
    accumulate(wide(e.scale(dmean, 1 / count)));
  Value dvar = cotangents[2];
  if (Value drstd = cotangents[3]) {
    Value cube = e.mul(getRstd(), e.mul(getRstd(), getRstd()));
    Value term = e.mul(drstd, e.scale(cube, -0.5));
    dvar = dvar ? e.add(dvar, term) : term;
  }
  if (dvar)
    accumulate(e.mul(wide(e.scale(dvar, 2 / count)), centred));
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

#define GET_OP_CLASSES
#include "dialects/Dl/Normalisation.cpp.inc"
