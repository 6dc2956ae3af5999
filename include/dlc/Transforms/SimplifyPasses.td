//===- SimplifyPasses.td - primitive ops, layouts ----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of phase 'simplify'.

#ifndef DLC_TRANSFORMS_SIMPLIFYPASSES_TD
#define DLC_TRANSFORMS_SIMPLIFYPASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyRows : Pass<"dl-verify-rows", "::mlir::func::FuncOp"> {
  let summary = "prove that each row of a batch is computed on its own";
  let description = [{
    If the `dl.batch` of a step allows calls with any number of rows, composed of its sizes, the step
    has to compute each row of its outputs from the same row of its inputs alone, at any position.
    The pass follows the batch through primitive ops and fails at the first op that
    mixes rows, or whose result depends on the number of a row.
  }];
}

def VerifyRowCounts : Pass<"dl-verify-row-counts", "::dlc::dl::ModelOp"> {
  let summary = "prove that no number depends on the size of a batch";
  let description = [{
    Where calls of a step with any number of rows are composed of its sizes, the sizes have to be one
    program up to their extents. The pass compares the largest with another one, op by op, and fails at
    the first op that has other numbers there, such as the divisor of a mean over the batch in its
    gradient, or that sums over the batch what is no data of it.
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
    Then one `dl.first_fault` replaces all checks of a step, behind
    the computation of the last checked index; it is a result of the step,
    marked `dl.fault`, and the step's attribute `dl.faults` holds the message of each check. The
    `check_index` ops stay and clamp. A `dl.scan` whose body computes an index
    carries the number of its first check that failed, initially 0; `dl.first_fault` reads
    the final number.
  }];
  let statistics = [Statistic<"numChecks", "checks", "different checks">];
}

def HoistInvariants : Pass<"dl-hoist-invariants", "::mlir::func::FuncOp"> {
  let summary = "move loop-invariant ops out of loops";
  let description = [{
    Ops in the body of a `dl.scan` that depend on its invariants alone move in front of
    the loop, and their results become invariants. Constants, broadcasts and reshapes stay:
    they cost nothing in the body.
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
    Each parameter gets a storage order in which the vectors that kernels load are
    contiguous (filters KH x KW x I x O, matrices in x out), and steps get transposes of
    the stored parameters, which cancel with those of `dl-assign-layout`. The pass runs
    before that pass, because the ops of the language identify filters.
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
  let summary = "choose orders of dimensions that minimise the bytes of transposes";
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
    `dl-move-views` moves one transpose at a time. This pass handles the remaining
    transposes of the whole step at once: for each op that can compute in any order it
    chooses one of two orders, by a minimum cut, so that the bytes of all transposes are
    least. Inputs, outputs, entries of the state, windowed ops and products have one order.
    Values that depend on the state alone are transposed only when the state changes, which
    costs little. A remark lists the remaining transposes of each step, and one for each
    transpose gives the reason.
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
    shifts all of their elements by the same amount, that is without padding. The factors
    and terms must depend only on entries of the state that the step does not change. A
    remark for each norm tells where it was folded, or why it stays.
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

    The pass declines, with a remark that gives the reason, if another op reads the function's result (in
    training its gradient does), if the op also returns the index of the maximum, if a window may
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
    ([dl.model](ops/model.md#dlmodel)) lists the rewrites and by how much results may differ.
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

def BlockWeights : Pass<"dl-block-weights", "::mlir::func::FuncOp"> {
  let summary = "right operands of products in blocks of columns, as tiles read them";
  let description = [{
    ```mlir
    %y = dl.matmul %x, %w : tensor<2048x256xf32>, tensor<256x1024xf32> -> tensor<2048x1024xf32>
    ```
    becomes
    ```mlir
    %0 = dl.reshape %w : tensor<256x1024xf32> to tensor<256x32x32xf32>
    %1 = dl.transpose %0 perm [1, 0, 2] : tensor<256x32x32xf32> -> tensor<32x256x32xf32>
    %2 = dl.unblock %1 : tensor<32x256x32xf32> -> tensor<256x1024xf32>
    %y = dl.matmul %x, %2 : tensor<2048x256xf32>, tensor<256x1024xf32> -> tensor<2048x1024xf32>
    ```
    and so do filters of convolutions without groups. A block is two vectors wide. Reading the
    blocks, a tile walks through memory in order, and neither shares sets of the caches with itself
    nor leaves pages. Values that depend on the state alone are put in blocks when the state changes
    (see `dl-derive-state`), others once a step, in front of all loops that read them, if the products
    save more than that takes, and those that are transposed anyway in that transpose. A large
    product of a transposed left operand gets that in rows first.
  }];
  let statistics = [Statistic<"numBlocked", "blocked", "operands in blocks">];
}

def DeriveState : Pass<"dl-derive-state", "::dlc::dl::ModelOp"> {
  let summary = "compute values that depend on the state alone only when it changes";
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
    The runtime calls `@derive_0` before `@predict` when `@w` or `@s` has changed. A step
    derives nothing from entries that it writes. Values that each kernel computes for itself
    stay, and so do cheap values that are larger than their operands. A value that several
    steps compute is derived once.
  }];
  let statistics = [
    Statistic<"numDerived", "derived", "entries that are derived">];
}

def FreezeState : Pass<"dl-freeze-state", "::dlc::dl::ModelOp"> {
  let summary = "put the state that steps read into the library";
  let description = [{
    Every entry that a step reads becomes a `dl.derived` that no function computes: the
    library contains its values beside the code. All other entries, and the functions
    that derive, are removed. No step may change the state.
  }];
}

#endif // DLC_TRANSFORMS_SIMPLIFYPASSES_TD
