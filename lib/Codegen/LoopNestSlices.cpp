//===- LoopNestSlices.cpp - Elements touched by iterations ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The check that the iterations of the loop that the nests of a kernel share
// are independent of each other.
//
//===----------------------------------------------------------------------===//

#include "LoopNest.h"

#include "dlc/Schedule/Memory.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dlc::codegen {

namespace {

/// The elements of a buffer that iteration 0 of the sliced loop touches lie in
/// [first, last]; every further iteration moves them by `stride`.
struct Footprint {
  int64_t first, last, stride;
};

} // namespace

/// The footprint of one operand, in elements of the buffer that it is a view
/// of.
static FailureOr<Footprint> footprint(const LoopNest &nest,
                                      const Access &access) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(cast<MemRefType>(access.operand.getType())
                 .getStridesAndOffset(strides, offset)) ||
      offset == ShapedType::kDynamic)
    return failure();
  Footprint result{offset + access.offset, offset + access.offset, 0};
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    int64_t way = access.strides[loop] * (nest.extents[loop] - 1);
    if (nest.slicedLoop == loop)
      result.stride = access.strides[loop];
    else
      (way < 0 ? result.first : result.last) += way;
  }
  return result;
}

namespace {

/// Collects the elements that iterations of a kernel's loop touch, and fails if
/// two of them touch the same element of a buffer that the kernel writes.
class SliceCheck {
public:
  explicit SliceCheck(ArrayRef<const LoopNest *> nests) : nests(nests) {
    for (const LoopNest *nest : nests)
      for (const Access &output : nest->outputs())
        written.insert(rootOfViews(output.operand));
  }

  LogicalResult run() {
    for (const LoopNest *nest : nests)
      if (!llvm::is_contained(nest->extents, 0) && nest->slicedLoop &&
          nest->extents[*nest->slicedLoop] > 1 && failed(check(*nest)))
        return nest->op.emitError(
            "touches elements of a buffer that its kernel writes in another "
            "iteration of the loop over dimension 0; such a kernel can't be "
            "shared out");
    return success();
  }

private:
  LogicalResult check(const LoopNest &nest);
  LogicalResult checkLoads(const LoopNest &nest);
  LogicalResult add(Value buffer, FailureOr<Footprint> own);

  ArrayRef<const LoopNest *> nests;
  DenseSet<Value> written;
  DenseMap<Value, Footprint> ofBuffer;
};

} // namespace

LogicalResult SliceCheck::add(Value buffer, FailureOr<Footprint> own) {
  if (failed(own))
    return failure();
  auto [known, isNew] = ofBuffer.try_emplace(buffer, *own);
  Footprint &all = known->second;
  all.first = std::min(all.first, own->first);
  all.last = std::max(all.last, own->last);
  return success(own->stride == all.stride &&
                 all.last - all.first < all.stride);
}

LogicalResult SliceCheck::check(const LoopNest &nest) {
  for (const Access &access : nest.accesses) {
    if (access.isScalar())
      continue;
    Value buffer = rootOfViews(access.operand);
    if (written.contains(buffer) &&
        failed(add(buffer, footprint(nest, access))))
      return failure();
  }
  return checkLoads(nest);
}

/// Loads of the body at computed places have to be of the iteration's own row:
/// any element of it.
LogicalResult SliceCheck::checkLoads(const LoopNest &nest) {
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(nest.op.getRegion(), captured);
  for (Value value : captured) {
    auto type = dyn_cast<MemRefType>(value.getType());
    if (!type || !written.contains(rootOfViews(value)))
      continue;
    SmallVector<int64_t> strides;
    int64_t offset = 0;
    if (type.getRank() == 0 ||
        failed(type.getStridesAndOffset(strides, offset)) ||
        offset == ShapedType::kDynamic)
      return failure();
    int64_t last = offset;
    for (int64_t dim = 1; dim < type.getRank(); ++dim)
      last += strides[dim] * (type.getDimSize(dim) - 1);
    for (Operation *user : value.getUsers()) {
      if (!nest.op->isProperAncestor(user))
        continue;
      auto load = dyn_cast<memref::LoadOp>(user);
      auto row = load ? load.getIndices()[0].getDefiningOp<linalg::IndexOp>()
                      : linalg::IndexOp();
      if (!row || nest.loopOfDim[row.getDim()] != nest.slicedLoop ||
          failed(add(rootOfViews(value), Footprint{offset, last, strides[0]})))
        return failure();
    }
  }
  return success();
}

LogicalResult verifyIndependentSlices(ArrayRef<const LoopNest *> nests) {
  return SliceCheck(nests).run();
}

} // namespace dlc::codegen
