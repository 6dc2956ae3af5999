//===- Activation.td - Activation functions ----------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All but relu are short for functions of Elementwise.td, written so that no
// large operand makes a value or a gradient infinite that is finite. Each is as
// PyTorch's function of the same name.
//
//===----------------------------------------------------------------------===//

#ifndef DL_ACTIVATION_TD
#define DL_ACTIVATION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_ReluOp : Dl_UnaryOp<"relu", "max(x, 0); gradient 1 where x > 0, 0 elsewhere",
    "e.where(e.compare(Predicate::gt, x, e.splat(x.getType(), 0)), dy)",
    Dl_FloatTensor, [Idempotent, Dl_CheapToRepeat]>;

/// A function of each element and some constants; its decomposition is its
/// meaning, and its derivative that of the decomposition.
class Dl_ActivationOp<string mnemonic, string summary_, dag constants = (ins),
                      list<Trait> traits = [], string example = "">
    : Dl_Op<mnemonic, !listconcat(
        [Pure, SameOperandsAndResultType, Dl_IsComposite], traits)> {
  let summary = summary_;
  let description = "```mlir\n%y = dl." # mnemonic # " %x" # example
                    # " : tensor<8x4xf32>\n```";
  let arguments = !con((ins Arg<Dl_FloatTensor, "any shape">:$x), constants);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

//===----------------------------------------------------------------------===//
// The relu family
//===----------------------------------------------------------------------===//

def Dl_Relu6Op : Dl_ActivationOp<"relu6",
    "min(max(x, 0), 6); gradient 1 between 0 and 6, 0 elsewhere">;

def Dl_LeakyReluOp : Dl_ActivationOp<"leaky_relu",
    "x where x > 0, slope x elsewhere; gradient 1 or slope",
    (ins Arg<DefaultValuedAttr<Dl_RealAttr, "0.01">, "factor where x is not above 0">:$slope), [], " {slope = 0.2}">;

def Dl_EluOp : Dl_ActivationOp<"elu",
    "x where x > 0, alpha (e^x - 1) elsewhere; gradient 1 or alpha e^x",
    (ins Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "factor of e^x - 1">:$alpha)>;

def Dl_SeluOp : Dl_ActivationOp<"selu",
    "1.0507 elu(x) with alpha = 1.6733: keeps mean 0 and variance 1">;

def Dl_HardtanhOp : Dl_ActivationOp<"hardtanh",
    "x limited to the range from `min` to `max`; gradient 1 between them, 0 elsewhere",
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "-1.0">, "least value of y">:$min,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "greatest value of y, not below `min`">:$max), [], " {min = -2.0, max = 2.0}"> {
  let hasVerifier = 1;
}

def Dl_HardSigmoidOp : Dl_ActivationOp<"hard_sigmoid",
    "relu6(x + 3) / 6; gradient 1/6 between -3 and 3, 0 elsewhere">;

def Dl_HardSwishOp : Dl_ActivationOp<"hard_swish",
    "x hard_sigmoid(x); gradient hard_sigmoid(x) + x / 6 between -3 and 3">;

