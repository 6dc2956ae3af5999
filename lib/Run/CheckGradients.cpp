//===- CheckGradients.cpp - dlc-run MODEL check-gradients -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles, in f64, a step that gives the loss and its gradients, and compares
// them with central differences; with --order 2 the products of the second
// derivatives and a vector with differences of the gradients along that vector.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include "dlc/Execution/StepBuffers.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Training/Progress.h"

#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <tuple>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

namespace {

constexpr double stepSize = 1e-6, absolute = 1e-5, relative = 1e-3;

/// How far apart a derivative and a difference may be.
double allowed(double difference) {
  return absolute + relative * std::abs(difference);
}
/// An infinite difference agrees with nothing.
bool agree(double derivative, double difference) {
  return std::isfinite(difference) &&
         std::abs(derivative - difference) <= allowed(difference);
}

/// One parameter: where its gradient and its product with the second
/// derivative are, and where its vector goes.
struct Parameter {
  std::string name;
  int gradient = -1, product = -1, vector = -1;
  int64_t size = 0;
  std::vector<double> start;

  // What was found.
  int64_t compared = 0, wrong = 0, kinks = 0;
  double worst = -1, derivative = 0, difference = 0;
  int64_t place = 0;
};

/// How much to compare: entries of each parameter, and for how long. 0: no
/// limit.
struct Limits {
  int64_t entries = 0, seconds = 0;
};

class Checker {
public:
  static Expected<std::unique_ptr<Checker>> create(Model &model, uint64_t seed);

  /// Fills the inputs from files, or makes them up so that no op refuses them.
  Error prepare(const Arguments &arguments, const InputArrays &given,
                const InputRanges &ranges);
  Error checkFirst(const Limits &limits, Progress &progress);
  Error checkSecond();
  void print(raw_ostream &os, StringRef what);
  int64_t wrong() const;

  /// A line for each input that is made up.
  ArrayRef<std::string> madeUp() const { return notes; }

private:
  Checker(Model &model, int index, StepBuffers buffers, uint64_t seed)
      : model(model), step(model.step(index)), index(index),
        buffers(std::move(buffers)), random(seed) {}

  Error fillInputs(const Arguments &arguments, const InputArrays &given,
                   const InputRanges &ranges);
  void makeUp(int input, InputRange range);
  Error compare(Parameter &parameter, int64_t place, double middle,
                double derivative);
  Error setParameter(const Parameter &parameter, ArrayRef<double> values);
  /// Runs the step on the buffers (entries of the state) as they were.
  Expected<double> loss();
  Expected<double> lossAt(const Parameter &parameter,
                          std::vector<double> &values, int64_t place,
                          double by);
  void note(Parameter &parameter, int64_t place, double derivative,
            double difference, bool kink);
  std::vector<double> output(int number) const;
  Expected<std::vector<std::vector<double>>> gradientsAlong(double by);

  Model &model;
  const dlc_step &step;
  int index;
  StepBuffers buffers;
  std::mt19937_64 random;
  std::vector<Parameter> parameters;
  std::vector<std::string> notes;
  /// State that the step may write, and what it held.
  std::vector<std::pair<std::string, std::vector<char>>> kept;
};

} // namespace

//===----------------------------------------------------------------------===//
// State and inputs
//===----------------------------------------------------------------------===//

static ArrayRef<char> bytes(ArrayRef<double> values) {
  return {reinterpret_cast<const char *>(values.data()),
          values.size() * sizeof(double)};
}

/// The doubles that floats are.
static SmallVector<char, 0> widen(ArrayRef<char> floats) {
  SmallVector<char, 0> wide(floats.size() * 2);
  for (size_t i = 0; i < floats.size() / sizeof(float); ++i) {
    float narrow;
    std::memcpy(&narrow, &floats[i * sizeof(float)], sizeof(float));
    double value = narrow;
    std::memcpy(&wide[i * sizeof(double)], &value, sizeof(double));
  }
  return wide;
}

