//===- CompareTest.cpp - Wrong compilers are found out --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compilers that are wrong on purpose: the program is changed behind the phase
// `fuse`, where the interpreter has seen it, and compiled from there.
//
//===----------------------------------------------------------------------===//

#include "dlc/Compare/Compare.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Execution/Jit.h"

#include "TestFiles.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace dlc;
using namespace dlc::test;

namespace {

/// Lines of the program are counted from 1.
constexpr char program[] = R"(dl.model @m {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<4x4xf32> = uniform<-0.5, 0.5>
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%x: tensor<5x3x4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4x4xf32>
    %h0 = dl.constant dense<0.0> : tensor<3x4xf32>
    %h, %hs = dl.scan 5 carry(%s = %h0) over(%xt = %x) with(%wi = %w) : (tensor<3x4xf32>, tensor<5x3x4xf32>, tensor<4x4xf32>) -> (tensor<3x4xf32>, tensor<5x3x4xf32>) {
      %0 = dl.linear %s, %wi : tensor<3x4xf32>, tensor<4x4xf32> -> tensor<3x4xf32>
      %1 = dl.add %0, %xt : tensor<3x4xf32>
      %2 = dl.tanh %1 : tensor<3x4xf32>
      dl.yield %2, %2 : tensor<3x4xf32>, tensor<3x4xf32>
    }
    %e = dl.exp %hs : tensor<5x3x4xf32>
    %q = dl.scale %e by 0.5 : tensor<5x3x4xf32>
    %r = dl.sin %q : tensor<5x3x4xf32>
    %loss = dl.reduce_sum %r {axes = [0, 1, 2]} : tensor<5x3x4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
)";

struct Report {
  bool agrees;
  std::string text;
};

class Compare : public testing::Test {
protected:
  /// Compares with a compiler that first changes the program.
  Report compare(std::function<void(mlir::ModuleOp)> change = nullptr) {
    CompareRequest request;
    request.path = folder.write("m.mlir", program);
    request.step = "train";
    request.levels = {2};
    request.threads = 1;
    request.tolerance = tolerance;
    request.initialise = [](Model &model) { return model.init(7); };
    request.fillInputs = [](const dlc_step &, StepBuffers &buffers) {
      llvm::MutableArrayRef<char> bytes = buffers.input(0);
      for (size_t i = 0; i < bytes.size() / sizeof(float); ++i) {
        float value = float(i * 7 % 11) / 8 - 0.6f;
        std::memcpy(&bytes[i * sizeof(float)], &value, sizeof(float));
      }
      return llvm::Error::success();
    };
    request.compile =
        [&](Compilation &compilation, llvm::StringRef from,
            llvm::StringRef name,
            int threads) -> llvm::Expected<std::unique_ptr<Model>> {
      if (llvm::Error error = compilation.run(from, "fuse"))
        return std::move(error);
      if (change)
        change(compilation.getModule());
      return compileAndLoad(compilation, "fuse", name, threads);
    };
    Report report;
    llvm::raw_string_ostream os(report.text);
    llvm::Expected<bool> agrees = compareStep(request, os);
    EXPECT_TRUE(static_cast<bool>(agrees))
        << llvm::toString(agrees.takeError());
    report.agrees = agrees && *agrees;
    return report;
  }

  Tolerance tolerance;
  TempFolder folder;
};

/// Makes another op of the same form of each op of a kind.
template <typename From, typename To>
void replaceOps(mlir::ModuleOp module) {
  module.walk([](From op) {
    mlir::OpBuilder builder(op);
    op.getResult().replaceAllUsesWith(
        To::create(builder, op.getLoc(), op.getType(), op->getOperand(0))
            ->getResult(0));
    op.erase();
  });
}

TEST_F(Compare, ARightCompilerAgrees) {
  Report report = compare();
  EXPECT_TRUE(report.agrees) << report.text;
  EXPECT_CONTAINS(report.text, "after simplify       agrees");
  EXPECT_CONTAINS(report.text, "after fuse           agrees");
  EXPECT_CONTAINS(report.text, "compiled with -O2    agrees");
}

TEST_F(Compare, AnOpIsNamed) {
  Report report = compare(replaceOps<dl::SinOp, dl::CosOp>);
  EXPECT_FALSE(report.agrees);
  EXPECT_CONTAINS(report.text, "after fuse           agrees");
  EXPECT_CONTAINS(report.text, "compiled with -O2    DIFFERS");
  EXPECT_CONTAINS(report.text,
                  "the first that differs when it is compiled alone: kernel @");
  EXPECT_CONTAINS(report.text, "the first op in it that differs: dl.sin at");
  EXPECT_CONTAINS(report.text, "m.mlir:16:10");
}

TEST_F(Compare, AnOpInALoopIsNamed) {
  Report report = compare(replaceOps<dl::TanhOp, dl::SinOp>);
  EXPECT_FALSE(report.agrees);
  EXPECT_CONTAINS(report.text, ", call 1 in the loop at");
  EXPECT_CONTAINS(report.text, "the first op in it that differs: dl.tanh at");
  EXPECT_CONTAINS(report.text, "m.mlir:11:12");
}

TEST_F(Compare, ALoopIsNamed) {
  // Its kernels are right, and it runs the wrong way.
  Report report = compare([](mlir::ModuleOp module) {
    module.walk([](dl::ScanOp loop) { loop.setReverse(!loop.getReverse()); });
  });
  EXPECT_FALSE(report.agrees);
  EXPECT_CONTAINS(report.text,
                  "the first that differs when it is compiled alone: the loop "
                  "at");
  EXPECT_CONTAINS(report.text, "m.mlir:8:15");
}

TEST_F(Compare, WhatLiesBetweenKernelsIsSaid) {
  // Kernels that are right, one of them given another operand.
  Report report = compare([](mlir::ModuleOp module) {
    module.walk([](mlir::func::FuncOp step) {
      if (step.getSymName() != "train")
        return;
      mlir::Value old;
      for (mlir::BlockArgument argument : step.getArguments())
        if (argument.getType() ==
            mlir::RankedTensorType::get(
                {4, 4}, mlir::Float32Type::get(step.getContext())))
          old = argument;
      step.walk([&](mlir::func::CallOp call) {
        for (mlir::OpOperand &operand : call->getOpOperands())
          if (operand.getOperandNumber() > 0 && operand.get() == old &&
              call.getNumOperands() > 2)
            call->setOperand(0, call->getOperand(1));
      });
    });
  });
  EXPECT_FALSE(report.agrees) << report.text;
  EXPECT_CONTAINS(report.text, "the cause lies between them");
}

TEST_F(Compare, AnotherToleranceIsUsed) {
  tolerance.f32 = 100;
  Report report = compare(replaceOps<dl::SinOp, dl::CosOp>);
  EXPECT_TRUE(report.agrees) << report.text;
}

} // namespace
