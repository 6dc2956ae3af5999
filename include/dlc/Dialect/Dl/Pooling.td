//===- Pooling.td - Maxima and means of windows ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_POOLING_TD
#define DL_POOLING_TD

include "dlc/Dialect/Dl/DlAttrs.td"

class Dl_PoolOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([Pure,
        DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>], traits)> {
  dag geometry = (ins
    Arg<I64SmallVectorArrayAttr, "rows and columns of the window, 1 or more">:$kernel,
    Arg<OptionalAttr<I64ArrayAttr>,
        "step of the window in rows and columns, 1 or more; `kernel` if not given">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">,
        "border in rows and columns, 0 or more, at most half of the kernel">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">,
        "distance between elements of the window in rows and columns, 1 or more">:$dilation,
    Arg<UnitAttr, "rounds the numbers of windows up">:$ceil_mode,
    Arg<DefaultValuedAttr<Dl_LayoutAttr, "::dlc::dl::Layout::ChannelsFirst">,
        "order of the dimensions: with `channels_last` images are N x H x W x C">:$layout);
  code geometryMethods = [{
    ::dlc::dl::WindowGeometry getGeometry() {
      return {::dlc::dl::poolStride(getStrideAttr(), getKernelAttr()),
              getPadding(), getDilation(), getLayout(), getCeilMode()};
    }
  }];
}

def Dl_MaxPool2dOp : Dl_PoolOp<"max_pool2d", [Dl_HasRule,
    Dl_InferTypes]> {
  let summary = "maximum of each window, as torch.nn.functional.max_pool2d";
  let description = [{
    `stride` defaults to the kernel. Padding counts as minus infinity and is
    at most half of the kernel. The extent of y is that of `conv2d`, but
    with `ceil_mode` rounded up, as long as the last window starts in the image or
    in the padding before it. The gradient goes to the first maximum of each
    window; if the window has NaNs, to the last NaN.
    ```mlir
    %y = dl.max_pool2d %x {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
    %z = dl.max_pool2d %x {ceil_mode, kernel = [3, 3], stride = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
    ```
  }];
  let arguments = !con((ins Arg<Dl_FloatTensor, "images, N x C x H x W">:$x), geometry);
  let results = (outs
    Res<Dl_FloatTensor,
        "N x C x OH x OW, OH = floor((H + 2 padding - dilation (KH - 1) - 1) / "
        "stride) + 1, OW alike; `ceil_mode` may add one; both 1 or more">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let extraClassDeclaration = geometryMethods;
  let hasCanonicalizer = 1;
}

def Dl_MaxPool2dIndexOp : Dl_PoolOp<"max_pool2d_with_index", [
    Dl_InferTypes, Dl_HasRule, Dl_Counts]> {
  let summary = "maximum of each window, and its index in the window";
  let description = [{
    `index` is k * KW + l for the first maximum at row k, column l of the window, and
    0 where the window has no element of x.
    The gradient of y is that of max_pool2d; index has no gradient.
    ```mlir
    %y, %i = dl.max_pool2d_with_index %x {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>, tensor<8x16x16x16xi32>
    ```
  }];
  let arguments = !con((ins Arg<Dl_FloatTensor, "images, N x C x H x W">:$x), geometry);
  let results = (outs
    Res<Dl_FloatTensor, "N x C x OH x OW, as `max_pool2d`">:$y,
    Res<TensorOf<[I32]>, "index of the maximum in its window, shape of y">:$index);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y) `,` type($index)";
  let extraClassDeclaration = geometryMethods;
}

