//===- Sorting.td - Order along a dimension, running sums --*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_SORTING_TD
#define DL_SORTING_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_SortOp : Dl_PureOp<"sort", [Dl_HasRule, Dl_Irregular, Dl_Counts]> {
  let summary = "values sorted along a dimension, and their indices in x, as torch.sort";
  let description = [{
    Stable: equal values stay in the order of their indices, in both directions. NaN
    counts as greater than all others, as in PyTorch: it comes last, or first if `descending`.
    Gradient: `scatter_add` of the values' cotangent by the indices.
    ```mlir
    %v, %i = dl.sort %x {axis = 1 : i64, descending} : tensor<8x10xf32> -> tensor<8x10xf32>, tensor<8x10xi32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "the dimension to sort along">:$axis,
    Arg<UnitAttr, "from the greatest to the least">:$descending);
  let results = (outs
    Res<Dl_Tensor, "x sorted, shape and type of x">:$values,
    Res<TensorOf<[I32]>, "their indices in x along `axis`, shape of x">:$indices);
  let assemblyFormat =
      "$x attr-dict `:` type($x) `->` type($values) `,` type($indices)";
}

def Dl_ArgsortOp : Dl_PureOp<"argsort", [Dl_IsComposite, Dl_Counts, Dl_NoGradient<["x"]>]> {
  let summary = "the indices that sort the values along a dimension, as torch.argsort";
  let description = [{
    The indices of `sort`. They have no derivative.
    ```mlir
    %i = dl.argsort %x {axis = 1 : i64} : tensor<8x10xf32> -> tensor<8x10xi32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "the dimension to sort along">:$axis,
    Arg<UnitAttr, "from the greatest to the least">:$descending);
  let results = (outs
    Res<TensorOf<[I32]>, "indices in x of the sorted values along `axis`, shape of x">:$indices);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($indices)";
}

def Dl_TopKOp : Dl_PureOp<"top_k", [Dl_IsComposite, Dl_Counts]> {
  let summary = "the k greatest values along a dimension and their indices, as torch.topk";
  let description = [{
    From the greatest on, or from the least if not `largest`; among equal values the one with
    the lowest index comes first. NaN counts as the greatest. Gradient: that of `sort`.
    ```mlir
    %v, %i = dl.top_k %x {k = 3 : i64, axis = 1 : i64} : tensor<8x10xf32> -> tensor<8x3xf32>, tensor<8x3xi32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "number of values, from 0 to the extent of x along `axis`">:$k,
    Arg<I64Attr, "the dimension to sort along">:$axis,
    Arg<DefaultValuedAttr<BoolAttr, "true">, "the greatest, otherwise the least">:$largest);
  let results = (outs
    Res<Dl_Tensor, "the shape of x with k along `axis`, of its element type">:$values,
    Res<TensorOf<[I32]>, "their indices in x along `axis`, shape of values">:$indices);
  let assemblyFormat =
      "$x attr-dict `:` type($x) `->` type($values) `,` type($indices)";
}

def Dl_CumsumOp : Dl_PureOp<"cumsum", [Dl_HasRule, Dl_Irregular, Dl_Counts]> {
  let summary = "running sums along a dimension, as torch.cumsum";
  let description = [{
    y[i] is the sum of x[0] to x[i]; without x[i] if `exclusive`; from the end if `reverse`.
    Integers wrap; counts, that is sums of a cast of `i1`, have to fit into their type.
    Gradient: the same in the other direction.
    ```mlir
    %y = dl.cumsum %x {axis = 1 : i64, exclusive} : tensor<8x10xf32> -> tensor<8x10xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more, of numbers">:$x,
    Arg<I64Attr, "the dimension to sum along">:$axis,
    Arg<UnitAttr, "excludes the element itself">:$exclusive,
    Arg<UnitAttr, "sums from the end">:$reverse);
  let results = (outs Res<Dl_Tensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

#endif // DL_SORTING_TD
