//===- FunctionalLayers.cpp - Products, windows, tables, draws, losses ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise functions, shapes and reductions are in Functional.cpp.
//
//===----------------------------------------------------------------------===//

#include "dlc/Models/Functional.h"

#include "Attributes.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Tensor nn::matmul(Tensor a, Tensor b, bool transposeA, bool transposeB) {
  return addOp<dl::MatmulOp>({a, b}, Attributes(a)
                                         .flag("transpose_a", transposeA)
                                         .flag("transpose_b", transposeB));
}
Tensor nn::linear(Tensor x, Tensor weight, Tensor bias) {
  return addOp<dl::LinearOp>({x, weight, bias});
}
Tensor nn::scaledDotProductAttention(Tensor query, Tensor key, Tensor value,
                                     Tensor mask, bool isCausal) {
  return addOp<dl::ScaledDotProductAttentionOp>(
      {query, key, value, mask}, Attributes(query).flag("is_causal", isCausal));
}
Tensors nn::flashAttention(Tensor query, Tensor key, Tensor value, Tensor mask,
                           bool isCausal) {
  Attributes attrs = Attributes(query).flag("is_causal", isCausal);
  return query.program().addAll<dl::FlashAttentionOp>({query, key, value, mask},
                                                      attrs.list());
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// Stride, padding and dilation of a window in `rank` dimensions.
static Attributes windowOf(Tensor x, int64_t rank, const Extents &stride,
                           const Extents &padding, const Extents &dilation) {
  return Attributes(x)
      .integers("stride", stride.of(rank))
      .integers("padding", padding.of(rank))
      .integers("dilation", dilation.of(rank));
}

Tensor nn::conv1d(Tensor x, Tensor weight, Tensor bias, Extents stride,
                  Extents padding, Extents dilation, int64_t groups) {
  return addOp<dl::Conv1dOp>(
      {x, weight, bias},
      windowOf(x, 1, stride, padding, dilation).integer("groups", groups));
}
Tensor nn::conv2d(Tensor x, Tensor weight, Tensor bias, Extents stride,
                  Extents padding, Extents dilation, int64_t groups) {
  return addOp<dl::Conv2dOp>(
      {x, weight, bias},
      windowOf(x, 2, stride, padding, dilation).integer("groups", groups));
}
Tensor nn::conv3d(Tensor x, Tensor weight, Tensor bias, Extents stride,
                  Extents padding, Extents dilation, int64_t groups) {
  return addOp<dl::Conv3dOp>(
      {x, weight, bias},
      windowOf(x, 3, stride, padding, dilation).integer("groups", groups));
}
Tensor nn::convTranspose2d(Tensor x, Tensor weight, Tensor bias, Extents stride,
                           Extents padding, Extents outputPadding,
                           int64_t groups, Extents dilation) {
  return addOp<dl::ConvTranspose2dOp>(
      {x, weight, bias}, windowOf(x, 2, stride, padding, dilation)
                             .integers("output_padding", outputPadding.of(2))
                             .integer("groups", groups));
}

/// A window of pooling. A stride of 0 is left to the op, which takes the
/// kernel.
static Attributes poolOf(Tensor x, int64_t rank, const Extents &kernel,
                         const Extents &stride, const Extents &padding,
                         bool ceilMode) {
  Attributes attrs(x);
  attrs.integers("kernel", kernel.of(rank))
      .integers("padding", padding.of(rank))
      .flag("ceil_mode", ceilMode);
  Shape strides = stride.of(rank);
  if (llvm::any_of(strides, [](int64_t value) { return value != 0; }))
    attrs.integers("stride", strides);
  return attrs;
}

Tensor nn::maxPool1d(Tensor x, Extents kernel, Extents stride, Extents padding,
                     Extents dilation, bool ceilMode) {
  return addOp<dl::MaxPool1dOp>(x,
                                poolOf(x, 1, kernel, stride, padding, ceilMode)
                                    .integers("dilation", dilation.of(1)));
}
Tensor nn::maxPool2d(Tensor x, Extents kernel, Extents stride, Extents padding,
                     Extents dilation, bool ceilMode) {
  return addOp<dl::MaxPool2dOp>(x,
                                poolOf(x, 2, kernel, stride, padding, ceilMode)
                                    .integers("dilation", dilation.of(2)));
}
Tensors nn::maxPool2dWithIndex(Tensor x, Extents kernel, Extents stride,
                               Extents padding, Extents dilation,
                               bool ceilMode) {
  Attributes attrs = poolOf(x, 2, kernel, stride, padding, ceilMode)
                         .integers("dilation", dilation.of(2));
  return x.program().addAll<dl::MaxPool2dIndexOp>(x, attrs.list());
}
Tensor nn::avgPool1d(Tensor x, Extents kernel, Extents stride, Extents padding,
                     bool ceilMode, bool countIncludePad) {
  return addOp<dl::AvgPool1dOp>(
      x, poolOf(x, 1, kernel, stride, padding, ceilMode)
             .boolean("count_include_pad", countIncludePad));
}
Tensor nn::avgPool2d(Tensor x, Extents kernel, Extents stride, Extents padding,
                     bool ceilMode, bool countIncludePad,
                     std::optional<int64_t> divisorOverride) {
  Attributes attrs = poolOf(x, 2, kernel, stride, padding, ceilMode);
  // With a divisor of its own nothing is counted.
  if (divisorOverride)
    attrs.integer("divisor_override", *divisorOverride);
  else
    attrs.boolean("count_include_pad", countIncludePad);
  return addOp<dl::AvgPool2dOp>(x, attrs);
}
Tensor nn::adaptiveAvgPool2d(Tensor x, int64_t rows, int64_t columns) {
  return addOp<dl::AdaptiveAvgPool2dOp>(
      x, Attributes(x).integers("output_size", {rows, columns}));
}
Tensor nn::globalAvgPool2d(Tensor x) {
  return flatten(addOp<dl::GlobalAvgPool2dOp>(x));
}
Tensor nn::globalMaxPool2d(Tensor x) {
  return flatten(addOp<dl::GlobalMaxPool2dOp>(x));
}
Tensor nn::kMaxPool(Tensor x, int64_t k, int64_t axis) {
  return addOp<dl::KMaxPoolOp>(x, Attributes(x).axis(axis).integer("k", k));
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

Tensors nn::normalize(Tensor x, ArrayRef<int64_t> axes, double eps) {
  Attributes attrs(x);
  attrs.axes(axes).number("eps", eps);
  return x.program().addAll<dl::NormalizeOp>(x, attrs.list());
}
Tensor nn::layerNorm(Tensor x, int64_t axis, Tensor weight, Tensor bias,
                     double eps) {
  return addOp<dl::LayerNormOp>({x, weight, bias},
                                Attributes(x).axis(axis).number("eps", eps));
}
Tensor nn::rmsNorm(Tensor x, int64_t axis, Tensor weight,
                   std::optional<double> eps) {
  Attributes attrs(x);
  attrs.axis(axis);
  if (eps)
    attrs.number("eps", *eps);
  return addOp<dl::RmsNormOp>({x, weight}, attrs);
}
Tensor nn::groupNorm(Tensor x, int64_t groups, Tensor weight, Tensor bias,
                     double eps) {
  return addOp<dl::GroupNormOp>(
      {x, weight, bias},
      Attributes(x).integer("groups", groups).number("eps", eps));
}
Tensor nn::instanceNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
  return addOp<dl::InstanceNormOp>({x, weight, bias},
                                   Attributes(x).number("eps", eps));
}
Tensor nn::localResponseNorm(Tensor x, int64_t size, double alpha, double beta,
                             double k) {
  return addOp<dl::LocalResponseNormOp>(x, Attributes(x)
                                               .integer("size", size)
                                               .number("alpha", alpha)
                                               .number("beta", beta)
                                               .number("k", k));
}
Tensor nn::weightNorm(Tensor v, Tensor g, int64_t axis) {
  return addOp<dl::WeightNormOp>({v, g}, Attributes(v).axis(axis));
}

//===----------------------------------------------------------------------===//
// Tables and graphs
//===----------------------------------------------------------------------===//

Tensor nn::embedding(Tensor table, Tensor index,
                     std::optional<int64_t> paddingIndex, bool sparse) {
  Attributes attrs(table);
  attrs.flag("sparse", sparse);
  if (paddingIndex)
    attrs.integer("padding_index", *paddingIndex);
  return addOp<dl::EmbeddingOp>({table, index}, attrs);
}
Tensor nn::indexSelect(Tensor x, Tensor index, int64_t axis) {
  return addOp<dl::IndexSelectOp>({x, index}, Attributes(x).axis(axis));
}
Tensor nn::gather(Tensor x, Tensor index, int64_t axis) {
  return addOp<dl::GatherOp>({x, index}, Attributes(x).axis(axis));
}
Tensor nn::indexAdd(Tensor into, int64_t axis, Tensor index, Tensor source) {
  return into.program().add<dl::IndexAddOp>(
      {source, index, into}, Attributes(into).axis(axis).list(), into.type());
}
Tensor nn::scatterAdd(Tensor into, int64_t axis, Tensor index, Tensor source) {
  return into.program().add<dl::ScatterAddOp>(
      {source, index, into}, Attributes(into).axis(axis).list(), into.type());
}
Tensor nn::indexCopy(Tensor into, Tensor index, Tensor source) {
  return addOp<dl::IndexCopyOp>({source, index, into});
}
Tensors nn::unique(Tensor index, int64_t limit) {
  Attributes attrs(index);
  attrs.integer("limit", limit);
  return index.program().addAll<dl::UniqueOp>(index, attrs.list());
}
Tensor nn::checkIndex(Tensor index, int64_t limit) {
  return addOp<dl::CheckIndexOp>(index,
                                 Attributes(index).integer("limit", limit));
}

Tensor nn::spmm(Rows rows, Tensor values, Tensor dense) {
  int64_t count = rows.indptr.size(0) - 1;
  return dense.program().add<dl::SpmmOp>(
      {rows.indptr, rows.indices, values, dense}, {},
      dense.type().clone({count, dense.size(1)}));
}
Tensor nn::spmmTransposed(Rows rows, Tensor values, Tensor dense,
                          int64_t columns) {
  return dense.program().add<dl::SpmmOp>(
      {rows.indptr, rows.indices, values, dense},
      Attributes(dense).flag("transpose").list(),
      dense.type().clone({columns, dense.size(1)}));
}
Tensor nn::sddmm(Rows rows, Tensor a, Tensor b) {
  return addOp<dl::SddmmOp>({rows.indptr, rows.indices, a, b});
}
Tensor nn::gcnConv(Tensor x, Tensor weight, Rows adjacency, Tensor bias,
                   bool addSelfLoops) {
  return addOp<dl::GcnConvOp>(
      {x, weight, bias, adjacency.indptr, adjacency.indices},
      Attributes(x).boolean("add_self_loops", addSelfLoops));
}

//===----------------------------------------------------------------------===//
// Draws
//===----------------------------------------------------------------------===//

/// A distribution with up to two numbers, of a given type.
template <typename Op>
static Tensor draw(Program &program, RankedTensorType type,
                   ArrayRef<std::pair<StringRef, double>> numbers = {}) {
  Builder &b = program.attributes();
  SmallVector<NamedAttribute> attrs;
  for (auto [name, value] : numbers)
    attrs.push_back(b.getNamedAttr(name, b.getF64FloatAttr(value)));
  return program.add<Op>({}, attrs, type);
}

Tensor nn::uniform(Program &program, ArrayRef<int64_t> shape, double low,
                   double high, Type element) {
  return draw<dl::UniformOp>(program, program.tensor(shape, element),
                             {{"low", low}, {"high", high}});
}
Tensor nn::normal(Program &program, ArrayRef<int64_t> shape, double mean,
                  double deviation, Type element) {
  return draw<dl::NormalOp>(program, program.tensor(shape, element),
                            {{"mean", mean}, {"deviation", deviation}});
}
Tensor nn::gumbel(Program &program, ArrayRef<int64_t> shape, Type element) {
  return draw<dl::GumbelOp>(program, program.tensor(shape, element));
}
Tensor nn::bernoulli(Program &program, ArrayRef<int64_t> shape, double p,
                     Type element) {
  return draw<dl::BernoulliOp>(program, program.tensor(shape, element),
                               {{"p", p}});
}
Tensor nn::bernoulli(Tensor probability) {
  return probability.program().add<dl::BernoulliOp>(probability, {},
                                                    probability.type());
}
Tensor nn::categorical(Tensor logits) {
  return addOp<dl::CategoricalOp>(logits);
}
Tensor nn::permutation(Program &program, int64_t n) {
  Type i32 = program.attributes().getI32Type();
  return draw<dl::PermutationOp>(program, program.tensor({n}, i32));
}

//===----------------------------------------------------------------------===//
// Losses, metrics, gradients
//===----------------------------------------------------------------------===//

static Attributes reductionOf(Tensor x, Reduction reduction) {
  Attributes attrs(x);
  attrs.add("reduction",
            dl::LossReductionAttr::get(attrs.context(), reduction));
  return attrs;
}

Tensor nn::crossEntropy(Tensor logits, Tensor label, Tensor weight,
                        CrossEntropyOptions options) {
  return addOp<dl::CrossEntropyOp>(
      {logits, label, weight},
      reductionOf(logits, options.reduction)
          .integer("ignore_index", options.ignoreIndex)
          .number("label_smoothing", options.labelSmoothing));
}
Tensor nn::nll(Tensor logProbabilities, Tensor label, Tensor weight,
               Reduction reduction, int64_t ignoreIndex) {
  return addOp<dl::NllOp>({logProbabilities, label, weight},
                          reductionOf(logProbabilities, reduction)
                              .integer("ignore_index", ignoreIndex));
}
Tensor nn::mse(Tensor x, Tensor target, Reduction reduction) {
  return addOp<dl::MseOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::l1(Tensor x, Tensor target, Reduction reduction) {
  return addOp<dl::L1Op>({x, target}, reductionOf(x, reduction));
}
Tensor nn::smoothL1(Tensor x, Tensor target, Reduction reduction, double beta) {
  return addOp<dl::SmoothL1Op>({x, target},
                               reductionOf(x, reduction).number("beta", beta));
}
Tensor nn::huber(Tensor x, Tensor target, Reduction reduction, double delta) {
  return addOp<dl::HuberOp>({x, target},
                            reductionOf(x, reduction).number("delta", delta));
}
Tensor nn::hinge(Tensor x, Tensor target, Reduction reduction) {
  return addOp<dl::HingeOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::bce(Tensor x, Tensor target, Reduction reduction) {
  return addOp<dl::BceOp>({x, target}, reductionOf(x, reduction));
}
Tensor nn::bceWithLogits(Tensor x, Tensor target, Reduction reduction,
                         Tensor posWeight) {
  return addOp<dl::BceWithLogitsOp>({x, target, posWeight},
                                    reductionOf(x, reduction));
}
Tensor nn::klDiv(Tensor x, Tensor target, Reduction reduction, bool logTarget) {
  return addOp<dl::KlDivOp>(
      {x, target}, reductionOf(x, reduction).flag("log_target", logTarget));
}

Tensor nn::countCorrect(Tensor logits, Tensor label) {
  Tensor best = argmax(logits, -1);
  Tensor wanted = cast(label, best.type().getElementType());
  return countEqual(best, wanted);
}

Tensors nn::gradient(Tensor y, ArrayRef<Tensor> targets, Tensor cotangent) {
  Tensors operands{y};
  SmallVector<Type> types;
  for (Tensor target : targets) {
    operands.push_back(target);
    types.push_back(target.type());
  }
  operands.push_back(cotangent);
  Attributes attrs(y);
  attrs.segments({1, int32_t(targets.size()), cotangent ? 1 : 0});
  return y.program().addAll<dl::GradientOp>(operands, attrs.list(), types);
}

Tensors nn::clipByGlobalNorm(ArrayRef<Tensor> xs, Tensor maxNorm) {
  Tensors operands(xs);
  operands.push_back(maxNorm);
  SmallVector<Type> types{maxNorm.type()};
  for (Tensor x : xs)
    types.push_back(x.type());
  return maxNorm.program().addAll<dl::ClipByGlobalNormOp>(operands, {}, types);
}
