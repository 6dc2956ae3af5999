//===- Loss.cpp - Loss functions ------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/Labels.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

ParseResult dlc::dl::parseLossReduction(OpAsmParser &parser,
                                        LossReductionAttr &reduction) {
  return parseCase<LossReductionAttr, LossReduction>(
      parser, reduction, "reduction (mean, sum, none or batchmean)",
      symbolizeLossReduction);
}
void dlc::dl::printLossReduction(OpAsmPrinter &printer, Operation *,
                                 LossReductionAttr reduction) {
  printer << stringifyLossReduction(reduction.getValue());
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// The type of a loss whose terms have type `terms`.
static RankedTensorType reducedType(RankedTensorType terms,
                                    LossReduction reduction) {
  if (reduction == LossReduction::None)
    return terms;
  return RankedTensorType::get({}, terms.getElementType());
}

/// The divisor of the sum of the terms.
static double divisor(RankedTensorType terms, LossReduction reduction) {
  switch (reduction) {
  case LossReduction::Mean:
    return double(terms.getNumElements());
  case LossReduction::BatchMean:
    return double(terms.getDimSize(0));
  case LossReduction::Sum:
  case LossReduction::None:
    return 1;
  }
  llvm_unreachable("not a reduction");
}

static Value sumAll(Expr &e, Value terms) {
  return e.sumAllBut(terms, /*axis=*/-1);
}

static Value reduceTerms(Expr &e, Value terms, LossReduction reduction) {
  if (reduction == LossReduction::None)
    return terms;
  return e.scale(sumAll(e, terms), 1 / divisor(tensorType(terms), reduction));
}

/// The cotangents of the terms, shaped like `like`.
static Value spreadCotangent(Expr &e, Value dy, Value like,
                             LossReduction reduction) {
  if (reduction == LossReduction::None)
    return dy;
  double share = 1 / divisor(tensorType(like), reduction);
  return e.broadcast(e.scale(dy, share), like, {});
}

static LogicalResult inferTermLoss(std::optional<Location> loc, StringRef op,
                                   Value input, LossReduction reduction,
                                   SmallVectorImpl<Type> &types) {
  RankedTensorType terms = tensorType(input);
  if (reduction == LossReduction::BatchMean &&
      op != KlDivOp::getOperationName())
    return emitOptionalError(loc, "'", op,
                             "' has no reduction(batchmean), which is for "
                             "dl.kl_div, only mean, sum, none");
  if (reduction == LossReduction::BatchMean && terms.getRank() == 0)
    return emitOptionalError(loc, "'", op,
                             "' expects operand input of rank 1 or more for "
                             "reduction(batchmean), not ",
                             terms);
  types.push_back(reducedType(terms, reduction));
  return success();
}

//===----------------------------------------------------------------------===//
// cross_entropy, nll: types
//===----------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferClassLoss(std::optional<Location> loc, StringRef op,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &types) {
  RankedTensorType input = tensorType(adaptor.getInput());
  RankedTensorType label = tensorType(adaptor.getLabel());
  if (input.getRank() < 2)
    return emitOptionalError(loc, "'", op,
                             "' expects operand input of rank 2 or more "
                             "(N x C x ...), not ",
                             input);
  SmallVector<int64_t> terms(input.getShape());
  terms.erase(terms.begin() + 1);
  if (label.getShape() != ArrayRef<int64_t>(terms))
    return emitOptionalError(loc, "'", op, "' expects operand label to be ",
                             label.clone(terms),
                             ", the shape of operand input ", input,
                             " without its classes, not ", label);
  types.push_back(reducedType(input.clone(terms), adaptor.getReduction()));
  return success();
}

LogicalResult CrossEntropyOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> loc,
                                               CrossEntropyOp::Adaptor adaptor,
                                               SmallVectorImpl<Type> &types) {
  return inferClassLoss(loc, getOperationName(), adaptor, types);
}
LogicalResult NllOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      NllOp::Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferClassLoss(loc, getOperationName(), adaptor, types);
}

