//===- Npz.h - Reader of .npz files -----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_NPZ_H
#define DLC_DATA_NPZ_H

#include "dlc/Data/Array.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <string>

namespace dlc {

/// The arrays of a .npz file by their names, without ".npy".
using Arrays = std::map<std::string, Array>;

/// Reads a .npz file, stored or deflated: a zip archive of .npy files. `wanted`
/// says which arrays; without it all are read.
llvm::Expected<Arrays>
readNpz(llvm::StringRef path,
        llvm::function_ref<bool(llvm::StringRef)> wanted = nullptr);

} // namespace dlc
#endif // DLC_DATA_NPZ_H
