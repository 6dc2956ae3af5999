//===- Corpus.h - Every op of the dialect, as the tests use it --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef TEST_UNIT_DL_CORPUS_H
#define TEST_UNIT_DL_CORPUS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::test {

/// The programs of test/Dialect/Dl that are right, and what is said while one
/// is checked. A test that walks the registered ops finds instances of each
/// here; that every op has one is itself a test (CorpusTest).
class Corpus {
public:
  Corpus();

  mlir::MLIRContext &context() { return mlirContext; }

  /// All registered ops of the dialect.
  std::vector<mlir::RegisteredOperationName> registered();

  /// The instances of an op, in the order of files and lines.
  llvm::ArrayRef<mlir::Operation *> instances(llvm::StringRef op) const;

  /// What `action` reports as errors; empty where it succeeds.
  std::string errors(llvm::function_ref<mlir::LogicalResult()> action);

private:
  mlir::MLIRContext mlirContext;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> programs;
  std::map<std::string, std::vector<mlir::Operation *>> ops;
};

} // namespace dlc::test
#endif // TEST_UNIT_DL_CORPUS_H
