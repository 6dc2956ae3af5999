//===- GradientChecker.cpp - Gradients against differences ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "GradientChecker.h"

#include "dlc/Support/Printable.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

namespace {

constexpr double stepSize = 1e-6;

double allowed(double difference) {
  return absoluteTolerance + relativeTolerance * std::abs(difference);
}
/// An infinite difference agrees with nothing.
bool agree(double derivative, double difference) {
  return std::isfinite(difference) &&
         std::abs(derivative - difference) <= allowed(difference);
}

} // namespace

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

static ArrayRef<char> bytes(ArrayRef<double> values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(double)};
}

Error GradientChecker::setParameter(const CheckedParameter &parameter,
                                    ArrayRef<double> values) {
  return model.set(parameter.name, bytes(values));
}

std::vector<double> GradientChecker::output(int number) const {
  ArrayRef<char> data = buffers.output(number);
  std::vector<double> values(data.size() / sizeof(double));
  std::memcpy(values.data(), data.data(), data.size());
  return values;
}

Expected<std::unique_ptr<GradientChecker>>
GradientChecker::create(Model &model, uint64_t seed) {
  Expected<int> index = model.findStep("gradients");
  if (!index)
    return index.takeError();
  Expected<StepBuffers> buffers = StepBuffers::create(model.step(*index));
  if (!buffers)
    return buffers.takeError();
  return std::unique_ptr<GradientChecker>(
      new GradientChecker(model, *index, std::move(*buffers), seed));
}

Error GradientChecker::prepare(const Arguments &arguments,
                               const InputArrays &given,
                               const InputRanges &ranges) {
  auto find = [](const dlc_tensor *tensors, int count, const Twine &name) {
    std::string wanted = name.str();
    for (int i = 0; i < count; ++i)
      if (wanted == tensors[i].name)
        return i;
    return -1;
  };
  const dlc_model &description = model.description();
  int number = 0;
  for (int i = 0; i < description.num_states; ++i) {
    const dlc_state &state = description.states[i];
    if (state.kind == DLC_HPARAM)
      continue;
    if (state.kind != DLC_PARAM) {
      std::vector<char> &data =
          kept.emplace_back(state.tensor.name, std::vector<char>()).second;
      data.resize(numBytes(state.tensor));
      if (Error error = model.get(state.tensor.name, data))
        return error;
      continue;
    }
    CheckedParameter parameter;
    parameter.name = state.tensor.name;
    parameter.size = numElements(state.tensor);
    parameter.gradient =
        find(step.outputs, step.num_outputs, "g" + Twine(number));
    parameter.product =
        find(step.outputs, step.num_outputs, "h" + Twine(number));
    parameter.vector = find(step.inputs, step.num_inputs, "v" + Twine(number));
    ++number;
    if (parameter.gradient < 0)
      continue;
    parameter.start.resize(parameter.size);
    if (Error error = model.get(
            parameter.name,
            MutableArrayRef(reinterpret_cast<char *>(parameter.start.data()),
                            parameter.size * sizeof(double))))
      return error;
    parameters.push_back(std::move(parameter));
  }
  return fillInputs(arguments, given, ranges);
}

Expected<double> GradientChecker::loss() {
  for (const auto &[name, data] : kept)
    if (Error error = model.set(name, data))
      return std::move(error);
  if (Error error = model.run(index, buffers))
    return std::move(error);
  return buffers.real(0);
}

//===----------------------------------------------------------------------===//
// First order
//===----------------------------------------------------------------------===//

Expected<double> GradientChecker::lossAt(const CheckedParameter &parameter,
                                         std::vector<double> &values,
                                         int64_t place, double by) {
  values[place] = parameter.start[place] + by;
  Error error = setParameter(parameter, values);
  values[place] = parameter.start[place];
  if (error)
    return std::move(error);
  return loss();
}

void GradientChecker::note(CheckedParameter &parameter, int64_t place,
                           double derivative, double difference, bool kink) {
  ++parameter.compared;
  double off = std::abs(derivative - difference);
  bool isWrong = !agree(derivative, difference);
  if (isWrong && kink) {
    ++parameter.kinks;
    return;
  }
  parameter.wrong += isWrong;
  // An infinity or NaN is the worst difference of all.
  double size = std::isfinite(off) ? off / allowed(difference)
                                   : std::numeric_limits<double>::infinity();
  if (size <= parameter.worst)
    return;
  parameter.worst = size;
  parameter.place = place;
  parameter.derivative = derivative;
  parameter.difference = difference;
}

Error GradientChecker::compare(CheckedParameter &parameter, int64_t place,
                               double middle, double derivative) {
  std::vector<double> values = parameter.start;
  double difference = 0, ahead = 0, behind = 0;
  // Where a step reaches across a kink a smaller one may not.
  for (double by : {stepSize, stepSize / 32}) {
    Expected<double> above = lossAt(parameter, values, place, by);
    if (!above)
      return above.takeError();
    Expected<double> below = lossAt(parameter, values, place, -by);
    if (!below)
      return below.takeError();
    ahead = (*above - middle) / by;
    behind = (middle - *below) / by;
    difference = (*above - *below) / (2 * by);
    if (agree(derivative, difference))
      break;
  }
  // At a kink the slopes on both sides differ, and the gradient is one of
  // them or between.
  double slack = allowed(difference);
  bool kink = std::abs(ahead - behind) > 2 * slack &&
              derivative >= std::min(ahead, behind) - slack &&
              derivative <= std::max(ahead, behind) + slack;
  note(parameter, place, derivative, difference, kink);
  return setParameter(parameter, parameter.start);
}

