//===- PendingFiles.cpp - Files that appear together or not at all --------===//

#include "dlc/Support/PendingFiles.h"

#include "dlc/Support/Error.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

PendingFiles::~PendingFiles() {
  for (const File &file : files) {
    // Where it cannot be removed, nobody is left to tell.
    [[maybe_unused]] std::error_code error = sys::fs::remove(file.temporary);
    sys::DontRemoveFileOnSignal(file.temporary);
  }
}

Expected<std::string> PendingFiles::reserve(StringRef path) {
  if (path.empty())
    return makeError("the name of a file to write is empty");
  sys::fs::file_status status;
  std::error_code missing = sys::fs::status(path, status);
  if (!missing && sys::fs::is_directory(status))
    return makeError("{0}: is a directory, expected a file to write", path);
  if (path == "-" || (!missing && !sys::fs::is_regular_file(status)))
    return path.str();
  for (const File &file : files)
    if (file.path == path)
      return makeError("{0}: would be written twice", path);

  SmallString<128> temporary;
  if (std::error_code error =
          sys::fs::createUniqueFile(path + ".%%%%%%.tmp", temporary))
    return makeError("{0}: cannot be written: {1}", path, error.message());
  // An interrupted run leaves nothing behind.
  sys::RemoveFileOnSignal(temporary);
  files.push_back({temporary.str().str(), path.str()});
  return files.back().temporary;
}

Error PendingFiles::commit() {
  while (!files.empty()) {
    File &file = files.front();
    if (std::error_code error = sys::fs::rename(file.temporary, file.path))
      return makeError("{0}: cannot be written: {1}", file.path,
                       error.message());
    sys::DontRemoveFileOnSignal(file.temporary);
    files.erase(files.begin());
  }
  return Error::success();
}

Error dlc::writeStream(StringRef path,
                       function_ref<void(raw_ostream &)> write) {
  auto refused = [&](std::error_code error) {
    return makeError("{0}: cannot be written: {1}", path, error.message());
  };
  bool standardOutput = path == "-";
  int descriptor = STDOUT_FILENO;
  if (!standardOutput)
    if (std::error_code error = sys::fs::openFileForWrite(path, descriptor))
      return refused(error);
  raw_fd_ostream os(descriptor, /*shouldClose=*/!standardOutput);
  write(os);
  os.flush();
  if (os.has_error()) {
    std::error_code error = os.error();
    os.clear_error(); // or the destructor ends the process
    return refused(error);
  }
  // The bytes must be on the disk before a rename makes them the file. What has
  // no disk behind it (EINVAL: a pipe, a terminal) has nothing to sync.
  if (fsync(descriptor) != 0 && errno != EINVAL && errno != ENOTSUP)
    return refused(std::error_code(errno, std::generic_category()));
  return Error::success();
}

Error dlc::writeFileAtomically(StringRef path,
                               function_ref<void(raw_ostream &)> write) {
  PendingFiles files;
  Expected<std::string> temporary = files.reserve(path);
  if (!temporary)
    return temporary.takeError();
  if (Error error = writeStream(*temporary, write))
    return error;
  return files.commit();
}
