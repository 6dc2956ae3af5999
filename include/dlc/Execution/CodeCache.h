//===- CodeCache.h - Compiled programs on disk ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_CODECACHE_H
#define DLC_EXECUTION_CODECACHE_H

#include "dlc/Support/FileCache.h"
#include "dlc/Target/Compilation.h"

#include "llvm/Support/MemoryBufferRef.h"

#include <optional>

namespace dlc {

/// A folder of compiled programs, named by all that their code depends on.
class CodeCache {
public:
  /// Entries are removed, the least recently used first, when all have more
  /// than `limit` bytes.
  explicit CodeCache(llvm::StringRef folder, uint64_t limit = 512 << 20)
      : files(folder, ".code", limit) {}

  /// The key of a program's code for a processor; empty if it cannot be cached:
  /// the compiler cannot tell itself from another build, or the options ask for
  /// more than code.
  static std::string keyOf(llvm::MemoryBufferRef program,
                           const CompilerOptions &options,
                           llvm::StringRef processor);

  std::optional<Objects> find(llvm::StringRef key) const;
  void store(llvm::StringRef key, const Objects &objects) const;

private:
  FileCache files;
};

} // namespace dlc
#endif // DLC_EXECUTION_CODECACHE_H
