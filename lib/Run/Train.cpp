//===- Train.cpp - dlc-run MODEL train ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"
#include "Profile.h"

#include "dlc/Data/Npy.h"
#include "dlc/Data/Vocabulary.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Stop.h"
#include "dlc/Training/ClassScores.h"
#include "dlc/Training/Metrics.h"
#include "dlc/Training/Trainer.h"

#include <cstring>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

static constexpr const char *defaultEvalStep = "evaluate";

/// The step of --eval-step. The default is taken only where the model has it.
static Expected<std::optional<int>>
findEvalStep(Model &model, const DataSplits &data, const Arguments &arguments) {
  Expected<int> step =
      model.findStep(arguments.text(OPT_eval_step, defaultEvalStep));
  if (!arguments.has(OPT_eval_step)) {
    if (step)
      return *step;
    consumeError(step.takeError());
    return std::nullopt;
  }
  if (!step)
    return makeError("--eval-step: {0}", toString(step.takeError()));
  if (!data.eval)
    return makeError("--eval-step: the data '{0}' have no part to evaluate on",
                     arguments.text(OPT_data));
  const dlc_step &outline = model.description().steps[*step];
  if (Metrics(outline).columns("").empty() && !ClassScores::create(outline))
    return makeError("--eval-step: step '{0}' has no output that tells of an "
                     "evaluation: no scalar, and not an input 'label' with an "
                     "output 'prediction' or 'logits'",
                     outline.name);
  return *step;
}

/// The steps of --cycle, or the one of --step.
static Expected<std::vector<Turn>> findTurns(Model &model,
                                             const Arguments &arguments) {
  // Enough for any ratio of updates.
  constexpr int64_t most = 1'000'000;
  std::vector<Turn> turns;
  if (!arguments.has(OPT_cycle)) {
    Expected<int> step = model.findStep(arguments.text(OPT_step, "train"));
    if (!step)
      return step.takeError();
    turns.push_back({*step});
    return std::move(turns);
  }
  StringRef rest = arguments.text(OPT_cycle);
  int64_t sum = 0;
  char before = ',';
  while (before) {
    size_t end = std::min(rest.find_first_of(",+"), rest.size());
    StringRef item = rest.take_front(end);
    char after = end < rest.size() ? rest[end] : 0;
    rest = rest.drop_front(std::min(end + 1, rest.size()));
    auto [name, times] = item.split('*');
    Turn turn = {0, 1, before == '+'};
    bool isGiven = name.size() != item.size();
    if (name.empty() ||
        (isGiven && (times.getAsInteger(10, turn.times) || turn.times < 1)))
      return makeError("--cycle: '{0}', expected STEP or STEP*N, N at least 1, "
                       "as in --cycle 'train_d*2,train_g' or "
                       "'train_d+train_g'",
                       item);
    before = after;
    sum = turn.times > most ? most + 1 : sum + turn.times;
    if (sum > most)
      return makeError("--cycle: more than {0} calls", most);
    Expected<int> step = model.findStep(name);
    if (!step)
      return makeError("--cycle: {0}", toString(step.takeError()));
    turn.step = *step;
    turns.push_back(turn);
  }
  return std::move(turns);
}

/// The unit of speed, from --throughput or from the data.
static Expected<Throughput> findThroughput(const DataSplits &data,
                                           const Arguments &arguments) {
  const Dataset &train = data.train;
  Throughput result;
  result.unit = train.isWhole() ? "steps" : data.unit;
  if (!arguments.has(OPT_throughput))
    return std::move(result);
  auto [unit, name] = arguments.text(OPT_throughput).split('=');
  if (unit.empty())
    return makeError("--throughput: '{0}', expected WORD, as words, or "
                     "WORD=FIELD, as tokens=text, to count the elements of a "
                     "field",
                     arguments.text(OPT_throughput));
  result.unit = printable(unit);
  if (name.empty())
    return std::move(result);
  const Field *field = train.find(name);
  if (!field)
    return makeError("--throughput: {0}", toString(train.unknownField(name)));
  double elements = 1;
  for (int64_t extent : field->array.shape)
    elements *= static_cast<double>(extent);
  result.perSample = elements;
  if (field->sampleDim)
    result.perSample /= static_cast<double>(train.size());
  return std::move(result);
}

