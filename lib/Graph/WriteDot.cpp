//===- WriteDot.cpp - A graph as text of Graphviz -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DotWriter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

/// Puts the nodes into the tree of clusters.
void DotWriter::gather() {
  root = Cluster();
  for (auto [number, node] : llvm::enumerate(graph.nodes)) {
    if (!isDrawn(number))
      continue;
    Cluster *at = &root;
    for (const std::string &element : node.path) {
      Cluster *&child = at->byElement[element];
      if (!child) {
        auto made = std::make_unique<Cluster>();
        made->element = element;
        child = made.get();
        at->entries.push_back({std::move(made), 0});
      }
      at = child;
    }
    at->entries.push_back({nullptr, static_cast<unsigned>(number)});
  }
}

void DotWriter::writeCluster(const Cluster &cluster, unsigned depth) {
  if (depth > 1) {
    StringRef element = cluster.element;
    std::string label = element.drop_front().str();
    StringRef style = "rounded", fill = "#f6f6f6", pen = "#999999";
    switch (element.front()) {
    case '@':
      label = element.str();
      style = "dashed";
      fill = "white";
      break;
    case '%':
      fill = element == "%gradient" ? "#fdf1f0" : "#f0f8ef";
      pen = lineOf(element == "%gradient" ? Part::Gradient : Part::Update);
      break;
    case '#': {
      unsigned loop = 0;
      (void)element.drop_front().getAsInteger(10, loop);
      label = "scan, " + graph.loops[loop].label;
      fill = "#fffbe8";
      pen = "#b58900";
      style = "bold,rounded";
      break;
    }
    }
    line(depth) << "subgraph cluster_" << prefix << numClusters++ << " {\n";
    line(depth + 1) << "label=" << quoted(label)
                    << "; peripheries=1; style=" << quoted(style)
                    << "; color=" << quoted(pen) << "; bgcolor=" << quoted(fill)
                    << ";\n";
  }
  if (&cluster == inColumns)
    writeColumnHeads(depth + 1);
  if (hasGradient)
    stackScopes(cluster, depth + 1);
  int column = -1;
  for (auto [number, entry] : llvm::enumerate(cluster.entries)) {
    if (&cluster == inColumns && columnOfEntry[number] != column) {
      if (column >= 0)
        line(depth + 1) << "}\n";
      column = columnOfEntry[number];
      line(depth + 1) << "subgraph cluster_" << prefix << "column" << column
                      << " {\n";
      line(depth + 2) << "label=\"\"; peripheries=0;\n";
    }
    if (entry.cluster)
      writeCluster(*entry.cluster, depth + 1);
    else
      writeNode(entry.node, depth + 1);
  }
  if (column >= 0)
    line(depth + 1) << "}\n";
  if (depth > 1)
    line(depth) << "}\n";
}

/// One row for each op, or fewer where there are many.
SmallVector<std::string> DotWriter::rowsOf(const Node &node) const {
  constexpr size_t mostRows = 8;
  SmallVector<std::string> rows;
  auto full = [&](const Item &item) {
    std::string row = "<b>" + html(item.name) + "</b>";
    if (!item.details.empty())
      row += " " + html(item.details);
    row += "  " + html(shapesOf(item.types));
    if (node.items.size() > 1 && item.flops > 0)
      row += " <font point-size=\"8\" color=\"#555555\"> " +
             amount(item.flops, "FLOP") + "</font>";
    rows.push_back(row);
  };
  // All updates of one optimizer are alike, and so is what norms compute of
  // their statistics.
  const Item &first = graph.items[node.items.front()];
  bool isShort = node.isOfState || graph.isByLayer ||
                 (first.part == Part::Update && !first.owner.empty());
  if (node.items.size() <= (isShort ? 2 : mostRows)) {
    for (unsigned i : node.items)
      full(graph.items[i]);
    return rows;
  }
  SmallVector<const Item *> run;
  auto flush = [&] {
    if (run.size() == 1)
      full(*run.front());
    else if (!run.empty()) {
      SmallVector<std::string> lines = wrapped(summary(run), 48);
      for (std::string &part : lines)
        rows.push_back(html(part));
      rows.back() += "  " + html(shapeOf(run.back()->types.front()));
    }
    run.clear();
  };
  for (unsigned i : node.items) {
    const Item &item = graph.items[i];
    if (!item.contracts) {
      run.push_back(&item);
      continue;
    }
    flush();
    full(item);
  }
  flush();
  return rows;
}

