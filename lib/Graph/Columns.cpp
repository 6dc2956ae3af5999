//===- Columns.cpp - The layout of long steps -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Graphviz places successors below each other, and places independent boxes
// beside each other in an order with few crossings. Invisible lines and points
// force the order that a reader expects.
//
//===----------------------------------------------------------------------===//

#include "DotWriter.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

void graph::visitNodes(const Cluster::Entry &entry,
                       function_ref<void(unsigned)> visit) {
  if (!entry.cluster)
    return visit(entry.node);
  for (const Cluster::Entry &inner : entry.cluster->entries)
    visitNodes(inner, visit);
}

/// For each node, the first of its items that computes forward from an input;
/// the number of items if none does.
static std::vector<size_t> firstOnInputs(const StepGraph &graph) {
  std::vector<size_t> first(graph.nodes.size(), graph.items.size());
  std::vector<bool> ofState(graph.items.size());
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    ofState[i] =
        item.kind == Kind::State ||
        (item.kind == Kind::Op && llvm::all_of(item.uses, [&](const Use &use) {
           return ofState[use.item];
         }));
    if (item.kind == Kind::Op && item.part == Part::Forward && !ofState[i])
      first[item.node] = std::min(first[item.node], i);
  }
  return first;
}

/// Puts scopes in the order in which an input reaches them. A scope that no
/// input reaches stays behind its predecessor.
void DotWriter::sortForReading(Cluster &cluster) {
  std::vector<size_t> first = firstOnInputs(graph);
  std::vector<Cluster::Entry> entries = std::move(cluster.entries);
  // By the first item, then by where they were.
  std::vector<std::pair<size_t, size_t>> order;
  size_t last = 0;
  for (auto [number, entry] : llvm::enumerate(entries)) {
    size_t place = graph.items.size();
    visitNodes(entry,
               [&](unsigned node) { place = std::min(place, first[node]); });
    if (place < graph.items.size())
      last = place;
    order.push_back({last, number});
  }
  llvm::sort(order);
  cluster.entries.clear();
  for (auto [place, number] : order)
    cluster.entries.push_back(std::move(entries[number]));
}

/// Lays a long step out in columns: cuts the sequence of scopes that holds most
/// of it where a column would become higher than the highest scope.
void DotWriter::makeColumns() {
  constexpr unsigned leastRows = 16;
  columnOfNode.assign(graph.nodes.size(), -1);
  if (graph.isLowered)
    return;
  Cluster *parent = &root;
  auto count = [this](const Cluster::Entry &entry) {
    size_t nodes = 0;
    visitNodes(entry, [&](unsigned node) {
      nodes += graph.items[graph.nodes[node].items.front()].kind == Kind::Op;
    });
    return nodes;
  };
  while (true) {
    size_t all = 0;
    const Cluster::Entry *largest = nullptr;
    size_t most = 0;
    for (const Cluster::Entry &entry : parent->entries) {
      size_t nodes = count(entry);
      all += nodes;
      if (nodes > most)
        std::tie(most, largest) = std::pair(nodes, &entry);
    }
    if (!largest || !largest->cluster || most * 4 < all * 3)
      break;
    parent = largest->cluster.get();
  }
  sortForReading(*parent);
  // Rows: the longest chain of forward ops in an entry.
  std::vector<unsigned> depth(graph.nodes.size());
  std::vector<int> entryOf(graph.nodes.size(), -1);
  for (auto [number, entry] : llvm::enumerate(parent->entries))
    visitNodes(entry, [&, number = number](unsigned node) {
      entryOf[node] = static_cast<int>(number);
    });
  std::vector<unsigned> rows(parent->entries.size());
  for (const Item &item : graph.items) {
    if (item.kind != Kind::Op || entryOf[item.node] < 0 ||
        item.part != Part::Forward || graph.nodes[item.node].isOfState)
      continue;
    unsigned &here = depth[item.node];
    here = std::max(here, 1u);
    for (const Use &use : item.uses) {
      unsigned from = graph.items[use.item].node;
      if (from != item.node && !use.isBack &&
          entryOf[from] == entryOf[item.node])
        here = std::max(here, depth[from] + 1);
    }
    unsigned &most = rows[entryOf[item.node]];
    most = std::max(most, here);
  }
  unsigned total = std::accumulate(rows.begin(), rows.end(), 0u);
  if (total < leastRows)
    return;
  unsigned highest =
      std::max(*std::max_element(rows.begin(), rows.end()), leastRows / 2);
  inColumns = parent;
  int column = 0;
  unsigned filled = 0;
  for (auto [number, entry] : llvm::enumerate(parent->entries)) {
    // Ops outside of scopes stay with their predecessor.
    if (entry.cluster && filled && filled + rows[number] > highest) {
      ++column;
      filled = 0;
    }
    filled += rows[number];
    columnOfEntry.push_back(column);
    visitNodes(entry, [&](unsigned node) { columnOfNode[node] = column; });
  }
}

