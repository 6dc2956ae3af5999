//===- Elements.h - The elements after a file's header ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_ELEMENTS_H
#define DLC_LIB_DATA_ELEMENTS_H

#include "dlc/Data/Array.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc {

/// Fills what it is given as far as there are bytes; returns how many.
using ReadBytes =
    llvm::function_ref<llvm::Expected<size_t>(llvm::MutableArrayRef<char>)>;

/// Makes room for `bytes` in all. A vector ends the process where there is no
/// memory, so the system is asked for as much before.
llvm::Error makeRoom(llvm::SmallVectorImpl<char> &data, size_t bytes,
                     llvm::StringRef path);

/// An error where the system does not have so much memory: for what grows with
/// a file by vectors, which end the process then.
llvm::Error expectMemory(uint64_t bytes, llvm::StringRef path);

/// Reads the elements of an array whose type and shape a header has told, which
/// must be all that is left. `left` is how many bytes that is, if it is known:
/// then nothing is allocated for a header that says something else. Where it is
/// not known, memory grows with what is there.
llvm::Error readElements(ReadBytes read, llvm::StringRef path,
                         std::optional<uint64_t> left, Array &array);

/// Reads a .npy file from what `read` gives, of `size` bytes if that is known;
/// `path` is for errors.
llvm::Expected<Array> readNpy(ReadBytes read, llvm::StringRef path,
                              std::optional<uint64_t> size);

} // namespace dlc
#endif // DLC_LIB_DATA_ELEMENTS_H
