//===- Attention.td - Weighted means of values -------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_ATTENTION_TD
#define DL_ATTENTION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_ScaledDotProductAttentionOp : Dl_PureOp<"scaled_dot_product_attention", [
    AllElementTypesMatch<["query", "key", "value", "y"]>, Dl_IsComposite]> {
  let summary = "softmax(query key^T scale + mask) value";
  let description = [{
    As `torch.nn.functional.scaled_dot_product_attention`, without its dropout.
    query is ... x L x E, key ... x S x E, value ... x S x V, the result ... x L x V, with equal
    dimensions in front. `scale` is 1 / sqrt(E) where none is given.

    A mask of i1 says which keys a query may see; one of floats is added to the
    products. Its shape is ... x L x S, where dimensions of 1 and missing ones in front
    hold for all. `is_causal`, in place of a mask, lets query i see keys 0 to i.
    A query that sees no key gives 0, with gradient 0.

    Gradient: that of its decomposition into matmuls and a softmax, for the
    mask too.
    ```mlir
    %y = dl.scaled_dot_product_attention %q, %k, %v mask %m : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>
    %z = dl.scaled_dot_product_attention %q, %k, %v {is_causal} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$query, Dl_FloatTensor:$key,
                       Dl_FloatTensor:$value, Optional<Dl_Tensor>:$mask,
                       UnitAttr:$is_causal, OptionalAttr<F64Attr>:$scale);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? attr-dict `:` type($query) `,`
    type($key) `,` type($value) (`,` type($mask)^)? `->` type($y)
  }];
}

#endif // DL_ATTENTION_TD
