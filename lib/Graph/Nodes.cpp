//===- Nodes.cpp - Grouping ops into boxes --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product has a box of its own. Cheap ops join the box of their operands, if
// that is of the same kernel, part and scope, so that a convolution, its bias
// and its activation are one. A step that has too many such boxes to be looked
// at (and to be laid out in a moment) has one for each layer and part, whatever
// the kernels. Boxes never depend on each other in a circle.
//
//===----------------------------------------------------------------------===//

#include "StepGraph.h"

#include "dlc/Transforms/Cost.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/STLExtras.h"

#include <map>
#include <set>

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

static StringRef partName(Part part) {
  return part == Part::Gradient ? "%gradient" : "%update";
}

/// The clusters that contain items in `loop` and `scope`.
static Path pathOf(const StepGraph &graph, unsigned loop, const Path &scope,
                   Part part) {
  Path path;
  ArrayRef<std::string> rest = scope;
  Part around = Part::Forward;
  if (loop) {
    const Loop &outer = graph.loops[loop];
    path = pathOf(graph, outer.parent, outer.scope, outer.part);
    path.push_back("#" + std::to_string(loop));
    size_t common = 0;
    while (common < std::min(outer.scope.size(), scope.size()) &&
           outer.scope[common] == scope[common])
      ++common;
    rest = rest.drop_front(common);
    around = outer.part;
  }
  path.append(rest.begin(), rest.end());
  if (part != around && part != Part::Forward)
    path.push_back(partName(part).str());
  return path;
}

namespace {

class NodeFormer {
public:
  explicit NodeFormer(StepGraph &graph) : graph(graph) {}
  void run();

private:
  bool reaches(unsigned from, unsigned to) const;
  bool mayJoin(const Item &item, unsigned node) const;
  unsigned choose(const Item &item);

  StepGraph &graph;
  std::vector<std::set<unsigned>> next;
  /// The last node of all that has one name in one loop, call and part.
  std::map<std::tuple<unsigned, int, Part, std::string>, unsigned> named;
};

} // namespace

bool NodeFormer::reaches(unsigned from, unsigned to) const {
  if (from == to)
    return true;
  llvm::BitVector seen(next.size());
  SmallVector<unsigned> work{from};
  while (!work.empty())
    for (unsigned node : next[work.pop_back_val()]) {
      if (node == to)
        return true;
      if (!seen[node]) {
        seen.set(node);
        work.push_back(node);
      }
    }
  return false;
}

/// Whether no other operand of the item is computed from the node.
bool NodeFormer::mayJoin(const Item &item, unsigned node) const {
  std::set<unsigned> others;
  for (const Use &use : item.uses)
    if (graph.items[use.item].kind == Kind::Op && !use.isBack &&
        graph.items[use.item].node != node)
      others.insert(graph.items[use.item].node);
  return llvm::none_of(others,
                       [&](unsigned other) { return reaches(node, other); });
}

/// The common name of the ops of a node: the parameter that they update; of a
/// large step, the layer.
static std::string nameOf(const StepGraph &graph, const Item &item) {
  bool isUpdate = item.part == Part::Update;
  if (!graph.isByLayer)
    return isUpdate ? item.owner : "";
  return isUpdate ? StringRef(item.owner).rsplit('.').first.str() : item.layer;
}

/// The node that an item joins; as many as there are if it begins one.
unsigned NodeFormer::choose(const Item &item) {
  int call = graph.isByLayer ? -1 : item.call;
  if (std::string name = nameOf(graph, item); !name.empty()) {
    auto [place, isNew] = named.try_emplace({item.loop, call, item.part, name},
                                            graph.nodes.size());
    if (!isNew && !mayJoin(item, place->second))
      place->second = graph.nodes.size();
    return place->second;
  }
  if (item.contracts)
    return graph.nodes.size();
  std::set<unsigned, std::greater<>> candidates;
  for (const Use &use : item.uses) {
    const Item &operand = graph.items[use.item];
    if (operand.kind == Kind::Op && !use.isBack && operand.loop == item.loop &&
        (graph.isByLayer || operand.call == item.call) &&
        operand.part == item.part && operand.scope == item.scope &&
        operand.owner == item.owner)
      candidates.insert(operand.node);
  }
  for (unsigned node : candidates)
    if (mayJoin(item, node))
      return node;
  return graph.nodes.size();
}

