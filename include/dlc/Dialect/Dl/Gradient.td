//===- Gradient.td - Derivatives and descent ---------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_GRADIENT_TD
#define DL_GRADIENT_TD

include "dlc/Dialect/Dl/DlBase.td"
include "dlc/Dialect/Dl/DlAttrs.td"

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
    op by the reverse-mode program. The op may stand in a step, in a function, and in
    the body of a `dl.scan`, for the values there.

    A target is one particular value: equal values do not count. Examples are the results
    of two identical ops, two `dl.read`s of one parameter, and an argument of a function
    and the value passed for it: the gradient follows only the uses of the target itself.
    (`dl.read ... shared` stands for all reads of the entry.)
    ```mlir
    %dx, %dw = dl.gradient %y wrt %x, %w : tensor<f32> -> tensor<8x4xf32>, tensor<1x4xf32>
    %hv = dl.gradient %dx wrt %x cotangent(%v) : tensor<8x4xf32> -> tensor<8x4xf32>
    ```
    The op is differentiable like any other, with respect to the cotangent too.
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "the value to differentiate: a scalar, or with a cotangent any shape">:$y,
    Arg<Variadic<Dl_FloatTensor>,
        "values to differentiate with respect to, of any shapes and of any of these types">:$targets,
    Arg<Optional<Dl_FloatTensor>,
        "weights of the elements of y, shape and type of y; 1 if not given">:$cotangent);
  let results = (outs
    Res<Variadic<Dl_WrittenFloatTensor>, "one for each target, of its shape and type">:$gradients);
  let assemblyFormat = [{
    $y `wrt` $targets (`cotangent` `(` $cotangent^ `)`)? attr-dict `:` type($y)
    custom<SameTypeIfThere>(ref(type($y)), ref($cotangent), type($cotangent))
    `->` type($gradients)
  }];
  let hasVerifier = 1;
}

