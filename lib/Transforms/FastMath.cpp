//===- FastMath.cpp - Algebra that changes roundings ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %0 = dl.broadcast %s dims [0]          %0 = dl.reciprocal %s
//   %1 = dl.div %x, %0             becomes %1 = dl.broadcast %0 dims [0]
//                                          %2 = dl.mul %x, %1
//
// and others, in models with `fastmath` alone. The description of dl.model
// lists all of them with bounds on how far results may be apart.
//
// Why this ends: every rewrite lowers the first of these numbers that it
// changes: quotients, roots, exponentials and logarithms of elements; other
// operations on elements; ops with constant operands that are not attributes.
//
//===----------------------------------------------------------------------===//

#include "FastModel.h"
#include "StateOnly.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/APSInt.h"

namespace dlc {
#define GEN_PASS_DEF_FASTMATH
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Numbers and repeated values
//===----------------------------------------------------------------------===//

/// Returns true if `type` holds a number without rounding it.
static bool isExact(double number, Type type) {
  APFloat value(number);
  bool isExact = true, losesInfo = false;
  if (auto to = dyn_cast<FloatType>(type)) {
    value.convert(to.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return !losesInfo;
  }
  auto to = cast<IntegerType>(type);
  llvm::APSInt integer(to.getWidth(), to.isUnsigned() || to.getWidth() == 1);
  return value.convertToInteger(integer, APFloat::rmTowardZero, &isExact) ==
             APFloat::opOK &&
         isExact;
}

/// The number that a constant of one number holds.
static std::optional<double> numberOf(DenseElementsAttr elements) {
  Type type = elements.getElementType();
  if (!elements.isSplat())
    return std::nullopt;
  if (isa<FloatType>(type)) {
    APFloat number = elements.getSplatValue<APFloat>();
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return number.convertToDouble();
  }
  auto integer = cast<IntegerType>(type);
  bool isSigned = !integer.isUnsigned() && integer.getWidth() > 1;
  APInt value = elements.getSplatValue<APInt>();
  double number = value.roundToDouble(isSigned);
  return isExact(number, type) ? std::optional(number) : std::nullopt;
}

/// The number that a value holds everywhere: a constant, also where it is seen
/// in another shape, repeated, or cast to a type that holds the number.
static std::optional<double> numberOf(Value value) {
  DenseElementsAttr elements;
  if (matchPattern(value, m_Constant(&elements)))
    return numberOf(elements);
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<ReshapeOp, TransposeOp, BroadcastOp, CastOp>(op))
    return std::nullopt;
  std::optional<double> number = numberOf(op->getOperand(0));
  if (number && !isExact(*number, tensorType(value).getElementType()))
    return std::nullopt;
  return number;
}

/// Returns true if a factor neither vanishes nor overflows in the element type
/// of `like`.
static bool isUsableFactor(double factor, Value like) {
  APFloat number(factor);
  bool losesInfo;
  number.convert(
      cast<FloatType>(tensorType(like).getElementType()).getFloatSemantics(),
      APFloat::rmNearestTiesToEven, &losesInfo);
  return number.isNormal();
}

/// Returns true if a term is finite in the element type of `like`.
static bool isUsableTerm(double term, Value like) {
  return term == 0 || isUsableFactor(term, like);
}

static bool isFloat(Value value) {
  return isa<FloatType>(tensorType(value).getElementType());
}

/// The broadcast that makes a value, if it has more elements than its operand.
static BroadcastOp repeated(Value value) {
  auto broadcast = value.getDefiningOp<BroadcastOp>();
  if (broadcast && tensorType(broadcast.getX()).getNumElements() <
                       tensorType(value).getNumElements())
    return broadcast;
  return {};
}

/// x broadcast as `like` broadcasts its operand.
static Value repeatLike(Expr &e, Value x, BroadcastOp like) {
  return BroadcastOp::create(e.builder(), e.location(), like.getType(), x,
                             like.getDims());
}

/// x where a value is Op(x), otherwise null.
template <typename Op>
static Value operandOf(Value value) {
  auto op = value.getDefiningOp<Op>();
  return op ? Value(op.getX()) : Value();
}

/// The same for an op that goes when its only reader does.
template <typename Op>
static Value operandOfOwn(Value value) {
  return value.hasOneUse() ? operandOf<Op>(value) : Value();
}

/// The operands of a product, or nulls.
static std::pair<Value, Value> factorsOf(Value value) {
  auto mul = value.getDefiningOp<MulOp>();
  return mul ? std::pair<Value, Value>(mul.getA(), mul.getB())
             : std::pair<Value, Value>();
}

//===----------------------------------------------------------------------===//
// The rewrites: for each kind of op its forms, the first that fits
//===----------------------------------------------------------------------===//

/// The replacement of `op`, or null.
static Value rewrite(DivOp op, Expr &e) {
  Value a = op.getA(), b = op.getB();
  if (!isFloat(a))
    return {};
  // x / c = x * (1 / c)
  if (std::optional<double> c = numberOf(b))
    return *c != 0 && isUsableFactor(1 / *c, a) ? e.scale(a, 1 / *c) : Value();
  // a / sqrt(b) = a * rsqrt(b)
  if (Value x = operandOfOwn<SqrtOp>(b))
    return e.mul(a, e.rsqrt(x));
  // x / s = x * (1 / s), with the reciprocal of the broadcast operand
  if (BroadcastOp s = repeated(b))
    return e.mul(a, repeatLike(e, e.reciprocal(s.getX()), s));
  // A quotient of 1 is a reciprocal.
  if (numberOf(a) == 1.0)
    return e.reciprocal(b);
  // e^x / e^y = e^(x - y)
  if (a != b)
    if (Value x = operandOfOwn<ExpOp>(a))
      if (Value y = operandOfOwn<ExpOp>(b))
        return e.exp(e.sub(x, y));
  return {};
}

static Value rewrite(ReciprocalOp op, Expr &e) {
  // 1 / (1 / x) = x
  if (Value x = operandOf<ReciprocalOp>(op.getX()))
    return x;
  // 1 / sqrt(x) = rsqrt(x)
  if (Value x = operandOfOwn<SqrtOp>(op.getX()))
    return e.rsqrt(x);
  return {};
}

static Value rewrite(ScaleOp op, Expr &e) {
  Value x = op.getX();
  double c = op.getFactor().convertToDouble();
  // x * 0 = 0
  if (c == 0)
    return e.splat(x.getType(), 0);
  // (x * d) * c = x * (d * c)
  if (auto inner = x.getDefiningOp<ScaleOp>()) {
    double both = inner.getFactor().convertToDouble() * c;
    return isUsableFactor(both, x) ? e.scale(inner.getX(), both) : Value();
  }
  // (-x) * c = x * -c
  if (Value y = operandOf<NegOp>(x))
    return e.scale(y, -c);
  return {};
}

static Value rewrite(NegOp op, Expr &e) {
  // -(x * c) = x * -c
  auto scale = op.getX().getDefiningOp<ScaleOp>();
  return scale ? e.scale(scale.getX(), -scale.getFactor().convertToDouble())
               : Value();
}

static Value rewrite(OffsetOp op, Expr &e) {
  double c = op.getTerm().convertToDouble();
  // x + 0 = x
  if (c == 0)
    return op.getX();
  // (x + d) + c = x + (d + c)
  if (auto inner = op.getX().getDefiningOp<OffsetOp>()) {
    double both = inner.getTerm().convertToDouble() + c;
    if (isUsableTerm(both, op.getX()))
      return e.offset(inner.getX(), both);
  }
  return {};
}

static Value rewrite(MulOp op, Expr &e) {
  Value a = op.getA(), b = op.getB();
  if (!isFloat(a))
    return {};
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)}) {
    // A product with a number is a scale.
    if (std::optional<double> c = numberOf(y))
      return *c == 0 || isUsableFactor(*c, x) ? e.scale(x, *c) : Value();
    // x * rsqrt(x) = sqrt(x)
    if (y.hasOneUse() && operandOf<RsqrtOp>(y) == x)
      return e.sqrt(x);
    // (x * s) * t = x * (s * t), with the product of the broadcast operands
    BroadcastOp t = repeated(y);
    if (!t || !x.hasOneUse())
      continue;
    auto [p, q] = factorsOf(x);
    for (auto [z, other] : {std::pair(p, q), std::pair(q, p)}) {
      BroadcastOp s = other ? repeated(other) : BroadcastOp();
      if (s && s.getDims() == t.getDims())
        return e.mul(z, repeatLike(e, e.mul(s.getX(), t.getX()), t));
    }
  }
  if (a == b) {
    // sqrt(x) * sqrt(x) = x
    if (Value x = operandOf<SqrtOp>(a))
      return x;
    // rsqrt(x) * rsqrt(x) = 1 / x
    if (Value x = operandOf<RsqrtOp>(a))
      return e.reciprocal(x);
    return {};
  }
  // e^x * e^y = e^(x + y)
  if (Value x = operandOfOwn<ExpOp>(a))
    if (Value y = operandOfOwn<ExpOp>(b))
      return e.exp(e.add(x, y));
  return {};
}

