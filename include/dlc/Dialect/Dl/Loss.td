//===- Loss.td - Loss functions ----------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each is as PyTorch's function of the same name. `reduction(...)` selects how
// the terms are combined: `mean` (the default), `sum`, or `none`, which returns
// them unreduced.
//
//===----------------------------------------------------------------------===//

#ifndef DL_LOSS_TD
#define DL_LOSS_TD

include "dlc/Dialect/Dl/DlAttrs.td"

defvar Dl_Reduction =
    DefaultValuedAttr<Dl_LossReductionAttr, "::dlc::dl::LossReduction::Mean">;

//===----------------------------------------------------------------------===//
// Losses of classes
//===----------------------------------------------------------------------===//

/// Scores N x C x d1 x ... with class indices N x d1 x ...
class Dl_ClassLossOp<string mnemonic, list<Trait> traits = [],
                     dag constants = (ins)>
    : Dl_PureOp<mnemonic, !listconcat(
        [Dl_IsComposite, Dl_NoGradient<["weight"]>], traits)> {
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "scores, N x C x d1 x ..., C 1 or more">:$input,
    Arg<Dl_IntTensor,
        "the class of each place, N x d1 x ...: from 0 to C - 1, or `ignore_index`">:$label,
    Arg<Optional<Dl_FloatTensor>,
        "a factor for each class, C, of the element type of input; ones if not given">:$weight,
    Arg<DefaultValuedAttr<I64Attr, "-100">, "label of places that do not count">:$ignore_index,
    Arg<Dl_Reduction, "`mean`, `sum` or `none`">:$reduction), constants);
  let results = (outs
    Res<Dl_FloatTensor,
        "a scalar; with `none` N x d1 x ...; of the element type of input">:$loss);
  let assemblyFormat = [{
    $input `,` $label (`weight` $weight^)?
    (`reduction` `(` custom<LossReduction>($reduction)^ `)`)? attr-dict
    `:` type($input) `,` type($label) (`,` type($weight)^)? `->` type($loss)
  }];
  let hasVerifier = 1;
}

def Dl_CrossEntropyOp : Dl_ClassLossOp<"cross_entropy", [Dl_HasRule],
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">,
        "share of the target that is spread over all classes, from 0 to 1">:$label_smoothing)> {
  let summary = "-log softmax(logits)[label], as torch.nn.functional.cross_entropy";
  let description = [{
    Logits are N x C or N x C x d1 x ..., label has the same shape without C.
    Computed as logsumexp(z) - z[label] with the row's maximum taken out.
    `weight` has one factor a class; the mean is then over the weights of the
    labels. Where the label is `ignore_index` the term is 0 and does not count.
    With `label_smoothing` = s the target is 1 - s of the label and s / C of every
    class. A step with a label outside the classes fails with a message.
    Gradient of the logits: softmax - target, times the term's share; label and
    weight have no gradient.
    ```mlir
    %loss = dl.cross_entropy %logits, %label : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
    %terms = dl.cross_entropy %logits, %label weight %w reduction(none) {label_smoothing = 0.1} : tensor<8x10xf32>, tensor<8xi64>, tensor<10xf32> -> tensor<8xf32>
    ```
  }];
}

def Dl_NllOp : Dl_ClassLossOp<"nll"> {
  let summary = "-input[label], as torch.nn.functional.nll_loss";
  let description = [{
    Input holds log-probabilities, the result of `log_softmax`; all else is as for
    `cross_entropy`. Gradient: minus the term's share at the label, 0 elsewhere.
    ```mlir
    %loss = dl.nll %logp, %label : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Losses of numbers
//===----------------------------------------------------------------------===//

/// A term for each element of input and target, which have one type.
class Dl_TermLossOp<string mnemonic, string formula, list<Trait> traits = [],
                    dag constants = (ins),
                    string reductions = "`mean`, `sum` or `none`">
    : Dl_PureOp<mnemonic, !listconcat(
        [Dl_IsComposite, AllTypesMatch<["input", "target"]>], traits)> {
  let summary = formula;
  let description = "```mlir\n%loss = dl." # mnemonic
      # " %x, %t : tensor<8x4xf32> -> tensor<f32>\n```";
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "x of the formula, any shape">:$input,
    Arg<Dl_FloatTensor, "t of the formula, shape and type of input">:$target,
    Arg<Dl_Reduction, reductions>:$reduction), constants);
  let results = (outs
    Res<Dl_FloatTensor, "a scalar; with `none` the shape of input; of its element type">:$loss);
  let assemblyFormat = [{
    $input `,` $target
    (`reduction` `(` custom<LossReduction>($reduction)^ `)`)? attr-dict
    `:` type($input) `->` type($loss)
  }];
  code inference = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        $cppClass::Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return inferTermLoss(location, getOperationName(), adaptor.getInput(),
                           adaptor.getReduction(), types);
    }
  }];
  let extraClassDefinition = inference;
}

