//===- Request.h - What a command line of dlc asks for ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TOOLS_DLC_REQUEST_H
#define DLC_TOOLS_DLC_REQUEST_H

#include "Arguments.h"

#include "dlc/Target/Backend.h"
#include "dlc/Target/Compilation.h"

namespace dlc {

/// A compilation, as options that agree with each other ask for it.
struct Request {
  const Backend *backend = nullptr;
  CompilerOptions options;
  /// What to make: a phase of the backend, or one of its forms of code.
  std::string form;
  /// Where `form` goes; empty: to standard output, or nowhere if a graph or a
  /// memory plan is all that was asked for.
  std::string output;
  /// The phase that left the program; empty: a user wrote it.
  std::string from;
  /// The phase after which --print-graph draws; empty: nothing is drawn.
  std::string drawn;

  bool isCode() const { return llvm::is_contained(backend->forms, form); }
  /// The last phase to run.
  llvm::StringRef lastPhase() const;
};

/// Fails if the options contradict each other.
llvm::Expected<Request> readRequest(const Arguments &arguments);

} // namespace dlc
#endif // DLC_TOOLS_DLC_REQUEST_H
