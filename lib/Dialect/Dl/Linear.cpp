//===- Linear.cpp - Matrix products ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// matmul
//===----------------------------------------------------------------------===//

/// The dimensions that number matrices.
static ArrayRef<int64_t> batchOf(RankedTensorType type) {
  return type.getShape().drop_back(2);
}
static ArrayRef<int64_t> batchOf(Value x) { return batchOf(tensorType(x)); }

/// Extent of the rows (0) or columns (1) of a matrix that may stand transposed.
static int64_t matrixDim(RankedTensorType type, int dim, bool transposed) {
  return type.getDimSize(type.getRank() - 2 + (transposed ? 1 - dim : dim));
}

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         MatmulOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType a = tensorType(adaptor.getA()),
                   b = tensorType(adaptor.getB());
  if (a.getRank() < 2 || b.getRank() < 2)
    return emitOptionalError(
        loc, "'dl.matmul' expects operands a and b of rank 2 or more, not ", a,
        " and ", b);
  if (a.getRank() > 2 && b.getRank() > 2 && batchOf(a) != batchOf(b))
    return emitOptionalError(loc,
                             "'dl.matmul' expects operands a and b with equal "
                             "dimensions before the last two, not ",
                             a, " and ", b);
  bool ta = adaptor.getTransposeA(), tb = adaptor.getTransposeB();
  int64_t k = matrixDim(a, 1, ta), kb = matrixDim(b, 0, tb);
  if (k != kb)
    return emitOptionalError(loc, "'dl.matmul' contracts ", k,
                             " elements of operand a (", a, ") with ", kb,
                             " of operand b (", b, ")");
  SmallVector<int64_t> shape(batchOf(a.getRank() > 2 ? a : b));
  shape.push_back(matrixDim(a, 0, ta));
  shape.push_back(matrixDim(b, 1, tb));
  types.push_back(RankedTensorType::get(shape, a.getElementType()));
  return success();
}

bool MatmulOp::isRowOperand(unsigned number) {
  // A row of many products is a product.
  if (tensorType(getY()).getRank() > 2)
    return tensorType(getOperand(number)).getRank() > 2;
  return number == 0 && !getTransposeA();
}

/// Many matrices with the same columns as one: ... x R x C as N x C.
static Value stacked(Expr &e, Value x) {
  RankedTensorType type = tensorType(x);
  if (type.getRank() == 2)
    return x;
  int64_t columns = type.getShape().back(), rows = 1;
  for (int64_t extent : type.getShape().drop_back())
    rows *= extent;
  return e.reshape(x, {rows, columns});
}

/// x with rows and columns of its matrices exchanged.
static Value swapped(Expr &e, Value x) {
  int64_t rank = tensorType(x).getRank();
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(rank));
  std::swap(perm[rank - 1], perm[rank - 2]);
  return e.transpose(x, perm);
}

void MatmulOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value a = getA(), b = getB(), dy = cotangents[0];
  bool ta = getTransposeA(), tb = getTransposeB();
  bool oneA = tensorType(a).getRank() == 2, oneB = tensorType(b).getRank() == 2;
  // y = A B with A = a or a^T: dA = dy B^T, dB = A^T dy, transposed back where
  // the operand stood transposed.
  if (oneA && !oneB) {
    // a takes part in every product: its derivative sums over all of them.
    Value columns = stacked(e, swapped(e, dy));
    Value inner = stacked(e, tb ? b : swapped(e, b));
    operands[0] = ta ? e.matmul(inner, columns, true, false)
                     : e.matmul(columns, inner, true, false);
  } else {
    operands[0] = ta ? e.matmul(b, dy, tb, true) : e.matmul(dy, b, false, !tb);
  }
  if (!oneB) {
    operands[1] = tb ? e.matmul(dy, a, true, ta) : e.matmul(a, dy, !ta, false);
    return;
  }
  // If a single b is transposed, as the weight of a layer is, the transpose
  // stays outermost, so that it meets that of the weight, which is stored as in
  // x out.
  if (oneA) {
    operands[1] = e.matmul(a, dy, !ta, false);
  } else {
    Value rows = stacked(e, ta ? swapped(e, a) : a);
    operands[1] = e.matmul(rows, stacked(e, dy), true, false);
  }
  if (tb)
    operands[1] = swapped(e, operands[1]);
}

OpFoldResult MatmulOp::fold(FoldAdaptor) {
  // Sums of nothing.
  if (tensorType(getA()).getNumElements() == 0 && getType().getNumElements())
    return cast<ElementsAttr>(Builder(getContext()).getZeroAttr(getType()));
  return {};
}

