//===- ChildProcess.h - Programs that a tool runs ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_CHILDPROCESS_H
#define DLC_SUPPORT_CHILDPROCESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <utility>

namespace dlc {

/// A folder for temporaries that goes away with the object, and all in it.
class TemporaryFolder {
public:
  static llvm::Expected<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder &&other)
      : path(std::exchange(other.path, "")) {}
  ~TemporaryFolder();

  llvm::StringRef getPath() const { return path; }
  std::string file(llvm::StringRef name) const;
  /// Makes a file with this content and returns its path.
  llvm::Expected<std::string> write(llvm::StringRef name,
                                    llvm::StringRef content) const;

private:
  explicit TemporaryFolder(llvm::StringRef path) : path(path.str()) {}

  std::string path;
};

/// Runs a program to its end, with its output in the file `log` and `temporary`
/// as the folder for its own temporaries, and returns its exit status. A signal
/// that ends a tool (SIGINT, SIGTERM, SIGHUP) first ends the program and all it
/// has started and removes `temporary` (see handlesSignals).
llvm::Expected<int> runProgram(llvm::ArrayRef<std::string> command,
                               TemporaryFolder &temporary, llvm::StringRef log);

} // namespace dlc
#endif // DLC_SUPPORT_CHILDPROCESS_H
