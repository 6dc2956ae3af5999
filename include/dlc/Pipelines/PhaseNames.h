//===- PhaseNames.h - Names of the phases -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For the table of phases, and for code that is about one of them.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_PIPELINES_PHASENAMES_H
#define DLC_PIPELINES_PHASENAMES_H

#include "llvm/ADT/StringRef.h"

namespace dlc::phase {

inline constexpr llvm::StringLiteral resolve = "resolve", grad = "grad",
                                     simplify = "simplify", fuse = "fuse",
                                     linalg = "linalg", vector = "vector",
                                     llvmDialect = "llvm";

/// The interpreter evaluates what these leave; after `grad` composites are
/// taken apart first.
inline constexpr llvm::StringLiteral evaluated[] = {grad, simplify, fuse};

} // namespace dlc::phase
#endif // DLC_PIPELINES_PHASENAMES_H
