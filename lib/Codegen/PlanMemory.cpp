//===- PlanMemory.cpp - All memory of a step at fixed offsets -------------===//
//
//   func.func @step(%x: memref<8xf32>, %w: memref<4xf32>, %worker, %workers)
//       attributes {dl.args = [{input = "x"}, {state = "w"}]} {
//     %0 = memref.alloc() : memref<8xf32>
//     call @kernel_0(%x, %w, %0, ...)
//
// becomes
//
//   func.func @step(%state: memref<64xi8>, %arena: memref<64xi8>, %x:
//   memref<8xf32>,
//                   %worker, %workers, %team) {
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

#include "dlc/Codegen/Passes.h"

#include "dlc/Transforms/Names.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

namespace dlc {
#define GEN_PASS_DEF_PLANMEMORY
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Offsets are multiples of a cache line, so that no two buffers share one.
static constexpr int64_t alignment = 64;

static int64_t bytesOf(ShapedType type) {
  int64_t bits = std::max<int64_t>(8, type.getElementTypeBitWidth());
  return type.getNumElements() * (bits / 8);
}

//===----------------------------------------------------------------------===//
// The arena
//===----------------------------------------------------------------------===//

namespace {

struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes;
  unsigned first, last; ///< positions of the calls that use it
  int64_t offset = 0;
};

} // namespace

namespace {

/// Finds the allocations of a step with the times they are in use.
class Lifetimes {
public:
  explicit Lifetimes(func::FuncOp step) { visit(step.getBody().front()); }

  SmallVector<Buffer> getBuffers() const {
    return llvm::map_to_vector(buffers,
                               [](auto &entry) { return entry.second; });
  }

private:
  /// Visits a block; the buffers it uses.
  DenseSet<Operation *> visit(Block &block);

  llvm::MapVector<Operation *, Buffer> buffers;
  unsigned time = 0;
};

} // namespace

DenseSet<Operation *> Lifetimes::visit(Block &block) {
  DenseSet<Operation *> used;
  for (Operation &op : block) {
    unsigned start = ++time;
    for (Value operand : op.getOperands()) {
      // Views of a buffer use it too.
      while (Operation *producer = operand.getDefiningOp()) {
        if (auto alloc = dyn_cast<memref::AllocOp>(producer)) {
          auto [entry, isNew] = buffers.insert(
              {alloc, {alloc, bytesOf(alloc.getType()), time, time, 0}});
          entry->second.last = time;
          used.insert(alloc);
          break;
        }
        if (!isa<ViewLikeOpInterface>(producer))
          break;
        operand = producer->getOperand(0);
      }
    }
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        for (Operation *alloc : visit(inner)) {
          if (op.isAncestor(alloc))
            continue;
          // What an iteration leaves, the next one finds.
          Buffer &buffer = buffers.find(alloc)->second;
          buffer.first = std::min(buffer.first, start);
          buffer.last = ++time;
          used.insert(alloc);
        }
  }
  return used;
}

