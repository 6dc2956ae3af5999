//===- Metadata.h - Text beside the tensors of a checkpoint -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `__metadata__` of a safetensors file, in which a run keeps what belongs
// to it and not to the model.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TRAINING_METADATA_H
#define DLC_TRAINING_METADATA_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace dlc {

using Metadata = std::map<std::string, std::string>;

/// A number as text that gives the same bits again.
std::string exactText(double value);

/// Reads such a text, and no other that means the same number; returns false
/// otherwise.
bool parseExact(llvm::StringRef text, double &value);
bool parseExact(llvm::StringRef text, int64_t &value);

/// Reads the metadata of a file; empty where it has none.
llvm::Expected<Metadata> readMetadata(llvm::StringRef path);

} // namespace dlc
#endif // DLC_TRAINING_METADATA_H
