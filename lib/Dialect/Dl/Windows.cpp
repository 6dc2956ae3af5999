//===- Windows.cpp - Geometry of convolution and pooling windows ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace dlc::dl;

StringRef dlc::dl::spatialName(int i, int spatialRank) {
  static constexpr StringRef names[] = {"planes", "rows", "columns"};
  return spatialRank == 1 ? "places" : names[3 - spatialRank + i];
}

LogicalResult
dlc::dl::verifyWindowList(ArrayRef<int64_t> list, StringRef name, int64_t least,
                          int spatialRank,
                          function_ref<InFlightDiagnostic()> emitError) {
  static constexpr StringRef entries[] = {"1 entry",
                                          "2 entries (rows, columns)",
                                          "3 entries (planes, rows, columns)"};
  if (list.size() != size_t(spatialRank))
    return emitError() << "expects '" << name << "' to have "
                       << entries[spatialRank - 1] << ", not " << list.size();
  for (int64_t value : list)
    if (value < least)
      return emitError() << "expects '" << name << "' to be at least " << least
                         << ", not " << value;
  return success();
}

LogicalResult
WindowGeometry::verify(int spatialRank,
                       function_ref<InFlightDiagnostic()> emitError) const {
  return success(succeeded(verifyWindowList(stride, "stride", 1, spatialRank,
                                            emitError)) &&
                 succeeded(verifyWindowList(padding, "padding", 0, spatialRank,
                                            emitError)) &&
                 succeeded(verifyWindowList(dilation, "dilation", 1,
                                            spatialRank, emitError)));
}

FailureOr<int64_t>
WindowGeometry::windows(int i, RankedTensorType x, int64_t kernel,
                        function_ref<InFlightDiagnostic()> emitError) const {
  int64_t extent = x.getDimSize(spatialDim(i));
  StringRef what = spatialName(i, spatialRank());
  if (kernel < 1)
    return emitError() << "expects a window of at least 1 " << what << ", not "
                       << kernel;
  std::optional<int64_t> reach =
      llvm::checkedMulAdd<int64_t>(dilation[i], kernel - 1, 1);
  if (!reach || *reach > maxElements)
    return emitError() << "the window spans more than " << maxElements << " "
                       << what << ", with 'dilation' " << dilation[i]
                       << " and a kernel of " << kernel;
  std::optional<int64_t> padded =
      llvm::checkedMulAdd<int64_t>(2, padding[i], extent);
  if (!padded || *padded > maxElements)
    return emitError() << "the padded image has more than " << maxElements
                       << " " << what << ", with 'padding' " << padding[i]
                       << " around operand x " << x;
  int64_t room = *padded - *reach;
  int64_t count = room < 0 ? 0 : room / stride[i] + 1;
  // PyTorch lets one more window reach over the end, and even be larger than
  // the image, but not start in the padding behind it.
  if (ceilMode && room % stride[i] != 0 && room > -stride[i]) {
    std::optional<int64_t> start = llvm::checkedMul(count, stride[i]);
    if (start && *start < extent + padding[i])
      ++count;
  }
  if (count == 0)
    return emitError() << "the window spans " << *reach << " " << what
                       << " but the padded image has only " << *padded
                       << ": operand x is " << x << ", with 'padding' "
                       << padding[i];
  return count;
}
