//===- Origin.h - Step part and function of origin of an op -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step that trains computes a loss, its gradients and new values of the
// state. Reverse mode and `dl.minimize` say so in the locations of the ops that
// they make:
//
//   loc(fused<"gradient">["net.mlir":12:10])
//
// The rewrites that follow build ops at the locations of those they replace, so
// the mark lasts as long as locations do. An attribute would change the
// program: here the same value computed twice stays one, whoever asked for it,
// and so do equal kernels.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TRANSFORMS_ORIGIN_H
#define DLC_TRANSFORMS_ORIGIN_H

#include "mlir/IR/Location.h"

namespace dlc {

enum class Part { Forward, Gradient, Update };

/// The location without its mark.
mlir::Location unmarked(mlir::Location location);

/// The location with this mark in place of the one it has.
mlir::Location marked(mlir::Location location, Part part);

/// The part that `location` is marked with; Forward without a mark.
Part partOf(mlir::Location location);

/// The location of an op that was inlined from a function: where it is written
/// there, and that the function called `callee` was called at `call`.
mlir::Location inlinedFrom(mlir::Location location, mlir::StringAttr callee,
                           mlir::Location call);

/// The functions that an op was inlined from, the outermost first, each with
/// the location of the call.
struct InlinedCall {
  mlir::StringAttr callee;
  mlir::Location call;
};
llvm::SmallVector<InlinedCall> inlinedCalls(mlir::Location location);

/// The location of a call of a function that was made for other ops, equal to
/// those at `ops`: `location`, and those of its ops, in their order.
mlir::Location callOfEqual(mlir::Location location,
                           llvm::ArrayRef<mlir::Location> ops);

/// The locations of the ops; none where the function was made for the call.
llvm::SmallVector<mlir::Location> equalOps(mlir::Location location);

} // namespace dlc
#endif // DLC_TRANSFORMS_ORIGIN_H
