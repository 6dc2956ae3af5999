//===- Model.cpp - A compiled model as a C++ object -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every call goes through the table of functions that came with the model: a
// shared library brings its own runtime, and a handle that one runtime made
// must never meet the functions of another.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/Model.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/InputFile.h"
#include "dlc/Support/Stop.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <dlfcn.h>

using namespace llvm;
using namespace dlc;

namespace {

/// Keeps a shared library open for as long as its model lives.
class OpenLibrary : public CodeOwner {
public:
  explicit OpenLibrary(void *library) : library(library) {}
  ~OpenLibrary() override { dlclose(library); }

private:
  void *library;
};

} // namespace

Model::Model(const dlc_library &library, std::unique_ptr<CodeOwner> owner)
    : library(library), owner(std::move(owner)) {}

// The handle's code is the owner's, so the handle goes first.
Model::~Model() { library.api->destroy(handle); }

Expected<std::unique_ptr<Model>> Model::create(const dlc_library &library,
                                               std::unique_ptr<CodeOwner> owner,
                                               int threads) {
  if (!library.model || !library.api)
    return makeError("the table of the model is empty");
  if (library.model->abi_version != DLC_ABI_VERSION)
    return makeError(
        "the model was compiled for version {0} of the C interface, "
        "expected version {1}: compile it again",
        library.model->abi_version, DLC_ABI_VERSION);
  std::unique_ptr<Model> model(new Model(library, std::move(owner)));
  if (library.api->create(library.model, threads, &model->handle) != DLC_OK)
    return makeError(library.api->last_error(nullptr));
  return std::move(model);
}

Expected<std::unique_ptr<Model>> Model::createOutline(const dlc_model &tables) {
  return create({&tables, &dlc_runtime_api}, nullptr, /*threads=*/1);
}

/// The loader maps a file without comparing its size with that of its header,
/// and a truncated library would end the process when it is touched.
static Error checkWhole(StringRef path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  ELF::Elf64_Ehdr header;
  Expected<size_t> count =
      file->read({reinterpret_cast<char *>(&header), sizeof(header)});
  if (!count)
    return count.takeError();
  if (*count < sizeof(header))
    return makeError("{0}: is not a shared library that can be opened: it has "
                     "only {1} bytes",
                     path, *count);
  if (!header.checkMagic() || header.getFileClass() != ELF::ELFCLASS64)
    return makeError("{0}: is not a shared library that can be opened: its "
                     "first bytes are not those of one",
                     path);
  uint64_t end = header.e_shoff + uint64_t(header.e_shnum) * header.e_shentsize;
  uint64_t size = file->size().value_or(0);
  if (header.e_shoff > size || end > size)
    return makeError(
        "{0}: is damaged or was cut short: {1} bytes, expected {2}", path, size,
        end);
  return Error::success();
}

Expected<std::unique_ptr<Model>> Model::openLibrary(StringRef path,
                                                    int threads) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return makeError("{0}: cannot be opened: {1}", path, error.message());
  if (!sys::fs::is_regular_file(status))
    return makeError("{0}: is not a file, expected a model's shared library",
                     path);

  if (Error error = checkWhole(path))
    return std::move(error);

  // A name without a folder would be looked up in the system's folders.
  SmallString<128> absolute(path);
  if (std::error_code error = sys::fs::make_absolute(absolute))
    return makeError("{0}: cannot be opened: {1}", path, error.message());
  void *library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return makeError("{0}: is not a shared library that can be opened: {1}",
                     path, dlerror());
  auto owner = std::make_unique<OpenLibrary>(library);

  auto entry =
      reinterpret_cast<dlc_library_fn>(dlsym(library, DLC_LIBRARY_SYMBOL));
  if (!entry)
    return makeError(
        "{0}: is not a model that dlc compiled: it does not export "
        "'{1}'",
        path, DLC_LIBRARY_SYMBOL);
  const dlc_library *table = entry();
  if (!table)
    return makeError("{0}: '{1}' returned nothing", path, DLC_LIBRARY_SYMBOL);
  Expected<std::unique_ptr<Model>> model =
      create(*table, std::move(owner), threads);
  if (!model)
    return makeError("{0}: {1}", path, toString(model.takeError()));
  return model;
}

Error Model::check(dlc_status status) const {
  if (status == DLC_OK)
    return Error::success();
  return makeError(Twine(library.api->last_error(handle)));
}

