//===- Samples.cpp - Samples drawn during training ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Samples.h"

#include "dlc/Data/Npy.h"
#include "dlc/Data/PictureGrid.h"
#include "dlc/Data/Vocabulary.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Settings.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

Expected<SampleOptions> SampleOptions::parse(StringRef text) {
  // More than any run has.
  constexpr int64_t mostEpochs = 1'000'000'000;
  SampleOptions options;
  auto [step, list] = text.split(':');
  if (step.empty() || (list.empty() && text.contains(':')))
    return makeError("'{0}', expected STEP or STEP:every=N", text);
  options.step = step.str();
  auto take = [&](StringRef name, StringRef value) -> Error {
    if (name != "every")
      return unknownName("option", name, {"every"});
    if (value.getAsInteger(10, options.every) || options.every < 1 ||
        options.every > mostEpochs)
      return makeError("every is '{0}', expected a whole number from 1 to {1}",
                       value, mostEpochs);
    return Error::success();
  };
  if (Error error = readSettings(list, take))
    return std::move(error);
  return options;
}

//===----------------------------------------------------------------------===//
// The steps
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> shapeOf(const dlc_tensor &tensor) {
  return {tensor.shape, static_cast<size_t>(tensor.rank)};
}

/// Fills the inputs of a step; those that are missing are named together.
static Error fillInputs(const dlc_step &step, const SampleInputs &inputs,
                        StepBuffers &buffers) {
  std::string missing;
  for (int index = 0; index < step.num_inputs; ++index) {
    const dlc_tensor &input = step.inputs[index];
    auto found = inputs.find(input.name);
    if (found == inputs.end()) {
      missing += formatv("{0}--sample-input {1}=FILE.npy ({2})",
                         missing.empty() ? "" : ", ", input.name,
                         describe(input.type, shapeOf(input)));
      continue;
    }
    const SampleInput &given = found->second;
    if (Error error = copyTo(input, given.array,
                             "input '" + std::string(input.name) + "'",
                             given.path, buffers.input(index)))
      return error;
  }
  if (missing.empty())
    return Error::success();
  return makeError("step '{0}' takes inputs, which data do not feed here: it "
                   "needs {1}",
                   step.name, missing);
}

Expected<Samples> Samples::create(Model &model, ArrayRef<SampleOptions> options,
                                  const SampleInputs &inputs,
                                  ArrayRef<std::string> vocabulary) {
  Samples samples(vocabulary);
  std::set<std::string> names, used;
  for (const SampleOptions &option : options) {
    Expected<int> index = model.findStep(option.step);
    if (!index)
      return makeError("--sample: {0}", toString(index.takeError()));
    if (!names.insert(option.step).second)
      return makeError("--sample: step '{0}' is given twice", option.step);
    const dlc_step &step = model.step(*index);
    if (step.trains)
      return makeError("--sample: step '{0}' trains: to sample with it would "
                       "change the model",
                       step.name);
    Expected<StepBuffers> buffers = StepBuffers::create(step);
    if (!buffers)
      return buffers.takeError();
    if (Error error = fillInputs(step, inputs, *buffers))
      return makeError("--sample: {0}", toString(std::move(error)));
    for (const dlc_tensor &input : ArrayRef(step.inputs, step.num_inputs))
      used.insert(input.name);
    samples.parts.push_back({*index, option.every, std::move(*buffers)});
  }
  for (const auto &input : inputs)
    if (!used.count(input.first))
      return makeError("--sample-input: no step of --sample has an input '{0}'",
                       input.first);
  return std::move(samples);
}

//===----------------------------------------------------------------------===//
// The state
//===----------------------------------------------------------------------===//

