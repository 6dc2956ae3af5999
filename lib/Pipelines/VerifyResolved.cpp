//===- VerifyResolved.cpp - Steps and kernels as functions ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From `resolve` to `fuse` a model holds functions: steps, whose arguments and
// results are inputs, outputs and state entries by their attributes, and
// kernels, which steps call. Later phases lay out memory by these attributes.
//
//===----------------------------------------------------------------------===//

#include "VerifyParts.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Limits.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace dlc;

/// The type that the values of a state entry have in a step, or null if `entry`
/// is null or of another kind.
static RankedTensorType stateType(Operation *entry) {
  if (!entry)
    return {};
  Builder b(entry->getContext());
  if (isa<dl::CounterOp>(entry))
    return RankedTensorType::get({}, b.getI64Type());
  if (!isa<dl::ParamOp, dl::BufferOp, dl::SlotOp, dl::DerivedOp, dl::HparamOp>(
          entry))
    return {};
  auto type =
      cast<RankedTensorType>(entry->getAttrOfType<TypeAttr>("type").getValue());
  if (auto storage = entry->getAttrOfType<dl::StorageAttr>("storage"))
    return type.clone(storage.getStoredShape());
  return type;
}

/// The body is a single block of tensors that returns the types of the
/// function.
static LogicalResult verifyBody(func::FuncOp function) {
  if (function.isExternal())
    return function.emitOpError("has no body");
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("has more than one block");
  if (!isa<func::ReturnOp>(function.getBody().front().getTerminator()))
    return function.emitOpError("does not end with a return");
  for (Type type : llvm::concat<const Type>(function.getArgumentTypes(),
                                            function.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape() || !dl::hasUsableSize(tensor) ||
        !dl::isElementType(tensor.getElementType()))
      return function.emitOpError("takes and gives tensors of static shape of ")
             << elementTypeNames() << ", not too large, not " << type;
  }
  return success();
}

namespace {

/// One step against the state of its model.
class StepVerifier {
public:
  StepVerifier(func::FuncOp step, SymbolTable &symbols)
      : step(step), symbols(symbols) {}

  LogicalResult run();

private:
  InFlightDiagnostic fail(bool isResult, unsigned number) {
    return step.emitOpError() << "has " << (isResult ? "result" : "argument")
                              << " #" << number << " ";
  }
  LogicalResult verifyTensor(DictionaryAttr attrs, Type type, bool isResult,
                             unsigned number);
  LogicalResult verifyState(FlatSymbolRefAttr state, Type type, bool isResult,
                            unsigned number);
  LogicalResult verifyFault(Type type, unsigned number);

  func::FuncOp step;
  SymbolTable &symbols;
  llvm::SmallDenseSet<Attribute> names, read, written;
  bool hasFault = false;
};

} // namespace

LogicalResult StepVerifier::verifyState(FlatSymbolRefAttr state, Type type,
                                        bool isResult, unsigned number) {
  RankedTensorType expected = stateType(symbols.lookup(state.getAttr()));
  if (!expected)
    return fail(isResult, number) << "of the state entry " << state
                                  << ", which the model does not have";
  if (type != expected)
    return fail(isResult, number)
           << "of the state entry " << state << ", whose "
           << "type is " << expected << ", not " << type;
  if (!(isResult ? written : read).insert(state).second)
    return fail(isResult, number)
           << "of the state entry " << state << ", which is there already";
  bool isDerived = isa<dl::DerivedOp>(symbols.lookup(state.getAttr()));
  if (isResult && isDerived != step->hasAttr(names::derives))
    return fail(isResult, number)
           << "of the state entry " << state << ", which is "
           << (isDerived ? "" : "not ") << "derived: a function with "
           << names::derives << " writes those, a step all others";
  if (isResult && !read.contains(state))
    return fail(isResult, number) << "of the state entry " << state
                                  << ", but no argument that is the old value";
  return success();
}

