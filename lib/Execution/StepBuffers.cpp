//===- StepBuffers.cpp - Memory for one step's inputs and outputs ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/StepBuffers.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cassert>
#include <cstring>

using namespace llvm;
using namespace dlc;

/// Whole cache lines: an empty tensor still has an address, and two buffers
/// that different workers write never share a line.
static size_t allocatedBytes(const dlc_tensor &tensor) {
  return alignTo(std::max<int64_t>(numBytes(tensor), 1), DLC_RT_ALIGNMENT);
}

Expected<StepBuffers> StepBuffers::create(const dlc_step &step) {
  StepBuffers buffers(step);
  for (const dlc_tensor &tensor :
       concat<const dlc_tensor>(ArrayRef(step.inputs, step.num_inputs),
                                ArrayRef(step.outputs, step.num_outputs))) {
    size_t bytes = allocatedBytes(tensor);
    void *memory = std::aligned_alloc(DLC_RT_ALIGNMENT, bytes);
    if (!memory)
      return makeError("no memory for '{0}' of step '{1}', {2} bytes",
                       tensor.name, step.name, numBytes(tensor));
    std::memset(memory, 0, bytes);
    buffers.owned.emplace_back(memory);
    buffers.pointers.push_back(memory);
  }
  return std::move(buffers);
}

MutableArrayRef<char> StepBuffers::input(int index) {
  assert(index >= 0 && index < description.num_inputs && "no such input");
  return {static_cast<char *>(pointers[index]),
          static_cast<size_t>(numBytes(description.inputs[index]))};
}

ArrayRef<char> StepBuffers::output(int index) const {
  assert(index >= 0 && index < description.num_outputs && "no such output");
  return {static_cast<const char *>(pointers[description.num_inputs + index]),
          static_cast<size_t>(numBytes(description.outputs[index]))};
}

double StepBuffers::real(int index) const {
  // An empty tensor has memory too, of zeros.
  return realElement(description.outputs[index].type, output(index).data(), 0);
}

int64_t StepBuffers::integer(int index) const {
  return integerElement(description.outputs[index].type, output(index).data(),
                        0);
}
