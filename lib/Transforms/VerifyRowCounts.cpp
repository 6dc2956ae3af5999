//===- VerifyRowCounts.cpp - No number depends on the size of a batch -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step with `batch(1 to 32)` runs 13 rows as two calls of 8. dl-verify-rows
// proves that no row meets the data of another; this pass proves that none
// meets their number. Programs for two sizes of the batch are compared op by
// op. They may differ in extents, and in nothing else:
//
//   32 rows: %1 = dl.scale %0 by 0.0078125 : tensor<32x4xf32>
//   16 rows: %1 = dl.scale %0 by 0.015625 : tensor<16x4xf32>     error
//
// is the gradient of a mean over the batch. An extent of the batch that an op
// sums away, though the summands are no data of the batch, is such a number
// too.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_VERIFYROWCOUNTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

/// Compares the programs of a step for two sizes of its batch.
class SizeComparison {
public:
  SizeComparison(func::FuncOp larger, func::FuncOp smaller, int64_t rows)
      : larger(larger), smaller(smaller), rows(rows) {}

  /// Whether both have the same ops, and so can be compared.
  bool haveSameOps();
  /// An op of the larger one that depends on the size, or null.
  Operation *findDependent();
  const std::string &why() const { return reason; }

private:
  bool haveSameOps(Block &a, Block &b);
  bool agree(NamedAttribute a, Attribute b);
  bool sumsBatchAway(Operation *op, Operation *other);

  func::FuncOp larger, smaller;
  int64_t rows;      ///< of the smaller one
  IRMapping mapping; ///< from the larger to the smaller
  SmallVector<std::pair<Operation *, Operation *>> pairs;
  std::string reason;
};

} // namespace

bool SizeComparison::haveSameOps() {
  return haveSameOps(larger.getBody().front(), smaller.getBody().front());
}

bool SizeComparison::haveSameOps(Block &a, Block &b) {
  if (a.getNumArguments() != b.getNumArguments() ||
      a.getOperations().size() != b.getOperations().size())
    return false;
  mapping.map(a.getArguments(), b.getArguments());
  for (auto [op, other] : llvm::zip(a, b)) {
    if (op.getName() != other.getName() ||
        op.getNumOperands() != other.getNumOperands() ||
        op.getNumResults() != other.getNumResults() ||
        op.getNumRegions() != other.getNumRegions())
      return false;
    for (auto [operand, twin] :
         llvm::zip(op.getOperands(), other.getOperands()))
      if (mapping.lookupOrNull(operand) != twin)
        return false;
    for (auto [region, twin] : llvm::zip(op.getRegions(), other.getRegions()))
      if (region.empty() != twin.empty() ||
          (!region.empty() && !haveSameOps(region.front(), twin.front())))
        return false;
    mapping.map(op.getResults(), other.getResults());
    pairs.push_back({&op, &other});
  }
  return true;
}

/// Lists of whole numbers are extents, as of a slice, and may differ.
static bool isListOfIntegers(Attribute attr) {
  if (auto list = dyn_cast<ArrayAttr>(attr))
    return llvm::all_of(list, llvm::IsaPred<IntegerAttr>);
  return isa<DenseI64ArrayAttr, DenseI32ArrayAttr>(attr);
}

/// Whether attributes differ by extents alone.
bool SizeComparison::agree(NamedAttribute a, Attribute b) {
  Attribute value = a.getValue();
  if (value == b)
    return true;
  auto splat = dyn_cast<SplatElementsAttr>(value);
  auto other = dyn_cast_or_null<SplatElementsAttr>(b);
  if (splat && other &&
      splat.getSplatValue<Attribute>() == other.getSplatValue<Attribute>())
    return true;
  if (b && ((isListOfIntegers(value) && isListOfIntegers(b)) ||
            (isa<TypeAttr>(value) && isa<TypeAttr>(b))))
    return true;
  llvm::raw_string_ostream os(reason);
  if (splat && other)
    os << "it gives " << splat.getSplatValue<Attribute>() << ", and "
       << other.getSplatValue<Attribute>();
  else if (b && !isa<ElementsAttr>(value))
    os << "'" << a.getName().getValue() << "' is " << value << ", and " << b;
  else
    os << "it gives other numbers";
  os << " in a batch of " << rows << " rows";
  return false;
}

