//===- DlAttrs.td - Modes, initialisers, optimizers --------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_ATTRS_TD
#define DL_ATTRS_TD

include "dlc/Dialect/Dl/DlBase.td"

//===----------------------------------------------------------------------===//
// Enumerations
//===----------------------------------------------------------------------===//

class Dl_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::dlc::dl";
  let genSpecializedAttr = 0;
}

def Dl_Mode : Dl_Enum<"Mode", "whether a network is being trained",
    [I32EnumAttrCase<"Train", 0, "train">, I32EnumAttrCase<"Eval", 1, "eval">]>;
def Dl_ModeAttr : EnumAttr<Dl_Dialect, Dl_Mode, "mode">;

def Dl_Layout : Dl_Enum<"Layout",
    "order of the dimensions of images and filters",
    [I32EnumAttrCase<"ChannelsFirst", 0, "channels_first">,
     I32EnumAttrCase<"ChannelsLast", 1, "channels_last">]>;
def Dl_LayoutAttr : EnumAttr<Dl_Dialect, Dl_Layout, "layout"> {
  let description = [{
    `channels_first`: images N x C x H x W, filters O x I x KH x KW.
    `channels_last`: images N x H x W x C, filters KH x KW x I x O.
  }];
}

def Dl_Predicate : Dl_Enum<"Predicate", "an ordered comparison",
    [I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"ne", 1>,
     I32EnumAttrCase<"lt", 2>, I32EnumAttrCase<"le", 3>,
     I32EnumAttrCase<"gt", 4>, I32EnumAttrCase<"ge", 5>]>;
def Dl_PredicateAttr : EnumAttr<Dl_Dialect, Dl_Predicate, "predicate">;

def Dl_GeluForm : Dl_Enum<"GeluForm", "which formula gelu uses",
    [I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Tanh", 1, "tanh">]>;
def Dl_GeluFormAttr : EnumAttr<Dl_Dialect, Dl_GeluForm, "gelu_form">;

def Dl_LossReduction : Dl_Enum<"LossReduction", "what becomes of a loss's terms",
    [I32EnumAttrCase<"Mean", 0, "mean">, I32EnumAttrCase<"Sum", 1, "sum">,
     I32EnumAttrCase<"None", 2, "none">,
     I32EnumAttrCase<"BatchMean", 3, "batchmean">]>;
def Dl_LossReductionAttr : EnumAttr<Dl_Dialect, Dl_LossReduction, "loss_reduction">;
def Dl_FanMode : Dl_Enum<"FanMode",
    "which fan keeps its variance: that of the forward or the backward pass",
    [I32EnumAttrCase<"FanIn", 0, "fan_in">, I32EnumAttrCase<"FanOut", 1, "fan_out">]>;

def Dl_Nonlinearity : Dl_Enum<"Nonlinearity",
    "the function behind a layer, as torch.nn.init.calculate_gain names it",
    [I32EnumAttrCase<"Linear", 0, "linear">, I32EnumAttrCase<"Sigmoid", 1, "sigmoid">,
     I32EnumAttrCase<"Tanh", 2, "tanh">, I32EnumAttrCase<"Relu", 3, "relu">,
     I32EnumAttrCase<"LeakyRelu", 4, "leaky_relu">, I32EnumAttrCase<"Selu", 5, "selu">]>;

/// Each range contains all later ones, so the greatest of several is their
/// intersection.
def Dl_HyperRange : Dl_Enum<"HyperRange", "which numbers a hyper-parameter may be",
    [I32EnumAttrCase<"Finite", 0, "finite">,
     I32EnumAttrCase<"NotNegative", 1, "not_negative">,
     I32EnumAttrCase<"UpToOne", 2, "up_to_one">,
     I32EnumAttrCase<"BelowOne", 3, "below_one">]>;
def Dl_HyperRangeAttr : EnumAttr<Dl_Dialect, Dl_HyperRange, "hyper_range">;

def Dl_StorageAttr : AttrDef<Dl_Dialect, "Storage"> {
  let mnemonic = "storage";
  let summary = "memory layout of a state entry";
  let description = [{
    The entry's shape is split into `view` (same elements in the same row-major
    order), whose dimensions are stored in the order `perm`: dimension i of the
    stored tensor is dimension `perm[i]` of the view.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$view,
                        ArrayRefParameter<"int64_t">:$perm);
  let assemblyFormat = "`<` `[` $view `]` `,` `[` $perm `]` `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The shape in memory.
    ::llvm::SmallVector<int64_t> getStoredShape() const;
  }];
}

