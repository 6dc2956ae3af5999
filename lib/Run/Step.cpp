//===- Step.cpp - dlc-run MODEL --step NAME -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "Profile.h"

#include "dlc/Data/Npy.h"
#include "dlc/Data/PictureGrid.h"
#include "dlc/Execution/StepBuffers.h"
#include "dlc/Execution/StepOfBatch.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/ReadFile.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"

#include <chrono>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

namespace {

/// The file of each tensor of a step, in the tensors' order; empty: none.
using Files = std::vector<std::string>;

} // namespace

/// Sorts NAME=FILE options by the tensors that they name.
static Expected<Files> matchFiles(const Assignments &assignments, Option option,
                                  ArrayRef<dlc_tensor> tensors,
                                  const Twine &what) {
  SmallVector<StringRef> names;
  for (const dlc_tensor &tensor : tensors)
    names.push_back(tensor.name);
  Files files(tensors.size());
  for (const auto &[name, path] : assignments) {
    auto found = find(names, name);
    if (found == names.end())
      return makeError(spelling(option) + ": " +
                       toString(unknownName(what, name, names)));
    files[found - names.begin()] = path;
  }
  return files;
}

Expected<InputArrays> run::readInputs(const Arguments &arguments) {
  Expected<Assignments> inputs = arguments.assignments(OPT_input);
  if (!inputs)
    return inputs.takeError();
  InputArrays arrays;
  for (const auto &[name, path] : *inputs) {
    Expected<Array> array = readNpy(path);
    if (!array)
      return array.takeError();
    arrays[name] = std::move(*array);
  }
  return std::move(arrays);
}

/// The arrays of all inputs of a step; those that are missing are named
/// together.
static Expected<std::vector<const Array *>>
matchInputs(const dlc_step &step, const Files &files,
            const InputArrays &given) {
  std::string missing;
  for (int index = 0; index < step.num_inputs; ++index) {
    const dlc_tensor &input = step.inputs[index];
    if (files[index].empty())
      missing += formatv(
          "{0}--input {1}=FILE.npy ({2})", missing.empty() ? "" : ", ",
          input.name,
          describe(input.type, {input.shape, static_cast<size_t>(input.rank)}));
  }
  if (!missing.empty())
    return makeError("step '{0}' needs {1}", step.name, missing);

  std::vector<const Array *> arrays;
  for (int index = 0; index < step.num_inputs; ++index)
    arrays.push_back(&given.at(step.inputs[index].name));
  return arrays;
}

static Error copyInputs(const dlc_step &step, const Files &files,
                        ArrayRef<const Array *> arrays, StepBuffers &buffers) {
  for (int index = 0; index < step.num_inputs; ++index) {
    const dlc_tensor &input = step.inputs[index];
    if (Error error = copyTo(input, *arrays[index],
                             "input '" + std::string(input.name) + "'",
                             files[index], buffers.input(index)))
      return error;
  }
  return Error::success();
}

/// The step for the batch that the inputs have.
static Expected<StepOfBatch> chooseBatch(const dlc_step &step,
                                         const Files &files,
                                         ArrayRef<const Array *> arrays) {
  for (int index = 0; index < step.num_inputs; ++index) {
    const Array &array = *arrays[index];
    if (!hasBatch(step, index) || array.shape.empty())
      continue;
    Expected<StepOfBatch> result =
        StepOfBatch::create(step, array.shape.front());
    if (!result)
      return makeError("input '{0}': '{1}' holds {2}: {3}",
                       step.inputs[index].name, files[index],
                       describe(array.type, array.shape),
                       toString(result.takeError()));
    return result;
  }
  return StepOfBatch(step);
}

/// "loss = 2.30258512": digits enough to read the same value back.
static void printScalar(raw_ostream &os, const StepBuffers &buffers,
                        int index) {
  const dlc_tensor &output = buffers.step().outputs[index];
  os << printable(output.name) << " = ";
  if (unsigned digits = elementType(output.type).decimalDigits())
    os << format("%.*g", digits, buffers.real(index));
  else
    os << buffers.integer(index);
  os << '\n';
}

/// Reserves the files of the outputs: Files again, of temporaries.
static Expected<Files> reserveOutputs(const Files &outputs,
                                      PendingFiles &pending) {
  Files temporaries;
  for (const std::string &path : outputs) {
    if (path.empty()) {
      temporaries.emplace_back();
      continue;
    }
    Expected<std::string> temporary = pending.reserve(path);
    if (!temporary)
      return temporary.takeError();
    temporaries.push_back(std::move(*temporary));
  }
  return temporaries;
}

