//===- Metrics.cpp - What a step's scalar outputs mean --------------------===//

#include "dlc/Training/Metrics.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

Metrics::Metrics(const dlc_step &step) {
  for (int index = 0; index < step.num_outputs; ++index) {
    const dlc_tensor &output = step.outputs[index];
    if (output.rank != 0)
      continue;
    if (output.type == DLC_F32 || output.type == DLC_F64) {
      meanNames.push_back(output.name);
      meanOutputs.push_back(index);
    } else if ((output.type == DLC_I32 || output.type == DLC_I64) &&
               StringRef(output.name) == "correct") {
      correctOutput = index;
    }
  }
}

Totals Metrics::zero() const {
  Totals totals;
  totals.sums.assign(meanOutputs.size(), 0.0);
  return totals;
}

double Metrics::mean(const StepBuffers &buffers, unsigned index) const {
  int output = meanOutputs[index];
  if (buffers.step().outputs[output].type == DLC_F32)
    return buffers.scalar<float>(output);
  return buffers.scalar<double>(output);
}

int64_t Metrics::correct(const StepBuffers &buffers) const {
  if (!correctOutput)
    return 0;
  if (buffers.step().outputs[*correctOutput].type == DLC_I32)
    return buffers.scalar<int32_t>(*correctOutput);
  return buffers.scalar<int64_t>(*correctOutput);
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