/// Gives the model, which is in f64, the parameters and buffers that the file
/// of --params has for the program as it is written.
static Error loadWritten(Model &model, const Arguments &arguments,
                         RunContext &context) {
  if (!arguments.has(OPT_params))
    return Error::success();
  Expected<std::unique_ptr<Model>> written =
      context.interpret(arguments.modelPath(), CompilerOptions(), 1);
  if (!written)
    return written.takeError();
  if (Error error = loadParams(**written, arguments, DLC_PRESENT))
    return error;
  const dlc_model &description = (*written)->description();
  for (const dlc_state &state :
       ArrayRef(description.states, description.num_states)) {
    if (state.kind != DLC_PARAM && state.kind != DLC_BUFFER)
      continue;
    SmallVector<char, 0> data(numBytes(state.tensor));
    if (Error error = (*written)->get(state.tensor.name, data))
      return error;
    if (state.tensor.type == DLC_F32)
      data = widen(data);
    if (Error error = model.set(state.tensor.name, data))
      return error;
  }
  return Error::success();
}

Error Checker::setParameter(const Parameter &parameter,
                            ArrayRef<double> values) {
  return model.set(parameter.name, bytes(values));
}

std::vector<double> Checker::output(int number) const {
  ArrayRef<char> data = buffers.output(number);
  std::vector<double> values(data.size() / sizeof(double));
  std::memcpy(values.data(), data.data(), data.size());
  return values;
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
void Checker::makeUp(int input, InputRange range) {
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

Error Checker::fillInputs(const Arguments &arguments, const InputArrays &given,
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

Expected<std::unique_ptr<Checker>> Checker::create(Model &model,
                                                   uint64_t seed) {
  Expected<int> index = model.findStep("gradients");
  if (!index)
    return index.takeError();
  Expected<StepBuffers> buffers = StepBuffers::create(model.step(*index));
  if (!buffers)
    return buffers.takeError();
  return std::unique_ptr<Checker>(
      new Checker(model, *index, std::move(*buffers), seed));
}

Error Checker::prepare(const Arguments &arguments, const InputArrays &given,
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
    Parameter parameter;
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

Expected<double> Checker::loss() {
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

Expected<double> Checker::lossAt(const Parameter &parameter,
                                 std::vector<double> &values, int64_t place,
                                 double by) {
  values[place] = parameter.start[place] + by;
  Error error = setParameter(parameter, values);
  values[place] = parameter.start[place];
  if (error)
    return std::move(error);
  return loss();
}

void Checker::note(Parameter &parameter, int64_t place, double derivative,
                   double difference, bool kink) {
  ++parameter.compared;
  double off = std::abs(derivative - difference);
  bool isWrong = !agree(derivative, difference);
  if (isWrong && kink) {
    ++parameter.kinks;
    return;
  }
  parameter.wrong += isWrong;
  // What is no finite number is the worst of all.
  double size = std::isfinite(off) ? off / allowed(difference)
                                   : std::numeric_limits<double>::infinity();
  if (size <= parameter.worst)
    return;
  parameter.worst = size;
  parameter.place = place;
  parameter.derivative = derivative;
  parameter.difference = difference;
}

Error Checker::compare(Parameter &parameter, int64_t place, double middle,
                       double derivative) {
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

Error Checker::checkFirst(const Limits &limits, Progress &progress) {
  Expected<double> middle = loss();
  if (!middle)
    return middle.takeError();
  std::vector<std::vector<double>> gradients;
  std::vector<std::vector<int64_t>> chosen;
  size_t rounds = 0, total = 0, done = 0;
  for (const Parameter &parameter : parameters) {
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
        progress.print(
            formatv("stopped after {0} s: {1} of {2} entries compared; "
                    "--seconds 0 compares all",
                    limits.seconds, done, total)
                .str());
        return Error::success();
      }
      std::string line =
          formatv("{0} of {1} entries compared  {2}  {3}", done, total,
                  formatDuration(now - begin), printable(parameter.name));
      if (progress.due())
        progress.show(line);
      // Where there is no terminal a line stays now and then.
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
Expected<std::vector<std::vector<double>>> Checker::gradientsAlong(double by) {
  for (const Parameter &parameter : parameters) {
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
  for (const Parameter &parameter : parameters)
    gradients.push_back(output(parameter.gradient));
  return gradients;
}

Error Checker::checkSecond() {
  for (Parameter &parameter : parameters) {
    parameter.compared = parameter.wrong = parameter.kinks = 0;
    parameter.worst = -1;
  }
  Expected<double> value = loss();
  if (!value)
    return value.takeError();
  std::vector<std::vector<double>> products;
  for (const Parameter &parameter : parameters)
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

int64_t Checker::wrong() const {
  int64_t total = 0;
  for (const Parameter &parameter : parameters)
    total += parameter.wrong;
  return total;
}

void Checker::print(raw_ostream &os, StringRef what) {
  std::vector<const Parameter *> sorted;
  size_t width = 9;
  for (const Parameter &parameter : parameters) {
    sorted.push_back(&parameter);
    width = std::max(width, parameter.name.size());
  }
  llvm::sort(sorted, [](const Parameter *a, const Parameter *b) {
    return std::tuple(b->wrong, b->worst, StringRef(a->name)) <
           std::tuple(a->wrong, a->worst, StringRef(b->name));
  });
  os << what << '\n';
  os << left_justify("parameter", width)
     << "  compared      wrong  at kinks  worst at        derivative"
        "        difference\n";
  for (const Parameter *p : sorted)
    os << left_justify(printable(p->name), width)
       << format("  %8lld  %9lld  %8lld  %8lld  %16.9g  %16.9g\n",
                 (long long)p->compared, (long long)p->wrong,
                 (long long)p->kinks, (long long)p->place, p->derivative,
                 p->difference);
}

Error run::runCheckGradients(const Arguments &arguments, RunContext &context) {
  Expected<int64_t> order = arguments.number(OPT_order, 1, 1, 2);
  if (!order)
    return order.takeError();
  Expected<int64_t> number = arguments.number(OPT_minimize, 1, 1);
  if (!number)
    return number.takeError();
  Expected<int64_t> entries = arguments.number(OPT_entries, 16, 0);
  if (!entries)
    return entries.takeError();
  if (arguments.modelPath().ends_with(".so"))
    return makeError("check-gradients: {0} is compiled already; give the "
                     "program",
                     arguments.modelPath());
  Expected<int64_t> seconds = arguments.number(OPT_seconds, 60, 0);
  if (!seconds)
    return seconds.takeError();
  Expected<uint64_t> seed = arguments.seed();
  if (!seed)
    return seed.takeError();
  Expected<InputArrays> given = readInputs(arguments);
  if (!given)
    return given.takeError();
  InputRanges ranges;
  auto create = [&](Model &model) -> Expected<std::unique_ptr<Checker>> {
    if (Error error = initialise(model, arguments, std::nullopt))
      return std::move(error);
    if (Error error = loadWritten(model, arguments, context))
      return std::move(error);
    auto checker = Checker::create(model, *seed);
    if (checker)
      if (Error error = (*checker)->prepare(arguments, *given, ranges))
        return std::move(error);
    return checker;
  };
  Expected<std::unique_ptr<Model>> model = openModel(
      arguments, context,
      [&](CompilerOptions &options) {
        options.gradientsOf = arguments.text(OPT_step, "train").str();
        options.gradientOrder = *order;
        options.gradientNumber = *number;
      },
      [&](Model &model, const Outline &outline) {
        ranges = outline.ranges;
        return create(model).takeError();
      });
  if (!model)
    return model.takeError();
  auto created = create(**model);
  if (!created)
    return created.takeError();
  Checker &checker = **created;
  {
    Progress progress(context.out, context.terminalWidth);
    for (const std::string &note : checker.madeUp())
      progress.print(note);
    if (Error error = checker.checkFirst({*entries, *seconds}, progress))
      return error;
  }
  checker.print(context.out, "gradients against differences of the loss");
  int64_t wrong = checker.wrong();
  if (*order >= 2) {
    if (Error error = checker.checkSecond())
      return error;
    checker.print(context.out,
                  "second derivatives along a vector against differences of "
                  "the gradients");
    wrong += checker.wrong();
  }
  if (wrong != 0)
    return makeError("{0} entries differ from the differences by more than "
                     "{1:e0} + {2:e0} of them",
                     wrong, absolute, relative);
  return Error::success();
}
