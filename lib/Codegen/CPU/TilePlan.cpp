//===- TilePlan.cpp - How a loop nest is tiled and vectorized -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TilePlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace dlc::codegen {

/// Workers share out at least this many tiles, so that slices differ little.
static constexpr int64_t kMinTasks = 128;
/// Second-level cache that the vectors of one tile may fill before its
/// reduction is cut into blocks, and that the inputs of one block may fill.
static constexpr int64_t kPanelBytes = 1 << 20;
static constexpr int64_t kBlockBytes = 1 << 20;
/// Vectors of one tile that fit here need no prefetching.
static constexpr int64_t kFirstLevelBytes = 32 << 10;
/// Largest copy of a panel; it lies on the stack of the worker.
static constexpr int64_t kPackedBytes = 64 << 10;
/// Fewest tiles that must use a copy.
static constexpr int64_t kPackedTiles = 3;
/// Enough steps of a register tile to hide the latency of the caches behind.
static constexpr int64_t kPrefetchSteps = 16;
/// Innermost reduction loops up to this length are unrolled: the processor
/// mispredicts the end of such loops too often.
static constexpr int64_t kUnrolledSteps = 14;
/// Vectors of all tiles together stay in cache up to this size.
static constexpr int64_t kResidentBytes = 100 << 10;
/// Bytes that map to different sets of the second-level cache.
static constexpr int64_t kCacheWayBytes = 128 << 10;

/// A block of rows has at most so many, and a kernel at least so many blocks.
static constexpr int64_t kMaxRows = 64;
static constexpr int64_t kMinBlocks = 4;
/// How fast one worker reads what all blocks share, from the second-level cache
/// and from behind it.
static constexpr double kNearBytesPerCycle = 32, kFarBytesPerCycle = 6;
/// Two sizes of blocks are emitted as two pieces of code.
static constexpr double kUnequalBlocks = 1.1;

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

/// Cuts `extent` into tiles of exactly `size`, and a last one with the rest.
static SmallVector<Segment> splitSquares(int64_t extent, int64_t size) {
  SmallVector<Segment> segments{{0, size, extent / size}};
  if (extent % size)
    segments.push_back({extent - extent % size, extent % size, 1});
  return segments;
}

/// Lanes such that the widest element of a buffer that is walked fills the
/// register.
static int64_t chooseLanes(const LoopNest &nest, const Target &target) {
  int64_t widest = 1;
  for (const Access &access : nest.accesses) {
    if (!access.elementType.isIntOrIndexOrFloat())
      return 1;
    if (llvm::any_of(access.strides, [](int64_t stride) { return stride; }))
      widest = std::max(widest, access.elementBytes());
  }
  return std::max<int64_t>(1, target.vectorBits / 8 / widest);
}

/// True if lanes may hold partial results of all outputs.
static bool canSplitAccumulators(const LoopNest &nest) {
  if (!nest.outputsInvariantInReductions())
    return false;
  for (unsigned output = 0; output < nest.numOutputs(); ++output)
    if (!matchCombiner(nest.op, output))
      return false;
  return true;
}

/// A loop, other than the vectorized loop `v`, that allows `input` to be loaded
/// in squares of `lanes` x `lanes` and transposed in registers.
static std::optional<unsigned> findTransposedLoop(const LoopNest &nest,
                                                  const Access &input,
                                                  unsigned v, int64_t lanes) {
  if (nest.hasReduction() || nest.extents[v] < lanes ||
      !llvm::isPowerOf2_64(lanes) || lanes == 1 || input.isInvariant(v) ||
      input.isContiguous(v))
    return std::nullopt;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (loop != v && nest.parallel[loop] && nest.extents[loop] >= lanes &&
        input.isContiguous(loop))
      return loop;
  return std::nullopt;
}

/// Work per iteration, in vector instructions, with vectors of `width` along
/// `loop`.
static double vectorCost(const LoopNest &nest, unsigned loop, int64_t width) {
  constexpr double perLane = 1.5, transposed = 6;
  double cost = 1;
  for (const Access &input : nest.inputs()) {
    if (input.isScalar())
      continue;
    cost += input.isInvariant(loop)                        ? 0.5
            : input.isContiguous(loop)                     ? 1
            : findTransposedLoop(nest, input, loop, width) ? transposed
                                                           : perLane * width;
  }
  int64_t steps = 1;
  if (nest.outputsInvariantInReductions())
    for (auto [extent, parallel] : llvm::zip(nest.extents, nest.parallel))
      if (!parallel)
        steps *= extent;
  for (const Access &output : nest.outputs()) {
    double access = output.isInvariant(loop)
                        ? 2 * llvm::Log2_64_Ceil(width)
                        : (output.isContiguous(loop) ? 1 : perLane * width);
    cost += access *
            (output.isInvariant(loop) ? double(width) / steps : 1.0 / steps);
  }
  return cost / width;
}

