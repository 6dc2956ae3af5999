//===- Convolution.td - Convolutions and their gradients ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three of rank 2 are primitive, bilinear, and close over themselves: the
// derivative of each is made of the other two. Sequences, volumes and the
// transposed convolution are composites of them.
//
//===----------------------------------------------------------------------===//

#ifndef DL_CONVOLUTION_TD
#define DL_CONVOLUTION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// Dl_ChannelLayer of a convolution whose filter has the channels of the result in
/// dimension 0 and those of x, group by group, in dimension 1; transposed, the other
/// way round.
class Dl_ConvChannels<bit transposed = 0> {
  string first = !if(transposed, "Inputs", "Outputs");
  string second = !if(transposed, "Outputs", "Inputs");
  code definition = [{
    std::optional<::dlc::dl::LayerChannels> $cppClass::getChannels() {
      int64_t dim = channelDimOf(*this);
      return ::dlc::dl::LayerChannels{getX(), getW(), getBias(), dim, dim};
    }
    ::mlir::Value $cppClass::scale}] # first # [{(::mlir::OpBuilder &builder,
                                             ::mlir::Value factors) {
      ::dlc::dl::Expr e(builder, getLoc());
      return inOwnLayout(
          e, *this, scaleFirst(e, filterChannelsFirst(e, *this), factors));
    }
    ::mlir::Value $cppClass::scale}] # second # [{(::mlir::OpBuilder &builder,
                                              ::mlir::Value factors) {
      ::dlc::dl::Expr e(builder, getLoc());
      return inOwnLayout(e, *this,
                         scaleInGroups(e, filterChannelsFirst(e, *this), factors,
                                       getGroups()));
    }
    bool $cppClass::shiftsAlike() { return shiftsConvAlike(*this); }
    ::mlir::Value $cppClass::shiftInputs(::mlir::OpBuilder &builder,
                                         ::mlir::Value terms) {
      ::dlc::dl::Expr e(builder, getLoc());
      return e.sumAllBut(
          scaleInGroups(e, filterChannelsFirst(e, *this), terms, getGroups()), 0);
    }
    ::mlir::Value $cppClass::rebuild(::mlir::OpBuilder &builder,
                                     ::mlir::Value weight, ::mlir::Value bias) {
      return rebuildConv(*this, builder, weight, bias);
    }
  }];
}

/// Base of all convolutions: the geometry of the window.
class Dl_ConvOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([Pure, Dl_HasRule], traits)> {
  dag geometry = (ins
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">,
        "step of the window in rows and columns, 1 or more">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">,
        "zeros on either side in rows and columns, 0 or more">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">,
        "distance between taps of the filter in rows and columns, 1 or more">:$dilation,
    Arg<DefaultValuedAttr<I64Attr, "1">,
        "blocks of channels, 1 or more; divides C and O">:$groups,
    Arg<DefaultValuedAttr<Dl_LayoutAttr, "::dlc::dl::Layout::ChannelsFirst">,
        "order of the dimensions: with `channels_last` images are N x H x W x C and filters KH x "
        "KW x C/groups x O">:$layout);
  code geometryMethods = [{
    ::dlc::dl::WindowGeometry getGeometry() {
      return {getStride(), getPadding(), getDilation(), getLayout()};
    }
  }];
}

