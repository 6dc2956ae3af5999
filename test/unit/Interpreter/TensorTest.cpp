//===- TensorTest.cpp - Values of the interpreter -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Tensor.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using dlc::interp::forEachIndex;
using dlc::interp::Tensor;

namespace {

class TensorTest : public ::testing::Test {
protected:
  RankedTensorType type(ArrayRef<int64_t> shape, Type element) {
    return RankedTensorType::get(shape, element);
  }
  /// A number in a tensor of one element, and what it has become.
  double kept(double value, Type element) {
    Tensor tensor(type({}, element));
    tensor.set(0, value);
    return tensor.real(0);
  }
  int64_t kept(int64_t value, Type element) {
    Tensor tensor(type({}, element));
    tensor.set(0, value);
    return tensor.integer(0);
  }

  MLIRContext context;
  Builder b{&context};
  Type f32 = b.getF32Type(), f64 = b.getF64Type(), i1 = b.getI1Type();
  Type i8 = b.getI8Type(), ui8 = b.getIntegerType(8, false);
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
};

} // namespace

TEST_F(TensorTest, StartsAtZero) {
  Tensor tensor(type({2, 3}, f32));
  EXPECT_EQ(tensor.size(), 6);
  EXPECT_EQ(tensor.rank(), 2);
  EXPECT_EQ(tensor.dim(1), 3);
  for (int64_t i = 0; i < 6; ++i)
    EXPECT_EQ(tensor.real(i), 0);
}

TEST_F(TensorTest, FloatsAreRoundedToTheirType) {
  EXPECT_EQ(kept(0.1, f32), double(0.1f));
  EXPECT_EQ(kept(0.1, f64), 0.1);
  EXPECT_EQ(kept(1e300, f32), std::numeric_limits<double>::infinity());
  // Seven bits behind the point, halves to even.
  EXPECT_EQ(kept(1.00390625, b.getBF16Type()), 1.0);
  EXPECT_EQ(kept(1.01171875, b.getBF16Type()), 1.015625);
}

TEST_F(TensorTest, IntegersWrap) {
  EXPECT_EQ(kept(int64_t(128), i8), -128);
  EXPECT_EQ(kept(int64_t(-129), i8), 127);
  EXPECT_EQ(kept(int64_t(256 + 200), ui8), 200);
  EXPECT_EQ(kept(int64_t(-1), ui8), 255);
  EXPECT_EQ(kept(int64_t(3), i1), 1);
  EXPECT_EQ(kept(int64_t(2), i1), 0);
  EXPECT_EQ(kept(int64_t(1) << 31, i32), std::numeric_limits<int32_t>::min());
  int64_t least = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(kept(least, i64), least);
}

TEST_F(TensorTest, FloatsBecomeIntegersTowardZeroAndClamped) {
  EXPECT_EQ(kept(-2.9, i32), -2);
  EXPECT_EQ(kept(300.0, i8), 127);
  EXPECT_EQ(kept(-300.0, i8), -128);
  EXPECT_EQ(kept(-0.5, ui8), 0);
  EXPECT_EQ(kept(1e30, ui8), 255);
  EXPECT_EQ(kept(1e30, i64), double(std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(kept(-1e30, i64), double(std::numeric_limits<int64_t>::min()));
  EXPECT_EQ(kept(std::nan(""), i32), 0);
  EXPECT_EQ(kept(0.25, i1), 1);
  EXPECT_EQ(kept(-0.0, i1), 0);
}

TEST_F(TensorTest, MemoryIsThatOfTheRuntime) {
  const uint8_t bytes[] = {0, 200, 255};
  Tensor unsignedBytes = Tensor::load(type({3}, ui8), bytes);
  EXPECT_EQ(unsignedBytes.integer(1), 200);
  Tensor signedBytes = Tensor::load(type({3}, i8), bytes);
  EXPECT_EQ(signedBytes.integer(2), -1);

  const float floats[] = {1.5f, -0.1f};
  Tensor tensor = Tensor::load(type({2}, f32), floats);
  EXPECT_EQ(tensor.real(1), double(-0.1f));
  float stored[2];
  tensor.store(stored);
  EXPECT_EQ(std::memcmp(stored, floats, sizeof(floats)), 0);

  // More digits than a double has.
  const int64_t wide[] = {(int64_t(1) << 62) + 1};
  int64_t storedWide[1];
  Tensor::load(type({1}, i64), wide).store(storedWide);
  EXPECT_EQ(storedWide[0], wide[0]);
}

TEST_F(TensorTest, Attributes) {
  Tensor splat =
      Tensor::fromAttr(DenseElementsAttr::get(type({2, 2}, f32), 0.5f));
  EXPECT_EQ(splat.size(), 4);
  EXPECT_EQ(splat.real(3), 0.5);
  Tensor truth = Tensor::fromAttr(DenseElementsAttr::get(type({2}, i1), true));
  EXPECT_EQ(truth.integer(1), 1);
  Tensor bytes =
      Tensor::fromAttr(DenseElementsAttr::get(type({2}, ui8), APInt(8, 250)));
  EXPECT_EQ(bytes.integer(0), 250);
}

TEST_F(TensorTest, PlacesAreRowMajor) {
  Tensor tensor(type({2, 3, 4}, f32));
  EXPECT_EQ(tensor.at({0, 0, 0}), 0);
  EXPECT_EQ(tensor.at({1, 2, 3}), 23);
  EXPECT_EQ(tensor.at({1, 0, 2}), 14);
  EXPECT_EQ(Tensor(type({}, f32)).at({}), 0);
}

TEST_F(TensorTest, EveryIndexOnceInOrder) {
  auto visited = [](ArrayRef<int64_t> shape) {
    std::vector<std::vector<int64_t>> result;
    forEachIndex(shape,
                 [&](ArrayRef<int64_t> index) { result.push_back(index); });
    return result;
  };
  std::vector<std::vector<int64_t>> expected{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  EXPECT_EQ(visited({2, 2}), expected);
  EXPECT_EQ(visited({}).size(), 1u);
  EXPECT_TRUE(visited({2, 0, 3}).empty());
  EXPECT_EQ(visited({3, 1, 2}).size(), 6u);
}
