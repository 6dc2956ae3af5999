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

/// Data that `read` makes of files that a descriptor names: cached by the
/// descriptor and the contents of the files. Small files are not cached, and
/// without a folder nothing is.
llvm::Expected<DataSplits>
readOnce(llvm::StringRef descriptor, llvm::ArrayRef<std::string> files,
         const DataOptions &options,
         llvm::function_ref<llvm::Expected<DataSplits>()> read);

} // namespace dlc
#endif // DLC_LIB_DATA_DATACACHE_H
