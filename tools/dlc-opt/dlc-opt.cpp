//===- dlc-opt.cpp - mlir-opt with the dialect `dl` -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Works as mlir-opt, except for how text enters (see readProgram) and how
// messages leave (see PrintableErrors).
//
//===----------------------------------------------------------------------===//

#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/PrintableErrors.h"
#include "dlc/Support/ProgramText.h"
#include "dlc/Support/Report.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ToolOutputFile.h"

static int run(int argc, char **argv) {
  // The other tools know the host's architecture alone, for which they make
  // code; here passes run for descriptions of others too.
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargets();
  llvm::InitializeAllTargetMCs();
  mlir::registerAllPasses();
  dlc::registerPhases();
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  dlc::registerDialects(registry);
  auto [input, output] = mlir::registerAndParseCLIOptions(
      argc, argv, "dlc's passes and phases\n", registry);
  auto config = mlir::MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return mlir::asMainReturnCode(
        mlir::MlirOptMain(argc, argv, input, output, registry));

  auto program = dlc::readProgram(input);
  if (!program)
    return dlc::reportError("dlc-opt", program.takeError());
  std::string message;
  auto file = mlir::openOutputFile(output, &message);
  if (!file)
    return dlc::reportError("dlc-opt", llvm::createStringError(message));
  bool done = false;
  std::string text;
  {
    // Messages first, then the program: two processes write them.
    dlc::PrintableErrors printable;
    llvm::raw_string_ostream os(text);
    done = mlir::succeeded(
        mlir::MlirOptMain(os, std::move(*program), registry, config));
  }
  file->os() << text;
  if (done)
    file->keep();
  return done ? 0 : 1;
}

int main(int argc, char **argv) {
  dlc::GuardedTool tool("dlc-opt", argc, argv);
  int status = 1;
  dlc::onLargeStack([&] { status = run(argc, argv); });
  return status;
}
