//===- ProfileReport.h - Report of kernel times -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_RUN_PROFILEREPORT_H
#define DLC_LIB_RUN_PROFILEREPORT_H

#include "dlc/Execution/Peak.h"
#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <vector>

namespace dlc::run {

/// Times of sites, for each worker a list.
using WorkerTimes = std::vector<std::vector<dlc_site_times>>;

/// The calls of a kernel from one place of a step, in all its runs.
struct KernelProfile {
  const dlc_site *site;
  int64_t calls;
  /// Seconds of each worker in the kernel, and in the barrier in front of it.
  std::vector<double> work, wait;
};

/// The time of a step, of one of its sizes or of a derivation.
struct StepProfile {
  const dlc_site *site;
  int64_t runs;
  double seconds;              ///< of all runs, as the caller saw them
  std::vector<double> endWait; ///< of each worker at the end of the runs
  /// The longest first.
  std::vector<KernelProfile> kernels;
};

class ProfileReport {
public:
  /// Reports times measured since `before`, which is empty if all count;
  /// derivations, which run before, always count.
  ProfileReport(const dlc_model &model, const WorkerTimes &times,
                const WorkerTimes &before, const Peak &peak);

  /// A table a step, of its longest kernels.
  void printTable(llvm::raw_ostream &os) const;
  void writeJson(llvm::raw_ostream &os) const;
  void writeCsv(llvm::raw_ostream &os) const;

private:
  const dlc_model &model;
  Peak peak;
  size_t workers;
  std::vector<StepProfile> steps;
};

} // namespace dlc::run
#endif // DLC_LIB_RUN_PROFILEREPORT_H
