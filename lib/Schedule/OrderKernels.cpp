//===- OrderKernels.cpp - An order of a step that needs less memory -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   call @reverse(%w, %reversed)            call @forward(%x, %y)
//   call @forward(%x, %y)                   call @reverse(%w, %reversed)
//   call @backward(%y, %reversed, %d)  ->   call @backward(%y, %reversed, %d)
//   call @gradient(%d, %g)                  call @gradient(%d, %g)
//   call @earlier(%d, %e)                   call @update(%w, %g)
//   call @update(%w, %g)                    call @earlier(%d, %e)
//
// A call that makes more than it frees moves back to where its results are
// needed, one that frees more than it makes forward to where its operands are
// there: so a gradient is not kept until the end of the step.
//
// Between two barriers of a step lies a stage, whose calls do not depend on one
// another. Calls move to the far end of a stage only, so that no barrier is
// added.
//
//===----------------------------------------------------------------------===//

#include "StepProgram.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Schedule/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/Sequence.h"

namespace dlc {
#define GEN_PASS_DEF_ORDERKERNELS
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::schedule;

namespace {

/// The order of a step's items, and moves in it.
class Ordering {
public:
  Ordering(const StepProgram &program, SymbolTable &symbols);

  /// The number of calls moved.
  unsigned run();
  ArrayRef<unsigned> getOrder() const { return order; }

private:
  void findConflicts();
  void guardState(SymbolTable &symbols);
  void addConflict(unsigned a, unsigned b) {
    conflicts[a].set(b);
    conflicts[b].set(a);
  }
  void renumber();
  int64_t peakBetween(unsigned begin, unsigned end) const;
  bool move(unsigned from, unsigned to);
  bool moveBack(unsigned item);
  bool moveForward(unsigned item);

