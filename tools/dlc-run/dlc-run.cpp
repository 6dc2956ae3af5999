//===- dlc-run.cpp - Runs a model -----------------------------------------===//

#include "dlc/Execution/Interpret.h"
#include "dlc/Execution/Jit.h"
#include "dlc/Run/Run.h"
#include "dlc/Support/Report.h"
#include "dlc/Training/Progress.h"

#include "llvm/Support/InitLLVM.h"

#include <csignal>

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // A file that may not grow any more is an error of the write.
  std::signal(SIGXFSZ, SIG_IGN);
  dlc::guardTool("dlc-run");
  dlc::RunContext context{dlc::compileAndLoad, llvm::outs(), llvm::errs(),
                          dlc::Progress::standardOutputWidth(),
                          dlc::interpretAndLoad};
  return dlc::runTool(llvm::ArrayRef(argv + 1, argv + argc), context);
}
