//===- DataCache.h - Data that were converted before ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_DATACACHE_H
#define DLC_LIB_DATA_DATACACHE_H

#include "dlc/Data/Dataset.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc {

/// Data as bytes of this machine, and back; nothing where they are not such.
std::string storedData(const DataSplits &data);
std::optional<DataSplits> restoreData(llvm::StringRef bytes);

/// What `read` makes of files that a descriptor names: kept, by the descriptor
/// and by what is in the files, and taken from there the next time. Files that
/// are small are not worth it, and without a folder nothing is kept.
llvm::Expected<DataSplits>
readOnce(llvm::StringRef descriptor, llvm::ArrayRef<std::string> files,
         const DataOptions &options,
         llvm::function_ref<llvm::Expected<DataSplits>()> read);

} // namespace dlc
#endif // DLC_LIB_DATA_DATACACHE_H
