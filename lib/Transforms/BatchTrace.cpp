//===- BatchTrace.cpp - Tracing batch extents through a step --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step is written for a batch of N. Its types are inferred again for a batch
// of P, a prime number that no extent of the step is: where an extent of a
// value changes, and only there, it is made of the batch. It then is the linear
// function of the batch that has both values.
//
//   %x: tensor<32x8xf32>                    32x8 -> 101x8: the batch
//   %0 = dl.reshape %x ... to tensor<256xf32>  256 -> 808: 8 times the batch
//   %1 = dl.read @w : tensor<32x8xf32>      unchanged: no batch
//
// Ops whose results do not follow from their operands have a rule here. What
// has no operands (constants, iotas, random numbers) has the batch where it
// meets one: an op that does not accept its operands any more wants an extent
// that its other operands have, and the inference begins anew.
//
//===----------------------------------------------------------------------===//

#include "BatchTracer.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Calls `visit` on all values of a block: of each op first those of its
/// regions.
static void forEachValue(Block &block, llvm::function_ref<void(Value)> visit) {
  llvm::for_each(block.getArguments(), visit);
  for (Operation &op : block) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        forEachValue(inner, visit);
    llvm::for_each(op.getResults(), visit);
  }
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Type>> BatchTracer::inferTypes(Operation *op) {
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    FailureOr<SmallVector<int64_t>> shape = reshapedShape(reshape);
    if (failed(shape))
      return failure();
    return SmallVector<Type>{before(reshape.getY()).clone(*shape)};
  }
  FailureOr<SmallVector<Type>> types = Retyping::inferTypes(op);
  if (succeeded(types) && isa<BroadcastOp>(op)) {
    auto type = cast<RankedTensorType>(types->front());
    SmallVector<int64_t> shape(type.getShape());
    for (auto [value, dim] : demanded)
      if (value == op->getResult(0))
        shape[dim] = probe;
    types->front() = type.clone(shape);
  }
  return types;
}

/// The extents before the batch within a dimension that is a multiple of it.
std::optional<int64_t> BatchTracer::outerFactor(Value value, int64_t dim) {
  if (before(value).getDimSize(dim) == written)
    return 1;
  auto found = factors.find({value, dim});
  if (found == factors.end())
    return std::nullopt;
  return found->second;
}

/// Where the batch stands among all extents is the same before and behind a
/// reshape, which keeps the order of elements.
FailureOr<SmallVector<int64_t>> BatchTracer::reshapedShape(ReshapeOp op) {
  ArrayRef<int64_t> from = before(op.getX()).getShape();
  std::optional<int64_t> moved;
  int64_t outside = 1;
  for (int64_t dim = 0; dim < int64_t(from.size()); ++dim) {
    if (!moves(op.getX(), dim))
      continue;
    if (moved) {
      why = "it reshapes two dimensions that have the batch";
      return failure();
    }
    moved = dim;
    outside = 1;
    for (int64_t extent : from.take_front(dim))
      outside *= extent;
  }
  int64_t extent = from[*moved], multiple = extent / written;
  if (extent % written ||
      after(op.getX()).getDimSize(*moved) != multiple * probe) {
    why = "it reshapes a dimension that is not a multiple of the batch";
    return failure();
  }
  // The product of the extents before the batch.
  SmallVector<int64_t> starts;
  if (std::optional<int64_t> outer = outerFactor(op.getX(), *moved))
    starts.push_back(outside * *outer);
  else
    for (int64_t outer = 1; outer <= multiple; ++outer)
      if (multiple % outer == 0)
        starts.push_back(outside * outer);

  SmallVector<int64_t> shape(before(op.getY()).getShape());
  SetVector<std::pair<int64_t, int64_t>> found; ///< dimension, outer factor
  for (int64_t start : starts) {
    int64_t product = 1;
    for (auto [dim, to] : llvm::enumerate(shape)) {
      if (to > 0 && start % product == 0 && start * written <= product * to &&
          (product * to) % (start * written) == 0)
        found.insert({dim, start / product});
      product *= to;
    }
  }
  if (found.size() != 1) {
    why = found.empty() ? "no extent of its result holds the whole batch"
          : written == 1
              ? "more than one extent of its result could be the batch, which "
                "is 1 in the program: write the step for a batch of 2 or more"
              : "more than one extent of its result could be the batch: write "
                "the step for a batch that is another number";
    return failure();
  }
  auto [dim, outer] = found.front();
  shape[dim] = shape[dim] / written * probe;
  factors[{op.getY(), dim}] = outer;
  return shape;
}