Expected<int> Model::findStep(StringRef name) const {
  SmallVector<StringRef> names;
  for (const dlc_step &step :
       ArrayRef(library.model->steps, library.model->num_steps)) {
    if (name == step.name)
      return static_cast<int>(names.size());
    names.push_back(step.name);
  }
  return unknownName("step", name, names);
}

Error Model::init(uint64_t seed) {
  return check(library.api->init(handle, seed));
}

/// How the buffers of `seen` differ from the tensors of `step`; empty if they
/// fit.
static std::string findMismatch(const dlc_step &step, const dlc_step &seen) {
  if (StringRef(step.name) != seen.name)
    return formatv("step '{0}' is called with buffers of step '{1}'", step.name,
                   seen.name);
  auto compare = [&](StringRef kind, ArrayRef<dlc_tensor> expected,
                     ArrayRef<dlc_tensor> tensors) -> std::string {
    if (tensors.size() != expected.size())
      return formatv("step '{0}' has {1} {2}s, its buffers {3}", step.name,
                     expected.size(), kind, tensors.size());
    for (auto [tensor, wanted] : zip_equal(tensors, expected))
      // Rows differ from one batch to another; the runtime knows the batches.
      if (tensor.type != wanted.type || tensor.rank != wanted.rank ||
          (!seen.batch && numElements(tensor) != numElements(wanted)))
        return formatv("step '{0}': the buffer of {1} '{2}' is not of its type "
                       "and shape",
                       step.name, kind, wanted.name);
    return "";
  };
  std::string flaw = compare("input", {step.inputs, size_t(step.num_inputs)},
                             {seen.inputs, size_t(seen.num_inputs)});
  return flaw.empty()
             ? compare("output", {step.outputs, size_t(step.num_outputs)},
                       {seen.outputs, size_t(seen.num_outputs)})
             : flaw;
}

Error Model::run(int step, StepBuffers &buffers) {
  std::string flaw = findMismatch(this->step(step), buffers.step());
  if (!flaw.empty())
    return makeError(Twine(flaw));
  void *const *io = buffers.io().data();
  int64_t batch = buffers.step().batch;
  return check(batch ? library.api->run_batch(handle, step, batch, io)
                     : library.api->run(handle, step, io));
}

Error Model::get(StringRef name, MutableArrayRef<char> data) {
  return check(
      library.api->get(handle, name.str().c_str(), data.data(), data.size()));
}

Error Model::set(StringRef name, ArrayRef<char> data) {
  return check(
      library.api->set(handle, name.str().c_str(), data.data(), data.size()));
}

/// The hyper-parameters' names, for suggestions.
static SmallVector<StringRef> hparamNames(const dlc_model &model) {
  SmallVector<StringRef> names;
  for (const dlc_state &state : ArrayRef(model.states, model.num_states))
    if (state.kind == DLC_HPARAM)
      names.push_back(state.tensor.name);
  return names;
}

Expected<double> Model::getHparam(StringRef name) {
  SmallVector<StringRef> names = hparamNames(*library.model);
  if (!is_contained(names, name))
    return unknownName("hyper-parameter", name, names);
  double value = 0;
  if (Error error =
          check(library.api->get_hparam(handle, name.str().c_str(), &value)))
    return std::move(error);
  return value;
}

Error Model::setHparam(StringRef name, double value) {
  SmallVector<StringRef> names = hparamNames(*library.model);
  if (!is_contained(names, name))
    return unknownName("hyper-parameter", name, names);
  return check(library.api->set_hparam(handle, name.str().c_str(), value));
}

Error Model::save(StringRef path, dlc_scope scope,
                  const std::map<std::string, std::string> &metadata) {
  SmallVector<const char *> words;
  for (const auto &[name, value] : metadata)
    words.append({name.c_str(), value.c_str()});
  // The runtime knows nothing of handlers that remove files.
  HoldSignals hold;
  return check(library.api->save_with_metadata(
      handle, path.str().c_str(), scope, words.data(), metadata.size()));
}

Error Model::load(StringRef path, dlc_scope scope) {
  return check(library.api->load(handle, path.str().c_str(), scope));
}

Expected<std::vector<std::vector<dlc_site_times>>> Model::profile() {
  std::vector<std::vector<dlc_site_times>> result;
  int workers = 1;
  for (int worker = 0; worker < workers; ++worker) {
    std::vector<dlc_site_times> times(library.model->num_sites);
    if (Error error =
            check(library.api->profile(handle, worker, times.data(), &workers)))
      return std::move(error);
    result.push_back(std::move(times));
  }
  return result;
}
