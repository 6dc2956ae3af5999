//===- VerifyLowered.cpp - A lowered module and its manifest --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From `linalg` on a module holds functions and `dl.manifest`, which says what
// the model keeps and what its steps take and give. The tables of the library
// and its entries are made from the manifest; the memory they hand to the code
// must be what the code's own types say.
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
using dlc::verify::Lowered;
using dlc::verify::SizeOfStep;

namespace {

/// What an argument of a step is.
struct Role {
  StringRef kind; ///< state, input, output or fault
  StringRef name;
};

class LoweredVerifier {
public:
  LoweredVerifier(ModuleOp module, Lowered form)
      : module(module), form(form), symbols(module) {}

  LogicalResult run();

private:
  InFlightDiagnostic fail() {
    return module.emitError("has a dl.manifest that ");
  }
  /// The field of a dictionary, or null after a diagnostic.
  template <typename AttrT>
  AttrT field(DictionaryAttr attrs, StringRef name);
  FailureOr<int64_t> number(DictionaryAttr attrs, StringRef name, int64_t most);
  RankedTensorType tensor(DictionaryAttr attrs);

  LogicalResult verifyState(DictionaryAttr state);
  LogicalResult verifyDerived(DictionaryAttr entry);
  LogicalResult verifyDerivation(DictionaryAttr derivation);
  LogicalResult verifyPlace(DictionaryAttr entry, RankedTensorType type);
  LogicalResult verifyNames(DictionaryAttr attrs, StringRef list,
                            function_ref<bool(StringRef)> isKnown);
  LogicalResult verifyFunction(StringRef name);
  LogicalResult verifyStep(DictionaryAttr step);
  LogicalResult verifyTensors(DictionaryAttr step, StringRef list,
                              StringRef kind);
  LogicalResult verifyTensorStep(func::FuncOp step);
  LogicalResult verifyBufferStep(func::FuncOp step);
  LogicalResult verifyLLVMStep(LLVM::LLVMFuncOp step);
  LogicalResult verifyKernel(func::FuncOp kernel);

  ModuleOp module;
  Lowered form;
  SymbolTable symbols;
  DictionaryAttr manifest;
  llvm::StringMap<RankedTensorType> states;
  llvm::StringSet<> steps, derivations, derived;
  SmallVector<SizeOfStep> sizes;
  /// Of the step being verified: its inputs and outputs, and the fault.
  SmallVector<std::pair<Role, RankedTensorType>> tensors;
};

} // namespace

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

template <typename AttrT>
AttrT LoweredVerifier::field(DictionaryAttr attrs, StringRef name) {
  auto value = attrs.getAs<AttrT>(name);
  if (!value)
    fail() << "lacks '" << name << "', or has it in another form, in " << attrs;
  return value;
}

FailureOr<int64_t> LoweredVerifier::number(DictionaryAttr attrs, StringRef name,
                                           int64_t most) {
  auto value = field<IntegerAttr>(attrs, name);
  if (!value)
    return failure();
  if (!value.getType().isSignlessInteger(64) || value.getInt() < 0 ||
      value.getInt() > most)
    return fail() << "has '" << name << "' = " << value
                  << ", expected an i64 from 0 to " << most;
  return value.getInt();
}

/// The type of an entry, step input or output, which has a name too.
RankedTensorType LoweredVerifier::tensor(DictionaryAttr attrs) {
  auto name = field<StringAttr>(attrs, "name");
  auto type = field<TypeAttr>(attrs, "type");
  if (!name || !type)
    return {};
  auto tensor = dyn_cast<RankedTensorType>(type.getValue());
  if (!name.empty() && tensor && tensor.hasStaticShape() &&
      dl::hasUsableSize(tensor) && dl::isElementType(tensor.getElementType()) &&
      tensor.getRank() <= limits::rank)
    return tensor;
  fail() << "has " << attrs << ", expected a name and a tensor type of dl";
  return {};
}

