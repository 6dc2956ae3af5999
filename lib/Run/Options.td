//===- Options.td - The command line of dlc-run ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One table from which parsing, --help and suggestions follow. An option belongs
// to the commands in its visibility.
//
//===----------------------------------------------------------------------===//

include "include/dlc/Support/OptionKinds.td"

// The commands; the enumerators of the same names are in Arguments.h.
def StepCommand : OptionVisibility;
def TrainCommand : OptionVisibility;
def CheckCommand : OptionVisibility;
def DescribeCommand : OptionVisibility;
// Beside those of train.
def TuneCommand : OptionVisibility;

defvar EveryCommand = [StepCommand, TrainCommand, CheckCommand, DescribeCommand];
// Those that run steps.
defvar AnyCommand = [StepCommand, TrainCommand, CheckCommand];
defvar FileCommand = [StepCommand, TrainCommand];

def ModelGroup : OptionGroup<"model">, HelpText<"Options of every command">;
def StepGroup : OptionGroup<"step">, HelpText<"Options of one step">;
def TrainGroup : OptionGroup<"train">, HelpText<"Options of train">;
def TuneGroup : OptionGroup<"tune">, HelpText<"Options of tune, beside those of train">;
def CheckGroup : OptionGroup<"check">, HelpText<"Options of check-gradients">;

def help : Switch<"help", "Print this", EveryCommand, ModelGroup>;
def : Flag<["-"], "h">, Alias<help>, Visibility<EveryCommand>, Group<ModelGroup>;
def version : Switch<"version", "Print the version", EveryCommand, ModelGroup>;

defm describe_data : Value<"describe-data", "DESC",
  "Print the fields of data with their shapes, without a model; see below", AnyCommand, ModelGroup>;
defm write_data : Value<"write-data", "DIR",
  "For --describe-data: write fields as .npy files, and the vocabulary as vocabulary.txt",
  AnyCommand, ModelGroup>;

defm params : Value<"params", "FILE",
  "Read parameters and buffers from a safetensors file (num_batches_tracked of PyTorch is ignored); from a full checkpoint a single step also reads optimizer slots and counters, train starts anew (see --resume)",
  AnyCommand, ModelGroup>;
defm save_params : Value<"save-params", "FILE",
  "Write parameters and buffers to a safetensors file at the end",
  FileCommand, ModelGroup>;
defm rename : Value<"rename", "PATTERN=NAME",
  RenameHelp,
  AnyCommand, ModelGroup>;
defm save_all : Value<"save-all", "FILE",
  "Write all of the state at the end, including optimizer slots, counters and hyper-parameters; --params of a later step continues from it",
  FileCommand, ModelGroup>;
defm set : Value<"set", "NAME=VALUE",
  "Set a hyper-parameter to a number, or a buffer to the array of FILE.npy; may be repeated",
  AnyCommand, ModelGroup>;
defm seed : Value<"seed", "N",
  "Seed of state, dropout and shuffle (default: 0)", AnyCommand, ModelGroup>;
defm threads : Value<"threads", "N",
  "Workers (default: 0, one for each CPU of this process)",
  EveryCommand, ModelGroup>;
def O : Joined<["-"], "O">, MetaVarName<"0|2">,
  HelpText<OptimizeHelp>,
  Visibility<EveryCommand>, Group<ModelGroup>;
defm backend : Value<"backend", "NAME",
  BackendHelp, EveryCommand, ModelGroup>;
defm mcpu : Value<"mcpu", "CPU",
  McpuHelp, EveryCommand, ModelGroup>;

defm memory_budget : Value<"memory-budget", "BYTES",
  MemoryBudgetHelp,
  EveryCommand, ModelGroup>;

defm batch : Value<"batch", "[STEP=]SIZES",
  BatchHelp # ". The inputs of --step select the batch",
  [StepCommand, TrainCommand, DescribeCommand], ModelGroup>;

def no_cache : Switch<"no-cache",
  "Compile even if the same program has been compiled before, and keep nothing; see below",
  EveryCommand, ModelGroup>;
def time_report : Switch<"time-report",
  TimeReportHelp,
  EveryCommand, ModelGroup>;

