//===- Trainer.cpp - Epochs of a training step ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Trainer.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <set>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Before the first step
//===----------------------------------------------------------------------===//

Trainer::Trainer(Model &model, const DataSplits &data, Cycle cycle,
                 TrainingOptions options, Progress &progress)
    : model(model), data(data), cycle(std::move(cycle)),
      options(std::move(options)),
      report(progress, this->cycle, this->options.epochs,
             this->options.throughput,
             this->options.gradientNorms ? "gradient_" : "") {}

Expected<std::unique_ptr<Trainer>>
Trainer::create(Model &model, const DataSplits &data, ArrayRef<Turn> turns,
                std::optional<int> evalStep, TrainingOptions options,
                Progress &progress) {
  Expected<Cycle> cycle = Cycle::create(model, data.train, turns);
  if (!cycle)
    return cycle.takeError();
  if (options.augmentation)
    if (Error error = cycle->augment(*options.augmentation, model, data.train))
      return makeError("--augment: {0}", toString(std::move(error)));
  // Where all is one sample, there is nothing to choose from.
  Expected<SampleOrder> order = SampleOrder();
  if (cycle->samplesInCycle()) {
    order =
        SampleOrder::create(data.train, options.order, cycle->samplesInCycle());
    if (!order)
      return order.takeError();
  }
  std::unique_ptr<Trainer> trainer(new Trainer(model, data, std::move(*cycle),
                                               std::move(options), progress));
  trainer->order = std::move(*order);
  if (!trainer->options.samples.empty()) {
    Expected<Samples> samples =
        Samples::create(model, trainer->options.samples,
                        trainer->options.sampleInputs, data.vocabulary);
    if (!samples)
      return samples.takeError();
    trainer->samples.emplace(std::move(*samples));
  }
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
  Expected<uint64_t> count = counter(DLC_STEP_COUNT);
  if (!count)
    return count.takeError();
  Expected<uint64_t> seedOfModel = counter(DLC_SEED);
  if (!seedOfModel)
    return seedOfModel.takeError();
  seed = *seedOfModel;
  position.step = static_cast<int64_t>(*count);
  // A checkpoint is a file, and may say anything.
  if (position.step < 0)
    return makeError("the model's step count is {0}, expected at least 0",
                     position.step);
  position.stepsPerEpoch = cycle.callsPerEpoch();
  position.last = options.epochs * position.stepsPerEpoch;
  if (options.maxSteps)
    position.last = std::min(position.last, *options.maxSteps);
  return Error::success();
}

Error Trainer::prepare() {
  if (options.schedule)
    if (Error error = options.schedule->bind(model, position.stepsPerEpoch))
      return error;
  std::vector<std::string> columns;
  for (const Cycle::Part &part : cycle.parts())
    append_range(
        columns,
        part.metrics.columns(part.prefix.empty()
                                 ? "train_"
                                 : StringRef(part.prefix).rtrim().str() + "_"));
  if (evaluation)
    append_range(columns, evaluation->metrics().columns("eval_"));
  if (options.updateRatios) {
    updates.emplace(model);
    for (const std::string &name : updates->names())
      columns.push_back("update_" + name);
    if (Error error = updates->restore(options.resumed, options.resumedFrom))
      return error;
  }
  if (options.order.overfit)
    overfit.emplace(options.order.overfit);
  if (options.stopEarly) {
    Expected<EarlyStop> created = EarlyStop::create(
        *options.stopEarly, columns, options.resumed, options.resumedFrom);
    if (!created)
      return created.takeError();
    earlyStop.emplace(std::move(*created));
  }
  std::set<std::string> names;
  for (const std::string &column : columns)
    if (!names.insert(column).second && cycle.parts().size() > 1)
      return makeError("two metrics are both the column '{0}' of metrics.csv: "
                       "another name of the step or of its output tells them "
                       "apart",
                       column);
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
  if (samples)
    if (Error error = samples->open(options.outputFolder))
      return error;
  return data.vocabulary.empty() ? Error::success()
                                 : folder->writeWords(data.vocabulary);
}

//===----------------------------------------------------------------------===//
// Checkpoints
//===----------------------------------------------------------------------===//

Error Trainer::writeFolder(ArrayRef<Totals> trained) {
  if (!folder)
    return Error::success();
  Metadata metadata;
  if (plateau)
    metadata.merge(plateau->save());
  if (earlyStop)
    metadata.merge(earlyStop->save());
  if (updates && unfinished && position.isBetweenEpochs())
    metadata.merge(updates->save());
  if (unfinished || !position.isBetweenEpochs())
    metadata.merge(cycle.saveTotals(trained));
  return folder->write(model, metadata);
}

//===----------------------------------------------------------------------===//
// Stopping
//===----------------------------------------------------------------------===//

bool Trainer::mustStop() {
  stopped = stopped || (options.stop && options.stop());
  return stopped;
}

bool Trainer::isEnd() const {
  return position.step >= position.last || (earlyStop && earlyStop->mustStop());
}

