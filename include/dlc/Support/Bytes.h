//===- Bytes.h - Numbers of bytes -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_BYTES_H
#define DLC_SUPPORT_BYTES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// Reads a number of bytes, with a suffix K, M or G (powers of 1024) or none.
llvm::Expected<int64_t> parseBytes(llvm::StringRef text);

} // namespace dlc
#endif // DLC_SUPPORT_BYTES_H
