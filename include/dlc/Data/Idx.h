//===- Idx.h - Reader of IDX files ------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_IDX_H
#define DLC_DATA_IDX_H

#include "dlc/Data/Array.h"

namespace dlc {

/// Reads an IDX file (the format of MNIST), plain or compressed with gzip;
/// which of the two is seen from its first bytes, not from its name.
llvm::Expected<Array> readIdx(llvm::StringRef path);

} // namespace dlc
#endif // DLC_DATA_IDX_H
