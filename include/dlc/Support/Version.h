//===- Version.h - The text of --version ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_VERSION_H
#define DLC_SUPPORT_VERSION_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dlc {

/// "1.2.3".
const char *versionNumber();

/// "dlc-run 0.1.0 (LLVM 22.1.2)"; the version is that of the project in CMake.
std::string versionText(llvm::StringRef tool);

/// The same for the --version of LLVM's option parser (cl::opt).
void setVersionPrinter(llvm::StringLiteral tool);

} // namespace dlc
#endif // DLC_SUPPORT_VERSION_H
