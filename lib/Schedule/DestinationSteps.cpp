//===- DestinationSteps.cpp - Steps say where kernels write ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loop of a step becomes an `scf.for`:
//
//   %s, %ys = dl.scan 16 carry(%h = %h0) over(%x = %xs) {
//     %0, %1 = call @kernel_0(%h, %x)
//     dl.yield %0, %1
//   }
//
// becomes
//
//   %ys, %pair = scf.for %i = 0 to 16 iter_args(%ys = ..., %pair = ...) {
//     %h  = tensor.extract_slice %pair[%i mod 2, ...]
//     %h1 = tensor.extract_slice %pair[1 - %i mod 2, ...]
//     %x  = tensor.extract_slice %xs[%i, ...]
//     %y  = tensor.extract_slice %ys[%i, ...]
//     %0, %1 = call @kernel_0(%h, %x, %h1, %y)
//     ...
//
// A carried value has two places, so that its next value can be written while
// the last one is read, and nothing is copied from step to step.
//
//===----------------------------------------------------------------------===//

#include "DestinationStyle.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace dlc;

namespace {

class StepLowering {
public:
  StepLowering(func::FuncOp step, SymbolTable &symbols,
               const DenseMap<Operation *, InPlacePairs> &inPlace)
      : step(step), symbols(symbols), inPlace(inPlace),
        builder(step.getContext()) {}

  void run();

private:
  /// Where a returned value belongs: an output's or a state entry's argument.
  void findPlaces();
  void lower(Block &block);
  void lower(func::CallOp call);
  void lower(dl::ScanOp scan);
  Value placeOf(OpResult result, Operation *from);
  bool isReadFrom(BlockArgument arg, Operation *from) const;
  func::FuncOp copyKernel(RankedTensorType type);
  Value copy(Value value, Value destination);

  func::FuncOp step;
  SymbolTable &symbols;
  const DenseMap<Operation *, InPlacePairs> &inPlace;
  OpBuilder builder;
  llvm::MapVector<Value, BlockArgument> places;
  /// The places of the values that the body of a loop yields.
  DenseMap<Value, Value> slices;
  DenseSet<Value> ofState;
  /// The call that finds faults; null if the step has no checks.
  Operation *check = nullptr;
  SmallVector<std::pair<Value, BlockArgument>> copies;
};

} // namespace

void StepLowering::findPlaces() {
  Block &body = step.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  SmallVector<Attribute> args;
  auto addArg = [&](dl::ArgKind kind, StringAttr name) {
    args.push_back(dl::ArgAttr::get(step.getContext(), kind, name));
  };
  DenseMap<Attribute, BlockArgument> states;
  for (BlockArgument arg : llvm::to_vector(body.getArguments())) {
    DictionaryAttr attrs = step.getArgAttrDict(arg.getArgNumber());
    if (auto state = attrs.getAs<FlatSymbolRefAttr>(names::state)) {
      states[state] = arg;
      addArg(dl::ArgKind::State, state.getAttr());
    } else {
      addArg(dl::ArgKind::Input, attrs.getAs<StringAttr>(names::io));
    }
  }
  for (OpOperand &operand : ret->getOpOperands()) {
    DictionaryAttr attrs = step.getResultAttrDict(operand.getOperandNumber());
    BlockArgument place;
    if (auto state = attrs.getAs<FlatSymbolRefAttr>(names::state)) {
      place = states.lookup(state);
      ofState.insert(place);
    } else if (attrs.contains(names::fault)) {
      place = body.addArgument(operand.get().getType(), step.getLoc());
      addArg(dl::ArgKind::Fault, {});
      check = operand.get().getDefiningOp();
    } else {
      place = body.addArgument(operand.get().getType(), step.getLoc());
      addArg(dl::ArgKind::Output, attrs.getAs<StringAttr>(names::io));
    }
    places[operand.get()] = place;
  }
  step->setAttr(names::args, builder.getArrayAttr(args));
}

/// Whether `from` or an op after it reads the argument's value.
bool StepLowering::isReadFrom(BlockArgument arg, Operation *from) const {
  return llvm::any_of(arg.getUsers(), [&](Operation *user) {
    user = arg.getOwner()->findAncestorOpInBlock(*user);
    return user == from || from->isBeforeInBlock(user);
  });
}

