//===- Idx.cpp - Reader of IDX files --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The file is two zero bytes, a type, a rank, `rank` dimensions of 32 bits,
// then the elements, last dimension fastest; all numbers are big-endian.
//
//===----------------------------------------------------------------------===//

#include "dlc/Data/Idx.h"

#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/InputFile.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/SwapByteOrder.h"

#include <array>
#include <zlib.h>

using namespace llvm;
using namespace dlc;

namespace {

/// The bytes of a file in order, decompressed where the file is a gzip file. A
/// piece at a time: what it would grow to when decompressed is not known, and
/// only as much as the header tells of is asked for.
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
  Error start();

  /// Fills `out` as far as there are bytes; returns how many there were.
  Expected<size_t> read(MutableArrayRef<char> out);

  /// How many bytes are left, if that is known.
  std::optional<uint64_t> left() const {
    if (compressed || !file.size())
      return std::nullopt;
    return *file.size() - taken;
  }

  /// What is wrong with the compressed stream itself, or empty.
  StringRef problem() const { return failure; }

private:
  Error refill();
  Expected<size_t> readCompressed(MutableArrayRef<char> out);

  InputFile file;
  /// What was read of the file and not yet given out, and its memory.
  StringRef rest;
  std::array<char, 1 << 16> piece;
  uint64_t taken = 0; ///< given out of a file that is not compressed
  bool compressed = false;
  bool ended = false;
  std::string failure;
  z_stream stream = {};
};

} // namespace

Error ByteSource::refill() {
  Expected<size_t> count = file.read(piece);
  if (!count)
    return count.takeError();
  rest = StringRef(piece.data(), *count);
  return Error::success();
}

Error ByteSource::start() {
  if (Error error = refill())
    return error;
  compressed = rest.starts_with("\x1f\x8b");
  // 16: a gzip header is expected, not a zlib one.
  if (compressed && inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
    compressed = false;
    return makeError("{0}: no memory to decompress it", file.path());
  }
  return Error::success();
}

Expected<size_t> ByteSource::read(MutableArrayRef<char> out) {
  if (compressed)
    return readCompressed(out);
  size_t count = std::min(out.size(), rest.size());
  std::copy_n(rest.begin(), count, out.begin());
  rest = rest.drop_front(count);
  Expected<size_t> more = file.read(out.drop_front(count));
  if (!more)
    return more.takeError();
  taken += count + *more;
  return count + *more;
}

Expected<size_t> ByteSource::readCompressed(MutableArrayRef<char> out) {
  size_t done = 0;
  while (done < out.size() && failure.empty()) {
    if (rest.empty())
      if (Error error = refill())
        return std::move(error);
    if (rest.empty())
      break;
    // zlib counts in 32 bits, so large reads are made in pieces.
    size_t wanted = std::min<size_t>(out.size() - done, 1u << 30);
    size_t given = rest.size();
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(rest.data()));
    stream.avail_in = given;
    stream.next_out = reinterpret_cast<Bytef *>(out.data() + done);
    stream.avail_out = wanted;
    int status = inflate(&stream, Z_NO_FLUSH);
    rest = rest.drop_front(given - stream.avail_in);
    done += wanted - stream.avail_out;
    ended = status == Z_STREAM_END;
    if (ended) {
      if (rest.empty())
        if (Error error = refill())
          return std::move(error);
      if (!rest.empty())
        // A gzip file may be several streams, one after the other.
        status = inflateReset(&stream);
    }
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      failure = stream.msg ? stream.msg : "damaged gzip data";
  }
  // The sum over the data stands at the end of the stream: without it, nothing
  // says that the data are good.
  if (done < out.size() && failure.empty() && !ended)
    failure = "the gzip data end early";
  return done;
}

/// The element type of an IDX type code, or nothing.
static std::optional<dlc_type> typeOfCode(uint8_t code) {
  for (const ElementType &type : elementTypes())
    if (code && type.idx == code)
      return type.code;
  return std::nullopt; // 0x0b is i16, which the language does not have
}

/// Turns big-endian elements into this machine's.
static void swapElements(Array &array) {
  size_t width = elementBytes(array.type);
  if (width == 1 || sys::IsBigEndianHost)
    return;
  for (char *element = array.data.begin(); element != array.data.end();
       element += width)
    std::reverse(element, element + width);
}

static Error readHeader(ByteSource &source, StringRef path, Array &array) {
  unsigned seen = 0;
  // Reads `out`, all of it or none.
  auto take = [&](MutableArrayRef<char> out) -> Error {
    Expected<size_t> count = source.read(out);
    if (!count)
      return count.takeError();
    seen += *count;
    return *count == out.size()
               ? Error::success()
               : makeError("{0}: the IDX header ends after {1} bytes", path,
                           seen);
  };
  char magic[4] = {};
  if (Error error = take(magic))
    return error;
  uint8_t code = magic[2], rank = magic[3];
  if (magic[0] != 0 || magic[1] != 0)
    return makeError("{0}: not an IDX file: starts with bytes {1:x-2} {2:x-2}, "
                     "expected 00 00",
                     path, static_cast<uint8_t>(magic[0]),
                     static_cast<uint8_t>(magic[1]));
  std::optional<dlc_type> type = typeOfCode(code);
  if (!type)
    return makeError(
        "{0}: IDX type {1:x-2}, expected 08 (ui8), 09 (i8), 0c (i32), "
        "0d (f32) or 0e (f64)",
        path, code);
  array.type = *type;
  for (unsigned i = 0; i < rank; ++i) {
    char dimension[4] = {};
    if (Error error = take(dimension))
      return error;
    array.shape.push_back(support::endian::read32be(dimension));
  }
  return Error::success();
}

Expected<Array> dlc::readIdx(StringRef path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  ByteSource source(std::move(*file));
  Array array;
  Error error = source.start();
  if (!error)
    error = readHeader(source, path, array);
  if (!error)
    error = readElements(
        [&](MutableArrayRef<char> out) { return source.read(out); }, path,
        source.left(), array);
  // Damage to the gzip stream is the cause of whatever else looks wrong.
  if (!source.problem().empty()) {
    consumeError(std::move(error));
    return makeError("{0}: damaged gzip file: {1}", path, source.problem());
  }
  if (error)
    return std::move(error);
  swapElements(array);
  return array;
}
