//===- Trainer.h - Epochs of a training step --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_TRAINER_H
#define DLC_TRAINING_TRAINER_H

#include "dlc/Execution/Model.h"
#include "dlc/Training/Cycle.h"
#include "dlc/Training/EarlyStop.h"
#include "dlc/Training/Evaluation.h"
#include "dlc/Training/HparamPlateau.h"
#include "dlc/Training/HparamSchedule.h"
#include "dlc/Training/Metadata.h"
#include "dlc/Training/Metrics.h"
#include "dlc/Training/Overfit.h"
#include "dlc/Training/RunFolder.h"
#include "dlc/Training/Samples.h"
#include "dlc/Training/TrainingReport.h"
#include "dlc/Training/UpdateRatios.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dlc {

struct TrainingOptions {
  /// In total: a resumed run trains those that are left.
  int64_t epochs = 5;
  /// Stops when the model's step count reaches this.
  std::optional<int64_t> maxSteps;
  /// Which samples an epoch trains on, and in which order.
  OrderOptions order;
  /// Gathers the next batch while a step runs.
  bool prefetch = true;
  /// How images are changed that are trained on.
  std::optional<Augmentation> augmentation;
  /// Prints the loss of every step whose number is a multiple; 0: of none.
  int64_t logEvery = 0;
  /// Folder for metrics.csv and model.safetensors; empty: nothing is written.
  std::string outputFolder;
  /// Values of hyper-parameters from certain steps on.
  std::optional<HparamSchedule> schedule;
  /// A hyper-parameter that falls when a metric has stopped improving.
  std::optional<PlateauOptions> plateau;
  /// A metric that ends the run when it gets no better.
  std::optional<EarlyStopOptions> stopEarly;
  /// Whether metrics.csv has columns of how far the last step of each epoch
  /// changed the parameters.
  bool updateRatios = false;
  /// Whether steps have outputs `gradient_NAME` that CompilerOptions asked for:
  /// one for each parameter, too many for a line.
  bool gradientNorms = false;
  /// Steps whose outputs are kept as files, and the inputs of these.
  std::vector<SampleOptions> samples;
  SampleInputs sampleInputs;
  /// The metadata of the checkpoint that the model was loaded from.
  Metadata resumed;
  std::string resumedFrom; ///< the checkpoint, for messages
  /// The unit of speed.
  Throughput throughput;
  /// Asked after every step, also of an evaluation: whether to stop there.
  std::function<bool()> stop;
};

/// Trains a model on data. Where training stands is in the model (its step
/// count and seed), and, of a plateau, in the metadata of the checkpoint, so
/// that a model loaded from a checkpoint goes on where the checkpoint was
/// written, to the bit, in the middle of an epoch too. A run that is asked to
/// stop writes such a checkpoint.
///
/// The trainer holds the order of things alone: batches, steps, epochs, stops.
/// Evaluation, RunFolder, Samples, TrainingReport, HparamSchedule,
/// HparamPlateau, EarlyStop, Overfit and UpdateRatios evaluate, write, print
/// and adjust.
class Trainer {
public:
  /// Matches the data to the steps, those that train in turn; without
  /// `evalStep` or without data for it nothing is evaluated. Model, data and
  /// progress must outlive the trainer.
  static llvm::Expected<std::unique_ptr<Trainer>>
  create(Model &model, const DataSplits &data, llvm::ArrayRef<Turn> turns,
         std::optional<int> evalStep, TrainingOptions options,
         Progress &progress);

  llvm::Error run();

  /// Whether the run was asked to stop and did before its end; then, how far it
  /// came ("step 12 of 40") and the checkpoint that goes on from there, empty
  /// without one.
  bool wasStopped() const {
    return stopped && (unfinished || position.step < position.last);
  }
  std::string describePosition() const;
  std::string checkpoint() const { return folder ? folder->checkpoint() : ""; }

private:
  Trainer(Model &model, const DataSplits &data, Cycle cycle,
          TrainingOptions options, Progress &progress);

  llvm::Error findPosition();
  llvm::Error prepare();
  llvm::Error runEpoch(int64_t epoch);
  /// Call `index` of an epoch, which has `end`, on samples of its order.
  llvm::Error runStep(int64_t index, int64_t end,
                      llvm::ArrayRef<uint32_t> order, const AugmentKey &key,
                      llvm::MutableArrayRef<Totals> totals);
  /// Acts on an epoch's metrics: the rate of a plateau, the best epoch so far,
  /// an early stop.
  llvm::Error decide(const EpochRecord &record);
  llvm::Error finishEpoch(int64_t epoch, llvm::ArrayRef<Totals> trained,
                          double seconds);
  llvm::Error writeFolder(llvm::ArrayRef<Totals> trained);
  /// Prints the conclusions about the whole run.
  void sayConclusion();
  /// Writes the checkpoint from which a run resumes in the middle of the epoch,
  /// or at its evaluation.
  llvm::Error stopInEpoch(llvm::ArrayRef<Totals> trained);
  bool mustStop();
  /// Whether there is nothing more to train.
  bool isEnd() const;
  llvm::Expected<uint64_t> counter(llvm::StringRef name);

  Model &model;
  const DataSplits &data;
  Cycle cycle;
  SampleOrder order;
  TrainingOptions options;
  TrainingReport report;
  std::optional<Evaluation> evaluation; ///< after every epoch
  std::optional<Samples> samples;
  std::optional<RunFolder> folder;
  std::optional<HparamPlateau> plateau;
  std::optional<EarlyStop> earlyStop;
  std::optional<Overfit> overfit;
  std::optional<UpdateRatios> updates;

  uint64_t seed = 0;
  TrainingPosition position;
  bool stopped = false;
  bool unfinished = false; ///< an epoch that the run was stopped in
};

} // namespace dlc
#endif // DLC_TRAINING_TRAINER_H
