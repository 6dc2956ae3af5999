//===- ByteSource.h - The bytes of a file, decompressed ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_BYTESOURCE_H
#define DLC_LIB_DATA_BYTESOURCE_H

#include "dlc/Support/InputFile.h"

#include "llvm/ADT/SmallVector.h"

#include <array>
#include <zlib.h>

namespace dlc {

/// The bytes of a file in order, decompressed where the file is a gzip file. A
/// piece at a time: the decompressed size is not known, and callers ask for no
/// more than the header announces.
class ByteSource {
public:
  explicit ByteSource(InputFile file) : file(std::move(file)) {}
  ~ByteSource() {
    if (compressed)
      inflateEnd(&stream);
  }
  ByteSource(const ByteSource &) = delete;
  ByteSource &operator=(const ByteSource &) = delete;

  /// Looks at the first bytes; before anything is read.
  llvm::Error start();

  /// Fills `out` as far as there are bytes; returns how many there were.
  llvm::Expected<size_t> read(llvm::MutableArrayRef<char> out);

  /// How many bytes are left, if that is known.
  std::optional<uint64_t> left() const {
    if (compressed || !file.size())
      return std::nullopt;
    return *file.size() - taken;
  }

  /// The fault of the compressed stream itself, or empty.
  llvm::StringRef problem() const { return failure; }

private:
  llvm::Error refill();
  llvm::Expected<size_t> readCompressed(llvm::MutableArrayRef<char> out);

  InputFile file;
  /// The bytes read from the file and not yet handed out, and their buffer.
  llvm::StringRef rest;
  std::array<char, 1 << 16> piece;
  uint64_t taken = 0; ///< handed out, if the file is not compressed
  bool compressed = false;
  bool ended = false;
  std::string failure;
  z_stream stream = {};
};

/// All bytes of a file, decompressed where it is a gzip file; an error if they
/// are more than `limit`.
llvm::Expected<llvm::SmallVector<char, 0>> readBytes(llvm::StringRef path,
                                                     uint64_t limit);

} // namespace dlc
#endif // DLC_LIB_DATA_BYTESOURCE_H