/// The loop to run along the lanes; none if scalar code is as good.
static std::optional<unsigned> chooseVectorLoop(const LoopNest &nest,
                                                int64_t lanes) {
  std::optional<unsigned> best;
  double bestCost = vectorCost(nest, 0, 1);
  bool splitAccumulators = canSplitAccumulators(nest);
  for (unsigned loop = nest.numLoops(); loop-- > 0;) {
    if (nest.extents[loop] == 1)
      continue;
    if (!nest.parallel[loop]) {
      bool strided = llvm::any_of(nest.inputs(), [&](const Access &input) {
        return !input.isInvariant(loop) && !input.isContiguous(loop);
      });
      if (!splitAccumulators || strided)
        continue;
    }
    double cost = vectorCost(nest, loop, std::min(lanes, nest.extents[loop]));
    if (cost < bestCost || (best && cost == bestCost && nest.parallel[loop] &&
                            !nest.parallel[*best])) {
      best = loop;
      bestCost = cost;
    }
  }
  return best;
}

/// A choice of the register tile.
struct RegisterTile {
  /// Loops besides the vectorized one, with the steps of each in one tile.
  SmallVector<std::pair<unsigned, int64_t>, 2> unrolled;
  int64_t vectors = 1;
};

/// Instruction slots that one step of the reduction takes for all tiles,
/// divided by the work done; infinite if the tile needs too many registers.
static double tileCost(const LoopNest &nest, const TilePlan &plan,
                       const RegisterTile &tile, const Target &target) {
  unsigned v = *plan.vectorLoop;
  int64_t steps = tile.vectors;
  for (auto [loop, size] : tile.unrolled)
    steps *= size;
  // Registers: accumulators, vectors that several steps share, one broadcast.
  int64_t live = steps * nest.numOutputs(), loads = 0;
  for (const Access &input : nest.inputs()) {
    int64_t copies = input.isInvariant(v) ? 1 : tile.vectors;
    bool shared = !input.isInvariant(v);
    for (auto [loop, size] : tile.unrolled) {
      if (!input.isInvariant(loop))
        copies *= size;
      shared &= input.isInvariant(loop) || tile.unrolled.size() > 1;
    }
    loads += copies;
    if (shared && !tile.unrolled.empty())
      live += copies;
  }
  if (live > target.registers - 2)
    return std::numeric_limits<double>::infinity();
  // Two arithmetic and two load units; a sum needs four cycles.
  constexpr double latency = 4, loopOverhead = 0.5;
  auto cycles = [&](double scale) {
    return std::max({scale * steps * nest.numOutputs() / 2, scale * loads / 2,
                     latency}) +
           loopOverhead;
  };
  // Even splits make tiles smaller than asked for: average over the real ones.
  double tiles = 1, work = 1;
  int64_t segments = 1;
  auto add = [&](int64_t extent, int64_t limit) {
    work *= extent;
    segments *= splitEvenly(extent, limit).size();
    tiles *= llvm::divideCeil(extent, limit);
  };
  for (auto [loop, size] : tile.unrolled)
    add(nest.extents[loop], size);
  add(llvm::divideCeil(nest.extents[v], plan.lanes), tile.vectors);
  double fill = work / (tiles * steps);
  return tiles * cycles(fill) / work * (1 + 0.01 * (segments - 1));
}

/// Parallel loops that let several steps share an input.
static SmallVector<unsigned> sharingLoops(const LoopNest &nest, unsigned v) {
  SmallVector<unsigned> loops;
  for (unsigned loop = nest.numLoops(); loop-- > 0;) {
    if (loop == v || !nest.parallel[loop] || nest.extents[loop] == 1)
      continue;
    if (llvm::any_of(nest.inputs(), [&](const Access &input) {
          return !input.isInvariant(v) && input.isInvariant(loop);
        }))
      loops.push_back(loop);
  }
  return loops;
}

