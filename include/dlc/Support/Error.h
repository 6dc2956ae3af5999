//===- Error.h - Errors that are sentences ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tools report errors as sentences for a reader; nobody branches on their
// codes.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_ERROR_H
#define DLC_SUPPORT_ERROR_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"

namespace dlc {

inline llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

/// makeError with llvm::formatv: makeError("{0}: cannot open", path).
template <typename... Ts>
llvm::Error makeError(const char *format, Ts &&...values) {
  return makeError(
      llvm::Twine(llvm::formatv(format, std::forward<Ts>(values)...).str()));
}

} // namespace dlc
#endif // DLC_SUPPORT_ERROR_H
