//===- PendingFiles.cpp - Files that appear together or not at all --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/PendingFiles.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Stop.h"
#include "lib/Runtime/Replace.h"

#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

struct PendingFiles::File {
  std::string path;
  /// The replaced file, without links and detours: two paths may name one.
  std::string place;
  dlc_rt_replacement replacement;
};

PendingFiles::PendingFiles(StringRef program) : program(program) {}

PendingFiles::~PendingFiles() {
  for (std::unique_ptr<File> &file : files) {
    std::string temporary = file->replacement.temporary;
    dlc_rt_replace_abandon(&file->replacement);
    if (handlesSignals())
      sys::DontRemoveFileOnSignal(temporary);
  }
}

/// `target` with its folder's name as the system has it.
static std::string placeOf(StringRef target) {
  SmallString<128> folder(sys::path::parent_path(target)), real;
  if (sys::fs::real_path(folder.empty() ? "." : folder.str(), real))
    return target.str();
  sys::path::append(real, sys::path::filename(target));
  return real.str().str();
}

Expected<std::string> PendingFiles::reserveRegular(StringRef path) {
  if (path.contains('\0'))
    return makeError("the name of a file to write holds a zero byte");
  if (!program.empty() && sys::fs::equivalent(path, program))
    return makeError("{0}: is the program that is read, and would be replaced; "
                     "name another file",
                     path);
  auto file = std::make_unique<File>();
  file->path = path.str();
  char message[DLC_RT_REPLACE_ERROR_BYTES];
  if (!dlc_rt_replace_open(&file->replacement, file->path.c_str(), message))
    return makeError(Twine(message));
  // An interrupted run leaves nothing behind.
  std::string temporary = file->replacement.temporary;
  if (handlesSignals())
    sys::RemoveFileOnSignal(temporary);
  file->place = placeOf(file->replacement.target);
  files.push_back(std::move(file));
  for (const std::unique_ptr<File> &other : ArrayRef(files).drop_back())
    if (other->place == files.back()->place)
      return makeError("{0}: would be written twice{1}", path,
                       other->path == path ? ""
                                           : ", as '" + other->path + "' too");
  return temporary;
}

Expected<std::string> PendingFiles::reserve(StringRef path) {
  if (path == "-")
    return path.str();
  sys::fs::file_status status;
  std::error_code missing = sys::fs::status(path, status);
  // Written to as they are. Not the blocks of a disk: they are the files of
  // others.
  if (!missing && (status.type() == sys::fs::file_type::character_file ||
                   status.type() == sys::fs::file_type::fifo_file))
    return path.str();
  return reserveRegular(path);
}

Error PendingFiles::describe(Error error) const {
  if (!error)
    return error;
  std::string text = toString(std::move(error));
  StringRef rest = text;
  for (const std::unique_ptr<File> &file : files)
    if (rest.consume_front(file->replacement.temporary))
      return makeError(Twine(file->path) + rest);
  return makeError(Twine(text));
}

Error PendingFiles::commit() {
  while (!files.empty()) {
    File &file = *files.front();
    std::string temporary = file.replacement.temporary;
    char message[DLC_RT_REPLACE_ERROR_BYTES];
    bool done =
        dlc_rt_replace_commit(&file.replacement, file.path.c_str(), message);
    if (handlesSignals())
      sys::DontRemoveFileOnSignal(temporary);
    files.erase(files.begin());
    if (!done)
      return makeError(Twine(message));
  }
  return Error::success();
}

/// Opens a file to write to; -1 with errno set. A pipe that nobody reads is an
/// error: it would block until somebody does.
static int openForWrite(StringRef path) {
  int descriptor = sys::RetryAfterSignal(
      -1, ::open, path.str().c_str(),
      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
  if (descriptor < 0)
    return -1;
  // From here on it may block.
  int flags = ::fcntl(descriptor, F_GETFL);
  if (flags >= 0)
    ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
  return descriptor;
}

Error dlc::writeStream(StringRef path,
                       function_ref<void(raw_ostream &)> write) {
  auto refused = [&](std::error_code error) {
    return makeError("{0}: cannot be written: {1}", path, error.message());
  };
  auto systemError = [] {
    return std::error_code(errno, std::generic_category());
  };
  bool standardOutput = path == "-";
  int descriptor = standardOutput ? STDOUT_FILENO : openForWrite(path);
  if (descriptor < 0 && errno == ENXIO)
    return makeError("{0}: cannot be written: nobody reads from it", path);
  if (descriptor < 0)
    return refused(systemError());
  raw_fd_ostream os(descriptor, /*shouldClose=*/!standardOutput);
  write(os);
  os.flush();
  // The bytes must be on the disk before a rename makes them the file. What has
  // no disk behind it (EINVAL: a pipe, a terminal) has nothing to sync.
  std::error_code error = os.error();
  if (!error && fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
    error = systemError();
  if (!standardOutput)
    os.close(); // some file systems report a failed write only here
  if (os.has_error()) {
    error = os.error();
    os.clear_error(); // or the destructor ends the process
  }
  return error ? refused(error) : Error::success();
}

Error dlc::writeFileAtomically(StringRef path,
                               function_ref<void(raw_ostream &)> write) {
  PendingFiles files;
  Expected<std::string> temporary = files.reserve(path);
  if (!temporary)
    return temporary.takeError();
  if (Error error = files.describe(writeStream(*temporary, write)))
    return error;
  return files.commit();
}
