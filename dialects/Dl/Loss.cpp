//===- Loss.cpp - What training makes small -------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

LogicalResult CrossEntropyOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               CrossEntropyOp::Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  RankedTensorType logits = tensorType(adaptor.getLogits());
  RankedTensorType label = tensorType(adaptor.getLabel());
  if (logits.getRank() != 2)
    return emitOptionalError(
        loc,
        "'dl.cross_entropy' expects operand logits of rank 2 (N x C), not ",
        logits);
  if (label.getShape() != logits.getShape().take_front())
    return emitOptionalError(
        loc, "'dl.cross_entropy' expects operand label with ",
        logits.getDimSize(0), " entries, one for each row of operand logits ",
        logits, ", not ", label);
  types.push_back(RankedTensorType::get({}, logits.getElementType()));
  return success();
}

namespace {
/// What loss and gradient have in common.
struct Softmax {
  Value centred; ///< z - max z of the row
  Value exp;     ///< e^centred
  Value sum;     ///< of exp, a number a row
  Value oneHot;
  /// 1 for each row whose label is a class, otherwise 0.
  Value valid;
};
} // namespace

static Softmax buildSoftmax(Expr &e, Value logits, Value label) {
  Softmax s;
  // The shift changes neither value nor derivative.
  Value max = e.stop(e.max(logits, {1}));
  s.centred = e.sub(logits, e.broadcast(max, logits, {0}));
  s.exp = e.exp(s.centred);
  s.sum = e.sum(s.exp, {1});
  s.oneHot =
      OneHotOp::create(e.builder(), e.location(), logits.getType(), label);
  s.valid = e.sum(s.oneHot, {1});
  return s;
}

SmallVector<Value> CrossEntropyOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Softmax s = buildSoftmax(e, getLogits(), getLabel());
  // A choice, not a product: 0 times an infinite logit would not be 0.
  Value zero = e.splat(getLogits().getType(), 0);
  Value isLabel = e.compare(Predicate::gt, s.oneHot, zero);
  Value picked = e.sum(e.select(isLabel, s.centred, zero), {1});
  Value rows = e.sub(e.log(s.sum), e.div(picked, s.valid));
  double count = double(tensorType(rows).getDimSize(0));
  return {e.scale(e.sum(rows, {0}), 1 / count)};
}

void CrossEntropyOp::differentiate(OpBuilder &builder,
                                   ArrayRef<Value> cotangents,
                                   MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Softmax s = buildSoftmax(e, getLogits(), getLabel());
  Value softmax = e.div(s.exp, e.broadcast(s.sum, getLogits(), {0}));
  double count = double(tensorType(getLogits()).getDimSize(0));
  Value share = e.scale(cotangents[0], 1 / count);
  Value difference =
      e.div(e.sub(softmax, s.oneHot), e.broadcast(s.valid, getLogits(), {0}));
  operands[0] = e.mul(difference, e.broadcast(share, getLogits(), {}));
}

#define GET_OP_CLASSES
#include "dialects/Dl/Loss.cpp.inc"
