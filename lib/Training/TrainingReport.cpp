//===- TrainingReport.cpp - The lines of a training run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/TrainingReport.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

void TrainingReport::beginEpoch(int64_t epoch, int64_t samplesBefore) {
  this->epoch = epoch;
  this->samplesBefore = samplesBefore;
  started = progress.now();
}

void TrainingReport::show(const TrainingPosition &position,
                          const Totals &totals) {
  if (!progress.due())
    return;
  double speed = samplesPerSecond(totals, progress.now() - started);
  double left = (position.last - position.step) * batchSize / speed;
  progress.show(
      formatv("epoch {0}/{1}  step {2}/{3}{4}  {5:f0} images/s  {6} left",
              epoch + 1, epochs, position.step - epoch * position.stepsPerEpoch,
              position.stepsPerEpoch, formatMetrics(metrics, totals, ""), speed,
              formatDuration(left))
          .str());
}

double TrainingReport::endTraining() {
  seconds = progress.now() - started;
  return seconds;
}

void TrainingReport::endEpoch(const Totals &totals, StringRef evaluated) {
  say(formatv("epoch {0}/{1}{2}{3}  {4:f0} images/s  {5}", epoch + 1, epochs,
              formatMetrics(metrics, totals, ""), evaluated,
              samplesPerSecond(totals, seconds), formatDuration(seconds))
          .str());
}

void TrainingReport::logStep(int64_t step, const StepBuffers &buffers) {
  std::string line = "step " + std::to_string(step);
  raw_string_ostream os(line);
  for (unsigned i = 0; i < metrics.names().size(); ++i)
    os << ' ' << metrics.names()[i] << ' '
       << format("%.9g", metrics.mean(buffers, i));
  say(line);
}

void TrainingReport::watch(int64_t step, const StepBuffers &buffers) {
  for (unsigned i = 0; i < metrics.names().size() && !diverged; ++i) {
    double value = metrics.mean(buffers, i);
    if (std::isfinite(value))
      continue;
    diverged = true;
    say(formatv("training step {0}: {1} is {2}; the run diverges, or "
                "its data is not what the model takes",
                step, metrics.names()[i], value)
            .str());
  }
}
