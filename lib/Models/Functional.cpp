//===- Functional.cpp - Layers without parameters -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Functional.h"

#include "Attributes.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Tensor nn::operator+(Tensor a, Tensor b) { return addOp<dl::AddOp>({a, b}); }
Tensor nn::operator-(Tensor a, Tensor b) { return addOp<dl::SubOp>({a, b}); }
Tensor nn::operator*(Tensor a, Tensor b) { return addOp<dl::MulOp>({a, b}); }
Tensor nn::operator/(Tensor a, Tensor b) { return addOp<dl::DivOp>({a, b}); }
Tensor nn::maximum(Tensor a, Tensor b) { return addOp<dl::MaxOp>({a, b}); }
Tensor nn::minimum(Tensor a, Tensor b) { return addOp<dl::MinOp>({a, b}); }
Tensor nn::pow(Tensor a, Tensor b) { return addOp<dl::PowOp>({a, b}); }

Tensor nn::operator+(Tensor x, double term) {
  return addOp<dl::OffsetOp>(x, Attributes(x).number("term", term));
}
Tensor nn::operator-(Tensor x, double term) { return x + -term; }
Tensor nn::operator*(Tensor x, double factor) {
  return addOp<dl::ScaleOp>(x, Attributes(x).number("factor", factor));
}
Tensor nn::operator/(Tensor x, double divisor) { return x * (1 / divisor); }

Tensor nn::clamp(Tensor x, std::optional<double> min,
                 std::optional<double> max) {
  Attributes attrs(x);
  if (min)
    attrs.number("min", *min);
  if (max)
    attrs.number("max", *max);
  return addOp<dl::ClampOp>(x, attrs);
}

Tensor nn::operator-(Tensor x) { return addOp<dl::NegOp>(x); }
Tensor nn::exp(Tensor x) { return addOp<dl::ExpOp>(x); }
Tensor nn::log(Tensor x) { return addOp<dl::LogOp>(x); }
Tensor nn::sqrt(Tensor x) { return addOp<dl::SqrtOp>(x); }
Tensor nn::rsqrt(Tensor x) { return addOp<dl::RsqrtOp>(x); }
Tensor nn::abs(Tensor x) { return addOp<dl::AbsOp>(x); }
Tensor nn::sign(Tensor x) { return addOp<dl::SignOp>(x); }
Tensor nn::log1p(Tensor x) { return addOp<dl::Log1pOp>(x); }
Tensor nn::expm1(Tensor x) { return addOp<dl::Expm1Op>(x); }
Tensor nn::reciprocal(Tensor x) { return addOp<dl::ReciprocalOp>(x); }
Tensor nn::square(Tensor x) { return addOp<dl::SquareOp>(x); }
Tensor nn::sin(Tensor x) { return addOp<dl::SinOp>(x); }
Tensor nn::cos(Tensor x) { return addOp<dl::CosOp>(x); }
Tensor nn::tanh(Tensor x) { return addOp<dl::TanhOp>(x); }
Tensor nn::erf(Tensor x) { return addOp<dl::ErfOp>(x); }
Tensor nn::floor(Tensor x) { return addOp<dl::FloorOp>(x); }
Tensor nn::ceil(Tensor x) { return addOp<dl::CeilOp>(x); }
Tensor nn::round(Tensor x) { return addOp<dl::RoundOp>(x); }

