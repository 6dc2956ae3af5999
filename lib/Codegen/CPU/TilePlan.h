//===- TilePlan.h - Tiling and vectorization plan of a nest -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides, from extents and strides alone, which loop runs along the lanes of
// a vector, how many vectors and how many steps of other loops one register
// tile holds, and in which order tiles are visited.
//
// A convolution 3x3 of 8x56x56x64 gets, for registers of 16 lanes:
//
//   tile loops       n, oh, oc in steps of 32, ow in steps of 14
//   register tile    14 x 2 vectors, one accumulator each
//   reduction loops  kh, (kw, ic)
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_TILEPLAN_H
#define DLC_LIB_CODEGEN_CPU_TILEPLAN_H

#include "../LoopNest.h"

#include "dlc/Machine/TargetInfo.h"

namespace dlc::codegen {

/// `count` tiles of `size` iterations each, the first at `start`.
struct Segment {
  int64_t start = 0;
  int64_t size = 1;
  int64_t count = 1;
};

/// Cuts `extent` units into the fewest tiles of at most `limit` units, as equal
/// as possible: 27 with a limit of 14 gives 14 + 13.
llvm::SmallVector<Segment> splitEvenly(int64_t extent, int64_t limit);

/// Cuts `extent` into tiles of exactly `size`, and a last one with the rest.
llvm::SmallVector<Segment> splitSquares(int64_t extent, int64_t size);

/// One loop of the nest, cut into tiles. Segments are in order and cover it.
struct TileLoop {
  unsigned loop;
  llvm::SmallVector<Segment> segments;
  /// Emit each tile on its own instead of a loop.
  bool unrolled = false;

  int64_t numTiles() const;
};

/// An input that tiles copy to where what they read lies densely: since its
/// rows are apart by a distance at which they share few sets of the caches, or
/// since it is strided along the lanes.
struct PackedPanel {
  unsigned operand;
  /// Of an input that is broadcast to vectors: the loop of the register tile in
  /// which it is contiguous. Tiles follow each other in the copy, and steps of
  /// the reductions in a tile.
  std::optional<unsigned> rowLoop;
  /// The reduction loop in which an operand is contiguous that is strided along
  /// the lanes: squares of it are transposed in registers on the way.
  std::optional<unsigned> transposedLoop;
  /// The tile loop that contains the copy and its uses.
  unsigned level;
  /// Elements that one step of each loop moves by in the copy, and all of it.
  /// With `rowLoop`, a step of a reduction moves by as many times the rows of
  /// the tile.
  llvm::SmallVector<int64_t> strides;
  int64_t elements;
};

/// The resources that one step of the reduction uses for a register tile:
/// accumulators, loads, and the registers of both; one more holds a broadcast
/// operand.
struct TileUse {
  int64_t sums = 0, loads = 0, registers = 0;
};

struct TilePlan {
  /// Elements in a vector; 1 for scalar code.
  int64_t lanes = 1;
  /// The loop along the lanes; none for scalar code. A reduction loop here
  /// means accumulators that are added up across lanes at the end.
  std::optional<unsigned> vectorLoop;
  /// A parallel loop in tiles of `lanes` steps: inputs that are contiguous in
  /// it and strided in the vectorized loop are transposed in registers.
  std::optional<unsigned> transposedLoop;
  /// Steps of the innermost reduction loop that vectors are fetched into cache
  /// ahead of their use; 0 if they are there anyway.
  int64_t prefetchDistance = 0;
  /// True if outputs are loaded and stored at every step because a reduction
  /// loop moves them.
  bool accumulatesInMemory = false;
  /// Reduction loops cut into blocks outside of all tiles: outputs travel
  /// through memory from block to block so that inputs stay in cache.
  llvm::SmallVector<TileLoop> blockLoops;
  /// Parallel loops, outermost first.
  llvm::SmallVector<TileLoop> tileLoops;
  /// True if there are several panels of vectors, and tiles read all of them,
  /// which stay in cache, before they go on along the other inputs.
  bool keepsPanels = false;
  /// Leading loops of `tileLoops` that workers share out.
  unsigned numTaskLoops = 0;
  /// Reduction loops inside of a tile, outermost first. Those that are cut into
  /// blocks run through the iterations of a block, not more than their segment
  /// says.
  llvm::SmallVector<TileLoop> reductionLoops;
  /// At most one with vectors and one with rows.
  llvm::SmallVector<PackedPanel, 2> packed;
  bool packsVectors() const {
    return llvm::any_of(
        packed, [](const PackedPanel &panel) { return !panel.rowLoop; });
  }
  /// For a reduction whose sums stay in registers; for remarks.
  TileUse use;
};

TilePlan planTiles(const LoopNest &nest, const TargetInfo &target);

/// How many iterations of the sliced loop, which all `nests` of a kernel share,
/// the kernel does at a time: as many as make reductions faster, since the rows
/// of a block share operands that a single row reads alone (the weights of a
/// product). It follows from shapes and target alone, never from the number of
/// workers.
int64_t planRows(llvm::ArrayRef<LoopNest> nests, const TargetInfo &target);

/// The vectors of a tile of `size` iterations of the vectorized loop: full ones
/// and then those of the remainder.
llvm::SmallVector<int64_t> vectorWidths(int64_t size, int64_t lanes);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_TILEPLAN_H
