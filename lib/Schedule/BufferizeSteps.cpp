//===- BufferizeSteps.cpp - Steps work on memory --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func @step(%x: tensor<16x8xf32>, %y: tensor<16x8xf32>, ...) {
//     %0 = scf.for %i = ... iter_args(%ys = %y) {
//       %a = tensor.extract_slice %x[%i, 0] [1, 8] [1, 1]
//       %b = tensor.extract_slice %ys[%i, 0] [1, 8] [1, 1]
//       %c = func.call @kernel_0(%a, %b)
//       %d = tensor.insert_slice %c into %ys[%i, 0] [1, 8] [1, 1]
//       scf.yield %d
//
// becomes
//
//   func.func @step(%x: memref<512xi8>, %y: memref<512xi8>, ...) {
//     scf.for %i = ... {
//       %a = memref.view %x[%i * 32] : memref<512xi8> to memref<8xf32>
//       %b = memref.view %y[%i * 32] : memref<512xi8> to memref<8xf32>
//       func.call @kernel_0(%a as a tensor, %b as a tensor, ...)
//
// Kernels still take tensors; one-shot bufferization, which comes next, removes
// the conversions in between. Here every kernel declares its writes and slices
// are the only views, so nothing has to be decided: each value lies where its
// destination is. Slices and reshapes are made of bytes, so that a slice at a
// place known only at run time is a buffer like any other.
//
//===----------------------------------------------------------------------===//

#include "MemoryPlan.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Schedule/Passes.h"

#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace dlc {
#define GEN_PASS_DEF_BUFFERIZESTEPS
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static MemRefType bufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

namespace {

/// Where a tensor lies.
struct Place {
  Place() = default;
  explicit Place(Value buffer) : buffer(buffer) {}

  /// The buffer, of the tensor's shape.
  Value buffer;
  /// The bytes it is a part of, if slices may be taken of it, and at which.
  Value bytes, shift;
  /// For a slice: the place of its tensor, and the index in that.
  Value stackBytes, stackShift;
  OpFoldResult index;
};

class StepBufferizer {
public:
  StepBufferizer(func::FuncOp step, SymbolTable &symbols)
      : step(step), symbols(symbols), builder(step.getContext()) {}

  LogicalResult run();

private:
  bool isSliced(Value tensor) const;
  Place allocate(Location loc, Value tensor);
  Place viewAt(Location loc, Type tensor, Value bytes, Value shift);
  LogicalResult bufferize(Block &block);
  LogicalResult bufferize(func::CallOp call);
  LogicalResult bufferize(scf::ForOp loop);
  LogicalResult bufferize(tensor::ExtractSliceOp slice);
  LogicalResult bufferize(tensor::InsertSliceOp insert);

  func::FuncOp step;
  SymbolTable &symbols;
  OpBuilder builder;
  DenseMap<Value, Place> places;
  SmallVector<Operation *> done;
};

} // namespace

/// The result that lies where an operand of a kernel's call does.
static Value resultIn(OpOperand &operand, SymbolTable &symbols) {
  auto call = cast<func::CallOp>(operand.getOwner());
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  auto writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
  auto found =
      llvm::find(writes.asArrayRef(), int64_t(operand.getOperandNumber()));
  if (found == writes.asArrayRef().end())
    return {};
  return call.getResult(found - writes.asArrayRef().begin());
}

/// Whether the place of a tensor is ever looked at as anything else than a
/// whole tensor of this shape.
bool StepBufferizer::isSliced(Value tensor) const {
  return llvm::any_of(tensor.getUses(), [&](OpOperand &use) {
    if (isa<func::CallOp>(use.getOwner())) {
      Value result = resultIn(use, symbols);
      return result && isSliced(result);
    }
    return !isa<tensor::InsertSliceOp>(use.getOwner()) ||
           use.getOperandNumber() != 0;
  });
}

/// A buffer of its own for a tensor.
Place StepBufferizer::allocate(Location loc, Value tensor) {
  MemRefType type = bufferType(tensor.getType());
  if (!isSliced(tensor))
    return Place(memref::AllocOp::create(builder, loc, type));
  Value bytes = memref::AllocOp::create(
      builder, loc, MemRefType::get({dl::bytesOf(type)}, builder.getI8Type()));
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  return viewAt(loc, tensor.getType(), bytes, zero);
}

