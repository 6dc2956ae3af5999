//===- Interpretable.td - Ops that say what they compute ---*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef DLC_INTERPRETER_INTERPRETABLE_TD
#define DLC_INTERPRETER_INTERPRETABLE_TD

include "mlir/IR/OpBase.td"

def Interpretable : OpInterface<"Interpretable"> {
  let cppNamespace = "::dlc::interp";
  let description = [{
    The reference meaning of a primitive op: the values of its results, given
    those of its operands. lib/Interpreter implements it, so that the dialect does not
    depend on it.
  }];
  let methods = [InterfaceMethod<[{
      Reads the operands from `call` and gives it the results, in their order,
      or a fault.
    }],
    "void", "interpret", (ins "::dlc::interp::Call &":$call)>];
}

#endif // DLC_INTERPRETER_INTERPRETABLE_TD
