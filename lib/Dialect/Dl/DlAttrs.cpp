//===- DlAttrs.cpp - Modes and initialisers -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "Words.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Runtime.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

#include "dlc/Dialect/Dl/DlEnums.cpp.inc"

#include "dlc/Dialect/Dl/DlAttrInterfaces.cpp.inc"

FailureOr<Attribute> dlc::dl::parseHyper(AsmParser &parser) {
  StringAttr symbol;
  if (succeeded(parser.parseOptionalSymbolName(symbol)))
    return Attribute(FlatSymbolRefAttr::get(symbol));
  FailureOr<FloatAttr> number = parseNumber(parser);
  if (failed(number))
    return failure();
  return Attribute(*number);
}

void dlc::dl::printHyper(AsmPrinter &printer, Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value))
    printNumber(printer, number);
  else
    printer.printSymbolName(cast<FlatSymbolRefAttr>(value).getValue());
}

FailureOr<bool> dlc::dl::parseFlag(AsmParser &parser) {
  if (succeeded(parser.parseOptionalKeyword("true")))
    return true;
  if (failed(parser.parseOptionalKeyword("false")))
    return parser.emitError(parser.getCurrentLocation())
           << "expected true or false";
  return false;
}

/// Null if no string follows.
static FailureOr<StringAttr> parseOptionalName(AsmParser &parser) {
  StringAttr name;
  OptionalParseResult parsed = parser.parseOptionalAttribute(name);
  if (parsed.has_value() && failed(*parsed))
    return failure();
  return name;
}

#define GET_ATTRDEF_CLASSES
#include "dlc/Dialect/Dl/DlAttrs.cpp.inc"

void DlDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dlc/Dialect/Dl/DlAttrs.cpp.inc"
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

ParseResult dlc::dl::parseHyper(OpAsmParser &parser, Attribute &value) {
  FailureOr<Attribute> hyper = parseHyper(parser);
  if (failed(hyper))
    return failure();
  value = *hyper;
  return success();
}
void dlc::dl::printHyper(OpAsmPrinter &printer, Operation *, Attribute value) {
  printHyper(printer, value);
}

ParseResult dlc::dl::parseMode(OpAsmParser &parser, ModeAttr &mode) {
  return parseCase<ModeAttr, Mode>(parser, mode, "mode (train or eval)",
                                   symbolizeMode);
}
void dlc::dl::printMode(OpAsmPrinter &printer, Operation *, ModeAttr mode) {
  printer << stringifyMode(mode.getValue());
}

ParseResult dlc::dl::parseHyperRange(OpAsmParser &parser,
                                     HyperRangeAttr &range) {
  return parseCase<HyperRangeAttr, HyperRange>(
      parser, range, "range (finite, not_negative, up_to_one or below_one)",
      symbolizeHyperRange);
}
void dlc::dl::printHyperRange(OpAsmPrinter &printer, Operation *,
                              HyperRangeAttr range) {
  printer << stringifyHyperRange(range.getValue());
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

/// The names of those attributes among `Attrs` that have an interface.
template <typename Interface, typename... Attrs>
static SmallVector<StringRef> namesOf() {
  SmallVector<StringRef> names;
  auto add = [&](auto *attr) {
    using Attr = std::remove_pointer_t<decltype(attr)>;
    if constexpr (std::is_base_of_v<typename Interface::template Trait<Attr>,
                                    Attr>)
      names.push_back(Attr::getMnemonic());
  };
  (add(static_cast<Attrs *>(nullptr)), ...);
  return names;
}
/// The attributes of the dialect that are initializers.
static SmallVector<StringRef> initializerNames() {
  return namesOf<InitializerAttrInterface,
#define GET_ATTRDEF_LIST
#include "dlc/Dialect/Dl/DlAttrs.cpp.inc"
                 >();
}
/// And those that are rules of optimizers.
static SmallVector<StringRef> ruleNames() {
  return namesOf<OptimizerAttrInterface,
#define GET_ATTRDEF_LIST
#include "dlc/Dialect/Dl/DlAttrs.cpp.inc"
                 >();
}

Attribute DlDialect::parseAttribute(DialectAsmParser &parser, Type type) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef mnemonic;
  Attribute attribute;
  if (generatedAttributeParser(parser, &mnemonic, type, attribute)
          .has_value()) {
    // MLIR has read it already, for attributes that have one.
    if (attribute && type) {
      parser.emitError(loc) << "has no type, but " << type
                            << " stands behind it: leave out that and the ':'";
      return {};
    }
    return attribute;
  }
  // Of the attributes that programs write in full, all but one are rules.
  SmallVector<StringRef> known = ruleNames();
  known.push_back(GroupAttr::getMnemonic());
  parser.emitError(loc) << "there is no attribute '#dl." << mnemonic << "'"
                        << whatIsKnown(mnemonic, known);
  return {};
}

