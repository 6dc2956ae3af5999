//===- Gradient.cpp - Derivatives and descent -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "Words.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// The type of an operand that may be left out and is that of another.
static ParseResult parseSameTypeIfThere(
    OpAsmParser &, Type other,
    const std::optional<OpAsmParser::UnresolvedOperand> &operand, Type &type) {
  if (operand)
    type = other;
  return success();
}
static void printSameTypeIfThere(OpAsmPrinter &, Operation *, Type, Value,
                                 Type) {}

LogicalResult GradientOp::verify() {
  if (!getCotangent() && tensorType(getY()).getRank() != 0)
    return emitOpError() << "expects operand y of rank 0, not "
                         << getY().getType()
                         << ": the gradient of a tensor needs a cotangent";
  if (getCotangent() && getCotangent().getType() != getY().getType())
    return emitOpError() << "expects a cotangent of the type of y, "
                         << getY().getType() << ", not "
                         << getCotangent().getType();
  return success();
}

void StopGradientOp::differentiate(OpBuilder &, ArrayRef<Value>,
                                   MutableArrayRef<Value>) {}

void VariableOp::differentiate(OpBuilder &, ArrayRef<Value> cotangents,
                               MutableArrayRef<Value> operands) {
  operands[0] = cotangents[0];
}

LogicalResult DependsOp::verify() {
  if (getTargets().size() != getEntries().size() ||
      getTargets().size() != getAnswers().size())
    return emitOpError() << "expects as many entries and results as targets, "
                         << getTargets().size() << ", not "
                         << getEntries().size() << " and "
                         << getAnswers().size();
  for (Type type : getAnswers().getTypes())
    if (cast<RankedTensorType>(type).getRank() != 0)
      return emitOpError() << "expects results of type tensor<i1>, not "
                           << type;
  return success();
}

//===----------------------------------------------------------------------===//
// minimize
//===----------------------------------------------------------------------===//

namespace {
/// A clause of dl.minimize: its word, its attribute and how the attribute is
/// written.
struct Clause {
  enum Form { Symbol, Patterns, Groups, Count, Number };
  StringRef word;
  StringRef attribute;
  Form form;
};
} // namespace

/// In the order in which they are printed. A number stands in parentheses.
static constexpr Clause clauses[] = {
    {"with", "optimizer", Clause::Symbol},
    {"over", "patterns", Clause::Patterns},
    {"lr", "rate", Clause::Number},
    {"frozen", "frozen", Clause::Patterns},
    {"groups", "groups", Clause::Groups},
    {"accumulate", "accumulate", Clause::Count},
    {"clip_value", "clip_value", Clause::Number},
    {"clip_norm", "clip_norm", Clause::Number},
    {"noise", "noise", Clause::Number},
    {"clip_weights", "clip_weights", Clause::Number},
    {"average", "average", Clause::Number},
};
static constexpr StringRef noiseDecay = "noise_decay";

/// Parses the argument of a clause. `rate` is set if the learning rate is a
/// value.
static ParseResult
parseClause(OpAsmParser &parser, const Clause &clause, NamedAttrList &attrs,
            std::optional<OpAsmParser::UnresolvedOperand> &rate) {
  if (clause.form == Clause::Symbol) {
    StringAttr name;
    if (parser.parseSymbolName(name))
      return failure();
    attrs.set(clause.attribute, FlatSymbolRefAttr::get(name));
    return success();
  }
  if (clause.form == Clause::Patterns || clause.form == Clause::Groups) {
    ArrayAttr list;
    return parser.parseAttribute(list, clause.attribute, attrs);
  }
  if (parser.parseLParen())
    return failure();
  if (clause.form == Clause::Count) {
    int64_t count = 0;
    if (parser.parseInteger(count))
      return failure();
    attrs.set(clause.attribute, parser.getBuilder().getI64IntegerAttr(count));
    return parser.parseRParen();
  }
  if (clause.word == "lr") {
    OpAsmParser::UnresolvedOperand value;
    OptionalParseResult isValue = parser.parseOptionalOperand(value);
    if (isValue.has_value()) {
      rate = value;
      return failure(failed(*isValue) || parser.parseRParen());
    }
  }
  Attribute number;
  if (parseHyper(parser, number))
    return failure();
  attrs.set(clause.attribute, number);
  if (clause.word == "noise" && succeeded(parser.parseOptionalComma())) {
    if (parseHyper(parser, number))
      return failure();
    attrs.set(noiseDecay, number);
  }
  return parser.parseRParen();
}

