//===- Elementwise.cpp - Scalar functions of tensors ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"

#include <cmath>

using namespace mlir;
using namespace dlc;

namespace {

/// Computes an elementwise op for one element. A new op needs one more
/// `compute`, usually a line.
struct Scalar {
  OpBuilder &b;
  Location loc;
  ValueRange args;
  /// The element type of the first operand in the language, where signs count.
  Type element;

  bool isFloat() const { return isa<FloatType>(element); }
  bool isUnsigned() const {
    return element.isUnsignedInteger() || element.isInteger(1);
  }
  Value constant(double value) const {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(element, value));
  }
  Value integer(int64_t value) const {
    return arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(args[0].getType(), value));
  }
  Value choose(Value condition, Value x, Value y) const {
    return arith::SelectOp::create(b, loc, condition, x, y);
  }
  Value bitPattern(int64_t value) const {
    return arith::ConstantOp::create(b, loc,
                                     b.getIntegerAttr(bitType(), value));
  }
  /// The integers that hold the bits of the floats.
  IntegerType bitType() const {
    return b.getIntegerType(element.getIntOrFloatBitWidth());
  }
  Value bitsOf(Value x) const {
    return arith::BitcastOp::create(b, loc, bitType(), x);
  }
  /// For a type of floats: the bits of the least number that is not denormal.
  int64_t leastNormal() const {
    return APFloat::getSmallestNormalized(
               cast<FloatType>(element).getFloatSemantics())
        .bitcastToAPInt()
        .getSExtValue();
  }
  Value flushed(Value x) const;
  template <typename Op>
  Value unary() const {
    return Op::create(b, loc, args[0]);
  }
  template <typename Op>
  Value binary() const {
    return Op::create(b, loc, args[0], args[1]);
  }
  template <typename Float, typename Signed, typename Unsigned = Signed>
  Value byType() const {
    if (isFloat())
      return binary<Float>();
    return isUnsigned() ? binary<Unsigned>() : binary<Signed>();
  }

  Value compute(dl::NegOp) const {
    if (isFloat())
      return unary<arith::NegFOp>();
    return arith::SubIOp::create(b, loc, integer(0), args[0]);
  }
  Value compute(dl::ExpOp) const { return unary<math::ExpOp>(); }
  Value compute(dl::LogOp) const;
  Value compute(dl::SqrtOp) const { return unary<math::SqrtOp>(); }
  Value compute(dl::RsqrtOp) const {
    return arith::DivFOp::create(b, loc, constant(1), unary<math::SqrtOp>());
  }
  Value compute(dl::AbsOp) const {
    if (isFloat())
      return unary<math::AbsFOp>();
    return isUnsigned() ? args[0] : unary<math::AbsIOp>();
  }
  Value compute(dl::SignOp) const;
  Value compute(dl::Log1pOp) const;
  Value compute(dl::Expm1Op) const;
  Value compute(dl::ReciprocalOp) const {
    return arith::DivFOp::create(b, loc, constant(1), args[0]);
  }
  Value compute(dl::SquareOp) const {
    if (isFloat())
      return arith::MulFOp::create(b, loc, args[0], args[0]);
    return arith::MulIOp::create(b, loc, args[0], args[0]);
  }
  Value compute(dl::SinOp) const {
    return math::SinOp::create(b, loc, flushed(args[0]));
  }
  Value compute(dl::CosOp) const { return unary<math::CosOp>(); }
  Value compute(dl::TanhOp) const { return unary<math::TanhOp>(); }
  Value compute(dl::ErfOp) const { return unary<math::ErfOp>(); }
  Value compute(dl::FloorOp) const { return unary<math::FloorOp>(); }
  Value compute(dl::CeilOp) const { return unary<math::CeilOp>(); }
  Value compute(dl::RoundOp) const { return unary<math::RoundEvenOp>(); }
  Value compute(dl::PowOp) const {
    Value base = flushed(args[0]), exponent = flushed(args[1]);
    return math::PowFOp::create(b, loc, base, exponent);
  }
  Value compute(dl::MinOp) const {
    return byType<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>();
  }
  Value compute(dl::AddOp) const {
    return byType<arith::AddFOp, arith::AddIOp>();
  }
  Value compute(dl::SubOp) const {
    return byType<arith::SubFOp, arith::SubIOp>();
  }
  Value compute(dl::MulOp) const {
    return byType<arith::MulFOp, arith::MulIOp>();
  }
  Value compute(dl::DivOp) const;
  Value compute(dl::MaxOp) const {
    return byType<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>();
  }
  Value compute(dl::ScaleOp op) const {
    return arith::MulFOp::create(b, loc, args[0],
                                 constant(op.getFactor().convertToDouble()));
  }
  Value compute(dl::OffsetOp op) const {
    return arith::AddFOp::create(b, loc, args[0],
                                 constant(op.getTerm().convertToDouble()));
  }
  Value compute(dl::ReluOp) const {
    return arith::MaximumFOp::create(b, loc, args[0], constant(0));
  }
  Value compute(dl::AndOp) const { return binary<arith::AndIOp>(); }
  Value compute(dl::OrOp) const { return binary<arith::OrIOp>(); }
  Value compute(dl::XorOp) const { return binary<arith::XOrIOp>(); }
  Value compute(dl::NotOp) const {
    return arith::XOrIOp::create(b, loc, args[0], integer(1));
  }
  Value compute(dl::SelectOp) const {
    return choose(args[0], args[1], args[2]);
  }
  Value compute(dl::CopyOp) const { return args[0]; }
  Value compute(dl::CompareOp op) const;
  Value compute(dl::CastOp op) const;

