//===- EmitLoops.cpp - Structured ops of a kernel become loops ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replaces all structured ops of a kernel by loops over vectors and register
// tiles. Before:
//
//   linalg.fill ins(%zero : f32) outs(%c : memref<64x32xf32>)
//   linalg.matmul ins(%a, %b : memref<64x128xf32>, memref<128x32xf32>)
//                 outs(%c : memref<64x32xf32>)
//
// After, here with two of the accumulators:
//
//   scf.for %tile = %first to %last step %c1 {            (see Shares.h)
//     %row = ...
//     %sums:2 = scf.for %k = %c0 to %c128 step %c1
//         iter_args(%s0 = %zeros, %s1 = %zeros) {
//       %b0 = vector.load %flat_b[...] : memref<4096xf32>, vector<16xf32>
//       %a0 = memref.load %flat_a[...] : memref<8192xf32>
//       %v0 = vector.broadcast %a0 : f32 to vector<16xf32>
//       %t0 = vector.fma %v0, %b0, %s0 : vector<16xf32>
//       ...
//       scf.yield %t0, %t1
//     }
//     vector.store %sums#0, %flat_c[...]
//     ...
//   }
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"
#include "TileRemarks.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Schedule/Memory.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

namespace dlc {
#define GEN_PASS_DEF_EMITLOOPS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::codegen;

namespace {

/// One structured op and what becomes of it.
struct Step {
  LoopNest nest;
  TilePlan plan;
  /// For each output, the value of a fill that was folded into it, or null.
  SmallVector<Value> starts;

  /// The ops that it emits.
  SmallVector<linalg::GenericOp> ops() const {
    SmallVector<linalg::GenericOp> result{nest.op};
    for (const Epilogue &epilogue : nest.epilogues)
      result.push_back(epilogue.op);
    return result;
  }
};

} // namespace

/// Rewrites copies and named ops to `linalg.generic`.
static LogicalResult generalize(func::FuncOp func, IRRewriter &rewriter) {
  for (auto copy :
       llvm::make_early_inc_range(func.getBody().getOps<memref::CopyOp>())) {
    // What was written in place and then put there.
    if (copy.getSource() == copy.getTarget()) {
      rewriter.eraseOp(copy);
      continue;
    }
    rewriter.setInsertionPoint(copy);
    rewriter.replaceOpWithNewOp<linalg::CopyOp>(copy, copy.getSource(),
                                                copy.getTarget());
  }
  for (auto op :
       llvm::make_early_inc_range(func.getBody().getOps<linalg::LinalgOp>())) {
    if (isa<linalg::GenericOp>(op))
      continue;
    rewriter.setInsertionPoint(op);
    if (failed(linalg::generalizeNamedOp(rewriter, op)))
      return op->emitError("has no form as linalg.generic");
  }
  return success();
}

/// Moves constants out of the region of `op`: they are the same for all
/// iterations.
static void hoistConstants(linalg::GenericOp op) {
  for (Operation &inner :
       llvm::make_early_inc_range(op.getBody()->without_terminator()))
    if (inner.hasTrait<OpTrait::ConstantLike>())
      inner.moveBefore(op);
}

/// Finds the fill that gives output `output` of step `consumer` its start value
/// and that nothing but other fills stands after. Returns the number of its
/// step.
static std::optional<size_t> findFill(ArrayRef<Step> steps, size_t consumer,
                                      OpOperand &output) {
  const Step &step = steps[consumer];
  linalg::GenericOp op = step.nest.op;
  // The op has to write all that the fill wrote.
  if (!op.getMatchingIndexingMap(&output).isProjectedPermutation() ||
      !step.nest.outputsInvariantInReductions())
    return std::nullopt;
  for (size_t number = consumer; number-- > 0;) {
    linalg::GenericOp fill = steps[number].nest.op;
    if (!fill)
      continue;
    if (!matchFill(fill))
      return std::nullopt;
    if (fill.getDpsInits()[0] == output.get())
      return number;
    if (rootOfViews(fill.getDpsInits()[0]) == rootOfViews(output.get()))
      return std::nullopt;
  }
  return std::nullopt;
}

/// True if `op` reads the buffer of `output` other than through `output`.
static bool readsElsewhere(linalg::GenericOp op, OpOperand &output) {
  return llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
    return &operand != &output && isa<MemRefType>(operand.get().getType()) &&
           rootOfViews(operand.get()) == rootOfViews(output.get());
  });
}

