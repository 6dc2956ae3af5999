//===- Graphs.cpp - Networks on graphs ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCN: Kipf and Welling, "Semi-supervised classification with graph
// convolutional networks", ICLR 2017. TextGCN: Yao, Mao and Luo, "Graph
// convolutional networks for text classification", AAAI 2019, whose nodes,
// documents and words, have no features but which node they are: the first
// layer's product with them is its weight itself.
//
// A label of -100 is of a node that does not count.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Recipe.h"

#include "dlc/Models/Functional.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Inputs;
using nn::Outputs;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

/// Adds `@net`, and the steps `train`, `evaluate` and `predict` on a whole
/// graph. `inputs` are those of the network; steps with a loss have `label`.
static void addNodeClassifier(Program &program, const ModelOptions &options,
                              const Recipe &recipe, const Inputs &inputs,
                              function_ref<Tensor(ArrayRef<Tensor>)> network) {
  Type i32 = program.attributes().getI32Type();
  addFeatureClassifier(
      program, recipe, inputs, program.tensor({options.nodes}, i32), network,
      [&](Tensor logits, Tensor label) -> Outputs {
        Tensor loss = nn::crossEntropy(logits, label);
        Tensor correct = nn::countCorrect(logits, label);
        Tensor zeros = nn::full(program, {options.nodes}, 0, i32);
        Tensor counts = nn::compare(dl::Predicate::ge, label, zeros);
        Tensor count = nn::sum(nn::cast(counts, i32));
        return {{"loss", loss}, {"correct", correct}, {"count", count}};
      });
}

Module models::buildGcn(MLIRContext &context, const ModelOptions &options) {
  Program program(context, "gcn");
  Dropout dropout(program, options);
  nn::GcnConv conv1(program.root() / "conv1", options.features, options.width);
  nn::GcnConv conv2(program.root() / "conv2", options.width, options.classes);
  // The paper decays the weights of the first layer alone.
  Recipe recipe = chooseRecipe(options, {"adam", 1e-2});
  if (!recipe.weightDecay)
    recipe.minimize.groups = {{{"conv1.*"}, 1, 5e-4}};

  Type i32 = program.attributes().getI32Type();
  Inputs inputs{{"x", program.tensor({options.nodes, options.features})},
                {"indptr", program.tensor({options.nodes + 1}, i32)},
                {"indices", program.tensor({options.edges}, i32)}};
  addNodeClassifier(program, options, recipe, inputs, [&](ArrayRef<Tensor> in) {
    nn::Rows adjacency{in[1], in[2]};
    Tensor x = conv1(dropout(in[0]), adjacency);
    return conv2(dropout(nn::relu(x)), adjacency);
  });
  return program.finish();
}

Module models::buildTextGcn(MLIRContext &context, const ModelOptions &options) {
  Program program(context, "textgcn");
  Dropout dropout(program, options);
  Attribute glorot = dl::XavierUniformAttr::get(
      &context, program.attributes().getF64FloatAttr(1));
  nn::State first = program.parameter(program.root() / "conv1" / "weight",
                                      {options.nodes, options.width}, glorot);
  nn::State second =
      program.parameter(program.root() / "conv2" / "weight",
                        {options.classes, options.width}, glorot);

  // Row i of the adjacency, normalised on both sides and with loops, has the
  // entries from indptr[i] up to indptr[i + 1].
  Type i32 = program.attributes().getI32Type();
  Inputs inputs{{"indptr", program.tensor({options.nodes + 1}, i32)},
                {"indices", program.tensor({options.edges}, i32)},
                {"values", program.tensor({options.edges})}};
  addNodeClassifier(program, options, chooseRecipe(options, {"adam", 0.02}),
                    inputs, [&](ArrayRef<Tensor> in) {
                      nn::Rows adjacency{in[0], in[1]};
                      Tensor weight = first.read();
                      Tensor x =
                          dropout(nn::relu(nn::spmm(adjacency, in[2], weight)));
                      Tensor y = nn::linear(x, second.read());
                      return nn::spmm(adjacency, in[2], y);
                    });
  return program.finish();
}
