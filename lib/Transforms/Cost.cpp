//===- Cost.cpp - Arithmetic and memory of an op --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elementwise ops follow from their trait and composites from their
// decomposition; the table has the rest of the primitives, by family.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Cost.h"
#include "dlc/Transforms/InPlace.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ElementTypes.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

static double elements(Value value) {
  return static_cast<double>(tensorType(value).getNumElements());
}

static bool isOfReals(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static double none(Operation *) { return 0; }

/// One for each element of the first operand.
static double perOperand(Operation *op) {
  return isOfReals(op->getOperand(0)) ? elements(op->getOperand(0)) : 0;
}

/// A multiplication and an addition for each element of `out`, channel of the
/// filter and tap.
static double ofConvolution(Value out, Value filter,
                            const WindowGeometry &geometry) {
  RankedTensorType type = tensorType(filter);
  double filters = type.getDimSize(geometry.filterOutDim());
  return filters ? 2 * elements(out) * elements(filter) / filters : 0;
}

static double ofConv2d(Operation *op) {
  auto conv = cast<Conv2dOp>(op);
  return ofConvolution(conv.getY(), conv.getW(), conv.getGeometry());
}
static double ofInputGrad(Operation *op) {
  auto conv = cast<Conv2dInputGradOp>(op);
  return ofConvolution(conv.getDy(), conv.getW(), conv.getGeometry());
}
static double ofFilterGrad(Operation *op) {
  auto conv = cast<Conv2dFilterGradOp>(op);
  return ofConvolution(conv.getDy(), conv.getDw(), conv.getGeometry());
}

static double ofMatmul(Operation *op) {
  auto product = cast<MatmulOp>(op);
  RankedTensorType a = tensorType(product.getA());
  int64_t terms = a.getDimSize(a.getRank() - (product.getTransposeA() ? 2 : 1));
  return 2 * elements(product.getY()) * static_cast<double>(terms);
}

/// A product for each entry of the sparse matrix and column of the dense one.
static double ofSpmm(Operation *op) {
  auto product = cast<SpmmOp>(op);
  return 2 * elements(product.getValues()) *
         static_cast<double>(tensorType(product.getDense()).getDimSize(1));
}
static double ofSddmm(Operation *op) {
  auto product = cast<SddmmOp>(op);
  return 2 * elements(product.getValues()) *
         static_cast<double>(tensorType(product.getA()).getDimSize(1));
}

template <typename Pool>
static double ofMaxPool(Operation *op) {
  double taps = 1;
  for (int64_t extent : cast<Pool>(op).getKernel())
    taps *= static_cast<double>(extent);
  return taps * elements(op->getResult(0));
}

/// Comparisons, about log2 n of them an element.
static double ofSort(Operation *op) {
  auto sort = cast<SortOp>(op);
  RankedTensorType x = tensorType(sort.getX());
  int64_t extent = x.getDimSize(sort.getAxis());
  return perOperand(op) * llvm::Log2_64_Ceil(std::max<int64_t>(1, extent));
}

namespace {

struct Rule {
  StringRef name;
  double (*flops)(Operation *);
  bool contracts = false;
  /// Reads of its first operand no more elements than its result has.
  bool selects = false;
};

} // namespace

template <typename Op>
static Rule rule(double (*flops)(Operation *), bool contracts = false) {
  return {Op::getOperationName(), flops, contracts};
}

/// An op without arithmetic that reads a part of its first operand.
template <typename Op>
static Rule selection() {
  return {Op::getOperationName(), none, /*contracts=*/false, /*selects=*/true};
}

static ArrayRef<Rule> rules() {
  static const Rule table[] = {
      rule<Conv2dOp>(ofConv2d, true),
      rule<Conv2dInputGradOp>(ofInputGrad, true),
      rule<Conv2dFilterGradOp>(ofFilterGrad, true),
      rule<MatmulOp>(ofMatmul, true),
      rule<SpmmOp>(ofSpmm, true),
      rule<SddmmOp>(ofSddmm, true),
      rule<ReduceSumOp>(perOperand),
      rule<ReduceMaxOp>(perOperand),
      rule<ReduceMinOp>(perOperand),
      rule<ArgmaxOp>(perOperand),
      rule<ArgminOp>(perOperand),
      rule<CumsumOp>(perOperand),
      rule<SortOp>(ofSort),
      rule<MaxPool2dOp>(ofMaxPool<MaxPool2dOp>),
      rule<MaxPool2dIndexOp>(ofMaxPool<MaxPool2dIndexOp>),
      rule<MaxPool2dScatterOp>(perOperand),
      selection<MaxPool2dGatherOp>(),
      rule<ScatterAddOp>(perOperand),
      rule<IndexAddOp>(perOperand),
      rule<IndexCopyOp>(none),
      rule<UniqueOp>(none),
      selection<IndexSelectOp>(),
      selection<GatherOp>(),
      rule<OneHotOp>(none),
      rule<CheckIndexOp>(none),
      rule<FirstFaultOp>(none),
      // Moves and copies.
      rule<TransposeOp>(none),
      selection<SliceOp>(),
      rule<ReverseOp>(none),
      rule<PadOp>(none),
      rule<ConcatOp>(none),
      rule<SelectOp>(none),
      rule<CastOp>(none),
      rule<CopyOp>(none),
      rule<StopGradientOp>(none),
      // Known once they are taken apart.
      rule<VariableOp>(none),
      rule<GradientOp>(none),
      rule<DependsOp>(none),
  };
  return table;
}

static const Rule *findRule(StringRef name) {
  const Rule *found =
      llvm::find_if(rules(), [&](const Rule &r) { return r.name == name; });
  return found == rules().end() ? nullptr : found;
}

//===----------------------------------------------------------------------===//
// All ops
//===----------------------------------------------------------------------===//

/// Calls `visit` for each op of the decomposition.
static void visitParts(Decomposable composite,
                       function_ref<void(Operation *)> visit) {
  // A copy: a decomposition may change the op it is of.
  OpBuilder copier(composite);
  auto copy = cast<Decomposable>(copier.clone(*composite.getOperation()));
  Operation *first = copy->getPrevNode();
  OpBuilder builder(copy);
  (void)copy.decompose(builder);
  Block::iterator begin =
      first ? std::next(first->getIterator()) : copy->getBlock()->begin();
  SmallVector<Operation *> parts;
  for (Operation &op : llvm::make_range(begin, copy->getIterator()))
    parts.push_back(&op);
  for (Operation *part : parts)
    visit(part);
  copy->erase();
  for (Operation *part : llvm::reverse(parts))
    part->erase();
}

double dlc::flopsOf(Operation *op) {
  if (const Rule *known = findRule(op->getName().getStringRef()))
    return known->flops(op);
  if (auto loop = dyn_cast<ScanOp>(op)) {
    double flops = 0;
    for (Operation &inner : loop.getBlock())
      flops += flopsOf(&inner);
    return flops * static_cast<double>(loop.getTrips());
  }
  if (auto composite = dyn_cast<Decomposable>(op)) {
    double flops = 0;
    visitParts(composite, [&](Operation *part) { flops += flopsOf(part); });
    return flops;
  }
  if (!op->hasTrait<Elementwise>())
    return 0;
  bool real = llvm::any_of(op->getOperands(), isOfReals) ||
              llvm::any_of(op->getResults(), isOfReals);
  return real ? elements(op->getResult(0)) : 0;
}

bool dlc::isContraction(Operation *op) {
  if (const Rule *known = findRule(op->getName().getStringRef()))
    return known->contracts;
  bool contracts = false;
  if (auto composite = dyn_cast<Decomposable>(op))
    visitParts(composite, [&](Operation *part) {
      contracts |= isa<ScanOp>(part) || isContraction(part);
    });
  return contracts;
}

bool dlc::hasFlops(RegisteredOperationName name) {
  return findRule(name.getStringRef()) || name.hasInterface<Decomposable>() ||
         name.hasTrait<Elementwise>() || name.hasTrait<View>() ||
         name.hasTrait<MadeWhereUsed>() ||
         name.getStringRef() == ScanOp::getOperationName();
}

double dlc::bytesOf(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasStaticShape() ||
      !shaped.getElementType().isIntOrFloat())
    return 0;
  return static_cast<double>(dl::bytesOf(shaped));
}

