//===- MinimumCut.cpp - The cheapest two-way partition of a graph ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MinimumCut.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace dlc;

void MinimumCut::addEdge(unsigned from, unsigned to, int64_t capacity) {
  edgesOf[from].push_back(edges.size());
  edges.push_back({to, capacity});
  edgesOf[to].push_back(edges.size());
  edges.push_back({from, 0});
}

/// Numbers the nodes by their distance from the source, as far as edges have
/// capacity left. False if the sink is out of reach.
bool MinimumCut::findLevels() {
  level.assign(edgesOf.size(), -1);
  level[source] = 0;
  SmallVector<unsigned> queue{source};
  for (size_t i = 0; i < queue.size(); ++i)
    for (unsigned number : edgesOf[queue[i]]) {
      const Edge &edge = edges[number];
      if (edge.residual == 0 || level[edge.to] >= 0)
        continue;
      level[edge.to] = level[queue[i]] + 1;
      queue.push_back(edge.to);
    }
  return level[sink] >= 0;
}

bool MinimumCut::augment() {
  SmallVector<unsigned> path;
  unsigned node = source;
  while (node != sink) {
    // `next` skips edges that are known to lead nowhere at this level.
    unsigned &position = next[node];
    while (position < edgesOf[node].size()) {
      const Edge &edge = edges[edgesOf[node][position]];
      if (edge.residual > 0 && level[edge.to] == level[node] + 1)
        break;
      ++position;
    }
    if (position < edgesOf[node].size()) {
      path.push_back(edgesOf[node][position]);
      node = edges[path.back()].to;
      continue;
    }
    if (path.empty())
      return false;
    node = edges[path.pop_back_val() ^ 1].to;
    ++next[node];
  }
  int64_t flow = infinity;
  for (unsigned number : path)
    flow = std::min(flow, edges[number].residual);
  for (unsigned number : path) {
    edges[number].residual -= flow;
    edges[number ^ 1].residual += flow;
  }
  return true;
}

SmallVector<bool> MinimumCut::solve() {
  while (findLevels()) {
    next.assign(edgesOf.size(), 0);
    while (augment())
      ;
  }
  return map_to_vector(level, [](int distance) { return distance < 0; });
}