void DotWriter::writeOps(const Node &node, unsigned number, unsigned depth) {
  const Item &first = graph.items[node.items.front()];
  // The layers, by their names in the scope.
  SmallVector<std::string> title;
  double flops = 0;
  std::string tooltip;
  SmallVector<std::string> writes;
  for (unsigned i : node.items) {
    const Item &item = graph.items[i];
    flops += item.flops;
    StringRef name = item.part == Part::Update ? item.owner : item.layer;
    if (!item.scope.empty() && item.scope.back().front() == '.')
      if (name.consume_front(StringRef(item.scope.back()).drop_front()))
        name.consume_front(".");
    if (!name.empty() && !llvm::is_contained(title, name))
      title.push_back(name.str());
    for (const auto &[entry, result] : item.writes)
      writes.push_back(entry);
    tooltip += item.name + (item.details.empty() ? "" : " ") + item.details;
    if (!item.types.empty())
      tooltip += ": " + shapesOf(item.types);
    if (auto place = item.loc->findInstanceOf<FileLineColLoc>())
      tooltip +=
          (" (" + llvm::sys::path::filename(place.getFilename().getValue()) +
           ":" + Twine(place.getLine()) + ")")
              .str();
    tooltip += "\n";
  }
  std::string head = llvm::join(title, ", ");
  line(depth) << prefix << number << " [label=<";
  auto small = [&](StringRef text) {
    os << "<font point-size=\"8\" color=\"#333333\">" << text
       << "</font><br align=\"left\"/>";
  };
  // The kernel of most operations gives the colour.
  std::map<int, double> kernels;
  for (unsigned i : node.items)
    if (graph.items[i].kernel >= 0)
      kernels[graph.items[i].kernel] += graph.items[i].flops;
  int kernel = first.kernel;
  for (const auto &[other, flopsThere] : kernels)
    if (kernel < 0 || flopsThere > kernels[kernel])
      kernel = other;
  if (kernel >= 0 && !graph.isLowered) {
    head += (head.empty() ? "" : "   ") + graph.kernels[kernel].name;
    if (kernels.size() > 1)
      head += " and " + std::to_string(kernels.size() - 1) + " more";
  }
  if (!head.empty())
    small("<i>" + html(head) + "</i>");
  if (hasStateInside(node) && first.part == Part::Forward)
    for (const std::string &row : stateOf(node))
      small(row);
  for (const std::string &row : rowsOf(node))
    os << row << "<br align=\"left\"/>";
  if (std::string cost = costs(flops, node.reads + node.writes); !cost.empty())
    small(cost);
  std::set<std::string> named;
  for (unsigned i : node.items)
    for (const Use &use : graph.items[i].uses)
      if (unsigned from = graph.items[use.item].node;
          from != number && isNamed(from))
        named.insert(prefix + std::to_string(from));
  if (!named.empty())
    small("reads " + llvm::join(named, ", "));
  if (isNamed(number))
    small("this is " + prefix + std::to_string(number) + ", read by " +
          std::to_string(readers[number].size()));
  // Optimizer slots go with the parameter they are of.
  if (!writes.empty() && first.part != Part::Update) {
    for (const std::string &text :
         wrapped("writes " + llvm::join(writes, ", "), 48))
      small(html(text));
  } else if (!writes.empty()) {
    std::string text = "writes " + writes.front();
    for (const std::string &entry : writes)
      if (entry == first.owner)
        text = "writes " + entry;
    if (writes.size() > 1)
      text += " and " + std::to_string(writes.size() - 1) + " more";
    small(html(text));
  }
  os << ">, tooltip=" << quoted(StringRef(tooltip).rtrim()) << ", fillcolor=\""
     << (kernel >= 0 ? kernelColour(kernel) : fillOf(first.part))
     << "\", color=\"" << lineOf(first.part) << '"';
  if (node.isOfState)
    os << ", shape=cylinder, style=filled, margin=\"0.08,0.08\"";
  os << "];\n";
  // In the row of the op that reads it, and so of its scope.
  if (node.isOfState && readers[number].size() == 1 &&
      graph.nodes[*readers[number].begin()].path == node.path &&
      columnOfNode[*readers[number].begin()] == columnOfNode[number])
    line(depth) << "{rank=same; " << prefix << number << "; " << prefix
                << *readers[number].begin() << ";}\n";
}

