//===- ClassScores.cpp - Confusion matrix and class scores ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/ClassScores.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Printable.h"
#include "dlc/Training/History.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <tuple>

using namespace llvm;
using namespace dlc;

/// A matrix of more classes is not kept.
static constexpr int64_t mostClasses = 4096;

static bool isIntegers(const dlc_tensor &tensor) {
  ElementKind kind = elementType(tensor.type).kind;
  return tensor.rank == 1 &&
         (kind == ElementKind::Signed || kind == ElementKind::Unsigned);
}

std::optional<ClassScores> ClassScores::create(const dlc_step &step) {
  ClassScores result;
  const dlc_tensor *label = nullptr, *told = nullptr;
  for (auto [index, input] : enumerate(ArrayRef(step.inputs, step.num_inputs)))
    if (StringRef(input.name) == "label" && isIntegers(input)) {
      label = &input;
      result.labelInput = static_cast<int>(index);
    }
  for (auto [index, output] :
       enumerate(ArrayRef(step.outputs, step.num_outputs))) {
    StringRef name = output.name;
    bool isLogits = name == "logits" && output.rank == 2 &&
                    output.shape[1] <= mostClasses &&
                    elementType(output.type).isFloat();
    bool isPrediction = name == "prediction" && isIntegers(output);
    // An output of the step goes before a conclusion from logits.
    if (isPrediction || (isLogits && !told)) {
      told = &output;
      result.isLogits = isLogits;
      result.output = static_cast<int>(index);
    }
  }
  if (!label || !told || label->shape[0] != told->shape[0])
    return std::nullopt;
  return result;
}

void ClassScores::grow(int64_t classes) {
  if (classes <= numClasses())
    return;
  counts.resize(classes);
  for (std::vector<int64_t> &row : counts)
    row.resize(classes, 0);
}

/// The first greatest of a row, where NaN never counts, as in dl.argmax.
static int64_t firstGreatest(const dlc_tensor &tensor, const char *data,
                             int64_t row) {
  int64_t width = tensor.shape[1], best = 0;
  double value = realElement(tensor.type, data, row * width);
  for (int64_t i = 1; i < width; ++i) {
    double other = realElement(tensor.type, data, row * width + i);
    if (other > value) {
      value = other;
      best = i;
    }
  }
  return best;
}

void ClassScores::add(const StepBuffers &buffers) {
  const dlc_step &step = buffers.step();
  const dlc_tensor &label = step.inputs[labelInput];
  const dlc_tensor &told = step.outputs[output];
  const auto *labels = static_cast<const char *>(buffers.io()[labelInput]);
  const char *values = buffers.output(output).data();
  if (isLogits && told.shape[1] > 0)
    grow(told.shape[1]);
  for (int64_t i = 0; i < label.shape[0]; ++i) {
    int64_t expected = integerElement(label.type, labels, i);
    int64_t given = isLogits ? firstGreatest(told, values, i)
                             : integerElement(told.type, values, i);
    // A number outside of the classes comes from a wrong model; the accuracy
    // shows that.
    if (expected < 0 || expected >= mostClasses || given < 0 ||
        given >= mostClasses)
      continue;
    grow(std::max(expected, given) + 1);
    ++counts[expected][given];
  }
}

double ClassScores::Scores::precision() const {
  return told ? static_cast<double>(right) / static_cast<double>(told) : 0;
}

double ClassScores::Scores::recall() const {
  return samples ? static_cast<double>(right) / static_cast<double>(samples)
                 : 0;
}

double ClassScores::Scores::f1() const {
  int64_t both = samples + told;
  return both ? 2 * static_cast<double>(right) / static_cast<double>(both) : 0;
}

ClassScores::Scores ClassScores::scores(int64_t number) const {
  Scores result;
  result.right = counts[number][number];
  for (int64_t other = 0; other < numClasses(); ++other) {
    result.samples += counts[number][other];
    result.told += counts[other][number];
  }
  return result;
}

static std::string nameOf(ArrayRef<std::string> names, int64_t number) {
  return number < static_cast<int64_t>(names.size()) ? printable(names[number])
                                                     : std::to_string(number);
}

std::string ClassScores::describe(ArrayRef<std::string> names) const {
  std::string text;
  raw_string_ostream os(text);
  int width = 5;
  for (int64_t i = 0; i < numClasses(); ++i)
    width = std::max<int>(width, nameOf(names, i).size());
  width = std::min(width, 40);
  auto row = [&](StringRef name, const Twine &samples, double precision,
                 double recall, double f1) {
    os << left_justify(name, width) << right_justify(samples.str(), 9)
       << format("%11.4f%9.4f%9.4f\n", precision, recall, f1);
  };
  os << left_justify("class", width)
     << "  samples  precision   recall       f1\n";
  double precision = 0, recall = 0, f1 = 0;
  int64_t samples = 0, occurring = 0;
  for (int64_t i = 0; i < numClasses(); ++i) {
    Scores own = scores(i);
    row(nameOf(names, i), Twine(own.samples), own.precision(), own.recall(),
        own.f1());
    precision += own.precision();
    recall += own.recall();
    f1 += own.f1();
    samples += own.samples;
    occurring += own.samples + own.told > 0;
  }
  auto count = static_cast<double>(std::max<int64_t>(occurring, 1));
  row("mean", Twine(samples), precision / count, recall / count, f1 / count);

  // The most frequent confusions, equal ones in the order of the classes.
  std::vector<std::tuple<int64_t, int64_t, int64_t>> confused;
  for (int64_t label = 0; label < numClasses(); ++label)
    for (int64_t told = 0; told < numClasses(); ++told)
      if (label != told && counts[label][told])
        confused.push_back({-counts[label][told], label, told});
  llvm::sort(confused);
  constexpr size_t shown = 3;
  for (auto [number, label, told] :
       ArrayRef(confused).take_front(std::min(shown, confused.size())))
    os << -number << " of " << nameOf(names, label) << " told as "
       << nameOf(names, told) << '\n';
  return text;
}

void ClassScores::writeCsv(raw_ostream &os, ArrayRef<std::string> names) const {
  os << "label";
  for (int64_t told = 0; told < numClasses(); ++told)
    os << ',' << csvField(nameOf(names, told));
  os << ",precision,recall,f1\n";
  for (int64_t label = 0; label < numClasses(); ++label) {
    os << csvField(nameOf(names, label));
    for (int64_t count : counts[label])
      os << ',' << count;
    Scores own = scores(label);
    os << format(",%.6f,%.6f,%.6f\n", own.precision(), own.recall(), own.f1());
  }
}
