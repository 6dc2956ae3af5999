//===- Metrics.cpp - What a step's scalar outputs mean --------------------===//
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
  return text;
}

Expected<Totals> dlc::parseTotals(StringRef text, unsigned sums,
                                  int64_t samples) {
  Totals totals;
  totals.sums.assign(sums, 0);
  SmallVector<StringRef> words;
  text.split(words, ' ');
  // Far more than any run counts, and small enough to add to.
  constexpr int64_t most = int64_t(1) << 62;
  bool good = words.size() == sums + 2 &&
              parseExact(words[0], totals.samples) &&
              parseExact(words[1], totals.correct) && totals.correct >= -most &&
              totals.correct <= most;
  for (unsigned i = 0; good && i < sums; ++i)
    good = parseExact(words[i + 2], totals.sums[i]) &&
           std::isfinite(totals.sums[i]);
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

Metrics::Metrics(const dlc_step &step) {
  for (int index = 0; index < step.num_outputs; ++index) {
    const dlc_tensor &output = step.outputs[index];
    if (output.rank != 0)
      continue;
    if (elementType(output.type).isFloat()) {
      meanNames.push_back(output.name);
      meanOutputs.push_back(index);
    } else if ((output.type == DLC_I32 || output.type == DLC_I64) &&
               StringRef(output.name) == "correct") {
      correctOutput = index;
    }
  }
}

std::vector<std::string> Metrics::columns(StringRef prefix) const {
  std::vector<std::string> result;
  for (const std::string &name : meanNames)
    result.push_back((prefix + name).str());
  if (countsCorrect())
    result.push_back((prefix + "accuracy").str());
  return result;
}

void Metrics::appendRow(const Totals &totals, std::vector<double> &row) const {
  for (unsigned i = 0; i < totals.sums.size(); ++i)
    row.push_back(totals.mean(i));
  if (countsCorrect())
    row.push_back(totals.accuracy());
}

Totals Metrics::zero() const {
  Totals totals;
  totals.sums.assign(meanOutputs.size(), 0.0);
  return totals;
}

double Metrics::mean(const StepBuffers &buffers, unsigned index) const {
  return buffers.real(meanOutputs[index]);
}

int64_t Metrics::correct(const StepBuffers &buffers) const {
  return correctOutput ? buffers.integer(*correctOutput) : 0;
}

void Metrics::add(const StepBuffers &buffers, int64_t batchSize,
                  Totals &totals) const {
  for (unsigned i = 0; i < meanOutputs.size(); ++i)
    totals.sums[i] += mean(buffers, i) * batchSize;
  totals.correct += correct(buffers);
  totals.samples += batchSize;
}

std::string dlc::formatMetrics(const Metrics &metrics, const Totals &totals,
                               StringRef prefix) {
  std::string text;
  raw_string_ostream os(text);
  for (unsigned i = 0; i < metrics.names().size(); ++i)
    os << "  " << prefix << metrics.names()[i] << ' '
       << format("%.4g", totals.mean(i));
  if (metrics.countsCorrect())
    os << "  " << prefix << "accuracy " << format("%.4f", totals.accuracy());
  return text;
}
