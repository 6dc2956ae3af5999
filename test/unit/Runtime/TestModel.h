//===- TestModel.h - A hand-made model for the runtime's tests --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small model as the compiler would describe it, with every kind of state,
// with stored layouts that differ from what the user sees, and with steps
// written by hand.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TEST_UNIT_RUNTIME_TESTMODEL_H
#define DLC_TEST_UNIT_RUNTIME_TESTMODEL_H

#include "dlc/Runtime.h"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace dlc::test {

/// The entries of the model, in the order of its table.
enum State {
  ConvWeight, ///< f32 4x3x2x2, stored as 2x2x3x4; uniform in [-1, 3)
  FcWeight,   ///< bf16 6x4, stored in tiles: normal, mean 0.5, deviation 2
  Mean,       ///< f64 5, constant 0.25
  Mask,       ///< i1 3
  Slot,       ///< f32 4x3x2x2, normal; a slot of ConvWeight, stored as seen
  Rate,       ///< f32 hyper-parameter, 0.125
  Decay,      ///< f64 hyper-parameter, 1e-3
  Seed,       ///< counter
  StepCount,  ///< counter
  NumStates
};

/// Steps of the model.
enum Step {
  /// Squares x (f32 1000) into y, then sums y in the order of the elements into
  /// sum (f32), a barrier between; counts.
  Square,
  /// Ends with fault bad (i32), 77 if that is 3. Without a fault it goes
  /// through
  /// stages that count, and ends with fault 77 if one was done twice or never.
  Faulty,
  /// 32 barriers, each between neighbours that read what the other wrote; y
  /// (i32) is the number of wrong values seen.
  Barriers,
  /// y (i32) = how often a worker was seen that does not flush denormals.
  Denormal,
  /// Nothing: the cost of a run.
  Empty,
  /// `manyBarriers` stages of one task.
  ManyBarriers,
  /// 500 tasks of their own in one stage; fault 1 if one was done twice or
  /// never.
  ManyShares,
  NumSteps
};

constexpr int manyBarriers = 200;

const dlc_model &model();

struct Destroy {
  void operator()(dlc_handle *handle) const { dlc_destroy(handle); }
};
using Handle = std::unique_ptr<dlc_handle, Destroy>;

/// An instance, or null.
Handle create(int threads, const dlc_model &of = model());

int64_t numBytes(const dlc_tensor &tensor);

/// An entry as dlc_get gives it.
std::vector<char> get(dlc_handle *handle, int state);
template <typename T>
std::vector<T> getAs(dlc_handle *handle, int state) {
  std::vector<char> bytes = get(handle, state);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// All entries, hyper-parameters included.
std::vector<std::vector<char>> getAll(dlc_handle *handle);

} // namespace dlc::test
#endif // DLC_TEST_UNIT_RUNTIME_TESTMODEL_H
