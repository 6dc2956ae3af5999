//===- ResNet.cpp - He et al., CVPR 2016 ----------------------------------===//
//
// The residual networks for images of 224 x 224, with the names of
// torchvision.models.resnet18, so that its weights load.
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

/// Two 3 x 3 convolutions beside a shortcut, which is a 1 x 1 convolution where
/// the shape changes.
class BasicBlock {
public:
  BasicBlock(const nn::Scope &scope, int64_t in, int64_t out, int64_t stride)
      : conv1(scope / "conv1", in, out, 3, convOptions(stride, 1)),
        bn1(scope / "bn1", out),
        conv2(scope / "conv2", out, out, 3, convOptions(1, 1)),
        bn2(scope / "bn2", out) {
    if (stride == 1 && in == out)
      return;
    nn::Scope downsample = scope / "downsample";
    shortcut.add(
        nn::Conv2d(downsample / 0, in, out, 1, convOptions(stride, 0)));
    shortcut.add(nn::BatchNorm(downsample / 1, out));
  }

  Tensor operator()(Tensor x) const {
    Tensor y = nn::relu(bn1(conv1(x)));
    y = bn2(conv2(y));
    return nn::relu(y + shortcut(x));
  }

  static nn::ConvOptions convOptions(int64_t stride, int64_t padding) {
    nn::ConvOptions options;
    options.stride = stride;
    options.padding = padding;
    options.bias = false;
    return options;
  }

private:
  nn::Conv2d conv1;
  nn::BatchNorm bn1;
  nn::Conv2d conv2;
  nn::BatchNorm bn2;
  nn::Sequential shortcut;
};

class ResNet {
public:
  /// `blocks`: how many in each of the four stages.
  ResNet(const nn::Scope &scope, ArrayRef<int64_t> blocks, int64_t classes)
      : conv1(scope / "conv1", 3, 64, 7, BasicBlock::convOptions(2, 3)),
        bn1(scope / "bn1", 64), fc(scope / "fc", 512, classes) {
    int64_t in = 64;
    for (auto [stage, count] : llvm::enumerate(blocks)) {
      nn::Scope layer = scope / ("layer" + Twine(stage + 1));
      int64_t out = int64_t(64) << stage;
      for (int64_t i = 0; i < count; ++i) {
        int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        body.add(BasicBlock(layer / int(i), in, out, stride));
        in = out;
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

OwningOpRef<ModuleOp> models::buildResNet18(MLIRContext &context,
                                            const ModelOptions &options) {
  nn::Program program(context, "resnet18");
  ResNet net(program.root(), {2, 2, 2, 2}, options.classes);
  addClassifier(program, {options.batch, options.classes, {3, 224, 224}}, 1e-3,
                net);
  return program.finish();
}
