//===- Elementwise.td - Scalar functions of tensors --------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shapes of several operands broadcast as in NumPy: aligned at the last
// dimension, an extent of 1 (or a missing dimension) goes with any other.
//
//===----------------------------------------------------------------------===//

#ifndef DL_ELEMENTWISE_TD
#define DL_ELEMENTWISE_TD

include "dlc/Dialect/Dl/DlAttrs.td"

//===----------------------------------------------------------------------===//
// Functions of one operand
//===----------------------------------------------------------------------===//

def Dl_NegOp : Dl_UnaryOp<"neg", "-x", "e.neg(dy)", Dl_NumberTensor,
                          [Dl_CheapToRepeat]> {
  let denormals = Dl_Denormals.kept;
  let hasFolder = 1;
}
def Dl_AbsOp : Dl_UnaryOp<"abs", "|x|; gradient sign(x)",
                          "e.mul(dy, e.sign(x))", Dl_NumberTensor,
                          [Dl_CheapToRepeat]> {
  let denormals = Dl_Denormals.kept;
  let hasFolder = 1;
}
def Dl_SignOp : Dl_FlatOp<"sign", "-1, 0 or 1 (0 where x is not a number)",
                          Dl_NumberTensor, [Idempotent, Dl_CheapToRepeat]> {
  let denormals = "taken for zeros: the result is 0";
}
def Dl_SquareOp : Dl_UnaryOp<"square", "x^2; gradient 2 x",
                             "e.mul(dy, e.scale(x, 2))", Dl_NumberTensor,
                             [Dl_CheapToRepeat]> {
  let hasFolder = 1;
}
def Dl_ReciprocalOp : Dl_UnaryOp<"reciprocal", "1 / x; gradient -y^2",
                                 "e.neg(e.mul(dy, e.square(y)))">;
def Dl_SqrtOp : Dl_UnaryOp<"sqrt", "square root; gradient 1 / (2 y)",
                           "e.div(e.scale(dy, 0.5), y)">;
def Dl_RsqrtOp : Dl_UnaryOp<"rsqrt", "1 / sqrt(x); gradient -y^3 / 2",
                            "e.mul(dy, e.scale(e.mul(y, e.square(y)), -0.5))">;
def Dl_ExpOp : Dl_UnaryOp<"exp", "e^x; gradient y", "e.mul(dy, y)">;
def Dl_Expm1Op : Dl_UnaryOp<"expm1", "e^x - 1, exact near 0; gradient y + 1",
                            "e.mul(dy, e.offset(y, 1))"> {
  let denormals = Dl_Denormals.kept;
}
def Dl_LogOp : Dl_UnaryOp<"log", "natural logarithm; gradient 1 / x",
                          "e.div(dy, x)"> {
  let denormals = "their logarithms where positive; taken for -0 where negative";
}
def Dl_Log1pOp : Dl_UnaryOp<"log1p", "log(1 + x), exact near 0; gradient 1 / (1 + x)",
                            "e.div(dy, e.offset(x, 1))"> {
  let denormals = Dl_Denormals.kept;
}
def Dl_SinOp : Dl_UnaryOp<"sin", "sine; gradient cos(x)", "e.mul(dy, e.cos(x))">;
def Dl_CosOp : Dl_UnaryOp<"cos", "cosine; gradient -sin(x)",
                          "e.neg(e.mul(dy, e.sin(x)))">;
def Dl_TanhOp : Dl_UnaryOp<"tanh", "hyperbolic tangent; gradient 1 - y^2",
                           "e.mul(dy, e.offset(e.neg(e.square(y)), 1))">;
// The factor is 2 / sqrt(pi).
def Dl_ErfOp : Dl_UnaryOp<"erf", "error function; gradient 2 / sqrt(pi) e^(-x^2)",
    "e.mul(dy, e.scale(e.exp(e.neg(e.square(x))), 1.1283791670955126))">;
def Dl_FloorOp : Dl_FlatOp<"floor", "greatest whole number not above x",
                           Dl_FloatTensor, [Idempotent]> {
  let denormals = "taken for zeros of their sign: so are the results";
}
def Dl_CeilOp : Dl_FlatOp<"ceil", "least whole number not below x",
                          Dl_FloatTensor, [Idempotent]> {
  let denormals = "taken for zeros of their sign: so are the results";
}
def Dl_RoundOp : Dl_FlatOp<"round", "nearest whole number, halves to even",
                           Dl_FloatTensor, [Idempotent]>;

