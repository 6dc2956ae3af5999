//===- VerifyLowered.cpp - A lowered module and its manifest --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From `linalg` on a module holds functions and `dl.manifest`, which describes
// the state of the model and the inputs and outputs of its steps. The tables of
// the library and its entries are made from the manifest; the memory they hand
// to the code must agree with the types in the code.
//
//===----------------------------------------------------------------------===//

#include "VerifyParts.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"
#include "dlc/Support/Limits.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dlc;
using dlc::verify::SizeOfStep;

namespace {

class LoweredVerifier {
public:
  LoweredVerifier(ModuleOp module, ProgramForm form)
      : module(module), form(form), symbols(module) {}

  LogicalResult run();

private:
  InFlightDiagnostic fail() {
    return module.emitError("has a dl.manifest that ");
  }

  LogicalResult addEntry(StringAttr name, RankedTensorType type,
                         int64_t offset);
  LogicalResult verifyDerivation(dl::DerivationAttr derivation);
  LogicalResult verifyNames(StringRef list, ArrayAttr names,
                            function_ref<bool(StringRef)> isKnown);
  LogicalResult verifyFunction(StringRef name);
  LogicalResult verifyStep(dl::StepEntryAttr step);
  void addTensors(dl::ArgKind kind, ArrayAttr entries);
  LogicalResult verifyTensorStep(func::FuncOp step);
  LogicalResult verifyBufferStep(func::FuncOp step);
  LogicalResult verifyLLVMStep(LLVM::LLVMFuncOp step);
  LogicalResult verifyKernel(func::FuncOp kernel);

  ModuleOp module;
  ProgramForm form;
  SymbolTable symbols;
  dl::ManifestAttr manifest;
  llvm::StringMap<RankedTensorType> states;
  llvm::StringSet<> steps, derivations, derived;
  SmallVector<SizeOfStep> sizes;
  /// For the step being verified: its inputs and outputs, and the fault.
  SmallVector<std::pair<dl::ArgAttr, RankedTensorType>> tensors;
};

} // namespace

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

/// An entry of the state, and where it lies in the block.
LogicalResult LoweredVerifier::addEntry(StringAttr name, RankedTensorType type,
                                        int64_t offset) {
  if (!states.try_emplace(name.getValue(), type).second)
    return fail() << "has two state entries '" << name.getValue() << "'";
  if (form == ProgramForm::Tensors)
    return success();
  int64_t bytes = dl::bytesOf(type), size = manifest.getStateBytes();
  if (offset < 0)
    return fail() << "has no 'offset' of the state entry '" << name.getValue()
                  << "'";
  if (bytes > size || offset > size - bytes || offset % 8)
    return fail() << "has the state entry '" << name.getValue() << "' at "
                  << offset << " in " << size
                  << " bytes, where it does not fit";
  return success();
}

void LoweredVerifier::addTensors(dl::ArgKind kind, ArrayAttr entries) {
  for (auto entry : entries.getAsRange<dl::TensorEntryAttr>())
    tensors.push_back(
        {dl::ArgAttr::get(module.getContext(), kind, entry.getName()),
         entry.getType()});
}

/// A list of names that are known, each once.
LogicalResult
LoweredVerifier::verifyNames(StringRef list, ArrayAttr names,
                             function_ref<bool(StringRef)> isKnown) {
  llvm::SmallDenseSet<Attribute> seen;
  for (Attribute name : names)
    if (!isKnown(cast<StringAttr>(name).getValue()) ||
        !seen.insert(name).second)
      return fail() << "has " << name << " among '" << list
                    << "', which is not a name of one, or there twice";
  return success();
}

LogicalResult LoweredVerifier::verifyDerivation(dl::DerivationAttr derivation) {
  if (failed(verifyNames("reads", derivation.getReads(), [&](StringRef entry) {
        return states.contains(entry) && !derived.contains(entry);
      })))
    return failure();
  tensors.clear();
  StringAttr name = derivation.getName();
  if (!derivations.insert(name.getValue()).second ||
      !steps.insert(name.getValue()).second)
    return fail() << "has two steps or derivations " << name;
  return verifyFunction(name.getValue());
}

LogicalResult LoweredVerifier::verifyStep(dl::StepEntryAttr step) {
  StringAttr name = step.getName();
  tensors.clear();
  addTensors(dl::ArgKind::Input, step.getInputs());
  addTensors(dl::ArgKind::Output, step.getOutputs());
  if (failed(verifyNames("writes", step.getWrites(),
                         [&](StringRef entry) {
                           return states.contains(entry) &&
                                  !derived.contains(entry);
                         })) ||
      failed(verifyNames("derivations", step.getDerivations(),
                         [&](StringRef derivation) {
                           return derivations.contains(derivation);
                         })))
    return failure();
  SizeOfStep size{name.getValue(), step.getBatch(), step.getTrains(), {}, {}};
  for (auto &[role, type] : tensors)
    (role.getKind() == dl::ArgKind::Input ? size.inputs : size.outputs)
        .push_back({role.getName().getValue(), type});
  sizes.push_back(std::move(size));
  if (!step.getFaults().empty())
    tensors.push_back(
        {dl::ArgAttr::get(module.getContext(), dl::ArgKind::Fault, {}),
         RankedTensorType::get({}, IntegerType::get(module.getContext(), 64))});
  if (!steps.insert(name.getValue()).second)
    return fail() << "has two steps or derivations " << name;
  return verifyFunction(name.getValue());
}

