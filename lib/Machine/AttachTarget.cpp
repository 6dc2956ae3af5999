//===- AttachTarget.cpp - A module says what it is compiled for -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   module {
//
// becomes
//
//   module attributes {dlti.target_system_spec = #dlti.target_system_spec<
//     "CPU" = #dlti.target_device_spec<"cpu" = "x86-64-v3", ...>>} {
//
//===----------------------------------------------------------------------===//

#include "dlc/Machine/Passes.h"

#include "dlc/Machine/Processor.h"

#include "llvm/Target/TargetMachine.h"

namespace dlc {
#define GEN_PASS_DEF_ATTACHTARGET
#include "dlc/Machine/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct AttachTarget : dlc::impl::AttachTargetBase<AttachTarget> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (module->hasAttr(TargetSystemSpecAttr::name)) {
      if (failed(TargetInfo::get(module)))
        signalPassFailure();
      return;
    }
    TargetInfo info;
    if (cpu.empty()) {
      info.vectorBits = plain ? 0 : info.vectorBits;
    } else {
      Processor processor = Processor::find(cpu);
      if (!triple.empty())
        processor.triple = triple;
      if (!features.empty())
        processor.features = features;
      llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
          processor.makeMachine(llvm::CodeGenOptLevel::None);
      if (!machine) {
        module.emitError(llvm::toString(machine.takeError()));
        return signalPassFailure();
      }
      info = describeTarget(**machine, plain);
    }
    info.attach(module);
  }
};

} // namespace
