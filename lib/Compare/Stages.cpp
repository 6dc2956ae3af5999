//===- Stages.cpp - One step, phase by phase ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compare/Compare.h"

#include "Kernels.h"
#include "Values.h"

#include "dlc/Conversion/Passes.h"
#include "dlc/Execution/Interpret.h"
#include "dlc/Interpreter/Rounding.h"
#include "dlc/Support/Error.h"
#include "dlc/Transforms/Passes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using namespace dlc;

namespace {

/// An output or an entry of the state after a step.
struct Quantity {
  std::string name; ///< "output loss", "state fc.weight"
  int type;
  SmallVector<int64_t> shape;
  std::vector<char> bytes;
  /// The change that changes of the inputs and the state in their last bits
  /// cause.
  double noise = 0;
};

/// The result of a call of a step: quantities, or the message of a fault.
struct Outcome {
  std::vector<Quantity> quantities;
  std::optional<std::string> fault;
};

/// A way from the program to values.
struct Stage {
  std::string name;
  std::string path;
  CompilerOptions options;
  bool isCompiled;
};

/// One stage against the first.
struct Verdict {
  /// The quantity with the largest difference relative to its tolerance.
  std::string name;
  Difference difference;
  int64_t differing = 0;
  /// The message where a step fails in one of the two.
  std::string fault;

  bool agrees() const { return differing == 0 && fault.empty(); }
};

/// An interpreted step and the values it has had.
struct Traced {
  std::unique_ptr<Model> model;
  Compilation *compilation;
  ValueTrace trace;
};

class Comparison {
public:
  Comparison(const CompareRequest &request, raw_ostream &os)
      : request(request), os(os) {}

  Expected<bool> run();

private:
  std::vector<Stage> stages() const;
  /// Calls the step; `seed` above 0: on inputs and state with other last bits.
  Expected<Outcome> call(Model &model, unsigned seed = 0) const;
  Error measureNoise(Model &model, Outcome &expected) const;
  Expected<std::unique_ptr<Model>> open(const Stage &stage) const;
  Verdict compare(const Outcome &got, const Outcome &expected) const;
  void print(const Stage &stage, const Verdict &verdict);
  Expected<std::unique_ptr<Traced>> trace(const Stage &stage) const;
  Error blamePhase(const Stage &stage, const Stage &before,
                   const Verdict &verdict);
  Error blameKernel(const Stage &stage);

  const CompareRequest &request;
  raw_ostream &os;
};

} // namespace

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// The others are compared with the first.
std::vector<Stage> Comparison::stages() const {
  std::vector<Stage> result;
  bool replaced = false;
  auto options = [&](StringRef phase) {
    CompilerOptions options = request.options;
    replaced |= !request.withPhase.empty() && phase == request.withPhase;
    if (replaced)
      options.from = request.withPhase;
    return options;
  };
  auto path = [&] { return replaced ? request.withFile : request.path; };
  result.push_back({phase::grad.str(), request.path, request.options, false});
  for (StringRef phase : phase::evaluated) {
    CompilerOptions chosen = options(phase);
    chosen.interpretAfter = phase.str();
    // The program after `grad` is the first stage already.
    if (phase == phase::grad && !replaced)
      continue;
    std::string name = replaced && phase == request.withPhase
                           ? phase.str() + " (" + request.withFile + ")"
                           : phase.str();
    result.push_back({name, path(), chosen, false});
  }
  for (unsigned level : request.levels) {
    CompilerOptions chosen = options("");
    chosen.optLevel = level;
    result.push_back({"-O" + std::to_string(level), path(), chosen, true});
  }
  return result;
}

Expected<std::unique_ptr<Model>> Comparison::open(const Stage &stage) const {
  auto compilation = Compilation::read(stage.path, stage.options);
  if (!compilation)
    return compilation.takeError();
  if (stage.isCompiled)
    return request.compile(**compilation, stage.options.from, stage.path,
                           request.threads);
  return interpretAndLoad(std::move(*compilation), stage.options, nullptr);
}

/// Changes the parameters, buffers and slots of a model in their last bits.
static Error perturbState(Model &model, unsigned seed) {
  const dlc_model &description = model.description();
  for (const dlc_state &state :
       ArrayRef(description.states, description.num_states)) {
    if (state.kind == DLC_HPARAM || state.kind == DLC_COUNTER)
      continue;
    std::vector<char> bytes(numBytes(state.tensor));
    if (Error error = model.get(state.tensor.name, bytes))
      return error;
    perturb(state.tensor.type, bytes, seed++);
    if (Error error = model.set(state.tensor.name, bytes))
      return error;
  }
  return Error::success();
}