Error GradientChecker::checkFirst(const CheckLimits &limits,
                                  Progress &progress) {
  Expected<double> middle = loss();
  if (!middle)
    return middle.takeError();
  std::vector<std::vector<double>> gradients;
  std::vector<std::vector<int64_t>> chosen;
  size_t rounds = 0, total = 0, done = 0;
  for (const CheckedParameter &parameter : parameters) {
    gradients.push_back(output(parameter.gradient));
    std::vector<int64_t> &places = chosen.emplace_back(parameter.size);
    std::iota(places.begin(), places.end(), 0);
    if (limits.entries != 0 && parameter.size > limits.entries) {
      std::shuffle(places.begin(), places.end(), random);
      places.resize(limits.entries);
    }
    rounds = std::max(rounds, places.size());
    total += places.size();
  }
  // An entry of each parameter, then another: time may end it.
  double begin = progress.now(), told = begin;
  for (size_t round = 0; round < rounds; ++round)
    for (auto [number, parameter] : enumerate(parameters)) {
      if (round >= chosen[number].size())
        continue;
      double now = progress.now();
      if (limits.seconds != 0 && now - begin > limits.seconds) {
        std::string untouched;
        if (round == 0)
          untouched = formatv(", parameters from '{0}' on not at all",
                              printable(parameter.name));
        progress.print(
            formatv("stopped after {0} s: {1} of {2} entries compared{3}; "
                    "--seconds 0 compares all",
                    limits.seconds, done, total, untouched)
                .str());
        return Error::success();
      }
      std::string line =
          formatv("{0} of {1} entries compared  {2}  {3}", done, total,
                  formatDuration(now - begin), printable(parameter.name));
      if (progress.due())
        progress.show(line);
      // A file, where nothing can be overwritten, gets a line every ten
      // seconds.
      if (now - told > 10) {
        progress.print(line);
        told = now;
      }
      int64_t place = chosen[number][round];
      if (Error error =
              compare(parameter, place, *middle, gradients[number][place]))
        return error;
      ++done;
    }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Second order
//===----------------------------------------------------------------------===//

/// The gradients with all parameters moved along their vectors.
Expected<std::vector<std::vector<double>>>
GradientChecker::gradientsAlong(double by) {
  for (const CheckedParameter &parameter : parameters) {
    std::vector<double> values = parameter.start;
    ArrayRef<char> data = buffers.input(parameter.vector);
    for (int64_t i = 0; i < parameter.size; ++i) {
      double v;
      std::memcpy(&v, &data[i * sizeof(double)], sizeof(v));
      values[i] += by * v;
    }
    if (Error error = setParameter(parameter, values))
      return std::move(error);
  }
  Expected<double> value = loss();
  if (!value)
    return value.takeError();
  std::vector<std::vector<double>> gradients;
  for (const CheckedParameter &parameter : parameters)
    gradients.push_back(output(parameter.gradient));
  return gradients;
}

Error GradientChecker::checkSecond() {
  for (CheckedParameter &parameter : parameters) {
    parameter.compared = parameter.wrong = parameter.kinks = 0;
    parameter.worst = -1;
  }
  Expected<double> value = loss();
  if (!value)
    return value.takeError();
  std::vector<std::vector<double>> products;
  for (const CheckedParameter &parameter : parameters)
    products.push_back(output(parameter.product));

  std::vector<std::vector<double>> differences[2];
  const double steps[2] = {stepSize, stepSize / 32};
  for (auto [by, found] : zip(steps, differences)) {
    auto above = gradientsAlong(by);
    if (!above)
      return above.takeError();
    auto below = gradientsAlong(-by);
    if (!below)
      return below.takeError();
    for (auto [a, b] : zip(*above, *below))
      for (auto [x, y] : zip(a, b))
        x = (x - y) / (2 * by);
    found = std::move(*above);
  }
  for (auto [number, parameter] : enumerate(parameters)) {
    for (int64_t i = 0; i < parameter.size; ++i) {
      double product = products[number][i];
      double difference = differences[0][number][i];
      if (!agree(product, difference))
        difference = differences[1][number][i];
      note(parameter, i, product, difference, /*kink=*/false);
    }
    if (Error error = setParameter(parameter, parameter.start))
      return error;
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

int64_t GradientChecker::wrong() const {
  int64_t total = 0;
  for (const CheckedParameter &parameter : parameters)
    total += parameter.wrong;
  return total;
}

void GradientChecker::print(raw_ostream &os, StringRef what) {
  std::vector<const CheckedParameter *> sorted;
  size_t width = 9;
  for (const CheckedParameter &parameter : parameters) {
    sorted.push_back(&parameter);
    width = std::max(width, parameter.name.size());
  }
  llvm::sort(sorted, [](const CheckedParameter *a, const CheckedParameter *b) {
    return std::tuple(b->wrong, b->worst, StringRef(a->name)) <
           std::tuple(a->wrong, a->worst, StringRef(b->name));
  });
  os << what << '\n';
  os << left_justify("parameter", width)
     << "  compared      wrong  at kinks  worst at        derivative"
        "        difference\n";
  for (const CheckedParameter *p : sorted)
    os << left_justify(printable(p->name), width)
       << format("  %8lld  %9lld  %8lld  %8lld  %16.9g  %16.9g\n",
                 (long long)p->compared, (long long)p->wrong,
                 (long long)p->kinks, (long long)p->place, p->derivative,
                 p->difference);
}
