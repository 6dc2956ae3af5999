//===- Function.cpp - Functions, steps and calls --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"
#include "dlc/Support/ElementTypes.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Behind `batch`: `(1 to 32)` or `(1, 8, 32)`, and `over ["x"]`.
static ParseResult parseBatch(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  SmallVector<int64_t> sizes;
  if (parser.parseLParen() || parser.parseInteger(sizes.emplace_back()))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("to"))) {
    result.addAttribute("batch_range", builder.getUnitAttr());
    if (parser.parseInteger(sizes.emplace_back()))
      return failure();
  } else {
    while (succeeded(parser.parseOptionalComma()))
      if (parser.parseInteger(sizes.emplace_back()))
        return failure();
  }
  result.addAttribute("batch", builder.getDenseI64ArrayAttr(sizes));
  ArrayAttr inputs;
  return failure(
      parser.parseRParen() ||
      (succeeded(parser.parseOptionalKeyword("over")) &&
       parser.parseAttribute(inputs, "batch_inputs", result.attributes)));
}

/// `updates ["*"]` and `batch(1 to 32)`, in any order.
static ParseResult parseClauses(OpAsmParser &parser, OperationState &result) {
  while (true) {
    SMLoc loc = parser.getCurrentLocation();
    StringRef clause;
    if (failed(parser.parseOptionalKeyword(&clause, {"updates", "batch"})))
      return success();
    if (result.attributes.get(clause))
      return parser.emitError(loc) << "has '" << clause << "' twice";
    ArrayAttr updates;
    if (clause == "batch"
            ? parseBatch(parser, result)
            : parser.parseAttribute(updates, "updates", result.attributes))
      return failure();
  }
}

static void printBatch(OpAsmPrinter &printer, StepOp step) {
  if (!step.getBatch())
    return;
  printer << " batch(";
  llvm::interleave(*step.getBatch(), printer,
                   step.getBatchRange() ? " to " : ", ");
  printer << ')';
  if (step.getBatchInputsAttr())
    printer << " over " << step.getBatchInputsAttr();
}

ParseResult dlc::dl::parseSizeNames(OpAsmParser &parser, ArrayAttr &names) {
  SmallVector<Attribute> parsed;
  auto parseName = [&]() -> ParseResult {
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    parsed.push_back(parser.getBuilder().getStringAttr(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseName))
    return failure();
  names = parser.getBuilder().getArrayAttr(parsed);
  return success();
}
void dlc::dl::printSizeNames(OpAsmPrinter &printer, Operation *,
                             ArrayAttr names) {
  llvm::interleaveComma(names.getAsRange<StringAttr>(), printer,
                        [&](StringAttr name) { printer << name.getValue(); });
}

ParseResult dlc::dl::parseCallSizes(OpAsmParser &parser, ArrayAttr &sizes) {
  SmallVector<Attribute> parsed;
  auto parseSize = [&]() -> ParseResult {
    Builder &builder = parser.getBuilder();
    int64_t number;
    OptionalParseResult isNumber = parser.parseOptionalInteger(number);
    if (isNumber.has_value()) {
      parsed.push_back(builder.getI64IntegerAttr(number));
      return *isNumber;
    }
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    parsed.push_back(builder.getStringAttr(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseSize))
    return failure();
  sizes = parser.getBuilder().getArrayAttr(parsed);
  return success();
}
void dlc::dl::printCallSizes(OpAsmPrinter &printer, Operation *,
                             ArrayAttr sizes) {
  llvm::interleaveComma(sizes, printer, [&](Attribute size) {
    if (auto name = dyn_cast<StringAttr>(size))
      printer << name.getValue();
    else
      printer << cast<IntegerAttr>(size).getInt();
  });
}

/// `@name(%x: type, ...)`, and after `->` the result types: `type`,
/// `(type, ...)`, or for steps `(name: type, ...)`. The name of a function may
/// have its sizes behind it, `<in, out>`.
static ParseResult parseCallable(OpAsmParser &parser, OperationState &result,
                                 bool namedResults) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  SmallVector<OpAsmParser::Argument> args;
  if (parser.parseSymbolName(name, SymbolTable::getSymbolAttrName(),
                             result.attributes))
    return failure();
  if (!namedResults && succeeded(parser.parseOptionalLess())) {
    ArrayAttr sizes;
    if (parseSizeNames(parser, sizes) || parser.parseGreater())
      return failure();
    result.addAttribute("size_names", sizes);
  }
  if (parser.parseArgumentList(args, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true))
    return failure();

  SmallVector<Type> resultTypes;
  SmallVector<Attribute> resultNames;
  auto parseResult = [&]() -> ParseResult {
    if (namedResults) {
      std::string resultName;
      if (parser.parseKeywordOrString(&resultName) || parser.parseColon())
        return failure();
      resultNames.push_back(builder.getStringAttr(resultName));
    }
    return parser.parseType(resultTypes.emplace_back());
  };
  if (succeeded(parser.parseOptionalArrow())) {
    if (!namedResults && failed(parser.parseOptionalLParen())) {
      if (parser.parseType(resultTypes.emplace_back()))
        return failure();
    } else if (namedResults) {
      if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                         parseResult))
        return failure();
    } else if (failed(parser.parseOptionalRParen())) {
      if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::None,
                                         parseResult) ||
          parser.parseRParen())
        return failure();
    }
  }

  SmallVector<Type> argTypes;
  SmallVector<Attribute> argNames;
  for (OpAsmParser::Argument &arg : args) {
    argTypes.push_back(arg.type);
    argNames.push_back(builder.getStringAttr(arg.ssaName.name.drop_front()));
  }
  result.addAttribute("function_type", TypeAttr::get(builder.getFunctionType(
                                           argTypes, resultTypes)));
  result.addAttribute("arg_names", builder.getArrayAttr(argNames));
  if (namedResults) {
    result.addAttribute("result_names", builder.getArrayAttr(resultNames));
    if (parseClauses(parser, result))
      return failure();
  }
  return failure(parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
                 parser.parseRegion(*result.addRegion(), args));
}

