//===- train.cpp - A network written in C++, compiled and trained ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network of residual blocks classifies points of three spirals in the plane.
// The program is built with dlc::nn, compiled in memory, trained, and then
// predicts. docs/nn.md goes through it.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/Jit.h"
#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace dlc;

constexpr int64_t batch = 64, classes = 3, width = 32;

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

namespace {

/// x + W2 relu(norm(W1 x)).
class Block {
public:
  explicit Block(const nn::Scope &scope)
      : first(scope / "first", width, width), norm(scope / "norm", width),
        second(scope / "second", width, width) {}

  nn::Tensor operator()(nn::Tensor x) const {
    return x + second(nn::relu(norm(first(x))));
  }

private:
  nn::Linear first;
  nn::BatchNorm norm;
  nn::Linear second;
};

class Net {
public:
  explicit Net(const nn::Scope &scope)
      : stem(scope / "stem", 2, width), head(scope / "head", width, classes) {
    for (int i = 0; i < 3; ++i)
      blocks.emplace_back(scope / "blocks" / i);
  }

  nn::Tensor operator()(nn::Tensor x) const {
    x = nn::relu(stem(x));
    for (const Block &block : blocks)
      x = block(x);
    return head(x);
  }

private:
  nn::Linear stem, head;
  std::vector<Block> blocks;
};

} // namespace

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

static mlir::OwningOpRef<mlir::ModuleOp> build(mlir::MLIRContext &context) {
  nn::Program program(context, "spirals");
  Net net(program.root());
  mlir::RankedTensorType points = program.tensor({batch, 2});
  nn::Function forward = program.function(
      "net", points, [&](auto in) -> nn::Tensors { return {net(in[0])}; });

  program.hyperParameter("lr", 1e-2);
  program.optimizer("adam", mlir::parseAttribute("#dl.adam", &context));
  auto labels = program.tensor({batch}, mlir::IntegerType::get(&context, 32));
  program.step(
      "train", {{"x", points}, {"label", labels}}, [&](auto in) -> nn::Outputs {
        nn::Tensor y = forward({in[0]}, nn::Mode::Train)[0];
        nn::Tensor loss = nn::crossEntropy(y, in[1]);
        program.minimize(loss, "adam", {"*"}, program.readHyperParameter("lr"));
        return {{"loss", loss}};
      });
  program.step(
      "predict", {{"x", points}},
      [&](auto in) -> nn::Outputs {
        nn::Tensor y = forward({in[0]}, nn::Mode::Eval)[0];
        return {{"label", nn::argmax(y, 1)}};
      },
      nn::Batch::anyOf(1, batch));
  return program.finish();
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

/// Points of three arms that wind around the origin.
static void drawPoints(std::mt19937 &random, float *x, int32_t *label) {
  auto uniform = [&] { return double(random()) / 4294967296.0; };
  for (int64_t i = 0; i < batch; ++i) {
    label[i] = int32_t(random() % classes);
    double radius = 0.2 + 0.8 * uniform();
    double angle =
        6 * radius + 2 * M_PI * label[i] / classes + 0.9 * (uniform() - 0.5);
    x[2 * i] = float(radius * std::cos(angle));
    x[2 * i + 1] = float(radius * std::sin(angle));
  }
}

static llvm::Error run() {
  mlir::MLIRContext context;
  context.loadDialect<dl::DlDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module = build(context);
  if (!module)
    return llvm::createStringError("the program does not hold together");
  auto compilation = Compilation::take(std::move(module), CompilerOptions());
  if (!compilation)
    return compilation.takeError();
  auto model = compileAndLoad(**compilation, "", "spirals", /*threads=*/1);
  if (!model)
    return model.takeError();
  if (llvm::Error error = (*model)->init(/*seed=*/0))
    return error;

  int train = llvm::cantFail((*model)->findStep("train"));
  int predict = llvm::cantFail((*model)->findStep("predict"));
  auto buffers = StepBuffers::create((*model)->step(train));
  auto answers = StepBuffers::create((*model)->step(predict));
  if (!buffers || !answers)
    return llvm::joinErrors(buffers.takeError(), answers.takeError());
  std::mt19937 random(1);
  auto *x = reinterpret_cast<float *>(buffers->input(0).data());
  auto *label = reinterpret_cast<int32_t *>(buffers->input(1).data());
  for (int step = 1; step <= 400; ++step) {
    drawPoints(random, x, label);
    if (llvm::Error error = (*model)->run(train, *buffers))
      return error;
    if (step % 100 == 0)
      llvm::outs() << "step " << step << " loss "
                   << llvm::format("%.3f", buffers->real(0)) << '\n';
  }

  int correct = 0, all = 0;
  for (int round = 0; round < 20; ++round) {
    drawPoints(random, x, label);
    std::memcpy(answers->input(0).data(), x, batch * 2 * sizeof(float));
    if (llvm::Error error = (*model)->run(predict, *answers))
      return error;
    auto *answer = reinterpret_cast<const int32_t *>(answers->output(0).data());
    for (int64_t i = 0; i < batch; ++i, ++all)
      correct += answer[i] == label[i];
  }
  llvm::outs() << correct << " of " << all << " new points are told right\n";
  return (*model)->save("spirals.safetensors", DLC_PARAMS);
}

int main() {
  if (llvm::Error error = run()) {
    llvm::errs() << "train: error: " << llvm::toString(std::move(error))
                 << '\n';
    return 1;
  }
}
