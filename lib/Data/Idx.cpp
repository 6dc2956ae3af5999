//===- Idx.cpp - Reader of IDX files --------------------------------------===//
//
// The file is two zero bytes, a type, a rank, `rank` dimensions of 32 bits,
// then the elements, last dimension fastest; all numbers are big-endian.
//
//===----------------------------------------------------------------------===//

#include "dlc/Data/Idx.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SwapByteOrder.h"

#include <zlib.h>

using namespace llvm;
using namespace dlc;

namespace {

/// The bytes of a file in order, decompressed where the file is a gzip file.
/// Reading a piece at a time lets the header be checked before anything of the
/// size that it claims is allocated.
class ByteSource {
public:
  explicit ByteSource(StringRef bytes) : rest(bytes) {
    compressed = bytes.starts_with("\x1f\x8b");
    // 16: a gzip header is expected, not a zlib one.
    if (compressed && inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
      failure = "out of memory";
  }
  ~ByteSource() {
    if (compressed)
      inflateEnd(&stream);
  }
  ByteSource(const ByteSource &) = delete;
  ByteSource &operator=(const ByteSource &) = delete;

  /// Fills `out` as far as there are bytes; returns how many there were.
  size_t read(MutableArrayRef<char> out) {
    if (compressed)
      return readCompressed(out);
    size_t count = std::min(out.size(), rest.size());
    std::copy_n(rest.begin(), count, out.begin());
    rest = rest.drop_front(count);
    return count;
  }

  /// What is wrong with the compressed stream itself, or empty.
  StringRef problem() const { return failure; }

private:
  size_t readCompressed(MutableArrayRef<char> out) {
    size_t done = 0;
    while (done < out.size() && failure.empty() && !rest.empty()) {
      // zlib counts in 32 bits, so large reads are made in pieces.
      constexpr size_t piece = 1u << 30;
      size_t given = std::min(rest.size(), piece);
      size_t wanted = std::min(out.size() - done, piece);
      stream.next_in =
          reinterpret_cast<Bytef *>(const_cast<char *>(rest.data()));
      stream.avail_in = given;
      stream.next_out = reinterpret_cast<Bytef *>(out.data() + done);
      stream.avail_out = wanted;
      int status = inflate(&stream, Z_NO_FLUSH);
      rest = rest.drop_front(given - stream.avail_in);
      done += wanted - stream.avail_out;
      ended = status == Z_STREAM_END;
      if (ended && !rest.empty())
        // A gzip file may be several streams, one after the other.
        status = inflateReset(&stream);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        failure = stream.msg ? stream.msg : "damaged gzip data";
    }
    // The sum over the data stands at the end of the stream: without it,
    // nothing says that the data are good.
    if (done < out.size() && failure.empty() && !ended)
      failure = "the gzip data end early";
    return done;
  }

  StringRef rest;
  bool compressed = false;
  bool ended = false;
  std::string failure;
  z_stream stream = {};
};

} // namespace

/// The element type of an IDX type code, or nothing.
static std::optional<dlc_type> elementType(uint8_t code) {
  switch (code) {
  case 0x08:
    return DLC_U8;
  case 0x09:
    return DLC_I8;
  case 0x0c:
    return DLC_I32;
  case 0x0d:
    return DLC_F32;
  case 0x0e:
    return DLC_F64;
  default: // 0x0b is i16, which the language does not have
    return std::nullopt;
  }
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
  auto truncated = [&](size_t seen) {
    return makeError("{0}: the IDX header ends after {1} bytes", path, seen);
  };
  char magic[4] = {};
  if (size_t seen = source.read(magic); seen < sizeof(magic))
    return truncated(seen);
  uint8_t code = magic[2], rank = magic[3];
  if (magic[0] != 0 || magic[1] != 0)
    return makeError("{0}: not an IDX file: starts with bytes {1:x-2} {2:x-2}, "
                     "expected 00 00",
                     path, static_cast<uint8_t>(magic[0]),
                     static_cast<uint8_t>(magic[1]));
  std::optional<dlc_type> type = elementType(code);
  if (!type)
    return makeError(
        "{0}: IDX type {1:x-2}, expected 08 (ui8), 09 (i8), 0c (i32), "
        "0d (f32) or 0e (f64)",
        path, code);
  array.type = *type;
  for (unsigned i = 0; i < rank; ++i) {
    char dimension[4] = {};
    if (size_t seen = source.read(dimension); seen < sizeof(dimension))
      return truncated(sizeof(magic) + sizeof(dimension) * i + seen);
    array.shape.push_back(support::endian::read32be(dimension));
  }
  return Error::success();
}

static Error readElements(ByteSource &source, StringRef path, Array &array) {
  std::optional<int64_t> bytes = sizeInBytes(array.type, array.shape);
  if (!bytes)
    return makeError("{0}: the IDX dimensions {1} are too large", path,
                     describe(array.type, array.shape));
  // Memory grows with what is there, not with what the header claims.
  size_t seen = 0;
  while (seen < static_cast<size_t>(*bytes)) {
    size_t step =
        std::min<size_t>(*bytes - seen, std::max<size_t>(seen, 1 << 20));
    array.data.resize_for_overwrite(seen + step);
    size_t count = source.read(MutableArrayRef(array.data).drop_front(seen));
    seen += count;
    if (count < step)
      return makeError(
          "{0}: truncated: {1} bytes of elements, expected {2} for "
          "{3}",
          path, seen, *bytes, describe(array.type, array.shape));
  }
  char extra;
  if (source.read(MutableArrayRef(extra)) != 0)
    return makeError("{0}: bytes after the elements of {1}", path,
                     describe(array.type, array.shape));
  return Error::success();
}

Expected<Array> dlc::readIdx(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file =
      MemoryBuffer::getFile(path, /*IsText=*/false,
                            /*RequiresNullTerminator=*/false);
  if (!file)
    return makeError("{0}: cannot be read: {1}", path,
                     file.getError().message());

  ByteSource source((*file)->getBuffer());
  Array array;
  Error error = readHeader(source, path, array);
  if (!error)
    error = readElements(source, path, array);
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
