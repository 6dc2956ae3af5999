//===- Options.td - The command line of dlc-models ---------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "lib/Models/ModelOptions.td"

defvar Always = [DefaultVis];

def OutputGroup : OptionGroup<"output">, HelpText<"Output">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<OutputGroup>,
  HelpText<"File to write (default: -, standard output)">;
def print_list : Switch<"list",
  "Print all models and their options with the defaults, one a line", Always, OutputGroup>;
def describe : Switch<"describe-models",
  "Print the same as comma-separated values", Always, OutputGroup>;
def help : Switch<"help", "Print this", Always, OutputGroup>;
def : Flag<["-"], "h">, Alias<help>, Group<OutputGroup>;
def version : Switch<"version", "Print the version", Always, OutputGroup>;
