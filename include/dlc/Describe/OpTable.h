//===- OpTable.h - Table of registered ops ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DESCRIBE_OPTABLE_H
#define DLC_DESCRIBE_OPTABLE_H

#include "llvm/Support/raw_ostream.h"

namespace dlc {

/// Writes a table (CSV) of all ops of `dl` that users write or phases make:
/// whether types are inferred, and whether interpreter, lowering and gradient
/// have the op: `yes`, `parts` (a composite: its parts have), `-` (nothing to
/// do) or `no`. Read off the registered interfaces and patterns.
void printOpTable(llvm::raw_ostream &os);

} // namespace dlc
#endif // DLC_DESCRIBE_OPTABLE_H
