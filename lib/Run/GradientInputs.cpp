//===- GradientInputs.cpp - Inputs for gradient checks --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GradientChecker.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Suggest.h"

#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

SmallVector<char, 0> run::widen(ArrayRef<char> floats) {
  SmallVector<char, 0> wide(floats.size() * 2);
  for (size_t i = 0; i < floats.size() / sizeof(float); ++i) {
    float narrow;
    std::memcpy(&narrow, &floats[i * sizeof(float)], sizeof(float));
    double value = narrow;
    std::memcpy(&wide[i * sizeof(double)], &value, sizeof(double));
  }
  return wide;
}

/// An array as the step takes it, which is in f64.
static Array widened(const Array &array, const dlc_tensor &tensor) {
  Array result = array;
  if (array.type == DLC_F32 && tensor.type == DLC_F64) {
    result.data = widen(array.data);
    result.type = DLC_F64;
  }
  return result;
}

/// Reals between -1 and 1; whole numbers that the ops take which the input goes
/// to, or 0 and 1 where none says anything.
void GradientChecker::makeUp(int input, InputRange range) {
  const dlc_tensor &tensor = step.inputs[input];
  MutableArrayRef<char> data = buffers.input(input);
  auto note = [&](const Twine &what) {
    notes.push_back(
        ("input " + printable(tensor.name) + " is made up: " + what).str());
  };
  if (tensor.type == DLC_F64) {
    std::uniform_real_distribution<double> reals(-1, 1);
    for (size_t at = 0; at < data.size(); at += sizeof(double)) {
      double value = reals(random);
      std::memcpy(&data[at], &value, sizeof(value));
    }
    return note("reals from -1 to 1");
  }
  if (!range.isKnown())
    range = {0, 1, false};
  range.high = std::min(range.high, elementType(tensor.type).greatestCount());
  std::vector<int64_t> values(numElements(tensor));
  std::uniform_int_distribution<int64_t> numbers(range.low, range.high);
  for (int64_t &value : values)
    value = numbers(random);
  if (range.ascends && !values.empty()) {
    // From the first entry to behind the last.
    values.back() = range.high;
    values.front() = 0;
    llvm::sort(values);
  }
  int64_t width = elementBytes(tensor.type);
  for (auto [number, value] : enumerate(values))
    std::memcpy(&data[number * width], &value, width);
  note(formatv("{0} from {1} to {2}",
               range.ascends ? "ascending numbers" : "whole numbers", range.low,
               range.high)
           .str());
}

Error GradientChecker::fillInputs(const Arguments &arguments,
                                  const InputArrays &given,
                                  const InputRanges &ranges) {
  SmallVector<StringRef> names;
  for (int input = 0; input < step.num_inputs; ++input)
    if (none_of(parameters, [&](auto &p) { return p.vector == input; }))
      names.push_back(step.inputs[input].name);
  for (const auto &[name, array] : given)
    if (!is_contained(names, StringRef(name)))
      return makeError("--input: " +
                       toString(unknownName("input", name, names)));
  Expected<Assignments> files = arguments.assignments(OPT_input);
  if (!files)
    return files.takeError();
  std::normal_distribution<double> normal;
  for (int input = 0; input < step.num_inputs; ++input) {
    const dlc_tensor &tensor = step.inputs[input];
    std::string name = tensor.name;
    MutableArrayRef<char> data = buffers.input(input);
    if (!is_contained(names, StringRef(name))) {
      for (size_t at = 0; at < data.size(); at += sizeof(double)) {
        double value = normal(random);
        std::memcpy(&data[at], &value, sizeof(value));
      }
      continue;
    }
    auto file = find_if(*files, [&](auto &f) { return f.first == name; });
    if (file == files->end()) {
      auto range = ranges.find(name);
      makeUp(input, range == ranges.end() ? InputRange() : range->second);
    } else if (Error error =
                   copyTo(tensor, widened(given.at(name), tensor),
                          "input '" + name + "'", file->second, data)) {
      return error;
    }
  }
  return Error::success();
}
