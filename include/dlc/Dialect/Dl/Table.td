//===- Table.td - Reading and adding at computed indices ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_TABLE_TD
#define DL_TABLE_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_CheckIndexOp : Dl_ElementwiseOp<"check_index", [SameOperandsAndResultType,
                                                           Dl_NoDerivative]> {
  let summary = "the indices themselves, and a fault if one is outside of its table";
  let description = [{
    ```mlir
    %i = dl.check_index %index below 1000 : tensor<8xi32>
    %l = dl.check_index %label below 10 {op = "dl.cross_entropy", operand = "label"} : tensor<8xui8>
    ```
    Elements in [0, limit) stay unchanged, others are clamped to that range: readers of
    the result never leave the table. If an element is outside, the step fails with the status
    DLC_ERROR_DATA and a message that names `op`, `operand`, the limit and the location
    in the file. The checks of a step run as soon as all indices that they check are
    computed, and a step that fails leaves the state unchanged; its outputs
    are undefined. The message names the first of several faults in the order of the program.
    In a loop (`dl.scan`) that is the first fault of the first iteration with one, among the
    indices that the body computes; indices from outside are checked before the loop begins.

    The `simplify` phase adds the checks of ops with tables (`gather`, `index_select`, ...).
    The decomposition of a composite that reads at an index by other means contains its
    own check, after it has replaced entries to ignore by a valid index.
  }];
  let arguments = (ins
    Arg<Dl_IndexTensor, "any shape">:$index,
    Arg<I64Attr, "the first number that is outside, 1 or more">:$limit,
    Arg<DefaultValuedStrAttr<StrAttr, "dl.check_index">, "the op that the message names">:$op,
    Arg<DefaultValuedStrAttr<StrAttr, "index">, "the operand that the message names">:$operand);
  let results = (outs Res<Dl_IndexTensor, "shape and type of index">:$y);
  let assemblyFormat = "$index `below` $limit attr-dict `:` type($index)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_FirstFaultOp : Dl_PureOp<"first_fault", [Dl_Irregular, Dl_NoDerivative]> {
  let summary = "number of the first index tensor with an index outside of its table";
  let description = [{
    0 if no index is outside, otherwise 1 + the number of the tensor. The `simplify` phase
    makes it from all checks of a step. A loop whose body computes indices carries a number
    that is 0 as long as they are inside; that number is an operand here.
    ```mlir
    %fault = dl.first_fault %i, %j below [1000, 10] : tensor<8xi32>, tensor<8xui8> -> tensor<i64>
    ```
  }];
  let arguments = (ins
    Arg<Variadic<Dl_IndexTensor>, "of any shapes and of any of these types">:$indices,
    Arg<DenseI64ArrayAttr, "the first number that is outside, one for each index">:$limits);
  let results = (outs Res<Dl_ScalarOf<[I64]>, "a scalar">:$fault);
  let assemblyFormat = [{
    $indices `below` $limits attr-dict `:` type($indices) `->` type($fault)
  }];
}

