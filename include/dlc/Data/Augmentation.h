//===- Augmentation.h - Images changed by chance ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_AUGMENTATION_H
#define DLC_DATA_AUGMENTATION_H

#include "dlc/Data/Dataset.h"

#include <string>

namespace dlc {

/// The key that, beside the sample's number, determines how an image is
/// changed.
struct AugmentKey {
  uint64_t seed = 0;
  uint32_t epoch = 0;
};

/// FIELD:CHANGE,...: the changes applied to the images of a field in training,
/// in this order:
///
///   crop=PART  a window whose sides are a part of the image's, drawn from PART
///              to 1, at a random place, is enlarged to the whole (bilinear)
///   flip       left and right change places in half of all cases
///   shift=N    moves the image by up to N pixels in each direction; zeros come
///              in. That is a random crop after N pixels of padding
///
/// The change is a function of seed, epoch and the sample's number alone: lane
/// k of Philox4x32-10(counter = {sample, 0xfffffffe, epoch, 0 or 1}, key =
/// seed).
class Augmentation {
public:
  static llvm::Expected<Augmentation> parse(llvm::StringRef text);
  llvm::StringRef field() const { return name; }

  /// The same with the form of the field's images.
  class Bound;
  /// An error unless samples are images: bytes or floats, the last two
  /// dimensions height and width.
  llvm::Expected<Bound> bind(const Field &field) const;

private:
  std::string name;
  int64_t shift = 0;
  bool flip = false;
  double crop = 1;
};

class Augmentation::Bound {
public:
  /// Copies a sample, changed.
  void apply(const char *from, char *to, uint32_t sample,
             const AugmentKey &key) const;

private:
  friend class Augmentation;
  template <typename T>
  void applyTo(const T *from, T *to, uint32_t sample,
               const AugmentKey &key) const;

  int64_t shift = 0;
  bool flip = false;
  double crop = 1;
  int32_t type = DLC_U8;
  int64_t planes = 1, height = 1, width = 1;
};

} // namespace dlc
#endif // DLC_DATA_AUGMENTATION_H
