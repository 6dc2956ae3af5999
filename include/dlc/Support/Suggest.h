//===- Suggest.h - "did you mean" -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors about a name that does not exist say which existing name is nearest.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_SUGGEST_H
#define DLC_SUPPORT_SUGGEST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dlc {

/// The candidate nearest to `name`, or empty when none is near enough to be
/// meant: more than about a third of the letters differ, and neither name is a
/// part of the other.
llvm::StringRef nearestName(llvm::StringRef name,
                            llvm::ArrayRef<llvm::StringRef> candidates);

/// "; did you mean 'NEAREST'?", or "" when nothing is near. The prefix is that
/// of all names and does not count as letters in which they agree.
std::string suggestion(llvm::StringRef name,
                       llvm::ArrayRef<llvm::StringRef> candidates,
                       llvm::StringRef prefix = "");

/// "no WHAT 'NAME'; did you mean 'NEAREST'?", or, when nothing is near, the
/// list of candidates.
llvm::Error unknownName(const llvm::Twine &what, llvm::StringRef name,
                        llvm::ArrayRef<llvm::StringRef> candidates);

} // namespace dlc
#endif // DLC_SUPPORT_SUGGEST_H
