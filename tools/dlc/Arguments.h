//===- Arguments.h - Reading dlc's command line -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TOOLS_DLC_ARGUMENTS_H
#define DLC_TOOLS_DLC_ARGUMENTS_H

#include "dlc/Support/OptionList.h"

#include "llvm/Support/raw_ostream.h"

namespace dlc {

enum Option : unsigned {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "tools/dlc/Options.inc"
#undef OPTION
};

/// A command line whose options all exist, each given once unless it may be
/// repeated.
class Arguments : public OptionList {
public:
  static llvm::Expected<Arguments> parse(llvm::ArrayRef<const char *> words);

  llvm::StringRef input() const { return model; }

private:
  explicit Arguments(llvm::ArrayRef<const char *> words);

  std::string model = "-";
};

void printHelp(llvm::raw_ostream &os);

} // namespace dlc
#endif // DLC_TOOLS_DLC_ARGUMENTS_H
