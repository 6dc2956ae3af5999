//===- Trainer.cpp - Epochs of a training step ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Trainer.h"

#include "dlc/Support/Error.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Before the first step
//===----------------------------------------------------------------------===//

Trainer::Trainer(Model &model, int trainStep, BatchFeed feed,
                 StepBuffers buffers, TrainingOptions options,
                 Progress &progress)
    : model(model), trainStep(trainStep), feed(std::move(feed)),
      buffers(std::move(buffers)), metrics(model.step(trainStep)),
      options(std::move(options)),
      report(progress, metrics, this->options.epochs, this->feed.batchSize()) {}

Expected<std::unique_ptr<Trainer>>
Trainer::create(Model &model, const DataSplits &data, int trainStep,
                std::optional<int> evalStep, TrainingOptions options,
                Progress &progress) {
  const dlc_step &train = model.step(trainStep);
  if (!train.trains)
    return makeError("step '{0}' does not train: a step trains if it has a "
                     "dl.minimize, or writes to a parameter what it makes of a "
                     "dl.gradient",
                     train.name);
  Expected<BatchFeed> feed = BatchFeed::create(data.train, train);
  if (!feed)
    return feed.takeError();
  if (feed->numSamples() < feed->batchSize())
    return makeError(
        "the training data have {0} samples, fewer than the batch of "
        "{1} that step '{2}' takes",
        feed->numSamples(), feed->batchSize(), train.name);
  Expected<StepBuffers> buffers = StepBuffers::create(train);
  if (!buffers)
    return buffers.takeError();
  std::unique_ptr<Trainer> trainer(
      new Trainer(model, trainStep, std::move(*feed), std::move(*buffers),
                  std::move(options), progress));
  if (!evalStep || !data.eval)
    return std::move(trainer);
  Expected<Evaluation> evaluation =
      Evaluation::create(model, *evalStep, *data.eval);
  if (!evaluation)
    return evaluation.takeError();
  trainer->evaluation.emplace(std::move(*evaluation));
  return std::move(trainer);
}

Expected<uint64_t> Trainer::counter(StringRef name) {
  uint64_t value = 0;
  if (Error error =
          model.get(name, {reinterpret_cast<char *>(&value), sizeof(value)}))
    return std::move(error);
  return value;
}

Error Trainer::findPosition() {
  Expected<uint64_t> count = counter("step_count");
  if (!count)
    return count.takeError();
  Expected<uint64_t> seedOfModel = counter("seed");
  if (!seedOfModel)
    return seedOfModel.takeError();
  seed = *seedOfModel;
  position.step = static_cast<int64_t>(*count);
  // A checkpoint is a file, and may say anything.
  if (position.step < 0)
    return makeError("the model's step count is {0}, expected at least 0",
                     position.step);
  position.stepsPerEpoch = feed.numSamples() / feed.batchSize();
  position.last = options.epochs * position.stepsPerEpoch;
  if (options.maxSteps)
    position.last = std::min(position.last, *options.maxSteps);
  return Error::success();
}

