//===- Idx.cpp - IDX files from anywhere, plain and compressed ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mutant is read as it is, and compressed: no mutant of a compressed file has
// the sum over its data that it needs.
//
//===----------------------------------------------------------------------===//

#include "FuzzFile.h"

#include "dlc/Data/Idx.h"

#include <zlib.h>

using namespace dlc;
using namespace dlc::fuzz;

/// The message, or the type, shape and elements as text.
static std::string read(std::string_view bytes) {
  static const File file;
  file.write(bytes);
  llvm::Expected<Array> array = readIdx(file.path());
  if (!array) {
    std::string message = llvm::toString(array.takeError());
    require(message.rfind(file.path() + ": ", 0) == 0,
            "a message begins with the path");
    return message;
  }
  require(sizeInBytes(array->type, array->shape) ==
              std::optional<int64_t>(array->data.size()),
          "an array has as many bytes as its shape says");
  return describe(array->type, array->shape) + ":" +
         std::string(array->data.begin(), array->data.end());
}

static std::string compress(std::string_view bytes) {
  z_stream stream = {};
  require(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK,
          "zlib starts");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  stream.avail_in = bytes.size();
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = out.size();
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib ends");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  std::string plain = read(bytes);
  if (bytes.substr(0, 2) != "\x1f\x8b")
    require(read(compress(bytes)) == plain,
            "a file and the same file compressed are one");
  return 0;
}
