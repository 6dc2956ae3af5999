//===- ResNet.cpp - He et al., CVPR 2016 ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The residual networks for images of 224 x 224, with the names of
// torchvision.models.resnet18, 34 and 50, so that their weights load. And the
// network of depth 6n + 2 for CIFAR-10, of section 4.2: three stages of 16, 32
// and 64 channels, whose shortcuts have no parameters (option A).
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

/// The shortcut beside a block: a 1 x 1 convolution where the shape changes,
/// otherwise nothing.
nn::Sequential makeShortcut(const nn::Scope &scope, int64_t in, int64_t out,
                            int64_t stride) {
  nn::Sequential shortcut;
  if (stride == 1 && in == out)
    return shortcut;
  shortcut.add(nn::Conv2d(scope / 0, in, out, 1, noBias(stride, 0)));
  shortcut.add(nn::BatchNorm(scope / 1, out));
  return shortcut;
}

/// Two 3 x 3 convolutions beside the shortcut.
class BasicBlock {
public:
  static constexpr int64_t expansion = 1;

  BasicBlock(const nn::Scope &scope, int64_t in, int64_t width, int64_t stride)
      : conv1(scope / "conv1", in, width, 3, noBias(stride, 1)),
        bn1(scope / "bn1", width),
        conv2(scope / "conv2", width, width, 3, noBias(1, 1)),
        bn2(scope / "bn2", width),
        shortcut(makeShortcut(scope / "downsample", in, width, stride)) {}

  Tensor operator()(Tensor x) const {
    Tensor y = nn::relu(bn1(conv1(x)));
    y = bn2(conv2(y));
    return nn::relu(y + shortcut(x));
  }

private:
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Conv2d conv2;
  nn::BatchNorm bn2;
  nn::Sequential shortcut;
};

/// A 3 x 3 convolution between two of 1 x 1; the last one makes four times as
/// many channels; the stride is at the 3 x 3, as in torchvision.
class Bottleneck {
public:
  static constexpr int64_t expansion = 4;

  Bottleneck(const nn::Scope &scope, int64_t in, int64_t width, int64_t stride)
      : conv1(scope / "conv1", in, width, 1, noBias(1, 0)),
        bn1(scope / "bn1", width),
        conv2(scope / "conv2", width, width, 3, noBias(stride, 1)),
        bn2(scope / "bn2", width),
        conv3(scope / "conv3", width, expansion * width, 1, noBias(1, 0)),
        bn3(scope / "bn3", expansion * width),
        shortcut(makeShortcut(scope / "downsample", in, expansion * width,
                              stride)) {}

  Tensor operator()(Tensor x) const {
    Tensor y = nn::relu(bn1(conv1(x)));
    y = nn::relu(bn2(conv2(y)));
    y = bn3(conv3(y));
    return nn::relu(y + shortcut(x));
  }

private:
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Conv2d conv2;
  nn::BatchNorm bn2;
  nn::Conv2d conv3;
  nn::BatchNorm bn3;
  nn::Sequential shortcut;
};

template <typename Block>
class ResNet {
public:
  /// `blocks`: how many in each of the four stages.
  ResNet(const nn::Scope &scope, int64_t channels, ArrayRef<int64_t> blocks,
         int64_t classes)
      : conv1(scope / "conv1", channels, 64, 7, noBias(2, 3)),
        bn1(scope / "bn1", 64),
        fc(scope / "fc", 512 * Block::expansion, classes) {
    int64_t in = 64;
    for (auto [stage, count] : llvm::enumerate(blocks)) {
      nn::Scope layer = scope / ("layer" + Twine(stage + 1));
      int64_t width = int64_t(64) << stage;
      for (int64_t i = 0; i < count; ++i) {
        int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        body.add(Block(layer / int(i), in, width, stride));
        in = width * Block::expansion;
      }
    }
  }

  Tensor operator()(Tensor x) const {
    x = nn::maxPool2d(nn::relu(bn1(conv1(x))), 3, 2, 1);
    return fc(nn::globalAvgPool2d(body(x)));
  }

private:
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Linear fc;
  nn::Sequential body;
};

/// Every second row and column, with channels of zeros before and after.
Tensor halve(Tensor x) {
  int64_t channels = x.size(1), added = channels / 2;
  nn::Shape sizes(x.shape());
  sizes[2] = (sizes[2] + 1) / 2;
  sizes[3] = (sizes[3] + 1) / 2;
  x = nn::slice(x, {0, 0, 0, 0}, sizes, {1, 1, 2, 2});
  return nn::pad(x, {0, added, 0, 0}, {0, added, 0, 0});
}

/// Two 3 x 3 convolutions beside a shortcut without parameters.
class PlainBlock {
public:
  PlainBlock(const nn::Scope &scope, int64_t in, int64_t width)
      : stride(in == width ? 1 : 2),
        conv1(scope / "conv1", in, width, 3, noBias(stride, 1)),
        bn1(scope / "bn1", width),
        conv2(scope / "conv2", width, width, 3, noBias(1, 1)),
        bn2(scope / "bn2", width) {}

  Tensor operator()(Tensor x) const {
    Tensor y = nn::relu(bn1(conv1(x)));
    y = bn2(conv2(y));
    return nn::relu(y + (stride == 1 ? x : halve(x)));
  }

private:
  int64_t stride;
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Conv2d conv2;
  nn::BatchNorm bn2;
};

class CifarResNet {
public:
  CifarResNet(const nn::Scope &scope, int64_t channels, int64_t blocks,
              int64_t classes)
      : conv1(scope / "conv1", channels, 16, 3, noBias(1, 1)),
        bn1(scope / "bn1", 16), fc(scope / "fc", 64, classes) {
    int64_t in = 16;
    for (int stage = 0; stage < 3; ++stage)
      for (int64_t i = 0; i < blocks; ++i) {
        int64_t width = int64_t(16) << stage;
        nn::Scope layer = scope / ("layer" + Twine(stage + 1));
        body.add(PlainBlock(layer / int(i), in, width));
        in = width;
      }
  }

  Tensor operator()(Tensor x) const {
    x = nn::relu(bn1(conv1(x)));
    return fc(nn::globalAvgPool2d(body(x)));
  }

private:
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Linear fc;
  nn::Sequential body;
};

} // namespace

template <typename Block>
static Module build(MLIRContext &context, const ModelOptions &options,
                    StringRef name, ArrayRef<int64_t> blocks) {
  nn::Program program(context, name);
  ResNet<Block> net(program.root(), options.image[0], blocks, options.classes);
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, {"adam", 1e-3}),
                [&](Tensor x) -> nn::Tensors { return {net(x)}; });
  return program.finish();
}

Module models::buildResNet(MLIRContext &context, const ModelOptions &options,
                           int64_t depth) {
  if (depth == 18)
    return build<BasicBlock>(context, options, "resnet18", {2, 2, 2, 2});
  if (depth == 34)
    return build<BasicBlock>(context, options, "resnet34", {3, 4, 6, 3});
  return build<Bottleneck>(context, options, "resnet50", {3, 4, 6, 3});
}

Module models::buildResNet20(MLIRContext &context,
                             const ModelOptions &options) {
  nn::Program program(context, "resnet20");
  CifarResNet net(program.root(), options.image[0], /*blocks=*/3,
                  options.classes);
  initializeForRelu(program);
  addClassifier(program, {options.batch, options.classes, options.image},
                chooseRecipe(options, {"sgd", 0.1, 1e-4}),
                [&](Tensor x) -> nn::Tensors { return {net(x)}; });
  return program.finish();
}
