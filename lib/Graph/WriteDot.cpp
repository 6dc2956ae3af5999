//===- WriteDot.cpp - A graph as text of Graphviz -------------------------===//

#include "StepGraph.h"

#include "dlc/Graph/Cost.h"
#include "dlc/Support/Printable.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

#include <map>
#include <memory>
#include <numeric>
#include <set>

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// Text for labels in angle brackets.
static std::string html(StringRef text) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printHTMLEscaped(printable(text), os);
  // A backslash and a letter stand for the name of the node and the like.
  for (size_t at = 0; (at = result.find('\\', at)) != std::string::npos;
       at += 2)
    result.insert(at, 1, '\\');
  return result;
}

/// Text for attributes in quotes; line ends stay.
static std::string quoted(StringRef text) {
  std::string result = "\"";
  for (char c : printableLines(text)) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

static std::string shapeOf(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped) {
    os << type;
    return text;
  }
  for (int64_t extent : shaped.getShape())
    os << extent << 'x';
  os << shaped.getElementType();
  return text;
}

static std::string shapesOf(ArrayRef<Type> types) {
  constexpr size_t most = 4;
  std::string text = llvm::join(
      llvm::map_range(types.take_front(most), shapeOf), ", ");
  if (types.size() > most)
    text += " and " + std::to_string(types.size() - most) + " more";
  return text;
}

/// With three digits and a prefix of the SI: "4.11 GFLOP".
static std::string amount(double value, StringRef unit) {
  static constexpr StringRef prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < std::size(prefixes)) {
    value /= 1000;
    ++prefix;
  }
  int decimals = prefix == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format("%.*f", decimals, value);
  if (prefix || !unit.empty())
    os << ' ' << prefixes[prefix] << unit;
  return text;
}

static std::string costs(double flops, double bytes) {
  SmallVector<std::string> parts;
  if (flops > 0)
    parts.push_back(amount(flops, "FLOP"));
  if (bytes > 0)
    parts.push_back(amount(bytes, "B"));
  return llvm::join(parts, ", ");
}

/// "add x3, mul" for what stands next to each other.
static std::string summary(ArrayRef<const Item *> items) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (size_t i = 0; i < items.size();) {
    size_t end = i + 1;
    while (end < items.size() && items[end]->name == items[i]->name)
      ++end;
    os << (i ? ", " : "") << items[i]->name;
    if (end - i > 1)
      os << " x" << end - i;
    i = end;
  }
  return text;
}

/// Breaks a list at commas.
static SmallVector<std::string> wrapped(StringRef text, size_t width) {
  SmallVector<std::string> lines{""};
  for (StringRef word : llvm::split(text, ", ")) {
    if (!lines.back().empty()) {
      lines.back() += ",";
      if (lines.back().size() + word.size() + 1 > width)
        lines.emplace_back();
      else
        lines.back() += " ";
    }
    lines.back() += word.str();
  }
  return lines;
}

//===----------------------------------------------------------------------===//
// Colours
//===----------------------------------------------------------------------===//

/// Light enough for black text, and neighbours far apart.
static constexpr StringRef kernelColours[] = {
    "#a6cee3", "#fdbf6f", "#b2df8a", "#cab2d6", "#ffed6f", "#fb9a99",
    "#8dd3c7", "#d9c7a5", "#bebada", "#ccebc5", "#f4cae4", "#c7d7f0"};

static StringRef kernelColour(int kernel) {
  return kernelColours[kernel % std::size(kernelColours)];
}

static StringRef fillOf(Part part) {
  return part == Part::Forward    ? "#dce9f7"
         : part == Part::Gradient ? "#f9d9d6"
                                  : "#d9efd6";
}

