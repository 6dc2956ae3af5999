//===- FusePasses.td - kernels -----------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes of phase 'fuse'.

#ifndef DLC_TRANSFORMS_FUSEPASSES_TD
#define DLC_TRANSFORMS_FUSEPASSES_TD

include "mlir/Pass/PassBase.td"

def SplitConcats : Pass<"dl-split-concats", "::mlir::func::FuncOp"> {
  let summary = "concatenate many operands in steps";
  let description = [{
    A `dl.concat` of more than `max-operands` operands becomes concatenations of at most
    that many, and a concatenation of their results.
  }];
  let options = [
    Option<"maxOperands", "max-operands", "size_t", /*default=*/"32",
           "most operands of one concatenation">];
  let statistics = [Statistic<"numParts", "parts", "partial concatenations">];
}

def NoteZeroBorders : Pass<"dl-note-zero-borders", "::mlir::func::FuncOp"> {
  let summary = "tell convolutions which rows of their image are zeros";
  let description = [{
    A `dl.conv2d` or `dl.conv2d_filter_grad` of an image that a `dl.pad` has padded with
    zeros gets the numbers of padding rows and columns as the attribute `dl.zero_border`,
    in the order above, below, left, right. Products with the zeros add nothing: for a
    filter of 3 x 3 on an image of 4 x 4 they are 31 % of all products.
  }];
  let statistics = [Statistic<"numNoted", "noted", "convolutions of a padded image">];
}

def SplitReductions : Pass<"dl-split-reductions", "::mlir::func::FuncOp"> {
  let summary = "reduce rows first, then over rows";
  let description = [{
    A reduction over dimension 0 and others becomes one that keeps dimension 0,
    which can share a loop with the ops before it and be divided among
    workers, and a small reduction of its result. The split follows from
    the shape alone, so the result does not depend on the number of workers.
    The pass also splits sums of many floats over any dimensions: sums in parts round less.
  }];
  let options = [
    Option<"minRows", "min-rows", "int64_t", /*default=*/"4",
           "fewest rows that are worth a split">,
    Option<"longest", "longest", "int64_t", /*default=*/"512",
           "most floats that are summed one after the other">];
}

def NoteCosts : Pass<"dl-note-costs", "::dlc::dl::ModelOp"> {
  let summary = "annotate kernels with their costs and their ops";
  let description = [{
    For programs that measure themselves: each kernel gets `dl.cost`, the operations
    and bytes of one call and the bits of its widest float, and `dl.ops`, the
    names of its ops, empty for an op that only changes how others read. The
    location of each call gets the locations of its ops, in the same order. Later phases keep
    both, and `dl-insert-marks` makes a table of them.
  }];
}

def FormKernels : Pass<"dl-form-kernels", "::dlc::dl::ModelOp"> {
  let summary = "group ops into kernels";
  let description = [{
    Ops that share a loop over rows, and elementwise ops of one shape, are grouped;
    each group becomes a private function `@kernel_<i>`, and equal groups (same
    ops, shapes and attributes) become one. A `dl.scan` stays, and so do reshapes
    of its operands; its body calls kernels as the step does. Values that each kernel
    computes for itself (iotas, broadcasts, random bits) are copied to memory if
    an op reads other rows of them than its own. Cheap elementwise results that other
    kernels read are made again there instead of written, if that reads no more memory:
    the centred input of a batch norm.
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
    Statistic<"numShared", "shared", "groups that share an earlier kernel">,
    Statistic<"numRepeated", "repeated", "values that their readers make">];
}

def VerifyKernels : Pass<"dl-verify-kernels", "::dlc::dl::ModelOp"> {
  let summary = "check that kernels can run row by row";
  let description = [{
    In a kernel with a loop over rows each op may read only the row that it computes
    of the values that the kernel makes: other rows are not computed yet, or are
    overwritten. The pass fails at an op that reads other rows. It never fails behind
    `dl-form-kernels`, unless an op's RowParallel interface or that pass is wrong.
  }];
}

#endif // DLC_TRANSFORMS_FUSEPASSES_TD