def Dl_IndexSelectOp : Dl_PureOp<"index_select", [Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "slices of a tensor, chosen by an index, as torch.index_select";
  let description = [{
    The dimensions of the index replace dimension `axis`:
    y[a, i, b] = x[a, index[i], b]. The index may have any rank. An index outside of the
    dimension fails the step. Gradient: `index_add`.
    ```mlir
    %y = dl.index_select %x at %index {axis = 0 : i64} : tensor<30x8xf32>, tensor<20xi32> -> tensor<20x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<Dl_IndexTensor,
        "any shape; entries from 0 on, below the extent of x along `axis`">:$index,
    Arg<I64Attr, "the dimension that is indexed">:$axis);
  let results = (outs
    Res<Dl_Tensor,
        "the shape of x with that of index in place of dimension `axis`, of its element "
        "type">:$y);
  let assemblyFormat =
      "$x `at` $index attr-dict `:` type($x) `,` type($index) `->` type($y)";
}

def Dl_IndexAddOp : Dl_Op<"index_add", [Dl_AxesOfResult, Pure, Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>]> {
  let summary = "slices added at positions chosen by an index, as torch.index_add";
  let description = [{
    y[a, index[i], b] is the sum of all source[a, i, b], in the order of i, and of `into`
    (of the shape of y) if given. The op is the transpose of `index_select`, which is its
    gradient.
    ```mlir
    %y = dl.index_add %source at %index {axis = 0 : i64} : tensor<20x8xf32>, tensor<20xi32> -> tensor<30x8xf32>
    %z = dl.index_add %source at %index into %x {axis = 0 : i64} : tensor<20x8xf32>, tensor<20xi32>, tensor<30x8xf32> -> tensor<30x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor,
        "slices to add: the shape of y with that of index in place of dimension `axis`, of its "
        "element type">:$source,
    Arg<Dl_IndexTensor,
        "any shape; entries from 0 on, below the extent of y along `axis`">:$index,
    Arg<Optional<Dl_Tensor>,
        "added to the sums, shape and type of y; zeros if not given">:$into,
    Arg<I64Attr, "the dimension that is indexed">:$axis);
  let results = (outs Res<Dl_Tensor, "any shape of rank 1 or more">:$y);
  let assemblyFormat = [{
    $source `at` $index (`into` $into^)? attr-dict
    `:` type($source) `,` type($index) (`,` type($into)^)? `->` type($y)
  }];
  let hasVerifier = 1;
}

def Dl_GatherOp : Dl_PureOp<"gather", [Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "one element for each index, as torch.gather";
  let description = [{
    With axis 1: y[i, j] = x[i, index[i, j]]. The index has the rank of x; its
    extents are at most those of x, except along `axis`. An index outside of the dimension fails the
    step. Gradient: `scatter_add`.
    ```mlir
    %y = dl.gather %x at %index {axis = 1 : i64} : tensor<8x10xf32>, tensor<8x1xi32> -> tensor<8x1xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<Dl_IndexTensor,
        "the rank of x, nowhere but along `axis` larger than x; entries from 0 on, below the "
        "extent of x along `axis`">:$index,
    Arg<I64Attr, "the dimension that is indexed">:$axis);
  let results = (outs Res<Dl_Tensor, "shape of index, of the element type of x">:$y);
  let assemblyFormat =
      "$x `at` $index attr-dict `:` type($x) `,` type($index) `->` type($y)";
}

def Dl_ScatterAddOp : Dl_Op<"scatter_add", [Dl_AxesOfResult, Pure, Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>]> {
  let summary = "each element added at its index, as torch.scatter_add";
  let description = [{
    With axis 1: y[i, index[i, j]] is the sum of all source[i, j], in the order of j,
    and of `into` if given. The index has the rank of y; its extents are at most those of
    y, except along `axis`, and at most those of the source. The op is the transpose
    of `gather`, which is its gradient.
    ```mlir
    %y = dl.scatter_add %source at %index {axis = 1 : i64} : tensor<8x1xf32>, tensor<8x1xi32> -> tensor<8x10xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor,
        "elements to add: the rank of y, nowhere smaller than index; of the element type of "
        "y">:$source,
    Arg<Dl_IndexTensor,
        "the rank of y, nowhere but along `axis` larger than y; entries from 0 on, below the "
        "extent of y along `axis`">:$index,
    Arg<Optional<Dl_Tensor>,
        "added to the sums, shape and type of y; zeros if not given">:$into,
    Arg<I64Attr, "the dimension that is indexed">:$axis);
  let results = (outs Res<Dl_Tensor, "any shape of rank 1 or more">:$y);
  let assemblyFormat = [{
    $source `at` $index (`into` $into^)? attr-dict
    `:` type($source) `,` type($index) (`,` type($into)^)? `->` type($y)
  }];
  let hasVerifier = 1;
}

def Dl_UniqueOp : Dl_PureOp<"unique", [Dl_Irregular, Dl_NoDerivative]> {
  let summary = "the distinct entries of an index, and each entry's position in them, as torch.unique";
  let description = [{
    `places` holds the distinct entries in the order in which they first appear, then
    zeros; `inverse` the position in `places` of each entry, so that places[inverse[i]] is
    index[i]; `count` the number of distinct entries. `places` has min(N, limit)
    elements for an index of N. An entry outside of [0, limit) is left out, and its
    `inverse` is 0.
    ```mlir
    %places, %inverse, %count = dl.unique %index below 1000 : tensor<8x20xi64> -> tensor<160xi64>, tensor<8x20xi64>, tensor<i64>
    ```
    The `resolve` phase makes it to update the rows of a table that a loss reads.
  }];
  let arguments = (ins
    Arg<Dl_TensorOf<[I64]>, "any shape, of N elements">:$index,
    Arg<I64Attr, "the first number that is left out, 1 or more">:$limit);
  let results = (outs
    Res<TensorRankOf<[I64], [1]>, "the distinct entries, min(N, limit)">:$places,
    Res<Dl_TensorOf<[I64]>, "positions of the entries among them, shape of index">:$inverse,
    Res<Dl_ScalarOf<[I64]>, "their number, a scalar">:$count);
  let assemblyFormat = [{
    $index `below` $limit attr-dict `:` type($index) `->` type($places) `,`
    type($inverse) `,` type($count)
  }];
  let hasFolder = 1;
}

def Dl_IndexCopyOp : Dl_PureOp<"index_copy", [Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>,
    DeclareOpInterfaceMethods<Dl_Overwrites>]> {
  let summary = "a tensor with some of its rows replaced, as torch.index_copy along dimension 0";
  let description = [{
    y equals `into`, except that y[index[i], b] = source[i, b]. Among equal entries of the index
    the last one counts. With `first` only that many of the first entries count. An index outside
    of the dimension fails the step. If `into` is the value of an entry of the state and y its
    next value, the step writes only the replaced rows.

    Gradient: that of `source` is `index_select` of the cotangent at the entries that count,
    that of `into` the cotangent with zeros in the replaced rows.
    ```mlir
    %y = dl.index_copy %source at %index into %x : tensor<20x8xf32>, tensor<20xi64>, tensor<30x8xf32> -> tensor<30x8xf32>
    %z = dl.index_copy %source at %index first %count into %x : tensor<20x8xf32>, tensor<20xi64>, tensor<30x8xf32>, tensor<i64> -> tensor<30x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor,
        "the new rows: the shape of into with that of index in place of dimension 0, of its "
        "element type">:$source,
    Arg<Dl_IndexTensor,
        "any shape; entries from 0 on, below the extent of into along dimension 0">:$index,
    Arg<Optional<Dl_ScalarOf<[I64]>>,
        "number of entries of index that count, a scalar; all if not given">:$count,
    Arg<Dl_Tensor, "the tensor to change, any shape of rank 1 or more">:$into);
  let results = (outs Res<Dl_Tensor, "shape and type of into">:$y);
  let assemblyFormat = [{
    $source `at` $index (`first` $count^)? `into` $into attr-dict
    `:` type($source) `,` type($index) `,` type($into) (`,` type($count)^)? `->` type($y)
  }];
  let hasFolder = 1;
}

def Dl_EmbeddingOp : Dl_PureOp<"embedding", [Dl_HasRule, Dl_IsComposite]> {
  let summary = "rows of a table, as torch.nn.functional.embedding";
  let description = [{
    y[..., d] = table[index[...], d]. Gradient: that of a row is the sum of the cotangents
    where the row was read; row `padding_index` has no gradient. An index outside of the
    rows fails the step.
    ```mlir
    %y = dl.embedding %table at %index {padding_index = 0 : i64} : tensor<1000x64xf32>, tensor<8x20xi32> -> tensor<8x20x64xf32>
    ```
    A `dl.minimize` updates only the rows that were read if the loss depends on the parameter
    only as the table of embeddings, and if a gradient of zero leaves the parameter and its
    slots unchanged (`#dl.sgd` without momentum, `#dl.adagrad`, both without weight decay). The
    result has the same bits as the rule on the whole table, for a learning rate that is finite
    and not negative.

    `sparse` on the embedding asks for PyTorch's rule for sparse gradients, as
    `torch.nn.Embedding(sparse=True)`: `#dl.adam` becomes `torch.optim.SparseAdam`, which updates
    the rows that were read, and their moments, and leaves all others; `#dl.sgd` and
    `#dl.adagrad` mean the same with and without. It is an error where PyTorch has no such
    rule: other optimizers, weight decay, amsgrad, and under `#dl.adam` a use of the parameter
    other than a `sparse` embedding in the step itself, `accumulate` and `noise`. `clip_norm` and
    `clip_value` are those of the rows' gradients. A `dl.gradient` is the same with and without.
    ```mlir
    %y = dl.embedding %table at %index {sparse} : tensor<1000x64xf32>, tensor<8x20xi32> -> tensor<8x20x64xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "the rows, V x D">:$table,
    Arg<Dl_IndexTensor, "any shape; entries from 0 to V - 1">:$index,
    Arg<OptionalAttr<I64Attr>, "a row without a gradient, from 0 to V - 1">:$padding_index,
    Arg<UnitAttr, "updates use the rule for sparse gradients">:$sparse);
  let results = (outs
    Res<Dl_FloatTensor, "the shape of index, then D; of the element type of table">:$y);
  let assemblyFormat =
      "$table `at` $index attr-dict `:` type($table) `,` type($index) `->` type($y)";
  let extraClassDeclaration = [{
    /// The index, checked.
    ::mlir::Value buildIndex(::mlir::OpBuilder &builder);
    /// Whether each entry of the index is the row of padding; null without a
    /// padding row.
    ::mlir::Value buildIsPadding(::mlir::OpBuilder &builder);
    /// The cotangent of the result, with zeros for the row of padding.
    ::mlir::Value buildRowCotangents(::mlir::OpBuilder &builder, ::mlir::Value cotangent);
  }];
}

#endif // DL_TABLE_TD
