//===- Table.cpp - Reading and adding at computed places ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

/// Whether all entries of an index are in [0, limit); a fault if not.
static bool checkIndex(const Call &call, Operation *op, StringRef name,
                       StringRef operand, const Tensor &index, int64_t limit) {
  for (int64_t i = 0, e = index.size(); i < e; ++i) {
    if (index.integer(i) >= 0 && index.integer(i) < limit)
      continue;
    call.fault(dl::indexFaultMessage(op->getLoc(), name, operand, limit));
    return false;
  }
  return true;
}

/// The same for an index that must begin with 0 and not descend.
static bool checkGrowth(const Call &call, Operation *op) {
  for (const dl::TableIndex &index :
       cast<dl::IndexesTable>(op).getTableIndices()) {
    const Tensor &entries = call.operand(index.operand);
    if (!index.ascends || entries.size() == 0)
      continue;
    auto fault = [&](const std::string &name, int64_t limit) {
      call.fault(dl::indexFaultMessage(
          op->getLoc(), op->getName().getStringRef(), name, limit));
      return false;
    };
    if (entries.integer(0) != 0)
      return fault(index.first(), 1);
    for (int64_t i = 1; i < entries.size(); ++i)
      if (entries.integer(i) < entries.integer(i - 1))
        return fault(index.growth(), index.limit);
  }
  return true;
}

bool dlc::interp::checkIndices(const Call &call, Operation *op) {
  for (const dl::TableIndex &index :
       cast<dl::IndexesTable>(op).getTableIndices())
    if (!checkIndex(call, op, op->getName().getStringRef(), index.name,
                    call.operand(index.operand), index.limit))
      return false;
  // Checks of their own where faults are collected.
  return call.faultsCollected() || checkGrowth(call, op);
}

static Tensor checkIndexOp(dl::CheckIndexOp op, const Call &call) {
  const Tensor &index = call.operand(0);
  if (!call.faultsCollected()) {
    checkIndex(call, op, op.getOp(), op.getOperand(), index, op.getLimit());
    return index;
  }
  Tensor inside(index.type());
  for (int64_t i = 0, e = index.size(); i < e; ++i)
    inside.set(i, std::clamp<int64_t>(index.integer(i), 0, op.getLimit() - 1));
  return inside;
}

/// 1 + the number of the first index with an entry outside; 0 for none.
static Tensor firstFault(dl::FirstFaultOp op, const Call &call) {
  Tensor fault(call.type());
  for (auto [number, limit] : llvm::enumerate(op.getLimits())) {
    const Tensor &index = call.operand(number);
    for (int64_t i = 0, e = index.size(); i < e; ++i)
      if (index.integer(i) < 0 || index.integer(i) >= limit) {
        fault.set(0, int64_t(number) + 1);
        return fault;
      }
  }
  return fault;
}

/// Calls visit(i, j) for element i of a tensor that has an index in place of
/// dimension `axis` of a table, and element j of the table.
static void forEachSelected(ArrayRef<int64_t> table, const Tensor &index,
                            int64_t axis,
                            function_ref<void(int64_t, int64_t)> visit) {
  int64_t outer = 1, inner = 1;
  for (int64_t extent : table.take_front(axis))
    outer *= extent;
  for (int64_t extent : table.drop_front(axis + 1))
    inner *= extent;
  int64_t i = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t j = 0; j < index.size(); ++j)
      for (int64_t n = 0; n < inner; ++n)
        visit(i++, (o * table[axis] + index.integer(j)) * inner + n);
}

static Tensor indexSelect(dl::IndexSelectOp op, const Call &call) {
  Tensor result(call.type());
  const Tensor &x = call.operand(0);
  if (checkIndices(call, op))
    forEachSelected(x.shape(), call.operand(1), op.getAxis(),
                    [&](int64_t i, int64_t from) { result.copy(i, x, from); });
  return result;
}

/// Adds element i of a tensor to a sum.
static void addElement(Sums &sums, int64_t to, const Tensor &x, int64_t i) {
  if (x.isFloat())
    sums.add(to, x.real(i));
  else
    sums.add(to, x.integer(i));
}

/// Sums that start from a tensor, if there is one.
template <typename Op>
static Sums startSums(Op op, const Call &call) {
  Sums sums(call.type());
  if (op.getInto())
    for (int64_t i = 0, e = call.operand(2).size(); i < e; ++i)
      addElement(sums, i, call.operand(2), i);
  return sums;
}

static Tensor indexAdd(dl::IndexAddOp op, const Call &call) {
  Sums sums = startSums(op, call);
  if (checkIndices(call, op))
    forEachSelected(call.type().getShape(), call.operand(1), op.getAxis(),
                    [&](int64_t i, int64_t to) {
                      addElement(sums, to, call.operand(0), i);
                    });
  return sums.rounded();
}

static std::vector<Tensor> unique(dl::UniqueOp op, const Call &call) {
  std::vector<Tensor> results;
  for (Type type : op->getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  const Tensor &index = call.operand(0);
  DenseMap<int64_t, int64_t> known;
  for (int64_t i = 0, e = index.size(); i < e; ++i) {
    int64_t place = index.integer(i);
    if (place < 0 || place >= int64_t(op.getLimit()))
      continue;
    int64_t number = known.try_emplace(place, known.size()).first->second;
    results[0].set(number, place);
    results[1].set(i, number);
  }
  results[2].set(0, int64_t(known.size()));
  return results;
}

static Tensor indexCopy(dl::IndexCopyOp op, const Call &call) {
  Tensor result = call.operand(op.getIntoMutable().getOperandNumber());
  if (!checkIndices(call, op))
    return result;
  const Tensor &index = call.operand(1);
  int64_t count = op.getCount() ? call.operand(2).integer(0) : index.size();
  int64_t inner = index.size() ? call.operand(0).size() / index.size() : 0;
  forEachSelected(result.shape(), index, 0, [&](int64_t i, int64_t to) {
    if (i / inner < count)
      result.copy(to, call.operand(0), i);
  });
  return result;
}

static Tensor gather(dl::GatherOp op, const Call &call) {
  const Tensor &x = call.operand(0), &index = call.operand(1);
  if (!checkIndices(call, op))
    return Tensor(call.type());
  return rearrange(call.type(), x,
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     llvm::copy(to, from.begin());
                     from[op.getAxis()] = index.integer(index.at(to));
                     return true;
                   });
}

static Tensor scatterAdd(dl::ScatterAddOp op, const Call &call) {
  const Tensor &source = call.operand(0), &index = call.operand(1);
  Sums sums = startSums(op, call);
  Tensor shape(call.type());
  if (checkIndices(call, op))
    forEachIndex(index.shape(), [&](ArrayRef<int64_t> from) {
      SmallVector<int64_t> to(from);
      to[op.getAxis()] = index.integer(index.at(from));
      addElement(sums, shape.at(to), source, source.at(from));
    });
  return sums.rounded();
}

void dlc::interp::registerTable(MLIRContext *c) {
  model<dl::CheckIndexOp>(c, checkIndexOp);
  model<dl::FirstFaultOp>(c, firstFault);
  model<dl::GatherOp>(c, gather);
  model<dl::IndexAddOp>(c, indexAdd);
  model<dl::IndexCopyOp>(c, indexCopy);
  model<dl::IndexSelectOp>(c, indexSelect);
  model<dl::ScatterAddOp>(c, scatterAdd);
  model<dl::UniqueOp>(c, unique);
}
