//===- LinearData.h - Samples for the model written by hand -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_UNIT_LINEARDATA_H
#define DLC_TEST_UNIT_LINEARDATA_H

#include "dlc/Data/Dataset.h"

namespace dlc::test {

/// `samples` different images; the label grows with the first pixel, so that a
/// model of a few steps has some right and some wrong.
inline Dataset linearData(int samples) {
  Field images = {"image", "x.npy", {DLC_U8, {samples, 3}, {}}};
  Field labels = {"label", "y.npy", {DLC_U8, {samples}, {}}};
  for (int i = 0; i < samples; ++i) {
    for (int j = 0; j < 3; ++j)
      images.array.data.push_back(static_cast<char>(i * 37 + j * 101));
    int pixel = static_cast<uint8_t>(images.array.data[i * 3]);
    labels.array.data.push_back(static_cast<char>(pixel * 4 / 256));
  }
  return llvm::cantFail(
      Dataset::create({std::move(images), std::move(labels)}));
}

} // namespace dlc::test
#endif // DLC_TEST_UNIT_LINEARDATA_H
