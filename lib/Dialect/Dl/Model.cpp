//===- Model.cpp - Models, state and access to it -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"
#include "dlc/Runtime.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// A number. Attributes of MLIR have their type behind them; parameters and
/// buffers do not, nor do hyper-parameters.
static ParseResult parseHparamValue(OpAsmParser &parser, FloatAttr &value) {
  if (parseNumber(parser, value))
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalColon()))
    return success();
  return parser.emitError(loc, "expected the type of a hyper-parameter before "
                               "'=': dl.hparam @lr : tensor<f64> = 0.1");
}
static void printHparamValue(OpAsmPrinter &printer, Operation *op,
                             FloatAttr value) {
  printNumber(printer, op, value);
}

LogicalResult ModelOp::verify() {
  for (Operation &op : getBody().front()) {
    // Later phases keep functions of other dialects here.
    if (isa<FunctionOpInterface>(op) || isa<SymbolOpInterface>(op))
      continue;
    return op.emitOpError("does not belong directly into a model");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

/// Whether `type` can represent `number`; floats may round, but not overflow.
static bool hasNumber(Type type, double number) {
  APFloat value(number);
  bool exact;
  if (auto real = dyn_cast<FloatType>(type))
    return !(value.convert(real.getFloatSemantics(),
                           APFloat::rmNearestTiesToEven, &exact) &
             APFloat::opOverflow);
  APSInt whole(type.getIntOrFloatBitWidth(),
               type.isUnsignedInteger() || type.isInteger(1));
  return value.convertToInteger(whole, APFloat::rmTowardZero, &exact) ==
         APFloat::opOK;
}

/// Checks that the entry can be filled as it says. Floats may have any
/// constant, infinities and NaN too; integers those that they hold. Parameters
/// of other distributions must be finite.
template <typename Op>
static LogicalResult verifyInitializer(Op op) {
  auto type = cast<RankedTensorType>(op.getType());
  if (StorageAttr storage = op.getStorageAttr()) {
    auto stored = type.clone(storage.getStoredShape());
    if (!hasUsableSize(stored) ||
        stored.getNumElements() != type.getNumElements())
      return op.emitOpError() << "of " << type << " cannot be stored as "
                              << stored << ", which has another size";
  }
  if (failed(op.getInit().verifyFor(type, [&] { return op.emitOpError(); })))
    return failure();
  // The fan of an empty tensor may be 0.
  if (type.getNumElements() == 0)
    return success();
  Type element = type.getElementType();
  RuntimeInit init = op.getInit().getRuntimeInit(type);
  bool constant = init.kind == DLC_INIT_CONSTANT;
  for (double value : {init.a, init.b, init.c, init.d}) {
    if (!std::isfinite(value)) {
      if (constant && isa<FloatType>(element))
        continue;
      return op.emitOpError() << "cannot be filled by " << op.getInit()
                              << ": expected finite numbers";
    }
    // The ends of the range that integers are drawn from need not be integers.
    if ((constant || isa<FloatType>(element)) && !hasNumber(element, value))
      return op.emitOpError() << "cannot be filled by " << op.getInit() << ": "
                              << value << " is not a number of " << type;
  }
  return success();
}

/// The same for entries that belong to no optimizer.
template <typename Op>
static LogicalResult verifyOwnEntry(Op op) {
  if (op.getParameterAttr())
    return op.emitOpError() << "is said to be of " << op.getParameterAttr()
                            << ", as only a dl.slot is";
  return verifyInitializer(op);
}

LogicalResult ParamOp::verify() { return verifyOwnEntry(*this); }
LogicalResult BufferOp::verify() { return verifyOwnEntry(*this); }
LogicalResult SlotOp::verify() { return verifyInitializer(*this); }

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

Operation *dlc::dl::findEntry(Operation *from, FlatSymbolRefAttr ref,
                              SymbolTableCollection &symbols) {
  if (auto func = from->getParentOfType<FuncOp>())
    if (Operation *own = func.findEntry(ref.getAttr()))
      return own;
  return symbols.lookupNearestSymbolFrom(from, ref);
}

/// "did you mean ..." for the nearest entry of the function around an op or of
/// its model, or nothing.
static std::string suggestEntry(Operation *from, StringRef name) {
  SmallVector<StringRef> candidates;
  if (auto func = from->getParentOfType<FuncOp>())
    for (Operation *entry : func.getEntries())
      candidates.push_back(SymbolTable::getSymbolName(entry).getValue());
  std::string own = suggestion(name, candidates);
  return own.empty() ? suggestSymbol<ParamOp, BufferOp>(from, name) : own;
}

/// Checks that `ref` names a state entry of type `type`.
static LogicalResult verifyEntry(Operation *op, FlatSymbolRefAttr ref,
                                 Type type, SymbolTableCollection &symbols) {
  Operation *entry = findEntry(op, ref, symbols);
  if (!entry && declaresMore(op))
    return success();
  if (isa_and_nonnull<HparamOp>(entry))
    return op->emitOpError()
           << "names " << ref
           << ", which is a hyper-parameter: "
              "'dl.read_hparam' reads it, and no step sets it";
  if (!entry || !isa<ParamOp, BufferOp, SlotOp, CounterOp>(entry))
    return op->emitOpError()
           << "names " << ref
           << ", which is not a parameter or buffer of the model"
           << suggestEntry(op, ref.getValue());
  Type stored =
      RankedTensorType::get({}, IntegerType::get(op->getContext(), 64));
  if (!isa<CounterOp>(entry))
    stored = entry->getAttrOfType<TypeAttr>("type").getValue();
  if (!mayBe(stored, type))
    return op->emitOpError()
           << "has type " << type << " but " << ref << " is " << stored;
  return success();
}

LogicalResult dlc::dl::verifyAveraged(Operation *op,
                                      FlatSymbolRefAttr optimizer,
                                      SymbolTableCollection &symbols) {
  if (optimizer && !symbols.lookupNearestSymbolFrom<OptimizerOp>(op, optimizer))
    return op->emitOpError()
           << "reads the averages of the optimizer " << optimizer
           << ", which the model does not have"
           << suggestSymbol<OptimizerOp>(op, optimizer.getValue());
  return success();
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return failure(failed(verifyEntry(*this, getEntryAttr(), getValue().getType(),
                                    symbols)) ||
                 failed(verifyAveraged(*this, getAveragedAttr(), symbols)));
}

LogicalResult WriteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyEntry(*this, getEntryAttr(), getValue().getType(), symbols);
}

LogicalResult ReadHparamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto hparam =
      symbols.lookupNearestSymbolFrom<HparamOp>(*this, getEntryAttr());
  if (!hparam)
    return emitOpError() << "names " << getEntryAttr()
                         << ", which is not a hyper-parameter of the model"
                         << suggestSymbol<HparamOp>(*this, getEntry());
  if (hparam.getType() != getType())
    return emitOpError() << "has type " << getType() << " but "
                         << getEntryAttr() << " is " << hparam.getType();
  return success();
}

LogicalResult OptimizerOp::verify() {
  return getRule().verifyRule([&] { return emitOpError(); });
}

LogicalResult OptimizerOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyHypers(*this, getRule().getHypers(), symbols);
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Model.cpp.inc"
