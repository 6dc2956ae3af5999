//===- Windows.cpp - Geometry of convolution and pooling windows ----------===//

#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

LogicalResult
WindowGeometry::verify(function_ref<InFlightDiagnostic()> emitError) const {
  auto check = [&](ArrayRef<int64_t> list, StringRef name,
                   int64_t least) -> LogicalResult {
    if (list.size() != 2)
      return emitError() << "expects '" << name
                         << "' to have 2 entries (rows, columns), not "
                         << list.size();
    for (int64_t value : list)
      if (value < least)
        return emitError() << "expects '" << name << "' to be at least "
                           << least << ", not " << value;
    return success();
  };
  return success(succeeded(check(stride, "stride", 1)) &&
                 succeeded(check(padding, "padding", 0)) &&
                 succeeded(check(dilation, "dilation", 1)));
}

FailureOr<int64_t>
WindowGeometry::windows(int i, int64_t extent, int64_t kernel,
                        function_ref<InFlightDiagnostic()> emitError) const {
  StringRef what = i == 0 ? "rows" : "columns";
  if (kernel < 1)
    return emitError() << "expects a window of at least 1 " << what << ", not "
                       << kernel;
  int64_t reach = dilation[i] * (kernel - 1) + 1;
  int64_t padded = extent + 2 * padding[i];
  if (reach > padded)
    return emitError() << "the window spans " << reach << " " << what
                       << " but the padded image has only " << padded;
  return (padded - reach) / stride[i] + 1;
}
