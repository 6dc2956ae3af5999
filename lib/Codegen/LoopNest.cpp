//===- LoopNest.cpp - A structured op as loops over flat buffers ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LoopNest.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Schedule/Memory.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IntegerSet.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace dlc::codegen {

bool Access::isScalar() const { return !isa<MemRefType>(operand.getType()); }

int64_t Access::elementBytes() const { return dl::elementBytes(elementType); }

int64_t footprint(const Access &access, ArrayRef<int64_t> extents) {
  int64_t span = 1, steps = 1;
  for (auto [stride, extent] : llvm::zip_equal(access.strides, extents)) {
    span += std::abs(stride) * (extent - 1);
    if (stride != 0)
      steps *= extent;
  }
  return std::min(span, steps) * access.elementBytes();
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

/// The conditions of `dl.domain`, over the dimensions of the op.
static FailureOr<std::vector<Condition>> analyzeDomain(linalg::GenericOp op) {
  std::vector<Condition> conditions;
  auto domain = op->getAttrOfType<IntegerSetAttr>(names::domain);
  if (!domain)
    return conditions;
  IntegerSet set = domain.getValue();
  if (set.getNumDims() != op.getNumLoops())
    return op.emitError() << names::domain << " is a set over "
                          << set.getNumDims() << " dimensions; the op has "
                          << op.getNumLoops();
  for (AffineExpr expr : set.getConstraints()) {
    Condition condition;
    condition.factors.assign(op.getNumLoops(), 0);
    if (failed(addLinear(expr, 1, condition.factors, condition.constant)))
      return op.emitError() << names::domain << " is " << domain
                            << "; expected sums of dimensions times constants";
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

/// Removes loop `loop` from `nest`.
static void eraseLoop(LoopNest &nest, unsigned loop) {
  nest.extents.erase(nest.extents.begin() + loop);
  nest.parallel.erase(nest.parallel.begin() + loop);
  for (Access &access : nest.accesses)
    access.strides.erase(access.strides.begin() + loop);
  for (Condition &condition : nest.conditions)
    condition.factors.erase(condition.factors.begin() + loop);
  auto renumber = [&](MutableArrayRef<std::optional<unsigned>> loopOfDim) {
    for (std::optional<unsigned> &position : loopOfDim) {
      if (position == loop)
        position = std::nullopt;
      else if (position && *position > loop)
        --*position;
    }
  };
  renumber(nest.loopOfDim);
  for (Epilogue &epilogue : nest.epilogues)
    renumber(epilogue.loopOfDim);
  if (nest.slicedLoop && *nest.slicedLoop > loop)
    --*nest.slicedLoop;
}

/// True if loops `outer` and `outer + 1` can become one loop.
static bool canMerge(const LoopNest &nest, unsigned outer,
                     ArrayRef<bool> indexed) {
  unsigned inner = outer + 1;
  if (nest.parallel[outer] != nest.parallel[inner] || indexed[outer] ||
      indexed[inner] || nest.slicedLoop == outer || nest.slicedLoop == inner)
    return false;
  for (const Condition &condition : nest.conditions)
    if (condition.involves(outer) || condition.involves(inner))
      return false;
  return llvm::all_of(nest.accesses, [&](const Access &access) {
    return access.strides[outer] == access.strides[inner] * nest.extents[inner];
  });
}

/// Merges neighbouring loops where possible, innermost first.
static void mergeLoops(LoopNest &nest) {
  SmallVector<bool> indexed(nest.numLoops(), false);
  auto findIndexed = [&](linalg::GenericOp op,
                         ArrayRef<std::optional<unsigned>> loopOfDim) {
    op.getBody()->walk([&](linalg::IndexOp index) {
      if (std::optional<unsigned> loop = loopOfDim[index.getDim()])
        indexed[*loop] = true;
    });
  };
  findIndexed(nest.op, nest.loopOfDim);
  for (const Epilogue &epilogue : nest.epilogues)
    findIndexed(epilogue.op, epilogue.loopOfDim);
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

/// One loop for each dimension of the op.
static FailureOr<LoopNest> analyzeDims(linalg::GenericOp op, bool sliced) {
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
  nest.numOperands = nest.accesses.size();
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
  FailureOr<std::vector<Condition>> conditions = analyzeDomain(op);
  if (failed(conditions))
    return failure();
  nest.conditions = std::move(*conditions);
  if (sliced) {
    auto slicedDim = findSlicedDim(op);
    if (failed(slicedDim))
      return failure();
    nest.slicedLoop = *slicedDim;
  }
  return nest;
}

/// The only reduction loop of a condition, if it has exactly one.
static std::optional<unsigned> reductionOf(const LoopNest &nest,
                                           const Condition &condition) {
  std::optional<unsigned> found;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (nest.parallel[loop] || !condition.involves(loop))
      continue;
    if (found)
      return std::nullopt;
    found = loop;
  }
  return found;
}

/// How much of the iterations the conditions on `reduction` leave, between 0
/// and 1.
static double shareOf(const LoopNest &nest, unsigned reduction) {
  constexpr int64_t most = 1 << 16;
  SmallVector<unsigned> loops;
  int64_t points = 1;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (llvm::any_of(nest.conditions, [&](const Condition &condition) {
          return condition.involves(reduction) && condition.involves(loop);
        })) {
      loops.push_back(loop);
      points *= nest.extents[loop];
      if (points > most)
        return 1;
    }
  int64_t holding = 0;
  for (int64_t point = 0; point < points; ++point) {
    bool holds = true;
    for (const Condition &condition : nest.conditions) {
      if (!condition.involves(reduction))
        continue;
      int64_t rest = point, sum = condition.constant;
      for (unsigned loop : loops) {
        sum += condition.factors[loop] * (rest % nest.extents[loop]);
        rest /= nest.extents[loop];
      }
      holds &= sum >= 0;
    }
    holding += holds;
  }
  return double(holding) / points;
}

/// Drops conditions that cost more than the products they skip: they keep apart
/// loops that could be merged.
static void keepUsefulConditions(LoopNest &nest) {
  constexpr double least = 1.0 / 16;
  constexpr double leastReuse = 32;
  llvm::erase_if(nest.conditions, [&](const Condition &condition) {
    return !reductionOf(nest, condition);
  });
  double share = 1, iterations = 1, elements = 0;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    iterations *= nest.extents[loop];
    if (!nest.parallel[loop])
      share *= shareOf(nest, loop);
  }
  for (const Access &access : nest.accesses)
    elements += double(footprint(access, nest.extents)) / access.elementBytes();
  // A kernel bound by memory takes as long without these products.
  if (share > 1 - least || iterations < leastReuse * elements ||
      !nest.outputsInvariantInReductions())
    nest.conditions.clear();
}

/// As few loops as possible.
static void simplifyLoops(LoopNest &nest) {
  if (llvm::is_contained(nest.extents, 0))
    return;
  for (unsigned loop = nest.numLoops(); loop-- > 0;)
    if (nest.extents[loop] == 1 && nest.slicedLoop != loop)
      eraseLoop(nest, loop);
  if (!nest.conditions.empty())
    keepUsefulConditions(nest);
  mergeLoops(nest);
}

FailureOr<LoopNest> analyzeLoopNest(linalg::GenericOp op, bool sliced) {
  FailureOr<LoopNest> nest = analyzeDims(op, sliced);
  if (succeeded(nest))
    simplifyLoops(*nest);
  return nest;
}

//===----------------------------------------------------------------------===//
// Epilogues
//===----------------------------------------------------------------------===//

namespace {

/// The dimensions of an epilogue in terms of the loops of its nest.
class DimMap {
public:
  /// Such that an operand of the epilogue, as `own` over dimensions of
  /// `extents`, is what `access` is over the loops of the nest. Either way all
  /// elements are visited in the order of memory, so that each dimension is one
  /// loop or several neighbouring ones.
  static std::optional<DimMap> find(const LoopNest &nest, const Access &access,
                                    const Access &own,
                                    ArrayRef<int64_t> extents);

  /// The strides over the loops of the nest.
  SmallVector<int64_t> map(ArrayRef<int64_t> strides) const {
    SmallVector<int64_t> result(numLoops, 0);
    for (auto [stride, group] : llvm::zip_equal(strides, groups))
      for (auto [loop, steps] : group)
        result[loop] = stride * steps;
    return result;
  }
  /// The loop that a dimension is; none if it is several.
  std::optional<unsigned> loopOf(unsigned dim) const {
    if (groups[dim].size() != 1)
      return std::nullopt;
    return groups[dim].front().first;
  }
  bool isSeveral(unsigned dim) const { return groups[dim].size() > 1; }

private:
  unsigned numLoops = 0;
  /// For each dimension, the loops that it goes through, and how many steps of
  /// it one step of the loop is.
  SmallVector<SmallVector<std::pair<unsigned, int64_t>>> groups;
};

} // namespace

std::optional<DimMap> DimMap::find(const LoopNest &nest, const Access &access,
                                   const Access &own,
                                   ArrayRef<int64_t> extents) {
  DimMap result;
  result.numLoops = nest.numLoops();
  unsigned found = 0, wanted = 0;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    wanted += nest.parallel[loop] && nest.extents[loop] > 1;
  for (auto [stride, extent] : llvm::zip_equal(own.strides, extents)) {
    SmallVector<std::pair<unsigned, int64_t>> group;
    if (extent > 1 && stride <= 0)
      return std::nullopt;
    // Innermost loop first.
    for (int64_t next = stride; extent > 1 && next != stride * extent;) {
      std::optional<unsigned> match;
      for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
        if (nest.parallel[loop] && nest.extents[loop] > 1 &&
            access.strides[loop] == next)
          match = loop;
      if (!match || next > stride * extent)
        return std::nullopt;
      group.push_back({*match, next / stride});
      next *= nest.extents[*match];
      ++found;
    }
    result.groups.push_back(group);
  }
  if (found != wanted)
    return std::nullopt;
  return result;
}

/// The first element of an access in the buffer that it is a view of.
static std::optional<int64_t> startOf(const Access &access) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(cast<MemRefType>(access.operand.getType())
                 .getStridesAndOffset(strides, offset)) ||
      offset == ShapedType::kDynamic)
    return std::nullopt;
  return offset + access.offset;
}

