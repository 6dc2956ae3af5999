//===- Profile.h - The option --profile -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_RUN_PROFILE_H
#define DLC_LIB_RUN_PROFILE_H

#include "Arguments.h"
#include "ProfileReport.h"

#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc::run {

/// Measures the steps of a model, if --profile is given. All functions do
/// nothing if it is not.
class Profile {
public:
  explicit Profile(const Arguments &arguments) : arguments(arguments) {}

  /// Reserves the file, before anything is run.
  llvm::Error open();

  /// Calls `run`, which has been called once before in so many seconds and
  /// changes nothing that is written, until there is enough to measure; what
  /// was measured before does not count then.
  llvm::Error repeat(Model &model, double seconds,
                     llvm::function_ref<llvm::Error()> run);

  /// Writes the file, or prints the table to `os`.
  llvm::Error finish(Model &model, RunContext &context, llvm::raw_ostream &os);

private:
  const Arguments &arguments;
  PendingFiles files;
  std::string temporary;
  /// Times measured before, which do not count.
  WorkerTimes before;
};

} // namespace dlc::run
#endif // DLC_LIB_RUN_PROFILE_H