def interpret : Joined<["--"], "interpret=">, MetaVarName<"grad|simplify|fuse">,
  HelpText<"Evaluate the program after a phase op by op, by the definition of each op, in one thread, and compile nothing: slow, as a reference; --interpret alone is --interpret=grad">,
  Visibility<EveryCommand>, Group<ModelGroup>;
def : Flag<["--"], "interpret">, Alias<interpret>, AliasArgs<["grad"]>,
  Visibility<EveryCommand>, Group<ModelGroup>;

def profile : Joined<["--"], "profile=">, MetaVarName<"FILE">,
  HelpText<"Measure the time of each kernel of a step; write it as .json or .csv, or print a table (- or --profile alone). A single step is called again for that, up to ten times">,
  Visibility<FileCommand>, Group<ModelGroup>;
def : Flag<["--"], "profile">, Alias<profile>, AliasArgs<["-"]>,
  Visibility<FileCommand>, Group<ModelGroup>;

defm step : Value<"step", "NAME",
  "The step to run (for train and check-gradients: default 'train')",
  AnyCommand, ModelGroup>;

defm input : Value<"input", "NAME=FILE.npy",
  "Value of an input of the step; every input needs one (except for check-gradients, which makes up missing inputs, integers in the range that the ops accept)",
  [StepCommand, CheckCommand], StepGroup>;
defm output : Value<"output", "NAME=FILE.npy",
  "Write an output; to FILE.png images, N x 1 or 3 x H x W, as one picture; scalars that are not written are printed",
  [StepCommand], StepGroup>;

defm calls : Value<"calls", "FILE",
  "Call one step for each line of FILE, which has the options of the call, on freshly initialised state",
  [StepCommand], StepGroup>;
def keep_state : Switch<"keep-state",
  "For --calls: each call continues from the state that the previous call left; a line with --seed or --params initialises it again",
  [StepCommand], StepGroup>;

def compare : Switch<"compare",
  "Evaluate the step after each phase and compile it with -O0 and -O2 (or the -O given), and name the first phase, kernel and op whose values differ",
  [StepCommand], StepGroup>;
defm compare_with : Value<"compare-with", "PHASE=FILE",
  "The same, with a program of your own in place of the output of a phase: grad, simplify or fuse",
  [StepCommand], StepGroup>;
defm tolerance : Value<"tolerance", "[f32=|f64=]NUMBER",
  "For --compare: allowed difference of float elements, as a fraction of the largest magnitude in their tensor (default: f32=2e-5, f64=1e-11), beside the effect of rounding the inputs; 0: none; integers must be equal",
  [StepCommand], StepGroup>;

defm data : Value<"data", "DESC",
  "The training data; see below",
  [TrainCommand], TrainGroup>;
defm cycle : Value<"cycle", "STEP[*N],...",
  "Train with several steps in turn, each N times on the next batches ('train_d*2,train_g'), or, with a + in front, on the same batch as the step before ('train_d+train_g'); each has its columns in metrics.csv",
  [TrainCommand], TrainGroup>;
defm throughput : Value<"throughput", "WORD[=FIELD]",
  "Report speed in WORD a second instead of images, samples or steps; with FIELD in elements of that field ('tokens=text')",
  [TrainCommand], TrainGroup>;
defm epochs : Value<"epochs", "N",
  "Epochs in total, those before --resume included (default: 5)",
  [TrainCommand], TrainGroup>;
defm max_steps : Value<"max-steps", "N",
  "Stop when N steps are done in total", [TrainCommand], TrainGroup>;
defm eval_step : Value<"eval-step", "NAME",
  "The step to run after every epoch (default: 'evaluate', if there)", [TrainCommand], TrainGroup>;
def no_shuffle : Switch<"no-shuffle", "Train in the order of the files",
  [TrainCommand], TrainGroup>;
def no_prefetch : Switch<"no-prefetch",
  "Gather batches between steps instead of during them; the results are the same",
  [TrainCommand], TrainGroup>;
defm overfit : Value<"overfit", "N",
  "Train on the first N samples again and again, evaluate on them, and say whether the model could learn them",
  [TrainCommand], TrainGroup>;
defm balance : Value<"balance", "FIELD",
  "Draw samples so that an epoch has each class of a field, as label, equally often",
  [TrainCommand], TrainGroup>;
