//===- Gradient.cpp - Derivatives and descent -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
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

LogicalResult MinimizeOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!symbols.lookupNearestSymbolFrom<OptimizerOp>(*this, getOptimizerAttr()))
    return emitOpError() << "needs the optimizer " << getOptimizerAttr()
                         << ", which the model does not have"
                         << suggestSymbol<OptimizerOp>(*this, getOptimizer());
  if (getNoiseDecayAttr() && !getNoiseAttr())
    return emitOpError("has 'noise_decay', which means nothing without "
                       "noise(...)");
  return verifyHypers(*this, getHypers(), symbols);
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Gradient.cpp.inc"
