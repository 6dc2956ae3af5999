//===- SharedLibrary.cpp - Objects and libraries --------------------------===//

#include "LLVMErrors.h"
#include "Linker.h"

#include "dlc/Compiler.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/ReadFile.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Program.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

/// libDlcRuntimeEmbedded.a, byte for byte (RuntimeArchive.S).
extern "C" const char dlc_runtime_archive_begin[], dlc_runtime_archive_end[];

Error dlc::writeCode(Module &module, TargetMachine &machine, CodeFormat format,
                     SmallVectorImpl<char> &out) {
  raw_svector_ostream stream(out);
  legacy::PassManager passes;
  CodeGenFileType type = format == CodeFormat::Object
                             ? CodeGenFileType::ObjectFile
                             : CodeGenFileType::AssemblyFile;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError("the target cannot write this kind of file");
  LLVMErrors errors(module.getContext());
  onLargeStack([&] { passes.run(module); });
  return errors.take();
}

/// A program that links as the system's C compiler does.
static Expected<std::string> findLinker() {
  for (StringRef name : {"cc", "clang", "gcc", "clang-22"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return createStringError(
      "linking a shared library needs a C compiler (cc, gcc or "
      "clang) on PATH, and there is none");
}

Error dlc::linkLibrary(ArrayRef<char> object, StringRef outputPath) {
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  auto folder = TemporaryFolder::make();
  if (!folder)
    return folder.takeError();
  auto objectPath =
      folder->write("model.o", StringRef(object.data(), object.size()));
  if (!objectPath)
    return objectPath.takeError();
  auto archivePath =
      folder->write("runtime.a", StringRef(dlc_runtime_archive_begin,
                                           dlc_runtime_archive_end -
                                               dlc_runtime_archive_begin));
  if (!archivePath)
    return archivePath.takeError();

  std::string logPath = folder->file("log.txt");
  std::string command[] = {*linker,
                           "-shared",
                           "-o",
                           outputPath.str(),
                           *objectPath,
                           *archivePath,
                           "-Wl,--exclude-libs,ALL",
                           "-Wl,-Bsymbolic",
                           "-Wl,--gc-sections",
                           "-Wl,--as-needed",
                           "-Wl,-z,noexecstack",
                           "-Wl,-z,defs",
                           "-s",
                           "-lm"};
  Expected<int> status = runProgram(command, *folder, logPath);
  if (!status)
    return status.takeError();
  if (*status == 0)
    return Error::success();
  std::string message;
  if (auto log = readFile(logPath, 1 << 20))
    message = (*log)->getBuffer().rtrim().str();
  else
    consumeError(log.takeError());
  return createStringError(outputPath + ": " + *linker + " failed: " + message);
}