/// Folds fills into the start values of the ops that follow. A folded step
/// loses its op.
static unsigned foldFills(std::vector<Step> &steps, IRRewriter &rewriter) {
  unsigned folded = 0;
  for (size_t number = 0; number < steps.size(); ++number) {
    Step &step = steps[number];
    step.starts.assign(step.nest.numOutputs(), nullptr);
    if (!step.nest.hasReduction() || llvm::is_contained(step.nest.extents, 0))
      continue;
    for (auto [start, output] :
         llvm::zip_equal(step.starts, step.nest.op.getDpsInitsMutable())) {
      if (readsElsewhere(step.nest.op, output))
        continue;
      std::optional<size_t> fill = findFill(steps, number, output);
      if (!fill)
        continue;
      start = matchFill(steps[*fill].nest.op);
      rewriter.eraseOp(steps[*fill].nest.op);
      steps[*fill].nest.op = nullptr;
      ++folded;
    }
  }
  llvm::erase_if(steps, [](const Step &step) { return !step.nest.op; });
  return folded;
}

/// The extent that all steps share along the sliced dimension.
static FailureOr<int64_t> slicedExtent(ArrayRef<Step> steps) {
  std::optional<int64_t> extent;
  for (const Step &step : steps) {
    const LoopNest &nest = step.nest;
    int64_t own = nest.slicedLoop ? nest.extents[*nest.slicedLoop] : 1;
    if (extent && own != *extent)
      return nest.op.emitError("runs over ")
             << own << " slices along dimension 0 of its outputs, the op "
             << "before over " << *extent;
    extent = own;
  }
  return extent.value_or(1);
}

/// That extent, of a kernel in which the iterations along it are independent.
static FailureOr<int64_t> verifySlices(ArrayRef<Step> steps) {
  FailureOr<int64_t> extent = slicedExtent(steps);
  SmallVector<const LoopNest *> nests;
  for (const Step &step : steps)
    nests.push_back(&step.nest);
  if (failed(extent) || failed(verifyIndependentSlices(nests)))
    return failure();
  return extent;
}

/// Emits all steps inside of loops over blocks of rows, which are the tasks.
/// `pieces` are the emitters of each segment of `blocks`.
static void emitSliced(MutableArrayRef<std::vector<NestEmitter>> pieces,
                       ArrayRef<Segment> blocks, Value worker,
                       OpBuilder &builder, Location loc) {
  int64_t total = 0;
  for (const Segment &segment : blocks)
    total += segment.count;
  emitShared(builder, loc, worker, total, [&](TaskRange range) {
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    int64_t before = 0;
    for (auto [emitters, segment] : llvm::zip_equal(pieces, blocks)) {
      TaskRange own = blocks.size() == 1
                          ? range
                          : range.within(builder, loc, before, segment.count);
      before += segment.count;
      auto forOp = scf::ForOp::create(builder, loc, own.first, own.last, one);
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(forOp.getBody());
      for (NestEmitter &emitter : emitters)
        emitter.emitBlock(builder, segment, forOp.getInductionVar());
    }
  });
}

/// True if two views look at different elements: boxes of one buffer that do
/// not meet, as the operands of a concatenation are given.
static bool areDisjoint(Value a, Value b) {
  if (rootOfViews(a) != rootOfViews(b))
    return true;
  auto boxA = a.getDefiningOp<memref::SubViewOp>();
  auto boxB = b.getDefiningOp<memref::SubViewOp>();
  if (!boxA || !boxB || boxA.getSource() != boxB.getSource())
    return false;
  auto isStatic = [](memref::SubViewOp box) {
    return !ShapedType::isDynamicShape(box.getStaticOffsets()) &&
           llvm::all_of(box.getStaticStrides(),
                        [](int64_t s) { return s == 1; });
  };
  if (!isStatic(boxA) || !isStatic(boxB))
    return false;
  for (auto [fromA, sizeA, fromB, sizeB] :
       llvm::zip_equal(boxA.getStaticOffsets(), boxA.getStaticSizes(),
                       boxB.getStaticOffsets(), boxB.getStaticSizes()))
    if (fromA + sizeA <= fromB || fromB + sizeB <= fromA)
      return true;
  return false;
}

/// The buffers that a step reads and writes, those that bodies read included.
static SetVector<Value> buffersOf(const Step &step) {
  SetVector<Value> values;
  for (linalg::GenericOp op : step.ops()) {
    getUsedValuesDefinedAbove(op.getRegion(), values);
    values.insert_range(op->getOperands());
  }
  values.remove_if([](Value v) { return !isa<MemRefType>(v.getType()); });
  return values;
}