/// Whether a label of that type may be `number`.
static bool isLabelOf(Type type, int64_t number) {
  auto integer = cast<IntegerType>(type);
  if (integer.isUnsigned() || integer.isInteger(1))
    return number >= 0 && llvm::isUIntN(integer.getWidth(), uint64_t(number));
  return llvm::isIntN(integer.getWidth(), number);
}

template <typename Op>
static LogicalResult verifyClassLoss(Op op) {
  RankedTensorType input = tensorType(op.getInput());
  if (input.getDimSize(1) == 0)
    return op.emitOpError() << "expects at least one class, but operand input "
                               "is "
                            << input;
  if (Value weight = op.getWeight()) {
    auto expected = input.clone({input.getDimSize(1)});
    if (weight.getType() != expected)
      return op.emitOpError() << "expects operand weight to be " << expected
                              << ", a number a class, not " << weight.getType();
  }
  if (op.getReduction() == LossReduction::BatchMean)
    return op.emitOpError("has no reduction(batchmean), only mean, sum, none");
  int64_t ignored = op.getIgnoreIndex();
  Type label = tensorType(op.getLabel()).getElementType();
  // The default is one for labels of any type.
  if (ignored != ignoredLabel && !isLabelOf(label, ignored))
    return op.emitOpError() << "has 'ignore_index' " << ignored
                            << ", which no label of type " << label << " is";
  return success();
}

LogicalResult CrossEntropyOp::verify() {
  double smoothing = getLabelSmoothing().convertToDouble();
  if (!(smoothing >= 0 && smoothing <= 1))
    return emitOpError() << "expects 'label_smoothing' from 0 to 1, not "
                         << smoothing;
  return verifyClassLoss(*this);
}
LogicalResult NllOp::verify() { return verifyClassLoss(*this); }

//===----------------------------------------------------------------------===//
// cross_entropy, nll: meaning
//===----------------------------------------------------------------------===//

namespace {
/// The common parts of the losses of classes. The classes are the last
/// dimension of every tensor that has them; the other dimensions are called
/// places.
class Classes {
public:
  template <typename Op>
  Classes(Expr &e, Op op)
      : e(e), reduction(op.getReduction()), label(op.getLabel()) {
    input = classesLast(op.getInput());
    classes = tensorType(input).getShape().back();
    for (int64_t i = 0, rank = tensorType(op.getLabel()).getRank(); i < rank;
         ++i)
      places.push_back(i);
    findIgnored(op.getIgnoreIndex());
    if (tensorType(label).getElementType().isInteger(1))
      label = e.cast(label, e.builder().getIntegerType(8, /*isSigned=*/false));
    label =
        CheckIndexOp::create(e.builder(), e.location(), label.getType(), label,
                             e.builder().getI64IntegerAttr(classes),
                             e.builder().getStringAttr(op.getOperationName()),
                             e.builder().getStringAttr("label"));
    oneHot =
        OneHotOp::create(e.builder(), e.location(), input.getType(), label);
    if (op.getWeight()) {
      weight = e.broadcast(op.getWeight(), input, {classAxis()});
      share = pick(weight);
    }
    if (kept)
      share = share ? e.where(kept, share)
                    : e.cast(kept, tensorType(input).getElementType());
  }

  int64_t classAxis() const { return places.size(); }
  int64_t numClasses() const { return classes; }
  RankedTensorType termsType() const {
    return tensorType(input).clone(tensorType(label).getShape());
  }
  /// A number a place for every class of it.
  Value spread(Value value) { return e.broadcast(value, input, places); }

  /// The entry of the label's class. A choice, not a product: 0 times an
  /// infinite logit would not be 0.
  Value pick(Value table) {
    if (!isLabel)
      isLabel = e.compare(Predicate::gt, oneHot, 0);
    return e.sum(e.where(isLabel, table), {classAxis()});
  }

