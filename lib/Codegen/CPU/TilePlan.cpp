//===- TilePlan.cpp - Tiling and vectorization plan of a nest -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlan.h"

#include "TileCost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace dlc::codegen {

/// Fewest tiles that must use a copy.
static constexpr int64_t kPackedTiles = 4;
/// With copies, pieces of work are this part of those that are wanted.
static constexpr int64_t kTasksToPack = 8;

int64_t TileLoop::numTiles() const {
  int64_t tiles = 0;
  for (const Segment &segment : segments)
    tiles += segment.count;
  return tiles;
}

SmallVector<int64_t> vectorWidths(int64_t size, int64_t lanes) {
  SmallVector<int64_t> widths(size / lanes, lanes);
  if (size % lanes)
    widths.push_back(size % lanes);
  return widths;
}

SmallVector<Segment> splitEvenly(int64_t extent, int64_t limit) {
  int64_t tiles = llvm::divideCeil(extent, limit);
  int64_t size = extent / tiles, larger = extent % tiles;
  SmallVector<Segment> segments;
  if (larger)
    segments.push_back({0, size + 1, larger});
  segments.push_back({larger * (size + 1), size, tiles - larger});
  return segments;
}

/// The same along the lanes, at most `limit` vectors a tile. What does not fill
/// a vector goes into the last tile.
static SmallVector<Segment> splitVectors(int64_t extent, int64_t lanes,
                                         int64_t limit) {
  SmallVector<Segment> segments =
      splitEvenly(llvm::divideCeil(extent, lanes), limit);
  for (Segment &segment : segments) {
    segment.start *= lanes;
    segment.size *= lanes;
  }
  int64_t missing = llvm::alignTo(extent, lanes) - extent;
  if (!missing)
    return segments;
  Segment last = segments.back();
  last.start += last.size * (last.count - 1);
  last.size -= missing;
  last.count = 1;
  if (--segments.back().count == 0)
    segments.pop_back();
  segments.push_back(last);
  return segments;
}

SmallVector<Segment> splitSquares(int64_t extent, int64_t size) {
  SmallVector<Segment> segments{{0, size, extent / size}};
  if (extent % size)
    segments.push_back({extent - extent % size, extent % size, 1});
  return segments;
}

/// Vectors per step of a nest without reductions: a few independent ones, fewer
/// if the body is long and needs the registers itself.
static int64_t elementwiseVectors(const LoopNest &nest,
                                  const TargetInfo &target) {
  double ops = target.workOf(*nest.op.getBody());
  return ops <= 8 ? 4 : ops <= 24 ? 2 : 1;
}

/// All bytes that one tile reads as vectors, `reductions` giving the steps of
/// reduction loops.
static int64_t panelBytes(
    const LoopNest &nest, const TilePlan &plan, ArrayRef<int64_t> reductions,
    llvm::function_ref<int64_t(const Access &, ArrayRef<int64_t>)> size) {
  SmallVector<int64_t> steps(reductions);
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop])
      steps[loop] = 1;
  for (const TileLoop &tileLoop : plan.tileLoops)
    steps[tileLoop.loop] = tileLoop.segments.front().size;
  int64_t bytes = 0;
  for (const Access &input : nest.inputs())
    if (!input.isInvariant(*plan.vectorLoop))
      bytes += size(input, steps);
  return bytes;
}

