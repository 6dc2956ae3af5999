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

#include "FunctionInstance.h"

#include "dlc/Dialect/Dl/Templates.h"
#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_INSTANTIATEFUNCTIONS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Instances
//===----------------------------------------------------------------------===//

namespace {

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
  FailureOr<FuncOp> instantiate(InstanceRequest &request);
  LogicalResult declareEntries(InstanceRequest &request);
  LogicalResult verifyUses(ArrayRef<Operation *> callers);
  Operation *beforeFunctions();

  ModelOp model;
  /// All but the templates, whose names are for their instances.
  SymbolTable symbols;
  /// The functions of the program.
  DenseMap<StringAttr, FuncOp> functions;
  Builder builder;
  /// By function, prefix, sizes and types of operands.
  using Key = std::pair<Operation *, Attribute>;
  llvm::MapVector<Key, FuncOp> instances;
  /// The op that declared an entry, and the call it was made for.
  DenseMap<StringAttr, std::pair<Operation *, CallOp>> declared;
  DenseMap<Operation *, bool> templates;
  SmallVector<FuncOp> active;
  std::vector<std::pair<FuncOp, InstanceRequest>> finished;
  int64_t ops = 0;
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

/// Whether an instance of the function has entries, of its own or of functions
/// that it calls.
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

/// Entries stand in front of all functions, instances in front of their users.
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

LogicalResult Instantiator::declareEntries(InstanceRequest &request) {
  FuncOp func = request.callee;
  for (Operation *entry : func.getEntries()) {
    StringAttr own = SymbolTable::getSymbolName(entry);
    StringAttr name = nameWithin(request.prefix, own);
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
// Calls
//===----------------------------------------------------------------------===//

FailureOr<FuncOp> Instantiator::instantiate(InstanceRequest &request) {
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
  auto resolve = [&](CallOp call, ArrayAttr sizes) {
    return instanceFor(call, request.prefix, sizes, call.getArgs().getTypes());
  };
  FailureOr<FuncOp> made =
      FunctionInstance(request, model, symbols, resolve).make(name);
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
    prefix = nameWithin(prefix, instance.getAttr());
  InstanceRequest request{callee, callee.getSymNameAttr(),   prefix,
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

/// Verifies the ops of instances, and of the callers that the program has,
/// against the entries that they name: which entries the model has is known
/// from here on.
LogicalResult Instantiator::verifyUses(ArrayRef<Operation *> callers) {
  SymbolTableCollection tables;
  auto verifyIn = [&](Operation *op) {
    return failure(op->walk([&](SymbolUserOpInterface user) {
                       return failed(user.verifySymbolUses(tables))
                                  ? WalkResult::interrupt()
                                  : WalkResult::advance();
                     }).wasInterrupted());
  };
  for (auto &[func, request] : finished) {
    InstanceRequest &made = request;
    ScopedDiagnosticHandler note(model.getContext(), [&](Diagnostic &error) {
      made.note(error);
      return failure();
    });
    if (failed(verifyIn(func)))
      return failure();
  }
  for (Operation *caller : callers)
    if (failed(verifyIn(caller)))
      return failure();
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
  return verifyUses(callers);
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
