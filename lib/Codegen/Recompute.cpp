//===- Recompute.cpp - Compute values again instead of keeping them -------===//
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
// yet: what is repeated are the same ops that made the value first, and later
// passes compile op by op, so that the result is the same to the last bit.
//
//===----------------------------------------------------------------------===//

#include "RecomputeSchedule.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Transforms/Names.h"

#include "mlir/IR/IRMapping.h"

namespace dlc {
#define GEN_PASS_DEF_RECOMPUTE
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::codegen;

namespace {

using Kernels = DenseMap<Operation *, std::unique_ptr<KernelOps>>;

/// Reads a step as a program of calls and loops.
class StepReader {
public:
  StepReader(func::FuncOp step, SymbolTable &symbols, Kernels &kernels)
      : step(step), symbols(symbols), kernels(kernels) {}

  StepProgram read();

private:
  unsigned rootOf(Value memref);
  void readCall(func::CallOp call, Item &item, SetVector<unsigned> &written);
  KernelOps *kernelOf(func::CallOp call);
  void findGaps();

  func::FuncOp step;
  SymbolTable &symbols;
  Kernels &kernels;
  StepProgram program;
  DenseMap<Value, unsigned> numbers;
};

} // namespace

unsigned StepReader::rootOf(Value memref) {
  Value value = rootOfViews(memref);
  auto [entry, isNew] = numbers.insert({value, program.roots.size()});
  if (isNew) {
    Root root;
    root.memref = value;
    if (value.getDefiningOp<memref::AllocOp>())
      root.bytes = bytesOf(cast<MemRefType>(value.getType()));
    program.roots.push_back(root);
  }
  return entry->second;
}

/// The kernel of a call that can be taken apart.
KernelOps *StepReader::kernelOf(func::CallOp call) {
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  if (!kernel || !kernel->hasAttr(names::kernel) || kernel.isExternal())
    return nullptr;
  std::unique_ptr<KernelOps> &ops = kernels[kernel];
  if (!ops)
    ops = std::make_unique<KernelOps>(kernel);
  return ops->isKnown() ? ops.get() : nullptr;
}

void StepReader::readCall(func::CallOp call, Item &item,
                          SetVector<unsigned> &written) {
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  DenseI64ArrayAttr writes;
  if (kernel)
    writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
  KernelOps *ops = kernelOf(call);
  bool distinct = true;
  SmallVector<unsigned> byArgument;
  llvm::SmallDenseSet<unsigned> seen;
  for (auto [number, operand] : llvm::enumerate(call.getOperands())) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    unsigned id = rootOf(operand);
    byArgument.push_back(id);
    distinct &= seen.insert(id).second;
    if (ops ? ops->writes(number)
            : !writes ||
                  llvm::is_contained(writes.asArrayRef(), int64_t(number)))
      written.insert(id);
  }
  if (!ops || call->getParentOp() != step || !distinct ||
      byArgument.size() + 2 != call.getNumOperands())
    return;
  item.kernel = ops;
  item.byArgument = byArgument;
}

/// Finds which values can be made again, and the longest times they lie unused.
void StepReader::findGaps() {
  for (auto [id, root] : llvm::enumerate(program.roots)) {
    if (!root.bytes || root.writers.size() != 1)
      continue;
    unsigned maker = root.writers.front();
    const Item &call = program.items[maker];
    if (!call.kernel)
      continue;
    root.argument = llvm::find(call.byArgument, id) - call.byArgument.begin();
    // A value as it is, no view of it, and nothing before it.
    if (call.op->getOperand(root.argument) != root.memref ||
        (!root.uses.empty() && root.uses.front() < maker))
      continue;
    root.repeatable = true;
    unsigned before = maker, longest = 1;
    for (unsigned use : root.uses) {
      if (use - before > longest) {
        longest = use - before;
        root.gapEnd = use;
        root.unusedBefore = before == maker;
      }
      before = use;
    }
  }
}

