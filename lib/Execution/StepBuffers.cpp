//===- StepBuffers.cpp - Memory for one step's inputs and outputs ---------===//

#include "dlc/Execution/StepBuffers.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace llvm;
using namespace dlc;

static constexpr size_t alignment = 64;

/// Whole cache lines: an empty tensor still has an address, and two buffers
/// that different workers write never share a line.
static size_t allocatedBytes(const dlc_tensor &tensor) {
  return alignTo(std::max<int64_t>(numBytes(tensor), 1), alignment);
}

static ArrayRef<dlc_tensor> inputsOf(const dlc_step &step) {
  return ArrayRef(step.inputs, step.num_inputs);
}
static ArrayRef<dlc_tensor> outputsOf(const dlc_step &step) {
  return ArrayRef(step.outputs, step.num_outputs);
}

StepBuffers::StepBuffers(const dlc_step &step) : description(step) {
  for (ArrayRef<dlc_tensor> tensors : {inputsOf(step), outputsOf(step)})
    for (const dlc_tensor &tensor : tensors) {
      size_t bytes = allocatedBytes(tensor);
      void *memory = std::aligned_alloc(alignment, bytes);
      pointers.push_back(memory);
      if (memory)
        std::memset(memory, 0, bytes);
      else
        missing = &tensor;
    }
}

StepBuffers::~StepBuffers() {
  for (void *memory : pointers)
    std::free(memory);
}

Error StepBuffers::check() const {
  if (!missing)
    return Error::success();
  return makeError("no memory for '{0}' of step '{1}', {2} bytes",
                   missing->name, description.name, numBytes(*missing));
}

MutableArrayRef<char> StepBuffers::input(int index) {
  return {static_cast<char *>(pointers[index]),
          static_cast<size_t>(numBytes(description.inputs[index]))};
}

ArrayRef<char> StepBuffers::output(int index) const {
  return {static_cast<const char *>(pointers[description.num_inputs + index]),
          static_cast<size_t>(numBytes(description.outputs[index]))};
}
