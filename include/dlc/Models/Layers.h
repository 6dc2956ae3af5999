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

/// torch.nn.Linear: ... x in to ... x out.
class Linear {
public:
  Linear(const Scope &scope, int64_t in, int64_t out, bool bias = true);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  State weight, bias;
};

/// Square windows of a convolution.
struct ConvOptions {
  int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  bool bias = true;
};

/// torch.nn.Conv2d: N x in x H x W to N x out x H' x W'.
class Conv2d {
public:
  Conv2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
         ConvOptions options = {});
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  ConvOptions options;
  State weight, bias;
};

/// torch.nn.Conv1d: N x in x L to N x out x L'.
class Conv1d {
public:
  Conv1d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
         ConvOptions options = {});
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  ConvOptions options;
  State weight, bias;
};

/// torch.nn.ConvTranspose2d: N x in x H x W to N x out x H' x W'.
class ConvTranspose2d {
public:
  ConvTranspose2d(const Scope &scope, int64_t in, int64_t out, int64_t kernel,
                  ConvOptions options = {}, int64_t outputPadding = 0);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  ConvOptions options;
  int64_t outputPadding;
  State weight, bias;
};

/// torch.nn.BatchNorm1d and BatchNorm2d: per entry of dimension 1.
class BatchNorm {
public:
  BatchNorm(const Scope &scope, int64_t channels, double eps = 1e-5,
            double momentum = 0.1);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  double eps, momentum;
  State weight, bias, runningMean, runningVar;
};

/// torch.nn.LayerNorm: over the last dimensions, of which `shape` is.
class LayerNorm {
public:
  LayerNorm(const Scope &scope, llvm::ArrayRef<int64_t> shape,
            double eps = 1e-5);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  double eps;
  State weight, bias;
};

/// torch.nn.GroupNorm.
class GroupNorm {
public:
  GroupNorm(const Scope &scope, int64_t groups, int64_t channels,
            double eps = 1e-5);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  int64_t groups;
  double eps;
  State weight, bias;
};

/// torch.nn.Embedding: any shape of indices below `rows` to that shape x
/// columns.
class Embedding {
public:
  Embedding(const Scope &scope, int64_t rows, int64_t columns,
            std::optional<int64_t> paddingIndex = std::nullopt);
  Tensor operator()(Tensor index) const;

private:
  Scope scope;
  std::optional<int64_t> paddingIndex;
  State weight;
};

/// torch.nn.PReLU.
class Prelu {
public:
  Prelu(const Scope &scope, int64_t channels = 1);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  State weight;
};

/// torch.nn.RNN, LSTM and GRU: T x N x in to T x N x hidden (twice that for
/// both directions).
class Recurrent {
public:
  enum class Kind { Rnn, Lstm, Gru };
  Recurrent(const Scope &scope, Kind kind, int64_t in, int64_t hidden,
            int64_t layers = 1, bool bidirectional = false);
  /// The output of every step, then the last h of every layer and direction,
  /// and of an LSTM the last c.
  Tensors operator()(Tensor x) const;

private:
  Scope scope;
  Kind kind;
  int64_t layers;
  bool bidirectional;
  std::vector<State> weights;
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
