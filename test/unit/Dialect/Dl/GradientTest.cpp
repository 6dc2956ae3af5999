//===- GradientTest.cpp - Every operand has a gradient or says no ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For each instance of each op a function is made whose arguments are the op's
// operands, and the gradient of each result with respect to all of them is
// taken. A gradient that is not even connected comes out as a constant 0.
//
//===----------------------------------------------------------------------===//

#include "Corpus.h"
#include "dlc/Autodiff/Passes.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/ReverseMode.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::test;

namespace {

/// Whether `value` is 0 everywhere because the program says so.
bool isNothing(Value value) {
  auto constant = value.getDefiningOp<dl::ConstantOp>();
  auto splat =
      constant ? dyn_cast<SplatElementsAttr>(constant.getValue()) : nullptr;
  return splat && splat.getSplatValue<APFloat>().isZero();
}

/// The results of a copy of `op` in the place of `builder`; what an op draws is
/// written out, as the phase `resolve` does.
SmallVector<Value> copyOf(Operation *op, OpBuilder &builder, IRMapping &map,
                          const dl::RandomSource &source) {
  Operation *copy = builder.clone(*op, map);
  if (auto withMode = dyn_cast<dl::HasMode>(copy))
    withMode.setMode(dl::Mode::Train);
  if (auto random = dyn_cast<dl::Random>(copy)) {
    SmallVector<Value> drawn = random.draw(builder, source);
    copy->erase();
    return drawn;
  }
  return copy->getResults();
}

struct GradientTest : ::testing::Test {
  Corpus corpus;

  /// Which operands of `op` get a gradient of result `number`; of second order,
  /// a gradient of the gradient with respect to the first float operand.
  std::vector<bool> gradients(Operation *op, unsigned number, bool second) {
    OpBuilder b(&corpus.context());
    Location loc = op->getLoc();
    OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
    auto count = RankedTensorType::get({}, b.getI64Type());
    SmallVector<Type> types(op->getOperandTypes());
    types.append({count, count, op->getResult(number).getType(),
                  op->getResult(number).getType()});
    b.setInsertionPointToEnd(module->getBody());
    auto function =
        func::FuncOp::create(b, loc, "f", b.getFunctionType(types, {}));
    Block *block = function.addEntryBlock();
    b.setInsertionPointToEnd(block);
    IRMapping map;
    unsigned operands = op->getNumOperands();
    SmallVector<Value> targets;
    // An operand that occurs twice is two arguments.
    auto copied = [&](unsigned i) { return block->getArgument(i); };
    for (unsigned i = 0; i < operands; ++i)
      if (dl::isFloat(copied(i)))
        targets.push_back(copied(i));
    Operation *renamed = op->clone();
    for (unsigned i = 0; i < operands; ++i)
      renamed->setOperand(i, copied(i));
    dl::RandomSource source{copied(operands), copied(operands + 1), 0};
    Value y = copyOf(renamed, b, map, source)[number];
    renamed->destroy();
    auto take = [&](Value of, Value cotangent) {
      return dl::GradientOp::create(b, loc, TypeRange(ValueRange(targets)), of,
                                    targets, cotangent);
    };
    auto gradient = take(y, copied(operands + 2));
    if (second) {
      Value first = gradient.getGradients().front();
      gradient = take(first, dl::Expr(b, loc).splat(first.getType(), 1));
    }
    func::ReturnOp::create(b, loc, gradient.getGradients());
    function.setType(b.getFunctionType(types, TypeRange(ValueRange(targets))));
    PassManager manager(&corpus.context());
    DifferentiateOptions options;
    options.clean = false;
    manager.addNestedPass<func::FuncOp>(createDifferentiate(options));
    EXPECT_EQ(corpus.errors([&] { return manager.run(*module); }), "")
        << op->getName().getStringRef().str();
    std::vector<bool> result(operands, false);
    Operation *end = block->getTerminator();
    if (end->getNumOperands() != targets.size())
      return result;
    unsigned next = 0;
    for (unsigned i = 0; i < operands; ++i)
      if (dl::isFloat(copied(i)))
        result[i] = !isNothing(end->getOperand(next++));
    return result;
  }
};

/// Shapes that broadcast are made equal before a gradient is taken.
bool broadcasts(Operation *op) {
  return op->hasTrait<dl::Elementwise>() &&
         !llvm::all_equal(llvm::map_range(op->getOperands(), [](Value operand) {
           return dl::tensorType(operand).getShape();
         }));
}

/// Ops that are resolved before a gradient is taken, and whose operands then
/// belong to others: what a call, a write or a minimize stands for.
bool isGone(RegisteredOperationName op) {
  return op.hasTrait<dl::Shorthand>() && !op.hasInterface<dl::Random>();
}

TEST_F(GradientTest, EveryFloatOperandHasAGradientOrIsDeclaredToHaveNone) {
  unsigned withGradient = 0, without = 0;
  for (RegisteredOperationName name : corpus.registered()) {
    if (isGone(name) || name.hasTrait<dl::NoDerivative>())
      continue;
    // What some instance has decides for operand i of all: a mask may be i1
    // here and of floats there.
    std::map<unsigned, bool> floats, stopped;
    for (Operation *op : corpus.instances(name.getStringRef())) {
      if (broadcasts(op))
        continue;
      auto stops = dyn_cast<dl::StopsGradient>(op);
      for (unsigned i = 0; i < op->getNumOperands(); ++i)
        if (dl::isFloat(op->getOperand(i))) {
          floats[i] |= false;
          stopped[i] = stops && stops.stopsGradient(i);
        }
      for (OpResult result : op->getResults()) {
        if (!dl::isFloat(result))
          continue;
        auto got = gradients(op, result.getResultNumber(), false);
        for (unsigned i = 0; i < got.size(); ++i)
          if (got[i])
            floats[i] = true;
      }
    }
    for (auto [operand, has] : floats) {
      EXPECT_NE(has, stopped[operand])
          << name.getStringRef().str() << ": operand " << operand
          << (has ? " is declared to have no gradient and gets one"
                  : " gets no gradient; the trait Dl_NoGradient would say so");
      ++(has ? withGradient : without);
    }
  }
  EXPECT_GT(withGradient, 100u);
  EXPECT_GT(without, 10u);
}

/// A gradient is a program in which the operand occurs, and has none there
/// either.
TEST_F(GradientTest, NorHasASecondDerivativeOne) {
  unsigned checked = 0;
  for (RegisteredOperationName name : corpus.registered()) {
    if (isGone(name) || name.hasTrait<dl::NoDerivative>() ||
        !name.hasInterface<dl::StopsGradient>())
      continue;
    for (Operation *op : corpus.instances(name.getStringRef())) {
      auto stops = cast<dl::StopsGradient>(op);
      for (OpResult result : op->getResults()) {
        if (!dl::isFloat(result))
          continue;
        auto got = gradients(op, result.getResultNumber(), true);
        for (unsigned i = 0; i < got.size(); ++i)
          if (stops.stopsGradient(i)) {
            EXPECT_FALSE(got[i])
                << name.getStringRef().str() << ": operand " << i;
            ++checked;
          }
      }
    }
  }
  EXPECT_GT(checked, 10u);
}

} // namespace
