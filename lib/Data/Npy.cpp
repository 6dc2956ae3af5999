//===- Npy.cpp - Reader and writer of .npy files --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The file is "\x93NUMPY", two bytes of version, the length of a header (16
// bits in version 1, 32 in version 2), the header, then the elements. The
// header is a Python dictionary:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (64, 10), }
//
//===----------------------------------------------------------------------===//

#include "dlc/Data/Npy.h"

#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/InputFile.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SwapByteOrder.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static_assert(sys::IsLittleEndianHost,
              "elements are copied as they stand in the file");

static constexpr StringLiteral magic = "\x93NUMPY";

namespace {

/// A small parser of the header's dictionary: strings, booleans and tuples of
/// whole numbers are all that a plain array needs.
class HeaderParser {
public:
  HeaderParser(StringRef text, StringRef path) : text(text), path(path) {}

  Error parse(Array &array);

private:
  Error fail(const Twine &message) const {
    return makeError(path + ": .npy header: " + message);
  }
  /// Skips blanks, then takes `token` if it is next.
  bool take(StringRef token) {
    text = text.ltrim();
    return text.consume_front(token);
  }
  Error expect(StringRef token) {
    if (take(token))
      return Error::success();
    return fail("expected '" + token + "' before '" + text.take_front(16) +
                "'");
  }
  Error parseString(StringRef &value);
  Error parseEntry(StringRef key, Array &array);
  Error parseDescr(Array &array);
  Error parseShape(Array &array);
  Error parseDimension(Array &array);

  StringRef text, path;
};

} // namespace

/// NumPy's name of an element type with the byte order, as files have it; a
/// type that NumPy does not have is written as the one it is computed in.
static std::string descrOf(const ElementType &type) {
  if (type.numpy.empty())
    return descrOf(elementType(type.arithmetic));
  return ((type.bytes == 1 ? "|" : "<") + type.numpy).str();
}

/// The supported types: "<f4 <f8 ...".
static std::string knownDescrs() {
  std::string known;
  for (const ElementType &type : elementTypes())
    if (!type.numpy.empty())
      known += (known.empty() ? "" : " ") + descrOf(type);
  return known;
}

Error HeaderParser::parseString(StringRef &value) {
  text = text.ltrim();
  char quote = text.empty() ? '\0' : text.front();
  size_t end =
      quote == '\'' || quote == '"' ? text.find(quote, 1) : StringRef::npos;
  if (end == StringRef::npos)
    return fail("expected a string before '" + text.take_front(16) + "'");
  value = text.slice(1, end);
  text = text.drop_front(end + 1);
  return Error::success();
}

Error HeaderParser::parseDescr(Array &array) {
  // A record type is a list, and shows here as the lack of a string.
  StringRef descr;
  if (Error error = parseString(descr))
    return error;
  if (descr.starts_with(">"))
    return fail("big-endian elements '" + descr + "', expected little-endian");
  // '<' is little-endian, '=' this machine's order, '|' that of single bytes.
  StringRef name = descr;
  bool single = name.consume_front("|");
  if (!single && !name.consume_front("<"))
    name.consume_front("=");
  for (const ElementType &type : elementTypes())
    if (!name.empty() && name == type.numpy && (!single || type.bytes == 1)) {
      array.type = type.code;
      return Error::success();
    }
  return fail("element type '" + descr + "', expected one of " + knownDescrs());
}

/// A whole number as Python writes it: without sign, without leading zeros.
Error HeaderParser::parseDimension(Array &array) {
  text = text.ltrim();
  StringRef digits = text.take_while(isDigit);
  int64_t dimension;
  if (digits.getAsInteger(10, dimension) ||
      (digits.size() > 1 && digits.starts_with("0")))
    return fail("expected a dimension before '" + text.take_front(16) + "'");
  text = text.drop_front(digits.size());
  array.shape.push_back(dimension);
  return Error::success();
}

Error HeaderParser::parseShape(Array &array) {
  if (Error error = expect("("))
    return error;
  while (!take(")")) {
    if (Error error = parseDimension(array))
      return error;
    if (take(","))
      continue;
    // A number in brackets is not a tuple without a comma.
    if (array.shape.size() == 1)
      return expect(",");
    return expect(")");
  }
  return Error::success();
}

Error HeaderParser::parseEntry(StringRef key, Array &array) {
  if (key == "descr")
    return parseDescr(array);
  if (key == "shape")
    return parseShape(array);
  if (key != "fortran_order")
    return fail("unknown key '" + key + "'");
  if (take("True"))
    return fail("Fortran order, expected C order "
                "(save numpy.ascontiguousarray of it)");
  return expect("False");
}

