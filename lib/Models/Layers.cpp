//===- Layers.cpp - Layers with parameters --------------------------------===//

#include "dlc/Models/Layers.h"

#include "Attributes.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// Initial distributions of PyTorch's layers
//===----------------------------------------------------------------------===//

/// Uniform on +-1 / sqrt(fan_in), which for a weight is kaiming_uniform with a
/// = sqrt(5).
static Attribute byFanIn(MLIRContext *context, int64_t fanIn) {
  Builder b(context);
  double bound = 1 / std::sqrt(double(fanIn));
  return dl::UniformAttr::get(context, b.getF64FloatAttr(-bound),
                              b.getF64FloatAttr(bound));
}

static Attribute zeros(const Scope &scope) {
  return dl::ZerosAttr::get(scope.program().context());
}
static Attribute ones(const Scope &scope) {
  return dl::OnesAttr::get(scope.program().context());
}

/// The weight of a layer whose every result is a sum of `fanIn` products.
static State declareWeight(const Scope &scope, ArrayRef<int64_t> shape,
                           int64_t fanIn) {
  return scope.program().parameter(scope / "weight", shape,
                                   byFanIn(scope.program().context(), fanIn));
}
static State declareBias(const Scope &scope, int64_t size, int64_t fanIn) {
  return scope.program().parameter(scope / "bias", {size},
                                   byFanIn(scope.program().context(), fanIn));
}

/// What the parameter holds, or nothing where the layer has none.
static Tensor readOptional(const State &state) {
  return state ? state.read() : Tensor();
}

//===----------------------------------------------------------------------===//
// Linear and convolutions
//===----------------------------------------------------------------------===//

Linear::Linear(const Scope &scope, int64_t in, int64_t out, bool bias)
    : scope(scope), weight(declareWeight(scope, {out, in}, in)) {
  if (bias)
    this->bias = declareBias(scope, out, in);
}

Tensor Linear::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return x.program().add<dl::LinearOp>({x, w, b});
}

/// The window's attributes in `rank` dimensions.
static Attributes windowOf(Tensor x, const ConvOptions &options, int rank) {
  auto each = [&](int64_t value) { return Shape(rank, value); };
  return Attributes(x)
      .integers("stride", each(options.stride))
      .integers("padding", each(options.padding))
      .integers("dilation", each(options.dilation))
      .integer("groups", options.groups);
}

Conv2d::Conv2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
               ConvOptions options)
    : scope(scope), options(options) {
  int64_t inner = in / std::max<int64_t>(1, options.groups);
  int64_t fanIn = inner * kernel * kernel;
  weight = declareWeight(scope, {out, inner, kernel, kernel}, fanIn);
  if (options.bias)
    bias = declareBias(scope, out, fanIn);
}

Tensor Conv2d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return x.program().add<dl::Conv2dOp>({x, w, b},
                                       windowOf(x, options, 2).list());
}

Conv1d::Conv1d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
               ConvOptions options)
    : scope(scope), options(options) {
  int64_t inner = in / std::max<int64_t>(1, options.groups);
  weight = declareWeight(scope, {out, inner, kernel}, inner * kernel);
  if (options.bias)
    bias = declareBias(scope, out, inner * kernel);
}

Tensor Conv1d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return x.program().add<dl::Conv1dOp>({x, w, b},
                                       windowOf(x, options, 1).list());
}

ConvTranspose2d::ConvTranspose2d(const Scope &scope, int64_t in, int64_t out,
                                 int64_t kernel, ConvOptions options,
                                 int64_t outputPadding)
    : scope(scope), options(options), outputPadding(outputPadding) {
  // PyTorch counts the second dimension of the weight as what goes in.
  int64_t outer = out / std::max<int64_t>(1, options.groups);
  int64_t fanIn = outer * kernel * kernel;
  weight = declareWeight(scope, {in, outer, kernel, kernel}, fanIn);
  if (options.bias)
    bias = declareBias(scope, out, fanIn);
}

Tensor ConvTranspose2d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  Attributes attrs = windowOf(x, options, 2);
  attrs.integers("output_padding", {outputPadding, outputPadding});
  return x.program().add<dl::ConvTranspose2dOp>({x, w, b}, attrs.list());
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

BatchNorm::BatchNorm(const Scope &scope, int64_t channels, double eps,
                     double momentum)
    : scope(scope), eps(eps), momentum(momentum) {
  Program &program = scope.program();
  weight = program.parameter(scope / "weight", {channels}, ones(scope));
  bias = program.parameter(scope / "bias", {channels}, zeros(scope));
  runningMean =
      program.buffer(scope / "running_mean", {channels}, zeros(scope));
  runningVar = program.buffer(scope / "running_var", {channels}, ones(scope));
}

