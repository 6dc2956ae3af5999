//===- TileRemarks.h - Remarks on tiling ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_CODEGEN_CPU_TILEREMARKS_H
#define DLC_LIB_CODEGEN_CPU_TILEREMARKS_H

#include "TilePlan.h"

namespace dlc::codegen {

/// Remarks on the tiles (`dl-emit-loops:tile`) and the copied panel
/// (`dl-emit-loops:pack`) of a nest of `kernel`.
void explainTiles(const LoopNest &nest, const TilePlan &plan,
                  const TargetInfo &target, llvm::StringRef kernel);

/// On the rows that a kernel does at a time (`dl-emit-loops:rows`).
void explainRows(llvm::ArrayRef<LoopNest> nests, llvm::ArrayRef<Segment> blocks,
                 llvm::StringRef kernel);

/// Explains an epilogue evaluated in registers (`dl-emit-loops:fuse`).
void explainEpilogue(const Epilogue &epilogue, llvm::StringRef kernel);

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_TILEREMARKS_H