/// What the part of `access` under `extents` takes away of a cache whose ways
/// have `wayBytes`. Runs at a distance that is a multiple of a large power of
/// two fall into few sets, which makes them as costly as a larger buffer.
static int64_t cacheFootprint(const Access &access, int64_t wayBytes,
                              const TargetInfo &target,
                              ArrayRef<int64_t> extents) {
  int64_t bytes = footprint(access, extents);
  // The contiguous run, and the nearest stride beyond it.
  int64_t run = 1, distance = 0;
  for (bool grown = true; grown;) {
    grown = false;
    distance = 0;
    for (auto [stride, extent] : llvm::zip_equal(access.strides, extents)) {
      int64_t step = std::abs(stride);
      if (step == 0 || extent == 1)
        continue;
      if (step <= run && step * extent > run) {
        run = step * extent;
        grown = true;
      } else if (step > run) {
        distance = distance ? std::gcd(distance, step) : step;
      }
    }
  }
  if (distance == 0)
    return bytes;
  int64_t spacing = std::gcd(distance * access.elementBytes(), wayBytes);
  int64_t line = llvm::alignTo(run * access.elementBytes(), target.lineBytes);
  return bytes * std::max<int64_t>(1, spacing / line);
}

/// Cuts outer reduction loops into blocks where the vector operand of one tile
/// would not stay in cache.
/// With `packs` they are to fit a copy, and so are those of the input `rows`.
static void planBlocks(const LoopNest &nest, const TargetInfo &target,
                       TilePlan &plan, SmallVector<int64_t> &extents,
                       bool packs, std::optional<unsigned> rows) {
  auto panel = [&](ArrayRef<int64_t> steps) {
    return packs ? panelBytes(nest, plan, steps, footprint)
                 : panelBytes(nest, plan, steps,
                              [&](const Access &access, ArrayRef<int64_t> own) {
                                return cacheFootprint(
                                    access, target.l2WayBytes(), target, own);
                              });
  };
  int64_t limit = packs ? target.packedBytes() : target.panelBytes();
  auto inputBytes = [&](ArrayRef<int64_t> steps, bool vectors) {
    int64_t bytes = 0;
    for (const Access &input : nest.inputs())
      if (input.isInvariant(*plan.vectorLoop) != vectors)
        bytes += footprint(input, steps);
    return bytes;
  };
  auto totalBytes = [&](ArrayRef<int64_t> steps) {
    return inputBytes(steps, /*vectors=*/true) +
           inputBytes(steps, /*vectors=*/false);
  };
  // What tiles pass over again and again: all that they read, or, panel by
  // panel, the other inputs.
  bool byPanels = nest.slicedLoop && inputBytes(extents, /*vectors=*/true) >
                                         target.residentBytes();
  auto stayingBytes = [&](ArrayRef<int64_t> steps) {
    return byPanels ? inputBytes(steps, /*vectors=*/false) +
                          panelBytes(nest, plan, steps, footprint)
                    : totalBytes(steps);
  };
  auto rowsFit = [&](ArrayRef<int64_t> steps) {
    return !rows ||
           footprint(nest.accesses[*rows], steps) <= target.packedBytes();
  };
  // Without rows that are done one after the other, all tiles read the other
  // inputs once for each panel.
  auto othersFit = [&](ArrayRef<int64_t> steps) {
    if (nest.slicedLoop ||
        panelBytes(nest, plan, extents, footprint) <= target.residentBytes())
      return true;
    return inputBytes(steps, /*vectors=*/false) <= target.panelBytes();
  };
  if (panel(extents) <= limit && rowsFit(extents) && othersFit(extents))
    return;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (nest.parallel[loop] || extents[loop] == 1)
      continue;
    int64_t extent = extents[loop];
    SmallVector<int64_t> steps(extents);
    // Windows overlap: cutting them hardly shrinks the data that all tiles
    // read.
    steps[loop] = llvm::divideCeil(extent, 2);
    bool shrinks = totalBytes(steps) <=
                   totalBytes(extents) * (double(steps[loop]) / extent + 0.1);
    auto fits = [&](int64_t size) {
      steps[loop] = size;
      return panel(steps) <= limit && rowsFit(steps) && othersFit(steps) &&
             (packs || !shrinks || stayingBytes(steps) <= target.blockBytes());
    };
    int64_t size = extent;
    while (size > 1 && !fits(size))
      --size;
    SmallVector<Segment> segments = splitEvenly(extent, size);
    size = segments.front().size;
    if (size < extent)
      plan.blockLoops.push_back({loop, segments});
    extents[loop] = size;
    if (fits(size))
      break;
  }
}