//===----------------------------------------------------------------------===//
// Numbers inside attributes
//===----------------------------------------------------------------------===//

/// A real number, kept as an f64.
class Dl_Number<string summary> : AttrParameter<"::mlir::FloatAttr", summary> {
  let parser = "::dlc::dl::parseNumber($_parser)";
  let printer = "::dlc::dl::printNumber($_printer, $_self)";
}
class Dl_DefaultNumber<string value, string summary>
    : DefaultValuedParameter<"::mlir::FloatAttr",
        "::mlir::FloatAttr::get(::mlir::Float64Type::get($_ctxt), " # value # ")",
        summary> {
  let parser = "::dlc::dl::parseNumber($_parser)";
  let printer = "::dlc::dl::printNumber($_printer, $_self)";
}

/// Named parameters, all of them optional.
defvar Dl_StructFormat = [{`` custom<Words>("getWords()") (`<` struct(params)^ `>`)?}];

/// `getWords()`: the names of the parameters, for the message about an unknown
/// one; `custom<Words>("getWords()")` at the start of a format calls it.
class Dl_Words<dag params> {
  code getter = [{
    static ::llvm::ArrayRef<::llvm::StringRef> getWords() {
      static constexpr ::llvm::StringRef words[] = {"}] #
          !interleave(!foreach(i, !range(!size(params)), !getdagname(params, i)), "\", \"")
      # [{"};
      return words;
    }
  }];
}

//===----------------------------------------------------------------------===//
// Initialisers
//===----------------------------------------------------------------------===//

/// An initializer, as in `dl.param @w : tensor<...> = `. Each describes for
/// docs/ops.md the formula of its numbers, the source of the formula, the
/// PyTorch function and the PyTorch layers that use it by default.
class Dl_Initializer<string name, string mnemonic_, list<string> checks = []>
    : AttrDef<Dl_Dialect, name,
        [DeclareAttrInterfaceMethods<Dl_InitializerAttrInterface, checks>]> {
  let mnemonic = mnemonic_;
  string formula = ?;
  string source = ?;
  string pytorch = ?;
  string defaultOf = ?;
}

def Dl_ZerosAttr : Dl_Initializer<"Zeros", "zeros"> {
  let summary = "0 everywhere: `zeros`";
  let formula = "0";
  let source = "-";
  let pytorch = "torch.nn.init.zeros_";
  let defaultOf = [{the bias of BatchNorm, LayerNorm, GroupNorm and InstanceNorm, `running_mean`,
    and `in_proj_bias` and `out_proj.bias` of MultiheadAttention}];
}
def Dl_OnesAttr : Dl_Initializer<"Ones", "ones"> {
  let summary = "1 everywhere: `ones`";
  let formula = "1";
  let source = "-";
  let pytorch = "torch.nn.init.ones_";
  let defaultOf = [{the weight of BatchNorm, LayerNorm, RMSNorm, GroupNorm and InstanceNorm, and
    `running_var`}];
}

def Dl_FillAttr : Dl_Initializer<"Fill", "constant"> {
  let summary = "one value everywhere: `constant<0.5>`";
  let formula = "value";
  let source = "-";
  let pytorch = "torch.nn.init.constant_";
  let defaultOf = "the weight of PReLU, as `constant<0.25>`";
  let parameters = (ins Dl_Number<"the value">:$value);
  let assemblyFormat = "`<` $value `>`";
}

def Dl_UniformAttr : Dl_Initializer<"Uniform", "uniform", ["verifyFor"]> {
  let summary = "uniform within bounds: `uniform<-0.1, 0.1>`";
  let formula = "uniform on [low, high)";
  let source = "-";
  let pytorch = "torch.nn.init.uniform_";
  let defaultOf = [{with bounds of -1 / sqrt(n) and 1 / sqrt(n): the bias of Linear and of the
    convolutions, n the fan_in of their weight; all weights and biases of RNN, LSTM and GRU and
    of their cells, n the size of the hidden state}];
  let parameters = (ins Dl_Number<"lower end">:$low, Dl_Number<"upper end">:$high);
  let assemblyFormat = "`<` $low `,` $high `>`";
}

def Dl_NormalAttr : Dl_Initializer<"Normal", "normal", ["verifyFor"]> {
  let summary = "normal with a mean and a standard deviation: `normal<0.0, 0.02>`";
  let formula = "normal with that mean and deviation";
  let source = "-";
  let pytorch = "torch.nn.init.normal_";
  let defaultOf = "the weight of Embedding and EmbeddingBag, as `normal<0.0, 1.0>`";
  let parameters = (ins Dl_Number<"mean">:$mean, Dl_Number<"deviation">:$deviation);
  let assemblyFormat = "`<` $mean `,` $deviation `>`";
}

/// A case of an enumeration, by its bare name.
class Dl_EnumParameter<string enum, string default, string summary>
    : DefaultValuedParameter<"::dlc::dl::" # enum,
                             "::dlc::dl::" # enum # "::" # default, summary> {
  let printer = "$_printer << ::dlc::dl::stringify" # enum # "($_self)";
}