Expected<Outcome> Comparison::call(Model &model, unsigned seed) const {
  Expected<int> index = model.findStep(request.step);
  if (!index)
    return index.takeError();
  const dlc_step &step = model.step(*index);
  Expected<StepBuffers> buffers = StepBuffers::create(step);
  if (!buffers)
    return buffers.takeError();
  if (Error error = request.fillInputs(step, *buffers))
    return std::move(error);
  if (Error error = request.initialise(model))
    return std::move(error);
  std::optional<interp::RoundingByChance> rounding;
  if (seed != 0) {
    rounding.emplace(seed);
    for (int i = 0; i < step.num_inputs; ++i)
      perturb(step.inputs[i].type, buffers->input(i), seed + i);
    if (Error error = perturbState(model, seed + step.num_inputs))
      return std::move(error);
  }
  Outcome outcome;
  if (Error error = model.run(*index, *buffers)) {
    outcome.fault = toString(std::move(error));
    return outcome;
  }
  auto add = [&](StringRef kind, const dlc_tensor &tensor) -> Quantity & {
    return outcome.quantities.emplace_back(
        Quantity{(kind + " " + tensor.name).str(),
                 tensor.type,
                 SmallVector<int64_t>(ArrayRef(tensor.shape, tensor.rank)),
                 {}});
  };
  for (int i = 0; i < step.num_outputs; ++i) {
    ArrayRef<char> bytes = buffers->output(i);
    add("output", step.outputs[i]).bytes.assign(bytes.begin(), bytes.end());
  }
  const dlc_model &description = model.description();
  for (const dlc_state &state :
       ArrayRef(description.states, description.num_states)) {
    if (state.kind == DLC_HPARAM)
      continue;
    Quantity &quantity = add("state", state.tensor);
    quantity.bytes.resize(numBytes(state.tensor));
    if (Error error = model.get(state.tensor.name, quantity.bytes))
      return std::move(error);
  }
  return outcome;
}

Error Comparison::measureNoise(Model &model, Outcome &expected) const {
  for (unsigned seed : {1000u, 2000u}) {
    Expected<Outcome> moved = call(model, seed);
    if (!moved)
      return moved.takeError();
    if (!moved->fault)
      for (auto [quantity, other] :
           zip_equal(expected.quantities, moved->quantities))
        quantity.noise =
            std::max(quantity.noise,
                     largestMove(quantity.type, quantity.bytes, other.bytes));
  }
  return Error::success();
}

Verdict Comparison::compare(const Outcome &got, const Outcome &expected) const {
  Verdict verdict;
  if (got.fault || expected.fault) {
    if (got.fault != expected.fault)
      verdict.fault = "the step " +
                      (got.fault ? "fails: " + *got.fault : "succeeds") +
                      "; expected " + expected.fault.value_or("success");
    return verdict;
  }
  for (const Quantity &quantity : expected.quantities) {
    auto own = find_if(got.quantities, [&](const Quantity &own) {
      return own.name == quantity.name;
    });
    if (own == got.quantities.end() || own->type != quantity.type ||
        own->shape != quantity.shape) {
      verdict.fault = "there is no " + quantity.name + " of the same type";
      return verdict;
    }
    Difference difference = compareTensors(
        quantity.type, quantity.shape, own->bytes.data(), quantity.bytes.data(),
        request.tolerance, quantity.noise);
    verdict.differing += difference.differs();
    if (verdict.name.empty() || difference.excess > verdict.difference.excess) {
      verdict.name = quantity.name;
      verdict.difference = difference;
    }
  }
  return verdict;
}

//===----------------------------------------------------------------------===//
// Blame
//===----------------------------------------------------------------------===//

Expected<std::unique_ptr<Traced>> Comparison::trace(const Stage &stage) const {
  auto compilation = Compilation::read(stage.path, stage.options);
  if (!compilation)
    return compilation.takeError();
  auto result = std::make_unique<Traced>();
  result->compilation = compilation->get();
  auto model =
      interpretAndLoad(std::move(*compilation), stage.options,
                       [&trace = result->trace](mlir::Operation *op,
                                                auto operands, auto results) {
                         trace.observe(op->getOperands(), operands);
                         trace.observe(op->getResults(), results);
                       });
  if (!model)
    return model.takeError();
  result->model = std::move(*model);
  // A step that fails has values up to there.
  Expected<Outcome> outcome = call(*result->model);
  if (!outcome)
    return outcome.takeError();
  return result;
}

