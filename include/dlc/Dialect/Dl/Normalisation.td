//===- Normalisation.td - Zero mean, unit variance ---------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_NORMALISATION_TD
#define DL_NORMALISATION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// A constant added to a variance.
def Dl_Eps : ConfinedAttr<Dl_RealAttr, [AttrConstraint<
    CPred<"::dlc::dl::realValue($_self) >= 0">,
    "of 0 or more">]>;

def Dl_BatchNormOp : Dl_Op<"batch_norm", [
    Dl_InferTypes, Dl_Shorthand, Dl_HasMode, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "batch normalisation of a channel, as torch.nn.BatchNorm1d and torch.nn.BatchNorm2d";
  let description = [{
    Ioffe and Szegedy, ICML 2015. `y = (x - mean) / sqrt(var + eps) * weight + bias`.
    In mode `train` mean and (biased) variance are those of the batch, and the op updates
    the two buffers: `running = (1 - momentum) running + momentum batch`, with the
    unbiased variance. In mode `eval` mean and variance are the buffers. Channels are dimension 1
    of an x of rank 2 or more (N x C, N x C x L, N x C x H x W). Weight
    defaults to 1 and bias to 0; without `stats` both modes use the statistics of the batch. The gradient
    is that of `dl.batch_norm_train` or `dl.batch_norm_eval`.
    ```mlir
    %y = dl.batch_norm %x, %g, %b stats(@running_mean, @running_var) : tensor<8x16x32x32xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x32x32xf32>
    %z = dl.batch_norm %h mode(train) : tensor<8x16xf32> -> tensor<8x16xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "N x C x ..., of rank 2 or more">:$x,
    Arg<Optional<Dl_FloatTensor>,
        "factors of the channels, C, of the element type of x; ones if not given">:$weight,
    Arg<Optional<Dl_FloatTensor>,
        "terms of the channels, C, of the element type of x; zeros if not given">:$bias,
    Arg<OptionalAttr<FlatSymbolRefAttr>, "buffer of the running means, C">:$running_mean,
    Arg<OptionalAttr<FlatSymbolRefAttr>, "buffer of the running variances, C">:$running_var,
    Arg<OptionalAttr<Dl_ModeAttr>, "`train` or `eval`; that of the call if not given">:$mode,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.1">,
        "weight of the batch in the running statistics; only with `stats`">:$momentum);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = [{
    $x (`,` $weight^ `,` $bias)? (`stats` `(` $running_mean^ `,` $running_var `)`)?
    (`mode` `(` custom<Mode>($mode)^ `)`)? attr-dict
    `:` type($x) (`,` type($weight)^ `,` type($bias))? `->` type($y)
  }];
}

def Dl_BatchNormTrainOp : Dl_PureOp<"batch_norm_train", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "batch normalisation by the statistics of the batch";
  let description = [{
    The op also returns the batch's mean, biased variance and `1 / sqrt(var + eps)`.
    The gradient passes through the statistics.
    ```mlir
    %y, %mean, %var, %rstd = dl.batch_norm_train %x, %g, %b : tensor<8x16x4x4xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>, tensor<16xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape of rank 2 or more, with C channels in dimension `axis`">:$x,
    Arg<Dl_FloatTensor, "factors of the channels, C, of the element type of x">:$weight,
    Arg<Dl_FloatTensor, "terms of the channels, C, of the element type of x">:$bias,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps,
    Arg<DefaultValuedAttr<I64Attr, "1">, "the dimension of the channels">:$axis);
  let results = (outs
    Res<Dl_FloatTensor, "shape and type of x">:$y,
    Res<Dl_FloatTensor, "means of the channels, C">:$mean,
    Res<Dl_FloatTensor, "biased variances of the channels, C">:$var,
    Res<Dl_FloatTensor, "1 / sqrt(var + eps), C">:$rstd);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias attr-dict
    `:` type($x) `,` type($weight) `,` type($bias)
    `->` type($y) `,` type($mean) `,` type($var) `,` type($rstd)
  }];
}

