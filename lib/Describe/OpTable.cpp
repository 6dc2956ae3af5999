//===- OpTable.cpp - Table of registered ops ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Describe/OpTable.h"

#include "dlc/Conversion/Passes.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Interpreter/Interpreter.h"
#include "dlc/Pipelines/Phases.h"

#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace dlc;

/// Whether an op of that name may be left after a phase.
static bool isLeftAfter(StringRef phase, RegisteredOperationName name) {
  OperationState state(UnknownLoc::get(name.getContext()),
                       OperationName(name.getStringRef(), name.getContext()));
  for (int i = 0; i < 2; ++i)
    state.addRegion();
  Operation *op = Operation::create(state);
  bool legal = findPhase(phase)->isLegal(op);
  op->destroy();
  return legal;
}

void dlc::printOpTable(raw_ostream &os) {
  DialectRegistry registry;
  registerDialects(registry);
  interp::registerModels(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  llvm::StringSet<> lowered = getLoweredOps(context);

  os << "op,inference,interpreter,lowering,gradient\n";
  for (RegisteredOperationName op : context.getRegisteredOperations()) {
    if (op.getDialectNamespace() != dl::DlDialect::getDialectNamespace())
      continue;
    StringRef name = op.stripDialect();
    // Declarations, terminators and resolved ops are gone where values are
    // computed.
    bool computes = isLeftAfter(phase::grad, op) &&
                    !op.hasInterface<SymbolOpInterface>() &&
                    !op.hasTrait<OpTrait::IsTerminator>();
    bool composite = op.hasInterface<dl::Decomposable>();
    auto has = [&](bool itself, bool parts) -> StringRef {
      return !computes ? "-" : itself ? "yes" : parts ? "parts" : "no";
    };
    os << name << ','
       << (op.hasInterface<InferTypeOpInterface>() ? "yes" : "no") << ','
       << has(op.hasInterface<interp::Interpretable>(), composite) << ','
       << has(lowered.contains(op.getStringRef()),
              !isLeftAfter(phase::simplify, op))
       << ',' << has(op.hasInterface<dl::Differentiable>(), composite) << '\n';
  }
}
