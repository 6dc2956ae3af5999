//===- PendingFiles.h - Files that appear together or not at all ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tool that writes several files reserves them all before it starts to work
// (so that a folder that cannot be written is an error at once, not after an
// hour), writes temporaries beside them, and renames when all is done. What may
// be replaced, and what becomes of the temporaries of killed processes, is the
// runtime's (lib/Runtime/Replace.h): tools and models write files in one way.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_PENDINGFILES_H
#define DLC_SUPPORT_PENDINGFILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace dlc {

class PendingFiles {
public:
  /// `program` is the file that the tool reads, which is never replaced.
  explicit PendingFiles(llvm::StringRef program = "");
  PendingFiles(const PendingFiles &) = delete;
  PendingFiles &operator=(const PendingFiles &) = delete;
  /// Removes the temporaries of all files that were not committed.
  ~PendingFiles();

  /// Reserves `path` and returns the name to write to in its place. What cannot
  /// be renamed over but written to ("-" for standard output, a device such as
  /// /dev/null, a pipe) is returned as it is.
  llvm::Expected<std::string> reserve(llvm::StringRef path);

  /// The same, but `path` must be a regular file, a link to one, or nothing.
  llvm::Expected<std::string> reserveRegular(llvm::StringRef path);

  /// The same error, but about the file where it is about its temporary: users
  /// know the name that they gave.
  llvm::Error describe(llvm::Error error) const;

  /// Renames all temporaries to their places.
  llvm::Error commit();

private:
  struct File;
  std::string program;
  std::vector<std::unique_ptr<File>> files;
};

/// Writes `path` ("-": standard output) and reports errors of the system.
llvm::Error writeStream(llvm::StringRef path,
                        llvm::function_ref<void(llvm::raw_ostream &)> write);

/// Replaces `path` as a whole or leaves it as it was.
llvm::Error
writeFileAtomically(llvm::StringRef path,
                    llvm::function_ref<void(llvm::raw_ostream &)> write);

} // namespace dlc
#endif // DLC_SUPPORT_PENDINGFILES_H
