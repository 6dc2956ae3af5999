//===- GradientChecker.h - Gradients against differences --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks a step `gradients`, which gives the loss, its gradients and, for the
// second order, their derivatives along vectors.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_RUN_GRADIENTCHECKER_H
#define DLC_LIB_RUN_GRADIENTCHECKER_H

#include "Commands.h"

#include "dlc/Training/Progress.h"

#include <random>

namespace dlc::run {

/// A derivative agrees with a difference if they are no further apart than
/// absoluteTolerance + relativeTolerance |difference|.
constexpr double absoluteTolerance = 1e-5, relativeTolerance = 1e-3;

/// One parameter: where its gradient and its product with the second
/// derivative are, and where its vector goes.
struct CheckedParameter {
  std::string name;
  int gradient = -1, product = -1, vector = -1;
  int64_t size = 0;
  std::vector<double> start;

  // Results.
  int64_t compared = 0, wrong = 0, kinks = 0;
  double worst = -1, derivative = 0, difference = 0;
  int64_t place = 0;
};

/// Limits of a comparison: entries of each parameter, and time. 0: no limit.
struct CheckLimits {
  int64_t entries = 0, seconds = 0;
};

class GradientChecker {
public:
  static llvm::Expected<std::unique_ptr<GradientChecker>> create(Model &model,
                                                                 uint64_t seed);

  /// Fills the inputs from files, or makes them up so that no op refuses them.
  llvm::Error prepare(const Arguments &arguments, const InputArrays &given,
                      const InputRanges &ranges);
  llvm::Error checkFirst(const CheckLimits &limits, Progress &progress);
  llvm::Error checkSecond();
  void print(llvm::raw_ostream &os, llvm::StringRef what);
  int64_t wrong() const;

  /// A line for each input that is made up.
  llvm::ArrayRef<std::string> madeUp() const { return notes; }

private:
  GradientChecker(Model &model, int index, StepBuffers buffers, uint64_t seed)
      : model(model), step(model.step(index)), index(index),
        buffers(std::move(buffers)), random(seed) {}

  llvm::Error fillInputs(const Arguments &arguments, const InputArrays &given,
                         const InputRanges &ranges);
  void makeUp(int input, InputRange range);
  llvm::Error compare(CheckedParameter &parameter, int64_t place, double middle,
                      double derivative);
  llvm::Error setParameter(const CheckedParameter &parameter,
                           llvm::ArrayRef<double> values);
  /// Runs the step on the buffers (entries of the state) as they were.
  llvm::Expected<double> loss();
  llvm::Expected<double> lossAt(const CheckedParameter &parameter,
                                std::vector<double> &values, int64_t place,
                                double by);
  void note(CheckedParameter &parameter, int64_t place, double derivative,
            double difference, bool kink);
  std::vector<double> output(int number) const;
  llvm::Expected<std::vector<std::vector<double>>> gradientsAlong(double by);

  Model &model;
  const dlc_step &step;
  int index;
  StepBuffers buffers;
  std::mt19937_64 random;
  std::vector<CheckedParameter> parameters;
  std::vector<std::string> notes;
  /// State that the step may write, and its contents before.
  std::vector<std::pair<std::string, std::vector<char>>> kept;
};

/// The doubles that floats are.
llvm::SmallVector<char, 0> widen(llvm::ArrayRef<char> floats);

} // namespace dlc::run
#endif // DLC_LIB_RUN_GRADIENTCHECKER_H
