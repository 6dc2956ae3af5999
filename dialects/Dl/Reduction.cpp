//===- Reduction.cpp - Sums, maxima and their places ----------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// The result type of a reduction; `axes` ascending and within the rank.
static LogicalResult inferReduced(std::optional<Location> loc, Value x,
                                  ArrayRef<int64_t> axes, Type element,
                                  StringRef name,
                                  SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorType(x);
  int64_t last = -1;
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= type.getRank())
      return emitOptionalError(loc, "'", name, "' has axis ", axis,
                               " but operand x is ", type, " of rank ",
                               type.getRank());
    if (axis <= last)
      return emitOptionalError(
          loc, "'", name, "' expects its axes in ascending order, each once");
    last = axis;
  }
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(type.getShape()))
    if (!llvm::is_contained(axes, int64_t(i)))
      shape.push_back(extent);
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

/// The same for ops that keep the element type.
template <typename Adaptor>
static LogicalResult inferReduce(std::optional<Location> loc, Adaptor adaptor,
                                 StringRef name, SmallVectorImpl<Type> &types) {
  SmallVector<int64_t> axes =
      llvm::map_to_vector(adaptor.getAxesAttr(), [](Attribute axis) {
        return cast<IntegerAttr>(axis).getInt();
      });
  return inferReduced(loc, adaptor.getX(), axes,
                      tensorType(adaptor.getX()).getElementType(), name, types);
}

LogicalResult ReduceSumOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            ReduceSumOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferReduce(loc, adaptor, "dl.reduce_sum", types);
}

LogicalResult ReduceMaxOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            ReduceMaxOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  return inferReduce(loc, adaptor, "dl.reduce_max", types);
}

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         ArgmaxOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  return inferReduced(loc, adaptor.getX(), {int64_t(adaptor.getAxis())},
                      IntegerType::get(context, 32), "dl.argmax", types);
}

LogicalResult CountEqualOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             CountEqualOp::Adaptor,
                                             SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 32)));
  return success();
}

bool ReduceSumOp::hasRows() {
  return !llvm::is_contained(getAxes(), 0) && tensorType(getY()).getRank();
}
bool ReduceSumOp::isRowOperand(unsigned) { return hasRows(); }
bool ReduceMaxOp::hasRows() {
  return !llvm::is_contained(getAxes(), 0) && tensorType(getY()).getRank();
}
bool ReduceMaxOp::isRowOperand(unsigned) { return hasRows(); }
bool ArgmaxOp::hasRows() { return getAxis() != 0; }
bool ArgmaxOp::isRowOperand(unsigned) { return hasRows(); }

/// The dimensions of `x` that a reduction over `axes` keeps.
static SmallVector<int64_t> keptDims(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept;
  for (int64_t i = 0, rank = tensorType(x).getRank(); i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      kept.push_back(i);
  return kept;
}

void ReduceSumOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  operands[0] =
      Expr(builder, getLoc())
          .broadcast(cotangents[0], getX(), keptDims(getX(), getAxes()));
}

void ReduceMaxOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> kept = keptDims(getX(), getAxes());
  Value isMax =
      e.compare(Predicate::eq, getX(), e.broadcast(getY(), getX(), kept));
  Value one = e.cast(isMax, tensorType(getX()).getElementType());
  Value share = e.div(cotangents[0], e.sum(one, getAxes()));
  operands[0] = e.mul(one, e.broadcast(share, getX(), kept));
}

OpFoldResult ReduceSumOp::fold(FoldAdaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  return {};
}

SmallVector<Value> CountEqualOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value equal = e.compare(Predicate::eq, getA(), getB());
  int64_t rank = tensorType(getA()).getRank();
  return {e.sum(e.cast(equal, builder.getI32Type()), allBut(rank, rank))};
}

#define GET_OP_CLASSES
#include "dialects/Dl/Reduction.cpp.inc"
