//===- Values.cpp - Inputs of fuzzed programs -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Check.h"
#include "Random.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <cstring>

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

/// FNV-1a.
static uint64_t hashOf(StringRef name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

double dlc::fuzz::inputElement(StringRef name, bool isUnsigned, int64_t i,
                               int call) {
  Random random(hashOf(name) + call * 0x632be59bd9b4e019ull, i);
  auto f32 = [&](double low, double high) {
    return static_cast<double>(static_cast<float>(random.real(low, high)));
  };
  switch (name.empty() ? 'x' : name.front()) {
  case 'g':
    return random.between(-4, 4) / 2.0;
  case 'p':
    return f32(0.5, 2);
  case 'u':
    return f32(0.05, 0.95);
  case 's':
    return random.chance(0.5) ? 1 : -1;
  case 'b':
    return random.below(2);
  case 'i': {
    StringRef digits = name.drop_front().take_while(isDigit);
    int64_t limit = 1;
    digits.getAsInteger(10, limit);
    return random.below(limit);
  }
  case 'j':
    return isUnsigned ? random.between(0, 10) : random.between(-5, 5);
  default:
    return f32(-2, 2);
  }
}

template <typename T>
static void store(MutableArrayRef<char> data, int64_t i, T value) {
  std::memcpy(data.data() + i * sizeof(T), &value, sizeof(T));
}

void dlc::fuzz::fill(const dlc_tensor &tensor, int call,
                     MutableArrayRef<char> data) {
  for (int64_t i = 0, e = numElements(tensor); i < e; ++i) {
    double value = inputElement(tensor.name, tensor.type == DLC_U8, i, call);
    withMemoryType(static_cast<dlc_type>(tensor.type), [&](auto element) {
      store<decltype(element)>(data, i, value);
    });
  }
}
