//===- Vgg.cpp - Simonyan and Zisserman, ICLR 2015 ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Very deep convolutional networks for large-scale image recognition":
// configurations A and D, with the names of torchvision.models.vgg11 and vgg16
// and of their forms with batch norms, so that their weights load.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

/// How many convolutions each of the five blocks has.
using Blocks = std::array<int64_t, 5>;
static constexpr Blocks vgg11{1, 1, 2, 2, 2}, vgg16{2, 2, 3, 3, 3};

/// Blocks of 3 x 3 convolutions, each half as high and wide as the one before;
/// the first has `width` channels.
static Stack makeFeatures(const nn::Scope &scope, int64_t channels,
                          const Blocks &blocks, int64_t width, bool hasNorm) {
  Stack features(scope);
  nn::ConvOptions windows;
  windows.padding = 1;
  int64_t in = channels;
  for (auto [block, count] : llvm::enumerate(blocks)) {
    int64_t out = width << std::min<int64_t>(block, 3);
    for (int64_t i = 0; i < count; ++i) {
      features.conv(in, out, 3, windows);
      if (hasNorm)
        features.batchNorm(out);
      features.relu();
      in = out;
    }
    features.maxPool(2, 2);
  }
  return features;
}

Module models::buildVgg(MLIRContext &context, const ModelOptions &options,
                        StringRef name) {
  bool hasNorm = name.ends_with("_bn");
  nn::Program program(context, name);
  Stack features =
      makeFeatures(program.root() / "features", options.image[0],
                   name.starts_with("vgg11") ? vgg11 : vgg16, 64, hasNorm);
  Dropout dropout(program, options);
  Stack head(program.root() / "classifier");
  head.linear(512 * 7 * 7, 4096).relu().dropout(dropout);
  head.linear(4096, 4096).relu().dropout(dropout);
  head.linear(4096, options.classes);
  initializeForRelu(program);
  Recipe own{"sgd", hasNorm ? 0.05 : 0.01, 5e-4};
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, own), [&](Tensor x) -> nn::Tensors {
                  x = averageTo(features(x), 7);
                  return {head(nn::flatten(x))};
                });
  return program.finish();
}

/// x with zeros around it, so that its height and width are multiples of 32 and
/// the five blocks leave something.
static Tensor padTo32(Tensor x) {
  nn::Shape low(4, 0), high(4, 0);
  for (int64_t dim : {2, 3}) {
    int64_t missing = llvm::alignTo(x.size(dim), 32) - x.size(dim);
    low[dim] = missing / 2;
    high[dim] = missing - low[dim];
  }
  if (llvm::all_of(high, [](int64_t extent) { return extent == 0; }))
    return x;
  return nn::pad(x, low, high);
}

Module models::buildVgg11Small(MLIRContext &context,
                               const ModelOptions &options) {
  nn::Program program(context, "vgg11_small");
  bool hasNorm = options.norm.value == "batch";
  Stack features = makeFeatures(program.root() / "features", options.image[0],
                                vgg11, options.width, hasNorm);
  Dropout dropout(program, options);
  nn::Linear classifier(program.root() / "classifier", 8 * options.width,
                        options.classes);
  initializeForRelu(program);
  Recipe own{"sgd", hasNorm ? 0.05 : 0.01, 5e-4};
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, own), [&](Tensor x) -> nn::Tensors {
                  x = nn::globalAvgPool2d(features(padTo32(x)));
                  return {classifier(dropout(x))};
                });
  return program.finish();
}
