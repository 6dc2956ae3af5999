//===- CoverSamples.h - Batches for the rest of a data set ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_COVERSAMPLES_H
#define DLC_LIB_TARGET_COVERSAMPLES_H

#include "dlc/Target/Compilation.h"

namespace dlc {

/// Gives each step of options.coverSamples that leaves samples over a size for
/// them. Fails where no step leaves any, and where one has no form of that
/// size; the program is then of no use.
llvm::LogicalResult compileForRest(mlir::ModuleOp module,
                                   const CompilerOptions &options);

} // namespace dlc
#endif // DLC_LIB_TARGET_COVERSAMPLES_H
