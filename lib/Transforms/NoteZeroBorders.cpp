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
// A kernel sees the image as an argument, of which it could not tell.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/Matchers.h"

namespace dlc {
#define GEN_PASS_DEF_NOTEZEROBORDERS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

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
    auto pad = op.getX().template getDefiningOp<PadOp>();
    if (!pad || pad.getInterior() || op.getLayout() != Layout::ChannelsLast ||
        !matchPattern(pad.getElementValue(), m_AnyZeroFloat()))
      return;
    ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
    int64_t border[] = {low[1], high[1], low[2], high[2]};
    if (llvm::all_of(border, [](int64_t rows) { return rows == 0; }))
      return;
    op->setAttr(names::zeroBorder,
                DenseI64ArrayAttr::get(op.getContext(), border));
    ++numNoted;
  }
};

} // namespace