/// The register tile of a reduction: as much sharing as registers allow; its
/// cost.
static std::pair<RegisterTile, double>
chooseReductionTile(const LoopNest &nest, const TilePlan &plan,
                    const Target &target) {
  unsigned v = *plan.vectorLoop;
  int64_t vectors = llvm::divideCeil(nest.extents[v], plan.lanes);
  int64_t limit = target.registers;
  SmallVector<unsigned> loops = sharingLoops(nest, v);
  RegisterTile best;
  double bestCost = std::numeric_limits<double>::infinity();
  auto consider = [&](const RegisterTile &tile, double penalty) {
    double cost = tileCost(nest, plan, tile, target) * penalty;
    if (cost < bestCost) {
      bestCost = cost;
      best = tile;
    }
  };
  // Without sharing: several vectors only hide the latency of the additions.
  for (int64_t count = 1; count <= std::min<int64_t>(vectors, 8); ++count)
    consider({{}, count}, 1);
  bool horizontal = !nest.parallel[v];
  double penalty = 1;
  for (unsigned loop : loops) {
    int64_t most = std::min(nest.extents[loop], limit);
    for (int64_t size = 2; size <= most; ++size)
      for (int64_t count = 1;
           count <= (horizontal ? 1 : std::min<int64_t>(vectors, 8)); ++count)
        consider({{{loop, size}}, count}, penalty);
    // Outer loops walk memory in longer strides.
    penalty *= 1.03;
  }
  if (horizontal && loops.size() >= 2)
    for (int64_t first = 2;
         first <= std::min<int64_t>(nest.extents[loops[0]], 5); ++first)
      for (int64_t second = 2;
           second <= std::min<int64_t>(nest.extents[loops[1]], 5); ++second)
        consider({{{loops[0], first}, {loops[1], second}}, 1}, 1);
  return {best, bestCost};
}

/// Vectors per step of a nest without reductions: a few independent ones, fewer
/// if the body is long and needs the registers itself.
static int64_t elementwiseVectors(const LoopNest &nest) {
  int64_t ops = 0;
  for (Operation &op : nest.op.getBody()->without_terminator())
    ops += isa_and_nonnull<math::MathDialect>(op.getDialect()) ? 8 : 1;
  return ops <= 8 ? 4 : ops <= 24 ? 2 : 1;
}

