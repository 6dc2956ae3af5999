//===- Run.h - Ways to run a program ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_RUN_H
#define DLC_LIB_FUZZ_RUN_H

#include "Check.h"

#include "dlc/Execution/Jit.h"
#include "dlc/Execution/Model.h"

#include <map>

namespace dlc::fuzz {

/// How the interpreter computes with other last bits.
struct Noise {
  unsigned seed = 0;  ///< 0: not at all
  unsigned units = 1; ///< of the last place
};

/// Contents of inputs, by name.
using GivenInputs = std::map<std::string, std::vector<char>>;

/// Calls all steps in turn, several times, on inputs and state filled by their
/// names, but for those that are given.
Outcome runModel(Model &model, int calls, const Noise &noise = {},
                 const GivenInputs &given = {});

/// A program in the interpreter.
llvm::Expected<std::unique_ptr<Model>> interpret(llvm::StringRef path);

/// Compiled code; makes instances with any number of threads.
class Code {
public:
  /// Where the passes leave the very program of `known`, compiled at the same
  /// level, that is the result: LLVM would do the same work again.
  static llvm::Expected<Code> compile(llvm::StringRef path,
                                      const CompilerOptions &options,
                                      llvm::StringRef from = "",
                                      const Code *known = nullptr);
  llvm::Expected<std::unique_ptr<Model>> instance(int threads) const;
  int64_t arenaBytes() const { return library.model->arena_bytes; }

private:
  dlc_library library;
  std::shared_ptr<CodeOwner> owner;
  std::string lowered; ///< what LLVM made it of, as text
};

/// The program of `path` after a phase, as text.
llvm::Expected<std::string> emit(llvm::StringRef path,
                                 const CompilerOptions &options,
                                 llvm::StringRef phase);

/// The same program in f64.
llvm::Expected<std::string> widen(llvm::StringRef path);

llvm::Error writeText(llvm::StringRef path, llvm::StringRef text);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_RUN_H
