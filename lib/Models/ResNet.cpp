//===- ResNet.cpp - He et al., CVPR 2016 ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The residual networks for images of 224 x 224, with the names of
// torchvision.models.resnet18, 34 and 50, so that their weights load.
//
//===----------------------------------------------------------------------===//

#include "Classifier.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"
#include "dlc/Models/Models.h"

using namespace mlir;
using namespace dlc;
using nn::Tensor;

namespace {

nn::ConvOptions convOptions(int64_t stride, int64_t padding) {
  nn::ConvOptions options;
  options.stride = stride;
  options.padding = padding;
  options.bias = false;
  return options;
}

/// What stands beside a block: a 1 x 1 convolution where the shape changes,
/// otherwise nothing.
nn::Sequential makeShortcut(const nn::Scope &scope, int64_t in, int64_t out,
                            int64_t stride) {
  nn::Sequential shortcut;
  if (stride == 1 && in == out)
    return shortcut;
  shortcut.add(nn::Conv2d(scope / 0, in, out, 1, convOptions(stride, 0)));
  shortcut.add(nn::BatchNorm(scope / 1, out));
  return shortcut;
}

/// Two 3 x 3 convolutions beside the shortcut.
class BasicBlock {
public:
  static constexpr int64_t expansion = 1;

  BasicBlock(const nn::Scope &scope, int64_t in, int64_t width, int64_t stride)
      : conv1(scope / "conv1", in, width, 3, convOptions(stride, 1)),
        bn1(scope / "bn1", width),
        conv2(scope / "conv2", width, width, 3, convOptions(1, 1)),
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

/// A 3 x 3 convolution between two of 1 x 1, the last of which makes four times
/// as many channels; the stride is at the 3 x 3, as in torchvision.
class Bottleneck {
public:
  static constexpr int64_t expansion = 4;

  Bottleneck(const nn::Scope &scope, int64_t in, int64_t width, int64_t stride)
      : conv1(scope / "conv1", in, width, 1, convOptions(1, 0)),
        bn1(scope / "bn1", width),
        conv2(scope / "conv2", width, width, 3, convOptions(stride, 1)),
        bn2(scope / "bn2", width),
        conv3(scope / "conv3", width, expansion * width, 1, convOptions(1, 0)),
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
  ResNet(const nn::Scope &scope, ArrayRef<int64_t> blocks, int64_t classes)
      : conv1(scope / "conv1", 3, 64, 7, convOptions(2, 3)),
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

} // namespace

template <typename Block>
static OwningOpRef<ModuleOp> build(MLIRContext &context,
                                   const models::ModelOptions &options,
                                   StringRef name, ArrayRef<int64_t> blocks) {
  nn::Program program(context, name);
  ResNet<Block> net(program.root(), blocks, options.classes);
  models::addClassifier(
      program, {options.batch, options.classes, {3, 224, 224}}, 1e-3, net);
  return program.finish();
}

OwningOpRef<ModuleOp> models::buildResNet18(MLIRContext &context,
                                            const ModelOptions &options) {
  return build<BasicBlock>(context, options, "resnet18", {2, 2, 2, 2});
}
OwningOpRef<ModuleOp> models::buildResNet34(MLIRContext &context,
                                            const ModelOptions &options) {
  return build<BasicBlock>(context, options, "resnet34", {3, 4, 6, 3});
}
OwningOpRef<ModuleOp> models::buildResNet50(MLIRContext &context,
                                            const ModelOptions &options) {
  return build<Bottleneck>(context, options, "resnet50", {3, 4, 6, 3});
}