/// Whether that part falls out of the first-level cache or, if it is larger
/// than that, takes away twice its size of the second, because of the distance
/// of its runs.
static bool isSpreadOverCache(const Access &access, const TargetInfo &target,
                              ArrayRef<int64_t> extents) {
  int64_t bytes = footprint(access, extents);
  if (bytes >= target.l1Bytes)
    return cacheFootprint(access, target.l2WayBytes(), target, extents) >=
           2 * bytes;
  return cacheFootprint(access, target.l1WayBytes(), target, extents) >
         target.l1Bytes;
}

/// Whether an input does not stay in cache and vectors of it straddle lines,
/// because its rows, which do not overlap, are no whole number of lines apart.
static bool straddlesFarLines(const LoopNest &nest, const Access &input,
                              const TargetInfo &target, unsigned v) {
  if (footprint(input, nest.extents) <= target.panelBytes())
    return false;
  bool straddles = false;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (nest.parallel[loop] || loop == v || nest.extents[loop] == 1)
      continue;
    if (input.strides[loop] < nest.extents[v])
      return false;
    straddles |=
        input.strides[loop] * input.elementBytes() % target.lineBytes != 0;
  }
  return straddles;
}

/// How many tiles read the part of `input` that one tile reads.
static int64_t countUses(const LoopNest &nest, const Access &input,
                         const RegisterTile &tile) {
  int64_t uses = 1;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (!nest.parallel[loop] || !input.isInvariant(loop))
      continue;
    int64_t size = 1;
    for (auto [unrolled, steps] : tile.unrolled)
      size = unrolled == loop ? steps : size;
    uses *= llvm::divideCeil(nest.extents[loop], size);
  }
  return uses;
}

/// The input that is worth a copy: the part of it that one tile reads, for
/// `extents` steps of the reductions, is spread over a cache or its vectors
/// over lines, or it is contiguous in `transposed` only.
static std::optional<unsigned>
findPackable(const LoopNest &nest, const TargetInfo &target,
             const TilePlan &plan, const RegisterTile &tile,
             ArrayRef<int64_t> extents, std::optional<unsigned> transposed) {
  unsigned v = *plan.vectorLoop;
  std::optional<unsigned> found;
  for (auto [number, input] : llvm::enumerate(nest.inputs())) {
    if (input.isInvariant(v))
      continue;
    // One panel at a time.
    if (found || (!transposed && !input.isContiguous(v)))
      return std::nullopt;
    found = number;
  }
  if (!found || tile.unrolled.empty())
    return std::nullopt;
  const Access &input = nest.accesses[*found];
  if (countUses(nest, input, tile) < kPackedTiles)
    return std::nullopt;
  if (transposed)
    return found;
  SmallVector<int64_t> steps(nest.numLoops(), 1);
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop])
      steps[loop] = extents[loop];
  steps[v] = std::min(nest.extents[v], tile.vectors * plan.lanes);
  if (!isSpreadOverCache(input, target, steps) &&
      !straddlesFarLines(nest, input, target, v))
    return std::nullopt;
  return found;
}

