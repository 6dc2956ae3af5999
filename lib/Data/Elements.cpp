//===- Elements.cpp - The elements after a file's header ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include <cstdlib>

using namespace llvm;
using namespace dlc;

Error dlc::expectMemory(uint64_t bytes, StringRef path) {
  // Volatile, or the compiler takes memory that is given back for granted.
  void *volatile memory = std::malloc(std::max<uint64_t>(bytes, 1));
  if (!memory)
    return makeError("{0}: no memory for {1} bytes", path, bytes);
  std::free(memory);
  return Error::success();
}

Error dlc::makeRoom(SmallVectorImpl<char> &data, size_t bytes, StringRef path) {
  size_t capacity = data.capacity();
  if (bytes > capacity)
    if (Error error = expectMemory(std::max(2 * capacity + 1, bytes), path))
      return error;
  data.resize_for_overwrite(bytes);
  return Error::success();
}

Error dlc::readElements(ReadBytes read, StringRef path,
                        std::optional<uint64_t> left, Array &array) {
  std::string description = describe(array.type, array.shape);
  std::optional<int64_t> size = sizeInBytes(array.type, array.shape);
  if (!size)
    return makeError("{0}: the dimensions {1} are too large", path,
                     description);
  uint64_t bytes = *size;
  auto truncated = [&](uint64_t seen) {
    return makeError("{0}: truncated: {1} bytes of elements, expected {2} for "
                     "{3}",
                     path, seen, bytes, description);
  };
  auto tooMany = [&] {
    return makeError("{0}: bytes after the elements of {1}", path, description);
  };
  if (left && *left < bytes)
    return truncated(*left);
  if (left && *left > bytes)
    return tooMany();
  for (uint64_t seen = 0; seen < bytes;) {
    uint64_t step = bytes - seen;
    if (!left)
      step = std::min<uint64_t>(step, std::max<uint64_t>(seen, 1 << 20));
    if (Error error = makeRoom(array.data, seen + step, path))
      return error;
    Expected<size_t> count = read(MutableArrayRef(array.data).drop_front(seen));
    if (!count)
      return count.takeError();
    seen += *count;
    if (*count < step) // a file that became shorter, too
      return truncated(seen);
  }
  char extra;
  Expected<size_t> count = read(MutableArrayRef(extra));
  if (!count)
    return count.takeError();
  return *count ? tooMany() : Error::success();
}
