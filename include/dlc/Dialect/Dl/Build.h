//===- Build.h - Short ways to build `dl` programs --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For derivative rules and decompositions, which read best as formulas.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_DIALECT_DL_BUILD_H
#define DLC_DIALECT_DL_BUILD_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/Suggest.h"

namespace dlc::dl {

/// Builds expressions at one place of one program.
class Expr {
public:
  Expr(mlir::OpBuilder &builder, mlir::Location loc) : b(builder), loc(loc) {}

  mlir::Value add(mlir::Value x, mlir::Value y) { return make<AddOp>(x, y); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return make<SubOp>(x, y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return make<MulOp>(x, y); }
  mlir::Value div(mlir::Value x, mlir::Value y) { return make<DivOp>(x, y); }
  mlir::Value maximum(mlir::Value x, mlir::Value y) {
    return make<MaxOp>(x, y);
  }
  mlir::Value minimum(mlir::Value x, mlir::Value y) {
    return make<MinOp>(x, y);
  }
  mlir::Value neg(mlir::Value x) { return make<NegOp>(x); }
  mlir::Value abs(mlir::Value x) { return make<AbsOp>(x); }
  mlir::Value exp(mlir::Value x) { return make<ExpOp>(x); }
  mlir::Value log(mlir::Value x) { return make<LogOp>(x); }
  mlir::Value sqrt(mlir::Value x) { return make<SqrtOp>(x); }
  mlir::Value rsqrt(mlir::Value x) { return make<RsqrtOp>(x); }
  mlir::Value log1p(mlir::Value x) { return make<Log1pOp>(x); }
  mlir::Value expm1(mlir::Value x) { return make<Expm1Op>(x); }
  mlir::Value reciprocal(mlir::Value x) { return make<ReciprocalOp>(x); }
  mlir::Value tanh(mlir::Value x) { return make<TanhOp>(x); }
  mlir::Value erf(mlir::Value x) { return make<ErfOp>(x); }
  mlir::Value sigmoid(mlir::Value x) { return make<SigmoidOp>(x); }
  /// log(1 + e^x), exact everywhere.
  mlir::Value softplus(mlir::Value x);
  mlir::Value sign(mlir::Value x) { return make<SignOp>(x); }
  mlir::Value square(mlir::Value x) { return make<SquareOp>(x); }
  mlir::Value ceil(mlir::Value x) { return make<CeilOp>(x); }
  mlir::Value sin(mlir::Value x) { return make<SinOp>(x); }
  mlir::Value cos(mlir::Value x) { return make<CosOp>(x); }
  mlir::Value pow(mlir::Value x, mlir::Value y) { return make<PowOp>(x, y); }
  mlir::Value scale(mlir::Value x, double factor) {
    return ScaleOp::create(b, loc, x.getType(), x, b.getF64FloatAttr(factor));
  }
  mlir::Value offset(mlir::Value x, double term) {
    return OffsetOp::create(b, loc, x.getType(), x, b.getF64FloatAttr(term));
  }
  mlir::Value compare(Predicate p, mlir::Value x, mlir::Value y) {
    return CompareOp::create(b, loc, p, x, y);
  }
  mlir::Value select(mlir::Value c, mlir::Value x, mlir::Value y) {
    return SelectOp::create(b, loc, x.getType(), c, x, y);
  }
  /// x where the condition holds, 0 elsewhere.
  mlir::Value where(mlir::Value condition, mlir::Value x) {
    return select(condition, x, splat(x.getType(), 0));
  }
  /// 0 where the condition holds, x elsewhere.
  mlir::Value unless(mlir::Value condition, mlir::Value x) {
    return select(condition, splat(x.getType(), 0), x);
  }
  mlir::Value logicalAnd(mlir::Value x, mlir::Value y) {
    return make<AndOp>(x, y);
  }
  mlir::Value logicalOr(mlir::Value x, mlir::Value y) {
    return make<OrOp>(x, y);
  }
  /// x compared with a constant.
  mlir::Value compare(Predicate p, mlir::Value x, double y) {
    return compare(p, x, splat(x.getType(), y));
  }
  mlir::Value stop(mlir::Value x) { return make<StopGradientOp>(x); }
  mlir::Value cast(mlir::Value x, mlir::Type element) {
    return CastOp::create(b, loc, tensorType(x).clone(element), x);
  }
  /// A tensor of `type` with `value` everywhere.
  mlir::Value splat(mlir::Type type, double value);
  /// `x` as dimensions `dims` of a tensor shaped like `like`.
  mlir::Value broadcast(mlir::Value x, mlir::Value like,
                        llvm::ArrayRef<int64_t> dims);
  /// `x` in this shape by the rules of NumPy, which must allow it.
  mlir::Value broadcastTo(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// The transpose of that: sums over what broadcasting repeats.
  mlir::Value sumTo(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// Over no axes at all these are x.
  mlir::Value sum(mlir::Value x, llvm::ArrayRef<int64_t> axes) {
    return reduce<ReduceSumOp>(x, axes);
  }
  mlir::Value max(mlir::Value x, llvm::ArrayRef<int64_t> axes) {
    return reduce<ReduceMaxOp>(x, axes);
  }
  mlir::Value min(mlir::Value x, llvm::ArrayRef<int64_t> axes) {
    return reduce<ReduceMinOp>(x, axes);
  }
  mlir::Value mean(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  /// The sum over all dimensions but one.
  mlir::Value sumAllBut(mlir::Value x, int64_t axis);
  mlir::Value matmul(mlir::Value x, mlir::Value y, bool transposeX,
                     bool transposeY) {
    return MatmulOp::create(b, loc, x, y, transposeX, transposeY);
  }
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm) {
    return TransposeOp::create(b, loc, x, perm);
  }
  /// x such that `unblock` gives it back: ... x N as N/width x ... x width.
  mlir::Value blocked(mlir::Value x, int64_t width);
  /// `size` elements from `offset` on along one dimension.
  mlir::Value slice(mlir::Value x, int64_t axis, int64_t offset, int64_t size);
  mlir::Value concat(mlir::ValueRange xs, int64_t axis);
  mlir::Value reverse(mlir::Value x, llvm::ArrayRef<int64_t> dims) {
    return ReverseOp::create(b, loc, x.getType(), x, dims);
  }
  /// A tensor of `type` whose elements are their index along `axis`.
  mlir::Value iota(mlir::Type type, int64_t axis) {
    return IotaOp::create(b, loc, type, axis);
  }

  mlir::OpBuilder &builder() { return b; }
  mlir::Location location() const { return loc; }

private:
  template <typename Op>
  mlir::Value reduce(mlir::Value x, llvm::ArrayRef<int64_t> axes) {
    if (axes.empty())
      return x;
    return Op::create(b, loc, x, b.getI64ArrayAttr(axes));
  }
  template <typename Op, typename... Values>
  mlir::Value make(mlir::Value first, Values... rest) {
    return Op::create(b, loc, first.getType(), first, rest...);
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// Random bits of that shape.
mlir::Value drawBits(Expr &e, const RandomSource &source,
                     llvm::ArrayRef<int64_t> shape, int word);

/// Truth values, each with probability p; what `dl.bernoulli` draws.
mlir::Value drawBernoulli(Expr &e, const RandomSource &source,
                          llvm::ArrayRef<int64_t> shape, double p);
/// The same of an f64 from 0 to 1 that the program computes.
mlir::Value drawBernoulli(Expr &e, const RandomSource &source,
                          llvm::ArrayRef<int64_t> shape, mlir::Value p);

/// Builds the body of a scan from the carried values, the slices of one step
/// and the invariants; returns the next carried values, then the outputs.
using ScanBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    Expr &body, mlir::ValueRange carried, mlir::ValueRange inputs,
    mlir::ValueRange invariants)>;
ScanOp buildScan(Expr &e, int64_t trips, bool reverse, mlir::ValueRange inits,
                 mlir::ValueRange inputs, mlir::ValueRange invariants,
                 ScanBody body);

/// A list as it is written: [0, 2].
std::string listed(llvm::ArrayRef<int64_t> list);

/// 0, 1, ... rank - 1 without `axis`.
llvm::SmallVector<int64_t> allBut(int64_t rank, int64_t axis);

/// The permutation that undoes `perm`.
llvm::SmallVector<int64_t> inversePermutation(llvm::ArrayRef<int64_t> perm);

/// Checks that numbers are in range, and that every name is that of a
/// hyper-parameter of the model whose first value is in range.
mlir::LogicalResult verifyHypers(mlir::Operation *op,
                                 llvm::ArrayRef<HyperUse> uses,
                                 mlir::SymbolTableCollection &symbols);

/// Checks that the optimizer whose averages an op reads, if any, is one of the
/// model.
mlir::LogicalResult verifyAveraged(mlir::Operation *op,
                                   mlir::FlatSymbolRefAttr optimizer,
                                   mlir::SymbolTableCollection &symbols);

/// The same among the model's symbols of the given kinds.
template <typename... Kinds>
std::string suggestSymbol(mlir::Operation *from, llvm::StringRef name) {
  llvm::SmallVector<llvm::StringRef> candidates;
  if (auto model = from->getParentOfType<ModelOp>())
    for (mlir::Operation &op : model.getBody().front())
      if (llvm::isa<Kinds...>(op))
        candidates.push_back(mlir::SymbolTable::getSymbolName(&op).getValue());
  return suggestion(name, candidates);
}

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_BUILD_H
