//===- EvaluateTest.cpp - Functions, op by op -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Interpreter.h"
#include "dlc/Interpreter/Rounding.h"
#include "lib/Interpreter/Models.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using interp::Tensor;

namespace {

class EvaluateTest : public ::testing::Test {
protected:
  EvaluateTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          llvm::raw_string_ostream(diagnostics)
              << diagnostic.getLocation() << ": " << diagnostic;
        }) {
    DialectRegistry registry;
    registry.insert<dl::DlDialect, func::FuncDialect, scf::SCFDialect>();
    interp::registerModels(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// The function `@f` of a program.
  func::FuncOp parse(StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return module ? module->lookupSymbol<func::FuncOp>("f") : func::FuncOp();
  }
  /// The results of an `@f` whose arguments are these.
  std::vector<Tensor> run(StringRef text, std::vector<Tensor> arguments) {
    func::FuncOp function = parse(text);
    if (!function || failed(interp::prepare(function))) {
      ADD_FAILURE() << diagnostics;
      return {};
    }
    auto results = interp::evaluate(function, std::move(arguments));
    if (results)
      return *results;
    fault = llvm::toString(results.takeError());
    return {};
  }

  Tensor floats(ArrayRef<int64_t> shape, ArrayRef<double> elements) {
    return {RankedTensorType::get(shape, b.getF32Type()), elements};
  }
  Tensor integers(Type element, ArrayRef<int64_t> elements) {
    return {RankedTensorType::get({int64_t(elements.size())}, element),
            elements};
  }
  static std::vector<double> elements(const Tensor &tensor) {
    std::vector<double> result;
    for (int64_t i = 0; i < tensor.size(); ++i)
      result.push_back(tensor.real(i));
    return result;
  }

  MLIRContext context;
  Builder b{&context};
  std::string diagnostics, fault;
  ScopedDiagnosticHandler handler;
  OwningOpRef<ModuleOp> module;
};

using Values = std::vector<double>;

} // namespace

TEST_F(EvaluateTest, EveryOpRoundsToItsType) {
  // In f32 1e-8 is lost beside 1; in doubles all the way it would not be.
  auto y = run(R"(
    func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {
      %a = dl.offset %x by 1.0 : tensor<1xf32>
      %y = dl.offset %a by -1.0 : tensor<1xf32>
      return %y : tensor<1xf32>
    })",
               {floats({1}, {1e-8})});
  EXPECT_EQ(elements(y.at(0)), Values{0});
}

/// Equal numbers have a mean that is theirs but for rounding; what only moves
/// or chooses elements is exact.
TEST_F(EvaluateTest, ArithmeticIsRoundedByChance) {
  interp::RoundingByChance rounding(3);
  auto y = run(R"(
    func.func @f(%x: tensor<7xf32>) -> (tensor<1xf32>, tensor<1xf32>, tensor<7xf32>) {
      %s = dl.reduce_sum %x {axes = [0], keep_dims} : tensor<7xf32> -> tensor<1xf32>
      %m = dl.scale %s by 0.14285714285714285 : tensor<1xf32>
      %g = dl.reduce_max %x {axes = [0], keep_dims} : tensor<7xf32> -> tensor<1xf32>
      %r = dl.relu %x : tensor<7xf32>
      return %m, %g, %r : tensor<1xf32>, tensor<1xf32>, tensor<7xf32>
    })",
               {floats({7}, Values(7, 0.1))});
  double x = 0.1f;
  EXPECT_NE(elements(y.at(0)), Values{x});
  EXPECT_NEAR(y.at(0).real(0), x, 5e-7 * x);
  EXPECT_EQ(elements(y.at(1)), Values{x});
  EXPECT_EQ(elements(y.at(2)), Values(7, x));
}

