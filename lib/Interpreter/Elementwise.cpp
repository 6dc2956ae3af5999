//===- Elementwise.cpp - Scalar functions of tensors ----------------------===//

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

static double negative(double x) { return -x; }
static int64_t negative(int64_t x) { return difference(int64_t(0), x); }

static Tensor choose(dl::SelectOp op, const Call &call) {
  Tensor result(call.type());
  for (int64_t i = 0, e = result.size(); i < e; ++i)
    result.copy(i, call.operand(call.operand(0).integer(i) ? 1 : 2), i);
  return result;
}

void dlc::interp::registerElementwise(MLIRContext *c) {
  elementwise<dl::AbsOp>(
      c, [](auto x) { return x < 0 ? negative(x) : sum(x, decltype(x)(0)); });
  elementwise<dl::AddOp>(c, [](auto x, auto y) { return sum(x, y); });
  elementwise<dl::AndOp>(c, [](int64_t x, int64_t y) { return x & y; });
  elementwise<dl::CastOp>(c, [](dl::CastOp op, auto x) -> decltype(x) {
    // To i1 a number is not cut off but compared with zero.
    bool toBool = dl::tensorType(op.getY()).getElementType().isInteger(1);
    return toBool ? x != 0 : x;
  });
  elementwise<dl::CeilOp>(c, [](double x) { return std::ceil(x); });
  elementwise<dl::CompareOp>(
      c, [](dl::CompareOp op, auto x, auto y) { return compare(op, x, y); });
  elementwise<dl::CopyOp>(c, [](auto x) { return x; });
  elementwise<dl::CosOp>(c, [](double x) { return std::cos(x); });
  elementwise<dl::DivOp>(c, [](auto x, auto y) { return quotient(x, y); });
  elementwise<dl::ErfOp>(c, [](double x) { return std::erf(x); });
  elementwise<dl::ExpOp>(c, [](double x) { return std::exp(x); });
  elementwise<dl::Expm1Op>(c, [](double x) { return std::expm1(x); });
  elementwise<dl::FloorOp>(c, [](double x) { return std::floor(x); });
  elementwise<dl::Log1pOp>(c, [](double x) { return std::log1p(x); });
  elementwise<dl::LogOp>(c, [](double x) { return std::log(x); });
  elementwise<dl::MaxOp>(c, [](auto x, auto y) { return maximum(x, y); });
  elementwise<dl::MinOp>(c, [](auto x, auto y) { return minimum(x, y); });
  elementwise<dl::MulOp>(c, [](auto x, auto y) { return product(x, y); });
  elementwise<dl::NegOp>(c, [](auto x) { return negative(x); });
  elementwise<dl::NotOp>(c, [](int64_t x) -> int64_t { return !x; });
  elementwise<dl::OffsetOp>(c, [](dl::OffsetOp op, double x) {
    return x + op.getTerm().convertToDouble();
  });
  elementwise<dl::OrOp>(c, [](int64_t x, int64_t y) { return x | y; });
  elementwise<dl::PowOp>(c, [](double x, double y) { return std::pow(x, y); });
  elementwise<dl::ReciprocalOp>(c, [](double x) { return 1 / x; });
  elementwise<dl::ReluOp>(c, [](double x) { return maximum(x, 0.0); });
  // Halves to even, as the rounding mode of a process is by default.
  elementwise<dl::RoundOp>(c, [](double x) { return std::nearbyint(x); });
  elementwise<dl::RsqrtOp>(c, [](double x) { return 1 / std::sqrt(x); });
  elementwise<dl::ScaleOp>(c, [](dl::ScaleOp op, double x) {
    return x * op.getFactor().convertToDouble();
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
