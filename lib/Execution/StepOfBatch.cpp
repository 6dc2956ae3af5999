//===- StepOfBatch.cpp - A step as it is for a batch ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/StepOfBatch.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static ArrayRef<dlc_step> sizesOf(const dlc_step &step) {
  return ArrayRef(step.sizes, step.num_sizes);
}

static ArrayRef<int64_t> shapeOf(const dlc_tensor &tensor) {
  return ArrayRef(tensor.shape, tensor.rank);
}

std::string dlc::describeSizes(const dlc_step &step) {
  ArrayRef<dlc_step> sizes = sizesOf(step);
  if (step.any_batch)
    return std::to_string(sizes.front().batch) + " to " +
           std::to_string(sizes.back().batch);
  std::string text;
  raw_string_ostream os(text);
  for (auto [number, size] : enumerate(sizes))
    os << (number == 0                  ? ""
           : number + 1 == sizes.size() ? " or "
                                        : ", ")
       << size.batch;
  return text;
}

bool dlc::hasBatch(const dlc_step &step, int index) {
  return step.num_sizes > 1 &&
         shapeOf(step.inputs[index]) != shapeOf(step.sizes[0].inputs[index]);
}

Expected<StepOfBatch> StepOfBatch::create(const dlc_step &step, int64_t batch) {
  ArrayRef<dlc_step> sizes = sizesOf(step);
  for (const dlc_step &size : sizes)
    if (size.batch == batch)
      return StepOfBatch(size);
  if (!step.any_batch || batch < sizes.front().batch ||
      batch > sizes.back().batch)
    return makeError("step '{0}' takes a batch of {1}, not of {2}", step.name,
                     describeSizes(step), batch);
  StepOfBatch result(step);
  int count = step.num_inputs + step.num_outputs;
  for (int i = 0; i < count; ++i) {
    bool input = i < step.num_inputs;
    int k = input ? i : i - step.num_inputs;
    dlc_tensor tensor = input ? step.inputs[k] : step.outputs[k];
    const dlc_tensor &least =
        input ? sizes.front().inputs[k] : sizes.front().outputs[k];
    std::vector<int64_t> shape = shapeOf(tensor).vec();
    if (shapeOf(tensor) != shapeOf(least))
      shape.front() = shape.front() / step.batch * batch;
    result.shapes.push_back(std::move(shape));
    tensor.shape = result.shapes.back().data();
    result.tensors.push_back(tensor);
  }
  result.step.inputs = result.tensors.data();
  result.step.outputs = result.tensors.data() + step.num_inputs;
  result.step.batch = batch;
  return std::move(result);
}