def Dl_Conv2dOp : Dl_ConvOp<"conv2d", [
    AllElementTypesMatch<["x", "w", "y"]>,
    Dl_InferTypes, Dl_HasChannels,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "2-D convolution (cross-correlation), as torch.nn.functional.conv2d";
  let description = [{
    `y[n, o, i, j] = bias[o] + sum over c, k, l of x[n, c, i stride + k dilation - padding, ...] w[o, c, k, l]`.
    The extent of y is `(H + 2 padding - dilation (KH - 1) - 1) / stride + 1`.

    `groups` divides the channels of x and of y into as many blocks, and each block of
    y depends on the same block of x alone: w is O x C/groups x KH x KW. With C groups
    of one channel the convolution is depthwise. Gradient: `conv2d_input_grad`,
    `conv2d_filter_grad`, and for the bias a sum.
    ```mlir
    %y = dl.conv2d %x, %w bias %b {padding = [1, 1]} : tensor<8x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32> -> tensor<8x16x32x32xf32>
    %z = dl.conv2d %y, %v {groups = 16, stride = [2, 2]} : tensor<8x16x32x32xf32>, tensor<16x1x2x2xf32> -> tensor<8x16x16x16xf32>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "images, N x C x H x W">:$x,
    Arg<Dl_FloatTensor, "filters, O x C/groups x KH x KW">:$w,
    Arg<Optional<Dl_FloatTensor>, "terms of the channels of y, O; zeros if not given">:$bias), geometry);
  let results = (outs
    Res<Dl_FloatTensor,
        "N x O x OH x OW, OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1, OW "
        "alike; both 1 or more">:$y);
  let assemblyFormat = [{
    $x `,` $w (`bias` $bias^)? attr-dict
    `:` type($x) `,` type($w) (`,` type($bias)^)? `->` type($y)
  }];
  let extraClassDeclaration = geometryMethods;
  let extraClassDefinition = Dl_ConvChannels<>.definition;
}

def Dl_Conv2dInputGradOp : Dl_ConvOp<"conv2d_input_grad", [
    AllElementTypesMatch<["dy", "w", "dx"]>,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "the cotangent of conv2d's image";
  let description = [{
    The result has the shape of the image: several shapes are possible for the same
    dy. Gradient: `conv2d` for dy, `conv2d_filter_grad` for w.
    ```mlir
    %dx = dl.conv2d_input_grad %dy, %w {padding = [1, 1]} : tensor<8x16x32x32xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x32x32xf32>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "cotangent of y, N x O x OH x OW">:$dy,
    Arg<Dl_FloatTensor, "filters, O x C/groups x KH x KW">:$w), geometry);
  let results = (outs
    Res<Dl_FloatTensor,
        "cotangent of x, N x C x H x W; its H and W give `conv2d` the OH and OW of dy">:$dx);
  let assemblyFormat = [{
    $dy `,` $w attr-dict `:` type($dy) `,` type($w) `->` type($dx)
  }];
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

def Dl_Conv2dFilterGradOp : Dl_ConvOp<"conv2d_filter_grad", [
    AllElementTypesMatch<["x", "dy", "dw"]>]> {
  let summary = "the cotangent of conv2d's filter";
  let description = [{
    Gradient: `conv2d_input_grad` for x, `conv2d` for dy.
    ```mlir
    %dw = dl.conv2d_filter_grad %x, %dy {padding = [1, 1]} : tensor<8x3x32x32xf32>, tensor<8x16x32x32xf32> -> tensor<16x3x3x3xf32>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatTensor, "images, N x C x H x W">:$x,
    Arg<Dl_FloatTensor, "cotangent of y, N x O x OH x OW">:$dy), geometry);
  let results = (outs
    Res<Dl_FloatTensor,
        "cotangent of w, O x C/groups x KH x KW; its KH and KW give `conv2d` the OH and OW of "
        "dy">:$dw);
  let assemblyFormat = [{
    $x `,` $dy attr-dict `:` type($x) `,` type($dy) `->` type($dw)
  }];
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Composites
//===----------------------------------------------------------------------===//

/// A convolution over another number of spatial dimensions.
class Dl_ConvCompositeOp<string mnemonic, string resultShape, bit transposed = 0>
    : Dl_PureOp<mnemonic, [
    Dl_IsComposite, Dl_HasChannels, AllElementTypesMatch<["x", "w", "y"]>]> {
  let results = (outs Res<Dl_FloatTensor, resultShape>:$y);
  let assemblyFormat = [{
    $x `,` $w (`bias` $bias^)? attr-dict
    `:` type($x) `,` type($w) (`,` type($bias)^)? `->` type($y)
  }];
  let extraClassDefinition = Dl_ConvChannels<transposed>.definition;
}

def Dl_Conv1dOp : Dl_ConvCompositeOp<"conv1d",
    "N x O x OL, OL = floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1, 1 or more"> {
  let summary = "1-D convolution, as torch.nn.functional.conv1d";
  let description = [{
    `conv2d` of images with one row: x is N x C x L, w O x C/groups x K.
    ```mlir
    %y = dl.conv1d %x, %w bias %b {padding = [1]} : tensor<8x3x32xf32>, tensor<16x3x3xf32>, tensor<16xf32> -> tensor<8x16x32xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "sequences, N x C x L">:$x,
    Arg<Dl_FloatTensor, "filters, O x C/groups x K">:$w,
    Arg<Optional<Dl_FloatTensor>, "terms of the channels of y, O; zeros if not given">:$bias,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1}">,
        "step of the window, 1 or more">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0}">,
        "zeros on either side, 0 or more">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1}">,
        "distance between taps of the filter, 1 or more">:$dilation,
    Arg<DefaultValuedAttr<I64Attr, "1">,
        "blocks of channels, 1 or more; divides C and O">:$groups);
}