/// Remembers where the batch stands within multiples of it, for ops whose
/// dimensions are those of an operand.
void BatchTracer::recordFactors(Operation *op) {
  if (auto flatten = dyn_cast<FlattenOp>(op)) {
    Value x = flatten.getX();
    int64_t start = flatten.getStartAxis(), outer = 1;
    for (int64_t dim = start; dim < before(x).getRank(); ++dim) {
      if (moves(x, dim)) {
        if (std::optional<int64_t> inner = outerFactor(x, dim))
          factors[{flatten.getY(), start}] = outer * *inner;
        return;
      }
      outer *= before(x).getDimSize(dim);
    }
    return;
  }
  bool sameDims = op->hasTrait<Elementwise>() ||
                  op->hasTrait<OpTrait::SameOperandsAndResultType>();
  if (!sameDims && !isa<LinearOp, LayerNormOp, RmsNormOp>(op))
    return;
  Value y = op->getResult(0);
  for (Value x : op->getOperands())
    for (int64_t dim = 0; dim < before(x).getRank(); ++dim)
      if (before(x).getRank() == before(y).getRank() && moves(x, dim) &&
          before(x).getDimSize(dim) == before(y).getDimSize(dim))
        if (auto outer = factors.find({x, dim}); outer != factors.end()) {
          int64_t factor = outer->second;
          factors[{y, dim}] = factor;
        }
}

/// A slice that takes all of a dimension still does.
LogicalResult BatchTracer::acceptSlice(SliceOp op) {
  SmallVector<int64_t> sizes(op.getSizes());
  for (int64_t dim = 0; dim < before(op.getX()).getRank(); ++dim) {
    if (!moves(op.getX(), dim))
      continue;
    if (op.getOffsets()[dim] != 0 ||
        sizes[dim] != before(op.getX()).getDimSize(dim)) {
      why = "it takes a part of the batch";
      return failure();
    }
    sizes[dim] = after(op.getX()).getDimSize(dim);
  }
  cast<SliceOp>(mapping.lookup(op.getOperation())).setSizes(sizes);
  return success();
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

/// A type as a function of the batch B.
std::string BatchTracer::describe(Value value) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "tensor<";
  for (auto [old, now] :
       llvm::zip(before(value).getShape(), after(value).getShape())) {
    int64_t slope = (now - old) / (probe - written);
    int64_t offset = old - slope * written;
    if (slope == 0)
      os << old;
    else if (slope == 1)
      os << 'B';
    else
      os << slope << 'B';
    if (slope && offset)
      os << (offset > 0 ? "+" : "") << offset;
    os << 'x';
  }
  os << before(value).getElementType() << '>';
  return text;
}

LogicalResult BatchTracer::refuse(Operation *op) {
  InFlightDiagnostic error = op->emitOpError()
                             << "cannot follow the batch of step @"
                             << step.getSymName() << ": ";
  if (!why.empty())
    return error << why;
  error << "for a batch of B it would be of ";
  bool first = true;
  for (Value operand : op->getOperands()) {
    error << (first ? "" : ", ") << describe(operand);
    first = false;
  }
  return error << ", where the program has B = " << written;
}

LogicalResult BatchTracer::traceScan(ScanOp op) {
  auto now = cast<ScanOp>(mapping.lookup(op.getOperation()));
  for (auto [number, operand] : llvm::enumerate(op.getOperands())) {
    Type type = after(operand);
    bool stacked = op.isStacked(number);
    if (stacked && moves(operand, 0)) {
      why = "it runs once for each row";
      return refuse(op);
    }
    now.getBlock().getArgument(number).setType(
        stacked ? Type(ScanOp::sliceType(type)) : type);
  }
  if (failed(trace(op.getBlock())))
    return failure();
  if (again)
    return success();
  auto yield = cast<YieldOp>(op.getYield());
  for (auto [number, value] : llvm::enumerate(yield.getValues())) {
    if (number >= op.getNumCarried()) {
      now.getResult(number).setType(
          ScanOp::stackType(after(value), op.getTrips()));
      continue;
    }
    Value init = op.getInits()[number];
    now.getResult(number).setType(after(init));
    // A carried value has the batch both before and behind a step.
    for (int64_t dim = 0; dim < before(init).getRank(); ++dim)
      if (after(init).getDimSize(dim) != after(value).getDimSize(dim) &&
          !(demand(moves(init, dim) ? value : init, dim) && again)) {
        why = "it carries value #" + std::to_string(number) + ", which is " +
              describe(init) + " at first and " + describe(value) +
              " behind a step, for a batch of B";
        return refuse(op);
      }
  }
  return success();
}

