//===- VerifyNames.cpp - Names that the outside world can hold ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.model @m {
//     dl.step @s(%explicit: tensor<4xf32>) -> (y: tensor<4xf32>) {
//
// is an error: a library exports `<model>_<step>`; its header has a type named
// like the model and parameters named like inputs and outputs; checkpoints and
// the JSON description hold the names of state entries.
//
//===----------------------------------------------------------------------===//

#include "CNames.h"

#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/ConvertUTF.h"

namespace dlc {
#define GEN_PASS_DEF_VERIFYNAMES
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// The functions `<model>_<name>` of every library.
static constexpr StringLiteral interfaceNames[] = {
    "create",
    "description",
#define DLC_FORWARDED(name, result, parameters, types, comment) name,
#include "dlc/Interface.def"
};

//===----------------------------------------------------------------------===//
// safetensors
//===----------------------------------------------------------------------===//

/// Why no file of tensors can have an entry of that name.
static StringRef flawInFiles(StringRef name) {
  if (name.empty())
    return "is empty";
  if (name.size() > limits::nameBytes)
    return "is longer than 1000 bytes";
  if (name.contains('\0'))
    return "has a zero byte, where it ends in C";
  auto *begin = reinterpret_cast<const llvm::UTF8 *>(name.bytes_begin());
  if (!llvm::isLegalUTF8String(&begin, name.bytes_end()))
    return "is not UTF-8, as names in safetensors files are";
  if (name == "__metadata__")
    return "means something else in safetensors files";
  return "";
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

namespace {

class NameChecker {
public:
  LogicalResult checkModel(Operation *op, StringRef name);
  LogicalResult checkStep(Operation *op, StringRef name);
  LogicalResult checkTensor(Operation *op, StringRef name);
  LogicalResult checkEntry(Operation *op, StringRef name);

private:
  static LogicalResult refuse(Operation *op, StringRef what, StringRef name,
                              StringRef flaw) {
    if (flaw.empty())
      return success();
    return op->emitOpError()
           << "has " << what << " '" << name << "', which " << flaw;
  }
  /// Checks that the library can export a function `<model>_<name>`.
  LogicalResult checkExport(Operation *op, StringRef name);

  StringRef model;
};

} // namespace

LogicalResult NameChecker::checkExport(Operation *op, StringRef name) {
  std::string symbol = (model + "_" + name).str();
  return refuse(op, "in C the function", symbol, flawAtFileScope(symbol));
}

LogicalResult NameChecker::checkModel(Operation *op, StringRef name) {
  model = name;
  StringRef flaw = flawAtFileScope(name);
  if (flaw.empty() && name.ends_with("_t"))
    flaw = "ends with '_t', which is reserved for types of the system";
  if (flaw.empty() && name.equals_insensitive("dlc"))
    flaw = "is the name of the runtime, whose functions begin with 'dlc_'";
  if (failed(refuse(op, "the name", name, flaw)))
    return failure();
  for (StringRef function : interfaceNames)
    if (failed(checkExport(op, function)))
      return failure();
  return success();
}

LogicalResult NameChecker::checkStep(Operation *op, StringRef name) {
  if (llvm::is_contained(interfaceNames, name))
    return op->emitOpError() << "may not be called @" << name
                             << ": the C interface has a function of that name";
  return failure(failed(refuse(op, "the name", name, flawInC(name))) ||
                 failed(checkExport(op, name)));
}

LogicalResult NameChecker::checkTensor(Operation *op, StringRef name) {
  // The first parameter of a step's function is the handle.
  if (name == "model")
    return op->emitOpError("has an input or output 'model', which in C is the "
                           "name of the handle");
  return refuse(op, "the input or output", name, flawInC(name));
}

LogicalResult NameChecker::checkEntry(Operation *op, StringRef name) {
  return refuse(op, "the name", name, flawInFiles(name));
}

static LogicalResult checkLowered(ModuleOp module, ManifestAttr manifest) {
  NameChecker checker;
  if (failed(checker.checkModel(module, manifest.getName().getValue())))
    return failure();
  for (auto state : manifest.getStates().getAsRange<StateEntryAttr>())
    if (failed(checker.checkEntry(module, state.getName().getValue())))
      return failure();
  for (auto step : manifest.getSteps().getAsRange<StepEntryAttr>()) {
    // Sizes of a step have its name in C.
    StringAttr name =
        step.getBatch() ? step.getBatch().getStep() : step.getName();
    if (failed(checker.checkStep(module, name.getValue())))
      return failure();
    for (Attribute tensor :
         llvm::concat<const Attribute>(step.getInputs(), step.getOutputs()))
      if (failed(checker.checkTensor(
              module, cast<TensorEntryAttr>(tensor).getName().getValue())))
        return failure();
  }
  return success();
}

/// The names of the inputs and outputs of a step, before or after `resolve`.
static SmallVector<StringRef> tensorNames(Operation *op) {
  SmallVector<StringRef> tensors;
  if (auto step = dyn_cast<StepOp>(op)) {
    for (Attribute attr : llvm::concat<const Attribute>(step.getArgNames(),
                                                        step.getResultNames()))
      tensors.push_back(cast<StringAttr>(attr).getValue());
    return tensors;
  }
  auto function = cast<func::FuncOp>(op);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto name = function.getArgAttrOfType<StringAttr>(i, names::io))
      tensors.push_back(name.getValue());
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (auto name = function.getResultAttrOfType<StringAttr>(i, names::io))
      tensors.push_back(name.getValue());
  return tensors;
}

static LogicalResult checkProgram(ModuleOp module) {
  NameChecker checker;
  for (auto model : module.getOps<ModelOp>()) {
    if (failed(checker.checkModel(model, model.getSymName())))
      return failure();
    for (Operation &op : model.getBody().front()) {
      StringRef name = SymbolTable::getSymbolName(&op).getValue();
      // Nothing outside of the library names a derivation.
      if (op.hasAttr(names::derives))
        continue;
      if (!isa<StepOp>(op) && !op.hasAttr(names::step)) {
        if (failed(checker.checkEntry(&op, name)))
          return failure();
        continue;
      }
      // Sizes of a step have its name in C.
      if (auto batch = op.getAttrOfType<BatchAttr>(names::batch))
        name = batch.getStep().getValue();
      if (failed(checker.checkStep(&op, name)))
        return failure();
      for (StringRef tensor : tensorNames(&op))
        if (failed(checker.checkTensor(&op, tensor)))
          return failure();
    }
  }
  return success();
}

namespace {
struct VerifyNamesPass : dlc::impl::VerifyNamesBase<VerifyNamesPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto manifest = module->getAttrOfType<ManifestAttr>(names::manifest);
    if (failed(manifest ? checkLowered(module, manifest)
                        : checkProgram(module)))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
