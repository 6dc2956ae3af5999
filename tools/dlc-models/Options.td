//===- Options.td - The command line of dlc-models ---------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "include/dlc/Support/OptionKinds.td"

defvar Always = [DefaultVis];

def ModelGroup : OptionGroup<"model">, HelpText<"Which model">;
def OutputGroup : OptionGroup<"output">, HelpText<"What is written">;

defm batch : Value<"batch", "N",
  "Examples in one call of a step", Always, ModelGroup>;
defm classes : Value<"classes", "N",
  "Classes to tell apart", Always, ModelGroup>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<OutputGroup>,
  HelpText<"What to write (default: -, standard output)">;
def print_list : Switch<"list",
  "Print what models there are and their defaults, one a line", Always, OutputGroup>;
def help : Switch<"help", "Print this", Always, OutputGroup>;
def : Flag<["-"], "h">, Alias<help>, Group<OutputGroup>;
def version : Switch<"version", "Print the version", Always, OutputGroup>;
