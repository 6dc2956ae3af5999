//===- Views.cpp - Merging transposes and reshapes into ops ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Views.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace dlc::dl;
using namespace dlc::views;

std::optional<Groups> dlc::views::collapseGroups(RankedTensorType x,
                                                 RankedTensorType y) {
  if (x.getRank() <= y.getRank() || y.getRank() == 0)
    return std::nullopt;
  return getReassociationIndicesForReshape(x, y);
}
std::optional<Groups> dlc::views::collapseGroups(ReshapeOp op) {
  return collapseGroups(tensorType(op.getX()), tensorType(op.getY()));
}

std::optional<Groups> dlc::views::expandGroups(RankedTensorType x,
                                               RankedTensorType y) {
  if (x.getRank() >= y.getRank() || x.getRank() == 0)
    return std::nullopt;
  return getReassociationIndicesForReshape(x, y);
}
std::optional<Groups> dlc::views::expandGroups(ReshapeOp op) {
  return expandGroups(tensorType(op.getX()), tensorType(op.getY()));
}

std::optional<SmallVector<int64_t>>
dlc::views::dimsAfterReshape(BroadcastOp broadcast, RankedTensorType to) {
  SmallVector<int64_t> dims;
  if (broadcast.getDims().empty())
    return dims;
  RankedTensorType from = tensorType(broadcast.getResult());
  std::optional<Groups> expand = expandGroups(from, to),
                        collapse = collapseGroups(from, to);
  if (!expand && !collapse)
    return std::nullopt;
  for (int64_t dim : broadcast.getDims()) {
    if (expand) {
      if ((*expand)[dim].size() != 1)
        return std::nullopt;
      dims.push_back((*expand)[dim][0]);
      continue;
    }
    for (auto [i, group] : llvm::enumerate(*collapse))
      if (llvm::is_contained(group, dim)) {
        if (group.size() != 1)
          return std::nullopt;
        dims.push_back(i);
      }
  }
  return dims;
}

SmallVector<int64_t> dlc::views::permuted(ArrayRef<int64_t> list,
                                          ArrayRef<int64_t> perm) {
  return llvm::map_to_vector(perm, [&](int64_t p) { return list[p]; });
}

Operation *dlc::views::cloneWithOperands(PatternRewriter &rewriter,
                                         Operation *op, ValueRange operands) {
  ArrayRef<int64_t> shape = tensorType(operands.front()).getShape();
  SmallVector<Type> types;
  for (Value result : op->getResults())
    types.push_back(tensorType(result).clone(shape));
  return rewriter.create(op->getLoc(), op->getName().getIdentifier(), operands,
                         types, op->getAttrs());
}

/// Whether `value` is computed from random bits and splats alone, so that a
/// view of it can be computed as well.
static bool isViewableRandom(Value value, bool anyOrder) {
  Operation *op = value.getDefiningOp();
  if (auto bits = dyn_cast_or_null<RandomBitsOp>(op))
    return anyOrder || !bits.getStrides();
  if (!op || !op->hasTrait<Elementwise>() || op->getNumResults() != 1)
    return false;
  bool random = false;
  for (Value operand : op->getOperands()) {
    if (isViewableRandom(operand, anyOrder))
      random = true;
    else if (auto constant = operand.getDefiningOp<ConstantOp>();
             !constant || !isa<SplatElementsAttr>(constant.getValue()))
      return false;
  }
  return random;
}

Value dlc::views::transposeBroadcast(PatternRewriter &rewriter, Location loc,
                                     BroadcastOp broadcast,
                                     ArrayRef<int64_t> perm) {
  SmallVector<int64_t> inverse = inversePermutation(perm);
  SmallVector<int64_t> dims = permuted(inverse, broadcast.getDims());
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(dims.size()));
  llvm::sort(order, [&](int64_t a, int64_t b) { return dims[a] < dims[b]; });
  Expr e(rewriter, loc);
  Value x = e.transpose(broadcast.getX(), order);
  RankedTensorType type = tensorType(broadcast.getResult());
  return BroadcastOp::create(rewriter, loc,
                             type.clone(permuted(type.getShape(), perm)), x,
                             permuted(dims, order));
}

bool dlc::views::foldsIntoSource(Operation *view) {
  if (view->getOperand(0).getDefiningOp<ConstantOp>())
    return true;
  auto broadcast = view->getOperand(0).getDefiningOp<BroadcastOp>();
  return broadcast &&
         (isa<TransposeOp>(view) ||
          dimsAfterReshape(broadcast, tensorType(view->getResult(0))));
}

