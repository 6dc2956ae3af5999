//===- Normalisation.td - Zero mean, unit variance ---------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_NORMALISATION_TD
#define DL_NORMALISATION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// What is added to a variance.
def Dl_Eps : ConfinedAttr<Dl_RealAttr, [AttrConstraint<
    CPred<"::dlc::dl::realValue($_self) >= 0">,
    "of 0 or more">]>;

def Dl_BatchNormOp : Dl_Op<"batch_norm", [
    Dl_InferTypes, Dl_Shorthand, Dl_HasMode, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "batch normalisation of a channel, as torch.nn.BatchNorm1d, BatchNorm2d";
  let description = [{
    Ioffe and Szegedy, ICML 2015. `y = (x - mean) / sqrt(var + eps) * weight + bias`.
    In mode `train` mean and (biased) variance are those of the batch, and the two
    buffers move: `running = (1 - momentum) running + momentum batch`, with the
    unbiased variance. In mode `eval` they are the buffers. Channels are dimension 1
    of an x of rank 2 or more (N x C, N x C x L, N x C x H x W). Without weight and
    bias they are 1 and 0; without `stats` both modes use the batch's. The gradient
    is that of `dl.batch_norm_train` or `dl.batch_norm_eval`.
    ```mlir
    %y = dl.batch_norm %x, %g, %b stats(@running_mean, @running_var) : tensor<8x16x32x32xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x32x32xf32>
    %z = dl.batch_norm %h mode(train) : tensor<8x16xf32> -> tensor<8x16xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Optional<Dl_FloatTensor>:$weight,
    Optional<Dl_FloatTensor>:$bias,
    OptionalAttr<FlatSymbolRefAttr>:$running_mean,
    OptionalAttr<FlatSymbolRefAttr>:$running_var,
    OptionalAttr<Dl_ModeAttr>:$mode,
    DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps,
    DefaultValuedAttr<Dl_RealAttr, "0.1">:$momentum);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $x (`,` $weight^ `,` $bias)? (`stats` `(` $running_mean^ `,` $running_var `)`)?
    (`mode` `(` custom<Mode>($mode)^ `)`)? attr-dict
    `:` type($x) (`,` type($weight)^ `,` type($bias))? `->` type($y)
  }];
}

def Dl_BatchNormTrainOp : Dl_PureOp<"batch_norm_train", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "batch_norm by the statistics of the batch";
  let description = [{
    Also gives the batch's mean, biased variance and `1 / sqrt(var + eps)`.
    The gradient runs through the statistics.
    ```mlir
    %y, %mean, %var, %rstd = dl.batch_norm_train %x, %g, %b : tensor<8x16x4x4xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>, tensor<16xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Dl_FloatTensor:$weight, Dl_FloatTensor:$bias,
    DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Dl_FloatTensor:$y, Dl_FloatTensor:$mean, Dl_FloatTensor:$var,
                      Dl_FloatTensor:$rstd);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias attr-dict
    `:` type($x) `,` type($weight) `,` type($bias)
    `->` type($y) `,` type($mean) `,` type($var) `,` type($rstd)
  }];
}

