//===- Passes.td - dl -> dl: derivatives ------------------------*- tablegen -*-===//

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
    An op on the path that has neither a derivative nor a decomposition is an
    error at its location.
  }];
  let statistics = [
    Statistic<"numGradients", "gradients", "gradient ops expanded">];
}

def DropStopGradient : Pass<"dl-drop-stop-gradient", "::mlir::func::FuncOp"> {
  let summary = "remove dl.stop_gradient, which means nothing without gradients";
}