static ArrayRef<int64_t> shapeOf(const dlc_tensor &tensor) {
  return {tensor.shape, static_cast<size_t>(tensor.rank)};
}

static bool isPicture(StringRef path) {
  return path.ends_with_insensitive(".png");
}

/// Fails if an output that is to be written as a picture has another shape or
/// type than pictures have.
static Error checkPictures(const dlc_step &step, const Files &files) {
  for (int index = 0; index < step.num_outputs; ++index) {
    const dlc_tensor &output = step.outputs[index];
    if (isPicture(files[index]) && !isPictureList(output.type, shapeOf(output)))
      return makeError("--output: {0}: output '{1}' is {2}, expected images "
                       "for a .png: N x 1 or 3 x H x W, floats from 0 to 1 or "
                       "bytes; .npy takes any",
                       files[index], output.name,
                       describe(output.type, shapeOf(output)));
  }
  return Error::success();
}

/// `files` are the temporaries to write to, `wanted` their final names.
static Error writeOutputs(const StepBuffers &buffers, const Files &files,
                          const Files &wanted) {
  for (int index = 0; index < buffers.step().num_outputs; ++index) {
    if (files[index].empty())
      continue;
    const dlc_tensor &output = buffers.step().outputs[index];
    SmallVector<char, 0> picture;
    if (isPicture(wanted[index])) {
      auto encoded = encodePictureGrid(output.type, shapeOf(output),
                                       buffers.output(index));
      if (!encoded)
        return makeError("{0}: {1}", wanted[index],
                         toString(encoded.takeError()));
      picture = std::move(*encoded);
    }
    Error error = writeStream(files[index], [&](raw_ostream &os) {
      if (isPicture(wanted[index]))
        os.write(picture.data(), picture.size());
      else
        writeNpy(os, output.type, shapeOf(output), buffers.output(index));
    });
    if (error)
      return error;
  }
  return Error::success();
}

/// Prints the scalars that were not written to files.
static void printOutputs(const StepBuffers &buffers, const Files &files,
                         RunContext &context) {
  // Where an output is on standard output, text has no place there.
  raw_ostream &os = is_contained(files, "-") ? context.err : context.out;
  for (int index = 0; index < buffers.step().num_outputs; ++index)
    if (files[index].empty() && buffers.step().outputs[index].rank == 0)
      printScalar(os, buffers, index);
}

/// The files of a step's inputs.
static Expected<Files> inputFiles(const Arguments &arguments,
                                  const dlc_step &step) {
  Expected<Assignments> inputs = arguments.assignments(OPT_input);
  if (!inputs)
    return inputs.takeError();
  return matchFiles(*inputs, OPT_input,
                    {step.inputs, static_cast<size_t>(step.num_inputs)},
                    "input of step '" + Twine(step.name) + "'");
}

Error run::fillInputs(const Arguments &arguments, const dlc_step &step,
                      StepBuffers &buffers) {
  Expected<Files> files = inputFiles(arguments, step);
  if (!files)
    return files.takeError();
  Expected<InputArrays> given = readInputs(arguments);
  if (!given)
    return given.takeError();
  auto arrays = matchInputs(step, *files, *given);
  if (!arrays)
    return arrays.takeError();
  return copyInputs(step, *files, *arrays, buffers);
}

/// The part of a call to run: all, or only the checks before the step.
enum class CallPart { All, Check };

