//===- ParsedOpTest.cpp - Numbers and dimensions as text has them ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "lib/Dialect/Dl/ParsedOp.h"

#include "Corpus.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::test;

namespace {

struct ParsedOpTest : ::testing::Test {
  Corpus corpus;
  Builder b{&corpus.context()};

  /// What a parser makes of an op that is like another one: all attributes
  /// among those of the dictionary.
  static OperationState stateOf(Operation *op) {
    OperationState state(op->getLoc(), op->getName(), op->getOperands(),
                         op->getResultTypes());
    state.attributes = NamedAttrList(op->getAttrDictionary());
    return state;
  }
};

/// Adds `by` to each of the dimensions that an attribute holds.
Attribute shift(Builder &b, Attribute attr, int64_t by) {
  if (auto axis = dyn_cast<IntegerAttr>(attr))
    return b.getI64IntegerAttr(axis.getInt() + by);
  if (auto axes = dyn_cast<DenseI64ArrayAttr>(attr)) {
    auto shifted = llvm::to_vector(axes.asArrayRef());
    for (int64_t &axis : shifted)
      axis += by;
    return b.getDenseI64ArrayAttr(shifted);
  }
  SmallVector<Attribute> shifted;
  for (Attribute axis : cast<ArrayAttr>(attr))
    shifted.push_back(shift(b, axis, by));
  return b.getArrayAttr(shifted);
}

/// Every op, in each form that the tests have, means the same when its
/// dimensions are counted from the end.
TEST_F(ParsedOpTest, EveryDimensionMayBeCountedFromTheEnd) {
  unsigned attributes = 0;
  for (RegisteredOperationName name : corpus.registered())
    for (StringAttr word : name.getAttributeNames()) {
      if (!dl::namesDimensions(word))
        continue;
      unsigned forms = 0;
      for (Operation *op : corpus.instances(name.getStringRef())) {
        std::optional<Attribute> given = op->getInherentAttr(word);
        if (!given || !*given)
          continue;
        Value counted = name.hasTrait<dl::AxesOfResult>()
                            ? Value(op->getResult(0))
                            : op->getOperand(0);
        int64_t rank = cast<RankedTensorType>(counted.getType()).getRank();
        // Of one dimension, dl.flatten begins behind it.
        auto single = dyn_cast<IntegerAttr>(*given);
        if (single && single.getInt() >= rank)
          continue;
        Attribute negative = shift(b, *given, -rank);
        std::string what = (name.getStringRef() + " " + word.strref()).str();

        OperationState state = stateOf(op);
        state.attributes.set(word, negative);
        EXPECT_EQ(corpus.errors([&] { return dl::finishParsing(state); }), "")
            << what;
        EXPECT_EQ(state.attributes.get(word), *given) << what;
        ++forms;
      }
      EXPECT_GT(forms, 0u) << name.getStringRef().str() << ": no form names "
                           << word.str();
      ++attributes;
    }
  EXPECT_GT(attributes, 30u);
}

/// Every real number that an op holds may be written without a point.
TEST_F(ParsedOpTest, EveryRealNumberMayBeWhole) {
  unsigned numbers = 0;
  for (RegisteredOperationName name : corpus.registered())
    for (Operation *op : corpus.instances(name.getStringRef()))
      for (StringAttr word : name.getAttributeNames()) {
        std::optional<Attribute> given = op->getInherentAttr(word);
        auto real = dyn_cast_or_null<FloatAttr>(given.value_or(Attribute()));
        // A number whose type is that of an operand is none of these, and the
        // clauses of dl.minimize are read by its own parser.
        if (isa<dl::MinimizeOp>(op) || !real || !real.getType().isF64() ||
            !op->getRegions().empty())
          continue;
        std::string what = (name.getStringRef() + " " + word.strref()).str();
        OperationState state = stateOf(op);
        state.attributes.set(word, b.getI64IntegerAttr(1));
        EXPECT_EQ(corpus.errors([&] {
          return name.verifyInherentAttrs(
              state.attributes, [&] { return mlir::emitError(op->getLoc()); });
        }),
                  "")
            << what;
        // 1 may be out of the range of the number, which is said as for 1.0.
        std::string said =
            corpus.errors([&] { return dl::finishParsing(state); });
        EXPECT_EQ(state.attributes.get(word), b.getF64FloatAttr(1)) << what;
        OperationState other = stateOf(op);
        other.attributes.set(word, b.getF64FloatAttr(1));
        EXPECT_EQ(said, corpus.errors([&] { return dl::finishParsing(other); }))
            << what;
        ++numbers;
      }
  EXPECT_GT(numbers, 30u);
}

/// Otherwise MLIR says of a wrong type what no user understands, twice, where
/// the result is used. The syntax of these ops has one type for x and y.
TEST_F(ParsedOpTest, EveryOpThatInfersItsTypesHasTheTrait) {
  for (RegisteredOperationName name : corpus.registered())
    if (name.hasInterface<InferTypeOpInterface>() &&
        !name.hasTrait<OpTrait::SameOperandsAndResultType>() &&
        !llvm::is_contained({"dl.prelu", "dl.dropout", "dl.alpha_dropout"},
                            name.getStringRef()))
      EXPECT_TRUE(name.hasTrait<dl::InferredTypes>())
          << name.getStringRef().str();
}

/// A result of another type is one error, at the op.
TEST_F(ParsedOpTest, AWrongTypeIsOneError) {
  // Of the state, whose types ParserMessages.h knows, and of any shape.
  static constexpr StringLiteral others[] = {
      "dl.read",   "dl.read_hparam", "dl.call",        "dl.uniform",
      "dl.normal", "dl.gumbel",      "dl.random_bits", "dl.bernoulli",
      "dl.iota",   "dl.broadcast"};
  unsigned ops = 0;
  for (RegisteredOperationName name : corpus.registered()) {
    if (llvm::is_contained(others, name.getStringRef()))
      continue;
    for (Operation *op : corpus.instances(name.getStringRef())) {
      // What has open extents is verified by instances of its function.
      if (op->getNumResults() == 0 || op->getNumRegions() || dl::isDeferred(op))
        continue;
      OperationState state = stateOf(op);
      auto type = cast<RankedTensorType>(state.types.front());
      SmallVector<int64_t> shape(type.getShape());
      shape.push_back(7);
      state.types.front() = type.clone(shape);
      std::string said =
          corpus.errors([&] { return dl::finishParsing(state); });
      EXPECT_EQ(StringRef(said).count('\n'), 1u)
          << name.getStringRef().str() << ": " << said;
      ++ops;
    }
  }
  EXPECT_GT(ops, 100u);
}

} // namespace
