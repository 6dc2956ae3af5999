//===- Text.cpp - A text as windows of characters -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For language models of characters: the field `text` has windows of `length`
// characters, one after the other, and `next` the character that follows each.
// A character is its place in the sorted vocabulary. The last part of the text
// is evaluated on.
//
//===----------------------------------------------------------------------===//

#include "ByteSource.h"
#include "Descriptor.h"
#include "Elements.h"
#include "Readers.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ConvertUTF.h"

#include <map>

using namespace llvm;
using namespace dlc;

/// A text is read as a whole.
static constexpr uint64_t mostBytes = uint64_t(1) << 31;

namespace {

/// A text as numbers, and the vocabulary of the numbers.
struct Characters {
  std::vector<int32_t> ids;
  std::vector<std::string> vocabulary;
};

} // namespace

/// The code points of UTF-8.
static Expected<std::vector<uint32_t>> codePoints(ArrayRef<char> data,
                                                  StringRef path) {
  std::vector<uint32_t> points;
  points.reserve(data.size());
  const auto *at = reinterpret_cast<const UTF8 *>(data.begin());
  const auto *end = reinterpret_cast<const UTF8 *>(data.end());
  while (at != end) {
    UTF32 point = 0;
    const UTF8 *before = at;
    if (convertUTF8Sequence(&at, end, &point, strictConversion) !=
        conversionOK) {
      size_t offset = before - reinterpret_cast<const UTF8 *>(data.begin());
      return makeError("{0}: byte {1} at {2} is not UTF-8; unit=byte takes "
                       "bytes instead of characters",
                       path, static_cast<unsigned>(*before), offset);
    }
    points.push_back(point);
  }
  return std::move(points);
}

static std::string utf8Of(uint32_t point) {
  char buffer[UNI_MAX_UTF8_BYTES_PER_CODE_POINT];
  char *end = buffer;
  ConvertCodePointToUTF8(point, end);
  return std::string(buffer, end);
}

/// Numbers the distinct units in their order.
static Characters number(ArrayRef<uint32_t> units, bool isUtf8) {
  std::map<uint32_t, int32_t> places;
  for (uint32_t unit : units)
    places.try_emplace(unit, 0);
  Characters result;
  for (auto &[unit, place] : places) {
    place = static_cast<int32_t>(result.vocabulary.size());
    result.vocabulary.push_back(
        isUtf8 ? utf8Of(unit) : std::string(1, static_cast<char>(unit)));
  }
  result.ids.reserve(units.size());
  for (uint32_t unit : units)
    result.ids.push_back(places.find(unit)->second);
  return result;
}

static Expected<Characters> readCharacters(StringRef path, StringRef unit) {
  Expected<SmallVector<char, 0>> data = readBytes(path, mostBytes);
  if (!data)
    return data.takeError();
  // Units, their numbers, and windows of these.
  if (Error error = expectMemory(16 * uint64_t(data->size()), path))
    return std::move(error);
  if (unit == "character") {
    Expected<std::vector<uint32_t>> points = codePoints(*data, path);
    if (!points)
      return points.takeError();
    return number(*points, /*isUtf8=*/true);
  }
  std::vector<uint32_t> bytes;
  bytes.reserve(data->size());
  for (char byte : *data)
    bytes.push_back(static_cast<uint8_t>(byte));
  if (unit == "byte")
    return number(bytes, /*isUtf8=*/false);
  Characters result;
  result.ids.assign(bytes.begin(), bytes.end());
  for (int byte = 0; byte < 256; ++byte)
    result.vocabulary.push_back(std::string(1, static_cast<char>(byte)));
  return std::move(result);
}

/// Windows of a part of the text, the last incomplete one left out: from
/// `offset` on.
template <typename T>
static void fillWindows(ArrayRef<int32_t> ids, int64_t count, int64_t length,
                        bool isTimeMajor, MutableArrayRef<T> target) {
  for (int64_t window = 0; window < count; ++window)
    for (int64_t time = 0; time < length; ++time)
      target[isTimeMajor ? time * count + window : window * length + time] =
          static_cast<T>(ids[window * length + time]);
}

static Expected<Dataset> makeWindows(ArrayRef<int32_t> ids, int64_t length,
                                     bool isTimeMajor, bool isSmall,
                                     StringRef path) {
  int64_t count =
      ids.empty() ? 0 : (static_cast<int64_t>(ids.size()) - 1) / length;
  std::vector<Field> fields;
  for (auto [name, offset] : {std::pair("text", 0), std::pair("next", 1)}) {
    SmallVector<int64_t, 2> shape = {count, length};
    if (isTimeMajor)
      std::swap(shape[0], shape[1]);
    Expected<Array> array = makeArray(isSmall ? DLC_U8 : DLC_I32, shape, path);
    if (!array)
      return array.takeError();
    ArrayRef<int32_t> from =
        ids.drop_front(std::min<size_t>(offset, ids.size()));
    if (isSmall)
      fillWindows(from, count, length, isTimeMajor,
                  elementsOf<uint8_t>(*array));
    else
      fillWindows(from, count, length, isTimeMajor,
                  elementsOf<int32_t>(*array));
    fields.push_back(
        {name, path.str(), std::move(*array), isTimeMajor ? 1u : 0u});
  }
  return Dataset::create(std::move(fields));
}

Expected<DataSplits> dlc::openText(StringRef text, const DataOptions &options) {
  Expected<Descriptor> descriptor =
      Descriptor::parse(text, {"length", "eval", "unit", "layout"});
  if (!descriptor)
    return descriptor.takeError();
  Expected<std::string> path = descriptor->file();
  if (!path)
    return path.takeError();
  Expected<int64_t> length =
      descriptor->number("length", 64, 1, int64_t(1) << 24);
  if (!length)
    return length.takeError();
  Expected<double> part = descriptor->fraction("eval", 0.1);
  if (!part)
    return part.takeError();
  Expected<std::string> unit =
      descriptor->choice("unit", {"character", "byte", "raw"});
  if (!unit)
    return unit.takeError();
  Expected<std::string> layout =
      descriptor->choice("layout", {"time", "batch"});
  if (!layout)
    return layout.takeError();
  Expected<Characters> characters = readCharacters(*path, *unit);
  if (!characters)
    return characters.takeError();
  ArrayRef<int32_t> ids = characters->ids;
  bool isSmall = characters->vocabulary.size() <= 256;
  auto evaluated =
      static_cast<int64_t>(*part * static_cast<double>(ids.size()));
  int64_t trained = static_cast<int64_t>(ids.size()) - evaluated;
  if (trained <= *length || (evaluated && evaluated <= *length))
    return makeError("{0}: {1} characters to train on and {2} to evaluate on, "
                     "expected more than length={3} of each; a smaller length "
                     "or eval=0 is possible",
                     *path, trained, evaluated, *length);
  bool isTimeMajor = *layout == "time";
  Expected<Dataset> train = makeWindows(ids.take_front(trained), *length,
                                        isTimeMajor, isSmall, *path);
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train)};
  splits.vocabulary = std::move(characters->vocabulary);
  if (evaluated == 0)
    return std::move(splits);
  Expected<Dataset> eval = makeWindows(ids.drop_front(trained), *length,
                                       isTimeMajor, isSmall, *path);
  if (!eval)
    return eval.takeError();
  splits.eval = std::move(*eval);
  return std::move(splits);
}
