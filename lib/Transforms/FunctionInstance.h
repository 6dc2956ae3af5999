//===- FunctionInstance.h - A function for a call's types -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_FUNCTIONINSTANCE_H
#define DLC_LIB_TRANSFORMS_FUNCTIONINSTANCE_H

#include "Retyping.h"

#include "mlir/IR/SymbolTable.h"

namespace dlc {

/// `block` of the instance `layer1.0`: `layer1.0.block`.
mlir::StringAttr nameWithin(mlir::StringAttr prefix, mlir::StringAttr name);

/// A function and the arguments that it is instantiated for.
struct InstanceRequest {
  dl::FuncOp callee;
  mlir::StringAttr name;   ///< of the callee, which is erased in the end
  mlir::StringAttr prefix; ///< of the names of entries; may be empty
  mlir::ArrayAttr sizes;   ///< numbers; null where the function has none
  llvm::SmallVector<mlir::Type> operands;
  dl::CallOp call;

  /// Adds to an error in a function a note at the call.
  void note(mlir::Diagnostic &error);
};

/// One function on its way from a template to an instance.
class FunctionInstance : Retyping {
public:
  /// The instance of a callee that a call in the function asks for, with sizes
  /// that are numbers.
  using Resolver = llvm::function_ref<mlir::FailureOr<dl::FuncOp>(
      dl::CallOp, mlir::ArrayAttr sizes)>;

  FunctionInstance(InstanceRequest &request, dl::ModelOp model,
                   mlir::SymbolTable &symbols, Resolver resolve)
      : request(request), model(model), symbols(symbols), resolve(resolve) {}

  /// Puts the instance into the model, under this name.
  mlir::FailureOr<dl::FuncOp> make(mlir::StringAttr name);

private:
  mlir::LogicalResult retype(mlir::Block &block);
  mlir::LogicalResult retype(mlir::Operation *op);
  mlir::LogicalResult retypeScan(dl::ScanOp op);
  mlir::LogicalResult retypeCall(dl::CallOp op);
  mlir::FailureOr<llvm::SmallVector<mlir::Type>> typesOf(mlir::Operation *op);
  mlir::FailureOr<mlir::Type> reshapedType(dl::ReshapeOp op);
  mlir::LogicalResult setTypes(mlir::Operation *op, mlir::TypeRange types);
  void closeSlice(dl::SliceOp op);
  void nameEntries(mlir::Operation *op);
  mlir::ArrayAttr numbersOf(dl::CallOp call);

  InstanceRequest &request;
  dl::ModelOp model;
  mlir::SymbolTable &symbols;
  Resolver resolve;
};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_FUNCTIONINSTANCE_H