def Dl_IdentityAttr : Dl_Initializer<"Identity", "identity", ["verifyFor"]> {
  let summary = "a matrix with 1 on its diagonal: `identity`";
  let formula = "1 at (i, i), 0 elsewhere";
  let source = "Le, Jaitly and Hinton, arXiv 1504.00941, for the recurrent weights of ReLU networks";
  let pytorch = "torch.nn.init.eye_";
  let defaultOf = "no layer";
}

def Dl_TruncatedNormalAttr : Dl_Initializer<"TruncatedNormal", "truncated_normal", ["verifyFor"]> {
  let summary = "normal within bounds: `truncated_normal<deviation = 0.02, a = -0.04, b = 0.04>`";
  let description = "The bounds are values, not multiples of the deviation.";
  let formula = "normal with that mean and deviation; values outside of [a, b] are drawn again";
  let source = "usual for transformers on images (Dosovitskiy et al., ICLR 2021)";
  let pytorch = "torch.nn.init.trunc_normal_";
  let defaultOf = "no layer";
  let parameters = (ins Dl_DefaultNumber<"0.0", "mean before truncation">:$mean,
                        Dl_DefaultNumber<"1.0", "deviation before truncation">:$deviation,
                        Dl_DefaultNumber<"-2.0", "least value">:$a,
                        Dl_DefaultNumber<"2.0", "greatest value">:$b);
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter;
}

/// fan_in and fan_out are the numbers of inputs that an output depends on and of
/// outputs that depend on an input: for a weight of O x I x taps, I and O times the
/// number of taps.
class Dl_FanInitializer<string name, string mnemonic_>
    : Dl_Initializer<name, mnemonic_, ["verifyFor"]> {
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter;
}

class Dl_XavierAttr<string name, string mnemonic_> : Dl_FanInitializer<name, mnemonic_> {
  let source = "Glorot and Bengio, AISTATS 2010";
  let parameters = (ins Dl_DefaultNumber<"1.0", "a factor">:$gain);
}
def Dl_XavierUniformAttr : Dl_XavierAttr<"XavierUniform", "xavier_uniform"> {
  let summary = "uniform by both fans (Glorot): `xavier_uniform`, `xavier_uniform<gain = 2.0>`";
  let formula = "uniform on [-b, b) with b = gain sqrt(6 / (fan_in + fan_out))";
  let pytorch = "torch.nn.init.xavier_uniform_";
  let defaultOf = [{`in_proj_weight` of MultiheadAttention, and all matrices of Transformer}];
}
def Dl_XavierNormalAttr : Dl_XavierAttr<"XavierNormal", "xavier_normal"> {
  let summary = "normal by both fans (Glorot): `xavier_normal`";
  let formula = "normal with mean 0 and deviation gain sqrt(2 / (fan_in + fan_out))";
  let pytorch = "torch.nn.init.xavier_normal_";
  let defaultOf = "`bias_k` and `bias_v` of MultiheadAttention";
}