/// True if no step writes what another reads or writes.
static bool areIndependent(ArrayRef<Step> steps) {
  if (steps.size() == 1)
    return true;
  for (const Step &other : steps) {
    SetVector<Value> buffers = buffersOf(other);
    for (const Step &writer : steps)
      for (linalg::GenericOp op : writer.ops())
        for (Value output : op.getDpsInits())
          if (&other != &writer && !llvm::all_of(buffers, [&](Value buffer) {
                return areDisjoint(output, buffer);
              }))
            return false;
  }
  return true;
}

/// Makes elementwise ops epilogues of the reductions that they follow.
static unsigned foldEpilogues(func::FuncOp func, std::vector<Step> &steps,
                              bool sliced) {
  std::vector<Step> folded;
  unsigned count = 0;
  for (Step &step : steps) {
    if (!folded.empty() && !step.nest.hasReduction())
      if (std::optional<LoopNest> nest =
              withEpilogue(folded.back().nest, step.nest.op, sliced)) {
        folded.back().nest = *nest;
        explainEpilogue(nest->epilogues.back(), func.getSymName());
        ++count;
        continue;
      }
    folded.push_back(step);
  }
  // Scratch that no other step reads need not be written.
  for (Step &step : folded) {
    LoopNest &nest = step.nest;
    if (nest.epilogues.empty())
      continue;
    for (unsigned i = nest.numInputs; i < nest.accesses.size(); ++i) {
      if (nest.accesses[i].isScalar())
        continue;
      auto scratch =
          dyn_cast<BlockArgument>(rootOfViews(nest.accesses[i].operand));
      bool isRead = !scratch || !func.getArgAttr(scratch.getArgNumber(),
                                                 dlc::names::scratch);
      for (const Step &other : folded)
        isRead |= &other != &step &&
                  llvm::any_of(buffersOf(other), [&](Value buffer) {
                    return rootOfViews(buffer) == scratch;
                  });
      if (!isRead)
        nest.unread.insert(i);
    }
  }
  steps = std::move(folded);
  return count;
}

/// Divides a kernel that was written as loops, not as a structured op, among
/// workers: the iterations of a marked loop are tasks; without one the whole
/// kernel is a single task.
static void shareOut(func::FuncOp func, Value worker) {
  Block &body = func.getBody().front();
  bool isShared = false;
  for (auto loop : llvm::make_early_inc_range(body.getOps<scf::ForOp>())) {
    if (!loop->hasAttr(dlc::names::tasks))
      continue;
    IntegerAttr count;
    if (!matchPattern(loop.getUpperBound(), m_Constant(&count)))
      continue;
    OpBuilder builder(loop);
    emitShared(
        builder, loop.getLoc(), worker, count.getInt(), [&](TaskRange range) {
          loop->moveBefore(builder.getBlock(), builder.getInsertionPoint());
          loop.setLowerBound(range.first);
          loop.setUpperBound(range.last);
        });
    loop->removeAttr(dlc::names::tasks);
    isShared = true;
  }
  if (isShared || body.without_terminator().empty())
    return;
  SmallVector<Operation *> code;
  for (Operation &op : body.without_terminator())
    code.push_back(&op);
  OpBuilder builder(body.getTerminator());
  emitShared(builder, func.getLoc(), worker, 1, [&](TaskRange) {
    for (Operation *op : code)
      op->moveBefore(builder.getBlock(), builder.getInsertionPoint());
  });
}

