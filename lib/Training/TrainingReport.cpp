//===- TrainingReport.cpp - The lines of a training run -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/TrainingReport.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

int64_t TrainingReport::countSamples(ArrayRef<Totals> totals) const {
  bool anyTakes = any_of(cycle.parts(), [](const Cycle::Part &part) {
    return part.feed.takesSamples();
  });
  int64_t samples = 0;
  for (auto [part, own] : zip_equal(cycle.parts(), totals))
    if (part.feed.takesSamples() || !anyTakes)
      samples += own.samples;
  return samples;
}

std::string TrainingReport::speed(ArrayRef<Totals> totals,
                                  double seconds) const {
  double count = static_cast<double>(countSamples(totals) - samplesBefore) *
                 throughput.perSample;
  return formatv("{0:f0} {1}/s", count / std::max(seconds, 1e-9),
                 throughput.unit);
}

std::string TrainingReport::metrics(ArrayRef<Totals> totals) const {
  std::string text;
  for (auto [part, own] : zip_equal(cycle.parts(), totals))
    text += formatMetrics(part.metrics, own, part.prefix, hidden);
  return text;
}

void TrainingReport::beginEpoch(int64_t epoch, const TrainingPosition &position,
                                ArrayRef<Totals> totals) {
  this->epoch = epoch;
  samplesBefore = countSamples(totals);
  stepsBefore = position.step;
  started = progress.now();
}

void TrainingReport::show(const TrainingPosition &position,
                          ArrayRef<Totals> totals) {
  if (!progress.due())
    return;
  double passed = progress.now() - started;
  double left = passed * static_cast<double>(position.last - position.step) /
                static_cast<double>(position.step - stepsBefore);
  progress.show(formatv("epoch {0}/{1}  step {2}/{3}{4}  {5}  {6} left",
                        epoch + 1, epochs,
                        position.step - epoch * position.stepsPerEpoch,
                        position.stepsPerEpoch, metrics(totals),
                        speed(totals, passed), formatDuration(left))
                    .str());
}

double TrainingReport::endTraining() {
  seconds = progress.now() - started;
  return seconds;
}

void TrainingReport::endEpoch(ArrayRef<Totals> totals, StringRef evaluated) {
  say(formatv("epoch {0}/{1}{2}{3}  {4}  {5}", epoch + 1, epochs,
              metrics(totals), evaluated, speed(totals, seconds),
              formatDuration(seconds))
          .str());
}

void TrainingReport::logStep(int64_t step, const Cycle::Part &part) {
  std::string line = "step " + std::to_string(step);
  raw_string_ostream os(line);
  for (auto [i, name] : enumerate(part.metrics.names()))
    os << ' ' << part.prefix << name << ' '
       << format("%.9g", part.metrics.mean(part.buffers, i));
  say(line);
}

void TrainingReport::sayScores(const ClassScores &scores,
                               ArrayRef<std::string> names) {
  constexpr int64_t most = 50;
  if (scores.numClasses() == 0 || scores.numClasses() > most)
    return;
  std::string text = scores.describe(names);
  for (StringRef line : split(StringRef(text).rtrim('\n'), '\n'))
    say(line);
}

void TrainingReport::watch(int64_t step, const Cycle::Part &part) {
  for (auto [i, name] : enumerate(part.metrics.names())) {
    double value = part.metrics.mean(part.buffers, i);
    if (diverged || std::isfinite(value))
      continue;
    diverged = true;
    say(formatv("training step {0}: {1}{2} is {3}; the run diverges, or "
                "its data is not what the model takes",
                step, part.prefix, name, value)
            .str());
  }
}
