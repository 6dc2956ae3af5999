//===- Elements.h - The elements after a file's header ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_ELEMENTS_H
#define DLC_LIB_DATA_ELEMENTS_H

#include "dlc/Data/Array.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc {

/// Fills the buffer as far as there are bytes; returns how many.
using ReadBytes =
    llvm::function_ref<llvm::Expected<size_t>(llvm::MutableArrayRef<char>)>;

/// Makes room for `bytes` in all. A vector ends the process where there is no
/// memory, so the system is asked for as much before.
llvm::Error makeRoom(llvm::SmallVectorImpl<char> &data, size_t bytes,
                     llvm::StringRef path);

/// An error where the system does not have so much memory: for what grows with
/// a file by vectors, which end the process then.
llvm::Error expectMemory(uint64_t bytes, llvm::StringRef path);

/// Reads the elements of an array whose type and shape are those of a header;
/// they must be all that is left. `left` is the number of bytes left, if it is
/// known: then nothing is allocated for a header that disagrees. If it is not
/// known, memory grows with the bytes that arrive.
llvm::Error readElements(ReadBytes read, llvm::StringRef path,
                         std::optional<uint64_t> left, Array &array);

/// Reads a .npy file from `read`, of `size` bytes if that is known; `path` is
/// for errors.
llvm::Expected<Array> readNpy(ReadBytes read, llvm::StringRef path,
                              std::optional<uint64_t> size);

} // namespace dlc
#endif // DLC_LIB_DATA_ELEMENTS_H
