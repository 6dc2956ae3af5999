//===- ReadFile.h - Reading whole files, up to a limit ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one way in for the bytes of a file. A file is copied, not mapped: a
// mapped file that another process shortens ends this one with SIGBUS. Only
// regular files are read: a device has no end, and a pipe without a writer
// blocks for ever.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_READFILE_H
#define DLC_SUPPORT_READFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace dlc {

/// Reads the regular file `path`, or standard input if `path` is "-". A file of
/// more than `limit` bytes is an error. The buffer ends with a zero byte that
/// is not part of its size, and is named `path` ("<stdin>" for "-"). Errors
/// name the path and the cause.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readFile(llvm::StringRef path, uint64_t limit);

} // namespace dlc
#endif // DLC_SUPPORT_READFILE_H
