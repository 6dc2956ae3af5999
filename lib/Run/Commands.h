//===- Commands.h - Commands of dlc-run -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_RUN_COMMANDS_H
#define DLC_LIB_RUN_COMMANDS_H

#include "Arguments.h"

#include "dlc/Data/Array.h"
#include "dlc/Execution/StepBuffers.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Target/Outline.h"

namespace dlc::run {

/// dlc-run MODEL --step NAME: one call of a step on files.
llvm::Error runStep(const Arguments &arguments, RunContext &context);
/// dlc-run MODEL train: epochs of a step on data.
llvm::Error runTrain(const Arguments &arguments, RunContext &context);

/// dlc-run MODEL tune: runs of train with several hyper-parameters.
llvm::Error runTune(const Arguments &arguments, RunContext &context);

/// dlc-run MODEL describe: the contents of the model's table.
llvm::Error runDescribe(const Arguments &arguments, RunContext &context);

/// dlc-run MODEL check-gradients: gradients against differences.
llvm::Error runCheckGradients(const Arguments &arguments, RunContext &context);

/// dlc-run MODEL --step NAME --compare: one call of a step, evaluated and
/// compiled.
llvm::Error runCompare(const Arguments &arguments, RunContext &context);

/// The end of a run that a signal asked for; the tool ends with 128 + signal,
/// as one does that the signal kills.
class StoppedBySignal : public llvm::ErrorInfo<StoppedBySignal> {
public:
  static char ID;
  StoppedBySignal(int signal, std::string text)
      : signal(signal), text(std::move(text)) {}

  int status() const { return 128 + signal; }
  int signalNumber() const { return signal; }
  void log(llvm::raw_ostream &os) const override { os << text; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  int signal;
  std::string text;
};

/// dlc-run --describe-data DESC: the fields of data, without a model.
llvm::Error describeData(const Arguments &arguments, RunContext &context);

// Functions that commands share.

/// The folder of the cache for compiled programs and converted data; empty:
/// none.
std::string cacheFolder(const Arguments &arguments);

using CheckOutline =
    llvm::function_ref<llvm::Error(Model &model, const Outline &outline)>;

/// Opens or compiles the model; `adjust` may change how. If a program is
/// compiled, `check` gets an instance without code, before code is made, so
/// that nothing is compiled after an error.
llvm::Expected<std::unique_ptr<Model>>
openModel(const Arguments &arguments, RunContext &context,
          llvm::function_ref<void(CompilerOptions &)> adjust = nullptr,
          CheckOutline check = nullptr);
/// Fills the state: seed, then the entries of --params in the scope, if one is
/// given, then --set.
llvm::Error initialise(Model &model, const Arguments &arguments,
                       std::optional<dlc_scope> scope);
/// Applies -O, --mcpu and --memory-budget.
llvm::Error chooseCode(const Arguments &arguments, CompilerOptions &options);
/// The files of --input by their names, read before a model is compiled. A file
/// may be a pipe, so each is read once.
using InputArrays = std::map<std::string, Array>;
llvm::Expected<InputArrays> readInputs(const Arguments &arguments);
/// Reads the files of --input into the inputs of a step.
llvm::Error fillInputs(const Arguments &arguments, const dlc_step &step,
                       StepBuffers &buffers);
/// Reads --params under the names of --rename.
llvm::Error loadParams(Model &model, const Arguments &arguments,
                       dlc_scope scope);
/// Applies --set.
llvm::Error setHparams(Model &model, const Arguments &arguments);
/// The files of --save-params and --save-all.
class Checkpoints {
public:
  /// Reserves those that were asked for, before anything runs.
  llvm::Error reserve(const Arguments &arguments, PendingFiles &files);
  /// Writes them; they appear when the pending files are committed.
  llvm::Error write(Model &model) const;

private:
  std::vector<std::pair<std::string, dlc_scope>> temporaries;
};

} // namespace dlc::run
#endif // DLC_LIB_RUN_COMMANDS_H