TEST_F(EvaluateTest, IntegersWrapAndDivideByZero) {
  Type i8 = b.getI8Type();
  auto y = run(R"(
    func.func @f(%a: tensor<4xi8>, %b: tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>) {
      %s = dl.add %a, %b : tensor<4xi8>
      %q = dl.div %a, %b : tensor<4xi8>
      return %s, %q : tensor<4xi8>, tensor<4xi8>
    })",
               {integers(i8, {127, 7, -128, -7}), integers(i8, {1, 0, -1, 2})});
  EXPECT_EQ(elements(y.at(0)), (Values{-128, 7, 127, -5}));
  EXPECT_EQ(elements(y.at(1)), (Values{127, 0, -128, -3}));
}

TEST_F(EvaluateTest, MaximumAndComparisonsOfNotANumber) {
  auto y = run(R"(
    func.func @f(%a: tensor<3xf32>, %b: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xi1>) {
      %m = dl.max %a, %b : tensor<3xf32>
      %c = dl.compare ne %a, %b : tensor<3xf32> -> tensor<3xi1>
      return %m, %c : tensor<3xf32>, tensor<3xi1>
    })",
               {floats({3}, {1, std::nan(""), -0.0}), floats({3}, {2, 1, 0})});
  EXPECT_EQ(y.at(0).real(0), 2);
  EXPECT_TRUE(std::isnan(y.at(0).real(1)));
  EXPECT_FALSE(std::signbit(y.at(0).real(2)));
  EXPECT_EQ(elements(y.at(1)), (Values{1, 1, 0}));
}