def Dl_MaxPool2dScatterOp : Dl_PoolOp<"max_pool2d_scatter", [Dl_HasRule,
    AllElementTypesMatch<["dy", "dx"]>]> {
  let summary = "adds each element at the position that its index names";
  let description = [{
    The cotangent of max_pool2d's image: `dx[place of index[...]] += dy[...]`.
    The op is linear in dy; its transpose is `max_pool2d_gather`.
    ```mlir
    %dx = dl.max_pool2d_scatter %dy, %i {kernel = [2, 2]} : tensor<8x16x16x16xf32>, tensor<8x16x16x16xi32> -> tensor<8x16x32x32xf32>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "N x C x OH x OW, as `max_pool2d` makes of dx">:$dy,
    Arg<TensorOf<[I32]>, "places in the windows, shape of dy">:$index), geometry);
  let results = (outs Res<Dl_FloatTensor, "N x C x H x W">:$dx);
  let assemblyFormat =
      "$dy `,` $index attr-dict `:` type($dy) `,` type($index) `->` type($dx)";
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

def Dl_MaxPool2dGatherOp : Dl_PoolOp<"max_pool2d_gather", [Dl_HasRule,
    AllElementTypesMatch<["x", "y"]>]> {
  let summary = "reads each element from the position that its index names";
  let description = [{
    The op is linear in x; its transpose, and so its gradient, is `max_pool2d_scatter`.
    ```mlir
    %y = dl.max_pool2d_gather %x, %i {kernel = [2, 2]} : tensor<8x16x32x32xf32>, tensor<8x16x16x16xi32> -> tensor<8x16x16x16xf32>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "images, N x C x H x W">:$x,
    Arg<TensorOf<[I32]>,
        "places in the windows, N x C x OH x OW, as `max_pool2d` makes of x">:$index), geometry);
  let results = (outs Res<Dl_FloatTensor, "shape of index, of the element type of x">:$y);
  let assemblyFormat =
      "$x `,` $index attr-dict `:` type($x) `,` type($index) `->` type($y)";
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Composites
//===----------------------------------------------------------------------===//

/// One image or sequence in, one out.
class Dl_PoolCompositeOp<string mnemonic, string resultShape, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat(
        [Dl_IsComposite, AllElementTypesMatch<["x", "y"]>], traits)> {
  let results = (outs Res<Dl_FloatTensor, resultShape>:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

def Dl_MaxPool1dOp : Dl_PoolCompositeOp<"max_pool1d",
    "N x C x OL, OL as OH of `max_pool2d`"> {
  let summary = "maximum of each window, as torch.nn.functional.max_pool1d";
  let description = [{
    `max_pool2d` of images with one row: x is N x C x L.
    ```mlir
    %y = dl.max_pool1d %x {kernel = [3], padding = [1], stride = [2]} : tensor<8x16x32xf32> -> tensor<8x16x16xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "sequences, N x C x L">:$x,
    Arg<I64SmallVectorArrayAttr, "extent of the window, 1 or more">:$kernel,
    Arg<OptionalAttr<I64ArrayAttr>,
        "step of the window, 1 or more; `kernel` if not given">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0}">,
        "border on either side, 0 or more, at most half of the kernel">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1}">,
        "distance between elements of the window, 1 or more">:$dilation,
    Arg<UnitAttr, "rounds the number of windows up">:$ceil_mode);
}

def Dl_AvgPool2dOp : Dl_PoolCompositeOp<"avg_pool2d",
    "N x C x OH x OW, as `max_pool2d` without dilation"> {
  let summary = "mean of each window, as torch.nn.functional.avg_pool2d";
  let description = [{
    Windows are those of `max_pool2d`. The sum of a window is divided by
    `divisor_override` if given, otherwise by the number of its elements: those
    of the image, and with `count_include_pad` those of the padding, but never elements beyond
    the padding, which `ceil_mode` lets a window reach. The op is a depthwise `conv2d` with a
    filter of ones; so is its gradient.
    ```mlir
    %y = dl.avg_pool2d %x {kernel = [3, 3], padding = [1, 1], count_include_pad = false} : tensor<8x16x32x32xf32> -> tensor<8x16x11x11xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "images, N x C x H x W">:$x,
    Arg<I64SmallVectorArrayAttr, "rows and columns of the window, 1 or more">:$kernel,
    Arg<OptionalAttr<I64ArrayAttr>,
        "step of the window in rows and columns, 1 or more; `kernel` if not given">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">,
        "zeros on either side in rows and columns, 0 or more, at most half of the "
        "kernel">:$padding,
    Arg<UnitAttr, "rounds the numbers of windows up">:$ceil_mode,
    Arg<DefaultValuedAttr<BoolAttr, "true">,
        "the zeros of the padding count as elements">:$count_include_pad,
    Arg<OptionalAttr<I64Attr>, "divisor of the sums, not 0">:$divisor_override);
}

def Dl_AvgPool1dOp : Dl_PoolCompositeOp<"avg_pool1d",
    "N x C x OL, OL as OH of `max_pool2d` without dilation"> {
  let summary = "mean of each window, as torch.nn.functional.avg_pool1d";
  let description = [{
    `avg_pool2d` of images with one row: x is N x C x L.
    ```mlir
    %y = dl.avg_pool1d %x {kernel = [4]} : tensor<8x16x32xf32> -> tensor<8x16x8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "sequences, N x C x L">:$x,
    Arg<I64SmallVectorArrayAttr, "extent of the window, 1 or more">:$kernel,
    Arg<OptionalAttr<I64ArrayAttr>,
        "step of the window, 1 or more; `kernel` if not given">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0}">,
        "zeros on either side, 0 or more, at most half of the kernel">:$padding,
    Arg<UnitAttr, "rounds the number of windows up">:$ceil_mode,
    Arg<DefaultValuedAttr<BoolAttr, "true">,
        "the zeros of the padding count as elements">:$count_include_pad);
}

def Dl_GlobalAvgPool2dOp : Dl_PoolCompositeOp<"global_avg_pool2d", "N x C x 1 x 1"> {
  let summary = "mean of each channel of an image";
  let description = [{
    `adaptive_avg_pool2d` to one row and one column.
    ```mlir
    %y = dl.global_avg_pool2d %x : tensor<8x16x32x32xf32> -> tensor<8x16x1x1xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "images, N x C x H x W, with a row and a column or more">:$x);
}

def Dl_GlobalMaxPool2dOp : Dl_PoolCompositeOp<"global_max_pool2d", "N x C x 1 x 1"> {
  let summary = "maximum of each channel of an image";
  let description = [{
    `max_pool2d` with one window; the gradient goes to the first maximum.
    ```mlir
    %y = dl.global_max_pool2d %x : tensor<8x16x32x32xf32> -> tensor<8x16x1x1xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "images, N x C x H x W, with a row and a column or more">:$x);
}

def Dl_AdaptiveAvgPool2dOp : Dl_PoolCompositeOp<"adaptive_avg_pool2d",
    "N x C x output_size[0] x output_size[1]"> {
  let summary = "means of a given number of windows, as torch.nn.functional.adaptive_avg_pool2d";
  let description = [{
    Row i of `output_size[0]` rows is the mean of rows `floor(i H / output_size[0])`
    up to, not including, `ceil((i + 1) H / output_size[0])`; columns alike. If
    the size divides that of the image, the op equals `avg_pool2d`.
    ```mlir
    %y = dl.adaptive_avg_pool2d %x {output_size = [7, 7]} : tensor<8x16x32x30xf32> -> tensor<8x16x7x7xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "images, N x C x H x W, with a row and a column or more">:$x,
    Arg<I64SmallVectorArrayAttr, "rows and columns of y, 1 or more">:$output_size);
}

def Dl_KMaxPoolOp : Dl_PoolCompositeOp<"k_max_pool",
    "the shape of x with k along `axis`", [Dl_Counts]> {
  let summary = "the k greatest values along a dimension, in the order of x";
  let description = [{
    Kalchbrenner et al., ACL 2014. Among equal values the op takes those with the lowest
    indices; NaN counts as the greatest. It is a `gather` by the sorted indices of `top_k`;
    the gradient goes to the elements taken.
    ```mlir
    %y = dl.k_max_pool %x {k = 3 : i64, axis = 2 : i64} : tensor<8x16x32xf32> -> tensor<8x16x3xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape of rank 1 or more">:$x,
    Arg<I64Attr, "number of values, from 1 to the extent of x along `axis`">:$k,
    Arg<I64Attr, "the dimension to choose along">:$axis);
}

#endif // DL_POOLING_TD