static Value rewrite(SquareOp op, Expr &e) {
  // sqrt(x)^2 = x, rsqrt(x)^2 = 1 / x
  if (Value x = operandOf<SqrtOp>(op.getX()))
    return x;
  if (Value x = operandOf<RsqrtOp>(op.getX()))
    return e.reciprocal(x);
  return {};
}

static Value rewrite(LogOp op, Expr &) { return operandOf<ExpOp>(op.getX()); }
static Value rewrite(ExpOp op, Expr &) { return operandOf<LogOp>(op.getX()); }

/// x * c as (x, c); of any other value (itself, 1).
static std::pair<Value, double> scaled(Value value) {
  if (value.hasOneUse())
    if (auto scale = value.getDefiningOp<ScaleOp>())
      return {scale.getX(), scale.getFactor().convertToDouble()};
  return {value, 1};
}

static Value rewrite(AddOp op, Expr &e) {
  Value a = op.getA(), b = op.getB();
  if (!isFloat(a))
    return {};
  for (auto [x, y] : {std::pair(a, b), std::pair(b, a)})
    // A sum with a number is an offset.
    if (std::optional<double> c = numberOf(y))
      return isUsableTerm(*c, x) ? e.offset(x, *c) : Value();
  // x * c + x * d = x * (c + d)
  auto [x, c] = scaled(a);
  auto [y, d] = scaled(b);
  if (x == y)
    return c + d == 0                 ? e.splat(x.getType(), 0)
           : isUsableFactor(c + d, x) ? e.scale(x, c + d)
                                      : Value();
  // x * s + x * t = x * (s + t)
  if (a == b || !a.hasOneUse() || !b.hasOneUse())
    return {};
  auto [p, q] = factorsOf(a);
  auto [r, t] = factorsOf(b);
  if (!p || !r)
    return {};
  for (auto [common, first] : {std::pair(p, q), std::pair(q, p)})
    for (auto [other, second] : {std::pair(r, t), std::pair(t, r)}) {
      if (common != other)
        continue;
      BroadcastOp s = repeated(first), u = repeated(second);
      if (s && u && s.getDims() == u.getDims())
        return e.mul(common, repeatLike(e, e.add(s.getX(), u.getX()), s));
      return e.mul(common, e.add(first, second));
    }
  return {};
}