/// The input that is broadcast to vectors, contiguous in the loop of the
/// register tile, and so spread over the second-level cache by its steps of the
/// reductions that a copy is worth it: the left operand of a product,
/// transposed.
static std::optional<unsigned> findRows(const LoopNest &nest,
                                        const TargetInfo &target,
                                        const TilePlan &plan,
                                        const RegisterTile &tile) {
  // Steps that a condition leaves out must not be read.
  if (!nest.slicedLoop || tile.unrolled.size() != 1 || !nest.conditions.empty())
    return std::nullopt;
  unsigned v = *plan.vectorLoop, r = tile.unrolled.front().first;
  SmallVector<int64_t> steps(nest.numLoops(), 1);
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop] || loop == r)
      steps[loop] = nest.extents[loop];
  for (auto [number, input] : llvm::enumerate(nest.inputs())) {
    if (input.isScalar() || !input.isInvariant(v) || !input.isContiguous(r))
      continue;
    int64_t uses = llvm::divideCeil(nest.extents[v], tile.vectors * plan.lanes);
    for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
      if (nest.parallel[loop] && loop != v && input.isInvariant(loop))
        uses *= nest.extents[loop];
    if (uses < kPackedTiles)
      continue;
    if (cacheFootprint(input, target.l2WayBytes(), target, steps) >=
            2 * footprint(input, steps) &&
        footprint(input, steps) > target.l1Bytes)
      return number;
  }
  return std::nullopt;
}

/// Copies the rows of `operand` for all register tiles of a block, in front of
/// the first loop from which on tiles use them again and again.
static void planRowPacking(const LoopNest &nest, const TargetInfo &target,
                           TilePlan &plan, unsigned operand, unsigned rowLoop) {
  const Access &input = nest.accesses[operand];
  PackedPanel packed{operand, rowLoop, std::nullopt, 0, {}, 0};
  for (auto [level, tileLoop] : llvm::enumerate(plan.tileLoops))
    if (tileLoop.loop != rowLoop && !input.isInvariant(tileLoop.loop))
      packed.level = level + 1;
  int64_t uses = 1;
  bool hasRows = false;
  for (const TileLoop &tileLoop :
       ArrayRef(plan.tileLoops).drop_front(packed.level)) {
    hasRows |= tileLoop.loop == rowLoop;
    if (tileLoop.loop != rowLoop)
      uses *= tileLoop.numTiles();
  }
  if (!hasRows || uses < kPackedTiles)
    return;
  packed.strides.assign(nest.numLoops(), 0);
  int64_t steps = 1;
  for (const TileLoop &reduction : llvm::reverse(plan.reductionLoops)) {
    if (input.isInvariant(reduction.loop))
      continue;
    packed.strides[reduction.loop] = steps;
    steps *= reduction.segments.front().count;
  }
  packed.strides[rowLoop] = steps;
  packed.elements = steps * nest.extents[rowLoop];
  if (packed.elements * input.elementBytes() <= target.packedBytes())
    plan.packed.push_back(packed);
}

/// Where the copy of `operand` is made, if enough tiles use it.
static void planPacking(const LoopNest &nest, const TargetInfo &target,
                        TilePlan &plan, unsigned operand,
                        const RegisterTile &tile,
                        std::optional<unsigned> transposed) {
  const Access &input = nest.accesses[operand];
  PackedPanel packed{operand, std::nullopt, transposed, 0, {}, 0};
  int64_t uses = 1;
  for (auto [level, tileLoop] : llvm::enumerate(plan.tileLoops)) {
    if (!input.isInvariant(tileLoop.loop)) {
      packed.level = level + 1;
      uses = 1;
    } else {
      uses *= tileLoop.numTiles();
    }
  }
  // Tiles that workers share out make their copies one by one.
  if (uses < kPackedTiles ||
      (!nest.slicedLoop && packed.level < plan.numTaskLoops))
    return;
  packed.strides.assign(nest.numLoops(), 0);
  packed.strides[*plan.vectorLoop] = 1;
  packed.elements = tile.vectors * plan.lanes;
  for (const TileLoop &reduction : llvm::reverse(plan.reductionLoops)) {
    if (input.isInvariant(reduction.loop))
      continue;
    packed.strides[reduction.loop] = packed.elements;
    packed.elements *= reduction.segments.front().count;
  }
  if (packed.elements * input.elementBytes() <= target.packedBytes())
    plan.packed.push_back(packed);
}