LogicalResult BatchTracer::trace(Operation *op) {
  if (auto scan = dyn_cast<ScanOp>(op))
    return traceScan(scan);
  bool moved =
      llvm::any_of(op->getOperands(), [&](Value v) { return moves(v); });
  bool wanted = llvm::any_of(
      demanded, [&](BatchDim dim) { return dim.first.getDefiningOp() == op; });
  if (isSource(op))
    return resizeSource(op);
  if (!moved && !wanted)
    return success();
  if (isa<WriteOp>(op)) {
    why = "what it writes has the batch, and the state has not";
    return refuse(op);
  }
  if (isa<ReturnOp, YieldOp>(op))
    return success();
  Operation *now = mapping.lookup(op);
  why.clear();
  bool accepted =
      !isa<SliceOp>(op) || succeeded(acceptSlice(cast<SliceOp>(op)));
  if (accepted) {
    // Messages of ops about a batch that is in no program would help nobody.
    ScopedDiagnosticHandler quiet(op->getContext(),
                                  [](Diagnostic &) { return success(); });
    FailureOr<SmallVector<Type>> types = inferTypes(op);
    accepted = succeeded(types) && types->size() == op->getNumResults();
    if (accepted) {
      for (auto [result, type] : llvm::zip(now->getResults(), *types))
        result.setType(type);
      accepted = succeeded(verify(now, /*verifyRecursively=*/false));
    }
  }
  if (!accepted) {
    if (why.empty() && demandOperands(op))
      return success();
    return refuse(op);
  }
  for (Value result : op->getResults()) {
    if (before(result).getRank() != after(result).getRank())
      return refuse(op);
    for (auto [old, extent] :
         llvm::zip(before(result).getShape(), after(result).getShape()))
      if ((extent - old) % (probe - written) != 0) {
        why = "an extent of its result is not a linear function of the batch";
        return refuse(op);
      }
  }
  recordFactors(op);
  return success();
}

LogicalResult BatchTracer::trace(Block &block) {
  for (Operation &op : block) {
    if (failed(trace(&op)))
      return failure();
    if (again)
      return success();
  }
  return success();
}

/// A prime number that no extent of the step has.
int64_t BatchTracer::choosePrime() {
  DenseSet<int64_t> taken;
  forEachValue(step.getBody().front(), [&](Value value) {
    taken.insert_range(tensorType(value).getShape());
  });
  auto isPrime = [](int64_t number) {
    for (int64_t divisor = 2; divisor * divisor <= number; ++divisor)
      if (number % divisor == 0)
        return false;
    return true;
  };
  int64_t number = std::max<int64_t>(96, written) + 1;
  while (!isPrime(number) || taken.contains(number))
    ++number;
  return number;
}

LogicalResult BatchTracer::run() {
  // Each round finds a source that has the batch.
  do {
    again = false;
    mapping.clear();
    factors.clear();
    copy = cast<StepOp>(step->clone(mapping));
    for (BlockArgument arg : step.getBody().getArguments()) {
      if (!step.hasBatch(arg.getArgNumber()))
        continue;
      SmallVector<int64_t> shape(before(arg).getShape());
      shape.front() = probe;
      probed(arg).setType(before(arg).clone(shape));
    }
    if (failed(trace(step.getBody().front())))
      return failure();
  } while (again);
  return success();
}

FailureOr<BatchTrace> BatchTrace::follow(StepOp step) {
  BatchTracer tracer(step);
  if (failed(tracer.run()))
    return failure();
  BatchTrace trace;
  int64_t written = tracer.getWritten(), probe = tracer.getProbe();
  forEachValue(step.getBody().front(), [&](Value value) {
    SmallVector<Extent> shape;
    for (auto [old, now] :
         llvm::zip(tensorType(value).getShape(),
                   tensorType(tracer.probed(value)).getShape())) {
      int64_t slope = (now - old) / (probe - written);
      shape.push_back({slope, old - slope * written});
    }
    trace.shapes.push_back(std::move(shape));
  });
  return trace;
}

LogicalResult BatchTrace::apply(StepOp copy, int64_t batch) const {
  size_t next = 0;
  Location bad = copy.getLoc();
  bool good = true;
  forEachValue(copy.getBody().front(), [&](Value value) {
    SmallVector<int64_t> shape;
    for (Extent extent : shapes[next++]) {
      shape.push_back(extent.slope * batch + extent.offset);
      if (shape.back() < 0 && good) {
        good = false;
        bad = value.getLoc();
      }
    }
    if (!good || ArrayRef(shape) == tensorType(value).getShape())
      return;
    auto type = tensorType(value).clone(shape);
    value.setType(type);
    if (auto constant = value.getDefiningOp<ConstantOp>())
      constant.setValueAttr(
          cast<SplatElementsAttr>(constant.getValue()).resizeSplat(type));
    if (auto slice = value.getDefiningOp<SliceOp>())
      slice.setSizes(shape);
  });
  if (!good)
    return emitError(bad) << "would have a dimension of less than no elements";
  Block &body = copy.getBody().front();
  copy.setFunctionType(
      FunctionType::get(copy.getContext(), body.getArgumentTypes(),
                        body.getTerminator()->getOperandTypes()));
  return success();
}