void NodeFormer::run() {
  graph.nodes.clear();
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    if (item.kind != Kind::Op) {
      item.node = graph.nodes.size();
      graph.nodes.emplace_back();
      next.emplace_back();
      graph.nodes.back().items.push_back(i);
      if (item.kind == Kind::Carried)
        graph.nodes.back().path =
            pathOf(graph, item.loop, item.scope, item.part);
      continue;
    }
    item.node = choose(item);
    if (item.node == graph.nodes.size()) {
      graph.nodes.emplace_back();
      next.emplace_back();
      graph.nodes.back().path = pathOf(graph, item.loop, item.scope, item.part);
    }
    graph.nodes[item.node].items.push_back(i);
    for (const Use &use : item.uses)
      if (graph.items[use.item].node != item.node && !use.isBack)
        next[graph.items[use.item].node].insert(item.node);
  }
}

/// Finds the nodes of the forward pass that depend on the state alone.
static void findNodesOfState(StepGraph &graph) {
  for (Node &node : graph.nodes) {
    auto isOfState = [&](unsigned i) {
      const Item &item = graph.items[i];
      return item.kind == Kind::Op && item.part == Part::Forward &&
             !item.contracts && llvm::all_of(item.uses, [&](const Use &use) {
               const Item &from = graph.items[use.item];
               return from.kind == Kind::State ||
                      graph.nodes[from.node].isOfState ||
                      &graph.nodes[from.node] == &node;
             });
    };
    node.isOfState = llvm::all_of(node.items, isOfState);
  }
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// Calls `read` and `written` for each value that crosses the border of a
/// group of items, once: with the group and the bytes.
template <typename GroupOf>
static void crossBorders(const StepGraph &graph, GroupOf groupOf,
                         function_ref<void(unsigned, double)> read,
                         function_ref<void(unsigned, double)> written) {
  std::set<std::tuple<unsigned, unsigned, unsigned>> reads;
  std::set<std::pair<unsigned, unsigned>> writes;
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    if (item.kind == Kind::Carried)
      continue;
    for (const Use &use : item.uses) {
      const Item &from = graph.items[use.item];
      bool isComputed = from.kind == Kind::Op;
      if (item.kind == Kind::Op &&
          (!isComputed || groupOf(use.item) != groupOf(i)) &&
          reads.insert({groupOf(i), use.item, use.result}).second)
        read(i, bytesOf(from.types[use.result]));
      if (isComputed &&
          (item.kind != Kind::Op || groupOf(use.item) != groupOf(i)) &&
          writes.insert({use.item, use.result}).second)
        written(use.item, bytesOf(from.types[use.result]));
    }
    for (const auto &[entry, result] : item.writes)
      if (result < item.types.size() && writes.insert({i, result}).second)
        written(i, bytesOf(item.types[result]));
  }
}

void graph::formNodes(StepGraph &graph) {
  constexpr long mostNodes = 400;
  NodeFormer(graph).run();
  graph.isByLayer = llvm::count_if(graph.nodes, [&](const Node &node) {
                      return graph.items[node.items.front()].kind == Kind::Op;
                    }) > mostNodes;
  if (graph.isByLayer)
    NodeFormer(graph).run();
  findNodesOfState(graph);
  auto trips = [&](unsigned i) {
    return graph.loops[graph.items[i].loop].trips;
  };
  crossBorders(
      graph, [&](unsigned i) { return graph.items[i].node; },
      [&](unsigned i, double bytes) {
        graph.nodes[graph.items[i].node].reads += bytes;
      },
      [&](unsigned i, double bytes) {
        graph.nodes[graph.items[i].node].writes += bytes;
      });
  // Bytes that move: between kernels, or, before there are any, between ops.
  unsigned calls = graph.items.size();
  auto unit = [&](unsigned i) {
    return graph.items[i].call < 0 ? i : calls + graph.items[i].call;
  };
  // Kernels whose ops are known have their bytes already.
  for (const Kernel &kernel : graph.kernels)
    graph.bytes += kernel.bytes;
  auto moved = [&](unsigned i, double bytes) {
    int kernel = graph.items[i].kernel;
    if (kernel >= 0 && !graph.isLowered)
      return;
    graph.bytes += bytes * trips(i);
    if (kernel >= 0)
      graph.kernels[kernel].bytes += bytes * trips(i);
  };
  crossBorders(graph, unit, moved, moved);
  for (auto [i, item] : llvm::enumerate(graph.items))
    graph.flops += item.flops * trips(i);
}
