//===- Shape.td - Moving and rearranging elements ----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_SHAPE_TD
#define DL_SHAPE_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_ConstantOp : Dl_Op<"constant", [Pure, ConstantLike, Dl_NoDerivative,
    Dl_MadeWhereUsed,
    Dl_InferTypes,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "a tensor known at compile time";
  let description = [{
    ```mlir
    %c = dl.constant dense<0.0> : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Arg<ElementsAttr, "the elements: `dense<...>`">:$value);
  let results = (outs Res<Dl_Tensor, "shape and type of the value">:$y);
  let assemblyFormat = "attr-dict custom<Elements>($value)";
  let hasFolder = 1;
}

def Dl_ReshapeOp : Dl_Op<"reshape", [Pure, Dl_HasRule, Dl_View,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "the same elements in row-major order under another shape";
  let description = [{
    ```mlir
    %y = dl.reshape %x : tensor<8x28x28xf32> to tensor<8x1x28x28xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_Tensor, "any shape">:$x);
  let results = (outs
    Res<Dl_Tensor, "any shape with as many elements, of the element type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_FlattenOp : Dl_Op<"flatten", [Pure, Dl_HasRule, Dl_IsComposite]> {
  let summary = "merges dimensions `start_axis` to `end_axis` into one";
  let description = [{
    As `torch.nn.Flatten`: merges all dimensions but the first by default.
    ```mlir
    %y = dl.flatten %x : tensor<8x64x7x7xf32> to tensor<8x3136xf32>
    %z = dl.flatten %x {start_axis = 0, end_axis = 1} : tensor<8x64x7x7xf32> to tensor<512x7x7xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<DefaultValuedAttr<I64Attr, "1">, "first dimension that is merged">:$start_axis,
    Arg<OptionalAttr<I64Attr>,
        "last dimension that is merged; the last one of x if not given">:$end_axis);
  let results = (outs
    Res<Dl_Tensor, "the shape of x, with the product of the merged extents in their place">:$y);
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
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "the dimension of x for each of y, each once">:$perm);
  let results = (outs
    Res<Dl_Tensor, "dimension i has the extent of dimension `perm[i]` of x">:$y);
  let assemblyFormat = "$x `perm` $perm attr-dict `:` type($x) `->` type($y)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Dl_UnblockOp : Dl_PureOp<"unblock", [Dl_HasRule, Dl_View,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "blocks of the last dimension beside each other";
  let description = [{
    `y[..., b W + i] = x[b, ..., i]` for blocks of W. `dl-block-weights` stores the right
    operands of products and the filters of convolutions in blocks of columns, as kernels
    walk through them; these read the blocks, and no kernel makes y.
    ```mlir
    %y = dl.unblock %x : tensor<4x512x32xf32> -> tensor<512x128xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_Tensor, "B x ... x W, of rank 2 or more">:$x);
  let results = (outs Res<Dl_Tensor, "... x B W, of the element type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

def Dl_BroadcastOp : Dl_Op<"broadcast", [Dl_AxesOfResult, Pure, Dl_HasRule, Dl_MadeWhereUsed,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "repeats a tensor along new dimensions";
  let description = [{
    Dimension i of the operand is dimension `dims[i]` of the result (ascending);
    along the others the result is constant. Gradient: `reduce_sum` over those.
    ```mlir
    %y = dl.broadcast %x dims [1] : tensor<4xf32> to tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "the dimension of y for each of x, ascending">:$dims);
  let results = (outs
    Res<Dl_Tensor, "any shape with the extents of x at `dims`, of the element type of x">:$y);
  let assemblyFormat = "$x `dims` $dims attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_PadOp : Dl_PureOp<"pad", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "zeros around and between the elements of a tensor";
  let description = [{
    `low` and `high` are the numbers of zeros before and after, `interior` that between two
    neighbours, per dimension; `value` gives another number than 0. Gradient: `slice`.
    ```mlir
    %y = dl.pad %x low [0, 1] high [0, 1] : tensor<8x4xf32> -> tensor<8x6xf32>
    %z = dl.pad %x low [0, 0] high [0, 0] interior [0, 1] : tensor<8x4xf32> -> tensor<8x7xf32>
    %w = dl.pad %x low [0, 1] high [0, 1] {value = 1.0} : tensor<8x4xf32> -> tensor<8x6xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "how many before, for each dimension, 0 or more">:$low,
    Arg<DenseI64ArrayAttr, "how many behind, for each dimension, 0 or more">:$high,
    Arg<OptionalAttr<DenseI64ArrayAttr>,
        "how many between two neighbours, for each dimension, 0 or more">:$interior,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">,
        "the number to insert, a number of the element type of x">:$value);
  let results = (outs
    Res<Dl_Tensor, "in each dimension n + low + high + interior max(n - 1, 0)">:$y);
  let assemblyFormat = [{
    $x `low` $low `high` $high (`interior` $interior^)? attr-dict
    `:` type($x) `->` type($y)
  }];
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// `value` as an element of the operand.
    ::mlir::TypedAttr getElementValue();
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
      "::mlir::DenseI64ArrayAttr":$low, "::mlir::DenseI64ArrayAttr":$high,
      "::mlir::DenseI64ArrayAttr":$interior), [{
    build($_builder, $_state, x, low, high, interior,
          $_builder.getF64FloatAttr(0));
  }]>];
}

/// Elements of x around it, as many as `low` and `high` say.
class Dl_EdgePadOp<string mnemonic, string most> : Dl_PureOp<mnemonic, [Dl_IsComposite]> {
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "how many before, for each dimension of extent n: " # most>:$low,
    Arg<DenseI64ArrayAttr, "how many behind, for each dimension of extent n: " # most>:$high);
  let results = (outs Res<Dl_Tensor, "in each dimension n + low + high">:$y);
  let assemblyFormat =
      "$x `low` $low `high` $high attr-dict `:` type($x) `->` type($y)";
}

def Dl_ReflectionPadOp : Dl_EdgePadOp<"reflection_pad", "from 0 to max(n - 1, 0)"> {
  let summary = "a tensor with its mirror image around it";
  let description = [{
    The outermost elements are the mirrors and appear once, as in
    `torch.nn.ReflectionPad2d`: a b c with two on each side becomes c b a b c b a.
    ```mlir
    %y = dl.reflection_pad %x low [0, 2] high [0, 1] : tensor<8x4xf32> -> tensor<8x7xf32>
    ```
  }];
}

def Dl_ReplicationPadOp : Dl_EdgePadOp<"replication_pad", "0 or more, of n = 0 only 0"> {
  let summary = "a tensor with copies of its outermost elements around it";
  let description = [{
    As `torch.nn.ReplicationPad2d`.
    ```mlir
    %y = dl.replication_pad %x low [0, 2] high [0, 1] : tensor<8x4xf32> -> tensor<8x7xf32>
    ```
  }];
}

def Dl_CircularPadOp : Dl_EdgePadOp<"circular_pad", "from 0 to n"> {
  let summary = "a tensor with elements of its opposite end around it";
  let description = [{
    As `torch.nn.CircularPad2d`.
    ```mlir
    %y = dl.circular_pad %x low [0, 2] high [0, 1] : tensor<8x4xf32> -> tensor<8x7xf32>
    ```
  }];
}

def Dl_SliceOp : Dl_PureOp<"slice", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "a box of elements of a tensor";
  let description = [{
    `sizes` elements from `offsets` on, `strides` apart, per dimension.
    Gradient: `pad`.
    ```mlir
    %y = dl.slice %x at [0, 1] size [8, 4] : tensor<8x6xf32> -> tensor<8x4xf32>
    %z = dl.slice %x at [0, 1] size [8, 2] stride [1, 3] : tensor<8x6xf32> -> tensor<8x2xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "where the box begins, for each dimension">:$offsets,
    Arg<DenseI64ArrayAttr,
        "elements of the box, for each dimension, 0 or more; all within x">:$sizes,
    Arg<OptionalAttr<DenseI64ArrayAttr>,
        "distance between them, for each dimension, 1 or more; 1 if not given">:$strides);
  let results = (outs Res<Dl_Tensor, "the shape `sizes`, of the element type of x">:$y);
  let assemblyFormat = [{
    $x `at` $offsets `size` $sizes (`stride` $strides^)? attr-dict
    `:` type($x) `->` type($y)
  }];
  let extraClassDeclaration = [{
    int64_t strideAt(size_t dim) { return getStrides() ? (*getStrides())[dim] : 1; }
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Dl_ConcatOp : Dl_PureOp<"concat", [Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "concatenates tensors along a dimension";
  let description = [{
    All other dimensions are equal. With `interleaved` the tensors have one shape, and their elements along the
    dimension take turns: with `n` tensors, element `i` of tensor `j` is element `n i + j` of the result. Gradient: `slice`s.
    ```mlir
    %y = dl.concat %a, %b {axis = 1} : tensor<8x4xf32>, tensor<8x2xf32> -> tensor<8x6xf32>
    %z = dl.concat %a, %c {axis = 1, interleaved} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Variadic<Dl_Tensor>,
        "one or more, equal but for the extent along `axis`; with `interleaved` equal">:$xs,
    Arg<I64Attr, "the dimension to concatenate along">:$axis,
    Arg<UnitAttr, "their elements take turns along it">:$interleaved);
  let extraClassDeclaration = [{
    /// Where the elements of operand number `i` go along the axis.
    int64_t offsetOf(unsigned i);
    int64_t stride() { return getInterleaved() ? getXs().size() : 1; }
  }];
  let results = (outs Res<Dl_Tensor, "the sum of the extents along `axis`">:$y);
  let assemblyFormat = "$xs attr-dict `:` type($xs) `->` type($y)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Dl_SplitOp : Dl_PureOp<"split", [Dl_IsComposite]> {
  let summary = "cuts a tensor into parts along a dimension: the inverse of concat";
  let description = [{
    As `torch.split` with a list; the sizes have to add up to the dimension.
    ```mlir
    %a, %b = dl.split %x sizes [4, 2] {axis = 1} : tensor<8x6xf32> -> tensor<8x4xf32>, tensor<8x2xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "the dimension that is cut">:$axis,
    Arg<DenseI64ArrayAttr,
        "extents of the parts along it, 0 or more; their sum is that of x">:$sizes);
  let results = (outs
    Res<Variadic<Dl_Tensor>,
        "one for each size, the shape of x with that extent along `axis`">:$parts);
  let assemblyFormat = "$x `sizes` $sizes attr-dict `:` type($x) `->` type($parts)";
}

def Dl_StackOp : Dl_PureOp<"stack", [Dl_AxesOfResult, Dl_IsComposite]> {
  let summary = "stacks tensors of one shape along a new dimension";
  let description = [{
    ```mlir
    %y = dl.stack %a, %b {axis = 0} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<2x8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Variadic<Dl_Tensor>, "one or more of one shape and type">:$xs,
    Arg<I64Attr, "the new dimension, from 0 to the rank of xs">:$axis);
  let results = (outs
    Res<Dl_Tensor, "the shape of xs with their number as a new extent at `axis`">:$y);
  let assemblyFormat = "$xs attr-dict `:` type($xs) `->` type($y)";
}

def Dl_ReverseOp : Dl_Op<"reverse", [Pure, SameOperandsAndResultType, Dl_HasRule,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "reverses the order of elements along dimensions";
  let description = [{
    ```mlir
    %y = dl.reverse %x dims [1] : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "any shape">:$x,
    Arg<DenseI64ArrayAttr, "the dimensions to reverse, each once">:$dims);
  let results = (outs Res<Dl_Tensor, "shape and type of x">:$y);
  let assemblyFormat = "$x `dims` $dims attr-dict `:` type($x)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Dl_IotaOp : Dl_Op<"iota", [Dl_AxesOfResult, Pure, Dl_NoDerivative, Dl_MadeWhereUsed, Dl_Counts,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "each element's index along a dimension: 0, 1, 2 and so on";
  let description = [{
    `torch.arange` is the case of one dimension.
    ```mlir
    %i = dl.iota {axis = 1} : tensor<8x4xi32>
    ```
  }];
  let arguments = (ins Arg<I64Attr, "the dimension to count along">:$axis);
  let results = (outs Res<Dl_NumberTensor, "any shape of rank 1 or more">:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Dl_OneHotOp : Dl_Op<"one_hot", [Pure, Dl_NoDerivative,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "1 at the index, 0 elsewhere, along a new last dimension";
  let description = [{
    If the index is outside of the dimension, all elements are 0.
    ```mlir
    %y = dl.one_hot %label : tensor<8xui8> to tensor<8x10xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_IntTensor, "any shape">:$index);
  let results = (outs
    Res<Dl_NumberTensor, "the shape of index with a last dimension of any extent">:$y);
  let assemblyFormat = "$index attr-dict `:` type($index) `to` type($y)";
  let hasVerifier = 1;
}

#endif // DL_SHAPE_TD
