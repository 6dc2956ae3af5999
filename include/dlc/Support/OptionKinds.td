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

// Help of --rename, which several tools have.
defvar RenameHelp = "For --params: entries whose name PATTERN matches are named NAME in the model; a * matches any text, in NAME it stands for the text of the * in PATTERN ('module.*=*'); with nothing after the = they are left out. May be repeated; the first match applies";

#endif // DLC_SUPPORT_OPTIONKINDS_TD