Place StepBufferizer::viewAt(Location loc, Type tensor, Value bytes,
                             Value shift) {
  Place place;
  place.buffer = memref::ViewOp::create(builder, loc, bufferType(tensor), bytes,
                                        shift, ValueRange());
  place.bytes = bytes;
  place.shift = shift;
  return place;
}

/// The index along dimension 0 if a slice is all of one index; null for any
/// other slice.
static OpFoldResult sliceIndex(OffsetSizeAndStrideOpInterface op,
                               RankedTensorType stack, RankedTensorType slice) {
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets(),
                            sizes = op.getMixedSizes(),
                            strides = op.getMixedStrides();
  bool isWhole = stack.getRank() == slice.getRank() + 1 &&
                 stack.getShape().drop_front() == slice.getShape() &&
                 isConstantIntValue(sizes[0], 1);
  for (size_t i = 0; isWhole && i < offsets.size(); ++i)
    isWhole &= isConstantIntValue(strides[i], 1) &&
               (i == 0 || isConstantIntValue(offsets[i], 0));
  return isWhole ? offsets[0] : OpFoldResult();
}

LogicalResult StepBufferizer::bufferize(tensor::ExtractSliceOp slice) {
  Place stack = places.lookup(slice.getSource());
  OpFoldResult index =
      sliceIndex(slice, slice.getSourceType(), slice.getType());
  if (!index || !stack.bytes)
    return slice.emitOpError("is not a slice along dimension 0 of a buffer");
  Location loc = slice.getLoc();
  Value bytes = arith::ConstantIndexOp::create(builder, loc,
                                               dl::bytesOf(slice.getType()));
  Value number = getValueOrCreateConstantIndexOp(builder, loc, index);
  Value distance = arith::MulIOp::create(builder, loc, number, bytes);
  Value shift = arith::AddIOp::create(builder, loc, stack.shift, distance);
  Place place = viewAt(loc, slice.getType(), stack.bytes, shift);
  place.stackBytes = stack.bytes;
  place.stackShift = stack.shift;
  place.index = index;
  places[slice.getResult()] = place;
  return success();
}

LogicalResult StepBufferizer::bufferize(tensor::InsertSliceOp insert) {
  Place stack = places.lookup(insert.getDest());
  Place slice = places.lookup(insert.getSource());
  OpFoldResult index =
      sliceIndex(insert, insert.getDestType(), insert.getSourceType());
  if (!index || !slice.buffer || slice.stackBytes != stack.bytes ||
      slice.stackShift != stack.shift || slice.index != index)
    return insert.emitOpError("is not where its slice has been written");
  places[insert.getResult()] = stack;
  return success();
}

LogicalResult StepBufferizer::bufferize(func::CallOp call) {
  Location loc = call.getLoc();
  SmallVector<Value> operands;
  for (OpOperand &operand : call->getOpOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type) {
      operands.push_back(operand.get());
      continue;
    }
    Value result = resultIn(operand, symbols);
    Place place;
    if (operand.get().getDefiningOp<tensor::EmptyOp>() && result)
      place = allocate(loc, result);
    else
      place = places.lookup(operand.get());
    if (!place.buffer)
      return call.emitOpError("has operand #")
             << operand.getOperandNumber() << ", which lies nowhere";
    operands.push_back(bufferization::ToTensorOp::create(
        builder, loc, type, place.buffer, /*restrict=*/true,
        /*writable=*/true));
    if (result)
      places[result] = place;
  }
  func::CallOp::create(builder, loc, call.getCalleeAttr(),
                       call.getResultTypes(), operands);
  return success();
}

