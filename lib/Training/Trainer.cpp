//===- Trainer.cpp - Epochs of a training step ----------------------------===//

#include "dlc/Training/Trainer.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Training/Evaluation.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <algorithm>

#include <cmath>

using namespace llvm;
using namespace dlc;

Trainer::Trainer(Model &model, int trainStep, BatchFeed feed,
                 TrainingOptions options, Progress &progress)
    : model(model), trainStep(trainStep), trainFeed(std::move(feed)),
      buffers(model.step(trainStep)), trainMetrics(model.step(trainStep)),
      options(std::move(options)), progress(progress) {}

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
  std::unique_ptr<Trainer> trainer(new Trainer(
      model, trainStep, std::move(*feed), std::move(options), progress));
  if (!evalStep || !data.eval)
    return std::move(trainer);

  const dlc_step &eval = model.step(*evalStep);
  if (eval.trains)
    return makeError("step '{0}' trains: to evaluate with it would change the "
                     "model",
                     eval.name);
  Expected<BatchFeed> evalFeed = BatchFeed::create(*data.eval, eval);
  if (!evalFeed)
    return evalFeed.takeError();
  trainer->evaluation =
      Evaluation{*evalStep, std::move(*evalFeed), Metrics(eval)};
  return std::move(trainer);
}

Expected<uint64_t> Trainer::counter(StringRef name) {
  uint64_t value = 0;
  if (Error error =
          model.get(name, {reinterpret_cast<char *>(&value), sizeof(value)}))
    return std::move(error);
  return value;
}

std::vector<std::string> Trainer::columns() const {
  std::vector<std::string> names;
  auto append = [&](StringRef prefix, const Metrics &metrics) {
    for (const std::string &name : metrics.names())
      names.push_back(prefix.str() + name);
    if (metrics.countsCorrect())
      names.push_back(prefix.str() + "accuracy");
  };
  append("train_", trainMetrics);
  if (evaluation)
    append("eval_", evaluation->metrics);
  return names;
}

static void appendValues(const Metrics &metrics, const Totals &totals,
                         EpochRecord &record) {
  for (unsigned i = 0; i < totals.sums.size(); ++i)
    record.values.push_back(totals.mean(i));
  if (metrics.countsCorrect())
    record.values.push_back(totals.accuracy());
}

std::string Trainer::outputPath(StringRef name) const {
  SmallString<128> path(options.outputFolder);
  sys::path::append(path, name);
  return path.str().str();
}

Error Trainer::prepareOutput() {
  if (options.outputFolder.empty())
    return Error::success();
  if (std::error_code error = sys::fs::create_directories(options.outputFolder))
    return makeError("{0}: cannot be made: {1}", options.outputFolder,
                     error.message());
  // An existing file of that name is no error to create_directories.
  if (!sys::fs::is_directory(options.outputFolder))
    return makeError("{0}: is not a folder to write results to",
                     options.outputFolder);
  // Not after the first epoch: what cannot be written. This also removes what
  // an earlier run left that was killed.
  PendingFiles files;
  for (StringRef name : {"metrics.csv", "model.safetensors"})
    if (Expected<std::string> file = files.reserveRegular(outputPath(name));
        !file)
      return file.takeError();
  history.emplace(columns());
  // A run that starts at the beginning replaces what an older one left.
  if (stepCount == 0)
    return Error::success();
  return history->continueFrom(outputPath("metrics.csv"),
                               stepCount / stepsPerEpoch() + 1);
}

//===----------------------------------------------------------------------===//
// The plateau
//===----------------------------------------------------------------------===//

Error Trainer::preparePlateau() {
  if (!options.plateau)
    return Error::success();
  plateau.emplace(*options.plateau);
  const PlateauOptions &settings = plateau->options();
  Expected<double> rate = model.getHparam(settings.hparam);
  if (!rate)
    return makeError("--reduce-on-plateau: {0}", toString(rate.takeError()));
  std::string other =
      options.schedule ? options.schedule->find(settings.hparam) : "";
  if (!other.empty())
    return makeError("{0}: '{1}' is what --reduce-on-plateau sets", other,
                     settings.hparam);
  std::vector<std::string> names = columns();
  auto found = llvm::find(names, settings.metric);
  if (found == names.end())
    return makeError("--reduce-on-plateau: {0}",
                     toString(unknownName(
                         "metric", settings.metric,
                         SmallVector<StringRef>(names.begin(), names.end()))));
  plateauColumn = found - names.begin();
  if (Error error = plateau->restore(options.resumed))
    return makeError("--resume: {0}: {1}", options.resumedFrom,
                     toString(std::move(error)));
  return Error::success();
}

