//===- Layers.h - Layers with parameters ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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

#include "dlc/Models/Functional.h"

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

/// The windows of a convolution.
struct ConvOptions {
  Extents stride = 1, padding = 0, dilation = 1;
  int64_t groups = 1;
  bool bias = true;
};

/// torch.nn.Conv2d: N x in x H x W to N x out x H' x W'.
class Conv2d {
public:
  Conv2d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
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
  Conv1d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
         ConvOptions options = {});
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  ConvOptions options;
  State weight, bias;
};

/// torch.nn.Conv3d: N x in x D x H x W to N x out x D' x H' x W'.
class Conv3d {
public:
  Conv3d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
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
  ConvTranspose2d(const Scope &scope, int64_t in, int64_t out, Extents kernel,
                  ConvOptions options = {}, Extents outputPadding = 0);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  ConvOptions options;
  Extents outputPadding;
  State weight, bias;
};

/// A graph convolution of Kipf and Welling: N x in to N x out. Weight and bias
/// begin as in the paper's program: Glorot's uniform distribution, and 0.
class GcnConv {
public:
  GcnConv(const Scope &scope, int64_t in, int64_t out, bool bias = true,
          bool addSelfLoops = true);
  Tensor operator()(Tensor x, Rows adjacency) const;

private:
  Scope scope;
  bool addSelfLoops;
  State weight, bias;
};

/// torch.nn.utils.weight_norm of any weight. The constructor declares the
/// parameters `<name>_v` and `<name>_g`, the norms along `axis`; calling the
/// object gives the weight, for `linear`, `conv2d` and so on. g begins as ones,
/// v by the initializer.
class WeightNorm {
public:
  WeightNorm(const Scope &scope, llvm::ArrayRef<int64_t> shape,
             mlir::Attribute initializer, int64_t axis = 0,
             llvm::StringRef name = "weight");
  Tensor operator()() const;

private:
  Scope scope;
  int64_t axis;
  State v, g;
};

/// torch.nn.BatchNorm1d and BatchNorm2d: per entry of dimension 1.
class BatchNorm {
public:
  BatchNorm(const Scope &scope, int64_t channels, double eps = 1e-5,
            double momentum = 0.1, bool affine = true,
            bool trackRunningStats = true);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  double eps, momentum;
  State weight, bias, runningMean, runningVar;
};

/// torch.nn.LayerNorm: over the last dimensions, whose extents are `shape`.
class LayerNorm {
public:
  LayerNorm(const Scope &scope, llvm::ArrayRef<int64_t> shape,
            double eps = 1e-5, bool affine = true, bool bias = true);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  int64_t rank;
  double eps;
  State weight, bias;
};

/// torch.nn.RMSNorm: the same without a mean.
class RmsNorm {
public:
  RmsNorm(const Scope &scope, llvm::ArrayRef<int64_t> shape,
          std::optional<double> eps = std::nullopt, bool affine = true);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  int64_t rank;
  std::optional<double> eps;
  State weight;
};

/// torch.nn.GroupNorm.
class GroupNorm {
public:
  GroupNorm(const Scope &scope, int64_t groups, int64_t channels,
            double eps = 1e-5, bool affine = true);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  int64_t groups;
  double eps;
  State weight, bias;
};

/// torch.nn.InstanceNorm1d and so on, without running statistics.
class InstanceNorm {
public:
  InstanceNorm(const Scope &scope, int64_t channels, double eps = 1e-5,
               bool affine = false);
  Tensor operator()(Tensor x) const;

private:
  Scope scope;
  double eps;
  State weight, bias;
};

/// torch.nn.Embedding: any shape of indices below `rows` to that shape x
/// columns.
class Embedding {
public:
  Embedding(const Scope &scope, int64_t rows, int64_t columns,
            std::optional<int64_t> paddingIndex = std::nullopt,
            bool sparse = false);
  Tensor operator()(Tensor index) const;

private:
  Scope scope;
  std::optional<int64_t> paddingIndex;
  bool sparse;
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

enum class RecurrentKind { Rnn, Lstm, Gru };

struct RecurrentOptions {
  bool bias = true;
  /// N x T x ... in place of T x N x ...
  bool batchFirst = false;
  /// For an Rnn: relu in place of tanh.
  bool relu = false;
  /// Cuts the gradient after so many steps.
  std::optional<int64_t> truncate;
};
/// Optional inputs of a recurrent layer.
struct RecurrentInputs {
  /// The states at the start, layers (times directions) x N x hidden; of an
  /// Lstm both.
  Tensor h0, c0;
  /// How many steps of each sequence count.
  Tensor lengths;
};

/// torch.nn.RNN, LSTM and GRU: T x N x in to T x N x hidden (twice that for
/// both directions).
class Recurrent {
public:
  using Kind = RecurrentKind;
  Recurrent(const Scope &scope, Kind kind, int64_t in, int64_t hidden,
            int64_t layers = 1, bool bidirectional = false,
            RecurrentOptions options = {});
  /// The output of every step, then the last h of every layer and direction,
  /// and of an LSTM the last c.
  Tensors operator()(Tensor x, RecurrentInputs inputs = {}) const;

private:
  Scope scope;
  Kind kind;
  int64_t layers;
  bool bidirectional;
  RecurrentOptions options;
  std::vector<State> weights;
};

/// torch.nn.RNNCell, LSTMCell and GRUCell: one step. Of the options it has
/// `bias` and `relu`.
class RecurrentCell {
public:
  using Kind = RecurrentKind;
  RecurrentCell(const Scope &scope, Kind kind, int64_t in, int64_t hidden,
                RecurrentOptions options = {});
  /// From N x in and the state the next h, and of an LSTM the next c.
  Tensors operator()(Tensor x, Tensor h, Tensor c = {}) const;

private:
  Scope scope;
  Kind kind;
  RecurrentOptions options;
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
