//===- GoogLeNet.cpp - Szegedy et al., CVPR 2015 --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// "Going deeper with convolutions": nine inception modules, and two auxiliary
// heads whose losses count 0.3 each in training. As
// torchvision.models.googlenet has it and with its names, so that its weights
// load: batch norms after all convolutions, and 3 x 3 in place of the 5 x 5
// convolutions; 13,004,888 parameters with the auxiliary heads.
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

/// A convolution, a batch norm and a ReLU.
class ConvUnit {
public:
  ConvUnit(const nn::Scope &scope, int64_t in, int64_t out, int64_t kernel,
           int64_t stride = 1)
      : conv(scope / "conv", in, out, kernel, noBias(stride, kernel / 2)),
        bn(scope / "bn", out, /*eps=*/1e-3) {}

  Tensor operator()(Tensor x) const { return nn::relu(bn(conv(x))); }

private:
  nn::Conv2d conv;
  nn::BatchNorm bn;
};

/// The channels of an inception module, as table 1 of the paper has them.
struct Widths {
  int64_t one, threeIn, three, fiveIn, five, pool;

  int64_t sum() const { return one + three + five + pool; }
  /// For a network whose first layer has `width` in place of 64 channels.
  Widths scaled(int64_t width) const {
    auto scale = [&](int64_t n) {
      return std::max<int64_t>(1, n * width / 64);
    };
    return {scale(one),    scale(threeIn), scale(three),
            scale(fiveIn), scale(five),    scale(pool)};
  }
};

/// Four branches side by side.
class Inception {
public:
  Inception(const nn::Scope &scope, int64_t in, const Widths &widths)
      : branch1(scope / "branch1", in, widths.one, 1),
        branch2(
            {ConvUnit(scope / "branch2" / 0, in, widths.threeIn, 1),
             ConvUnit(scope / "branch2" / 1, widths.threeIn, widths.three, 3)}),
        branch3(
            {ConvUnit(scope / "branch3" / 0, in, widths.fiveIn, 1),
             ConvUnit(scope / "branch3" / 1, widths.fiveIn, widths.five, 3)}),
        branch4({[](Tensor x) { return nn::maxPool2d(x, 3, 1, 1); },
                 ConvUnit(scope / "branch4" / 1, in, widths.pool, 1)}) {}

  Tensor operator()(Tensor x) const {
    Tensor one = branch1(x), three = branch2(x);
    Tensor five = branch3(x), pool = branch4(x);
    return nn::concat({one, three, five, pool}, 1);
  }

private:
  ConvUnit branch1;
  nn::Sequential branch2, branch3, branch4;
};

/// A classifier in the middle of the network, for 4 x 4 means.
class AuxiliaryHead {
public:
  AuxiliaryHead(const nn::Scope &scope, int64_t in, int64_t width,
                int64_t classes, bool hasDropout)
      : conv(scope / "conv", in, 2 * width, 1),
        fc1(scope / "fc1", 2 * width * 16, 16 * width),
        fc2(scope / "fc2", 16 * width, classes), hasDropout(hasDropout) {}

  Tensor operator()(Tensor x) const {
    x = nn::flatten(conv(averageTo(x, 4)));
    x = nn::relu(fc1(x));
    return fc2(hasDropout ? nn::dropout(x, 0.7) : x);
  }

private:
  ConvUnit conv;
  nn::Linear fc1, fc2;
  bool hasDropout;
};

Tensor halve(Tensor x, int64_t kernel) {
  return nn::maxPool2d(x, kernel, 2, 0, 1, /*ceilMode=*/true);
}

class GoogLeNet {
public:
  /// `width`: channels of the first layer; `isSmall`: for images of about 32 x
  /// 32, which are halved three times in place of five.
  GoogLeNet(nn::Program &program, const ModelOptions &options, int64_t width,
            bool isSmall)
      : isSmall(isSmall), dropout(program, options) {
    nn::Scope root = program.root();
    int64_t classes = options.classes;
    stem.push_back(ConvUnit(root / "conv1", options.image[0], width,
                            isSmall ? 3 : 7, isSmall ? 1 : 2));
    stem.push_back(ConvUnit(root / "conv2", width, width, 1));
    stem.push_back(ConvUnit(root / "conv3", width, 3 * width, 3));
    int64_t in = 3 * width;
    auto add = [&](StringRef name, const Widths &table) {
      Widths widths = table.scaled(width);
      modules.emplace_back(root / ("inception" + name), in, widths);
      in = widths.sum();
    };
    // An auxiliary head is off where all dropout is.
    bool hasDropout = options.dropout.value_or(0) > 0;
    auto addHead = [&](StringRef name) {
      heads.emplace_back(root / name, in, width, classes, hasDropout);
    };
    add("3a", {64, 96, 128, 16, 32, 32});
    add("3b", {128, 128, 192, 32, 96, 64});
    add("4a", {192, 96, 208, 16, 48, 64});
    addHead("aux1");
    add("4b", {160, 112, 224, 24, 64, 64});
    add("4c", {128, 128, 256, 24, 64, 64});
    add("4d", {112, 144, 288, 32, 64, 64});
    addHead("aux2");
    add("4e", {256, 160, 320, 32, 128, 128});
    add("5a", {256, 160, 320, 32, 128, 128});
    add("5b", {384, 192, 384, 48, 128, 128});
    fc.emplace(root / "fc", in, classes);
  }

  nn::Tensors operator()(Tensor x) const {
    x = stem[0](x);
    if (!isSmall)
      x = halve(x, 3);
    x = halve(stem[2](stem[1](x)), 3);
    nn::Tensors results(1);
    for (auto [place, module] : llvm::enumerate(modules)) {
      if (place == 2)
        x = halve(x, 3);
      if (place == 7)
        x = halve(x, 2);
      x = module(x);
      if (place == 2 || place == 5)
        results.push_back(heads[results.size() - 1](x));
    }
    results[0] = (*fc)(dropout(nn::globalAvgPool2d(x)));
    return results;
  }

private:
  bool isSmall;
  Dropout dropout;
  std::vector<ConvUnit> stem;
  std::vector<Inception> modules;
  std::vector<AuxiliaryHead> heads;
  std::optional<nn::Linear> fc;
};

} // namespace

static Module build(MLIRContext &context, const ModelOptions &options,
                    StringRef name, int64_t width, bool isSmall) {
  nn::Program program(context, name);
  GoogLeNet net(program, options, width, isSmall);
  initializeForRelu(program);
  addClassifier(
      program, {options.batch, options.classes, options.image},
      chooseRecipe(options, {"sgd", 0.05, 5e-4}),
      [&](Tensor x) { return net(x); }, /*auxiliaryWeight=*/0.3);
  return program.finish();
}

Module models::buildGoogLeNet(MLIRContext &context,
                              const ModelOptions &options) {
  return build(context, options, "googlenet", 64, /*isSmall=*/false);
}
Module models::buildGoogLeNetSmall(MLIRContext &context,
                                   const ModelOptions &options) {
  return build(context, options, "googlenet_small", options.width,
               /*isSmall=*/true);
}