/// Calls one step as the arguments say, on state filled anew or, with
/// `keepState`, on the state after the previous call.
static Error callStep(Model &model, const Arguments &arguments,
                      const InputArrays &given, RunContext &context,
                      Profile &profile, bool keepState = false,
                      CallPart part = CallPart::All) {
  Expected<std::string> name = arguments.required(OPT_step);
  if (!name)
    return name.takeError();
  Expected<Assignments> outputs = arguments.assignments(OPT_output);
  if (!outputs)
    return outputs.takeError();

  Expected<int> index = model.findStep(*name);
  if (!index)
    return index.takeError();
  const dlc_step &step = model.step(*index);
  Expected<Files> outputFiles =
      matchFiles(*outputs, OPT_output,
                 {step.outputs, static_cast<size_t>(step.num_outputs)},
                 "output of step '" + *name + "'");
  if (!outputFiles)
    return outputFiles.takeError();

  Expected<Files> files = inputFiles(arguments, step);
  if (!files)
    return files.takeError();
  auto arrays = matchInputs(step, *files, given);
  if (!arrays)
    return arrays.takeError();
  Expected<StepOfBatch> sized = chooseBatch(step, *files, *arrays);
  if (!sized)
    return sized.takeError();
  Expected<StepBuffers> buffers = StepBuffers::create(sized->get());
  if (!buffers)
    return buffers.takeError();
  if (Error error = checkPictures(sized->get(), *outputFiles))
    return error;
  if (Error error = copyInputs(sized->get(), *files, *arrays, *buffers))
    return error;
  // A step may read what optimizers keep, such as averages.
  if (Error error = keepState ? setHparams(model, arguments)
                              : initialise(model, arguments, DLC_PRESENT))
    return error;
  // All files are reserved before the step runs and appear after it succeeded.
  PendingFiles pending(arguments.modelPath());
  Expected<Files> temporaries = reserveOutputs(*outputFiles, pending);
  if (!temporaries)
    return temporaries.takeError();
  Checkpoints checkpoints;
  if (Error error = checkpoints.reserve(arguments, pending))
    return error;
  if (part == CallPart::Check)
    return Error::success();
  auto begin = std::chrono::steady_clock::now();
  if (Error error = model.run(*index, *buffers))
    return error;
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  Error written = writeOutputs(*buffers, *temporaries, *outputFiles);
  if (!written)
    written = checkpoints.write(model);
  if (written)
    return pending.describe(std::move(written));
  if (Error error = pending.commit())
    return error;
  printOutputs(*buffers, *outputFiles, context);
  return profile.repeat(model, seconds.count(),
                        [&] { return model.run(*index, *buffers); });
}

/// Where text goes: standard output, unless an output of the step is there.
static raw_ostream &textStream(const Arguments &arguments,
                               RunContext &context) {
  bool isTaken = any_of(arguments.all(OPT_output), [](StringRef output) {
    return output.ends_with("=-");
  });
  return isTaken ? context.err : context.out;
}

namespace {

/// The lines of --calls FILE, which have the options of one call each.
class Calls {
public:
  static Expected<Calls> read(const Arguments &arguments);

  using Visitor = function_ref<Error(const Arguments &call, bool keepsState)>;
  /// Visits the calls in order, up to the first error, which gets its place.
  Error visit(Visitor visitor) const;
  /// Fails if a call cannot be made, as far as that can be told before any is.
  Error check(Model &model, RunContext &context) const;

private:
  Calls(const Arguments &arguments, std::unique_ptr<MemoryBuffer> file)
      : arguments(arguments), file(std::move(file)) {}

  const Arguments &arguments;
  std::unique_ptr<MemoryBuffer> file;
};

} // namespace

Expected<Calls> Calls::read(const Arguments &arguments) {
  for (Option option : {OPT_step, OPT_input, OPT_output, OPT_params, OPT_rename,
                        OPT_save_params, OPT_save_all, OPT_set, OPT_seed})
    if (arguments.has(option))
      return makeError("{0} belongs into the lines of --calls",
                       spelling(option));
  // Hundreds of thousands of calls.
  auto file = readFile(arguments.text(OPT_calls), 1 << 26);
  if (!file)
    return makeError("--calls: {0}", toString(file.takeError()));
  return Calls(arguments, std::move(*file));
}

/// Fails for options that are not of a call, and for commands.
static Error checkCallOptions(const Arguments &call) {
  for (Option option : {OPT_help, OPT_calls, OPT_threads, OPT_O, OPT_mcpu,
                        OPT_interpret, OPT_compare, OPT_compare_with,
                        OPT_tolerance, OPT_profile, OPT_keep_state})
    if (call.has(option))
      return makeError("{0} is not an option of a call", spelling(option));
  if (!call.command().name.empty())
    return makeError("'{0}' is not a step; see --step", call.command().name);
  return Error::success();
}

Error Calls::visit(Visitor visitor) const {
  bool isFirst = true;
  for (line_iterator line(*file); !line.is_at_eof(); ++line) {
    BumpPtrAllocator allocator;
    StringSaver saver(allocator);
    // The model's place is taken, so that a line is read as a command line.
    SmallVector<const char *> words = {
        saver.save(arguments.modelPath()).data()};
    cl::TokenizeGNUCommandLine(*line, saver, words);
    auto visitLine = [&]() -> Error {
      Expected<Arguments> call = Arguments::parse(words);
      if (!call)
        return call.takeError();
      if (Error error = checkCallOptions(*call))
        return error;
      bool isAnew = isFirst || call->has(OPT_seed) || call->has(OPT_params);
      isFirst = false;
      return visitor(*call, arguments.has(OPT_keep_state) && !isAnew);
    };
    if (Error error = visitLine())
      return makeError("{0}:{1}: {2}", arguments.text(OPT_calls),
                       line.line_number(), toString(std::move(error)));
  }
  return Error::success();
}

