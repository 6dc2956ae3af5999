//===- ByteSource.cpp - The bytes of a file, decompressed -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ByteSource.h"

#include "Elements.h"

#include "dlc/Support/Error.h"

using namespace llvm;
using namespace dlc;

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

Expected<SmallVector<char, 0>> dlc::readBytes(StringRef path, uint64_t limit) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  ByteSource source(std::move(*file));
  if (Error error = source.start())
    return std::move(error);
  SmallVector<char, 0> data;
  for (size_t seen = 0;;) {
    // One byte more than the limit says that there are more.
    uint64_t step =
        std::min<uint64_t>(std::max<uint64_t>(seen, 1 << 20), limit + 1 - seen);
    if (source.left())
      step = std::min<uint64_t>(limit + 1, *source.left() + 1);
    if (Error error = makeRoom(data, seen + step, path))
      return std::move(error);
    Expected<size_t> count =
        source.read(MutableArrayRef(data).drop_front(seen));
    if (!count)
      return count.takeError();
    if (!source.problem().empty())
      return makeError("{0}: damaged gzip file: {1}", path, source.problem());
    seen += *count;
    data.resize(seen);
    if (seen > limit)
      return makeError("{0}: more than {1} bytes, expected at most as many",
                       path, limit);
    if (*count < step)
      return std::move(data);
  }
}
