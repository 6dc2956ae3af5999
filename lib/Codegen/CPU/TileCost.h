//===- TileCost.h - Cost model of tilings -----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Estimates, in cycles of the target, from extents and strides alone: which
// loop runs along the lanes, which register tile shares most, how many rows a
// kernel takes at a time. TilePlan.h makes loops of the choices.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_TILECOST_H
#define DLC_LIB_CODEGEN_CPU_TILECOST_H

#include "TilePlan.h"

namespace dlc::codegen {

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
  /// The register tile, if there is a vectorized loop.
  RegisterTile tile = {};
  /// Cycles that the nest takes, roughly; 0 without a vectorized loop.
  double cost = 0;
};

/// Lanes such that the widest element of a buffer that is walked fills the
/// register.
int64_t chooseLanes(const LoopNest &nest, const TargetInfo &target);

/// A loop, other than the vectorized loop `v`, that allows `input` to be loaded
/// in squares of `lanes` x `lanes` and transposed in registers.
std::optional<unsigned> findTransposedLoop(const LoopNest &nest,
                                           const Access &input, unsigned v,
                                           int64_t lanes);

/// The resources that one step of the reduction uses for a tile.
TileUse useOf(const LoopNest &nest, const TilePlan &plan,
              const RegisterTile &tile);

/// The register tile of a reduction: as much sharing as registers allow; its
/// cost.
std::pair<RegisterTile, double> chooseReductionTile(const LoopNest &nest,
                                                    const TilePlan &plan,
                                                    const TargetInfo &target);

/// Whether tiles read the vectors of all panels, which stay in cache, before
/// they go on along the other inputs, which they then read once: the vectors
/// are small, or it costs more to read the others again for each panel.
/// `extents` are those of a block.
bool keepsAllPanels(const LoopNest &nest, const TargetInfo &target,
                    const TilePlan &plan, const RegisterTile &tile,
                    llvm::ArrayRef<int64_t> extents);

LaneChoice chooseLaneLoop(const LoopNest &nest, const TargetInfo &target,
                          int64_t lanes);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_TILECOST_H