def Dl_MseOp : Dl_TermLossOp<"mse", "(x - t)^2; gradient 2 (x - t)">;
def Dl_L1Op : Dl_TermLossOp<"l1", "|x - t|; gradient sign(x - t)">;

def Dl_SmoothL1Op : Dl_TermLossOp<"smooth_l1",
    "(x - t)^2 / (2 beta) where |x - t| < beta, |x - t| - beta / 2 elsewhere", [],
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">,
        "distance at which the square ends, 0 or more; at 0 the loss is `l1`">:$beta)> {
  let hasVerifier = 1;
}

def Dl_HuberOp : Dl_TermLossOp<"huber",
    "(x - t)^2 / 2 where |x - t| < delta, delta (|x - t| - delta / 2) elsewhere", [],
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "distance at which the square ends, above 0">:$delta)> {
  let hasVerifier = 1;
}

def Dl_HingeOp : Dl_TermLossOp<"hinge",
    "max(0, 1 - t x) for targets -1 and 1; gradient -t where t x < 1, 0 elsewhere">;

def Dl_BceOp : Dl_TermLossOp<"bce",
    "-(t log(x) + (1 - t) log(1 - x)) of probabilities; logarithms are at least -100",
    [Dl_HasRule]> {
  let description = [{
    Gradient of x: `(x - t) / max(x (1 - x), 1e-12)`.
    ```mlir
    %loss = dl.bce %p, %t : tensor<8x4xf32> -> tensor<f32>
    ```
  }];
}

def Dl_KlDivOp : Dl_TermLossOp<"kl_div",
    "t (log(t) - x) for log-probabilities x, 0 where t is 0", [],
    (ins Arg<UnitAttr, "the target holds logarithms">:$log_target),
    "`mean`, `sum`, `batchmean` (the sum over the extent of dimension 0) or `none`"> {
  let description = [{
    With `log_target` the target holds logarithms too: `e^t (t - x)`.
    `reduction(batchmean)`, the sum over the extent of dimension 0, is the
    divergence's definition; the default is the mean over all elements.
    ```mlir
    %loss = dl.kl_div %logp, %t reduction(batchmean) : tensor<8x4xf32> -> tensor<f32>
    ```
  }];
}

def Dl_BceWithLogitsOp : Dl_PureOp<"bce_with_logits", [
    Dl_IsComposite, Dl_HasRule, Dl_NoGradient<["pos_weight"]>,
    AllTypesMatch<["input", "target"]>]> {
  let summary = "binary cross entropy of sigmoid(x), finite for every x";
  let description = [{
    `(1 - t) x + (1 + (p - 1) t) softplus(-x)`, where p is `pos_weight`, of a shape
    that broadcasts to x's, or 1. Gradient of x:
    `(1 + (p - 1) t) sigmoid(x) - p t`; p has no gradient, as in PyTorch.
    ```mlir
    %loss = dl.bce_with_logits %x, %t : tensor<8x4xf32> -> tensor<f32>
    %sum = dl.bce_with_logits %x, %t pos_weight %p reduction(sum) : tensor<8x4xf32>, tensor<4xf32> -> tensor<f32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "logits, any shape">:$input,
    Arg<Dl_FloatTensor, "probabilities, shape and type of input">:$target,
    Arg<Optional<Dl_FloatTensor>,
        "weights of the positive terms, of a shape that broadcasts to that of input and its "
        "element type; ones if not given">:$pos_weight,
    Arg<Dl_Reduction, "`mean`, `sum` or `none`">:$reduction);
  let results = (outs
    Res<Dl_FloatTensor, "a scalar; with `none` the shape of input; of its element type">:$loss);
  let assemblyFormat = [{
    $input `,` $target (`pos_weight` $pos_weight^)?
    (`reduction` `(` custom<LossReduction>($reduction)^ `)`)? attr-dict
    `:` type($input) (`,` type($pos_weight)^)? `->` type($loss)
  }];
  let hasVerifier = 1;
}

#endif // DL_LOSS_TD
