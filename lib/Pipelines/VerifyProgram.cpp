//===- VerifyProgram.cpp - Verification of programs given as text ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Pipelines/VerifyProgram.h"

#include "VerifyParts.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Machine/TargetInfo.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Limits.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

static bool isTooDeep(Type type) {
  auto shaped = dyn_cast<ShapedType>(type);
  return shaped && shaped.hasRank() && shaped.getRank() > limits::rank;
}

static LogicalResult tooDeep(Operation *op, Type type) {
  return op->emitOpError() << "has a tensor of "
                           << cast<ShapedType>(type).getRank()
                           << " dimensions; dlc computes with at most "
                           << limits::rank;
}

/// Verifies the types of an op's values and declarations.
static LogicalResult verifyRanks(Operation *op) {
  for (Type type :
       llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (isTooDeep(type))
      return tooDeep(op, type);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      for (Type type : block.getArgumentTypes())
        if (isTooDeep(type))
          return tooDeep(op, type);
  for (NamedAttribute attr : op->getAttrDictionary())
    if (auto type = dyn_cast<TypeAttr>(attr.getValue()))
      if (isTooDeep(type.getValue()))
        return tooDeep(op, type.getValue());
  return success();
}

/// Ops, symbols, constants and state: what each is bounded by.
static LogicalResult verifySize(ModuleOp module) {
  int64_t ops = 0, symbols = 0, constants = 0, state = 0;
  auto tooMany = [](Operation *op, const Twine &what,
                    int64_t limit) -> WalkResult {
    op->emitOpError() << "makes " << what << ", of which a program has at most "
                      << limit;
    return WalkResult::interrupt();
  };
  WalkResult result =
      module.walk<WalkOrder::PreOrder>([&](Operation *op) -> WalkResult {
        if (++ops > limits::ops)
          return tooMany(op, "one op too many", limits::ops);
        if (isa<SymbolOpInterface>(op) && ++symbols > limits::symbols)
          return tooMany(op, "one declaration too many", limits::symbols);
        if (failed(verifyRanks(op)))
          return WalkResult::interrupt();
        if (auto constant = dyn_cast<dl::ConstantOp>(op))
          if (auto data = dyn_cast<DenseElementsAttr>(constant.getValue()))
            constants += data.getRawData().size();
        if (constants > limits::constantBytes)
          return tooMany(op, Twine(constants) + " bytes of constants",
                         limits::constantBytes);
        // Those of a function are counted once it has instances.
        if (isa<dl::ParamOp, dl::BufferOp, dl::SlotOp, dl::DerivedOp>(op) &&
            isa_and_present<dl::ModelOp>(op->getParentOp()))
          state += dl::bytesOf(cast<RankedTensorType>(
              op->getAttrOfType<TypeAttr>("type").getValue()));
        if (state > limits::memoryBytes)
          return tooMany(op, Twine(state) + " bytes of state",
                         limits::memoryBytes);
        return WalkResult::advance();
      });
  return failure(result.wasInterrupted());
}

namespace {

/// Counts how many ops functions and steps are once calls are inlined: forty
/// functions that each call the one before twice are 2^40.
class InlinedSizes {
public:
  explicit InlinedSizes(dl::ModelOp model) : symbols(model) {}

  /// Fails at the call that passes the bound.
  LogicalResult add(Operation *callable, int64_t &total) {
    total = 0;
    WalkResult result = callable->walk([&](Operation *op) -> WalkResult {
      int64_t ops = 1;
      if (auto call = dyn_cast<dl::CallOp>(op))
        if (failed(sizeOf(call, ops)))
          return WalkResult::interrupt();
      total += ops;
      if (total <= limits::ops)
        return WalkResult::advance();
      op->emitOpError() << "makes its function one of more than " << limits::ops
                        << " ops once all calls are inlined";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

private:
  LogicalResult sizeOf(dl::CallOp call, int64_t &ops) {
    auto callee = symbols.lookup<dl::FuncOp>(call.getCallee());
    auto [known, isNew] = sizes.try_emplace(callee, 1);
    if (isNew) {
      // While it is open, it counts as one op: recursion is found where calls
      // are inlined.
      int64_t size;
      if (failed(add(callee, size)))
        return failure();
      sizes[callee] = size;
    }
    ops = sizes[callee];
    return success();
  }

  SymbolTable symbols;
  DenseMap<Operation *, int64_t> sizes;
};

} // namespace

//===----------------------------------------------------------------------===//
// Programs as a user writes them
//===----------------------------------------------------------------------===//

/// Finds an attribute `dl.*` that the op does not define. Phases leave such
/// attributes on functions for one another.
static std::optional<StringRef> findReserved(DictionaryAttr attrs) {
  if (attrs)
    for (NamedAttribute attr : attrs)
      if (attr.getName().getValue().starts_with("dl."))
        return attr.getName().getValue();
  return std::nullopt;
}

static LogicalResult verifyWritten(dl::ModelOp model) {
  WalkResult result =
      model.walk<WalkOrder::PreOrder>([](Operation *op) -> WalkResult {
        if (!isa_and_present<dl::DlDialect>(op->getDialect())) {
          op->emitOpError(
              "is not an op of the language; the output of a phase enters "
              "with --from=PHASE");
          return WalkResult::interrupt();
        }
        if (isa<dl::DerivedOp>(op)) {
          op->emitOpError("is made by the phase 'simplify' alone; what is kept "
                          "between steps is a dl.param or dl.buffer");
          return WalkResult::interrupt();
        }
        if (auto reserved = findReserved(op->getDiscardableAttrDictionary())) {
          op->emitOpError() << "has the attribute '" << *reserved
                            << "', which only phases of the compiler make";
          return WalkResult::interrupt();
        }
        return WalkResult::advance();
      });
  if (result.wasInterrupted())
    return failure();

  InlinedSizes sizes(model);
  for (auto step : model.getBody().getOps<dl::StepOp>()) {
    int64_t size,
        tensors = step.getArgNames().size() + step.getResultNames().size();
    if (tensors > limits::stepTensors)
      return step.emitOpError()
             << "has " << tensors << " inputs and outputs; a step has at most "
             << limits::stepTensors;
    if (failed(sizes.add(step, size)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

/// The one model of a file, and nothing beside it.
static FailureOr<dl::ModelOp> theModel(ModuleOp module) {
  auto models = llvm::to_vector(module.getOps<dl::ModelOp>());
  if (models.empty()) {
    // A module that no line declares has line 0.
    Location start = module.getLoc();
    if (auto file = dyn_cast<FileLineColLoc>(start))
      if (file.getLine() == 0)
        start = FileLineColLoc::get(file.getFilename(), 1, 1);
    return emitError(start) << "expects a file with one dl.model, and there is "
                               "none: 'dl.model @name { ... }'";
  }
  if (models.size() > 1) {
    InFlightDiagnostic error = models[1].emitOpError()
                               << "is one too many: a file holds one dl.model";
    error.attachNote(models[0].getLoc()) << "which is here";
    return error;
  }
  for (Operation &op : *module.getBody())
    if (!isa<dl::ModelOp>(op))
      return op.emitOpError("stands outside of the dl.model, which is all that "
                            "a file holds");
  return models.front();
}

bool verify::agree(RankedTensorType a, RankedTensorType b) {
  return a.getShape() == b.getShape() &&
         (a.getElementType() == b.getElementType() ||
          (isa<IntegerType>(a.getElementType()) &&
           isa<IntegerType>(b.getElementType()) &&
           a.getElementTypeBitWidth() == b.getElementTypeBitWidth()));
}

LogicalResult dlc::verifyProgram(ModuleOp module, StringRef from) {
  if (failed(verifySize(module)) || failed(TargetInfo::get(module)))
    return failure();
  const Phase *phase = findPhase(from);
  if (phase) {
    WalkResult legal =
        module.walk<WalkOrder::PreOrder>([&](Operation *op) -> WalkResult {
          if (phase->isLegal(op))
            return WalkResult::advance();
          op->emitOpError()
              << "is not what phase '" << from << "' leaves: " << phase->leaves;
          return WalkResult::interrupt();
        });
    if (legal.wasInterrupted())
      return failure();
  }
  ProgramForm form = phase ? phase->form : ProgramForm::Ops;
  if (form > ProgramForm::Kernels)
    return verify::verifyLowered(module, form);
  FailureOr<dl::ModelOp> model = theModel(module);
  if (failed(model))
    return failure();
  if (from.empty())
    return verifyWritten(*model);
  return verify::verifyResolved(*model, form == ProgramForm::Kernels);
}