Error Trainer::prepare() {
  if (options.schedule)
    if (Error error = options.schedule->bind(model, position.stepsPerEpoch))
      return error;
  std::vector<std::string> columns = metrics.columns("train_");
  if (evaluation)
    append_range(columns, evaluation->metrics().columns("eval_"));
  if (options.plateau) {
    Expected<HparamPlateau> created = HparamPlateau::create(
        *options.plateau, model, columns, options.resumed, options.resumedFrom);
    if (!created)
      return created.takeError();
    const std::string &hparam = options.plateau->hparam;
    std::string other = options.schedule ? options.schedule->find(hparam) : "";
    if (!other.empty())
      return makeError("{0}: '{1}' is what --reduce-on-plateau sets", other,
                       hparam);
    plateau.emplace(std::move(*created));
  }
  if (options.outputFolder.empty())
    return Error::success();
  Expected<RunFolder> opened = RunFolder::open(
      options.outputFolder, std::move(columns),
      position.step == 0 ? std::nullopt : std::optional(position.epoch() + 1));
  if (!opened)
    return opened.takeError();
  folder.emplace(std::move(*opened));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

/// The metadata with the totals of an epoch that is not finished.
static constexpr const char *totalsName = "epoch.totals";

Expected<Totals> Trainer::beginTotals(int64_t stepsDone) const {
  auto found = options.resumed.find(totalsName);
  if (stepsDone == 0 || found == options.resumed.end())
    return metrics.zero();
  Expected<Totals> totals = parseTotals(found->second, metrics.names().size(),
                                        stepsDone * feed.batchSize());
  if (!totals)
    return makeError("--resume: {0}: epoch.totals of its metadata is {1}",
                     options.resumedFrom, toString(totals.takeError()));
  return totals;
}

Error Trainer::writeFolder(const Totals &trained) {
  if (!folder)
    return Error::success();
  Metadata metadata;
  if (plateau)
    metadata = plateau->save();
  if (unfinished || !position.isBetweenEpochs())
    if (std::string text = totalsText(trained); !text.empty())
      metadata[totalsName] = text;
  return folder->write(model, metadata);
}

//===----------------------------------------------------------------------===//
// Stopping
//===----------------------------------------------------------------------===//

bool Trainer::mustStop() {
  stopped = stopped || (options.stop && options.stop());
  return stopped;
}

Error Trainer::stopInEpoch(const Totals &trained) {
  unfinished = true;
  return writeFolder(trained);
}

std::string Trainer::describePosition() const {
  return formatv("step {0} of {1}", position.step, position.last).str();
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

Error Trainer::runStep(ArrayRef<uint32_t> rows, Totals &totals) {
  if (options.schedule)
    if (Error error = options.schedule->apply(model, position.step))
      return error;
  if (Error error = feed.fill(rows, buffers))
    return error;
  if (Error error = model.run(trainStep, buffers))
    return makeError("training step {0}: {1}", position.step + 1,
                     toString(std::move(error)));
  ++position.step;
  metrics.add(buffers, feed.batchSize(), totals);
  report.watch(position.step, buffers);
  if (options.logEvery && position.step % options.logEvery == 0)
    report.logStep(position.step, buffers);
  return Error::success();
}

Error Trainer::finishEpoch(int64_t epoch, const Totals &trained,
                           double seconds) {
  EpochRecord record;
  record.epoch = epoch + 1;
  record.seconds = seconds;
  metrics.appendRow(trained, record.values);
  std::string line;
  if (evaluation) {
    Expected<Totals> evaluated = evaluation->run([this] { return mustStop(); });
    if (!evaluated)
      return evaluated.takeError();
    // A run that resumes evaluates what this one has trained.
    if (evaluated->samples < evaluation->numSamples())
      return stopInEpoch(trained);
    evaluation->metrics().appendRow(*evaluated, record.values);
    line = formatMetrics(evaluation->metrics(), *evaluated, "eval ");
  }
  report.endEpoch(trained, line);
  if (folder)
    folder->add(record);
  // What is left of an epoch decides with the rest of it, when the run resumes.
  if (plateau && position.isBetweenEpochs()) {
    Expected<std::string> change = plateau->step(model, record.values);
    if (!change)
      return change.takeError();
    if (!change->empty())
      report.say(formatv("epoch {0}: {1}", record.epoch, *change).str());
  }
  return writeFolder(trained);
}

Error Trainer::runEpoch(int64_t epoch) {
  int64_t samples = feed.numSamples(), batch = feed.batchSize();
  std::vector<uint32_t> order = options.shuffle
                                    ? shuffledOrder(samples, seed, epoch)
                                    : fileOrder(samples);
  // A run that resumes in the middle passes over the batches that were trained
  // on before. The last incomplete batch is left out: the shuffle leaves out
  // other samples in every epoch.
  int64_t first = epoch * position.stepsPerEpoch;
  int64_t begin = position.step - first;
  int64_t end = std::min(position.stepsPerEpoch, position.last - first);
  Expected<Totals> totals = beginTotals(begin);
  if (!totals)
    return totals.takeError();
  report.beginEpoch(epoch, totals->samples);
  for (int64_t index = begin; index < end; ++index) {
    ArrayRef<uint32_t> rows = ArrayRef(order).slice(index * batch, batch);
    if (Error error = runStep(rows, *totals))
      return error;
    report.show(position, *totals);
    if (mustStop() && index + 1 < end)
      return stopInEpoch(*totals);
  }
  return finishEpoch(epoch, *totals, report.endTraining());
}

Error Trainer::run() {
  if (Error error = findPosition())
    return error;
  // A run that was stopped while it evaluated, after all steps of the epoch.
  bool isUnfinished = position.step > 0 && position.isBetweenEpochs() &&
                      options.resumed.count(totalsName);
  if (position.step >= position.last && !isUnfinished) {
    report.say(formatv("nothing to train: {0} of {1} steps are done",
                       position.step, position.last)
                   .str());
    return Error::success();
  }
  if (Error error = prepare())
    return error;
  if (evaluation)
    if (std::string text = evaluation->describeLeftOut(); !text.empty())
      report.say(text);
  if (isUnfinished)
    if (Error error = runEpoch(position.epoch() - 1))
      return error;
  while (position.step < position.last && !mustStop())
    if (Error error = runEpoch(position.epoch()))
      return error;
  return Error::success();
}
