//===- Names.h - Attributes that passes leave for one another ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DIALECT_DL_NAMES_H
#define DLC_DIALECT_DL_NAMES_H

#include "dlc/Runtime.h"

#include "llvm/ADT/StringRef.h"

namespace dlc {

/// Attributes of the functions that `dl-resolve-steps` and `dl-form-kernels`
/// make.
namespace names {
/// On an argument or result of a step: the input's or output's name.
inline constexpr llvm::StringLiteral io = "dl.name";
/// On the same, once types are lowered: the type that the user wrote.
inline constexpr llvm::StringLiteral type = "dl.type";
/// On an argument or result of a step: the state entry it is.
inline constexpr llvm::StringLiteral state = "dl.state";
/// On a step: it trains, that is, it advances `step_count`; see dl.step_count.
inline constexpr llvm::StringLiteral trains = "dl.trains";
/// On a function: it is a step.
inline constexpr llvm::StringLiteral step = "dl.step";
/// On a function: it runs before steps and stores in entries of the state
/// values that steps would compute from the state alone; see dl-derive-state.
inline constexpr llvm::StringLiteral derives = "dl.derives";
/// On a step: which values are computed again instead of kept.
inline constexpr llvm::StringLiteral recompute = "dl.recompute";
/// On a step that is one of several sizes of a step: that one's name, the rows
/// of its batch, the inputs that have it, and whether calls of any number of
/// rows are made of the sizes. The largest has the name itself.
inline constexpr llvm::StringLiteral batch = "dl.batch";
/// On a function: it is a kernel.
inline constexpr llvm::StringLiteral kernel = "dl.kernel";
/// On a kernel: its ops share a loop over dimension 0 of this extent.
inline constexpr llvm::StringLiteral rows = "dl.sliced";
/// On a kernel: pairs (result, input); the result may overwrite the input.
inline constexpr llvm::StringLiteral inPlace = "dl.in_place";
/// On a convolution with channels last, or on its filter gradient: so many rows
/// above and below and columns left and right of the image are zeros, whose
/// products may be left out.
inline constexpr llvm::StringLiteral zeroBorder = "dl.zero_border";
/// On a structured op that adds up products: the iterations, as a set over its
/// dimensions, outside of which one factor is zero.
inline constexpr llvm::StringLiteral domain = "dl.domain";
/// The counters of every model: calls of steps that train, and the seed of its
/// random numbers.
inline constexpr llvm::StringLiteral stepCount = DLC_STEP_COUNT;
inline constexpr llvm::StringLiteral seed = DLC_SEED;
/// On a loop of a kernel: workers share out its iterations.
inline constexpr llvm::StringLiteral tasks = "dl.tasks";
/// On a result of a step, and on the kernel that computes it: 0, or 1 + the
/// number of the first check that failed.
inline constexpr llvm::StringLiteral fault = "dl.fault";
/// On a step: what to say of each check that fails.
inline constexpr llvm::StringLiteral faults = "dl.faults";
/// On a kernel of a program that measures itself: the cost of one call, as
/// [operations, bytes, bits of the widest float], and the names of its ops.
inline constexpr llvm::StringLiteral cost = "dl.cost";
inline constexpr llvm::StringLiteral ops = "dl.ops";
/// On a lowered kernel: the arguments it writes.
inline constexpr llvm::StringLiteral writes = "dl.writes";
/// On an argument of a lowered kernel: memory that it alone uses.
inline constexpr llvm::StringLiteral scratch = "dl.scratch";
/// On a lowered step: a list with the role of each argument.
inline constexpr llvm::StringLiteral args = "dl.args";
/// On a lowered module: the state and the steps of the model.
inline constexpr llvm::StringLiteral manifest = "dl.manifest";
/// Prefix of the names of steps in the LLVM dialect: code there may call
/// functions of the C library by their names, and a step may be called `exp`.
inline constexpr llvm::StringLiteral stepPrefix = "dlc.step.";
} // namespace names

/// Arguments of a step on memory, by number: the block of the state, the arena,
/// and from `firstTensor` on inputs and outputs as `dl.args` lists them. Behind
/// these `dl-add-workers` adds the worker, as the tables that LLVM gets expect
/// it (lib/Target/Tables.cpp); a backend with tables of its own may add others.
namespace step_arguments {
inline constexpr unsigned state = 0, arena = 1, firstTensor = 2;
} // namespace step_arguments

} // namespace dlc

#endif // DLC_DIALECT_DL_NAMES_H
