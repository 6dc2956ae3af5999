//===- TileCost.cpp - Cost model of tilings -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TileCost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dlc::codegen {

/// A block of rows has at most so many, and a kernel at least so many blocks.
static constexpr int64_t kMaxRows = 64;
static constexpr int64_t kMinBlocks = 4;
/// Two sizes of blocks are emitted as two pieces of code.
static constexpr double kUnequalBlocks = 1.1;
/// More rows pay if they cost at most this part of what fewer do: small blocks
/// leave more of them to share out.
static constexpr double kWorthMoreRows = 0.97;
/// A tile has at most so many vectors side by side and so many steps of each of
/// two loops.
static constexpr int64_t kMaxVectors = 8;
static constexpr int64_t kMaxStepsOfTwo = 5;
/// What sharing along the next outer loop costs more: it walks memory in longer
/// strides; and what sharing along two loops does: tiles of more sizes, each
/// with an address for each of its rows.
static constexpr double kOuterLoop = 1.03, kTwoLoops = 1.1;
/// Cycles of a load of a vector beside its slot: it comes from the second-level
/// cache more often than not. Where the scalars of a tile are in another line
/// at each step, they do too, and this only decides between equals.
static constexpr double kVectorLoad = 0.05, kVectorLoadBesideLines = 0.002;

