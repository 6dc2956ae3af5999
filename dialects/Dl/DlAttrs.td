//===- DlAttrs.td - Modes, initialisers, optimizers -------------*- tablegen -*-===//

#ifndef DL_ATTRS_TD
#define DL_ATTRS_TD

include "dialects/Dl/DlBase.td"

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

def Dl_StorageAttr : AttrDef<Dl_Dialect, "Storage"> {
  let mnemonic = "storage";
  let summary = "how a state entry lies in memory";
  let description = [{
    The entry's shape is split into `view` (same elements in the same row-major
    order), whose dimensions are stored in the order `perm`: dimension i of what is
    stored is dimension `perm[i]` of the view.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$view,
                        ArrayRefParameter<"int64_t">:$perm);
  let assemblyFormat = "`<` `[` $view `]` `,` `[` $perm `]` `>`";
  let extraClassDeclaration = [{
    /// The shape of what is stored.
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

//===----------------------------------------------------------------------===//
// Initialisers
//===----------------------------------------------------------------------===//

class Dl_Initializer<string name, string mnemonic_>
    : AttrDef<Dl_Dialect, name,
        [DeclareAttrInterfaceMethods<Dl_InitializerAttrInterface>]> {
  let mnemonic = mnemonic_;
}

def Dl_ZerosAttr : Dl_Initializer<"Zeros", "zeros"> { let summary = "0"; }
def Dl_OnesAttr : Dl_Initializer<"Ones", "ones"> { let summary = "1"; }

def Dl_FillAttr : Dl_Initializer<"Fill", "constant"> {
  let summary = "one value everywhere: `constant<0.5>`";
  let parameters = (ins Dl_Number<"the value">:$value);
  let assemblyFormat = "`<` $value `>`";
}

def Dl_UniformAttr : Dl_Initializer<"Uniform", "uniform"> {
  let summary = "uniform on [low, high): `uniform<-0.1, 0.1>`";
  let parameters = (ins Dl_Number<"lower end">:$low, Dl_Number<"upper end">:$high);
  let assemblyFormat = "`<` $low `,` $high `>`";
}

def Dl_NormalAttr : Dl_Initializer<"Normal", "normal"> {
  let summary = "normal: `normal<0.0, 0.02>` (mean, standard deviation)";
  let parameters = (ins Dl_Number<"mean">:$mean, Dl_Number<"deviation">:$deviation);
  let assemblyFormat = "`<` $mean `,` $deviation `>`";
}

def Dl_KaimingUniformAttr : Dl_Initializer<"KaimingUniform", "kaiming_uniform"> {
  let summary = "uniform with bound sqrt(6 / ((1 + a^2) fan_in))";
  let description = [{
    He et al., ICCV 2015; `torch.nn.init.kaiming_uniform_`. fan_in is the product
    of all dimensions but the first. PyTorch's layers use a = sqrt(5).
  }];
  let parameters = (ins Dl_DefaultNumber<"0.0", "negative slope">:$a);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

class Dl_Optimizer<string name, string mnemonic_>
    : AttrDef<Dl_Dialect, name,
        [DeclareAttrInterfaceMethods<Dl_OptimizerAttrInterface>]> {
  let mnemonic = mnemonic_;
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def Dl_SgdAttr : Dl_Optimizer<"Sgd", "sgd"> {
  let summary = "stochastic gradient descent, as torch.optim.SGD";
  let description = [{
    ```
    g += weight_decay * p
    v  = momentum * v + g         (only with momentum; the first v is g)
    p -= lr * (v, or g without momentum)
    ```
  }];
  let parameters = (ins
    Dl_DefaultNumber<"0.0", "momentum">:$momentum,
    Dl_DefaultNumber<"0.0", "coupled (L2) weight decay">:$weight_decay);
}

def Dl_AdamAttr : Dl_Optimizer<"Adam", "adam"> {
  let summary = "Adam, as torch.optim.Adam";
  let description = [{
    Kingma and Ba, ICLR 2015, in PyTorch's arrangement:
    ```
    m  = beta1 m + (1 - beta1) g
    v  = beta2 v + (1 - beta2) g^2
    p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
    ```
  }];
  let parameters = (ins
    Dl_DefaultNumber<"0.9", "decay of the first moment">:$beta1,
    Dl_DefaultNumber<"0.999", "decay of the second moment">:$beta2,
    Dl_DefaultNumber<"1.0e-8", "keeps the quotient finite">:$eps);
}

#endif // DL_ATTRS_TD
