//===- OptionKinds.td - Options of all tools ---------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_OPTIONKINDS_TD
#define DLC_SUPPORT_OPTIONKINDS_TD

include "llvm/Option/OptParser.td"

// An option with a value, as --name VALUE and as --name=VALUE.
multiclass Value<string name, string metavar, string help,
                 list<OptionVisibility> commands, OptionGroup group> {
  def NAME : Separate<["--"], name>, MetaVarName<metavar>, HelpText<help>,
             Visibility<commands>, Group<group>;
  def NAME#_eq : Joined<["--"], name # "=">, Alias<!cast<Separate>(NAME)>,
                 Visibility<commands>, Group<group>;
}

class Switch<string name, string help, list<OptionVisibility> commands,
             OptionGroup group>
    : Flag<["--"], name>, HelpText<help>, Visibility<commands>, Group<group>;

// Help of options that several tools have.
defvar OptimizeHelp = "Compile to plain loops (0) or optimise (2, default)";
defvar BackendHelp = "The backend that makes the code (default: cpu)";
defvar McpuHelp = "The processor to compile for (default: native)";
defvar MemoryBudgetHelp = "Memory that each step may use beside state, inputs and outputs (suffix K, M, G); values are recomputed to fit it";
defvar BatchHelp = "Compile a step, or all steps that change no state, for these batches: 1,8,32, or any from 1to32; may be repeated";
defvar TimeReportHelp = "Print to standard error the time of each phase, pass and stage of the compilation";
defvar RenameHelp = "For --params: entries whose name PATTERN matches are named NAME in the model; a * matches any text, in NAME it stands for the text of the * in PATTERN ('module.*=*'); with nothing after the = they are left out. May be repeated; the first match applies";

#endif // DLC_SUPPORT_OPTIONKINDS_TD
