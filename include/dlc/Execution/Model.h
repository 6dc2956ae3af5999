//===- Model.h - A compiled model as a C++ object ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One compiled model, whether it came out of the JIT or out of a shared
// library, and one instance of its state. A thin owner over the C interface of
// dlc/Runtime.h: everything a tool does to a model goes through here.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_EXECUTION_MODEL_H
#define DLC_EXECUTION_MODEL_H

#include "dlc/Execution/StepBuffers.h"
#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dlc {

/// Code that must outlive the model: a JIT, or an open library.
class CodeOwner {
public:
  virtual ~CodeOwner() = default;
};

class Model {
public:
  /// Makes an instance with `threads` workers (0: all CPUs of this process).
  static llvm::Expected<std::unique_ptr<Model>>
  create(const dlc_library &library, std::unique_ptr<CodeOwner> owner,
         int threads);

  /// Opens a shared library that `dlc` wrote.
  static llvm::Expected<std::unique_ptr<Model>>
  openLibrary(llvm::StringRef path, int threads);

  /// An instance of tables whose steps have no code, for checks before code is
  /// made. The tables must outlive it.
  static llvm::Expected<std::unique_ptr<Model>>
  createOutline(const dlc_model &tables);

  ~Model();

  const dlc_model &description() const { return *library.model; }
  /// The step of that name, or an error that suggests the nearest.
  llvm::Expected<int> findStep(llvm::StringRef name) const;
  const dlc_step &step(int index) const { return library.model->steps[index]; }

  llvm::Error init(uint64_t seed);
  /// Runs a step, with the batch that the buffers are of. They must be those of
  /// this step: an error otherwise.
  llvm::Error run(int step, StepBuffers &buffers);
  llvm::Error get(llvm::StringRef name, llvm::MutableArrayRef<char> data);
  llvm::Error set(llvm::StringRef name, llvm::ArrayRef<char> data);
  llvm::Expected<double> getHparam(llvm::StringRef name);
  llvm::Error setHparam(llvm::StringRef name, double value);
  /// `metadata` is text beside the tensors.
  llvm::Error save(llvm::StringRef path, dlc_scope scope,
                   const std::map<std::string, std::string> &metadata = {});
  llvm::Error load(llvm::StringRef path, dlc_scope scope);
  /// The time that each worker has spent at each site so far: a list of the
  /// sites' times for each worker. An error if the code does not measure
  /// itself.
  llvm::Expected<std::vector<std::vector<dlc_site_times>>> profile();
  /// The instance, for functions of the runtime that has made it.
  dlc_handle *instance() { return handle; }

private:
  Model(const dlc_library &library, std::unique_ptr<CodeOwner> owner);
  llvm::Error check(dlc_status status) const;

  dlc_library library;
  std::unique_ptr<CodeOwner> owner;
  dlc_handle *handle = nullptr;
};

/// Bytes of one element of `type`.
int64_t elementBytes(int32_t type);
/// Elements and bytes of a tensor.
int64_t numElements(const dlc_tensor &tensor);
int64_t numBytes(const dlc_tensor &tensor);
/// "f32", "ui8", ... as in the language.
llvm::StringRef typeName(int32_t type);
/// "64x28x28xui8", as in the language; a scalar is its type.
std::string describe(int32_t type, llvm::ArrayRef<int64_t> shape);

} // namespace dlc
#endif // DLC_EXECUTION_MODEL_H
