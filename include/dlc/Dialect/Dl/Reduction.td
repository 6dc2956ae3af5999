//===- Reduction.td - Sums, maxima and their indices -------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_REDUCTION_TD
#define DL_REDUCTION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// Reduces the dimensions `axes`, which the parser puts in ascending order; all of
/// them where none is named, as in PyTorch. The result no longer has them, or with
/// `keep_dims` has them with extent 1.
class Dl_AxesOp<string mnemonic, Type operand, list<Trait> traits = [],
                string shape = "any shape">
    : Dl_PureOp<mnemonic, traits> {
  let arguments = (ins
    Arg<operand, shape>:$x,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{}">,
        "the dimensions that go away, in any order, each once; all if none is named">:$axes,
    Arg<UnitAttr, "they stay with extent 1">:$keep_dims);
  let results = (outs Res<operand, "the shape of x without `axes`, of its element type">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let extraClassDeclaration = [{
    /// The dimensions that are reduced, each by its number.
    ::llvm::SmallVector<int64_t> getReducedAxes() {
      return ::dlc::dl::reducedAxes(getX(), getAxes());
    }
  }];
}

//===----------------------------------------------------------------------===//
// Primitives
//===----------------------------------------------------------------------===//

class Dl_ReduceOp<string mnemonic, Type operand, list<Trait> traits = [],
                  string shape = "any shape">
    : Dl_AxesOp<mnemonic, operand, !listconcat([Dl_HasRule,
        DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>], traits),
        shape> {
  let hasCanonicalizer = 1;
}

def Dl_ReduceSumOp : Dl_ReduceOp<"reduce_sum", Dl_NumberTensor, [Dl_Counts]> {
  let summary = "sum over dimensions; gradient: broadcast";
  let description = [{
    ```mlir
    %y = dl.reduce_sum %x {axes = [0, 2]} : tensor<8x4x3xf32> -> tensor<4xf32>
    %z = dl.reduce_sum %x {axes = [1], keep_dims} : tensor<8x4x3xf32> -> tensor<8x1x3xf32>
    %s = dl.reduce_sum %x : tensor<8x4x3xf32> -> tensor<f32>
    ```
    As `torch.sum`, but integers keep their type and wrap. The sum of a cast of `i1` is
    a count; the op is an error if its type may overflow. The sum of no elements is 0.
    Long sums are computed in parts that follow from the shape.
  }];
  let hasFolder = 1;
}

def Dl_ReduceMaxOp : Dl_ReduceOp<"reduce_max", Dl_Tensor, [],
    "any shape that has elements along `axes`"> {
  let summary = "maximum over dimensions; the gradient is shared by equal maxima";
  let description = [{
    ```mlir
    %y = dl.reduce_max %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    ```
    As `torch.amax`: where several elements are the maximum, each takes an equal
    share of the gradient. The maximum of no elements is an error.
  }];
}

def Dl_ReduceMinOp : Dl_ReduceOp<"reduce_min", Dl_Tensor, [],
    "any shape that has elements along `axes`"> {
  let summary = "minimum over dimensions; the gradient is shared by equal minima";
  let description = [{
    ```mlir
    %y = dl.reduce_min %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    ```
    As `torch.amin`; see `reduce_max`.
  }];
}

class Dl_ArgOp<string mnemonic> : Dl_PureOp<mnemonic, [Dl_NoDerivative, Dl_Counts,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let arguments = (ins
    Arg<Dl_Tensor, "any shape that has elements along `axis`">:$x,
    Arg<I64Attr, "the dimension that goes away">:$axis,
    Arg<UnitAttr, "it stays with extent 1">:$keep_dims);
  let results = (outs
    Res<TensorOf<[I32]>, "indices along `axis`, the shape of x without it">:$index);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($index)";
  let hasCanonicalizer = 1;
}

def Dl_ArgmaxOp : Dl_ArgOp<"argmax"> {
  let summary = "index of the first maximum along a dimension";
  let description = [{
    ```mlir
    %i = dl.argmax %x {axis = 1} : tensor<8x10xf32> -> tensor<8xi32>
    ```
    NaN counts as the maximum, as in PyTorch.
  }];
}

def Dl_ArgminOp : Dl_ArgOp<"argmin"> {
  let summary = "index of the first minimum along a dimension";
  let description = [{
    ```mlir
    %i = dl.argmin %x {axis = 1, keep_dims} : tensor<8x10xf32> -> tensor<8x1xi32>
    ```
    NaN counts as the minimum, as in PyTorch.
  }];
}

//===----------------------------------------------------------------------===//
// Composites
//===----------------------------------------------------------------------===//

def Dl_ReduceProdOp : Dl_AxesOp<"reduce_prod", Dl_NumberTensor, [Dl_IsComposite]> {
  let summary = "product over dimensions";
  let description = [{
    ```mlir
    %y = dl.reduce_prod %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    ```
    As `torch.prod`, over any number of dimensions; integers keep their type. The product of no
    elements is 1. It multiplies halves of x, so the gradient needs no division and is
    exact where elements are 0.
  }];
}

def Dl_MeanOp : Dl_AxesOp<"mean", Dl_FloatTensor, [Dl_IsComposite]> {
  let summary = "arithmetic mean over dimensions; gradient: broadcast / n";
  let description = [{
    ```mlir
    %y = dl.mean %x {axes = [2, 3]} : tensor<8x64x7x7xf32> -> tensor<8x64xf32>
    ```
    As `torch.mean`; the mean of no elements is NaN.
  }];
}

def Dl_VarOp : Dl_AxesOp<"var", Dl_FloatTensor, [Dl_IsComposite, Dl_HasRule]> {
  let summary = "variance over dimensions: sum (x - mean)^2 / (n - correction)";
  let description = [{
    As `torch.var`; `correction` 1 (the default) makes the estimate unbiased, 0 gives the
    mean square. Where n is not above `correction` the divisor is 0. Computed in two
    passes, so without cancellation. Gradient: 2 (x - mean) / (n - correction).
    ```mlir
    %y = dl.var %x {axes = [0], correction = 0} : tensor<8x4xf32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape">:$x,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{}">,
        "the dimensions that go away, in any order, each once; all if none is named">:$axes,
    Arg<UnitAttr, "they stay with extent 1">:$keep_dims,
    Arg<DefaultValuedAttr<I64Attr, "1">,
        "subtracted from the number of elements">:$correction);
}

def Dl_LogsumexpOp : Dl_AxesOp<"logsumexp", Dl_FloatTensor,
                               [Dl_IsComposite, Dl_HasRule]> {
  let summary = "log(sum e^x) over dimensions; gradient e^(x - y), the softmax";
  let description = [{
    As `torch.logsumexp`: computed from the differences to the maximum, so nothing
    overflows. If all x are -infinity, y is -infinity and the gradient 0; if one x is
    +infinity, y is +infinity and the gradient NaN, as in PyTorch.
    ```mlir
    %y = dl.logsumexp %x {axes = [1]} : tensor<8x10xf32> -> tensor<8xf32>
    ```
  }];
}

def Dl_NormOp : Dl_AxesOp<"norm", Dl_FloatTensor, [Dl_IsComposite, Dl_HasRule]> {
  let summary = "(sum |x|^p)^(1/p) over dimensions";
  let description = [{
    As `torch.linalg.vector_norm`; p is 2 unless given. `inf` gives the greatest |x|,
    `-inf` the least, 0 the number of elements that are not 0. Computed
    from x over its greatest |x|, so squares neither overflow nor vanish.
    Gradient: sign(x) (|x| / y)^(p - 1), and 0 where x or y is 0; with `inf` it is
    shared by the elements that attain y.
    ```mlir
    %y = dl.norm %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    %z = dl.norm %x p inf {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor,
        "any shape; with p `inf` or `-inf` one that has elements along `axes`">:$x,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{}">,
        "the dimensions that go away, in any order, each once; all if none is named">:$axes,
    Arg<UnitAttr, "they stay with extent 1">:$keep_dims,
    Arg<DefaultValuedAttr<Dl_RealAttr, "2.0">, "order of the norm">:$p);
  let assemblyFormat = [{
    $x custom<NormOrder>($p) attr-dict `:` type($x) `->` type($y)
  }];
}

def Dl_AnyOp : Dl_AxesOp<"any", Dl_BoolTensor, [Dl_IsComposite]> {
  let summary = "true if any element is true; of no elements false";
  let description = [{
    ```mlir
    %y = dl.any %m {axes = [1]} : tensor<8x4xi1> -> tensor<8xi1>
    ```
  }];
}

def Dl_AllOp : Dl_AxesOp<"all", Dl_BoolTensor, [Dl_IsComposite]> {
  let summary = "true if all elements are true; of no elements true";
  let description = [{
    ```mlir
    %y = dl.all %m : tensor<8x4xi1> -> tensor<i1>
    ```
  }];
}

def Dl_CountEqualOp : Dl_PureOp<"count_equal", [SameTypeOperands, Dl_IsComposite, Dl_Counts]> {
  let summary = "number of equal elements of two tensors";
  let description = [{
    ```mlir
    %n = dl.count_equal %a, %b : tensor<8xi32> -> tensor<i32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_IntTensor, "any shape">:$a,
    Arg<Dl_IntTensor, "shape and type of a">:$b);
  let results = (outs Res<Dl_ScalarOf<[I32]>, "a scalar">:$count);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `->` type($count)";
}

#endif // DL_REDUCTION_TD