Tensor nn::compare(dl::Predicate predicate, Tensor a, Tensor b) {
  Attributes attrs(a);
  attrs.add("predicate", dl::PredicateAttr::get(attrs.context(), predicate));
  return addOp<dl::CompareOp>({a, b}, attrs);
}
Tensor nn::logicalAnd(Tensor a, Tensor b) { return addOp<dl::AndOp>({a, b}); }
Tensor nn::logicalOr(Tensor a, Tensor b) { return addOp<dl::OrOp>({a, b}); }
Tensor nn::logicalXor(Tensor a, Tensor b) { return addOp<dl::XorOp>({a, b}); }
Tensor nn::logicalNot(Tensor x) { return addOp<dl::NotOp>(x); }
Tensor nn::where(Tensor condition, Tensor a, Tensor b) {
  return addOp<dl::SelectOp>({condition, a, b});
}
Tensor nn::cast(Tensor x, Type element) {
  return x.program().add<dl::CastOp>(x, {}, x.type().clone(element));
}
Tensor nn::stopGradient(Tensor x) { return addOp<dl::StopGradientOp>(x); }

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Tensor nn::relu(Tensor x) { return addOp<dl::ReluOp>(x); }
Tensor nn::relu6(Tensor x) { return addOp<dl::Relu6Op>(x); }
Tensor nn::selu(Tensor x) { return addOp<dl::SeluOp>(x); }
Tensor nn::hardSigmoid(Tensor x) { return addOp<dl::HardSigmoidOp>(x); }
Tensor nn::hardSwish(Tensor x) { return addOp<dl::HardSwishOp>(x); }
Tensor nn::sigmoid(Tensor x) { return addOp<dl::SigmoidOp>(x); }
Tensor nn::silu(Tensor x) { return addOp<dl::SiluOp>(x); }
Tensor nn::mish(Tensor x) { return addOp<dl::MishOp>(x); }
Tensor nn::softsign(Tensor x) { return addOp<dl::SoftsignOp>(x); }

