//===- ModelOptions.td - Options of reference models -------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both the command line of dlc-models and the table of optionEntries.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_MODELOPTIONS_TD
#define DLC_MODELS_MODELOPTIONS_TD

include "include/dlc/Support/OptionKinds.td"

def ModelGroup : OptionGroup<"model">, HelpText<"Which model (each has some of these options; see below)">;

// An option whose value is `member` of ModelOptions.
multiclass ModelOption<string name, string metavar, string help, string member = NAME> {
  def NAME : Separate<["--"], name>, MetaVarName<metavar>, HelpText<help>, Group<ModelGroup>,
             MarshallingInfo<KeyPathAndMacro<"", member>, "">;
  def NAME#_eq : Joined<["--"], name # "=">, Alias<!cast<Separate>(NAME)>, Group<ModelGroup>;
}

defm batch : ModelOption<"batch", "N",
  "Examples in one call of a step">;
defm classes : ModelOption<"classes", "N",
  "Classes to tell apart">;
defm image : ModelOption<"image", "CxHxW",
  "Channels, height and width of an image, as 1x28x28">;
defm width : ModelOption<"width", "N",
  "Channels of the first layer, or units of a hidden layer">;
defm layers : ModelOption<"layers", "N",
  "Hidden layers, recurrent layers or blocks">;
defm directions : ModelOption<"directions", "N",
  "1: sequences are read forwards; 2: backwards too">;
defm heads : ModelOption<"heads", "N",
  "Heads of attention">;
defm vocabulary : ModelOption<"vocabulary", "N",
  "Different characters or words">;
defm length : ModelOption<"length", "N",
  "Characters or words of a sequence">;
defm sample : ModelOption<"sample", "N",
  "Characters that one call of the step sample draws, or images or sequences that one call of other steps draws">;
defm k_max : ModelOption<"k-max", "N",
  "Greatest values of a channel that pooling keeps", "kMax">;
defm latent : ModelOption<"latent", "N",
  "Random numbers from which a generator makes an image">;
defm nodes : ModelOption<"nodes", "N",
  "Nodes of the graph">;
defm features : ModelOption<"features", "N",
  "Numbers that describe a node or a word">;
defm edges : ModelOption<"edges", "N",
  "Entries of the adjacency matrix">;
defm filters : ModelOption<"filters", "N",
  "Channels of a discriminator's windows of one symbol">;
defm rollouts : ModelOption<"rollouts", "N",
  "Completions that are drawn for each prefix of a sequence">;
defm activation : ModelOption<"activation", "NAME",
  "sigmoid, tanh, relu, leaky_relu or maxout">;
defm norm : ModelOption<"norm", "NAME",
  "Normalisation of hidden values: none, batch, layer or weight">;
defm relaxation : ModelOption<"relaxation", "NAME",
  "How a generator relaxes the choice of a symbol: gumbel, straight-through, softmax or none">;
defm dropout : ModelOption<"dropout", "P",
  "Fraction of the values that dropout drops; 0: no dropout">;
defm optimizer : ModelOption<"optimizer", "NAME",
  "sgd (with momentum), adam or adamw; each has a learning rate of its own">;

#endif // DLC_MODELS_MODELOPTIONS_TD
