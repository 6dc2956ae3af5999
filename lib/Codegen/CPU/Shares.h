//===- Shares.h - Tasks of a kernel, taken by its workers -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %0 = call @dlc_rt_share(%worker, %tasks)
//   scf.while (%piece = %0) {
//     %some = arith.cmpi ne, %piece, %c0
//     scf.condition(%some) %piece
//   } do {
//     ... tasks [%piece >> 32, %piece & 0xffffffff) ...
//     %1 = call @dlc_rt_next(%worker)
//     scf.yield %1
//   }
//
// Workers take pieces until none is left. Who does a task, and with which
// others, changes from run to run: no task may depend on another one.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_SHARES_H
#define DLC_LIB_CODEGEN_CPU_SHARES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace dlc::codegen {

/// Functions of dlc/Runtime.h that steps and kernels call.
namespace runtime {
#define DLC_RUNTIME_FUNCTION(NAME)                                             \
  inline constexpr llvm::StringLiteral NAME = "dlc_rt_" #NAME;
#include "dlc/RuntimeFunctions.def"
} // namespace runtime

/// The worker that calls a step or a kernel, which dl-add-workers makes its
/// last argument; an error at the function if there is none.
mlir::FailureOr<mlir::Value> findWorker(mlir::func::FuncOp function);

/// The declaration of one of these functions, made on first use.
mlir::func::FuncOp declareRuntime(mlir::SymbolTable &symbols,
                                  llvm::StringRef name);

/// Tasks `[first, last)`.
struct TaskRange {
  mlir::Value first, last;

  /// The part of the range in `[begin, begin + count)`, counted from `begin`.
  TaskRange within(mlir::OpBuilder &builder, mlir::Location loc, int64_t begin,
                   int64_t count) const;
};

/// Emits a loop over the pieces that `worker` takes of `tasks` tasks.
/// `emitBody` emits the code for the tasks of a piece.
void emitShared(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::Value worker, int64_t tasks,
                llvm::function_ref<void(TaskRange)> emitBody);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_SHARES_H
