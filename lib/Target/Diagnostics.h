//===- Diagnostics.h - Diagnostics of a compilation -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_DIAGNOSTICS_H
#define DLC_LIB_TARGET_DIAGNOSTICS_H

#include "dlc/Support/Message.h"
#include "dlc/Target/Compilation.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/SourceMgr.h"

namespace dlc {

/// Collects the diagnostics of a context while it lives: each as a message with
/// its place, and all as a text with the lines of the source.
struct Compilation::Diagnostics {
  explicit Diagnostics(mlir::MLIRContext &context);
  ~Diagnostics();

  void clear();
  llvm::StringRef text() const { return llvm::StringRef(shown).rtrim(); }
  /// The collected messages as an error, or `otherwise` if there are none.
  llvm::Error makeError(llvm::StringRef otherwise) const;

  mlir::MLIRContext &context;
  llvm::SourceMgr sources;
  std::vector<Message> messages;

private:
  std::string shown;
  llvm::raw_string_ostream stream;
  mlir::SourceMgrDiagnosticHandler handler;
  mlir::DiagnosticEngine::HandlerID recorder;
};

/// Turns on the remarks of the passes whose names match a regular expression;
/// they come as diagnostics. Fails where remarks are on already.
llvm::LogicalResult enableRemarks(mlir::MLIRContext &context,
                                  llvm::StringRef passes);

} // namespace dlc
#endif // DLC_LIB_TARGET_DIAGNOSTICS_H
