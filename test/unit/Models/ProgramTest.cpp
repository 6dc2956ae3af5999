//===- ProgramTest.cpp - Programs built in C++ ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Program.h"
#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"
#include "dlc/Pipelines/Phases.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

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

  /// The same with one op, as text.
  std::string written(StringRef input, StringRef op, StringRef result) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
        ("dl.model @m { dl.step @s(%x: " + input + ") -> (y: " + result +
         ") { %y = dl." + op + " : " + input + " -> " + result +
         "\n dl.return %y : " + result + " } }")
            .str(),
        &context);
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

TEST_F(ProgramTest, HyperParametersOfBothTypes) {
  Program program(context, "m");
  program.hyperParameter("lr", 0.5);
  program.hyperParameter("drop", 0.25, program.attributes().getF64Type());
  RankedTensorType type = program.tensor({8, 4});
  nn::Function net = program.function("net", type, [&](auto in) -> Tensors {
    return {nn::dropout(in[0], program.readHyperParameter("drop"))};
  });
  program.step("s", {{"x", type}}, [&](auto in) -> Outputs {
    return {{"y", net(in[0], dl::Mode::Train)[0]},
            {"lr", program.readHyperParameter("lr")}};
  });
  OwningOpRef<ModuleOp> module = program.finish();
  ASSERT_TRUE(module) << diagnostics;
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  for (StringRef line : {"dl.hparam @lr = 5.000000e-01\n",
                         "dl.hparam @drop : tensor<f64> = 2.500000e-01\n",
                         "dl.read_hparam @drop : tensor<f64>\n",
                         "dl.read_hparam @lr : tensor<f32>\n",
                         " : tensor<8x4xf32>, tensor<f64>\n"})
    EXPECT_TRUE(StringRef(text).contains(line)) << line.str() << text;
}

TEST_F(ProgramTest, AnUnknownHyperParameterIsAnError) {
  Program program(context, "m");
  program.hyperParameter("rate", 0.5);
  program.step("s", {}, [&](ArrayRef<Tensor>) -> Outputs {
    return {{"y", program.readHyperParameter("raet")}};
  });
  EXPECT_FALSE(program.finish());
  EXPECT_NE(diagnostics.find("did you mean 'rate'?"), std::string::npos)
      << diagnostics;
}

TEST_F(ProgramTest, StepsOfSeveralBatches) {
  auto build = [&](const nn::Batch &batch) {
    Program program(context, "m");
    program.step(
        "s", {{"x", program.tensor({8, 4})}, {"t", program.tensor({3, 4})}},
        [&](ArrayRef<Tensor> in) -> Outputs { return {{"y", in[0]}}; }, batch);
    OwningOpRef<ModuleOp> module = program.finish();
    std::string text;
    if (module)
      llvm::raw_string_ostream(text) << *module;
    return text;
  };
  nn::Batch any = nn::Batch::anyOf(1, 8), listed = nn::Batch::of({1, 4});
  any.inputs = {"x"};
  listed.inputs = {"x"};
  EXPECT_NE(build(any).find("batch(1 to 8) over [\"x\"]"), std::string::npos);
  EXPECT_NE(build(listed).find("batch(1, 4) over [\"x\"]"), std::string::npos);
  EXPECT_EQ(build({}).find("batch"), std::string::npos);
  EXPECT_EQ(build(nn::Batch::of({4, 1})), "");
  EXPECT_NE(diagnostics.find("sizes that do not ascend"), std::string::npos);
}

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

TEST_F(ProgramTest, ParametersGetOtherInitialDistributions) {
  Program program(context, "m");
  nn::Linear layer(program.root() / "fc", 4, 2);
  program.initialize([&](StringRef name, RankedTensorType type) -> Attribute {
    if (name != "fc.bias")
      return {};
    EXPECT_EQ(type, program.tensor({2}));
    return dl::OnesAttr::get(&context);
  });
  program.step("s", {{"x", program.tensor({8, 4})}},
               [&](auto in) -> Outputs { return {{"y", layer(in[0])}}; });
  OwningOpRef<ModuleOp> module = program.finish();
  ASSERT_TRUE(module);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  EXPECT_NE(text.find("@fc.weight : tensor<2x4xf32> = uniform"),
            std::string::npos);
  EXPECT_NE(text.find("@fc.bias : tensor<2xf32> = ones"), std::string::npos);
}

TEST_F(ProgramTest, MinimizeHasGroupsAndAClip) {
  Program program(context, "m");
  nn::Linear layer(program.root() / "fc", 4, 2);
  program.hyperParameter("lr", 0.5);
  Attribute none = program.attributes().getF64FloatAttr(0);
  program.optimizer("sgd", dl::SgdAttr::get(&context, none, none,
                                            /*nesterov=*/false, none,
                                            /*decoupledWeightDecay=*/false));
  nn::MinimizeOptions options;
  options.groups = {{{"*.bias"}, 2, 0.0}, {{"*.weight"}, 1, std::nullopt}};
  options.clipNorm = 5.0;
  program.step("s", {{"x", program.tensor({8, 4})}}, [&](auto in) -> Outputs {
    Tensor loss = nn::mean(layer(in[0]));
    program.minimize(loss, "sgd", {"*"}, program.readHyperParameter("lr"),
                     options);
    return {{"loss", loss}};
  });
  OwningOpRef<ModuleOp> module = program.finish();
  ASSERT_TRUE(module);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  EXPECT_NE(
      text.find("groups [#dl.group<[\"*.bias\"], lr = 2.000000e+00, "
                "weight_decay = 0.000000e+00>, #dl.group<[\"*.weight\"]>] "
                "clip_norm(5.000000e+00)"),
      std::string::npos)
      << text;
}

