//===- BodyEmitter.cpp - The region of a structured op, vectorized --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "BodyEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dlc::codegen {

BodyEmitter::BodyEmitter(const LoopNest &nest,
                         std::optional<unsigned> vectorLoop)
    : nest(nest), vectorLoop(vectorLoop) {
  if (!nest.hasReduction())
    return;
  for (unsigned output = 0; output < nest.numOutputs(); ++output) {
    auto add = dyn_cast_or_null<arith::AddFOp>(matchCombiner(nest.op, output));
    if (!add)
      continue;
    for (Value operand : add->getOperands()) {
      auto product = operand.getDefiningOp<arith::MulFOp>();
      if (!product || !product->hasOneUse() ||
          product->getBlock() != add->getBlock())
        continue;
      fusedProducts[add] = product;
      skipped.insert(product);
      break;
    }
  }
}

Value BodyEmitter::widen(OpBuilder &builder, Value value, int64_t width) {
  if (width == 1 || isa<VectorType>(value.getType()))
    return value;
  Value &vector = widened[{value, width}];
  if (!vector) {
    auto type = VectorType::get({width}, value.getType());
    vector = vector::BroadcastOp::create(builder, value.getLoc(), type, value);
  }
  return vector;
}

/// The index of a loop: a number, or in the vectorized loop that number and its
/// successors.
Value BodyEmitter::emitIndex(OpBuilder &builder, linalg::IndexOp op,
                             int64_t width, IndexFn index) {
  Location loc = op.getLoc();
  std::optional<unsigned> loop = nest.loopOfDim[op.getDim()];
  if (!loop)
    return arith::ConstantIndexOp::create(builder, loc, 0);
  Value first = index(*loop);
  if (loop != vectorLoop || width == 1)
    return first;
  auto type = VectorType::get({width}, builder.getIndexType());
  Value base = vector::BroadcastOp::create(builder, loc, type, first);
  Value step = vector::StepOp::create(builder, loc, type);
  return arith::AddIOp::create(builder, loc, base, step);
}

/// acc + a * b in one operation.
Value BodyEmitter::emitFusedAccumulation(OpBuilder &builder, Operation *add,
                                         const IRMapping &values,
                                         int64_t width) {
  Operation *product = fusedProducts.lookup(add);
  Value accumulator = add->getOperand(0) == product->getResult(0)
                          ? add->getOperand(1)
                          : add->getOperand(0);
  Value a = values.lookupOrDefault(product->getOperand(0));
  Value b = values.lookupOrDefault(product->getOperand(1));
  Value c = values.lookupOrDefault(accumulator);
  if (width == 1)
    return math::FmaOp::create(builder, add->getLoc(), a, b, c);
  a = widen(builder, a, width);
  b = widen(builder, b, width);
  c = widen(builder, c, width);
  return vector::FMAOp::create(builder, add->getLoc(), a, b, c);
}

/// A load whose last index is that of the vectorized loop and whose others are
/// the same in all iterations, at once; null for anything else.
Value BodyEmitter::emitRowLoad(OpBuilder &builder, Operation *op,
                               const IRMapping &values, int64_t width,
                               IndexFn index) {
  auto load = dyn_cast<memref::LoadOp>(op);
  if (!load || load.getIndices().empty() ||
      !load.getMemRefType().getLayout().isIdentity() ||
      load.getMemRefType().getElementType().isInteger(1))
    return nullptr;
  auto column = load.getIndices().back().getDefiningOp<linalg::IndexOp>();
  if (!column || nest.loopOfDim[column.getDim()] != vectorLoop)
    return nullptr;
  SmallVector<Value> at;
  for (Value place : load.getIndices().drop_back()) {
    at.push_back(values.lookupOrDefault(place));
    if (isa<VectorType>(at.back().getType()))
      return nullptr;
  }
  at.push_back(index(*vectorLoop));
  auto type = VectorType::get({width}, load.getMemRefType().getElementType());
  return vector::LoadOp::create(builder, op->getLoc(), type, load.getMemRef(),
                                at);
}

/// Evaluates an op that has no vector form once per iteration.
void BodyEmitter::emitPerLane(OpBuilder &builder, Operation *op,
                              IRMapping &values, int64_t width) {
  SmallVector<SmallVector<Value>> lanes(op->getNumResults());
  // Values that the op uses, itself or in a region, and that differ by lane.
  SetVector<Value> varying;
  op->walk([&](Operation *user) {
    for (Value operand : user->getOperands())
      if (isa<VectorType>(values.lookupOrDefault(operand).getType()))
        varying.insert(operand);
  });
  for (int64_t lane = 0; lane < width; ++lane) {
    IRMapping laneValues(values);
    for (Value value : varying) {
      Value element = vector::ExtractOp::create(builder, op->getLoc(),
                                                values.lookup(value), lane);
      laneValues.map(value, element);
    }
    Operation *scalar = builder.clone(*op, laneValues);
    for (auto [results, result] : llvm::zip_equal(lanes, scalar->getResults()))
      results.push_back(result);
  }
  for (auto [result, elements] : llvm::zip_equal(op->getResults(), lanes)) {
    auto type = VectorType::get({width}, result.getType());
    Value vector =
        vector::FromElementsOp::create(builder, op->getLoc(), type, elements);
    values.map(result, vector);
  }
}

SmallVector<Value> BodyEmitter::emit(OpBuilder &builder, ArrayRef<Value> args,
                                     int64_t width, IndexFn index) {
  Block *body = nest.op.getBody();
  IRMapping values;
  values.map(body->getArguments(), args);
  for (Operation &op : body->without_terminator()) {
    if (skipped.contains(&op))
      continue;
    if (auto indexOp = dyn_cast<linalg::IndexOp>(op)) {
      values.map(indexOp.getResult(),
                 emitIndex(builder, indexOp, width, index));
      continue;
    }
    if (fusedProducts.contains(&op)) {
      values.map(op.getResult(0),
                 emitFusedAccumulation(builder, &op, values, width));
      continue;
    }
    bool varies = false;
    op.walk([&](Operation *user) {
      varies |= llvm::any_of(user->getOperands(), [&](Value operand) {
        return isa<VectorType>(values.lookupOrDefault(operand).getType());
      });
    });
    if (!varies) {
      builder.clone(op, values);
      continue;
    }
    if (Value row = emitRowLoad(builder, &op, values, width, index)) {
      values.map(op.getResult(0), row);
      continue;
    }
    if (!OpTrait::hasElementwiseMappableTraits(&op)) {
      emitPerLane(builder, &op, values, width);
      continue;
    }
    IRMapping operands;
    for (Value operand : op.getOperands()) {
      Value vector = widen(builder, values.lookupOrDefault(operand), width);
      operands.map(operand, vector);
    }
    Operation *vectorOp = builder.clone(op, operands);
    for (auto [result, vector] :
         llvm::zip_equal(op.getResults(), vectorOp->getResults())) {
      vector.setType(VectorType::get({width}, result.getType()));
      values.map(result, vector);
    }
  }
  SmallVector<Value> results;
  for (Value yielded : body->getTerminator()->getOperands())
    results.push_back(values.lookupOrDefault(yielded));
  return results;
}

} // namespace dlc::codegen
