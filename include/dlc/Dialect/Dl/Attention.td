//===- Attention.td - Weighted means of values -------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_ATTENTION_TD
#define DL_ATTENTION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

class Dl_AttentionOp<string mnemonic, list<Trait> traits = []>
    : Dl_PureOp<mnemonic, !listconcat([Dl_IsComposite], traits)> {
  let arguments = (ins
    Arg<Dl_FloatTensor, "queries, ... x L x E">:$query,
    Arg<Dl_FloatTensor,
        "keys, ... x S x E, with the element type and the dimensions in front of query">:$key,
    Arg<Dl_FloatTensor,
        "values, ... x S x V, with the element type and the dimensions in front of "
        "query">:$value,
    Arg<Optional<Dl_Tensor>,
        "broadcasts to ... x L x S; of i1: true where a query sees a key; of the element type of "
        "query: added to the scores">:$mask,
    Arg<UnitAttr, "query i sees keys 0 to i; excludes a mask">:$is_causal,
    Arg<OptionalAttr<Dl_RealAttr>, "factor of the products, 1 / sqrt(E) if not given">:$scale);
  let extraClassDeclaration = [{
    /// The factor of the scores.
    double getFactor();
  }];
}

def Dl_ScaledDotProductAttentionOp : Dl_AttentionOp<"scaled_dot_product_attention", [
    AllElementTypesMatch<["query", "key", "value", "y"]>]> {
  let summary = "softmax(query key^T scale + mask) value";
  let description = [{
    As `torch.nn.functional.scaled_dot_product_attention`, without its dropout.
    query is ... x L x E, key ... x S x E, value ... x S x V, the result ... x L x V, with equal
    dimensions in front. `scale` is 1 / sqrt(E) unless given.

    A mask of i1 marks the keys that a query may see; a mask of floats is added to the
    products. Its shape is ... x L x S, where dimensions of 1 and missing leading ones
    broadcast. `is_causal`, in place of a mask, lets query i see keys 0 to i.
    A query that sees no key gives 0, with gradient 0.

    If a matrix has more than 65536 scores, the op is replaced by `dl.flash_attention`, whose
    memory grows with L + S and not with L S.

    Gradient: that of its decomposition into matmuls and a softmax, for the
    mask too.
    ```mlir
    %y = dl.scaled_dot_product_attention %q, %k, %v mask %m : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>
    %z = dl.scaled_dot_product_attention %q, %k, %v {is_causal} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
    ```
  }];
  let results = (outs Res<Dl_FloatTensor, "... x L x V">:$y);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? attr-dict `:` type($query) `,`
    type($key) `,` type($value) (`,` type($mask)^)? `->` type($y)
  }];
}

def Dl_FlashAttentionOp : Dl_AttentionOp<"flash_attention", [
    AllElementTypesMatch<["query", "key", "value", "y", "lse"]>, Dl_HasRule]> {
  let summary = "attention by blocks of scores, and the logarithm of the softmax's divisor";
  let description = [{
    y is that of `dl.scaled_dot_product_attention`, with the same operands and attributes.
    lse, ... x L, is the logarithm of the sum over keys of e^score, and -infinity
    for a query that sees no key.

    Scores exist for a block of queries and a part of the keys at a time, up to 65536 for each matrix, and
    are recomputed for the gradient, so that memory grows with L + S (FlashAttention,
    arXiv 2205.14135). Under `is_causal`, parts of the keys that no query of a
    range sees are left out.

    Gradient, where `*` is element by element and p = e^(score - lse):
    ```
    d value = p^T dy
    d score = p * (dy value^T - sum over V of dy * y + dlse)
    d query = scale d score key,  d key = scale d score^T query
    d mask  = d score, summed to its shape
    ```
    ```mlir
    %y, %lse = dl.flash_attention %q, %k, %v {is_causal} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>, tensor<2x4x5xf32>
    ```
  }];
  let results = (outs
    Res<Dl_FloatTensor, "... x L x V">:$y,
    Res<Dl_FloatTensor, "logarithms of the sums of e^score, ... x L">:$lse);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? attr-dict `:` type($query) `,`
    type($key) `,` type($value) (`,` type($mask)^)? `->` type($y) `,` type($lse)
  }];
}

#endif // DL_ATTENTION_TD