static Value rewrite(SubOp op, Expr &e) {
  Value a = op.getA(), b = op.getB();
  if (!isFloat(a))
    return {};
  // x - x = 0
  if (a == b)
    return e.splat(a.getType(), 0);
  // x - c = x + -c
  if (std::optional<double> c = numberOf(b))
    return isUsableTerm(*c, a) ? e.offset(a, -*c) : Value();
  return {};
}

static Value rewrite(ReduceSumOp op, Expr &e) {
  Value x = op.getX();
  if (!isFloat(x) || op.getKeepDims() || !x.hasOneUse() ||
      tensorType(op.getY()).getNumElements() >= tensorType(x).getNumElements())
    return {};
  SmallVector<int64_t> axes = op.getReducedAxes();
  // sum(x * c) = sum(x) * c
  if (auto scale = x.getDefiningOp<ScaleOp>())
    return e.scale(e.sum(scale.getX(), axes),
                   scale.getFactor().convertToDouble());
  // sum(x * s) = sum(x) * s, where s is constant along the summed dimensions
  auto [a, b] = factorsOf(x);
  for (auto [y, factor] : {std::pair(a, b), std::pair(b, a)}) {
    BroadcastOp s = factor ? repeated(factor) : BroadcastOp();
    if (!s || llvm::any_of(s.getDims(), [&](int64_t dim) {
          return llvm::is_contained(axes, dim);
        }))
      continue;
    SmallVector<int64_t> dims;
    for (int64_t dim : s.getDims())
      dims.push_back(dim -
                     llvm::count_if(axes, [&](int64_t a) { return a < dim; }));
    Value sum = e.sum(y, axes);
    return e.mul(sum, e.broadcast(s.getX(), sum, dims));
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Weights of the state alone
//===----------------------------------------------------------------------===//

namespace {

/// (x w) * c = x (w * c), computed when the state changes. The derived w * c
/// takes memory, so it may not be larger than the products that it saves.
struct ScaleWeights : OpRewritePattern<ScaleOp> {
  ScaleWeights(MLIRContext *context, func::FuncOp step)
      : OpRewritePattern(context), step(step) {
    for (unsigned i = 0; i < step.getNumResults(); ++i)
      if (Attribute state = step.getResultAttr(i, names::state))
        written.insert(state);
  }

  LogicalResult matchAndRewrite(ScaleOp op,
                                PatternRewriter &rewriter) const override {
    auto product = op.getX().getDefiningOp<MatmulOp>();
    if (!product || !product->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no product of its own");
    Value w = product.getB();
    if (tensorType(w).getNumElements() > tensorType(op.getY()).getNumElements())
      return rewriter.notifyMatchFailure(op, "b is larger than the result");
    if (!followsFromState(w) || followsFromState(product.getA()))
      return rewriter.notifyMatchFailure(op, "b changes from call to call");
    rewriter.setInsertionPoint(product);
    Expr e(rewriter, op.getLoc());
    Value scaled = e.scale(w, op.getFactor().convertToDouble());
    rewriter.replaceOp(op,
                       e.matmul(product.getA(), scaled, product.getTransposeA(),
                                product.getTransposeB()));
    return success();
  }

private:
  /// Looks at a few ops only: weights are read and perhaps transposed. (The
  /// values of a `StateOnly` would dangle, as rewrites erase ops.)
  bool followsFromState(Value value) const {
    constexpr size_t most = 16;
    llvm::SetVector<Value> values;
    values.insert(value);
    for (size_t i = 0; i < values.size(); ++i) {
      if (i == most)
        return false;
      if (auto arg = dyn_cast<BlockArgument>(values[i])) {
        if (arg.getOwner() != &step.getBody().front())
          return false;
        FlatSymbolRefAttr state = stateOfArgument(step, arg.getArgNumber());
        if (!state || written.contains(state))
          return false;
        continue;
      }
      Operation *op = values[i].getDefiningOp();
      if (!isMemoryEffectFree(op) || op->getNumRegions())
        return false;
      values.insert_range(op->getOperands());
    }
    return true;
  }

  mutable func::FuncOp step;
  llvm::SmallDenseSet<Attribute> written;
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

template <typename Op>
struct Rewrite : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Expr e(rewriter, op.getLoc());
    Value y = rewrite(op, e);
    if (!y || y.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "has none of its forms");
    rewriter.replaceOp(op, y);
    return success();
  }
};

template <typename... Ops>
static void addRewrites(RewritePatternSet &patterns) {
  patterns.add<Rewrite<Ops>...>(patterns.getContext());
}

struct FastMathPass : dlc::impl::FastMathBase<FastMathPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!allowsFastMath(function))
      return;
    RewritePatternSet patterns(&getContext());
    addRewrites<DivOp, ReciprocalOp, ScaleOp, NegOp, OffsetOp, MulOp, SquareOp,
                LogOp, ExpOp, AddOp, SubOp, ReduceSumOp>(patterns);
    patterns.add<ScaleWeights>(&getContext(), function);
    if (failed(rewriteGreedily(function, std::move(patterns), getArgument())))
      signalPassFailure();
  }
};

} // namespace
