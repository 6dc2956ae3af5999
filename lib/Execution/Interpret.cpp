//===- Interpret.cpp - A program as a model that is not compiled ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model is tables in memory beside one step function, which evaluates the
// step's function of the program. All the rest (state, checkpoints, checks of
// buffers, errors) is the runtime's, as for a compiled model.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/Interpret.h"

#include "dlc/Interpreter/Interpreter.h"
#include "dlc/Schedule/Manifest.h"
#include "dlc/Target/HostTables.h"
#include "dlc/Transforms/Passes.h"

#include <cfenv>

using namespace llvm;
using namespace dlc;

namespace {

/// One step or derivation. Each argument and result has its place in the state,
/// or none: then it is the next input or output.
struct InterpretedStep {
  mlir::func::FuncOp function;
  SmallVector<std::optional<int64_t>> arguments, results;
};

/// A program and its tables. The runtime hands out the table that it was given,
/// and the rest is found from it.
struct InterpretedModel : CodeOwner, dlc_model {
  std::unique_ptr<Compilation> compilation;
  StepObserver observer;
  BumpPtrAllocator memory;
  /// For each step its sizes, in the order of the tables.
  std::vector<std::vector<InterpretedStep>> functions;
  std::vector<InterpretedStep> derivations;
  StringMap<int64_t> places;
  /// The message of the last fault.
  std::string message;
  const char *fault = "";

  Error prepare(const CompilerOptions &options);
  std::optional<int64_t> placeOf(mlir::DictionaryAttr attrs) const;
  /// Runs a size of a step on a handle's state, after the derivations whose
  /// results it reads; returns true without a fault.
  bool run(int step, unsigned size, char *state, void *const *io);
  bool run(InterpretedStep &step, char *state, void *const *io);
};

/// The context of a step function: its model, step and size.
struct InterpretedCall {
  InterpretedModel *model;
  unsigned step, size;
};

} // namespace

static void runStep(const dlc_context *context, void *state, void *,
                    void *const *io) {
  auto *call = static_cast<const InterpretedCall *>(context->data);
  if (dlc_rt_share(context->worker, 1) &&
      !call->model->run(call->step, call->size, static_cast<char *>(state), io))
    *context->fault = 1;
}

Error InterpretedModel::prepare(const CompilerOptions &options) {
  Error phases = options.interpretAfter == phase::grad
                     ? compilation->runToPrimitives()
                     : compilation->run(options.from, options.interpretAfter);
  if (phases)
    return phases;
  mlir::ModuleOp module = compilation->getModule();
  auto models = module.getOps<dl::ModelOp>();
  return compilation->runCollecting(
      [&]() -> LogicalResult {
        if (!hasSingleElement(models))
          return module.emitError("expects a file with one dl.model, not ")
                 << range_size(models);
        auto makeCall = [&](unsigned step, unsigned size) {
          return new (memory) InterpretedCall{this, step, size};
        };
        static_cast<dlc_model &>(*this) =
            makeHostTables(describeModel(*models.begin()),
                           {runStep, makeCall, &fault}, memory, places);
        for (const dlc_state &entry : ArrayRef(states, num_states))
          places[entry.tensor.name] = entry.offset;
        mlir::Attribute sizeOf;
        for (auto function : (*models.begin()).getOps<mlir::func::FuncOp>()) {
          if (failed(interp::prepare(function)))
            return failure();
          if (!function->hasAttr(names::step))
            continue;
          InterpretedStep step{function, {}, {}};
          for (unsigned i = 0; i < function.getNumArguments(); ++i)
            step.arguments.push_back(placeOf(function.getArgAttrDict(i)));
          for (unsigned i = 0; i < function.getNumResults(); ++i)
            step.results.push_back(placeOf(function.getResultAttrDict(i)));
          if (function->hasAttr(names::derives)) {
            derivations.push_back(std::move(step));
            continue;
          }
          auto batch = function->getAttrOfType<dl::BatchAttr>(names::batch);
          mlir::Attribute base = batch ? batch.getStep() : mlir::Attribute();
          if (!base || base != sizeOf)
            functions.emplace_back();
          sizeOf = base;
          functions.back().push_back(std::move(step));
        }
        return success();
      },
      "the program cannot be interpreted");
}

/// Where in the state an argument or result lies, if it does.
std::optional<int64_t>
InterpretedModel::placeOf(mlir::DictionaryAttr attrs) const {
  auto name = attrs.getAs<mlir::FlatSymbolRefAttr>(names::state);
  if (!name)
    return std::nullopt;
  return places.lookup(name.getValue());
}

namespace {
/// Interpreted code must not flush denormals: tensors do, by their element
/// types, where steps do.
class WithDenormals {
public:
  WithDenormals() {
    std::fegetenv(&saved);
    std::fesetenv(FE_DFL_ENV);
  }
  ~WithDenormals() { std::fesetenv(&saved); }

private:
  std::fenv_t saved;
};
} // namespace

bool InterpretedModel::run(int number, unsigned size, char *state,
                           void *const *io) {
  WithDenormals scope;
  InterpretedStep &step = functions[number][size];
  // Each time: an interpreter need not be fast, and keeps no account.
  for (InterpretedStep &derivation : derivations)
    if (any_of(derivation.results, [&](std::optional<int64_t> place) {
          return is_contained(step.arguments, place);
        }))
      if (!run(derivation, state, nullptr))
        return false;
  return run(step, state, io);
}

bool InterpretedModel::run(InterpretedStep &step, char *state,
                           void *const *io) {
  std::vector<interp::Tensor> arguments;
  for (auto [type, place] :
       zip_equal(step.function.getArgumentTypes(), step.arguments))
    arguments.push_back(interp::Tensor::load(cast<mlir::RankedTensorType>(type),
                                             place ? state + *place : *io++));
  Expected<std::vector<interp::Tensor>> results =
      observer ? interp::evaluate(step.function, std::move(arguments), observer)
               : interp::evaluate(step.function, std::move(arguments));
  if (!results) {
    message = toString(results.takeError());
    fault = message.c_str();
    return false;
  }
  for (auto [number, result, place] : enumerate(*results, step.results))
    // A fault has made an error of the results.
    if (!step.function.getResultAttr(number, names::fault))
      result.store(place ? state + *place : *io++);
  return true;
}

Expected<std::unique_ptr<Model>>
dlc::interpretAndLoad(StringRef mlirPath, const CompilerOptions &options, int) {
  auto compilation = Compilation::read(mlirPath, options);
  if (!compilation)
    return compilation.takeError();
  return interpretAndLoad(std::move(*compilation), options, nullptr);
}

Expected<std::unique_ptr<Model>>
dlc::interpretAndLoad(std::unique_ptr<Compilation> compilation,
                      const CompilerOptions &options, StepObserver observer) {
  auto model = std::make_unique<InterpretedModel>();
  model->compilation = std::move(compilation);
  model->observer = std::move(observer);
  mlir::DialectRegistry registry;
  interp::registerModels(registry);
  model->compilation->getModule().getContext()->appendDialectRegistry(registry);
  if (Error error = model->prepare(options))
    return std::move(error);
  dlc_library library{model.get(), &dlc_runtime_api};
  return Model::create(library, std::move(model), /*threads=*/1);
}