/// Gives a column to the nodes outside of columns: that of the last operand or,
/// without operands, that of the first reader.
void DotWriter::placeOthers() {
  std::vector<int> &column = columnOfNode;
  for (auto [number, node] : llvm::enumerate(graph.nodes))
    if (column[number] < 0)
      for (unsigned i : node.items)
        for (const Use &use : graph.items[i].uses)
          if (!use.isBack)
            column[number] =
                std::max(column[number], column[graph.items[use.item].node]);
  std::vector<int> firstReader(graph.nodes.size(), -1);
  for (const Item &item : graph.items)
    for (const Use &use : item.uses) {
      // A result that is an entry of the state has no column yet: it gets the
      // first, and so does the entry, which is drawn beside it.
      int reader = std::max(column[item.node], 0);
      int &first = firstReader[graph.items[use.item].node];
      first = first < 0 ? reader : std::min(first, reader);
    }
  for (auto [here, reader] : llvm::zip(column, firstReader))
    if (here < 0)
      here = std::max(reader, 0);
}

/// Keeps scopes that follow each other below each other, forward and backward
/// pass of each in its rows: a point above and one below each of its nodes.
void DotWriter::stackScopes(const Cluster &cluster, unsigned depth) {
  std::map<unsigned, size_t> childOf;
  for (auto [number, entry] : llvm::enumerate(cluster.entries))
    if (entry.cluster && entry.cluster->element.front() == '.')
      visitNodes(entry, [&, number = number](unsigned node) {
        if (graph.items[graph.nodes[node].items.front()].kind == Kind::Op)
          childOf[node] = number;
      });
  // Which scope is read by which.
  std::set<std::pair<size_t, size_t>> follows;
  for (const auto &[ends, edge] : edges) {
    auto from = childOf.find(ends.first), to = childOf.find(ends.second);
    auto part = [&](unsigned node) {
      return graph.items[graph.nodes[node].items.front()].part;
    };
    if (from != childOf.end() && to != childOf.end() && !edge.connector &&
        from->second != to->second && part(ends.first) == Part::Forward &&
        part(ends.second) == Part::Forward)
      follows.insert({from->second, to->second});
  }
  auto point = [&](size_t child, StringRef end) {
    return prefix + end.str() + std::to_string(numStacked + child);
  };
  std::set<size_t> stacked;
  for (auto [from, to] : follows)
    if (!follows.count({to, from})) {
      stacked.insert({from, to});
      line(depth) << point(from, "b") << " -> " << point(to, "t")
                  << " [style=invis];\n";
    }
  for (size_t child : stacked)
    for (StringRef end : {"t", "b"})
      line(depth) << point(child, end)
                  << " [shape=point, width=0.01, style=invis];\n";
  for (auto [node, child] : childOf)
    if (stacked.count(child))
      line(depth) << point(child, "t") << " -> " << prefix << node << " -> "
                  << point(child, "b") << " [style=invis, weight=0];\n";
  numStacked += cluster.entries.size();
}

/// Points in a row, each above its column: the layout keeps the columns in the
/// order of the points.
void DotWriter::writeColumnHeads(unsigned depth) {
  std::map<int, unsigned> firsts;
  for (auto [number, node] : llvm::enumerate(graph.nodes))
    if (const Item &first = graph.items[node.items.front()];
        columnOfNode[number] >= 0 && first.kind == Kind::Op &&
        first.part == Part::Forward && !node.isOfState)
      firsts.try_emplace(columnOfNode[number], number);
  line(depth) << "{rank=same; ";
  for (const auto &[column, node] : firsts)
    os << (column ? " -> " : "") << prefix << "h" << column;
  os << " [style=invis];}\n";
  for (const auto &[column, node] : firsts) {
    std::string head = prefix + "h" + std::to_string(column);
    line(depth) << head << " [shape=point, style=invis];\n";
    line(depth) << head << " -> " << prefix << node
                << " [style=invis, weight=10];\n";
  }
}
