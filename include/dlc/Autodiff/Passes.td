//===- Passes.td - dl -> dl: derivatives -------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def Differentiate : Pass<"dl-differentiate", "::mlir::func::FuncOp"> {
  let summary = "replace dl.gradient by the reverse-mode program";
  let description = [{
    Walks the ops between targets and scalar backwards and lets each build the
    cotangents of its operands. Gradients are expanded in program order, so
    a gradient of a gradient meets only ordinary ops.

    ```mlir
    %y = dl.mul %x, %x : tensor<f32>
    %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<f32>
    ```
    becomes
    ```mlir
    %one = dl.constant dense<1.0> : tensor<f32>
    %0 = dl.mul %one, %x : tensor<f32>
    %1 = dl.mul %one, %x : tensor<f32>
    %g = dl.add %0, %1 : tensor<f32>
    ```
    (and with `clean` the constant is folded away). Cleaning after each gradient keeps the
    next one small, because its size is a multiple of this one's.

    An op on the path that has neither a derivative nor a decomposition is an
    error at its location.
  }];
  let options = [
    Option<"clean", "clean", "bool", "true",
           "after each gradient fold, merge equal ops and drop dead ones">,
    Option<"report", "report", "bool", "false",
           "remark on each gradient by how many ops the program grew">];
  let statistics = [
    Statistic<"numGradients", "gradients", "gradient ops expanded">,
    Statistic<"numBuilt", "built", "ops that the reversals added">,
    Statistic<"numKept", "kept", "ops by which the program grew, cleaned">];
}

def DropStopGradient : Pass<"dl-drop-stop-gradient", "::mlir::func::FuncOp"> {
  let summary = "remove dl.stop_gradient, which has no effect without gradients";
}

def GradientStep : Pass<"dl-gradient-step", "::dlc::dl::ModelOp"> {
  let summary = "turn a step that trains into one that returns loss and gradients";
  let description = [{
    For comparing gradients with finite differences of the loss. Only the step `step` of the model
    is left, as @gradients: its `dl.minimize` of the given number becomes the gradient of the
    loss with respect to the parameters that it names, and the step updates nothing.
    Outputs are `loss` and g0, g1, ..., one a parameter of the model, in their order, which the
    minimize names. With order 2, inputs v0, v1, ... are vectors and outputs h0, h1, ... the
    products of the second derivative and all of them. A warning names another
    `dl.minimize` of the step.
  }];
  let options = [
    Option<"step", "step", "std::string", "\"train\"", "the step that trains">,
    Option<"order", "order", "unsigned", "1", "1, or 2">,
    Option<"minimize", "minimize", "unsigned", "1",
           "which dl.minimize of the step, from 1 on">];
}

def GradientNorms : Pass<"dl-gradient-norms", "::dlc::dl::ModelOp"> {
  let summary = "give steps that train the norms of their gradients as outputs";
  let description = [{
    Each parameter that a `dl.minimize` of the step itself trains gets an output
    `gradient_NAME`: the 2-norm of the gradient before the clauses of
    the `dl.minimize` change it. Characters of NAME other than letters and digits become `_`, and
    a name that exists already gets a number.
  }];
}

def WidenFloats : Pass<"dl-widen-floats", "::mlir::ModuleOp"> {
  let summary = "replace f32 by f64 in the whole program";
  let description = [{
    The pass also widens state, inputs, outputs and constants; it converts hyper-parameters, which
    are f32 by definition, where they are read.
    ```mlir
    %y = dl.exp %x : tensor<4xf32>
    ```
    becomes
    ```mlir
    %y = dl.exp %x : tensor<4xf64>
    ```
  }];
}
