//===- CNames.h - Names in C and C++ ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_CNAMES_H
#define DLC_LIB_TRANSFORMS_CNAMES_H

#include "llvm/ADT/StringRef.h"

namespace dlc {

/// Why C or C++ cannot have a name, as the end of a sentence; empty if both
/// can.
llvm::StringRef flawInC(llvm::StringRef name);

/// The same of a name at file scope, of a type or a function that a library
/// exports: those of the C library are taken.
llvm::StringRef flawAtFileScope(llvm::StringRef name);

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_CNAMES_H
