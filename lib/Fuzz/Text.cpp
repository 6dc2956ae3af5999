//===- Text.cpp - Programs as text and as modules -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Text.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

OwningOpRef<ModuleOp> dlc::fuzz::parseProgram(StringRef text,
                                              MLIRContext &context) {
  ScopedDiagnosticHandler handler(&context,
                                  [](Diagnostic &) { return success(); });
  // The lexer reads up to a 0, which need not stand behind a part of a text.
  return parseSourceString<ModuleOp>(text.str(), &context);
}

std::string dlc::fuzz::printProgram(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os, OpPrintingFlags().assumeVerified());
  return text;
}

void dlc::fuzz::updateType(dl::StepOp step) {
  Block &block = step.getBody().front();
  step.setFunctionTypeAttr(TypeAttr::get(
      FunctionType::get(step.getContext(), block.getArgumentTypes(),
                        block.getTerminator()->getOperandTypes())));
}

Value dlc::fuzz::addInput(dl::StepOp step, Type type, StringRef name) {
  Value argument = step.getBody().front().addArgument(type, step.getLoc());
  SmallVector<Attribute> names(step.getArgNames().getValue());
  names.push_back(StringAttr::get(step.getContext(), name));
  step.setArgNamesAttr(ArrayAttr::get(step.getContext(), names));
  updateType(step);
  return argument;
}

void dlc::fuzz::setOutputs(dl::StepOp step, ArrayRef<Value> values,
                           ArrayRef<std::string> names) {
  step.getBody().front().getTerminator()->setOperands(values);
  SmallVector<Attribute> attrs;
  for (const std::string &name : names)
    attrs.push_back(StringAttr::get(step.getContext(), name));
  step.setResultNamesAttr(ArrayAttr::get(step.getContext(), attrs));
  updateType(step);
}

void dlc::fuzz::plantFault(ModuleOp module, StringRef name) {
  module.walk([&](Operation *op) {
    if (op->getName().stripDialect() != name)
      return;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    for (Value result : op->getResults()) {
      if (!isa<FloatType>(getElementTypeOrSelf(result.getType())))
        continue;
      OperationState state(op->getLoc(), "dl.scale");
      state.addOperands(result);
      state.addTypes(result.getType());
      state.addAttribute("factor", builder.getF64FloatAttr(1.001));
      Operation *scaled = builder.create(state);
      result.replaceAllUsesExcept(scaled->getResult(0), scaled);
    }
  });
}

bool dlc::fuzz::inlineCall(dl::CallOp call) {
  auto model = call->getParentOfType<dl::ModelOp>();
  auto function = dyn_cast_or_null<dl::FuncOp>(
      SymbolTable::lookupSymbolIn(model, call.getCalleeAttr()));
  if (!function)
    return false;
  IRMapping map;
  Block &body = function.getBody().front();
  map.map(body.getArguments(), call.getArgs());
  OpBuilder builder(call);
  for (Operation &op : body.without_terminator())
    builder.clone(op, map)->walk([&](Operation *inner) {
      if (auto modal = dyn_cast<dl::HasMode>(inner))
        if (!modal.getMode() && call.getMode())
          modal.setMode(*call.getMode());
      auto read = dyn_cast<dl::ReadOp>(inner);
      if (read && !read.getAveragedAttr() &&
          isa_and_nonnull<dl::ParamOp>(
              SymbolTable::lookupSymbolIn(model, read.getEntryAttr())))
        read.setAveragedAttr(call.getAveragedAttr());
    });
  for (auto [result, value] :
       llvm::zip(call.getResults(), body.getTerminator()->getOperands()))
    result.replaceAllUsesWith(map.lookupOrDefault(value));
  call->erase();
  return true;
}
