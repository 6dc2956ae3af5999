//===- StepGraph.h - The graph of a step ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step on its way to a picture:
//
//   items  one for each op that computes, each input, state entry and result
//   nodes  items that are drawn as one box: a product and the cheap ops that
//          follow it in the same kernel, part and scope; of a large step, all
//          of a layer and part
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_GRAPH_STEPGRAPH_H
#define DLC_LIB_GRAPH_STEPGRAPH_H

#include "dlc/Transforms/Origin.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc::graph {

/// Names from the outermost scope to the innermost. The first character says
/// what an element is: `@` a function, `.` a scope of parameters, `%` a part,
/// `#` a loop.
using Path = llvm::SmallVector<std::string, 4>;

/// A value that an item reads.
struct Use {
  unsigned item = 0, result = 0;
  /// As it is read, behind views; null where it is of no interest.
  mlir::Type type;
  /// Whether the value comes from the previous iteration of a loop.
  bool isBack = false;
};

enum class Kind {
  Op,
  Input,
  State,
  /// A value that a loop carries.
  Carried,
  Output,
  /// A value that is a constant of the program and a result of the step.
  Constant
};

struct Item {
  Item(Kind kind, std::string name, mlir::Location loc)
      : kind(kind), name(std::move(name)), loc(loc) {}

  Kind kind;
  /// For an op: its mnemonic and its attributes. For others: their names.
  std::string name, details;
  mlir::Location loc;
  llvm::SmallVector<mlir::Type> types; ///< of its results
  llvm::SmallVector<Use> uses;
  Part part = Part::Forward;
  unsigned loop = 0;
  /// Which distinct kernel computes it, and in which call; -1: none.
  int kernel = -1, call = -1;
  double flops = 0; ///< of one iteration of its loop
  bool contracts = false, elementwise = false;
  /// The entries of the state that results become, by their numbers.
  llvm::SmallVector<std::pair<std::string, unsigned>> writes;
  /// For state: whether it is a parameter or a buffer, and its owner.
  bool isModelState = false;
  std::string owner;
  /// Where it is drawn, loops and parts excluded, and the layer in there.
  Path scope;
  std::string layer;
  unsigned node = 0;
};

struct Loop {
  unsigned parent = 0; ///< loop 0 is the step
  std::string label;
  Part part = Part::Forward;
  Path scope;
  double trips = 1; ///< with those of the loops around it
};

struct Node {
  llvm::SmallVector<unsigned> items;
  Path path; ///< clusters that it lies in
  /// Bytes that come from other nodes, and go to others.
  double reads = 0, writes = 0;
  /// Ops that depend on the state alone.
  bool isOfState = false;
};

struct Kernel {
  std::string name;
  unsigned calls = 0;
  double flops = 0, bytes = 0;
};

struct StepGraph {
  std::string model, step, phase;
  std::vector<Item> items;
  std::vector<Loop> loops{Loop{}};
  std::vector<Node> nodes;
  std::vector<Kernel> kernels;
  double flops = 0, bytes = 0;
  double parameters = 0, parameterBytes = 0;
  /// Whether boxes are whole kernels, whose operations are not known.
  bool isLowered = false;
  /// Whether boxes are layers.
  bool isByLayer = false;
};

/// The items of a step of a program in `dl`.
void addItems(StepGraph &graph, mlir::func::FuncOp step);

/// The same after a phase behind `fuse`: calls of kernels.
void addCalls(StepGraph &graph, mlir::func::FuncOp step);

/// Gives each item its scope, part and owner, as far as names and locations
/// tell.
void findScopes(StepGraph &graph, mlir::Location step);

/// Puts items together to nodes, and sums their costs.
void formNodes(StepGraph &graph);

/// Writes the graph of a step as a cluster whose nodes are called `prefix`N;
/// with `columnsApart` as one for each column, in reading order, without lines
/// between them.
std::vector<std::string> writeStep(const StepGraph &graph,
                                   llvm::StringRef prefix, bool columnsApart);

} // namespace dlc::graph
#endif // DLC_LIB_GRAPH_STEPGRAPH_H
