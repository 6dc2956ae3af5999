//===- LanguageModel.cpp - The steps of a language model ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LanguageModel.h"

#include "Classifier.h"

#include "dlc/Models/Functional.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Inputs;
using nn::Outputs;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

void models::addLanguageModel(Program &program, const ModelOptions &options,
                              const Recipe &recipe,
                              function_ref<Tensor(Tensor)> network) {
  declareOptimizer(program, recipe);
  RankedTensorType type = program.tensor(
      {options.length, options.batch}, labelType(program, options.vocabulary));
  nn::Function net =
      program.function("net", {type}, [&](ArrayRef<Tensor> text) -> Tensors {
        return {network(text[0])};
      });

  int64_t count = options.length * options.batch;
  auto score = [&](ArrayRef<Tensor> in, nn::Mode mode) -> Outputs {
    Tensor logits =
        nn::reshape(net({in[0]}, mode)[0], {count, options.vocabulary});
    Tensor label = nn::reshape(in[1], {count});
    Tensor loss = nn::crossEntropy(logits, label);
    Tensor correct = nn::countCorrect(logits, label);
    Type i32 = program.attributes().getI32Type();
    Tensor all = nn::full(program, {}, double(count), i32);
    return {{"loss", loss}, {"correct", correct}, {"count", all}};
  };
  Inputs inputs{{"text", type}, {"next", type}};
  program.step("train", inputs, [&](ArrayRef<Tensor> in) {
    Outputs outputs = score(in, nn::Mode::Train);
    descend(outputs.front().second, recipe);
    return outputs;
  });
  program.step("evaluate", inputs,
               [&](ArrayRef<Tensor> in) { return score(in, nn::Mode::Eval); });
}

void models::addSampling(Program &program, const ModelOptions &options,
                         function_ref<Tensor(Tensor, Tensor)> draw) {
  program.hyperParameter("temperature", 1);
  Type character = labelType(program, options.vocabulary);
  program.step("sample", {{"first", program.tensor({1}, character)}},
               [&](ArrayRef<Tensor> in) -> Outputs {
                 // At 0 the most likely character wins, whatever the noise.
                 Tensor temperature =
                     nn::clamp(program.readHyperParameter("temperature"), 1e-6,
                               std::nullopt);
                 Type i32 = program.attributes().getI32Type();
                 Tensor first = nn::cast(in[0], i32);
                 Tensor text = draw(first, temperature);
                 return {{"text", nn::cast(text, character)}};
               });
}

Tensor models::drawCharacter(Tensor logits, Tensor temperature, Tensor noise) {
  Tensor scaled = logits / temperature;
  return nn::argmax(scaled + noise, -1);
}