defm augment : Value<"augment", "FIELD:CHANGE,...",
  "Change training images of a field at random: shift=N (pixels), flip, crop=PART; see below",
  [TrainCommand], TrainGroup>;
defm out : Value<"out", "DIR",
  "Folder for metrics.csv and model.safetensors, written after every epoch and when SIGINT or SIGTERM stops the run",
  [TrainCommand], TrainGroup>;
defm resume : Value<"resume", "FILE",
  "Continue from the point where a model.safetensors was written, to the bit",
  [TrainCommand], TrainGroup>;
defm schedule : Value<"schedule", "FILE",
  "Values of hyper-parameters from certain steps or epochs on; see below",
  [TrainCommand], TrainGroup>;
defm reduce_on_plateau : Value<"reduce-on-plateau", "NAME[:OPTION=VALUE,...]",
  "Reduce a hyper-parameter when a metric has stopped improving; see below",
  [TrainCommand], TrainGroup>;
defm stop_early : Value<"stop-early", "METRIC[:OPTION=VALUE,...]",
  "End the run when a column of metrics.csv gets no better; see below",
  [TrainCommand], TrainGroup>;
def update_ratios : Switch<"update-ratios",
  "Add columns update_NAME to metrics.csv: the 2-norm of each parameter's change in the last step of each epoch, as a fraction of the parameter's",
  [TrainCommand], TrainGroup>;
def gradient_norms : Switch<"gradient-norms",
  "Add columns train_gradient_NAME to metrics.csv: the 2-norm of the gradient of each parameter, the mean over the steps of the epoch",
  [TrainCommand], TrainGroup>;
defm sample : Value<"sample", "STEP[:every=N]",
  "Run a step after every Nth epoch (default: 1) and the last, each time with the same random numbers, and write its outputs into samples/ of --out: images as one picture (.png), numbers of a vocabulary as text (.txt), else .npy; may be repeated",
  [TrainCommand], TrainGroup>;
defm sample_input : Value<"sample-input", "NAME=FILE.npy",
  "Value of an input of the steps of --sample",
  [TrainCommand], TrainGroup>;
defm write_vocabulary : Value<"write-vocabulary", "FILE",
  "Write the vocabulary of a text, one word or character a line; --out writes it as vocabulary.txt",
  [TrainCommand], TrainGroup>;
defm log_every : Value<"log-every", "N",
  "Print the loss of every Nth step", [TrainCommand], TrainGroup>;

defm order : Value<"order", "1|2",
  "Order of derivatives: 2 checks second derivatives too (default: 1)", [CheckCommand], CheckGroup>;
defm minimize : Value<"minimize", "N",
  "Which dl.minimize of the step, counted from 1 (default: 1)", [CheckCommand], CheckGroup>;
defm seconds : Value<"seconds", "N",
  "Stop comparing after N seconds; parameters take turns, and one without a turn has 0 entries compared (default: 60; 0: no limit)", [CheckCommand],
  CheckGroup>;
defm entries : Value<"entries", "N",
  "Entries of each parameter to compare, chosen at random; 0: all (default: 16)", [CheckCommand],
  CheckGroup>;

defm space : Value<"space", "NAME=VALUES",
  "Values of a hyper-parameter, or of ${NAME} in the program: 16|32|64, 0.5..0.9 or log:1e-4..1e-1; may be repeated",
  [TuneCommand], TuneGroup>;
defm search : Value<"search", "grid|random|bayes",
  "How values are chosen: all (of a range the number after @), at random, or by the results of earlier trials (default: bayes)",
  [TuneCommand], TuneGroup>;
defm trials : Value<"trials", "N",
  "Number of trials (default: 20)", [TuneCommand], TuneGroup>;
defm metric : Value<"metric", "METRIC[:min|max]",
  "The column of metrics.csv that ranks trials (default: eval_loss); higher is better for an accuracy, lower for other metrics",
  [TuneCommand], TuneGroup>;
defm halving : Value<"halving", "N",
  "Compare trials early: after a part of the epochs only the best Nth continues, N, N*N, ... times as long",
  [TuneCommand], TuneGroup>;