/// Gives every buffer an offset; the bytes of the arena.
static int64_t placeBuffers(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    order.push_back(&buffer);
  // Those of one size in the order of the program, which is that of addresses
  // here.
  llvm::sort(order, [](Buffer *a, Buffer *b) {
    return std::tuple(-a->bytes, a) < std::tuple(-b->bytes, b);
  });
  int64_t total = 0;
  SmallVector<Buffer *> placed;
  for (Buffer *buffer : order) {
    SmallVector<Buffer *> neighbours;
    for (Buffer *other : placed)
      if (other->first <= buffer->last && buffer->first <= other->last)
        neighbours.push_back(other);
    llvm::sort(neighbours,
               [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
    int64_t offset = 0;
    for (Buffer *other : neighbours) {
      if (offset + buffer->bytes <= other->offset)
        break;
      offset = std::max(offset, int64_t(llvm::alignTo(
                                    other->offset + other->bytes, alignment)));
    }
    buffer->offset = offset;
    placed.push_back(buffer);
    total = std::max(total,
                     int64_t(llvm::alignTo(offset + buffer->bytes, alignment)));
  }
  return total;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

class PlanMemoryPass : public dlc::impl::PlanMemoryBase<PlanMemoryPass> {
public:
  void runOnOperation() override;

private:
  DictionaryAttr placeStates(DictionaryAttr manifest);
  LogicalResult lower(func::FuncOp step, int64_t &arena);

  llvm::StringMap<int64_t> stateOffsets;
  int64_t stateBytes = 0;
};

} // namespace

/// Adds an offset to every state of the manifest.
DictionaryAttr PlanMemoryPass::placeStates(DictionaryAttr manifest) {
  Builder b(&getContext());
  SmallVector<Attribute> states;
  for (Attribute entry : manifest.getAs<ArrayAttr>("states")) {
    auto state = cast<DictionaryAttr>(entry);
    NamedAttrList fields(state);
    fields.set("offset", b.getI64IntegerAttr(stateBytes));
    stateOffsets[state.getAs<StringAttr>("name").getValue()] = stateBytes;
    auto type = cast<ShapedType>(state.getAs<TypeAttr>("type").getValue());
    stateBytes = llvm::alignTo(stateBytes + bytesOf(type), alignment);
    states.push_back(fields.getDictionary(&getContext()));
  }
  NamedAttrList fields(manifest);
  fields.set("states", b.getArrayAttr(states));
  fields.set("state_bytes", b.getI64IntegerAttr(stateBytes));
  return fields.getDictionary(&getContext());
}

LogicalResult PlanMemoryPass::lower(func::FuncOp step, int64_t &arena) {
  SmallVector<Buffer> buffers = Lifetimes(step).getBuffers();
  arena = placeBuffers(buffers);
  int64_t unshared = 0;
  for (const Buffer &buffer : buffers)
    unshared += llvm::alignTo(buffer.bytes, alignment);
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
  Value state = body.insertArgument(0u, bytes(stateBytes), loc);
  Value block = body.insertArgument(1u, bytes(arena), loc);
  auto view = [&](Value base, int64_t offset, MemRefType type) -> Value {
    // At the start: what stood there before may be about to go.
    builder.setInsertionPointToStart(&body);
    Value at = arith::ConstantIndexOp::create(builder, loc, offset);
    return memref::ViewOp::create(builder, loc, type, base, at, ValueRange());
  };

  auto args = step->getAttrOfType<ArrayAttr>(names::args);
  SmallVector<unsigned> gone;
  for (auto [i, description] : llvm::enumerate(args)) {
    auto name = cast<DictionaryAttr>(description).getAs<StringAttr>("state");
    if (!name)
      continue;
    BlockArgument arg = body.getArgument(i + 2);
    arg.replaceAllUsesWith(view(state, stateOffsets.lookup(name.getValue()),
                                cast<MemRefType>(arg.getType())));
    gone.push_back(i + 2);
  }
  for (Buffer &buffer : buffers) {
    buffer.alloc.replaceAllUsesWith(
        view(block, buffer.offset, buffer.alloc.getType()));
    buffer.alloc.erase();
  }
  for (unsigned i : llvm::reverse(gone))
    body.eraseArgument(i);
  body.addArgument(LLVM::LLVMPointerType::get(&getContext()), loc);
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

/// Buffers without elements have one dimension from here on: there is none of
/// their elements to address, and a stride of 0 has no form in LLVM.
static void flattenEmptyBuffers(ModuleOp module) {
  auto flatten = [](Value value) {
    auto type = dyn_cast<MemRefType>(value.getType());
    if (type && type.getRank() > 1 && type.getNumElements() == 0)
      value.setType(MemRefType::get({0}, type.getElementType()));
  };
  module.walk([&](Operation *op) {
    llvm::for_each(op->getResults(), flatten);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), flatten);
    if (auto function = dyn_cast<func::FuncOp>(op);
        function && !function.isExternal())
      function.setType(FunctionType::get(
          function.getContext(), function.getBody().front().getArgumentTypes(),
          function.getResultTypes()));
  });
}

void PlanMemoryPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto manifest = module->getAttrOfType<DictionaryAttr>(names::manifest);
  if (!manifest) {
    module.emitError("has no ") << names::manifest << "; lower a model first";
    return signalPassFailure();
  }
  stateOffsets.clear();
  stateBytes = 0;
  manifest = placeStates(manifest);
  int64_t largest = 0;
  for (auto step : module.getOps<func::FuncOp>()) {
    if (!step->hasAttr(names::step))
      continue;
    int64_t arena;
    if (failed(lower(step, arena)))
      return signalPassFailure();
    largest = std::max(largest, arena);
  }
  NamedAttrList fields(manifest);
  fields.set("arena_bytes", Builder(&getContext()).getI64IntegerAttr(largest));
  module->setAttr(names::manifest, fields.getDictionary(&getContext()));
  flattenEmptyBuffers(module);
}
