//===- Descriptor.h - Parser of data descriptors ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_DESCRIPTOR_H
#define DLC_LIB_DATA_DESCRIPTOR_H

#include "dlc/Data/Dataset.h"

#include <map>

namespace dlc {

/// "FILE,...,OPTION=VALUE,..." of a kind of data.
class Descriptor {
public:
  /// Fails where an option is not among `known`, comes twice or has no value.
  static llvm::Expected<Descriptor>
  parse(llvm::StringRef text, llvm::ArrayRef<llvm::StringRef> known);

  /// The words without '=', in their order.
  llvm::ArrayRef<std::string> files() const { return fileList; }
  /// The only file; an error if there are none or several.
  llvm::Expected<std::string> file() const;

  bool has(llvm::StringRef option) const;
  std::string text(llvm::StringRef option, llvm::StringRef fallback = "") const;
  llvm::Expected<int64_t> number(llvm::StringRef option, int64_t fallback,
                                 int64_t minimum, int64_t maximum) const;
  /// A number from 0 to less than 1.
  llvm::Expected<double> fraction(llvm::StringRef option,
                                  double fallback) const;
  /// One of several words, the first where the option is not given.
  llvm::Expected<std::string>
  choice(llvm::StringRef option, llvm::ArrayRef<llvm::StringRef> words) const;
  /// "yes" or "no".
  llvm::Expected<bool> flag(llvm::StringRef option, bool fallback) const;

private:
  std::vector<std::string> fileList;
  std::map<std::string, std::string> options;
};

} // namespace dlc
#endif // DLC_LIB_DATA_DESCRIPTOR_H
