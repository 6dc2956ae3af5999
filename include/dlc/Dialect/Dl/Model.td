//===- Model.td - Models, state, functions and steps -------*- tablegen -*-===//
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
    of the result, and bounds how far the two sides are apart. `c` and `d` are constants, `s` and `t`
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
    | `(x * s) * t` | `x * (s * t)` | 2 units; what leaves the range is another product |
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
    | `max_pool(f(x))` | `f(max_pool(x))` | by as much as f as it is computed fails to ascend: 2 units; f is sigmoid, tanh, exp, expm1, erf, elu, selu, softplus or softsign |
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name of the model">:$sym_name,
    Arg<UnitAttr, "allows the rewrites of the table">:$fastmath);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

/// Of a `dl.func`, parameters and buffers are members too: Templates.h
/// verifies these.
class Dl_ModelMember<string mnemonic, list<Trait> traits = []>
    : Dl_Op<mnemonic, !listconcat([HasParent<"ModelOp">, Symbol,
                                  Dl_NoDerivative], traits)>;

def Dl_HparamType : TypeAttrBase<"::mlir::RankedTensorType",
    "tensor<f32> or tensor<f64> (numbers with a shape are a dl.buffer)"> {
  let predicate = TypeAttrOf<Dl_FloatScalar>.predicate;
  let constBuilderCall = TypeAttrOf<Dl_FloatScalar>.constBuilderCall;
}

def Dl_HparamOp : Dl_ModelMember<"hparam"> {
  let summary = "a scalar in the state, set from outside at any time";
  let description = [{
    ```mlir
    dl.hparam @lr = 1.0e-3
    dl.hparam @decay : tensor<f64> = 0.1
    ```
    Its type is `tensor<f32>` where none is given, or `tensor<f64>`; a step reads it with
    `dl.read_hparam`. Whatever it is set to is rounded to its type, and finite. Where an
    optimizer or a clause of `dl.minimize` names it, or a dropout reads it, they say
    which numbers it may be; the `resolve` phase makes that its `range`, and no other
    can be set:

    | range | |
    |---|---|
    | `not_negative` | 0 or more |
    | `up_to_one` | from 0 to 1 |
    | `below_one` | from 0 on, less than 1 |

    Numbers with a shape, such as weights of classes, are a `dl.buffer` that no step
    writes; `<model>_set` sets it at any time.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<DefaultValuedAttr<Dl_HparamType,
        "::mlir::RankedTensorType::get({}, $_builder.getF32Type())">,
        "a scalar of f32 or f64">:$type,
    Arg<Dl_RealAttr, "value at the start, finite in its type">:$value,
    Arg<OptionalAttr<Dl_HyperRangeAttr>, "which values may be set, by what reads it">:$range);
  let assemblyFormat = [{
    $sym_name (`:` $type^)? `=` custom<HparamValue>($value)
    (`range` `(` custom<HyperRange>($range)^ `)`)? attr-dict
  }];
  let extraClassDeclaration = [{
    /// What is read where it is set to `number`.
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
        "of a slot: the parameter that it belongs to">:$parameter,
    Arg<OptionalAttr<Dl_StorageAttr>,
        "order of the elements in memory, chosen by the compiler">:$storage,
    Arg<OptionalAttr<StrArrayAttr>,
        "in a function: the size that each open extent of the type is">:$sizes);
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
    In a `dl.func` it is one of each instance of the function. There an extent may be a
    size of the function: it is open in the type, and `sizes` names what stands for it,
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
    Made by the `resolve` phase, named `<optimizer>.<slot>.<parameter>`.
  }];
}

def Dl_CounterOp : Dl_ModelMember<"counter"> {
  let summary = "an i64 that the compiled program counts with";
  let description = [{
    Made by the `resolve` phase: `step_count` (calls of steps that train) and
    `<optimizer>.step` (updates made by that optimizer).
  }];
  let arguments = (ins Arg<SymbolNameAttr, "name">:$sym_name);
  let assemblyFormat = "$sym_name attr-dict";
}

