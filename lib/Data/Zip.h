//===- Zip.h - Reader of zip archives ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_ZIP_H
#define DLC_LIB_DATA_ZIP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>
#include <vector>

namespace dlc {

/// The entries of a zip archive, stored or deflated, with or without the fields
/// of 64 bits: what NumPy's savez and savez_compressed write. Encrypted
/// entries, other methods and archives in several parts are errors.
class ZipFile {
public:
  struct Entry {
    std::string name;
    uint16_t flags, method;
    uint32_t checksum; ///< CRC-32 of the bytes
    uint64_t packedSize, size, offset;
  };

  /// Reads the file and its central directory.
  static llvm::Expected<ZipFile> open(llvm::StringRef path);

  llvm::ArrayRef<Entry> entries() const { return list; }

  /// Calls `use` with a function that fills a buffer with the next bytes of the
  /// entry, and returns how many there were. An error if the data are damaged,
  /// in place of any error of `use`, which the damage explains.
  llvm::Error
  read(const Entry &entry,
       llvm::function_ref<llvm::Error(llvm::function_ref<llvm::Expected<size_t>(
                                          llvm::MutableArrayRef<char>)>)>
           use) const;

private:
  explicit ZipFile(llvm::StringRef path) : path(path) {}
  llvm::Error readDirectory();
  llvm::Error readEntry(llvm::StringRef &directory);
  llvm::Expected<llvm::StringRef> packedBytes(const Entry &entry) const;

  std::string path;
  std::unique_ptr<llvm::MemoryBuffer> file;
  std::vector<Entry> list;
};

} // namespace dlc
#endif // DLC_LIB_DATA_ZIP_H
