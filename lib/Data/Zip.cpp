//===- Zip.cpp - Reader of zip archives -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An archive is read from its end: a record there says where the central
// directory is, which has a record for each entry, which says where the entry
// begins. A number that does not fit its field stands in a field of 64 bits
// elsewhere. All numbers are little-endian.
//
//===----------------------------------------------------------------------===//

#include "Zip.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/ReadFile.h"

#include "llvm/Support/Endian.h"

#include <algorithm>
#include <optional>
#include <zlib.h>

using namespace llvm;
using namespace dlc;
using support::endian::read16le;
using support::endian::read32le;
using support::endian::read64le;

/// An archive is read as a whole.
static constexpr uint64_t mostBytes = uint64_t(1) << 36;

static constexpr size_t endSize = 22, locatorSize = 20, end64Size = 56,
                        recordSize = 46, localSize = 30;
static constexpr uint32_t wide32 = 0xffffffff;
static constexpr uint16_t wide16 = 0xffff;

Expected<ZipFile> ZipFile::open(StringRef path) {
  ZipFile result(path);
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, mostBytes);
  if (!file)
    return file.takeError();
  result.file = std::move(*file);
  if (Error error = result.readDirectory())
    return makeError("{0}: {1}", path, toString(std::move(error)));
  return std::move(result);
}

/// Bytes of a buffer, or nothing where it has none.
static std::optional<StringRef> sliceOf(StringRef bytes, uint64_t offset,
                                        uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset)
    return std::nullopt;
  return bytes.substr(offset, size);
}

Error ZipFile::readDirectory() {
  StringRef bytes = file->getBuffer();
  // A comment of up to 64 KiB may follow the record.
  StringRef tail = bytes.take_back(endSize + wide16);
  size_t at = tail.rfind("PK\x05\x06");
  if (!bytes.starts_with("PK") || at == StringRef::npos ||
      tail.size() - at < endSize)
    return makeError("not a zip archive, or one that ends early: it has no "
                     "central directory");
  const char *end = tail.data() + at;
  uint64_t entries = read16le(end + 10), size = read32le(end + 12),
           offset = read32le(end + 16);
  uint16_t disk = read16le(end + 4);
  if (entries == wide16 || size == wide32 || offset == wide32) {
    uint64_t before = end - bytes.data();
    std::optional<StringRef> locator, record;
    if (before >= locatorSize)
      locator = bytes.substr(before - locatorSize, locatorSize);
    if (locator && locator->starts_with("PK\x06\x07"))
      record = sliceOf(bytes, read64le(locator->data() + 8), end64Size);
    if (record && record->starts_with("PK\x06\x06")) {
      entries = read64le(record->data() + 32);
      size = read64le(record->data() + 40);
      offset = read64le(record->data() + 48);
    }
  }
  if (disk != 0)
    return makeError("a zip archive in several parts, expected one part");
  std::optional<StringRef> directory = sliceOf(bytes, offset, size);
  if (!directory)
    return makeError("the central directory of the zip archive is said to be "
                     "{0} bytes at {1}, in a file of {2}",
                     size, offset, bytes.size());
  for (uint64_t i = 0; i < entries; ++i)
    if (Error error = readEntry(*directory))
      return makeError("entry {0} of the zip archive: {1}", i,
                       toString(std::move(error)));
  return Error::success();
}

/// Takes the numbers of 64 bits that stand for those that are too wide.
static Error takeWide(StringRef extra, ArrayRef<uint64_t *> wide) {
  if (wide.empty())
    return Error::success();
  while (extra.size() >= 4) {
    uint16_t kind = read16le(extra.data()), size = read16le(extra.data() + 2);
    StringRef field = extra.substr(4, size);
    if (field.size() < size)
      break;
    extra = extra.drop_front(4 + size);
    if (kind != 1)
      continue;
    if (field.size() < 8 * wide.size())
      break;
    for (uint64_t *number : wide) {
      *number = read64le(field.data());
      field = field.drop_front(8);
    }
    return Error::success();
  }
  return makeError("its sizes of 64 bits are missing");
}

Error ZipFile::readEntry(StringRef &directory) {
  if (directory.size() < recordSize || !directory.starts_with("PK\x01\x02"))
    return makeError("no record in the central directory");
  const char *record = directory.data();
  Entry entry;
  entry.flags = read16le(record + 8);
  entry.method = read16le(record + 10);
  entry.checksum = read32le(record + 16);
  entry.packedSize = read32le(record + 20);
  entry.size = read32le(record + 24);
  entry.offset = read32le(record + 42);
  size_t name = read16le(record + 28), extra = read16le(record + 30),
         comment = read16le(record + 32);
  if (directory.size() < recordSize + name + extra + comment)
    return makeError("its record ends early");
  entry.name = directory.substr(recordSize, name).str();
  SmallVector<uint64_t *, 3> wide;
  for (uint64_t *number : {&entry.size, &entry.packedSize, &entry.offset})
    if (*number == wide32)
      wide.push_back(number);
  if (Error error = takeWide(directory.substr(recordSize + name, extra), wide))
    return error;
  directory = directory.drop_front(recordSize + name + extra + comment);
  list.push_back(std::move(entry));
  return Error::success();
}

