//===- FunctionInstance.cpp - A function for a call's types ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types of results are inferred from those of operands, op by op.
//
//===----------------------------------------------------------------------===//

#include "FunctionInstance.h"

#include "dlc/Dialect/Dl/Templates.h"

#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

StringAttr dlc::nameWithin(StringAttr prefix, StringAttr name) {
  if (!prefix || prefix.empty())
    return name;
  return StringAttr::get(name.getContext(),
                         prefix.getValue() + "." + name.getValue());
}

void InstanceRequest::note(Diagnostic &error) {
  if (error.getSeverity() != DiagnosticSeverity::Error)
    return;
  Diagnostic &at = error.attachNote(call.getLoc());
  at << "in @" << name.getValue() << ", called here";
  if (!prefix.empty())
    at << " as @" << prefix.getValue();
  at << " with (" << operands << ")";
}

/// References to entries of the function are to those of the instance.
void FunctionInstance::nameEntries(Operation *op) {
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](FlatSymbolRefAttr ref) -> std::optional<Attribute> {
        if (!request.callee.findEntry(ref.getAttr()))
          return std::nullopt;
        return FlatSymbolRefAttr::get(
            nameWithin(request.prefix, ref.getAttr()));
      });
  replacer.replaceElementsIn(op);
}

/// "did you mean ..." for the nearest entry of the function that reads, or
/// nothing.
static std::string suggestEntry(ReadOp read) {
  SmallVector<StringRef> candidates;
  for (Operation *entry : read->getParentOfType<dl::FuncOp>().getEntries())
    candidates.push_back(SymbolTable::getSymbolName(entry).getValue());
  return suggestion(read.getEntry(), candidates);
}

/// Sets inferred types; they must agree with the written types where these are
/// not open.
LogicalResult FunctionInstance::setTypes(Operation *op, TypeRange types) {
  Operation *now = mapping.lookup(op);
  for (auto [result, type] : llvm::zip(op->getResults(), types)) {
    auto read = dyn_cast<ReadOp>(op);
    if (hasOpenExtents(type) && read)
      return now->emitOpError() << "names " << read.getEntryAttr() << ", which "
                                << request.callee.getSymNameAttr()
                                << " does not declare" << suggestEntry(read);
    if (hasOpenExtents(type))
      return now->emitOpError()
             << "has an open extent that follows from no operand: " << type
             << "; write its number, or make it of a value that has it";
    if (!mayBe(type, result.getType()))
      return now->emitOpError() << "gives " << type << " here, not "
                                << result.getType() << " as it is written";
    now->getResult(result.getResultNumber()).setType(type);
  }
  return success();
}

/// One open extent follows from how many elements there are, once those before
/// it that are open in the operand too are taken from there.
FailureOr<Type> FunctionInstance::reshapedType(ReshapeOp op) {
  RankedTensorType from = after(op.getX());
  SmallVector<int64_t> shape(before(op.getY()).getShape());
  auto open = [&] { return llvm::count_if(shape, ShapedType::isDynamic); };
  for (auto [dim, extent] : llvm::enumerate(shape)) {
    if (open() < 2 || int64_t(dim) >= from.getRank() ||
        (!ShapedType::isDynamic(extent) && extent != from.getDimSize(dim)))
      break;
    extent = from.getDimSize(dim);
  }
  if (open() > 1)
    return failure();
  int64_t others = 1;
  for (int64_t extent : shape)
    if (!ShapedType::isDynamic(extent)) {
      if (extent < 0 || extent > maxElements / std::max<int64_t>(others, 1))
        return failure();
      others *= extent;
    }
  if (others)
    for (int64_t &extent : shape)
      if (ShapedType::isDynamic(extent))
        extent = from.getNumElements() / others;
  return Type(before(op.getY()).clone(shape));
}

/// A size of -1 is all that is left.
void FunctionInstance::closeSlice(SliceOp op) {
  auto now = cast<SliceOp>(mapping.lookup(op.getOperation()));
  ArrayRef<int64_t> shape = after(op.getX()).getShape();
  SmallVector<int64_t> sizes(op.getSizes());
  if (sizes.size() != shape.size() || op.getOffsets().size() != shape.size() ||
      (op.getStrides() && op.getStrides()->size() != shape.size()))
    return; // which its verifier says
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    int64_t left = shape[dim] - op.getOffsets()[dim];
    int64_t stride = op.strideAt(dim);
    if (size == -1 && left >= 0 && left <= shape[dim] && stride > 0)
      size = (left + stride - 1) / stride;
  }
  now.setSizes(sizes);
}

FailureOr<SmallVector<Type>> FunctionInstance::typesOf(Operation *op) {
  Operation *now = mapping.lookup(op);
  if (op->getNumResults() == 0)
    return SmallVector<Type>();
  if (auto read = dyn_cast<ReadOp>(now)) {
    Operation *entry = symbols.lookup(read.getEntry());
    auto type = entry ? entry->getAttrOfType<TypeAttr>("type") : TypeAttr();
    return SmallVector<Type>{type ? type.getValue()
                                  : op->getResult(0).getType()};
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    FailureOr<Type> type = reshapedType(reshape);
    if (failed(type))
      return failure();
    return SmallVector<Type>{*type};
  }
  if (op->getNumOperands() == 0 ||
      (!isa<InferTypeOpInterface>(op) &&
       llvm::none_of(op->getResultTypes(), hasOpenExtents)))
    return llvm::to_vector(op->getResultTypes());
  if (auto slice = dyn_cast<SliceOp>(op))
    closeSlice(slice);
  return inferTypes(op);
}