def Dl_Conv3dOp : Dl_ConvCompositeOp<"conv3d",
    "N x O x OD x OH x OW, each as OH of `conv2d`"> {
  let summary = "3-D convolution, as torch.nn.functional.conv3d";
  let description = [{
    x is N x C x D x H x W, w O x C/groups x KD x KH x KW. A sum over the KD planes
    of the filter of `conv2d`, whose images are the planes of x.
    ```mlir
    %y = dl.conv3d %x, %w {stride = [2, 1, 1]} : tensor<2x3x9x16x16xf32>, tensor<8x3x3x3x3xf32> -> tensor<2x8x4x14x14xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "volumes, N x C x D x H x W">:$x,
    Arg<Dl_FloatTensor, "filters, O x C/groups x KD x KH x KW">:$w,
    Arg<Optional<Dl_FloatTensor>, "terms of the channels of y, O; zeros if not given">:$bias,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1, 1}">,
        "step of the window in planes, rows and columns, 1 or more">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0, 0}">,
        "zeros on either side in planes, rows and columns, 0 or more">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1, 1}">,
        "distance between taps of the filter in planes, rows and columns, 1 or more">:$dilation,
    Arg<DefaultValuedAttr<I64Attr, "1">,
        "blocks of channels, 1 or more; divides C and O">:$groups);
}

def Dl_ConvTranspose2dOp : Dl_ConvCompositeOp<"conv_transpose2d",
    "N x O x OH x OW, OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1, "
    "OW alike; both 1 or more",
    /*transposed=*/1> {
  let summary = "transposed 2-D convolution, as torch.nn.functional.conv_transpose2d";
  let description = [{
    The transpose of the linear map `conv2d`: `conv2d_input_grad`, plus a bias.
    x is N x I x H x W, w I x O/groups x KH x KW. The extent of y is
    `(H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1`.
    ```mlir
    %y = dl.conv_transpose2d %x, %w {stride = [2, 2], padding = [1, 1], output_padding = [1, 1]} : tensor<8x16x7x7xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x14x14xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "images, N x I x H x W, with a row and a column or more">:$x,
    Arg<Dl_FloatTensor, "filters, I x O/groups x KH x KW">:$w,
    Arg<Optional<Dl_FloatTensor>, "terms of the channels of y, O; zeros if not given">:$bias,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">,
        "distance in y between the windows of neighbours in x, 1 or more, in rows and "
        "columns">:$stride,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">,
        "rows and columns that are cut off on either side, 0 or more">:$padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">,
        "rows and columns added at the end, 0 or more; below `stride` or below "
        "`dilation`">:$output_padding,
    Arg<DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">,
        "distance between taps of the filter in rows and columns, 1 or more">:$dilation,
    Arg<DefaultValuedAttr<I64Attr, "1">,
        "blocks of channels, 1 or more; divides I and O">:$groups);
}

#endif // DL_CONVOLUTION_TD