namespace {

/// Entries of a model's state as they were. Everything is put back that a step
/// changes.
class KeptState {
public:
  Error keep(Model &model, StringRef name, int64_t bytes) {
    std::vector<char> value(bytes);
    if (Error error = model.get(name, value))
      return error;
    values.emplace_back(name, std::move(value));
    return Error::success();
  }
  Error putBack(Model &model) const {
    for (const auto &[name, value] : values)
      if (Error error = model.set(name, value))
        return error;
    return Error::success();
  }

private:
  std::vector<std::pair<std::string, std::vector<char>>> values;
};

} // namespace

/// Runs a step as the first of a model that has not been trained, of whatever
/// seed it has.
static Error runOnCopy(Model &model, int index, StepBuffers &buffers) {
  constexpr StringRef stepCount = DLC_STEP_COUNT;
  constexpr uint64_t first = 0;
  const dlc_step &step = model.step(index);
  KeptState state;
  if (Error error = state.keep(model, stepCount, sizeof(first)))
    return error;
  for (int32_t entry : ArrayRef(step.writes, step.num_writes)) {
    const dlc_tensor &tensor = model.description().states[entry].tensor;
    if (tensor.name == stepCount)
      continue;
    if (Error error = state.keep(model, tensor.name, numBytes(tensor)))
      return error;
  }
  if (Error error = model.set(
          stepCount, {reinterpret_cast<const char *>(&first), sizeof(first)}))
    return error;
  Error error = model.run(index, buffers);
  return joinErrors(std::move(error), state.putBack(model));
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

Error Samples::open(StringRef runFolder) {
  SmallString<128> path(runFolder);
  sys::path::append(path, "samples");
  folder = path.str().str();
  if (std::error_code error = sys::fs::create_directories(folder))
    return makeError("{0}: cannot be made: {1}", folder, error.message());
  if (!sys::fs::is_directory(folder))
    return makeError("{0}: is not a folder to write samples to", folder);
  return Error::success();
}

static bool isWholeNumber(int32_t type) {
  ElementKind kind = elementType(type).kind;
  return kind == ElementKind::Signed || kind == ElementKind::Unsigned;
}

std::string Samples::file(const Part &part, int index, int64_t epoch,
                          StringRef extension) const {
  const dlc_step &step = part.buffers.step();
  SmallString<128> path(folder);
  sys::path::append(path, formatv("{0}-{1}-epoch-{2,0+4}.{3}", step.name,
                                  step.outputs[index].name, epoch, extension)
                              .str());
  return path.str().str();
}

Error Samples::writeOutput(const Part &part, int index, int64_t epoch) const {
  const dlc_tensor &output = part.buffers.step().outputs[index];
  ArrayRef<char> data = part.buffers.output(index);
  ArrayRef<int64_t> shape = shapeOf(output);
  if (isPictureList(output.type, shape)) {
    std::string path = file(part, index, epoch, "png");
    auto bytes = encodePictureGrid(output.type, shape, data);
    if (!bytes)
      return makeError("{0}: {1}", path, toString(bytes.takeError()));
    return writeFileAtomically(
        path, [&](raw_ostream &os) { os.write(bytes->data(), bytes->size()); });
  }
  bool isText = !vocabulary.empty() && (output.rank == 1 || output.rank == 2) &&
                isWholeNumber(output.type);
  if (isText)
    return writeFileAtomically(
        file(part, index, epoch, "txt"), [&](raw_ostream &os) {
          writeTexts(os, vocabulary, output.type, shape, data);
        });
  return writeNpyFile(file(part, index, epoch, "npy"), output.type, shape,
                      data);
}

Error Samples::write(Model &model, int64_t epoch, bool isLast) {
  for (Part &part : parts) {
    if (epoch % part.every != 0 && !isLast)
      continue;
    if (Error error = runOnCopy(model, part.step, part.buffers))
      return makeError("--sample: step '{0}': {1}", model.step(part.step).name,
                       toString(std::move(error)));
    for (int index = 0; index < part.buffers.step().num_outputs; ++index)
      if (Error error = writeOutput(part, index, epoch))
        return error;
  }
  return Error::success();
}
