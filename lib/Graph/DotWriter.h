//===- DotWriter.h - A graph as text of Graphviz ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_GRAPH_DOTWRITER_H
#define DLC_LIB_GRAPH_DOTWRITER_H

#include "DotText.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

#include <map>
#include <memory>
#include <set>

namespace dlc::graph {

/// A node that more read is named where it is read, without lines.
inline constexpr size_t kMostLines = 8;

/// A box around nodes and other boxes, in the order in which they come.
struct Cluster {
  struct Entry {
    std::unique_ptr<Cluster> cluster;
    unsigned node = 0;
  };
  std::string element;
  std::vector<Entry> entries;
  std::map<std::string, Cluster *> byElement;
};

/// A line from one node to another.
struct Edge {
  std::set<std::string> labels; ///< types that the reader sees
  bool isBack = false, goesUp = false;
  llvm::SmallVector<std::string> attributes;
  size_t connector = 0; ///< the number of circles in its place
};

/// Writes the graph of one step.
class DotWriter {
public:
  DotWriter(const StepGraph &graph, llvm::StringRef prefix)
      : graph(graph), prefix(prefix.str()) {}

  std::vector<std::string> run(bool columnsApart);

private:
  void gather();
  void writeStep(const llvm::Twine &label);
  void writeCluster(const Cluster &cluster, unsigned depth);
  void writeColumnHeads(unsigned depth);
  void stackScopes(const Cluster &cluster, unsigned depth);
  void writeNode(unsigned number, unsigned depth);
  void writeOps(const Node &node, unsigned number, unsigned depth);
  void writeState(const Node &node, unsigned number, unsigned depth);
  void writeEdges();
  void collectEdges();
  void writeConnectors(unsigned number, unsigned depth);
  void writeEdge(const Edge &edge, const llvm::Twine &from,
                 const llvm::Twine &to, unsigned depth);
  void writeKernels();
  llvm::SmallVector<std::string> stateOf(const Node &node) const;
  std::string caption() const;
  std::string stateLine(const Item &item, const Path &path) const;
  llvm::SmallVector<std::string> rowsOf(const Node &node) const;
  llvm::raw_ostream &line(unsigned depth) { return os.indent(2 * depth); }
  void makeColumns();
  void sortForReading(Cluster &cluster);
  void placeOthers();
  void countReaders();
  /// Whether too many read a node for lines to all of them; several updates
  /// that share a learning rate or a count of steps are.
  bool isNamed(unsigned node) const {
    const Item &first = graph.items[graph.nodes[node].items.front()];
    bool isShared = first.part == Part::Update && first.owner.empty();
    return readers[node].size() > (isShared ? 1 : kMostLines);
  }
  /// Whether a node is in the column that is written.
  bool isDrawn(unsigned node) const {
    return drawnColumn < 0 || columnOfNode[node] == drawnColumn;
  }
  bool hasStateInside(const Node &node) const {
    return node.isOfState || graph.isByLayer;
  }
  bool isStateOfOne(unsigned item) const {
    return graph.items[item].kind == Kind::State &&
           graph.items[item].uses.empty();
  }

  const StepGraph &graph;
  std::string prefix;
  std::string text;
  llvm::raw_string_ostream os{text};
  Cluster root;
  unsigned numClusters = 0;
  size_t numStacked = 0;
  bool hasGradient = false;
  /// The readers of each node.
  std::vector<std::set<unsigned>> readers;
  /// The cluster that is drawn in columns, and the column of each of its
  /// entries and of each node; -1: none.
  const Cluster *inColumns = nullptr;
  std::map<std::pair<unsigned, unsigned>, Edge> edges;
  /// Numbers of nodes that are read in other columns.
  std::map<unsigned, size_t> connectors;
  std::vector<int> columnOfEntry, columnOfNode;
  /// The column that is a graph of its own; -1: all are in one.
  int drawnColumn = -1;
};

/// Calls `visit` for all nodes in an entry.
void visitNodes(const Cluster::Entry &entry,
                llvm::function_ref<void(unsigned)> visit);

} // namespace dlc::graph
#endif // DLC_LIB_GRAPH_DOTWRITER_H
