//===- DestinationStyle.cpp - Kernels write where they are told -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.model @m {
//     dl.param @w : tensor<8xf32> = zeros
//     func.func private @kernel_0(%x: tensor<8xf32>) -> tensor<8xf32> { ... }
//     func.func @step(%x {dl.name = "x"}, %w {dl.state = @w}) -> (tensor<8xf32>
//     {dl.state = @w}) {
//       %0 = call @kernel_0(%x)
//       return %0
//     }
//   }
//
// becomes
//
//   module attributes {dl.manifest = #dl.manifest<name = "m", states = [...],
//                                                 steps = [...]>} {
//     func.func private @kernel_0(%x, %out) -> tensor<8xf32>
//     func.func @step(%x, %w) attributes {dl.args = [...]} {
//       %0 = call @kernel_0(%x, %w)
//       return
//     }
//   }
//
// A result that is an output of the step or the new value of a state entry goes
// straight to its place if no kernel reads the old value later; otherwise a
// copy at the end of the step brings it there.
//
//===----------------------------------------------------------------------===//

#include "DestinationStyle.h"

#include "dlc/Schedule/Manifest.h"
#include "dlc/Schedule/Passes.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace dlc {
#define GEN_PASS_DEF_DESTINATIONSTYLE
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

InPlacePairs dlc::inPlacePairs(func::FuncOp kernel) {
  InPlacePairs pairs;
  if (auto list = kernel->getAttrOfType<ArrayAttr>(names::inPlace))
    for (Attribute pair : list) {
      ArrayRef<int64_t> values = cast<DenseI64ArrayAttr>(pair).asArrayRef();
      pairs[values[0]] = values[1];
    }
  return pairs;
}

/// Returns true if both are the same memory in some shape.
static bool isSameMemory(Value one, Value other) {
  auto root = [](Value value) {
    while (isa_and_present<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
        value.getDefiningOp()))
      value = value.getDefiningOp()->getOperand(0);
    return value;
  };
  return root(one) == root(other);
}

/// Makes the op chain that computes `value` write into `destination`; the value
/// that then is the result.
static Value writeInto(Value value, Value destination) {
  Location loc = value.getLoc();
  auto result = dyn_cast<OpResult>(value);
  // The result is a view of a value: that value is written, through a view of
  // the destination.
  if (auto expand = value.getDefiningOp<tensor::ExpandShapeOp>()) {
    OpBuilder behind(value.getContext());
    behind.setInsertionPointAfterValue(destination);
    Value flat = tensor::CollapseShapeOp::create(
        behind, loc, expand.getSrcType(), destination,
        expand.getReassociationIndices());
    expand.getSrcMutable().assign(writeInto(expand.getSrc(), flat));
    return expand;
  }
  if (auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>()) {
    OpBuilder behind(value.getContext());
    behind.setInsertionPointAfterValue(destination);
    Value split = tensor::ExpandShapeOp::create(
        behind, loc, collapse.getSrcType(), destination,
        collapse.getReassociationIndices());
    collapse.getSrcMutable().assign(writeInto(collapse.getSrc(), split));
    return collapse;
  }
  if (result && result.getOwner()) {
    Operation *owner = result.getOwner();
    if (auto loop = dyn_cast<scf::ForOp>(owner)) {
      OpOperand *init = loop.getTiedLoopInit(result);
      // The loop updates some places of its initial value.
      if (isSameMemory(init->get(), destination))
        return value;
      init->set(init->get().getDefiningOp<tensor::EmptyOp>()
                    ? destination
                    : writeInto(init->get(), destination));
      return value;
    }
    if (auto insert = dyn_cast<tensor::InsertOp>(owner)) {
      Value before = insert.getDest();
      insert.getDestMutable().assign(before.getDefiningOp<tensor::EmptyOp>()
                                         ? destination
                                         : writeInto(before, destination));
      return insert;
    }
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(owner)) {
      Value before = insert.getDest(), into = destination;
      if (!isa_and_present<tensor::EmptyOp>(before.getDefiningOp()))
        into = writeInto(before, destination);
      insert.getDestMutable().assign(into);
      // An inserted value may be computed in its place: see computeInPlaces.
      if (auto source =
              insert.getSource().getDefiningOp<DestinationStyleOpInterface>())
        for (Value init : source.getDpsInits())
          if (auto place = init.getDefiningOp<tensor::ExtractSliceOp>();
              place && place.getSource() == before)
            place.getSourceMutable().assign(into);
      return insert;
    }
    if (auto style = dyn_cast<DestinationStyleOpInterface>(owner)) {
      OpOperand *init = style.getTiedOpOperand(result);
      Operation *source = init->get().getDefiningOp();
      if (isa_and_present<tensor::EmptyOp>(source)) {
        init->set(destination);
        return value;
      }
      if (auto fill = dyn_cast_or_null<linalg::FillOp>(source);
          fill && isa_and_present<tensor::EmptyOp>(
                      fill.getOutputs()[0].getDefiningOp())) {
        // Its own copy, as a fill may start several ops.
        OpBuilder before(style);
        auto own = linalg::FillOp::create(
            before, fill.getLoc(), fill.getInputs(), ValueRange(destination));
        init->set(own.getResult(0));
        return value;
      }
    }
  }
  // Behind both: destinations stand at the start of the block.
  OpBuilder behind(value.getContext());
  behind.setInsertionPointAfterValue(isa<BlockArgument>(value) ? destination
                                                               : value);
  return linalg::CopyOp::create(behind, loc, value, destination).getResult(0);
}

