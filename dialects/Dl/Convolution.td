//===- Convolution.td - Convolution and its two gradients -------*- tablegen -*-===//
//
// The three are bilinear and close over themselves: the derivative of each is
// made of the other two.
//
//===----------------------------------------------------------------------===//

#ifndef DL_CONVOLUTION_TD
#define DL_CONVOLUTION_TD

include "dialects/Dl/DlAttrs.td"

/// What the members of the family share: the geometry of the window.
class Dl_ConvOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([Pure, Dl_HasRule], traits)> {
  dag geometry = (ins
    DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">:$stride,
    DefaultValuedAttr<I64SmallVectorArrayAttr, "{0, 0}">:$padding,
    DefaultValuedAttr<I64SmallVectorArrayAttr, "{1, 1}">:$dilation,
    DefaultValuedAttr<Dl_LayoutAttr, "::dlc::dl::Layout::ChannelsFirst">:$layout);
  code geometryMethods = [{
    ::dlc::dl::WindowGeometry getGeometry() {
      return {getStride(), getPadding(), getDilation(), getLayout()};
    }
  }];
}

def Dl_Conv2dOp : Dl_ConvOp<"conv2d", [
    AllElementTypesMatch<["x", "w", "y"]>,
    InferTypeOpAdaptor,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "2-D convolution (cross-correlation), as torch.nn.functional.conv2d";
  let description = [{
    `y[n, o, i, j] = bias[o] + sum over c, k, l of x[n, c, i stride + k dilation - padding, ...] w[o, c, k, l]`.
    The extent of y is `(H + 2 padding - dilation (KH - 1) - 1) / stride + 1`.
    ```mlir
    %y = dl.conv2d %x, %w bias %b {padding = [1, 1]} : tensor<8x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32> -> tensor<8x16x32x32xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$x, Dl_FloatTensor:$w,
                            Optional<Dl_FloatTensor>:$bias), geometry);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $w (`bias` $bias^)? attr-dict
    `:` type($x) `,` type($w) (`,` type($bias)^)? `->` type($y)
  }];
  let extraClassDeclaration = geometryMethods;
}

def Dl_Conv2dInputGradOp : Dl_ConvOp<"conv2d_input_grad", [
    AllElementTypesMatch<["dy", "w", "dx"]>,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "the cotangent of conv2d's image";
  let description = [{
    ```mlir
    %dx = dl.conv2d_input_grad %dy, %w {padding = [1, 1]} : tensor<8x16x32x32xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x32x32xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$dy, Dl_FloatTensor:$w), geometry);
  let results = (outs Dl_FloatTensor:$dx);
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
    ```mlir
    %dw = dl.conv2d_filter_grad %x, %dy {padding = [1, 1]} : tensor<8x3x32x32xf32>, tensor<8x16x32x32xf32> -> tensor<16x3x3x3xf32>
    ```
  }];
  let arguments = !con((ins Dl_FloatTensor:$x, Dl_FloatTensor:$dy), geometry);
  let results = (outs Dl_FloatTensor:$dw);
  let assemblyFormat = [{
    $x `,` $dy attr-dict `:` type($x) `,` type($dy) `->` type($dw)
  }];
  let extraClassDeclaration = geometryMethods;
  let hasVerifier = 1;
}

#endif // DL_CONVOLUTION_TD