/// The function of a step or derivation whose inputs and outputs are `tensors`.
LogicalResult LoweredVerifier::verifyFunction(StringRef name) {
  StringRef prefix =
      form == ProgramForm::Code ? StringRef(names::stepPrefix) : "";
  Operation *function = symbols.lookup((prefix + name).str());
  if (!isa_and_present<func::FuncOp, LLVM::LLVMFuncOp>(function) ||
      isa<LLVM::LLVMFuncOp>(function) != (form == ProgramForm::Code))
    return fail() << "names the step " << name << ", which is not a function";
  if (form == ProgramForm::Code)
    return verifyLLVMStep(cast<LLVM::LLVMFuncOp>(function));
  auto lowered = cast<func::FuncOp>(function);
  if (!lowered->hasAttr(names::step) || lowered.isExternal() ||
      !lowered.getBody().hasOneBlock() || lowered.getNumResults())
    return lowered.emitOpError(
        "is a step by the dl.manifest, and so must have "
        "the attribute dl.step, one block and no result");
  return form == ProgramForm::Tensors ? verifyTensorStep(lowered)
                                      : verifyBufferStep(lowered);
}

//===----------------------------------------------------------------------===//
// Steps and kernels
//===----------------------------------------------------------------------===//

/// The type with the elements that lowering gives it: a truth value takes a
/// byte.
static RankedTensorType inMemory(RankedTensorType type) {
  if (!type.getElementType().isInteger(1))
    return type;
  return type.clone(IntegerType::get(type.getContext(), 8));
}

LogicalResult LoweredVerifier::verifyTensorStep(func::FuncOp step) {
  auto args = step->getAttrOfType<ArrayAttr>(names::args);
  TypeRange types = step.getArgumentTypes();
  if (!args || args.size() != types.size())
    return step.emitOpError()
           << "takes what its " << names::args << " list, not " << types;
  ArrayRef<std::pair<dl::ArgAttr, RankedTensorType>> rest = tensors;
  llvm::StringSet<> seen;
  for (auto [attr, type] : llvm::zip(args, types)) {
    auto role = cast<dl::ArgAttr>(attr);
    auto value = dyn_cast<RankedTensorType>(type);
    if (!value)
      return step.emitOpError() << "has the argument " << role << " of " << type
                                << ", expected a tensor";
    RankedTensorType expected;
    if (role.getKind() == dl::ArgKind::State) {
      expected = states.lookup(role.getName().getValue());
      if (!seen.insert(role.getName().getValue()).second)
        expected = {};
    } else if (!rest.empty()) {
      auto [wanted, wantedType] = rest.front();
      rest = rest.drop_front();
      if (role == wanted)
        expected = wantedType;
    }
    if (!expected || !verify::agree(inMemory(expected), value))
      return step.emitOpError() << "has the argument " << role << " of " << type
                                << ", which is not what the dl.manifest says";
  }
  if (!rest.empty())
    return step.emitOpError() << "lacks the argument " << rest.front().first;
  return success();
}

/// The bytes of a buffer of i8, or -1.
static int64_t blockBytes(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  bool isBlock = buffer && buffer.hasStaticShape() && buffer.getRank() == 1 &&
                 buffer.getElementType().isInteger(8);
  return isBlock ? buffer.getDimSize(0) : -1;
}

/// Whether a buffer is one block of the tensor's bytes: of its elements, or of
/// plain bytes where several values lie in it one after the other.
static bool holds(Type type, RankedTensorType tensor) {
  tensor = inMemory(tensor);
  if (blockBytes(type) == dl::bytesOf(tensor))
    return true;
  auto buffer = dyn_cast<MemRefType>(type);
  return buffer && buffer.hasStaticShape() && buffer.getLayout().isIdentity() &&
         buffer.getElementType().isIntOrFloat() &&
         buffer.getNumElements() == tensor.getNumElements() &&
         buffer.getElementTypeBitWidth() == tensor.getElementTypeBitWidth();
}

/// The arguments that the backend `cpu` adds: the worker.
static constexpr unsigned kOwnArguments = 1;