LogicalResult StepVerifier::verifyFault(Type type, unsigned number) {
  Builder b(step.getContext());
  if (type != RankedTensorType::get({}, b.getI64Type()))
    return fail(true, number) << "that tells of faults, of type " << type
                              << ", expected tensor<i64>";
  if (hasFault)
    return fail(true, number) << "that tells of faults, which one does already";
  hasFault = true;
  return success();
}

LogicalResult StepVerifier::verifyTensor(DictionaryAttr attrs, Type type,
                                         bool isResult, unsigned number) {
  auto state = attrs.getAs<FlatSymbolRefAttr>(names::state);
  auto name = attrs.getAs<StringAttr>(names::io);
  auto written = attrs.getAs<TypeAttr>(names::type);
  bool fault = attrs.contains(names::fault);
  if (bool(state) + bool(name) + fault != 1 || (fault && !isResult))
    return fail(isResult, number)
           << "that is not one of: an input or output (" << names::io
           << "), a state entry (" << names::state << ")"
           << (isResult ? ", the number of a fault (dl.fault)" : "");
  if (state)
    return verifyState(state, type, isResult, number);
  if (step->hasAttr(names::derives))
    return fail(isResult, number)
           << "that is not an entry of the state, as all "
              "are of a function with "
           << names::derives;
  if (fault)
    return verifyFault(type, number);
  if (hasFault)
    return fail(isResult, number) << "behind the one that tells of faults";
  if (!names.insert(name).second)
    return fail(isResult, number) << "named " << name << ", as another is";
  // The library's tables and its callers' buffers follow the type as written.
  if (written && !verify::agree(cast<RankedTensorType>(written.getValue()),
                                cast<RankedTensorType>(type)))
    return fail(isResult, number)
           << "of type " << type << ", but " << names::type << " says "
           << written.getValue();
  return success();
}

LogicalResult StepVerifier::run() {
  if (failed(verifyBody(step)))
    return failure();
  if (step->hasAttr(names::kernel))
    return step.emitOpError("is a step and a kernel");
  if (int64_t(step.getNumArguments() + step.getNumResults()) >
      limits::stepTensors + 2 * limits::symbols)
    return step.emitOpError("has too many arguments and results");
  for (unsigned i = 0; i < step.getNumArguments(); ++i) {
    auto attrs = step.getArgAttrDict(i);
    if (failed(
            verifyTensor(attrs ? attrs : DictionaryAttr::get(step.getContext()),
                         step.getArgumentTypes()[i], false, i)))
      return failure();
  }
  for (unsigned i = 0; i < step.getNumResults(); ++i) {
    auto attrs = step.getResultAttrDict(i);
    if (failed(
            verifyTensor(attrs ? attrs : DictionaryAttr::get(step.getContext()),
                         step.getResultTypes()[i], true, i)))
      return failure();
  }
  auto faults = step->getAttrOfType<ArrayAttr>(names::faults);
  if (hasFault != bool(faults && !faults.empty()))
    return step.emitOpError("has a result that tells of faults and a list of "
                            "what they mean, or neither");
  return success();
}

static LogicalResult verifyKernel(func::FuncOp kernel) {
  if (failed(verifyBody(kernel)))
    return failure();
  if (!kernel.isPrivate())
    return kernel.emitOpError("is a kernel, and those are private");
  if (auto rows = kernel->getAttrOfType<IntegerAttr>(names::rows))
    for (Type type : kernel.getResultTypes()) {
      auto tensor = cast<RankedTensorType>(type);
      if (tensor.getRank() == 0 || tensor.getDimSize(0) != rows.getInt())
        return kernel.emitOpError()
               << "computes " << rows.getInt() << " rows of each result, but "
               << "one is " << type;
    }
  auto pairs = kernel->getAttrOfType<ArrayAttr>(names::inPlace);
  llvm::SmallDenseSet<int64_t> results, inputs;
  for (Attribute attr : pairs ? pairs.getValue() : ArrayRef<Attribute>()) {
    ArrayRef<int64_t> pair = cast<DenseI64ArrayAttr>(attr).asArrayRef();
    if (pair[0] >= kernel.getNumResults() ||
        pair[1] >= kernel.getNumArguments())
      return kernel.emitOpError()
             << "has a pair " << attr << " in " << names::inPlace
             << " that names no result and argument";
    if (!results.insert(pair[0]).second || !inputs.insert(pair[1]).second)
      return kernel.emitOpError() << "has a pair " << attr << " in "
                                  << names::inPlace << " that repeats another";
    if (kernel.getResultTypes()[pair[0]] != kernel.getArgumentTypes()[pair[1]])
      return kernel.emitOpError() << "has a pair " << attr << " in "
                                  << names::inPlace << " of different types";
  }
  return success();
}