Error Trainer::stepPlateau(const EpochRecord &record) {
  // What is left of an epoch decides with the rest of it, when the run resumes.
  if (!plateau || stepCount % stepsPerEpoch())
    return Error::success();
  const std::string &name = plateau->options().hparam;
  Expected<double> before = model.getHparam(name);
  if (!before)
    return before.takeError();
  double after = plateau->step(record.values[plateauColumn], *before);
  // A hyper-parameter is an f32: what it cannot tell apart is no change.
  if (static_cast<float>(after) == static_cast<float>(*before))
    return Error::success();
  std::string line;
  raw_string_ostream(line) << "epoch " << record.epoch << ": "
                           << plateau->options().metric << " rests, " << name
                           << ' ' << format("%g -> %g", *before, after);
  progress.print(line);
  return model.setHparam(name, after);
}

/// The metadata with the totals of an epoch that is not finished.
static constexpr const char *totalsName = "epoch.totals";

Expected<Totals> Trainer::beginTotals(int64_t stepsDone) const {
  auto found = options.resumed.find(totalsName);
  if (stepsDone == 0 || found == options.resumed.end())
    return trainMetrics.zero();
  Expected<Totals> totals =
      parseTotals(found->second, trainMetrics.names().size(),
                  stepsDone * trainFeed.batchSize());
  if (!totals)
    return makeError("--resume: {0}: epoch.totals of its metadata is {1}",
                     options.resumedFrom, toString(totals.takeError()));
  return totals;
}

Error Trainer::writeOutput(const Totals &trained) {
  if (!history)
    return Error::success();
  if (Error error = history->write(outputPath("metrics.csv")))
    return error;
  std::string path = outputPath("model.safetensors");
  Metadata metadata;
  if (plateau)
    metadata = plateau->save();
  if (unfinished || stepCount % stepsPerEpoch())
    if (std::string text = totalsText(trained); !text.empty())
      metadata[totalsName] = text;
  if (metadata.empty())
    return model.save(path, DLC_ALL);
  PendingFiles files;
  Expected<std::string> temporary = files.reserveRegular(path);
  if (!temporary)
    return temporary.takeError();
  Error error = model.save(*temporary, DLC_ALL);
  if (!error)
    error = copyWithMetadata(*temporary, *temporary, metadata);
  if (error)
    return files.describe(std::move(error));
  return files.commit();
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
  return writeOutput(trained);
}

std::string Trainer::position() const {
  return formatv("step {0} of {1}", stepCount, lastStep).str();
}

