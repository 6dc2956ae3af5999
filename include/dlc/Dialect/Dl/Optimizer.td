//===- Optimizer.td - Update rules and clipping of gradients --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_OPTIMIZER_TD
#define DL_OPTIMIZER_TD

include "dlc/Dialect/Dl/DlAttrs.td"

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

def Dl_ClipByGlobalNormOp : Dl_Op<"clip_by_global_norm", [Pure, Dl_IsComposite,
    TypesMatchWith<"what is clipped has the types of the gradients", "gradients",
                   "clipped", "$_self">]> {
  let summary = "scales all gradients by one factor, so that their joint norm is at most a bound";
  let description = [{
    `norm` is the square root of the sum of the squares of all elements of all
    operands; each is multiplied by min(1, max_norm / (norm + 1e-6)), as by
    `torch.nn.utils.clip_grad_norm_`. The gradient is that of this formula.
    ```mlir
    %norm, %c:2 = dl.clip_by_global_norm %a, %b to %max
        : tensor<3x4xf32>, tensor<3xf32> to tensor<f32> -> tensor<f32>
    ```
  }];
  let arguments = (ins
    Arg<Variadic<Dl_WrittenFloatTensor>,
        "one or more of any shapes and one element type">:$gradients,
    Arg<Dl_FloatScalar,
        "greatest joint norm, a scalar of the element type of the gradients">:$max_norm);
  let results = (outs
    Res<Dl_FloatScalar, "their joint norm before, a scalar">:$norm,
    Res<Variadic<Dl_FloatTensor>, "one for each gradient, of its shape and type">:$clipped);
  let assemblyFormat = [{
    $gradients `to` $max_norm attr-dict `:` type($gradients) `to` type($max_norm)
    `->` type($norm)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//
// In the formulas p is the parameter, g its gradient, t the number of the update,
// from 1.

class Dl_Flag<string value, string summary>
    : DefaultValuedParameter<"bool", value, summary> {
  let parser = "::dlc::dl::parseFlag($_parser)";
  let printer = "$_printer << ($_self ? \"true\" : \"false\")";
}

defvar Dl_HasSparseRule = ["restsAtZero", "getSparseMeaning"];

class Dl_Optimizer<string name, string mnemonic_, list<string> checks = []>
    : AttrDef<Dl_Dialect, name,
        [DeclareAttrInterfaceMethods<Dl_OptimizerAttrInterface, checks>]> {
  let mnemonic = mnemonic_;
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter;
}

defvar Dl_Beta1 = "decay of the first moment";
defvar Dl_Beta2 = "decay of the second moment";
defvar Dl_Eps = "keeps the quotient finite";
defvar Dl_Decay = "weight decay";
defvar Dl_Decoupled = "p -= lr * weight_decay * p in place of g += weight_decay * p";

def Dl_SgdAttr : Dl_Optimizer<"Sgd", "sgd",
                             !listconcat(["verifyRule"], Dl_HasSparseRule)> {
  let summary = "stochastic gradient descent, as torch.optim.SGD";
  let description = [{
    ```
    g += weight_decay * p
    v  = momentum * v + (1 - dampening) * g       (the first v is g)
    p -= lr * (g without momentum; v; with nesterov g + momentum * v)
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.0", "momentum">:$momentum,
    Dl_Hyper<"0.0", "dampening of the gradient in v">:$dampening,
    Dl_Flag<"false", "looks ahead along the momentum">:$nesterov,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_AdagradAttr : Dl_Optimizer<"Adagrad", "adagrad", Dl_HasSparseRule> {
  let summary = "Adagrad, as torch.optim.Adagrad";
  let description = [{
    Duchi, Hazan and Singer, JMLR 2011.
    ```
    s += g^2                                    (s starts at initial_accumulator)
    p -= lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps)
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.0", "decay of the learning rate">:$lr_decay,
    Dl_DefaultNumber<"0.0", "the first s">:$initial_accumulator,
    Dl_Hyper<"1.0e-10", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_RmspropAttr : Dl_Optimizer<"Rmsprop", "rmsprop"> {
  let summary = "RMSprop, as torch.optim.RMSprop";
  let description = [{
    Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning",
    2012; centred: Graves, "Generating sequences with recurrent neural networks", 2013.
    ```
    s  = alpha s + (1 - alpha) g^2
    a  = alpha a + (1 - alpha) g                (centered)
    d  = g / (sqrt(s, or s - a^2) + eps)
    v  = momentum v + d                         (with momentum)
    p -= lr * (v, or d without momentum)
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.99", "decay of the averages">:$alpha,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", "momentum">:$momentum,
    Dl_Flag<"false", "divides by the deviation, not the root mean square">:$centered,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_AdadeltaAttr : Dl_Optimizer<"Adadelta", "adadelta"> {
  let summary = "Adadelta, as torch.optim.Adadelta";
  let description = [{
    Zeiler, "ADADELTA: an adaptive learning rate method", 2012. PyTorch's lr is 1.
    ```
    s  = rho s + (1 - rho) g^2
    d  = sqrt(u + eps) / sqrt(s + eps) * g
    u  = rho u + (1 - rho) d^2
    p -= lr * d
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", "decay of the averages">:$rho,
    Dl_Hyper<"1.0e-6", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_AdamAttr : Dl_Optimizer<"Adam", "adam", ["getSparseMeaning"]> {
  let summary = "Adam, as torch.optim.Adam";
  let description = [{
    Kingma and Ba, ICLR 2015, in PyTorch's arrangement:
    ```
    m  = beta1 m + (1 - beta1) g
    v  = beta2 v + (1 - beta2) g^2
    p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
    ```
    With amsgrad (Reddi, Kale and Kumar, ICLR 2018) the greatest v so far takes the
    place of v in the quotient.

    The rows of a table that `dl.embedding` reads as `sparse` are updated as by
    torch.optim.SparseAdam, all other rows and their m and v stay:
    ```
    p -= lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps)
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", "divides by the greatest second moment">:$amsgrad,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_AdamwAttr : Dl_Optimizer<"Adamw", "adamw"> {
  let summary = "Adam with decoupled weight decay, as torch.optim.AdamW";
  let description = [{
    Loshchilov and Hutter, ICLR 2019. `adam` with `decoupled_weight_decay` and a
    weight decay of 0.01.
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"0.01", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", "divides by the greatest second moment">:$amsgrad);
}

def Dl_AdamaxAttr : Dl_Optimizer<"Adamax", "adamax"> {
  let summary = "Adamax, as torch.optim.Adamax";
  let description = [{
    Kingma and Ba, ICLR 2015, section 7.1. PyTorch's lr is 0.002.
    ```
    m  = beta1 m + (1 - beta1) g
    u  = max(beta2 u, |g| + eps)
    p -= lr / (1 - beta1^t) * m / u
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", "decay of the norm">:$beta2,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_NadamAttr : Dl_Optimizer<"Nadam", "nadam"> {
  let summary = "Adam with Nesterov's momentum, as torch.optim.NAdam";
  let description = [{
    Dozat, "Incorporating Nesterov momentum into Adam", 2016. PyTorch's lr is 0.002.
    m and v as in `adam`;
    ```
    mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2)
    M    *= mu(t)                                     (a scalar, from 1)
    p    -= lr (1 - mu(t)) / (1 - M) * g / d + lr mu(t + 1) / (1 - M mu(t + 1)) * m / d,
    d     = sqrt(v / (1 - beta2^t)) + eps
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"4.0e-3", "how fast mu approaches beta1">:$momentum_decay,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_RadamAttr : Dl_Optimizer<"Radam", "radam"> {
  let summary = "rectified Adam, as torch.optim.RAdam";
  let description = [{
    Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020.
    m and v as in `adam`, c1 = 1 - beta1^t, c2 = 1 - beta2^t;
    ```
    R  = 2 / (1 - beta2) - 1,   r = R - 2 t beta2^t / c2
    p -= lr m / c1 * sqrt((r - 4) (r - 2) R / ((R - 4) (R - 2) r))
                   * sqrt(c2) / (sqrt(v) + eps)                          where r > 5
    p -= lr m / c1                                                       elsewhere
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-8", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay,
    Dl_Flag<"false", Dl_Decoupled>:$decoupled_weight_decay);
}

def Dl_LionAttr : Dl_Optimizer<"Lion", "lion"> {
  let summary = "the sign of an interpolated momentum";
  let description = [{
    Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023,
    algorithm 2. The paper's lr is three to ten times smaller than Adam's.
    ```
    p -= lr * (sign(beta1 m + (1 - beta1) g) + weight_decay p)
    m  = beta2 m + (1 - beta2) g
    ```
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", "weight of m in the step">:$beta1,
    Dl_Hyper<"0.99", "decay of m">:$beta2,
    Dl_Hyper<"0.0", "decoupled weight decay">:$weight_decay);
}

def Dl_LambAttr : Dl_Optimizer<"Lamb", "lamb"> {
  let summary = "Adam's direction, scaled to the norm of the parameter";
  let description = [{
    You et al., "Large batch optimization for deep learning: training BERT in 76
    minutes", ICLR 2020, algorithm 2, with phi(x) = x. m and v as in `adam`;
    ```
    r  = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay p
    p -= lr * |p| / |r| * r                 (the ratio is 1 where |p| or |r| is 0)
    ```
    Norms are those of the whole parameter.
  }];
  let parameters = (ins
    Dl_Hyper<"0.9", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-6", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", Dl_Decay>:$weight_decay);
}

def Dl_MuonRate : Dl_Enum<"MuonRate", "how Muon's learning rate depends on the shape",
    [I32EnumAttrCase<"Original", 0, "original">,
     I32EnumAttrCase<"MatchRmsAdamw", 1, "match_rms_adamw">,
     I32EnumAttrCase<"SpectralUnclamped", 2, "spectral_unclamped">]>;

def Dl_MuonAttr : AttrDef<Dl_Dialect, "Muon",
    [DeclareAttrInterfaceMethods<Dl_OptimizerAttrInterface, ["verifyRule", "verifyFor"]>]> {
  let mnemonic = "muon";
  let summary = "momentum made orthogonal, for matrices, as torch.optim.Muon";
  let description = [{
    Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
    Matrices only: give the other parameters another optimizer by a second
    `dl.minimize` on the same loss.
    ```
    v  = momentum v + (1 - momentum) g
    u  = g + momentum (v - g), or v without nesterov
    X  = u / max(|u|, eps)                         (Frobenius norm; wide, or u^T is)
    X  = a X + (b X X^T + c (X X^T)^2) X           ns_steps times
    p  = (1 - lr weight_decay) p - lr k X
    ```
    With p of A x B, k is sqrt(max(1, A / B)) for `original`, 0.2 sqrt(max(A, B)) for
    `match_rms_adamw`, sqrt(A / B) for `spectral_unclamped`. PyTorch rounds X to bf16;
    here it has the type of the parameter.
  }];
  let parameters = (ins
    Dl_Hyper<"0.95", "momentum">:$momentum,
    Dl_Flag<"true", "looks ahead along the momentum">:$nesterov,
    Dl_Hyper<"0.1", "decoupled weight decay">:$weight_decay,
    Dl_DefaultNumber<"3.4445", "of the iteration">:$a,
    Dl_DefaultNumber<"-4.7750", "of the iteration">:$b,
    Dl_DefaultNumber<"2.0315", "of the iteration">:$c,
    Dl_DefaultNumber<"1.0e-7", "least norm to divide by">:$eps,
    DefaultValuedParameter<"int64_t", "5", "iterations, less than 100">:$ns_steps,
    Dl_EnumParameter<"MuonRate", "Original", "factor on the learning rate">:$adjust_lr);
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter;
}

class Dl_WrappingOptimizer<string name, string mnemonic_>
    : AttrDef<Dl_Dialect, name,
        [DeclareAttrInterfaceMethods<Dl_OptimizerAttrInterface, ["verifyRule", "verifyFor"]>]> {
  let mnemonic = mnemonic_;
}

def Dl_LookaheadAttr : Dl_WrappingOptimizer<"Lookahead", "lookahead"> {
  let summary = "slow weights that follow those of any other rule";
  let description = [{
    Zhang, Lucas, Hinton and Ba, "Lookahead optimizer: k steps forward, 1 step back",
    NeurIPS 2019. The inner rule updates p; after every kth update
    ```
    s += alpha (p - s),   p = s              (s starts as the parameter)
    ```
    The state of the inner rule is kept.
    ```mlir
    dl.optimizer @slow = #dl.lookahead<#dl.adam<beta2 = 0.99>, k = 5, alpha = 0.5>
    ```
  }];
  let parameters = (ins
    AttrParameter<"::mlir::Attribute", "the rule that updates p">:$inner,
    DefaultValuedParameter<"int64_t", "5", "updates of p for each update of s">:$k,
    Dl_Hyper<"0.5", "part of the way that s moves, from 0 to 1">:$alpha);
  let assemblyFormat = [{
    `` custom<Words>("getWords()") `<` $inner (`,` struct($k, $alpha)^)? `>`
  }];
  let extraClassDeclaration = Dl_Words<(ins "":$k, "":$alpha)>.getter;
  let genVerifyDecl = 1;
}

def Dl_RangerAttr : Dl_WrappingOptimizer<"Ranger", "ranger"> {
  let summary = "RAdam with LookAhead";
  let description = [{
    Wright, "Ranger deep learning optimizer", 2019, with its defaults: `radam`, with
    decoupled weight decay, inside of `lookahead`.
  }];
  let parameters = (ins
    Dl_Hyper<"0.95", Dl_Beta1>:$beta1,
    Dl_Hyper<"0.999", Dl_Beta2>:$beta2,
    Dl_Hyper<"1.0e-5", Dl_Eps>:$eps,
    Dl_Hyper<"0.0", "decoupled weight decay">:$weight_decay,
    DefaultValuedParameter<"int64_t", "6", "updates for each update of the slow weights">:$k,
    Dl_Hyper<"0.5", "part of the way that the slow weights move, from 0 to 1">:$alpha);
  let assemblyFormat = Dl_StructFormat;
  let extraClassDeclaration = Dl_Words<parameters>.getter # [{
    /// The rule it is short for.
    OptimizerAttrInterface getRule() const;
  }];
}

#endif // DL_OPTIMIZER_TD
