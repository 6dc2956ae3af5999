//===- InputFile.h - The bytes of a file, in order --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a piece at a time, so that a header can be checked before anything of
// the size that it claims is allocated or read. Only regular files are opened:
// a device has no end, and a pipe without a writer blocks for ever.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_INPUTFILE_H
#define DLC_SUPPORT_INPUTFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace dlc {

class InputFile {
public:
  /// Opens the regular file `path`, or standard input if `path` is "-". Errors
  /// name the path and the cause.
  static llvm::Expected<InputFile> open(llvm::StringRef path);
  ~InputFile();
  InputFile(InputFile &&other);
  InputFile &operator=(InputFile &&) = delete;

  llvm::StringRef path() const { return name; }
  /// The bytes that there were when it was opened; nothing when that is not
  /// known (standard input that is not a file, files of /proc).
  std::optional<uint64_t> size() const { return bytes; }

  /// Fills `out` as far as there are bytes; returns how many there were.
  llvm::Expected<size_t> read(llvm::MutableArrayRef<char> out);

private:
  InputFile(llvm::StringRef path, int descriptor)
      : name(path), descriptor(descriptor) {}

  std::string name;
  int descriptor;
  std::optional<uint64_t> bytes;
};

} // namespace dlc
#endif // DLC_SUPPORT_INPUTFILE_H
