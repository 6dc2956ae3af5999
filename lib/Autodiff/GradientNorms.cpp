//===- GradientNorms.cpp - Norms of gradients as outputs of steps ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.step @train(...) -> (loss: tensor<f32>) {
//     ...
//     dl.minimize %loss with @adam over ["*"] lr(%lr)
//     dl.return %loss
//   }
//
// becomes
//
//   dl.step @train(...) -> (loss: tensor<f32>, gradient_fc_weight: ...) {
//     ...
//     %g = dl.gradient %loss wrt %w
//     %norm = dl.sqrt <the sum of the squares of %g>
//     dl.minimize %loss with @adam over ["*"] lr(%lr)
//     dl.return %loss, %norm
//   }
//
//===----------------------------------------------------------------------===//

#include "dlc/Autodiff/Passes.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Params.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

namespace dlc {
#define GEN_PASS_DEF_GRADIENTNORMS
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

struct GradientNormsPass : dlc::impl::GradientNormsBase<GradientNormsPass> {
  void runOnOperation() override {
    getOperation().walk([](MinimizeOp minimize) {
      if (!isa<StepOp>(minimize->getParentOp()))
        minimize.emitWarning("this dl.minimize stands in a function: the "
                             "norms of its gradients are not outputs");
    });
    for (auto step : getOperation().getBody().getOps<StepOp>())
      if (failed(rewrite(step)))
        return signalPassFailure();
  }

  static LogicalResult rewrite(StepOp step) {
    Block &body = step.getBody().front();
    auto all = llvm::to_vector(body.getOps<MinimizeOp>());
    if (all.empty())
      return success();
    SmallVector<std::string> names;
    llvm::StringSet<> taken;
    for (auto name : step.getResultNames().getAsValueRange<StringAttr>()) {
      names.push_back(name.str());
      taken.insert(name);
    }
    Operation *end = body.getTerminator();
    SmallVector<Value> results(end->getOperands());
    for (MinimizeOp minimize : all) {
      FailureOr<SmallVector<ParamOp>> params = paramsOf(minimize);
      if (failed(params))
        return failure();
      for (auto [param, norm] :
           llvm::zip_equal(*params, normsOf(minimize, *params))) {
        names.push_back(nameFor(param, taken));
        results.push_back(norm);
      }
    }
    OpBuilder builder(end);
    ReturnOp::create(builder, end->getLoc(), results);
    end->erase();
    step.setFunctionType(builder.getFunctionType(
        body.getArgumentTypes(), ValueRange(results).getTypes()));
    step.setResultNamesAttr(
        builder.getStrArrayAttr(llvm::to_vector_of<StringRef>(names)));
    return success();
  }

  static SmallVector<Value> normsOf(MinimizeOp minimize,
                                    ArrayRef<ParamOp> params) {
    OpBuilder builder(minimize);
    Expr e(builder, minimize.getLoc());
    SmallVector<Value> values, norms;
    for (ParamOp param : params)
      values.push_back(ReadOp::create(builder, param.getLoc(), param.getType(),
                                      param.getSymName(),
                                      /*averaged=*/FlatSymbolRefAttr(),
                                      /*shared=*/true));
    auto gradient =
        GradientOp::create(builder, minimize.getLoc(),
                           llvm::to_vector(ValueRange(values).getTypes()),
                           minimize.getLoss(), values, /*cotangent=*/Value());
    for (Value g : gradient.getResults()) {
      auto axes =
          llvm::to_vector(llvm::seq<int64_t>(0, tensorType(g).getRank()));
      norms.push_back(e.sqrt(e.sum(e.square(g), axes)));
    }
    return norms;
  }

  /// A name that C can hold, as the names of outputs are.
  static std::string nameFor(ParamOp param, llvm::StringSet<> &taken) {
    std::string name = ("gradient_" + param.getSymName()).str();
    for (char &c : name)
      if (!llvm::isAlnum(c))
        c = '_';
    std::string unique = name;
    for (unsigned number = 2; !taken.insert(unique).second; ++number)
      unique = name + "_" + std::to_string(number);
    return unique;
  }
};

} // namespace
