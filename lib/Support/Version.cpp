//===- Version.cpp - The text of --version --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Version.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

const char *dlc::versionNumber() { return DLC_VERSION; }

std::string dlc::versionText(llvm::StringRef tool) {
  return (tool + " " DLC_VERSION " (LLVM " LLVM_VERSION_STRING ")").str();
}

void dlc::setVersionPrinter(llvm::StringLiteral tool) {
  llvm::cl::SetVersionPrinter(
      [tool](llvm::raw_ostream &os) { os << versionText(tool) << '\n'; });
}