ParseResult MinimizeOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::UnresolvedOperand loss;
  if (parser.parseOperand(loss))
    return failure();
  std::optional<OpAsmParser::UnresolvedOperand> rate;
  SmallVector<StringRef> given, known;
  for (const Clause &clause : clauses)
    known.push_back(clause.word);
  while (true) {
    SMLoc loc = parser.getCurrentLocation();
    StringRef word;
    if (failed(parser.parseOptionalKeyword(&word)))
      break;
    const Clause *clause = llvm::find_if(
        clauses, [&](const Clause &clause) { return clause.word == word; });
    if (clause == std::end(clauses) && word.starts_with("dl."))
      return parser.emitError(loc, "expected ':' and the type of the loss "
                                   "after the last clause, as in "
                                   "': tensor<f32>'");
    if (clause == std::end(clauses))
      return parser.emitError(loc) << "there is no clause '" << word << "'"
                                   << whatIsKnown(word, known);
    if (llvm::is_contained(given, word))
      return parser.emitError(loc) << "has '" << word << "' twice";
    given.push_back(clause->word);
    if (parseClause(parser, *clause, result.attributes, rate))
      return failure();
  }
  for (auto [word, example] :
       {std::pair<StringRef, StringRef>{"with", "with @adam"},
        {"over", "over [\"*\"]"},
        {"lr", "lr(1.0e-3)"}})
    if (!llvm::is_contained(given, word))
      return parser.emitError(parser.getNameLoc())
             << "expects the clause '" << word << "': " << example;

  SMLoc loc = parser.getCurrentLocation();
  Type lossType, rateType;
  if (parser.parseOptionalAttrDict(result.attributes) || parser.parseColon() ||
      parser.parseType(lossType) ||
      parser.resolveOperand(loss, lossType, result.operands))
    return failure();
  if (rate && (parser.parseComma() || parser.parseType(rateType) ||
               parser.resolveOperand(*rate, rateType, result.operands)))
    return failure();
  return verifyInherentAttrs(result.name, result.attributes, [&] {
    return parser.emitError(loc)
           << "'" << result.name.getStringRef() << "' op ";
  });
}

void MinimizeOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getLoss();
  SmallVector<StringRef> printed{noiseDecay};
  for (const Clause &clause : clauses) {
    printed.push_back(clause.attribute);
    Attribute value = (*this)->getAttr(clause.attribute);
    bool isRate = clause.word == "lr" && getLr();
    if (!value && !isRate)
      continue;
    printer << ' ' << clause.word;
    switch (clause.form) {
    case Clause::Symbol:
    case Clause::Patterns:
    case Clause::Groups:
      printer << ' ' << value;
      break;
    case Clause::Count:
      printer << '(' << cast<IntegerAttr>(value).getInt() << ')';
      break;
    case Clause::Number:
      printer << '(';
      if (isRate)
        printer << getLr();
      else
        printHyper(printer, *this, value);
      if (clause.word == "noise" && getNoiseDecayAttr()) {
        printer << ", ";
        printHyper(printer, *this, getNoiseDecayAttr());
      }
      printer << ')';
    }
  }
  printer.printOptionalAttrDict((*this)->getAttrs(), printed);
  printer << " : " << getLoss().getType();
  if (getLr())
    printer << ", " << getLr().getType();
}

LogicalResult MinimizeOp::verify() {
  if (bool(getLr()) == bool(getRateAttr()))
    return emitOpError("expects one learning rate, either a value or 'rate'");
  if (getNoiseDecayAttr() && !getNoiseAttr())
    return emitOpError("has 'noise_decay', which means nothing without "
                       "noise(...)");
  return success();
}

LogicalResult MinimizeOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!symbols.lookupNearestSymbolFrom<OptimizerOp>(*this, getOptimizerAttr()))
    return emitOpError() << "needs the optimizer " << getOptimizerAttr()
                         << ", which the model does not have"
                         << suggestSymbol<OptimizerOp>(*this, getOptimizer());
  return verifyHypers(*this, getHypers(), symbols);
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Gradient.cpp.inc"