namespace {

struct EmitLoops : dlc::impl::EmitLoopsBase<EmitLoops> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(dlc::names::kernel) || func.isExternal())
      return;
    if (failed(emitKernel(func)))
      return signalPassFailure();
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      func.removeArgAttr(i, dlc::names::scratch);
  }

  LogicalResult emitKernel(func::FuncOp func) {
    FailureOr<Value> worker = codegen::findWorker(func);
    if (failed(worker))
      return failure();
    if (!func.getBody().hasOneBlock())
      return func.emitError("is a kernel; expected straight-line code");
    IRRewriter rewriter(func.getContext());
    if (failed(generalize(func, rewriter)))
      return failure();

    auto slicedAttr = func->getAttrOfType<IntegerAttr>(dlc::names::rows);
    bool sliced = slicedAttr && slicedAttr.getInt() > 0;
    std::vector<Step> steps;
    for (auto op : func.getBody().getOps<linalg::GenericOp>()) {
      hoistConstants(op);
      FailureOr<LoopNest> nest = analyzeLoopNest(op, sliced);
      if (failed(nest))
        return failure();
      steps.push_back({*nest, {}, {}});
    }
    numFoldedFills += foldFills(steps, rewriter);
    if (steps.empty()) {
      shareOut(func, *worker);
      return success();
    }
    for (Operation &op : func.getBody().front())
      if (isa<scf::ForOp, memref::StoreOp>(op))
        return op.emitError("stands beside structured ops in a kernel");
    return emitSteps(func, steps, sliced, *worker, rewriter);
  }

  /// Gives all emitters one buffer on the stack of the worker, for panels that
  /// they copy; none if none does.
  static void addPackBuffer(MutableArrayRef<std::vector<NestEmitter>> pieces,
                            const TargetInfo &target, OpBuilder &builder,
                            Location loc) {
    int64_t bytes = 0;
    for (ArrayRef<NestEmitter> emitters : pieces)
      for (const NestEmitter &emitter : emitters)
        bytes = std::max(bytes, emitter.packBytes());
    if (bytes == 0)
      return;
    Value buffer = memref::AllocaOp::create(
        builder, loc, MemRefType::get({bytes}, builder.getI8Type()),
        builder.getI64IntegerAttr(target.lineBytes));
    for (MutableArrayRef<NestEmitter> emitters : pieces)
      for (NestEmitter &emitter : emitters)
        emitter.usePackBuffer(builder, buffer);
  }

  /// Plans the steps and makes their emitters.
  std::vector<NestEmitter> makeEmitters(std::vector<Step> &steps,
                                        const TargetInfo &target,
                                        IRRewriter &rewriter) {
    std::vector<NestEmitter> emitters;
    emitters.reserve(steps.size());
    for (Step &step : steps) {
      if (llvm::is_contained(step.nest.extents, 0))
        continue;
      step.plan = planTiles(step.nest, target);
      explainTiles(step.nest, step.plan, target, getOperation().getSymName());
      emitters.emplace_back(step.nest, step.plan, target, step.starts);
      emitters.back().emitViews(rewriter);
      ++numNests;
    }
    return emitters;
  }

  /// Emits the steps in blocks of rows; blocks of another size have code of
  /// their own.
  void emitRows(ArrayRef<Step> steps, int64_t extent, Value worker,
                const TargetInfo &target, IRRewriter &rewriter, Location loc) {
    std::vector<LoopNest> nests;
    for (const Step &step : steps)
      nests.push_back(step.nest);
    SmallVector<Segment> blocks = splitEvenly(extent, planRows(nests, target));
    explainRows(nests, blocks, getOperation().getSymName());
    std::vector<std::vector<Step>> sized;
    std::vector<std::vector<NestEmitter>> pieces;
    for (const Segment &segment : blocks) {
      std::vector<Step> &own = sized.emplace_back(steps);
      for (Step &step : own)
        if (step.nest.slicedLoop)
          step.nest.extents[*step.nest.slicedLoop] = segment.size;
    }
    for (std::vector<Step> &own : sized)
      pieces.push_back(makeEmitters(own, target, rewriter));
    addPackBuffer(pieces, target, rewriter, loc);
    emitSliced(pieces, blocks, worker, rewriter, loc);
  }

  LogicalResult emitSteps(func::FuncOp func, std::vector<Step> &steps,
                          bool sliced, Value worker, IRRewriter &rewriter) {
    FailureOr<TargetInfo> description = TargetInfo::get(func);
    FailureOr<int64_t> extent = sliced ? verifySlices(steps) : 1;
    if (failed(description) || failed(extent))
      return failure();
    const TargetInfo &target = *description;
    // Views stand before all loops; ops that make memrefs stand between the
    // structured ops, so everything goes to the place of the last one.
    linalg::GenericOp last = steps.back().nest.op;
    numEpilogues += foldEpilogues(func, steps, sliced);
    rewriter.setInsertionPoint(last);
    if (sliced) {
      emitRows(steps, *extent, worker, target, rewriter, last.getLoc());
    } else {
      std::vector<NestEmitter> emitters = makeEmitters(steps, target, rewriter);
      addPackBuffer(emitters, target, rewriter, last.getLoc());
      if (areIndependent(steps)) {
        for (NestEmitter &emitter : emitters)
          emitShared(
              rewriter, last.getLoc(), worker, emitter.numTasks(),
              [&](TaskRange range) { emitter.emitTasks(rewriter, range); });
      } else if (!emitters.empty()) {
        // They may depend on each other in any way.
        emitShared(rewriter, last.getLoc(), worker, 1, [&](TaskRange) {
          for (NestEmitter &emitter : emitters)
            emitter.emitAll(rewriter);
        });
      }
    }
    for (Step &step : steps)
      for (linalg::GenericOp op : step.ops())
        rewriter.eraseOp(op);
    return success();
  }
};

} // namespace
