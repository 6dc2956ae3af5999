//===- Function.td - Functions, steps and calls ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_FUNCTION_TD
#define DL_FUNCTION_TD

include "dlc/Dialect/Dl/DlAttrs.td"

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
    `dl.call` gives behind `as` is an instance with its own parameters and buffers, whose
    names begin with that of the instance; calls that name the same instance share them.
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
    call without `as` declares the parameters in the instance that contains the call, or,
    in a step, in the model, under their own names. Inside a function, the names of its own
    entries hide those of the model.

    **Open extents.** A function's types may have open extents (`?`), and it may name
    sizes, as `<in, out>`, for the open extents of its parameters. Each call then has its
    own version of the function, whose types are inferred from those of the operands and
    from the numbers in `<...>`; nothing is dynamic in a step. An error of a
    function for the types of a call is reported with the call. A result whose shape the
    operands do not determine, as that of `dl.reshape` or `dl.broadcast`, may have as many
    open extents as the op can infer: a reshape one, and those before it that are open in
    the operand too. In `dl.slice`, a size of -1 takes all remaining elements.
    A function that is never called is not checked; a warning says so.
  }];
  let arguments = (ins
    Arg<SymbolNameAttr, "name">:$sym_name,
    Arg<TypeAttrOf<FunctionType>, "types of operands and results">:$function_type,
    Arg<StrArrayAttr, "names of the operands">:$arg_names,
    Arg<OptionalAttr<StrArrayAttr>, "names of the sizes in `<...>`">:$size_names);
  let extraClassDeclaration = [{
    /// The parameters and buffers that each instance has of its own.
    ::llvm::SmallVector<::mlir::Operation *> getEntries();
    /// The entry of that name, or null.
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
    The library exports the step and `dlc-run` calls it. Its inputs and outputs have
    names.
    ```mlir
    dl.step @train(%x: tensor<8x4xf32>, %y: tensor<8x1xf32>) -> (loss: tensor<f32>) { ... }
    dl.step @critic(%x: tensor<8x4xf32>) -> (loss: tensor<f32>) updates ["critic.*"] { ... }
    ```
    With `updates`, a `dl.minimize` or a `dl.write` in the step that changes a parameter of
    another name is an error. With `attributes {recompute = "auto"}`, the backward pass
    recomputes values that are cheap to compute and would take much memory to keep; the
    results are the same to the last bit.

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
    extent, and the compiler follows that extent through the step and the functions that it
    calls: an extent of a value is that of the batch because the value is computed from a
    batch or meets one in an op that requires equal extents, never because the numbers are
    equal. The same holds for extents that ops name: those of a `reshape`, of a `broadcast`,
    of the box of a `slice` that takes the whole batch. If an op's result cannot follow, as
    that of a `slice` of a part of the batch, an error names the op. Constants stay: if a
    program divides by 32.0, it divides a batch of 8 by 32.0 too; `dl.mean` divides by the
    actual number of elements.

    `batch(1, 8, 64)` lists the sizes: a call uses one of them, and gives the same bits as
    the same program written for that size; a step that trains may have sizes too.
    `batch(1 to 32)` takes any number of rows. For that each row of an output has to depend
    on the same row of the inputs alone, whatever its number and however many rows there are, and no state may
    change; the compiler proves it and names the op that mixes rows, such as a batch norm in mode train, a mean
    over the batch, its gradient or a random number. The compiler compiles the step for powers of two, and a call of n rows
    runs a few of those: for 13 rows the first 8 and the last 8. No rows are invented, and rows
    that are computed twice get the same bits both times.
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
        "`\"auto\"`: the backward pass recomputes values that are cheap to compute">:$recompute);
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
    Training and evaluation differ only here: the mode of the call becomes the mode
    of every `batch_norm` and `dropout` inside that does not state its own. A call without a mode inherits its caller's.
    ```mlir
    %logits = dl.call @net(%x) mode(train) : (tensor<8x4xf32>) -> tensor<8x1xf32>
    %smooth = dl.call @net(%x) mode(eval) averaged(@adam) : (tensor<8x4xf32>) -> tensor<8x1xf32>
    %y = dl.call @block<16, 32>(%x) as @layer2.0 : (tensor<8x16x32x32xf32>) -> tensor<8x32x16x16xf32>
    ```
    `as` names an instance of a function with parameters of its own, and `<...>` its
    sizes: numbers, or sizes of the function that contains the call (`dl.func`).
    With `averaged`, the parameters inside are the averages that a `dl.minimize` of
    this optimizer keeps; before its first update, the parameters themselves. A full
    checkpoint contains the averages, a file of parameters alone does not.
  }];
  let arguments = (ins
    Arg<FlatSymbolRefAttr, "the function">:$callee,
    Arg<Variadic<Dl_Tensor>, "its operands, of the types that it declares">:$args,
    Arg<OptionalAttr<Dl_ModeAttr>, "`train` or `eval`; that of the caller if not given">:$mode,
    Arg<OptionalAttr<FlatSymbolRefAttr>,
        "the optimizer whose averages replace the parameters">:$averaged,
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

#endif // DL_FUNCTION_TD
