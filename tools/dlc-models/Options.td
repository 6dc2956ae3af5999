//===- Options.td - The command line of dlc-models ---------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "include/dlc/Support/OptionKinds.td"

defvar Always = [DefaultVis];

def ModelGroup : OptionGroup<"model">, HelpText<"Which model (each has some of these options; see below)">;
def OutputGroup : OptionGroup<"output">, HelpText<"Output">;

defm batch : Value<"batch", "N",
  "Examples in one call of a step", Always, ModelGroup>;
defm classes : Value<"classes", "N",
  "Classes to tell apart", Always, ModelGroup>;
defm image : Value<"image", "CxHxW",
  "Channels, height and width of an image, as 1x28x28", Always, ModelGroup>;
defm width : Value<"width", "N",
  "Channels of the first layer, or units of a hidden layer", Always, ModelGroup>;
defm layers : Value<"layers", "N",
  "Hidden layers, recurrent layers or blocks", Always, ModelGroup>;
defm directions : Value<"directions", "N",
  "1: sequences are read forwards; 2: backwards too", Always, ModelGroup>;
defm heads : Value<"heads", "N",
  "Heads of attention", Always, ModelGroup>;
defm vocabulary : Value<"vocabulary", "N",
  "Different characters or words", Always, ModelGroup>;
defm length : Value<"length", "N",
  "Characters or words of a sequence", Always, ModelGroup>;
defm sample : Value<"sample", "N",
  "Characters that one call of the step sample draws, or images or sequences that one call of other steps draws", Always, ModelGroup>;
defm k_max : Value<"k-max", "N",
  "Greatest values of a channel that pooling keeps", Always, ModelGroup>;
defm latent : Value<"latent", "N",
  "Random numbers from which a generator makes an image", Always, ModelGroup>;
defm nodes : Value<"nodes", "N",
  "Nodes of the graph", Always, ModelGroup>;
defm features : Value<"features", "N",
  "Numbers that describe a node or a word", Always, ModelGroup>;
defm edges : Value<"edges", "N",
  "Entries of the adjacency matrix", Always, ModelGroup>;
defm filters : Value<"filters", "N",
  "Channels of a discriminator's windows of one symbol", Always, ModelGroup>;
defm rollouts : Value<"rollouts", "N",
  "Completions that are drawn for each prefix of a sequence", Always, ModelGroup>;
defm activation : Value<"activation", "NAME",
  "sigmoid, tanh, relu, leaky_relu or maxout", Always, ModelGroup>;
defm norm : Value<"norm", "NAME",
  "Normalisation of hidden values: none, batch, layer or weight", Always, ModelGroup>;
defm relaxation : Value<"relaxation", "NAME",
  "How a generator relaxes the choice of a symbol: gumbel, straight-through, softmax or none", Always, ModelGroup>;
defm dropout : Value<"dropout", "P",
  "Fraction of the values that dropout drops; 0: no dropout", Always, ModelGroup>;
defm optimizer : Value<"optimizer", "NAME",
  "sgd (with momentum), adam or adamw; each has a learning rate of its own", Always, ModelGroup>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"FILE">, Group<OutputGroup>,
  HelpText<"File to write (default: -, standard output)">;
def print_list : Switch<"list",
  "Print all models and their options with the defaults, one a line", Always, OutputGroup>;
def describe : Switch<"describe-models",
  "Print the same as comma-separated values", Always, OutputGroup>;
def help : Switch<"help", "Print this", Always, OutputGroup>;
def : Flag<["-"], "h">, Alias<help>, Group<OutputGroup>;
def version : Switch<"version", "Print the version", Always, OutputGroup>;
