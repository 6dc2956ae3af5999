//===- ProgramTest.cpp - Programs built in C++ ----------------------------===//

#include "dlc/Models/Program.h"
#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"
#include "dlc/Pipelines/Phases.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using nn::Outputs;
using nn::Program;
using nn::Tensor;
using nn::Tensors;

namespace {

class ProgramTest : public ::testing::Test {
protected:
  ProgramTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          llvm::raw_string_ostream(diagnostics)
              << diagnostic.getLocation() << ": " << diagnostic << '\n';
        }) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// The text of a program with the one step `@s` of this body.
  std::string build(ArrayRef<int64_t> shape,
                    llvm::function_ref<Tensor(Program &, Tensor)> body) {
    Program program(context, "m");
    program.step("s", {{"x", program.tensor(shape)}},
                 [&](ArrayRef<Tensor> in) -> Outputs {
                   return {{"y", body(program, in[0])}};
                 });
    OwningOpRef<ModuleOp> module = program.finish();
    std::string text;
    if (module)
      llvm::raw_string_ostream(text) << *module;
    return text;
  }

  MLIRContext context;
  std::string diagnostics;
  ScopedDiagnosticHandler handler;
};

} // namespace

TEST_F(ProgramTest, LayersDeclareParametersByPyTorchsNames) {
  std::string text = build({4, 3}, [](Program &program, Tensor x) {
    nn::Linear fc(program.root() / "head" / 0, 3, 2);
    return fc(x);
  });
  EXPECT_NE(text.find("dl.param @head.0.weight : tensor<2x3xf32>"),
            std::string::npos);
  EXPECT_NE(text.find("dl.param @head.0.bias : tensor<2xf32>"),
            std::string::npos);
  EXPECT_NE(text.find("dl.linear"), std::string::npos);
  EXPECT_EQ(diagnostics, "");
}

TEST_F(ProgramTest, WhatDoesNotFitIsAnErrorAtTheLayer) {
  std::string text = build({4, 5}, [](Program &program, Tensor x) {
    nn::Linear fc(program.root() / "fc1", 3, 2);
    return fc(nn::relu(fc(x)));
  });
  EXPECT_EQ(text, "");
  EXPECT_NE(diagnostics.find("fc1"), std::string::npos) << diagnostics;
  EXPECT_NE(diagnostics.find("has operand x 'tensor<4x5xf32>' with 5 features "
                             "but operand weight 'tensor<2x3xf32>' for 3"),
            std::string::npos)
      << diagnostics;
}

