//===- Npy.cpp - Reader and writer of .npy files --------------------------===//
//
// The file is "\x93NUMPY", two bytes of version, the length of a header (16
// bits in version 1, 32 in version 2), the header, then the elements. The
// header is a Python dictionary:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (64, 10), }
//
//===----------------------------------------------------------------------===//

#include "dlc/Data/Npy.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SwapByteOrder.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static_assert(sys::IsLittleEndianHost,
              "elements are copied as they stand in the file");

static constexpr StringLiteral magic = "\x93NUMPY";

namespace {

struct DtypeName {
  StringLiteral name;
  dlc_type type;
};

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

  StringRef text, path;
};

} // namespace

/// NumPy's names, without the byte order.
static constexpr DtypeName dtypes[] = {
    {"f4", DLC_F32}, {"f8", DLC_F64}, {"i1", DLC_I8}, {"u1", DLC_U8},
    {"i4", DLC_I32}, {"i8", DLC_I64}, {"b1", DLC_I1}};

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
  StringRef name = descr.ltrim("<>|=");
  if (descr.starts_with(">"))
    return fail("big-endian elements '" + descr + "', expected little-endian");
  for (const DtypeName &dtype : dtypes)
    if (name == dtype.name) {
      array.type = dtype.type;
      return Error::success();
    }
  return fail("element type '" + descr +
              "', expected one of f4 f8 i1 u1 i4 i8 b1");
}

Error HeaderParser::parseShape(Array &array) {
  if (Error error = expect("("))
    return error;
  while (!take(")")) {
    StringRef before = text.ltrim();
    text = before;
    int64_t dimension;
    if (text.consumeInteger(10, dimension) || dimension < 0)
      return fail("expected a dimension before '" + before.take_front(16) +
                  "'");
    array.shape.push_back(dimension);
    if (take(","))
      continue;
    if (Error error = expect(")"))
      return error;
    break;
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

/// Splits a file into its header's text and its elements.
static Error splitFile(StringRef bytes, StringRef path, StringRef &header,
                       StringRef &elements) {
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
  bytes = bytes.drop_front(2);
  size_t width = major == 1 ? 2 : 4;
  if (bytes.size() < width)
    return makeError("{0}: truncated: no header length", path);
  size_t length = major == 1 ? support::endian::read16le(bytes.data())
                             : support::endian::read32le(bytes.data());
  bytes = bytes.drop_front(width);
  if (bytes.size() < length)
    return makeError("{0}: truncated: {1} bytes of header, expected {2}", path,
                     bytes.size(), length);
  header = bytes.take_front(length);
  elements = bytes.drop_front(length);
  return Error::success();
}

Expected<Array> dlc::readNpy(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFileOrSTDIN(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return makeError("{0}: cannot be read: {1}", path,
                     file.getError().message());

  StringRef header, elements;
  if (Error error = splitFile((*file)->getBuffer(), path, header, elements))
    return std::move(error);
  Array array;
  if (Error error = HeaderParser(header, path).parse(array))
    return std::move(error);
  std::optional<int64_t> bytes = sizeInBytes(array.type, array.shape);
  if (!bytes || static_cast<size_t>(*bytes) != elements.size())
    return makeError("{0}: {1} bytes of elements, which is not {2}", path,
                     elements.size(), describe(array.type, array.shape));
  array.data.assign(elements.begin(), elements.end());
  // Compiled code relies on an i1 being 0 or 1.
  if (array.type == DLC_I1)
    for (size_t i = 0; i < array.data.size(); ++i)
      if (static_cast<uint8_t>(array.data[i]) > 1)
        return makeError(
            "{0}: element {1} is byte {2}, expected a bool (0 or 1)", path, i,
            static_cast<uint8_t>(array.data[i]));
  return array;
}

static StringRef descrOf(int32_t type) {
  switch (static_cast<dlc_type>(type)) {
  case DLC_F32:
  case DLC_BF16:
    return "<f4";
  case DLC_F64:
    return "<f8";
  case DLC_I1:
    return "|b1";
  case DLC_I8:
    return "|i1";
  case DLC_U8:
    return "|u1";
  case DLC_I32:
    return "<i4";
  case DLC_I64:
    return "<i8";
  }
  llvm_unreachable("not a dlc_type");
}

void dlc::writeNpy(raw_ostream &os, int32_t type, ArrayRef<int64_t> shape,
                   ArrayRef<char> data) {
  std::string header = "{'descr': '" + descrOf(type).str() +
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
