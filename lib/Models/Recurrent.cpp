//===- Recurrent.cpp - Networks with a state ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RNN (Elman, Cognitive Science 1990), LSTM (Hochreiter and Schmidhuber, Neural
// Computation 1997) and GRU (Cho et al., EMNLP 2014) as a language model of
// characters, as a classifier of images that are read row by row, and as a
// classifier of texts of different lengths. Gradients are clipped to a norm
// (Pascanu, Mikolov and Bengio, ICML 2013).
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "LanguageModel.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Program;
using nn::RecurrentKind;
using nn::Tensor;
using nn::Tensors;

/// "lstm" of `char_lstm` and of the layer's scope.
static StringRef nameOf(RecurrentKind kind) {
  switch (kind) {
  case RecurrentKind::Rnn:
    return "rnn";
  case RecurrentKind::Lstm:
    return "lstm";
  case RecurrentKind::Gru:
    return "gru";
  }
  llvm_unreachable("all kinds are named");
}

static Recipe clipped(const ModelOptions &options, double lr, double norm) {
  Recipe recipe = chooseRecipe(options, {"adam", lr});
  recipe.minimize.clipNorm = norm;
  return recipe;
}

//===----------------------------------------------------------------------===//
// A language model of characters
//===----------------------------------------------------------------------===//

namespace {

class CharModel {
public:
  CharModel(const nn::Scope &scope, RecurrentKind kind,
            const ModelOptions &options)
      : kind(kind), options(options),
        embedding(scope / "embedding", options.vocabulary, options.width),
        body(scope / nameOf(kind), kind, options.width, options.width,
             options.layers),
        fc(scope / "fc", options.width, options.vocabulary) {}

  Tensor operator()(Tensor text) const { return fc(body(embedding(text))[0]); }

  /// The characters after `first`, one a trip of a loop that carries the last
  /// character and the state.
  Tensor draw(Tensor first, Tensor temperature) const {
    Program &program = first.program();
    Tensors carried{first};
    for (int state = 0; state < (kind == RecurrentKind::Lstm ? 2 : 1); ++state)
      carried.push_back(
          nn::full(program, {options.layers, 1, options.width}, 0));
    Tensor noise = nn::gumbel(program, {options.sample, 1, options.vocabulary});
    Tensors results = program.scan(
        options.sample, carried, {noise}, {temperature},
        [&](ArrayRef<Tensor> now, ArrayRef<Tensor> slices,
            ArrayRef<Tensor> invariants) -> nn::ScanStep {
          Tensor x = nn::reshape(embedding(now[0]), {1, 1, options.width});
          nn::RecurrentInputs inputs;
          inputs.h0 = now[1];
          if (now.size() > 2)
            inputs.c0 = now[2];
          Tensors y = body(x, inputs);
          Tensor logits = fc(nn::reshape(y[0], {1, options.width}));
          Tensor next = drawCharacter(logits, invariants[0], slices[0]);
          Tensors state{next};
          llvm::append_range(state, ArrayRef(y).drop_front());
          return {state, {next}};
        });
    return nn::reshape(results.back(), {options.sample});
  }

private:
  RecurrentKind kind;
  const ModelOptions &options;
  nn::Embedding embedding;
  nn::Recurrent body;
  nn::Linear fc;
};

} // namespace

Module models::buildCharModel(MLIRContext &context, const ModelOptions &options,
                              RecurrentKind kind) {
  Program program(context, ("char_" + nameOf(kind)).str());
  CharModel net(program.root(), kind, options);
  addLanguageModel(program, options, clipped(options, 2e-3, 5), net);
  addSampling(program, options, [&](Tensor first, Tensor temperature) {
    return net.draw(first, temperature);
  });
  return program.finish();
}

//===----------------------------------------------------------------------===//
// Classifiers of sequences
//===----------------------------------------------------------------------===//

namespace {

/// A recurrent layer over N x T x `in` and a linear one on its last states.
class SequenceClassifier {
public:
  SequenceClassifier(Program &program, RecurrentKind kind, int64_t in,
                     const ModelOptions &options)
      : directions(options.directions), dropout(program, options),
        body(program.root() / nameOf(kind), kind, in, options.width,
             options.layers, options.directions == 2, batchFirst()),
        fc(program.root() / "fc", options.directions * options.width,
           options.classes) {}

  Tensor operator()(Tensor x, Tensor lengths = {}) const {
    nn::RecurrentInputs inputs;
    inputs.lengths = lengths;
    // Those of the last layer, in both directions, are the last of h.
    Tensor h = body(x, inputs)[1];
    Tensors ends;
    for (int64_t i = directions; i > 0; --i) {
      Tensor end =
          nn::slice(h, {h.size(0) - i, 0, 0}, {1, h.size(1), h.size(2)});
      ends.push_back(nn::reshape(end, {h.size(1), h.size(2)}));
    }
    Tensor all = ends.size() == 1 ? ends[0] : nn::concat(ends, 1);
    return fc(dropout(all));
  }

private:
  static nn::RecurrentOptions batchFirst() {
    nn::RecurrentOptions options;
    options.batchFirst = true;
    return options;
  }

  int64_t directions;
  Dropout dropout;
  nn::Recurrent body;
  nn::Linear fc;
};

} // namespace

Module models::buildRowModel(MLIRContext &context, const ModelOptions &options,
                             RecurrentKind kind) {
  Program program(context, ("row_" + nameOf(kind)).str());
  int64_t channels = options.image[0], rows = options.image[1];
  int64_t row = channels * options.image[2];
  SequenceClassifier net(program, kind, row, options);
  addClassifier(program, {options.batch, options.classes, options.image},
                clipped(options, 1e-3, 1), [&](Tensor x) -> Tensors {
                  if (channels > 1)
                    x = nn::permute(x, {0, 2, 1, 3});
                  return {net(nn::reshape(x, {options.batch, rows, row}))};
                });
  return program.finish();
}

Module models::buildTextModel(MLIRContext &context, const ModelOptions &options,
                              RecurrentKind kind) {
  Program program(context, ("text_" + nameOf(kind)).str());
  nn::Embedding embedding(program.root() / "embedding", options.vocabulary,
                          options.features);
  SequenceClassifier net(program, kind, options.features, options);
  Type i32 = program.attributes().getI32Type();
  nn::Inputs inputs{
      {"text", program.tensor({options.batch, options.length}, i32)},
      {"lengths", program.tensor({options.batch}, i32)}};
  addFeatureClassifier(
      program, options, clipped(options, 1e-3, 1), inputs,
      [&](ArrayRef<Tensor> in) { return net(embedding(in[0]), in[1]); });
  return program.finish();
}
