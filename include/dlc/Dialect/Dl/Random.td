//===- Random.td - Reproducible random numbers -------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_RANDOM_TD
#define DL_RANDOM_TD

include "dlc/Dialect/Dl/DlAttrs.td"

/// The type of a counter.
def Dl_Count : Type<TensorRankOf<[I64], [0]>.predicate, "tensor<i64>",
                    "::mlir::TensorType">,
    BuildableType<"::mlir::RankedTensorType::get({}, $_builder.getI64Type())">;

def Dl_RandomBitsOp : Dl_Op<"random_bits", [Pure, Dl_NoDerivative,
    Dl_MadeWhereUsed,
    DeclareOpInterfaceMethods<Dl_RowParallel, ["isRowOperand"]>]> {
  let summary = "bits of the counter-based generator Philox4x32-10";
  let description = [{
    Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
    SC 2011. Element e of the result is word `word` (0 to 3) of

    ```
    Philox4x32-10(counter = {low 32 bits of e, number + 2^24 * (bits 32 to 39 of e),
                             low 32 bits of step, high 32 bits of step},
                  key     = {low 32 bits of seed, high 32 bits of seed})
    ```

    as an i32 with those bits. e counts the elements in row-major order; with
    `strides`, the element at index (i0, i1, ...) is number
    i0 * strides[0] + i1 * strides[1] + ..., so that a transpose of `random_bits` is
    a `random_bits` too. The result depends on nothing else: not on the number of threads,
    the width of vectors, or the kernel that computes it.

    Programs draw with `dl.uniform` and the other distributions; the phase `resolve`
    makes this op, with the model's seed and step count and with a number that is
    unique in the model. In the body of a `dl.scan` the step is the step count
    plus 2^32 times the number of the iteration (of all loops around the op together,
    the innermost running fastest). It has no derivative.
    ```mlir
    %b = dl.random_bits %seed, %step number 3 word 0 : tensor<8x4xi32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Count, "a scalar">:$seed,
    Arg<Dl_Count, "the step count, a scalar">:$step,
    Arg<I64Attr, "number of the op, from 0 to 2^24 - 1">:$number,
    Arg<I64Attr, "which word of the generator, 0 to 3">:$word,
    Arg<OptionalAttr<DenseI64ArrayAttr>,
        "one for each dimension, 0 or more; row-major order if not given">:$strides);
  let results = (outs Res<Dl_TensorOf<[I32]>, "any shape">:$bits);
  let assemblyFormat = [{
    $seed `,` $step `number` $number `word` $word (`strides` $strides^)? attr-dict
    `:` type($bits)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// The number of the element at an index is the scalar product with these.
    ::llvm::SmallVector<int64_t> getElementStrides();
  }];
}

/// An op that draws and takes nothing.
class Dl_DistributionOp<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([
        Dl_Shorthand, DeclareOpInterfaceMethods<Dl_Random>], traits)>;

def Dl_UniformOp : Dl_DistributionOp<"uniform"> {
  let summary = "uniform on [low, high), as torch.rand";
  let description = [{
    `low + (high - low) u`. With w0, w1 the words 0 and 1 of `dl.random_bits`, as
    unsigned numbers, and >> dropping bits,

    ```
    u = (w0 >> 8) 2^-24                               in f32
    u = ((w0 >> 5) 2^26 + (w1 >> 6)) 2^-53            in f64
    ```

    so u is never 1. As with all ops that draw, the numbers change with the seed
    and the step count, that is, with every call of a step that trains; steps that
    do not train draw the same numbers until another step has trained or the caller sets
    `step_count`. No two ops of a model draw the same numbers, nor do two calls of
    one function, nor two iterations of a loop.
    ```mlir
    %u = dl.uniform {low = -1.0, high = 1.0} : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">, "least value, finite">:$low,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "upper end, finite and not below `low`">:$high);
  let results = (outs Res<Dl_FloatTensor, "any shape">:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Dl_NormalOp : Dl_DistributionOp<"normal"> {
  let summary = "normal with a mean and a standard deviation, as torch.randn";
  let description = [{
    `mean + deviation sqrt(-2 ln(u1)) cos(2 pi u2)` (Box and Muller), where, with
    the words w0 to w3 of `dl.random_bits`,

    ```
    u1 = ((w0 >> 8) + 1) 2^-24,  u2 = (w1 >> 8) 2^-24                     in f32
    u1 = ((w0 >> 5) 2^26 + (w2 >> 6) + 1) 2^-53,
    u2 = ((w1 >> 5) 2^26 + (w3 >> 6)) 2^-53                               in f64
    ```

    For a learned mean and deviation, scale and shift a standard normal sample with
    `dl.mul` and `dl.add`: the gradient goes to their operands.
    ```mlir
    %z = dl.normal {deviation = 0.1} : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">, "mean, finite">:$mean,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">,
        "standard deviation, finite and 0 or more">:$deviation);
  let results = (outs Res<Dl_FloatTensor, "any shape">:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Dl_GumbelOp : Dl_DistributionOp<"gumbel"> {
  let summary = "the standard Gumbel distribution";
  let description = [{
    `-ln(-ln(u))`, where u lies inside of (0, 1):

    ```
    u = ((w0 >> 9) + 1/2) 2^-23                       in f32
    u = ((w0 >> 6) 2^26 + (w1 >> 6) + 1/2) 2^-52      in f64
    ```

    The index of the maximum of logits + gumbel is distributed as softmax(logits).
    ```mlir
    %g = dl.gumbel : tensor<8x10xf32>
    ```
  }];
  let results = (outs Res<Dl_FloatTensor, "any shape">:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
}

def Dl_BernoulliOp : Dl_DistributionOp<"bernoulli", [Dl_NoGradient<["probability"]>]> {
  let summary = "1 with a given probability, otherwise 0, as torch.bernoulli";
  let description = [{
    1 where u < p, with u = (w0 >> 8) 2^-24 and w0 word 0 of `dl.random_bits`. The
    probability is `p` for all elements, or an operand with one for each. The
    result is of type i1 or a float. p has no derivative: the result is piecewise constant
    in it.
    ```mlir
    %m = dl.bernoulli {p = 0.3} : tensor<8x4xi1>
    %h = dl.bernoulli of %probability : tensor<8x4xf32> -> tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Optional<Dl_FloatTensor>,
        "the probability of each element, shape of y; in place of `p`">:$probability,
    Arg<OptionalAttr<Dl_RealAttr>, "probability of all elements, from 0 to 1">:$p);
  let results = (outs Res<Dl_TensorOf<!listconcat([I1], Dl_FloatTypes)>, "any shape, of any of these types">:$y);
  let assemblyFormat = [{
    attr-dict (`of` $probability^ `:` type($probability) `->`) : (`:`)? type($y)
  }];
  let hasVerifier = 1;
}

def Dl_CategoricalOp : Dl_DistributionOp<"categorical", [
    Dl_InferTypes, Dl_Counts, Dl_NoGradient<["logits"]>]> {
  let summary = "a class for every row of logits, as torch.distributions.Categorical";
  let description = [{
    The op draws class c of the last dimension with probability softmax(logits)[c]: the
    index of the maximum of logits plus `dl.gumbel`. It never draws a class with a logit of
    -infinity unless the whole row is -infinity. The result has no derivative.
    ```mlir
    %c = dl.categorical %logits : tensor<8x10xf32> -> tensor<8xi32>
    ```
  }];
  let arguments = (ins Arg<Dl_FloatTensor, "... x C, C 1 or more">:$logits);
  let results = (outs
    Res<Dl_TensorOf<[I32]>, "the classes, the shape of logits without C">:$index);
  let assemblyFormat = "$logits attr-dict `:` type($logits) `->` type($index)";
}

def Dl_PermutationOp : Dl_DistributionOp<"permutation", [Dl_Counts]> {
  let summary = "0 to n - 1 in random order, as torch.randperm";
  let description = [{
    `dl.argsort` of word 0 of `dl.random_bits`, as signed numbers; the lower index of two
    equal words, which occur among n with a probability of n^2 / 2^33, comes first. The result has no derivative; `dl.index_select` by it shuffles
    rows.
    ```mlir
    %p = dl.permutation : tensor<8xi32>
    ```
  }];
  let results = (outs Res<TensorRankOf<[I32], [1]>, "any extent n">:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
}

#endif // DL_RANDOM_TD