Expected<StringRef> ZipFile::packedBytes(const Entry &entry) const {
  StringRef bytes = file->getBuffer();
  if (entry.flags & 1)
    return makeError("it is encrypted");
  if (entry.method != 0 && entry.method != Z_DEFLATED)
    return makeError("compression method {0}, expected 0 (stored) or 8 "
                     "(deflated)",
                     entry.method);
  std::optional<StringRef> local = sliceOf(bytes, entry.offset, localSize);
  if (!local || !local->starts_with("PK\x03\x04"))
    return makeError("there is no entry at {0}", entry.offset);
  uint64_t begin = entry.offset + localSize + read16le(local->data() + 26) +
                   read16le(local->data() + 28);
  std::optional<StringRef> packed = sliceOf(bytes, begin, entry.packedSize);
  if (!packed)
    return makeError("{0} bytes at {1}, in a file of {2}", entry.packedSize,
                     begin, bytes.size());
  return *packed;
}

namespace {

/// Reads the bytes of an entry in order, and finds damage.
class EntryReader {
public:
  EntryReader(const ZipFile::Entry &entry, StringRef packed)
      : entry(entry), packed(packed) {}
  ~EntryReader() {
    if (started)
      inflateEnd(&stream);
  }

  size_t read(MutableArrayRef<char> out);
  /// Reads the rest; empty if size and checksum are those of the directory.
  std::string finish();

private:
  size_t inflateInto(MutableArrayRef<char> out);

  const ZipFile::Entry &entry;
  StringRef packed;
  uint64_t seen = 0;
  uint32_t checksum = 0;
  bool started = false, ended = false;
  std::string failure;
  z_stream stream = {};
};

} // namespace

size_t EntryReader::inflateInto(MutableArrayRef<char> out) {
  // No header stands in front of the deflated data.
  if (!started) {
    started = inflateInit2(&stream, -MAX_WBITS) == Z_OK;
    if (!started) {
      failure = "no memory to decompress it";
      return 0;
    }
  }
  size_t done = 0;
  while (done < out.size() && !ended && failure.empty()) {
    // zlib counts in 32 bits.
    uint32_t wanted = std::min<size_t>(out.size() - done, 1u << 30);
    uint32_t given = std::min<size_t>(packed.size(), 1u << 30);
    stream.next_in =
        reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
    stream.avail_in = given;
    stream.next_out = reinterpret_cast<Bytef *>(out.data() + done);
    stream.avail_out = wanted;
    int status = inflate(&stream, Z_NO_FLUSH);
    packed = packed.drop_front(given - stream.avail_in);
    done += wanted - stream.avail_out;
    ended = status == Z_STREAM_END;
    if (!ended && status != Z_OK)
      failure = status == Z_BUF_ERROR ? "the deflated data end early"
                : stream.msg          ? stream.msg
                                      : "damaged deflated data";
  }
  return done;
}

size_t EntryReader::read(MutableArrayRef<char> out) {
  size_t count = 0;
  if (entry.method == Z_DEFLATED) {
    count = inflateInto(out);
  } else {
    count = std::min(out.size(), packed.size());
    std::copy_n(packed.begin(), count, out.begin());
    packed = packed.drop_front(count);
  }
  seen += count;
  checksum =
      crc32_z(checksum, reinterpret_cast<const Bytef *>(out.data()), count);
  return count;
}

std::string EntryReader::finish() {
  char piece[1 << 12];
  while (failure.empty() && seen <= entry.size && read(piece))
    ;
  if (!failure.empty())
    return failure;
  if (seen != entry.size)
    return formatv("{0} bytes, expected {1}", seen, entry.size);
  if (checksum != entry.checksum)
    return formatv("its checksum is {0:x-8}, expected {1:x-8}", checksum,
                   entry.checksum);
  return "";
}

Error ZipFile::read(
    const Entry &entry,
    function_ref<Error(function_ref<Expected<size_t>(MutableArrayRef<char>)>)>
        use) const {
  auto damaged = [&](const std::string &cause) {
    return makeError("{0}: entry '{1}' of the zip archive: {2}", path,
                     entry.name, cause);
  };
  Expected<StringRef> packed = packedBytes(entry);
  if (!packed)
    return damaged(toString(packed.takeError()));
  EntryReader reader(entry, *packed);
  Error error = use([&](MutableArrayRef<char> out) -> Expected<size_t> {
    return reader.read(out);
  });
  std::string failure = reader.finish();
  if (failure.empty())
    return error;
  consumeError(std::move(error));
  return damaged(failure);
}
