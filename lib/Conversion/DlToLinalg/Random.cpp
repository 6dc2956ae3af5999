//===- Random.cpp - Random bits, computed where they are used -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"

using namespace mlir;
using namespace dlc;

namespace {

/// Builds the generator for one element, on i32.
struct Philox {
  OpBuilder &b;
  Location loc;

  Value constant(uint32_t bits) const {
    return arith::ConstantOp::create(
        b, loc, b.getIntegerAttr(b.getI32Type(), APInt(32, bits)));
  }
  Value add(Value x, Value y) const {
    return arith::AddIOp::create(b, loc, x, y);
  }
  Value exclusiveOr(Value x, Value y) const {
    return arith::XOrIOp::create(b, loc, x, y);
  }
  Value low(Value wide) const {
    return arith::TruncIOp::create(b, loc, b.getI32Type(), wide);
  }
  Value high(Value wide) const {
    Value shift = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(32));
    Value upper = arith::ShRUIOp::create(b, loc, wide, shift);
    return low(upper);
  }

  /// All four words.
  std::array<Value, 4> run(std::array<Value, 4> x,
                           std::array<Value, 2> key) const {
    Value left = constant(0xD2511F53), right = constant(0xCD9E8D57);
    // The key's increments: the golden ratio and the square root of 3.
    std::array<Value, 2> weyl = {constant(0x9E3779B9), constant(0xBB67AE85)};
    for (int round = 0; round < 10; ++round) {
      auto a = arith::MulUIExtendedOp::create(b, loc, x[0], left);
      auto c = arith::MulUIExtendedOp::create(b, loc, x[2], right);
      Value x0 = exclusiveOr(exclusiveOr(c.getHigh(), x[1]), key[0]);
      Value x2 = exclusiveOr(exclusiveOr(a.getHigh(), x[3]), key[1]);
      x = {x0, c.getLow(), x2, a.getLow()};
      key = {add(key[0], weyl[0]), add(key[1], weyl[1])};
    }
    return x;
  }
};

struct RandomBitsToLinalg : OpConversionPattern<dl::RandomBitsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::RandomBitsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = resultType(getTypeConverter(), op);
    int64_t rank = type.getRank();
    AffineMap scalar = AffineMap::get(rank, 0, op.getContext());
    AffineMap identity =
        AffineMap::getMultiDimIdentityMap(rank, op.getContext());
    SmallVector<int64_t> strides = op.getElementStrides();
    auto generic = makeGeneric(
        rewriter, loc, {adaptor.getSeed(), adaptor.getStep()},
        makeEmpty(rewriter, loc, type), {scalar, scalar, identity}, {},
        [&](OpBuilder &b, Location l, ValueRange args) -> SmallVector<Value> {
          Philox philox{b, l};
          auto [element, upper] = elementNumber(philox, type, strides);
          Value number =
              philox.add(philox.constant(uint32_t(op.getNumber())), upper);
          std::array<Value, 4> words = philox.run(
              {element, number, philox.low(args[1]), philox.high(args[1])},
              {philox.low(args[0]), philox.high(args[0])});
          return {words[op.getWord()]};
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }

private:
  /// The low 32 bits of the element's number, and the rest times 2^24.
  static std::pair<Value, Value> elementNumber(const Philox &philox,
                                               RankedTensorType type,
                                               ArrayRef<int64_t> strides) {
    OpBuilder &b = philox.b;
    Location loc = philox.loc;
    int64_t last = 0;
    for (auto [extent, stride] : llvm::zip(type.getShape(), strides))
      last += (extent - 1) * stride;
    bool narrow = last <= int64_t(UINT32_MAX);
    Type integer = narrow ? b.getI32Type() : b.getI64Type();
    Value number =
        arith::ConstantOp::create(b, loc, b.getIntegerAttr(integer, 0));
    for (auto [dim, stride] : llvm::enumerate(strides)) {
      if (stride == 0 || type.getDimSize(dim) == 1)
        continue;
      Value index = linalg::IndexOp::create(b, loc, dim);
      Value step = arith::ConstantOp::create(
          b, loc,
          b.getIntegerAttr(integer, APInt(integer.getIntOrFloatBitWidth(),
                                          uint64_t(stride), false,
                                          /*implicitTrunc=*/true)));
      Value term = arith::MulIOp::create(
          b, loc, arith::IndexCastOp::create(b, loc, integer, index), step);
      number = arith::AddIOp::create(b, loc, number, term);
    }
    if (narrow)
      return {number, philox.constant(0)};
    Value shift = philox.constant(24);
    return {philox.low(number),
            arith::ShLIOp::create(b, loc, philox.high(number), shift)};
  }
};

} // namespace

void dlc::populateRandomToLinalg(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<RandomBitsToLinalg>(converter, patterns.getContext());
}
