//===- DlAttrs.cpp - Modes and initialisers -------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"
#include "dialects/Dl/Syntax.h"
#include "dlc/Runtime.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

#include "dialects/Dl/DlEnums.cpp.inc"

#include "dialects/Dl/DlAttrInterfaces.cpp.inc"

FailureOr<FloatAttr> dlc::dl::parseNumber(AsmParser &parser) {
  double value;
  // Integers are numbers too: `value = 1`.
  int64_t integer;
  bool negative = succeeded(parser.parseOptionalMinus());
  OptionalParseResult whole = parser.parseOptionalInteger(integer);
  if (whole.has_value()) {
    if (failed(*whole))
      return failure();
    value = double(integer);
  } else if (parser.parseFloat(value)) {
    return failure();
  }
  return parser.getBuilder().getF64FloatAttr(negative ? -value : value);
}

void dlc::dl::printNumber(AsmPrinter &printer, FloatAttr value) {
  printer.printFloat(value.getValue());
}

#define GET_ATTRDEF_CLASSES
#include "dialects/Dl/DlAttrs.cpp.inc"

void DlDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Dl/DlAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Syntax.h
//===----------------------------------------------------------------------===//

ParseResult dlc::dl::parseNumber(OpAsmParser &parser, FloatAttr &value) {
  FailureOr<FloatAttr> number = parseNumber(parser);
  if (failed(number))
    return failure();
  value = *number;
  return success();
}
void dlc::dl::printNumber(OpAsmPrinter &printer, Operation *, FloatAttr value) {
  printNumber(printer, value);
}

ParseResult dlc::dl::parseMode(OpAsmParser &parser, ModeAttr &mode) {
  return parseCase<ModeAttr, Mode>(parser, mode, "mode (train or eval)",
                                   symbolizeMode);
}
void dlc::dl::printMode(OpAsmPrinter &printer, Operation *, ModeAttr mode) {
  printer << stringifyMode(mode.getValue());
}

ParseResult dlc::dl::parsePredicate(OpAsmParser &parser,
                                    PredicateAttr &predicate) {
  return parseCase<PredicateAttr, Predicate>(
      parser, predicate, "comparison (eq, ne, lt, le, gt or ge)",
      symbolizePredicate);
}
void dlc::dl::printPredicate(OpAsmPrinter &printer, Operation *,
                             PredicateAttr predicate) {
  printer << stringifyPredicate(predicate.getValue());
}

ParseResult dlc::dl::parseInitializer(OpAsmParser &parser,
                                      InitializerAttrInterface &init) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef mnemonic;
  Attribute attribute;
  OptionalParseResult result =
      generatedAttributeParser(parser, &mnemonic, Type(), attribute);
  if (result.has_value() && failed(*result))
    return failure();
  init = dyn_cast_or_null<InitializerAttrInterface>(attribute);
  if (!init && attribute)
    mnemonic = attribute.getAbstractAttribute().getName().drop_front(
        DlDialect::getDialectNamespace().size() + 1);
  if (!init)
    return parser.emitError(loc)
           << "'" << mnemonic << "' is not an initialiser"
           << suggestion(mnemonic, {"zeros", "ones", "constant", "uniform",
                                    "normal", "kaiming_uniform"});
  return success();
}

void dlc::dl::printInitializer(OpAsmPrinter &printer, Operation *,
                               InitializerAttrInterface init) {
  (void)generatedAttributePrinter(init, printer);
}

SmallVector<int64_t> StorageAttr::getStoredShape() const {
  return llvm::map_to_vector(getPerm(),
                             [&](int64_t p) { return getView()[p]; });
}

//===----------------------------------------------------------------------===//
// Initialisers
//===----------------------------------------------------------------------===//

RuntimeInit ZerosAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_CONSTANT, 0, 0};
}
RuntimeInit OnesAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_CONSTANT, 1, 0};
}
RuntimeInit FillAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_CONSTANT, getValue().getValueAsDouble(), 0};
}
RuntimeInit UniformAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_UNIFORM, getLow().getValueAsDouble(),
          getHigh().getValueAsDouble()};
}
RuntimeInit NormalAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_NORMAL, getMean().getValueAsDouble(),
          getDeviation().getValueAsDouble()};
}
RuntimeInit KaimingUniformAttr::getRuntimeInit(RankedTensorType type) const {
  int64_t fanIn = 1;
  for (int64_t extent : type.getShape().drop_front(type.getRank() ? 1 : 0))
    fanIn *= extent;
  double a = getA().getValueAsDouble();
  double bound =
      std::sqrt(2.0 / (1.0 + a * a)) * std::sqrt(3.0 / double(fanIn));
  return {DLC_INIT_UNIFORM, -bound, bound};
}