static void printCallable(OpAsmPrinter &printer, Operation *op,
                          FunctionType type, ArrayAttr resultNames) {
  printer << ' ';
  printer.printSymbolName(SymbolTable::getSymbolName(op).getValue());
  if (auto func = dyn_cast<FuncOp>(op); func && func.getSizeNamesAttr()) {
    printer << '<';
    printSizeNames(printer, op, func.getSizeNamesAttr());
    printer << '>';
  }
  printer << '(';
  llvm::interleaveComma(
      op->getRegion(0).getArguments(), printer,
      [&](BlockArgument arg) { printer.printRegionArgument(arg); });
  printer << ')';
  if (resultNames) {
    printer << " -> (";
    llvm::interleaveComma(llvm::zip(resultNames, type.getResults()), printer,
                          [&](auto pair) {
                            printer.printKeywordOrString(
                                cast<StringAttr>(std::get<0>(pair)).getValue());
                            printer << ": " << std::get<1>(pair);
                          });
    printer << ')';
  } else if (type.getNumResults()) {
    printer << " -> ";
    if (type.getNumResults() == 1)
      printer << type.getResult(0);
    else
      printer << '(' << type.getResults() << ')';
  }
  if (auto updates = op->getAttrOfType<ArrayAttr>("updates"))
    printer << " updates " << updates;
  if (auto step = dyn_cast<StepOp>(op))
    printBatch(printer, step);
  printer.printOptionalAttrDictWithKeyword(
      op->getAttrs(),
      {"sym_name", "function_type", "arg_names", "result_names", "updates",
       "batch", "batch_range", "batch_inputs", "size_names"});
  printer << ' ';
  printer.printRegion(op->getRegion(0), /*printEntryBlockArgs=*/false);
}