DenseElementsAttr dlc::views::denseConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
}

Value dlc::views::reshapeConstant(PatternRewriter &rewriter, Location loc,
                                  DenseElementsAttr elements,
                                  ArrayRef<int64_t> shape) {
  ShapedType type = elements.getType().clone(shape);
  return ConstantOp::create(rewriter, loc,
                            elements.isSplat() ? elements.resizeSplat(type)
                                               : elements.reshape(type));
}

Value dlc::views::transposeConstant(PatternRewriter &rewriter, Location loc,
                                    DenseElementsAttr elements,
                                    ArrayRef<int64_t> perm) {
  ArrayRef<int64_t> from = elements.getType().getShape();
  SmallVector<int64_t> shape = permuted(from, perm);
  if (elements.isSplat() || elements.empty())
    return reshapeConstant(rewriter, loc, elements, shape);
  // Row-major: an element of the result has this place in the source.
  SmallVector<int64_t> strides = permuted(computeSuffixProduct(from), perm);
  SmallVector<int64_t> ofResult = computeSuffixProduct(shape);
  auto old = llvm::to_vector(elements.getValues<Attribute>());
  SmallVector<Attribute> values;
  for (int64_t i = 0, e = elements.getNumElements(); i < e; ++i) {
    SmallVector<int64_t> index = delinearize(i, ofResult);
    values.push_back(old[linearize(index, strides)]);
  }
  return ConstantOp::create(
      rewriter, loc,
      DenseElementsAttr::get(elements.getType().clone(shape), values));
}

bool dlc::views::absorbsInverse(Value other, Operation *view) {
  Operation *producer = other.getDefiningOp();
  if (denseConstant(other) || isViewableRandom(other, isa<TransposeOp>(view)))
    return true;
  if (auto broadcast = dyn_cast_or_null<BroadcastOp>(producer))
    return isa<TransposeOp>(view) ||
           dimsAfterReshape(broadcast, tensorType(view->getOperand(0)));
  if (auto transpose = dyn_cast_or_null<TransposeOp>(producer))
    return isa<TransposeOp>(view) &&
           transpose.getPerm() == cast<TransposeOp>(view).getPerm();
  if (auto reshape = dyn_cast_or_null<ReshapeOp>(producer))
    return isa<ReshapeOp>(view) &&
           tensorType(reshape.getX()).getShape() ==
               tensorType(view->getOperand(0)).getShape();
  return false;
}

Value dlc::views::absorbInverse(PatternRewriter &rewriter, Expr &e, Value other,
                                Operation *view) {
  auto transpose = dyn_cast<TransposeOp>(view);
  ArrayRef<int64_t> source = tensorType(view->getOperand(0)).getShape();
  Operation *op = other.getDefiningOp();
  if (DenseElementsAttr elements = denseConstant(other))
    return transpose
               ? transposeConstant(rewriter, op->getLoc(), elements,
                                   inversePermutation(transpose.getPerm()))
               : reshapeConstant(rewriter, op->getLoc(), elements, source);
  if (auto bits = dyn_cast_or_null<RandomBitsOp>(op)) {
    DenseI64ArrayAttr strides;
    if (transpose)
      strides = rewriter.getDenseI64ArrayAttr(permuted(
          bits.getElementStrides(), inversePermutation(transpose.getPerm())));
    return RandomBitsOp::create(
        rewriter, op->getLoc(), tensorType(other).clone(source), bits.getSeed(),
        bits.getStep(), bits.getNumberAttr(), bits.getWordAttr(), strides);
  }
  if (isViewableRandom(other, transpose != nullptr)) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(absorbInverse(rewriter, e, operand, view));
    return cloneWithOperands(rewriter, op, operands)->getResult(0);
  }
  if (auto broadcast = dyn_cast_or_null<BroadcastOp>(op)) {
    if (transpose)
      return transposeBroadcast(rewriter, e.location(), broadcast,
                                inversePermutation(transpose.getPerm()));
    RankedTensorType type = tensorType(other).clone(source);
    return BroadcastOp::create(rewriter, e.location(), type, broadcast.getX(),
                               *dimsAfterReshape(broadcast, type));
  }
  // The same view of another value.
  return op->getOperand(0);
}