LogicalResult LoweredVerifier::verifyState(DictionaryAttr state) {
  RankedTensorType type = tensor(state);
  auto kind = field<StringAttr>(state, "kind");
  if (!type || !kind || failed(number(state, "init", DLC_INIT_ORTHOGONAL)))
    return failure();
  static constexpr StringLiteral kinds[] = {"param", "buffer", "slot", "hparam",
                                            "counter"};
  if (!llvm::is_contained(kinds, kind.getValue()))
    return fail() << "has a state entry of the kind " << kind;
  for (StringRef parameter : {"a", "b", "c", "d"}) {
    auto value = field<FloatAttr>(state, parameter);
    if (!value)
      return failure();
    if (!value.getType().isF64())
      return fail() << "has '" << parameter << "' = " << value
                    << ", expected an f64";
  }
  StringRef name = state.getAs<StringAttr>("name").getValue();
  RankedTensorType stored = type;
  if (Attribute attr = state.get("storage")) {
    auto storage = dyn_cast<dl::StorageAttr>(attr);
    if (storage)
      stored = type.clone(storage.getStoredShape());
    if (!storage || !dl::hasUsableSize(stored) ||
        stored.getNumElements() != type.getNumElements())
      return fail() << "has the state entry '" << name << "' of " << type
                    << " stored as " << attr;
  }
  if (Attribute range = state.get("range");
      range && !isa<dl::HyperRangeAttr>(range))
    return fail() << "has the range " << range;
  if (!states.try_emplace(name, stored).second)
    return fail() << "has two state entries '" << name << "'";
  return verifyPlace(state, type);
}

/// What a derivation makes.
LogicalResult LoweredVerifier::verifyDerived(DictionaryAttr entry) {
  RankedTensorType type = tensor(entry);
  if (!type)
    return failure();
  StringRef name = entry.getAs<StringAttr>("name").getValue();
  derived.insert(name);
  if (!states.try_emplace(name, type).second)
    return fail() << "has two state entries '" << name << "'";
  return verifyPlace(entry, type);
}

/// Where an entry lies in the block of the state.
LogicalResult LoweredVerifier::verifyPlace(DictionaryAttr entry,
                                           RankedTensorType type) {
  if (form == Lowered::Tensors)
    return success();
  StringRef name = entry.getAs<StringAttr>("name").getValue();
  int64_t bytes = dl::bytesOf(type);
  FailureOr<int64_t> size =
      number(manifest, "state_bytes", limits::memoryBytes);
  FailureOr<int64_t> offset = number(entry, "offset", limits::memoryBytes);
  if (failed(size) || failed(offset))
    return failure();
  if (bytes > *size || *offset > *size - bytes || *offset % 8)
    return fail() << "has the state entry '" << name << "' at " << *offset
                  << " in " << *size << " bytes, where it does not fit";
  return success();
}

LogicalResult LoweredVerifier::verifyTensors(DictionaryAttr step,
                                             StringRef list, StringRef kind) {
  auto entries = field<ArrayAttr>(step, list);
  if (!entries)
    return failure();
  for (Attribute attr : entries) {
    auto attrs = dyn_cast<DictionaryAttr>(attr);
    if (!attrs)
      return fail() << "has " << attr << " among '" << list << "'";
    RankedTensorType type = tensor(attrs);
    if (!type)
      return failure();
    tensors.push_back(
        {{kind, attrs.getAs<StringAttr>("name").getValue()}, type});
  }
  return success();
}

/// A list of names that are known, each once.
LogicalResult
LoweredVerifier::verifyNames(DictionaryAttr attrs, StringRef list,
                             function_ref<bool(StringRef)> isKnown) {
  auto names = field<ArrayAttr>(attrs, list);
  if (!names)
    return failure();
  llvm::SmallDenseSet<Attribute> seen;
  for (Attribute attr : names) {
    auto name = dyn_cast<StringAttr>(attr);
    if (!name || !isKnown(name.getValue()) || !seen.insert(attr).second)
      return fail() << "has " << attr << " among '" << list
                    << "', which is no name of one, or there twice";
  }
  return success();
}

LogicalResult LoweredVerifier::verifyDerivation(DictionaryAttr derivation) {
  auto name = field<StringAttr>(derivation, "name");
  if (!name || failed(verifyNames(derivation, "reads", [&](StringRef entry) {
        return states.contains(entry) && !derived.contains(entry);
      })))
    return failure();
  tensors.clear();
  if (!derivations.insert(name.getValue()).second ||
      !steps.insert(name.getValue()).second)
    return fail() << "has two steps or derivations " << name;
  return verifyFunction(name.getValue());
}