TEST_F(ProgramTest, AStepUpdatesItsOwnParametersAndClipsThem) {
  Program program(context, "m");
  nn::Linear critic(program.root() / "critic", 4, 2);
  nn::Linear generator(program.root() / "generator", 4, 2);
  program.hyperParameter("lr", 0.5);
  program.hyperParameter("clip", 0.01);
  Attribute none = program.attributes().getF64FloatAttr(0);
  program.optimizer("sgd", dl::SgdAttr::get(&context, none, none,
                                            /*nesterov=*/false, none,
                                            /*decoupledWeightDecay=*/false));
  nn::MinimizeOptions options;
  options.clipWeights = "clip";
  auto body = [&](auto in) -> Outputs {
    Tensor loss = nn::mean(critic(in[0]) * generator(in[0]));
    program.minimize(loss, "sgd", {"critic.*"},
                     program.readHyperParameter("lr"), options);
    return {{"loss", loss}};
  };
  program.step("s", {{"x", program.tensor({8, 4})}}, body, {}, {"critic.*"});
  OwningOpRef<ModuleOp> module = program.finish();
  ASSERT_TRUE(module);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  EXPECT_NE(text.find("updates [\"critic.*\"] {"), std::string::npos) << text;
  EXPECT_NE(text.find("clip_weights(@clip)"), std::string::npos) << text;
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

TEST_F(ProgramTest, ALoopIsBuiltByItsBody) {
  std::string text = build({4, 2, 3}, [](Program &program, Tensor x) {
    nn::Linear fc(program.root() / "fc", 3, 3);
    Tensor zero = nn::full(program, {2, 3}, 0);
    Tensor scale = nn::full(program, {3}, 0.5);
    return program.scan(
        4, {zero}, {x}, {scale},
        [&](auto carried, auto slices, auto invariants) -> nn::ScanStep {
          Tensor h = nn::tanh(fc(carried[0]) + slices[0] * invariants[0]);
          return {{h}, {h}};
        },
        {/*reverse=*/true, /*truncate=*/2})[1];
  });
  EXPECT_EQ(diagnostics, "");
  EXPECT_NE(text.find("dl.scan 4 reverse truncate 2 carry("), std::string::npos)
      << text;
  EXPECT_NE(text.find("-> (tensor<2x3xf32>, tensor<4x2x3xf32>)"),
            std::string::npos)
      << text;
}

TEST_F(ProgramTest, ALoopMustGiveWhatItCarries) {
  std::string text = build({4, 2}, [](Program &program, Tensor x) {
    return program.scan(4, {x}, {}, {},
                        [](auto, auto, auto) -> nn::ScanStep { return {}; })[0];
  });
  EXPECT_EQ(text, "");
  EXPECT_NE(diagnostics.find("a loop that carries 1 values has a body that "
                             "gives 0"),
            std::string::npos)
      << diagnostics;
}

TEST_F(ProgramTest, WindowsTakeEveryArgument) {
  const char *image = "tensor<1x2x9x8xf32>", *row = "tensor<1x2x9xf32>";
  EXPECT_EQ(build({1, 2, 9, 8},
                  [](Program &, Tensor x) {
                    return nn::maxPool2d(x, {3, 2}, {2, 1}, {1, 0}, {1, 2},
                                         true);
                  }),
            written(image,
                    "max_pool2d %x {kernel = [3, 2], stride = [2, 1], "
                    "padding = [1, 0], dilation = [1, 2], ceil_mode}",
                    "tensor<1x2x5x6xf32>"));
  EXPECT_EQ(build({1, 2, 9, 8},
                  [](Program &, Tensor x) {
                    return nn::avgPool2d(x, 3, 2, 1, true, false);
                  }),
            written(image,
                    "avg_pool2d %x {kernel = [3, 3], stride = [2, 2], padding "
                    "= [1, 1], ceil_mode, count_include_pad = false}",
                    "tensor<1x2x5x5xf32>"));
  EXPECT_EQ(build({1, 2, 9, 8},
                  [](Program &, Tensor x) {
                    return nn::avgPool2d(x, 3, 2, 1, true, true, 7);
                  }),
            written(image,
                    "avg_pool2d %x {kernel = [3, 3], stride = [2, 2], padding "
                    "= [1, 1], ceil_mode, divisor_override = 7}",
                    "tensor<1x2x5x5xf32>"));
  EXPECT_EQ(
      build({1, 2, 9}, [](Program &, Tensor x) { return nn::avgPool1d(x, 3); }),
      written(row,
              "avg_pool1d %x {kernel = [3], padding = [0], "
              "count_include_pad = true}",
              "tensor<1x2x3xf32>"));
}

TEST_F(ProgramTest, FiltersTakeEveryArgument) {
  std::string text = build({1, 4, 9, 8}, [](Program &program, Tensor x) {
    nn::Conv2d conv(program.root() / "conv", 4, 6, {3, 2},
                    {{2, 1}, {1, 0}, {1, 2}, 2, false});
    return conv(x);
  });
  EXPECT_EQ(diagnostics, "");
  EXPECT_NE(text.find("dl.param @conv.weight : tensor<6x2x3x2xf32>"),
            std::string::npos)
      << text;
  for (const char *attribute : {"dilation = [1, 2]", "groups = 2",
                                "padding = [1, 0]", "stride = [2, 1]"})
    EXPECT_NE(text.find(attribute), std::string::npos) << text;
}
