//===- Evaluation.cpp - A step over a whole data set ----------------------===//

#include "dlc/Training/Evaluation.h"

#include "llvm/Support/Error.h"

using namespace llvm;
using namespace dlc;

namespace {

/// One step with its buffers, run batch by batch.
class Evaluator {
public:
  Evaluator(Model &model, int step, const BatchFeed &feed)
      : model(model), step(step), feed(feed), metrics(model.step(step)) {
    const dlc_step &table = model.step(step);
    for (const dlc_step &size : ArrayRef(table.sizes, table.num_sizes))
      sizes.push_back({size.batch, std::make_unique<StepBuffers>(size)});
    if (sizes.empty())
      sizes.push_back({feed.batchSize(), std::make_unique<StepBuffers>(table)});
  }

  Expected<Totals> run(const std::function<bool()> &stop);

private:
  /// A batch that the step takes, and its buffers.
  struct Size {
    int64_t batch;
    std::unique_ptr<StepBuffers> buffers;
  };

  /// The greatest size of no more than so many samples; the least if all are
  /// of more.
  Size &sizeFor(size_t samples);
  /// The totals of one full batch.
  Expected<Totals> runBatch(Size &size, ArrayRef<uint32_t> rows);
  /// The totals of fewer samples than a batch has.
  Expected<Totals> runRemainder(Size &size, ArrayRef<uint32_t> rows);

  Model &model;
  int step;
  const BatchFeed &feed;
  SmallVector<Size> sizes; ///< ascending
  Metrics metrics;
};

} // namespace

Evaluator::Size &Evaluator::sizeFor(size_t samples) {
  for (Size &size : reverse(sizes))
    if (size.batch <= static_cast<int64_t>(samples))
      return size;
  return sizes.front();
}

static void addTotals(Totals &totals, const Totals &part) {
  for (unsigned i = 0; i < totals.sums.size(); ++i)
    totals.sums[i] += part.sums[i];
  totals.correct += part.correct;
  totals.samples += part.samples;
}

Expected<Totals> Evaluator::runBatch(Size &size, ArrayRef<uint32_t> rows) {
  StepBuffers &buffers = *size.buffers;
  if (Error error = buffers.check())
    return std::move(error);
  feed.fill(rows, buffers);
  if (Error error = buffers.step().batch
                        ? model.runBatch(step, size.batch, buffers.io())
                        : model.run(step, buffers.io()))
    return std::move(error);
  Totals totals = metrics.zero();
  metrics.add(buffers, size.batch, totals);
  return totals;
}

Expected<Totals> Evaluator::runRemainder(Size &size, ArrayRef<uint32_t> rows) {
  int64_t batch = size.batch;
  int64_t copies = batch - static_cast<int64_t>(rows.size());
  std::vector<uint32_t> filled(rows.begin(), rows.end());
  filled.resize(batch, rows.front());
  Expected<Totals> totals = runBatch(size, filled);
  if (!totals)
    return totals.takeError();
  Expected<Totals> copied =
      runBatch(size, std::vector<uint32_t>(batch, rows.front()));
  if (!copied)
    return copied.takeError();

  for (unsigned i = 0; i < totals->sums.size(); ++i)
    totals->sums[i] -= copied->sums[i] / batch * copies;
  // All copies count alike, so this division leaves nothing over.
  totals->correct -= copied->correct / batch * copies;
  totals->samples = rows.size();
  return totals;
}

Expected<Totals> Evaluator::run(const std::function<bool()> &stop) {
  std::vector<uint32_t> order = fileOrder(feed.numSamples());
  ArrayRef<uint32_t> rest = order;
  Totals totals = metrics.zero();
  while (!rest.empty() && !(stop && stop())) {
    Size &size = sizeFor(rest.size());
    size_t count = std::min<size_t>(rest.size(), size.batch);
    ArrayRef<uint32_t> rows = rest.take_front(count);
    rest = rest.drop_front(count);
    Expected<Totals> part = count == static_cast<size_t>(size.batch)
                                ? runBatch(size, rows)
                                : runRemainder(size, rows);
    if (!part)
      return part.takeError();
    addTotals(totals, *part);
  }
  return totals;
}

Expected<Totals> dlc::evaluate(Model &model, int step, const BatchFeed &feed,
                               const std::function<bool()> &stop) {
  return Evaluator(model, step, feed).run(stop);
}
