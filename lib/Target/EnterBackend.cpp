//===- EnterBackend.cpp - A program in front of a backend's phases --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Target/Backend.h"
#include "dlc/Target/Compilation.h"

#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace dlc;

/// Fails if a step checks indices, and the backend has no faults.
static LogicalResult checkFaults(ModuleOp module, const Backend &backend) {
  if (backend.supports.faults)
    return success();
  // That of a step is behind it, for all checks together.
  Operation *check = nullptr;
  module.walk([&](dl::FirstFaultOp op) { check = op; });
  if (!check)
    return success();
  module.walk([&](dl::CheckIndexOp op) { check = op; });
  return check->emitError("the backend ")
         << backend.name << " has no faults, and so no checks of indices";
}

/// Attaches the description of the target, or warns that a program, which a
/// phase of a backend left, has the description of another.
static LogicalResult attachTarget(ModuleOp module, const TargetInfo &target) {
  if (!module->hasAttr(TargetSystemSpecAttr::name)) {
    target.attach(module);
    return success();
  }
  FailureOr<TargetInfo> own = TargetInfo::get(module);
  if (failed(own))
    return failure();
  if (own->cpu != target.cpu)
    module.emitWarning("loops are chosen for the processor '")
        << own->cpu << "', which the program describes, and the code is for '"
        << target.cpu << "'";
  return success();
}

llvm::Error Compilation::describeTarget() {
  // Another program that was exchanged for this one has no description yet.
  if (isDescribed && (*module)->hasAttr(TargetSystemSpecAttr::name))
    return llvm::Error::success();
  isDescribed = true;
  TargetInfo target = options.target
                          ? *options.target
                          : backend->describeTarget(options, machine.get());
  return runCollecting([&] { return attachTarget(*module, target); },
                       "the program has another target");
}

llvm::Error Compilation::enterBackend() {
  if (!isInBackend)
    if (llvm::Error error = runCollecting(
            [&] { return checkFaults(*module, *backend); },
            ("the program cannot enter the phases of the backend " +
             backend->name)
                .str()))
      return error;
  isInBackend = true;
  return describeTarget();
}