int64_t chooseLanes(const LoopNest &nest, const TargetInfo &target) {
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

std::optional<unsigned> findTransposedLoop(const LoopNest &nest,
                                           const Access &input, unsigned v,
                                           int64_t lanes) {
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
static double vectorCost(const LoopNest &nest, const TargetInfo &target,
                         unsigned loop, int64_t width) {
  double cost = 1;
  for (const Access &input : nest.inputs()) {
    if (input.isScalar())
      continue;
    cost += input.isInvariant(loop)    ? 0.5
            : input.isContiguous(loop) ? 1
            : findTransposedLoop(nest, input, loop, width)
                ? target.transposeCost
                : target.laneCost * width;
  }
  int64_t steps = 1;
  if (nest.outputsInvariantInReductions())
    for (auto [extent, parallel] : llvm::zip(nest.extents, nest.parallel))
      if (!parallel)
        steps *= extent;
  for (const Access &output : nest.outputs()) {
    double access =
        output.isInvariant(loop)
            ? 2 * llvm::Log2_64_Ceil(width)
            : (output.isContiguous(loop) ? 1 : target.laneCost * width);
    cost += access *
            (output.isInvariant(loop) ? double(width) / steps : 1.0 / steps);
  }
  return cost / width;
}

/// The loop to run along the lanes; none if scalar code is as good.
static std::optional<unsigned> chooseVectorLoop(const LoopNest &nest,
                                                const TargetInfo &target,
                                                int64_t lanes) {
  std::optional<unsigned> best;
  double bestCost = vectorCost(nest, target, 0, 1);
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
    double cost =
        vectorCost(nest, target, loop, std::min(lanes, nest.extents[loop]));
    if (cost < bestCost || (best && cost == bestCost && nest.parallel[loop] &&
                            !nest.parallel[*best])) {
      best = loop;
      bestCost = cost;
    }
  }
  return best;
}

/// Whether an input is the same at all steps of the reductions: its vectors are
/// loaded once, in front of them.
static bool isInvariantInReductions(const LoopNest &nest, const Access &input) {
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (!nest.parallel[loop] && nest.extents[loop] > 1 &&
        !input.isInvariant(loop))
      return false;
  return true;
}

/// Loads of an input in one step of the reduction.
static int64_t loadsOf(const Access &input, unsigned v,
                       const RegisterTile &tile) {
  int64_t loads = input.isInvariant(v) ? 1 : tile.vectors;
  for (auto [loop, size] : tile.unrolled)
    if (!input.isInvariant(loop))
      loads *= size;
  return loads;
}

TileUse useOf(const LoopNest &nest, const TilePlan &plan,
              const RegisterTile &tile) {
  unsigned v = *plan.vectorLoop;
  int64_t steps = tile.vectors;
  for (auto [loop, size] : tile.unrolled)
    steps *= size;
  TileUse use;
  use.registers = use.sums = steps * nest.numOutputs();
  for (const Access &input : nest.inputs()) {
    int64_t copies = loadsOf(input, v, tile);
    bool shared = !input.isInvariant(v);
    for (auto [loop, size] : tile.unrolled)
      shared &= input.isInvariant(loop) || tile.unrolled.size() > 1;
    bool kept = isInvariantInReductions(nest, input);
    use.loads += kept ? 0 : copies;
    if (kept || (shared && !tile.unrolled.empty()))
      use.registers += copies;
  }
  return use;
}

/// Bytes from one step of the innermost reduction to the next.
static int64_t strideOfSteps(const LoopNest &nest, const Access &input,
                             unsigned v) {
  for (unsigned loop = nest.numLoops(); loop-- > 0;)
    if (!nest.parallel[loop] && loop != v && nest.extents[loop] > 1)
      return std::abs(input.strides[loop]) * input.elementBytes();
  return 0;
}

/// Instruction slots that one step of the reduction takes for all tiles,
/// divided by the work done; infinite if the tile needs too many registers.
static double tileCost(const LoopNest &nest, const TilePlan &plan,
                       const RegisterTile &tile, const TargetInfo &target) {
  unsigned v = *plan.vectorLoop;
  TileUse use = useOf(nest, plan, tile);
  if (use.registers > target.vectorRegisters - 2)
    return std::numeric_limits<double>::infinity();
  double vectorLoads = 0, load = kVectorLoad;
  for (const Access &input : nest.inputs()) {
    if (!input.isInvariant(v))
      vectorLoads += loadsOf(input, v, tile);
    else if (strideOfSteps(nest, input, v) >= target.lineBytes)
      load = kVectorLoadBesideLines;
  }
  auto cycles = [&](double scale) {
    return std::max({scale * use.sums / target.arithmeticUnits,
                     scale * use.loads / target.loadUnits, target.sumLatency}) +
           scale * vectorLoads * load + target.loopOverhead;
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
  double fill = work / (tiles * (use.sums / nest.numOutputs()));
  return tiles * cycles(fill) / work * (1 + 0.01 * (segments - 1));
}

/// Tiles along a parallel loop.
static int64_t countTiles(const LoopNest &nest, const TilePlan &plan,
                          const RegisterTile &tile, unsigned loop) {
  if (loop == plan.vectorLoop)
    return llvm::divideCeil(llvm::divideCeil(nest.extents[loop], plan.lanes),
                            tile.vectors);
  for (auto [unrolled, size] : tile.unrolled)
    if (unrolled == loop)
      return llvm::divideCeil(nest.extents[loop], size);
  return nest.extents[loop];
}

/// Parts of the inputs that are read as vectors, each for one or more tiles.
static int64_t countPanels(const LoopNest &nest, const TilePlan &plan,
                           const RegisterTile &tile) {
  int64_t panels = 1;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop] &&
        llvm::any_of(nest.inputs(), [&](const Access &input) {
          return !input.isInvariant(*plan.vectorLoop) &&
                 !input.isInvariant(loop);
        }))
      panels *= countTiles(nest, plan, tile, loop);
  return panels;
}

/// Parallel loops that let several steps share an input.
static SmallVector<unsigned> sharingLoops(const LoopNest &nest, unsigned v) {
  SmallVector<unsigned> loops;
  for (unsigned loop = nest.numLoops(); loop-- > 0;) {
    if (loop == v || !nest.parallel[loop] || nest.extents[loop] == 1)
      continue;
    if (llvm::any_of(nest.inputs(), [&](const Access &input) {
          return !input.isInvariant(v) && input.isInvariant(loop) &&
                 !isInvariantInReductions(nest, input);
        }))
      loops.push_back(loop);
  }
  return loops;
}

