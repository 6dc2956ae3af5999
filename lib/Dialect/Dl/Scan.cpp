//===- Scan.cpp - Loops over a leading dimension --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The derivative is in ScanGradient.cpp, the canonical form in
// ScanCanonical.cpp.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

RankedTensorType ScanOp::sliceType(Type stack) {
  auto type = llvm::cast<RankedTensorType>(stack);
  return type.clone(type.getShape().drop_front());
}

RankedTensorType ScanOp::stackType(Type slice, int64_t trips) {
  auto type = llvm::cast<RankedTensorType>(slice);
  SmallVector<int64_t> shape{trips};
  llvm::append_range(shape, type.getShape());
  return type.clone(shape);
}

ScanOp ScanOp::getLoopOf(Value value) {
  auto arg = dyn_cast<BlockArgument>(value);
  return arg ? dyn_cast<ScanOp>(arg.getOwner()->getParentOp()) : ScanOp();
}

void ScanOp::build(OpBuilder &builder, OperationState &state, int64_t trips,
                   bool reverse, ValueRange inits, ValueRange inputs,
                   ValueRange invariants, std::unique_ptr<Region> body) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.trips = builder.getI64IntegerAttr(trips);
  if (reverse)
    properties.reverse = builder.getUnitAttr();
  properties.operandSegmentSizes = {int32_t(inits.size()),
                                    int32_t(inputs.size()),
                                    int32_t(invariants.size())};
  state.addOperands(inits);
  state.addOperands(inputs);
  state.addOperands(invariants);
  state.addTypes(inits.getTypes());
  for (Value output :
       body->front().getTerminator()->getOperands().drop_front(inits.size()))
    state.addTypes(stackType(output.getType(), trips));
  state.addRegion(std::move(body));
}

ScanOp dlc::dl::buildScan(Expr &e, int64_t trips, bool reverse,
                          ValueRange inits, ValueRange inputs,
                          ValueRange invariants, ScanBody build) {
  auto region = std::make_unique<Region>();
  Block &block = region->emplaceBlock();
  OpBuilder inside(e.builder().getContext());
  inside.setInsertionPointToEnd(&block);
  for (Value init : inits)
    block.addArgument(init.getType(), e.location());
  for (Value input : inputs)
    block.addArgument(ScanOp::sliceType(input.getType()), e.location());
  for (Value invariant : invariants)
    block.addArgument(invariant.getType(), e.location());
  ValueRange args = block.getArguments();
  Expr body(inside, e.location());
  SmallVector<Value> yields = build(body, args.take_front(inits.size()),
                                    args.slice(inits.size(), inputs.size()),
                                    args.take_back(invariants.size()));
  YieldOp::create(inside, e.location(), yields);
  return ScanOp::create(e.builder(), e.location(), trips, reverse, inits,
                        inputs, invariants, std::move(region));
}

BlockArgument ScanOp::addInvariant(Value value) {
  getInvariantsMutable().append(value);
  return getBlock().addArgument(value.getType(), value.getLoc());
}

BlockArgument ScanOp::addInput(Value stack) {
  unsigned place = getNumCarried() + getInputs().size();
  getInputsMutable().append(stack);
  return getBlock().insertArgument(place, sliceType(stack.getType()), getLoc());
}

void ScanOp::expandTruncation() {
  int64_t every = *getTruncate(), trips = getTrips();
  removeTruncateAttr();
  if (every >= trips)
    return;
  // Quotients are exact where they are whole, and nowhere else near it.
  OpBuilder builder(*this);
  Expr e(builder, getLoc());
  Value step = e.iota(RankedTensorType::get({trips}, builder.getF64Type()), 0);
  if (getReverse())
    step = e.offset(e.neg(step), trips - 1);
  Value quotient = e.div(step, e.splat(step.getType(), every));
  Value whole = FloorOp::create(builder, getLoc(), step.getType(), quotient);
  Value multiple = e.compare(Predicate::eq, quotient, whole);
  Value cuts = e.logicalAnd(multiple, e.compare(Predicate::gt, step, 0.0));

  Value cut = addInput(cuts);
  OpBuilder inside(getContext());
  inside.setInsertionPointToStart(&getBlock());
  Expr body(inside, getLoc());
  for (BlockArgument arg : getCarriedArgs()) {
    if (!isa<FloatType>(getElementTypeOrSelf(arg)))
      continue;
    Value mask = cut;
    if (tensorType(arg).getRank() != 0)
      mask = body.broadcast(cut, arg, {});
    Value stopped = body.stop(arg);
    Value seen = body.select(mask, stopped, arg);
    SmallPtrSet<Operation *, 2> own{stopped.getDefiningOp(),
                                    seen.getDefiningOp()};
    arg.replaceAllUsesExcept(seen, own);
  }
}

