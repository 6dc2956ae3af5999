//===- LoopNest.cpp - A structured op as loops over flat buffers ----------===//

#include "LoopNest.h"
#include "MemoryPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dlc::codegen {

bool Access::isScalar() const { return !isa<MemRefType>(operand.getType()); }

int64_t Access::elementBytes() const {
  if (elementType.isIndex())
    return 8;
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

bool LoopNest::outputsInvariantInReductions() const {
  for (unsigned loop = 0; loop < numLoops(); ++loop) {
    if (parallel[loop])
      continue;
    for (const Access &output : outputs())
      if (!output.isInvariant(loop))
        return false;
  }
  return true;
}

/// Adds `expr * factor` to the linear form (`strides`, `offset`). Fails on
/// anything but sums of dimensions times constants.
static LogicalResult addLinear(AffineExpr expr, int64_t factor,
                               MutableArrayRef<int64_t> strides,
                               int64_t &offset) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    strides[dim.getPosition()] += factor;
    return success();
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    offset += factor * constant.getValue();
    return success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return failure();
  if (expr.getKind() == AffineExprKind::Add)
    return success(
        succeeded(addLinear(binary.getLHS(), factor, strides, offset)) &&
        succeeded(addLinear(binary.getRHS(), factor, strides, offset)));
  if (expr.getKind() == AffineExprKind::Mul)
    if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS()))
      return addLinear(binary.getLHS(), factor * constant.getValue(), strides,
                       offset);
  return failure();
}

/// The linear form of `operand` under `map`, over the dimensions of the op.
static FailureOr<Access> analyzeOperand(linalg::GenericOp op,
                                        OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  Access access;
  access.operand = operand.get();
  access.strides.assign(op.getNumLoops(), 0);
  auto type = dyn_cast<MemRefType>(operand.get().getType());
  if (!type) {
    access.elementType = operand.get().getType();
    if (isa<ShapedType>(access.elementType))
      return op.emitError("operand #")
             << operand.getOperandNumber() << " is a " << access.elementType
             << "; expected a memref of static shape";
    return access;
  }
  access.elementType = type.getElementType();
  SmallVector<int64_t> memrefStrides;
  int64_t memrefOffset = 0;
  if (!type.hasStaticShape() ||
      failed(type.getStridesAndOffset(memrefStrides, memrefOffset)) ||
      llvm::is_contained(memrefStrides, ShapedType::kDynamic))
    return op.emitError("operand #")
           << operand.getOperandNumber() << " is a " << type
           << "; expected a memref of static shape and strides";
  for (auto [result, stride] : llvm::zip_equal(map.getResults(), memrefStrides))
    if (failed(addLinear(result, stride, access.strides, access.offset)))
      return op.emitError("operand #")
             << operand.getOperandNumber() << " is indexed by "
             << AffineMapAttr::get(map)
             << "; expected sums of dimensions times constants";
  return access;
}

/// Removes loop `loop` from `nest`.
static void eraseLoop(LoopNest &nest, unsigned loop) {
  nest.extents.erase(nest.extents.begin() + loop);
  nest.parallel.erase(nest.parallel.begin() + loop);
  for (Access &access : nest.accesses)
    access.strides.erase(access.strides.begin() + loop);
  for (std::optional<unsigned> &position : nest.loopOfDim) {
    if (position == loop)
      position = std::nullopt;
    else if (position && *position > loop)
      --*position;
  }
  if (nest.slicedLoop && *nest.slicedLoop > loop)
    --*nest.slicedLoop;
}

/// True if loops `outer` and `outer + 1` visit what one long loop would.
static bool canMerge(const LoopNest &nest, unsigned outer,
                     ArrayRef<bool> indexed) {
  unsigned inner = outer + 1;
  if (nest.parallel[outer] != nest.parallel[inner] || indexed[outer] ||
      indexed[inner] || nest.slicedLoop == outer || nest.slicedLoop == inner)
    return false;
  return llvm::all_of(nest.accesses, [&](const Access &access) {
    return access.strides[outer] == access.strides[inner] * nest.extents[inner];
  });
}

/// Merges neighbouring loops where possible, innermost first.
static void mergeLoops(LoopNest &nest) {
  SmallVector<bool> indexed(nest.numLoops(), false);
  nest.op.getBody()->walk([&](linalg::IndexOp index) {
    if (std::optional<unsigned> loop = nest.loopOfDim[index.getDim()])
      indexed[*loop] = true;
  });
  for (unsigned outer = nest.numLoops(); outer-- > 0;) {
    if (outer + 1 >= nest.numLoops() || !canMerge(nest, outer, indexed))
      continue;
    // The inner loop keeps its strides and takes over the outer trip count.
    nest.extents[outer + 1] *= nest.extents[outer];
    eraseLoop(nest, outer);
    indexed.erase(indexed.begin() + outer);
  }
}

