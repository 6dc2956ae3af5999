//===- PlanMemory.cpp - All memory of a step at fixed offsets -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func @step(%x: memref<8xf32>, %w: memref<4xf32>)
//       attributes {dl.args = [#dl.arg<input "x">, #dl.arg<state "w">]} {
//     %0 = memref.alloc() : memref<8xf32>
//     call @kernel_0(%x, %w, %0, ...)
//
// becomes
//
//   func.func @step(%state: memref<64xi8>, %arena: memref<64xi8>,
//                   %x: memref<8xf32>) {
//     %w = memref.view %state[0] ...
//     %0 = memref.view %arena[0] ...
//     call @kernel_0(%x, %w, %0, ...)
//
// A buffer lives from the first call that names it to the last; one that is
// allocated in front of a loop and used in it, all the time of the loop. What
// the body of a loop allocates is private to one iteration. Buffers are placed
// from the largest to the smallest, each at the lowest offset where nothing
// lives that lives at the same time.
//
//===----------------------------------------------------------------------===//

#include "MemoryPlan.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Schedule/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"

namespace dlc {
#define GEN_PASS_DEF_PLANMEMORY
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::schedule;

using Buffer = Lifetimes::Buffer;

static SmallVector<Interval *> intervalsOf(MutableArrayRef<Buffer> buffers) {
  return llvm::map_to_vector(buffers,
                             [](Buffer &buffer) { return &buffer.interval; });
}

/// f32[8x4]
static void printShape(llvm::raw_ostream &os, ShapedType type) {
  os << type.getElementType() << '[';
  llvm::interleave(type.getShape(), os, "x");
  os << ']';
}

/// Writes where each buffer of a step lies and when, in the order of their
/// offsets.
static void printPlan(llvm::raw_ostream &os, func::FuncOp step, int64_t arena,
                      MutableArrayRef<Buffer> buffers) {
  auto [peak, position] = findPeak(intervalsOf(buffers));
  os << "step @" << step.getSymName() << ": arena " << arena << " bytes, "
     << buffers.size() << " values; most in use " << peak << " bytes";
  if (!buffers.empty())
    os << ", at call " << position;
  os << '\n';
  if (buffers.empty())
    return;
  os << "      offset        bytes      calls  value\n";
  SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::sort(order, [](Buffer *a, Buffer *b) {
    return std::tuple(a->interval.offset, a->interval.first, a) <
           std::tuple(b->interval.offset, b->interval.first, b);
  });
  for (Buffer *buffer : order) {
    const Interval &interval = buffer->interval;
    std::string calls =
        std::to_string(interval.first) + "-" + std::to_string(interval.last);
    os << llvm::format("%12lld %12lld %10s  ",
                       static_cast<long long>(interval.offset),
                       static_cast<long long>(interval.bytes), calls.c_str());
    printShape(os, buffer->alloc.getType());
    os << " of ";
    if (auto call = dyn_cast<func::CallOp>(buffer->maker))
      os << '@' << call.getCallee();
    else
      os << "a loop";
    if (auto place = buffer->alloc.getLoc()->findInstanceOf<FileLineColLoc>())
      os << ", line " << place.getLine();
    os << '\n';
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

class PlanMemoryPass : public dlc::impl::PlanMemoryBase<PlanMemoryPass> {
public:
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override;

private:
  int64_t place(StringAttr name, RankedTensorType type);
  void placeStates(dl::ManifestAttr manifest);
  LogicalResult lower(func::FuncOp step, int64_t &arena);

  llvm::StringMap<int64_t> stateOffsets;
  /// In their places.
  SmallVector<Attribute> states, derived;
  int64_t stateBytes = 0;
};

} // namespace

/// Gives an entry of the state the next place, which is returned.
int64_t PlanMemoryPass::place(StringAttr name, RankedTensorType type) {
  int64_t offset = stateBytes;
  stateOffsets[name.getValue()] = offset;
  stateBytes = llvm::alignTo(offset + dl::bytesOf(type), kAlignment);
  return offset;
}

/// Places every state of the manifest, and derived entries behind them.
void PlanMemoryPass::placeStates(dl::ManifestAttr manifest) {
  for (auto entry : manifest.getStates().getAsRange<dl::StateEntryAttr>())
    states.push_back(entry.withOffset(place(entry.getName(), entry.getType())));
  bool printed = print && !manifest.getDerived().empty();
  if (printed)
    llvm::outs() << "derived from the state: " << manifest.getDerived().size()
                 << " values\n      offset        bytes  value\n";
  for (auto entry : manifest.getDerived().getAsRange<dl::TensorEntryAttr>()) {
    int64_t offset = place(entry.getName(), entry.getType());
    derived.push_back(dl::TensorEntryAttr::get(&getContext(), entry.getName(),
                                               entry.getType(), offset));
    if (!printed)
      continue;
    llvm::outs() << llvm::format(
                        "%12lld %12lld  ", static_cast<long long>(offset),
                        static_cast<long long>(dl::bytesOf(entry.getType())))
                 << entry.getName().getValue() << ": ";
    printShape(llvm::outs(), entry.getType());
    llvm::outs() << '\n';
  }
}

LogicalResult PlanMemoryPass::lower(func::FuncOp step, int64_t &arena) {
  SmallVector<Buffer> buffers = Lifetimes(step.getBody().front()).getBuffers();
  arena = placeIntervals(intervalsOf(buffers));
  if (print)
    printPlan(llvm::outs(), step, arena, buffers);
  // dl-recompute counts the memory that a loop allocates as one block.
  if (budget > 0 && arena > budget)
    return step.emitError("step @")
           << step.getSymName() << " needs an arena of " << arena
           << " bytes, more than the memory budget of " << budget;
  int64_t unshared = 0;
  for (const Buffer &buffer : buffers)
    unshared += llvm::alignTo(buffer.interval.bytes, kAlignment);
  remark::passed(step.getLoc(), remark::RemarkOpts::name("planned")
                                    .category("dl-plan-memory:memory")
                                    .function(step.getSymName()))
      << remark::add("{0} values of {1} bytes together are in an arena of {2}, "
                     "those in use at one time apart",
                     buffers.size(), unshared, arena);
  if (arena > int64_t(arenaBytes))
    arenaBytes = arena;
  if (unshared > int64_t(unsharedBytes))
    unsharedBytes = unshared;

  Block &body = step.getBody().front();
  OpBuilder builder(&getContext());
  Location loc = step.getLoc();
  auto bytes = [&](int64_t size) {
    return MemRefType::get({size}, builder.getI8Type());
  };
  Value state =
      body.insertArgument(step_arguments::state, bytes(stateBytes), loc);
  Value block = body.insertArgument(step_arguments::arena, bytes(arena), loc);
  auto view = [&](Value base, int64_t offset, MemRefType type) -> Value {
    // At the start: what stood there before may be about to go.
    builder.setInsertionPointToStart(&body);
    Value at = arith::ConstantIndexOp::create(builder, loc, offset);
    return memref::ViewOp::create(builder, loc, type, base, at, ValueRange());
  };

  auto args = step->getAttrOfType<ArrayAttr>(names::args);
  SmallVector<unsigned> gone;
  for (auto [i, description] : llvm::enumerate(args)) {
    auto role = cast<dl::ArgAttr>(description);
    if (role.getKind() != dl::ArgKind::State)
      continue;
    BlockArgument arg = body.getArgument(i + step_arguments::firstTensor);
    arg.replaceAllUsesWith(view(state,
                                stateOffsets.lookup(role.getName().getValue()),
                                cast<MemRefType>(arg.getType())));
    gone.push_back(i + step_arguments::firstTensor);
  }
  for (Buffer &buffer : buffers) {
    buffer.alloc.replaceAllUsesWith(
        view(block, buffer.interval.offset, buffer.alloc.getType()));
    buffer.alloc.erase();
  }
  for (unsigned i : llvm::reverse(gone))
    body.eraseArgument(i);
  step.setType(builder.getFunctionType(body.getArgumentTypes(), {}));
  SmallVector<DictionaryAttr> none(body.getNumArguments(),
                                   builder.getDictionaryAttr({}));
  step.setAllArgAttrs(none);

  WalkResult rest = step.walk([](memref::AllocOp alloc) {
    alloc.emitOpError("is left without a place in the arena");
    return WalkResult::interrupt();
  });
  return failure(rest.wasInterrupted());
}

void PlanMemoryPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  if (!manifest) {
    module.emitError("has no ") << names::manifest << "; lower a model first";
    return signalPassFailure();
  }
  stateOffsets.clear();
  states.clear();
  derived.clear();
  stateBytes = 0;
  placeStates(manifest);
  int64_t largest = 0;
  for (auto step : module.getOps<func::FuncOp>()) {
    if (!step->hasAttr(names::step))
      continue;
    int64_t arena;
    if (failed(lower(step, arena)))
      return signalPassFailure();
    largest = std::max(largest, arena);
  }
  Builder b(&getContext());
  module->setAttr(
      names::manifest,
      dl::ManifestAttr::get(&getContext(), manifest.getName(),
                            b.getArrayAttr(states), b.getArrayAttr(derived),
                            manifest.getDerivations(), manifest.getSteps(),
                            manifest.getSites(), stateBytes, largest));
}