namespace {
/// Many matrices a times one b are one matrix times b.
struct StackRows : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (batchOf(op.getA()).empty() || !batchOf(op.getB()).empty())
      return rewriter.notifyMatchFailure(op, "not many matrices times one");
    if (op.getTransposeA())
      return rewriter.notifyMatchFailure(op, "rows do not follow one another");
    Expr e(rewriter, op.getLoc());
    Value y =
        e.matmul(stacked(e, op.getA()), op.getB(), false, op.getTransposeB());
    rewriter.replaceOp(op, e.reshape(y, op.getType().getShape()));
    return success();
  }
};
} // namespace

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<StackRows>(context);
}

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         LinearOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType w = tensorType(adaptor.getWeight());
  if (x.getRank() < 1 || w.getRank() != 2)
    return emitOptionalError(
        loc,
        "'dl.linear' expects operand x of rank 1 or more and operand weight of "
        "rank 2, not ",
        x, " and ", w);
  if (x.getShape().back() != w.getDimSize(1))
    return emitOptionalError(
        loc, "'dl.linear' has operand x ", x, " with ", x.getShape().back(),
        " features but operand weight ", w, " for ", w.getDimSize(1));
  int64_t out = w.getDimSize(0);
  if (Value bias = adaptor.getBias())
    if (tensorType(bias) != RankedTensorType::get({out}, x.getElementType()))
      return emitOptionalError(loc, "'dl.linear' expects operand bias to be ",
                               RankedTensorType::get({out}, x.getElementType()),
                               ", not ", bias.getType());
  SmallVector<int64_t> shape(x.getShape());
  shape.back() = out;
  types.push_back(x.clone(shape));
  return success();
}

SmallVector<Value> LinearOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value y = e.matmul(stacked(e, getX()), getWeight(), false, true);
  if (getBias())
    y = e.add(y, e.broadcast(getBias(), y, {1}));
  if (y.getType() != getType())
    y = e.reshape(y, tensorType(getY()).getShape());
  return {y};
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

std::optional<LayerChannels> LinearOp::getChannels() {
  int64_t last = tensorType(getX()).getRank() - 1;
  return LayerChannels{getX(), getWeight(), getBias(), last, last};
}
Value LinearOp::scaleOutputs(OpBuilder &builder, Value factors) {
  Expr e(builder, getLoc());
  return e.mul(getWeight(), e.broadcast(factors, getWeight(), {0}));
}
Value LinearOp::scaleInputs(OpBuilder &builder, Value factors) {
  Expr e(builder, getLoc());
  return e.mul(getWeight(), e.broadcast(factors, getWeight(), {1}));
}
bool LinearOp::shiftsAlike() { return true; }
Value LinearOp::shiftInputs(OpBuilder &builder, Value terms) {
  return Expr(builder, getLoc()).sum(scaleInputs(builder, terms), {1});
}
Value LinearOp::rebuild(OpBuilder &builder, Value weight, Value bias) {
  return LinearOp::create(builder, getLoc(), getX(), weight, bias);
}

/// The dimension of b that is that of the result's columns; the other is summed
/// over.
static int64_t columnDim(MatmulOp op) { return op.getTransposeB() ? 0 : 1; }

std::optional<LayerChannels> MatmulOp::getChannels() {
  // Rows of a times one matrix.
  if (getTransposeA() || tensorType(getB()).getRank() != 2)
    return std::nullopt;
  int64_t last = tensorType(getA()).getRank() - 1;
  return LayerChannels{getA(), getB(), Value(), last, last};
}
Value MatmulOp::scaleOutputs(OpBuilder &builder, Value factors) {
  Expr e(builder, getLoc());
  return e.mul(getB(), e.broadcast(factors, getB(), {columnDim(*this)}));
}
Value MatmulOp::scaleInputs(OpBuilder &builder, Value factors) {
  Expr e(builder, getLoc());
  return e.mul(getB(), e.broadcast(factors, getB(), {1 - columnDim(*this)}));
}
bool MatmulOp::shiftsAlike() { return true; }
Value MatmulOp::shiftInputs(OpBuilder &builder, Value terms) {
  return Expr(builder, getLoc())
      .sum(scaleInputs(builder, terms), {1 - columnDim(*this)});
}
Value MatmulOp::rebuild(OpBuilder &builder, Value weight, Value bias) {
  Expr e(builder, getLoc());
  Value y = e.matmul(getA(), weight, false, getTransposeB());
  return bias ? e.add(y, e.broadcast(bias, y, {tensorType(y).getRank() - 1}))
              : y;
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Linear.cpp.inc"