/// Orders the tile loops so that vectors are used repeatedly while they are in
/// cache. If all of them are to stay there, the tiles of one row of outputs
/// come first: other inputs are then read once. Otherwise all tiles that use
/// the same vectors come first.
static void orderTileLoops(const LoopNest &nest, const TargetInfo &target,
                           TilePlan &plan, const RegisterTile &tile,
                           ArrayRef<int64_t> extents, bool packs) {
  auto isUnrolled = [&](unsigned loop) {
    return llvm::is_contained(llvm::make_first_range(tile.unrolled), loop);
  };
  SmallVector<bool> movesPanel(nest.numLoops(), false);
  for (const Access &input : nest.inputs()) {
    if (input.isInvariant(*plan.vectorLoop))
      continue;
    for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
      movesPanel[loop] = movesPanel[loop] || !input.isInvariant(loop);
  }
  bool keeps = !packs && keepsAllPanels(nest, target, plan, tile, extents);
  auto rank = [&](const TileLoop &tileLoop) {
    if (isUnrolled(tileLoop.loop))
      return 2;
    if (tile.unrolled.empty())
      return tileLoop.loop == plan.vectorLoop ? 1 : 0;
    return !movesPanel[tileLoop.loop] ? 1 : keeps ? 3 : 0;
  };
  SmallVector<TileLoop> ordered;
  for (int wanted : {0, 1, 2, 3})
    for (const TileLoop &tileLoop : plan.tileLoops)
      if (rank(tileLoop) == wanted)
        ordered.push_back(tileLoop);
  plan.tileLoops = std::move(ordered);
  plan.keepsPanels =
      !plan.tileLoops.empty() && rank(plan.tileLoops.back()) == 3;
}

/// Emits the steps of a reduction one by one where a condition on them tells
/// steps of the register tile from each other: each computes other ones.
static void planConditions(const LoopNest &nest, const TargetInfo &target,
                           TilePlan &plan) {
  auto isWhole = [&](unsigned loop) {
    return llvm::any_of(plan.tileLoops, [&](const TileLoop &tileLoop) {
      return tileLoop.loop == loop && tileLoop.numTiles() == 1 &&
             tileLoop.segments.front().size > 1;
    });
  };
  for (const Condition &condition : nest.conditions)
    for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
      if (!condition.involves(loop) || loop == plan.vectorLoop ||
          !isWhole(loop))
        continue;
      for (auto *loops : {&plan.blockLoops, &plan.reductionLoops})
        for (TileLoop &reduction : *loops)
          if (condition.involves(reduction.loop) &&
              reduction.numTiles() <= target.unrolledSteps)
            reduction.unrolled = true;
    }
}

/// Shares out the outermost tile loops that make enough tiles. Those that use
/// the same copy of `packed` stay together if the others make a few.
static void planTasks(const LoopNest &nest, const TargetInfo &target,
                      TilePlan &plan, std::optional<unsigned> packed) {
  unsigned moving = 0;
  if (packed)
    for (auto [level, tileLoop] : llvm::enumerate(plan.tileLoops))
      if (!nest.accesses[*packed].isInvariant(tileLoop.loop))
        moving = level + 1;
  int64_t tasks = 1;
  for (const TileLoop &tileLoop : plan.tileLoops) {
    if (tasks >= target.leastTasks ||
        (packed && plan.numTaskLoops >= moving &&
         tasks >= target.leastTasks / kTasksToPack))
      break;
    tasks *= tileLoop.numTiles();
    ++plan.numTaskLoops;
  }
}

