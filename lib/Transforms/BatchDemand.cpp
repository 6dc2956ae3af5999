//===- BatchDemand.cpp - Constants that must have the batch ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where an op wants of an operand the extent that its other operands have, the
// ops that make a tensor out of nothing make it with the batch.
//
//===----------------------------------------------------------------------===//

#include "BatchTracer.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

bool BatchTracer::isSource(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue());
  return op->getNumOperands() == 0 &&
         isa<IotaOp, UniformOp, NormalOp, GumbelOp, BernoulliOp, PermutationOp>(
             op);
}

bool BatchTracer::demand(Value value, int64_t dim) {
  if (moves(value, dim))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op) {
    ScanOp scan = ScanOp::getLoopOf(value);
    if (!scan)
      return false;
    unsigned number = cast<BlockArgument>(value).getArgNumber();
    return demand(scan.getOperand(number),
                  scan.isStacked(number) ? dim + 1 : dim);
  }
  if (before(value).getDimSize(dim) != written)
    return false;
  if (isSource(op)) {
    again |= demanded.insert({value, dim});
    return true;
  }
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    auto found = llvm::find(broadcast.getDims(), dim);
    if (found != broadcast.getDims().end())
      return demand(broadcast.getX(), found - broadcast.getDims().begin());
    again |= demanded.insert({value, dim});
    return true;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return demand(transpose.getX(), transpose.getPerm()[dim]);
  if (auto oneHot = dyn_cast<OneHotOp>(op))
    return dim < before(oneHot.getIndex()).getRank() &&
           demand(oneHot.getIndex(), dim);
  if (auto select = dyn_cast<IndexSelectOp>(op)) {
    int64_t axis = select.getAxis(), rank = before(select.getIndex()).getRank();
    if (dim < axis)
      return demand(select.getX(), dim);
    if (dim < axis + rank)
      return demand(select.getIndex(), dim - axis);
    return demand(select.getX(), dim - rank + 1);
  }
  if (isa<ReshapeOp, FlattenOp>(op)) {
    auto productBefore = [](ArrayRef<int64_t> shape, int64_t dim) {
      int64_t product = 1;
      for (int64_t extent : shape.take_front(dim))
        product *= extent;
      return product;
    };
    Value x = op->getOperand(0);
    ArrayRef<int64_t> from = before(x).getShape();
    for (int64_t i = 0; i < int64_t(from.size()); ++i)
      if (from[i] == before(value).getDimSize(dim) && from[i] > 1 &&
          productBefore(from, i) ==
              productBefore(before(value).getShape(), dim))
        return demand(x, i);
    return false;
  }
  if (auto concat = dyn_cast<ConcatOp>(op))
    return dim != int64_t(concat.getAxis()) &&
           llvm::all_of(concat.getXs(),
                        [&](Value operand) { return demand(operand, dim); });
  if (auto matmul = dyn_cast<MatmulOp>(op)) {
    bool column = dim == before(value).getRank() - 1;
    Value side = column ? matmul.getB() : matmul.getA();
    bool transposed = column ? matmul.getTransposeB() : matmul.getTransposeA();
    int64_t rank = before(side).getRank();
    if (dim < before(value).getRank() - 2)
      return llvm::all_of(op->getOperands(), [&](Value operand) {
        return before(operand).getRank() == 2 || demand(operand, dim);
      });
    return demand(side, column != transposed ? rank - 1 : rank - 2);
  }
  if (!op->hasTrait<Elementwise>() &&
      !op->hasTrait<OpTrait::SameOperandsAndResultType>()) {
    // As of most ops: layers, norms, pooling. Where it is not so, the op does
    // not accept its operands in the next round.
    if (op->getNumOperands() == 0)
      return false;
    Value x = op->getOperand(0);
    return before(x).getRank() == before(value).getRank() &&
           before(x).getDimSize(dim) == written && demand(x, dim);
  }
  int64_t fromRight = before(value).getRank() - dim;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    int64_t aligned = before(operand).getRank() - fromRight;
    return aligned < 0 || before(operand).getDimSize(aligned) == 1 ||
           demand(operand, aligned);
  });
}

/// The dimension of operand `to` that is dimension `dim` of operand `from`.
static int64_t alignedDim(Operation *op, Value from, int64_t dim, Value to) {
  int64_t fromRank = tensorType(from).getRank(),
          toRank = tensorType(to).getRank();
  if (isa<RnnOp, LstmOp, GruOp>(op) && from == op->getOperand(0)) {
    bool batchFirst = op->hasAttr("batch_first");
    // States are L x N x H, and lengths N.
    return dim == (batchFirst ? 0 : 1)
               ? std::min<int64_t>(toRank - 1, toRank == 3)
               : -1;
  }
  if (op->hasTrait<Elementwise>())
    return dim + toRank - fromRank;
  return dim < toRank ? dim : -1;
}

bool BatchTracer::demandOperands(Operation *op) {
  bool found = false;
  for (Value from : op->getOperands())
    for (int64_t dim = 0; dim < before(from).getRank(); ++dim) {
      if (!moves(from, dim) || before(from).getDimSize(dim) != written)
        continue;
      for (Value to : op->getOperands()) {
        int64_t aligned = alignedDim(op, from, dim, to);
        if (aligned >= 0 && aligned < before(to).getRank() &&
            before(to).getDimSize(aligned) == written && written != 1 &&
            !moves(to, aligned))
          found |= demand(to, aligned);
      }
    }
  return found && again;
}

LogicalResult BatchTracer::resizeSource(Operation *op) {
  Operation *now = mapping.lookup(op);
  for (Value result : op->getResults()) {
    SmallVector<int64_t> shape(before(result).getShape());
    for (auto [value, dim] : demanded)
      if (value == result)
        shape[dim] = probe;
    RankedTensorType type = before(result).clone(shape);
    probed(result).setType(type);
    if (auto constant = dyn_cast<ConstantOp>(now); constant && moves(result))
      constant.setValueAttr(
          cast<SplatElementsAttr>(constant.getValue()).resizeSplat(type));
  }
  return success();
}
