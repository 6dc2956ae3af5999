//===- Freeze.cpp - The state that a frozen library holds -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Freeze.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Execution/Jit.h"
#include "dlc/Execution/Params.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Error.h"
#include "dlc/Target/Outline.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace dlc;

/// The states that steps of a program after the phase `fuse` read, derivations
/// included.
static StringSet<> statesRead(mlir::ModuleOp module) {
  StringSet<> read;
  module.walk([&](mlir::func::FuncOp step) {
    for (unsigned i = 0; i < step.getNumArguments(); ++i)
      if (auto state =
              step.getArgAttrOfType<mlir::FlatSymbolRefAttr>(i, names::state))
        read.insert(state.getValue());
  });
  return read;
}

/// Entries of optimizers and counters (averages) that steps read must be in the
/// file, their only source. Hyper-parameters have the values of the program,
/// and `dlc_load` asks for the rest.
static Error checkEntries(const dlc_model &model, const StringSet<> &read,
                          const std::set<std::string> &filled, StringRef path) {
  for (const dlc_state &state :
       ArrayRef(model.states, size_t(model.num_states))) {
    StringRef name = state.tensor.name;
    if (state.kind != DLC_HPARAM && read.contains(name) &&
        !filled.count(state.tensor.name))
      return makeError(
          "{0}: no entry \"{1}\", which a step of the library "
          "reads; a full checkpoint has it (dlc_save with DLC_ALL, "
          "dlc-run train --out)",
          path, name);
  }
  return Error::success();
}

Expected<StringMap<std::vector<char>>>
dlc::freezeState(std::unique_ptr<MemoryBuffer> program,
                 const CompilerOptions &options, StringRef params,
                 ArrayRef<std::string> renames) {
  Expected<const Backend *> backend = findBackend(options.backend);
  if (!backend)
    return backend.takeError();
  Expected<TargetInfo> target = (*backend)->describe(options);
  if (!target)
    return target.takeError();
  CompilerOptions here = options;
  // Derivations run here, whatever the library is for, and give what its steps
  // read: in the same order.
  here.target = *target;
  here.backend = "cpu";
  here.cpu = "native";
  here.evaluationOnly = true;
  here.printMemoryPlan = false;
  here.dumpPhases.clear();
  // Remarks are printed when the library is made.
  here.remarks.clear();
  // Files that do not fit are an error before code is made.
  here.inspect = [&](const Outline &outline) -> Error {
    auto model = Model::createOutline(outline.tables);
    return model ? loadParams(**model, params, renames, DLC_PRESENT).takeError()
                 : model.takeError();
  };
  auto compilation = Compilation::read(std::move(program), here);
  if (!compilation)
    return compilation.takeError();
  StringRef ofProgram = getProgramPhases().back().name;
  if (Error error = (*compilation)->run("", ofProgram))
    return std::move(error);
  StringSet<> read = statesRead((*compilation)->getModule());
  if (Error error = (*compilation)->runAll(ofProgram))
    return std::move(error);
  Expected<LoadedCode> code = loadCode(**compilation, "frozen");
  if (!code)
    return code.takeError();
  auto model = Model::create(code->library, std::move(code->owner), 0);
  if (!model)
    return model.takeError();
  Expected<std::set<std::string>> filled =
      loadParams(**model, params, renames, DLC_PRESENT);
  if (!filled)
    return filled.takeError();
  const dlc_model &table = (*model)->description();
  if (Error error = checkEntries(table, read, *filled, params))
    return std::move(error);
  const char *block = nullptr;
  for (int step = 0; step < table.num_steps; ++step)
    block = static_cast<const char *>(dlc_rt_state((*model)->instance(), step));

  StringMap<std::vector<char>> values;
  auto manifest = (*compilation)
                      ->getModule()
                      ->getAttrOfType<dl::ManifestAttr>(names::manifest);
  auto take = [&](StringRef name, mlir::RankedTensorType type, int64_t offset) {
    const char *from = block + offset;
    values[name] = std::vector<char>(from, from + dl::bytesOf(type));
  };
  for (auto entry : manifest.getStates().getAsRange<dl::StateEntryAttr>())
    take(entry.getName(), entry.getType(), entry.getOffset());
  for (auto entry : manifest.getDerived().getAsRange<dl::TensorEntryAttr>())
    take(entry.getName(), entry.getType(), entry.getOffset());
  return values;
}
