//===- TileRemarks.cpp - Remarks on tiling --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl-emit-loops:tile: @kernel_3: product over 8x56x56x64, summed over 3x192:
//   tile 14x2 vectors of 16 f32 along loop 3, which is contiguous in what it
//   writes: a step adds to 28 sums with 16 loads, in 30 of 32 registers
//
//===----------------------------------------------------------------------===//

#include "TileRemarks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;

namespace dlc::codegen {

static remark::RemarkOpts options(StringRef category, StringRef name,
                                  StringRef kernel) {
  return remark::RemarkOpts::name(name).category(category).function(kernel);
}

/// The extents of the loops that are parallel, or of those that are not.
static std::string extentsOf(const LoopNest &nest, bool parallel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  StringRef between = "";
  for (auto [extent, isParallel] : llvm::zip(nest.extents, nest.parallel))
    if (isParallel == parallel) {
      os << between << extent;
      between = "x";
    }
  return text.empty() ? "1" : text;
}

static std::string describeNest(const LoopNest &nest) {
  if (!nest.hasReduction())
    return "elementwise over " + extentsOf(nest, true);
  auto isMultiply = [](Operation &op) {
    return isa<arith::MulFOp, arith::MulIOp>(op);
  };
  StringRef kind =
      nest.numInputs >= 2 && llvm::any_of(*nest.op.getBody(), isMultiply)
          ? "product"
          : "reduction";
  return (kind + " over " + extentsOf(nest, true) + ", summed over " +
          extentsOf(nest, false))
      .str();
}

/// "14x2 vectors of 16 f32".
static std::string describeTile(const LoopNest &nest, const TilePlan &plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  int64_t vectors = 1;
  for (const TileLoop &tileLoop : plan.tileLoops) {
    int64_t size = tileLoop.segments.front().size;
    if (tileLoop.loop == plan.vectorLoop)
      vectors = llvm::divideCeil(size, plan.lanes);
    else if (size > 1)
      os << size << 'x';
  }
  os << vectors << (vectors == 1 ? " vector of " : " vectors of ") << plan.lanes
     << ' ' << nest.accesses.back().elementType;
  return text;
}

static std::string describeLanes(const LoopNest &nest, const TilePlan &plan) {
  unsigned v = *plan.vectorLoop;
  std::string loop = ("loop " + Twine(v) + ", ").str();
  if (!nest.parallel[v])
    return loop + "a reduction along which what it reads is contiguous; lanes "
                  "are summed up at the end";
  bool contiguous = llvm::all_of(nest.outputs(), [&](const Access &output) {
    return output.isScalar() || output.isContiguous(v);
  });
  return loop + (contiguous ? "along which what it writes is contiguous"
                            : "though what it writes is strided there");
}

void explainTiles(const LoopNest &nest, const TilePlan &plan,
                  const TargetInfo &target, StringRef kernel) {
  if (!nest.op.getContext()->getRemarkEngine())
    return;
  Location loc = nest.op.getLoc();
  auto tile = [&](StringRef name) {
    return options("dl-emit-loops:tile", name, kernel);
  };
  std::string what = describeNest(nest);
  if (!plan.vectorLoop) {
    remark::missed(loc, tile("scalar")) << remark::add(
        "{0}: one element at a time: {1}", what,
        target.vectorBits == 0
            ? "plain loops are asked for"
            : "no loop is contiguous in enough of what it reads and writes");
  } else if (plan.use.sums) {
    remark::passed(loc, tile("tiled")) << remark::add(
        "{0}: tile {1} along {2}: a step adds to {3} sums with {4} loads, in "
        "{5} of {6} registers",
        what, describeTile(nest, plan), describeLanes(nest, plan),
        plan.use.sums, plan.use.loads, plan.use.registers,
        target.vectorRegisters);
  } else {
    remark::passed(loc, tile("tiled")) << remark::add(
        "{0}: tile {1} along {2}: {3}", what, describeTile(nest, plan),
        describeLanes(nest, plan),
        plan.accumulatesInMemory
            ? "a reduction moves what it writes, so sums are in memory"
        : plan.transposedLoop
            ? "squares of what it reads are transposed in registers"
            : "vectors that do not wait for each other");
  }
  for (const TileLoop &block : plan.blockLoops)
    remark::passed(loc, tile("blocked")) << remark::add(
        "{0}: loop {1} in blocks of {2} of {3}: what tiles read along all of "
        "it exceeds {4} bytes of cache",
        what, block.loop, block.segments.front().size, nest.extents[block.loop],
        plan.packed.empty() ? target.blockBytes() : target.packedBytes());
  if (plan.use.sums && plan.keepsPanels)
    remark::passed(loc, tile("ordered"))
        << remark::add("{0}: all vectors that tiles read stay in cache: what "
                       "else they read passes once",
                       what);
  if (!nest.conditions.empty())
    remark::passed(loc, tile("left out"))
        << remark::add("{0}: products with zeros around an image are left out, "
                       "where {1} conditions tell them",
                       what, nest.conditions.size());
  for (const PackedPanel &panel : plan.packed)
    remark::passed(loc, options("dl-emit-loops:pack", "packed", kernel))
        << remark::add(
               "{0}: input {1} is copied to the stack of the worker, {2} "
               "elements for the tiles of level {3}: {4}",
               what, panel.operand, panel.elements, panel.level,
               panel.transposedLoop ? "it is strided along the lanes"
               : panel.rowLoop
                   ? "its steps of the sum share few sets of the caches"
                   : "its rows share few sets of the caches or straddle lines");
}

void explainRows(ArrayRef<LoopNest> nests, ArrayRef<Segment> blocks,
                 StringRef kernel) {
  if (nests.empty() || !nests.front().op.getContext()->getRemarkEngine())
    return;
  int64_t rows = 0, shared = 0;
  for (const Segment &segment : blocks)
    rows += segment.size * segment.count;
  for (const LoopNest &nest : nests)
    if (nest.slicedLoop && nest.hasReduction())
      for (const Access &input : nest.inputs())
        shared += !input.isScalar() && input.isInvariant(*nest.slicedLoop);
  bool isBlock = blocks.front().size > 1;
  StringRef why =
      shared ? isBlock ? "sums of all of them share what one would read alone"
                       : "sums would not be faster with more"
      : isBlock ? "tiles over several rows cost less"
                : "they share nothing that sums read";
  remark::passed(nests.front().op.getLoc(),
                 options("dl-emit-loops:rows", "blocked", kernel))
      << remark::add("{0} of {1} rows at a time: {2}", blocks.front().size,
                     rows, why);
}

void explainEpilogue(const Epilogue &epilogue, StringRef kernel) {
  remark::passed(epilogue.op.getLoc(),
                 options("dl-emit-loops:fuse", "epilogue", kernel))
      << remark::add("is evaluated on sums while they are in registers, {0}",
                     llvm::is_contained(epilogue.results, std::nullopt)
                         ? "with what it loads beside them"
                         : "from them alone");
}

} // namespace dlc::codegen
