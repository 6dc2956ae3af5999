//===- CheckGradients.cpp - dlc-run MODEL check-gradients -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles, in f64, a step that gives the loss and its gradients, and compares
// them with central differences; with --order 2 the products of the second
// derivatives and a vector with differences of the gradients along that vector.
//
//===----------------------------------------------------------------------===//

#include "GradientChecker.h"

#include "dlc/Support/Error.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

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
  auto create =
      [&](Model &model) -> Expected<std::unique_ptr<GradientChecker>> {
    if (Error error = initialise(model, arguments, std::nullopt))
      return std::move(error);
    if (Error error = loadWritten(model, arguments, context))
      return std::move(error);
    auto checker = GradientChecker::create(model, *seed);
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
  GradientChecker &checker = **created;
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
                     wrong, absoluteTolerance, relativeTolerance);
  return Error::success();
}