/// Where the result of an op is to be written, if that is decided.
Value StepLowering::placeOf(OpResult result, Operation *from) {
  if (Value slice = slices.lookup(result))
    return slice;
  auto place = places.find(result);
  if (place == places.end())
    return {};
  // Before the check for faults the state must not change.
  bool tooEarly =
      check && ofState.contains(place->second) && from->isBeforeInBlock(check);
  if (!tooEarly && !isReadFrom(place->second, from))
    return place->second;
  copies.push_back({result, place->second});
  return {};
}

void StepLowering::lower(func::CallOp call) {
  builder.setInsertionPoint(call);
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  auto pairs = inPlace.lookup(kernel);
  SmallVector<Value> operands(call.getOperands());
  for (OpResult result : call.getResults()) {
    if (pairs.contains(result.getResultNumber()))
      continue;
    Value place = placeOf(result, call);
    if (!place) {
      auto type = cast<RankedTensorType>(result.getType());
      place = tensor::EmptyOp::create(builder, call.getLoc(), type.getShape(),
                                      type.getElementType());
    }
    operands.push_back(place);
  }
  auto lowered = func::CallOp::create(builder, call.getLoc(), kernel, operands);
  for (auto &[value, place] : copies)
    if (value.getDefiningOp() == call)
      value = lowered.getResult(cast<OpResult>(value).getResultNumber());
  if (call == check)
    check = lowered;
  call.replaceAllUsesWith(lowered.getResults());
  call.erase();
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// The box that slice `index` along dimension 0 of a tensor is.
static std::array<SmallVector<OpFoldResult>, 3> boxOf(OpBuilder &b, Type stack,
                                                      OpFoldResult index) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(stack).getShape();
  SmallVector<OpFoldResult> offsets(shape.size(), b.getIndexAttr(0)),
      sizes = getAsIndexOpFoldResult(b.getContext(), shape),
      strides(shape.size(), b.getIndexAttr(1));
  offsets[0] = index;
  sizes[0] = b.getIndexAttr(1);
  return {offsets, sizes, strides};
}

static Value sliceAt(OpBuilder &b, Location loc, Value stack,
                     OpFoldResult index) {
  auto [offsets, sizes, strides] = boxOf(b, stack.getType(), index);
  return tensor::ExtractSliceOp::create(b, loc,
                                        dl::ScanOp::sliceType(stack.getType()),
                                        stack, offsets, sizes, strides);
}

static Value insertAt(OpBuilder &b, Location loc, Value slice, Value stack,
                      OpFoldResult index) {
  auto [offsets, sizes, strides] = boxOf(b, stack.getType(), index);
  return tensor::InsertSliceOp::create(b, loc, slice, stack, offsets, sizes,
                                       strides);
}

/// `value`, brought to `destination` by a kernel.
Value StepLowering::copy(Value value, Value destination) {
  func::FuncOp kernel = copyKernel(cast<RankedTensorType>(value.getType()));
  return func::CallOp::create(builder, step.getLoc(), kernel,
                              ValueRange{value, destination})
      .getResult(0);
}

