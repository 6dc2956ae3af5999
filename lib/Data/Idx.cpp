//===- Idx.cpp - Reader of IDX files --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The file is two zero bytes, a type, a rank, `rank` dimensions of 32 bits,
// then the elements, last dimension fastest; all numbers are big-endian.
//
//===----------------------------------------------------------------------===//

#include "dlc/Data/Idx.h"

#include "ByteSource.h"
#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/SwapByteOrder.h"

using namespace llvm;
using namespace dlc;

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