std::pair<RegisterTile, double> chooseReductionTile(const LoopNest &nest,
                                                    const TilePlan &plan,
                                                    const TargetInfo &target) {
  unsigned v = *plan.vectorLoop;
  int64_t vectors = llvm::divideCeil(nest.extents[v], plan.lanes);
  int64_t limit = target.vectorRegisters;
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
  bool horizontal = !nest.parallel[v];
  int64_t mostVectors = std::min(vectors, kMaxVectors);
  int64_t mostShared = horizontal ? 1 : mostVectors;
  // Without sharing: several vectors only hide the latency of the additions.
  for (int64_t count = 1; count <= mostVectors; ++count)
    consider({{}, count}, 1);
  double penalty = 1;
  for (unsigned loop : loops) {
    int64_t most = std::min(nest.extents[loop], limit);
    for (int64_t size = 2; size <= most; ++size)
      for (int64_t count = 1; count <= mostShared; ++count)
        consider({{{loop, size}}, count}, penalty);
    penalty *= kOuterLoop;
  }
  auto considerTwo = [&](unsigned first, unsigned second) {
    int64_t most = std::min(nest.extents[first], kMaxStepsOfTwo);
    int64_t mostOuter = std::min(nest.extents[second], kMaxStepsOfTwo);
    for (int64_t size = 2; size <= most; ++size)
      for (int64_t outer = 2; outer <= mostOuter; ++outer)
        for (int64_t count = 1;
             count <= mostShared && size * outer * count < limit; ++count)
          consider({{{first, size}, {second, outer}}, count},
                   horizontal ? 1 : kTwoLoops);
  };
  // Two loops: where sums run along the lanes, both have inputs to share;
  // elsewhere, where no loop alone is long enough, or a multiple of a good
  // size.
  for (auto [outer, second] : llvm::enumerate(loops))
    for (unsigned first : ArrayRef(loops).take_front(outer)) {
      if (horizontal && outer > 1)
        break;
      considerTwo(first, second);
    }
  return {best, bestCost};
}

/// A parallel loop to run along the lanes in place of the reduction `v`, if one
/// input is strided in it and contiguous in `v`, and no other input moves: with
/// that input transposed nothing is to be summed up across lanes.
static std::optional<unsigned> findLoopToTranspose(const LoopNest &nest,
                                                   unsigned v, int64_t lanes) {
  if (nest.parallel[v] || !llvm::isPowerOf2_64(lanes) ||
      nest.extents[v] < lanes)
    return std::nullopt;
  for (unsigned loop = nest.numLoops(); loop-- > 0;) {
    if (!nest.parallel[loop] || nest.extents[loop] < lanes ||
        !llvm::all_of(
            nest.outputs(),
            [&](const Access &output) { return output.isContiguous(loop); }))
      continue;
    unsigned moved = 0;
    for (const Access &input : nest.inputs())
      if (!input.isInvariant(loop))
        moved += input.isContiguous(v) ? 1 : 2;
    if (moved == 1)
      return loop;
  }
  return std::nullopt;
}

/// The register tile of a nest with vectors along `loop`, and the cycles that
/// all of them take.
static std::pair<RegisterTile, double> tilesCost(const LoopNest &nest,
                                                 const TargetInfo &target,
                                                 int64_t lanes, unsigned loop) {
  TilePlan plan;
  plan.lanes = lanes;
  plan.vectorLoop = loop;
  auto [tile, cost] = chooseReductionTile(nest, plan, target);
  for (unsigned i = 0; i < nest.numLoops(); ++i)
    cost *=
        i == loop ? llvm::divideCeil(nest.extents[i], lanes) : nest.extents[i];
  return {tile, cost};
}