private:
  Value toInteger(Value x, Type to, bool toUnsigned) const;
};

} // namespace

Value Scalar::compute(dl::SignOp) const {
  if (isUnsigned())
    return arith::MinUIOp::create(b, loc, args[0], integer(1));
  if (!isFloat()) {
    Value least = arith::MaxSIOp::create(b, loc, args[0], integer(-1));
    return arith::MinSIOp::create(b, loc, least, integer(1));
  }
  Value zero = constant(0);
  auto compare = [&](arith::CmpFPredicate predicate) -> Value {
    return arith::CmpFOp::create(b, loc, predicate, args[0], zero);
  };
  Value below = choose(compare(arith::CmpFPredicate::OLT), constant(-1), zero);
  return choose(compare(arith::CmpFPredicate::OGT), constant(1), below);
}

/// x, or 0 with its sign where it is denormal. Arithmetic takes it for that
/// anyway; this is for what passes its operand on, or takes it apart as bits,
/// as functions of libm do.
Value Scalar::flushed(Value x) const {
  Value bits = bitsOf(x), infinity = bitsOf(constant(INFINITY));
  Value exponent = arith::AndIOp::create(b, loc, bits, infinity);
  Value isTiny = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                       exponent, bitPattern(0));
  Value sign = arith::AndIOp::create(b, loc, bits, bitsOf(constant(-0.0)));
  Value kept = choose(isTiny, sign, bits);
  return arith::BitcastOp::create(b, loc, element, kept);
}

/// Functions know no denormal, and workers take one for 0. As an integer its
/// bits are the multiple of the least denormal that it is.
Value Scalar::compute(dl::LogOp) const {
  Value bits = bitsOf(args[0]);
  Value isTiny = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, bits,
                                       bitPattern(leastNormal()));
  Value multiple = arith::SIToFPOp::create(b, loc, element, bits);
  // A negative one is -0, which the polynomial of f32 takes it for anyway.
  Value rest = element.isF32() ? args[0] : flushed(args[0]);
  Value x = choose(isTiny, multiple, rest);
  Value log = math::LogOp::create(b, loc, x);
  const llvm::fltSemantics &semantics =
      cast<FloatType>(element).getFloatSemantics();
  int least = APFloat::semanticsMinExponent(semantics) -
              int(APFloat::semanticsPrecision(semantics)) + 1;
  Value unit = choose(isTiny, constant(least * M_LN2), constant(0));
  return arith::AddFOp::create(b, loc, log, unit);
}

/// Kahan: what rounding did to u = 1 + x cancels in log(u) / (u - 1).
Value Scalar::compute(dl::Log1pOp) const {
  Value x = args[0], one = constant(1);
  Value u = arith::AddFOp::create(b, loc, x, one);
  Value log = math::LogOp::create(b, loc, u);
  Value part = arith::SubFOp::create(b, loc, u, one);
  Value ratio = arith::DivFOp::create(b, loc, x, part);
  Value product = arith::MulFOp::create(b, loc, log, ratio);
  auto isEqual = [&](Value y) -> Value {
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, u, y);
  };
  Value large = choose(isEqual(constant(INFINITY)), u, product);
  return choose(isEqual(one), x, large);
}

