//===- Pooling.td - Maxima of windows ---------------------------*- tablegen -*-===//

#ifndef DL_POOLING_TD
#define DL_POOLING_TD

include "dialects/Dl/DlAttrs.td"

class Dl_PoolOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>], traits)> {
  dag geometry = (ins
    I64SmallVectorArrayAttr:$kernel,
    DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">:$stride,
    DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">:$padding,
    DefaultValuedAttr<Dl_LayoutAttr, "::dlc::dl::Layout::ChannelsFirst">:$layout);
  code geometryMethods = [{
    ::dlc::dl::WindowGeometry getGeometry() {
      return {getStride(), getPadding(), {1, 1}, getLayout()};
    }
  }];
}

def Dl_MaxPool2dOp : Dl_PoolOp<"max_pool2d", [Dl_HasRule,
    InferTypeOpAdaptor]> {
  let summary = "maximum of each window, as torch.nn.functional.max_pool2d";
  let description = [{
    Padding counts as minus infinity; at most half of the kernel. Unlike
    PyTorch's, `stride` defaults to 1; state it. The gradient goes to the first
    maximum of each window.
    ```mlir
    %y = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$x), geometry);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let extraClassDeclaration = geometryMethods;
  let hasCanonicalizer = 1;
}

def Dl_MaxPool2dIndexOp : Dl_PoolOp<"max_pool2d_with_index", [
    InferTypeOpAdaptor, Dl_HasRule]> {
  let summary = "max_pool2d that also says where in its window the maximum stood";
  let description = [{
    `index` is k * KW + l for the first maximum at row k, column l of the window.
    ```mlir
    %y, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>, tensor<8x16x16x16xi32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$x), geometry);
  let results = (outs Dl_FloatTensor:$y, TensorOf<[I32]>:$index);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y) `,` type($index)";
  let extraClassDeclaration = geometryMethods;
}

def Dl_MaxPool2dScatterOp : Dl_PoolOp<"max_pool2d_scatter", [Dl_HasRule,
    AllElementTypesMatch<["dy", "dx"]>]> {
  let summary = "adds each element to the place that its index names";
  let description = [{
    The cotangent of max_pool2d's image: `dx[place of index[...]] += dy[...]`.
    Linear in dy; its transpose is `max_pool2d_gather`.
    ```mlir
    %dx = dl.max_pool2d_scatter %dy, %i {kernel = [2, 2], stride = [2, 2]} : tensor<8x16x16x16xf32>, tensor<8x16x16x16xi32> -> tensor<8x16x32x32xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$dy, TensorOf<[I32]>:$index), geometry);
  let results = (outs Dl_FloatTensor:$dx);
  let assemblyFormat =
      "$dy `,` $index attr-dict `:` type($dy) `,` type($index) `->` type($dx)";
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

def Dl_MaxPool2dGatherOp : Dl_PoolOp<"max_pool2d_gather", [Dl_HasRule,
    AllElementTypesMatch<["x", "y"]>]> {
  let summary = "reads each element from the place that its index names";
  let description = [{
    ```mlir
    %y = dl.max_pool2d_gather %x, %i {kernel = [2, 2], stride = [2, 2]} : tensor<8x16x32x32xf32>, tensor<8x16x16x16xi32> -> tensor<8x16x16x16xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$x, TensorOf<[I32]>:$index), geometry);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat =
      "$x `,` $index attr-dict `:` type($x) `,` type($index) `->` type($y)";
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

#endif // DL_POOLING_TD
