//===- Classifier.cpp - The steps of a model that names images ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

Type models::labelType(Program &program, int64_t classes) {
  Builder &b = program.attributes();
  return classes <= 256 ? Type(b.getIntegerType(8, /*isSigned=*/false))
                        : Type(b.getI32Type());
}

RankedTensorType models::imageType(Program &program, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> bytes(shape);
  if (bytes[1] == 1)
    bytes.erase(bytes.begin() + 1);
  Type byte = program.attributes().getIntegerType(8, /*isSigned=*/false);
  return program.tensor(bytes, byte);
}

Tensor models::prepareImages(Tensor image, ArrayRef<int64_t> shape) {
  Tensor x = nn::cast(image, Float32Type::get(image.program().context()));
  return nn::reshape(x * (1.0 / 255), shape);
}

/// The outputs of an evaluation; of the predictions dlc-run makes a table of
/// confusions and the scores of each class.
static Outputs evaluated(Tensor logits, Tensor label) {
  return {{"loss", nn::crossEntropy(logits, label)},
          {"correct", nn::countCorrect(logits, label)},
          {"prediction", nn::argmax(logits, 1)}};
}

void models::addClassifier(Program &program, const ClassifierShape &shape,
                           const Recipe &recipe,
                           function_ref<Tensors(Tensor)> network,
                           double auxiliaryWeight) {
  declareOptimizer(program, recipe);
  SmallVector<int64_t> input{shape.batch};
  llvm::append_range(input, shape.image);
  nn::Function net =
      program.function("net", {program.tensor(input)},
                       [&](ArrayRef<Tensor> x) { return network(x[0]); });

  RankedTensorType image = imageType(program, input);
  RankedTensorType label =
      program.tensor({shape.batch}, labelType(program, shape.classes));
  Inputs labelled{{"image", image}, {"label", label}};

  program.step("train", labelled, [&](ArrayRef<Tensor> in) -> Outputs {
    Tensors logits = net({prepareImages(in[0], input)}, nn::Mode::Train);
    Tensor loss = nn::crossEntropy(logits[0], in[1]);
    Tensor correct = nn::countCorrect(logits[0], in[1]);
    Tensor total = loss;
    for (Tensor auxiliary : ArrayRef(logits).drop_front()) {
      Tensor term = nn::crossEntropy(auxiliary, in[1]) * auxiliaryWeight;
      total = total + term;
    }
    descend(total, recipe);
    return {{"loss", total}, {"correct", correct}};
  });
  program.step("evaluate", labelled, [&](ArrayRef<Tensor> in) -> Outputs {
    Tensor logits = net({prepareImages(in[0], input)}, nn::Mode::Eval)[0];
    return evaluated(logits, in[1]);
  });
  program.step(
      "predict", {{"image", image}}, [&](ArrayRef<Tensor> in) -> Outputs {
        return {
            {"logits", net({prepareImages(in[0], input)}, nn::Mode::Eval)[0]}};
      });
}

void models::addFeatureClassifier(
    Program &program, const Recipe &recipe, const Inputs &inputs,
    RankedTensorType label, function_ref<Tensor(ArrayRef<Tensor>)> network,
    Score score, Score evaluation) {
  declareOptimizer(program, recipe);
  nn::Function net = program.function(
      "net", llvm::to_vector(llvm::make_second_range(inputs)),
      [&](ArrayRef<Tensor> in) -> Tensors { return {network(in)}; });

  Inputs labelled(inputs);
  labelled.push_back({"label", label});
  program.step("train", labelled, [&](ArrayRef<Tensor> in) {
    Outputs outputs = score(net(in.drop_back(), nn::Mode::Train)[0], in.back());
    descend(outputs.front().second, recipe);
    return outputs;
  });
  program.step("evaluate", labelled, [&](ArrayRef<Tensor> in) {
    Tensor logits = net(in.drop_back(), nn::Mode::Eval)[0];
    return evaluation ? evaluation(logits, in.back())
                      : score(logits, in.back());
  });
  program.step("predict", inputs, [&](ArrayRef<Tensor> in) -> Outputs {
    return {{"logits", net(in, nn::Mode::Eval)[0]}};
  });
}

void models::addFeatureClassifier(
    Program &program, const ModelOptions &options, const Recipe &recipe,
    const Inputs &inputs, function_ref<Tensor(ArrayRef<Tensor>)> network) {
  addFeatureClassifier(
      program, recipe, inputs,
      program.tensor({options.batch}, labelType(program, options.classes)),
      network,
      [](Tensor logits, Tensor label) -> Outputs {
        Tensor loss = nn::crossEntropy(logits, label);
        return {{"loss", loss}, {"correct", nn::countCorrect(logits, label)}};
      },
      evaluated);
}
