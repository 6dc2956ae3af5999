//===- Graph.h - Pictures of programs ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step as a graph in the language of Graphviz: what it computes after a
// phase, of which shapes, at what cost, and in which kernels.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_GRAPH_GRAPH_H
#define DLC_GRAPH_GRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dlc {

class PendingFiles;

/// The phases whose programs can be drawn, for messages: "resolve, grad, ...".
std::string drawablePhases();

/// Whether what this phase leaves can be drawn.
bool isDrawable(llvm::StringRef phase);

/// The graph of the program that `phase` left, as text of Graphviz. `step` is
/// the step to draw; empty: all, side by side.
llvm::Expected<std::string>
drawGraph(mlir::ModuleOp module, llvm::StringRef phase, llvm::StringRef step);

/// Where a graph goes: a .dot file, or an .svg file that Graphviz lays out.
class GraphFile {
public:
  /// Fails if the suffix of `path` is another, if Graphviz is needed and not
  /// found, or if the file cannot be written.
  static llvm::Expected<GraphFile> open(llvm::StringRef path,
                                        PendingFiles &files);

  /// Writes the temporary; `files` puts it in its place.
  llvm::Error write(llvm::StringRef graph) const;

private:
  /// `program` is that of Graphviz; empty for .dot.
  GraphFile(std::string path, std::string temporary, std::string program)
      : path(std::move(path)), temporary(std::move(temporary)),
        program(std::move(program)) {}

  std::string path, temporary, program;
};

} // namespace dlc
#endif // DLC_GRAPH_GRAPH_H