/// The value that the step returns as the output or state of that name, or
/// null.
static mlir::Value returned(mlir::ModuleOp module, StringRef stepName,
                            StringRef quantity) {
  mlir::Value result;
  module.walk([&](mlir::func::FuncOp step) {
    if (step.getSymName() != stepName)
      return;
    mlir::Operation *ret = step.getBody().front().getTerminator();
    for (unsigned i = 0; i < ret->getNumOperands(); ++i) {
      mlir::DictionaryAttr attrs = step.getResultAttrDict(i);
      if (!attrs)
        continue;
      auto output = attrs.getAs<mlir::StringAttr>(names::io);
      auto state = attrs.getAs<mlir::FlatSymbolRefAttr>(names::state);
      if ((output && ("output " + output.getValue()).str() == quantity) ||
          (state && ("state " + state.getValue()).str() == quantity))
        result = ret->getOperand(i);
    }
  });
  return result;
}

Error Comparison::blamePhase(const Stage &stage, const Stage &before,
                             const Verdict &verdict) {
  Expected<std::unique_ptr<Traced>> old = trace(before);
  if (!old)
    return old.takeError();
  Expected<std::unique_ptr<Traced>> now = trace(stage);
  if (!now)
    return now.takeError();
  mlir::Value result =
      returned((*old)->compilation->getModule(), request.step, verdict.name);
  mlir::Operation *missing =
      result
          ? (*old)->trace.firstMissing((*now)->trace, result, request.tolerance)
          : nullptr;
  if (missing)
    os << "the first value that is not there after it: " << nameOf(missing)
       << '\n';
  if (mlir::Operation *fresh =
          (*now)->trace.firstNew((*old)->trace, request.tolerance))
    os << "the first value that was not there before: " << nameOf(fresh)
       << '\n';
  return Error::success();
}

Error Comparison::blameKernel(const Stage &stage) {
  Expected<KernelReport> report =
      compareKernels(request, stage.path, stage.options);
  if (!report)
    return report.takeError();
  if (!report->fault) {
    os << "each of its " << report->agreeing
       << " kernels and loops agrees when it is compiled alone";
    if (report->excess > 0)
      os << format(", at most %.2g of what is allowed, in ", report->excess)
         << report->furthest;
    os << ":\nthe cause lies between them (order, memory, barriers, state "
          "written in place),\nor small differences add up\n";
    return Error::success();
  }
  const KernelFault &fault = *report->fault;
  os << "the first that differs when it is compiled alone: " << fault.unit;
  if (!fault.error.empty()) {
    os << "\n  it fails: " << fault.error << '\n';
    return Error::success();
  }
  os << ", result " << fault.result << "\n  " << describe(fault.difference)
     << '\n';
  if (!fault.op.empty())
    os << "the first op in it that differs: " << fault.op << "\n  "
       << describe(fault.opDifference) << '\n';
  else if (!fault.ops.empty())
    os << "none of its ops differs without those that follow it: "
       << join(fault.ops, ", ") << '\n';
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The report
//===----------------------------------------------------------------------===//

void Comparison::print(const Stage &stage, const Verdict &verdict) {
  std::string name =
      stage.isCompiled ? "compiled with " + stage.name : "after " + stage.name;
  os << left_justify(name, 20);
  if (verdict.agrees()) {
    os << " agrees";
    if (verdict.difference.excess == 0)
      os << ", no difference\n";
    else
      os << format(", largest difference %.2g (relative %.2g) in ",
                   verdict.difference.absolute, verdict.difference.relative)
         << verdict.name << '\n';
    return;
  }
  os << " DIFFERS\n  ";
  if (!verdict.fault.empty())
    os << verdict.fault << '\n';
  else
    os << verdict.name << ": " << describe(verdict.difference) << '\n';
  if (verdict.differing > 1)
    os << "  and " << verdict.differing - 1
       << " more outputs or state entries\n";
}

Expected<bool> Comparison::run() {
  std::vector<Stage> all = stages();
  Expected<std::unique_ptr<Model>> first = open(all.front());
  if (!first)
    return first.takeError();
  Expected<Outcome> expected = call(**first);
  if (!expected)
    return expected.takeError();
  if (!expected->fault)
    if (Error error = measureNoise(**first, *expected))
      return std::move(error);
  first->reset();
  os << "step '" << request.step << "', against the program after grad, "
     << "evaluated op by op\n";
  if (expected->fault)
    os << "  which fails: " << *expected->fault << '\n';
  for (size_t i = 1; i < all.size(); ++i) {
    Expected<std::unique_ptr<Model>> model = open(all[i]);
    if (!model)
      return model.takeError();
    Expected<Outcome> got = call(**model);
    if (!got)
      return got.takeError();
    Verdict verdict = compare(*got, *expected);
    print(all[i], verdict);
    if (verdict.agrees())
      continue;
    if (Error error = all[i].isCompiled
                          ? blameKernel(all[i])
                          : blamePhase(all[i], all[i - 1], verdict))
      return std::move(error);
    return false;
  }
  return true;
}

Expected<bool> dlc::compareStep(const CompareRequest &request,
                                raw_ostream &os) {
  return Comparison(request, os).run();
}
