//===- Linear.td - Matrix products -------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_LINEAR_TD
#define DL_LINEAR_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_MatmulOp : Dl_PureOp<"matmul", [Dl_HasRule, Dl_HasChannels,
    AllElementTypesMatch<["a", "b", "y"]>,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "matrix product a b, or many of them";
  let description = [{
    The last two dimensions are a matrix. The leading ones index the products: they
    are equal in a and b, or one of the operands has none and takes part in
    every product. `transpose_a`, `transpose_b`: the matrices of the operand are stored
    transposed. A vector is a matrix of one row or column, by `reshape`.
    Gradient: da = dy b^T, db = a^T dy, again matmuls.
    ```mlir
    %y = dl.matmul %a, %b {transpose_b} : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
    %z = dl.matmul %c, %d : tensor<2x5x8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "matrices, ... x M x K; with `transpose_a` ... x K x M">:$a,
    Arg<Dl_FloatTensor,
        "matrices, ... x K x N; with `transpose_b` ... x N x K; of the element type of a; "
        "dimensions in front equal those of a, or one of a and b has none">:$b,
    Arg<UnitAttr, "the matrices of a are stored transposed">:$transpose_a,
    Arg<UnitAttr, "the matrices of b are stored transposed">:$transpose_b);
  let results = (outs
    Res<Dl_FloatTensor, "... x M x N, with the dimensions in front of a or b">:$y);
  let assemblyFormat =
      "$a `,` $b attr-dict `:` type($a) `,` type($b) `->` type($y)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Dl_LinearOp : Dl_PureOp<"linear", [
    AllElementTypesMatch<["x", "weight", "y"]>, Dl_IsComposite, Dl_HasChannels]> {
  let summary = "x weight^T + bias, as torch.nn.Linear";
  let description = [{
    x is ... x I with any dimensions before the last, weight O x I, bias O.
    ```mlir
    %y = dl.linear %x, %w bias %b : tensor<8x4xf32>, tensor<3x4xf32>, tensor<3xf32> -> tensor<8x3xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "... x I, with any dimensions in front">:$x,
    Arg<Dl_FloatTensor, "weights, O x I, of the element type of x">:$weight,
    Arg<Optional<Dl_FloatTensor>,
        "terms of the features, O, of the element type of x; zeros if not given">:$bias);
  let results = (outs Res<Dl_FloatTensor, "... x O, with the dimensions in front of x">:$y);
  let assemblyFormat = [{
    $x `,` $weight (`bias` $bias^)? attr-dict
    `:` type($x) `,` type($weight) (`,` type($bias)^)? `->` type($y)
  }];
}

#endif // DL_LINEAR_TD
