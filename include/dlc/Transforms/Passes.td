//===- Passes.td - dl -> dl --------------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def ResolveSteps : Pass<"dl-resolve-steps", "::dlc::dl::ModelOp"> {
  let summary = "make every step a pure function of state and inputs";
  let description = [{
    Inlines calls and sets modes, expands `dl.minimize` into gradient, updates and
    writes, declares the optimizer's slots and counters, and turns reads and writes
    of the state into arguments and results. Steps become `func.func`s whose
    arguments carry `dl.name` (an input) or `dl.state` (a state entry), and so do
    their results.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def InstantiateFunctions : Pass<"dl-instantiate-functions", "::dlc::dl::ModelOp"> {
  let summary = "make a function for each instance and for the types of its calls";
  let description = [{
    ```mlir
    dl.func @fc<n>(%x: tensor<?x4xf32>) -> tensor<?x?xf32> {
      dl.param @weight : tensor<?x4xf32> sizes(n) = zeros
      %w = dl.read @weight : tensor<?x4xf32>
      %y = dl.linear %x, %w : tensor<?x4xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
      dl.return %y : tensor<?x?xf32>
    }
    ...
    %1 = dl.call @fc<3>(%0) as @head : (tensor<8x4xf32>) -> tensor<8x3xf32>
    ```
    becomes
    ```mlir
    dl.param @head.weight : tensor<3x4xf32> = zeros
    dl.func @fc.head(%x: tensor<8x4xf32>) -> tensor<8x3xf32> { ... }
    ...
    %1 = dl.call @fc.head(%0) : (tensor<8x4xf32>) -> tensor<8x3xf32>
    ```
    Types of results are inferred from those of operands, op by op. No function with open
    extents or with parameters of its own is left.
  }];
  let statistics = [Statistic<"numInstances", "instances", "functions made">];
}

def SpecializeBatch : Pass<"dl-specialize-batch", "::dlc::dl::ModelOp"> {
  let summary = "write a step for each size of its batch";
  let description = [{
    ```mlir
    dl.step @predict(%x: tensor<32x4xf32>) -> (y: tensor<32x4xf32>) batch(1, 32) {
      %y = dl.relu %x : tensor<32x4xf32>
      dl.return %y : tensor<32x4xf32>
    }
    ```
    becomes
    ```mlir
    dl.step @predict.1(%x: tensor<1x4xf32>) -> (y: tensor<1x4xf32>) attributes {dl.batch = #dl.batch<step = "predict", rows = 1, inputs = ["x"]>} {
      %y = dl.relu %x : tensor<1x4xf32>
      dl.return %y : tensor<1x4xf32>
    }
    dl.step @predict(%x: tensor<32x4xf32>) -> (y: tensor<32x4xf32>) attributes { ... } { ... }
    ```
    Calls of such a step are inlined first. The largest size keeps the name of the step.

    Which extents are those of the batch follows from two extents: types are inferred again
    for a batch that is a prime number, which no extent of the step is, and every extent that
    is another then is the linear function of the batch that has both values. Every size is
    verified by the ops' own type inference.
  }];
  let options = [
    ListOption<"batch", "batch", "std::string",
               "sizes of the batch: [STEP=]1,8,32 or [STEP=]1to32; without STEP, of all "
               "steps that change no state">];
  let statistics = [Statistic<"numSizes", "sizes", "steps made">];
}

def VerifyRows : Pass<"dl-verify-rows", "::mlir::func::FuncOp"> {
  let summary = "prove that rows of a batch are computed each by itself";
  let description = [{
    A step whose `dl.batch` says that calls of any number of rows are made of its sizes has
    to compute each row of its outputs from that row of its inputs alone, wherever the row stands.
    The pass follows the batch through primitive ops and fails at the first that
    mixes rows, or that treats them by their number.
  }];
}

def WriteBroadcasts : Pass<"dl-write-broadcasts", "::mlir::func::FuncOp"> {
  let summary = "give the operands of elementwise ops one shape";
  let description = [{
    ```mlir
    %y = dl.add %a, %b : tensor<8x4xf32>, tensor<1x4xf32> -> tensor<8x4xf32>
    ```
    becomes
    ```mlir
    %0 = dl.reshape %b : tensor<1x4xf32> to tensor<4xf32>
    %1 = dl.broadcast %0 dims [1] : tensor<4xf32> to tensor<8x4xf32>
    %y = dl.add %a, %1 : tensor<8x4xf32>
    ```
  }];
}

def Canonicalize : Pass<"dl-canonicalize"> {
  let summary = "apply all canonicalization patterns, or fail";
  let description = [{
    As MLIR's `canonicalize`, which stops after ten rounds whether it has finished or
    not, and never where patterns of one round undo each other. This pass goes on
    until no pattern matches, and reports an error where that does not end. Its measure is the
    sum of those of the dialects' canonical forms: each pattern leads to a form that no
    other leaves.
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

def FindUnusedState : Pass<"dl-find-unused-state", "::dlc::dl::ModelOp"> {
  let summary = "warn about entries of the state that no step uses";
  let description = [{
    A `dl.param`, `dl.buffer` or `dl.hparam` whose value no step computes with, neither itself nor in a
    function that it calls, is most often a forgotten operand: it takes memory, and training leaves it
    as it is. A warning names it at its place. A step uses what it writes, unless it writes back what it
    has read; it uses what a `dl.minimize` is to train, which warns by itself if the loss does not depend
    on it, and the hyper-parameters that its clauses and its optimizer name.
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

def KeepEvaluation : Pass<"dl-keep-evaluation", "::dlc::dl::ModelOp"> {
  let summary = "remove steps that change the state";
  let description = [{
    What is left can be frozen (`dl-freeze-state`). An error if no step is left.
  }];
}

def FreezeState : Pass<"dl-freeze-state", "::dlc::dl::ModelOp"> {
  let summary = "make the state that steps read a part of the library";
  let description = [{
    Every entry that a step reads becomes a `dl.derived` that nothing makes: its
    values are put into the library with the code. All other entries, and the functions
    that derive, are removed. No step may change the state.
  }];
}

def SplitConcats : Pass<"dl-split-concats", "::mlir::func::FuncOp"> {
  let summary = "concatenate many operands in steps";
  let description = [{
    A `dl.concat` of more than `max-operands` operands becomes concatenations of at most
    as many, the results of which are concatenated.
  }];
  let options = [
    Option<"maxOperands", "max-operands", "size_t", /*default=*/"32",
           "most operands of one concatenation">];
  let statistics = [Statistic<"numParts", "parts", "partial concatenations">];
}

def NoteZeroBorders : Pass<"dl-note-zero-borders", "::mlir::func::FuncOp"> {
  let summary = "tell convolutions which rows of their image are zeros";
  let description = [{
    A `dl.conv2d` or `dl.conv2d_filter_grad` of an image that a `dl.pad` has put
    zeros around gets them as the attribute `dl.zero_border`, in
    the order above, below, left, right. Their products with the filter add
    nothing: of a filter of 3 x 3 on an image of 4 x 4 they are 31 % of all.
  }];
  let statistics = [Statistic<"numNoted", "noted", "convolutions of a padded image">];
}

def SplitReductions : Pass<"dl-split-reductions", "::mlir::func::FuncOp"> {
  let summary = "reduce rows first, then over rows";
  let description = [{
    A reduction over dimension 0 and others becomes one that keeps dimension 0,
    which can share a loop with the ops before it and be divided among
    workers, and a small one over what that left. The split follows from
    the shape alone, so the result does not depend on the number of workers.
    So is a sum of many floats, whatever it goes over: in parts it rounds less.
  }];
  let options = [
    Option<"minRows", "min-rows", "int64_t", /*default=*/"4",
           "fewest rows that are worth a split">,
    Option<"longest", "longest", "int64_t", /*default=*/"512",
           "most floats that are summed one after the other">];
}

def NoteCosts : Pass<"dl-note-costs", "::dlc::dl::ModelOp"> {
  let summary = "kernels carry what they cost and what they are made of";
  let description = [{
    For programs that measure themselves: each kernel gets `dl.cost`, the operations
    and bytes of one call and the bits of its widest float, and `dl.ops`, the
    names of its ops, empty where an op only says how others read. The
    location of each call gets those of its ops, in the same order. Later phases keep
    both, and `dl-insert-marks` makes a table of them.
  }];
}

def FormKernels : Pass<"dl-form-kernels", "::dlc::dl::ModelOp"> {
  let summary = "group ops into kernels";
  let description = [{
    Ops that share a loop over rows, and elementwise ops of one shape, are grouped;
    each group becomes a private function `@kernel_<i>`, and equal groups (same
    ops, shapes and attributes) become one. A `dl.scan` stays, and so do reshapes
    of what it takes; its body calls kernels as the step does. Values made where
    they are used (iotas, broadcasts, random bits) are copied to memory where
    an op reads other rows of them than its own.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
  let options = [
    Option<"minRows", "min-rows", "int64_t", /*default=*/"4",
           "fewest rows that are divided among workers">,
    Option<"maxOps", "max-ops", "size_t", /*default=*/"64",
           "most ops of a kernel">,
    Option<"maxInputs", "max-inputs", "size_t", /*default=*/"64",
           "most values that a kernel of several ops reads">];
  let statistics = [
    Statistic<"numKernels", "kernels", "kernels made">,
    Statistic<"numShared", "shared", "groups that share an earlier kernel">];
}

def VerifyKernels : Pass<"dl-verify-kernels", "::dlc::dl::ModelOp"> {
  let summary = "check that kernels can run row by row";
  let description = [{
    In a kernel with a loop over rows each op may read of the values that the
    kernel makes only the row that it computes: other rows are not there
    yet, or are no more. The pass fails at an op that reads others. It never
    does behind `dl-form-kernels`, unless an op's RowParallel interface or that
    pass is wrong.
  }];
}

def VerifyNames : Pass<"dl-verify-names", "::mlir::ModuleOp"> {
  let summary = "check that C, C++ and checkpoints can hold the names of a model";
  let description = [{
    A library exports the functions `<model>_<step>`, its header has a type with the name
    of the model and parameters with those of inputs and outputs. None may be a keyword or
    a reserved identifier of C or C++, a macro or type of C's headers or, if it is
    exported, a name of the C library. Names of state entries are UTF-8, as safetensors
    files ask for. The pass fails at the op that has the name; it takes a program that any
    phase left, and runs on each that enters the compiler.
  }];
}
