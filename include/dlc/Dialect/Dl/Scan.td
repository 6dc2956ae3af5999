//===- Scan.td - Loops over a leading dimension ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DL_SCAN_TD
#define DL_SCAN_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_ScanOp : Dl_Op<"scan", [
    Pure, AttrSizedOperandSegments, IsolatedFromAbove, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>,
    DeclareOpInterfaceMethods<Dl_Differentiable>]> {
  let summary = "a loop with carried values over slices of stacked tensors";
  let description = [{
    Runs its body `trips` times. The body takes

    - the carried values: at first the operands after `carry`, then the values that the
      previous step yielded,
    - slice t (along dimension 0, which goes away) of the stacked operands after
      `over`,
    - the operands after `with`, the same at every step,

    and yields the next carried values, then any number of outputs. The results
    are the last carried values, then each output stacked along a new dimension
    0 of extent `trips`. With `reverse`, t runs from the last slice to the first;
    the values that step t yields are still slice t of the outputs.

    The body sees only its arguments. The `resolve` phase turns the state that it reads
    into operands after `with`; the body may not write state. The loop is never unrolled.

    ```
    s = inits
    for t = 0 ... trips - 1          (reverse: trips - 1 ... 0)
      s, outputs[:][t] = body(s, inputs[:][t], invariants)
    results = s, outputs
    ```

    Gradient: a scan in the other direction, over the values of each step that the body's
    derivative needs, which the forward scan then yields as further outputs.
    Cotangents of the operands after `with` are sums over the steps; if such a
    cotangent is a matrix product, one product computes it from the values of all steps.

    `truncate k` cuts that gradient (truncated backpropagation through time): the carried
    values enter every k-th step but the first as through `dl.stop_gradient`. Values do not
    change, and no step's derivative goes further back than to the last cut. Under `reverse`
    steps count from the first one that the loop runs.

    ```mlir
    %s, %all = dl.scan 16 carry(%h = %h0) over(%x = %xs) with(%u = %w)
        : (tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>)
          -> (tensor<8x4xf32>, tensor<16x8x4xf32>) {
      %0 = dl.matmul %h, %u : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
      %1 = dl.add %0, %x : tensor<8x4xf32>
      %2 = dl.tanh %1 : tensor<8x4xf32>
      dl.yield %2, %2 : tensor<8x4xf32>, tensor<8x4xf32>
    }
    ```
  }];
  let arguments = (ins
    Arg<I64Attr, "number of steps, 0 or more">:$trips,
    Arg<UnitAttr, "from the last slice to the first">:$reverse,
    Arg<OptionalAttr<I64Attr>, "steps between two cuts of the gradient, 1 or more">:$truncate,
    Arg<Variadic<Dl_Tensor>, "initial carried values, of any shapes and of any of these types">:$inits,
    Arg<Variadic<Dl_Tensor>, "stacked operands, trips x ..., of any of these types">:$inputs,
    Arg<Variadic<Dl_Tensor>, "values that every step sees, of any shapes and of any of these types">:$invariants);
  let results = (outs
    Res<Variadic<Dl_Tensor>,
        "the last carried values, of the types of inits; then the outputs, trips x "
        "...">:$results);
  let regions = (region SizedRegion<1>:$body);
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<
      (ins "int64_t":$trips, "bool":$reverse, "::mlir::ValueRange":$inits,
           "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$invariants,
           "::std::unique_ptr<::mlir::Region>":$body)>];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    unsigned getNumCarried() { return getInits().size(); }
    unsigned getNumOutputs() { return getNumResults() - getNumCarried(); }
    ::mlir::Block &getBlock() { return getBody().front(); }
    ::mlir::Operation *getYield() { return getBlock().getTerminator(); }

    /// The last carried values, and the stacked outputs.
    ::mlir::ResultRange getFinals() {
      return getResults().take_front(getNumCarried());
    }
    ::mlir::ResultRange getOutputs() {
      return getResults().drop_front(getNumCarried());
    }
    ::mlir::Block::BlockArgListType getCarriedArgs() {
      return getBlock().getArguments().take_front(getNumCarried());
    }
    ::mlir::Block::BlockArgListType getInputArgs() {
      return getBlock().getArguments().slice(getNumCarried(),
                                             getInputs().size());
    }
    ::mlir::Block::BlockArgListType getInvariantArgs() {
      return getBlock().getArguments().take_back(getInvariants().size());
    }

    /// The loop whose body has `value` as an argument, or null.
    static ScanOp getLoopOf(::mlir::Value value);
    /// Whether a step sees slices of operand #`number` and not all of it.
    bool isStacked(unsigned number) {
      return number >= getNumCarried() &&
             number < getNumCarried() + getInputs().size();
    }

    /// Writes `truncate` out, in the body.
    void expandTruncation();

    /// Lets the body see `value`, or the slices of `stack`; its argument there.
    ::mlir::BlockArgument addInvariant(::mlir::Value value);
    ::mlir::BlockArgument addInput(::mlir::Value stack);

    /// The type of one step's slice of a stacked value, and the reverse.
    static ::mlir::RankedTensorType sliceType(::mlir::Type stack);
    static ::mlir::RankedTensorType stackType(::mlir::Type slice, int64_t trips);
  }];
}

def Dl_YieldOp : Dl_Op<"yield", [Pure, Terminator, Dl_NoDerivative, HasParent<"ScanOp">]> {
  let summary = "ends the body of a scan: carried values, then outputs";
  let arguments = (ins
    Arg<Variadic<Dl_Tensor>,
        "the next carried values, of their types; then a slice of each output">:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif // DL_SCAN_TD
