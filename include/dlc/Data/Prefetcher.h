//===- Prefetcher.h - Work beside the steps ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_PREFETCHER_H
#define DLC_DATA_PREFETCHER_H

#include "llvm/Support/Error.h"

#include <functional>
#include <memory>

namespace dlc {

/// A thread that does one piece of work at a time, while the caller does
/// something else. Where the system gives no thread, `start` does the work.
class Prefetcher {
public:
  Prefetcher();
  /// Waits for the work that was started.
  ~Prefetcher();
  Prefetcher(const Prefetcher &) = delete;
  Prefetcher &operator=(const Prefetcher &) = delete;

  /// Starts `work`; the caller must have waited for any work started before.
  void start(std::function<llvm::Error()> work);
  bool isStarted() const;
  /// Waits until it is done, and gives its error.
  llvm::Error wait();

private:
  struct Worker;
  std::unique_ptr<Worker> worker;
};

} // namespace dlc
#endif // DLC_DATA_PREFETCHER_H
