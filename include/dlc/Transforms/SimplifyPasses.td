//===- SimplifyPasses.td - primitive ops, layouts ----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of phase 'simplify'.

#ifndef DLC_TRANSFORMS_SIMPLIFYPASSES_TD
#define DLC_TRANSFORMS_SIMPLIFYPASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyRows : Pass<"dl-verify-rows", "::mlir::func::FuncOp"> {
  let summary = "prove that rows of a batch are computed each by itself";
  let description = [{
    A step whose `dl.batch` says that calls of any number of rows are made of its sizes has
    to compute each row of its outputs from that row of its inputs alone, wherever the row stands.
    The pass follows the batch through primitive ops and fails at the first that
    mixes rows, or that treats them by their number.
  }];
}

def Decompose : Pass<"dl-decompose", "::mlir::func::FuncOp"> {
  let summary = "replace composite ops by primitive ones";
}

def CollectFaults : Pass<"dl-collect-faults", "::mlir::func::FuncOp"> {
  let summary = "check every index, all in one place";
  let description = [{
    Puts a `dl.check_index` before each index operand of an op with a table, unless it is
    known to be inside, and checks that row pointers begin with 0 and do not descend.
    Then all checks of a step become one `dl.first_fault`, behind
    the computation of the last index that is checked; it is a result of the step,
    marked `dl.fault`, and the step's attribute `dl.faults` holds what to say of each. The
    `check_index` ops stay and clamp. A `dl.scan` whose body computes an index
    carries the number of its first check that failed, 0 so far; what it carries out is
    what `dl.first_fault` sees of it.
  }];
  let statistics = [Statistic<"numChecks", "checks", "different checks">];
}

def HoistInvariants : Pass<"dl-hoist-invariants", "::mlir::func::FuncOp"> {
  let summary = "compute once what is the same at every step of a loop";
  let description = [{
    What the body of a `dl.scan` computes of its invariants alone moves in front of
    the loop and becomes an invariant itself. Constants, broadcasts and reshapes stay:
    they cost nothing where they are.
  }];
  let statistics = [
    Statistic<"numHoisted", "hoisted", "ops moved out of loops">];
}

def AssignLayout : Pass<"dl-assign-layout", "::dlc::dl::ModelOp"> {
  let summary = "channels last inside";
  let description = [{
    Windowed ops are rewritten to channels last between transposes, which
    `dl-move-views` then cancels. Input gradients become convolutions.
  }];
}

def AssignStorage : Pass<"dl-assign-storage", "::dlc::dl::ModelOp"> {
  let summary = "weights stored as kernels read them";
  let description = [{
    Each parameter gets a storage order in which the kernels that read it find
    what they load as a vector contiguous (filters KH x KW x I x O, matrices
    in x out), and steps transposes of what is stored, which cancel with those
    of `dl-assign-layout`. Runs before that pass, as the ops of the language
    say what is a filter.
  }];
}

def MoveViews : Pass<"dl-move-views", "::mlir::func::FuncOp"> {
  let summary = "cancel transposes and reshapes";
  let description = [{
    Moves transposes and reshapes through elementwise ops, reductions, broadcasts
    and the sides of matrix products towards the results, where they meet their
    inverses or the storage order of the state.
    ```mlir
    %t = dl.transpose %x perm [1, 0] : tensor<7x3xf32> -> tensor<3x7xf32>
    %b = dl.broadcast %m dims [1] : tensor<7xf32> to tensor<3x7xf32>
    %y = dl.sub %t, %b : tensor<3x7xf32>
    ```
    becomes
    ```mlir
    %b = dl.broadcast %m dims [0] : tensor<7xf32> to tensor<7x3xf32>
    %s = dl.sub %x, %b : tensor<7x3xf32>
    %y = dl.transpose %s perm [1, 0] : tensor<7x3xf32> -> tensor<3x7xf32>
    ```
  }];
}

def ChooseLayout : Pass<"dl-choose-layout", "::dlc::dl::ModelOp"> {
  let summary = "orders of dimensions for which transposes are fewest bytes";
  let description = [{
    ```mlir
    %1 = dl.transpose %0 perm [0, 3, 1, 2] : tensor<8x32x32x8xf32> -> tensor<8x8x32x32xf32>
    %2 = dl.tanh %1 : tensor<8x8x32x32xf32>
    %3 = dl.concat %1, %2 {axis = 1} : tensor<8x8x32x32xf32>, tensor<8x8x32x32xf32> -> tensor<8x16x32x32xf32>
    %4 = dl.transpose %3 perm [0, 2, 3, 1] : tensor<8x16x32x32xf32> -> tensor<8x32x32x16xf32>
    ```
    becomes
    ```mlir
    %2 = dl.tanh %0 : tensor<8x32x32x8xf32>
    %4 = dl.concat %0, %2 {axis = 3} : tensor<8x32x32x8xf32>, tensor<8x32x32x8xf32> -> tensor<8x32x32x16xf32>
    ```
    `dl-move-views` moves one transpose at a time. This pass decides on those that
    are left for the whole step at once: which of two orders each op has that computes
    in any, so that the bytes of all transposes are least, as a minimum cut. Inputs,
    outputs, entries of the state, windowed ops and products have one order. What
    follows from the state alone is transposed when that changes and costs
    little. A remark says what is left in each step, and one of each transpose why.
  }];
  let statistics = [
    Statistic<"numChanged", "changed", "blocks in which another choice was better">,
    Statistic<"numBytes", "bytes", "bytes of transposes a call that are gone">];
}

