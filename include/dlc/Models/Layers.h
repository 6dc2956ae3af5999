//===- Layers.h - Layers with parameters ------------------------*- C++ -*-===//
//
// Each has the name, the options, the defaults, the parameter names and the
// initial distributions of the layer of PyTorch it is called after, so that
// weights interchange. A layer declares its parameters when it is constructed;
// calling it adds its ops to the function or step under construction. A layer
// is a small value: copies name the same parameters.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_LAYERS_H
#define DLC_MODELS_LAYERS_H

#include "dlc/Models/Program.h"

namespace dlc::nn {

/// torch.nn.Linear: N x in to N x out.
class Linear {
public:
  struct Options {
    bool bias = true;
  };
  Linear(const Scope &scope, int64_t in, int64_t out, Options options);
  Linear(const Scope &scope, int64_t in, int64_t out)
      : Linear(scope, in, out, Options()) {}
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  State weight, bias;
};

/// torch.nn.Conv2d: N x in x H x W to N x out x H' x W'; square windows.
class Conv2d {
public:
  struct Options {
    int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
    bool bias = true;
  };
  Conv2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
         Options options);
  Conv2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel)
      : Conv2d(scope, in, out, kernel, Options()) {}
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  Options options;
  State weight, bias;
};

/// torch.nn.BatchNorm1d and BatchNorm2d: per entry of dimension 1.
class BatchNorm {
public:
  struct Options {
    double eps = 1e-5, momentum = 0.1;
  };
  BatchNorm(const Scope &scope, int64_t channels, Options options);
  BatchNorm(const Scope &scope, int64_t channels)
      : BatchNorm(scope, channels, Options()) {}
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  Options options;
  State weight, bias, runningMean, runningVar;
};

/// Layers one after another: `Sequential({conv, relu, fc})`.
class Sequential {
public:
  using Layer = std::function<Tensor(Tensor)>;
  Sequential() = default;
  Sequential(std::vector<Layer> layers) : layers(std::move(layers)) {}
  void add(Layer layer) { layers.push_back(std::move(layer)); }
  Tensor operator()(Tensor x) const {
    for (const Layer &layer : layers)
      x = layer(x);
    return x;
  }

private:
  std::vector<Layer> layers;
};

} // namespace dlc::nn
#endif // DLC_MODELS_LAYERS_H
