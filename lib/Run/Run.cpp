//===- Run.cpp - The tool dlc-run as a function ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Run/Run.h"

#include "Commands.h"

#include "dlc/Data/Npy.h"
#include "dlc/Execution/Params.h"
#include "dlc/Pipelines/PhaseNames.h"
#include "dlc/Support/Bytes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/FileCache.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Version.h"

#include "mlir/Support/Timing.h"
#include "llvm/Support/WithColor.h"

#include <cmath>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

char StoppedBySignal::ID = 0;

ArrayRef<Command> run::commands() {
  static constexpr Command table[] = {
      {"", "--step NAME --input x=x.npy --output y=y.npy",
       "calls a step once, on files", StepCommand, runStep},
      {"train", "train --data DESC --epochs 5 --out DIR",
       "trains on data, evaluates after every epoch", TrainCommand, runTrain},
      {"tune", "tune --data DESC --space lr=log:1e-4..1e-1 --out DIR",
       "trains with several hyper-parameters and finds the best",
       TrainCommand | TuneCommand, runTune},
      {"check-gradients", "check-gradients --step train --order 2",
       "compares the gradients of a step that trains with differences of its "
       "loss, in f64",
       CheckCommand, runCheckGradients},
      {"describe", "describe",
       "prints steps with inputs, outputs and FLOPs, parameters with shapes "
       "and "
       "counts, hyper-parameters, and the bytes of state and arena",
       DescribeCommand, runDescribe}};
  return table;
}

Expected<std::unique_ptr<Model>>
run::openModel(const Arguments &arguments, RunContext &context,
               function_ref<void(CompilerOptions &)> adjust,
               CheckOutline check) {
  Expected<int64_t> threads = arguments.number(OPT_threads, 0, 0, 1024);
  if (!threads)
    return threads.takeError();
  StringRef path = arguments.modelPath();
  if (path.ends_with(".so")) {
    for (Option option :
         {OPT_O, OPT_backend, OPT_mcpu, OPT_memory_budget, OPT_no_cache,
          OPT_time_report, OPT_interpret, OPT_batch, OPT_gradient_norms})
      if (arguments.has(option))
        return makeError("{0}: {1} is compiled already", spelling(option),
                         path);
    Expected<std::unique_ptr<Model>> model = Model::openLibrary(path, *threads);
    if (model && arguments.has(OPT_profile) &&
        !(*model)->description().num_sites)
      return makeError("{0}: {1} was compiled without --profile and does not "
                       "measure itself: make it again with dlc --profile",
                       spelling(OPT_profile), path);
    return model;
  }

  CompilerOptions options;
  options.batch = arguments.all(OPT_batch);
  options.profile = arguments.has(OPT_profile);
  if (adjust)
    adjust(options);
  if (check)
    options.inspect = [&](const Outline &outline) -> Error {
      auto model = Model::createOutline(outline.tables);
      return model ? check(**model, outline) : model.takeError();
    };
  if (arguments.has(OPT_interpret)) {
    for (Option option : {OPT_O, OPT_backend, OPT_mcpu, OPT_memory_budget,
                          OPT_no_cache, OPT_time_report})
      if (arguments.has(option))
        return makeError("{0} says how to compile, and --interpret compiles "
                         "nothing: leave out one of them",
                         spelling(option));
    if (arguments.has(OPT_profile))
      return makeError("--profile measures compiled code, and --interpret "
                       "compiles nothing: leave out one of them");
    options.interpretAfter = arguments.text(OPT_interpret).str();
    if (!is_contained(phase::evaluated, options.interpretAfter))
      return makeError(
          "{0}={1}, expected one of the phases {2:$[, ]}: what "
          "they leave can be evaluated",
          spelling(OPT_interpret), options.interpretAfter,
          make_range(std::begin(phase::evaluated), std::end(phase::evaluated)));
    return context.interpret(path, options, *threads);
  }
  if (Error error = chooseCode(arguments, options))
    return std::move(error);
  mlir::DefaultTimingManager timing;
  timing.setEnabled(arguments.has(OPT_time_report));
  mlir::TimingScope total = timing.getRootScope();
  options.timing = &total;
  // A report needs a compilation, and a check of gradients may need the program
  // itself.
  if (!arguments.has(OPT_no_cache) && !arguments.has(OPT_time_report) &&
      options.gradientsOf.empty())
    options.cacheFolder = FileCache::defaultFolder();
  return context.compile(path, options, *threads);
}

std::string run::cacheFolder(const Arguments &arguments) {
  return arguments.has(OPT_no_cache) ? "" : FileCache::defaultFolder();
}

Error run::chooseCode(const Arguments &arguments, CompilerOptions &options) {
  StringRef level = arguments.text(OPT_O, "2");
  if (level != "0" && level != "2")
    return makeError("-O{0}, expected -O0 or -O2", level);
  options.optLevel = level == "0" ? 0 : 2;
  options.backend = arguments.text(OPT_backend, options.backend).str();
  options.cpu = arguments.text(OPT_mcpu, options.cpu).str();
  if (arguments.has(OPT_memory_budget)) {
    Expected<int64_t> bytes = parseBytes(arguments.text(OPT_memory_budget));
    if (!bytes)
      return makeError("--memory-budget: {0}", toString(bytes.takeError()));
    options.memoryBudget = *bytes;
  }
  return Error::success();
}