static Error readSamples(const Arguments &arguments, TrainingOptions &options) {
  for (StringRef text : arguments.all(OPT_sample)) {
    Expected<SampleOptions> sample = SampleOptions::parse(text);
    if (!sample)
      return makeError("--sample: {0}", toString(sample.takeError()));
    options.samples.push_back(std::move(*sample));
  }
  if (!options.samples.empty() && options.outputFolder.empty())
    return makeError("--sample writes into the folder of --out, which is not "
                     "given");
  Expected<Assignments> inputs = arguments.assignments(OPT_sample_input);
  if (!inputs)
    return inputs.takeError();
  if (!inputs->empty() && options.samples.empty())
    return makeError("--sample-input is of the steps of --sample, which is not "
                     "given");
  for (const auto &[name, path] : *inputs) {
    Expected<Array> array = readNpy(path);
    if (!array)
      return makeError("--sample-input: {0}", toString(array.takeError()));
    options.sampleInputs[name] = {std::move(*array), path};
  }
  return Error::success();
}

static Expected<TrainingOptions> trainingOptions(const Arguments &arguments) {
  // Far beyond any run, and small enough for all sums of steps.
  constexpr int64_t most = 1'000'000'000;
  TrainingOptions options;
  Expected<int64_t> epochs =
      arguments.number(OPT_epochs, options.epochs, 1, most);
  if (!epochs)
    return epochs.takeError();
  Expected<int64_t> logEvery = arguments.number(OPT_log_every, 0, 1);
  if (!logEvery)
    return logEvery.takeError();
  Expected<int64_t> maxSteps = arguments.number(OPT_max_steps, 0, 1);
  if (!maxSteps)
    return maxSteps.takeError();
  options.epochs = *epochs;
  options.logEvery = *logEvery;
  if (arguments.has(OPT_max_steps))
    options.maxSteps = *maxSteps;
  Expected<int64_t> overfit = arguments.number(OPT_overfit, 0, 1, most);
  if (!overfit)
    return overfit.takeError();
  options.order.overfit = *overfit;
  options.order.balance = arguments.text(OPT_balance).str();
  if (arguments.has(OPT_balance) && options.order.balance.empty())
    return makeError("--balance: the name of the field is empty");
  options.prefetch = !arguments.has(OPT_no_prefetch);
  options.updateRatios = arguments.has(OPT_update_ratios);
  options.gradientNorms = arguments.has(OPT_gradient_norms);
  options.order.shuffle = !arguments.has(OPT_no_shuffle);
  options.outputFolder = arguments.text(OPT_out).str();
  for (Option option : {OPT_schedule, OPT_reduce_on_plateau, OPT_stop_early,
                        OPT_augment, OPT_balance})
    if (Error error = arguments.once(option))
      return std::move(error);
  if (arguments.has(OPT_schedule)) {
    Expected<HparamSchedule> schedule =
        HparamSchedule::read(arguments.text(OPT_schedule));
    if (!schedule)
      return schedule.takeError();
    options.schedule = std::move(*schedule);
  }
  if (arguments.has(OPT_reduce_on_plateau)) {
    Expected<PlateauOptions> plateau =
        PlateauOptions::parse(arguments.text(OPT_reduce_on_plateau));
    if (!plateau)
      return makeError("--reduce-on-plateau: {0}",
                       toString(plateau.takeError()));
    options.plateau = std::move(*plateau);
  }
  if (arguments.has(OPT_stop_early)) {
    Expected<EarlyStopOptions> stop =
        EarlyStopOptions::parse(arguments.text(OPT_stop_early));
    if (!stop)
      return makeError("--stop-early: {0}", toString(stop.takeError()));
    options.stopEarly = std::move(*stop);
  }
  if (arguments.has(OPT_augment)) {
    Expected<Augmentation> augmentation =
        Augmentation::parse(arguments.text(OPT_augment));
    if (!augmentation)
      return makeError("--augment: {0}", toString(augmentation.takeError()));
    options.augmentation = std::move(*augmentation);
  }
  if (arguments.has(OPT_out) && options.outputFolder.empty())
    return makeError("--out: the name of the folder is empty");
  if (Error error = readSamples(arguments, options))
    return std::move(error);
  return options;
}

/// Fills the state from a checkpoint or anew.
static Error startOrResume(Model &model, const Arguments &arguments,
                           TrainingOptions &options) {
  if (!arguments.has(OPT_resume))
    return initialise(model, arguments, DLC_PARAMS);
  // The checkpoint holds what these would say.
  for (Option option : {OPT_params, OPT_rename, OPT_seed})
    if (arguments.has(option))
      return makeError("{0} and --resume exclude each other", spelling(option));
  if (Error error = model.load(arguments.text(OPT_resume), DLC_ALL))
    return makeError("--resume: {0}", toString(std::move(error)));
  Expected<Metadata> resumed = readMetadata(arguments.text(OPT_resume));
  if (!resumed)
    return makeError("--resume: {0}", toString(resumed.takeError()));
  options.resumed = std::move(*resumed);
  options.resumedFrom = arguments.text(OPT_resume).str();
  return setHparams(model, arguments);
}

