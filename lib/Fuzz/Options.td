//===- Options.td - The command line of dlc-fuzz -----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "include/dlc/Support/OptionKinds.td"

defvar Always = [DefaultVis];

def ProgramGroup : OptionGroup<"programs">, HelpText<"Programs">;
def FindingGroup : OptionGroup<"findings">, HelpText<"Findings">;
def LookGroup : OptionGroup<"look">, HelpText<"Output">;

defm seed : Value<"seed", "N",
  "Seed of all choices (default: 1)", Always, ProgramGroup>;
defm programs : Value<"programs", "N",
  "Number of programs (default: 200)", Always, ProgramGroup>;
defm first : Value<"first", "N",
  "The number of the first program (default: 0)", Always, ProgramGroup>;
defm jobs : Value<"jobs", "N",
  "Processes at a time (default: 2)", Always, ProgramGroup>;
defm timeout : Value<"timeout", "N",
  "Seconds of CPU time after which a program counts as hanging (default: 20)", Always, ProgramGroup>;
defm replay : Value<"replay", "FILE",
  "Check the program of a file", Always, ProgramGroup>;

defm only : Value<"only", "KIND",
  "Look for one kind of finding", Always, FindingGroup>;
defm reductions : Value<"reductions", "N",
  "Number of findings to reduce at most (default: 40)", Always, FindingGroup>;
defm out : Value<"out", "DIR",
  "Folder for programs of findings, reduced", Always, FindingGroup>;
defm plant : Value<"plant", "OP",
  "Instead of running programs, report those with OP", Always, FindingGroup>;
defm miscompile : Value<"miscompile", "OP",
  "Compile OP with a fault: 1.001 times its result", Always, FindingGroup>;
defm misderive : Value<"misderive", "OP",
  "The same fault where gradients are compared with differences", Always, FindingGroup>;

defm print : Value<"print", "N",
  "Print program N and end", Always, LookGroup>;
def help : Switch<"help", "Print this", Always, LookGroup>;
def : Flag<["-"], "h">, Alias<help>, Group<LookGroup>;
def version : Switch<"version", "Print the version", Always, LookGroup>;
