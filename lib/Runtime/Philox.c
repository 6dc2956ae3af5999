//===- Philox.c - Counter-based random bits -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (SC 2011): a block cipher in all but strength. Equal
// counters and keys give equal bits wherever and whenever they are asked for.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

void dlc_rt_philox(const uint32_t counter[4], const uint32_t key[2],
                   uint32_t out[4]) {
  uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    uint64_t left = (uint64_t)x0 * 0xD2511F53u;
    uint64_t right = (uint64_t)x2 * 0xCD9E8D57u;
    x0 = (uint32_t)(right >> 32) ^ x1 ^ k0;
    x1 = (uint32_t)right;
    x2 = (uint32_t)(left >> 32) ^ x3 ^ k1;
    x3 = (uint32_t)left;
    k0 += 0x9E3779B9u; // the golden ratio
    k1 += 0xBB67AE85u; // the square root of 3
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}