Error Trainer::stopInEpoch(ArrayRef<Totals> trained) {
  unfinished = true;
  return writeFolder(trained);
}

std::string Trainer::describePosition() const {
  return formatv("step {0} of {1}", position.step, position.last).str();
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

Error Trainer::runStep(int64_t index, int64_t end, ArrayRef<uint32_t> order,
                       const AugmentKey &key, MutableArrayRef<Totals> totals) {
  Cycle::Call call = cycle.call(index);
  Cycle::Part &part = cycle.parts()[call.part];
  if (options.schedule)
    if (Error error = options.schedule->apply(model, position.step))
      return error;
  if (Error error = cycle.load(call, order, key))
    return error;
  if (options.prefetch && index + 1 < end)
    cycle.prefetch(cycle.call(index + 1), order, key);
  bool isMeasured = updates && index + 1 == position.stepsPerEpoch;
  if (isMeasured)
    if (Error error = updates->before(model))
      return error;
  if (Error error = model.run(part.step, part.buffers))
    return makeError("training step {0}: {1}", position.step + 1,
                     toString(std::move(error)));
  if (isMeasured)
    if (Error error = updates->after(model))
      return error;
  ++position.step;
  part.metrics.add(part.buffers, part.feed.batchSize(), totals[call.part]);
  report.watch(position.step, part);
  if (options.logEvery && position.step % options.logEvery == 0)
    report.logStep(position.step, part);
  return Error::success();
}

Error Trainer::decide(const EpochRecord &record) {
  // The part of an epoch that was trained decides with the rest of it, when the
  // run resumes.
  if (!position.isBetweenEpochs())
    return Error::success();
  if (plateau) {
    Expected<std::string> change = plateau->step(model, record.values);
    if (!change)
      return change.takeError();
    if (!change->empty())
      report.say(formatv("epoch {0}: {1}", record.epoch, *change).str());
  }
  if (!earlyStop)
    return Error::success();
  if (earlyStop->step(record.epoch, record.values) && folder)
    return folder->writeBest(model);
  if (earlyStop->mustStop())
    report.say(formatv("epoch {0}: stops early; {1}{2}", record.epoch,
                       earlyStop->describe(),
                       folder && earlyStop->bestEpoch()
                           ? ", in " + folder->best()
                           : "")
                   .str());
  return Error::success();
}

Error Trainer::finishEpoch(int64_t epoch, ArrayRef<Totals> trained,
                           double seconds) {
  EpochRecord record;
  record.epoch = epoch + 1;
  record.seconds = seconds;
  for (auto [part, totals] : zip_equal(cycle.parts(), trained))
    part.metrics.appendRow(totals, record.values);
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
    if (overfit)
      overfit->see(evaluation->metrics(), *evaluated);
    if (folder && evaluation->classScores())
      if (Error error =
              folder->writeScores(*evaluation->classScores(), data.classes))
        return error;
  } else if (overfit) {
    overfit->see(cycle.parts().front().metrics, trained.front());
  }
  if (updates)
    append_range(record.values, updates->values());
  report.endEpoch(trained, line);
  if (folder)
    folder->add(record);
  if (Error error = decide(record))
    return error;
  // Before the checkpoint, so that a run that goes on from it has them all.
  if (samples)
    if (Error error = samples->write(model, record.epoch, isEnd()))
      return error;
  return writeFolder(trained);
}

Error Trainer::runEpoch(int64_t epoch) {
  std::vector<uint32_t> samples = order.of(seed, epoch);
  AugmentKey key{seed, static_cast<uint32_t>(epoch)};
  // A run that resumes in the middle passes over the batches that were trained
  // on before. The last incomplete batch or cycle is left out: the shuffle
  // leaves out other samples in every epoch.
  int64_t first = epoch * position.stepsPerEpoch;
  int64_t begin = position.step - first;
  int64_t end = std::min(position.stepsPerEpoch, position.last - first);
  Expected<std::vector<Totals>> totals =
      cycle.restoreTotals(options.resumed, options.resumedFrom, begin);
  if (!totals)
    return totals.takeError();
  report.beginEpoch(epoch, position, *totals);
  // Batches gathered ahead refer to the order.
  scope_exit settled([this] { cycle.settle(); });
  for (int64_t index = begin; index < end; ++index) {
    if (Error error = runStep(index, end, samples, key, *totals))
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
                      cycle.hasTotals(options.resumed);
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
  if (earlyStop && earlyStop->mustStop() && !isUnfinished)
    report.say("nothing to train: the run has stopped early; " +
               earlyStop->describe());
  while (!isEnd() && !mustStop())
    if (Error error = runEpoch(position.epoch()))
      return error;
  if (!wasStopped())
    sayConclusion();
  return Error::success();
}

void Trainer::sayConclusion() {
  // Networks that work against each other do not learn samples by heart.
  if (overfit && cycle.parts().size() == 1)
    if (std::string text = overfit->verdict(); !text.empty())
      report.say(text);
  if (evaluation && evaluation->classScores())
    report.sayScores(*evaluation->classScores(), data.classes);
}
