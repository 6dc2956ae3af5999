//===- Metrics.cpp - Metrics from a step's scalar outputs -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Metrics.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Training/Metadata.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

std::string dlc::totalsText(const Totals &totals) {
  if (!all_of(totals.sums, [](double sum) { return std::isfinite(sum); }))
    return "";
  std::string text =
      std::to_string(totals.samples) + " " + std::to_string(totals.correct);
  for (double sum : totals.sums)
    text += " " + exactText(sum);
  if (totals.counted)
    text += " " + std::to_string(*totals.counted);
  for (int64_t count : totals.counts)
    text += " " + std::to_string(count);
  return text;
}

Expected<Totals> dlc::parseTotals(StringRef text, const Totals &zero,
                                  int64_t samples) {
  Totals totals = zero;
  size_t sums = zero.sums.size(), counts = zero.counts.size();
  SmallVector<StringRef> words;
  text.split(words, ' ');
  // Far more than any run counts, and small enough to add to.
  constexpr int64_t most = int64_t(1) << 62;
  auto parseCount = [&](StringRef word, int64_t &count) {
    return parseExact(word, count) && count >= -most && count <= most;
  };
  bool good = words.size() == 2 + sums + zero.counted.has_value() + counts &&
              parseExact(words[0], totals.samples) &&
              parseCount(words[1], totals.correct);
  for (size_t i = 0; good && i < sums; ++i)
    good = parseExact(words[i + 2], totals.sums[i]) &&
           std::isfinite(totals.sums[i]);
  if (good && zero.counted)
    good = parseCount(words[sums + 2], *totals.counted);
  for (size_t i = 0; good && i < counts; ++i)
    good = parseCount(words[words.size() - counts + i], totals.counts[i]);
  if (!good)
    return makeError("'{0}', expected the numbers of samples and of right ones "
                     "and a finite sum for each of {1} metrics",
                     text, sums);
  if (totals.samples != samples)
    return makeError(
        "'{0}', of {1} samples, expected {2}: as many as the steps "
        "of the epoch that are done",
        text, totals.samples, samples);
  return totals;
}

bool dlc::isBetterWhenMore(StringRef metric) {
  return metric.ends_with("accuracy");
}

Metrics::Metrics(const dlc_step &step, bool isWhole) {
  for (int index = 0; index < step.num_outputs; ++index) {
    const dlc_tensor &output = step.outputs[index];
    if (output.rank != 0)
      continue;
    if (elementType(output.type).isFloat()) {
      meanNames.push_back(output.name);
      meanOutputs.push_back(index);
    } else if (output.type == DLC_I32 || output.type == DLC_I64) {
      StringRef name = output.name;
      if (name == "correct") {
        correctOutput = index;
      } else if (name == "count") {
        countOutput = index;
      } else {
        sumNames.push_back(name.str());
        sumOutputs.push_back(index);
      }
    }
  }
  if (correctOutput && isWhole && !countOutput) {
    sumNames.push_back("correct");
    sumOutputs.push_back(*correctOutput);
    correctOutput.reset();
  }
}

std::vector<std::string> Metrics::columns(StringRef prefix) const {
  std::vector<std::string> result;
  for (const std::string &name : meanNames)
    result.push_back((prefix + name).str());
  if (countsCorrect())
    result.push_back((prefix + "accuracy").str());
  for (const std::string &name : sumNames)
    result.push_back((prefix + name).str());
  return result;
}

void Metrics::appendRow(const Totals &totals, std::vector<double> &row) const {
  for (unsigned i = 0; i < totals.sums.size(); ++i)
    row.push_back(totals.mean(i));
  if (countsCorrect())
    row.push_back(totals.accuracy());
  for (int64_t count : totals.counts)
    row.push_back(static_cast<double>(count));
}

Totals Metrics::zero() const {
  Totals totals;
  totals.sums.assign(meanOutputs.size(), 0.0);
  totals.counts.assign(sumOutputs.size(), 0);
  if (countOutput)
    totals.counted = 0;
  return totals;
}

double Metrics::mean(const StepBuffers &buffers, unsigned index) const {
  return buffers.real(meanOutputs[index]);
}

int64_t Metrics::correct(const StepBuffers &buffers) const {
  return correctOutput ? buffers.integer(*correctOutput) : 0;
}

/// An output of a step may be any number.
static int64_t addWrapped(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) +
                              static_cast<uint64_t>(b));
}

void Metrics::add(const StepBuffers &buffers, int64_t batchSize,
                  Totals &totals) const {
  int64_t weight = countOutput ? buffers.integer(*countOutput) : batchSize;
  // A mean over nothing is NaN; it has weight 0 and is not added.
  for (unsigned i = 0; i < meanOutputs.size() && weight; ++i)
    totals.sums[i] += mean(buffers, i) * static_cast<double>(weight);
  for (auto [count, output] : zip_equal(totals.counts, sumOutputs))
    count = addWrapped(count, buffers.integer(output));
  if (totals.counted)
    *totals.counted = addWrapped(*totals.counted, weight);
  totals.correct = addWrapped(totals.correct, correct(buffers));
  totals.samples += batchSize;
}

std::string dlc::formatMetrics(const Metrics &metrics, const Totals &totals,
                               StringRef prefix, StringRef hidden) {
  std::string text;
  raw_string_ostream os(text);
  for (unsigned i = 0; i < metrics.names().size(); ++i)
    if (hidden.empty() || !StringRef(metrics.names()[i]).starts_with(hidden))
      os << "  " << prefix << metrics.names()[i] << ' '
         << format("%.4g", totals.mean(i));
  if (metrics.countsCorrect())
    os << "  " << prefix << "accuracy " << format("%.4f", totals.accuracy());
  for (auto [name, count] : zip_equal(metrics.countNames(), totals.counts))
    os << "  " << prefix << name << ' ' << count;
  return text;
}