def Dl_BatchNormEvalOp : Dl_PureOp<"batch_norm_eval", [
    DeclareOpInterfaceMethods<Dl_Decomposable>, Dl_NoGradient<["mean", "var"]>]> {
  let summary = "batch_norm by given statistics";
  let description = [{
    The statistics have no gradient, as PyTorch's running ones.
    ```mlir
    %y = dl.batch_norm_eval %x, %g, %b, %mean, %var : tensor<8x16x4x4xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Dl_FloatTensor:$weight, Dl_FloatTensor:$bias,
    Dl_FloatTensor:$mean, Dl_FloatTensor:$var,
    DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias `,` $mean `,` $var attr-dict
    `:` type($x) `,` type($weight) `,` type($bias) `,` type($mean) `,` type($var)
    `->` type($y)
  }];
}

def Dl_NormalizeOp : Dl_PureOp<"normalize", [Dl_HasRule, Dl_IsComposite]> {
  let summary = "mean 0 and variance 1 over some dimensions";
  let description = [{
    `y = (x - mean) rstd` with `rstd = 1 / sqrt(var + eps)`, mean and biased
    variance over the dimensions `axes`, which the results mean, var and rstd do
    not have. The variance is taken of x - mean, so that a large mean costs no
    digits. What the other normalisations are made of. The gradient runs through
    the statistics: `dx = rstd (dy - mean(dy) - y mean(dy y))`.
    ```mlir
    %y, %mean, %var, %rstd = dl.normalize %x {axes = [1]} : tensor<8x64xf32> -> tensor<8x64xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, I64SmallVectorArrayAttr:$axes,
                       DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps);
  let results = (outs Dl_FloatTensor:$y, Dl_FloatTensor:$mean, Dl_FloatTensor:$var,
                      Dl_FloatTensor:$rstd);
  let assemblyFormat = [{
    $x attr-dict `:` type($x) `->` type($y) `,` type($mean) `,` type($var) `,` type($rstd)
  }];
}

/// An op with a weight and a bias that may both be missing.
class Dl_AffineNormOp<string mnemonic, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat([Dl_IsComposite], traits)> {
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "operands attr-dict `:` type(operands) `->` type($y)";
  let extraClassDeclaration = [{
    /// Null where there is none.
    ::mlir::Value getWeight() { return getNumOperands() > 1 ? getOperand(1) : ::mlir::Value(); }
    ::mlir::Value getBias() { return getNumOperands() > 2 ? getOperand(2) : ::mlir::Value(); }
  }];
}

def Dl_LayerNormOp : Dl_AffineNormOp<"layer_norm"> {
  let summary = "normalisation of the trailing dimensions, as torch.nn.LayerNorm";
  let description = [{
    Ba, Kiros and Hinton, 2016. `y = (x - mean) / sqrt(var + eps) * weight + bias`
    with mean and biased variance over the dimensions from `axis` on (default: the
    last one alone). weight and bias have the shape of those dimensions; both, or
    the bias, may be missing. The gradient runs through mean and variance.
    ```mlir
    %y = dl.layer_norm %x, %g, %b : tensor<8x10x64xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<8x10x64xf32>
    %z = dl.layer_norm %x {axis = 1} : tensor<8x10x64xf32> -> tensor<8x10x64xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Variadic<Dl_FloatTensor>:$affine,
                       OptionalAttr<I64Attr>:$axis,
                       DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps);
}

def Dl_RmsNormOp : Dl_AffineNormOp<"rms_norm", [Dl_HasRule]> {
  let summary = "division by the root mean square, as torch.nn.RMSNorm";
  let description = [{
    Zhang and Sennrich, NeurIPS 2019. `y = x / sqrt(mean(x^2) + eps) * weight`, the
    mean over the dimensions from `axis` on (default: the last one alone), whose
    shape is that of the weight, which may be missing. The default of `eps` is that
    of PyTorch: the distance from 1 to the next number of the type.
    Gradient, with h the quotient and g = dy weight:
    `dx = (g - h mean(g h)) / sqrt(mean(x^2) + eps)`.
    ```mlir
    %y = dl.rms_norm %x, %g {eps = 1.0e-6} : tensor<8x64xf32>, tensor<64xf32> -> tensor<8x64xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Variadic<Dl_FloatTensor>:$affine,
                       OptionalAttr<I64Attr>:$axis, OptionalAttr<Dl_Eps>:$eps);
}

def Dl_GroupNormOp : Dl_AffineNormOp<"group_norm"> {
  let summary = "normalisation of groups of channels, as torch.nn.GroupNorm";
  let description = [{
    Wu and He, ECCV 2018. The channels, dimension 1, are cut into `groups` equal
    parts; mean and biased variance are those of one part of one sample. weight and
    bias have an entry for each channel; both, or the bias, may be missing. The
    gradient runs through mean and variance.
    ```mlir
    %y = dl.group_norm %x, %g, %b {groups = 4} : tensor<8x16x4x4xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Variadic<Dl_FloatTensor>:$affine,
                       I64Attr:$groups,
                       DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps);
}

def Dl_InstanceNormOp : Dl_AffineNormOp<"instance_norm"> {
  let summary = "normalisation of each channel of each sample, as torch.nn.InstanceNorm2d";
  let description = [{
    Ulyanov, Vedaldi and Lempitsky, 2016. Mean and biased variance over the
    dimensions from 2 on, in training and evaluation alike. weight and bias have an
    entry for each channel; both, or the bias, may be missing. The gradient runs
    through mean and variance.
    ```mlir
    %y = dl.instance_norm %x : tensor<8x16x4x4xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Variadic<Dl_FloatTensor>:$affine,
                       DefaultValuedAttr<Dl_Eps, "1.0e-5">:$eps);
}

def Dl_LocalResponseNormOp : Dl_Op<"local_response_norm", [
    Pure, SameOperandsAndResultType, Dl_IsComposite]> {
  let summary = "division by what neighbouring channels do, as torch.nn.LocalResponseNorm";
  let description = [{
    Krizhevsky, Sutskever and Hinton, NIPS 2012, as PyTorch has it:
    `y = x / (k + alpha / size * s)^beta`, where s sums x^2 over `size` channels
    (dimension 1): from size / 2 before to (size - 1) / 2 behind, as far as they
    exist.
    ```mlir
    %y = dl.local_response_norm %x {size = 5, alpha = 1.0e-4, beta = 0.75, k = 2.0} : tensor<8x96x27x27xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, I64Attr:$size,
                       DefaultValuedAttr<Dl_RealAttr, "1.0e-4">:$alpha,
                       DefaultValuedAttr<Dl_RealAttr, "0.75">:$beta,
                       DefaultValuedAttr<Dl_RealAttr, "1.0">:$k);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dl_WeightNormOp : Dl_PureOp<"weight_norm", [Dl_IsComposite]> {
  let summary = "a weight as length and direction, as torch.nn.utils.weight_norm";
  let description = [{
    Salimans and Kingma, NIPS 2016. `w = g v / |v|`, |v| the Euclidean norm over all
    dimensions but `axis`. g has, as PyTorch's `weight_g`, the shape of v with an
    extent of 1 everywhere but there. What a step reads as the weight of any layer
    may be made so of two parameters. Where |v| is 0, w is 0 and so is the gradient.
    ```mlir
    %w = dl.weight_norm %v, %g : tensor<16x3x3x3xf32>, tensor<16x1x1x1xf32> -> tensor<16x3x3x3xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$v, Dl_FloatTensor:$g,
                       DefaultValuedAttr<I64Attr, "0">:$axis);
  let results = (outs Dl_FloatTensor:$w);
  let assemblyFormat = "$v `,` $g attr-dict `:` type($v) `,` type($g) `->` type($w)";
}

#endif // DL_NORMALISATION_TD