static StringRef lineOf(Part part) {
  return part == Part::Forward    ? "#2b5c8a"
         : part == Part::Gradient ? "#b03a2e"
                                  : "#2e7d32";
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// A node that more read is named where it is read, without lines.
static constexpr size_t kMostLines = 8;

namespace {

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
  SmallVector<std::string> attributes;
  size_t connector = 0; ///< the number of circles in its place
};

class Writer {
public:
  Writer(const StepGraph &graph, StringRef prefix, raw_ostream &os)
      : graph(graph), prefix(prefix.str()), os(os) {}

  void run();

private:
  void gather();
  void writeCluster(const Cluster &cluster, unsigned depth);
  void writeColumnHeads(unsigned depth);
  void stackScopes(const Cluster &cluster, unsigned depth);
  void writeNode(unsigned number, unsigned depth);
  void writeOps(const Node &node, unsigned number, unsigned depth);
  void writeState(const Node &node, unsigned number, unsigned depth);
  void writeEdges();
  void collectEdges();
  void writeConnectors(unsigned number, unsigned depth);
  void writeEdge(const Edge &edge, const Twine &from, const Twine &to,
                 unsigned depth);
  void writeKernels();
  SmallVector<std::string> stateOf(const Node &node) const;
  std::string caption() const;
  std::string stateLine(const Item &item, const Path &path) const;
  SmallVector<std::string> rowsOf(const Node &node) const;
  raw_ostream &line(unsigned depth) { return os.indent(2 * depth); }
  void makeColumns();
  void countReaders();
  /// Whether too many read a node for lines to all of them; several updates
  /// that share a learning rate or a count of steps are.
  bool isNamed(unsigned node) const {
    const Item &first = graph.items[graph.nodes[node].items.front()];
    bool isShared = first.part == Part::Update && first.owner.empty();
    return readers[node].size() > (isShared ? 1 : kMostLines);
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
  raw_ostream &os;
  Cluster root;
  unsigned numClusters = 0;
  size_t numStacked = 0;
  bool hasGradient = false;
  /// Of each node.
  std::vector<std::set<unsigned>> readers;
  /// What is drawn in columns, and the column of each of its entries and of
  /// each node; -1: none.
  const Cluster *inColumns = nullptr;
  std::map<std::pair<unsigned, unsigned>, Edge> edges;
  /// Numbers of nodes that are read in other columns.
  std::map<unsigned, size_t> connectors;
  std::vector<int> columnOfEntry, columnOfNode;
};

} // namespace

/// Puts all nodes into the tree of clusters.
void Writer::gather() {
  for (auto [number, node] : llvm::enumerate(graph.nodes)) {
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

/// Calls `visit` for all nodes in an entry.
static void visitNodes(const Cluster::Entry &entry,
                       function_ref<void(unsigned)> visit) {
  if (!entry.cluster)
    return visit(entry.node);
  for (const Cluster::Entry &inner : entry.cluster->entries)
    visitNodes(inner, visit);
}

/// Lays a long step out in columns: cuts the sequence of scopes that holds most
/// of it where a column would become higher than the highest scope.
void Writer::makeColumns() {
  constexpr unsigned leastRows = 16;
  columnOfNode.assign(graph.nodes.size(), -1);
  if (graph.isLowered)
    return;
  const Cluster *parent = &root;
  auto count = [this](const Cluster::Entry &entry) {
    size_t nodes = 0;
    visitNodes(entry, [&](unsigned node) {
      nodes +=
          graph.items[graph.nodes[node].items.front()].kind == Kind::Op;
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
  unsigned highest = std::max(*std::max_element(rows.begin(), rows.end()),
                              leastRows / 2);
  inColumns = parent;
  int column = 0;
  unsigned filled = 0;
  for (auto [number, entry] : llvm::enumerate(parent->entries)) {
    // Loose ops stay with what comes before.
    if (entry.cluster && filled && filled + rows[number] > highest) {
      ++column;
      filled = 0;
    }
    filled += rows[number];
    columnOfEntry.push_back(column);
    visitNodes(entry, [&](unsigned node) { columnOfNode[node] = column; });
  }
}

void Writer::countReaders() {
  readers.resize(graph.nodes.size());
  for (const Item &item : graph.items)
    for (const Use &use : item.uses)
      if (graph.items[use.item].node != item.node &&
          graph.items[use.item].kind != Kind::State && !use.isBack)
        readers[graph.items[use.item].node].insert(item.node);
}

/// Keeps scopes that follow each other below each other, forward and backward
/// pass of each in its rows: a point above and one below each of its nodes.
void Writer::stackScopes(const Cluster &cluster, unsigned depth) {
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
void Writer::writeColumnHeads(unsigned depth) {
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

void Writer::writeCluster(const Cluster &cluster, unsigned depth) {
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
    line(depth + 1) << "label=" << quoted(label) << "; style=" << quoted(style)
                    << "; color=" << quoted(pen)
                    << "; bgcolor=" << quoted(fill) << ";\n";
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
SmallVector<std::string> Writer::rowsOf(const Node &node) const {
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

void Writer::writeOps(const Node &node, unsigned number, unsigned depth) {
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
      tooltip += (" (" +
                  llvm::sys::path::filename(place.getFilename().getValue()) +
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
    for (const std::string &text : wrapped("writes " + llvm::join(writes, ", "), 48))
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
  os << ">, tooltip=" << quoted(StringRef(tooltip).rtrim())
     << ", fillcolor=\""
     << (kernel >= 0 ? kernelColour(kernel) : fillOf(first.part))
     << "\", color=\"" << lineOf(first.part) << '"';
  if (node.isOfState)
    os << ", shape=cylinder, style=filled";
  os << "];\n";
  // In the row of the op that reads it, and so of its scope.
  if (node.isOfState && readers[number].size() == 1 &&
      graph.nodes[*readers[number].begin()].path == node.path)
    line(depth) << "{rank=same; " << prefix << number << "; " << prefix
                << *readers[number].begin() << ";}\n";
}

std::string Writer::stateLine(const Item &item, const Path &path) const {
  StringRef name = item.name;
  for (const std::string &element : llvm::reverse(path))
    if (element.front() == '.') {
      if (name.consume_front(StringRef(element).drop_front()))
        name.consume_front(".");
      break;
    }
  return html(name) + "  " + html(shapeOf(item.types.front()));
}

/// The entries of the state that a node reads. An update reads what it writes.
SmallVector<std::string> Writer::stateOf(const Node &node) const {
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
void Writer::writeState(const Node &node, unsigned number, unsigned depth) {
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

void Writer::writeNode(unsigned number, unsigned depth) {
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

/// Finds the lines between nodes, and numbers those that go to other columns.
void Writer::collectEdges() {
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
      if (!graph.isByLayer && use.type && use.type != last.types.front())
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
      edge.connector =
          connectors.try_emplace(ends.first, connectors.size() + 1)
              .first->second;
  }
}

/// Writes a line between two nodes, with the arrow at `to`.
void Writer::writeEdge(const Edge &edge, const Twine &from, const Twine &to,
                       unsigned depth) {
  line(depth) << (edge.goesUp ? to : from) << " -> "
              << (edge.goesUp ? from : to);
  if (!edge.attributes.empty())
    os << " [" << llvm::join(edge.attributes, ", ") << "]";
  os << ";\n";
}

/// In place of lines to other columns: a numbered circle at each end.
void Writer::writeConnectors(unsigned number, unsigned depth) {
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

void Writer::writeEdges() {
  for (const auto &[ends, edge] : edges) {
    if (edge.connector)
      continue;
    auto [from, to] = ends;
    unsigned first = graph.nodes[from].items.front();
    std::string source = prefix + std::to_string(from);
    if (isStateOfOne(first)) {
      // Of a result that is an entry as it is.
      source += "s";
      line(1) << source << " [shape=cylinder, style=filled, fillcolor="
              << "\"#fff3d6\", label=<" << stateLine(graph.items[first], {})
              << ">];\n";
    }
    writeEdge(edge, source, prefix + std::to_string(to), 1);
  }
}

std::string Writer::caption() const {
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
void Writer::writeKernels() {
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
  line(1) << prefix << "k [shape=plaintext, style=\"\", label=<<table border=\"0\" "
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

void Writer::run() {
  gather();
  makeColumns();
  countReaders();
  collectEdges();
  hasGradient = llvm::any_of(graph.items, [](const Item &item) {
    return item.part == Part::Gradient;
  });
  line(0) << "subgraph cluster_" << prefix << " {\n";
  line(1) << "label=<" << caption()
          << ">; labeljust=l; fontsize=14; color=\"#cccccc\";\n";
  writeCluster(root, 1);
  writeEdges();
  writeKernels();
  line(0) << "}\n";
}

void graph::writeStep(const StepGraph &graph, StringRef prefix,
                      raw_ostream &os) {
  Writer(graph, prefix, os).run();
}
