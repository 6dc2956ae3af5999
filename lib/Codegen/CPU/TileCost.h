//===- TileCost.h - What ways to tile a loop nest cost ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Estimates, in cycles of a core with two vector units, from extents and
// strides alone: which loop runs along the lanes, which register tile shares
// most, how many rows a kernel takes at a time. TilePlan.h makes loops of the
// choices.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_TILECOST_H
#define DLC_LIB_CODEGEN_CPU_TILECOST_H

#include "TilePlan.h"

namespace dlc::codegen {

/// Second-level cache that the vectors of one tile may fill before its
/// reduction is cut into blocks, and that the inputs of one block may fill.
inline constexpr int64_t kPanelBytes = 1 << 20;
inline constexpr int64_t kBlockBytes = 1 << 20;
/// Vectors of one tile that fit here need no prefetching.
inline constexpr int64_t kFirstLevelBytes = 32 << 10;

/// A choice of the register tile.
struct RegisterTile {
  /// Loops besides the vectorized one, with the steps of each in one tile.
  llvm::SmallVector<std::pair<unsigned, int64_t>, 2> unrolled;
  int64_t vectors = 1;
};

/// The loop along the lanes of a nest whose reductions stay in registers.
struct LaneChoice {
  std::optional<unsigned> vectorLoop;
  /// See PackedPanel.
  std::optional<unsigned> transposed;
  /// Cycles that the nest takes, roughly; 0 without a vectorized loop.
  double cost = 0;
};

/// Lanes such that the widest element of a buffer that is walked fills the
/// register.
int64_t chooseLanes(const LoopNest &nest, const Target &target);

/// A loop, other than the vectorized loop `v`, that allows `input` to be loaded
/// in squares of `lanes` x `lanes` and transposed in registers.
std::optional<unsigned> findTransposedLoop(const LoopNest &nest,
                                           const Access &input, unsigned v,
                                           int64_t lanes);

/// The register tile of a reduction: as much sharing as registers allow; its
/// cost.
std::pair<RegisterTile, double> chooseReductionTile(const LoopNest &nest,
                                                    const TilePlan &plan,
                                                    const Target &target);

/// Elements of the buffer between the first and the last one that `access`
/// touches, if loop `l` takes `extents[l]` steps; never more than the steps.
int64_t footprint(const Access &access, llvm::ArrayRef<int64_t> extents);

LaneChoice chooseLaneLoop(const LoopNest &nest, const Target &target,
                          int64_t lanes);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_TILECOST_H
