//===- AlexNet.cpp - Krizhevsky, Sutskever and Hinton, NIPS 2012 ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "ImageNet classification with deep convolutional neural networks": five
// convolutions, the second, fourth and fifth with two groups of channels (they
// were on two devices), local response normalisation after the first two, and
// three fully connected layers; 60,965,224 parameters. Images of 224 are padded
// by 2, which gives the 55 x 55 places of the paper.
//
// PyTorch divides alpha by the size of the neighbourhood and the paper does
// not, so alpha is 5 times the paper's 1e-4.
//
// `alexnet2014` is torchvision.models.alexnet, the network in one column of
// Krizhevsky, "One weird trick for parallelizing convolutional neural
// networks", 2014, which has no normalisation.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

static Tensor normalizeResponse(Tensor x) {
  return nn::localResponseNorm(x, /*size=*/5, /*alpha=*/5e-4, /*beta=*/0.75,
                               /*k=*/2);
}

/// Three fully connected layers; dropout before the first two.
static Stack makeHead(const nn::Scope &scope, const Dropout &dropout,
                      int64_t in, int64_t width, int64_t classes) {
  Stack head(scope);
  head.dropout(dropout).linear(in, width).relu();
  head.dropout(dropout).linear(width, width).relu();
  head.linear(width, classes);
  return head;
}

/// The steps of features that are averaged to `side` x `side`, and a head.
static Module finish(nn::Program &program, const ModelOptions &options,
                     const Recipe &recipe, const Stack &features, int64_t side,
                     const Stack &head) {
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, recipe), [&](Tensor x) -> nn::Tensors {
                  x = averageTo(features(x), side);
                  return {head(nn::flatten(x))};
                });
  return program.finish();
}

Module models::buildAlexNet(MLIRContext &context, const ModelOptions &options) {
  nn::Program program(context, "alexnet");
  Stack features(program.root() / "features");
  features.conv(options.image[0], 96, 11, windows(4, 2)).relu();
  features.add(normalizeResponse).maxPool(3, 2);
  features.conv(96, 256, 5, windows(1, 2, 2)).relu();
  features.add(normalizeResponse).maxPool(3, 2);
  features.conv(256, 384, 3, windows(1, 1)).relu();
  features.conv(384, 384, 3, windows(1, 1, 2)).relu();
  features.conv(384, 256, 3, windows(1, 1, 2)).relu();
  features.maxPool(3, 2);
  Stack head =
      makeHead(program.root() / "classifier", Dropout(program, options),
               256 * 6 * 6, 4096, options.classes);
  // Section 5: weights of deviation 0.01, and biases of 1 in the second, fourth
  // and fifth convolution and the two hidden layers of the head.
  initializeNormal(program, 0.01);
  program.initialize([&](StringRef name, RankedTensorType) -> Attribute {
    bool isOne = llvm::is_contained({"features.4.bias", "features.10.bias",
                                     "features.12.bias", "classifier.1.bias",
                                     "classifier.4.bias"},
                                    name);
    return isOne ? dl::OnesAttr::get(&context) : Attribute();
  });
  return finish(program, options, {"sgd", 0.01, 5e-4}, features, 6, head);
}

Module models::buildAlexNet2014(MLIRContext &context,
                                const ModelOptions &options) {
  nn::Program program(context, "alexnet2014");
  Stack features(program.root() / "features");
  features.conv(options.image[0], 64, 11, windows(4, 2)).relu().maxPool(3, 2);
  features.conv(64, 192, 5, windows(1, 2)).relu().maxPool(3, 2);
  features.conv(192, 384, 3, windows(1, 1)).relu();
  features.conv(384, 256, 3, windows(1, 1)).relu();
  features.conv(256, 256, 3, windows(1, 1)).relu().maxPool(3, 2);
  Stack head =
      makeHead(program.root() / "classifier", Dropout(program, options),
               256 * 6 * 6, 4096, options.classes);
  return finish(program, options, {"sgd", 0.01, 5e-4}, features, 6, head);
}

Module models::buildAlexNetSmall(MLIRContext &context,
                                 const ModelOptions &options) {
  // The network of the paper with smaller windows and a stride of 1 in the
  // first layer, and 96 as `width`. Half of a number of channels is whole.
  int64_t width = 2 * ((options.width + 1) / 2);
  nn::Program program(context, "alexnet_small");
  Stack features(program.root() / "features");
  features.conv(options.image[0], width, 5, windows(1, 2)).relu();
  features.add(normalizeResponse).maxPool(3, 2, 1);
  features.conv(width, 3 * width, 5, windows(1, 2, 2)).relu();
  features.add(normalizeResponse).maxPool(3, 2, 1);
  features.conv(3 * width, 4 * width, 3, windows(1, 1)).relu();
  features.conv(4 * width, 4 * width, 3, windows(1, 1, 2)).relu();
  features.conv(4 * width, 3 * width, 3, windows(1, 1, 2)).relu();
  features.maxPool(3, 2, 1);
  Stack head =
      makeHead(program.root() / "classifier", Dropout(program, options),
               3 * width * 4 * 4, 12 * width, options.classes);
  initializeForRelu(program);
  return finish(program, options, {"sgd", 0.01, 5e-4}, features, 4, head);
}