void ScanOp::getAsmBlockArgumentNames(Region &, OpAsmSetValueNameFn) {}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

namespace {
/// `keyword(%arg = %operand, ...)`
struct BoundList {
  SmallVector<OpAsmParser::Argument> args;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;

  ParseResult parse(OpAsmParser &parser, StringRef keyword) {
    if (failed(parser.parseOptionalKeyword(keyword)))
      return success();
    return parser.parseCommaSeparatedList(
        OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
          return failure(parser.parseArgument(args.emplace_back()) ||
                         parser.parseEqual() ||
                         parser.parseOperand(operands.emplace_back()));
        });
  }
};
} // namespace

/// Checks that carried values keep the types of their start values.
static LogicalResult
verifyCarried(TypeRange inits, TypeRange results,
              function_ref<InFlightDiagnostic()> emitError) {
  if (results.size() < inits.size())
    return emitError() << "carries " << inits.size() << " values but has only "
                       << results.size() << " results";
  for (auto [i, result, init] :
       llvm::enumerate(results.take_front(inits.size()), inits))
    if (!mayBe(result, init))
      return emitError() << "carries " << init << " as value #" << i
                         << ", but result #" << i << " is " << result;
  return success();
}

/// Checks that the body yields the types of the results and their slices.
static LogicalResult verifyYield(YieldOp yield, int64_t trips, TypeRange inits,
                                 TypeRange results) {
  if (yield.getValues().size() != results.size())
    return yield.emitOpError()
           << "gives " << yield.getValues().size()
           << " values, but the scan has " << results.size() << " results";
  for (auto [i, value] : llvm::enumerate(yield.getValues().getTypes())) {
    if (i < inits.size()) {
      if (!mayBe(value, inits[i]))
        return yield.emitOpError()
               << "gives " << value << " for carried value #" << i
               << ", which is " << inits[i];
      continue;
    }
    Type expected = ScanOp::stackType(value, trips);
    if (!mayBe(results[i], expected))
      return yield.emitOpError()
             << "gives " << value << " for output #" << i - inits.size()
             << ", which stacks to " << expected << ", but result #" << i
             << " is " << results[i];
  }
  return success();
}

ParseResult ScanOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  int64_t trips;
  if (parser.parseInteger(trips))
    return failure();
  Properties &properties = result.getOrAddProperties<Properties>();
  properties.trips = builder.getI64IntegerAttr(trips);
  if (succeeded(parser.parseOptionalKeyword("reverse")))
    properties.reverse = builder.getUnitAttr();
  if (succeeded(parser.parseOptionalKeyword("truncate"))) {
    int64_t every;
    if (parser.parseInteger(every))
      return failure();
    properties.truncate = builder.getI64IntegerAttr(every);
  }

  BoundList carried, inputs, invariants;
  FunctionType type;
  SMLoc loc = parser.getCurrentLocation();
  if (carried.parse(parser, "carry") || inputs.parse(parser, "over") ||
      invariants.parse(parser, "with") ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseColonType(type))
    return failure();
  properties.operandSegmentSizes = {int32_t(carried.args.size()),
                                    int32_t(inputs.args.size()),
                                    int32_t(invariants.args.size())};

  SmallVector<OpAsmParser::Argument> args;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  for (BoundList *list : {&carried, &inputs, &invariants}) {
    llvm::append_range(args, list->args);
    llvm::append_range(operands, list->operands);
  }
  if (type.getNumInputs() != operands.size())
    return parser.emitError(loc)
           << "'dl.scan' has " << operands.size() << " operands but types for "
           << type.getNumInputs();
  for (auto [i, arg] : llvm::enumerate(args)) {
    arg.type = type.getInput(i);
    bool stacked = i >= carried.args.size() &&
                   i < carried.args.size() + inputs.args.size();
    if (!stacked)
      continue;
    auto stack = dyn_cast<RankedTensorType>(arg.type);
    if (!stack || stack.getRank() == 0)
      return parser.emitError(arg.ssaName.location)
             << "'dl.scan' expects operand #" << i - carried.args.size()
             << " after 'over' of rank 1 or more, not " << arg.type;
    arg.type = sliceType(stack);
  }
  if (parser.resolveOperands(operands, type.getInputs(), loc, result.operands))
    return failure();
  result.addTypes(type.getResults());
  // Here and not at the next use, which may have another type.
  if (failed(verifyCarried(type.getInputs().take_front(carried.args.size()),
                           type.getResults(), [&] {
                             return parser.emitError(parser.getNameLoc(),
                                                     "'dl.scan' op ");
                           })))
    return failure();
  Region &body = *result.addRegion();
  if (parser.parseRegion(body, args))
    return failure();
  // The verifier reports a body of another form.
  auto yield = trips < 0 || body.empty() || body.front().empty()
                   ? YieldOp()
                   : dyn_cast<YieldOp>(body.front().back());
  if (!yield)
    return success();
  return verifyYield(yield, trips,
                     type.getInputs().take_front(carried.args.size()),
                     type.getResults());
}

void ScanOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getTrips();
  if (getReverse())
    printer << " reverse";
  if (getTruncate())
    printer << " truncate " << *getTruncate();
  auto list = [&](StringRef keyword, auto args, OperandRange operands) {
    if (operands.empty())
      return;
    printer << ' ' << keyword << '(';
    llvm::interleaveComma(llvm::zip(args, operands), printer, [&](auto pair) {
      printer << std::get<0>(pair) << " = " << std::get<1>(pair);
    });
    printer << ')';
  };
  list("carry", getCarriedArgs(), getInits());
  list("over", getInputArgs(), getInputs());
  list("with", getInvariantArgs(), getInvariants());
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {"trips", "reverse", "truncate", "operandSegmentSizes"});
  printer << " : ";
  printer.printFunctionalType(*this);
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult ScanOp::verify() {
  int64_t trips = getTrips();
  if (trips < 0 || trips > maxElements)
    return emitOpError() << "runs from 0 to " << maxElements << " times, not "
                         << trips;
  if (getTruncate() && *getTruncate() < 1)
    return emitOpError() << "truncates its gradient after 1 step or more, not "
                         << *getTruncate();
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    RankedTensorType type = tensorType(input);
    if (type.getRank() == 0)
      return emitOpError() << "expects operand #" << i
                           << " after 'over' of rank 1 or more, not " << type;
    if (type.getDimSize(0) != trips)
      return emitOpError() << "runs " << trips << " times, but operand #" << i
                           << " after 'over' is " << type << " with "
                           << type.getDimSize(0) << " slices";
  }
  return verifyCarried(getInits().getTypes(), getResultTypes(),
                       [&] { return emitOpError(); });
}

/// Whether an op may stand in the body. After kernels are formed, the body
/// calls them.
static bool isBodyOp(Operation &op) {
  return isa<DlDialect>(op.getDialect()) ||
         op.getName().getStringRef() == "func.call";
}

LogicalResult ScanOp::verifyRegions() {
  Block &block = getBlock();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return emitOpError("expects its body to end with dl.yield");
  if (block.getNumArguments() != getNumOperands())
    return emitOpError() << "has " << getNumOperands()
                         << " operands but a body with "
                         << block.getNumArguments() << " arguments";
  for (auto [i, operand] : llvm::enumerate(getOperands())) {
    Type expected = operand.getType();
    if (isStacked(i))
      expected = sliceType(expected);
    if (block.getArgument(i).getType() != expected)
      return emitOpError() << "has operand #" << i << " of type "
                           << operand.getType() << ", of which a step sees "
                           << expected << ", but argument #" << i
                           << " of its body is "
                           << block.getArgument(i).getType();
  }

  if (failed(verifyYield(yield, getTrips(), getInits().getTypes(),
                         getResultTypes())))
    return failure();
  for (Operation &op : block) {
    if (!isBodyOp(op))
      return op.emitOpError("may not stand in the body of dl.scan, which is "
                            "made of dl ops only");
    if (isa<WriteOp, MinimizeOp>(op))
      return op.emitOpError("may not stand in the body of dl.scan: the state "
                            "is the same at every step");
  }
  return success();
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Scan.cpp.inc"