LogicalResult LoweredVerifier::verifyStep(DictionaryAttr step) {
  auto name = field<StringAttr>(step, "name");
  tensors.clear();
  if (!name || !field<BoolAttr>(step, "trains") ||
      failed(verifyTensors(step, "inputs", "input")) ||
      failed(verifyTensors(step, "outputs", "output")))
    return failure();
  auto faults = field<ArrayAttr>(step, "faults");
  if (!faults ||
      failed(verifyNames(step, "writes",
                         [&](StringRef entry) {
                           return states.contains(entry) &&
                                  !derived.contains(entry);
                         })) ||
      failed(verifyNames(step, "derivations", [&](StringRef derivation) {
        return derivations.contains(derivation);
      })))
    return failure();
  if (!llvm::all_of(faults, llvm::IsaPred<StringAttr>))
    return fail() << "has " << faults << ", expected a list of strings";
  if (!faults.empty())
    tensors.push_back(
        {{"fault", ""},
         RankedTensorType::get({}, IntegerType::get(module.getContext(), 64))});
  if (!steps.insert(name.getValue()).second)
    return fail() << "has two steps or derivations " << name;
  Attribute batch = step.get("batch");
  if (batch && !dl::isBatchDescription(batch))
    return fail() << "has '" << names::batch << "' = " << batch << " of step "
                  << name;
  SizeOfStep size{name.getValue(),
                  cast_or_null<DictionaryAttr>(batch),
                  step.getAs<BoolAttr>("trains").getValue(),
                  {},
                  {}};
  for (auto &[role, type] : tensors)
    if (role.kind != "fault")
      (role.kind == "input" ? size.inputs : size.outputs)
          .push_back({role.name, type});
  sizes.push_back(std::move(size));
  return verifyFunction(name.getValue());
}

/// The function of a step or derivation whose inputs and outputs are `tensors`.
LogicalResult LoweredVerifier::verifyFunction(StringRef name) {
  StringRef prefix = form == Lowered::LLVM ? StringRef(names::stepPrefix) : "";
  Operation *function = symbols.lookup((prefix + name).str());
  if (!isa_and_present<func::FuncOp, LLVM::LLVMFuncOp>(function) ||
      isa<LLVM::LLVMFuncOp>(function) != (form == Lowered::LLVM))
    return fail() << "names the step " << name << ", which is no function";
  if (form == Lowered::LLVM)
    return verifyLLVMStep(cast<LLVM::LLVMFuncOp>(function));
  auto lowered = cast<func::FuncOp>(function);
  if (!lowered->hasAttr(names::step) || lowered.isExternal() ||
      !lowered.getBody().hasOneBlock() || lowered.getNumResults())
    return lowered.emitOpError(
        "is a step by the dl.manifest, and so must have "
        "the attribute dl.step, one block and no result");
  return form == Lowered::Tensors ? verifyTensorStep(lowered)
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
  ArrayRef<std::pair<Role, RankedTensorType>> rest = tensors;
  llvm::StringSet<> seen;
  for (auto [attr, type] : llvm::zip(args, types)) {
    auto role = cast<DictionaryAttr>(attr);
    auto value = dyn_cast<RankedTensorType>(type);
    auto state = role.getAs<StringAttr>("state");
    if (!value || role.size() != 1)
      return step.emitOpError() << "has the argument " << role << " of " << type
                                << ", expected one role and a tensor";
    RankedTensorType expected;
    if (state) {
      expected = states.lookup(state.getValue());
      if (!seen.insert(state.getValue()).second)
        expected = {};
    } else if (!rest.empty()) {
      auto [wanted, wantedType] = rest.front();
      rest = rest.drop_front();
      Attribute given = role.get(wanted.kind);
      bool named =
          wanted.kind == "fault"
              ? isa_and_present<UnitAttr>(given)
              : given == StringAttr::get(step.getContext(), wanted.name);
      if (named)
        expected = wantedType;
    }
    if (!expected || !verify::agree(inMemory(expected), value))
      return step.emitOpError() << "has the argument " << role << " of " << type
                                << ", which is not what the dl.manifest says";
  }
  if (!rest.empty())
    return step.emitOpError() << "lacks the " << rest.front().first.kind << " '"
                              << rest.front().first.name << "'";
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
  int64_t bits = tensor.getElementTypeBitWidth();
  if (blockBytes(type) == tensor.getNumElements() * bits / 8)
    return true;
  auto buffer = dyn_cast<MemRefType>(type);
  return buffer && buffer.hasStaticShape() && buffer.getLayout().isIdentity() &&
         buffer.getElementType().isIntOrFloat() &&
         buffer.getNumElements() == tensor.getNumElements() &&
         buffer.getElementTypeBitWidth() == bits;
}

