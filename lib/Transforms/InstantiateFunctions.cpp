//===- InstantiateFunctions.cpp - A function for each instance and type ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.func @fc<n>(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
//     dl.param @weight : tensor<?x4xf32> sizes(n) = zeros
//     ...
//   }
//   %y = dl.call @fc<3>(%x) as @a : (tensor<8x4xf32>) -> tensor<8x3xf32>
//
// becomes
//
//   dl.param @a.weight : tensor<3x4xf32> = zeros
//   dl.func @fc.a(%x: tensor<8x4xf32>) -> tensor<8x3xf32> { ... }
//   %y = dl.call @fc.a(%x) : (tensor<8x4xf32>) -> tensor<8x3xf32>
//
//===----------------------------------------------------------------------===//

#include "Retyping.h"

#include "dlc/Dialect/Dl/Templates.h"
#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_INSTANTIATEFUNCTIONS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// `block` of the instance `layer1.0`: `layer1.0.block`.
static StringAttr within(StringAttr prefix, StringAttr name) {
  if (!prefix || prefix.empty())
    return name;
  return StringAttr::get(name.getContext(),
                         prefix.getValue() + "." + name.getValue());
}

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

namespace {

/// What a function is instantiated for.
struct Request {
  FuncOp callee;
  StringAttr name;   ///< of the callee, which is erased in the end
  StringAttr prefix; ///< of the names of entries; may be empty
  ArrayAttr sizes;   ///< numbers; null where the function has none
  SmallVector<Type> operands;
  CallOp call;

  /// What is wrong in a function is wrong for the call.
  void note(Diagnostic &error) {
    if (error.getSeverity() != DiagnosticSeverity::Error)
      return;
    Diagnostic &at = error.attachNote(call.getLoc());
    at << "in @" << name.getValue() << ", called here";
    if (!prefix.empty())
      at << " as @" << prefix.getValue();
    at << " with (" << operands << ")";
  }
};

class Instantiator {
public:
  explicit Instantiator(ModelOp model)
      : model(model), symbols(model), builder(model.getContext()) {}

  LogicalResult run();
  int64_t numMade = 0;

private:
  bool isTemplate(FuncOp func);
  bool declares(FuncOp func, SmallVectorImpl<FuncOp> &seen);
  /// Makes the calls in a closed function or step call instances.
  LogicalResult resolveCalls(Operation *callable);
  /// The instance that a call asks for, which has all its types.
  FailureOr<FuncOp> instanceFor(CallOp call, StringAttr prefix, ArrayAttr sizes,
                                TypeRange operands);
  FailureOr<FuncOp> instantiate(Request &request);
  LogicalResult declareEntries(Request &request);
  LogicalResult verifyUses();
  Operation *beforeFunctions();

  friend class Instance;
  ModelOp model;
  /// All but the templates, whose names are for their instances.
  SymbolTable symbols;
  /// The functions of the program.
  DenseMap<StringAttr, FuncOp> functions;
  Builder builder;
  /// By function, prefix, sizes and types of operands.
  using Key = std::pair<Operation *, Attribute>;
  llvm::MapVector<Key, FuncOp> instances;
  /// What declared an entry, and for which call.
  DenseMap<StringAttr, std::pair<Operation *, CallOp>> declared;
  DenseMap<Operation *, bool> templates;
  SmallVector<FuncOp> active;
  std::vector<std::pair<FuncOp, Request>> finished;
  int64_t ops = 0;
};

/// One function on its way from a template to an instance.
class Instance : Retyping {
public:
  Instance(Instantiator &all, Request &request) : all(all), request(request) {}

  FailureOr<FuncOp> make(StringAttr name);

private:
  LogicalResult retype(Block &block);
  LogicalResult retype(Operation *op);
  LogicalResult retypeScan(ScanOp op);
  LogicalResult retypeCall(CallOp op);
  FailureOr<SmallVector<Type>> typesOf(Operation *op);
  FailureOr<Type> reshapedType(ReshapeOp op);
  LogicalResult setTypes(Operation *op, TypeRange types);
  void closeSlice(SliceOp op);
  void nameEntries(Operation *op);
  ArrayAttr numbersOf(CallOp call);

  Instantiator &all;
  Request &request;
};

} // namespace

