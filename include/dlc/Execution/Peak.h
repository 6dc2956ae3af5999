//===- Peak.h - Peak arithmetic and memory rates ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_PEAK_H
#define DLC_EXECUTION_PEAK_H

#include "llvm/Support/Error.h"

namespace dlc {

/// Rates of all threads of a run together; 0: not measured.
struct Peak {
  double flops32 = 0; ///< operations of f32 a second, in registers
  double flops64 = 0; ///< the same of f64
  double bytes = 0;   ///< read and written a second, where no cache helps
  int64_t block = 0;  ///< bytes that no cache holds
};

/// Measures for some tens of milliseconds, on as many threads: loops of
/// multiply-adds on vectors that stay in registers, and copies of a block that
/// is larger than the caches.
llvm::Expected<Peak> measurePeak(int threads);

} // namespace dlc
#endif // DLC_EXECUTION_PEAK_H