/// Elements of the buffer between the first and the last one that `access`
/// touches, if loop `l` takes `extents[l]` steps; never more than the steps.
static int64_t footprint(const Access &access, ArrayRef<int64_t> extents) {
  int64_t span = 1, steps = 1;
  for (auto [stride, extent] : llvm::zip_equal(access.strides, extents)) {
    span += std::abs(stride) * (extent - 1);
    if (stride != 0)
      steps *= extent;
  }
  return std::min(span, steps) * access.elementBytes();
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

/// Cache that the part of `access` under `extents` takes away. Runs at a
/// distance that is a multiple of a large power of two fall into few sets,
/// which makes them as costly as a larger buffer.
static int64_t cacheFootprint(const Access &access, ArrayRef<int64_t> extents) {
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
  int64_t spacing = std::gcd(distance * access.elementBytes(), kCacheWayBytes);
  int64_t line = llvm::alignTo(run * access.elementBytes(), 64);
  return bytes * std::max<int64_t>(1, spacing / line);
}

/// Cuts outer reduction loops into blocks where the vector operand of one tile
/// would not stay in cache.
static void planBlocks(const LoopNest &nest, TilePlan &plan,
                       SmallVector<int64_t> &extents, bool packs) {
  auto panel = [&](ArrayRef<int64_t> steps) {
    return packs ? panelBytes(nest, plan, steps, footprint)
                 : panelBytes(nest, plan, steps, cacheFootprint);
  };
  int64_t limit = packs ? kPackedBytes : kPanelBytes;
  // All that all tiles read: they pass over a block again and again.
  auto totalBytes = [&](ArrayRef<int64_t> steps) {
    int64_t bytes = 0;
    for (const Access &input : nest.inputs())
      bytes += footprint(input, steps);
    return bytes;
  };
  if (panel(extents) <= limit)
    return;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (nest.parallel[loop] || extents[loop] == 1)
      continue;
    int64_t extent = extents[loop];
    SmallVector<int64_t> steps(extents);
    // Windows overlap: cutting them hardly shrinks what all tiles read.
    steps[loop] = llvm::divideCeil(extent, 2);
    bool shrinks = totalBytes(steps) <=
                   totalBytes(extents) * (double(steps[loop]) / extent + 0.1);
    auto fits = [&](int64_t size) {
      steps[loop] = size;
      return panel(steps) <= limit &&
             (packs || !shrinks || totalBytes(steps) <= kBlockBytes);
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

/// The input that is worth a copy: its vectors are contiguous, and what one
/// tile reads of it lies so that it takes much more of a cache than its size.
/// All of that is `extents` steps of the reductions.
static std::optional<unsigned> findPackable(const LoopNest &nest,
                                            const TilePlan &plan,
                                            const RegisterTile &tile,
                                            ArrayRef<int64_t> extents) {
  unsigned v = *plan.vectorLoop;
  std::optional<unsigned> found;
  for (auto [number, input] : llvm::enumerate(nest.inputs())) {
    if (input.isInvariant(v))
      continue;
    // One panel at a time.
    if (found || !input.isContiguous(v))
      return std::nullopt;
    found = number;
  }
  if (!found || tile.unrolled.empty())
    return std::nullopt;
  const Access &input = nest.accesses[*found];
  SmallVector<int64_t> steps(nest.numLoops(), 1);
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop])
      steps[loop] = extents[loop];
  steps[v] = std::min(nest.extents[v], tile.vectors * plan.lanes);
  if (cacheFootprint(input, steps) < 2 * footprint(input, steps) ||
      footprint(input, steps) < kFirstLevelBytes)
    return std::nullopt;
  return found;
}

/// Where the copy of `operand` is made, if enough tiles use it.
static void planPacking(const LoopNest &nest, TilePlan &plan, unsigned operand,
                        const RegisterTile &tile) {
  const Access &input = nest.accesses[operand];
  PackedPanel packed{operand, 0, {}, 0};
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
  if (packed.elements * input.elementBytes() <= kPackedBytes)
    plan.packed = packed;
}

/// Orders the tile loops so that vectors are used repeatedly while they are in
/// cache. If all of them stay there, the tiles of one row of outputs come
/// first: other inputs are then read once. Otherwise all tiles that use the
/// same vectors come first.
static void orderTileLoops(const LoopNest &nest, TilePlan &plan,
                           const RegisterTile &tile,
                           ArrayRef<int64_t> extents) {
  auto isUnrolled = [&](unsigned loop) {
    return llvm::is_contained(llvm::make_first_range(tile.unrolled), loop);
  };
  int64_t bytes = 0;
  SmallVector<bool> movesPanel(nest.numLoops(), false);
  for (const Access &input : nest.inputs()) {
    if (input.isInvariant(*plan.vectorLoop))
      continue;
    bytes += footprint(input, extents);
    for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
      movesPanel[loop] = movesPanel[loop] || !input.isInvariant(loop);
  }
  bool resident = bytes <= kResidentBytes;
  auto rank = [&](const TileLoop &tileLoop) {
    if (isUnrolled(tileLoop.loop))
      return 2;
    if (tile.unrolled.empty())
      return tileLoop.loop == plan.vectorLoop ? 1 : 0;
    return !movesPanel[tileLoop.loop] ? 1 : resident ? 3 : 0;
  };
  SmallVector<TileLoop> ordered;
  for (int wanted : {0, 1, 2, 3})
    for (const TileLoop &tileLoop : plan.tileLoops)
      if (rank(tileLoop) == wanted)
        ordered.push_back(tileLoop);
  plan.tileLoops = std::move(ordered);
}

/// Shares out the outermost tile loops that make enough tiles.
static void planTasks(TilePlan &plan) {
  int64_t tasks = 1;
  for (const TileLoop &tileLoop : plan.tileLoops) {
    if (tasks >= kMinTasks)
      break;
    tasks *= tileLoop.numTiles();
    ++plan.numTaskLoops;
  }
}

TilePlan planTiles(const LoopNest &nest, const Target &target) {
  TilePlan plan;
  plan.accumulatesInMemory = !nest.outputsInvariantInReductions();
  plan.lanes = chooseLanes(nest, target);
  if (plan.lanes > 1 && nest.numLoops() > 0)
    plan.vectorLoop = chooseVectorLoop(nest, plan.lanes);
  if (!plan.vectorLoop)
    plan.lanes = 1;

  RegisterTile tile;
  if (plan.vectorLoop) {
    bool reduces = nest.hasReduction() && !plan.accumulatesInMemory;
    tile = reduces ? chooseReductionTile(nest, plan, target).first
                   : RegisterTile{{}, elementwiseVectors(nest)};
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
  std::optional<unsigned> packable;
  if (verticalReduction) {
    packable = findPackable(nest, plan, tile, extents);
    planBlocks(nest, plan, extents, packable.has_value());
    if (panelBytes(nest, plan, extents, footprint) > kFirstLevelBytes)
      plan.prefetchDistance = kPrefetchSteps;
  }
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop] && loop != plan.vectorLoop)
      plan.reductionLoops.push_back({loop, {{0, 1, extents[loop]}}});
  if (plan.vectorLoop) {
    if (!nest.parallel[*plan.vectorLoop])
      plan.reductionLoops.push_back(
          {*plan.vectorLoop, segmentsOf(*plan.vectorLoop)});
    orderTileLoops(nest, plan, tile, extents);
    if (!plan.reductionLoops.empty() &&
        plan.reductionLoops.back().numTiles() <= kUnrolledSteps)
      plan.reductionLoops.back().unrolled = true;
  }
  planTasks(plan);
  if (packable)
    planPacking(nest, plan, *packable, tile);
  return plan;
}