/// Kahan: what rounding did to u = e^x cancels in (u - 1) / log(u).
Value Scalar::compute(dl::Expm1Op) const {
  Value x = args[0], one = constant(1);
  Value u = math::ExpOp::create(b, loc, x);
  Value log = math::LogOp::create(b, loc, u);
  Value part = arith::SubFOp::create(b, loc, u, one);
  Value ratio = arith::DivFOp::create(b, loc, x, log);
  Value product = arith::MulFOp::create(b, loc, part, ratio);
  auto isEqual = [&](Value value, double to) -> Value {
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, value,
                                 constant(to));
  };
  Value large = choose(isEqual(u, INFINITY), u, product);
  Value ends = choose(isEqual(part, -1), part, large);
  return choose(isEqual(u, 1), x, ends);
}

/// Integers: x / 0 is 0 and the least integer over -1 is itself, where a plain
/// division would end the process.
Value Scalar::compute(dl::DivOp) const {
  if (isFloat())
    return binary<arith::DivFOp>();
  Value a = args[0], d = args[1];
  auto equal = [&](int64_t value) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, d,
                                 integer(value));
  };
  Value zero = integer(0), isZero = equal(0);
  d = choose(isZero, integer(1), d);
  if (isUnsigned())
    return choose(isZero, zero, arith::DivUIOp::create(b, loc, a, d));
  Value isMinusOne = equal(-1);
  Value quotient =
      arith::DivSIOp::create(b, loc, a, choose(isMinusOne, integer(1), d));
  Value negated = arith::SubIOp::create(b, loc, zero, a);
  quotient = choose(isMinusOne, negated, quotient);
  return choose(isZero, zero, quotient);
}

Value Scalar::compute(dl::CompareOp op) const {
  unsigned i = unsigned(op.getPredicate());
  if (isFloat()) {
    using P = arith::CmpFPredicate;
    // Not a number differs from everything, and is ordered with nothing.
    static constexpr P table[] = {P::OEQ, P::UNE, P::OLT,
                                  P::OLE, P::OGT, P::OGE};
    return arith::CmpFOp::create(b, loc, table[i], args[0], args[1]);
  }
  using P = arith::CmpIPredicate;
  static constexpr P asSigned[] = {P::eq,  P::ne,  P::slt,
                                   P::sle, P::sgt, P::sge};
  static constexpr P asUnsigned[] = {P::eq,  P::ne,  P::ult,
                                     P::ule, P::ugt, P::uge};
  return arith::CmpIOp::create(
      b, loc, (isUnsigned() ? asUnsigned : asSigned)[i], args[0], args[1]);
}

/// Toward zero; what lies outside goes to the nearest end, not a number to 0.
Value Scalar::toInteger(Value x, Type to, bool toUnsigned) const {
  unsigned width = to.getIntOrFloatBitWidth();
  // Both ends are exact: x fits where low < x < high (unsigned), low <= x <
  // high.
  double low = toUnsigned ? -1 : -std::ldexp(1.0, width - 1);
  double high = std::ldexp(1.0, toUnsigned ? width : width - 1);
  auto compare = [&](arith::CmpFPredicate predicate, double bound) -> Value {
    return arith::CmpFOp::create(b, loc, predicate, x, constant(bound));
  };
  using P = arith::CmpFPredicate;
  Value below = compare(toUnsigned ? P::OLE : P::OLT, low);
  Value above = compare(P::OGE, high);
  Value isNan = arith::CmpFOp::create(b, loc, P::UNO, x, x);
  Value outside = arith::OrIOp::create(
      b, loc, arith::OrIOp::create(b, loc, below, above), isNan);
  Value inside = arith::SelectOp::create(b, loc, outside, constant(0), x);
  Value result;
  if (toUnsigned)
    result = arith::FPToUIOp::create(b, loc, to, inside);
  else
    result = arith::FPToSIOp::create(b, loc, to, inside);
  auto clamp = [&](Value condition, const APInt &end) {
    Value value = arith::ConstantOp::create(b, loc, b.getIntegerAttr(to, end));
    result = arith::SelectOp::create(b, loc, condition, value, result);
  };
  clamp(below,
        toUnsigned ? APInt::getZero(width) : APInt::getSignedMinValue(width));
  clamp(above, toUnsigned ? APInt::getMaxValue(width)
                          : APInt::getSignedMaxValue(width));
  return result;
}

