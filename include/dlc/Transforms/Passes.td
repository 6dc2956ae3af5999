//===- Passes.td - dl -> dl --------------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that belong to no single phase; those of each phase are included.

include "mlir/Pass/PassBase.td"

include "dlc/Transforms/ResolvePasses.td"
include "dlc/Transforms/SimplifyPasses.td"
include "dlc/Transforms/FusePasses.td"

def Canonicalize : Pass<"dl-canonicalize"> {
  let summary = "apply all canonicalization patterns, or fail";
  let description = [{
    Like MLIR's `canonicalize`, which stops after ten rounds whether it has finished or
    not, and never ends if patterns of one round undo each other. This pass continues
    until no pattern matches, and reports an error if that does not end. Its measure is the
    sum of those of the dialects' canonical forms: each pattern leads to a form that no
    other pattern leaves.
  }];
}

def VerifyNames : Pass<"dl-verify-names", "::mlir::ModuleOp"> {
  let summary = "check that C, C++ and checkpoints can hold the names of a model";
  let description = [{
    A library exports the functions `<model>_<step>`, its header has a type with the name
    of the model and parameters with those of inputs and outputs. None may be a keyword or
    a reserved identifier of C or C++, a macro or type of C's headers or, if it is
    exported, a name of the C library. Names of state entries are UTF-8, as safetensors
    files require. The pass fails at the op that has the name; it accepts the output of any
    phase, and runs on each program that enters the compiler.
  }];
}
