//===- RewriteGreedilyTest.cpp - Rewrites end, or say that they do not ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Transforms/RewriteGreedily.h"

#include "dlc/Dialect/Dl/Build.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

namespace {

/// a - b = -(b - a), and back.
struct Turn : OpRewritePattern<dl::SubOp> {
  Turn(MLIRContext *context) : OpRewritePattern(context) {
    setDebugName("Turn");
  }
  LogicalResult matchAndRewrite(dl::SubOp op,
                                PatternRewriter &rewriter) const override {
    dl::Expr e(rewriter, op.getLoc());
    Value other = e.sub(op.getB(), op.getA());
    rewriter.replaceOp(op, e.neg(other));
    return success();
  }
};

/// exp(x) = 1 / exp(-x), once: a rewrite that ends.
struct Once : OpRewritePattern<dl::ExpOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(dl::ExpOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getX().getDefiningOp<dl::NegOp>())
      return failure();
    dl::Expr e(rewriter, op.getLoc());
    Value inverse = e.exp(e.neg(op.getX()));
    rewriter.replaceOp(op, e.reciprocal(inverse));
    return success();
  }
};

class RewriteGreedilyTest : public testing::Test {
protected:
  RewriteGreedilyTest() {
    context.loadDialect<dl::DlDialect, func::FuncDialect>();
    module = parseSourceString<ModuleOp>(R"(
      func.func @f(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
        %d = dl.sub %a, %b : tensor<4xf32>
        %e = dl.exp %d : tensor<4xf32>
        return %e : tensor<4xf32>
      }
    )",
                                         &context, "test");
  }

  /// What is reported by rewriting with one pattern; empty if that ends.
  template <typename P>
  std::string rewrite() {
    std::string message;
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
    RewritePatternSet patterns(&context);
    patterns.add<P>(&context);
    LogicalResult result =
        rewriteGreedily(*module, std::move(patterns), "dl-test");
    EXPECT_EQ(succeeded(result), message.empty());
    return message;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

TEST_F(RewriteGreedilyTest, EndsWherePatternsEnd) {
  EXPECT_EQ(rewrite<Once>(), "");
}

TEST_F(RewriteGreedilyTest, FailsWherePatternsUndoEachOther) {
  std::string message = rewrite<Turn>();
  EXPECT_NE(message.find("the rewrites of pass 'dl-test' do not end: the "
                         "program has 5 ops"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("the last was by Turn"), std::string::npos) << message;
}

} // namespace