/// Trains to the end, or until a signal says to stop.
static Error runUntilStopped(Trainer &trainer) {
  if (Error error = trainer.run())
    return error;
  if (!trainer.wasStopped())
    return Error::success();
  int signal = StopRequest::signal();
  std::string checkpoint = trainer.checkpoint();
  return make_error<StoppedBySignal>(
      signal, formatv("stopped by signal {0} ({1}) after {2}; {3}", signal,
                      strsignal(signal), trainer.describePosition(),
                      checkpoint.empty()
                          ? "without --out nothing is kept"
                          : "--resume " + checkpoint + " goes on from there")
                  .str());
}

/// Whether all fields count samples in dimension 0, as the sizes of a step do.
static bool isFirstDimSample(const Dataset &data) {
  return all_of(data.fields(),
                [](const Field &field) { return field.sampleDim == 0u; });
}

/// Applies options to the data, and properties of the data to the order.
static Error prepareData(DataSplits &data, TrainingOptions &options,
                         const Arguments &arguments) {
  options.order.lengths = data.lengths;
  options.order.bucket = data.bucket;
  if (options.order.overfit && options.augmentation)
    return makeError("--overfit and --augment exclude each other: samples that "
                     "are learnt by heart must stay as they are");
  if (options.order.overfit) {
    Expected<Dataset> few = data.train.first(options.order.overfit);
    if (!few)
      return makeError("--overfit: {0}", toString(few.takeError()));
    data.eval = std::move(*few);
  }
  if (!arguments.has(OPT_write_vocabulary))
    return Error::success();
  if (data.vocabulary.empty())
    return makeError("--write-vocabulary: the data '{0}' have no vocabulary",
                     arguments.text(OPT_data));
  if (Error error = writeVocabulary(arguments.text(OPT_write_vocabulary),
                                    data.vocabulary))
    return makeError("--write-vocabulary: {0}", toString(std::move(error)));
  return Error::success();
}

Error run::runTrain(const Arguments &arguments, RunContext &context) {
  Expected<TrainingOptions> options = trainingOptions(arguments);
  if (!options)
    return options.takeError();
  Expected<std::string> descriptor = arguments.required(OPT_data);
  if (!descriptor)
    return descriptor.takeError();
  Expected<DataSplits> data = openData(*descriptor, {cacheFolder(arguments)});
  if (!data)
    return makeError("--data: {0}", toString(data.takeError()));

  if (Error error = prepareData(*data, *options, arguments))
    return error;
  Expected<Throughput> throughput = findThroughput(*data, arguments);
  if (!throughput)
    return throughput.takeError();
  options->throughput = std::move(*throughput);
  if (arguments.has(OPT_cycle) && arguments.has(OPT_step))
    return makeError("--step and --cycle exclude each other: both say what to "
                     "train with");

  Profile profile(arguments);
  if (Error error = profile.open())
    return error;
  Progress progress(context.out, context.terminalWidth);
  auto create = [&](Model &model) -> Expected<std::unique_ptr<Trainer>> {
    Expected<std::vector<Turn>> turns = findTurns(model, arguments);
    if (!turns)
      return turns.takeError();
    Expected<std::optional<int>> evalStep =
        findEvalStep(model, *data, arguments);
    if (!evalStep)
      return evalStep.takeError();
    TrainingOptions own = *options;
    if (Error error = startOrResume(model, arguments, own))
      return std::move(error);
    return Trainer::create(model, *data, *turns, *evalStep, std::move(own),
                           progress);
  };
  Expected<std::unique_ptr<Model>> model = openModel(
      arguments, context,
      [&](CompilerOptions &options) {
        options.gradientNorms = arguments.has(OPT_gradient_norms);
        if (data->eval && isFirstDimSample(*data->eval))
          options.coverSamples.push_back(
              {arguments.text(OPT_eval_step, defaultEvalStep).str(),
               data->eval->size()});
      },
      [&](Model &outline, const Outline &) {
        return create(outline).takeError();
      });
  if (!model)
    return model.takeError();

  options->stop = [] { return StopRequest::signal() != 0; };
  Expected<std::unique_ptr<Trainer>> trainer = create(**model);
  if (!trainer)
    return trainer.takeError();
  PendingFiles files;
  Checkpoints checkpoints;
  if (Error error = checkpoints.reserve(arguments, files))
    return error;
  StopRequest request;
  if (Error error = runUntilStopped(**trainer)) {
    // A run that was stopped has been measured too.
    if (!error.isA<StoppedBySignal>())
      return error;
    return joinErrors(profile.finish(**model, context, context.out),
                      std::move(error));
  }
  if (Error error = files.describe(checkpoints.write(**model)))
    return error;
  if (Error error = files.commit())
    return error;
  return profile.finish(**model, context, context.out);
}
