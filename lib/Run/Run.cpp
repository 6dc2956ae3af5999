//===- Run.cpp - The tool dlc-run as a function ---------------------------===//

#include "dlc/Run/Run.h"

#include "Commands.h"

#include "dlc/Support/Bytes.h"
#include "dlc/Support/Error.h"

#include "llvm/Support/WithColor.h"

#include <cmath>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

ArrayRef<Command> run::commands() {
  static constexpr Command table[] = {
      {"", "--step NAME --input x=x.npy --output y=y.npy",
       "calls a step once, on files", StepCommand, runStep},
      {"train", "train --data DESC --epochs 5 --out DIR",
       "trains on data, evaluates after every epoch", TrainCommand, runTrain},
      {"check-gradients", "check-gradients --step train --order 2",
       "compares the gradients of a step that trains with differences of its "
       "loss, in f64",
       CheckCommand, runCheckGradients}};
  return table;
}

Expected<std::unique_ptr<Model>>
run::openModel(const Arguments &arguments, RunContext &context,
               function_ref<void(CompilerOptions &)> adjust) {
  Expected<int64_t> threads = arguments.number(OPT_threads, 0, 0, 1024);
  if (!threads)
    return threads.takeError();
  StringRef path = arguments.modelPath();
  if (path.ends_with(".so")) {
    for (Option option : {OPT_O, OPT_mcpu, OPT_memory_budget, OPT_interpret})
      if (arguments.has(option))
        return makeError("{0}: {1} is compiled already", spelling(option),
                         path);
    return Model::openLibrary(path, *threads);
  }

  CompilerOptions options;
  if (adjust)
    adjust(options);
  if (arguments.has(OPT_interpret)) {
    for (Option option : {OPT_O, OPT_mcpu, OPT_memory_budget})
      if (arguments.has(option))
        return makeError("{0} says how to compile, and --interpret compiles "
                         "nothing: leave out one of them",
                         spelling(option));
    options.interpretAfter = arguments.text(OPT_interpret).str();
    static constexpr StringLiteral phases[] = {"grad", "simplify", "fuse"};
    if (!is_contained(phases, options.interpretAfter))
      return makeError(
          "{0}={1}, expected one of the phases grad, simplify and fuse: what "
          "they leave can be evaluated",
          spelling(OPT_interpret), options.interpretAfter);
    return context.interpret(path, options, *threads);
  }
  if (Error error = chooseCode(arguments, options))
    return std::move(error);
  return context.compile(path, options, *threads);
}

Error run::chooseCode(const Arguments &arguments, CompilerOptions &options) {
  StringRef level = arguments.text(OPT_O, "2");
  if (level != "0" && level != "2")
    return makeError("-O{0}, expected -O0 or -O2", level);
  options.optLevel = level == "0" ? 0 : 2;
  options.cpu = arguments.text(OPT_mcpu, options.cpu).str();
  if (arguments.has(OPT_memory_budget)) {
    Expected<int64_t> bytes = parseBytes(arguments.text(OPT_memory_budget));
    if (!bytes)
      return makeError("--memory-budget: {0}", toString(bytes.takeError()));
    options.memoryBudget = *bytes;
  }
  return Error::success();
}

Error run::setHparams(Model &model, const Arguments &arguments) {
  Expected<Assignments> hparams = arguments.assignments(OPT_set);
  if (!hparams)
    return hparams.takeError();
  for (const auto &[name, text] : *hparams) {
    double value;
    if (StringRef(text).getAsDouble(value) || !std::isfinite(value))
      return makeError("--set {0}: '{1}', expected a finite number", name,
                       text);
    if (Error error = model.setHparam(name, value))
      return makeError("--set: {0}", toString(std::move(error)));
  }
  return Error::success();
}

Error run::initialise(Model &model, const Arguments &arguments,
                      std::optional<dlc_scope> scope) {
  Expected<uint64_t> seed = arguments.seed();
  if (!seed)
    return seed.takeError();
  if (Error error = model.init(*seed))
    return error;
  if (scope && arguments.has(OPT_params))
    if (Error error = model.load(arguments.text(OPT_params), *scope))
      return makeError("--params: {0}", toString(std::move(error)));
  // A full checkpoint brings its own.
  if (scope == DLC_PRESENT && arguments.has(OPT_seed))
    if (Error error = model.set(
            "seed", {reinterpret_cast<const char *>(&*seed), sizeof(*seed)}))
      return error;
  return setHparams(model, arguments);
}

Expected<std::string> run::reserveParams(const Arguments &arguments,
                                         PendingFiles &files) {
  if (!arguments.has(OPT_save_params))
    return std::string();
  StringRef path = arguments.text(OPT_save_params);
  Expected<std::string> temporary = files.reserve(path);
  // A checkpoint is written by a rename, which would replace a device or a
  // pipe.
  if (temporary && *temporary == path)
    return makeError("--save-params: '{0}' is not a regular file", path);
  return temporary;
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
    return arguments->command().run(*arguments, context);
  };
  Error error = run();
  context.out.flush();
  if (!error)
    return 0;
  WithColor::error(context.err, "dlc-run")
      << toString(std::move(error)) << '\n';
  return 1;
}
