//===- Params.cpp - Parameters by name ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Params.h"

#include "llvm/Support/GlobPattern.h"

using namespace mlir;
using namespace dlc::dl;

FailureOr<SmallVector<ParamOp>> dlc::dl::matchParams(Operation *op,
                                                     ArrayAttr patterns,
                                                     ArrayRef<ParamOp> all,
                                                     StringRef what) {
  SmallVector<ParamOp> params;
  for (Attribute attr : patterns) {
    auto name = dyn_cast<StringAttr>(attr);
    if (!name)
      return op->emitOpError()
             << "has the pattern " << attr << ", which is not a string";
    llvm::Expected<llvm::GlobPattern> pattern =
        llvm::GlobPattern::create(name.getValue());
    if (!pattern)
      return op->emitOpError()
             << "has the pattern " << attr
             << ", which is not one: " << llvm::toString(pattern.takeError());
    bool any = false;
    for (ParamOp param : all) {
      if (!pattern->match(param.getSymName()))
        continue;
      any = true;
      if (!llvm::is_contained(params, param))
        params.push_back(param);
    }
    if (!any)
      return op->emitOpError()
             << "has the pattern " << attr << ", which matches no " << what;
  }
  return params;
}

FailureOr<SmallVector<ParamOp>> dlc::dl::paramsOf(MinimizeOp op) {
  auto model = op->getParentOfType<ModelOp>();
  if (op.getPatterns().empty())
    return op.emitOpError(
        "has no pattern, so there is nothing to descend along");
  FailureOr<SmallVector<ParamOp>> params = matchParams(
      op, op.getPatterns(), llvm::to_vector(model.getBody().getOps<ParamOp>()),
      "parameter of the model");
  if (failed(params) || !op.getFrozenAttr())
    return params;
  FailureOr<SmallVector<ParamOp>> frozen = matchParams(
      op, op.getFrozenAttr(), *params, "parameter that it descends along");
  if (failed(frozen))
    return failure();
  llvm::erase_if(*params,
                 [&](ParamOp p) { return llvm::is_contained(*frozen, p); });
  if (params->empty())
    return op.emitOpError("freezes all parameters that it descends along");
  return params;
}

void dlc::dl::warnUnreached(Operation *op, ArrayRef<StringRef> params) {
  if (params.empty())
    return;
  constexpr size_t most = 8;
  ArrayRef<StringRef> named = params.take_front(most);
  InFlightDiagnostic warning = op->emitWarning("the loss does not depend on ");
  llvm::interleave(
      named, [&](StringRef name) { warning << '@' << name; },
      [&] { warning << ", "; });
  if (params.size() > named.size())
    warning << " and " << params.size() - named.size() << " more";
  warning << "; left as " << (params.size() == 1 ? "it is" : "they are")
          << ", without weight decay: an operand may be missing, or 'frozen' "
             "says that it is meant";
  auto model = op->getParentOfType<ModelOp>();
  if (!model)
    return;
  for (StringRef name : named)
    if (Operation *param = SymbolTable::lookupSymbolIn(model, name))
      warning.attachNote(param->getLoc()) << '@' << name << " is declared here";
}
