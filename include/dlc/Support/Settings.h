//===- Settings.h - Lists of names with values ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_SETTINGS_H
#define DLC_SUPPORT_SETTINGS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// Calls `take` for each item of "mode=max,patience=3"; an empty list has none.
/// An item without a name or a value, or with a name that has been, is an
/// error.
llvm::Error readSettings(
    llvm::StringRef list,
    llvm::function_ref<llvm::Error(llvm::StringRef name, llvm::StringRef value)>
        take);

} // namespace dlc
#endif // DLC_SUPPORT_SETTINGS_H
