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
      : model(model), step(step), feed(feed), buffers(model.step(step)),
        metrics(model.step(step)) {}

  Expected<Totals> run(const std::function<bool()> &stop);

private:
  /// The totals of one full batch.
  Expected<Totals> runBatch(ArrayRef<uint32_t> rows);
  /// The totals of fewer samples than a batch has.
  Expected<Totals> runRemainder(ArrayRef<uint32_t> rows);

  Model &model;
  int step;
  const BatchFeed &feed;
  StepBuffers buffers;
  Metrics metrics;
};

} // namespace

static void addTotals(Totals &totals, const Totals &part) {
  for (unsigned i = 0; i < totals.sums.size(); ++i)
    totals.sums[i] += part.sums[i];
  totals.correct += part.correct;
  totals.samples += part.samples;
}

Expected<Totals> Evaluator::runBatch(ArrayRef<uint32_t> rows) {
  feed.fill(rows, buffers);
  if (Error error = model.run(step, buffers.io()))
    return std::move(error);
  Totals totals = metrics.zero();
  metrics.add(buffers, feed.batchSize(), totals);
  return totals;
}

Expected<Totals> Evaluator::runRemainder(ArrayRef<uint32_t> rows) {
  int64_t batch = feed.batchSize();
  int64_t copies = batch - static_cast<int64_t>(rows.size());
  std::vector<uint32_t> filled(rows.begin(), rows.end());
  filled.resize(batch, rows.front());
  Expected<Totals> totals = runBatch(filled);
  if (!totals)
    return totals.takeError();
  Expected<Totals> copied =
      runBatch(std::vector<uint32_t>(batch, rows.front()));
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
    size_t count = std::min<size_t>(rest.size(), feed.batchSize());
    ArrayRef<uint32_t> rows = rest.take_front(count);
    rest = rest.drop_front(count);
    Expected<Totals> part = count == static_cast<size_t>(feed.batchSize())
                                ? runBatch(rows)
                                : runRemainder(rows);
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