def Dl_BatchNormEvalOp : Dl_PureOp<"batch_norm_eval", [
    DeclareOpInterfaceMethods<Dl_Decomposable>, Dl_NoGradient<["mean", "var"]>]> {
  let summary = "batch normalisation by given statistics";
  let description = [{
    The statistics have no gradient, as PyTorch's running statistics.
    ```mlir
    %y = dl.batch_norm_eval %x, %g, %b, %mean, %var : tensor<8x16x4x4xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape of rank 2 or more, with C channels in dimension `axis`">:$x,
    Arg<Dl_FloatTensor, "factors of the channels, C, of the element type of x">:$weight,
    Arg<Dl_FloatTensor, "terms of the channels, C, of the element type of x">:$bias,
    Arg<Dl_FloatTensor, "means of the channels, C, of the element type of x">:$mean,
    Arg<Dl_FloatTensor, "variances of the channels, C, of the element type of x">:$var,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps,
    Arg<DefaultValuedAttr<I64Attr, "1">, "the dimension of the channels">:$axis);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
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
    variance over the dimensions `axes`, which the results mean, var and rstd
    lack. The variance is computed from x - mean, so that a large mean costs no
    digits. The other normalisations decompose into this op. The gradient passes through
    the statistics: `dx = rstd (dy - mean(dy) - y mean(dy y))`.
    ```mlir
    %y, %mean, %var, %rstd = dl.normalize %x {axes = [1]} : tensor<8x64xf32> -> tensor<8x64xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape that has elements along `axes`">:$x,
    Arg<I64SmallVectorArrayAttr, "dimensions of the mean and variance, in any order, each once">:$axes,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps);
  let results = (outs
    Res<Dl_FloatTensor, "shape and type of x">:$y,
    Res<Dl_FloatTensor, "means, the shape of x without `axes`">:$mean,
    Res<Dl_FloatTensor, "biased variances, the shape of x without `axes`">:$var,
    Res<Dl_FloatTensor, "1 / sqrt(var + eps), the shape of x without `axes`">:$rstd);
  let assemblyFormat = [{
    $x attr-dict `:` type($x) `->` type($y) `,` type($mean) `,` type($var) `,` type($rstd)
  }];
}

/// An op with a weight and a bias that may both be missing.
class Dl_AffineNormOp<string mnemonic, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat([Dl_IsComposite], traits)> {
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "operands attr-dict `:` type(operands) `->` type($y)";
  let extraClassDeclaration = [{
    /// Null if absent.
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
  let arguments = (ins
    Arg<Dl_FloatTensor,
        "any shape of rank 1 or more that has elements along the dimensions from `axis` on">:$x,
    Arg<Variadic<Dl_FloatTensor>,
        "weight, then bias, each of the dimensions of x from `axis` on and of its element "
        "type">:$affine,
    Arg<OptionalAttr<I64Attr>,
        "first dimension of the mean and variance; the last one if not given">:$axis,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps);
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
  let arguments = (ins
    Arg<Dl_FloatTensor,
        "any shape of rank 1 or more that has elements along the dimensions from `axis` on">:$x,
    Arg<Variadic<Dl_FloatTensor>,
        "weight, of the dimensions of x from `axis` on and of its element type; one at "
        "most">:$affine,
    Arg<OptionalAttr<I64Attr>, "first dimension of the mean; the last one if not given">:$axis,
    Arg<OptionalAttr<Dl_Eps>,
        "added to the mean square, 0 or more; the distance from 1 to the next number of the type "
        "if not given">:$eps);
}

def Dl_GroupNormOp : Dl_AffineNormOp<"group_norm"> {
  let summary = "normalisation of groups of channels, as torch.nn.GroupNorm";
  let description = [{
    Wu and He, ECCV 2018. `groups` divides the channels, dimension 1, into equal
    parts; mean and biased variance are those of one part of one sample. weight and
    bias have an entry for each channel; both, or the bias, may be missing. The
    gradient runs through mean and variance.
    ```mlir
    %y = dl.group_norm %x, %g, %b {groups = 4} : tensor<8x16x4x4xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "N x C x ..., of rank 2 or more">:$x,
    Arg<Variadic<Dl_FloatTensor>,
        "weight, then bias, each of C and of the element type of x">:$affine,
    Arg<I64Attr, "parts of the channels, 1 or more; divides C">:$groups,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps);
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
  let arguments = (ins
    Arg<Dl_FloatTensor,
        "N x C x ..., of rank 3 or more, with two elements or more in each channel of a "
        "sample">:$x,
    Arg<Variadic<Dl_FloatTensor>,
        "weight, then bias, each of C and of the element type of x">:$affine,
    Arg<DefaultValuedAttr<Dl_Eps, "1.0e-5">, "added to the variance, 0 or more">:$eps);
}

def Dl_LocalResponseNormOp : Dl_Op<"local_response_norm", [
    Pure, SameOperandsAndResultType, Dl_IsComposite]> {
  let summary = "division by a function of neighbouring channels, as torch.nn.LocalResponseNorm";
  let description = [{
    Krizhevsky, Sutskever and Hinton, NIPS 2012, in PyTorch's form:
    `y = x / (k + alpha / size * s)^beta`, where s sums x^2 over `size` channels
    (dimension 1): from size / 2 before to (size - 1) / 2 behind, as far as they
    exist.
    ```mlir
    %y = dl.local_response_norm %x {size = 5, alpha = 1.0e-4, beta = 0.75, k = 2.0} : tensor<8x96x27x27xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "N x C x ..., of rank 3 or more">:$x,
    Arg<I64Attr, "neighbouring channels that count, 1 or more">:$size,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0e-4">, "factor of the mean of the squares">:$alpha,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.75">, "exponent">:$beta,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "term of the divisor">:$k);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dl_WeightNormOp : Dl_PureOp<"weight_norm", [Dl_IsComposite]> {
  let summary = "a weight from its length and direction, as torch.nn.utils.weight_norm";
  let description = [{
    Salimans and Kingma, NIPS 2016. `w = g v / |v|`, |v| the Euclidean norm over all
    dimensions but `axis`. g has, as PyTorch's `weight_g`, the shape of v with an
    extent of 1 everywhere but there. A step may compute the weight of any layer
    from two parameters in this way. Where |v| is 0, w is 0 and so is the gradient.
    ```mlir
    %w = dl.weight_norm %v, %g : tensor<16x3x3x3xf32>, tensor<16x1x1x1xf32> -> tensor<16x3x3x3xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "directions, any shape of rank 1 or more">:$v,
    Arg<Dl_FloatTensor,
        "lengths: the rank of v, its extent along `axis` and 1 elsewhere; of the element type of "
        "v">:$g,
    Arg<DefaultValuedAttr<I64Attr, "0">, "the dimension with one length for each index">:$axis);
  let results = (outs Res<Dl_FloatTensor, "shape and type of v">:$w);
  let assemblyFormat = "$v `,` $g attr-dict `:` type($v) `,` type($g) `->` type($w)";
}

#endif // DL_NORMALISATION_TD