  /// The loss, given its terms before they are weighted.
  Value reduce(Value terms) {
    if (kept)
      terms = e.where(kept, terms);
    if (reduction == LossReduction::None)
      return terms;
    if (reduction == LossReduction::Mean && share) {
      Value total = sumAll(e, terms);
      return e.div(total, sumAll(e, share));
    }
    return reduceTerms(e, terms, reduction);
  }
  /// The cotangents of those terms.
  Value cotangent(Value dy) {
    if (reduction == LossReduction::Mean && share)
      dy = e.broadcast(e.div(dy, sumAll(e, share)), label, {});
    else
      dy = spreadCotangent(e, dy, label, reduction);
    return kept ? e.where(kept, dy) : dy;
  }

  /// N x C x d1 x ... with C last, and back.
  Value classesLast(Value value) {
    int64_t rank = tensorType(value).getRank();
    SmallVector<int64_t> perm = allBut(rank, 1);
    perm.push_back(1);
    return rank == 2 ? value : e.transpose(value, perm);
  }
  Value classesSecond(Value value) {
    int64_t rank = tensorType(value).getRank();
    SmallVector<int64_t> perm = allBut(rank, 1);
    perm.push_back(1);
    return rank == 2 ? value : e.transpose(value, inversePermutation(perm));
  }

  Expr &e;
  LossReduction reduction;
  Value label; ///< of each place, a class
  Value input;
  Value oneHot; ///< of the label
  Value weight; ///< of each class, shaped like the input; null: 1
  Value share;  ///< the weight of each place; null: 1

private:
  /// Puts a class in the place of a label that is to be ignored.
  void findIgnored(int64_t ignored) {
    if (!isLabelOf(tensorType(label).getElementType(), ignored))
      return;
    kept = e.compare(Predicate::ne, label, double(ignored));
    label = e.where(kept, label);
  }

  SmallVector<int64_t> places;
  int64_t classes;
  Value isLabel;
  Value kept; ///< where the label is not to be ignored; null: everywhere
};

/// Values shared by cross_entropy and its gradient.
struct Softmax {
  Value centred; ///< z - max z of the row
  Value exp;     ///< e^centred
  Value sum;     ///< of exp, a number a row

  Softmax(Expr &e, Classes &c) {
    // The shift changes neither value nor derivative.
    Value max = e.stop(e.max(c.input, {c.classAxis()}));
    centred = e.sub(c.input, c.spread(max));
    exp = e.exp(centred);
    sum = e.sum(exp, {c.classAxis()});
  }
};
} // namespace

SmallVector<Value> NllOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Classes c(e, *this);
  Value terms = e.neg(c.pick(c.input));
  if (c.weight)
    terms = e.mul(terms, c.pick(c.weight));
  return {c.reduce(terms)};
}

SmallVector<Value> CrossEntropyOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Classes c(e, *this);
  Softmax s(e, c);
  if (tensorType(getInput()).getNumElements() == 0)
    return {c.reduce(e.splat(c.termsType(), 0))};
  Value picked = c.pick(s.centred);
  Value log = e.log(s.sum);
  Value terms = e.sub(log, picked);
  if (c.weight)
    terms = e.mul(terms, c.pick(c.weight));
  double smoothing = getLabelSmoothing().convertToDouble();
  if (smoothing > 0) {
    Value all = e.sub(c.spread(log), s.centred);
    if (c.weight)
      all = e.mul(all, c.weight);
    double each = smoothing / double(c.numClasses());
    terms = e.scale(terms, 1 - smoothing);
    terms = e.add(terms, e.scale(e.sum(all, {c.classAxis()}), each));
  }
  return {c.reduce(terms)};
}