Value Scalar::compute(dl::CastOp op) const {
  Type wanted = dl::tensorType(op.getY()).getElementType();
  // The language's ui8 is i8 here.
  Type to = wanted.isUnsignedInteger()
                ? b.getIntegerType(wanted.getIntOrFloatBitWidth())
                : wanted;
  Value x = args[0];
  unsigned from = element.getIntOrFloatBitWidth(),
           width = to.getIntOrFloatBitWidth();
  if (isFloat() && isa<FloatType>(to)) {
    if (width > from)
      return arith::ExtFOp::create(b, loc, to, x);
    return arith::TruncFOp::create(b, loc, to, x);
  }
  if (to.isInteger(1)) {
    // A comparison of floats would take a denormal for 0; all but the sign is 0
    // in the bits of a zero alone.
    if (isFloat())
      x = arith::ShLIOp::create(b, loc, bitsOf(x), bitPattern(1));
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(x.getType()));
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x, zero);
  }
  if (isFloat())
    return toInteger(x, to, wanted.isUnsignedInteger());
  if (isa<FloatType>(to)) {
    if (isUnsigned())
      return arith::UIToFPOp::create(b, loc, to, x);
    return arith::SIToFPOp::create(b, loc, to, x);
  }
  if (width == from)
    return x;
  if (width < from)
    return arith::TruncIOp::create(b, loc, to, x);
  if (isUnsigned())
    return arith::ExtUIOp::create(b, loc, to, x);
  return arith::ExtSIOp::create(b, loc, to, x);
}

namespace {

bool isBool(Value value) {
  return dl::tensorType(value).getElementType().isInteger(1);
}

template <typename Op>
struct ElementwiseToLinalg : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(this->getTypeConverter(), op);
    Type element = dl::tensorType(op->getOperand(0)).getElementType();
    SmallVector<AffineMap> maps(
        op->getNumOperands() + 1,
        AffineMap::getMultiDimIdentityMap(type.getRank(), op.getContext()));
    Value empty = makeEmpty(rewriter, op.getLoc(), type);
    auto generic = makeGeneric(
        rewriter, op.getLoc(), adaptor.getOperands(), empty, maps, {},
        [&](OpBuilder &b, Location loc, ValueRange args) -> SmallVector<Value> {
          // Truth values are bits here and bytes in memory.
          SmallVector<Value> values(args.take_front(op->getNumOperands()));
          for (auto [value, operand] : llvm::zip(values, op->getOperands()))
            if (isBool(operand))
              value = arith::TruncIOp::create(b, loc, b.getI1Type(), value);
          Scalar scalar{b, loc, values, element};
          Value result = scalar.compute(op);
          if (isBool(op->getResult(0)))
            result =
                arith::ExtUIOp::create(b, loc, type.getElementType(), result);
          return {result};
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

template <typename... Ops>
void addElementwise(const TypeConverter &converter,
                    RewritePatternSet &patterns) {
  patterns.add<ElementwiseToLinalg<Ops>...>(converter, patterns.getContext());
}

} // namespace

void dlc::populateElementwiseToLinalg(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  addElementwise<dl::AbsOp, dl::AddOp, dl::AndOp, dl::CastOp, dl::CeilOp,
                 dl::CompareOp, dl::CopyOp, dl::CosOp, dl::DivOp, dl::ErfOp,
                 dl::ExpOp, dl::Expm1Op, dl::FloorOp, dl::Log1pOp, dl::LogOp,
                 dl::MaxOp, dl::MinOp, dl::MulOp, dl::NegOp, dl::NotOp,
                 dl::OffsetOp, dl::OrOp, dl::PowOp, dl::ReciprocalOp,
                 dl::ReluOp, dl::RoundOp, dl::RsqrtOp, dl::ScaleOp,
                 dl::SelectOp, dl::SignOp, dl::SinOp, dl::SqrtOp, dl::SquareOp,
                 dl::SubOp, dl::TanhOp, dl::XorOp>(converter, patterns);
}
