//===- Processor.h - Processors that LLVM knows -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_MACHINE_PROCESSOR_H
#define DLC_MACHINE_PROCESSOR_H

#include "dlc/Machine/TargetInfo.h"

#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace dlc {

/// Makes LLVM's targets known, once in a process; what makes a machine and the
/// JIT do it themselves. May be called from several threads.
void initializeTargets();

/// A processor in LLVM's words.
struct Processor {
  std::string triple, cpu, features;

  /// The one of that name, of this machine's architecture; "native": the one
  /// that this process runs on, with all its features.
  static Processor find(llvm::StringRef cpu);

  /// The LLVM target machine that makes code for it.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
  makeMachine(llvm::CodeGenOptLevel level) const;
};

/// The description of a processor for passes: registers and vectors are those
/// of LLVM's subtarget, caches those that `lib/Machine/Caches.cpp` lists under
/// its name. Nothing depends on the machine that compiles. `plain`: no vectors.
TargetInfo describeTarget(const llvm::TargetMachine &machine,
                          bool plain = false);

/// Sets the caches of `info` to those of the processor info.cpu, if it is
/// listed.
void findCaches(TargetInfo &info);

} // namespace dlc
#endif // DLC_MACHINE_PROCESSOR_H
