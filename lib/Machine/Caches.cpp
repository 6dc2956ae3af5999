//===- Caches.cpp - Caches of processors, by LLVM's names -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sizes from the manuals of the vendors. The caches of the machine that
// compiles are not asked for: how long sums are cut depends on them, and one
// name of a processor has to give one program. Names that are not here have the
// defaults of TargetInfo.
//
//===----------------------------------------------------------------------===//

#include "dlc/Machine/Processor.h"

using namespace dlc;

namespace {

struct Caches {
  llvm::StringLiteral cpu;
  /// KiB.
  int64_t l1, l1Ways, l2, l2Ways, lineBytes = 64;
};

} // namespace

static constexpr Caches list[] = {
    {"haswell", 32, 8, 256, 8},          {"broadwell", 32, 8, 256, 8},
    {"skylake", 32, 8, 256, 4},          {"skylake-avx512", 32, 8, 1024, 16},
    {"cascadelake", 32, 8, 1024, 16},    {"cooperlake", 32, 8, 1024, 16},
    {"icelake-client", 48, 12, 512, 8},  {"icelake-server", 48, 12, 1280, 20},
    {"tigerlake", 48, 12, 1280, 20},     {"alderlake", 48, 12, 1280, 10},
    {"raptorlake", 48, 12, 2048, 16},    {"sapphirerapids", 48, 12, 2048, 16},
    {"emeraldrapids", 48, 12, 2048, 16}, {"graniterapids", 48, 12, 2048, 16},
    {"znver1", 32, 8, 512, 8},           {"znver2", 32, 8, 512, 8},
    {"znver3", 32, 8, 512, 8},           {"znver4", 32, 8, 1024, 8},
    {"znver5", 48, 12, 1024, 16},        {"cortex-a72", 32, 2, 1024, 16},
    {"cortex-a76", 64, 4, 512, 8},       {"neoverse-n1", 64, 4, 1024, 8},
    {"neoverse-n2", 64, 4, 1024, 8},     {"neoverse-v1", 64, 4, 1024, 8},
    {"neoverse-v2", 64, 4, 2048, 8},     {"apple-m1", 128, 8, 12288, 12, 128},
};

void dlc::findCaches(TargetInfo &info) {
  for (const Caches &caches : list) {
    if (caches.cpu != info.cpu)
      continue;
    info.l1Bytes = caches.l1 << 10;
    info.l1Ways = caches.l1Ways;
    info.l2Bytes = caches.l2 << 10;
    info.l2Ways = caches.l2Ways;
    info.lineBytes = caches.lineBytes;
  }
}
