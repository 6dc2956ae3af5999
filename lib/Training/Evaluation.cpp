//===- Evaluation.cpp - A step over a whole data set ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Evaluation.h"

#include "dlc/Execution/StepOfBatch.h"
#include "dlc/Support/BatchSizes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace dlc;

/// The tables of a step for each batch that it is compiled for, ascending.
static ArrayRef<dlc_step> sizesOf(const dlc_step &step) {
  return step.num_sizes ? ArrayRef(step.sizes, step.num_sizes) : ArrayRef(step);
}

Expected<Evaluation> Evaluation::create(Model &model, int step,
                                        const Dataset &data) {
  const dlc_step &table = model.step(step);
  if (table.trains)
    return makeError("step '{0}' trains: to evaluate with it would change the "
                     "model",
                     table.name);
  Expected<BatchFeed> feed = BatchFeed::create(data, table);
  if (!feed)
    return feed.takeError();
  Evaluation result(model, step, std::move(*feed), data.isWhole());

  result.scores = ClassScores::create(table);

  ArrayRef<dlc_step> sizes = sizesOf(table);
  SmallVector<int64_t> rows;
  for (const dlc_step &size : sizes)
    rows.push_back(size.batch ? size.batch : result.feed.batchSize());
  BatchCuts cuts = cutIntoBatches(result.feed.numSamples(), rows);
  result.left = cuts.left;
  for (size_t i = sizes.size(); i-- > 0;) {
    if (cuts.counts[i] == 0)
      continue;
    Expected<StepBuffers> buffers = StepBuffers::create(sizes[i]);
    if (!buffers)
      return buffers.takeError();
    if (Error error = result.feed.fillShared(*buffers))
      return std::move(error);
    result.parts.push_back({rows[i], cuts.counts[i], std::move(*buffers)});
  }
  if (result.parts.empty())
    return makeError(Twine(result.describeLeftOut()));
  return std::move(result);
}

std::string Evaluation::describeLeftOut() const {
  if (left == 0)
    return "";
  const dlc_step &table = model->step(step);
  std::string takes =
      table.num_sizes ? describeSizes(table) : std::to_string(feed.batchSize());
  std::string wanted = std::to_string(left);
  if (table.any_batch)
    wanted += "to" + std::to_string(table.batch);
  else if (table.num_sizes)
    for (const dlc_step &size : sizesOf(table))
      wanted += "," + std::to_string(size.batch);
  else
    wanted += "," + takes;
  return formatv("{0} of {1} samples are not evaluated: step '{2}' takes a "
                 "batch of {3}; --batch {2}={4} compiles it for the rest too, "
                 "or says why it cannot be",
                 left, feed.numSamples(), table.name, takes, wanted);
}

Expected<Totals> Evaluation::run(const std::function<bool()> &stop) {
  std::vector<uint32_t> order = fileOrder(feed.numSamples());
  ArrayRef<uint32_t> rest = order;
  Totals totals = values.zero();
  if (scores)
    scores->clear();
  for (Part &part : parts)
    for (int64_t batch = 0; batch < part.count; ++batch) {
      if (stop && stop())
        return totals;
      if (feed.takesSamples())
        if (Error error =
                feed.fillSamples(rest.take_front(part.rows), part.buffers))
          return std::move(error);
      rest = rest.drop_front(part.rows);
      if (Error error = model->run(step, part.buffers))
        return std::move(error);
      values.add(part.buffers, part.rows, totals);
      if (scores)
        scores->add(part.buffers);
    }
  return totals;
}