/// Whether the destination is already in place, so that materializing it again
/// would make one-shot bufferization insert a copy: the value is a view of a
/// value written to a view of the destination, or it is written element by
/// element, by a loop or by the rest of a loop that had one iteration.
static bool isWrittenInPlace(Value value) {
  return isa_and_present<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                         scf::ForOp, tensor::InsertOp>(value.getDefiningOp());
}

/// Makes elementwise ops whose result only goes into a part of a larger tensor,
/// as the operands of a concatenation do, compute it there.
static void computeInPlaces(func::FuncOp kernel) {
  for (auto insert : kernel.getOps<tensor::InsertSliceOp>()) {
    auto source = insert.getSource().getDefiningOp<linalg::GenericOp>();
    if (!source || !source->hasOneUse() || source.getNumResults() != 1 ||
        source.getNumReductionLoops() || !insert.hasUnitStride())
      continue;
    OpOperand &init = source.getDpsInitsMutable()[0];
    if (!init.get().getDefiningOp<tensor::EmptyOp>())
      continue;
    source->moveBefore(insert);
    OpBuilder builder(source);
    init.set(tensor::ExtractSliceOp::create(
        builder, insert.getLoc(), insert.getSourceType(), insert.getDest(),
        insert.getMixedOffsets(), insert.getMixedSizes(),
        insert.getMixedStrides()));
  }
}

void dlc::kernelToDestinationStyle(func::FuncOp kernel) {
  computeInPlaces(kernel);
  Block &body = kernel.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  OpBuilder builder(ret);
  Builder attrs(kernel.getContext());
  InPlacePairs inPlace = inPlacePairs(kernel);

  SmallVector<int64_t> written;
  for (OpOperand &operand : ret->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    unsigned arg;
    if (auto input = inPlace.find(number); input != inPlace.end()) {
      arg = input->second;
    } else {
      arg = body.getNumArguments();
      body.addArgument(operand.get().getType(), kernel.getLoc());
    }
    written.push_back(arg);
    // Nothing, if the value is computed in place; a copy, if the old value is
    // needed too long for that.
    Value result = writeInto(operand.get(), body.getArgument(arg));
    if (isWrittenInPlace(result)) {
      operand.set(result);
      continue;
    }
    operand.set(bufferization::MaterializeInDestinationOp::create(
                    builder, result.getLoc(), result, body.getArgument(arg))
                    .getResult());
  }
  kernel.setType(
      builder.getFunctionType(body.getArgumentTypes(), ret.getOperandTypes()));
  kernel->removeAttr(names::inPlace);
  kernel->setAttr(names::writes, attrs.getDenseI64ArrayAttr(written));
  SmallVector<DictionaryAttr> argAttrs(body.getNumArguments(),
                                       attrs.getDictionaryAttr({}));
  for (auto [i, type] : llvm::enumerate(body.getArgumentTypes()))
    if (isa<TensorType>(type))
      argAttrs[i] = attrs.getDictionaryAttr(attrs.getNamedAttr(
          writable,
          attrs.getBoolAttr(llvm::is_contained(written, int64_t(i)))));
  kernel.setAllArgAttrs(argAttrs);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct DestinationStylePass
    : dlc::impl::DestinationStyleBase<DestinationStylePass> {
  void runOnOperation() override {
    auto models = getOperation().getOps<dl::ModelOp>();
    if (!llvm::hasSingleElement(models)) {
      getOperation().emitError("expects a file with one dl.model, not ")
          << llvm::range_size(models);
      return signalPassFailure();
    }
    dl::ModelOp model = *models.begin();
    getOperation()->setAttr(names::manifest, describeModel(model));

    SymbolTable symbols(model);
    SmallVector<func::FuncOp> kernels, steps;
    for (auto function : model.getBody().getOps<func::FuncOp>())
      (function->hasAttr(names::kernel) ? kernels : steps).push_back(function);
    DenseMap<Operation *, InPlacePairs> inPlace;
    for (func::FuncOp kernel : kernels) {
      inPlace[kernel] = inPlacePairs(kernel);
      kernelToDestinationStyle(kernel);
    }
    for (func::FuncOp step : steps)
      stepToDestinationStyle(step, symbols, inPlace);

    for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
      if (isa<func::FuncOp>(op))
        op.moveBefore(model);
    model.erase();
  }
};

} // namespace