TEST_F(EvaluateTest, Shapes) {
  auto y = run(R"(
    func.func @f(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<2x5xf32>, tensor<2x2xf32>) {
      %t = dl.transpose %x perm [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
      %p = dl.pad %x low [0, 0] high [0, 0] interior [0, 1] : tensor<2x3xf32> -> tensor<2x5xf32>
      %r = dl.reverse %x dims [1] : tensor<2x3xf32>
      %s = dl.slice %r at [0, 0] size [2, 2] stride [1, 2] : tensor<2x3xf32> -> tensor<2x2xf32>
      return %t, %p, %s : tensor<3x2xf32>, tensor<2x5xf32>, tensor<2x2xf32>
    })",
               {floats({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(elements(y.at(0)), (Values{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(elements(y.at(1)), (Values{1, 0, 2, 0, 3, 4, 0, 5, 0, 6}));
  EXPECT_EQ(elements(y.at(2)), (Values{3, 1, 6, 4}));
}

TEST_F(EvaluateTest, Reductions) {
  auto y = run(R"(
    func.func @f(%x: tensor<2x2x2xf32>) -> (tensor<2xf32>, tensor<f32>, tensor<2x2xi32>) {
      %s = dl.reduce_sum %x {axes = [0, 2]} : tensor<2x2x2xf32> -> tensor<2xf32>
      %m = dl.reduce_max %x {axes = [0, 1, 2]} : tensor<2x2x2xf32> -> tensor<f32>
      %a = dl.argmax %x {axis = 1} : tensor<2x2x2xf32> -> tensor<2x2xi32>
      return %s, %m, %a : tensor<2xf32>, tensor<f32>, tensor<2x2xi32>
    })",
               {floats({2, 2, 2}, {-1, 5, -1, 3, -9, -8, -7, -6})});
  EXPECT_EQ(elements(y.at(0)), (Values{-13, -11}));
  EXPECT_EQ(elements(y.at(1)), Values{5});
  EXPECT_EQ(elements(y.at(2)), (Values{0, 0, 1, 1}));
}

TEST_F(EvaluateTest, ConvolutionOnPaddedImage) {
  // A 2x2 filter that picks the lower right tap: the image itself.
  auto y = run(
      R"(
    func.func @f(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32> {
      %y = dl.conv2d %x, %w {padding = [1, 1]} : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32> -> tensor<1x1x3x3xf32>
      return %y : tensor<1x1x3x3xf32>
    })",
      {floats({1, 1, 2, 2}, {1, 2, 3, 4}), floats({1, 1, 2, 2}, {0, 0, 0, 1})});
  EXPECT_EQ(elements(y.at(0)), (Values{1, 2, 0, 3, 4, 0, 0, 0, 0}));
}

TEST_F(EvaluateTest, WhatIsDeadNeedsNoModel) {
  auto y = run(R"(
    func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %dead = dl.flatten %x : tensor<2x2xf32> to tensor<2x2xf32>
      %deader = dl.exp %dead : tensor<2x2xf32>
      return %x : tensor<2x2xf32>
    })",
               {floats({2, 2}, {1, 2, 3, 4})});
  EXPECT_EQ(y.size(), 1u);
}

TEST_F(EvaluateTest, AnOpWithoutModelIsAnError) {
  func::FuncOp function = parse(R"(
    func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %y = dl.flatten %x : tensor<2x2xf32> to tensor<2x2xf32>
      return %y : tensor<2x2xf32>
    })");
  ASSERT_TRUE(function);
  EXPECT_TRUE(failed(interp::prepare(function)));
  EXPECT_NE(diagnostics.find("3:12"), std::string::npos) << diagnostics;
  EXPECT_NE(diagnostics.find("'dl.flatten' op has no model in the interpreter"),
            std::string::npos)
      << diagnostics;
}

TEST_F(EvaluateTest, TheFirstFaultEndsTheFunction) {
  // In place of an op that can meet one.
  interp::model<dl::FlattenOp>(
      &context, [](dl::FlattenOp, const interp::Call &call) {
        call.fault("element " + Twine(int(call.operand(0).real(0))));
        call.fault("too late");
        return Tensor(call.type());
      });
  auto y = run(R"(
    func.func @f(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
      %a = dl.flatten %x : tensor<1x1xf32> to tensor<1x1xf32>
      %b = dl.exp %a : tensor<1x1xf32>
      %c = dl.flatten %b : tensor<1x1xf32> to tensor<1x1xf32>
      return %c : tensor<1x1xf32>
    })",
               {floats({1, 1}, {7})});
  EXPECT_TRUE(y.empty());
  EXPECT_EQ(fault, "element 7");
}

namespace {

/// Runs its body twice and adds what it yields.
Tensor twice(scf::ExecuteRegionOp op, const interp::Call &call) {
  Tensor sum(call.type());
  for (int run = 0; run < 2; ++run) {
    auto yielded = call.evaluate(op.getRegion(), {});
    if (!yielded)
      return sum;
    for (int64_t i = 0; i < sum.size(); ++i)
      sum.set(i, sum.real(i) + yielded->front().real(i));
  }
  return sum;
}

} // namespace

TEST_F(EvaluateTest, RegionsSeeTheValuesAround) {
  interp::model<scf::ExecuteRegionOp>(&context, twice);
  auto y = run(R"(
    func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %k = dl.exp %x : tensor<2xf32>
      %y = scf.execute_region -> tensor<2xf32> {
        %a = dl.add %k, %x : tensor<2xf32>
        scf.yield %a : tensor<2xf32>
      }
      return %y : tensor<2xf32>
    })",
               {floats({2}, {0, 0})});
  EXPECT_EQ(elements(y.at(0)), (Values{2, 2}));
}

TEST_F(EvaluateTest, AFaultInARegionEndsTheFunction) {
  interp::model<scf::ExecuteRegionOp>(&context, twice);
  interp::model<dl::FlattenOp>(&context,
                               [](dl::FlattenOp, const interp::Call &call) {
                                 call.fault("inside");
                                 return Tensor(call.type());
                               });
  auto y = run(R"(
    func.func @f(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
      %y = scf.execute_region -> tensor<1x1xf32> {
        %a = dl.flatten %x : tensor<1x1xf32> to tensor<1x1xf32>
        scf.yield %a : tensor<1x1xf32>
      }
      return %y : tensor<1x1xf32>
    })",
               {floats({1, 1}, {7})});
  EXPECT_TRUE(y.empty());
  EXPECT_EQ(fault, "inside");
}