std::string Trainer::checkpoint() const {
  return history ? outputPath("model.safetensors") : "";
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

void Trainer::logStep() {
  std::string line = "step " + std::to_string(stepCount);
  raw_string_ostream os(line);
  for (unsigned i = 0; i < trainMetrics.names().size(); ++i)
    os << ' ' << trainMetrics.names()[i] << ' '
       << format("%.9g", trainMetrics.mean(buffers, i));
  progress.print(line);
}

void Trainer::report(int64_t epoch, const Totals &totals, double seconds) {
  // Of this epoch alone, so that evaluations do not count as training time.
  double samplesPerSecond =
      (totals.samples - samplesBefore) / std::max(seconds, 1e-9);
  double left =
      (lastStep - stepCount) * trainFeed.batchSize() / samplesPerSecond;
  int64_t stepOfEpoch = stepCount - epoch * stepsPerEpoch();
  progress.show(
      formatv("epoch {0}/{1}  step {2}/{3}{4}  {5:f0} images/s  {6} left",
              epoch + 1, options.epochs, stepOfEpoch, stepsPerEpoch(),
              formatMetrics(trainMetrics, totals, ""), samplesPerSecond,
              formatDuration(left))
          .str());
}

Error Trainer::runStep(ArrayRef<uint32_t> rows, Totals &totals) {
  if (options.schedule)
    if (Error error = options.schedule->apply(model, stepCount))
      return error;
  trainFeed.fill(rows, buffers);
  if (Error error = model.run(trainStep, buffers.io()))
    return makeError("training step {0}: {1}", stepCount + 1,
                     toString(std::move(error)));
  ++stepCount;
  trainMetrics.add(buffers, trainFeed.batchSize(), totals);
  for (unsigned i = 0; i < trainMetrics.names().size() && !diverged; ++i) {
    double value = trainMetrics.mean(buffers, i);
    if (std::isfinite(value))
      continue;
    diverged = true;
    progress.print(
        formatv("training step {0}: {1} is {2}; the run diverges, or "
                "its data is not what the model takes",
                stepCount, trainMetrics.names()[i], value)
            .str());
  }
  if (options.logEvery && stepCount % options.logEvery == 0)
    logStep();
  return Error::success();
}

Error Trainer::finishEpoch(int64_t epoch, const Totals &trained,
                           double seconds) {
  EpochRecord record;
  record.epoch = epoch + 1;
  record.seconds = seconds;
  appendValues(trainMetrics, trained, record);
  std::string line = formatv("epoch {0}/{1}{2}", epoch + 1, options.epochs,
                             formatMetrics(trainMetrics, trained, ""));
  if (evaluation) {
    Expected<Totals> evaluated =
        evaluate(model, evaluation->step, evaluation->feed,
                 [this] { return mustStop(); });
    if (!evaluated)
      return evaluated.takeError();
    // A run that resumes evaluates what this one has trained.
    if (evaluated->samples < evaluation->feed.numSamples())
      return stopInEpoch(trained);
    appendValues(evaluation->metrics, *evaluated, record);
    line += formatMetrics(evaluation->metrics, *evaluated, "eval ");
  }
  line += formatv("  {0:f0} images/s  {1}",
                  (trained.samples - samplesBefore) / std::max(seconds, 1e-9),
                  formatDuration(seconds));
  progress.print(line);
  if (history)
    history->add(record);
  if (Error error = stepPlateau(record))
    return error;
  return writeOutput(trained);
}

Error Trainer::runEpoch(int64_t epoch) {
  int64_t samples = trainFeed.numSamples(), batch = trainFeed.batchSize();
  std::vector<uint32_t> order = options.shuffle
                                    ? shuffledOrder(samples, seed, epoch)
                                    : fileOrder(samples);
  // A run that resumes in the middle passes over the batches that were trained
  // on before. The last incomplete batch is left out: the shuffle leaves out
  // other samples in every epoch.
  int64_t begin = stepCount - epoch * stepsPerEpoch();
  int64_t end = std::min(stepsPerEpoch(), lastStep - epoch * stepsPerEpoch());
  double started = progress.now();
  Expected<Totals> begun = beginTotals(begin);
  if (!begun)
    return begun.takeError();
  Totals totals = std::move(*begun);
  samplesBefore = totals.samples;
  for (int64_t index = begin; index < end; ++index) {
    ArrayRef<uint32_t> rows = ArrayRef(order).slice(index * batch, batch);
    if (Error error = runStep(rows, totals))
      return error;
    if (progress.due())
      report(epoch, totals, progress.now() - started);
    if (mustStop() && index + 1 < end)
      return stopInEpoch(totals);
  }
  return finishEpoch(epoch, totals, progress.now() - started);
}

Error Trainer::run() {
  Expected<uint64_t> count = counter("step_count");
  if (!count)
    return count.takeError();
  Expected<uint64_t> seedOfModel = counter("seed");
  if (!seedOfModel)
    return seedOfModel.takeError();
  seed = *seedOfModel;
  stepCount = static_cast<int64_t>(*count);
  // A checkpoint is a file, and may say anything.
  if (stepCount < 0)
    return makeError("the model's step count is {0}, expected at least 0",
                     stepCount);
  lastStep = options.epochs * stepsPerEpoch();
  if (options.maxSteps)
    lastStep = std::min(lastStep, *options.maxSteps);

  // A run that was stopped while it evaluated, after all steps of the epoch.
  bool isUnfinished = stepCount > 0 && stepCount % stepsPerEpoch() == 0 &&
                      options.resumed.count(totalsName);
  if (stepCount >= lastStep && !isUnfinished) {
    progress.print(formatv("nothing to train: {0} of {1} steps are done",
                           stepCount, lastStep)
                       .str());
    return Error::success();
  }
  if (options.schedule)
    if (Error error = options.schedule->bind(model, stepsPerEpoch()))
      return error;
  if (Error error = preparePlateau())
    return error;
  if (Error error = prepareOutput())
    return error;
  if (isUnfinished)
    if (Error error = runEpoch(stepCount / stepsPerEpoch() - 1))
      return error;
  while (stepCount < lastStep && !mustStop())
    if (Error error = runEpoch(stepCount / stepsPerEpoch()))
      return error;
  return Error::success();
}