/// The buffer of that name; null for other names.
static const dlc_state *findBuffer(const dlc_model &model, StringRef name) {
  for (const dlc_state &state :
       ArrayRef(model.states, static_cast<size_t>(model.num_states)))
    if (state.kind == DLC_BUFFER && name == state.tensor.name)
      return &state;
  return nullptr;
}

/// Sets a buffer to the numbers of an npy file.
static Error setBuffer(Model &model, const dlc_tensor &buffer, StringRef path) {
  StringRef name = buffer.name;
  ArrayRef shape(buffer.shape, static_cast<size_t>(buffer.rank));
  if (!path.ends_with(".npy"))
    return makeError("--set {0}: '{1}', but {0} is a buffer of {2}: give its "
                     "numbers in a file, --set {0}=FILE.npy",
                     name, path, describe(buffer.type, shape));
  Expected<Array> array = readNpy(path);
  if (!array)
    return array.takeError();
  SmallVector<char> bytes(*sizeInBytes(buffer.type, shape));
  if (Error error =
          copyTo(buffer, *array, ("buffer '" + name + "'").str(), path, bytes))
    return error;
  return model.set(name, bytes);
}

Error run::setHparams(Model &model, const Arguments &arguments) {
  Expected<Assignments> hparams = arguments.assignments(OPT_set);
  if (!hparams)
    return hparams.takeError();
  for (const auto &[name, text] : *hparams) {
    if (const dlc_state *buffer = findBuffer(model.description(), name)) {
      if (Error error = setBuffer(model, buffer->tensor, text))
        return error;
      continue;
    }
    double value;
    if (StringRef(text).getAsDouble(value) || !std::isfinite(value))
      return makeError("--set {0}: '{1}', expected a finite number", name,
                       text);
    if (Error error = model.setHparam(name, value))
      return makeError("--set: {0}", toString(std::move(error)));
  }
  return Error::success();
}

Error run::loadParams(Model &model, const Arguments &arguments,
                      dlc_scope scope) {
  if (Error error = dlc::loadParams(model, arguments.text(OPT_params),
                                    arguments.all(OPT_rename), scope)
                        .takeError())
    return makeError("--params: {0}", toString(std::move(error)));
  return Error::success();
}

Error run::initialise(Model &model, const Arguments &arguments,
                      std::optional<dlc_scope> scope) {
  Expected<uint64_t> seed = arguments.seed();
  if (!seed)
    return seed.takeError();
  if (arguments.has(OPT_rename) && !arguments.has(OPT_params))
    return makeError("--rename is of the names in the file of --params, which "
                     "is not given");
  if (Error error = model.init(*seed))
    return error;
  if (scope && arguments.has(OPT_params))
    if (Error error = loadParams(model, arguments, *scope))
      return error;
  if (model.description().frozen && arguments.has(OPT_seed))
    return makeError("--seed: the state of model '{0}' is a part of the "
                     "library, there is nothing to draw",
                     model.description().name);
  // A full checkpoint brings its own.
  if (scope == DLC_PRESENT && arguments.has(OPT_seed))
    if (Error error = model.set(
            DLC_SEED, {reinterpret_cast<const char *>(&*seed), sizeof(*seed)}))
      return error;
  return setHparams(model, arguments);
}

Error Checkpoints::reserve(const Arguments &arguments, PendingFiles &files) {
  for (auto [option, scope] : {std::pair(OPT_save_params, DLC_PARAMS),
                               std::pair(OPT_save_all, DLC_ALL)}) {
    if (!arguments.has(option))
      continue;
    // A checkpoint is written by a rename, which would replace a device or a
    // pipe.
    Expected<std::string> temporary =
        files.reserveRegular(arguments.text(option));
    if (!temporary)
      return makeError("{0}: {1}", spelling(option),
                       toString(temporary.takeError()));
    temporaries.emplace_back(*temporary, scope);
  }
  return Error::success();
}

Error Checkpoints::write(Model &model) const {
  for (const auto &[path, scope] : temporaries)
    if (Error error = model.save(path, scope))
      return error;
  return Error::success();
}

/// A failure to print is an error of the run: without this the stream ends the
/// process when it is destroyed, or nobody is told.
static Error flushOutput(raw_ostream &out) {
  out.flush();
  auto *file = dynamic_cast<raw_fd_ostream *>(&out);
  if (!file || !file->has_error())
    return Error::success();
  std::error_code error = file->error();
  file->clear_error();
  return makeError("standard output: cannot be written: {0}", error.message());
}

int dlc::runTool(ArrayRef<const char *> words, RunContext &context) {
  auto run = [&]() -> Error {
    Expected<Arguments> arguments = Arguments::parse(words);
    if (!arguments)
      return arguments.takeError();
    if (arguments->wantsHelp()) {
      printHelp(context.out);
      return Error::success();
    }
    if (arguments->wantsVersion()) {
      context.out << versionText("dlc-run") << '\n';
      return Error::success();
    }
    if (arguments->wantsData())
      return describeData(*arguments, context);
    return arguments->command().run(*arguments, context);
  };
  int status = 0;
  auto report = [&](Error error) {
    if (!error)
      return;
    if (status == 0)
      status = 1;
    // Names of programs and files stand in messages, and notes on further
    // lines.
    WithColor::error(context.err, "dlc-run")
        << printableLines(toString(std::move(error))) << '\n';
  };
  Error error = run();
  // Output goes first.
  Error output = flushOutput(context.out);
  report(handleErrors(std::move(error),
                      [&](std::unique_ptr<StoppedBySignal> stopped) {
                        status = stopped->status();
                        return Error(std::move(stopped));
                      }));
  report(std::move(output));
  return status;
}
