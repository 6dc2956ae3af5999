//===- Settings.cpp - Lists of names with values --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Settings.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using namespace dlc;

Error dlc::readSettings(StringRef list,
                        function_ref<Error(StringRef, StringRef)> take) {
  SmallVector<StringRef> words, seen;
  if (!list.empty())
    list.split(words, ',');
  for (StringRef word : words) {
    auto [name, value] = word.split('=');
    if (name.empty() || value.empty())
      return makeError("'{0}', expected NAME=VALUE", word);
    if (is_contained(seen, name))
      return makeError("'{0}' is given twice", name);
    seen.push_back(name);
    if (Error error = take(name, value))
      return error;
  }
  return Error::success();
}
