//===- Compare.cpp - dlc-run MODEL --step NAME --compare ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"

#include "dlc/Compare/Compare.h"
#include "dlc/Pipelines/PhaseNames.h"
#include "dlc/Support/Error.h"

#include <cmath>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

/// "1e-4", or "f32=1e-4", which concerns one type.
static Error parseTolerance(StringRef text, Tolerance &tolerance) {
  auto [type, number] = text.split('=');
  if (number.empty())
    std::swap(type, number);
  double value;
  if (number.getAsDouble(value) || !std::isfinite(value) || value < 0 ||
      !(type.empty() || type == "f32" || type == "f64"))
    return makeError("--tolerance: '{0}', expected a number of 0 or more, "
                     "f32=NUMBER or f64=NUMBER",
                     text);
  if (type != "f64")
    tolerance.f32 = value;
  if (type != "f32")
    tolerance.f64 = value;
  return Error::success();
}

/// "fuse=m.mlir": the phase and the file.
static Error parseReplacement(StringRef text, CompareRequest &request) {
  auto [phase, file] = text.split('=');
  if (file.empty() || !is_contained(phase::evaluated, phase))
    return makeError(
        "--compare-with: '{0}', expected PHASE=FILE with one of "
        "the phases {1:$[, ]}",
        text,
        make_range(std::begin(phase::evaluated), std::end(phase::evaluated)));
  request.withPhase = phase.str();
  request.withFile = file.str();
  return Error::success();
}

Error run::runCompare(const Arguments &arguments, RunContext &context) {
  for (Option option : {OPT_interpret, OPT_output, OPT_save_params,
                        OPT_save_all, OPT_calls, OPT_profile})
    if (arguments.has(option))
      return makeError("{0} and --compare do not go together: a comparison "
                       "evaluates and compiles, and writes nothing",
                       spelling(option));
  if (arguments.modelPath().ends_with(".so"))
    return makeError("--compare: {0} is compiled already; give the program",
                     arguments.modelPath());
  if (arguments.modelPath() == "-")
    return makeError("--compare reads the program several times: give a file");
  if (!context.compare)
    return makeError("--compare: there is no compiler here");
  CompareRequest request;
  request.path = arguments.modelPath().str();
  Expected<std::string> step = arguments.required(OPT_step);
  if (!step)
    return step.takeError();
  request.step = *step;
  Expected<int64_t> threads = arguments.number(OPT_threads, 0, 0, 1024);
  if (!threads)
    return threads.takeError();
  request.threads = *threads;
  request.options.batch = arguments.all(OPT_batch);
  if (Error error = chooseCode(arguments, request.options))
    return error;
  if (arguments.has(OPT_O))
    request.levels = {request.options.optLevel};
  for (const std::string &text : arguments.all(OPT_tolerance))
    if (Error error = parseTolerance(text, request.tolerance))
      return error;
  if (arguments.has(OPT_compare_with))
    if (Error error =
            parseReplacement(arguments.text(OPT_compare_with), request))
      return error;
  request.initialise = [&](Model &model) {
    return initialise(model, arguments, DLC_PRESENT);
  };
  request.fillInputs = [&](const dlc_step &step, StepBuffers &buffers) {
    return fillInputs(arguments, step, buffers);
  };

  Expected<bool> agrees = context.compare(request, context.out);
  if (!agrees)
    return agrees.takeError();
  if (!*agrees)
    return makeError("step '{0}' computes something else than its ops mean",
                     request.step);
  return Error::success();
}