/// Every derived entry has one function that makes it, from other entries.
static LogicalResult verifyDerivations(dl::ModelOp model) {
  llvm::SmallDenseSet<Attribute> made;
  for (auto function : model.getBody().getOps<func::FuncOp>()) {
    if (!function->hasAttr(names::derives))
      continue;
    if (!function->hasAttr(names::step))
      return function.emitOpError()
             << "has " << names::derives << " but not " << names::step;
    llvm::SmallDenseSet<Attribute> own;
    for (unsigned i = 0; i < function.getNumResults(); ++i) {
      Attribute entry = function.getResultAttr(i, names::state);
      own.insert(entry);
      if (!made.insert(entry).second)
        return function.emitOpError()
               << "makes " << entry << ", as another function does";
    }
    SymbolTable symbols(model);
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto entry =
          function.getArgAttrOfType<FlatSymbolRefAttr>(i, names::state);
      if (own.contains(entry) ? !function.getArgument(i).use_empty()
                              : symbols.lookup<dl::DerivedOp>(entry.getAttr()))
        return function.emitOpError()
               << "reads " << entry << ", which is derived itself";
    }
  }
  for (auto entry : model.getBody().getOps<dl::DerivedOp>())
    if (!made.contains(FlatSymbolRefAttr::get(entry.getSymNameAttr())))
      return entry.emitOpError("is made by no function");
  return success();
}

LogicalResult verify::verifyCalls(Operation *root, SymbolTable &functions) {
  WalkResult result = root->walk([&](func::CallOp call) -> WalkResult {
    auto callee = functions.lookup<func::FuncOp>(call.getCallee());
    if (callee && callee->hasAttr(names::kernel))
      return WalkResult::advance();
    call.emitOpError() << "calls @" << call.getCallee()
                       << ", which is not a kernel";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult verify::verifyResolved(dl::ModelOp model, bool fused) {
  SymbolTable symbols(model);
  for (auto function : model.getBody().getOps<func::FuncOp>()) {
    if (function->hasAttr(names::step)) {
      if (failed(StepVerifier(function, symbols).run()))
        return failure();
    } else if (!fused || !function->hasAttr(names::kernel)) {
      return function.emitOpError()
             << "is not a step (" << names::step << ")"
             << (fused ? " and no kernel (dl.kernel)" : "");
    } else if (failed(verifyKernel(function))) {
      return failure();
    }
  }
  if (failed(verifyDerivations(model)))
    return failure();
  SmallVector<verify::SizeOfStep> steps;
  for (auto function : model.getBody().getOps<func::FuncOp>()) {
    if (!function->hasAttr(names::step) || function->hasAttr(names::derives))
      continue;
    verify::SizeOfStep step{
        function.getSymName(),
        function->getAttrOfType<dl::BatchAttr>(names::batch),
        function->hasAttr(names::trains),
        {},
        {},
        function};
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      if (auto name = function.getArgAttrOfType<StringAttr>(i, names::io))
        step.inputs.push_back({name.getValue(), cast<RankedTensorType>(type)});
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      if (auto name = function.getResultAttrOfType<StringAttr>(i, names::io))
        step.outputs.push_back({name.getValue(), cast<RankedTensorType>(type)});
    steps.push_back(std::move(step));
  }
  if (failed(verify::verifySizes(steps, [](const verify::SizeOfStep &step) {
        return step.op->emitOpError();
      })))
    return failure();
  return verifyCalls(model, symbols);
}