/// Extra cost of sums across lanes along the reduction `v`, beside the tiles:
/// the sum of each result; lines that vectors straddle, if rows are not a whole
/// number of vectors; and rows that are too long to stay in the first-level
/// cache.
static double acrossLanesCost(const LoopNest &nest, const TargetInfo &target,
                              int64_t lanes, unsigned v, double tiles) {
  constexpr int64_t rowsOfTile = 10;
  double results = 1;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop])
      results *= nest.extents[loop];
  int64_t rowBytes = 0;
  for (const Access &input : nest.inputs())
    rowBytes = std::max(rowBytes, nest.extents[v] * input.elementBytes());
  double cost = target.laneSumCycles * results;
  if (nest.extents[v] % lanes)
    cost += target.straddlingCycles * tiles;
  if (rowBytes * rowsOfTile > 2 * target.l1Bytes)
    cost += target.farRowCycles * tiles;
  return cost;
}

/// Cost of transposing the inputs that move along the parallel loop `loop`.
static double transposeCost(const LoopNest &nest, const TargetInfo &target,
                            int64_t lanes, unsigned loop) {
  double cost = 0;
  for (const Access &input : nest.inputs()) {
    if (input.isInvariant(loop))
      continue;
    int64_t bytes = footprint(input, nest.extents);
    double instructions = bytes > target.panelBytes() ? target.farTransposeCost
                                                      : target.transposeCost;
    cost += instructions / target.arithmeticUnits * bytes /
            (lanes * input.elementBytes());
  }
  return cost;
}

LaneChoice chooseLaneLoop(const LoopNest &nest, const TargetInfo &target,
                          int64_t lanes) {
  LaneChoice choice;
  if (lanes > 1 && nest.numLoops() > 0)
    choice.vectorLoop = chooseVectorLoop(nest, target, lanes);
  if (!choice.vectorLoop || !nest.hasReduction() ||
      !nest.outputsInvariantInReductions())
    return choice;
  unsigned v = *choice.vectorLoop;
  std::tie(choice.tile, choice.cost) = tilesCost(nest, target, lanes, v);
  if (nest.parallel[v])
    return choice;
  choice.cost += acrossLanesCost(nest, target, lanes, v, choice.cost);
  if (std::optional<unsigned> loop = findLoopToTranspose(nest, v, lanes)) {
    auto [tile, cost] = tilesCost(nest, target, lanes, *loop);
    cost += transposeCost(nest, target, lanes, *loop);
    if (cost < choice.cost)
      return {loop, v, tile, cost};
  }
  return choice;
}

/// Calls `visit` with what tiles read and write beside the inputs of their
/// sums: results, and what epilogues load and store.
static void forEachResult(const LoopNest &nest,
                          llvm::function_ref<void(const Access &)> visit) {
  auto visitUnlessUnread = [&](unsigned access) {
    if (!nest.unread.contains(access) && !nest.accesses[access].isScalar())
      visit(nest.accesses[access]);
  };
  for (unsigned access = nest.numInputs; access < nest.numOperands; ++access)
    visitUnlessUnread(access);
  for (const Epilogue &epilogue : nest.epilogues)
    for (unsigned i = 0; i < epilogue.op->getNumOperands(); ++i)
      if (i >= epilogue.numInputs || !epilogue.results[i])
        visitUnlessUnread(epilogue.firstAccess + i);
}

bool keepsAllPanels(const LoopNest &nest, const TargetInfo &target,
                    const TilePlan &plan, const RegisterTile &tile,
                    ArrayRef<int64_t> extents) {
  unsigned v = *plan.vectorLoop;
  int64_t vectors = 0, others = 0, results = 0, wholeResults = 0;
  for (const Access &input : nest.inputs())
    (input.isInvariant(v) ? others : vectors) += footprint(input, extents);
  if (vectors <= target.residentBytes())
    return true;
  if (2 * vectors > target.panelBytes())
    return false;
  forEachResult(nest, [&](const Access &access) {
    results += footprint(access, nest.extents);
    wholeResults +=
        cast<MemRefType>(access.operand.getType()).getNumElements() *
        access.elementBytes();
  });
  double panels = countPanels(nest, plan, tile), tiles = 1;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop])
      tiles *= countTiles(nest, plan, tile, loop);
  // Panel by panel, the others are read each time, and results that come from
  // memory lie in short pieces far apart, which takes three times as long as
  // one after the other.
  double moved = 0;
  if (2 * others > target.panelBytes())
    moved += others * panels;
  if (wholeResults > target.panelBytes())
    moved += 2 * results;
  return vectors * tiles / panels / target.l2BytesPerCycle <
         moved / target.memoryBytesPerCycle;
}