void DlDialect::printAttribute(Attribute attribute,
                               DialectAsmPrinter &printer) const {
  (void)generatedAttributePrinter(attribute, printer);
}

ParseResult dlc::dl::parseRule(OpAsmParser &parser,
                               OptimizerAttrInterface &rule) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (succeeded(parser.parseOptionalKeyword(&word))) {
    SmallVector<StringRef> known = ruleNames();
    if (llvm::is_contained(known, word))
      return parser.emitError(loc)
             << "expected '#dl." << word << "', not '" << word << "'";
    return parser.emitError(loc)
           << "there is no rule '" << word << "'" << whatIsKnown(word, known);
  }
  Attribute attribute;
  if (parser.parseAttribute(attribute))
    return failure();
  rule = dyn_cast<OptimizerAttrInterface>(attribute);
  if (!rule)
    return parser.emitError(loc)
           << attribute << " is not a rule of an optimizer; there is "
           << llvm::join(ruleNames(), ", ");
  return success();
}

void dlc::dl::printRule(OpAsmPrinter &printer, Operation *,
                        OptimizerAttrInterface rule) {
  printer << rule;
}

ParseResult dlc::dl::parseInitializer(OpAsmParser &parser,
                                      InitializerAttrInterface &init) {
  SMLoc loc = parser.getCurrentLocation();
  const char *text = loc.getPointer();
  if (!llvm::isAlpha(*text))
    return parser.emitError(loc)
           << "expected the name of an initialiser, such as "
           << (*text == '#' ? "zeros, without '#dl.'"
                            : "zeros or constant<0.5>");
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
           << whatIsKnown(initializerHere(mnemonic).empty()
                              ? mnemonic
                              : initializerHere(mnemonic),
                          initializerNames());
  return success();
}

void dlc::dl::printInitializer(OpAsmPrinter &printer, Operation *,
                               InitializerAttrInterface init) {
  (void)generatedAttributePrinter(init, printer);
}

LogicalResult
StorageAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                    ArrayRef<int64_t> view, ArrayRef<int64_t> perm) {
  SmallVector<bool> seen(view.size());
  bool permutes = view.size() == perm.size();
  for (int64_t p : perm) {
    permutes = permutes && p >= 0 && p < int64_t(view.size()) && !seen[p];
    if (permutes)
      seen[p] = true;
  }
  if (!permutes)
    return emitError() << "expects the numbers from 0 to " << view.size()
                       << " - 1, each once, as the order of a view of "
                       << view.size() << " dimensions, not " << listed(perm);
  if (llvm::any_of(view, [](int64_t extent) { return extent < 0; }))
    return emitError() << "expects a view of extents that are not negative, "
                          "not "
                       << listed(view);
  return success();
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
RuntimeInit IdentityAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_IDENTITY, 1, 0};
}
RuntimeInit TruncatedNormalAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_TRUNCATED_NORMAL, getMean().getValueAsDouble(),
          getDeviation().getValueAsDouble(), getA().getValueAsDouble(),
          getB().getValueAsDouble()};
}
RuntimeInit OrthogonalAttr::getRuntimeInit(RankedTensorType) const {
  return {DLC_INIT_ORTHOGONAL, getGain().getValueAsDouble(), 0};
}

namespace {
/// PyTorch's _calculate_fan_in_and_fan_out.
struct Fans {
  double in = 1, out = 1;

  explicit Fans(RankedTensorType type) {
    double taps = 1;
    for (int64_t extent : type.getShape().drop_front(2))
      taps *= double(extent);
    in = double(type.getDimSize(1)) * taps;
    out = double(type.getDimSize(0)) * taps;
  }
  double of(FanMode mode) const { return mode == FanMode::FanIn ? in : out; }
};
} // namespace

/// PyTorch's calculate_gain.
static double gainOf(Nonlinearity nonlinearity, double a) {
  switch (nonlinearity) {
  case Nonlinearity::Linear:
  case Nonlinearity::Sigmoid:
    return 1;
  case Nonlinearity::Tanh:
    return 5.0 / 3;
  case Nonlinearity::Relu:
    return std::sqrt(2.0);
  case Nonlinearity::LeakyRelu:
    return std::sqrt(2.0 / (1 + a * a));
  case Nonlinearity::Selu:
    return 3.0 / 4;
  }
  llvm_unreachable("not a nonlinearity");
}

/// The deviation that an initialiser with a fan wants.
static double xavierDeviation(RankedTensorType type, double gain) {
  Fans fans(type);
  return gain * std::sqrt(2.0 / (fans.in + fans.out));
}
template <typename Attr>
static double kaimingDeviation(RankedTensorType type, Attr attr) {
  double gain = gainOf(attr.getNonlinearity(), attr.getA().getValueAsDouble());
  return gain / std::sqrt(Fans(type).of(attr.getMode()));
}
static RuntimeInit uniformOf(double deviation) {
  double bound = std::sqrt(3.0) * deviation;
  return {DLC_INIT_UNIFORM, -bound, bound};
}

