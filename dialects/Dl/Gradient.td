//===- Gradient.td - Derivatives and descent --------------------*- tablegen -*-===//

#ifndef DL_GRADIENT_TD
#define DL_GRADIENT_TD

include "dialects/Dl/DlBase.td"
include "dialects/Dl/DlAttrs.td"

def Dl_GradientOp : Dl_Op<"gradient", [Pure, Dl_Shorthand,
    AttrSizedOperandSegments,
    TypesMatchWith<"gradients have the types of their targets", "gradients",
                   "targets", "$_self">]> {
  let summary = "the derivative of a scalar, or along a cotangent, with respect to values";
  let description = [{
    Each result is d y / d x for one target, of the target's type; with a cotangent
    c, which has the type of y, it is d sum(c y) / d x, and y need not be a scalar. The
    results may be used further, in another gradient too: a Hessian-vector product is
    the gradient of a gradient along the vector. The `grad` phase replaces the
    op by the reverse-mode program. It may stand in a step, in a function, and in
    the body of a `dl.scan`, of the values there.
    ```mlir
    %dx, %dw = dl.gradient %y wrt %x, %w : tensor<f32> -> tensor<8x4xf32>, tensor<1x4xf32>
    %hv = dl.gradient %dx wrt %x cotangent(%v) : tensor<8x4xf32> -> tensor<8x4xf32>
    ```
    Gradient: as any other; the cotangent may be what another gradient is taken of.
  }];
  let arguments = (ins Dl_FloatTensor:$y, Variadic<Dl_FloatTensor>:$targets,
                       Optional<Dl_FloatTensor>:$cotangent);
  let results = (outs Variadic<Dl_FloatTensor>:$gradients);
  let assemblyFormat = [{
    $y `wrt` $targets (`cotangent` `(` $cotangent^ `)`)? attr-dict `:` type($y)
    custom<SameTypeIfThere>(ref(type($y)), ref($cotangent), type($cotangent))
    `->` type($gradients)
  }];
  let hasVerifier = 1;
}

def Dl_StopGradientOp : Dl_Op<"stop_gradient", [Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<Dl_RowParallel>,
    DeclareOpInterfaceMethods<Dl_Differentiable>]> {
  let summary = "the value itself, with derivative zero";
  let description = [{
    ```mlir
    %t = dl.stop_gradient %x : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Dl_MinimizeOp : Dl_Op<"minimize", [Dl_Shorthand,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "one step of descent on a scalar";
  let description = [{
    Short for: the gradient of `loss` with respect to every parameter whose name
    matches one of the patterns (`*` stands for any run of characters), one update
    a parameter by the rule of the optimizer, and the writes.
    ```mlir
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    ```
  }];
  let arguments = (ins Dl_FloatScalar:$loss, FlatSymbolRefAttr:$optimizer,
                       StrArrayAttr:$patterns, Dl_FloatScalar:$lr);
  let assemblyFormat = [{
    $loss `with` $optimizer `over` $patterns `lr` `(` $lr `)` attr-dict
    `:` type($loss) `,` type($lr)
  }];
}

#endif // DL_GRADIENT_TD