TEST_F(ProgramTest, EveryLayerBuildsAndResolves) {
  Program program(context, "m");
  nn::Scope root = program.root();
  nn::Conv2d conv(root / "conv", 3, 8, 3, {2, 1});
  nn::Conv2d depthwise(root / "depthwise", 8, 8, 3, {1, 1, 1, 8, false});
  nn::ConvTranspose2d up(root / "up", 8, 4, 2, {2});
  nn::Conv1d sequence(root / "sequence", 4, 6, 3);
  nn::BatchNorm bn(root / "bn", 8);
  nn::GroupNorm gn(root / "gn", 2, 8);
  nn::LayerNorm ln(root / "ln", {6});
  nn::Prelu prelu(root / "prelu", 8);
  nn::Recurrent lstm(root / "lstm", nn::Recurrent::Kind::Lstm, 6, 5, 2, true);
  nn::Recurrent gru(root / "gru", nn::Recurrent::Kind::Gru, 10, 5);
  nn::Recurrent rnn(root / "rnn", nn::Recurrent::Kind::Rnn, 5, 3);
  nn::Embedding embedding(root / "embedding", 11, 3, 0);
  nn::Function net =
      program.function("net", {program.tensor({2, 3, 8, 8})},
                       [&](ArrayRef<Tensor> in) -> Tensors {
                         Tensor x = nn::relu(bn(conv(in[0]))); // 2 x 8 x 4 x 4
                         x = prelu(gn(nn::dropout(depthwise(x), 0.1)));
                         x = up(x); // 2 x 4 x 8 x 8
                         x = nn::reshape(nn::avgPool2d(x, 2), {2, 4, 16});
                         x = nn::permute(sequence(x), {2, 0, 1}); // 14 x 2 x 6
                         x = rnn(gru(lstm(ln(x))[0])[0])[1];      // 1 x 2 x 3
                         return {nn::reshape(x, {2, 3})};
                       });
  auto image = program.tensor({2, 3, 8, 8});
  auto index = program.tensor({2}, program.attributes().getI64Type());
  program.hyperParameter("lr", 0.1);
  program.optimizer("sgd", parseAttribute("#dl.sgd<>", &context));
  program.step("train", {{"x", image}, {"token", index}},
               [&](ArrayRef<Tensor> in) -> Outputs {
                 Tensor y = net({in[0]}, nn::Mode::Train)[0];
                 Tensor loss = nn::mse(y, embedding(in[1]));
                 program.minimize(loss, "sgd", {"*"},
                                  program.readHyperParameter("lr"));
                 return {{"loss", loss}};
               });
  OwningOpRef<ModuleOp> module = program.finish();
  ASSERT_TRUE(module) << diagnostics;
  PassManager manager(&context);
  for (StringRef phase : {"resolve", "grad", "simplify", "fuse", "linalg"})
    addPhase(manager, *findPhase(phase), {});
  EXPECT_TRUE(succeeded(manager.run(*module))) << diagnostics;
}

TEST_F(ProgramTest, EveryFunctionBuilds) {
  std::string text = build({4, 6}, [](Program &program, Tensor x) {
    using namespace nn;
    using UnaryFunction = Tensor (*)(Tensor);
    for (UnaryFunction f : std::initializer_list<UnaryFunction>{
             nn::exp,   nn::log,   nn::sqrt,    rsqrt,     nn::abs,   sign,
             nn::log1p, nn::expm1, reciprocal,  square,    nn::sin,   nn::cos,
             nn::tanh,  nn::erf,   nn::floor,   nn::ceil,  nn::round, relu,
             relu6,     selu,      hardSigmoid, hardSwish, sigmoid,   silu,
             mish,      softsign})
      x = x + f(x);
    x = leakyRelu(elu(hardtanh(softplus(gelu(gelu(x), true)))));
    x = logSoftmax(softmax(x), 0);
    x = maximum(minimum(x, x * 2.0), clamp(x, -1.0, std::nullopt)) / (x + 1.0);
    x = where(compare(dl::Predicate::gt, x, -x), x, stopGradient(x) - 1.0);
    x = nn::pow(x, mean(x));
    x = concat(nn::split(x, {2, 4}, 1), -1);
    x = matmul(x, slice(x, {0, 0}, {4, 6}), false, true); // 4 x 4
    Tensor statistics =
        var(x) + sum(x) + amax(x) + amin(x) + logsumexp(x) + nn::norm(x);
    Tensor index = topK(x, 2, 1)[1];
    Tensor picked = sum(nn::gather(x, index, 1));
    Tensor rows = sum(indexSelect(x, argmax(x, 1), 0));
    Tensor heads = stack({x, x}, 0);
    Tensor attention =
        sum(scaledDotProductAttention(heads, heads, heads, {}, true));
    Tensor labels = argmax(x, 1);
    Tensor losses = crossEntropy(x, labels) + mse(x, x) + l1(x, x) +
                    smoothL1(x, x) + huber(x, x) + hinge(x, x) +
                    bce(sigmoid(x), x) + bceWithLogits(x, x) + klDiv(x, x);
    Tensor hot = sum(oneHot(labels, 4)) + sum(maxout(x, 2));
    Tensor all = statistics + picked + rows + attention + losses + hot;
    return all + sum(gradient(all, {x})[0]);
  });
  EXPECT_NE(text, "") << diagnostics;
  EXPECT_EQ(diagnostics, "");
}
