//===- SharedLibrary.cpp - Objects and libraries --------------------------===//

#include "dlc/Compiler.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
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
  passes.run(module);
  return Error::success();
}

/// A temporary file with this content, removed with the returned object.
static Expected<std::unique_ptr<FileRemover>>
writeTemporary(StringRef suffix, StringRef content,
               SmallVectorImpl<char> &path) {
  int descriptor;
  if (std::error_code code =
          sys::fs::createTemporaryFile("dlc", suffix, descriptor, path))
    return createStringError("no temporary file: " + code.message());
  auto remover =
      std::make_unique<FileRemover>(StringRef(path.data(), path.size()));
  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  stream << content;
  stream.close();
  if (stream.has_error()) {
    std::error_code code = stream.error();
    stream.clear_error();
    return createStringError("writing a temporary file: " + code.message());
  }
  return remover;
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

namespace {

/// A run of the linker on temporary files that are removed with it.
class Link {
public:
  /// Writes a file to link.
  Error add(StringRef suffix, StringRef content);
  /// Links what was added to `output`; messages name the file as `name`.
  Error run(ArrayRef<StringRef> options, StringRef output, StringRef name);

private:
  std::vector<std::unique_ptr<FileRemover>> removers;
  std::vector<std::string> paths;
};

} // namespace

Error Link::add(StringRef suffix, StringRef content) {
  SmallString<128> path;
  auto file = writeTemporary(suffix, content, path);
  if (!file)
    return file.takeError();
  removers.push_back(std::move(*file));
  paths.push_back(path.str().str());
  return Error::success();
}

Error Link::run(ArrayRef<StringRef> options, StringRef output, StringRef name) {
  SmallString<128> logPath;
  auto logFile = writeTemporary("txt", "", logPath);
  if (!logFile)
    return logFile.takeError();
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  SmallVector<StringRef> arguments{*linker, "-o", output};
  append_range(arguments, paths);
  append_range(arguments, options);
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(logPath),
                                          StringRef(logPath)};
  std::string message;
  int status = sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects,
                                   0, 0, &message);
  if (status == 0)
    return Error::success();
  if (ErrorOr<std::unique_ptr<MemoryBuffer>> log =
          MemoryBuffer::getFile(logPath))
    message += (*log)->getBuffer().rtrim();
  return createStringError(name + ": " + *linker + " failed: " + message);
}

static StringRef textOf(ArrayRef<char> bytes) {
  return StringRef(bytes.data(), bytes.size());
}

Error dlc::linkLibrary(const Objects &objects, StringRef outputPath) {
  Link link;
  for (const SmallVector<char, 0> &object : objects)
    if (Error error = link.add("o", textOf(object)))
      return error;
  if (Error error = link.add(
          "a", StringRef(dlc_runtime_archive_begin,
                         dlc_runtime_archive_end - dlc_runtime_archive_begin)))
    return error;

  // Beside its final place, so that it appears there whole or not at all.
  std::string unfinished =
      (outputPath + ".tmp" + Twine(sys::Process::getProcessId())).str();
  FileRemover remover(unfinished);
  if (Error error =
          link.run({"-shared", "-Wl,--exclude-libs,ALL", "-Wl,-Bsymbolic",
                    "-Wl,--gc-sections", "-Wl,--as-needed",
                    "-Wl,-z,noexecstack", "-Wl,-z,defs", "-s", "-lm"},
                   unfinished, outputPath))
    return error;
  if (std::error_code code = sys::fs::rename(unfinished, outputPath))
    return createStringError(outputPath + ": " + code.message());
  remover.releaseFile();
  return Error::success();
}

Expected<SmallVector<char, 0>> dlc::mergeObjects(Objects objects) {
  if (objects.size() == 1)
    return std::move(objects.front());
  Link link;
  for (const SmallVector<char, 0> &object : objects)
    if (Error error = link.add("o", textOf(object)))
      return std::move(error);
  SmallString<128> path;
  auto merged = writeTemporary("o", "", path);
  if (!merged)
    return merged.takeError();
  if (Error error = link.run({"-r", "-nostdlib"}, path, "merging objects"))
    return std::move(error);
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("reading a temporary file: " +
                             buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  return SmallVector<char, 0>(bytes.begin(), bytes.end());
}
