//===- Metadata.h - Text beside the tensors of a checkpoint -----*- C++ -*-===//
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

/// What a file has; empty where it has none.
llvm::Expected<Metadata> readMetadata(llvm::StringRef path);

/// The same of the file's header; `path` is for messages.
llvm::Expected<Metadata> parseMetadata(std::string header,
                                       llvm::StringRef path);

/// Copies the file `from`, which has none, to `to` with metadata; `to` appears
/// whole or not at all, and may be `from`.
llvm::Error copyWithMetadata(llvm::StringRef from, llvm::StringRef to,
                             const Metadata &metadata);

} // namespace dlc
#endif // DLC_TRAINING_METADATA_H
