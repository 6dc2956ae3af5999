//===- LLVMErrors.h - Errors of LLVM's passes, returned ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_LLVMERRORS_H
#define DLC_LIB_TARGET_LLVMERRORS_H

#include "dlc/Support/Error.h"

#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/raw_ostream.h"

namespace dlc {

/// Collects what passes report on a context while it lives; without a handler
/// LLVM prints it and ends the process.
class LLVMErrors {
public:
  explicit LLVMErrors(llvm::LLVMContext &context) : context(context) {
    context.setDiagnosticHandlerCallBack(handle, this);
  }
  ~LLVMErrors() { context.setDiagnosticHandlerCallBack(nullptr, nullptr); }

  /// The first error, if there was one.
  llvm::Error take() {
    return text.empty() ? llvm::Error::success() : makeError(llvm::Twine(text));
  }

private:
  static void handle(const llvm::DiagnosticInfo *info, void *errors) {
    std::string &text = static_cast<LLVMErrors *>(errors)->text;
    if (info->getSeverity() != llvm::DS_Error || !text.empty())
      return;
    llvm::raw_string_ostream os(text);
    llvm::DiagnosticPrinterRawOStream printer(os);
    info->print(printer);
  }

  llvm::LLVMContext &context;
  std::string text;
};

} // namespace dlc
#endif // DLC_LIB_TARGET_LLVMERRORS_H
