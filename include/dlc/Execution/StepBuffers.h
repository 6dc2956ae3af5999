//===- StepBuffers.h - Memory for one step's inputs and outputs -*- C++ -*-===//
#ifndef DLC_EXECUTION_STEPBUFFERS_H
#define DLC_EXECUTION_STEPBUFFERS_H

#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstring>

namespace dlc {

/// One buffer for each input and output of a step, zeroed, in the order that
/// Model::run takes them. Aligned to cache lines, which is also what the widest
/// vector loads like best.
class StepBuffers {
public:
  explicit StepBuffers(const dlc_step &step);
  ~StepBuffers();
  /// Fails if there was no memory for one of them; ask before using any.
  llvm::Error check() const;
  StepBuffers(const StepBuffers &) = delete;
  StepBuffers &operator=(const StepBuffers &) = delete;

  llvm::ArrayRef<void *> io() const { return pointers; }
  const dlc_step &step() const { return description; }

  llvm::MutableArrayRef<char> input(int index);
  llvm::ArrayRef<char> output(int index) const;

  /// The value of a scalar output as T, which must be its type.
  template <typename T>
  T scalar(int index) const {
    T value;
    std::memcpy(&value, output(index).data(), sizeof(T));
    return value;
  }

private:
  const dlc_tensor *missing = nullptr;
  const dlc_step &description;
  llvm::SmallVector<void *, 8> pointers;
};

} // namespace dlc
#endif // DLC_EXECUTION_STEPBUFFERS_H