//===----------------------------------------------------------------------===//
// Blocks of rows
//===----------------------------------------------------------------------===//

/// Cycles that a nest takes for a block of rows, roughly.
static double blockCost(const LoopNest &nest, const TargetInfo &target) {
  if (llvm::is_contained(nest.extents, 0))
    return 0;
  int64_t lanes = chooseLanes(nest, target);
  LaneChoice choice = chooseLaneLoop(nest, target, lanes);
  if (choice.cost == 0) {
    double cost = vectorCost(nest, target, choice.vectorLoop.value_or(0),
                             choice.vectorLoop ? lanes : 1);
    for (int64_t extent : nest.extents)
      cost *= extent;
    return cost;
  }
  // All rows of the block read what they share. What they broadcast is read
  // again for each panel of that, unless both stay in cache.
  int64_t shared = 0, own = 0;
  for (const Access &input : nest.inputs()) {
    if (input.isScalar())
      continue;
    if (input.isInvariant(*nest.slicedLoop))
      shared += footprint(input, nest.extents);
    else if (input.isInvariant(*choice.vectorLoop))
      own += footprint(input, nest.extents);
  }
  double cost = choice.cost + shared / (shared > target.panelBytes()
                                            ? target.memoryBytesPerCycle
                                            : target.l2BytesPerCycle);
  TilePlan plan;
  plan.lanes = lanes;
  plan.vectorLoop = choice.vectorLoop;
  int64_t panels = countPanels(nest, plan, choice.tile);
  if (shared > 0 && own + shared / panels > target.panelBytes() &&
      !keepsAllPanels(nest, target, plan, choice.tile, nest.extents))
    cost += double(own) * (panels - 1) / target.memoryBytesPerCycle;
  return cost;
}

/// Bytes of one row of all outputs of the nests.
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

int64_t planRows(ArrayRef<LoopNest> nests, const TargetInfo &target) {
  if (nests.empty() || !llvm::all_of(nests, [](const LoopNest &nest) {
        return nest.slicedLoop.has_value();
      }))
    return 1;
  int64_t extent = nests.front().extents[*nests.front().slicedLoop];
  int64_t bytes = std::max<int64_t>(1, rowBytes(nests));
  int64_t most = std::min<int64_t>(
      kMaxRows, int64_t(llvm::divideCeil(extent, kMinBlocks)));
  // Up to this many rows, the memory that a block writes and reads again stays
  // in the second-level cache. More rows may pay off where they share larger
  // operands: the filters of a convolution of many channels.
  int64_t resident = std::max<int64_t>(1, target.panelBytes() / 2 / bytes);
  int64_t best = 1;
  double bestCost = std::numeric_limits<double>::infinity();
  for (int64_t rows = 1; rows <= most; ++rows) {
    // Equal blocks: one piece of code does for all.
    if (rows > 1 && extent % rows != 0 &&
        splitEvenly(extent, rows).back().size == rows - 1 &&
        extent % (rows - 1) == 0)
      continue;
    if (rows > resident && !llvm::isPowerOf2_64(rows))
      continue;
    double cost = 0;
    for (LoopNest nest : nests) {
      nest.extents[*nest.slicedLoop] = rows;
      cost += blockCost(nest, target);
    }
    cost /= rows;
    if (rows > resident)
      cost += 2.0 * bytes / target.memoryBytesPerCycle;
    if (extent % rows != 0)
      cost *= kUnequalBlocks;
    if (cost < kWorthMoreRows * bestCost) {
      bestCost = cost;
      best = rows;
    }
  }
  return best;
}

} // namespace dlc::codegen
