//===- MobileNet.cpp - Howard et al., 2017 --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "MobileNets: efficient convolutional neural networks for mobile vision
// applications" (arXiv 1704.04861), table 1: depthwise 3 x 3 convolutions, each
// followed by one of 1 x 1; 4,231,976 parameters with 32 channels in the first
// layer, which are the paper's width multiplier of 1.
//
// The small form does without the first three halvings of the image.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

static Module build(MLIRContext &context, const ModelOptions &options,
                    StringRef name, bool isSmall) {
  struct Row {
    int64_t channels, stride;
  };
  // Multiples of the first layer's channels.
  const Row table[] = {{2, 1},  {4, 2},  {4, 1},  {8, 2},  {8, 1},
                       {16, 2}, {16, 1}, {16, 1}, {16, 1}, {16, 1},
                       {16, 1}, {32, 2}, {32, 1}};
  nn::Program program(context, name);
  nn::Scope root = program.root() / "features";
  nn::Sequential features;
  int64_t in = options.width;
  Stack first(root / 0);
  first.conv(options.image[0], in, 3, noBias(isSmall ? 1 : 2, 1));
  first.batchNorm(in).relu();
  features.add(first);
  for (auto [place, row] : llvm::enumerate(table)) {
    int64_t out = row.channels * options.width;
    int64_t stride = isSmall && place < 2 ? 1 : row.stride;
    Stack block(root / int(place + 1));
    block.conv(in, in, 3, noBias(stride, 1, in)).batchNorm(in).relu();
    block.conv(in, out, 1, noBias(1, 0)).batchNorm(out).relu();
    features.add(block);
    in = out;
  }
  Dropout dropout(program, options);
  nn::Linear classifier(program.root() / "classifier", in, options.classes);
  initializeForRelu(program);
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, {"sgd", 0.05, 4e-5}),
                [&](Tensor x) -> nn::Tensors {
                  x = nn::globalAvgPool2d(features(x));
                  return {classifier(dropout(x))};
                });
  return program.finish();
}

Module models::buildMobileNet(MLIRContext &context,
                              const ModelOptions &options) {
  return build(context, options, "mobilenet", /*isSmall=*/false);
}
Module models::buildMobileNetSmall(MLIRContext &context,
                                   const ModelOptions &options) {
  return build(context, options, "mobilenet_small", /*isSmall=*/true);
}
