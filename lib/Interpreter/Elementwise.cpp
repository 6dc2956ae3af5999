//===- Elementwise.cpp - Scalar functions of tensors ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

template <typename T>
static bool compare(dl::CompareOp op, T x, T y) {
  switch (op.getPredicate()) {
  case dl::Predicate::eq:
    return x == y;
  case dl::Predicate::ne:
    return x != y;
  case dl::Predicate::lt:
    return x < y;
  case dl::Predicate::le:
    return x <= y;
  case dl::Predicate::gt:
    return x > y;
  case dl::Predicate::ge:
    return x >= y;
  }
  llvm_unreachable("not a predicate");
}

static int64_t negative(int64_t x) { return difference(int64_t(0), x); }

/// Makes a function of the bits of a float the meaning of an op on floats:
/// denormals go in and come out as they are. Integers have one of their own.
template <typename Op, typename OfFloats, typename OfIntegers>
static void ofBits(MLIRContext *c, OfFloats ofFloats, OfIntegers ofIntegers) {
  model<Op>(c, [=](Op, const Call &call) {
    Tensor y(call.type());
    const Tensor &x = call.operand(0);
    for (int64_t i = 0, e = y.size(); i < e; ++i) {
      if (x.isFloat())
        y.put(i, ofFloats(x.bits(i)));
      else
        y.set(i, ofIntegers(x.integer(i)));
    }
    return y;
  });
}

/// A function that is x itself where x is tiny: denormals stay as they are.
template <typename Op, typename Function>
static void nearIdentity(MLIRContext *c, Function function) {
  model<Op>(c, [=](Op, const Call &call) {
    Tensor y(call.type());
    const Tensor &x = call.operand(0);
    for (int64_t i = 0, e = y.size(); i < e; ++i) {
      if (x.real(i) == 0)
        y.copy(i, x, i);
      else
        y.set(i, computed(y.type().getElementType(), function(x.real(i)),
                          x.real(i)));
    }
    return y;
  });
}

/// A number that an op has as an attribute, as steps compute with it.
static double constant(Operation *op, const APFloat &value) {
  auto type =
      cast<FloatType>(dl::tensorType(op->getResult(0)).getElementType());
  return flushDenormal(type, roundTo(type, value.convertToDouble()));
}

/// Takes denormals as they are; steps take them apart as integers.
static Tensor logarithm(dl::LogOp op, const Call &call) {
  Tensor y(call.type());
  const Tensor &x = call.operand(0);
  for (int64_t i = 0, e = y.size(); i < e; ++i)
    y.set(i, roundByChance(y.type().getElementType(),
                           std::log(x.bits(i) > 0 ? x.bits(i) : x.real(i))));
  return y;
}

static Tensor convert(dl::CastOp op, const Call &call) {
  Tensor y(call.type());
  const Tensor &x = call.operand(0);
  // To i1 a number is not cut off but compared with zero, bit by bit.
  bool toBool = dl::tensorType(op.getY()).getElementType().isInteger(1);
  bool same = x.type().getElementType() == y.type().getElementType();
  for (int64_t i = 0, e = y.size(); i < e; ++i) {
    if (same)
      y.copy(i, x, i);
    else if (!x.isFloat())
      y.set(i, toBool ? int64_t(x.integer(i) != 0) : x.integer(i));
    else if (toBool)
      y.set(i, int64_t(x.bits(i) != 0));
    else
      y.set(i, x.real(i));
  }
  return y;
}

static Tensor choose(dl::SelectOp op, const Call &call) {
  Tensor result(call.type());
  for (int64_t i = 0, e = result.size(); i < e; ++i)
    result.copy(i, call.operand(call.operand(0).integer(i) ? 1 : 2), i);
  return result;
}

void dlc::interp::registerElementwise(MLIRContext *c) {
  ofBits<dl::AbsOp>(
      c, [](double x) { return std::abs(x); },
      [](int64_t x) { return x < 0 ? negative(x) : x; });
  elementwise<dl::AddOp>(c, [](auto x, auto y) { return sum(x, y); });
  elementwise<dl::AndOp>(c, [](int64_t x, int64_t y) { return x & y; });
  model<dl::CastOp>(c, convert);
  elementwise<dl::CeilOp>(c, [](double x) { return std::ceil(x); });
  elementwise<dl::CompareOp>(
      c, [](dl::CompareOp op, auto x, auto y) { return compare(op, x, y); });
  ofBits<dl::CopyOp>(
      c, [](double x) { return x; }, [](int64_t x) { return x; });
  elementwise<dl::CosOp>(c, [](double x) { return std::cos(x); });
  elementwise<dl::DivOp>(c, [](auto x, auto y) { return quotient(x, y); });
  elementwise<dl::ErfOp>(c, [](double x) { return std::erf(x); });
  elementwise<dl::ExpOp>(c, [](double x) { return std::exp(x); });
  nearIdentity<dl::Expm1Op>(c, [](double x) { return std::expm1(x); });
  elementwise<dl::FloorOp>(c, [](double x) { return std::floor(x); });
  nearIdentity<dl::Log1pOp>(c, [](double x) { return std::log1p(x); });
  model<dl::LogOp>(c, logarithm);
  elementwise<dl::MaxOp>(c, [](auto x, auto y) { return maximum(x, y); });
  elementwise<dl::MinOp>(c, [](auto x, auto y) { return minimum(x, y); });
  elementwise<dl::MulOp>(c, [](auto x, auto y) { return product(x, y); });
  ofBits<dl::NegOp>(
      c, [](double x) { return -x; }, [](int64_t x) { return negative(x); });
  elementwise<dl::NotOp>(c, [](int64_t x) -> int64_t { return !x; });
  elementwise<dl::OffsetOp>(c, [](dl::OffsetOp op, double x) {
    return x + constant(op, op.getTerm());
  });
  elementwise<dl::OrOp>(c, [](int64_t x, int64_t y) { return x | y; });
  elementwise<dl::PowOp>(c, [](double x, double y) { return std::pow(x, y); });
  elementwise<dl::ReciprocalOp>(c, [](double x) { return 1 / x; });
  elementwise<dl::ReluOp>(c, [](double x) { return maximum(x, 0.0); });
  // Halves to even, as the rounding mode of a process is by default.
  elementwise<dl::RoundOp>(c, [](double x) { return std::nearbyint(x); });
  elementwise<dl::RsqrtOp>(c, [](double x) { return 1 / std::sqrt(x); });
  elementwise<dl::ScaleOp>(c, [](dl::ScaleOp op, double x) {
    return x * constant(op, op.getFactor());
  });
  elementwise<dl::SignOp>(
      c, [](auto x) -> decltype(x) { return (x > 0) - (x < 0); });
  elementwise<dl::SinOp>(c, [](double x) { return std::sin(x); });
  elementwise<dl::SqrtOp>(c, [](double x) { return std::sqrt(x); });
  elementwise<dl::SquareOp>(c, [](auto x) { return product(x, x); });
  elementwise<dl::SubOp>(c, [](auto x, auto y) { return difference(x, y); });
  elementwise<dl::TanhOp>(c, [](double x) { return std::tanh(x); });
  elementwise<dl::XorOp>(c, [](int64_t x, int64_t y) { return x ^ y; });
  model<dl::SelectOp>(c, choose);
}
