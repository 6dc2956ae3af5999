//===- Output.cpp - Files that a compilation writes -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Target/Output.h"

#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Error.h"

#include "mlir/Support/Timing.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

static constexpr StringLiteral codeForms[] = {"so", "o", "s", "ll"};

ArrayRef<StringLiteral> dlc::getCodeForms() { return codeForms; }

Error dlc::writeText(PendingFiles &files, StringRef path,
                     function_ref<void(raw_ostream &)> print) {
  Expected<std::string> temporary = files.reserve(path);
  return temporary ? files.describe(writeStream(*temporary, print))
                   : temporary.takeError();
}

/// Writes LLVM IR or assembly.
static Error writeModule(Compilation &compilation, bool isAssembly,
                         StringRef path, PendingFiles &files) {
  LLVMContext context;
  auto module = compilation.translate(context, /*interface=*/true);
  if (!module)
    return module.takeError();
  if (!isAssembly)
    return writeText(files, path,
                     [&](raw_ostream &out) { (*module)->print(out, nullptr); });
  SmallVector<char, 0> text;
  if (Error error = writeCode(**module, compilation.getMachine(),
                              CodeFormat::Assembly, text))
    return error;
  return writeText(files, path, [&](raw_ostream &out) {
    out.write(text.data(), text.size());
  });
}

/// Writes one object.
static Error writeObject(const Objects &objects, StringRef path,
                         PendingFiles &files) {
  Expected<SmallVector<char, 0>> code = mergeObjects(objects);
  if (!code)
    return code.takeError();
  return writeText(files, path, [&](raw_ostream &out) {
    out.write(code->data(), code->size());
  });
}

/// Writes a shared library and its header.
static Error writeLibrary(Compilation &compilation, const Objects &objects,
                          StringRef path, PendingFiles &files) {
  SmallString<128> header(path);
  sys::path::replace_extension(header, "h");
  if (Error error = writeText(files, header, [&](raw_ostream &out) {
        out << makeHeader(compilation.getModule());
      }))
    return error;
  Expected<std::string> library = files.reserveRegular(path);
  if (!library)
    return library.takeError();
  return linkLibrary(objects, *library);
}

Error dlc::writeForm(Compilation &compilation, StringRef form, StringRef path,
                     PendingFiles &files) {
  const Backend &backend = compilation.getBackend();
  if (is_contained(backend.forms, form))
    return backend.write(compilation, form, path, files);
  return writeText(files, path, [&](raw_ostream &out) {
    compilation.getModule().print(out);
  });
}

Error dlc::writeOutput(Compilation &compilation, StringRef form, StringRef path,
                       PendingFiles &files) {
  if (form == "ll" || form == "s")
    return writeModule(compilation, form == "s", path, files);
  const Backend &backend = compilation.getBackend();
  if (!backend.makeObjects)
    return makeError("the backend {0} makes no objects", backend.name);
  Expected<Objects> objects =
      backend.makeObjects(compilation, /*interface=*/true);
  if (!objects)
    return objects.takeError();
  mlir::TimingScope scope = compilation.getOptions().measure("Link");
  if (form == "o")
    return writeObject(*objects, path, files);
  if (path == "-")
    return makeError("a shared library cannot go to standard output");
  return writeLibrary(compilation, *objects, path, files);
}