def Dl_ScaleOp : Dl_ElementwiseOp<"scale",
    [SameOperandsAndResultType, Dl_HasRule, Dl_CheapToRepeat]> {
  let summary = "x times a constant";
  let description = [{
    ```mlir
    %y = dl.scale %x by 0.5 : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape">:$x,
    Arg<Dl_RealAttr, "the constant">:$factor);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x `by` custom<Number>($factor) attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Dl_OffsetOp : Dl_ElementwiseOp<"offset",
    [SameOperandsAndResultType, Dl_HasRule, Dl_CheapToRepeat]> {
  let summary = "x plus a constant";
  let description = [{
    ```mlir
    %y = dl.offset %x by 1.0e-5 : tensor<8xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_FloatTensor, "any shape">:$x,
    Arg<Dl_RealAttr, "the constant">:$term);
  let results = (outs Res<Dl_FloatTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x `by` custom<Number>($term) attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Dl_ClampOp : Dl_Op<"clamp", [Pure, SameOperandsAndResultType,
                                 Dl_IsComposite]> {
  let summary = "x limited to the range from `min` to `max`, as torch.clamp";
  let description = [{
    Either bound may be missing, but not both. If `min` is above `max` the result is
    `max`. Bounds of integers must be whole numbers. Gradient 1 between the bounds, 0
    elsewhere.
    ```mlir
    %y = dl.clamp %x {min = -1.0, max = 1.0} : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_NumberTensor, "any shape">:$x,
    Arg<OptionalAttr<Dl_RealAttr>,
        "least value of y; for integers a whole number that their type can represent">:$min,
    Arg<OptionalAttr<Dl_RealAttr>, "greatest value of y, with the same restriction">:$max);
  let results = (outs Res<Dl_NumberTensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Functions of two operands
//===----------------------------------------------------------------------===//

def Dl_AddOp : Dl_BinaryOp<"add", "a + b", "dy", "dy",
                           [Commutative, Dl_CheapToRepeat]> {
  let description = [{
    ```mlir
    %y = dl.add %a, %b : tensor<8x4xf32>
    %z = dl.add %a, %c : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
    ```
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Dl_SubOp : Dl_BinaryOp<"sub", "a - b", "dy", "e.neg(dy)",
                           [Dl_CheapToRepeat]> {
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Dl_MulOp : Dl_BinaryOp<"mul", "a * b", "e.mul(dy, b)", "e.mul(dy, a)",
                           [Commutative, Dl_CheapToRepeat]> {
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Dl_DivOp : Dl_BinaryOp<"div", "a / b (integers round toward zero, and give 0 where b is 0)",
                           "e.div(dy, b)", "e.neg(e.mul(operands[0], y))",
                           [Dl_CheapToRepeat]> {
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}
def Dl_MaxOp : Dl_BinaryOp<"max", "the greater of a and b; where equal the gradient goes to a",
                           "e.where(e.compare(Predicate::ge, a, b), dy)",
                           "e.unless(e.compare(Predicate::ge, a, b), dy)",
                           [Dl_CheapToRepeat]> {
  let hasFolder = 1;
}
def Dl_MinOp : Dl_BinaryOp<"min", "the lesser of a and b; where equal the gradient goes to a",
                           "e.where(e.compare(Predicate::le, a, b), dy)",
                           "e.unless(e.compare(Predicate::le, a, b), dy)",
                           [Dl_CheapToRepeat]> {
  let hasFolder = 1;
}

def Dl_PowOp : Dl_PairOp<"pow", "power a^b; gradients b a^(b-1) and y log(a)",
                         Dl_FloatTensor, [Dl_HasRule]> {
  let description = [{
    Where b is 0 the gradient for a is 0; where a is 0 and b is not negative, the
    gradient for b is 0.
    ```mlir
    %y = dl.pow %a, %b : tensor<8x4xf32>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Comparison, logic, choice, conversion
//===----------------------------------------------------------------------===//

def Dl_CompareOp : Dl_ElementwiseOp<"compare",
    [Dl_InferTypes, Dl_NoDerivative, Dl_CheapToRepeat]> {
  let summary = "ordered comparison; false where an operand is not a number";
  let description = [{
    `ne` is true where an operand is not a number.
    ```mlir
    %m = dl.compare gt %a, %b : tensor<8x4xf32> -> tensor<8x4xi1>
    %n = dl.compare le %a, %c : tensor<8x4xf32>, tensor<8x1xf32> -> tensor<8x4xi1>
    ```
  }];
  let arguments = (ins
    Arg<Dl_PredicateAttr,
        "`eq`, `ne`, `lt`, `le`, `gt` or `ge`: a = b, a != b, a < b, a <= b, a > b, a >= "
        "b">:$predicate,
    Arg<Dl_Tensor, "any shape">:$a,
    Arg<Dl_Tensor, "any shape that broadcasts with that of a">:$b);
  let results = (outs Res<Dl_BoolTensor, "the shape that a and b broadcast to">:$y);
  let assemblyFormat = [{
    custom<Predicate>($predicate) $a `,` $b attr-dict
    `:` custom<OneOrTwoTypes>(type($a), type($b)) `->` type($y)
  }];
  let denormals = "taken for zeros: equal to 0 and to each other";
}

def Dl_AndOp : Dl_PairOp<"and", "true where a and b are true", Dl_BoolTensor,
                          [Commutative, Dl_NoDerivative]> {
  let hasFolder = 1;
}
def Dl_OrOp : Dl_PairOp<"or", "true where a or b or both are true", Dl_BoolTensor,
                         [Commutative, Dl_NoDerivative]> {
  let hasFolder = 1;
}
def Dl_XorOp : Dl_PairOp<"xor", "true where exactly one of a and b is true", Dl_BoolTensor,
                          [Commutative, Dl_NoDerivative]>;
def Dl_NotOp : Dl_ElementwiseOp<"not", [SameOperandsAndResultType, Dl_NoDerivative]> {
  let summary = "true where x is false";
  let description = [{
    ```mlir
    %y = dl.not %x : tensor<8x4xi1>
    ```
  }];
  let arguments = (ins Arg<Dl_BoolTensor, "any shape">:$x);
  let results = (outs Res<Dl_BoolTensor, "shape of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Dl_SelectOp : Dl_ElementwiseOp<"select",
    [Dl_InferTypes, Dl_HasRule, Dl_CheapToRepeat]> {
  let summary = "chooses a where the condition is true, otherwise b";
  let description = [{
    ```mlir
    %y = dl.select %m, %a, %b : tensor<8x4xi1>, tensor<8x4xf32>
    %z = dl.select %m, %a, %c : tensor<8x4xi1>, tensor<8x4xf32>, tensor<f32> -> tensor<8x4xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_BoolTensor, "any shape that broadcasts with those of a and b">:$condition,
    Arg<Dl_Tensor, "values where the condition is true, any shape">:$a,
    Arg<Dl_Tensor, "values elsewhere, any shape that broadcasts with that of a, of the element type of "
        "a">:$b);
  let results = (outs Res<Dl_Tensor, "the shape that all three broadcast to">:$y);
  let assemblyFormat = [{
    $condition `,` $a `,` $b attr-dict
    `:` type($condition) `,` custom<Broadcast>(type($a), type($b), type($y))
  }];
  let denormals = Dl_Denormals.kept;
  let hasFolder = 1;
}

def Dl_CastOp : Dl_ElementwiseOp<"cast", [Dl_HasRule, Dl_CheapToRepeat]> {
  let summary = "the same numbers in another element type";
  let description = [{
    Float to integer rounds toward zero; values out of range become the nearest end of
    the range, NaN becomes 0. To `i1`: true where x is not equal to zero.
    ```mlir
    %y = dl.cast %x : tensor<8xui8> to tensor<8xf32>
    ```
  }];
  let arguments = (ins Arg<Dl_Tensor, "any shape">:$x);
  let results = (outs Res<Dl_Tensor, "shape of x, of any of these types">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let denormals = "to `i1` not equal to zero, so true; otherwise taken for zeros, and not given";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Dl_CopyOp : Dl_ElementwiseOp<"copy",
    [SameOperandsAndResultType, Dl_HasRule, Dl_CheapToRepeat]> {
  let summary = "a copy of x in memory of its own";
  let description = [{
    The compiler makes it where a value that a step returns would share its
    memory with another.
  }];
  let arguments = (ins Arg<Dl_Tensor, "any shape">:$x);
  let results = (outs Res<Dl_Tensor, "shape and type of x">:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let denormals = Dl_Denormals.kept;
}

#endif // DL_ELEMENTWISE_TD
