//===- CostTest.cpp - No op's operations are forgotten --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Transforms/Cost.h"

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

namespace {

struct CostTest : testing::Test {
  CostTest() {
    DialectRegistry registry;
    registry.insert<dl::DlDialect, func::FuncDialect>();
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Of the first op in a function of these arguments.
  double flops(const std::string &arguments, const std::string &op) {
    module = parseSourceString<ModuleOp>(
        "func.func @f(" + arguments + ") {\n" + op + "\nreturn\n}", &context);
    if (!module)
      return -1;
    auto function = *module->getOps<func::FuncOp>().begin();
    Operation *first = &function.getBody().front().front();
    size_t before = function.getBody().front().getOperations().size();
    double result = flopsOf(first);
    EXPECT_EQ(function.getBody().front().getOperations().size(), before);
    return result;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

/// Ops that are left when a step is resolved have a count; the others are gone
/// by then.
TEST_F(CostTest, EveryOpThatComputesIsCounted) {
  unsigned counted = 0;
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    bool isGone =
        op.hasTrait<dl::Shorthand>() || op.hasTrait<OpTrait::IsTerminator>() ||
        op.hasInterface<SymbolOpInterface>() || op.hasInterface<dl::Random>();
    if (isGone)
      continue;
    EXPECT_TRUE(hasFlops(op)) << op.getStringRef().str();
    ++counted;
  }
  EXPECT_GT(counted, 100u);
}

TEST_F(CostTest, Products) {
  EXPECT_EQ(flops("%a: tensor<5x8x4xf32>, %b: tensor<5x4x3xf32>",
                  "%y = dl.matmul %a, %b : tensor<5x8x4xf32>, "
                  "tensor<5x4x3xf32> -> tensor<5x8x3xf32>"),
            2 * 5 * 8 * 4 * 3);
  EXPECT_EQ(flops("%a: tensor<4x8xf32>, %b: tensor<4x3xf32>",
                  "%y = dl.matmul %a, %b {transpose_a} : tensor<4x8xf32>, "
                  "tensor<4x3xf32> -> tensor<8x3xf32>"),
            2 * 8 * 4 * 3);
}

TEST_F(CostTest, Convolutions) {
  // Two groups of three channels in and four out, nine taps, 5 x 6 places.
  double expected = 2.0 * (2 * 8 * 5 * 6) * (3 * 3 * 3);
  EXPECT_EQ(flops("%x: tensor<2x6x7x8xf32>, %w: tensor<8x3x3x3xf32>",
                  "%y = dl.conv2d %x, %w {groups = 2} : "
                  "tensor<2x6x7x8xf32>, tensor<8x3x3x3xf32> -> "
                  "tensor<2x8x5x6xf32>"),
            expected);
  EXPECT_EQ(flops("%x: tensor<2x6x7x8xf32>, %dy: tensor<2x8x5x6xf32>",
                  "%w = dl.conv2d_filter_grad %x, %dy {groups = 2} : "
                  "tensor<2x6x7x8xf32>, tensor<2x8x5x6xf32> -> "
                  "tensor<8x3x3x3xf32>"),
            expected);
  EXPECT_EQ(flops("%dy: tensor<2x8x5x6xf32>, %w: tensor<8x3x3x3xf32>",
                  "%x = dl.conv2d_input_grad %dy, %w {groups = 2} : "
                  "tensor<2x8x5x6xf32>, tensor<8x3x3x3xf32> -> "
                  "tensor<2x6x7x8xf32>"),
            expected);
  EXPECT_EQ(flops("%x: tensor<2x7x8x6xf32>, %w: tensor<3x3x6x8xf32>",
                  "%y = dl.conv2d %x, %w {layout = #dl<layout channels_last>} "
                  ": tensor<2x7x8x6xf32>, tensor<3x3x6x8xf32> -> "
                  "tensor<2x5x6x8xf32>"),
            2 * expected);
}

TEST_F(CostTest, ElementsAndMoves) {
  EXPECT_EQ(flops("%x: tensor<4x5xf32>", "%y = dl.exp %x : tensor<4x5xf32>"),
            20);
  EXPECT_EQ(flops("%x: tensor<4x5xi32>, %z: tensor<4x5xi32>",
                  "%y = dl.add %x, %z : tensor<4x5xi32>"),
            0);
  EXPECT_EQ(flops("%x: tensor<4x5xf32>",
                  "%y = dl.cast %x : tensor<4x5xf32> to tensor<4x5xf64>"),
            0);
  EXPECT_EQ(flops("%x: tensor<4x5xf32>",
                  "%y = dl.reduce_sum %x {axes = [1]} : tensor<4x5xf32> -> "
                  "tensor<4xf32>"),
            20);
  EXPECT_EQ(flops("%x: tensor<4x5xf32>",
                  "%y = dl.reshape %x : tensor<4x5xf32> to tensor<20xf32>"),
            0);
  EXPECT_EQ(flops("%x: tensor<1x1x6x6xf32>",
                  "%y = dl.max_pool2d %x {kernel = [3, 2]} : "
                  "tensor<1x1x6x6xf32> -> tensor<1x1x2x3xf32>"),
            6 * 6);
}

/// A composite is as much as its parts, and leaves the program as it was.
TEST_F(CostTest, Composites) {
  EXPECT_EQ(flops("%x: tensor<8x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>",
                  "%y = dl.linear %x, %w bias %b : tensor<8x4xf32>, "
                  "tensor<3x4xf32>, tensor<3xf32> -> tensor<8x3xf32>"),
            2 * 8 * 4 * 3 + 8 * 3);
  EXPECT_TRUE(isContraction(
      &(*module->getOps<func::FuncOp>().begin()).getBody().front().front()));
}

TEST_F(CostTest, LoopsCountAllIterations) {
  EXPECT_EQ(flops("%h: tensor<2x4xf32>, %w: tensor<4x4xf32>",
                  "%s = dl.scan 16 carry(%a = %h) with(%b = %w) : "
                  "(tensor<2x4xf32>, tensor<4x4xf32>) -> (tensor<2x4xf32>) {\n"
                  "%0 = dl.matmul %a, %b : tensor<2x4xf32>, tensor<4x4xf32> -> "
                  "tensor<2x4xf32>\n"
                  "%1 = dl.tanh %0 : tensor<2x4xf32>\n"
                  "dl.yield %1 : tensor<2x4xf32>\n}"),
            16 * (2 * 2 * 4 * 4 + 8));
}