StepProgram StepReader::read() {
  for (Operation &op : step.getBody().front()) {
    if (isa<ViewLikeOpInterface>(op) ||
        (op.getNumRegions() == 0 &&
         llvm::none_of(op.getOperandTypes(), llvm::IsaPred<MemRefType>)))
      continue;
    Item item;
    item.op = &op;
    SetVector<unsigned> named, written;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (isa<MemRefType>(operand.getType()) &&
            !op.isAncestor(
                rootOfViews(operand).getParentRegion()->getParentOp()))
          named.insert(rootOf(operand));
      if (isa<ViewLikeOpInterface>(inner))
        return;
      if (auto call = dyn_cast<func::CallOp>(inner)) {
        readCall(call, item, written);
        return;
      }
      // Anything else may write what it names.
      for (Value operand : inner->getOperands())
        if (isa<MemRefType>(operand.getType()))
          written.insert(rootOf(operand));
    });
    for (Region &region : op.getRegions()) {
      SmallVector<Lifetimes::Buffer> own;
      for (Block &block : region)
        for (Lifetimes::Buffer &buffer : Lifetimes(block).getBuffers())
          if (op.isAncestor(buffer.alloc))
            own.push_back(buffer);
      item.privateBytes += placeIntervals(llvm::map_to_vector(
          own, [](Lifetimes::Buffer &b) { return &b.interval; }));
    }
    unsigned number = program.items.size();
    item.roots = named.takeVector();
    for (unsigned id : item.roots) {
      Root &root = program.roots[id];
      if (written.contains(id))
        root.writers.push_back(number);
      if (!written.contains(id) || root.writers.size() > 1)
        root.uses.push_back(number);
    }
    program.items.push_back(std::move(item));
  }
  findGaps();
  return std::move(program);
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

namespace {

/// Puts a schedule in the place of the step's calls.
class StepWriter {
public:
  StepWriter(const StepProgram &program, const StepProgram::Schedule &schedule,
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
  const StepProgram::Schedule &schedule;
  SymbolTable &symbols;
  SmallVector<Value> buffers;
  /// Of each item, before any is changed.
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
  llvm::append_range(arguments, call.getOperands().take_back(2));
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
  LogicalResult rewrite(func::FuncOp step, SymbolTable &symbols,
                        Kernels &kernels);
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
                              const StepProgram::Schedule &best, int64_t arena,
                              int64_t before, int64_t budget) {
  unsigned peak = 0;
  program.peakOf(best, &peak);
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

/// Lowers what is in use as far as cheap ops can, in steps of a few percent.
static BitVector searchCheap(const StepProgram &program) {
  BitVector best(program.roots.size());
  while (true) {
    int64_t peak = program.peakOf(*program.schedule(best, true));
    BitVector next = best;
    if (!program.search(next, peak - peak / 32, /*cheapOnly=*/true) ||
        next == best)
      return best;
    best = next;
  }
}

LogicalResult RecomputePass::rewrite(func::FuncOp step, SymbolTable &symbols,
                                     Kernels &kernels) {
  StepProgram program = StepReader(step, symbols, kernels).read();
  if (program.items.empty())
    return success();
  BitVector dropped(program.roots.size());
  StepProgram::Schedule plain = *program.schedule(dropped, false);
  int64_t before = program.arenaOf(plain), arena = before;
  bool cheapOnly = true;
  if (budget > 0) {
    // First what is cheap; and further than asked for where the plan has holes.
    int64_t target = budget, smallest = before;
    StepProgram::Schedule best = plain;
    while (arena > budget) {
      bool reached = program.search(dropped, target, cheapOnly);
      auto now = program.schedule(dropped, cheapOnly);
      if (!now)
        return complain(step, program, best, smallest, before, budget);
      arena = program.arenaOf(*now);
      if (arena < smallest) {
        smallest = arena;
        best = *now;
      }
      if (arena <= budget)
        break;
      if (!reached && cheapOnly) {
        cheapOnly = false;
      } else if (!reached || target < budget / 2) {
        return complain(step, program, best, smallest, before, budget);
      } else {
        // Not so far that less is dropped than would do.
        target -= std::clamp<int64_t>(arena - budget, budget / 64, budget / 16);
      }
    }
  } else {
    dropped = searchCheap(program);
    auto now = program.schedule(dropped, true);
    arena = program.arenaOf(*now);
    if (arena >= before)
      return success();
  }
  if (dropped.none())
    return success();
  auto schedule = program.schedule(dropped, cheapOnly);
  numValues += dropped.count();
  for (unsigned id : dropped.set_bits())
    numDeferred += program.roots[id].unusedBefore;
  peakBefore.updateMax(program.peakOf(plain));
  peakAfter.updateMax(program.peakOf(*schedule));
  numCalls += StepWriter(program, *schedule, symbols).run();
  return success();
}

void RecomputePass::runOnOperation() {
  SymbolTable symbols(getOperation());
  Kernels kernels;
  SmallVector<func::FuncOp> steps;
  for (auto step : getOperation().getOps<func::FuncOp>())
    if (step->hasAttr(names::step) &&
        (budget > 0 || step->hasAttr(names::recompute)))
      steps.push_back(step);
  for (func::FuncOp step : steps)
    if (failed(rewrite(step, symbols, kernels)))
      return signalPassFailure();
}
