//===- Stack.h - Layers that are named by their places ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_STACK_H
#define DLC_LIB_MODELS_STACK_H

#include "Recipe.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

namespace dlc::models {

/// torch.nn.Sequential: the parameters of a layer have the name of the stack
/// and the layer's place, which layers without parameters take up too.
class Stack {
public:
  explicit Stack(const nn::Scope &scope) : scope(scope) {}

  Stack &add(nn::Sequential::Layer layer) {
    body.add(std::move(layer));
    ++count;
    return *this;
  }
  Stack &conv(int64_t in, int64_t out, nn::Extents kernel,
              nn::ConvOptions options = {}) {
    return add(nn::Conv2d(place(), in, out, kernel, options));
  }
  Stack &batchNorm(int64_t channels) {
    return add(nn::BatchNorm(place(), channels));
  }
  Stack &linear(int64_t in, int64_t out) {
    return add(nn::Linear(place(), in, out));
  }
  Stack &relu() { return add(nn::relu); }
  Stack &maxPool(int64_t kernel, int64_t stride, int64_t padding = 0,
                 bool ceilMode = false) {
    return add([=](nn::Tensor x) {
      return nn::maxPool2d(x, kernel, stride, padding, 1, ceilMode);
    });
  }
  Stack &dropout(const Dropout &layer) { return add(layer); }
  /// The name of the layer that comes next.
  nn::Scope place() const { return scope / count; }

  nn::Tensor operator()(nn::Tensor x) const { return body(x); }

private:
  nn::Scope scope;
  nn::Sequential body;
  int count = 0;
};

/// The options of a convolution whose kernel is said beside them.
inline nn::ConvOptions windows(nn::Extents stride, nn::Extents padding,
                               int64_t groups = 1) {
  nn::ConvOptions options;
  options.stride = stride;
  options.padding = padding;
  options.groups = groups;
  return options;
}

/// The options of a convolution that a norm follows, which has a bias itself.
inline nn::ConvOptions noBias(nn::Extents stride, nn::Extents padding,
                              int64_t groups = 1) {
  nn::ConvOptions options = windows(stride, padding, groups);
  options.bias = false;
  return options;
}

/// The mean over windows that leave `side` x `side` values; nothing where there
/// are as many.
inline nn::Tensor averageTo(nn::Tensor x, int64_t side) {
  if (x.size(2) == side && x.size(3) == side)
    return x;
  return nn::adaptiveAvgPool2d(x, side, side);
}

} // namespace dlc::models
#endif // DLC_LIB_MODELS_STACK_H