std::string DotWriter::stateLine(const Item &item, const Path &path) const {
  StringRef name = item.name;
  for (const std::string &element : llvm::reverse(path))
    if (element.front() == '.') {
      if (name.consume_front(StringRef(element).drop_front()))
        name.consume_front(".");
      break;
    }
  return html(name) + "  " + html(shapeOf(item.types.front()));
}

/// The entries of the state that a node reads, except those that it updates.
SmallVector<std::string> DotWriter::stateOf(const Node &node) const {
  constexpr size_t mostRows = 10;
  std::set<unsigned> entries;
  const Item &first = graph.items[node.items.front()];
  if (first.part == Part::Update && !first.owner.empty())
    return {};
  for (unsigned i : node.items)
    for (const Use &use : graph.items[i].uses)
      if (isStateOfOne(use.item))
        entries.insert(use.item);
  SmallVector<std::string> rows;
  for (unsigned entry : entries) {
    if (rows.size() == mostRows) {
      rows.push_back("and " + std::to_string(entries.size() - mostRows) +
                     " more");
      break;
    }
    rows.push_back(stateLine(graph.items[entry], node.path));
  }
  return rows;
}

/// A cylinder with the state that a node reads, beside it.
void DotWriter::writeState(const Node &node, unsigned number, unsigned depth) {
  SmallVector<std::string> rows = stateOf(node);
  if (rows.empty() || hasStateInside(node))
    return;
  line(depth) << prefix << number << "s [shape=cylinder, style=filled, "
              << "fillcolor=\"#fff3d6\", color=\"#8a6d3b\", "
              << "margin=\"0.08,0.03\", fontsize=8, label=<";
  for (const std::string &row : rows)
    os << row << "<br align=\"left\"/>";
  os << ">];\n";
  line(depth) << "{rank=same; " << prefix << number << "s -> " << prefix
              << number << " [color=\"#8a6d3b\", arrowsize=0.5];}\n";
}

void DotWriter::writeNode(unsigned number, unsigned depth) {
  const Node &node = graph.nodes[number];
  const Item &first = graph.items[node.items.front()];
  writeConnectors(number, depth);
  auto plain = [&](StringRef attributes) {
    line(depth) << prefix << number << " [" << attributes << ", label=<<b>"
                << html(first.name) << "</b><br/>"
                << html(shapeOf(first.types.front())) << ">];\n";
  };
  switch (first.kind) {
  case Kind::Op:
    writeState(node, number, depth);
    writeOps(node, number, depth);
    return;
  case Kind::State:
    if (!isStateOfOne(node.items.front()))
      plain("shape=cylinder, style=filled, fillcolor=\"#fff3d6\"");
    return;
  case Kind::Input:
    plain("shape=invhouse, style=filled, fillcolor=\"#e8e0f5\"");
    return;
  case Kind::Output:
    plain("shape=house, style=filled, fillcolor=\"#e0f2e9\"");
    return;
  case Kind::Carried:
    plain("shape=ellipse, style=\"filled,dashed\", fillcolor=\"#fffbe8\"");
    return;
  case Kind::Constant:
    plain("shape=plaintext, style=\"\"");
    return;
  }
}

