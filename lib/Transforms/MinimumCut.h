//===- MinimumCut.h - The cheapest two-way partition of a graph -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_MINIMUMCUT_H
#define DLC_LIB_TRANSFORMS_MINIMUMCUT_H

#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace dlc {

/// Finds the cut of least capacity between a source and a sink (Dinic, 1970).
/// Deterministic, and without recursion.
class MinimumCut {
public:
  static constexpr int64_t infinity = int64_t(1) << 60;
  static constexpr unsigned source = 0, sink = 1;

  unsigned addNode() {
    edgesOf.emplace_back();
    return edgesOf.size() - 1;
  }

  /// Adds a cost that is paid if `from` is on the source's side and `to` on the
  /// sink's.
  void addEdge(unsigned from, unsigned to, int64_t capacity);

  /// Computes which nodes are on the sink's side.
  llvm::SmallVector<bool> solve();

private:
  struct Edge {
    unsigned to;
    int64_t residual;
  };

  bool findLevels();
  /// Pushes flow along one path of the level graph; false if none is left.
  bool augment();

  /// Edge 2 k and its reverse, 2 k + 1.
  llvm::SmallVector<Edge> edges;
  llvm::SmallVector<llvm::SmallVector<unsigned>> edgesOf{{}, {}};
  llvm::SmallVector<int> level;
  llvm::SmallVector<unsigned> next;
};

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_MINIMUMCUT_H
