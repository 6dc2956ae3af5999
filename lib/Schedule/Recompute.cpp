//===- Recompute.cpp - Compute values again instead of keeping them -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   call @kernel_0(%x, %a, %b)
//   call @kernel_1(%a, %c)
//   ...
//   call @kernel_7(%a, %d)
//
// becomes
//
//   call @kernel_0(%x, %a, %b)
//   call @kernel_1(%a, %c)
//   ...
//   call @kernel_0_part_0(%x, %again)
//   call @kernel_7(%again, %d)
//
// Kernels are formed and their memory is known, but their ops are not loops
// yet: the ops that made the value first are repeated, and later passes compile
// op by op, so that the result is the same to the last bit.
//
//===----------------------------------------------------------------------===//

#include "RecomputeSchedule.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Schedule/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"

namespace dlc {
#define GEN_PASS_DEF_RECOMPUTE
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::schedule;

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

namespace {

/// Puts a schedule in the place of the step's calls.
class StepWriter {
public:
  StepWriter(const StepProgram &program, const Schedule &schedule,
             SymbolTable &symbols)
      : program(program), schedule(schedule), symbols(symbols),
        buffers(schedule.versions.size()) {
    for (const Item &item : program.items)
      operands.emplace_back(item.op->getOperands());
  }

  /// The number of calls added.
  unsigned run();

private:
  Value bufferOf(unsigned version, OpBuilder &builder);
  void writePart(const Instruction &instruction, OpBuilder &builder);
  void redirect(const Instruction &instruction);

  const StepProgram &program;
  const Schedule &schedule;
  SymbolTable &symbols;
  SmallVector<Value> buffers;
  /// For each item, before any is changed.
  std::vector<SmallVector<Value>> operands;
  DenseSet<Value> taken;
};

} // namespace

/// The first version of a value has its buffer, others get their own.
Value StepWriter::bufferOf(unsigned version, OpBuilder &builder) {
  Value &buffer = buffers[version];
  if (buffer)
    return buffer;
  Value original = program.roots[schedule.versions[version].root].memref;
  if (taken.insert(original).second)
    return buffer = original;
  return buffer = memref::AllocOp::create(builder, original.getLoc(),
                                          cast<MemRefType>(original.getType()));
}

/// Calls a part of a kernel.
void StepWriter::writePart(const Instruction &instruction, OpBuilder &builder) {
  const Item &item = program.items[instruction.item];
  auto call = cast<func::CallOp>(item.op);
  func::FuncOp kernel = item.kernel->outline(*instruction.part, symbols);
  bool whole = kernel.getNumArguments() == call.getNumOperands();
  SmallVector<Value> arguments;
  for (auto [argument, id] : llvm::enumerate(item.byArgument)) {
    if (!whole && !instruction.part->reads[argument] &&
        !instruction.part->writes[argument])
      continue;
    Value operand = operands[instruction.item][argument];
    for (auto [root, version] : instruction.versions)
      if (root == id) {
        Value buffer = bufferOf(version, builder);
        Value old = program.roots[root].memref;
        IRMapping mapping;
        mapping.map(old, buffer);
        SmallVector<Operation *> views;
        for (Value at = operand; at != old;
             at = cast<ViewLikeOpInterface>(at.getDefiningOp()).getViewSource())
          views.push_back(at.getDefiningOp());
        if (buffer != old)
          for (Operation *view : llvm::reverse(views))
            builder.clone(*view, mapping);
        operand = mapping.lookupOrDefault(operand);
      }
    arguments.push_back(operand);
  }
  func::CallOp::create(builder, call.getLoc(), kernel, arguments);
}

/// Makes an item use the versions that are there.
void StepWriter::redirect(const Instruction &instruction) {
  Operation *op = program.items[instruction.item].op;
  OpBuilder builder(op);
  for (auto [root, version] : instruction.versions) {
    Value old = program.roots[root].memref, now = bufferOf(version, builder);
    if (old == now)
      continue;
    op->walk([&](Operation *inner) {
      for (OpOperand &operand : inner->getOpOperands()) {
        if (!isa<MemRefType>(operand.get().getType()) ||
            rootOfViews(operand.get()) != old)
          continue;
        // Views inside of the op follow; those in front of it are made anew.
        IRMapping mapping;
        mapping.map(old, now);
        SmallVector<Operation *> views;
        Value at = operand.get();
        while (at != old && !op->isAncestor(at.getDefiningOp())) {
          views.push_back(at.getDefiningOp());
          at = cast<ViewLikeOpInterface>(at.getDefiningOp()).getViewSource();
        }
        if (at != old)
          continue;
        for (Operation *view : llvm::reverse(views))
          builder.clone(*view, mapping);
        operand.set(mapping.lookup(operand.get()));
      }
    });
  }
}

unsigned StepWriter::run() {
  unsigned added = 0;
  SmallVector<Operation *> replaced;
  BitVector kept(program.items.size());
  // Again stands in front of the item that comes next.
  SmallVector<Operation *> places(schedule.instructions.size());
  Operation *next = program.items.back().op->getBlock()->getTerminator();
  for (size_t i = schedule.instructions.size(); i-- > 0;) {
    const Instruction &instruction = schedule.instructions[i];
    if (!instruction.again)
      next = program.items[instruction.item].op;
    places[i] = next;
  }
  for (auto [place, instruction] : llvm::zip(places, schedule.instructions)) {
    OpBuilder builder(place);
    if (instruction.part)
      writePart(instruction, builder);
    else
      redirect(instruction);
    added += instruction.again;
    if (!instruction.again && !instruction.part)
      kept.set(instruction.item);
  }
  for (auto [number, item] : llvm::enumerate(program.items))
    if (!kept[number])
      replaced.push_back(item.op);
  for (Operation *op : replaced)
    op->erase();
  // Some buffers have only been looked at.
  for (const Root &root : program.roots) {
    auto alloc = root.memref.getDefiningOp<memref::AllocOp>();
    if (alloc && alloc->use_empty())
      alloc.erase();
  }
  return added;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

class RecomputePass : public dlc::impl::RecomputeBase<RecomputePass> {
public:
  using RecomputeBase::RecomputeBase;
  void runOnOperation() override;

private:
  LogicalResult rewrite(func::FuncOp step, const TargetInfo &target,
                        SymbolTable &symbols, Kernels &kernels);
};

} // namespace

static std::string describe(const Root &root) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto type = cast<MemRefType>(root.memref.getType());
  os << type.getElementType() << '[';
  llvm::interleave(type.getShape(), os, "x");
  os << "] of " << root.bytes << " bytes";
  if (auto place = root.memref.getLoc()->findInstanceOf<FileLineColLoc>())
    os << " (line " << place.getLine() << ')';
  return text;
}

