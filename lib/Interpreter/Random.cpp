//===- Random.cpp - Numbers by chance, the same every time ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <array>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

/// Philox4x32-10, written after the paper and not after the runtime's.
static std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(counter[0]) * 0xD2511F53;
    uint64_t c = uint64_t(counter[2]) * 0xCD9E8D57;
    counter = {uint32_t(c >> 32) ^ counter[1] ^ key[0], uint32_t(c),
               uint32_t(a >> 32) ^ counter[3] ^ key[1], uint32_t(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

static Tensor randomBits(dl::RandomBitsOp op, const Call &call) {
  uint64_t seed = call.operand(op.getSeed()).integer(0);
  uint64_t step = call.operand(op.getStep()).integer(0);
  SmallVector<int64_t> strides = op.getElementStrides();
  Tensor bits(call.type());
  int64_t i = 0;
  forEachIndex(bits.shape(), [&](ArrayRef<int64_t> index) {
    uint64_t element = 0;
    for (auto [at, stride] : llvm::zip(index, strides))
      element += at * stride;
    uint32_t number = op.getNumber() + (element >> 32 << 24);
    std::array<uint32_t, 4> words = philox(
        {uint32_t(element), number, uint32_t(step), uint32_t(step >> 32)},
        {uint32_t(seed), uint32_t(seed >> 32)});
    bits.set(i++, int64_t(int32_t(words[op.getWord()])));
  });
  return bits;
}

void dlc::interp::registerRandom(MLIRContext *c) {
  model<dl::RandomBitsOp>(c, randomBits);
}
