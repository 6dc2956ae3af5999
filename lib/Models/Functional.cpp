//===- Functional.cpp - Layers without parameters -------------------------===//

#include "dlc/Models/Functional.h"

#include "Attributes.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

template <typename Op>
static Tensor make(ArrayRef<Tensor> operands, const Attributes &attrs) {
  return attrs.program().add<Op>(operands, attrs.list());
}
template <typename Op>
static Tensor make(ArrayRef<Tensor> operands) {
  return operands.front().program().add<Op>(operands);
}

Tensor nn::operator+(Tensor a, Tensor b) { return make<dl::AddOp>({a, b}); }
Tensor nn::operator-(Tensor a, Tensor b) { return make<dl::SubOp>({a, b}); }
Tensor nn::operator*(Tensor a, Tensor b) { return make<dl::MulOp>({a, b}); }
Tensor nn::operator/(Tensor a, Tensor b) { return make<dl::DivOp>({a, b}); }
Tensor nn::maximum(Tensor a, Tensor b) { return make<dl::MaxOp>({a, b}); }
Tensor nn::minimum(Tensor a, Tensor b) { return make<dl::MinOp>({a, b}); }
Tensor nn::pow(Tensor a, Tensor b) { return make<dl::PowOp>({a, b}); }

Tensor nn::operator+(Tensor x, double term) {
  return make<dl::OffsetOp>(x, Attributes(x).number("term", term));
}
Tensor nn::operator-(Tensor x, double term) { return x + -term; }
Tensor nn::operator*(Tensor x, double factor) {
  return make<dl::ScaleOp>(x, Attributes(x).number("factor", factor));
}
Tensor nn::operator/(Tensor x, double divisor) { return x * (1 / divisor); }

Tensor nn::clamp(Tensor x, std::optional<double> min,
                 std::optional<double> max) {
  Attributes attrs(x);
  if (min)
    attrs.number("min", *min);
  if (max)
    attrs.number("max", *max);
  return make<dl::ClampOp>(x, attrs);
}

Tensor nn::operator-(Tensor x) { return make<dl::NegOp>(x); }
Tensor nn::exp(Tensor x) { return make<dl::ExpOp>(x); }
Tensor nn::log(Tensor x) { return make<dl::LogOp>(x); }
Tensor nn::sqrt(Tensor x) { return make<dl::SqrtOp>(x); }
Tensor nn::rsqrt(Tensor x) { return make<dl::RsqrtOp>(x); }
Tensor nn::abs(Tensor x) { return make<dl::AbsOp>(x); }
Tensor nn::sign(Tensor x) { return make<dl::SignOp>(x); }
Tensor nn::log1p(Tensor x) { return make<dl::Log1pOp>(x); }
Tensor nn::expm1(Tensor x) { return make<dl::Expm1Op>(x); }
Tensor nn::reciprocal(Tensor x) { return make<dl::ReciprocalOp>(x); }
Tensor nn::square(Tensor x) { return make<dl::SquareOp>(x); }
Tensor nn::sin(Tensor x) { return make<dl::SinOp>(x); }
Tensor nn::cos(Tensor x) { return make<dl::CosOp>(x); }
Tensor nn::tanh(Tensor x) { return make<dl::TanhOp>(x); }
Tensor nn::erf(Tensor x) { return make<dl::ErfOp>(x); }
Tensor nn::floor(Tensor x) { return make<dl::FloorOp>(x); }
Tensor nn::ceil(Tensor x) { return make<dl::CeilOp>(x); }
Tensor nn::round(Tensor x) { return make<dl::RoundOp>(x); }

Tensor nn::compare(dl::Predicate predicate, Tensor a, Tensor b) {
  Attributes attrs(a);
  attrs.add("predicate", dl::PredicateAttr::get(attrs.context(), predicate));
  return make<dl::CompareOp>({a, b}, attrs);
}
Tensor nn::where(Tensor condition, Tensor a, Tensor b) {
  return make<dl::SelectOp>({condition, a, b});
}
Tensor nn::cast(Tensor x, Type element) {
  return x.program().add<dl::CastOp>(x, {}, x.type().clone(element));
}
Tensor nn::stopGradient(Tensor x) { return make<dl::StopGradientOp>(x); }

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Tensor nn::relu(Tensor x) { return make<dl::ReluOp>(x); }
Tensor nn::relu6(Tensor x) { return make<dl::Relu6Op>(x); }
Tensor nn::selu(Tensor x) { return make<dl::SeluOp>(x); }
Tensor nn::hardSigmoid(Tensor x) { return make<dl::HardSigmoidOp>(x); }
Tensor nn::hardSwish(Tensor x) { return make<dl::HardSwishOp>(x); }
Tensor nn::sigmoid(Tensor x) { return make<dl::SigmoidOp>(x); }
Tensor nn::silu(Tensor x) { return make<dl::SiluOp>(x); }
Tensor nn::mish(Tensor x) { return make<dl::MishOp>(x); }
Tensor nn::softsign(Tensor x) { return make<dl::SoftsignOp>(x); }

