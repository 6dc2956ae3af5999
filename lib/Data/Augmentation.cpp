//===- Augmentation.cpp - Images changed by chance ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Augmentation.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace llvm;
using namespace dlc;

Expected<Augmentation> Augmentation::parse(StringRef text) {
  Augmentation result;
  auto [field, changes] = text.split(':');
  if (field.empty() || changes.empty())
    return makeError("'{0}', expected FIELD:CHANGE,..., as in "
                     "image:flip,shift=2",
                     text);
  result.name = field.str();
  std::vector<StringRef> seen;
  for (StringRef change : split(changes, ',')) {
    auto [name, value] = change.split('=');
    if (is_contained(seen, name))
      return makeError("'{0}' is given twice", name);
    seen.push_back(name);
    if (name == "flip") {
      if (name != change)
        return makeError("'{0}', expected flip without a value", change);
      result.flip = true;
    } else if (name == "shift") {
      constexpr int64_t most = 1 << 14;
      if (value.getAsInteger(10, result.shift) || result.shift < 1 ||
          result.shift > most)
        return makeError("'{0}', expected shift=N, a whole number of pixels "
                         "from 1 to {1}",
                         change, most);
    } else if (name == "crop") {
      if (value.getAsDouble(result.crop) ||
          !(result.crop > 0 && result.crop < 1))
        return makeError("'{0}', expected crop=PART, the least part of the "
                         "sides, between 0 and 1",
                         change);
    } else {
      return unknownName("change of images", name, {"crop", "flip", "shift"});
    }
  }
  return std::move(result);
}

Expected<Augmentation::Bound> Augmentation::bind(const Field &field) const {
  const Array &array = field.array;
  bool isImages = field.sampleDim == 0u && array.shape.size() >= 3 &&
                  is_contained({DLC_U8, DLC_F32, DLC_F64},
                               static_cast<dlc_type>(array.type));
  if (!isImages)
    return makeError("field '{0}': '{1}' holds {2}, expected images of bytes "
                     "or floats: samples, then perhaps channels, then height "
                     "and width",
                     field.name, field.path, describe(array.type, array.shape));
  Bound bound;
  bound.shift = shift;
  bound.flip = flip;
  bound.crop = crop;
  bound.type = array.type;
  ArrayRef<int64_t> extents = array.shape;
  bound.width = extents.back();
  bound.height = extents.drop_back().back();
  for (int64_t extent : extents.drop_front().drop_back(2))
    bound.planes *= extent;
  return bound;
}

namespace {

/// Where a place of the result lies between two of the image.
struct Between {
  int64_t first, second;
  float part; ///< of the second
};

} // namespace

/// For `size` places of the result, where they lie in a window of the image.
static std::vector<Between> placesOf(int64_t size, double begin, double side) {
  std::vector<Between> result(size);
  for (int64_t i = 0; i < size; ++i) {
    double place =
        begin +
        (static_cast<double>(i) + 0.5) * side / static_cast<double>(size) - 0.5;
    place = std::clamp(place, 0.0, static_cast<double>(size - 1));
    auto first = static_cast<int64_t>(place);
    result[i] = {first, std::min(first + 1, size - 1),
                 static_cast<float>(place - static_cast<double>(first))};
  }
  return result;
}

/// A float as an element; bytes are rounded.
template <typename T>
static T elementOf(float value) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return static_cast<uint8_t>(value + 0.5f);
  else
    return static_cast<T>(value);
}

/// From 0 to below 1.
static double unit(uint32_t bits) { return bits * 0x1p-32; }

template <typename T>
void Augmentation::Bound::applyTo(const T *from, T *to, uint32_t sample,
                                  const AugmentKey &key) const {
  const uint32_t philoxKey[2] = {static_cast<uint32_t>(key.seed),
                                 static_cast<uint32_t>(key.seed >> 32)};
  uint32_t lanes[4], more[4];
  // 0xfffffffe keeps the stream apart from those of ops and of the shuffle.
  const uint32_t counter[4] = {sample, 0xfffffffeu, key.epoch, 0};
  const uint32_t next[4] = {sample, 0xfffffffeu, key.epoch, 1};
  dlc_rt_philox(counter, philoxKey, lanes);
  std::vector<T> cropped;
  if (crop < 1) {
    dlc_rt_philox(next, philoxKey, more);
    double part = crop + (1 - crop) * unit(more[0]);
    double windowHeight = part * static_cast<double>(height),
           windowWidth = part * static_cast<double>(width);
    std::vector<Between> rows = placesOf(
        height, unit(more[1]) * (static_cast<double>(height) - windowHeight),
        windowHeight);
    std::vector<Between> columns = placesOf(
        width, unit(more[2]) * (static_cast<double>(width) - windowWidth),
        windowWidth);
    cropped.resize(planes * height * width);
    T *at = cropped.data();
    for (int64_t plane = 0; plane < planes; ++plane)
      for (const Between &row : rows) {
        const T *upper = from + (plane * height + row.first) * width;
        const T *lower = from + (plane * height + row.second) * width;
        for (const Between &column : columns) {
          auto along = [&](const T *line) {
            auto a = static_cast<float>(line[column.first]),
                 b = static_cast<float>(line[column.second]);
            return a + (b - a) * column.part;
          };
          float a = along(upper), b = along(lower);
          *at++ = elementOf<T>(a + (b - a) * row.part);
        }
      }
    from = cropped.data();
  }
  // From -shift to shift.
  auto step = [&](uint32_t bits) {
    return static_cast<int64_t>((static_cast<uint64_t>(bits) *
                                 static_cast<uint64_t>(2 * shift + 1)) >>
                                32) -
           shift;
  };
  int64_t down = step(lanes[0]), right = step(lanes[1]);
  bool mirrored = flip && (lanes[2] >> 31);
  for (int64_t plane = 0; plane < planes; ++plane)
    for (int64_t y = 0; y < height; ++y, to += width) {
      int64_t row = y - down;
      std::fill_n(to, width, T(0));
      if (row < 0 || row >= height)
        continue;
      const T *line = from + (plane * height + row) * width;
      int64_t begin = std::max<int64_t>(0, right),
              end = std::min(width, width + right);
      for (int64_t x = begin; x < end; ++x)
        to[x] = line[mirrored ? width - 1 - (x - right) : x - right];
    }
}

void Augmentation::Bound::apply(const char *from, char *to, uint32_t sample,
                                const AugmentKey &key) const {
  auto as = [&](auto zero) {
    using T = decltype(zero);
    applyTo(reinterpret_cast<const T *>(from), reinterpret_cast<T *>(to),
            sample, key);
  };
  if (type == DLC_U8)
    as(uint8_t(0));
  else if (type == DLC_F32)
    as(0.0f);
  else
    as(0.0);
}
