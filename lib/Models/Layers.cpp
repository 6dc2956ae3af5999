//===- Layers.cpp - Layers with parameters --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

/// Reads the parameter, if the layer has one.
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
  return linear(x, w, b);
}

/// Declares the weight of a convolution, out x in / groups x kernel, and its
/// bias.
static void declareConv(const Scope &scope, int64_t in, int64_t out,
                        const Extents &kernel, int64_t rank,
                        const ConvOptions &options, State &weight,
                        State &bias) {
  int64_t inner = in / std::max<int64_t>(1, options.groups);
  int64_t fanIn = inner * kernel.product(rank);
  Shape shape{out, inner};
  llvm::append_range(shape, kernel.of(rank));
  weight = declareWeight(scope, shape, fanIn);
  if (options.bias)
    bias = declareBias(scope, out, fanIn);
}

Conv1d::Conv1d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
               ConvOptions options)
    : scope(scope), options(options) {
  declareConv(scope, in, out, kernel, 1, options, weight, bias);
}
Tensor Conv1d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return conv1d(x, w, b, options.stride, options.padding, options.dilation,
                options.groups);
}

Conv2d::Conv2d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
               ConvOptions options)
    : scope(scope), options(options) {
  declareConv(scope, in, out, kernel, 2, options, weight, bias);
}
Tensor Conv2d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return conv2d(x, w, b, options.stride, options.padding, options.dilation,
                options.groups);
}

Conv3d::Conv3d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
               ConvOptions options)
    : scope(scope), options(options) {
  declareConv(scope, in, out, kernel, 3, options, weight, bias);
}
Tensor Conv3d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return conv3d(x, w, b, options.stride, options.padding, options.dilation,
                options.groups);
}

ConvTranspose2d::ConvTranspose2d(const Scope &scope, int64_t in, int64_t out,
                                 Extents kernel, ConvOptions options,
                                 Extents outputPadding)
    : scope(scope), options(options), outputPadding(outputPadding) {
  // PyTorch counts the second dimension of the weight as the input channels.
  int64_t outer = out / std::max<int64_t>(1, options.groups);
  int64_t fanIn = outer * kernel.product(2);
  Shape shape{in, outer};
  llvm::append_range(shape, kernel.of(2));
  weight = declareWeight(scope, shape, fanIn);
  if (options.bias)
    bias = declareBias(scope, out, fanIn);
}
Tensor ConvTranspose2d::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return convTranspose2d(x, w, b, options.stride, options.padding,
                         outputPadding, options.groups, options.dilation);
}

GcnConv::GcnConv(const Scope &scope, int64_t in, int64_t out, bool bias,
                 bool addSelfLoops)
    : scope(scope), addSelfLoops(addSelfLoops) {
  Program &program = scope.program();
  Builder b(program.context());
  weight = program.parameter(
      scope / "weight", {out, in},
      dl::XavierUniformAttr::get(program.context(), b.getF64FloatAttr(1)));
  if (bias)
    this->bias = program.parameter(scope / "bias", {out}, zeros(scope));
}
Tensor GcnConv::operator()(Tensor x, Rows adjacency) const {
  Program::At at(scope);
  Tensor w = weight.read(), b = readOptional(bias);
  return gcnConv(x, w, adjacency, b, addSelfLoops);
}

