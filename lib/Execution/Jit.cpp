//===- Jit.cpp - From a program to a model in this process ----------------===//

#include "dlc/Execution/Jit.h"

#include "mlir/Support/Timing.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace dlc;

namespace {

/// Keeps compiled code in memory as long as its model lives.
struct JitCode : CodeOwner {
  explicit JitCode(std::unique_ptr<orc::LLJIT> jit) : jit(std::move(jit)) {}
  std::unique_ptr<orc::LLJIT> jit;
};

} // namespace

Expected<LoadedCode> dlc::loadCode(Compilation &compilation, StringRef name) {
  // The same objects that a library is linked from.
  Expected<Objects> objects = compilation.compile(/*interface=*/false);
  if (!objects)
    return objects.takeError();

  mlir::TimingScope scope = compilation.getOptions().measure("Link");
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  orc::JITDylib &library = (*jit)->getMainJITDylib();
  // The runtime of this program, and libc and libm.
  orc::SymbolMap runtime;
  runtime[(*jit)->mangleAndIntern("dlc_rt_barrier")] = {
      orc::ExecutorAddr::fromPtr(&dlc_rt_barrier), JITSymbolFlags::Exported};
  runtime[(*jit)->mangleAndIntern("dlc_runtime_api")] = {
      orc::ExecutorAddr::fromPtr(&dlc_runtime_api), JITSymbolFlags::Exported};
  if (Error error = library.define(orc::absoluteSymbols(std::move(runtime))))
    return std::move(error);
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  for (auto [number, object] : enumerate(*objects))
    if (Error error = (*jit)->addObjectFile(MemoryBuffer::getMemBufferCopy(
            StringRef(object.data(), object.size()),
            (name + "." + Twine(number)).str())))
      return std::move(error);
  auto entry = (*jit)->lookup(DLC_LIBRARY_SYMBOL);
  if (!entry)
    return entry.takeError();
  const dlc_library *loaded = entry->toPtr<dlc_library_fn>()();
  return LoadedCode{*loaded, std::make_unique<JitCode>(std::move(*jit))};
}

Expected<std::unique_ptr<Model>>
dlc::compileAndLoad(StringRef mlirPath, const CompilerOptions &options,
                    int threads) {
  auto compilation = Compilation::read(mlirPath, options);
  if (!compilation)
    return compilation.takeError();
  if (Error error = (*compilation)->run(options.from, "llvm"))
    return error;
  Expected<LoadedCode> code = loadCode(**compilation, mlirPath);
  if (!code)
    return code.takeError();
  return Model::create(code->library, std::move(code->owner), threads);
}
