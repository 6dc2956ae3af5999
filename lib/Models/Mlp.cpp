//===- Mlp.cpp - Multilayer perceptrons -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hidden layers of one width with a chosen activation and normalisation, for
// images as vectors. Sources of the choices:
//
//   sigmoid, tanh   Rumelhart, Hinton and Williams, Nature 1986
//   relu            Glorot, Bordes and Bengio, AISTATS 2011
//   leaky_relu      Maas, Hannun and Ng, ICML workshop 2013
//   maxout          Goodfellow et al., ICML 2013 (of two pieces)
//   norm batch      Ioffe and Szegedy, ICML 2015
//   norm layer      Ba, Kiros and Hinton, 2016
//   norm weight     Salimans and Kingma, NIPS 2016
//   dropout         Srivastava et al., JMLR 2014
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

namespace {

/// One hidden layer: linear, normalised, activated, thinned out. Its norm is
/// before the activation.
class Hidden {
public:
  Hidden(const nn::Scope &scope, int64_t in, const ModelOptions &options,
         const Dropout &dropout)
      : scope(scope), activation(options.activation.value), dropout(dropout) {
    constexpr int64_t pieces = 2;
    int64_t out =
        activation == "maxout" ? pieces * options.width : options.width;
    StringRef norm = options.norm.value;
    if (norm == "weight") {
      MLIRContext *context = scope.program().context();
      Builder b(context);
      double bound = 1 / std::sqrt(double(in));
      Attribute initial = dl::UniformAttr::get(
          context, b.getF64FloatAttr(-bound), b.getF64FloatAttr(bound));
      directions.emplace(scope / "fc", nn::Shape{out, in}, initial);
      bias = scope.program().parameter(scope / "fc" / "bias", {out}, initial);
    } else {
      linear.emplace(scope / "fc", in, out);
    }
    if (norm == "batch")
      normalize = nn::BatchNorm(scope / "norm", out);
    if (norm == "layer")
      normalize = nn::LayerNorm(scope / "norm", {out});
  }

  Tensor operator()(Tensor x) const {
    x = linear ? (*linear)(x) : multiply(x);
    if (normalize)
      x = normalize(x);
    return dropout(activate(x));
  }

private:
  Tensor multiply(Tensor x) const {
    Tensor weight = (*directions)(), term = bias.read();
    return nn::linear(x, weight, term);
  }
  Tensor activate(Tensor x) const {
    if (activation == "sigmoid")
      return nn::sigmoid(x);
    if (activation == "tanh")
      return nn::tanh(x);
    if (activation == "leaky_relu")
      return nn::leakyRelu(x);
    if (activation == "maxout")
      return nn::maxout(x, 2);
    return nn::relu(x);
  }

  nn::Scope scope;
  StringRef activation;
  Dropout dropout;
  std::optional<nn::Linear> linear;
  std::optional<nn::WeightNorm> directions;
  nn::State bias;
  nn::Sequential::Layer normalize;
};

} // namespace

Module models::buildMlp(MLIRContext &context, const ModelOptions &options) {
  nn::Program program(context, "mlp");
  Dropout dropout(program, options);
  int64_t in = 1;
  for (int64_t extent : options.image)
    in *= extent;
  nn::Sequential hidden;
  for (int64_t i = 0; i < options.layers; ++i) {
    hidden.add(
        Hidden(program.root() / "layers" / int(i), in, options, dropout));
    in = options.width;
  }
  nn::Linear head(program.root() / "head", in, options.classes);
  addClassifier(
      program, {options.batch, options.classes, options.image},
      chooseRecipe(options, {"adam", 1e-3}),
      [&](Tensor x) -> nn::Tensors { return {head(hidden(nn::flatten(x)))}; });
  return program.finish();
}
