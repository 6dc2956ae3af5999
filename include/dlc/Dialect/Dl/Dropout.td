//===- Dropout.td - Elements dropped at random -------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_DROPOUT_TD
#define DL_DROPOUT_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// `{p = @name}` is what optimizers have; here it is a value.
def Dl_DropoutNumber : FloatAttrBase<F64, "number, or a value in p(...)"> {
  let predicate = Dl_RealAttr.predicate;
}

class Dl_AnyDropoutOp<string mnemonic> : Dl_Op<mnemonic, [
    AllTypesMatch<["x", "y"]>, Dl_Shorthand, Dl_HasMode, Dl_NoGradient<["probability"]>,
    DeclareOpInterfaceMethods<Dl_Random, ["isRandom"]>]> {
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape; N x C x ... with `channels`">:$x,
    Arg<Optional<Dl_FloatScalar>,
        "probability that an element is left out, from 0 to 1, as a value">:$probability,
    Arg<OptionalAttr<Dl_DropoutNumber>,
        "the same as a number; 0.5 if neither is given">:$p,
    Arg<UnitAttr, "leaves out whole channels">:$channels,
    Arg<OptionalAttr<Dl_ModeAttr>, "`train` or `eval`; that of the call if not given">:$mode);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = [{
    $x (`p` `(` $probability^ `)`)? (`mode` `(` custom<Mode>($mode)^ `)`)?
    attr-dict `:` type($x) (`,` type($probability)^)?
  }];
  let extraClassDeclaration = [{
    /// The attribute p, or its default.
    double getNumber() { return getP() ? getP()->convertToDouble() : 0.5; }
    /// The hyper-parameter that is read for p, if any.
    ::llvm::SmallVector<HyperUse> getHypers();
  }];
  let hasVerifier = 1;
}

def Dl_DropoutOp : Dl_AnyDropoutOp<"dropout"> {
  let summary = "leaves out elements with probability p, as torch.nn.Dropout";
  let description = [{
    In mode `train` an element is kept where `dl.bernoulli` of 1 - p draws 1, and
    then divided by 1 - p; otherwise it is 0. In mode `eval` the op is the
    identity. With `channels`, whole channels are left out (torch.nn.Dropout1d,
    Dropout2d): the elements that share their first two indices share a draw.
    The gradient is masked and divided likewise. The mask is not kept for the backward
    pass: its kernels compute it again.

    p is 0.5 unless given. It may be a value too, which may change from call to
    call. A `dl.hparam` that is read for it has the range `up_to_one`; a computed value
    outside 0 to 1 is clamped to that range. A value draws the same mask as an equal
    attribute, to the bit, and has no derivative.
    ```mlir
    %y = dl.dropout %x {p = 0.25} : tensor<8x128xf32>
    %z = dl.dropout %x mode(train) {channels} : tensor<8x16x4x4xf32>
    %p = dl.read_hparam @p : tensor<f32>
    %u = dl.dropout %x p(%p) : tensor<8x128xf32>, tensor<f32>
    ```
  }];
}

def Dl_AlphaDropoutOp : Dl_AnyDropoutOp<"alpha_dropout"> {
  let summary = "dropout that keeps mean 0 and variance 1, as torch.nn.AlphaDropout";
  let description = [{
    Klambauer et al., NIPS 2017, for networks of SELUs. Dropped elements take the
    value c = -1.7580993 to which SELU saturates, then all elements are scaled and shifted:
    `a select(kept, x, c) + b` with `a = 1 / sqrt((1 - p) (1 + p c^2))` and
    `b = -a c p`. At p = 1 all elements are 0. In mode `eval` the op is the identity. `channels`
    and p are as for `dl.dropout`. Gradient: a where kept, 0 elsewhere.
    ```mlir
    %y = dl.alpha_dropout %x {p = 0.1} : tensor<8x128xf32>
    %z = dl.alpha_dropout %x p(%p) : tensor<8x128xf32>, tensor<f64>
    ```
  }];
}

#endif // DL_DROPOUT_TD
