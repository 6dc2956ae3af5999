//===- Jit.cpp - From a program to a model in this process ----------------===//

#include "dlc/Execution/Jit.h"

#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

namespace {

/// Keeps compiled code in memory as long as its model lives.
struct JitCode : CodeOwner {
  explicit JitCode(std::unique_ptr<orc::LLJIT> jit) : jit(std::move(jit)) {}
  std::unique_ptr<orc::LLJIT> jit;
};

} // namespace

Expected<std::unique_ptr<Model>>
dlc::compileAndLoad(StringRef mlirPath, const CompilerOptions &options,
                    int threads) {
  auto compilation = Compilation::read(mlirPath, options);
  if (!compilation)
    return compilation.takeError();
  return compileAndLoad(**compilation, options.from, mlirPath, threads);
}

Expected<std::unique_ptr<Model>> dlc::compileAndLoad(Compilation &compilation,
                                                     StringRef from,
                                                     StringRef name,
                                                     int threads) {
  if (Error error = compilation.run(from, "llvm"))
    return error;
  LLVMContext context;
  auto module = compilation.translate(context, /*interface=*/false);
  if (!module)
    return module.takeError();
  // The same object that a library is linked from.
  SmallVector<char, 0> object;
  if (Error error = writeCode(**module, compilation.getMachine(),
                              CodeFormat::Object, object))
    return error;

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
    return error;
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  if (Error error = (*jit)->addObjectFile(MemoryBuffer::getMemBufferCopy(
          StringRef(object.data(), object.size()), name)))
    return error;
  auto entry = (*jit)->lookup(DLC_LIBRARY_SYMBOL);
  if (!entry)
    return entry.takeError();
  const dlc_library *loaded = entry->toPtr<dlc_library_fn>()();
  return Model::create(*loaded, std::make_unique<JitCode>(std::move(*jit)),
                       threads);
}