WeightNorm::WeightNorm(const Scope &scope, ArrayRef<int64_t> shape,
                       Attribute initializer, int64_t axis, StringRef name)
    : scope(scope), axis(axis) {
  Program &program = scope.program();
  Shape norms(shape.size(), 1);
  int64_t place = axis < 0 ? axis + int64_t(shape.size()) : axis;
  if (place >= 0 && place < int64_t(shape.size()))
    norms[place] = shape[place];
  v = program.parameter(scope / (name + "_v"), shape, initializer);
  g = program.parameter(scope / (name + "_g"), norms, ones(scope));
}
Tensor WeightNorm::operator()() const {
  Program::At at(scope);
  Tensor directions = v.read(), norms = g.read();
  return weightNorm(directions, norms, axis);
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

/// Declares the factor and the term of a normalisation.
static void declareAffine(const Scope &scope, ArrayRef<int64_t> shape,
                          State &weight, State *bias) {
  Program &program = scope.program();
  weight = program.parameter(scope / "weight", shape, ones(scope));
  if (bias)
    *bias = program.parameter(scope / "bias", shape, zeros(scope));
}

BatchNorm::BatchNorm(const Scope &scope, int64_t channels, double eps,
                     double momentum, bool affine, bool trackRunningStats)
    : scope(scope), eps(eps), momentum(momentum) {
  Program &program = scope.program();
  if (affine)
    declareAffine(scope, channels, weight, &bias);
  if (!trackRunningStats)
    return;
  runningMean =
      program.buffer(scope / "running_mean", {channels}, zeros(scope));
  runningVar = program.buffer(scope / "running_var", {channels}, ones(scope));
}

Tensor BatchNorm::operator()(Tensor x) const {
  Program::At at(scope);
  auto entry = [&](const State &state) {
    return FlatSymbolRefAttr::get(x.program().context(), state.name());
  };
  Tensor w = readOptional(weight), shift = readOptional(bias);
  Attributes attrs(x);
  if (runningMean)
    attrs.add("running_mean", entry(runningMean))
        .add("running_var", entry(runningVar));
  attrs.number("eps", eps)
      .number("momentum", momentum)
      .segments({1, w ? 1 : 0, shift ? 1 : 0});
  return addOp<dl::BatchNormOp>({x, w, shift}, attrs);
}

LayerNorm::LayerNorm(const Scope &scope, ArrayRef<int64_t> shape, double eps,
                     bool affine, bool bias)
    : scope(scope), rank(shape.size()), eps(eps) {
  if (affine)
    declareAffine(scope, shape, weight, bias ? &this->bias : nullptr);
}
Tensor LayerNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = readOptional(weight), shift = readOptional(bias);
  return layerNorm(x, -rank, w, shift, eps);
}

RmsNorm::RmsNorm(const Scope &scope, ArrayRef<int64_t> shape,
                 std::optional<double> eps, bool affine)
    : scope(scope), rank(shape.size()), eps(eps) {
  if (affine)
    declareAffine(scope, shape, weight, nullptr);
}
Tensor RmsNorm::operator()(Tensor x) const {
  Program::At at(scope);
  return rmsNorm(x, -rank, readOptional(weight), eps);
}

GroupNorm::GroupNorm(const Scope &scope, int64_t groups, int64_t channels,
                     double eps, bool affine)
    : scope(scope), groups(groups), eps(eps) {
  if (affine)
    declareAffine(scope, channels, weight, &bias);
}
Tensor GroupNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = readOptional(weight), shift = readOptional(bias);
  return groupNorm(x, groups, w, shift, eps);
}

InstanceNorm::InstanceNorm(const Scope &scope, int64_t channels, double eps,
                           bool affine)
    : scope(scope), eps(eps) {
  if (affine)
    declareAffine(scope, channels, weight, &bias);
}
Tensor InstanceNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = readOptional(weight), shift = readOptional(bias);
  return instanceNorm(x, w, shift, eps);
}

//===----------------------------------------------------------------------===//
// Tables and activations
//===----------------------------------------------------------------------===//

Embedding::Embedding(const Scope &scope, int64_t rows, int64_t columns,
                     std::optional<int64_t> paddingIndex, bool sparse)
    : scope(scope), paddingIndex(paddingIndex), sparse(sparse) {
  MLIRContext *context = scope.program().context();
  Builder b(context);
  weight = scope.program().parameter(
      scope / "weight", {rows, columns},
      dl::NormalAttr::get(context, b.getF64FloatAttr(0), b.getF64FloatAttr(1)));
}

Tensor Embedding::operator()(Tensor index) const {
  Program::At at(scope);
  return embedding(weight.read(), index, paddingIndex, sparse);
}

Prelu::Prelu(const Scope &scope, int64_t channels) : scope(scope) {
  MLIRContext *context = scope.program().context();
  weight = scope.program().parameter(
      scope / "weight", {channels},
      dl::FillAttr::get(context, Builder(context).getF64FloatAttr(0.25)));
}