def Dl_DerivedOp : Dl_ModelMember<"derived"> {
  let summary = "an entry of the state that follows from others";
  let description = [{
    Made by the `simplify` phase for what steps compute from the state alone, such as
    folded weights. It is in no checkpoint, and is made anew when what it follows from
    has changed.
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
// Functions and steps
//===----------------------------------------------------------------------===//

class Dl_Callable<string mnemonic, list<Trait> traits = []>
    : Dl_ModelMember<mnemonic, !listconcat([
        IsolatedFromAbove, SingleBlock,
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>],
        traits)> {
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Dl_FuncOp : Dl_Callable<"func", [Dl_Shorthand]> {
  let summary = "a part of a network, called by functions and steps";
  let description = [{
    Calls are inlined by the `resolve` phase; recursion is an error.
    ```mlir
    dl.func @net(%x: tensor<8x4xf32>) -> tensor<8x1xf32> { ... }
    ```

    **Blocks.** A function may have parameters and buffers of its own. Each name that a
    `dl.call` gives behind `as` is an instance with its own ones, named behind the
    instance; calls that name the same instance share them.
    ```mlir
    dl.func @norm<c>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
      dl.param @weight : tensor<?xf32> sizes(c) = ones
      dl.param @bias : tensor<?xf32> sizes(c) = zeros
      %w = dl.read @weight : tensor<?xf32>
      %b = dl.read @bias : tensor<?xf32>
      %y = dl.group_norm %x, %w, %b {groups = 4} : tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32> -> tensor<?x?x?x?xf32>
      dl.return %y : tensor<?x?x?x?xf32>
    }
    ...
    %1 = dl.call @norm<16>(%0) as @layer1.norm : (tensor<8x16x32x32xf32>) -> tensor<8x16x32x32xf32>
    ```
    declares `@layer1.norm.weight` and `@layer1.norm.bias`. Instances nest: a call
    `as @conv1` in a function that was called `as @layer1.0` makes `@layer1.0.conv1`. A
    call without `as` makes the parameters of the instance that it stands in, or, in a
    step, of the model, under their own names. In its function, a name of an entry of the
    function comes before one of the model.

    **Open extents.** A function's types may have open extents (`?`), and it may name
    sizes, as `<in, out>`, for the open extents of its parameters. Each call then has its
    own version of the function, whose types are inferred from those of the operands and
    from the numbers in `<...>`; nothing is dynamic in a step. What is wrong with a
    function for the types of a call is said with the call. A result that does not follow
    from operands, as that of `dl.reshape` or `dl.broadcast`, may have as many open
    extents as follow from what the op keeps: of a reshape one, and those before it that
    are open in the operand too. In `dl.slice`, a size of -1 is all that is left.
    A function that is never called is not checked, which is warned about.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<TypeAttrOf<FunctionType>, "types of operands and results">:$function_type,
    Arg<StrArrayAttr, "names of the operands">:$arg_names,
    Arg<OptionalAttr<StrArrayAttr>, "names of the sizes in `<...>`">:$size_names);
  let extraClassDeclaration = [{
    /// The parameters and buffers that each instance has of its own.
    ::llvm::SmallVector<::mlir::Operation *> getEntries();
    /// The entry of that name; null if there is none.
    ::mlir::Operation *findEntry(::mlir::StringAttr name);
    /// Whether the types of a call, or its numbers, decide on those of the body.
    bool isOpen();
  }];
}

/// Which values of a step are computed again instead of kept.
def Dl_Recompute : StringBasedAttr<CPred<"::llvm::cast<::mlir::StringAttr>($_self).getValue() == \"auto\"">,
                                   "\"auto\"">;

def Dl_StepOp : Dl_Callable<"step", [Dl_Shorthand]> {
  let summary = "an entry point of the compiled model";
  let description = [{
    What the library exports and `dlc-run` calls. Its inputs and outputs have
    names.
    ```mlir
    dl.step @train(%x: tensor<8x4xf32>, %y: tensor<8x1xf32>) -> (loss: tensor<f32>) { ... }
    dl.step @critic(%x: tensor<8x4xf32>) -> (loss: tensor<f32>) updates ["critic.*"] { ... }
    ```
    With `updates`, a `dl.minimize` or a `dl.write` in it that changes a parameter of
    another name is an error. With `attributes {recompute = "auto"}`, what is cheap
    and takes more memory to keep than to compute again is computed again by the
    backward pass; the results are the same to the last bit.

    **Batches.** With `batch` a step is compiled for several extents of the batch,
    over one state:
    ```mlir
    dl.step @predict(%x: tensor<32x4xf32>) -> (y: tensor<32x1xf32>) batch(1 to 32) { ... }
    dl.step @evaluate(%x: tensor<64x4xf32>, %y: tensor<64x1xf32>) -> (loss: tensor<f32>)
        batch(1, 8, 64) { ... }
    dl.step @nearest(%x: tensor<32x4xf32>, %table: tensor<100x4xf32>) -> (y: tensor<32x100xf32>)
        batch(1 to 32) over ["x"] { ... }
    ```
    The batch is dimension 0 of the inputs that `over` names; without `over`, of every
    input that has dimensions, and they have to agree in it. The step is written for one
    extent, and that extent is followed through the step and the functions that it calls: an
    extent of a value is that of the batch because the value is made of a batch or meets
    one in an op that wants equal extents, never because the numbers are equal. So are the
    extents that ops name: those of a `reshape`, of a `broadcast`, of the box of a `slice`
    that takes the whole batch. Where an op's result cannot follow, as that of a
    `slice` of a part of the batch, the op is named in an error. A number is a number:
    where a program divides by 32.0, a batch of 8 is divided by 32.0 too; `dl.mean`
    divides by what there is.

    `batch(1, 8, 64)` lists the sizes: a call is of one of them, and does what the same
    program does that is written for that size, to the bit; a step that trains may have
    sizes too. `batch(1 to 32)` takes any number of rows. For that each row of an output has to
    follow from the same row of the inputs, whatever its number, and no state may change;
    the compiler proves it and names the op that mixes rows, such as a batch norm in mode train, a mean
    over the batch or a random number. Compiled are the powers of two, and a call of n rows is made of at most
    a few of those: of 13 rows the first 8 and the last 8. No row is made up, and rows that are
    computed twice get the same bits twice.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<TypeAttrOf<FunctionType>, "types of inputs and outputs">:$function_type,
    Arg<StrArrayAttr, "names of the inputs">:$arg_names,
    Arg<StrArrayAttr, "names of the outputs">:$result_names,
    Arg<OptionalAttr<StrArrayAttr>,
        "names of the parameters that the step may change, patterns too; all if not "
        "given">:$updates,
    Arg<OptionalAttr<DenseI64ArrayAttr>,
        "the sizes of `batch(...)`, or the two ends of its range">:$batch,
    Arg<UnitAttr, "`batch` is a range">:$batch_range,
    Arg<OptionalAttr<StrArrayAttr>, "the inputs after `over`">:$batch_inputs,
    Arg<OptionalAttr<Dl_Recompute>,
        "`\"auto\"`: values that are cheap to compute are computed again by the backward "
        "pass">:$recompute);
  let extraClassDeclaration = [{
    /// Whether dimension 0 of input `number` is the batch, by the clause `batch`.
    bool hasBatch(unsigned number);
    /// The extent of the batch that the step is written for.
    int64_t getWrittenBatch();
    /// Sets the clause and verifies it: the sizes, or, of a `range`, its ends.
    ::llvm::LogicalResult setBatchClause(::llvm::ArrayRef<int64_t> sizes, bool range);
    void dropBatchClause();
  }];
}

def Dl_ReturnOp : Dl_Op<"return", [Pure, Terminator, Dl_NoDerivative,
                                ParentOneOf<["FuncOp", "StepOp"]>]> {
  let summary = "ends a function or a step";
  let arguments = (ins
    Arg<Variadic<Dl_Tensor>,
        "the results of the function or the outputs of the step, of the types it "
        "declares">:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Dl_CallOp : Dl_Op<"call", [Dl_Shorthand,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "calls a function, in a mode";
  let description = [{
    The one place where training and evaluation differ: the mode of the call
    becomes the mode of every `batch_norm` and `dropout` inside that does not
    state its own. A call without a mode inherits its caller's.
    ```mlir
    %logits = dl.call @net(%x) mode(train) : (tensor<8x4xf32>) -> tensor<8x1xf32>
    %smooth = dl.call @net(%x) mode(eval) averaged(@adam) : (tensor<8x4xf32>) -> tensor<8x1xf32>
    %y = dl.call @block<16, 32>(%x) as @layer2.0 : (tensor<8x16x32x32xf32>) -> tensor<8x32x16x16xf32>
    ```
    `as` names an instance of a function with parameters of its own, and `<...>` its
    sizes: numbers, or sizes of the function that the call stands in (`dl.func`).
    With `averaged`, the parameters inside are the averages that a `dl.minimize` of
    this optimizer keeps; until its first update, the parameters themselves. The
    averages are in a full checkpoint, not in a file of parameters alone.
  }];
  let arguments = (ins
    Arg<FlatSymbolRefAttr, "the function">:$callee,
    Arg<Variadic<Dl_Tensor>, "its operands, of the types that it declares">:$args,
    Arg<OptionalAttr<Dl_ModeAttr>, "`train` or `eval`; that of the caller if not given">:$mode,
    Arg<OptionalAttr<FlatSymbolRefAttr>,
        "the optimizer whose averages stand for the parameters">:$averaged,
    Arg<OptionalAttr<FlatSymbolRefAttr>,
        "name of the instance that has the parameters of the function">:$instance,
    Arg<OptionalAttr<ArrayAttr>,
        "the sizes in `<...>`: numbers, or names of sizes of the function around">:$sizes);
  let results = (outs Res<Variadic<Dl_Tensor>, "the results of the function">:$outputs);
  let assemblyFormat = [{
    $callee (`` `<` custom<CallSizes>($sizes)^ `>`)? `` `(` $args `)`
    oilist(`as` $instance | `mode` `(` custom<Mode>($mode) `)` | `averaged` `(` $averaged `)`)
    attr-dict `:` functional-type($args, $outputs)
  }];
}

//===----------------------------------------------------------------------===//
// State access
//===----------------------------------------------------------------------===//

class Dl_StateAccess<string mnemonic> : Dl_Op<mnemonic, [Dl_Shorthand,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]>;

def Dl_ReadOp : Dl_StateAccess<"read"> {
  let summary = "the present value of a parameter, buffer or slot";
  let description = [{
    ```mlir
    %w = dl.read @fc.weight : tensor<10x128xf32>
    %a = dl.read @fc.weight averaged(@adam) : tensor<10x128xf32>
    ```
    With `averaged`, of a parameter: see `dl.call`.

    A gradient with respect to what is read counts what is computed from this read.
    With `shared`, what is computed from any read of the entry's present value counts,
    in functions that are called too:
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
    Reads that follow in the step see the new value.
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
  let summary = "the present value of a hyper-parameter";
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
  let summary = "how many calls of steps that train came before this one";
  let description = [{
    What schedules are made of. A step trains if it has a `dl.minimize`, or if it
    writes to a parameter a value that depends on a `dl.gradient`; one that only copies
    or averages parameters does not.
    ```mlir
    %n = dl.step_count : tensor<i64>
    ```
  }];
  let results = (outs Res<TensorRankOf<[I64], [0]>, "a scalar">:$count);
  let assemblyFormat = "attr-dict `:` type($count)";
}

#endif // DL_MODEL_TD
