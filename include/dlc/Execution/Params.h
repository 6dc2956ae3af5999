//===- Params.h - Parameters from a file, by name ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_PARAMS_H
#define DLC_EXECUTION_PARAMS_H

#include "dlc/Execution/Model.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dlc {

/// The options --rename: PATTERN=NAME. A star of the pattern stands for any
/// text, and those of the name, in their order, for the same texts.
class Renames {
public:
  static llvm::Expected<Renames> parse(llvm::ArrayRef<std::string> options);

  bool empty() const { return rules.empty(); }
  /// The name that the first pattern to match gives, the same name where none
  /// does, or nothing where the entry is to be left out.
  std::optional<std::string> apply(llvm::StringRef name);
  /// An error for a pattern that no name has matched.
  llvm::Error checkUsed(llvm::StringRef path,
                        llvm::ArrayRef<llvm::StringRef> names) const;

private:
  struct Rule {
    std::string pattern, name;
    bool isUsed = false;
  };
  std::vector<Rule> rules;
};

/// Reads a safetensors file whose entries have other names than the model's by
/// `renames`: parameters and buffers, and with DLC_PRESENT those entries of the
/// rest of the state that the file has, except hyper-parameters. Returns the
/// names of the entries that it has filled.
llvm::Expected<std::set<std::string>>
loadParams(Model &model, llvm::StringRef path,
           llvm::ArrayRef<std::string> renames, dlc_scope scope);

} // namespace dlc
#endif // DLC_EXECUTION_PARAMS_H
