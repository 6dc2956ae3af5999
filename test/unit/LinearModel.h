//===- LinearModel.h - A model written by hand ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table and the steps that the compiler would make of linear regression
// with momentum: score = image . weight + bias, where a pixel is image / 255.
//
//   train(image: 4x3xui8, label: 4xui8) -> (loss: f32, correct: i32)
//   evaluate(image, label)              -> (loss: f64, correct: i64)
//   predict(image)                      -> (score: 4xf32, mean: f64)
//   measure(image, label)               -> (mean: f64, sum: f64, max: f64,
//                                           rows: i64, correct: i32)
//
// `measure` has sizes, batches of 3 and of 4, and says of the differences of
// scores and labels what no mean is.
// `correct` counts scores within 0.5 of the label. Labels above 9 are a fault.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TEST_UNIT_LINEARMODEL_H
#define DLC_TEST_UNIT_LINEARMODEL_H

#include "dlc/Runtime.h"

namespace dlc::test {

constexpr int linearTrain = 0, linearEvaluate = 1, linearPredict = 2,
              linearMeasure = 3;
constexpr int linearBatch = 4;

extern const dlc_model linearModel;

/// The model with the runtime that this program is linked with.
inline dlc_library linearLibrary() { return {&linearModel, &dlc_runtime_api}; }

} // namespace dlc::test
#endif // DLC_TEST_UNIT_LINEARMODEL_H