Tensor BatchNorm::operator()(Tensor x) const {
  Program::At at(scope);
  auto entry = [&](const State &state) {
    return FlatSymbolRefAttr::get(x.program().context(), state.name());
  };
  Tensor w = weight.read(), shift = bias.read();
  Attributes attrs(x);
  attrs.add("running_mean", entry(runningMean))
      .add("running_var", entry(runningVar))
      .number("eps", eps)
      .number("momentum", momentum);
  attrs.add("operandSegmentSizes",
            x.program().attributes().getDenseI32ArrayAttr({1, 1, 1}));
  return x.program().add<dl::BatchNormOp>({x, w, shift}, attrs.list());
}

LayerNorm::LayerNorm(const Scope &scope, ArrayRef<int64_t> shape, double eps)
    : scope(scope), eps(eps) {
  Program &program = scope.program();
  weight = program.parameter(scope / "weight", shape, ones(scope));
  bias = program.parameter(scope / "bias", shape, zeros(scope));
}

Tensor LayerNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), shift = bias.read();
  Attributes attrs(x);
  attrs.number("eps", eps);
  return x.program().add<dl::LayerNormOp>({x, w, shift}, attrs.list());
}

GroupNorm::GroupNorm(const Scope &scope, int64_t groups, int64_t channels,
                     double eps)
    : scope(scope), groups(groups), eps(eps) {
  Program &program = scope.program();
  weight = program.parameter(scope / "weight", {channels}, ones(scope));
  bias = program.parameter(scope / "bias", {channels}, zeros(scope));
}

Tensor GroupNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), shift = bias.read();
  Attributes attrs(x);
  attrs.integer("groups", groups).number("eps", eps);
  return x.program().add<dl::GroupNormOp>({x, w, shift}, attrs.list());
}

//===----------------------------------------------------------------------===//
// Tables and activations
//===----------------------------------------------------------------------===//

Embedding::Embedding(const Scope &scope, int64_t rows, int64_t columns,
                     std::optional<int64_t> paddingIndex)
    : scope(scope), paddingIndex(paddingIndex) {
  MLIRContext *context = scope.program().context();
  Builder b(context);
  weight = scope.program().parameter(
      scope / "weight", {rows, columns},
      dl::NormalAttr::get(context, b.getF64FloatAttr(0), b.getF64FloatAttr(1)));
}

Tensor Embedding::operator()(Tensor index) const {
  Program::At at(scope);
  Attributes attrs(index);
  if (paddingIndex)
    attrs.integer("padding_index", *paddingIndex);
  return index.program().add<dl::EmbeddingOp>({weight.read(), index},
                                              attrs.list());
}

Prelu::Prelu(const Scope &scope, int64_t channels) : scope(scope) {
  MLIRContext *context = scope.program().context();
  weight = scope.program().parameter(
      scope / "weight", {channels},
      dl::FillAttr::get(context, Builder(context).getF64FloatAttr(0.25)));
}

Tensor Prelu::operator()(Tensor x) const {
  Program::At at(scope);
  return x.program().add<dl::PreluOp>({x, weight.read()}, {}, x.type());
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

Recurrent::Recurrent(const Scope &scope, Kind kind, int64_t in, int64_t hidden,
                     int64_t layers, bool bidirectional)
    : scope(scope), kind(kind), layers(layers), bidirectional(bidirectional) {
  Program &program = scope.program();
  int64_t gates = kind == Kind::Lstm ? 4 : kind == Kind::Gru ? 3 : 1;
  int64_t rows = gates * hidden, directions = bidirectional ? 2 : 1;
  // Of all, weights and biases, the bound is that of the hidden size.
  auto declare = [&](const Twine &name, ArrayRef<int64_t> shape) {
    weights.push_back(program.parameter(scope / name, shape,
                                        byFanIn(program.context(), hidden)));
  };
  for (int64_t layer = 0; layer < layers; ++layer)
    for (int64_t direction = 0; direction < directions; ++direction) {
      std::string suffix = "_l" + std::to_string(layer);
      if (direction == 1)
        suffix += "_reverse";
      int64_t width = layer == 0 ? in : directions * hidden;
      declare("weight_ih" + suffix, {rows, width});
      declare("weight_hh" + suffix, {rows, hidden});
      declare("bias_ih" + suffix, {rows});
      declare("bias_hh" + suffix, {rows});
    }
}

Tensors Recurrent::operator()(Tensor x) const {
  Program::At at(scope);
  Program &program = x.program();
  Tensors operands{x};
  for (const State &weight : weights)
    operands.push_back(weight.read());
  // x, weights; no states given, no lengths.
  SmallVector<int32_t> segments{1, int32_t(weights.size()), 0, 0};
  if (kind == Kind::Lstm)
    segments.push_back(0);
  Attributes attrs(x);
  attrs.integer("layers", layers)
      .add("operandSegmentSizes",
           program.attributes().getDenseI32ArrayAttr(segments));
  if (bidirectional)
    attrs.flag("bidirectional");
  switch (kind) {
  case Kind::Rnn:
    return program.addAll<dl::RnnOp>(operands, attrs.list());
  case Kind::Lstm:
    return program.addAll<dl::LstmOp>(operands, attrs.list());
  case Kind::Gru:
    return program.addAll<dl::GruOp>(operands, attrs.list());
  }
  llvm_unreachable("all kinds are named");
}
