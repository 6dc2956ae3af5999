//===- Programs.h - Programs that use all of dlc::nn ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_UNIT_MODELS_PROGRAMS_H
#define DLC_TEST_UNIT_MODELS_PROGRAMS_H

#include "dlc/Models/Program.h"

struct ExampleProgram {
  const char *name;
  std::function<void(dlc::nn::Program &)> build;
};

/// Together they use every op that there is a function or a layer for.
llvm::ArrayRef<ExampleProgram> examplePrograms();

#endif // DLC_TEST_UNIT_MODELS_PROGRAMS_H