void CrossEntropyOp::differentiate(OpBuilder &builder,
                                   ArrayRef<Value> cotangents,
                                   MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Classes c(e, *this);
  Softmax s(e, c);
  // The target's distribution, and its sum where that is not 1.
  Value target = c.oneHot, total;
  double smoothing = getLabelSmoothing().convertToDouble();
  if (smoothing > 0)
    target = e.offset(e.scale(target, 1 - smoothing),
                      smoothing / double(c.numClasses()));
  if (c.weight) {
    target = e.mul(target, c.weight);
    total = c.spread(e.sum(target, {c.classAxis()}));
  }
  Value softmax = e.div(s.exp, c.spread(s.sum));
  if (total)
    softmax = e.mul(softmax, total);
  Value difference = e.sub(softmax, target);
  Value dz = e.mul(difference, c.spread(c.cotangent(cotangents[0])));
  operands[0] = c.classesSecond(dz);
}

//===----------------------------------------------------------------------===//
// Losses of numbers
//===----------------------------------------------------------------------===//

#define DECOMPOSE(Op) SmallVector<Value> Op::decompose(OpBuilder &builder)

DECOMPOSE(MseOp) {
  Expr e(builder, getLoc());
  Value difference = e.sub(getInput(), getTarget());
  return {reduceTerms(e, e.square(difference), getReduction())};
}

DECOMPOSE(L1Op) {
  Expr e(builder, getLoc());
  Value difference = e.sub(getInput(), getTarget());
  return {reduceTerms(e, e.abs(difference), getReduction())};
}

DECOMPOSE(HingeOp) {
  Expr e(builder, getLoc());
  Value margin = e.offset(e.neg(e.mul(getInput(), getTarget())), 1);
  Value terms = e.where(e.compare(Predicate::gt, margin, 0), margin);
  return {reduceTerms(e, terms, getReduction())};
}

/// d^2 / (2 width) where |d| < width, |d| - width / 2 elsewhere.
static Value buildSmoothL1(Expr &e, Value x, Value t, double width) {
  Value difference = e.sub(x, t), size = e.abs(difference);
  if (width == 0)
    return size;
  Value near = e.compare(Predicate::lt, size, width);
  // Far away the square may be infinite.
  Value square = e.square(e.where(near, difference));
  return e.select(near, e.scale(square, 0.5 / width),
                  e.offset(size, -0.5 * width));
}

DECOMPOSE(SmoothL1Op) {
  Expr e(builder, getLoc());
  Value terms =
      buildSmoothL1(e, getInput(), getTarget(), getBeta().convertToDouble());
  return {reduceTerms(e, terms, getReduction())};
}

DECOMPOSE(HuberOp) {
  Expr e(builder, getLoc());
  double delta = getDelta().convertToDouble();
  Value terms = buildSmoothL1(e, getInput(), getTarget(), delta);
  return {reduceTerms(e, e.scale(terms, delta), getReduction())};
}

LogicalResult SmoothL1Op::verify() {
  double beta = getBeta().convertToDouble();
  if (!(beta >= 0))
    return emitOpError() << "expects 'beta' of at least 0, not " << beta;
  return success();
}

LogicalResult HuberOp::verify() {
  double delta = getDelta().convertToDouble();
  if (!(delta > 0))
    return emitOpError() << "expects 'delta' above 0, not " << delta;
  return success();
}

DECOMPOSE(KlDivOp) {
  Expr e(builder, getLoc());
  Value x = getInput(), t = getTarget(), terms;
  if (getLogTarget()) {
    Value difference = e.sub(t, x);
    terms = e.mul(e.exp(t), difference);
  } else {
    Value isZero = e.compare(Predicate::eq, t, 0);
    Value log = e.log(e.select(isZero, e.splat(t.getType(), 1), t));
    terms = e.unless(isZero, e.mul(t, e.sub(log, x)));
  }
  return {reduceTerms(e, terms, getReduction())};
}

//===----------------------------------------------------------------------===//
// bce, bce_with_logits
//===----------------------------------------------------------------------===//

