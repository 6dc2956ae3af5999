//===- Jit.cpp - From a program to a model in this process ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Jit.h"

#include "dlc/Execution/CodeCache.h"
#include "dlc/Machine/Processor.h"
#include "dlc/Support/Error.h"

#include "mlir/Support/Timing.h"
#include "llvm/ExecutionEngine/JITLink/JITLink.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"

#include <gnu/lib-names.h>

using namespace llvm;
using namespace dlc;

namespace {

/// Keeps compiled code in memory as long as its model lives.
struct JitCode : CodeOwner {
  explicit JitCode(std::unique_ptr<orc::LLJIT> jit) : jit(std::move(jit)) {}
  std::unique_ptr<orc::LLJIT> jit;
};

} // namespace

/// Links objects in memory.
static Expected<LoadedCode> load(const Objects &objects, StringRef name,
                                 const CompilerOptions &options) {
  initializeTargets();
  mlir::TimingScope scope = options.measure("Link");
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  orc::JITDylib &library = (*jit)->getMainJITDylib();
  // The runtime of this program, and libc and libm.
  orc::SymbolMap runtime;
  auto add = [&](StringRef name, auto *address) {
    runtime[(*jit)->mangleAndIntern(name)] = {
        orc::ExecutorAddr::fromPtr(address), JITSymbolFlags::Exported};
  };
#define DLC_RUNTIME_FUNCTION(NAME) add("dlc_rt_" #NAME, &dlc_rt_##NAME);
#include "dlc/RuntimeFunctions.def"
  add("dlc_runtime_api", &dlc_runtime_api);
  if (Error error = library.define(orc::absoluteSymbols(std::move(runtime))))
    return std::move(error);
  auto process = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  // A host may have opened what links libm for itself alone.
  auto math = orc::DynamicLibrarySearchGenerator::Load(
      LIBM_SO, (*jit)->getDataLayout().getGlobalPrefix());
  if (!math)
    return math.takeError();
  library.addGenerator(std::move(*math));
  for (auto [number, object] : enumerate(objects))
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

/// Fails if the code of a backend cannot be loaded.
static Error checkLoadable(const Backend &backend) {
  return backend.makeObjects
             ? Error::success()
             : makeError("the backend {0} makes no code that this process can "
                         "load",
                         backend.name);
}

Expected<LoadedCode> dlc::loadCode(Compilation &compilation, StringRef name) {
  // The same objects that a library is linked from.
  const Backend &backend = compilation.getBackend();
  if (Error error = checkLoadable(backend))
    return std::move(error);
  Expected<Objects> objects =
      backend.makeObjects(compilation, /*interface=*/false);
  if (!objects)
    return objects.takeError();
  return load(*objects, name, compilation.getOptions());
}

/// The objects of a program, which the cache may have from an earlier run.
static Expected<Objects> compileOrFind(StringRef mlirPath,
                                       const CompilerOptions &options) {
  auto text = Compilation::open(mlirPath);
  if (!text)
    return text.takeError();
  CodeCache cache(options.cacheFolder);
  // The key knows the processor, and not what else a backend may ask.
  Expected<const Backend *> backend = findBackend(options.backend);
  if (!backend)
    return backend.takeError();
  std::string key =
      options.cacheFolder.empty() || !(*backend)->supports.processors
          ? ""
          : CodeCache::keyOf(**text, options, describeProcessor(options));
  if (std::optional<Objects> objects = cache.find(key))
    return std::move(*objects);

  auto compilation = Compilation::read(std::move(*text), options);
  if (!compilation)
    return compilation.takeError();
  if (Error error = checkLoadable(**backend))
    return std::move(error);
  if (Error error = (*compilation)->runAll(options.from))
    return std::move(error);
  Expected<Objects> objects =
      (*backend)->makeObjects(**compilation, /*interface=*/false);
  // Warnings about the program must be repeated each time.
  if (objects && !(*compilation)->hasWarned())
    cache.store(key, *objects);
  return objects;
}

Expected<std::unique_ptr<Model>>
dlc::compileAndLoad(StringRef mlirPath, const CompilerOptions &options,
                    int threads) {
  Expected<Objects> objects = compileOrFind(mlirPath, options);
  if (!objects)
    return objects.takeError();
  Expected<LoadedCode> code = load(*objects, mlirPath, options);
  if (!code)
    return code.takeError();
  return Model::create(code->library, std::move(code->owner), threads);
}

Expected<std::unique_ptr<Model>> dlc::compileAndLoad(Compilation &compilation,
                                                     StringRef from,
                                                     StringRef name,
                                                     int threads) {
  if (Error error = checkLoadable(compilation.getBackend()))
    return std::move(error);
  if (Error error = compilation.runAll(from))
    return std::move(error);
  Expected<LoadedCode> code = loadCode(compilation, name);
  if (!code)
    return code.takeError();
  return Model::create(code->library, std::move(code->owner), threads);
}
