//===- Options.td - The command line of dlc ----------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "include/dlc/Support/OptionKinds.td"

defvar Always = [DefaultVis];

def OutputGroup : OptionGroup<"output">, HelpText<"Output">;
def CodeGroup : OptionGroup<"code">, HelpText<"How a program is compiled">;
def LookGroup : OptionGroup<"look">, HelpText<"Information">;

def help : Switch<"help", "Print this", Always, LookGroup>;
def : Flag<["-"], "h">, Alias<help>, Group<LookGroup>;
def version : Switch<"version", "Print the version", Always, LookGroup>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<OutputGroup>,
  HelpText<"File to write; the suffix selects the form, one of the backend's (see below) or .mlir (-: standard output)">;
defm emit : Value<"emit", "PHASE",
  "Stop after this phase, or make this form of the backend (see below)", Always, OutputGroup>;
defm from : Value<"from", "PHASE",
  "The input is the output of this phase", Always, OutputGroup>;
defm dump_phases : Value<"dump-phases", "DIR",
  "Write the program after each phase to DIR", Always, OutputGroup>;
defm print_graph : Value<"print-graph", "FILE",
  "Draw the program after the phase of --emit (default: fuse), as .svg (by Graphviz) or .dot; needs no -o",
  Always, OutputGroup>;
defm step : Value<"step", "NAME",
  "The step that --print-graph draws (default: all)", Always, OutputGroup>;

def O : Joined<["-"], "O">, MetaVarName<"0|2">, Group<CodeGroup>,
  HelpText<OptimizeHelp>;
defm backend : Value<"backend", "NAME",
  "The backend that makes the code, one of those below (default: cpu)", Always, CodeGroup>;
defm mcpu : Value<"mcpu", "CPU",
  McpuHelp, Always, CodeGroup>;
defm memory_budget : Value<"memory-budget", "BYTES",
  MemoryBudgetHelp,
  Always, CodeGroup>;
defm batch : Value<"batch", "[STEP=]SIZES",
  BatchHelp,
  Always, CodeGroup>;
def freeze : Switch<"freeze",
  "Put the weights of --params into the library, which then has only the steps that do not change the state, and needs no other file",
  Always, CodeGroup>;
defm params : Value<"params", "FILE",
  "For --freeze: parameters and buffers, a safetensors file", Always, CodeGroup>;
defm rename : Value<"rename", "PATTERN=NAME",
  RenameHelp,
  Always, CodeGroup>;
def profile : Switch<"profile",
  "Let the steps of the library measure the time of their kernels, for dlc-run --profile and dlc_profile; see docs/performance.md",
  Always, CodeGroup>;
defm leave_out : Value<"leave-out", "PASS,...",
  "Skip these passes, which must be optional ones; to find a pass that is wrong",
  Always, CodeGroup>;

def print_memory_plan : Switch<"print-memory-plan",
  "Print the offset and live range of each value of a step; needs no -o",
  Always, LookGroup>;
def remarks : Joined<["--"], "remarks=">, MetaVarName<"REGEX">, Group<LookGroup>,
  HelpText<"Print to standard error the decisions, and their reasons, of passes or subjects whose names match REGEX, such as layout, fuse, rows, tile, pack, memory; --remarks alone is --remarks=.*">;
def : Flag<["--"], "remarks">, Alias<remarks>, AliasArgs<[".*"]>, Group<LookGroup>;
def time_report : Switch<"time-report",
  TimeReportHelp,
  Always, LookGroup>;
def describe_phases : Switch<"describe-phases",
  "Describe the output of each phase, as docs/phases.md", Always, LookGroup>;
def describe_ops : Switch<"describe-ops",
  "Print which ops have type inference, a reference meaning, a lowering and a gradient, as CSV",
  Always, LookGroup>;
