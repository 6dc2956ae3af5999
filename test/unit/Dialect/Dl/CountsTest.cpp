//===- CountsTest.cpp - Places and counts fit into their type -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Corpus.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::test;

namespace {

/// A program of each op that counts, with one number more than its type holds
/// and, where LARGE is 2147483648, as many as it holds.
const std::map<std::string, std::string> programs = {
    {"argmax",
     "%y = dl.argmax %x {axis = 0} : tensor<LARGExi1> -> tensor<i32>"},
    {"argmin",
     "%y = dl.argmin %x {axis = 0} : tensor<LARGExi1> -> tensor<i32>"},
    {"sort", "%v, %y = dl.sort %x {axis = 0 : i64} : tensor<LARGExi1> -> "
             "tensor<LARGExi1>, tensor<LARGExi32>"},
    {"argsort", "%y = dl.argsort %x {axis = 0 : i64} : tensor<LARGExi1> -> "
                "tensor<LARGExi32>"},
    {"top_k", "%v, %y = dl.top_k %x {axis = 0 : i64, k = 1 : i64} : "
              "tensor<LARGExi1> -> tensor<1xi1>, tensor<1xi32>"},
    {"k_max_pool", "%f = dl.cast %x : tensor<LARGExi1> to tensor<LARGExf32>\n"
                   "%y = dl.k_max_pool %f {axis = 0 : i64, k = 1 : i64} : "
                   "tensor<LARGExf32> -> tensor<1xf32>"},
    {"permutation", "%y = dl.permutation : tensor<LARGExi32>"},
    {"categorical",
     "%f = dl.cast %x : tensor<LARGExi1> to tensor<LARGExf32>\n"
     "%y = dl.categorical %f : tensor<LARGExf32> -> tensor<i32>"},
    {"iota", "%y = dl.iota {axis = 0} : tensor<LARGExi32>"},
    // Its count includes all elements: one fewer of them.
    {"count_equal",
     "%y = dl.count_equal %s, %s : tensor<SMALLxi1> -> tensor<i32>"},
    {"reduce_sum", "%c = dl.cast %s : tensor<SMALLxi1> to tensor<SMALLxi32>\n"
                   "%y = dl.reduce_sum %c : tensor<SMALLxi32> -> tensor<i32>"},
    {"cumsum", "%c = dl.cast %s : tensor<SMALLxi1> to tensor<SMALLxi32>\n"
               "%y = dl.cumsum %c {axis = 0 : i64} : tensor<SMALLxi32> -> "
               "tensor<SMALLxi32>"},
    {"max_pool2d_with_index",
     "%f = dl.cast %x : tensor<LARGExi1> to tensor<LARGExf32>\n"
     "%r = dl.reshape %f : tensor<LARGExf32> to tensor<1x1xLARGEx1xf32>\n"
     "%v, %y = dl.max_pool2d_with_index %r {kernel = [LARGE, 1]} : "
     "tensor<1x1xLARGEx1xf32> -> tensor<1x1x1x1xf32>, tensor<1x1x1x1xi32>"},
};

struct CountsTest : ::testing::Test {
  Corpus corpus;

  std::string errors(StringRef body, int64_t large) {
    std::string text =
        "func.func @f(%x: tensor<LARGExi1>, %s: tensor<SMALLxi1>) {\n" +
        body.str() + "\nreturn\n}";
    auto replace = [&](StringRef word, int64_t number) {
      for (size_t at; (at = text.find(word.str())) != std::string::npos;)
        text.replace(at, word.size(), std::to_string(number));
    };
    replace("LARGE", large);
    replace("SMALL", large - 1);
    return corpus.errors([&] {
      return success(
          bool(parseSourceString<ModuleOp>(text, &corpus.context())));
    });
  }
};

TEST_F(CountsTest, EveryOpThatCountsRefusesWhatItsTypeCannotHold) {
  constexpr int64_t most = int64_t(1) << 31;
  for (RegisteredOperationName name : corpus.registered()) {
    if (!name.hasInterface<dl::HoldsCounts>())
      continue;
    auto program = programs.find(name.stripDialect().str());
    ASSERT_NE(program, programs.end())
        << "no program for " << name.getStringRef().str();
    EXPECT_EQ(errors(program->second, most), "");
    EXPECT_EQ(
        errors(program->second, most + 1),
        "'" + name.getStringRef().str() +
            "' op counts to 2147483648, which is more than 'i32' holds\n");
  }
}

/// Integers that no operand has are places or counts, but for these.
bool makesOtherIntegers(Operation *op) {
  return isa<dl::ConstantOp, dl::CastOp, dl::RandomBitsOp, dl::FirstFaultOp,
             dl::OneHotOp, dl::StepCountOp, dl::ReadOp, dl::CallOp,
             dl::CompareOp>(op);
}

TEST_F(CountsTest, EveryOpThatMakesIntegersCounts) {
  for (RegisteredOperationName name : corpus.registered())
    for (Operation *op : corpus.instances(name.getStringRef()))
      for (Type type : op->getResultTypes()) {
        Type element = getElementTypeOrSelf(type);
        bool given = llvm::any_of(op->getOperandTypes(), [&](Type operand) {
          return getElementTypeOrSelf(operand) == element;
        });
        if (isa<IntegerType>(element) && !element.isInteger(1) && !given &&
            !makesOtherIntegers(op))
          EXPECT_TRUE(name.hasInterface<dl::HoldsCounts>())
              << name.getStringRef().str();
      }
}

} // namespace
