//===- Linear.cpp - Matrix products ---------------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         MatmulOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType a = tensorType(adaptor.getA()),
                   b = tensorType(adaptor.getB());
  if (a.getRank() != 2 || b.getRank() != 2)
    return emitOptionalError(
        loc, "'dl.matmul' expects operands a and b of rank 2, not ", a, " and ",
        b);
  bool ta = adaptor.getTransposeA(), tb = adaptor.getTransposeB();
  int64_t m = a.getDimSize(ta ? 1 : 0), k = a.getDimSize(ta ? 0 : 1);
  int64_t kb = b.getDimSize(tb ? 1 : 0), n = b.getDimSize(tb ? 0 : 1);
  if (k != kb)
    return emitOptionalError(loc, "'dl.matmul' contracts ", k,
                             " elements of operand a (", a, ") with ", kb,
                             " of operand b (", b, ")");
  types.push_back(RankedTensorType::get({m, n}, a.getElementType()));
  return success();
}

bool MatmulOp::isRowOperand(unsigned number) {
  return number == 0 && !getTransposeA();
}

void MatmulOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value dy = cotangents[0];
  bool ta = getTransposeA(), tb = getTransposeB();
  // y = A B with A = a or a^T: dA = dy B^T, dB = A^T dy, transposed back where
  // the operand stood transposed. Of b^T, as of a layer's weight, the transpose
  // is left standing, so that it meets that of the weight, which is stored in x
  // out.
  operands[0] =
      ta ? e.matmul(getB(), dy, tb, true) : e.matmul(dy, getB(), false, !tb);
  operands[1] = e.matmul(getA(), dy, !ta, false);
  if (tb)
    operands[1] = e.transpose(operands[1], {1, 0});
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         LinearOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType w = tensorType(adaptor.getWeight());
  if (x.getRank() != 2 || w.getRank() != 2)
    return emitOptionalError(
        loc, "'dl.linear' expects operands x and weight of rank 2, not ", x,
        " and ", w);
  if (x.getDimSize(1) != w.getDimSize(1))
    return emitOptionalError(loc, "'dl.linear' has operand x ", x, " with ",
                             x.getDimSize(1), " features but operand weight ",
                             w, " for ", w.getDimSize(1));
  int64_t out = w.getDimSize(0);
  if (Value bias = adaptor.getBias())
    if (tensorType(bias) != RankedTensorType::get({out}, x.getElementType()))
      return emitOptionalError(loc, "'dl.linear' expects operand bias to be ",
                               RankedTensorType::get({out}, x.getElementType()),
                               ", not ", bias.getType());
  types.push_back(
      RankedTensorType::get({x.getDimSize(0), out}, x.getElementType()));
  return success();
}

SmallVector<Value> LinearOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value y = e.matmul(getX(), getWeight(), false, true);
  if (getBias())
    y = e.add(y, e.broadcast(getBias(), y, {1}));
  return {y};
}

#define GET_OP_CLASSES
#include "dialects/Dl/Linear.cpp.inc"
