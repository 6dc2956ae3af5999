//===- Run.cpp - Ways to run a program ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Run.h"

#include "dlc/Autodiff/Passes.h"
#include "dlc/Execution/Interpret.h"
#include "dlc/Execution/StepBuffers.h"
#include "dlc/Interpreter/Rounding.h"
#include "dlc/Support/Error.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

int64_t Result::size() const {
  int64_t elements = 1;
  for (int64_t extent : shape)
    elements *= extent;
  return elements;
}

double Result::real(int64_t i) const {
  return realElement(type, bytes.data(), i);
}

static Result makeResult(const dlc_tensor &tensor, std::string name,
                         ArrayRef<char> data) {
  return {std::move(name),
          tensor.type,
          {tensor.shape, tensor.shape + tensor.rank},
          {data.begin(), data.end()}};
}

Outcome dlc::fuzz::runModel(Model &model, int calls, const Noise &noise,
                            const GivenInputs &given) {
  Outcome outcome;
  unsigned inputs = 0;
  auto fillNoisy = [&](const dlc_tensor &tensor, int call,
                       MutableArrayRef<char> data) {
    fill(tensor, call, data);
    if (noise.seed != 0)
      perturb(tensor.type, data, noise.seed + inputs++);
  };
  auto failed = [&](Error error) {
    if (!error)
      return false;
    outcome.fault = toString(std::move(error));
    return true;
  };
  // The interpreter's; compiled code rounds as it does.
  std::optional<interp::RoundingByChance> rounding;
  if (noise.seed != 0)
    rounding.emplace(noise.seed, noise.units);
  const dlc_model &description = model.description();
  if (failed(model.init(1)))
    return outcome;
  ArrayRef states(description.states, description.num_states);
  for (const dlc_state &state : states) {
    if (state.kind != DLC_PARAM && state.kind != DLC_BUFFER)
      continue;
    std::vector<char> data(numBytes(state.tensor));
    fillNoisy(state.tensor, 0, data);
    if (failed(model.set(state.tensor.name, data)))
      return outcome;
  }
  for (int call = 0; call < calls; ++call)
    for (int number = 0; number < description.num_steps; ++number) {
      Expected<StepBuffers> buffers = StepBuffers::create(model.step(number));
      if (!buffers) {
        (void)failed(buffers.takeError());
        return outcome;
      }
      const dlc_step &step = buffers->step();
      for (int i = 0; i < step.num_inputs; ++i)
        if (auto found = given.find(step.inputs[i].name); found != given.end())
          std::copy(found->second.begin(), found->second.end(),
                    buffers->input(i).begin());
        else
          fillNoisy(step.inputs[i], call, buffers->input(i));
      if (failed(model.run(number, *buffers)))
        return outcome;
      for (int i = 0; i < step.num_outputs; ++i)
        outcome.results.push_back(
            makeResult(step.outputs[i],
                       formatv("{0} of call {1} of {2}", step.outputs[i].name,
                               call + 1, step.name)
                           .str(),
                       buffers->output(i)));
    }
  for (const dlc_state &state : states) {
    if (state.kind == DLC_HPARAM)
      continue;
    std::vector<char> data(numBytes(state.tensor));
    if (failed(model.get(state.tensor.name, data)))
      return outcome;
    outcome.results.push_back(
        makeResult(state.tensor, std::string("@") + state.tensor.name, data));
  }
  return outcome;
}

Expected<std::unique_ptr<Model>> dlc::fuzz::interpret(StringRef path) {
  return interpretAndLoad(path, CompilerOptions(), 1);
}

/// Reads a program; passes run on the calling thread.
static Expected<std::unique_ptr<Compilation>>
read(StringRef path, const CompilerOptions &options) {
  auto compilation = Compilation::read(path, options);
  if (compilation)
    (*compilation)->getModule().getContext()->disableMultithreading();
  return compilation;
}

static std::string textOf(mlir::ModuleOp module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os);
  return text;
}

Expected<Code> Code::compile(StringRef path, const CompilerOptions &options,
                             StringRef from, const Code *known) {
  auto compilation = read(path, options);
  if (!compilation)
    return compilation.takeError();
  if (Error error = (*compilation)->runAll(from))
    return std::move(error);
  Code code;
  code.lowered = textOf((*compilation)->getModule());
  if (known && known->lowered == code.lowered)
    return *known;
  Expected<LoadedCode> loaded = loadCode(**compilation, path);
  if (!loaded)
    return loaded.takeError();
  code.library = loaded->library;
  code.owner = std::move(loaded->owner);
  return code;
}

namespace {
/// A share in the code.
struct SharedOwner : CodeOwner {
  explicit SharedOwner(std::shared_ptr<CodeOwner> owner)
      : owner(std::move(owner)) {}
  std::shared_ptr<CodeOwner> owner;
};
} // namespace

Expected<std::unique_ptr<Model>> Code::instance(int threads) const {
  return Model::create(library, std::make_unique<SharedOwner>(owner), threads);
}

Expected<std::string> dlc::fuzz::emit(StringRef path,
                                      const CompilerOptions &options,
                                      StringRef phase) {
  auto compilation = read(path, options);
  if (!compilation)
    return compilation.takeError();
  if (Error error = (*compilation)->run("", phase))
    return std::move(error);
  return textOf((*compilation)->getModule());
}

Expected<std::string> dlc::fuzz::widen(StringRef path) {
  auto compilation = read(path, CompilerOptions());
  if (!compilation)
    return compilation.takeError();
  mlir::ModuleOp module = (*compilation)->getModule();
  Error error = (*compilation)
                    ->runCollecting(
                        [&] {
                          mlir::PassManager manager(module.getContext());
                          manager.addPass(createWidenFloats());
                          return manager.run(module);
                        },
                        "the program cannot be widened");
  if (error)
    return std::move(error);
  return textOf(module);
}

Error dlc::fuzz::writeText(StringRef path, StringRef text) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return makeError("{0}: {1}", path, code.message());
  os << text;
  return Error::success();
}