class Dl_KaimingAttr<string name, string mnemonic_> : Dl_FanInitializer<name, mnemonic_> {
  let description = [{
    gain is sqrt(2 / (1 + a^2)) for `leaky_relu`, sqrt(2) for `relu`, 5/3 for `tanh`,
    3/4 for `selu`, and 1 for `linear` and `sigmoid`.
  }];
  let source = "He et al., ICCV 2015";
  let parameters = (ins
    Dl_DefaultNumber<"0.0", "negative slope of leaky_relu">:$a,
    Dl_EnumParameter<"FanMode", "FanIn", "fan_in or fan_out">:$mode,
    Dl_EnumParameter<"Nonlinearity", "LeakyRelu", "the function that sets the gain">:$nonlinearity);
}
def Dl_KaimingUniformAttr : Dl_KaimingAttr<"KaimingUniform", "kaiming_uniform"> {
  let summary = [{uniform by one fan (He): `kaiming_uniform`, `kaiming_uniform<mode = fan_out,
    nonlinearity = relu>`}];
  let formula = "uniform on [-b, b) with b = gain sqrt(3 / fan)";
  let pytorch = "torch.nn.init.kaiming_uniform_";
  let defaultOf = [{the weight of Linear and of the convolutions, as
    `kaiming_uniform<a = 2.23606797749979>` (a = sqrt(5), so b = 1 / sqrt(fan_in))}];
}
def Dl_KaimingNormalAttr : Dl_KaimingAttr<"KaimingNormal", "kaiming_normal"> {
  let summary = "normal by one fan (He): `kaiming_normal`";
  let formula = "normal with mean 0 and deviation gain / sqrt(fan)";
  let pytorch = "torch.nn.init.kaiming_normal_";
  let defaultOf = [{no layer; the convolutions of torchvision's ResNet have it as
    `kaiming_normal<mode = fan_out, nonlinearity = relu>`}];
}

def Dl_OrthogonalAttr : Dl_Initializer<"Orthogonal", "orthogonal", ["verifyFor"]> {
  let summary = "orthonormal rows or columns: `orthogonal`, `orthogonal<gain = 1.4>`";
  let description = [{
    The tensor is a matrix of the first dimension by all others: its rows are orthonormal, or its
    columns if it has fewer columns.
  }];
  let formula = "gain times Q of a QR decomposition of normal numbers, R with a positive diagonal";
  let source = "Saxe, McClelland and Ganguli, ICLR 2014";
  let pytorch = "torch.nn.init.orthogonal_";
  let defaultOf = "no layer";
  let parameters = (ins Dl_DefaultNumber<"1.0", "a factor">:$gain);
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter;
}

//===----------------------------------------------------------------------===//
// Hyper-parameters inside attributes
//===----------------------------------------------------------------------===//

/// A number, or the name of a `dl.hparam`.
class Dl_Hyper<string value, string summary>
    : DefaultValuedParameter<"::mlir::Attribute",
        "::mlir::FloatAttr::get(::mlir::Float64Type::get($_ctxt), " # value # ")",
        summary> {
  let parser = "::dlc::dl::parseHyper($_parser)";
  let printer = "::dlc::dl::printHyper($_printer, $_self)";
}
class Dl_OptionalHyper<string summary>
    : OptionalParameter<"::mlir::Attribute", summary> {
  let parser = "::dlc::dl::parseHyper($_parser)";
  let printer = "::dlc::dl::printHyper($_printer, $_self)";
}

def Dl_GroupAttr : AttrDef<Dl_Dialect, "Group"> {
  let mnemonic = "group";
  let summary = "parameters of `dl.minimize` with hyper-parameters of their own";
  let description = [{
    The parameters whose names match a pattern; `lr` multiplies the learning rate,
    `weight_decay` replaces that of the rule.
    ```mlir
    #dl.group<["*.bias", "norm.*"], lr = 2.0, weight_decay = 0.0>
    ```
  }];
  let parameters = (ins AttrParameter<"::mlir::ArrayAttr", "names">:$patterns,
                        Dl_Hyper<"1.0", "a factor">:$lr,
                        Dl_OptionalHyper<"in place of the rule's">:$weight_decay);
  let assemblyFormat = [{
    `` custom<Words>("getWords()") `<` $patterns (`,` struct($lr, $weight_decay)^)? `>`
  }];
  let extraClassDeclaration = Dl_Words<(ins "":$lr, "":$weight_decay)>.getter;
  let genVerifyDecl = 1;
}

#endif // DL_ATTRS_TD
