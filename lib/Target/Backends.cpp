//===- Backends.cpp - The table of backends, and its first row ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Target/Backend.h"

#include "dlc/Machine/Processor.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Target/Output.h"

#include "llvm/Support/Path.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// The processor
//===----------------------------------------------------------------------===//

static Expected<std::unique_ptr<TargetMachine>>
makeMachine(const CompilerOptions &options) {
  return Processor::find(options.cpu)
      .makeMachine(options.optLevel == 0 ? CodeGenOptLevel::Less
                                         : CodeGenOptLevel::Aggressive);
}

static TargetInfo describeProcessorOf(const CompilerOptions &options,
                                      const TargetMachine *machine) {
  return describeTarget(*machine, /*plain=*/options.optLevel == 0);
}

static Expected<Objects> makeObjects(Compilation &compilation, bool interface) {
  return compilation.compile(interface);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// Constructed when first asked for: registrations are static objects too.
static std::vector<const Backend *> &table() {
  static const Backend cpu{"cpu",
                           "vector loops for the processor of --mcpu, as a "
                           "library that needs libc and libm",
                           getCpuPhases(),
                           makeMachine,
                           describeProcessorOf,
                           {/*faults=*/true, /*processors=*/true,
                            /*levels=*/true, /*freezing=*/true,
                            /*profiling=*/true},
                           makeObjects,
                           getCodeForms(),
                           writeOutput};
  static std::vector<const Backend *> backends{&cpu};
  return backends;
}

BackendRegistration::BackendRegistration(const Backend &backend) {
  table().push_back(&backend);
}

ArrayRef<const Backend *> dlc::getBackends() { return table(); }

Expected<const Backend *> dlc::findBackend(StringRef name) {
  SmallVector<StringRef> names;
  for (const Backend *backend : table()) {
    if (backend->name == name)
      return backend;
    names.push_back(backend->name);
  }
  return unknownName("backend", name, names);
}

Expected<TargetInfo> Backend::describe(const CompilerOptions &options) const {
  std::unique_ptr<TargetMachine> machine;
  if (makeMachine) {
    auto made = makeMachine(options);
    if (!made)
      return made.takeError();
    machine = std::move(*made);
  }
  return describeTarget(options, machine.get());
}

SmallVector<const Phase *> Backend::allPhases() const {
  SmallVector<const Phase *> all;
  for (ArrayRef<Phase> part : {getProgramPhases(), phases})
    for (const Phase &phase : part)
      all.push_back(&phase);
  return all;
}

const Phase *Backend::findPhase(StringRef name) const {
  for (const Phase *phase : allPhases())
    if (phase->name == name)
      return phase;
  return nullptr;
}

StringRef Backend::formOfSuffix(StringRef path) const {
  StringRef suffix = sys::path::extension(path);
  suffix.consume_front(".");
  if (is_contained(forms, suffix))
    return suffix;
  return suffix == "mlir" ? StringRef(allPhases().back()->name) : "";
}

std::string Backend::suffixes(StringRef before) const {
  std::string text;
  for (StringRef form : forms)
    text += "." + form.str() + ", ";
  return text + before.str() + ".mlir";
}

const Phase *Backend::planningPhase() const {
  for (const Phase &phase : phases)
    if (phase.form >= ProgramForm::Buffers)
      return &phase;
  return nullptr;
}
