//===- InputFile.cpp - The bytes of a file, in order ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/InputFile.h"

#include "dlc/Support/Error.h"

#include "llvm/Support/Errno.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

/// The name of a kind of file other than a regular one.
static StringRef kindOf(mode_t mode) {
  if (S_ISDIR(mode))
    return "a directory";
  if (S_ISFIFO(mode))
    return "a pipe";
  if (S_ISSOCK(mode))
    return "a socket";
  return "a device";
}

static Error refused(StringRef path, int error) {
  return makeError("{0}: cannot be read: {1}", path, sys::StrError(error));
}

Expected<InputFile> InputFile::open(StringRef path) {
  bool standardInput = path == "-";
  if (path.contains('\0'))
    return refused(path, EINVAL);
  int descriptor = STDIN_FILENO;
  // Opening a pipe without O_NONBLOCK waits until somebody writes to it.
  if (!standardInput)
    descriptor = sys::RetryAfterSignal(-1, ::open, path.str().c_str(),
                                       O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return refused(path, errno);
  InputFile file(path, descriptor);
  struct stat status;
  if (::fstat(descriptor, &status) != 0)
    return refused(path, errno);
  bool regular = S_ISREG(status.st_mode);
  if (!standardInput && !regular)
    return makeError("{0}: is {1}, expected a regular file ('-' reads standard "
                     "input)",
                     path, kindOf(status.st_mode));
  // Another reader may have taken a part of standard input already.
  off_t position = standardInput ? ::lseek(descriptor, 0, SEEK_CUR) : 0;
  if (regular && position >= 0 && status.st_size > position)
    file.bytes = status.st_size - position;
  return std::move(file);
}

InputFile::InputFile(InputFile &&other)
    : name(std::move(other.name)), descriptor(other.descriptor),
      bytes(other.bytes) {
  other.descriptor = STDIN_FILENO;
}

InputFile::~InputFile() {
  if (descriptor != STDIN_FILENO)
    ::close(descriptor);
}

Expected<size_t> InputFile::read(MutableArrayRef<char> out) {
  size_t done = 0;
  while (done < out.size()) {
    // The system reads at most 2 GiB at once.
    ssize_t count =
        sys::RetryAfterSignal(-1, ::read, descriptor, out.data() + done,
                              std::min<size_t>(out.size() - done, 1 << 30));
    if (count < 0)
      return refused(name, errno);
    if (count == 0)
      break;
    done += count;
  }
  return done;
}