/// Types of the block, of the function and of the return agree; all are
/// tensors, of static shape unless extents may be open.
template <typename Op>
static LogicalResult verifyCallable(Op op, bool mayBeOpen = false) {
  Block &body = op.getBody().front();
  auto type = cast<FunctionType>(op.getFunctionType());
  if (TypeRange(type.getInputs()) != TypeRange(body.getArgumentTypes()))
    return op.emitOpError("has a body whose arguments differ from its type");
  for (Type t : llvm::concat<const Type>(type.getInputs(), type.getResults())) {
    auto tensor = dyn_cast<RankedTensorType>(t);
    bool open = mayBeOpen && tensor && !tensor.hasStaticShape() &&
                isElementType(tensor.getElementType());
    if (open)
      continue;
    if (!tensor || !tensor.hasStaticShape() ||
        !isElementType(tensor.getElementType()) || !hasUsableSize(tensor))
      return op.emitOpError()
             << "takes and gives tensors of static shape of "
             << elementTypeNames() << ", of at most 2^40 elements, not " << t;
  }
  auto ret = dyn_cast<ReturnOp>(body.getTerminator());
  if (!ret)
    return op.emitOpError("expects its body to end with dl.return");
  if (TypeRange(ret.getValues().getTypes()) != TypeRange(type.getResults()))
    return ret.emitOpError() << "gives (" << ret.getValues().getTypes()
                             << ") but the results of @" << op.getSymName()
                             << " are (" << type.getResults() << ")";
  return success();
}

/// Names of the block arguments, as the user wrote them.
static void nameArguments(Region &region, ArrayAttr names,
                          OpAsmSetValueNameFn setName) {
  for (auto [arg, name] : llvm::zip(region.getArguments(), names))
    setName(arg, cast<StringAttr>(name).getValue());
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseCallable(parser, result, /*namedResults=*/false);
}
void FuncOp::print(OpAsmPrinter &printer) {
  printCallable(printer, *this, cast<FunctionType>(getFunctionType()), {});
}
LogicalResult FuncOp::verify() {
  auto type = cast<FunctionType>(getFunctionType());
  if (getArgNames().size() != type.getNumInputs())
    return emitOpError() << "has " << type.getNumInputs()
                         << " arguments, but names for "
                         << getArgNames().size();
  llvm::SmallDenseSet<Attribute> seen;
  if (ArrayAttr sizes = getSizeNamesAttr())
    for (Attribute name : sizes)
      if (!seen.insert(name).second)
        return emitOpError() << "has two sizes named " << name;
  return verifyCallable(*this, /*mayBeOpen=*/true);
}

SmallVector<Operation *> FuncOp::getEntries() {
  SmallVector<Operation *> entries;
  for (Operation &op : getBody().front())
    if (isa<ParamOp, BufferOp>(op))
      entries.push_back(&op);
  return entries;
}

Operation *FuncOp::findEntry(StringAttr name) {
  for (Operation &op : getBody().front())
    if (isa<ParamOp, BufferOp>(op) && SymbolTable::getSymbolName(&op) == name)
      return &op;
  return nullptr;
}

bool FuncOp::isOpen() {
  auto type = cast<FunctionType>(getFunctionType());
  return getSizeNamesAttr() ||
         llvm::any_of(
             llvm::concat<const Type>(type.getInputs(), type.getResults()),
             hasOpenExtents);
}
void FuncOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  nameArguments(region, getArgNames(), setName);
}

ParseResult StepOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseCallable(parser, result, /*namedResults=*/true);
}
void StepOp::print(OpAsmPrinter &printer) {
  printCallable(printer, *this, cast<FunctionType>(getFunctionType()),
                getResultNames());
}
bool StepOp::hasBatch(unsigned number) {
  if (ArrayAttr inputs = getBatchInputsAttr())
    return llvm::is_contained(inputs, getArgNames()[number]);
  return tensorType(getBody().getArgument(number)).getRank() > 0;
}

int64_t StepOp::getWrittenBatch() {
  for (BlockArgument arg : getBody().getArguments())
    if (hasBatch(arg.getArgNumber()))
      return tensorType(arg).getDimSize(0);
  return 0;
}

