//===- SharedLibrary.cpp - Objects and libraries --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LLVMErrors.h"

#include "dlc/Support/ChildProcess.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/ReadFile.h"
#include "dlc/Target/Compilation.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Program.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

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

static StringRef textOf(ArrayRef<char> bytes) {
  return StringRef(bytes.data(), bytes.size());
}

namespace {

/// A run of the linker on files in a temporary folder.
class Link {
public:
  explicit Link(TemporaryFolder folder) : folder(std::move(folder)) {}

  /// Writes a file to link.
  Error add(StringRef name, StringRef content);
  Error add(const Objects &objects);
  /// Links all added objects to `output`; messages begin with `name`.
  Error run(ArrayRef<StringRef> options, StringRef output, StringRef name);
  std::string file(StringRef name) const { return folder.file(name); }

private:
  TemporaryFolder folder;
  std::vector<std::string> paths;
};

} // namespace

Error Link::add(StringRef name, StringRef content) {
  Expected<std::string> path = folder.write(name, content);
  if (!path)
    return path.takeError();
  paths.push_back(std::move(*path));
  return Error::success();
}

Error Link::add(const Objects &objects) {
  for (auto [number, object] : enumerate(objects))
    if (Error error =
            add(("model." + Twine(number) + ".o").str(), textOf(object)))
      return error;
  return Error::success();
}

Error Link::run(ArrayRef<StringRef> options, StringRef output, StringRef name) {
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  std::vector<std::string> command{*linker, "-o", output.str()};
  append_range(command, paths);
  for (StringRef option : options)
    command.push_back(option.str());
  std::string logPath = folder.file("log.txt");
  Expected<int> status = runProgram(command, folder, logPath);
  if (!status)
    return status.takeError();
  if (*status == 0)
    return Error::success();
  std::string message;
  if (auto log = readFile(logPath, 1 << 20))
    message = (*log)->getBuffer().rtrim().str();
  else
    consumeError(log.takeError());
  return createStringError(name + ": " + *linker + " failed: " + message);
}

static Expected<Link> beginLink(const Objects &objects) {
  Expected<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder)
    return folder.takeError();
  Link link(std::move(*folder));
  if (Error error = link.add(objects))
    return std::move(error);
  return link;
}

Error dlc::linkLibrary(const Objects &objects, StringRef outputPath) {
  Expected<Link> link = beginLink(objects);
  if (!link)
    return link.takeError();
  if (Error error =
          link->add("runtime.a", StringRef(dlc_runtime_archive_begin,
                                           dlc_runtime_archive_end -
                                               dlc_runtime_archive_begin)))
    return error;
  return link->run({"-shared", "-Wl,--exclude-libs,ALL", "-Wl,-Bsymbolic",
                    "-Wl,--gc-sections", "-Wl,--as-needed",
                    "-Wl,-z,noexecstack", "-Wl,-z,defs", "-s", "-lm"},
                   outputPath, outputPath);
}

Expected<SmallVector<char, 0>> dlc::mergeObjects(const Objects &objects) {
  if (objects.size() == 1)
    return objects.front();
  Expected<Link> link = beginLink(objects);
  if (!link)
    return link.takeError();
  std::string path = link->file("merged.o");
  if (Error error = link->run({"-r", "-nostdlib"}, path, "merging objects"))
    return std::move(error);
  auto merged = readFile(path, UINT32_MAX);
  if (!merged)
    return merged.takeError();
  StringRef bytes = (*merged)->getBuffer();
  return SmallVector<char, 0>(bytes.begin(), bytes.end());
}