/// Says that a step is too large.
static LogicalResult complain(func::FuncOp step, const StepProgram &program,
                              const RecomputeSearch &search,
                              const Schedule &best, int64_t arena,
                              int64_t before, int64_t budget) {
  unsigned peak = 0;
  search.peakOf(best, &peak);
  // A root may be there in two versions.
  llvm::SetVector<const Root *> live;
  for (const Version &version : best.versions)
    if (version.first <= peak && peak <= version.last)
      live.insert(&program.roots[version.root]);
  SmallVector<const Root *> largest = live.takeVector();
  llvm::sort(largest, [](const Root *a, const Root *b) {
    return std::pair(-a->bytes, a) < std::pair(-b->bytes, b);
  });
  largest.truncate(std::min<size_t>(largest.size(), 3));
  InFlightDiagnostic error =
      step.emitError("step @")
      << step.getSymName() << " does not fit the memory budget of " << budget
      << " bytes: the smallest arena found has " << arena << " (" << before
      << " if nothing is computed again)";
  if (largest.empty())
    return error;
  error << "; the largest values in it when it is fullest are ";
  llvm::interleaveComma(largest, error,
                        [&](const Root *root) { error << describe(*root); });
  return error;
}

/// Lowers the peak of memory as far as cheap ops can, in steps of a few
/// percent.
static Treatments searchCheap(const RecomputeSearch &search) {
  Treatments best = search.keepAll();
  while (true) {
    int64_t peak = search.peakOf(*search.schedule(best, true));
    Treatments next = best;
    if (!search.search(next, peak - peak / 32, /*cheapOnly=*/true) ||
        next == best)
      return best;
    best = next;
  }
}

LogicalResult RecomputePass::rewrite(func::FuncOp step,
                                     const TargetInfo &target,
                                     SymbolTable &symbols, Kernels &kernels) {
  StepProgram program = StepProgram::read(step, target, symbols, kernels);
  if (program.items.empty())
    return success();
  RecomputeSearch search(program);
  Treatments treatments = search.keepAll();
  Schedule plain = *search.schedule(treatments, false);
  int64_t before = search.arenaOf(plain), arena = before;
  bool cheapOnly = true;
  if (budget > 0) {
    // First with cheap ops; and below the budget where the plan has holes.
    int64_t goal = budget, smallest = before;
    Schedule best = plain;
    while (arena > budget) {
      bool reached = search.search(treatments, goal, cheapOnly);
      auto now = search.schedule(treatments, cheapOnly);
      if (!now)
        return complain(step, program, search, best, smallest, before, budget);
      arena = search.arenaOf(*now);
      if (arena < smallest) {
        smallest = arena;
        best = *now;
      }
      if (arena <= budget)
        break;
      if (!reached && cheapOnly) {
        cheapOnly = false;
      } else if (!reached || goal < budget / 2) {
        return complain(step, program, search, best, smallest, before, budget);
      } else {
        // Not so far that less is kept than would do.
        goal -= std::clamp<int64_t>(arena - budget, budget / 64, budget / 16);
      }
    }
  } else {
    treatments = searchCheap(search);
    auto now = search.schedule(treatments, true);
    arena = search.arenaOf(*now);
    if (arena >= before)
      return success();
  }
  if (treatments == search.keepAll())
    return success();
  auto schedule = search.schedule(treatments, cheapOnly);
  for (auto [root, treatment] : llvm::zip(program.roots, treatments))
    if (treatment != Treatment::Keep) {
      ++numValues;
      numDeferred += root.unusedBefore;
      remark::passed(root.memref.getLoc(), remark::RemarkOpts::name("repeated")
                                               .category("dl-recompute:memory")
                                               .function(step.getSymName()))
          << remark::add("{0} {1}", describe(root),
                         root.unusedBefore
                             ? "is made later, where it is read"
                             : "is not kept but made again where it is read");
    }
  peakBefore.updateMax(search.peakOf(plain));
  peakAfter.updateMax(search.peakOf(*schedule));
  numCalls += StepWriter(program, *schedule, symbols).run();
  return success();
}

void RecomputePass::runOnOperation() {
  FailureOr<TargetInfo> target = TargetInfo::get(getOperation());
  if (failed(target))
    return signalPassFailure();
  SymbolTable symbols(getOperation());
  Kernels kernels;
  SmallVector<func::FuncOp> steps;
  for (auto step : getOperation().getOps<func::FuncOp>())
    if (step->hasAttr(names::step) &&
        (budget > 0 || step->hasAttr(names::recompute)))
      steps.push_back(step);
  for (func::FuncOp step : steps)
    if (failed(rewrite(step, *target, symbols, kernels)))
      return signalPassFailure();
}
