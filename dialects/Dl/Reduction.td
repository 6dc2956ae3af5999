//===- Reduction.td - Sums, maxima and their places -------------*- tablegen -*-===//

#ifndef DL_REDUCTION_TD
#define DL_REDUCTION_TD

include "dialects/Dl/DlAttrs.td"

/// Reduces the dimensions `axes`, which the result no longer has.
class Dl_ReduceOp<string mnemonic, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat([
        DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>],
        traits)> {
  let arguments = (ins Dl_Tensor:$x, I64SmallVectorArrayAttr:$axes);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}

def Dl_ReduceSumOp : Dl_ReduceOp<"reduce_sum", [Dl_HasRule]> {
  let summary = "sum over dimensions; gradient: broadcast";
  let description = [{
    ```mlir
    %y = dl.reduce_sum %x {axes = [0, 2]} : tensor<8x4x3xf32> -> tensor<4xf32>
    ```
  }];
  let hasFolder = 1;
}

def Dl_ReduceMaxOp : Dl_ReduceOp<"reduce_max", [Dl_HasRule]> {
  let summary = "maximum over dimensions; the gradient is shared by equal maxima";
  let description = [{
    ```mlir
    %y = dl.reduce_max %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    ```
    As `torch.amax`: where several elements are the maximum, each takes an equal
    share of the gradient.
  }];
}

def Dl_ArgmaxOp : Dl_PureOp<"argmax", [
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand", "hasRows"]>]> {
  let summary = "index of the first maximum along a dimension";
  let description = [{
    ```mlir
    %i = dl.argmax %x {axis = 1} : tensor<8x10xf32> -> tensor<8xi32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x, I64Attr:$axis);
  let results = (outs TensorOf<[I32]>:$index);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($index)";
}

def Dl_CountEqualOp : Dl_PureOp<"count_equal", [SameTypeOperands,
    DeclareOpInterfaceMethods<Dl_Decomposable>]> {
  let summary = "how many elements of two tensors agree";
  let description = [{
    ```mlir
    %n = dl.count_equal %a, %b : tensor<8xi32> -> tensor<i32>
    ```
  }];
  let arguments = (ins Dl_IntTensor:$a, Dl_IntTensor:$b);
  let results = (outs TensorRankOf<[I32], [0]>:$count);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($a) `->` type($count)";
}

#endif // DL_REDUCTION_TD
