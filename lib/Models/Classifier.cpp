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

/// Bytes as the network's numbers.
static Tensor prepare(Tensor image, ArrayRef<int64_t> shape) {
  Tensor x = nn::cast(image, Float32Type::get(image.program().context()));
  return nn::reshape(x * (1.0 / 255), shape);
}

void models::addClassifier(Program &program, const ClassifierShape &shape,
                           double learningRate,
                           function_ref<Tensor(Tensor)> network) {
  Builder &b = program.attributes();
  auto number = [&](double value) { return b.getF64FloatAttr(value); };
  program.hyperParameter("lr", learningRate);
  program.optimizer("adam", dl::AdamAttr::get(program.context(), number(0.9),
                                              number(0.999), number(1e-8),
                                              number(0), false, false));

  SmallVector<int64_t> input{shape.batch};
  llvm::append_range(input, shape.image);
  nn::Function net = program.function(
      "net", {program.tensor(input)},
      [&](ArrayRef<Tensor> x) -> Tensors { return {network(x[0])}; });

  SmallVector<int64_t> bytes(input);
  if (shape.image[0] == 1)
    bytes.erase(bytes.begin() + 1);
  Type byte = b.getIntegerType(8, /*isSigned=*/false);
  RankedTensorType image = program.tensor(bytes, byte);
  RankedTensorType label = program.tensor(
      {shape.batch}, shape.classes <= 256 ? byte : Type(b.getI32Type()));
  Inputs labelled{{"image", image}, {"label", label}};

  program.step("train", labelled, [&](ArrayRef<Tensor> in) -> Outputs {
    Tensor logits = net({prepare(in[0], input)}, nn::Mode::Train)[0];
    Tensor loss = nn::crossEntropy(logits, in[1]);
    Tensor correct = nn::countCorrect(logits, in[1]);
    program.minimize(loss, "adam", {"*"}, program.readHyperParameter("lr"));
    return {{"loss", loss}, {"correct", correct}};
  });
  program.step("evaluate", labelled, [&](ArrayRef<Tensor> in) -> Outputs {
    Tensor logits = net({prepare(in[0], input)}, nn::Mode::Eval)[0];
    return {{"loss", nn::crossEntropy(logits, in[1])},
            {"correct", nn::countCorrect(logits, in[1])}};
  });
  program.step(
      "predict", {{"image", image}}, [&](ArrayRef<Tensor> in) -> Outputs {
        return {{"logits", net({prepare(in[0], input)}, nn::Mode::Eval)[0]}};
      });
}