/// The plan with vectors along `vectorLoop`. With `transposed`, an input that
/// is contiguous in that loop only is to be packed; without `mayPack`, none is.
static TilePlan planAlong(const LoopNest &nest, const TargetInfo &target,
                          int64_t lanes, std::optional<unsigned> vectorLoop,
                          std::optional<unsigned> transposed,
                          bool mayPack = true) {
  TilePlan plan;
  plan.accumulatesInMemory = !nest.outputsInvariantInReductions();
  plan.lanes = vectorLoop ? lanes : 1;
  plan.vectorLoop = vectorLoop;

  RegisterTile tile;
  if (plan.vectorLoop) {
    bool reduces = nest.hasReduction() && !plan.accumulatesInMemory;
    tile = reduces ? chooseReductionTile(nest, plan, target).first
                   : RegisterTile{{}, elementwiseVectors(nest, target)};
    if (reduces)
      plan.use = useOf(nest, plan, tile);
    for (const Access &input : nest.inputs())
      if (!plan.transposedLoop)
        plan.transposedLoop =
            findTransposedLoop(nest, input, *plan.vectorLoop, plan.lanes);
    if (plan.transposedLoop)
      tile.vectors = 1;
  }
  auto segmentsOf = [&](unsigned loop) -> SmallVector<Segment> {
    int64_t extent = nest.extents[loop];
    if (plan.transposedLoop &&
        (loop == plan.vectorLoop || loop == plan.transposedLoop))
      return splitSquares(extent, plan.lanes);
    if (loop == plan.vectorLoop)
      return splitVectors(nest.extents[loop], plan.lanes, tile.vectors);
    for (auto [unrolled, size] : tile.unrolled)
      if (unrolled == loop)
        return splitEvenly(nest.extents[loop], size);
    return {{0, 1, nest.extents[loop]}};
  };
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop] && nest.extents[loop] > 1)
      plan.tileLoops.push_back({loop, segmentsOf(loop)});

  SmallVector<int64_t> extents(nest.extents);
  bool verticalReduction = plan.vectorLoop && !plan.accumulatesInMemory &&
                           nest.parallel[*plan.vectorLoop];
  std::optional<unsigned> packable, rows;
  if (verticalReduction) {
    if (mayPack)
      packable = findPackable(nest, target, plan, tile, extents, transposed);
    rows = findRows(nest, target, plan, tile);
    planBlocks(nest, target, plan, extents, packable.has_value(), rows);
    if (panelBytes(nest, plan, extents, footprint) > target.l1Bytes)
      plan.prefetchDistance = target.prefetchSteps;
  }
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop] && loop != plan.vectorLoop)
      plan.reductionLoops.push_back({loop, {{0, 1, extents[loop]}}});
  if (plan.vectorLoop) {
    if (!nest.parallel[*plan.vectorLoop])
      plan.reductionLoops.push_back(
          {*plan.vectorLoop, segmentsOf(*plan.vectorLoop)});
    orderTileLoops(nest, target, plan, tile, extents, packable.has_value());
    // Which steps there are, a condition says at run time.
    if (!plan.reductionLoops.empty() &&
        plan.reductionLoops.back().numTiles() <= target.unrolledSteps &&
        llvm::none_of(nest.conditions, [&](const Condition &condition) {
          return condition.involves(plan.reductionLoops.back().loop);
        }))
      plan.reductionLoops.back().unrolled = true;
  }
  if (plan.vectorLoop)
    planConditions(nest, target, plan);
  planTasks(nest, target, plan, packable);
  if (packable)
    planPacking(nest, target, plan, *packable, tile, transposed);
  // Too few tiles would use a copy: blocks and order are for what there is.
  if (packable && !transposed && !plan.packsVectors())
    return planAlong(nest, target, lanes, vectorLoop, transposed,
                     /*mayPack=*/false);
  if (rows)
    planRowPacking(nest, target, plan, *rows, tile.unrolled.front().first);
  return plan;
}

TilePlan planTiles(const LoopNest &nest, const TargetInfo &target) {
  int64_t lanes = chooseLanes(nest, target);
  LaneChoice choice = chooseLaneLoop(nest, target, lanes);
  TilePlan plan =
      planAlong(nest, target, lanes, choice.vectorLoop, choice.transposed);
  if (choice.transposed && !plan.packsVectors())
    return planAlong(nest, target, lanes, choice.transposed, std::nullopt);
  return plan;
}

} // namespace dlc::codegen