/// The names of the files of some options, without folders, which may be
/// written in several ways.
static StringSet<> fileNames(const Arguments &call, ArrayRef<Option> options) {
  StringSet<> names;
  for (Option option : options)
    for (StringRef file : call.all(option)) {
      if (option == OPT_input || option == OPT_output)
        file = file.split('=').second;
      names.insert(sys::path::filename(file));
    }
  return names;
}

Error Calls::check(Model &model, RunContext &context) const {
  StringSet<> made;
  return visit([&](const Arguments &call, bool keepsState) -> Error {
    Expected<std::string> step = call.required(OPT_step);
    if (!step)
      return step.takeError();
    if (Expected<int> index = model.findStep(*step); !index)
      return index.takeError();
    Expected<Assignments> inputs = call.assignments(OPT_input);
    if (!inputs)
      return inputs.takeError();
    // An earlier call makes the file, or it is standard input, which is read
    // once.
    bool isHere =
        none_of(*inputs, [](const auto &input) { return input.second == "-"; });
    for (const auto &name : fileNames(call, {OPT_input, OPT_params}))
      isHere &= !made.contains(name.getKey());
    for (const auto &name :
         fileNames(call, {OPT_output, OPT_save_params, OPT_save_all}))
      made.insert(name.getKey());
    if (!isHere)
      return Error::success();
    Expected<InputArrays> given = readInputs(call);
    if (!given)
      return given.takeError();
    Profile none(call);
    return callStep(model, call, *given, context, none, keepsState,
                    CallPart::Check);
  });
}

static Error runCalls(const Arguments &arguments, RunContext &context) {
  Expected<Calls> calls = Calls::read(arguments);
  if (!calls)
    return calls.takeError();
  Profile profile(arguments);
  if (Error error = profile.open())
    return error;
  // Before code is made, where there is code to make.
  bool isChecked = false;
  auto check = [&](Model &model) {
    isChecked = true;
    return calls->check(model, context);
  };
  Expected<std::unique_ptr<Model>> model = openModel(
      arguments, context, nullptr,
      [&](Model &outline, const Outline &) { return check(outline); });
  if (!model)
    return model.takeError();
  if (!isChecked)
    if (Error error = check(**model))
      return error;

  Error error =
      calls->visit([&](const Arguments &call, bool keepsState) -> Error {
        Expected<InputArrays> given = readInputs(call);
        if (!given)
          return given.takeError();
        // All calls are measured, and none is repeated.
        Profile none(call);
        return callStep(**model, call, *given, context, none, keepsState);
      });
  if (error)
    return error;
  return profile.finish(**model, context, context.out);
}

Error run::runStep(const Arguments &arguments, RunContext &context) {
  if (arguments.has(OPT_compare) || arguments.has(OPT_compare_with))
    return runCompare(arguments, context);
  if (arguments.has(OPT_tolerance))
    return makeError("--tolerance is of --compare, which is not given");
  if (arguments.has(OPT_calls))
    return runCalls(arguments, context);
  if (arguments.has(OPT_keep_state))
    return makeError("--keep-state is of --calls, which is not given; from one "
                     "run to the next --save-all FILE and --params FILE carry "
                     "the state");
  // Before the model is compiled, which takes time.
  if (Expected<std::string> name = arguments.required(OPT_step); !name)
    return name.takeError();
  Profile profile(arguments);
  if (Error error = profile.open())
    return error;
  Expected<InputArrays> given = readInputs(arguments);
  if (!given)
    return given.takeError();
  Expected<std::unique_ptr<Model>> model = openModel(
      arguments, context, nullptr, [&](Model &outline, const Outline &) {
        return callStep(outline, arguments, *given, context, profile,
                        /*keepState=*/false, CallPart::Check);
      });
  if (!model)
    return model.takeError();
  if (Error error = callStep(**model, arguments, *given, context, profile))
    return error;
  return profile.finish(**model, context, textStream(arguments, context));
}
