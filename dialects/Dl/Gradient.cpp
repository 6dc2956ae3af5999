//===- Gradient.cpp - Derivatives and descent -----------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"
#include "dialects/Dl/Syntax.h"

using namespace mlir;
using namespace dlc::dl;

void StopGradientOp::differentiate(OpBuilder &, ArrayRef<Value>,
                                   MutableArrayRef<Value>) {}

LogicalResult MinimizeOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!symbols.lookupNearestSymbolFrom<OptimizerOp>(*this, getOptimizerAttr()))
    return emitOpError() << "needs the optimizer " << getOptimizerAttr()
                         << ", which the model does not have"
                         << suggestSymbol<OptimizerOp>(*this, getOptimizer());
  for (Attribute hyper :
       {Attribute(getGroupsAttr()), getClipValueAttr(), getClipNormAttr(),
        getNoiseAttr(), getNoiseDecayAttr(), getClipWeightsAttr(),
        getAverageAttr()})
    if (hyper && failed(verifyHypers(*this, hyper, symbols)))
      return failure();
  return success();
}

#define GET_OP_CLASSES
#include "dialects/Dl/Gradient.cpp.inc"