def FoldBatchNorm : Pass<"dl-fold-batch-norm", "::dlc::dl::ModelOp"> {
  let summary = "put batch norms in evaluation into the layers beside them";
  let description = [{
    ```mlir
    %0 = dl.conv2d %x, %w : tensor<8x3x32x32xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x30x30xf32>
    %1 = dl.batch_norm_eval %0, %gamma, %beta, %mean, %var : tensor<8x16x30x30xf32>, tensor<16xf32> -> tensor<8x16x30x30xf32>
    ```
    becomes, with `s = gamma / sqrt(var + eps)` and `t = beta - mean s`,
    ```mlir
    %1 = dl.conv2d %x, (%w times s, filter by filter) bias t
    ```
    Several norms, and sums and products with one number a channel between them, are one
    factor and one term. They go into the convolution (of any rank, grouped or
    transposed) or matrix product in front, also through reshapes and transposes that
    keep channels apart, or into those behind, if nothing else reads the norm and a term
    moves all of their places alike: there is no padding. Everything that is folded must
    follow from entries of the state that the step does not change. A remark says of each
    norm what became of it, and why it stays.
  }];
  let statistics = [
    Statistic<"numFolded", "folded", "norms that went into a layer">,
    Statistic<"numMerged", "merged", "norms that went into another one">];
}

def PoolFirst : Pass<"dl-pool-first", "::mlir::func::FuncOp"> {
  let summary = "apply ascending functions to maxima instead of to all elements";
  let description = [{
    ```mlir
    %0 = dl.leaky_relu %x {slope = 0.2} : tensor<8x16x32x32xf32>
    %1 = dl.max_pool2d %0 {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
    ```
    becomes
    ```mlir
    %0 = dl.max_pool2d %x {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
    %1 = dl.leaky_relu %0 {slope = 0.2} : tensor<8x16x16x16xf32>
    ```
    The same goes for `max_pool1d`, `global_max_pool2d` and `reduce_max`. The result is the same to the bit if the
    computed function never descends: `relu`, `relu6`, `leaky_relu` with a positive slope, `hardtanh`,
    `hard_sigmoid`, `clamp`, products with a positive constant, sums with a constant. Functions that
    are approximated (`tanh`, `sigmoid`, ...) may descend by a unit in the last place and move
    only in models with `fastmath`.

    The pass declines, with a remark that says why, if something else reads the function's result (in
    training its gradient does), if the op also returns where the maximum stands, if a window may
    cover padding alone (its maximum is minus infinity, whatever the function), if there are as many
    maxima as elements, and if a cheap function follows a convolution or matrix product, which
    applies it in its epilogue. It runs when gradients are explicit already: which of several
    equal elements gets the gradient does not change.
  }];
  let statistics = [Statistic<"numMoved", "moved", "functions that follow a pool now">];
}

def FastMath : Pass<"dl-fast-math", "::mlir::func::FuncOp"> {
  let summary = "algebra that changes roundings, in models that allow it";
  let description = [{
    Does nothing unless the model has the attribute `fastmath`, whose description
    ([dl.model](ops/model.md#dlmodel)) lists what is rewritten and by how much results may differ.
    ```mlir
    %0 = dl.broadcast %s dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %1 = dl.div %x, %0 : tensor<8x4xf32>
    ```
    becomes
    ```mlir
    %0 = dl.reciprocal %s : tensor<8xf32>
    %1 = dl.broadcast %0 dims [0] : tensor<8xf32> to tensor<8x4xf32>
    %2 = dl.mul %x, %1 : tensor<8x4xf32>
    ```
    Every rewrite leaves fewer quotients, roots, exponentials and logarithms, or as many of them and
    fewer elements to compute, so the pass ends.
  }];
}

def DeriveState : Pass<"dl-derive-state", "::dlc::dl::ModelOp"> {
  let summary = "compute what follows from the state alone when that changes";
  let description = [{
    ```mlir
    func.func @predict(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.state = @w}, %s: tensor<3xf32> {dl.state = @s}) {
      %0 = dl.broadcast %s dims [1] : tensor<3xf32> to tensor<4x3xf32>
      %1 = dl.mul %w, %0 : tensor<4x3xf32>
      %y = dl.matmul %x, %1 : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    ```
    becomes
    ```mlir
    dl.derived @derived_w : tensor<4x3xf32>
    func.func @derive_0(%w: ... {dl.state = @w}, %s: ... {dl.state = @s}, ...)
        -> (tensor<4x3xf32> {dl.state = @derived_w}) attributes {dl.derives, dl.step} { ... }
    func.func @predict(%x: tensor<8x4xf32> {dl.name = "x"}, %1: tensor<4x3xf32> {dl.state = @derived_w}) {
      %y = dl.matmul %x, %1 : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    ```
    The runtime calls `@derive_0` before `@predict` when `@w` or `@s` has changed. What
    a step writes it does not derive from. Values that are made where they are used
    stay, and so does what is cheap and larger than what it is made of. What several
    steps compute is derived once.
  }];
  let statistics = [
    Statistic<"numDerived", "derived", "entries that are derived">];
}

def FreezeState : Pass<"dl-freeze-state", "::dlc::dl::ModelOp"> {
  let summary = "make the state that steps read a part of the library";
  let description = [{
    Every entry that a step reads becomes a `dl.derived` that nothing makes: its
    values are put into the library with the code. All other entries, and the functions
    that derive, are removed. No step may change the state.
  }];
}

#endif // DLC_TRANSFORMS_SIMPLIFYPASSES_TD
