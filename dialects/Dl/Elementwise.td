//===- Elementwise.td - Scalar functions of tensors -------------*- tablegen -*-===//

#ifndef DL_ELEMENTWISE_TD
#define DL_ELEMENTWISE_TD

include "dialects/Dl/DlAttrs.td"

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

def Dl_NegOp   : Dl_UnaryOp<"neg", "-x">;
def Dl_ExpOp   : Dl_UnaryOp<"exp", "e^x; gradient y">;
def Dl_LogOp   : Dl_UnaryOp<"log", "natural logarithm; gradient 1 / x">;
def Dl_SqrtOp  : Dl_UnaryOp<"sqrt", "square root; gradient 1 / (2 y)">;
def Dl_RsqrtOp : Dl_UnaryOp<"rsqrt", "1 / sqrt(x); gradient -y^3 / 2">;

def Dl_AbsOp   : Dl_UnaryOp<"abs", "|x|; gradient sign(x)">;
def Dl_SignOp  : Dl_UnaryOp<"sign", "-1, 0 or 1 (0 where x is not a number); gradient 0">;
def Dl_Log1pOp : Dl_UnaryOp<"log1p", "log(1 + x), exact near 0; gradient 1 / (1 + x)">;
def Dl_Expm1Op : Dl_UnaryOp<"expm1", "e^x - 1, exact near 0; gradient y + 1">;
def Dl_ReciprocalOp : Dl_UnaryOp<"reciprocal", "1 / x; gradient -y^2">;
def Dl_SquareOp : Dl_UnaryOp<"square", "x^2; gradient 2 x">;
def Dl_SinOp   : Dl_UnaryOp<"sin", "sine; gradient cos(x)">;
def Dl_CosOp   : Dl_UnaryOp<"cos", "cosine; gradient -sin(x)">;
def Dl_TanhOp  : Dl_UnaryOp<"tanh", "hyperbolic tangent; gradient 1 - y^2">;
def Dl_ErfOp   : Dl_UnaryOp<"erf", "error function; gradient 2 / sqrt(pi) e^(-x^2)">;
def Dl_FloorOp : Dl_UnaryOp<"floor", "greatest whole number not above x; gradient 0">;
def Dl_CeilOp  : Dl_UnaryOp<"ceil", "least whole number not below x; gradient 0">;
def Dl_RoundOp : Dl_UnaryOp<"round", "nearest whole number, halves to even; gradient 0">;

def Dl_AddOp : Dl_BinaryOp<"add", "a + b", [Commutative]> { let hasFolder = 1; }
def Dl_SubOp : Dl_BinaryOp<"sub", "a - b">;
def Dl_MulOp : Dl_BinaryOp<"mul", "a * b", [Commutative]> { let hasFolder = 1; }
def Dl_DivOp : Dl_BinaryOp<"div", "a / b (of integers toward zero, and 0 where b is 0)">;
def Dl_MaxOp : Dl_BinaryOp<"max", "the greater; where equal the gradient goes to a">;

def Dl_MinOp : Dl_BinaryOp<"min", "the lesser; where equal the gradient goes to a">;

def Dl_PowOp : Dl_ElementwiseOp<"pow", [SameOperandsAndResultType, Dl_HasRule]> {
  let summary = "a to the power b; gradients b a^(b-1) and y log(a)";
  let description = [{
    Where a is 0 the gradient for b is 0.
    ```mlir
    %y = dl.pow %a, %b : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$a, Dl_FloatTensor:$b);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` type($y)";
}

def Dl_ScaleOp : Dl_ElementwiseOp<"scale",
    [SameOperandsAndResultType, Dl_HasRule]> {
  let summary = "x times a constant";
  let description = [{
    ```mlir
    %y = dl.scale %x by 0.5 : tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, F64Attr:$factor);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x `by` custom<Number>($factor) attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Dl_OffsetOp : Dl_ElementwiseOp<"offset",
    [SameOperandsAndResultType, Dl_HasRule]> {
  let summary = "x plus a constant";
  let description = [{
    ```mlir
    %y = dl.offset %x by 1.0e-5 : tensor<8xf32>
    ```
  }];
  let arguments = (ins Dl_FloatTensor:$x, F64Attr:$term);
  let results = (outs Dl_FloatTensor:$y);
  let assemblyFormat = "$x `by` custom<Number>($term) attr-dict `:` type($x)";
}

//===----------------------------------------------------------------------===//
// Comparison, choice, conversion
//===----------------------------------------------------------------------===//

def Dl_CompareOp : Dl_ElementwiseOp<"compare", [SameTypeOperands,
    InferTypeOpAdaptor]> {
  let summary = "ordered comparison; false where an operand is not a number";
  let description = [{
    ```mlir
    %m = dl.compare gt %a, %b : tensor<8x4xf32> -> tensor<8x4xi1>
    ```
  }];
  let arguments = (ins Dl_PredicateAttr:$predicate, Dl_Tensor:$a, Dl_Tensor:$b);
  let results = (outs Dl_BoolTensor:$y);
  let assemblyFormat = [{
    custom<Predicate>($predicate) $a `,` $b attr-dict `:` type($a) `->` type($y)
  }];
}

def Dl_SelectOp : Dl_ElementwiseOp<"select", [
    AllTypesMatch<["a", "b", "y"]>, Dl_HasRule]> {
  let summary = "a where the condition holds, otherwise b";
  let description = [{
    ```mlir
    %y = dl.select %m, %a, %b : tensor<8x4xi1>, tensor<8x4xf32>
    ```
  }];
  let arguments = (ins Dl_BoolTensor:$condition, Dl_Tensor:$a, Dl_Tensor:$b);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = [{
    $condition `,` $a `,` $b attr-dict `:` type($condition) `,` type($y)
  }];
}

def Dl_CastOp : Dl_ElementwiseOp<"cast", [Dl_HasRule]> {
  let summary = "the same numbers in another element type";
  let description = [{
    Float to integer rounds toward zero; what lies outside goes to the nearest end,
    not a number to 0. To `i1`: not equal to zero.
    ```mlir
    %y = dl.cast %x : tensor<8xui8> to tensor<8xf32>
    ```
  }];
  let arguments = (ins Dl_Tensor:$x);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

def Dl_ReluOp : Dl_UnaryOp<"relu", "max(x, 0); gradient 1 where x > 0, 0 elsewhere">;

def Dl_CopyOp : Dl_ElementwiseOp<"copy", [SameOperandsAndResultType, Dl_HasRule]> {
  let summary = "the same numbers in a place of their own";
  let description = [{
    Made by the compiler where a value that a step returns would share its
    memory with another.
  }];
  let arguments = (ins Dl_Tensor:$x);
  let results = (outs Dl_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

#endif // DL_ELEMENTWISE_TD
