//===- Nin.cpp - Lin, Chen and Yan, ICLR 2014 -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Network in network": convolutions followed by two of 1 x 1, and the mean of
// each of the last channels in place of fully connected layers.
//
// `nin` is the authors' network for ImageNet (7,595,176 parameters), and
// `nin-small` theirs for CIFAR-10 (966,986 for colour images of 32 x 32).
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

/// A convolution, then two of 1 x 1, each with a ReLU.
static void addBlock(Stack &stack, int64_t in, std::array<int64_t, 3> out,
                     int64_t kernel, int64_t stride, int64_t padding) {
  nn::ConvOptions windows;
  windows.stride = stride;
  windows.padding = padding;
  stack.conv(in, out[0], kernel, windows).relu();
  stack.conv(out[0], out[1], 1).relu();
  stack.conv(out[1], out[2], 1).relu();
}

static Module finish(nn::Program &program, const ModelOptions &options,
                     const Recipe &recipe, const Stack &features) {
  initializeForRelu(program);
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, recipe), [&](Tensor x) -> nn::Tensors {
                  return {nn::globalAvgPool2d(features(x))};
                });
  return program.finish();
}

Module models::buildNin(MLIRContext &context, const ModelOptions &options) {
  nn::Program program(context, "nin");
  Dropout dropout(program, options);
  Stack features(program.root() / "features");
  // Windows of the pools that begin within the image count.
  auto halve = [&] {
    features.maxPool(3, 2, /*padding=*/0, /*ceilMode=*/true);
  };
  addBlock(features, options.image[0], {96, 96, 96}, 11, 4, 0);
  halve();
  addBlock(features, 96, {256, 256, 256}, 5, 1, 2);
  halve();
  addBlock(features, 256, {384, 384, 384}, 3, 1, 1);
  halve();
  features.dropout(dropout);
  addBlock(features, 384, {1024, 1024, options.classes}, 3, 1, 1);
  return finish(program, options, {"sgd", 0.01, 5e-4}, features);
}

Module models::buildNinSmall(MLIRContext &context,
                             const ModelOptions &options) {
  nn::Program program(context, "nin_small");
  Dropout dropout(program, options);
  int64_t width = options.width;
  Stack features(program.root() / "features");
  auto wide = [&](int64_t sixths) {
    return std::max<int64_t>(1, width * sixths / 6);
  };
  addBlock(features, options.image[0], {width, wide(5), wide(3)}, 5, 1, 2);
  features.maxPool(3, 2, 1).dropout(dropout);
  addBlock(features, wide(3), {width, width, width}, 5, 1, 2);
  features.add([](Tensor x) {
    return nn::avgPool2d(x, 3, 2, 1, /*ceilMode=*/false,
                         /*countIncludePad=*/false);
  });
  features.dropout(dropout);
  addBlock(features, width, {width, width, options.classes}, 3, 1, 1);
  return finish(program, options, {"adamw", 1e-3, 0.01}, features);
}