/// Whether calls of the function need an instance of it: its types are open, it
/// has entries of its own, or it calls such a function.
bool Instantiator::isTemplate(FuncOp func) {
  auto [found, isNew] = templates.try_emplace(func, false);
  if (!isNew)
    return found->second;
  bool result = func.isOpen() || !func.getEntries().empty();
  if (!result)
    func.walk([&](CallOp call) {
      result = result || isTemplate(functions[call.getCalleeAttr().getAttr()]);
    });
  return templates[func] = result;
}

/// Whether an instance of the function has entries, of its own or of what it
/// calls.
bool Instantiator::declares(FuncOp func, SmallVectorImpl<FuncOp> &seen) {
  if (!func.getEntries().empty())
    return true;
  if (llvm::is_contained(seen, func))
    return false;
  seen.push_back(func);
  bool result = false;
  func.walk([&](CallOp call) {
    result =
        result || declares(functions[call.getCalleeAttr().getAttr()], seen);
  });
  return result;
}

/// Entries stand in front of all functions, instances in front of what uses
/// them.
Operation *Instantiator::beforeFunctions() {
  for (Operation &op : model.getBody().front())
    if (isa<FuncOp, StepOp>(op))
      return &op;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

/// The numbers of the open extents, by the names of the sizes.
static RankedTensorType closed(RankedTensorType type, ArrayAttr names,
                               FuncOp func, ArrayAttr numbers) {
  SmallVector<int64_t> shape(type.getShape());
  size_t next = 0;
  for (int64_t &extent : shape) {
    if (!ShapedType::isDynamic(extent))
      continue;
    auto known = func.getSizeNamesAttr().getValue();
    size_t place = llvm::find(known, names[next++]) - known.begin();
    extent = cast<IntegerAttr>(numbers[place]).getInt();
  }
  return type.clone(shape);
}

LogicalResult Instantiator::declareEntries(Request &request) {
  FuncOp func = request.callee;
  for (Operation *entry : func.getEntries()) {
    StringAttr own = SymbolTable::getSymbolName(entry);
    StringAttr name = within(request.prefix, own);
    auto written = cast<RankedTensorType>(
        entry->getAttrOfType<TypeAttr>("type").getValue());
    auto names = entry->getAttrOfType<ArrayAttr>("sizes");
    TypeAttr type = TypeAttr::get(closed(written, names, func, request.sizes));
    if (name.size() > limits::nameBytes)
      return entry->emitOpError() << "would have a name of " << name.size()
                                  << " bytes, more than " << limits::nameBytes;
    if (Operation *there = symbols.lookup(name)) {
      auto [source, first] = declared.lookup(name);
      if (source == entry && there->getAttr("type") == type)
        continue;
      InFlightDiagnostic error = entry->emitOpError()
                                 << "would be @" << name.getValue();
      if (source == entry)
        error << " of type " << type << ", which another call of the instance "
              << "made " << there->getAttr("type");
      else
        error << ", which the model has already";
      error.attachNote(first ? first.getLoc() : there->getLoc())
          << "it is from here";
      return error;
    }
    OpBuilder b(beforeFunctions());
    Operation *copy = b.clone(*entry);
    copy->setAttr(SymbolTable::getSymbolAttrName(), name);
    copy->setAttr("type", type);
    copy->removeAttr("sizes");
    symbols.insert(copy);
    declared[name] = {entry, request.call};
    if (failed(verify(copy)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// References to entries of the function are to those of the instance.
void Instance::nameEntries(Operation *op) {
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](FlatSymbolRefAttr ref) -> std::optional<Attribute> {
        if (!request.callee.findEntry(ref.getAttr()))
          return std::nullopt;
        return FlatSymbolRefAttr::get(within(request.prefix, ref.getAttr()));
      });
  replacer.replaceElementsIn(op);
}

/// Types are inferred; what was written holds where it was not open.
LogicalResult Instance::setTypes(Operation *op, TypeRange types) {
  Operation *now = mapping.lookup(op);
  for (auto [result, type] : llvm::zip(op->getResults(), types)) {
    if (hasOpenExtents(type))
      return now->emitOpError()
             << "has an open extent that follows from no operand: " << type
             << "; write its number, or make it of a value that has it";
    if (!mayBe(type, result.getType()))
      return now->emitOpError() << "gives " << type << " here, not "
                                << result.getType() << " as it is written";
    now->getResult(result.getResultNumber()).setType(type);
  }
  return success();
}

/// One open extent follows from how many elements there are, once those before
/// it that are open in the operand too are taken from there.
FailureOr<Type> Instance::reshapedType(ReshapeOp op) {
  RankedTensorType from = after(op.getX());
  SmallVector<int64_t> shape(before(op.getY()).getShape());
  auto open = [&] { return llvm::count_if(shape, ShapedType::isDynamic); };
  for (auto [dim, extent] : llvm::enumerate(shape)) {
    if (open() < 2 || int64_t(dim) >= from.getRank() ||
        (!ShapedType::isDynamic(extent) && extent != from.getDimSize(dim)))
      break;
    extent = from.getDimSize(dim);
  }
  if (open() > 1)
    return failure();
  int64_t others = 1;
  for (int64_t extent : shape)
    if (!ShapedType::isDynamic(extent)) {
      if (extent < 0 || extent > maxElements / std::max<int64_t>(others, 1))
        return failure();
      others *= extent;
    }
  if (others)
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = from.getNumElements() / others;
  return Type(before(op.getY()).clone(shape));
}

/// A size of -1 is all that is left.
void Instance::closeSlice(SliceOp op) {
  auto now = cast<SliceOp>(mapping.lookup(op.getOperation()));
  ArrayRef<int64_t> shape = after(op.getX()).getShape();
  SmallVector<int64_t> sizes(op.getSizes());
  if (sizes.size() != shape.size() || op.getOffsets().size() != shape.size() ||
      (op.getStrides() && op.getStrides()->size() != shape.size()))
    return; // which its verifier says
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    int64_t left = shape[dim] - op.getOffsets()[dim];
    int64_t stride = op.strideAt(dim);
    if (size == -1 && left >= 0 && left <= shape[dim] && stride > 0)
      size = (left + stride - 1) / stride;
  }
  now.setSizes(sizes);
}

FailureOr<SmallVector<Type>> Instance::typesOf(Operation *op) {
  Operation *now = mapping.lookup(op);
  if (op->getNumResults() == 0)
    return SmallVector<Type>();
  if (auto read = dyn_cast<ReadOp>(now)) {
    Operation *entry = all.symbols.lookup(read.getEntry());
    auto type = entry ? entry->getAttrOfType<TypeAttr>("type") : TypeAttr();
    return SmallVector<Type>{type ? type.getValue()
                                  : op->getResult(0).getType()};
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    FailureOr<Type> type = reshapedType(reshape);
    if (failed(type))
      return failure();
    return SmallVector<Type>{*type};
  }
  if (op->getNumOperands() == 0 ||
      (!isa<InferTypeOpInterface>(op) &&
       llvm::none_of(op->getResultTypes(), hasOpenExtents)))
    return llvm::to_vector(op->getResultTypes());
  if (auto slice = dyn_cast<SliceOp>(op))
    closeSlice(slice);
  return inferTypes(op);
}

LogicalResult Instance::retypeScan(ScanOp op) {
  auto now = cast<ScanOp>(mapping.lookup(op.getOperation()));
  Block &body = now.getBlock();
  if (body.getNumArguments() != now->getNumOperands() || body.empty() ||
      !isa<YieldOp>(body.back()) ||
      body.back().getNumOperands() != now->getNumResults() ||
      now->getNumResults() < now.getNumCarried())
    return now.emitOpError("expects a body with an argument for each operand "
                           "and a dl.yield with a value for each result");
  for (auto [number, operand] : llvm::enumerate(now->getOperands())) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (now.isStacked(number) && type.getRank() == 0)
      return now.emitOpError() << "has a stacked operand without dimensions";
    Value arg = body.getArgument(number);
    Type given = now.isStacked(number) ? Type(ScanOp::sliceType(type)) : type;
    if (!mayBe(given, arg.getType()))
      return now.emitOpError() << "gives its body " << given << " here, not "
                               << arg.getType() << " as it is written";
    arg.setType(given);
  }
  if (failed(retype(op.getBlock())))
    return failure();
  SmallVector<Type> types;
  for (auto [number, value] : llvm::enumerate(now.getYield()->getOperands()))
    types.push_back(
        number < now.getNumCarried()
            ? now.getInits()[number].getType()
            : Type(ScanOp::stackType(value.getType(), now.getTrips())));
  return setTypes(op, types);
}

/// The sizes that a call gives, as numbers.
ArrayAttr Instance::numbersOf(CallOp call) {
  if (!call.getSizesAttr())
    return {};
  SmallVector<Attribute> numbers;
  for (Attribute size : call.getSizesAttr()) {
    if (isa<StringAttr>(size)) {
      auto names = request.callee.getSizeNamesAttr().getValue();
      size = request.sizes[llvm::find(names, size) - names.begin()];
    }
    numbers.push_back(size);
  }
  return ArrayAttr::get(call.getContext(), numbers);
}

LogicalResult Instance::retypeCall(CallOp op) {
  auto now = cast<CallOp>(mapping.lookup(op.getOperation()));
  FailureOr<FuncOp> callee = all.instanceFor(now, request.prefix, numbersOf(op),
                                             now.getArgs().getTypes());
  if (failed(callee))
    return failure();
  return setTypes(op,
                  cast<FunctionType>(callee->getFunctionType()).getResults());
}

LogicalResult Instance::retype(Operation *op) {
  Operation *now = mapping.lookup(op);
  if (isa<CallOp>(op))
    return retypeCall(cast<CallOp>(op));
  nameEntries(now);
  if (isa<ScanOp>(op))
    return retypeScan(cast<ScanOp>(op));
  if (isa<ReturnOp, YieldOp>(op))
    return success();
  bool said = false;
  FailureOr<SmallVector<Type>> types = [&] {
    ScopedDiagnosticHandler listen(op->getContext(), [&](Diagnostic &) {
      said = true;
      return failure();
    });
    return typesOf(op);
  }();
  if (failed(types) || types->size() != op->getNumResults()) {
    if (!said)
      return now->emitOpError("has a result whose extents do not follow from "
                              "its operands; write their numbers");
    return failure();
  }
  return setTypes(op, *types);
}

LogicalResult Instance::retype(Block &block) {
  for (Operation &op : block)
    if (!isEntryOfFunction(&op))
      if (failed(retype(&op)))
        return failure();
  return success();
}

FailureOr<FuncOp> Instance::make(StringAttr name) {
  FuncOp func = request.callee;
  OwningOpRef<FuncOp> copy = cast<FuncOp>(func->clone(mapping));
  Block &body = copy->getBody().front();
  for (auto [arg, type] : llvm::zip(body.getArguments(), request.operands))
    arg.setType(type);
  // The types of ops are verified in the model.
  all.model.getBody().front().getOperations().insert(func->getIterator(),
                                                     copy->getOperation());
  FuncOp result = copy.release();
  result.setSymNameAttr(name);
  result.removeSizeNamesAttr();
  all.symbols.insert(result);
  if (failed(retype(func.getBody().front())))
    return failure();
  for (Operation *entry : result.getEntries())
    entry->erase();
  auto given = llvm::to_vector(body.getTerminator()->getOperandTypes());
  auto type = cast<FunctionType>(func.getFunctionType());
  if (!mayBe(given, type.getResults()))
    return body.getTerminator()->emitOpError()
           << "gives (" << given << ") here, but the results of @"
           << func.getSymName() << " are (" << type.getResults() << ")";
  result.setFunctionType(
      FunctionType::get(func.getContext(), request.operands, given));
  return result;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

FailureOr<FuncOp> Instantiator::instantiate(Request &request) {
  FuncOp func = request.callee;
  if (llvm::is_contained(active, func))
    return request.call.emitOpError()
           << "is recursive: @" << func.getSymName() << " calls itself";
  func.walk([&](Operation *) { ++ops; });
  if (ops > limits::ops)
    return request.call.emitOpError()
           << "makes one op too many of functions with open extents or "
              "parameters of their own; a program has at most "
           << limits::ops;
  auto type = cast<FunctionType>(func.getFunctionType());
  if (!mayBe(request.operands, type.getInputs()))
    return request.call.emitOpError()
           << "gives (" << request.operands << ") here, but @"
           << func.getSymName() << " takes (" << type.getInputs() << ")";
  ScopedDiagnosticHandler note(model.getContext(), [&](Diagnostic &error) {
    request.note(error);
    return failure();
  });
  active.push_back(func);
  if (failed(declareEntries(request)))
    return failure();
  StringAttr name = builder.getStringAttr(
      func.getSymName() +
      (request.prefix.empty() ? "" : "." + request.prefix.getValue()));
  FailureOr<FuncOp> made = Instance(*this, request).make(name);
  if (failed(made) || failed(verify(*made)))
    return failure();
  active.pop_back();
  ++numMade;
  finished.emplace_back(*made, request);
  return made;
}

FailureOr<FuncOp> Instantiator::instanceFor(CallOp call, StringAttr prefix,
                                            ArrayAttr sizes,
                                            TypeRange operands) {
  FuncOp callee = functions[call.getCalleeAttr().getAttr()];
  SmallVector<FuncOp> seen;
  if (FlatSymbolRefAttr instance = call.getInstanceAttr();
      instance && !declares(callee, seen))
    return call.emitOpError()
           << "names the instance " << instance << ", but "
           << call.getCalleeAttr() << " has no parameters of its own";
  if (!isTemplate(callee))
    return callee;
  if (FlatSymbolRefAttr instance = call.getInstanceAttr())
    prefix = within(prefix, instance.getAttr());
  Request request{callee, callee.getSymNameAttr(),   prefix,
                  sizes,  llvm::to_vector(operands), call};
  SmallVector<Attribute> key{prefix,
                             sizes ? Attribute(sizes) : builder.getUnitAttr()};
  for (Type type : operands)
    key.push_back(TypeAttr::get(type));
  Key whole(callee, builder.getArrayAttr(key));
  auto found = instances.find(whole);
  FuncOp made = found == instances.end() ? FuncOp() : found->second;
  if (!made) {
    FailureOr<FuncOp> result = instantiate(request);
    if (failed(result))
      return failure();
    made = instances[whole] = *result;
  }
  call.setCalleeAttr(FlatSymbolRefAttr::get(made.getSymNameAttr()));
  call.removeInstanceAttr();
  call.removeSizesAttr();
  return made;
}

LogicalResult Instantiator::resolveCalls(Operation *callable) {
  WalkResult result = callable->walk([&](CallOp call) -> WalkResult {
    FailureOr<FuncOp> made =
        instanceFor(call, builder.getStringAttr(""), call.getSizesAttr(),
                    call.getArgs().getTypes());
    if (failed(made))
      return WalkResult::interrupt();
    auto type = cast<FunctionType>(made->getFunctionType());
    if (TypeRange(type.getResults()) != TypeRange(call.getOutputs().getTypes()))
      return call.emitOpError() << "gives (" << type.getResults() << "), not ("
                                << call.getOutputs().getTypes() << ")";
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Verifies what the ops of instances say of the entries that they name.
LogicalResult Instantiator::verifyUses() {
  SymbolTableCollection tables;
  for (auto &[func, request] : finished) {
    Request &made = request;
    ScopedDiagnosticHandler note(model.getContext(), [&](Diagnostic &error) {
      made.note(error);
      return failure();
    });
    WalkResult result = func.walk([&](SymbolUserOpInterface user) {
      return failed(user.verifySymbolUses(tables)) ? WalkResult::interrupt()
                                                   : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
  }
  return success();
}

LogicalResult Instantiator::run() {
  for (auto func : model.getBody().getOps<FuncOp>())
    functions[func.getSymNameAttr()] = func;
  SmallVector<FuncOp> originals;
  for (auto func : model.getBody().getOps<FuncOp>())
    if (isTemplate(func))
      originals.push_back(func);
  for (FuncOp func : originals)
    symbols.remove(func);
  SmallVector<Operation *> callers;
  for (Operation &op : model.getBody().front())
    if (isa<StepOp>(op) || (isa<FuncOp>(op) && !isTemplate(cast<FuncOp>(op))))
      callers.push_back(&op);
  for (Operation *caller : callers)
    if (failed(resolveCalls(caller)))
      return failure();
  for (FuncOp func : originals) {
    bool called = llvm::any_of(instances, [&](auto &instance) {
      return instance.first.first == func;
    });
    if (!called)
      func.emitWarning() << "@" << func.getSymName()
                         << " is called nowhere: what it says is not checked";
  }
  // Instances have taken their names.
  for (FuncOp func : originals)
    func.erase();
  return verifyUses();
}

namespace {

struct InstantiateFunctionsPass
    : dlc::impl::InstantiateFunctionsBase<InstantiateFunctionsPass> {
  void runOnOperation() override {
    Instantiator instantiator(getOperation());
    if (failed(instantiator.run()))
      return signalPassFailure();
    numInstances += instantiator.numMade;
  }
};

} // namespace
