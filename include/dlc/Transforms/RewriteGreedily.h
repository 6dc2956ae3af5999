//===- RewriteGreedily.h - Rewrites that end --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_REWRITEGREEDILY_H
#define DLC_TRANSFORMS_REWRITEGREEDILY_H

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {

/// Applies the patterns in the regions of `root` until none matches. Each set
/// of patterns has a measure that falls with every rewrite, which its pass
/// states; should that be wrong, the rewrites stop at a bound that follows from
/// the size of the program, with an error at the last op that was rewritten.
/// `pass` is the name under which the error reports the set.
mlir::LogicalResult
rewriteGreedily(mlir::Operation *root,
                const mlir::FrozenRewritePatternSet &patterns,
                llvm::StringRef pass, mlir::GreedyRewriteConfig config = {});

} // namespace dlc

#endif // DLC_TRANSFORMS_REWRITEGREEDILY_H
