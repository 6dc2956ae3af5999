//===- SpecializeBatch.cpp - A step for each size of its batch ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.step @predict(%x: tensor<32x4xf32>) -> (y: tensor<32x4xf32>) batch(1,
//   32) {
//
// becomes two steps, @predict.1 with a batch of 1 and @predict with one of 32.
//
//===----------------------------------------------------------------------===//

#include "BatchTrace.h"
#include "InlineCalls.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Verifier.h"

namespace dlc {
#define GEN_PASS_DEF_SPECIALIZEBATCH
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// An op that changes the state, or null. Calls are inlined.
static Operation *findChange(StepOp step) {
  Operation *found = nullptr;
  step.walk([&](Operation *op) {
    auto norm = dyn_cast<BatchNormOp>(op);
    bool writes =
        isa<WriteOp, MinimizeOp>(op) ||
        (norm && norm.getMode() == Mode::Train && norm.getRunningMeanAttr());
    if (!writes)
      return WalkResult::advance();
    found = op;
    return WalkResult::interrupt();
  });
  return found;
}

/// The sizes that are compiled: those of a list; of a range its ends and the
/// powers of two between them, which make any number in few calls.
static SmallVector<int64_t> compiledSizes(StepOp step) {
  ArrayRef<int64_t> written = *step.getBatch();
  if (!step.getBatchRange())
    return llvm::to_vector(written);
  SmallVector<int64_t> sizes{written.front()};
  for (int64_t power = 1; power < written.back(); power *= 2)
    if (power > sizes.back())
      sizes.push_back(power);
  if (sizes.back() != written.back())
    sizes.push_back(written.back());
  return sizes;
}

namespace {

/// Sizes as `--batch` gives them.
struct Request {
  StringRef step; ///< empty: all that change no state
  SmallVector<int64_t> sizes;
  bool range = false;
};

struct SpecializeBatchPass
    : dlc::impl::SpecializeBatchBase<SpecializeBatchPass> {
  using SpecializeBatchBase::SpecializeBatchBase;

  void runOnOperation() override;
  LogicalResult applyRequests(ModelOp model, SymbolTable &symbols);
  LogicalResult specialize(StepOp step, SymbolTable &symbols);
};

} // namespace

/// `[STEP=]1,8,32` or `[STEP=]1to32`.
static FailureOr<Request> parseRequest(ModelOp model, StringRef text) {
  Request request;
  StringRef sizes = text;
  if (text.contains('='))
    std::tie(request.step, sizes) = text.split('=');
  auto refuse = [&]() -> LogicalResult {
    return model.emitError("--batch ")
           << text << ": expected sizes like 1,8,32 or 1to32, or those of one "
           << "step like predict=1,8,32";
  };
  SmallVector<StringRef> parts;
  if (sizes.contains("to")) {
    request.range = true;
    auto [first, last] = sizes.split("to");
    parts = {first, last};
  } else {
    sizes.split(parts, ',');
  }
  for (StringRef part : parts)
    if (part.trim().getAsInteger(10, request.sizes.emplace_back()))
      return refuse();
  return request;
}

LogicalResult SpecializeBatchPass::applyRequests(ModelOp model,
                                                 SymbolTable &symbols) {
  SmallVector<StringRef> known;
  for (auto step : model.getBody().getOps<StepOp>())
    known.push_back(step.getSymName());
  for (const std::string &text : batch) {
    FailureOr<Request> request = parseRequest(model, text);
    if (failed(request))
      return failure();
    if (!request->step.empty()) {
      auto step = symbols.lookup<StepOp>(request->step);
      if (!step)
        return model.emitError("--batch ")
               << text << ": there is no step '" << request->step << "'"
               << suggestion(request->step, known);
      if (failed(step.setBatchClause(request->sizes, request->range)))
        return failure();
      continue;
    }
    bool any = false;
    for (auto step : model.getBody().getOps<StepOp>()) {
      if (failed(inlineCalls(step, symbols)))
        return failure();
      bool takesRows =
          llvm::any_of(step.getBody().getArguments(),
                       [](Value arg) { return tensorType(arg).getRank() > 0; });
      if (!takesRows || findChange(step))
        continue;
      any = true;
      if (failed(step.setBatchClause(request->sizes, request->range)))
        return failure();
    }
    if (!any)
      return model.emitError("--batch ")
             << text
             << ": the model has no step that takes a batch and changes "
             << "no state; name one: --batch STEP=" << text;
  }
  return success();
}

LogicalResult SpecializeBatchPass::specialize(StepOp step,
                                              SymbolTable &symbols) {
  if (failed(inlineCalls(step, symbols)))
    return failure();
  if (step.getBatchRange())
    if (Operation *change = findChange(step))
      return change->emitOpError()
             << "changes the state, but step @" << step.getSymName()
             << " takes a batch of any size, and a call may be made of "
                "several; "
                "list the sizes: 'batch(1, 8)'";
  SmallVector<int64_t> sizes = compiledSizes(step);
  int64_t ops = 0;
  step.walk([&](Operation *) { ++ops; });
  if (ops * int64_t(sizes.size()) > limits::ops)
    return step.emitOpError()
           << "is of " << ops << " ops for each of " << sizes.size()
           << " sizes of its batch, together more than " << limits::ops;
  FailureOr<BatchTrace> trace = BatchTrace::follow(step);
  if (failed(trace))
    return failure();

  Builder b(step.getContext());
  StringAttr name = step.getSymNameAttr();
  bool any = step.getBatchRange();
  SmallVector<Attribute> inputs;
  for (auto [number, input] : llvm::enumerate(step.getArgNames()))
    if (step.hasBatch(number))
      inputs.push_back(input);
  step.dropBatchClause();
  SmallVector<StepOp> made;
  for (int64_t size : sizes) {
    auto copy = cast<StepOp>(step->clone());
    OpBuilder(step).insert(copy);
    made.push_back(copy);
    if (size != sizes.back())
      copy.setSymName((name.getValue() + "." + Twine(size)).str());
    copy->setAttr(names::batch, BatchAttr::get(&getContext(), name, size, any,
                                               b.getArrayAttr(inputs)));
    // The ops' own inference has the last word on every size.
    if (failed(trace->apply(copy, size)) || failed(verify(copy)))
      return step.emitOpError() << "has no form with a batch of " << size;
    ++numSizes;
  }
  symbols.erase(step);
  for (StepOp copy : made)
    symbols.insert(copy);
  return success();
}

void SpecializeBatchPass::runOnOperation() {
  ModelOp model = getOperation();
  auto hasClause = [](StepOp step) { return bool(step.getBatch()); };
  if (batch.empty() &&
      llvm::none_of(model.getBody().getOps<StepOp>(), hasClause))
    return;
  isolateTargets(model);
  SymbolTable symbols(model);
  if (failed(applyRequests(model, symbols)))
    return signalPassFailure();
  for (auto step : llvm::make_early_inc_range(model.getBody().getOps<StepOp>()))
    if (hasClause(step) && failed(specialize(step, symbols)))
      return signalPassFailure();
}