Error HeaderParser::parse(Array &array) {
  if (Error error = expect("{"))
    return error;
  constexpr StringLiteral keys[] = {"descr", "fortran_order", "shape"};
  SmallVector<StringRef, 3> seen;
  while (!take("}")) {
    StringRef key;
    if (Error error = parseString(key))
      return error;
    if (is_contained(seen, key))
      return fail("'" + key + "' stands twice");
    seen.push_back(key);
    if (Error error = expect(":"))
      return error;
    if (Error error = parseEntry(key, array))
      return error;
    if (take(","))
      continue;
    if (Error error = expect("}"))
      return error;
    break;
  }
  for (StringRef key : keys)
    if (!is_contained(seen, key))
      return fail("no '" + key + "'");
  if (!text.trim().empty())
    return fail("'" + text.trim().take_front(16) + "' after the dictionary");
  return Error::success();
}

/// Reads what stands before the elements; returns how many bytes that is.
static Expected<uint64_t> readHeader(ReadBytes take, StringRef path,
                                     Array &array) {
  char start[magic.size() + 2] = {};
  Expected<size_t> count = take(start);
  if (!count)
    return count.takeError();
  StringRef bytes(start, *count);
  if (!bytes.consume_front(magic))
    return makeError("{0}: not a .npy file: it does not start with \\x93NUMPY",
                     path);
  if (bytes.size() < 2)
    return makeError("{0}: truncated: no version", path);
  unsigned major = static_cast<uint8_t>(bytes[0]);
  unsigned minor = static_cast<uint8_t>(bytes[1]);
  if ((major != 1 && major != 2) || minor != 0)
    return makeError("{0}: .npy version {1}.{2}, expected 1.0 or 2.0", path,
                     major, minor);
  char number[4] = {};
  size_t width = major == 1 ? 2 : 4;
  count = take(MutableArrayRef(number).take_front(width));
  if (!count)
    return count.takeError();
  if (*count < width)
    return makeError("{0}: truncated: no header length", path);
  uint32_t length = support::endian::read32le(number);
  // Version 2 is for records of thousands of fields; of a plain array the
  // header takes no more than its shape.
  constexpr uint32_t most = 1 << 16;
  if (length > most)
    return makeError("{0}: a header of {1} bytes, expected at most {2}", path,
                     length, most);
  SmallVector<char, 128> header(length);
  count = take(header);
  if (!count)
    return count.takeError();
  if (*count < length)
    return makeError("{0}: truncated: {1} bytes of header, expected {2}", path,
                     *count, length);
  if (Error error =
          HeaderParser(StringRef(header.data(), length), path).parse(array))
    return std::move(error);
  return sizeof(start) + width + length;
}

Expected<Array> dlc::readNpy(ReadBytes read, StringRef path,
                             std::optional<uint64_t> size) {
  Array array;
  Expected<uint64_t> headerBytes = readHeader(read, path, array);
  if (!headerBytes)
    return headerBytes.takeError();
  if (size)
    size = *size - std::min(*size, *headerBytes);
  if (Error error = readElements(read, path, size, array))
    return std::move(error);
  // Compiled code relies on an i1 being 0 or 1.
  if (array.type == DLC_I1)
    for (size_t i = 0; i < array.data.size(); ++i)
      if (static_cast<uint8_t>(array.data[i]) > 1)
        return makeError(
            "{0}: element {1} is byte {2}, expected a bool (0 or 1)", path, i,
            static_cast<uint8_t>(array.data[i]));
  return array;
}

Expected<Array> dlc::readNpy(StringRef path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  return readNpy([&](MutableArrayRef<char> out) { return file->read(out); },
                 path, file->size());
}

void dlc::writeNpy(raw_ostream &os, int32_t type, ArrayRef<int64_t> shape,
                   ArrayRef<char> data) {
  std::string header = "{'descr': '" + descrOf(elementType(type)) +
                       "', 'fortran_order': False, 'shape': (";
  for (int64_t dimension : shape)
    header += std::to_string(dimension) + ", ";
  // Python's tuples: (), (3,), (3, 4).
  if (!shape.empty())
    header.resize(header.size() - (shape.size() == 1 ? 1 : 2));
  header += "), }";
  // Spaces and a newline, so that the elements start at a multiple of 64.
  constexpr size_t fixed = magic.size() + 4;
  header.resize(alignTo(fixed + header.size() + 1, 64) - fixed - 1, ' ');
  header += '\n';

  char lengths[4] = {1, 0};
  support::endian::write16le(lengths + 2, header.size());
  os << magic << StringRef(lengths, 4) << header;
  if (type != DLC_BF16) {
    os.write(data.data(), data.size());
    return;
  }
  // A bf16 is the upper half of an f32.
  for (size_t i = 0; i + 1 < data.size(); i += 2)
    os << StringRef("\0\0", 2) << data[i] << data[i + 1];
}

Error dlc::writeNpyFile(StringRef path, int32_t type, ArrayRef<int64_t> shape,
                        ArrayRef<char> data) {
  return writeFileAtomically(
      path, [&](raw_ostream &os) { writeNpy(os, type, shape, data); });
}