Tensor nn::leakyRelu(Tensor x, double slope) {
  return make<dl::LeakyReluOp>(x, Attributes(x).number("slope", slope));
}
Tensor nn::elu(Tensor x, double alpha) {
  return make<dl::EluOp>(x, Attributes(x).number("alpha", alpha));
}
Tensor nn::hardtanh(Tensor x, double min, double max) {
  return make<dl::HardtanhOp>(
      x, Attributes(x).number("min", min).number("max", max));
}
Tensor nn::softplus(Tensor x, double beta, double threshold) {
  return make<dl::SoftplusOp>(
      x, Attributes(x).number("beta", beta).number("threshold", threshold));
}
Tensor nn::gelu(Tensor x, bool approximate) {
  Attributes attrs(x);
  attrs.add("approximate",
            dl::GeluFormAttr::get(attrs.context(), approximate
                                                       ? dl::GeluForm::Tanh
                                                       : dl::GeluForm::None));
  return make<dl::GeluOp>(x, attrs);
}
Tensor nn::maxout(Tensor x, int64_t pieces) {
  return make<dl::MaxoutOp>(x, Attributes(x).integer("pieces", pieces));
}
Tensor nn::softmax(Tensor x, int64_t axis) {
  return make<dl::SoftmaxOp>(x, Attributes(x).axis(axis));
}
Tensor nn::logSoftmax(Tensor x, int64_t axis) {
  return make<dl::LogSoftmaxOp>(x, Attributes(x).axis(axis));
}
Tensor nn::dropout(Tensor x, double p) {
  return make<dl::DropoutOp>(x, Attributes(x).number("p", p));
}
Tensor nn::dropout2d(Tensor x, double p) {
  return make<dl::DropoutOp>(x, Attributes(x).number("p", p).flag("channels"));
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

Tensor nn::reshape(Tensor x, ArrayRef<int64_t> shape) {
  return x.program().add<dl::ReshapeOp>(x, {}, x.type().clone(shape));
}

Tensor nn::flatten(Tensor x) {
  int64_t rest = 1;
  for (int64_t extent : x.shape().drop_front(x.rank() ? 1 : 0))
    rest *= extent;
  return reshape(x, {x.size(0), rest});
}

Tensor nn::permute(Tensor x, ArrayRef<int64_t> perm) {
  return make<dl::TransposeOp>(x, Attributes(x).dense("perm", perm));
}
Tensor nn::concat(ArrayRef<Tensor> xs, int64_t axis) {
  return make<dl::ConcatOp>(xs, Attributes(xs.front()).axis(axis));
}
Tensor nn::stack(ArrayRef<Tensor> xs, int64_t axis) {
  // One more dimension than the operands have.
  int64_t place = axis < 0 ? axis + xs.front().rank() + 1 : axis;
  return make<dl::StackOp>(xs, Attributes(xs.front()).integer("axis", place));
}
Tensors nn::split(Tensor x, ArrayRef<int64_t> sizes, int64_t axis) {
  Attributes attrs(x);
  attrs.axis(axis).dense("sizes", sizes);
  return x.program().addAll<dl::SplitOp>(x, attrs.list());
}
Tensor nn::slice(Tensor x, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes) {
  return make<dl::SliceOp>(
      x, Attributes(x).dense("offsets", offsets).dense("sizes", sizes));
}
Tensor nn::oneHot(Tensor index, int64_t classes) {
  SmallVector<int64_t> shape(index.shape());
  shape.push_back(classes);
  return index.program().add<dl::OneHotOp>(index, {},
                                           index.program().tensor(shape));
}

//===----------------------------------------------------------------------===//
// Reductions and products
//===----------------------------------------------------------------------===//

/// Axes of x, from 0 on and ascending; none: all.
static Attributes axesOf(Tensor x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> list;
  for (int64_t axis : axes)
    list.push_back(axis < 0 ? axis + x.rank() : axis);
  if (axes.empty())
    llvm::append_range(list, llvm::seq<int64_t>(x.rank()));
  llvm::sort(list);
  return Attributes(x).integers("axes", list);
}

Tensor nn::sum(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::ReduceSumOp>(x, axesOf(x, axes));
}
Tensor nn::mean(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::MeanOp>(x, axesOf(x, axes));
}
Tensor nn::var(Tensor x, ArrayRef<int64_t> axes, int64_t correction) {
  return make<dl::VarOp>(x, axesOf(x, axes).integer("correction", correction));
}
Tensor nn::amax(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::ReduceMaxOp>(x, axesOf(x, axes));
}
Tensor nn::amin(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::ReduceMinOp>(x, axesOf(x, axes));
}
Tensor nn::logsumexp(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::LogsumexpOp>(x, axesOf(x, axes));
}
Tensor nn::norm(Tensor x, ArrayRef<int64_t> axes) {
  return make<dl::NormOp>(x, axesOf(x, axes));
}
Tensor nn::argmax(Tensor x, int64_t axis) {
  return make<dl::ArgmaxOp>(x, Attributes(x).axis(axis));
}

Tensor nn::matmul(Tensor a, Tensor b, bool transposeA, bool transposeB) {
  Attributes attrs(a);
  if (transposeA)
    attrs.flag("transpose_a");
  if (transposeB)
    attrs.flag("transpose_b");
  return make<dl::MatmulOp>({a, b}, attrs);
}
Tensor nn::scaledDotProductAttention(Tensor query, Tensor key, Tensor value,
                                     Tensor mask, bool isCausal) {
  Attributes attrs(query);
  if (isCausal)
    attrs.flag("is_causal");
  return make<dl::ScaledDotProductAttentionOp>({query, key, value, mask},
                                               attrs);
}

//===----------------------------------------------------------------------===//
// Windows and tables
//===----------------------------------------------------------------------===//

/// The attributes of a square window.
static Attributes window(Tensor x, int64_t kernel, int64_t stride,
                         int64_t padding) {
  Attributes attrs(x);
  attrs.integers("kernel", {kernel, kernel});
  if (stride)
    attrs.integers("stride", {stride, stride});
  return attrs.integers("padding", {padding, padding});
}

Tensor nn::maxPool2d(Tensor x, int64_t kernel, int64_t stride,
                     int64_t padding) {
  return make<dl::MaxPool2dOp>(x, window(x, kernel, stride, padding));
}
Tensor nn::avgPool2d(Tensor x, int64_t kernel, int64_t stride,
                     int64_t padding) {
  return make<dl::AvgPool2dOp>(x, window(x, kernel, stride, padding));
}
Tensor nn::adaptiveAvgPool2d(Tensor x, int64_t rows, int64_t columns) {
  return make<dl::AdaptiveAvgPool2dOp>(
      x, Attributes(x).integers("output_size", {rows, columns}));
}
Tensor nn::globalAvgPool2d(Tensor x) { return mean(x, {2, 3}); }

Tensor nn::embedding(Tensor table, Tensor index,
                     std::optional<int64_t> paddingIndex) {
  Attributes attrs(table);
  if (paddingIndex)
    attrs.integer("padding_index", *paddingIndex);
  return make<dl::EmbeddingOp>({table, index}, attrs);
}
Tensor nn::indexSelect(Tensor x, Tensor index, int64_t axis) {
  return make<dl::IndexSelectOp>({x, index}, Attributes(x).axis(axis));
}
Tensor nn::gather(Tensor x, Tensor index, int64_t axis) {
  return make<dl::GatherOp>({x, index}, Attributes(x).axis(axis));
}
Tensors nn::topK(Tensor x, int64_t k, int64_t axis) {
  Attributes attrs(x);
  attrs.axis(axis).integer("k", k);
  return x.program().addAll<dl::TopKOp>(x, attrs.list());
}

//===----------------------------------------------------------------------===//
// Losses, metrics, gradients
//===----------------------------------------------------------------------===//

static Attributes reductionOf(Tensor x, dl::LossReduction reduction) {
  Attributes attrs(x);
  attrs.add("reduction",
            dl::LossReductionAttr::get(attrs.context(), reduction));
  return attrs;
}

Tensor nn::crossEntropy(Tensor logits, Tensor label, Tensor weight,
                        CrossEntropyOptions options) {
  return make<dl::CrossEntropyOp>(
      {logits, label, weight},
      reductionOf(logits, options.reduction)
          .integer("ignore_index", options.ignoreIndex)
          .number("label_smoothing", options.labelSmoothing));
}
Tensor nn::mse(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::MseOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::l1(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::L1Op>({x, target}, reductionOf(x, reduction));
}
Tensor nn::smoothL1(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::SmoothL1Op>({x, target}, reductionOf(x, reduction));
}
Tensor nn::huber(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::HuberOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::hinge(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::HingeOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::bce(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::BceOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::bceWithLogits(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::BceWithLogitsOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::klDiv(Tensor x, Tensor target, dl::LossReduction reduction) {
  return make<dl::KlDivOp>({x, target}, reductionOf(x, reduction));
}

Tensor nn::countCorrect(Tensor logits, Tensor label) {
  Tensor best = argmax(logits, -1);
  Tensor wanted = cast(label, best.type().getElementType());
  return make<dl::CountEqualOp>({best, wanted});
}

Tensors nn::gradient(Tensor y, ArrayRef<Tensor> targets, Tensor cotangent) {
  Tensors operands{y};
  SmallVector<Type> types;
  for (Tensor target : targets) {
    operands.push_back(target);
    types.push_back(target.type());
  }
  if (cotangent)
    operands.push_back(cotangent);
  Builder &b = y.program().attributes();
  return y.program().addAll<dl::GradientOp>(
      operands,
      b.getNamedAttr("operandSegmentSizes",
                     b.getDenseI32ArrayAttr(
                         {1, int32_t(targets.size()), cotangent ? 1 : 0})),
      types);
}
