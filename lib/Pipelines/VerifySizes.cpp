//===- VerifySizes.cpp - The sizes of one step among steps ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Steps with `dl.batch` are the sizes of one step, which the library's tables
// hold as one: they stand side by side, the least first, and differ in nothing
// but extents.
//
//===----------------------------------------------------------------------===//

#include "VerifyParts.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace dlc;

/// Whether two lists of tensors differ in shapes of one rank at most.
static bool areAlike(ArrayRef<verify::SizeOfStep::Tensor> a,
                     ArrayRef<verify::SizeOfStep::Tensor> b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           auto &[x, y] = pair;
           return x.first == y.first &&
                  x.second.getElementType() == y.second.getElementType() &&
                  x.second.getRank() == y.second.getRank();
         });
}

/// Whether each dimension but the first is that of the other, and the first in
/// proportion to the batch.
static bool grows(RankedTensorType a, int64_t rows, RankedTensorType b,
                  int64_t otherRows) {
  int64_t left, right;
  return a.getRank() > 0 &&
         a.getShape().drop_front() == b.getShape().drop_front() &&
         !llvm::MulOverflow(a.getDimSize(0), otherRows, left) &&
         !llvm::MulOverflow(b.getDimSize(0), rows, right) && left == right;
}

LogicalResult verify::verifySizes(
    ArrayRef<SizeOfStep> steps,
    llvm::function_ref<InFlightDiagnostic(const SizeOfStep &)> fail) {
  llvm::StringSet<> seen;
  for (size_t begin = 0; begin < steps.size();) {
    const SizeOfStep &first = steps[begin];
    size_t end = begin + 1;
    if (!first.batch) {
      // The name of a step with sizes is that of its last, which has `batch`.
      if (!seen.insert(first.symbol).second)
        return fail(first) << "has the name of another step";
      begin = end;
      continue;
    }
    auto step = first.batch.getStep();
    auto rowsOf = [](const SizeOfStep &size) { return size.batch.getRows(); };
    while (end < steps.size() && steps[end].batch &&
           steps[end].batch.getStep() == step)
      ++end;
    if (!seen.insert(step.getValue()).second)
      return fail(first) << "is a size of step '" << step.getValue()
                         << "', apart from the others";
    if (end - begin > size_t(dl::maxBatchSizes))
      return fail(first) << "is one of " << end - begin << " sizes, at most "
                         << dl::maxBatchSizes;
    if (steps[end - 1].symbol != step.getValue())
      return fail(steps[end - 1])
             << "is the last size of step '" << step.getValue()
             << "', and so has that name";
    bool any = first.batch.getAny();
    const SizeOfStep &last = steps[end - 1];
    for (size_t i = begin; i < end; ++i) {
      const SizeOfStep &size = steps[i];
      if (i > begin && rowsOf(size) <= rowsOf(steps[i - 1]))
        return fail(size) << "is a size of " << rowsOf(size)
                          << " rows behind one of " << rowsOf(steps[i - 1]);
      if (size.batch.getAny() != any ||
          size.batch.getInputs() != first.batch.getInputs() ||
          size.trains != first.trains || !areAlike(size.inputs, first.inputs) ||
          !areAlike(size.outputs, first.outputs))
        return fail(size) << "is a size of step '" << step.getValue()
                          << "' with other inputs or outputs";
      if (!any)
        continue;
      auto follows = [&](const SizeOfStep::Tensor &a,
                         const SizeOfStep::Tensor &b) {
        return grows(a.second, rowsOf(size), b.second, rowsOf(last));
      };
      for (auto [a, b] : llvm::zip(size.inputs, last.inputs))
        if (a.second != b.second && !follows(a, b))
          return fail(size) << "has an input '" << a.first
                            << "' that does not grow with the batch";
      for (auto [a, b] : llvm::zip(size.outputs, last.outputs))
        if (!follows(a, b))
          return fail(size) << "has an output '" << a.first
                            << "' that does not grow with the batch";
    }
    begin = end;
  }
  return success();
}