Tensor Prelu::operator()(Tensor x) const {
  Program::At at(scope);
  return prelu(x, weight.read());
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

/// Declares w_ih, w_hh and perhaps b_ih and b_hh of one layer and direction. Of
/// all of them the bound is that of the hidden size.
static void declareGates(const Scope &scope, RecurrentKind kind, int64_t in,
                         int64_t hidden, bool bias, const Twine &suffix,
                         std::vector<State> &weights) {
  Program &program = scope.program();
  int64_t gates = kind == RecurrentKind::Lstm  ? 4
                  : kind == RecurrentKind::Gru ? 3
                                               : 1;
  int64_t rows = gates * hidden;
  auto declare = [&](const Twine &name, ArrayRef<int64_t> shape) {
    weights.push_back(program.parameter(scope / (name + suffix), shape,
                                        byFanIn(program.context(), hidden)));
  };
  declare("weight_ih", {rows, in});
  declare("weight_hh", {rows, hidden});
  if (!bias)
    return;
  declare("bias_ih", {rows});
  declare("bias_hh", {rows});
}

Recurrent::Recurrent(const Scope &scope, Kind kind, int64_t in, int64_t hidden,
                     int64_t layers, bool bidirectional,
                     RecurrentOptions options)
    : scope(scope), kind(kind), layers(layers), bidirectional(bidirectional),
      options(options) {
  int64_t directions = bidirectional ? 2 : 1;
  for (int64_t layer = 0; layer < layers; ++layer)
    for (int64_t direction = 0; direction < directions; ++direction)
      declareGates(scope, kind, layer == 0 ? in : directions * hidden, hidden,
                   options.bias,
                   "_l" + Twine(layer) + (direction == 1 ? "_reverse" : ""),
                   weights);
}

Tensors Recurrent::operator()(Tensor x, RecurrentInputs inputs) const {
  Program::At at(scope);
  Program &program = x.program();
  Tensors operands{x};
  for (const State &weight : weights)
    operands.push_back(weight.read());
  SmallVector<int32_t> segments{1, int32_t(weights.size())};
  auto give = [&](Tensor optional) {
    operands.push_back(optional);
    segments.push_back(optional ? 1 : 0);
  };
  give(inputs.h0);
  if (kind == Kind::Lstm)
    give(inputs.c0);
  give(inputs.lengths);
  Attributes attrs(x);
  attrs.integer("layers", layers)
      .segments(segments)
      .flag("bidirectional", bidirectional)
      .flag("batch_first", options.batchFirst);
  if (options.truncate)
    attrs.integer("truncate", *options.truncate);
  switch (kind) {
  case Kind::Rnn:
    attrs.text("nonlinearity", options.relu ? "relu" : "tanh");
    return program.addAll<dl::RnnOp>(operands, attrs.list());
  case Kind::Lstm:
    return program.addAll<dl::LstmOp>(operands, attrs.list());
  case Kind::Gru:
    return program.addAll<dl::GruOp>(operands, attrs.list());
  }
  llvm_unreachable("all kinds are named");
}

RecurrentCell::RecurrentCell(const Scope &scope, Kind kind, int64_t in,
                             int64_t hidden, RecurrentOptions options)
    : scope(scope), kind(kind), options(options) {
  declareGates(scope, kind, in, hidden, options.bias, "", weights);
}

Tensors RecurrentCell::operator()(Tensor x, Tensor h, Tensor c) const {
  Program::At at(scope);
  Program &program = x.program();
  Tensors operands{x, h, c};
  for (const State &weight : weights)
    operands.push_back(weight.read());
  Attributes attrs(x);
  switch (kind) {
  case Kind::Rnn:
    attrs.text("nonlinearity", options.relu ? "relu" : "tanh");
    return program.addAll<dl::RnnCellOp>(operands, attrs.list());
  case Kind::Lstm:
    return program.addAll<dl::LstmCellOp>(operands);
  case Kind::Gru:
    return program.addAll<dl::GruCellOp>(operands);
  }
  llvm_unreachable("all kinds are named");
}