LogicalResult StepBufferizer::bufferize(scf::ForOp loop) {
  auto lowered =
      scf::ForOp::create(builder, loop.getLoc(), loop.getLowerBound(),
                         loop.getUpperBound(), loop.getStep());
  for (auto [init, arg, result] : llvm::zip(
           loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults())) {
    Place place = places.lookup(init);
    places[arg] = place;
    places[result] = place;
  }
  loop.getInductionVar().replaceAllUsesWith(lowered.getInductionVar());
  Operation *end = lowered.getBody()->getTerminator();
  Operation *yield = loop.getBody()->getTerminator();
  lowered.getBody()->getOperations().splice(
      end->getIterator(), loop.getBody()->getOperations(),
      loop.getBody()->begin(), yield->getIterator());
  if (failed(bufferize(*lowered.getBody())))
    return failure();
  for (auto [value, result] :
       llvm::zip(yield->getOperands(), loop.getResults())) {
    Place before = places.lookup(result), after = places.lookup(value);
    if (!before.buffer || before.bytes != after.bytes ||
        before.shift != after.shift)
      return loop.emitOpError("has result #")
             << cast<OpResult>(result).getResultNumber()
             << ", which does not stay where it is";
  }
  return success();
}

LogicalResult StepBufferizer::bufferize(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    builder.setInsertionPoint(&op);
    LogicalResult result = success();
    if (auto call = dyn_cast<func::CallOp>(op)) {
      result = bufferize(call);
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      result = bufferize(loop);
    } else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      result = bufferize(slice);
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      result = bufferize(insert);
    } else if (isa<bufferization::AllocTensorOp>(op)) {
      places[op.getResult(0)] = allocate(op.getLoc(), op.getResult(0));
    } else if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op)) {
      Place source = places.lookup(op.getOperand(0));
      if (!source.bytes)
        return op.emitOpError("is of a tensor that lies nowhere");
      places[op.getResult(0)] = viewAt(op.getLoc(), op.getResult(0).getType(),
                                       source.bytes, source.shift);
    } else if (!isa<tensor::EmptyOp>(op)) {
      continue; // arithmetic on indices, and the end
    }
    if (failed(result))
      return failure();
    done.push_back(&op);
  }
  return success();
}

LogicalResult StepBufferizer::run() {
  Block &body = step.getBody().front();
  builder.setInsertionPointToStart(&body);
  SmallVector<Type> types;
  SmallVector<bool> sliced;
  for (BlockArgument arg : body.getArguments()) {
    Type type = arg.getType();
    sliced.push_back(isa<RankedTensorType>(type) && isSliced(arg));
    if (isa<RankedTensorType>(type)) {
      // Users are the ops to be replaced; the type is changed when they are
      // gone.
      MemRefType buffer = bufferType(type);
      type = sliced.back()
                 ? MemRefType::get({dl::bytesOf(buffer)}, builder.getI8Type())
                 : buffer;
    }
    types.push_back(type);
  }
  SmallVector<BlockArgument> old(body.getArguments());
  for (auto [arg, type, isSliced] : llvm::zip(old, types, sliced)) {
    BlockArgument now = body.addArgument(type, arg.getLoc());
    if (!isa<RankedTensorType>(arg.getType())) {
      arg.replaceAllUsesWith(now);
    } else if (!isSliced) {
      places[arg] = Place(now);
    } else {
      Value zero = arith::ConstantIndexOp::create(builder, step.getLoc(), 0);
      places[arg] = viewAt(step.getLoc(), arg.getType(), now, zero);
    }
  }
  if (failed(bufferize(body)))
    return failure();
  // Bodies have moved, so definitions do not always stand before uses.
  for (Operation *op : done)
    op->dropAllReferences();
  for (Operation *op : llvm::reverse(done))
    op->erase();
  body.eraseArguments(0, old.size());
  step.setType(builder.getFunctionType(types, {}));
  SmallVector<DictionaryAttr> none(types.size(), builder.getDictionaryAttr({}));
  step.setAllArgAttrs(none);
  return success();
}

namespace {

struct BufferizeStepsPass : dlc::impl::BufferizeStepsBase<BufferizeStepsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto step : getOperation().getOps<func::FuncOp>())
      if (step->hasAttr(names::step))
        if (failed(StepBufferizer(step, symbols).run()))
          return signalPassFailure();
  }
};

} // namespace
