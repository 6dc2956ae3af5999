//===- Limits.h - Limits on the size of programs ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bounds on the resources that a program may ask of the compiler. They lie far
// above the needs of a model, and far below the limits of memory and the stack;
// a program that exceeds one gets an error at its line with the number seen and
// the bound.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_LIMITS_H
#define DLC_SUPPORT_LIMITS_H

#include <cstddef>
#include <cstdint>

namespace dlc::limits {

/// Bytes of a program's text. Large constants are data, not text.
inline constexpr uint64_t textBytes = uint64_t(1) << 28;
/// Levels on which the parser recurses: brackets, operators of an affine
/// expression, aliases in the definition of an alias.
inline constexpr unsigned nesting = 200;
/// Attributes or types that an alias stands for, written out.
inline constexpr uint64_t aliasSize = 1 << 16;
/// Dimensions of a tensor; the runtime's tables and NumPy hold no more.
inline constexpr int64_t rank = 32;
/// Ops of a program, and of a step once all calls are inlined.
inline constexpr int64_t ops = 100000;
/// Ops of a step while a gradient is taken.
inline constexpr int64_t gradientOps = 400000;
/// Ops from which on passes run one after the other, on the large stack: the
/// threads of MLIR's pool have the system's.
inline constexpr int64_t opsOfPool = 10000;
/// Steps, and state entries of all kinds together.
inline constexpr int64_t symbols = 100000;
/// Inputs and outputs of one step.
inline constexpr int64_t stepTensors = 10000;
/// Bytes of a name: of a symbol, an input or an output.
inline constexpr size_t nameBytes = 1000;
/// Bytes of all constants that are not one repeated number.
inline constexpr int64_t constantBytes = int64_t(1) << 28;
/// Bytes of the state, and of one step's inputs, outputs and arena: half of the
/// 48-bit address space of a process.
inline constexpr int64_t memoryBytes = int64_t(1) << 46;
/// Bytes of stack on which programs are parsed and compiled.
inline constexpr size_t stackBytes = size_t(1) << 29;

} // namespace dlc::limits
#endif // DLC_SUPPORT_LIMITS_H
