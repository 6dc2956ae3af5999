//===- TextCnn.cpp - Kim, EMNLP 2014 --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Convolutional neural networks for sentence classification", the form
// CNN-rand: word vectors of 300 that are learned, convolutions over 3, 4 and 5
// words with 100 channels each, the maximum of each channel over the sentence,
// dropout. With `--k-max` the k greatest in their order, as in Kalchbrenner,
// Grefenstette and Blunsom, ACL 2014.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

Module models::buildTextCnn(MLIRContext &context, const ModelOptions &options) {
  Program program(context, "textcnn");
  nn::Scope root = program.root();
  nn::Embedding embedding(root / "embedding", options.vocabulary,
                          options.features);
  std::vector<nn::Conv1d> convs;
  for (int64_t words : {3, 4, 5})
    convs.emplace_back(root / "convs" / int(words - 3), options.features,
                       options.width, words);
  Dropout dropout(program, options);
  nn::Linear fc(root / "fc", 3 * options.kMax * options.width, options.classes);
  // The word vectors begin as in the author's program.
  program.initialize([&](StringRef name, RankedTensorType) -> Attribute {
    Builder b(&context);
    return name == "embedding.weight"
               ? dl::UniformAttr::get(&context, b.getF64FloatAttr(-0.25),
                                      b.getF64FloatAttr(0.25))
               : Attribute();
  });

  auto net = [&](ArrayRef<Tensor> in) {
    Tensor x = nn::permute(embedding(in[0]), {0, 2, 1});
    Tensors pooled;
    for (const nn::Conv1d &conv : convs) {
      Tensor y = nn::relu(conv(x));
      pooled.push_back(options.kMax == 1
                           ? nn::amax(y, {2})
                           : nn::flatten(nn::kMaxPool(y, options.kMax, 2)));
    }
    return fc(dropout(nn::concat(pooled, 1)));
  };
  Type i32 = program.attributes().getI32Type();
  addFeatureClassifier(
      program, options, chooseRecipe(options, {"adam", 1e-3}),
      {{"text", program.tensor({options.batch, options.length}, i32)}}, net);
  return program.finish();
}
