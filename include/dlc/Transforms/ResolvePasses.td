//===- ResolvePasses.td - steps as functions ---------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of phase 'resolve'.

#ifndef DLC_TRANSFORMS_RESOLVEPASSES_TD
#define DLC_TRANSFORMS_RESOLVEPASSES_TD

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
    The pass infers types of results from those of operands, op by op. It leaves no function
    with open extents or with parameters of its own.
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

    Two batches determine the extents that depend on the batch: the pass infers types again
    for a batch that is a prime number, which no extent of the step equals; every extent that
    changes is the linear function of the batch that has both values. The ops' own type
    inference verifies every size.
  }];
  let options = [
    ListOption<"batch", "batch", "std::string",
               "sizes of the batch: [STEP=]1,8,32 or [STEP=]1to32; without STEP, of all "
               "steps that change no state">];
  let statistics = [Statistic<"numSizes", "sizes", "steps made">];
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

def FindUnusedState : Pass<"dl-find-unused-state", "::dlc::dl::ModelOp"> {
  let summary = "warn about entries of the state that no step uses";
  let description = [{
    A `dl.param`, `dl.buffer` or `dl.hparam` whose value no step computes with, neither itself nor in a
    function that it calls, is most often a forgotten operand: it takes memory, and training leaves it
    it unchanged. A warning names it at its location. A step uses the entries that it writes, unless it
    writes back the value that it has read; it uses the parameters that a `dl.minimize` trains, which
    warns by itself if the loss does not depend on them, and the hyper-parameters that its clauses and
    its optimizer name.
  }];
}

def KeepEvaluation : Pass<"dl-keep-evaluation", "::dlc::dl::ModelOp"> {
  let summary = "remove steps that change the state";
  let description = [{
    `dl-freeze-state` can freeze the remaining steps. If no step is left, the pass fails.
  }];
}

#endif // DLC_TRANSFORMS_RESOLVEPASSES_TD
