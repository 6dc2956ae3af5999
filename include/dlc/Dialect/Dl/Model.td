//===- Model.td - Models, state and access to it -----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_MODEL_TD
#define DL_MODEL_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_ModelOp : Dl_Op<"model", [
    IsolatedFromAbove, SymbolTable, Symbol, NoTerminator, SingleBlock,
    NoRegionArguments, Dl_NoDerivative]> {
  let summary = "state, functions and steps under one name";
  let description = [{
    A file holds one model. Its name is the prefix of the C interface.

    ```mlir
    dl.model @linear {
      dl.hparam @lr = 0.1
      dl.param @weight : tensor<1x4xf32> = zeros
      dl.step @predict(%x: tensor<8x4xf32>) -> (y: tensor<8x1xf32>) { ... }
    }
    ```

    **Fast math.** By default the compiler's algebra leaves every bit of a result as it was
    ([denormals](#denormals) aside); only `dl-fold-batch-norm` rounds, where it computes the folded
    weights. A model may allow more:
    ```mlir
    dl.model @net attributes {fastmath} { ... }
    ```
    The attribute allows the rewrites of this table and no others. A unit is one unit in the last place
    of the result; the last column bounds the difference of the two sides in units. `c` and `d` are constants, `s` and `t`
    are broadcast along at least one dimension, and `w` depends only on parameters and buffers that the
    step does not change.

    | expression | is computed as | may differ by |
    |---|---|---|
    | `x / c` | `x * (1 / c)` | 1 unit |
    | `x / s` | `x * (1 / s)` | 1 unit; where 1 / s leaves the range of its type, 0, infinite or not a number |
    | `a / sqrt(b)` | `a * rsqrt(b)` | 2 units |
    | `1 / sqrt(x)` | `rsqrt(x)` | 1 unit |
    | `1 / (1 / x)` | `x` | 1 unit; a finite number where 1 / x leaves the range |
    | `(x * c) * d` | `x * (c * d)` | 2 units; finite where x * c leaves the range |
    | `(x + c) + d` | `x + (c + d)` | 2 units of the largest of x, c, d and the sums |
    | `(x * s) * t` | `x * (s * t)` | 2 units; another value where a product leaves the range |
    | `x * a + x * b` | `x * (a + b)` | 3 units of the larger product; another value where x is infinite or a product or a + b leaves the range |
    | `x + 0`, `x - -0` | `x` | the sign of a zero |
    | `x * 0` | `0` | where x is infinite or not a number; the sign |
    | `x - x` | `0` | where x is infinite or not a number |
    | `sqrt(x) * sqrt(x)` | `x` | 2 units; x instead of not a number below 0 |
    | `rsqrt(x) * rsqrt(x)` | `1 / x` | 3 units; finite instead of not a number below 0, -infinite instead of infinite at -0 |
    | `x * rsqrt(x)` | `sqrt(x)` | 2 units; 0 at 0 and infinite at infinity instead of not a number |
    | `e^a * e^b` | `e^(a + b)` | \|a\| + \|b\| + 3 units; another value where a factor leaves the range |
    | `e^a / e^b` | `e^(a - b)` | \|a\| + \|b\| + 3 units; another value where an operand leaves the range |
    | `log(e^x)` | `x` | 2 units of the larger of x and 1; x where e^x leaves the range |
    | `e^(log(x))` | `x` | \|log x\| + 2 units; x instead of not a number below 0 |
    | sum of `x * c` | `c *` sum of x | for n terms, n units of the sum of \|x c\| |
    | sum of `x * s` along which s does not vary | `s *` sum of x | the same |
    | `(x w) * c` | `x (w * c)` | for n terms, n units of the sum of \|x w c\| |
    | `max_pool(f(x))` | `f(max_pool(x))` | by as much as the approximation of f fails to ascend: 2 units; f is sigmoid, tanh, exp, expm1, erf, elu, selu, softplus or softsign |
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name of the model">:$sym_name,
    Arg<UnitAttr, "allows the rewrites of the table">:$fastmath);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Dl_HparamType : TypeAttrBase<"::mlir::RankedTensorType",
    "tensor<f32> or tensor<f64> (numbers with a shape are a dl.buffer)"> {
  let predicate = TypeAttrOf<Dl_FloatScalar>.predicate;
  let constBuilderCall = TypeAttrOf<Dl_FloatScalar>.constBuilderCall;
}

def Dl_HparamOp : Dl_ModelMember<"hparam"> {
  let summary = "a scalar in the state, which the caller may set at any time";
  let description = [{
    ```mlir
    dl.hparam @lr = 1.0e-3
    dl.hparam @decay : tensor<f64> = 0.1
    ```
    Its type is `tensor<f32>` unless given, or `tensor<f64>`; a step reads it with
    `dl.read_hparam`. Its value is rounded to its type and has to be finite. If an
    optimizer or a clause of `dl.minimize` names it, or a dropout reads it, they restrict
    its values; the `resolve` phase makes that its `range`, and a value outside of it
    cannot be set:

    | range | |
    |---|---|
    | `not_negative` | 0 or more |
    | `up_to_one` | from 0 to 1 |
    | `below_one` | from 0 on, less than 1 |

    Numbers with a shape, such as weights of classes, are a `dl.buffer` that no step
    writes; `<model>_set` sets it at any time, and `dlc-run --set NAME=FILE.npy`.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<DefaultValuedAttr<Dl_HparamType,
        "::mlir::RankedTensorType::get({}, $_builder.getF32Type())">,
        "a scalar of f32 or f64">:$type,
    Arg<Dl_RealAttr, "value at the start, finite in its type">:$value,
    Arg<OptionalAttr<Dl_HyperRangeAttr>, "the values that may be set, derived from its readers">:$range);
  let assemblyFormat = [{
    $sym_name (`:` $type^)? `=` custom<HparamValue>($value)
    (`range` `(` custom<HyperRange>($range)^ `)`)? attr-dict
  }];
  let extraClassDeclaration = [{
    /// The value that a step reads after it is set to `number`.
    double round(double number) {
      bool narrow = ::mlir::getElementTypeOrSelf(getType()).isF32();
      return narrow ? static_cast<float>(number) : number;
    }
  }];
  let hasVerifier = 1;
}

/// An entry of the state with a shape, a type and an initialiser.
class Dl_StateEntry<string mnemonic> : Dl_ModelMember<mnemonic> {
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<TypeAttrOf<Dl_Tensor>, "shape and element type">:$type,
    Arg<Dl_InitializerAttrInterface, "initialiser: the values at the start">:$init,
    Arg<OptionalAttr<FlatSymbolRefAttr>,
        "for a slot: the parameter that it belongs to">:$parameter,
    Arg<OptionalAttr<Dl_StorageAttr>,
        "order of the elements in memory, chosen by the compiler">:$storage,
    Arg<OptionalAttr<StrArrayAttr>,
        "in a function: the size for each open extent of the type">:$sizes);
  let assemblyFormat = [{
    $sym_name `:` $type (`sizes` `` `(` custom<SizeNames>($sizes)^ `)`)? `=`
    custom<Initializer>($init) (`of` $parameter^)? (`stored` $storage^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Dl_ParamOp : Dl_StateEntry<"param"> {
  let summary = "a tensor that training changes";
  let description = [{
    ```mlir
    dl.param @conv1.weight : tensor<32x1x3x3xf32> = kaiming_uniform
    ```
    In a `dl.func` each instance of the function has its own. There an extent may be a
    size of the function: it is open in the type, and `sizes` names the size,
    one name for each open extent.
    ```mlir
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_uniform
    ```
  }];
}

def Dl_BufferOp : Dl_StateEntry<"buffer"> {
  let summary = "a tensor kept between steps and never trained";
  let description = [{
    ```mlir
    dl.buffer @bn1.running_mean : tensor<32xf32> = zeros
    ```
  }];
}

def Dl_SlotOp : Dl_StateEntry<"slot"> {
  let summary = "an optimizer's memory of one parameter";
  let description = [{
    The `resolve` phase makes it, named `<optimizer>.<slot>.<parameter>`.
  }];
}

def Dl_CounterOp : Dl_ModelMember<"counter"> {
  let summary = "an i64 counter of the compiled program";
  let description = [{
    The `resolve` phase makes `step_count` (calls of steps that train) and
    `<optimizer>.step` (updates made by that optimizer).
  }];
  let arguments = (ins Arg<SymbolNameAttr, "name">:$sym_name);
  let assemblyFormat = "$sym_name attr-dict";
}

def Dl_DerivedOp : Dl_ModelMember<"derived"> {
  let summary = "an entry of the state that is computed from others";
  let description = [{
    The `simplify` phase makes it for values that steps compute from the state alone, such
    as folded weights. Checkpoints do not contain it; the runtime recomputes it when an
    entry that it depends on has changed.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<TypeAttrOf<Dl_Tensor>, "shape and element type">:$type);
  let assemblyFormat = "$sym_name `:` $type attr-dict";
}

def Dl_OptimizerOp : Dl_ModelMember<"optimizer",
    [Dl_Shorthand, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a named update rule";
  let description = [{
    ```mlir
    dl.optimizer @adam = #dl.adam<beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>
    dl.optimizer @heavy = #dl.sgd<momentum = @momentum>    // of a dl.hparam
    ```
    The rules are described in [the family Optimizer](#optimizer).
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<Dl_OptimizerAttrInterface, "the update rule with its numbers">:$rule);
  let assemblyFormat = "$sym_name `=` custom<Rule>($rule) attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// State access
//===----------------------------------------------------------------------===//

class Dl_StateAccess<string mnemonic> : Dl_Op<mnemonic, [Dl_Shorthand,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]>;

def Dl_ReadOp : Dl_StateAccess<"read"> {
  let summary = "the current value of a parameter, buffer or slot";
  let description = [{
    ```mlir
    %w = dl.read @fc.weight : tensor<10x128xf32>
    %a = dl.read @fc.weight averaged(@adam) : tensor<10x128xf32>
    ```
    `averaged` reads the average of a parameter: see `dl.call`.

    A gradient with respect to the value counts only its uses through this read. With
    `shared`, it counts the uses through any read of the entry's current value, including
    those in called functions:
    ```mlir
    %w = dl.read @fc.weight shared : tensor<10x128xf32>
    %loss = dl.call @loss(%x) mode(train) : (tensor<8x128xf32>) -> tensor<f32>
    %dw = dl.gradient %loss wrt %w : tensor<f32> -> tensor<10x128xf32>
    ```
  }];
  let arguments = (ins
    Arg<FlatSymbolRefAttr, "the parameter, buffer or slot">:$entry,
    Arg<OptionalAttr<FlatSymbolRefAttr>,
        "the optimizer whose average of the parameter is read">:$averaged,
    Arg<UnitAttr, "a gradient with respect to the value counts all reads of the entry">:$shared);
  let results = (outs Res<Dl_Tensor, "shape and type of the entry">:$value);
  let assemblyFormat = [{
    $entry (`averaged` `(` $averaged^ `)`)? (`shared` $shared^)? attr-dict `:`
    type($value)
  }];
}

def Dl_WriteOp : Dl_StateAccess<"write"> {
  let summary = "replaces the value of a parameter, buffer or slot";
  let description = [{
    Later reads in the step see the new value.
    ```mlir
    dl.write %w, @fc.weight : tensor<10x128xf32>
    ```
  }];
  let arguments = (ins
    Arg<Dl_Tensor, "the new value, shape and type of the entry">:$value,
    Arg<FlatSymbolRefAttr, "the parameter, buffer or slot">:$entry);
  let assemblyFormat = "$value `,` $entry attr-dict `:` type($value)";
}

def Dl_ReadHparamOp : Dl_StateAccess<"read_hparam"> {
  let summary = "the current value of a hyper-parameter";
  let description = [{
    ```mlir
    %lr = dl.read_hparam @lr : tensor<f32>
    ```
  }];
  let arguments = (ins Arg<FlatSymbolRefAttr, "the hyper-parameter">:$entry);
  let results = (outs Res<Dl_FloatScalar, "its value, a scalar of its type">:$value);
  let assemblyFormat = "$entry attr-dict `:` type($value)";
}

def Dl_StepCountOp : Dl_Op<"step_count", [Pure, Dl_Shorthand]> {
  let summary = "number of earlier calls of steps that train";
  let description = [{
    Schedules are functions of it. A step trains if it has a `dl.minimize`, or if it
    writes to a parameter a value that depends on a `dl.gradient`; a step that only copies
    or averages parameters does not train.
    ```mlir
    %n = dl.step_count : tensor<i64>
    ```
  }];
  let results = (outs Res<Dl_ScalarOf<[I64]>, "a scalar">:$count);
  let assemblyFormat = "attr-dict `:` type($count)";
}

#endif // DL_MODEL_TD
