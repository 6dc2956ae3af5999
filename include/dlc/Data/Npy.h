//===- Npy.h - Reader and writer of .npy files ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_NPY_H
#define DLC_DATA_NPY_H

#include "dlc/Data/Array.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace dlc {

/// Reads a .npy file of version 1 or 2 ("-": standard input): little-endian, C
/// order, the element types that NumPy and the language have.
llvm::Expected<Array> readNpy(llvm::StringRef path);

/// Writes a .npy file of version 1. NumPy has no bf16: such a tensor is written
/// as f4, which holds all its values exactly.
void writeNpy(llvm::raw_ostream &os, int32_t type,
              llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<char> data);

/// The same into a file, which is replaced as a whole or not at all.
llvm::Error writeNpyFile(llvm::StringRef path, int32_t type,
                         llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<char> data);

} // namespace dlc
#endif // DLC_DATA_NPY_H
