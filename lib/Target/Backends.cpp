//===- Backends.cpp - The table of backends, and its first row ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Target/Backend.h"

#include "dlc/Compiler.h"
#include "dlc/Machine/Processor.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Suggest.h"

#include "mlir/Support/Timing.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// The processor
//===----------------------------------------------------------------------===//

static Expected<std::unique_ptr<TargetMachine>>
makeMachine(const CompilerOptions &options) {
  return Processor::find(options.cpu)
      .makeMachine(options.optLevel == 0 ? CodeGenOptLevel::Less
                                         : CodeGenOptLevel::Aggressive);
}

static TargetInfo describeProcessorOf(const CompilerOptions &options,
                                      const TargetMachine *machine) {
  return describeTarget(*machine, /*plain=*/options.optLevel == 0);
}

/// Writes one file.
static Error writeFile(PendingFiles &files, StringRef path,
                       function_ref<void(raw_ostream &)> print) {
  Expected<std::string> temporary = files.reserve(path);
  return temporary ? files.describe(writeStream(*temporary, print))
                   : temporary.takeError();
}

/// LLVM IR or assembly, of one module.
static Error writeText(Compilation &compilation, StringRef form, StringRef path,
                       PendingFiles &files) {
  LLVMContext context;
  auto module = compilation.translate(context, /*interface=*/true);
  if (!module)
    return module.takeError();
  if (form == "ll")
    return writeFile(files, path,
                     [&](raw_ostream &out) { (*module)->print(out, nullptr); });
  SmallVector<char, 0> text;
  if (Error error = writeCode(**module, compilation.getMachine(),
                              CodeFormat::Assembly, text))
    return error;
  return writeFile(files, path, [&](raw_ostream &out) {
    out.write(text.data(), text.size());
  });
}

/// An object, or a shared library with its header beside it.
static Error writeProcessorCode(Compilation &compilation, StringRef form,
                                StringRef path, PendingFiles &files) {
  if (form == "ll" || form == "s")
    return writeText(compilation, form, path, files);
  Expected<Objects> objects = compilation.compile(/*interface=*/true);
  if (!objects)
    return objects.takeError();
  mlir::TimingScope scope = compilation.getOptions().measure("Link");
  if (form == "o") {
    Expected<SmallVector<char, 0>> code = mergeObjects(*objects);
    if (!code)
      return code.takeError();
    return writeFile(files, path, [&](raw_ostream &out) {
      out.write(code->data(), code->size());
    });
  }
  if (path == "-")
    return createStringError("a shared library cannot go to standard output");
  SmallString<128> header(path);
  sys::path::replace_extension(header, "h");
  if (Error error = writeFile(files, header, [&](raw_ostream &out) {
        out << makeHeader(compilation.getModule());
      }))
    return error;
  Expected<std::string> library = files.reserveRegular(path);
  if (!library)
    return library.takeError();
  return linkLibrary(*objects, *library);
}

static constexpr StringLiteral processorForms[] = {"so", "o", "s", "ll"};

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// Constructed when first asked for: registrations are static objects too.
static std::vector<const Backend *> &table() {
  static const Backend cpu{"cpu",
                           "vector loops for the processor of --mcpu, as a "
                           "library that needs libc and libm",
                           getCpuPhases(),
                           makeMachine,
                           describeProcessorOf,
                           processorForms,
                           writeProcessorCode};
  static std::vector<const Backend *> backends{&cpu};
  return backends;
}

BackendRegistration::BackendRegistration(const Backend &backend) {
  table().push_back(&backend);
}

ArrayRef<const Backend *> dlc::getBackends() { return table(); }

Expected<const Backend *> dlc::findBackend(StringRef name) {
  SmallVector<StringRef> names;
  for (const Backend *backend : table()) {
    if (backend->name == name)
      return backend;
    names.push_back(backend->name);
  }
  return unknownName("backend", name, names);
}

SmallVector<const Phase *> Backend::allPhases() const {
  SmallVector<const Phase *> all;
  for (ArrayRef<Phase> part : {getProgramPhases(), phases})
    for (const Phase &phase : part)
      all.push_back(&phase);
  return all;
}
