//===- Nin.cpp - Lin, Chen and Yan, ICLR 2014 -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Network in network": convolutions followed by two of 1 x 1, and the mean of
// each of the last channels in place of fully connected layers.
//
// `nin` is the authors' network for ImageNet (7,595,176 parameters), and
// `nin-small` theirs for CIFAR-10 (966,986 for colour images of 32 x 32), which
// may have batch norms.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"
#include "Families.h"
#include "Stack.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::models;
using nn::Tensor;

namespace {

/// The convolutional part.
class Features : public Stack {
public:
  Features(nn::Program &program, bool hasNorm)
      : Stack(program.root() / "features"), hasNorm(hasNorm) {}

  /// A convolution, then two of 1 x 1, each with a ReLU.
  void block(int64_t in, std::array<int64_t, 3> out, nn::ConvOptions windows,
             int64_t kernel) {
    layer(in, out[0], kernel, windows);
    layer(out[0], out[1], 1, {});
    layer(out[1], out[2], 1, {});
  }

  /// The initial values of all weights.
  void initialize(nn::Program &program) const;

private:
  void layer(int64_t in, int64_t out, int64_t kernel, nn::ConvOptions options) {
    last = place().name();
    conv(in, out, kernel, options);
    if (hasNorm)
      batchNorm(out);
    relu();
  }

  bool hasNorm;
  /// The name of the last convolution.
  std::string last;
};

} // namespace

void Features::initialize(nn::Program &program) const {
  initializeForRelu(program);
  if (hasNorm)
    return;
  // The scores of the classes come out of a ReLU, and one that is 0 for all
  // images never learns: all begin close to 1, and none there.
  Builder &b = program.attributes();
  program.initialize([&](StringRef name, RankedTensorType) -> Attribute {
    if (!name.consume_front(last))
      return {};
    if (name == ".bias")
      return dl::OnesAttr::get(program.context());
    return dl::NormalAttr::get(program.context(), b.getF64FloatAttr(0),
                               b.getF64FloatAttr(0.01));
  });
}

static Module finish(nn::Program &program, const ModelOptions &options,
                     const Recipe &recipe, const Features &features) {
  features.initialize(program);
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, recipe), [&](Tensor x) -> nn::Tensors {
                  return {nn::globalAvgPool2d(features(x))};
                });
  return program.finish();
}

Module models::buildNin(MLIRContext &context, const ModelOptions &options) {
  nn::Program program(context, "nin");
  Dropout dropout(program, options);
  Features features(program, /*hasNorm=*/false);
  // Windows of the pools that begin within the image count.
  auto halve = [&] {
    features.maxPool(3, 2, /*padding=*/0, /*ceilMode=*/true);
  };
  features.block(options.image[0], {96, 96, 96}, windows(4, 0), 11);
  halve();
  features.block(96, {256, 256, 256}, windows(1, 2), 5);
  halve();
  features.block(256, {384, 384, 384}, windows(1, 1), 3);
  halve();
  features.dropout(dropout);
  features.block(384, {1024, 1024, options.classes}, windows(1, 1), 3);
  return finish(program, options, {"sgd", 0.01, 5e-4}, features);
}

Module models::buildNinSmall(MLIRContext &context,
                             const ModelOptions &options) {
  nn::Program program(context, "nin_small");
  Dropout dropout(program, options);
  int64_t width = options.width;
  Features features(program, options.norm.value == "batch");
  auto wide = [&](int64_t sixths) {
    return std::max<int64_t>(1, width * sixths / 6);
  };
  features.block(options.image[0], {width, wide(5), wide(3)}, windows(1, 2), 5);
  features.maxPool(3, 2, 1).dropout(dropout);
  features.block(wide(3), {width, width, width}, windows(1, 2), 5);
  features.add([](Tensor x) {
    return nn::avgPool2d(x, 3, 2, 1, /*ceilMode=*/false,
                         /*countIncludePad=*/false);
  });
  features.dropout(dropout);
  features.block(width, {width, width, options.classes}, windows(1, 1), 3);
  return finish(program, options, {"adamw", 1e-3, 0.01}, features);
}
