//===- Processor.cpp - Processors that LLVM knows -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Machine/Processor.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/ARMTargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/LoongArchTargetParser.h"
#include "llvm/TargetParser/PPCTargetParser.h"
#include "llvm/TargetParser/RISCVTargetParser.h"

#include <mutex>

using namespace llvm;
using namespace dlc;

Processor Processor::find(StringRef cpu) {
  Processor result{sys::getDefaultTargetTriple(), cpu.str(), ""};
  if (cpu != "native")
    return result;
  std::vector<std::string> list;
  for (auto &feature : sys::getHostCPUFeatures())
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  // One order, whatever that of the map.
  sort(list);
  result.cpu = sys::getHostCPUName().str();
  result.features = join(list, ",");
  return result;
}

void dlc::initializeTargets() {
  // LLVM's registry of targets has no lock: it is complete before any
  // compilation reads it.
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
  });
}

/// Other architectures that have a processor of this name: "AArch64 or ARM".
static std::string otherArchitectures(StringRef cpu) {
  // LLVM's parsers of command lines know them without the targets' code.
  SmallVector<StringRef> names;
  if (AArch64::parseCpu(cpu))
    names.push_back("AArch64");
  if (ARM::parseCPUArch(cpu) != ARM::ArchKind::INVALID)
    names.push_back("ARM");
  if (LoongArch::isValidCPUName(cpu))
    names.push_back("LoongArch");
  if (PPC::isValidCPU(cpu))
    names.push_back("PowerPC");
  if (RISCV::parseCPU(cpu, /*IsRV64=*/true) ||
      RISCV::parseCPU(cpu, /*IsRV64=*/false))
    names.push_back("RISC-V");
  return join(names, " or ");
}

Expected<std::unique_ptr<TargetMachine>>
Processor::makeMachine(CodeGenOptLevel level) const {
  Triple wanted(triple);
  initializeTargets();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(wanted, message);
  if (!target)
    return makeError(message);
  // Features are given for the processor that this process runs on alone, which
  // LLVM may not know by name.
  std::unique_ptr<MCSubtargetInfo> known(
      target->createMCSubtargetInfo(wanted, "generic", ""));
  if (features.empty() && !known->isCPUStringValid(cpu)) {
    if (std::string others = otherArchitectures(cpu); !others.empty())
      return makeError("the processor '" + cpu + "' is one of " + others +
                       ", and dlc compiles for " + wanted.getArchName() +
                       " alone: the runtime that it puts into each library is "
                       "of that architecture");
    SmallVector<StringRef> names;
    for (const SubtargetSubTypeKV &entry : known->getAllProcessorDescriptions())
      names.push_back(entry.Key);
    return makeError("there is no processor '{0}'{1}", cpu,
                     suggestion(cpu, names));
  }
  // Older processors are known to LLVM too, but cannot run 64-bit code.
  std::unique_ptr<MCSubtargetInfo> chosen(
      target->createMCSubtargetInfo(wanted, cpu, features));
  if (wanted.getArch() == Triple::x86_64 && !chosen->checkFeatures("+64bit"))
    return makeError("the processor '" + cpu + "' cannot run 64-bit code");
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(wanted, cpu, features, TargetOptions(),
                                  Reloc::PIC_, std::nullopt, level));
}

TargetInfo dlc::describeTarget(const TargetMachine &machine, bool plain) {
  TargetInfo info;
  info.cpu = machine.getTargetCPU().str();
  findCaches(info);
  // LLVM tells it of a function.
  LLVMContext context;
  Module module("target", context);
  module.setTargetTriple(machine.getTargetTriple());
  module.setDataLayout(machine.createDataLayout());
  Function *function =
      Function::Create(FunctionType::get(Type::getVoidTy(context), false),
                       Function::ExternalLinkage, "f", module);
  // The widest that there are: for vectors of 512 bits LLVM otherwise prefers
  // halves on many processors, since a few in a program that is scalar
  // otherwise slow its clock down. Here whole steps are made of them.
  function->addFnAttr("prefer-vector-width", "65536");
  TargetTransformInfo costs = machine.getTargetTransformInfo(*function);
  info.vectorRegisters =
      costs.getNumberOfRegisters(costs.getRegisterClassForType(
          /*Vector=*/true, Type::getFloatTy(context)));
  info.vectorBits =
      plain
          ? 0
          : costs.getRegisterBitWidth(TargetTransformInfo::RGK_FixedWidthVector)
                .getFixedValue();
  // Without vectors a tile still keeps its sums in registers.
  info.vectorRegisters = std::max<int64_t>(info.vectorRegisters, 4);
  return info;
}