/// How many extents of a value depend on the size.
static int64_t countBatchDims(Value value, Value other) {
  int64_t count = 0;
  for (auto [extent, twin] :
       llvm::zip(tensorType(value).getShape(), tensorType(other).getShape()))
    count += extent != twin;
  return count;
}

bool SizeComparison::sumsBatchAway(Operation *op, Operation *other) {
  if (op->getNumResults() == 0)
    return false;
  int64_t most = 0, left = 0;
  for (auto [operand, twin] :
       llvm::zip(op->getOperands(), other->getOperands()))
    most = std::max(most, countBatchDims(operand, twin));
  for (auto [result, twin] : llvm::zip(op->getResults(), other->getResults()))
    left = std::max(left, countBatchDims(result, twin));
  if (left >= most)
    return false;
  reason = "it depends on how many rows there are";
  return true;
}

Operation *SizeComparison::findDependent() {
  for (auto [op, other] : pairs) {
    for (NamedAttribute attr : op->getAttrDictionary())
      if (!agree(attr, other->getAttr(attr.getName())))
        return op;
    if (sumsBatchAway(op, other))
      return op;
  }
  return nullptr;
}

/// The program of the largest size against one of the others. A size of 1 is
/// tried last, as extents of 1 let ops vanish.
static LogicalResult verifySizes(func::FuncOp largest,
                                 ArrayRef<func::FuncOp> others) {
  auto batchOf = [](func::FuncOp step) {
    return step->getAttrOfType<BatchAttr>(names::batch);
  };
  StringRef name = batchOf(largest).getStep();
  int64_t rows = batchOf(largest).getRows();
  auto advise = [&](InFlightDiagnostic &error) -> LogicalResult {
    return error << "; step @" << name
                 << " takes a batch of any size. List the sizes that are "
                    "wanted instead: 'batch(1, "
                 << rows << ")'";
  };
  for (func::FuncOp smaller : others) {
    SizeComparison comparison(largest, smaller, batchOf(smaller).getRows());
    if (!comparison.haveSameOps())
      continue;
    Operation *op = comparison.findDependent();
    if (!op)
      return success();
    InFlightDiagnostic error = op->emitOpError()
                               << "cannot be computed row by row: "
                               << comparison.why();
    return advise(error);
  }
  InFlightDiagnostic error =
      largest.emitError("step @")
      << name << " has other ops for other sizes of its batch, so that nothing "
      << "shows whether its numbers depend on the size";
  return advise(error);
}

namespace {

struct VerifyRowCountsPass
    : dlc::impl::VerifyRowCountsBase<VerifyRowCountsPass> {
  void runOnOperation() override {
    llvm::MapVector<StringAttr, SmallVector<func::FuncOp>> steps;
    for (auto step : getOperation().getBody().getOps<func::FuncOp>())
      if (auto batch = step->getAttrOfType<BatchAttr>(names::batch);
          batch && batch.getAny())
        steps[batch.getStep()].push_back(step);
    for (auto &[name, sizes] : steps) {
      llvm::sort(sizes, [](func::FuncOp a, func::FuncOp b) {
        return a->getAttrOfType<BatchAttr>(names::batch).getRows() >
               b->getAttrOfType<BatchAttr>(names::batch).getRows();
      });
      ArrayRef<func::FuncOp> all = sizes;
      if (all.size() > 1 && failed(verifySizes(all.front(), all.drop_front())))
        return signalPassFailure();
    }
  }
};

} // namespace
