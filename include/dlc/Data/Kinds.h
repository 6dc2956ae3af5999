//===- Kinds.h - The kinds of data that are read ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_KINDS_H
#define DLC_DATA_KINDS_H

#include "dlc/Data/Dataset.h"

namespace dlc {

/// A row of the table that openData dispatches on and help is made from.
struct DataKind {
  llvm::StringLiteral name;
  /// How it is written: "idx:DIR". Without a colon the kind takes nothing.
  llvm::StringLiteral syntax;
  llvm::StringLiteral help;
  /// Where such data come from, for whoever does not have them.
  llvm::StringLiteral origin;
  llvm::Expected<DataSplits> (*open)(llvm::StringRef arguments,
                                     const DataOptions &options);
  /// The files whose contents the data depend on, where converting them takes
  /// time; null: it does not.
  std::vector<std::string> (*files)(llvm::StringRef arguments) = nullptr;

  bool takesArguments() const { return syntax.contains(':'); }
};

llvm::ArrayRef<DataKind> dataKinds();

/// The table as text for --help.
void printDataKinds(llvm::raw_ostream &os);

} // namespace dlc
#endif // DLC_DATA_KINDS_H