void StepLowering::lower(dl::ScanOp scan) {
  Location loc = scan.getLoc();
  builder.setInsertionPoint(scan);
  int64_t trips = scan.getTrips();
  unsigned carried = scan.getNumCarried();
  // Not tensor.empty: equal ones would be merged.
  auto allocate = [&](RankedTensorType type) -> Value {
    return bufferization::AllocTensorOp::create(builder, loc, type,
                                                ValueRange());
  };
  SmallVector<Value> stacks;
  for (Value init : scan.getInits()) {
    Value pair = allocate(dl::ScanOp::stackType(init.getType(), 2));
    Value first = sliceAt(builder, loc, pair, builder.getIndexAttr(0));
    Value start = copy(init, first);
    stacks.push_back(
        insertAt(builder, loc, start, pair, builder.getIndexAttr(0)));
  }
  for (OpResult output : scan.getOutputs()) {
    Value place = placeOf(output, scan);
    stacks.push_back(
        place ? place : allocate(cast<RankedTensorType>(output.getType())));
  }

  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  Value zero = index(0), end = index(trips), one = index(1), two = index(2);
  auto loop = scf::ForOp::create(builder, loc, zero, end, one, stacks);
  Block *body = loop.getBody();
  builder.setInsertionPointToStart(body);
  Value i = loop.getInductionVar(), t = i;
  if (scan.getReverse())
    t = arith::SubIOp::create(builder, loc, index(trips - 1), i);
  Value now, then;
  if (carried) {
    now = arith::RemUIOp::create(builder, loc, i, two);
    then = arith::SubIOp::create(builder, loc, one, now);
  }

  // The body's arguments, and the places of its results.
  Block &old = scan.getBlock();
  Operation *yield = scan.getYield();
  ValueRange current = loop.getRegionIterArgs();
  for (auto [arg, pair] : llvm::zip(scan.getCarriedArgs(), current))
    arg.replaceAllUsesWith(sliceAt(builder, loc, pair, now));
  for (auto [arg, stack] : llvm::zip(scan.getInputArgs(), scan.getInputs()))
    arg.replaceAllUsesWith(sliceAt(builder, loc, stack, t));
  for (auto [arg, value] :
       llvm::zip(scan.getInvariantArgs(), scan.getInvariants()))
    arg.replaceAllUsesWith(value);
  for (auto [number, value] : llvm::enumerate(yield->getOperands()))
    slices[value] =
        sliceAt(builder, loc, current[number], number < carried ? then : t);
  body->getOperations().splice(body->end(), old.getOperations(), old.begin(),
                               yield->getIterator());
  lower(*body);

  builder.setInsertionPointToEnd(body);
  SmallVector<Value> next;
  for (auto [number, value] : llvm::enumerate(yield->getOperands()))
    next.push_back(insertAt(builder, loc, value, current[number],
                            number < carried ? then : t));
  scf::YieldOp::create(builder, loc, next);

  builder.setInsertionPoint(scan);
  for (OpResult result : scan.getResults()) {
    unsigned number = result.getResultNumber();
    Value value = loop.getResult(number);
    if (number < carried)
      value = sliceAt(builder, loc, value, builder.getIndexAttr(trips % 2));
    for (auto &[copied, place] : copies)
      if (copied == result)
        copied = value;
    result.replaceAllUsesWith(value);
  }
  scan.erase();
}

void StepLowering::lower(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto call = dyn_cast<func::CallOp>(op))
      lower(call);
    else if (auto scan = dyn_cast<dl::ScanOp>(op))
      lower(scan);
  }
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

/// A kernel that copies tensors of this type.
func::FuncOp StepLowering::copyKernel(RankedTensorType type) {
  std::string name = "copy_";
  llvm::raw_string_ostream stream(name);
  llvm::interleave(type.getShape(), stream, "x");
  stream << (type.getRank() ? "x" : "") << type.getElementType();
  // A step may have that name too.
  if (auto known = symbols.lookup<func::FuncOp>(name);
      known && known->hasAttr(names::kernel))
    return known;
  OpBuilder b(step.getContext());
  auto kernel = func::FuncOp::create(step.getLoc(), name,
                                     b.getFunctionType({type}, {type}));
  kernel.setPrivate();
  kernel->setAttr(names::kernel, b.getUnitAttr());
  Block *body = kernel.addEntryBlock();
  b.setInsertionPointToEnd(body);
  Value empty = tensor::EmptyOp::create(b, step.getLoc(), type.getShape(),
                                        type.getElementType());
  Value copy =
      linalg::CopyOp::create(b, step.getLoc(), body->getArgument(0), empty)
          .getResult(0);
  func::ReturnOp::create(b, step.getLoc(), copy);
  kernelToDestinationStyle(kernel);
  symbols.insert(kernel);
  return kernel;
}

void StepLowering::run() {
  findPlaces();
  Block &body = step.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  lower(body);
  builder.setInsertionPoint(ret);
  for (auto [value, place] : copies)
    copy(value, place);
  func::ReturnOp::create(builder, ret.getLoc());
  ret.erase();
  step.setType(builder.getFunctionType(body.getArgumentTypes(), {}));
  Builder attrs(step.getContext());
  SmallVector<DictionaryAttr> argAttrs;
  for (Type type : body.getArgumentTypes())
    argAttrs.push_back(isa<TensorType>(type)
                           ? attrs.getDictionaryAttr(attrs.getNamedAttr(
                                 writable, attrs.getBoolAttr(true)))
                           : attrs.getDictionaryAttr({}));
  step.setAllArgAttrs(argAttrs);
  step->removeAttr("res_attrs");
}

void dlc::stepToDestinationStyle(
    func::FuncOp step, SymbolTable &symbols,
    const DenseMap<Operation *, InPlacePairs> &inPlace) {
  StepLowering(step, symbols, inPlace).run();
}
