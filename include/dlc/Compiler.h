//===- Compiler.h - What a user chooses about compilation -------*- C++ -*-===//
#ifndef DLC_COMPILER_H
#define DLC_COMPILER_H

#include <string>

namespace dlc {

struct CompilerOptions {
  /// 0: plain loops, for comparison and debugging; 2: everything.
  unsigned optLevel = 2;
  /// The machine to compile for, as LLVM names it ("skylake-avx512"); "native"
  /// is the one this process runs on.
  std::string cpu = "native";
};

} // namespace dlc
#endif // DLC_COMPILER_H