Tensor nn::leakyRelu(Tensor x, double slope) {
  return addOp<dl::LeakyReluOp>(x, Attributes(x).number("slope", slope));
}
Tensor nn::elu(Tensor x, double alpha) {
  return addOp<dl::EluOp>(x, Attributes(x).number("alpha", alpha));
}
Tensor nn::hardtanh(Tensor x, double min, double max) {
  return addOp<dl::HardtanhOp>(
      x, Attributes(x).number("min", min).number("max", max));
}
Tensor nn::softplus(Tensor x, double beta, double threshold) {
  return addOp<dl::SoftplusOp>(
      x, Attributes(x).number("beta", beta).number("threshold", threshold));
}
Tensor nn::gelu(Tensor x, bool approximate) {
  Attributes attrs(x);
  attrs.add("approximate",
            dl::GeluFormAttr::get(attrs.context(), approximate
                                                       ? dl::GeluForm::Tanh
                                                       : dl::GeluForm::None));
  return addOp<dl::GeluOp>(x, attrs);
}
Tensor nn::maxout(Tensor x, int64_t pieces) {
  return addOp<dl::MaxoutOp>(x, Attributes(x).integer("pieces", pieces));
}
Tensor nn::softmax(Tensor x, int64_t axis) {
  return addOp<dl::SoftmaxOp>(x, Attributes(x).axis(axis));
}
Tensor nn::logSoftmax(Tensor x, int64_t axis) {
  return addOp<dl::LogSoftmaxOp>(x, Attributes(x).axis(axis));
}
Tensor nn::prelu(Tensor x, Tensor weight) {
  return x.program().add<dl::PreluOp>({x, weight}, {}, x.type());
}
Tensor nn::gumbelSoftmax(Tensor logits, double tau, bool hard, int64_t axis) {
  Tensor noise =
      gumbel(logits.program(), logits.shape(), logits.type().getElementType());
  return addOp<dl::GumbelSoftmaxOp>(
      {logits, noise},
      Attributes(logits).axis(axis).number("tau", tau).flag("hard", hard));
}
Tensor nn::gumbelSoftmax(Tensor logits, Tensor tau, bool hard, int64_t axis) {
  Tensor noise =
      gumbel(logits.program(), logits.shape(), logits.type().getElementType());
  return addOp<dl::GumbelSoftmaxOp>(
      {logits / tau, noise / tau},
      Attributes(logits).axis(axis).number("tau", 1).flag("hard", hard));
}
Tensor nn::dropout(Tensor x, double p) {
  return addOp<dl::DropoutOp>(x, Attributes(x).number("p", p));
}
Tensor nn::dropout2d(Tensor x, double p) {
  return addOp<dl::DropoutOp>(x, Attributes(x).number("p", p).flag("channels"));
}
Tensor nn::alphaDropout(Tensor x, double p) {
  return addOp<dl::AlphaDropoutOp>(x, Attributes(x).number("p", p));
}
Tensor nn::featureAlphaDropout(Tensor x, double p) {
  return addOp<dl::AlphaDropoutOp>(
      x, Attributes(x).number("p", p).flag("channels"));
}
Tensor nn::dropout(Tensor x, Tensor p) { return addOp<dl::DropoutOp>({x, p}); }
Tensor nn::dropout2d(Tensor x, Tensor p) {
  return addOp<dl::DropoutOp>({x, p}, Attributes(x).flag("channels"));
}
Tensor nn::alphaDropout(Tensor x, Tensor p) {
  return addOp<dl::AlphaDropoutOp>({x, p});
}
Tensor nn::featureAlphaDropout(Tensor x, Tensor p) {
  return addOp<dl::AlphaDropoutOp>({x, p}, Attributes(x).flag("channels"));
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

Tensor nn::reshape(Tensor x, ArrayRef<int64_t> shape) {
  return x.program().add<dl::ReshapeOp>(x, {}, x.type().clone(shape));
}

Tensor nn::unblock(Tensor x) { return addOp<dl::UnblockOp>({x}); }

Tensor nn::flatten(Tensor x, int64_t start, int64_t end) {
  int64_t first = start < 0 ? start + x.rank() : start;
  int64_t last = end < 0 ? end + x.rank() : end;
  SmallVector<int64_t> shape;
  for (auto [dim, extent] : llvm::enumerate(x.shape()))
    if (!shape.empty() && int64_t(dim) > first && int64_t(dim) <= last)
      shape.back() *= extent;
    else
      shape.push_back(extent);
  Attributes attrs(x);
  attrs.integer("start_axis", first).integer("end_axis", last);
  return x.program().add<dl::FlattenOp>(x, attrs.list(), x.type().clone(shape));
}

Tensor nn::permute(Tensor x, ArrayRef<int64_t> perm) {
  return addOp<dl::TransposeOp>(x, Attributes(x).dense("perm", perm));
}
Tensor nn::concat(ArrayRef<Tensor> xs, int64_t axis) {
  return addOp<dl::ConcatOp>(xs, Attributes(xs.front()).axis(axis));
}
Tensor nn::stack(ArrayRef<Tensor> xs, int64_t axis) {
  // One more dimension than the operands have.
  int64_t place = axis < 0 ? axis + xs.front().rank() + 1 : axis;
  return addOp<dl::StackOp>(xs, Attributes(xs.front()).integer("axis", place));
}
Tensors nn::split(Tensor x, ArrayRef<int64_t> sizes, int64_t axis) {
  Attributes attrs(x);
  attrs.axis(axis).dense("sizes", sizes);
  return x.program().addAll<dl::SplitOp>(x, attrs.list());
}
Tensor nn::slice(Tensor x, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                 ArrayRef<int64_t> strides) {
  Attributes attrs(x);
  attrs.dense("offsets", offsets).dense("sizes", sizes);
  if (!strides.empty())
    attrs.dense("strides", strides);
  return addOp<dl::SliceOp>(x, attrs);
}

Tensor nn::broadcastTo(Tensor x, ArrayRef<int64_t> shape) {
  // Dimensions of 1 that become longer are dropped: the op adds them.
  int64_t added = int64_t(shape.size()) - x.rank();
  SmallVector<int64_t> kept, dims;
  for (auto [dim, extent] : llvm::enumerate(x.shape())) {
    int64_t place = added + int64_t(dim);
    if (extent == 1 && place >= 0 && shape[place] != 1)
      continue;
    kept.push_back(extent);
    dims.push_back(place);
  }
  Tensor narrow = int64_t(kept.size()) == x.rank() ? x : reshape(x, kept);
  return x.program().add<dl::BroadcastOp>(
      narrow, Attributes(x).dense("dims", dims).list(), x.type().clone(shape));
}

Tensor nn::reverse(Tensor x, ArrayRef<int64_t> dims) {
  return addOp<dl::ReverseOp>(x, Attributes(x).dense("dims", dims));
}

static Attributes edges(Tensor x, ArrayRef<int64_t> low,
                        ArrayRef<int64_t> high) {
  return Attributes(x).dense("low", low).dense("high", high);
}

Tensor nn::pad(Tensor x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
               double value, ArrayRef<int64_t> interior) {
  Attributes attrs = edges(x, low, high).number("value", value);
  if (!interior.empty())
    attrs.dense("interior", interior);
  return addOp<dl::PadOp>(x, attrs);
}
Tensor nn::reflectionPad(Tensor x, ArrayRef<int64_t> low,
                         ArrayRef<int64_t> high) {
  return addOp<dl::ReflectionPadOp>(x, edges(x, low, high));
}
Tensor nn::replicationPad(Tensor x, ArrayRef<int64_t> low,
                          ArrayRef<int64_t> high) {
  return addOp<dl::ReplicationPadOp>(x, edges(x, low, high));
}
Tensor nn::circularPad(Tensor x, ArrayRef<int64_t> low,
                       ArrayRef<int64_t> high) {
  return addOp<dl::CircularPadOp>(x, edges(x, low, high));
}
Tensor nn::oneHot(Tensor index, int64_t classes) {
  SmallVector<int64_t> shape(index.shape());
  shape.push_back(classes);
  return index.program().add<dl::OneHotOp>(index, {},
                                           index.program().tensor(shape));
}

Tensor nn::constant(Program &program, ElementsAttr value) {
  NamedAttribute attr = program.attributes().getNamedAttr("value", value);
  return program.add<dl::ConstantOp>({}, attr);
}
Tensor nn::full(Program &program, ArrayRef<int64_t> shape, double value,
                Type element) {
  RankedTensorType type = program.tensor(shape, element);
  Builder &b = program.attributes();
  TypedAttr scalar =
      isa<FloatType>(type.getElementType())
          ? TypedAttr(b.getFloatAttr(type.getElementType(), value))
          : b.getIntegerAttr(type.getElementType(), value);
  return constant(program, SplatElementsAttr::get(type, scalar));
}
Tensor nn::iota(Program &program, ArrayRef<int64_t> shape, int64_t axis,
                Type element) {
  Builder &b = program.attributes();
  return program.add<dl::IotaOp>(
      {}, b.getNamedAttr("axis", b.getI64IntegerAttr(axis)),
      program.tensor(shape, element));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Axes of x; none: all.
static Attributes axesOf(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  SmallVector<int64_t> list(axes);
  if (axes.empty())
    llvm::append_range(list, llvm::seq<int64_t>(x.rank()));
  return Attributes(x).axes(list).flag("keep_dims", keepDims);
}

Tensor nn::sum(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::ReduceSumOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::prod(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::ReduceProdOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::mean(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::MeanOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::amax(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::ReduceMaxOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::amin(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::ReduceMinOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::logsumexp(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::LogsumexpOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::any(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::AnyOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::all(Tensor x, ArrayRef<int64_t> axes, bool keepDims) {
  return addOp<dl::AllOp>(x, axesOf(x, axes, keepDims));
}
Tensor nn::var(Tensor x, ArrayRef<int64_t> axes, int64_t correction,
               bool keepDims) {
  return addOp<dl::VarOp>(
      x, axesOf(x, axes, keepDims).integer("correction", correction));
}
Tensor nn::norm(Tensor x, ArrayRef<int64_t> axes, double p, bool keepDims) {
  return addOp<dl::NormOp>(x, axesOf(x, axes, keepDims).number("p", p));
}
Tensor nn::argmax(Tensor x, int64_t axis, bool keepDims) {
  return addOp<dl::ArgmaxOp>(
      x, Attributes(x).axis(axis).flag("keep_dims", keepDims));
}
Tensor nn::argmin(Tensor x, int64_t axis, bool keepDims) {
  return addOp<dl::ArgminOp>(
      x, Attributes(x).axis(axis).flag("keep_dims", keepDims));
}
Tensor nn::countEqual(Tensor a, Tensor b) {
  return addOp<dl::CountEqualOp>({a, b});
}

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

Tensors nn::sort(Tensor x, int64_t axis, bool descending) {
  Attributes attrs(x);
  attrs.axis(axis).flag("descending", descending);
  return x.program().addAll<dl::SortOp>(x, attrs.list());
}
Tensor nn::argsort(Tensor x, int64_t axis, bool descending) {
  return addOp<dl::ArgsortOp>(
      x, Attributes(x).axis(axis).flag("descending", descending));
}
Tensors nn::topK(Tensor x, int64_t k, int64_t axis, bool largest) {
  Attributes attrs(x);
  attrs.axis(axis).integer("k", k).boolean("largest", largest);
  return x.program().addAll<dl::TopKOp>(x, attrs.list());
}
Tensor nn::cumsum(Tensor x, int64_t axis, bool exclusive, bool reverse) {
  return addOp<dl::CumsumOp>(x, Attributes(x)
                                    .axis(axis)
                                    .flag("exclusive", exclusive)
                                    .flag("reverse", reverse));
}
