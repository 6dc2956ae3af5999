//===- Edges.cpp - The lines of a graph -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DotWriter.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

void DotWriter::countReaders() {
  readers.resize(graph.nodes.size());
  for (const Item &item : graph.items)
    for (const Use &use : item.uses)
      if (graph.items[use.item].node != item.node &&
          graph.items[use.item].kind != Kind::State && !use.isBack)
        readers[graph.items[use.item].node].insert(item.node);
}

/// Finds the lines between nodes, and numbers those that go to other columns.
void DotWriter::collectEdges() {
  for (const Item &item : graph.items)
    for (const Use &use : item.uses) {
      const Item &from = graph.items[use.item];
      // State is beside the node that reads it.
      if ((from.node == item.node && !use.isBack) ||
          (item.kind == Kind::Op &&
           (isStateOfOne(use.item) || isNamed(from.node))))
        continue;
      Edge &edge = edges[{from.node, item.node}];
      edge.isBack |= use.isBack;
      const Item &last = graph.items[graph.nodes[from.node].items.back()];
      if (!graph.isByLayer && use.type &&
          (last.types.empty() || use.type != last.types.front()))
        edge.labels.insert(shapeOf(use.type));
    }
  for (auto &[ends, edge] : edges) {
    const Item &source = graph.items[graph.nodes[ends.first].items.front()];
    const Item &target = graph.items[graph.nodes[ends.second].items.front()];
    bool isBetweenOps = source.kind == Kind::Op && target.kind == Kind::Op;
    // The backward pass goes up beside the forward pass.
    edge.goesUp = isBetweenOps && source.part == Part::Gradient &&
                  target.part == Part::Gradient && !edge.isBack;
    if (edge.goesUp)
      edge.attributes.push_back("dir=back");
    if (edge.isBack)
      edge.attributes.push_back("constraint=false, style=dashed");
    if (source.part != target.part && isBetweenOps)
      edge.attributes.push_back("color=\"#999999\"");
    else if (source.part == Part::Gradient)
      edge.attributes.push_back(
          ("color=\"" + lineOf(Part::Gradient) + "\"").str());
    if (!edge.labels.empty())
      edge.attributes.push_back("label=" +
                                quoted(llvm::join(edge.labels, "\n")));
    int from = columnOfNode[ends.first], to = columnOfNode[ends.second];
    if (from >= 0 && to >= 0 && from != to)
      edge.connector = connectors.try_emplace(ends.first, connectors.size() + 1)
                           .first->second;
  }
}

/// Writes a line between two nodes, with the arrow at `to`.
void DotWriter::writeEdge(const Edge &edge, const Twine &from, const Twine &to,
                          unsigned depth) {
  line(depth) << (edge.goesUp ? to : from) << " -> "
              << (edge.goesUp ? from : to);
  if (!edge.attributes.empty())
    os << " [" << llvm::join(edge.attributes, ", ") << "]";
  os << ";\n";
}

/// In place of lines to other columns: a numbered circle at each end.
void DotWriter::writeConnectors(unsigned number, unsigned depth) {
  std::string node = prefix + std::to_string(number);
  auto circle = [&](size_t connector, StringRef end) {
    std::string name = node + end.str() + std::to_string(connector);
    line(depth) << name
                << " [shape=circle, style=filled, fillcolor=white, fixedsize="
                   "true, width=0.22, fontsize=8, label=\""
                << connector << "\"];\n";
    return name;
  };
  bool isOut = false;
  for (const auto &[ends, edge] : edges) {
    if (!edge.connector)
      continue;
    if (ends.first == number && !isOut) {
      isOut = true;
      writeEdge(edge, node, circle(edge.connector, "o"), depth);
    }
    if (ends.second == number)
      writeEdge(edge, circle(edge.connector, "i"), node, depth);
  }
}

void DotWriter::writeEdges() {
  for (const auto &[ends, edge] : edges) {
    if (edge.connector || !isDrawn(ends.first))
      continue;
    auto [from, to] = ends;
    unsigned first = graph.nodes[from].items.front();
    std::string source = prefix + std::to_string(from);
    if (isStateOfOne(first)) {
      // A result that is an unchanged entry of the state gets a cylinder of its
      // own.
      source += "s";
      line(1) << source << " [shape=cylinder, style=filled, fillcolor="
              << "\"#fff3d6\", label=<" << stateLine(graph.items[first], {})
              << ">];\n";
    }
    writeEdge(edge, source, prefix + std::to_string(to), 1);
  }
}