def Dl_VariableOp : Dl_Op<"variable", [SameOperandsAndResultType, Dl_HasRule,
                                      Dl_CheapToRepeat]> {
  let summary = "the identity, which no pass merges or folds";
  let description = [{
    Keeps equal values distinct as targets of gradients: no pass folds the op or merges
    two of them. The `resolve` phase puts one behind each target of a `dl.gradient` and
    behind a parameter that is read after it was written; the `grad` phase drops them
    when no gradient is left.
    ```mlir
    %t = dl.variable %x : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_FloatTensor, "any shape">:$x);
  // Modelled as an allocation: unused ones are erased, and two are never
  // merged.
  let results = (outs Res<Dl_FloatTensor, "shape and type of x", [MemAlloc]>:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Dl_DependsOp : Dl_Op<"depends", [Pure, Dl_Shorthand]> {
  let summary = "whether y has a gradient with respect to each target";
  let description = [{
    The `resolve` phase makes it for a `dl.minimize` whose loss may depend on a parameter
    only through a `dl.gradient`. Each target is the current value of the entry of that
    name; its result is true if ops that pass gradients on compute y from it. The `grad`
    phase replaces the op by constants.
    ```mlir
    %d = dl.depends %loss on %w of ["fc.weight"] : tensor<f32> on tensor<8x4xf32> -> tensor<i1>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape">:$y,
    Arg<Variadic<Dl_FloatTensor>,
        "current values of entries of the state, of any shapes and of any of these types">:$targets,
    Arg<StrArrayAttr, "the names of these entries, one for each target">:$entries);
  let results = (outs Res<Variadic<Dl_BoolTensor>, "one for each target, a scalar">:$answers);
  let assemblyFormat = [{
    $y `on` $targets `of` $entries attr-dict `:` type($y) `on` type($targets)
    `->` type($answers)
  }];
  let hasVerifier = 1;
}

def Dl_StopGradientOp : Dl_Op<"stop_gradient", [Pure, SameOperandsAndResultType,
    Dl_CheapToRepeat, Dl_NoGradient<["x"]>,
    DeclareOpInterfaceMethods<Dl_RowParallel>,
    DeclareOpInterfaceMethods<Dl_Differentiable>]> {
  let summary = "the identity, with derivative zero";
  let description = [{
    ```mlir
    %t = dl.stop_gradient %x : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_FloatTensor, "any shape">:$x);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

/// A number or the name of a `dl.hparam`.
def Dl_HyperArg : Attr<CPred<"::llvm::isa<::mlir::FloatAttr, ::mlir::FlatSymbolRefAttr>($_self)">,
                       "a number or a hyper-parameter"> {
  let storageType = "::mlir::Attribute";
  let returnType = "::mlir::Attribute";
  let convertFromStorage = "$_self";
}
def Dl_GroupArg : Attr<CPred<"::llvm::isa<::dlc::dl::GroupAttr>($_self)">,
                       "a group of parameters">;

def Dl_MinimizeOp : Dl_Op<"minimize", [Dl_Shorthand,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "one step of descent on a scalar";
  let description = [{
    Abbreviates the gradient of `loss` with respect to every parameter whose name
    matches one of the patterns (`*` stands for any run of characters), one update
    a parameter by the rule of the optimizer, and the writes.
    ```mlir
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) frozen ["embed.*"]
        groups [#dl.group<["*.bias"], lr = 2.0, weight_decay = 0.0>]
        accumulate(4) clip_norm(1.0) average(0.999) : tensor<f32>, tensor<f32>
    ```
    The clauses may stand in any order. The learning rate may be a number or the name
    of a `dl.hparam` too; then no type stands for it:
    ```mlir
    dl.minimize %loss with @adam over ["*"] lr(1.0e-3) : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(@lr) : tensor<f32>
    ```
    A parameter has no gradient if the loss does not depend on it through ops that pass
    gradients on (`dl.stop_gradient`, indices and booleans do not). The op then leaves the
    parameter and its slots unchanged, as PyTorch does if `grad` is `None`: no weight decay
    applies. A warning names it. A computed gradient that is zero (of `dl.sign`, of a
    product with 0) is a gradient like any other.

    Optional clauses; a number, from 0 to 1 in `average` and of 0 or more
    elsewhere, may be the name of a `dl.hparam` too:

    - `frozen [...]`: parameters that stay unchanged.
    - `groups [#dl.group<...>, ...]`: parameters with a factor on the learning rate
      and a weight decay of their own. No parameter may be in two groups.
    - `accumulate(n)`: calls add up the mean of n gradients; every nth makes the
      update, the others change no parameter and no state of the rule.
    - `clip_value(v)`: gradients between -v and v, as
      `torch.nn.utils.clip_grad_value_`.
    - `clip_norm(v)`: all gradients by one factor, so that the norm of all together
      is at most v: `dl.clip_by_global_norm`.
    - `noise(eta)` or `noise(eta, gamma)`: normal noise of variance
      eta / (1 + t)^gamma is added to every element of the gradients, t being the
      number of updates before; gamma is 0.55 unless given. Neelakantan et al.,
      "Adding gradient noise improves learning for very deep networks", 2015.
    - `clip_weights(v)`: new parameters between -v and v. Arjovsky, Chintala and
      Bottou, "Wasserstein GAN", 2017. Parameters without a gradient are clipped too.
    - `average(d)`: keeps d * average + (1 - d) * parameter, starting from the first
      update's result, as `torch.optim.swa_utils.AveragedModel` with
      `get_ema_multi_avg_fn(d)`; `averaged(@optimizer)` on a `dl.call` or `dl.read`
      reads it. Parameters without a gradient are averaged too.
  }];
  let arguments = (ins
    Arg<Dl_FloatScalar, "the value to minimize, a scalar">:$loss,
    Arg<FlatSymbolRefAttr, "the `dl.optimizer` whose rule makes the updates">:$optimizer,
    Arg<StrArrayAttr,
        "names of the parameters that change; `*` stands for any characters">:$patterns,
    Arg<Optional<Dl_FloatScalar>, "learning rate, a scalar of either type">:$lr,
    Arg<OptionalAttr<Dl_HyperArg>,
        "the same as a number or a hyper-parameter, in place of the value">:$rate,
    Arg<OptionalAttr<StrArrayAttr>,
        "names of parameters that stay unchanged, patterns too">:$frozen,
    Arg<OptionalAttr<TypedArrayAttrBase<Dl_GroupArg, "groups of parameters">>,
        "`#dl.group<...>`s: patterns of names with a factor on the learning rate and a weight "
        "decay of their own">:$groups,
    Arg<OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>,
        "number of calls for one update, 1 or more">:$accumulate,
    Arg<OptionalAttr<Dl_HyperArg>,
        "greatest magnitude of an element of a gradient, 0 or more">:$clip_value,
    Arg<OptionalAttr<Dl_HyperArg>,
        "greatest norm of all gradients together, 0 or more">:$clip_norm,
    Arg<OptionalAttr<Dl_HyperArg>,
        "variance of the noise added to the gradients at the first update, 0 or more">:$noise,
    Arg<OptionalAttr<Dl_HyperArg>,
        "decay rate of the noise, 0 or more; the second number of `noise`">:$noise_decay,
    Arg<OptionalAttr<Dl_HyperArg>,
        "greatest magnitude of an element of a new parameter, 0 or more">:$clip_weights,
    Arg<OptionalAttr<Dl_HyperArg>, "weight of the old average, from 0 to 1">:$average);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The numbers of its clauses. `rate` is the learning rate unless `lr` is a
    /// value.
    ::llvm::SmallVector<HyperUse> getHypers();
  }];
  let hasVerifier = 1;
}

#endif // DL_GRADIENT_TD