/// (state, arena, inputs and outputs, worker)
LogicalResult LoweredVerifier::verifyBufferStep(func::FuncOp step) {
  TypeRange types = step.getArgumentTypes();
  int64_t state = manifest.getAs<IntegerAttr>("state_bytes").getInt();
  int64_t arena = manifest.getAs<IntegerAttr>("arena_bytes").getInt();
  auto refuse = [&](StringRef what) {
    return step.emitOpError()
           << "takes " << types << ", but by the dl.manifest " << what;
  };
  if (types.size() != tensors.size() + 3)
    return refuse("state, arena, inputs, outputs, the fault if it has checks, "
                  "and a pointer");
  if (blockBytes(types[0]) != state)
    return refuse("the state has another size");
  if (blockBytes(types[1]) < 0 || blockBytes(types[1]) > arena)
    return refuse("the arena is smaller");
  if (!isa<LLVM::LLVMPointerType>(types.back()))
    return refuse("it ends with a pointer");
  for (auto [tensor, type] : llvm::zip(tensors, types.slice(2, tensors.size())))
    if (!holds(type, tensor.second))
      return step.emitOpError()
             << "takes " << type << " for the " << tensor.first.kind << " '"
             << tensor.first.name << "', which is " << tensor.second
             << " by the dl.manifest";
  return success();
}

LogicalResult LoweredVerifier::verifyLLVMStep(LLVM::LLVMFuncOp step) {
  LLVM::LLVMFunctionType type = step.getFunctionType();
  auto isPointer = llvm::IsaPred<LLVM::LLVMPointerType>;
  ArrayRef<Type> types = type.getParams();
  // State, arena, what the dl.manifest says, and the worker.
  size_t pointers = tensors.size() + 3;
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
  if (form != Lowered::Tensors)
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
             << ", which is none of that type, or is "
                "written twice";
  return success();
}

LogicalResult LoweredVerifier::run() {
  manifest = module->getAttrOfType<DictionaryAttr>(names::manifest);
  if (!manifest)
    return module.emitError("has no dl.manifest, expected what phase 'linalg' "
                            "or a later one left of a model");
  auto name = field<StringAttr>(manifest, "name");
  auto stateList = field<ArrayAttr>(manifest, "states");
  auto derivedList = field<ArrayAttr>(manifest, "derived");
  auto derivationList = field<ArrayAttr>(manifest, "derivations");
  auto stepList = field<ArrayAttr>(manifest, "steps");
  if (!name || !stateList || !derivedList || !derivationList || !stepList)
    return failure();
  if (form != Lowered::Tensors &&
      (failed(number(manifest, "state_bytes", limits::memoryBytes)) ||
       failed(number(manifest, "arena_bytes", limits::memoryBytes))))
    return failure();
  for (ArrayAttr list : {stateList, derivedList, derivationList, stepList})
    if (!llvm::all_of(list, llvm::IsaPred<DictionaryAttr>))
      return fail() << "has a list of something else than dictionaries";
  for (Attribute state : stateList)
    if (failed(verifyState(cast<DictionaryAttr>(state))))
      return failure();
  for (Attribute entry : derivedList)
    if (failed(verifyDerived(cast<DictionaryAttr>(entry))))
      return failure();
  for (Attribute derivation : derivationList)
    if (failed(verifyDerivation(cast<DictionaryAttr>(derivation))))
      return failure();
  for (Attribute step : stepList)
    if (failed(verifyStep(cast<DictionaryAttr>(step))))
      return failure();
  if (failed(verify::verifySizes(sizes, [&](const SizeOfStep &step) {
        InFlightDiagnostic error = fail();
        error << "has the step '" << step.symbol << "', which ";
        return error;
      })))
    return failure();

  if (failed(verify::verifySites(manifest, [&] { return fail(); })))
    return failure();

  for (auto function : module.getOps<func::FuncOp>()) {
    if (function->hasAttr(names::step) &&
        !steps.contains(function.getSymName()))
      return function.emitOpError(
          "is a step that the dl.manifest does not have");
    if (function->hasAttr(names::kernel) && failed(verifyKernel(function)))
      return failure();
  }
  if (form != Lowered::Tensors)
    return success();
  return verify::verifyCalls(module, symbols);
}

LogicalResult verify::verifyLowered(ModuleOp module, Lowered form) {
  return LoweredVerifier(module, form).run();
}