  const StepProgram &program;
  SmallVector<unsigned> order, position; ///< items, and where they are
  SmallVector<unsigned> stageOf;         ///< for positions: begin of the stage
  /// For each root, the first and the last position that names it.
  std::vector<std::pair<unsigned, unsigned>> lives;
  /// For each item, those that must stay on their side of it.
  std::vector<BitVector> conflicts;
};

} // namespace

Ordering::Ordering(const StepProgram &program, SymbolTable &symbols)
    : program(program),
      order(llvm::to_vector(llvm::seq<unsigned>(program.items.size()))),
      position(order), stageOf(order.size()), lives(program.roots.size()),
      conflicts(order.size(), BitVector(order.size())) {
  findConflicts();
  guardState(symbols);
  renumber();
}

/// One of two items that name a root writes it.
void Ordering::findConflicts() {
  std::vector<SmallVector<unsigned>> users(program.roots.size());
  for (auto [number, item] : llvm::enumerate(program.items))
    for (unsigned id : item.roots)
      users[id].push_back(number);
  for (auto [root, items] : llvm::zip(program.roots, users))
    for (unsigned writer : root.writers)
      for (unsigned user : items)
        if (user != writer)
          addConflict(writer, user);
}

/// Items behind the check of indices must stay there: they run only if it
/// passes.
void Ordering::guardState(SymbolTable &symbols) {
  for (auto [number, item] : llvm::enumerate(program.items)) {
    auto call = dyn_cast<func::CallOp>(item.op);
    if (!call || !symbols.lookup(call.getCallee())->hasAttr(names::fault))
      continue;
    for (unsigned later = number + 1; later < order.size(); ++later)
      addConflict(number, later);
    return;
  }
}

/// Finds positions, lives and stages of an order.
void Ordering::renumber() {
  constexpr unsigned none = ~0u;
  std::fill(lives.begin(), lives.end(), std::pair(none, 0u));
  BitVector stage(order.size());
  unsigned begin = 0;
  for (auto [at, item] : llvm::enumerate(order)) {
    position[item] = at;
    for (unsigned id : program.items[item].roots) {
      lives[id].first = std::min<unsigned>(lives[id].first, at);
      lives[id].second = at;
    }
    if (conflicts[item].anyCommon(stage)) {
      stage.reset();
      begin = at;
    }
    stage.set(item);
    stageOf[at] = begin;
  }
}

/// Most bytes in use from one position to another.
int64_t Ordering::peakBetween(unsigned begin, unsigned end) const {
  SmallVector<int64_t> change(order.size() + 1);
  for (auto [root, life] : llvm::zip(program.roots, lives)) {
    if (life.first > life.second)
      continue;
    change[life.first] += root.bytes;
    change[life.second + 1] -= root.bytes;
  }
  int64_t live = 0, peak = 0;
  for (unsigned at = 0; at <= end; ++at) {
    live += change[at];
    if (at >= begin)
      peak = std::max(peak, live + program.items[order[at]].privateBytes);
  }
  return peak;
}

/// Moves the item at one position to another and shifts the items in between;
/// undone if then more memory would be in use somewhere in between than before.
bool Ordering::move(unsigned from, unsigned to) {
  auto [begin, end] = std::minmax(from, to);
  int64_t before = peakBetween(begin, end);
  auto rotate = [&](unsigned from, unsigned to) {
    if (from < to)
      std::rotate(order.begin() + from, order.begin() + from + 1,
                  order.begin() + to + 1);
    else
      std::rotate(order.begin() + to, order.begin() + from,
                  order.begin() + from + 1);
    renumber();
  };
  rotate(from, to);
  if (peakBetween(begin, end) <= before)
    return true;
  rotate(to, from);
  return false;
}

/// Moves an item behind all that do not need it, up to the stage in front of
/// that of the first that does.
bool Ordering::moveBack(unsigned item) {
  unsigned from = position[item], user = from + 1;
  while (user < order.size() && !conflicts[item][order[user]])
    ++user;
  if (user == order.size() || stageOf[user] <= from + 1)
    return false;
  unsigned to = stageOf[user] - 1;
  if (stageOf[to] == stageOf[from])
    return false;
  int64_t gain = 0;
  for (unsigned id : program.items[item].roots) {
    auto [first, last] = lives[id];
    int64_t bytes = program.roots[id].bytes;
    if (bytes <= program.target.smallBytes)
      continue;
    if (first == from && last > from)
      gain += bytes;
    else if (first < from && last < to)
      gain -= bytes;
  }
  return gain > 0 && move(from, to);
}

/// Moves an item in front of all that it does not need, up to the stage behind
/// that of the last that it does.
bool Ordering::moveForward(unsigned item) {
  unsigned from = position[item], to = from;
  while (to > 0 && !conflicts[item][order[to - 1]])
    --to;
  if (to == 0)
    return false;
  // Behind the first of the next stage.
  unsigned needed = stageOf[to - 1];
  while (to < from && stageOf[to] == needed)
    ++to;
  if (++to >= from || stageOf[to] == stageOf[from])
    return false;
  int64_t gain = 0;
  bool frees = false;
  for (unsigned id : program.items[item].roots) {
    auto [first, last] = lives[id];
    int64_t bytes = program.roots[id].bytes;
    if (bytes <= program.target.smallBytes)
      continue;
    if (last == from && first < from) {
      gain += bytes;
      frees = true;
    } else if (first == from && last > from) {
      gain -= bytes;
    }
  }
  return frees && gain >= 0 && move(from, to);
}

unsigned Ordering::run() {
  unsigned moved = 0;
  for (unsigned item : llvm::reverse(llvm::seq<unsigned>(order.size())))
    moved += moveBack(item);
  for (unsigned item : llvm::seq<unsigned>(order.size()))
    moved += moveForward(item);
  return moved;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct OrderKernelsPass : dlc::impl::OrderKernelsBase<OrderKernelsPass> {
  void runOnOperation() override {
    FailureOr<TargetInfo> target = TargetInfo::get(getOperation());
    if (failed(target))
      return signalPassFailure();
    SymbolTable symbols(getOperation());
    Kernels kernels;
    for (auto step : getOperation().getOps<func::FuncOp>()) {
      if (!step->hasAttr(names::step))
        continue;
      StepProgram program = StepProgram::read(step, *target, symbols, kernels);
      Ordering ordering(program, symbols);
      unsigned moved = ordering.run();
      if (moved == 0)
        continue;
      numMoved += moved;
      remark::passed(step.getLoc(), remark::RemarkOpts::name("moved")
                                        .category("dl-order-kernels:memory")
                                        .function(step.getSymName()))
          << remark::add(
                 "{0} calls moved to where fewer bytes are in use, none "
                 "over a barrier",
                 moved);
      // Allocations and views are not items: they go first.
      Operation *end = step.getBody().front().getTerminator();
      for (unsigned item : ordering.getOrder())
        program.items[item].op->moveBefore(end);
    }
  }
};

} // namespace
