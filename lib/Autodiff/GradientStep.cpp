//===- GradientStep.cpp - Gradients of a step that trains -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.step @train(...) -> (...) {
//     ...
//     dl.minimize %loss with @adam over ["*"] lr(%lr)
//   }
//
// becomes
//
//   dl.step @gradients(...) -> (loss: ..., g0: ..., g1: ...) {
//     ...
//     %g:2 = dl.gradient %loss wrt %p0, %p1
//   }
//
//===----------------------------------------------------------------------===//

#include "dlc/Autodiff/Passes.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Params.h"

namespace dlc {
#define GEN_PASS_DEF_GRADIENTSTEP
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// The sum of all products of elements.
static Value innerProduct(Expr &e, ArrayRef<Value> xs, ArrayRef<Value> ys) {
  Value total;
  for (auto [x, y] : llvm::zip(xs, ys)) {
    Value product = e.mul(x, y);
    SmallVector<int64_t> axes =
        llvm::to_vector(llvm::seq<int64_t>(0, tensorType(x).getRank()));
    Value sum = e.sum(product, axes);
    total = total ? e.add(total, sum) : sum;
  }
  return total;
}

namespace {

struct GradientStepPass : dlc::impl::GradientStepBase<GradientStepPass> {
  using GradientStepBase::GradientStepBase;

  void runOnOperation() override {
    ModelOp model = getOperation();
    StepOp chosen;
    SmallVector<StringRef> names;
    for (auto other : model.getBody().getOps<StepOp>())
      names.push_back(other.getSymName());
    if (!llvm::is_contained(names, StringRef(step))) {
      model.emitOpError() << "has no step '" << step << "'"
                          << suggestion(step, names);
      return signalPassFailure();
    }
    for (auto other :
         llvm::make_early_inc_range(model.getBody().getOps<StepOp>())) {
      if (other.getSymName() == step)
        chosen = other;
      else
        other.erase();
    }
    if (failed(rewrite(model, chosen)))
      signalPassFailure();
  }

  LogicalResult rewrite(ModelOp model, StepOp chosen) {
    Block &body = chosen.getBody().front();
    auto all = llvm::to_vector(body.getOps<MinimizeOp>());
    if (all.empty())
      return chosen.emitOpError("has no dl.minimize, so no gradients to check");
    if (minimize > all.size())
      return chosen.emitOpError("has ")
             << all.size() << " dl.minimize, so no number "
             << unsigned(minimize);
    MinimizeOp checked = all[minimize - 1];
    for (auto [number, other] : llvm::enumerate(all))
      if (other != checked)
        other.emitWarning("this dl.minimize, number ")
            << number + 1 << " of its step, is not checked";
    OpBuilder builder(checked);
    Location loc = checked.getLoc();
    FailureOr<SmallVector<ParamOp>> moved = paramsOf(checked);
    if (failed(moved))
      return failure();
    SmallVector<Value> params;
    SmallVector<unsigned> numbers;
    for (auto [number, param] :
         llvm::enumerate(model.getBody().getOps<ParamOp>())) {
      if (!llvm::is_contained(*moved, param))
        continue;
      numbers.push_back(number);
      params.push_back(ReadOp::create(builder, param.getLoc(), param.getType(),
                                      param.getSymName(),
                                      /*averaged=*/FlatSymbolRefAttr(),
                                      /*shared=*/true));
    }

    SmallVector<Value> results{checked.getLoss()};
    SmallVector<std::string> resultNames{"loss"};
    SmallVector<Type> types = llvm::to_vector(ValueRange(params).getTypes());
    auto gradient = GradientOp::create(builder, loc, types, checked.getLoss(),
                                       params, /*cotangent=*/Value());
    SmallVector<Value> gradients(gradient.getResults());
    auto give = [&](StringRef letter, ArrayRef<Value> values) {
      for (auto [number, value] : llvm::zip(numbers, values)) {
        results.push_back(value);
        resultNames.push_back((letter + Twine(number)).str());
      }
    };
    give("g", gradients);

    SmallVector<Attribute> argNames(chosen.getArgNames().getValue());
    if (order >= 2) {
      SmallVector<Value> vectors;
      for (auto [number, type] : llvm::zip(numbers, types)) {
        vectors.push_back(body.addArgument(type, loc));
        argNames.push_back(builder.getStringAttr("v" + Twine(number)));
      }
      Expr e(builder, loc);
      Value along = innerProduct(e, gradients, vectors);
      auto second = GradientOp::create(builder, loc, types, along, params,
                                       /*cotangent=*/Value());
      give("h", llvm::to_vector_of<Value>(second.getResults()));
    }

    for (MinimizeOp op : all)
      op.erase();
    for (WriteOp write : llvm::make_early_inc_range(body.getOps<WriteOp>()))
      if (isa_and_nonnull<ParamOp>(
              SymbolTable::lookupSymbolIn(model, write.getEntryAttr())))
        write.erase();
    Operation *end = body.getTerminator();
    builder.setInsertionPoint(end);
    ReturnOp::create(builder, end->getLoc(), results);
    end->erase();
    chosen.setFunctionType(builder.getFunctionType(
        body.getArgumentTypes(), ValueRange(results).getTypes()));
    chosen.setArgNamesAttr(builder.getArrayAttr(argNames));
    chosen.setResultNamesAttr(
        builder.getStrArrayAttr(llvm::to_vector_of<StringRef>(resultNames)));
    chosen.dropBatchClause();
    chosen.setSymName("gradients");
    return success();
  }
};

} // namespace
