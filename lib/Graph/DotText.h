//===- DotText.h - Words and colours of graphs ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_GRAPH_DOTTEXT_H
#define DLC_LIB_GRAPH_DOTTEXT_H

#include "StepGraph.h"

namespace dlc::graph {

/// Text for labels in angle brackets.
std::string html(llvm::StringRef text);

/// Text for attributes, in quotes; line ends stay.
std::string quoted(llvm::StringRef text);

/// "4x3xf32".
std::string shapeOf(mlir::Type type);
/// The same of several; many are cut short.
std::string shapesOf(llvm::ArrayRef<mlir::Type> types);

/// With three digits and a prefix of the SI: "4.11 GFLOP".
std::string amount(double value, llvm::StringRef unit);
/// "4.11 GFLOP, 23.0 MB", without amounts of zero.
std::string costs(double flops, double bytes);

/// "add x3, mul" for what stands next to each other.
std::string summary(llvm::ArrayRef<const Item *> items);

/// Breaks a list at commas.
llvm::SmallVector<std::string> wrapped(llvm::StringRef text, size_t width);

/// The colour of a kernel by its number; there are twelve.
llvm::StringRef kernelColour(int kernel);

/// Colours of boxes without a kernel, and of frames and lines.
llvm::StringRef fillOf(Part part);
llvm::StringRef lineOf(Part part);

} // namespace dlc::graph
#endif // DLC_LIB_GRAPH_DOTTEXT_H
