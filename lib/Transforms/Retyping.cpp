//===- Retyping.cpp - Types of results for other types of operands --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Retyping.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

bool dlc::hasTypeRule(RegisteredOperationName op) {
  if (op.hasInterface<InferTypeOpInterface>() || op.hasTrait<Elementwise>())
    return true;
  StringRef name = op.getStringRef();
  static constexpr StringLiteral rules[] = {
      ReshapeOp::getOperationName(),
      FlattenOp::getOperationName(),
      BroadcastOp::getOperationName(),
      OneHotOp::getOperationName(),
      ScanOp::getOperationName(),
      GradientOp::getOperationName(),
      IndexAddOp::getOperationName(),
      ScatterAddOp::getOperationName(),
      SpmmOp::getOperationName(),
      Conv2dInputGradOp::getOperationName(),
      BernoulliOp::getOperationName(),
      ClipByGlobalNormOp::getOperationName(),
      Conv2dFilterGradOp::getOperationName(),
      MaxPool2dScatterOp::getOperationName(),
      MaxPool2dGatherOp::getOperationName()};
  if (llvm::is_contained(rules, name))
    return true;
  // Ops with a type of their own, or without results.
  static constexpr StringLiteral others[] = {
      IotaOp::getOperationName(),        UniformOp::getOperationName(),
      NormalOp::getOperationName(),      GumbelOp::getOperationName(),
      PermutationOp::getOperationName(), ReadOp::getOperationName(),
      WriteOp::getOperationName(),       ReadHparamOp::getOperationName(),
      StepCountOp::getOperationName(),   MinimizeOp::getOperationName(),
      ReturnOp::getOperationName(),      YieldOp::getOperationName()};
  return llvm::is_contained(others, name);
}

FailureOr<SmallVector<Type>> Retyping::inferTypes(Operation *op) {
  Operation *now = mapping.lookup(op);
  SmallVector<Type> types;
  if (auto infer = dyn_cast<InferTypeOpInterface>(now)) {
    if (failed(infer.inferReturnTypes(
            op->getContext(), op->getLoc(), now->getOperands(),
            now->getRawDictionaryAttrs(), now->getPropertiesStorage(),
            now->getRegions(), types)))
      return failure();
    return types;
  }
  if (auto gradient = dyn_cast<GradientOp>(now))
    return llvm::to_vector(gradient.getTargets().getTypes());
  if (auto clip = dyn_cast<ClipByGlobalNormOp>(now)) {
    types.push_back(clip.getNorm().getType());
    llvm::append_range(types, clip.getGradients().getTypes());
    return types;
  }
  if (op->getNumResults() != 1)
    return failure();

  RankedTensorType result = before(op->getResult(0));
  SmallVector<int64_t> shape(result.getShape());
  auto take = [&](int64_t to, Value from, int64_t dim) {
    if (to < result.getRank() && dim < before(from).getRank() &&
        moves(from, dim))
      shape[to] = after(from).getDimSize(dim);
  };
  auto done = [&]() -> FailureOr<SmallVector<Type>> {
    return SmallVector<Type>{result.clone(shape)};
  };
  if (isa<BernoulliOp>(op) || op->hasTrait<Elementwise>()) {
    // The casts: what broadcasts infers its type.
    shape = llvm::to_vector(after(op->getOperand(0)).getShape());
    return done();
  }
  if (auto flatten = dyn_cast<FlattenOp>(op)) {
    ArrayRef<int64_t> from = after(flatten.getX()).getShape();
    int64_t start = flatten.getStartAxis();
    int64_t end = flatten.getEndAxis() ? int64_t(*flatten.getEndAxis())
                                       : int64_t(from.size()) - 1;
    if (start < 0 || start > end || end >= int64_t(from.size()))
      return failure();
    shape = llvm::to_vector(from.take_front(start));
    int64_t merged = 1;
    for (int64_t extent : from.slice(start, end + 1 - start))
      merged *= extent;
    shape.push_back(merged);
    llvm::append_range(shape, from.drop_front(end + 1));
    return done();
  }
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    for (auto [from, to] : llvm::enumerate(broadcast.getDims()))
      take(to, broadcast.getX(), from);
    return done();
  }
  if (auto oneHot = dyn_cast<OneHotOp>(op)) {
    for (int64_t dim = 0; dim + 1 < result.getRank(); ++dim)
      take(dim, oneHot.getIndex(), dim);
    return done();
  }
  if (isa<IndexAddOp, ScatterAddOp>(op)) {
    int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
    Value source = op->getOperand(0);
    for (int64_t dim = 0; dim < result.getRank(); ++dim) {
      if (op->getNumOperands() == 3)
        take(dim, op->getOperand(2), dim);
      else if (dim != axis &&
               result.getDimSize(dim) == before(source).getDimSize(dim))
        take(dim, source, dim);
      else if (dim != axis && moves(source, dim))
        return failure();
    }
    return done();
  }
  if (auto spmm = dyn_cast<SpmmOp>(op)) {
    take(1, spmm.getDense(), 1);
    if (moves(spmm.getIndptr()) && !spmm.getTranspose())
      shape[0] = after(spmm.getIndptr()).getDimSize(0) - 1;
    return done();
  }
  // Images: only their first extent follows the operand; a filter has none that
  // does.
  if (isa<Conv2dInputGradOp, MaxPool2dScatterOp, MaxPool2dGatherOp>(op))
    take(0, op->getOperand(0), 0);
  else if (!isa<Conv2dFilterGradOp>(op))
    return failure();
  return done();
}