bool dlc::isTransparent(Operation *op) {
  return op->hasTrait<View>() || isa<BroadcastOp>(op) ||
         (op->hasTrait<MadeWhereUsed>() && op->getNumOperands() == 0);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// The bytes of a value that its readers have to read.
static double bytesRead(Value value) {
  double all = bytesOf(value.getType()), selected = 0;
  for (OpOperand &use : value.getUses()) {
    Operation *reader = use.getOwner();
    const Rule *known = findRule(reader->getName().getStringRef());
    if (auto writer = dyn_cast<Overwrites>(reader);
        writer && isInPlace(writer) && &writer.getOverwritten() == &use)
      continue;
    if (reader->hasTrait<View>())
      selected += bytesRead(reader->getResult(0));
    else if (known && known->selects && use.getOperandNumber() == 0)
      selected += bytesOf(reader->getResult(0).getType());
    else
      return all;
  }
  return std::min(all, selected);
}

/// The bytes of a kernel's result that it writes: in place, at most those of
/// the new elements.
static double bytesWritten(Value result) {
  auto writer = result.getDefiningOp<Overwrites>();
  if (!writer || !isInPlace(writer))
    return bytesOf(result.getType());
  double bytes = 0;
  for (OpOperand &operand : writer->getOpOperands())
    if (&operand != &writer.getOverwritten() &&
        getElementTypeOrSelf(operand.get()) == getElementTypeOrSelf(result))
      bytes += bytesOf(operand.get().getType());
  return bytes;
}

KernelCost dlc::costOf(func::FuncOp kernel) {
  KernelCost cost;
  for (BlockArgument argument : kernel.getArguments())
    cost.reads += bytesRead(argument);
  Operation *ret = kernel.getBody().front().getTerminator();
  for (Value result : ret->getOperands())
    cost.writes += bytesWritten(result);
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    double flops = flopsOf(&op);
    cost.flops += flops;
    if (flops == 0)
      continue;
    for (Type type : op.getResultTypes())
      if (auto real = dyn_cast<FloatType>(getElementTypeOrSelf(type)))
        cost.floatBits = std::max(cost.floatBits, real.getWidth());
  }
  return cost;
}