LogicalResult LoweredVerifier::verifyBufferStep(func::FuncOp step) {
  TypeRange types = step.getArgumentTypes();
  int64_t state = manifest.getStateBytes();
  int64_t arena = manifest.getArenaBytes();
  auto refuse = [&](StringRef what) {
    return step.emitOpError()
           << "takes " << types << ", but by the dl.manifest " << what;
  };
  if (types.size() !=
      step_arguments::firstTensor + tensors.size() + kOwnArguments)
    return refuse("state, arena, inputs, outputs, the fault if it has checks, "
                  "and a pointer");
  if (blockBytes(types[step_arguments::state]) != state)
    return refuse("the state has another size");
  int64_t used = blockBytes(types[step_arguments::arena]);
  if (used < 0 || used > arena)
    return refuse("the arena is smaller");
  if (!isa<LLVM::LLVMPointerType>(types.back()))
    return refuse("it ends with a pointer");
  for (auto [tensor, type] : llvm::zip(
           tensors, types.slice(step_arguments::firstTensor, tensors.size())))
    if (!holds(type, tensor.second))
      return step.emitOpError()
             << "takes " << type << " for the argument " << tensor.first
             << ", which is " << tensor.second << " by the dl.manifest";
  return success();
}

LogicalResult LoweredVerifier::verifyLLVMStep(LLVM::LLVMFuncOp step) {
  LLVM::LLVMFunctionType type = step.getFunctionType();
  auto isPointer = llvm::IsaPred<LLVM::LLVMPointerType>;
  ArrayRef<Type> types = type.getParams();
  size_t pointers =
      step_arguments::firstTensor + tensors.size() + kOwnArguments;
  bool fits = !step.isExternal() && !type.isVarArg() &&
              isa<LLVM::LLVMVoidType>(type.getReturnType()) &&
              types.size() == pointers && llvm::all_of(types, isPointer);
  if (fits)
    return success();
  return step.emitOpError()
         << "has type " << type << ", but a step of " << tensors.size()
         << " inputs, outputs and faults takes " << pointers
         << " pointers and gives nothing";
}

LogicalResult LoweredVerifier::verifyKernel(func::FuncOp kernel) {
  // Between `vector` and `llvm` kernels are functions like any other.
  if (form != ProgramForm::Tensors)
    return success();
  TypeRange types = kernel.getArgumentTypes();
  auto writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
  if (kernel.isExternal() || !kernel.getBody().hasOneBlock() || !writes ||
      writes.size() != kernel.getNumResults())
    return kernel.emitOpError() << "is a kernel, and so has one block and "
                                << names::writes << " for each result";
  llvm::SmallDenseSet<int64_t> seen;
  for (auto [place, result] :
       llvm::zip(writes.asArrayRef(), kernel.getResultTypes()))
    if (place >= int64_t(types.size()) || types[place] != result ||
        !isa<RankedTensorType>(result) || !seen.insert(place).second)
      return kernel.emitOpError()
             << "writes its result of " << result << " to argument #" << place
             << ", which has another type, or is "
                "written twice";
  return success();
}

LogicalResult LoweredVerifier::run() {
  manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  if (!manifest)
    return module.emitError("has no dl.manifest, expected what phase 'linalg' "
                            "or a later one left of a model");
  if (form != ProgramForm::Tensors && !manifest.isPlanned())
    return fail() << "lacks 'state_bytes' and 'arena_bytes'";
  for (auto entry : manifest.getStates().getAsRange<dl::StateEntryAttr>())
    if (failed(addEntry(entry.getName(), entry.getStoredType(),
                        entry.getOffset())))
      return failure();
  for (auto entry : manifest.getDerived().getAsRange<dl::TensorEntryAttr>()) {
    derived.insert(entry.getName().getValue());
    if (failed(addEntry(entry.getName(), entry.getType(), entry.getOffset())))
      return failure();
  }
  for (auto entry : manifest.getDerivations().getAsRange<dl::DerivationAttr>())
    if (failed(verifyDerivation(entry)))
      return failure();
  for (auto entry : manifest.getSteps().getAsRange<dl::StepEntryAttr>())
    if (failed(verifyStep(entry)))
      return failure();
  if (failed(verify::verifySizes(sizes, [&](const SizeOfStep &step) {
        InFlightDiagnostic error = fail();
        error << "has the step '" << step.symbol << "', which ";
        return error;
      })))
    return failure();

  for (auto function : module.getOps<func::FuncOp>()) {
    if (function->hasAttr(names::step) &&
        !steps.contains(function.getSymName()))
      return function.emitOpError(
          "is a step that the dl.manifest does not have");
    if (function->hasAttr(names::kernel) && failed(verifyKernel(function)))
      return failure();
  }
  if (form != ProgramForm::Tensors)
    return success();
  return verify::verifyCalls(module, symbols);
}

LogicalResult verify::verifyLowered(ModuleOp module, ProgramForm form) {
  return LoweredVerifier(module, form).run();
}