/// As PyTorch, which keeps the loss of a wrong certainty finite.
static Value boundedLog(Expr &e, Value log) {
  return e.maximum(log, e.splat(log.getType(), -100));
}

DECOMPOSE(BceOp) {
  Expr e(builder, getLoc());
  Value x = getInput(), t = getTarget();
  Value yes = boundedLog(e, e.log(x)), no = boundedLog(e, e.log1p(e.neg(x)));
  Value ofNo = e.mul(e.offset(t, -1), no);
  Value terms = e.sub(ofNo, e.mul(t, yes));
  return {reduceTerms(e, terms, getReduction())};
}

void BceOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                          MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getInput(), t = getTarget();
  Value dy = spreadCotangent(e, cotangents[0], x, getReduction());
  Value slope = e.mul(x, e.offset(e.neg(x), 1));
  // PyTorch's 1e-12 is an f32 number.
  slope = e.maximum(slope, e.splat(x.getType(), double(1e-12f)));
  operands[0] = e.mul(dy, e.div(e.sub(x, t), slope));
  Value yes = boundedLog(e, e.log(x)), no = boundedLog(e, e.log1p(e.neg(x)));
  operands[1] = e.mul(dy, e.sub(no, yes));
}

LogicalResult
BceWithLogitsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                  BceWithLogitsOp::Adaptor adaptor,
                                  SmallVectorImpl<Type> &types) {
  return inferTermLoss(loc, getOperationName(), adaptor.getInput(),
                       adaptor.getReduction(), types);
}

LogicalResult BceWithLogitsOp::verify() {
  Value weight = getPosWeight();
  if (!weight)
    return success();
  std::optional<Location> loc = getLoc();
  StringRef names[] = {"input", "pos_weight"};
  SmallVector<Value> operands = {getInput(), weight};
  if (failed(checkOneElementType(loc, getOperationName(), names, operands)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShape(loc, getOperationName(), names, operands);
  if (failed(shape))
    return failure();
  if (ArrayRef<int64_t>(*shape) != tensorType(getInput()).getShape())
    return emitOpError() << "expects operand pos_weight to broadcast to "
                            "operand input "
                         << getInput().getType() << ", not "
                         << weight.getType();
  return success();
}

/// pos_weight - 1 for each element, or null.
static Value buildExtra(Expr &e, BceWithLogitsOp op) {
  if (!op.getPosWeight())
    return {};
  return e.offset(
      e.broadcastTo(op.getPosWeight(), tensorType(op.getInput()).getShape()),
      -1);
}

DECOMPOSE(BceWithLogitsOp) {
  Expr e(builder, getLoc());
  Value x = getInput(), t = getTarget();
  Value tail = e.softplus(e.neg(x));
  if (Value extra = buildExtra(e, *this))
    tail = e.mul(e.offset(e.mul(extra, t), 1), tail);
  Value terms = e.add(e.mul(e.offset(e.neg(t), 1), x), tail);
  return {reduceTerms(e, terms, getReduction())};
}

void BceWithLogitsOp::differentiate(OpBuilder &builder,
                                    ArrayRef<Value> cotangents,
                                    MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value x = getInput(), t = getTarget();
  Value dy = spreadCotangent(e, cotangents[0], x, getReduction());
  Value sigmoid = e.sigmoid(x), tail = e.softplus(e.neg(x));
  Value extra = buildExtra(e, *this);
  if (!extra) {
    operands[0] = e.mul(dy, e.sub(sigmoid, t));
    operands[1] = e.neg(e.mul(dy, x));
    return;
  }
  Value factor = e.offset(e.mul(extra, t), 1);
  Value gain = e.mul(e.offset(extra, 1), t);
  operands[0] = e.mul(dy, e.sub(e.mul(factor, sigmoid), gain));
  operands[1] = e.mul(dy, e.sub(e.mul(extra, tail), x));
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Loss.cpp.inc"
