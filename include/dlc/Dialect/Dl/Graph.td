//===- Graph.td - Sparse matrices and graphs ---------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_GRAPH_TD
#define DL_GRAPH_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_SpmmOp : Dl_Op<"spmm", [Pure, Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>]> {
  let summary = "a sparse matrix times a dense one";
  let description = [{
    The sparse matrix A is N x M in compressed rows: the entries of row i are those numbered
    indptr[i] to indptr[i + 1] - 1; entry e is in column indices[e] and has the value values[e].
    The result is A dense, or A^T dense if `transpose`. Sums are in the order of the
    entries. An index outside of the matrix fails the step, and so does an `indptr` that does
    not begin with 0 or that descends; entries behind the last row count as 0. Gradient: `spmm` with the transpose for
    dense, `sddmm` for values.
    ```mlir
    %y = dl.spmm %indptr, %indices, %values, %dense : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_IndexTensor,
        "where the entries of each row begin and end, N + 1: ascends from 0">:$indptr,
    Arg<Dl_IndexTensor, "the column of each entry, E: from 0 to M - 1; of any of these types">:$indices,
    Arg<Dl_FloatTensor, "the entries, E, of the element type of dense">:$values,
    Arg<Dl_FloatTensor, "M x D; with `transpose` N x D">:$dense,
    Arg<UnitAttr, "multiplies by the transpose of the sparse matrix">:$transpose);
  let results = (outs
    Res<Dl_FloatTensor, "N x D; with `transpose` M x D; of the element type of dense">:$y);
  let assemblyFormat = [{
    $indptr `,` $indices `,` $values `,` $dense attr-dict
    `:` type($indptr) `,` type($indices) `,` type($values) `,` type($dense)
    `->` type($y)
  }];
  let hasVerifier = 1;
}

def Dl_SddmmOp : Dl_PureOp<"sddmm", [Dl_HasRule, Dl_Irregular,
    DeclareOpInterfaceMethods<Dl_IndexesTable>]> {
  let summary = "the entries of a matrix product at the entries of a sparse matrix";
  let description = [{
    values[e] = sum over d of a[i, d] b[indices[e], d] for entry e of row i; `indptr` and
    `indices` as in `spmm`. Gradient: `spmm`.
    ```mlir
    %v = dl.sddmm %indptr, %indices, %a, %b : tensor<5xi32>, tensor<9xi32>, tensor<4x8xf32>, tensor<6x8xf32> -> tensor<9xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_IndexTensor,
        "where the entries of each row begin and end, N + 1: ascends from 0">:$indptr,
    Arg<Dl_IndexTensor, "the column of each entry, E: from 0 to M - 1; of any of these types">:$indices,
    Arg<Dl_FloatTensor, "N x D">:$a,
    Arg<Dl_FloatTensor, "M x D, of the element type of a">:$b);
  let results = (outs Res<Dl_FloatTensor, "the entries, E, of the element type of a">:$values);
  let assemblyFormat = [{
    $indptr `,` $indices `,` $a `,` $b attr-dict
    `:` type($indptr) `,` type($indices) `,` type($a) `,` type($b)
    `->` type($values)
  }];
}

def Dl_GcnConvOp : Dl_PureOp<"gcn_conv", [Dl_IsComposite]> {
  let summary = "graph convolution of Kipf and Welling";
  let description = [{
    D^-1/2 (A + I) D^-1/2 x weight^T + bias (ICLR 2017), where A is the adjacency matrix in
    compressed rows (row i lists the neighbours of node i, all of weight 1) and D the
    diagonal of the row sums of A + I. With add_self_loops = false, A
    replaces A + I; a node without neighbours then gets 0. x is N x in,
    weight out x in, bias of length out.
    ```mlir
    %y = dl.gcn_conv %x, %weight, %bias over %indptr, %indices : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32>, tensor<3xf32> -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "features of the nodes, N x in">:$x,
    Arg<Dl_FloatTensor, "weights, out x in, of the element type of x">:$weight,
    Arg<Optional<Dl_FloatTensor>,
        "terms of the features, out, of the element type of x; zeros if not given">:$bias,
    Arg<Dl_IndexTensor,
        "where the neighbours of each node begin and end, N + 1: ascends from 0">:$indptr,
    Arg<Dl_IndexTensor, "the neighbours, E: from 0 to N - 1; of any of these types">:$indices,
    Arg<DefaultValuedAttr<BoolAttr, "true">,
        "makes each node a neighbour of itself">:$add_self_loops);
  let results = (outs Res<Dl_FloatTensor, "N x out, of the element type of x">:$y);
  let assemblyFormat = [{
    $x `,` $weight (`,` $bias^)? `over` $indptr `,` $indices attr-dict
    `:` type($x) `,` type($weight) `,` type($indptr) `,` type($indices)
    (`,` type($bias)^)? `->` type($y)
  }];
}

#endif // DL_GRAPH_TD