std::string DotWriter::caption() const {
  std::string text = "<b>" + html(graph.model + " @" + graph.step) +
                     "</b>, after phase " + html(graph.phase) +
                     (graph.isByLayer ? ", layer by layer" : "") +
                     "<br align=\"left\"/>";
  SmallVector<std::string> parts;
  if (graph.flops > 0)
    parts.push_back(amount(graph.flops, "FLOP"));
  if (graph.bytes > 0)
    parts.push_back(amount(graph.bytes, "B") + " moved");
  if (graph.parameters > 0)
    parts.push_back(amount(graph.parameters, "") + " parameters of " +
                    amount(graph.parameterBytes, "B"));
  if (!graph.kernels.empty()) {
    unsigned calls = 0;
    for (const Kernel &kernel : graph.kernels)
      calls += kernel.calls;
    auto count = [](size_t n, StringRef what) {
      return (Twine(n) + " " + what + (n == 1 ? "" : "s")).str();
    };
    parts.push_back(count(graph.kernels.size(), "kernel") + " in " +
                    count(calls, "call"));
  }
  return text + html(llvm::join(parts, "; ")) + "<br align=\"left\"/>";
}

/// The colours of kernels, those of most operations first.
void DotWriter::writeKernels() {
  constexpr size_t mostRows = 16;
  if (graph.kernels.empty() || graph.isLowered)
    return;
  SmallVector<unsigned> order;
  for (unsigned i = 0; i < graph.kernels.size(); ++i)
    order.push_back(i);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    return std::pair(-graph.kernels[a].flops, a) <
           std::pair(-graph.kernels[b].flops, b);
  });
  line(1) << prefix
          << "k [shape=plaintext, style=\"\", label=<<table border=\"0\" "
          << "cellborder=\"0\" cellspacing=\"1\">";
  for (auto [row, i] : llvm::enumerate(order)) {
    if (row == mostRows) {
      os << "<tr><td></td><td align=\"left\">and " << order.size() - mostRows
         << " more</td></tr>";
      break;
    }
    const Kernel &kernel = graph.kernels[i];
    os << "<tr><td bgcolor=\"" << kernelColour(i)
       << "\">   </td><td align=\"left\">" << html(kernel.name);
    if (kernel.calls > 1)
      os << ", " << kernel.calls << " calls";
    os << "</td><td align=\"left\">" << costs(kernel.flops, kernel.bytes)
       << "</td></tr>";
  }
  os << "</table>>];\n";
}

void DotWriter::writeStep(const Twine &label) {
  line(0) << "subgraph cluster_" << prefix << " {\n";
  line(1) << "label=<" << label
          << ">; labeljust=l; fontsize=14; color=\"#cccccc\";\n";
  writeCluster(root, 1);
  writeEdges();
}

std::vector<std::string> DotWriter::run(bool columnsApart) {
  gather();
  makeColumns();
  int columns = columnsApart && inColumns ? columnOfEntry.back() + 1 : 1;
  if (columns > 1) {
    placeOthers();
    inColumns = nullptr;
  }
  countReaders();
  collectEdges();
  hasGradient = llvm::any_of(graph.items, [](const Item &item) {
    return item.part == Part::Gradient;
  });
  std::vector<std::string> graphs;
  for (int column = 0; column < columns; ++column) {
    if (columns > 1) {
      drawnColumn = column;
      gather();
    }
    writeStep(column == 0 ? caption()
                          : "<b>column " + std::to_string(column + 1) + "</b>");
    if (column == 0)
      writeKernels();
    line(0) << "}\n";
    graphs.push_back(std::move(text));
    text.clear();
  }
  return graphs;
}

std::vector<std::string> graph::writeStep(const StepGraph &graph,
                                          StringRef prefix, bool columnsApart) {
  return DotWriter(graph, prefix).run(columnsApart);
}
