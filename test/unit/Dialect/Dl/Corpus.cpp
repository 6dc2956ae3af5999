//===- Corpus.cpp - Every op of the dialect, as the tests use it ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Corpus.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Templates.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc::test;

static DialectRegistry allDialects() {
  DialectRegistry registry;
  registry.insert<dlc::dl::DlDialect, func::FuncDialect, arith::ArithDialect>();
  return registry;
}

Corpus::Corpus() : mlirContext(allDialects()) {
  mlirContext.loadAllAvailableDialects();
  std::error_code error;
  std::vector<std::string> files;
  for (llvm::sys::fs::directory_iterator at(DLC_TEST_DL, error), end;
       !error && at != end; at.increment(error)) {
    StringRef name = llvm::sys::path::filename(at->path());
    if (name.ends_with(".mlir") && !name.ends_with("-invalid.mlir"))
      files.push_back(at->path());
  }
  llvm::sort(files);
  EXPECT_FALSE(files.empty()) << "no programs in " << DLC_TEST_DL;
  for (const std::string &file : files) {
    auto program = parseSourceFile<ModuleOp>(file, &mlirContext);
    EXPECT_TRUE(program) << file;
    if (!program)
      continue;
    program->walk<WalkOrder::PreOrder>([&](Operation *op) {
      // In a function with open extents an op is none yet.
      if (llvm::any_of(op->getOperandTypes(), dlc::dl::hasOpenExtents) ||
          llvm::any_of(op->getResultTypes(), dlc::dl::hasOpenExtents))
        return;
      ops[op->getName().getStringRef().str()].push_back(op);
    });
    programs.push_back(std::move(program));
  }
}

std::vector<RegisteredOperationName> Corpus::registered() {
  auto names = mlirContext.getRegisteredOperationsByDialect("dl");
  return std::vector<RegisteredOperationName>(names.begin(), names.end());
}

ArrayRef<Operation *> Corpus::instances(StringRef op) const {
  auto found = ops.find(op.str());
  if (found == ops.end())
    return {};
  return found->second;
}

std::string Corpus::errors(llvm::function_ref<LogicalResult()> action) {
  std::string text;
  ScopedDiagnosticHandler handler(&mlirContext, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      text += diagnostic.str() + "\n";
    return success();
  });
  bool failed = action().failed();
  EXPECT_EQ(failed, !text.empty()) << text;
  return text;
}

TEST(CorpusTest, HasEveryOp) {
  Corpus corpus;
  for (RegisteredOperationName op : corpus.registered())
    EXPECT_FALSE(corpus.instances(op.getStringRef()).empty())
        << "no program in test/Dialect/Dl has " << op.getStringRef().str();
}
