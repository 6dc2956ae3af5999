//===- Normalisation.td - Zero mean, unit variance --------------*- tablegen -*-===//

#ifndef DL_NORMALISATION_TD
#define DL_NORMALISATION_TD

include "dialects/Dl/DlAttrs.td"

def Dl_BatchNormOp : Dl_Op<"batch_norm", [
    InferTypeOpAdaptor, Dl_HasMode,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "batch normalisation of a channel, as torch.nn.BatchNorm2d";
  let description = [{
    Ioffe and Szegedy, ICML 2015. `y = (x - mean) / sqrt(var + eps) * weight + bias`.
    In mode `train` mean and (biased) variance are those of the batch, and the two
    buffers move: `running = (1 - momentum) running + momentum batch`, with the
    unbiased variance. In mode `eval` they are the buffers. Channels are dimension 1.
    ```mlir
    %y = dl.batch_norm %x, %g, %b stats(@running_mean, @running_var) : tensor<8x16x32x32xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x32x32xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Dl_FloatTensor:$weight, Dl_FloatTensor:$bias,
    FlatSymbolRefAttr:$running_mean, FlatSymbolRefAttr:$running_var,
    OptionalAttr<Dl_ModeAttr>:$mode,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$eps,
    DefaultValuedAttr<F64Attr, "0.1">:$momentum);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias `stats` `(` $running_mean `,` $running_var `)`
    (`mode` `(` custom<Mode>($mode)^ `)`)? attr-dict
    `:` type($x) `,` type($weight) `,` type($bias) `->` type($y)
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
    DefaultValuedAttr<F64Attr, "1.0e-5">:$eps,
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
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "batch_norm by given statistics";
  let description = [{
    ```mlir
    %y = dl.batch_norm_eval %x, %g, %b, %mean, %var : tensor<8x16x4x4xf32>, tensor<16xf32> -> tensor<8x16x4x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, Dl_FloatTensor:$weight, Dl_FloatTensor:$bias,
    Dl_FloatTensor:$mean, Dl_FloatTensor:$var,
    DefaultValuedAttr<F64Attr, "1.0e-5">:$eps,
    DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $weight `,` $bias `,` $mean `,` $var attr-dict
    `:` type($x) `,` type($weight) `,` type($bias) `,` type($mean) `,` type($var)
    `->` type($y)
  }];
}

#endif // DL_NORMALISATION_TD