/// Whether an element of one buffer is read or written at the same iteration by
/// both.
static bool areSameElements(const LoopNest &nest, const Access &a,
                            const Access &b) {
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.extents[loop] > 1 && a.strides[loop] != b.strides[loop])
      return false;
  return startOf(a) && startOf(a) == startOf(b);
}

/// Adds an epilogue to a nest with one loop for each dimension.
static LogicalResult addEpilogue(LoopNest &nest, linalg::GenericOp op) {
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op.getRegion(), captured);
  if (llvm::any_of(captured,
                   [](Value v) { return isa<MemRefType>(v.getType()); }) ||
      llvm::any_of(op.getIteratorTypesArray(), [](utils::IteratorType type) {
        return type != utils::IteratorType::parallel;
      }))
    return failure();
  // The numbers of the accesses that results are.
  SmallVector<unsigned> results;
  for (unsigned i = nest.numInputs; i < nest.numOperands; ++i)
    results.push_back(i);
  for (const Epilogue &earlier : nest.epilogues)
    for (unsigned i = earlier.numInputs; i < earlier.op->getNumOperands(); ++i)
      results.push_back(earlier.firstAccess + i);

  Epilogue epilogue{op,
                    unsigned(nest.accesses.size()),
                    unsigned(op.getNumDpsInputs()),
                    {},
                    {}};
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<Access> own;
  std::optional<DimMap> dims;
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<Access> access = analyzeOperand(op, operand);
    if (failed(access))
      return failure();
    for (unsigned result : results)
      if (!dims && operand.getOperandNumber() < epilogue.numInputs &&
          !access->isScalar() &&
          rootOfViews(access->operand) ==
              rootOfViews(nest.accesses[result].operand))
        dims = DimMap::find(nest, nest.accesses[result], *access, extents);
    own.push_back(*access);
  }
  if (!dims)
    return failure();
  for (Access &access : own)
    access.strides = dims->map(access.strides);
  for (unsigned dim = 0; dim < extents.size(); ++dim)
    epilogue.loopOfDim.push_back(dims->loopOf(dim));
  WalkResult indices = op.getBody()->walk([&](linalg::IndexOp index) {
    return dims->isSeveral(index.getDim()) ? WalkResult::interrupt()
                                           : WalkResult::advance();
  });
  if (indices.wasInterrupted())
    return failure();

  // An input is a result at the same iteration, or something else.
  for (unsigned i = 0; i < epilogue.numInputs; ++i) {
    std::optional<unsigned> number;
    for (auto [candidate, result] : llvm::enumerate(results)) {
      const Access &made = nest.accesses[result];
      if (own[i].isScalar() ||
          rootOfViews(own[i].operand) != rootOfViews(made.operand))
        continue;
      if (!areSameElements(nest, own[i], made))
        return failure();
      number = candidate;
    }
    epilogue.results.push_back(number);
  }
  // No other iteration reads the outputs.
  for (const Access &output : ArrayRef(own).drop_front(epilogue.numInputs)) {
    Value root = rootOfViews(output.operand);
    for (const Access &input : nest.inputs())
      if (!input.isScalar() && rootOfViews(input.operand) == root)
        return failure();
    for (const Access &other : llvm::concat<const Access>(
             ArrayRef(nest.accesses).drop_front(nest.numInputs), own))
      if (!other.isScalar() && rootOfViews(other.operand) == root &&
          !areSameElements(nest, other, output))
        return failure();
  }
  llvm::append_range(nest.accesses, own);
  nest.epilogues.push_back(std::move(epilogue));
  return success();
}

std::optional<LoopNest> withEpilogue(const LoopNest &nest,
                                     linalg::GenericOp next, bool sliced) {
  if (!nest.hasReduction() || !nest.outputsInvariantInReductions() ||
      llvm::is_contained(nest.extents, 0))
    return std::nullopt;
  FailureOr<LoopNest> result = analyzeDims(nest.op, sliced);
  if (failed(result))
    return std::nullopt;
  for (const Epilogue &epilogue : nest.epilogues)
    if (failed(addEpilogue(*result, epilogue.op)))
      return std::nullopt;
  if (failed(addEpilogue(*result, next)))
    return std::nullopt;
  simplifyLoops(*result);
  return *result;
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
