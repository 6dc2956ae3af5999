//===- LeNet5.cpp - LeCun et al., Proceedings of the IEEE 1998 ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two convolutions with subsampling, three fully connected layers:
//
//   28 x 28 -> conv 6 (5 x 5, padding 2) -> pool -> 14 x 14
//           -> conv 16 (5 x 5)           -> pool -> 5 x 5
//           -> 120 -> 84 -> classes
//
// As the network is built today: every output channel of the second convolution
// sees all channels of the first, subsampling is a maximum, and the activation
// is ReLU.
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

class LeNet5 {
public:
  LeNet5(const nn::Scope &scope, int64_t classes)
      : conv1(scope / "conv1", 1, 6, 5, {/*stride=*/1, /*padding=*/2}),
        conv2(scope / "conv2", 6, 16, 5), fc1(scope / "fc1", 16 * 5 * 5, 120),
        fc2(scope / "fc2", 120, 84), fc3(scope / "fc3", 84, classes) {}

  Tensor operator()(Tensor x) const {
    x = nn::maxPool2d(nn::relu(conv1(x)), 2);
    x = nn::maxPool2d(nn::relu(conv2(x)), 2);
    x = nn::flatten(x);
    return fc3(nn::relu(fc2(nn::relu(fc1(x)))));
  }

private:
  nn::Conv2d conv1, conv2;
  nn::Linear fc1, fc2, fc3;
};

} // namespace

OwningOpRef<ModuleOp> models::buildLeNet5(MLIRContext &context,
                                          const ModelOptions &options) {
  nn::Program program(context, "lenet5");
  LeNet5 net(program.root(), options.classes);
  Recipe recipe = chooseRecipe(options, {"adam", 1e-3});
  addClassifier(program, {options.batch, options.classes, {1, 28, 28}}, recipe,
                [&](Tensor x) -> nn::Tensors { return {net(x)}; });
  return program.finish();
}
