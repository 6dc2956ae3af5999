//===- Passes.td - The machine that code is made for -------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def AttachTarget : Pass<"dl-attach-target", "::mlir::ModuleOp"> {
  let summary = "describe the target in the module";
  let description = [{
    Attaches the description of the target that later passes read
    (`dlc/Machine/TargetInfo.h`): registers and width of vectors from LLVM's
    subtarget, caches from a table by the name of the processor, costs and grain of
    work. A module that has a description keeps it.

    Before:
    ```mlir
    module {
    ```
    After (`cpu=x86-64-v3`):
    ```mlir
    module attributes {dlti.target_system_spec = #dlti.target_system_spec<
        "CPU" = #dlti.target_device_spec<
          "cpu" = "x86-64-v3", "max_vector_op_width" = 256 : i64,
          "vector_registers" = 16 : i64, "L1_cache_size_in_bytes" = 32768 : i64, ...>>} {
    ```
  }];
  let options = [
    Option<"triple", "triple", "std::string", /*default=*/"\"\"",
           "architecture and system, as LLVM names them; empty: this machine's">,
    Option<"cpu", "cpu", "std::string", /*default=*/"\"\"",
           "the processor, as LLVM names it; empty: the defaults of TargetInfo">,
    Option<"features", "features", "std::string", /*default=*/"\"\"",
           "features of the processor, as LLVM writes them">,
    Option<"plain", "plain", "bool", /*default=*/"false",
           "loops without vectors">
  ];
  let dependentDialects = ["::mlir::DLTIDialect"];
}
