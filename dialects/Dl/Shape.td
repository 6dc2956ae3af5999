//===- Shape.td - Where elements stand --------------------------*- tablegen -*-===//

#ifndef DL_SHAPE_TD
#define DL_SHAPE_TD

include "dialects/Dl/DlAttrs.td"

def Dl_ConstantOp : Dl_Op<"constant", [Pure, ConstantLike,
    InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "a tensor known at compile time";
  let description = [{
    ```mlir
    %c = dl.constant dense<0.0> : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def Dl_ReshapeOp : Dl_Op<"reshape", [Pure, Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    ```mlir
    %y = dl.reshape %x : tensor<8x28x28xf32> to tensor<8x1x28x28xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_FlattenOp : Dl_Op<"flatten", [Pure, Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "all dimensions but the first as one";
  let description = [{
    ```mlir
    %y = dl.flatten %x : tensor<8x64x7x7xf32> to tensor<8x3136xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
}

def Dl_TransposeOp : Dl_PureOp<"transpose", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "dimensions in another order";
  let description = [{
    Dimension i of the result is dimension `perm[i]` of the operand.
    ```mlir
    %y = dl.transpose %x perm [0, 2, 1] : tensor<8x4x3xf32> -> tensor<8x3x4xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x `perm` $perm attr-dict `:` type($x) `->` type($y)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Dl_BroadcastOp : Dl_Op<"broadcast", [Pure, Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "copies of a tensor along new dimensions";
  let description = [{
    Dimension i of the operand is dimension `dims[i]` of the result (ascending);
    along the others the result does not vary. Gradient: `reduce_sum` over those.
    ```mlir
    %y = dl.broadcast %x dims [1] : tensor<4xf32> to tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, DenseI64ArrayAttr:$dims);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x `dims` $dims attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_PadOp : Dl_PureOp<"pad", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "zeros around and between the elements of a tensor";
  let description = [{
    `low` and `high` give the zeros before and after, `interior` those between two
    neighbours, per dimension. Gradient: `slice`.
    ```mlir
    %y = dl.pad %x low [0, 1] high [0, 1] : tensor<8x4xf32> -> tensor<8x6xf32>
    %z = dl.pad %x low [0, 0] high [0, 0] interior [0, 1] : tensor<8x4xf32> -> tensor<8x7xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       OptionalAttr<DenseI64ArrayAttr>:$interior);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = [{
    $x `low` $low `high` $high (`interior` $interior^)? attr-dict
    `:` type($x) `->` type($y)
  }];
}

def Dl_SliceOp : Dl_PureOp<"slice", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "a box out of a tensor";
  let description = [{
    `sizes` elements from `offsets` on, `strides` apart, per dimension.
    Gradient: `pad`.
    ```mlir
    %y = dl.slice %x at [0, 1] size [8, 4] : tensor<8x6xf32> -> tensor<8x4xf32>
    %z = dl.slice %x at [0, 1] size [8, 2] stride [1, 3] : tensor<8x6xf32> -> tensor<8x2xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes,
                       OptionalAttr<DenseI64ArrayAttr>:$strides);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = [{
    $x `at` $offsets `size` $sizes (`stride` $strides^)? attr-dict
    `:` type($x) `->` type($y)
  }];
}

def Dl_ReverseOp : Dl_Op<"reverse", [Pure, SameOperandsAndResultType, Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "dimensions traversed backwards";
  let description = [{
    ```mlir
    %y = dl.reverse %x dims [1] : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, DenseI64ArrayAttr:$dims);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x `dims` $dims attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Dl_OneHotOp : Dl_Op<"one_hot", [Pure,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "1 at the index, 0 elsewhere, along a new last dimension";
  let description = [{
    ```mlir
    %y = dl.one_hot %label : tensor<8xui8> to tensor<8x10xf32>
    ```
  }];
  let arguments = (ins Dl_IntTensor:$index);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$index attr-dict `:` type($index) `to` type($y)";
  let hasVerifier = 1;
}

#endif // DL_SHAPE_TD