LogicalResult FunctionInstance::retypeScan(ScanOp op) {
  auto now = cast<ScanOp>(mapping.lookup(op.getOperation()));
  Block &body = now.getBlock();
  if (body.getNumArguments() != now->getNumOperands() || body.empty() ||
      !isa<YieldOp>(body.back()) ||
      body.back().getNumOperands() != now->getNumResults() ||
      now->getNumResults() < now.getNumCarried())
    return now.emitOpError("expects a body with an argument for each operand "
                           "and a dl.yield with a value for each result");
  for (auto [number, operand] : llvm::enumerate(now->getOperands())) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (now.isStacked(number) && type.getRank() == 0)
      return now.emitOpError() << "has a stacked operand without dimensions";
    Value arg = body.getArgument(number);
    Type given = now.isStacked(number) ? Type(ScanOp::sliceType(type)) : type;
    if (!mayBe(given, arg.getType()))
      return now.emitOpError() << "gives its body " << given << " here, not "
                               << arg.getType() << " as it is written";
    arg.setType(given);
  }
  if (failed(retype(op.getBlock())))
    return failure();
  SmallVector<Type> types;
  for (auto [number, value] : llvm::enumerate(now.getYield()->getOperands()))
    types.push_back(
        number < now.getNumCarried()
            ? now.getInits()[number].getType()
            : Type(ScanOp::stackType(value.getType(), now.getTrips())));
  return setTypes(op, types);
}

/// The sizes that a call gives, as numbers.
ArrayAttr FunctionInstance::numbersOf(CallOp call) {
  if (!call.getSizesAttr())
    return {};
  SmallVector<Attribute> numbers;
  for (Attribute size : call.getSizesAttr()) {
    if (isa<StringAttr>(size)) {
      auto names = request.callee.getSizeNamesAttr().getValue();
      size = request.sizes[llvm::find(names, size) - names.begin()];
    }
    numbers.push_back(size);
  }
  return ArrayAttr::get(call.getContext(), numbers);
}

LogicalResult FunctionInstance::retypeCall(CallOp op) {
  auto now = cast<CallOp>(mapping.lookup(op.getOperation()));
  FailureOr<FuncOp> callee = resolve(now, numbersOf(op));
  if (failed(callee))
    return failure();
  return setTypes(op,
                  cast<FunctionType>(callee->getFunctionType()).getResults());
}

LogicalResult FunctionInstance::retype(Operation *op) {
  Operation *now = mapping.lookup(op);
  if (isa<CallOp>(op))
    return retypeCall(cast<CallOp>(op));
  nameEntries(now);
  if (isa<ScanOp>(op))
    return retypeScan(cast<ScanOp>(op));
  if (isa<ReturnOp, YieldOp>(op))
    return success();
  bool said = false;
  FailureOr<SmallVector<Type>> types = [&] {
    ScopedDiagnosticHandler listen(op->getContext(), [&](Diagnostic &) {
      said = true;
      return failure();
    });
    return typesOf(op);
  }();
  if (failed(types) || types->size() != op->getNumResults()) {
    if (!said)
      return now->emitOpError("has a result whose extents do not follow from "
                              "its operands; write their numbers");
    return failure();
  }
  return setTypes(op, *types);
}

LogicalResult FunctionInstance::retype(Block &block) {
  for (Operation &op : block)
    if (!isEntryOfFunction(&op))
      if (failed(retype(&op)))
        return failure();
  return success();
}

FailureOr<FuncOp> FunctionInstance::make(StringAttr name) {
  FuncOp func = request.callee;
  OwningOpRef<FuncOp> copy = cast<FuncOp>(func->clone(mapping));
  Block &body = copy->getBody().front();
  for (auto [arg, type] : llvm::zip(body.getArguments(), request.operands))
    arg.setType(type);
  // The types of ops are verified in the model.
  model.getBody().front().getOperations().insert(func->getIterator(),
                                                 copy->getOperation());
  FuncOp result = copy.release();
  result.setSymNameAttr(name);
  result.removeSizeNamesAttr();
  symbols.insert(result);
  if (failed(retype(func.getBody().front())))
    return failure();
  for (Operation *entry : result.getEntries())
    entry->erase();
  auto given = llvm::to_vector(body.getTerminator()->getOperandTypes());
  auto type = cast<FunctionType>(func.getFunctionType());
  if (!mayBe(given, type.getResults()))
    return body.getTerminator()->emitOpError()
           << "gives (" << given << ") here, but the results of @"
           << func.getSymName() << " are (" << type.getResults() << ")";
  result.setFunctionType(
      FunctionType::get(func.getContext(), request.operands, given));
  return result;
}
