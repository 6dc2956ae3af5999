//===- UnknownOps.cpp - Words that are no op ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "UnknownOps.h"

#include "dlc/Dialect/Dl/Build.h"

#include "mlir/IR/OperationSupport.h"

using namespace mlir;

std::string dlc::explainUnknownOp(MLIRContext &context, StringRef message) {
  // Of a dialect that is not there, or of one that has no such op.
  bool foreign = message.starts_with("Dialect `") &&
                 message.contains("' not found for custom op '");
  bool unknown =
      message.starts_with("custom op '") && message.contains("' is unknown");
  if (!foreign && !unknown)
    return {};
  StringRef word = message.split("op '").second.split('\'').first;
  SmallVector<StringRef> names;
  for (RegisteredOperationName name : context.getRegisteredOperations())
    if (name.getDialectNamespace() == "dl")
      names.push_back(name.getStringRef());
  StringRef bare = word.contains('.') ? word.split('.').second : word;
  std::string nearest = dl::suggestion(("dl." + bare).str(), names);
  if (word.contains('.'))
    return ("there is no op '" + word + "'" + nearest).str();
  // The op in front of the word is complete without it.
  return ("expected an op, whose name begins with that of its dialect "
          "('dl.relu'), not '" +
          word + "'" +
          (word == "attributes" ? "; the attributes of the op before it stand "
                                  "in braces without this word"
                                : nearest))
      .str();
}
