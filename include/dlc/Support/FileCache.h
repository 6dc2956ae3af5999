//===- FileCache.h - Files that can be made again ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_FILECACHE_H
#define DLC_SUPPORT_FILECACHE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace dlc {

/// A folder of files that can be made again, named by all that they depend on.
/// A file that cannot be read or written, or is damaged, counts as missing: a
/// cache never makes a run fail. Several processes may use one folder at a
/// time, and several caches whose files differ in their suffix.
class FileCache {
public:
  /// Entries are removed, the least recently used first, when all have more
  /// than `limit` bytes.
  FileCache(llvm::StringRef folder, llvm::StringRef suffix, uint64_t limit)
      : folder(folder), suffix(suffix), limit(limit) {}

  /// $DLC_CACHE_DIR (empty: none), or `dlc` in $XDG_CACHE_HOME or ~/.cache.
  static std::string defaultFolder();

  /// Identifies this build of the program and of its libraries; empty if one of
  /// them has no build id. A part of keys whose files depend on the code that
  /// makes them.
  static std::string programBuild();

  /// The entry, if it is there and whole; see `contents`.
  std::unique_ptr<llvm::MemoryBuffer> find(llvm::StringRef key) const;
  /// The bytes that were stored.
  static llvm::StringRef contents(const llvm::MemoryBuffer &entry);
  void store(llvm::StringRef key, llvm::StringRef bytes) const;

private:
  std::string pathOf(llvm::StringRef key) const;
  void evict() const;

  std::string folder, suffix;
  uint64_t limit;
};

} // namespace dlc
#endif // DLC_SUPPORT_FILECACHE_H
