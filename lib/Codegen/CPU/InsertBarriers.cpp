//===- InsertBarriers.cpp - Barriers between workers ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels of one step are called by all workers, which do its tasks together. A
// kernel that touches memory that an earlier one wrote must wait until that one
// is done; so must one that writes what an earlier one read.
//
// Before an iteration of a loop come the kernels in front of the loop and those
// of the iteration before. A body is therefore visited twice: the second time
// with the accesses of the first.
//
//===----------------------------------------------------------------------===//

#include "Shares.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

#include <map>

namespace dlc {
#define GEN_PASS_DEF_INSERTBARRIERS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

/// Bytes of one block of memory.
struct MemoryRange {
  Value base;
  int64_t begin, end;
};

/// The union of ranges.
class Memory {
public:
  bool overlaps(const MemoryRange &range) const {
    auto found = byBase.find(range.base);
    if (found == byBase.end() || range.begin >= range.end)
      return false;
    // The last that begins in front of the range's end.
    const Ends &ends = found->second;
    auto next = ends.lower_bound(range.end);
    return next != ends.begin() && std::prev(next)->second > range.begin;
  }
  bool overlapsAny(ArrayRef<MemoryRange> ranges) const {
    return llvm::any_of(
        ranges, [&](const MemoryRange &range) { return overlaps(range); });
  }
  void add(MemoryRange range) {
    if (range.begin >= range.end)
      return;
    Ends &ends = byBase[range.base];
    auto at = ends.upper_bound(range.begin);
    if (at != ends.begin() && std::prev(at)->second >= range.begin)
      --at;
    while (at != ends.end() && at->first <= range.end) {
      range.begin = std::min(range.begin, at->first);
      range.end = std::max(range.end, at->second);
      at = ends.erase(at);
    }
    ends[range.begin] = range.end;
  }
  void add(const Memory &other) {
    for (auto &[base, ends] : other.byBase)
      for (auto [begin, end] : ends)
        add({base, begin, end});
  }

private:
  /// Disjoint ranges: each end by its begin.
  using Ends = std::map<int64_t, int64_t>;
  llvm::DenseMap<Value, Ends> byBase;
};

/// The memory that one kernel reads and writes.
struct Accesses {
  SmallVector<MemoryRange> reads, writes;
};

/// The memory that kernels have read and written since the last barrier.
struct Past {
  Memory reads, writes;

  bool mustPrecede(const Accesses &next) const {
    return writes.overlapsAny(next.reads) || writes.overlapsAny(next.writes) ||
           reads.overlapsAny(next.writes);
  }
  void add(const Accesses &next) {
    for (const MemoryRange &range : next.reads)
      reads.add(range);
    for (const MemoryRange &range : next.writes)
      writes.add(range);
  }
  void add(const Past &other) {
    reads.add(other.reads);
    writes.add(other.writes);
  }
};

} // namespace

/// The bytes behind an argument of a call.
static MemoryRange rangeOf(Value value) {
  constexpr int64_t unknown = std::numeric_limits<int64_t>::max();
  // All of the block, unless views say which part.
  MemoryRange range{value, 0, unknown};
  while (Operation *producer = range.base.getDefiningOp()) {
    if (auto view = dyn_cast<memref::ViewOp>(producer)) {
      auto whole = cast<MemRefType>(view.getType());
      if (range.end == unknown)
        range.end = dl::bytesOf(whole);
      APInt offset;
      if (matchPattern(view.getByteShift(), m_ConstantInt(&offset))) {
        range.begin += offset.getSExtValue();
        range.end += offset.getSExtValue();
      } else {
        // Anywhere in the source of the view.
        range.begin = 0;
        auto source = cast<MemRefType>(view.getSource().getType());
        range.end = source.hasStaticShape() ? source.getNumElements() : unknown;
      }
      range.base = view.getSource();
      continue;
    }
    if (!isa<ViewLikeOpInterface>(producer))
      break;
    range.base = producer->getOperand(0);
  }
  return range;
}

static Accesses accessesOf(func::CallOp call, func::FuncOp kernel) {
  auto writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
  Accesses accesses;
  for (auto [i, operand] : llvm::enumerate(call.getOperands())) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    MemoryRange range = rangeOf(operand);
    // Outputs may be read too: an update in place.
    accesses.reads.push_back(range);
    if (!writes || llvm::is_contained(writes.asArrayRef(), int64_t(i)))
      accesses.writes.push_back(range);
  }
  return accesses;
}

namespace {

/// Puts barriers into one step.
class BarrierInserter {
public:
  BarrierInserter(func::FuncOp barrier, const SymbolTable &symbols,
                  Value worker)
      : barrier(barrier), symbols(symbols), worker(worker),
        builder(barrier.getContext()) {}

  /// Visits a block; `since` is what kernels have done since the last barrier.
  /// `again`: the block has been visited before, with less behind it.
  void visit(Block &block, Past &since, bool again = false);

  unsigned numBarriers = 0;

private:
  func::FuncOp barrier;
  const SymbolTable &symbols;
  Value worker;
  OpBuilder builder;
};

} // namespace

void BarrierInserter::visit(Block &block, Past &since, bool again) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      Past before = since;
      visit(*loop.getBody(), since, again);
      since.add(before);
      // The first visit of the loop places the barriers that an iteration needs
      // after the one before it. So time grows with the square of the depth of
      // a nest, and not twofold with each loop.
      if (!again)
        visit(*loop.getBody(), since, /*again=*/true);
      continue;
    }
    auto call = dyn_cast<func::CallOp>(op);
    if (!call)
      continue;
    auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
    if (kernel == barrier) {
      since = {};
      continue;
    }
    Accesses next = accessesOf(call, kernel);
    if (since.mustPrecede(next)) {
      builder.setInsertionPoint(call);
      func::CallOp::create(builder, call.getLoc(), barrier, worker);
      since = {};
      ++numBarriers;
    }
    since.add(next);
  }
}

namespace {

struct InsertBarriersPass : dlc::impl::InsertBarriersBase<InsertBarriersPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    func::FuncOp barrier =
        codegen::declareRuntime(symbols, codegen::runtime::barrier);

    for (auto step : module.getOps<func::FuncOp>()) {
      if (!step->hasAttr(names::step))
        continue;
      FailureOr<Value> worker = codegen::findWorker(step);
      if (failed(worker))
        return signalPassFailure();
      BarrierInserter inserter(barrier, symbols, *worker);
      Past since;
      inserter.visit(step.getBody().front(), since);
      numBarriers += inserter.numBarriers;
    }
  }
};

} // namespace
