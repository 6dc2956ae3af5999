//===- MinimumCutTest.cpp - Cuts against all partitions -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MinimumCut.h"

#include "gtest/gtest.h"

#include <chrono>
#include <random>

using namespace dlc;

namespace {

struct Edge {
  unsigned from, to;
  int64_t capacity;
};

/// The cost of a partition; bit i: node i is on the sink's side.
int64_t costOf(const std::vector<Edge> &edges, unsigned sides) {
  int64_t cost = 0;
  for (const Edge &edge : edges)
    if (!(sides >> edge.from & 1) && (sides >> edge.to & 1))
      cost += edge.capacity;
  return cost;
}

llvm::SmallVector<bool> solve(unsigned nodes, const std::vector<Edge> &edges) {
  MinimumCut cut;
  for (unsigned node = 2; node < nodes; ++node)
    EXPECT_EQ(cut.addNode(), node);
  for (const Edge &edge : edges)
    cut.addEdge(edge.from, edge.to, edge.capacity);
  return cut.solve();
}

TEST(MinimumCut, IsTheCheapestOfAllPartitions) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 400; ++trial) {
    unsigned nodes = 2 + random() % 8;
    std::vector<Edge> edges;
    for (unsigned i = random() % (3 * nodes); i > 0; --i)
      edges.push_back({unsigned(random() % nodes), unsigned(random() % nodes),
                       int64_t(random() % 20)});
    llvm::SmallVector<bool> found = solve(nodes, edges);
    ASSERT_EQ(found.size(), nodes);
    EXPECT_FALSE(found[MinimumCut::source]);
    EXPECT_TRUE(found[MinimumCut::sink]);
    unsigned sides = 0;
    for (unsigned node = 0; node < nodes; ++node)
      sides |= unsigned(found[node]) << node;
    int64_t least = MinimumCut::infinity;
    for (unsigned other = 0; other < 1u << nodes; ++other)
      if (!(other >> MinimumCut::source & 1) && (other >> MinimumCut::sink & 1))
        least = std::min(least, costOf(edges, other));
    EXPECT_EQ(costOf(edges, sides), least) << "trial " << trial;
  }
}

TEST(MinimumCut, HonoursWhatMayNotBeCut) {
  // 2 must be where 3 is, and 3 pays 5 to leave the source, 7 the sink.
  std::vector<Edge> edges{{2, 3, MinimumCut::infinity},
                          {MinimumCut::source, 2, 9},
                          {MinimumCut::source, 3, 5},
                          {3, MinimumCut::sink, 7}};
  llvm::SmallVector<bool> found = solve(4, edges);
  EXPECT_FALSE(found[2]);
  EXPECT_FALSE(found[3]);
}

/// A node that costs nothing either way stays on the sink's side only if the
/// source does not reach it: ties go the same way each time.
TEST(MinimumCut, DecidesTiesByWhatTheSourceReaches) {
  llvm::SmallVector<bool> found =
      solve(4, {{MinimumCut::source, 2, 3}, {2, MinimumCut::sink, 3}});
  EXPECT_TRUE(found[2]);
  EXPECT_TRUE(found[3]);
}

/// Chains as long as the ops of a step, with a short cut at every tenth node.
TEST(MinimumCut, IsFastOnLongChains) {
  auto begin = std::chrono::steady_clock::now();
  MinimumCut cut;
  unsigned last = MinimumCut::source;
  constexpr unsigned length = 20000;
  for (unsigned i = 0; i < length; ++i) {
    unsigned node = cut.addNode();
    cut.addEdge(last, node, 10 + i % 7);
    cut.addEdge(node, last, 10 + i % 7);
    if (i % 10 == 0)
      cut.addEdge(node, i % 20 ? MinimumCut::sink : MinimumCut::source, 2);
    last = node;
  }
  cut.addEdge(last, MinimumCut::sink, MinimumCut::infinity);
  llvm::SmallVector<bool> sides = cut.solve();
  EXPECT_EQ(sides.size(), length + 2);
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  EXPECT_LT(seconds.count(), 5);
}

} // namespace