RuntimeInit XavierUniformAttr::getRuntimeInit(RankedTensorType type) const {
  return uniformOf(xavierDeviation(type, getGain().getValueAsDouble()));
}
RuntimeInit XavierNormalAttr::getRuntimeInit(RankedTensorType type) const {
  return {DLC_INIT_NORMAL, 0,
          xavierDeviation(type, getGain().getValueAsDouble())};
}
RuntimeInit KaimingUniformAttr::getRuntimeInit(RankedTensorType type) const {
  return uniformOf(kaimingDeviation(type, *this));
}
RuntimeInit KaimingNormalAttr::getRuntimeInit(RankedTensorType type) const {
  return {DLC_INIT_NORMAL, 0, kaimingDeviation(type, *this)};
}

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Samples of a scaled distribution are real numbers.
static LogicalResult verifyFloats(StringRef name, RankedTensorType type,
                                  EmitError emitError) {
  if (!isa<FloatType>(type.getElementType()))
    return emitError() << "cannot be filled by '" << name
                       << "': expected a tensor of floats, not " << type;
  return success();
}

LogicalResult UniformAttr::verifyFor(RankedTensorType type,
                                     EmitError emitError) const {
  double low = getLow().getValueAsDouble(), high = getHigh().getValueAsDouble();
  if (low > high)
    return emitError() << "cannot be filled by 'uniform': expected a lower end "
                          "not above the upper one, not "
                       << low << " and " << high;
  return success();
}

LogicalResult NormalAttr::verifyFor(RankedTensorType type,
                                    EmitError emitError) const {
  if (getDeviation().getValueAsDouble() < 0)
    return emitError() << "cannot be filled by 'normal': expected a deviation "
                          "of 0 or more, not "
                       << getDeviation().getValueAsDouble();
  return success();
}

/// Fans need two dimensions, and elements.
static LogicalResult verifyFans(StringRef name, RankedTensorType type,
                                EmitError emitError) {
  if (type.getRank() < 2)
    return emitError() << "cannot be filled by '" << name
                       << "': fan in and fan out are those of a tensor of rank "
                          "2 or more, not "
                       << type;
  return verifyFloats(name, type, emitError);
}
/// `a` is the slope of leaky_relu.
template <typename Attr>
static LogicalResult verifyKaiming(Attr attr, RankedTensorType type,
                                   EmitError emitError) {
  if (attr.getA().getValueAsDouble() != 0 &&
      attr.getNonlinearity() != Nonlinearity::LeakyRelu)
    return emitError() << "cannot be filled by '" << Attr::getMnemonic()
                       << "': a means nothing with nonlinearity = "
                       << stringifyNonlinearity(attr.getNonlinearity())
                       << ", only with leaky_relu";
  return verifyFans(Attr::getMnemonic(), type, emitError);
}
#define VERIFY_FANS(Attr, verify)                                              \
  LogicalResult Attr::verifyFor(RankedTensorType type, EmitError emitError)    \
      const {                                                                  \
    return verify;                                                             \
  }
VERIFY_FANS(XavierUniformAttr, verifyFans(getMnemonic(), type, emitError))
VERIFY_FANS(XavierNormalAttr, verifyFans(getMnemonic(), type, emitError))
VERIFY_FANS(KaimingUniformAttr, verifyKaiming(*this, type, emitError))
VERIFY_FANS(KaimingNormalAttr, verifyKaiming(*this, type, emitError))
#undef VERIFY_FANS

LogicalResult IdentityAttr::verifyFor(RankedTensorType type,
                                      EmitError emitError) const {
  if (type.getRank() != 2)
    return emitError() << "cannot be filled by 'identity': expected a matrix, "
                          "not "
                       << type;
  return success();
}

LogicalResult OrthogonalAttr::verifyFor(RankedTensorType type,
                                        EmitError emitError) const {
  if (type.getRank() < 2)
    return emitError() << "cannot be filled by 'orthogonal': expected a tensor "
                          "of rank 2 or more, not "
                       << type;
  return verifyFloats(getMnemonic(), type, emitError);
}

LogicalResult TruncatedNormalAttr::verifyFor(RankedTensorType type,
                                             EmitError emitError) const {
  if (failed(verifyFloats(getMnemonic(), type, emitError)))
    return failure();
  double a = getA().getValueAsDouble(), b = getB().getValueAsDouble(),
         deviation = getDeviation().getValueAsDouble();
  if (!(deviation > 0 && a < b))
    return emitError() << "cannot be filled by 'truncated_normal': expected a "
                          "deviation above 0 and a < b, not deviation = "
                       << deviation << ", a = " << a << ", b = " << b;
  return success();
}
