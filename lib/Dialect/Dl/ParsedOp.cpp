//===- ParsedOp.cpp - Common part of op parsers ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ParsedOp.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace dlc::dl;

bool dlc::dl::isReal(Attribute attr) {
  if (auto real = dyn_cast<FloatAttr>(attr))
    return real.getType().isF64();
  auto whole = dyn_cast<IntegerAttr>(attr);
  return whole && whole.getType().isSignlessInteger(64);
}

double dlc::dl::realValue(Attribute attr) {
  if (auto real = dyn_cast<FloatAttr>(attr))
    return real.getValueAsDouble();
  return double(cast<IntegerAttr>(attr).getInt());
}

bool dlc::dl::namesDimensions(StringRef attribute) {
  return attribute == "axis" || attribute.ends_with("_axis") ||
         attribute == "axes" || attribute == "dims" || attribute == "perm";
}

/// Replaces an attribute of a parsed op, which has it among those of its
/// dictionary or, where its syntax names it, among its properties.
static void replace(Operation &op, OperationState &state, StringAttr name,
                    Attribute value) {
  op.getName().setInherentAttr(&op, name, value);
  if (state.attributes.get(name))
    state.attributes.set(name, value);
  else
    state.name.copyOpProperties(state.getRawProperties(),
                                op.getPropertiesStorage());
}

/// An op drops an attribute of another kind than the one it holds: of integers
/// those are dropped that stand for real numbers.
static void readWholeNumbers(Operation &op, OperationState &state) {
  auto f64 = Float64Type::get(op.getContext());
  for (NamedAttribute attr : llvm::to_vector(state.attributes)) {
    std::optional<Attribute> held = op.getInherentAttr(attr.getName());
    if (!held || *held || !isReal(attr.getValue()))
      continue;
    auto real = FloatAttr::get(f64, realValue(attr.getValue()));
    op.getName().setInherentAttr(&op, attr.getName(), real);
    held = op.getInherentAttr(attr.getName());
    if (held && *held)
      state.attributes.set(attr.getName(), real);
  }
}

/// The dimension that `axis` counts from the end; others stay, for the
/// verifier.
static int64_t countFromStart(int64_t axis, int64_t rank) {
  return axis < 0 && axis >= -rank ? axis + rank : axis;
}

static Attribute countFromStart(Attribute attr, int64_t rank) {
  if (auto axis = dyn_cast<IntegerAttr>(attr))
    return IntegerAttr::get(axis.getType(),
                            countFromStart(axis.getInt(), rank));
  if (auto axes = dyn_cast<DenseI64ArrayAttr>(attr))
    return DenseI64ArrayAttr::get(
        attr.getContext(),
        llvm::map_to_vector(axes.asArrayRef(), [&](int64_t axis) {
          return countFromStart(axis, rank);
        }));
  if (auto axes = dyn_cast<ArrayAttr>(attr))
    return ArrayAttr::get(attr.getContext(),
                          llvm::map_to_vector(axes, [&](Attribute axis) {
                            return countFromStart(axis, rank);
                          }));
  return attr;
}

/// Which of a list of axes stands first makes no difference, as in PyTorch.
static Attribute inAscendingOrder(Attribute attr) {
  auto axes = dyn_cast<ArrayAttr>(attr);
  if (!axes || !llvm::all_of(axes, llvm::IsaPred<IntegerAttr>))
    return attr;
  SmallVector<Attribute> sorted(axes.getValue());
  llvm::sort(sorted, [](Attribute a, Attribute b) {
    return cast<IntegerAttr>(a).getInt() < cast<IntegerAttr>(b).getInt();
  });
  return ArrayAttr::get(attr.getContext(), sorted);
}

static void readDimensions(Operation &op, OperationState &state) {
  ValueRange counted = op.getOperands();
  if (op.hasTrait<AxesOfResult>())
    counted = op.getResults();
  if (counted.empty())
    return;
  auto type = dyn_cast<RankedTensorType>(counted.front().getType());
  if (!type)
    return;
  for (StringAttr name : op.getName().getAttributeNames()) {
    if (!namesDimensions(name))
      continue;
    std::optional<Attribute> held = op.getInherentAttr(name);
    if (!held || !*held)
      continue;
    Attribute read = countFromStart(*held, type.getRank());
    if (name == "axes")
      read = inAscendingOrder(read);
    if (read != *held)
      replace(op, state, name, read);
  }
}

LogicalResult dlc::dl::finishParsing(OperationState &state) {
  if (!state.regions.empty() || !state.successors.empty())
    return success();
  // The op itself is made by the parser, once it knows the names of results.
  Operation *op = Operation::create(
      state.location, state.name, state.types, state.operands,
      state.attributes.getDictionary(state.getContext()),
      state.getRawProperties(), BlockRange(), /*numRegions=*/0);
  llvm::scope_exit destroy([&] { op->destroy(); });
  readWholeNumbers(*op, state);
  readDimensions(*op, state);
  // The op around it, which a terminator has to know, is not there yet. Open
  // extents are for functions, whose instances verify them.
  if (op->getNumResults() == 0 ||
      llvm::any_of(op->getOperandTypes(), hasOpenExtents) ||
      llvm::any_of(op->getResultTypes(), hasOpenExtents))
    return success();
  return state.name.verifyInvariants(op);
}

LogicalResult dlc::dl::verifyInferredTypes(Operation *op) {
  bool said = false;
  SmallVector<Type> types;
  LogicalResult inferred = failure();
  {
    ScopedDiagnosticHandler listener(op->getContext(), [&](Diagnostic &) {
      said = true;
      return failure(); // on to the next handler
    });
    inferred = cast<InferTypeOpInterface>(op).inferReturnTypes(
        op->getContext(), op->getLoc(), op->getOperands(),
        op->getRawDictionaryAttrs(), op->getPropertiesStorage(),
        op->getRegions(), types);
  }
  if (failed(inferred))
    return said ? failure()
                : op->emitOpError("has operands from which no type of a "
                                  "result follows");
  if (TypeRange(types) == op->getResultTypes())
    return success();
  InFlightDiagnostic diag = op->emitOpError() << "gives ";
  llvm::interleaveComma(types, diag);
  diag << ", not ";
  llvm::interleaveComma(op->getResultTypes(), diag);
  return diag;
}
