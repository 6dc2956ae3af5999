//===- Loops.cpp - Ops that are no loop nest over elements ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Loops.h"

#include "Common.h"
#include "dlc/Machine/TargetInfo.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

Value Loops::constant(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value Loops::add(Value x, Value y) {
  return arith::AddIOp::create(b, loc, x, y);
}
Value Loops::sub(Value x, Value y) {
  return arith::SubIOp::create(b, loc, x, y);
}
Value Loops::mul(Value x, int64_t factor) {
  if (factor == 1)
    return x;
  Value y = constant(factor);
  return arith::MulIOp::create(b, loc, x, y);
}
Value Loops::min(Value x, Value y) {
  return arith::MinSIOp::create(b, loc, x, y);
}
Value Loops::div(Value x, int64_t divisor) {
  if (divisor == 1)
    return x;
  Value y = constant(divisor);
  return arith::DivUIOp::create(b, loc, x, y);
}
Value Loops::rem(Value x, int64_t divisor) {
  Value y = constant(divisor);
  return arith::RemUIOp::create(b, loc, x, y);
}

SmallVector<Value> Loops::repeat(Value first, Value last, ValueRange carried,
                                 Body body, bool vectorized) {
  Value one = constant(1);
  auto loop = scf::ForOp::create(b, loc, first, last, one, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> values =
        body(loop.getInductionVar(), loop.getRegionIterArgs());
    scf::YieldOp::create(b, loc, values);
  }
  // LLVM's vectoriser is otherwise off.
  if (vectorized)
    loop->setAttr(
        "llvm.loop_annotation",
        parseAttribute("#llvm.loop_annotation<vectorize = <disable = false>>",
                       b.getContext()));
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> Loops::tasks(int64_t count, ValueRange tensors, Body body) {
  Value first = constant(0), last = constant(count);
  SmallVector<Value> results = repeat(first, last, tensors, body);
  results.front().getDefiningOp()->setAttr(names::tasks, b.getUnitAttr());
  return results;
}

static SmallVector<ReassociationIndices> allAsOne(int64_t rank) {
  return {llvm::to_vector_of<int64_t, 2>(llvm::seq<int64_t>(0, rank))};
}

Value Loops::flat(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getRank() == 1)
    return tensor;
  auto flat = type.clone({type.getNumElements()});
  if (type.getRank() == 0)
    return tensor::ExpandShapeOp::create(b, loc, flat, tensor,
                                         ArrayRef<ReassociationIndices>());
  return tensor::CollapseShapeOp::create(b, loc, flat, tensor,
                                         allAsOne(type.getRank()));
}

Value Loops::flatEmpty(RankedTensorType type) {
  return makeEmpty(b, loc, type.clone({type.getNumElements()}));
}

Value Loops::shaped(Value flat, RankedTensorType type) {
  if (type.getRank() == 1)
    return flat;
  if (type.getRank() == 0)
    return tensor::CollapseShapeOp::create(b, loc, type, flat,
                                           ArrayRef<ReassociationIndices>());
  return tensor::ExpandShapeOp::create(b, loc, type, flat,
                                       allAsOne(type.getRank()));
}

Value Loops::read(Value tensor, Value at) {
  return tensor::ExtractOp::create(b, loc, tensor, at);
}

Value Loops::readIndex(Value tensor, Value at, bool isUnsigned) {
  Value element = read(tensor, at);
  if (isUnsigned)
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), element);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), element);
}

Value Loops::write(Value element, Value tensor, Value at) {
  return tensor::InsertOp::create(b, loc, element, tensor, at);
}

Value Loops::zero(Type element) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
}

Value Loops::sum(Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, x, y);
  return arith::AddIOp::create(b, loc, x, y);
}

Value Loops::product(Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return arith::MulFOp::create(b, loc, x, y);
  return arith::MulIOp::create(b, loc, x, y);
}

AxisView::AxisView(ArrayRef<int64_t> shape, int64_t axis) {
  for (auto [i, extent] : llvm::enumerate(shape))
    (int64_t(i) < axis    ? outer
     : int64_t(i) == axis ? this->extent
                          : inner) *= extent;
}

static TargetInfo targetOf(Loops &loops) {
  // The pass has verified it.
  FailureOr<TargetInfo> described =
      TargetInfo::get(loops.builder().getInsertionBlock()->getParentOp());
  return described.value_or(TargetInfo());
}

Blocks::Blocks(int64_t size, int64_t elements)
    : size(size), count(llvm::divideCeil(elements, size)), elements(elements) {}

std::optional<Blocks> Blocks::ofRows(Loops &loops, int64_t rows,
                                     int64_t elements) {
  // To look at an index takes as long as to copy a vector or two.
  int64_t most = elements / 8;
  if (most < 8 || rows < 2)
    return std::nullopt;
  int64_t enough = llvm::divideCeil(targetOf(loops).leastTasks, 4);
  return Blocks(llvm::divideCeil(rows, std::min(enough, most)), rows);
}

Blocks::Blocks(Loops &loops, int64_t elements, int64_t others)
    : elements(elements) {
  TargetInfo target = targetOf(loops);
  // A line of f32: tasks do not write to one line, but for narrow types.
  int64_t least = target.lineBytes / 4, most = std::max<int64_t>(256, least);
  // Each task reads all indices again: fewer of them than of tiles.
  int64_t enough = llvm::divideCeil(target.leastTasks, 4);
  int64_t wanted = llvm::divideCeil(enough, std::max<int64_t>(1, others));
  size = llvm::divideCeil(std::max<int64_t>(1, elements), wanted);
  size = std::clamp<int64_t>(llvm::alignTo(size, least), least, most);
  count = llvm::divideCeil(elements, size);
}

std::pair<Value, Value> Blocks::bounds(Loops &loops, Value number) const {
  Value first = loops.mul(number, size);
  Value size = loops.constant(this->size), all = loops.constant(elements);
  Value next = loops.add(first, size);
  Value last = loops.min(next, all);
  return {first, last};
}