def Dl_PreluOp : Dl_Op<"prelu", [Pure, AllTypesMatch<["x", "y"]>, Dl_IsComposite]> {
  let summary = "x where x > 0, weight x elsewhere";
  let description = [{
    weight has one entry, or one a channel (dimension 1 of x). Gradient of x: 1 or
    weight; gradient of weight: the sum of dy x over the elements that it multiplies.
    ```mlir
    %y = dl.prelu %x, %w : tensor<8x16x7x7xf32>, tensor<16xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor,
        "N x C x ... or any other shape; without a dimension 1 there is one channel">:$x,
    Arg<Dl_FloatTensor, "slopes below 0, of shape 1 or C and the element type of x">:$weight);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x `,` $weight attr-dict `:` type($x) `,` type($weight)";
  let hasVerifier = 1;
}

def Dl_MaxoutOp : Dl_PureOp<"maxout", [Dl_IsComposite]> {
  let summary = "maximum of each run of `pieces` channels";
  let description = [{
    Goodfellow et al., ICML 2013. Channels are dimension 1:
    `y[n, c, ...] = max over j < pieces of x[n, c pieces + j, ...]`.
    Equal maxima share the gradient.
    ```mlir
    %y = dl.maxout %x {pieces = 2} : tensor<8x16xf32> -> tensor<8x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "N x C x ..., of rank 2 or more">:$x,
    Arg<I64Attr, "channels that make one of y, 1 or more; divides C">:$pieces);
  let results = (outs Res<Dl_FloatTensor, "N x C/pieces x ..., of the element type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

//===----------------------------------------------------------------------===//
// Smooth
//===----------------------------------------------------------------------===//

def Dl_SigmoidOp : Dl_ActivationOp<"sigmoid", "1 / (1 + e^-x); gradient y (1 - y)",
                                   (ins), [Dl_HasRule]>;

def Dl_SiluOp : Dl_ActivationOp<"silu", "x sigmoid(x); gradient s (1 + x (1 - s))">;

def Dl_MishOp : Dl_ActivationOp<"mish", "x tanh(softplus(x))">;

def Dl_SoftplusOp : Dl_ActivationOp<"softplus",
    "log(1 + e^(beta x)) / beta, x itself where beta x > threshold; gradient sigmoid(beta x)",
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "steepness, above 0">:$beta,
    Arg<DefaultValuedAttr<Dl_RealAttr, "20.0">, "value of beta x above which y is x">:$threshold),
    [Dl_HasRule], " {beta = 2.0}"> {
  let hasVerifier = 1;
}

def Dl_SoftsignOp : Dl_ActivationOp<"softsign", "x / (1 + |x|); gradient 1 / (1 + |x|)^2">;

def Dl_GeluOp : Dl_Op<"gelu", [Pure, SameOperandsAndResultType, Dl_IsComposite]> {
  let summary = "x times the standard normal distribution function of x";
  let description = [{
    Hendrycks and Gimpel, 2016: `x / 2 (1 + erf(x / sqrt(2)))`, or with
    `approximate(tanh)` the formula
    `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
    ```mlir
    %y = dl.gelu %x : tensor<8x4xf32>
    %z = dl.gelu %x approximate(tanh) : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape">:$x,
    Arg<DefaultValuedAttr<Dl_GeluFormAttr, "::dlc::dl::GeluForm::None">,
        "the formula: `none` with erf, `tanh` with tanh">:$approximate);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = [{
    $x (`approximate` `(` custom<GeluForm>($approximate)^ `)`)? attr-dict
    `:` type($x)
  }];
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

class Dl_SoftmaxOpBase<string mnemonic, string formula>
    : Dl_Op<mnemonic, [Pure, SameOperandsAndResultType, Dl_IsComposite, Dl_HasRule]> {
  let description = formula # "\n```mlir\n%y = dl." # mnemonic
                    # " %x {axis = 1} : tensor<8x10xf32>\n```";
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "the dimension to sum along">:$axis);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dl_SoftmaxOp : Dl_SoftmaxOpBase<"softmax", [{
    `e^x / sum of e^x along the axis`, with the maximum taken out. Gradient:
    `y (dy - sum of dy y)`.}]> {
  let summary = "exponentials along an axis that sum to 1";
}

def Dl_LogSoftmaxOp : Dl_SoftmaxOpBase<"log_softmax", [{
    `x - log(sum of e^x along the axis)`, with the maximum taken out. Gradient:
    `dy - e^y sum of dy`.}]> {
  let summary = "logarithm of softmax, exact where softmax is 0";
}

def Dl_GumbelSoftmaxOp : Dl_Op<"gumbel_softmax", [Pure, SameOperandsAndResultType,
                                                 Dl_IsComposite]> {
  let summary = "softmax of noisy logits, as torch.nn.functional.gumbel_softmax";
  let description = [{
    Jang et al., ICLR 2017: `softmax((logits + noise) / tau)` along the axis. With
    `hard` the value is 1 at its maximum and 0 elsewhere, and the gradient is that of
    the soft value (straight through). noise has the Gumbel distribution:
    `dl.gumbel` draws it.
    ```mlir
    %noise = dl.gumbel : tensor<8x10xf32>
    %y = dl.gumbel_softmax %logits, %noise {axis = 1, hard, tau = 0.5} : tensor<8x10xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape of rank 1 or more">:$logits,
    Arg<Dl_FloatTensor, "Gumbel noise, shape and type of logits">:$noise,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "temperature, above 0">:$tau,
    Arg<UnitAttr, "y is 1 at its maximum and 0 elsewhere">:$hard,
    Arg<I64Attr, "the dimension along which y sums to 1">:$axis);
  let results = (outs Res<Dl_FloatTensor, "shape and type of logits">:$y);
  let assemblyFormat = "$logits `,` $noise attr-dict `:` type($logits)";
  let hasVerifier = 1;
}

#endif // DL_ACTIVATION_TD
