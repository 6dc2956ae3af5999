//===- ReadFile.cpp - Reading whole files, up to a limit ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/ReadFile.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/InputFile.h"

#include <cstdlib>

using namespace llvm;
using namespace dlc;

namespace {

/// Bytes that are read piece by piece into memory from malloc, so that memory
/// that is not there is an error and not the end of the process.
class ReadBuffer final : public MemoryBuffer {
public:
  explicit ReadBuffer(StringRef name) : name(name) {}
  ~ReadBuffer() override { std::free(data); }

  /// Makes room for `bytes` and a final zero; returns false if memory is out.
  bool reserve(size_t bytes) {
    if (bytes < capacity)
      return true;
    void *larger = std::realloc(data, bytes + 1);
    if (!larger)
      return false;
    data = static_cast<char *>(larger);
    capacity = bytes + 1;
    return true;
  }
  char *end() { return data + size; }
  /// How many bytes can be added before the final zero.
  size_t room() const { return capacity - 1 - size; }
  void grow(size_t bytes) { size += bytes; }
  void finish() {
    data[size] = 0;
    init(data, data + size, /*RequiresNullTerminator=*/true);
  }

  BufferKind getBufferKind() const override { return MemoryBuffer_Malloc; }
  StringRef getBufferIdentifier() const override { return name; }

private:
  std::string name;
  char *data = nullptr;
  size_t size = 0, capacity = 0;
};

} // namespace

Expected<std::unique_ptr<MemoryBuffer>> dlc::readFile(StringRef path,
                                                      uint64_t limit) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  auto tooLarge = [&] {
    return makeError("{0}: has more than {1} bytes, the most that is read",
                     path, limit);
  };
  uint64_t expected = file->size().value_or(0);
  if (expected > limit)
    return tooLarge();

  auto buffer = std::make_unique<ReadBuffer>(path == "-" ? "<stdin>" : path);
  auto reserve = [&](uint64_t bytes) -> Error {
    if (buffer->reserve(bytes))
      return Error::success();
    return makeError("{0}: no memory for its {1} bytes", path, bytes);
  };
  // The size is a hint: a file may grow while it is read, and files of /proc
  // claim to have none. One byte more than expected finds the end at once.
  constexpr uint64_t piece = 1 << 16;
  if (Error error = reserve(std::max(expected + 1, piece)))
    return std::move(error);
  uint64_t size = 0;
  while (true) {
    if (buffer->room() == 0)
      if (Error error = reserve(std::min(size * 2, limit + 1)))
        return std::move(error);
    Expected<size_t> count = file->read({buffer->end(), buffer->room()});
    if (!count)
      return count.takeError();
    if (*count == 0)
      break;
    buffer->grow(*count);
    size += *count;
    if (size > limit)
      return tooLarge();
  }
  buffer->finish();
  return std::unique_ptr<MemoryBuffer>(std::move(buffer));
}
