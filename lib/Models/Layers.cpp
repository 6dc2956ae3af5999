//===- Layers.cpp - Layers with parameters --------------------------------===//

#include "dlc/Models/Layers.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// Initial distributions of PyTorch's layers
//===----------------------------------------------------------------------===//

/// kaiming_uniform with a = sqrt(5), which is uniform on +-1 / sqrt(fan_in).
static Attribute weightInit(MLIRContext *context) {
  Builder b(context);
  return dl::KaimingUniformAttr::get(context, b.getF64FloatAttr(std::sqrt(5.0)),
                                     dl::FanMode::FanIn,
                                     dl::Nonlinearity::LeakyRelu);
}

/// The same bound for a bias, of whose shape it does not follow.
static Attribute biasInit(MLIRContext *context, int64_t fanIn) {
  Builder b(context);
  double bound = 1 / std::sqrt(double(fanIn));
  return dl::UniformAttr::get(context, b.getF64FloatAttr(-bound),
                              b.getF64FloatAttr(bound));
}

static Attribute zeros(MLIRContext *context) {
  return dl::ZerosAttr::get(context);
}
static Attribute ones(MLIRContext *context) {
  return dl::OnesAttr::get(context);
}

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

Linear::Linear(const Scope &scope, int64_t in, int64_t out, Options options)
    : scope(scope) {
  Program &program = scope.program();
  MLIRContext *context = program.context();
  weight = program.parameter(scope / "weight", {out, in}, weightInit(context));
  if (options.bias)
    bias = program.parameter(scope / "bias", {out}, biasInit(context, in));
}

Tensor Linear::operator()(Tensor x) const {
  Program::At at(scope);
  Tensor w = weight.read();
  Tensor b = bias ? bias.read() : Tensor();
  return x.program().add<dl::LinearOp>(x, w, b);
}

//===----------------------------------------------------------------------===//
// Conv2d
//===----------------------------------------------------------------------===//

Conv2d::Conv2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
               Options options)
    : scope(scope), options(options) {
  Program &program = scope.program();
  MLIRContext *context = program.context();
  weight = program.parameter(scope / "weight", {out, in, kernel, kernel},
                             weightInit(context));
  if (options.bias)
    bias = program.parameter(scope / "bias", {out},
                             biasInit(context, in * kernel * kernel));
}

Tensor Conv2d::operator()(Tensor x) const {
  Program::At at(scope);
  Program &program = x.program();
  auto square = [&](int64_t value) {
    return program.attributes().getI64ArrayAttr({value, value});
  };
  Tensor w = weight.read();
  Tensor b = bias ? bias.read() : Tensor();
  return program.add<dl::Conv2dOp>(
      x, w, b, square(options.stride), square(options.padding),
      square(options.dilation),
      dl::LayoutAttr::get(program.context(), dl::Layout::ChannelsFirst));
}

//===----------------------------------------------------------------------===//
// BatchNorm
//===----------------------------------------------------------------------===//

BatchNorm::BatchNorm(const Scope &scope, int64_t channels, Options options)
    : scope(scope), options(options) {
  Program &program = scope.program();
  MLIRContext *context = program.context();
  weight = program.parameter(scope / "weight", {channels}, ones(context));
  bias = program.parameter(scope / "bias", {channels}, zeros(context));
  runningMean =
      program.buffer(scope / "running_mean", {channels}, zeros(context));
  runningVar = program.buffer(scope / "running_var", {channels}, ones(context));
}

Tensor BatchNorm::operator()(Tensor x) const {
  Program::At at(scope);
  Program &program = x.program();
  Builder &b = program.attributes();
  auto entry = [&](const State &state) {
    return FlatSymbolRefAttr::get(program.context(), state.name());
  };
  Tensor w = weight.read(), shift = bias.read();
  return program.add<dl::BatchNormOp>(
      x, w, shift, entry(runningMean), entry(runningVar), dl::ModeAttr(),
      b.getF64FloatAttr(options.eps), b.getF64FloatAttr(options.momentum));
}