/// The dimension of `op` that dimension 0 of all outputs is indexed by; none
/// inside if that dimension has a single element.
static FailureOr<std::optional<unsigned>> findSlicedDim(linalg::GenericOp op) {
  std::optional<unsigned> sliced;
  for (OpOperand &output : op.getDpsInitsMutable()) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    if (map.getNumResults() == 0)
      return op.emitError("has a scalar output in a kernel that is sliced "
                          "along dimension 0 of the outputs");
    auto dim = dyn_cast<AffineDimExpr>(map.getResult(0));
    if (!dim) {
      if (cast<MemRefType>(output.get().getType()).getDimSize(0) == 1)
        continue;
      return op.emitError("indexes an output by ")
             << AffineMapAttr::get(map)
             << "; a sliced kernel needs a plain dimension as first result";
    }
    if (sliced && *sliced != dim.getPosition())
      return op.emitError("outputs disagree about the dimension that the "
                          "kernel is sliced along");
    sliced = dim.getPosition();
  }
  if (sliced &&
      op.getIteratorTypesArray()[*sliced] != utils::IteratorType::parallel)
    return op.emitError("the dimension that the kernel is sliced along is not "
                        "parallel");
  return sliced;
}

FailureOr<LoopNest> analyzeLoopNest(linalg::GenericOp op, bool sliced) {
  if (!op.hasPureBufferSemantics())
    return op.emitError("works on tensors; expected memrefs");
  LoopNest nest;
  nest.op = op;
  nest.numInputs = op.getNumDpsInputs();
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<Access> access = analyzeOperand(op, operand);
    if (failed(access))
      return failure();
    nest.accesses.push_back(*access);
  }
  nest.extents = op.getStaticLoopRanges();
  SmallVector<utils::IteratorType> types = op.getIteratorTypesArray();
  for (unsigned dim = 0; dim < types.size(); ++dim) {
    // A loop that does not move some output writes it repeatedly: its order
    // counts, whatever the op calls it.
    bool movesOutputs = llvm::all_of(nest.outputs(), [&](const Access &output) {
      return nest.extents[dim] == 1 || !output.isInvariant(dim);
    });
    nest.parallel.push_back(types[dim] == utils::IteratorType::parallel &&
                            movesOutputs);
    nest.loopOfDim.push_back(dim);
  }
  if (sliced) {
    auto slicedDim = findSlicedDim(op);
    if (failed(slicedDim))
      return failure();
    nest.slicedLoop = *slicedDim;
  }
  if (llvm::is_contained(nest.extents, 0))
    return nest;
  for (unsigned loop = nest.numLoops(); loop-- > 0;)
    if (nest.extents[loop] == 1 && nest.slicedLoop != loop)
      eraseLoop(nest, loop);
  mergeLoops(nest);
  return nest;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

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

/// Collects what the iterations of a kernel's loop touch, and fails where two
/// of them touch the same element of a buffer that the kernel writes.
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

/// What the body loads at computed places has to be of the iteration's own row:
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

Operation *matchCombiner(linalg::GenericOp op, unsigned output) {
  Block *body = op.getBody();
  BlockArgument accumulator = body->getArgument(op.getNumDpsInputs() + output);
  Operation *combiner =
      body->getTerminator()->getOperand(output).getDefiningOp();
  if (!combiner || combiner->getBlock() != body || !accumulator.hasOneUse() ||
      *accumulator.user_begin() != combiner)
    return nullptr;
  if (!isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp,
           arith::MaxNumFOp, arith::MinNumFOp, arith::AddIOp, arith::MulIOp,
           arith::MaxSIOp, arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp,
           arith::AndIOp, arith::OrIOp, arith::XOrIOp>(combiner))
    return nullptr;
  return arith::getNeutralElement(combiner) ? combiner : nullptr;
}

Value matchFill(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isPermutation())
    return nullptr;
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(yielded)) {
    if (argument.getOwner() != op.getBody())
      return yielded;
    Value operand = op->getOperand(argument.getArgNumber());
    return isa<ShapedType>(operand.getType()) ? nullptr : operand;
  }
  return yielded.getParentBlock() == op.getBody() ? nullptr : yielded;
}

} // namespace dlc::codegen
