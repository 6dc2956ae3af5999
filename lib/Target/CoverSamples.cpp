//===- CoverSamples.cpp - Batches for the rest of a data set --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step over N samples in batches of B leaves N mod B over. A batch of their
// own gives the step's results for them. A call on a batch that is filled up
// does not: a maximum, or a random number a row, cannot be taken off again.
//
//===----------------------------------------------------------------------===//

#include "CoverSamples.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/BatchSizes.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace dlc;

/// Whether --batch says which sizes a step has.
static bool hasGivenSizes(dl::StepOp step, const CompilerOptions &options) {
  return llvm::any_of(options.batch, [&](StringRef text) {
    return !text.contains('=') || text.split('=').first == step.getSymName();
  });
}

/// Adds to the batches of a step what `samples` leave over. False where nothing
/// is left, or nothing can be added.
static bool coverRest(dl::StepOp step, int64_t samples) {
  SmallVector<int64_t> sizes;
  if (auto written = step.getBatch())
    sizes.append(written->begin(), written->end());
  else
    sizes.push_back(step.getWrittenBatch());
  // A range determines the batches itself; 0: the step has no batch.
  if (step.getBatchRange() || sizes.front() < 1)
    return false;
  int64_t left = cutIntoBatches(samples, sizes).left;
  if (left == 0)
    return false;
  // The rest is less than the least of them.
  sizes.insert(sizes.begin(), left);
  return succeeded(step.setBatchClause(sizes, /*range=*/false));
}

LogicalResult dlc::compileForRest(ModuleOp module,
                                  const CompilerOptions &options) {
  bool any = false;
  for (auto model : module.getOps<dl::ModelOp>())
    for (auto step : model.getBody().getOps<dl::StepOp>())
      for (const auto &[name, samples] : options.coverSamples)
        if (step.getSymName() == name && !hasGivenSizes(step, options))
          any |= coverRest(step, samples);
  if (!any)
    return failure();
  PassManager manager(module.getContext());
  manager.addNestedPass<dl::ModelOp>(createSpecializeBatch());
  return manager.run(module);
}