/// A clause is of sizes that ascend, and of inputs with one extent.
static LogicalResult verifyBatch(StepOp step) {
  if (!step.getBatch()) {
    if (step.getBatchRange() || step.getBatchInputsAttr())
      return step.emitOpError("says which inputs have a batch, or that it has "
                              "any size, but not which sizes");
    return success();
  }
  ArrayRef<int64_t> sizes = *step.getBatch();
  bool range = step.getBatchRange();
  if (sizes.empty() || (range && sizes.size() != 2) ||
      !llvm::all_of(llvm::seq<size_t>(1, sizes.size()), [&](size_t i) {
        return range ? sizes[i - 1] <= sizes[i] : sizes[i - 1] < sizes[i];
      }))
    return step.emitOpError(
        "has a batch of no sizes, or of sizes that do not ascend; expected "
        "'batch(1 to 32)' or 'batch(1, 8, 32)'");
  if (sizes.front() < 1 || sizes.back() > maxBatch)
    return step.emitOpError()
           << "has a batch of "
           << (sizes.front() < 1 ? sizes.front() : sizes.back())
           << ", expected 1 to " << maxBatch;
  if (!range && sizes.size() > maxBatchSizes)
    return step.emitOpError()
           << "has " << sizes.size() << " sizes of its batch, each of which is "
           << "compiled; at most " << maxBatchSizes
           << " are, and a range ('batch(1 to " << sizes.back()
           << ")') is made of a few";
  SmallVector<StringRef> known;
  for (Attribute name : step.getArgNames())
    known.push_back(cast<StringAttr>(name).getValue());
  if (ArrayAttr inputs = step.getBatchInputsAttr())
    for (Attribute attr : inputs) {
      StringRef name = cast<StringAttr>(attr).getValue();
      auto found = llvm::find(known, name);
      if (found == known.end())
        return step.emitOpError()
               << "has a batch over the input '" << name
               << "', which it does not have" << suggestion(name, known);
      Value input = step.getBody().getArgument(found - known.begin());
      if (tensorType(input).getRank() == 0)
        return step.emitOpError() << "has a batch over the input '" << name
                                  << "', a scalar: expected a dimension 0";
    }
  std::optional<unsigned> first;
  for (BlockArgument arg : step.getBody().getArguments()) {
    unsigned number = arg.getArgNumber();
    if (!step.hasBatch(number))
      continue;
    int64_t extent = tensorType(arg).getDimSize(0);
    if (extent < 1)
      return step.emitOpError()
             << "has a batch, but its input '" << known[number]
             << "' is empty: " << arg.getType();
    if (!first)
      first = number;
    int64_t before = step.getWrittenBatch();
    if (extent != before)
      return step.emitOpError()
             << "has inputs of different batches: '" << known[*first] << "' of "
             << before << " and '" << known[number] << "' of " << extent
             << "; say which have one: 'over [\"" << known[*first] << "\"]'";
  }
  if (!first)
    return step.emitOpError(
        "has a batch, but no input with a dimension that could be it");
  return success();
}

LogicalResult StepOp::setBatchClause(ArrayRef<int64_t> sizes, bool range) {
  setBatch(sizes);
  setBatchRange(range);
  return verifyBatch(*this);
}

void StepOp::dropBatchClause() {
  removeBatchAttr();
  setBatchRange(false);
  removeBatchInputsAttr();
}

LogicalResult StepOp::verify() {
  auto type = cast<FunctionType>(getFunctionType());
  if (getArgNames().size() != type.getNumInputs() ||
      getResultNames().size() != type.getNumResults())
    return emitOpError() << "has " << type.getNumInputs() << " inputs and "
                         << type.getNumResults() << " outputs, but names for "
                         << getArgNames().size() << " and "
                         << getResultNames().size();
  llvm::SmallDenseSet<Attribute> seen;
  for (Attribute name :
       llvm::concat<const Attribute>(getArgNames(), getResultNames()))
    if (!seen.insert(name).second)
      return emitOpError() << "has two inputs or outputs named " << name;
  return failure(failed(verifyCallable(*this)) || failed(verifyBatch(*this)));
}
void StepOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  nameArguments(region, getArgNames(), setName);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = symbols.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr());
  if (!callee)
    return emitOpError() << "calls " << getCalleeAttr()
                         << ", which is not a dl.func of the model"
                         << suggestSymbol<FuncOp>(*this, getCallee());
  auto type = cast<FunctionType>(callee.getFunctionType());
  if (!mayBe(getArgs().getTypes(), type.getInputs()) ||
      !mayBe(getOutputs().getTypes(), type.getResults()))
    return emitOpError() << "has type (" << getArgs().getTypes() << ") -> ("
                         << getOutputs().getTypes() << ") but "
                         << getCalleeAttr() << " is " << type;
  return failure(failed(verifyCallSizes(*this, callee)) ||
                 failed(verifyAveraged(*this, getAveragedAttr(), symbols)));
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Function.cpp.inc"
