//===- Graph.h - Pictures of programs ---------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws a step as a graph in the language of Graphviz: its ops after a phase,
// with shapes, costs and kernels.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_GRAPH_GRAPH_H
#define DLC_GRAPH_GRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace dlc {

class PendingFiles;

/// The graph of the program that `phase` left, as text of Graphviz. `step` is
/// the step to draw; empty: all, side by side. With `columnsApart` each step,
/// and each column of a long one, is a graph of its own, because Graphviz does
/// not keep the order of columns in one.
llvm::Expected<std::vector<std::string>> drawGraph(mlir::ModuleOp module,
                                                   llvm::StringRef phase,
                                                   llvm::StringRef step,
                                                   bool columnsApart);

/// Where a graph goes: a .dot file, or an .svg file that Graphviz lays out.
class GraphFile {
public:
  /// Fails if the suffix of `path` is another, if Graphviz is needed and not
  /// found, or if the file cannot be written.
  static llvm::Expected<GraphFile> open(llvm::StringRef path,
                                        PendingFiles &files);

  /// Returns true if Graphviz lays out the graph.
  bool isLaidOut() const { return !program.empty(); }

  /// Writes the temporary, of several graphs with the pictures side by side;
  /// `files` puts it in its place.
  llvm::Error write(llvm::ArrayRef<std::string> graphs) const;

private:
  /// `program` is that of Graphviz; empty for .dot.
  GraphFile(std::string path, std::string temporary, std::string program)
      : path(std::move(path)), temporary(std::move(temporary)),
        program(std::move(program)) {}

  llvm::Expected<std::string> layOut(llvm::StringRef graph) const;

  std::string path, temporary, program;
};

} // namespace dlc
#endif // DLC_GRAPH_GRAPH_H
