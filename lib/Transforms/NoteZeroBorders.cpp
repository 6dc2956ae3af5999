//===- NoteZeroBorders.cpp - Tell convolutions which rows are zeros -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %1 = dl.pad %0 low [0, 1, 1, 0] high [0, 1, 1, 0]
//   %2 = dl.conv2d %1, %w {layout = #dl<layout channels_last>}
//
// becomes, while both still stand beside one another,
//
//   %2 = dl.conv2d %1, %w {dl.zero_border = array<i64: 1, 1, 1, 1>, ...}
//
// A kernel sees the image as an argument and could not see the padding.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/Matchers.h"

#include <algorithm>

namespace dlc {
#define GEN_PASS_DEF_NOTEZEROBORDERS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// How many rows at the beginning and at the end of dimension `dim` of a value
/// are zeros that a padding has put there.
static std::pair<int64_t, int64_t> zeroRows(Value value, unsigned dim) {
  if (auto pad = value.getDefiningOp<PadOp>()) {
    if (pad.getInterior() ||
        !matchPattern(pad.getElementValue(), m_AnyZeroFloat()))
      return {0, 0};
    return {pad.getLow()[dim], pad.getHigh()[dim]};
  }
  // In a strided gradient, each part sees another box of the padded cotangent.
  auto slice = value.getDefiningOp<SliceOp>();
  if (!slice || slice.getStrides())
    return {0, 0};
  auto [low, high] = zeroRows(slice.getX(), dim);
  int64_t size = slice.getSizes()[dim], before = slice.getOffsets()[dim];
  int64_t behind = tensorType(slice.getX()).getDimSize(dim) - before - size;
  return {std::clamp<int64_t>(low - before, 0, size),
          std::clamp<int64_t>(high - behind, 0, size)};
}

namespace {

struct NoteZeroBordersPass
    : dlc::impl::NoteZeroBordersBase<NoteZeroBordersPass> {
  void runOnOperation() override {
    getOperation().walk([&](Operation *op) {
      if (auto conv = dyn_cast<Conv2dOp>(op))
        note(conv);
      else if (auto grad = dyn_cast<Conv2dFilterGradOp>(op))
        note(grad);
    });
  }

  template <typename Op>
  void note(Op op) {
    if (op.getLayout() != Layout::ChannelsLast)
      return;
    auto [above, below] = zeroRows(op.getX(), 1);
    auto [left, right] = zeroRows(op.getX(), 2);
    if (above + below + left + right == 0)
      return;
    op->setAttr(
        names::zeroBorder,
        DenseI64ArrayAttr::get(op.getContext(), {above, below, left, right}));
    ++numNoted;
  }
};

} // namespace