//===----------------------------------------------------------------------===//
// Blocks of rows
//===----------------------------------------------------------------------===//

/// Cycles that a nest takes for a block of rows, roughly.
static double blockCost(const LoopNest &nest, const Target &target) {
  if (llvm::is_contained(nest.extents, 0))
    return 0;
  TilePlan plan;
  plan.lanes = chooseLanes(nest, target);
  if (plan.lanes > 1)
    plan.vectorLoop = chooseVectorLoop(nest, plan.lanes);
  if (!plan.vectorLoop || !nest.hasReduction() ||
      !nest.outputsInvariantInReductions()) {
    double cost = vectorCost(nest, plan.vectorLoop.value_or(0),
                             plan.vectorLoop ? plan.lanes : 1);
    for (int64_t extent : nest.extents)
      cost *= extent;
    return cost;
  }
  double vectors = 1, shared = 0;
  for (auto [loop, extent] : llvm::enumerate(nest.extents))
    vectors *= loop == *plan.vectorLoop ? llvm::divideCeil(extent, plan.lanes)
                                        : extent;
  for (const Access &input : nest.inputs())
    if (!input.isScalar() && input.isInvariant(*nest.slicedLoop))
      shared += footprint(input, nest.extents);
  double rate = shared > kPanelBytes ? kFarBytesPerCycle : kNearBytesPerCycle;
  return vectors * chooseReductionTile(nest, plan, target).second +
         shared / rate;
}

/// Bytes of one row of all that the nests write.
static int64_t rowBytes(ArrayRef<LoopNest> nests) {
  int64_t bytes = 0;
  for (const LoopNest &nest : nests)
    for (const Access &access :
         ArrayRef(nest.accesses).drop_front(nest.numInputs))
      if (!access.isScalar())
        bytes +=
            std::abs(access.strides[*nest.slicedLoop]) * access.elementBytes();
  return bytes;
}

int64_t planRows(ArrayRef<LoopNest> nests, const Target &target) {
  if (nests.empty() || !llvm::all_of(nests, [](const LoopNest &nest) {
        return nest.slicedLoop.has_value();
      }))
    return 1;
  int64_t extent = nests.front().extents[*nests.front().slicedLoop];
  int64_t bytes = std::max<int64_t>(1, rowBytes(nests));
  int64_t most =
      std::min<int64_t>({kMaxRows, kBlockBytes / 2 / bytes,
                         int64_t(llvm::divideCeil(extent, kMinBlocks))});
  int64_t best = 1;
  double bestCost = std::numeric_limits<double>::infinity();
  for (int64_t rows = 1; rows <= most; ++rows) {
    // Equal blocks: one piece of code does for all.
    if (rows > 1 && extent % rows != 0 &&
        splitEvenly(extent, rows).back().size == rows - 1 &&
        extent % (rows - 1) == 0)
      continue;
    double cost = 0;
    for (LoopNest nest : nests) {
      nest.extents[*nest.slicedLoop] = rows;
      cost += blockCost(nest, target);
    }
    cost /= rows;
    if (extent % rows != 0)
      cost *= kUnequalBlocks;
    // Small blocks leave more of them to share out.
    if (cost < 0.97 * bestCost) {
      bestCost = cost;
      best = rows;
    }
  }
  return best;
}

} // namespace dlc::codegen
