//===- VerifyRows.cpp - Rows of a batch are computed each by itself -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step with `batch(1 to 32)` runs 13 rows as two calls of 8, of rows 0 to 7
// and of rows 5 to 12. That is right if a row of the outputs follows from that
// row of the inputs, and from nothing that depends on the number of the row.
// Each value of the step either does not depend on the batch at all, or has it
// in one dimension, whose slices follow each from its own row:
//
//   %x: tensor<32x8x4xf32>                    rows: dimension 0
//   %0 = dl.transpose %x perm [1, 0, 2]       rows: dimension 1
//   %1 = dl.reshape %0 to tensor<256x4xf32>   rows: in dimension 0, 8 outside
//   %2 = dl.reduce_sum %1 {axes = [0]}        error
//
// A value that meets rows without being of the batch has to be the same for
// each of them: made by a `dl.broadcast` or of one number. An op without a rule
// is an error.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Transforms/Passes.h"

namespace dlc {
#define GEN_PASS_DEF_VERIFYROWS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

/// Where a value has the batch: in dimension `dim`, whose extent is
/// outer * batch * inner.
struct Rows {
  int64_t dim, outer, inner;
  bool operator==(const Rows &other) const {
    return dim == other.dim && outer == other.outer && inner == other.inner;
  }
  Rows at(int64_t other) const { return {other, outer, inner}; }
};

class RowVerifier {
public:
  RowVerifier(func::FuncOp step, int64_t batch, StringRef name)
      : step(step), batch(batch), name(name) {}

  LogicalResult run();

private:
  /// None: the value does not depend on the batch.
  std::optional<Rows> rowsOf(Value value) const {
    auto found = rows.find(value);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<Rows> throughReshape(RankedTensorType from, Rows rows,
                                     RankedTensorType to) const;
  bool isUniform(Value value, Rows rows);
  std::optional<Rows> meet(Operation *op);
  std::optional<Rows> follow(Operation *op);
  LogicalResult verify(Block &block);
  LogicalResult verify(ScanOp op);
  LogicalResult refuse(Operation *op);

  func::FuncOp step;
  int64_t batch;
  StringRef name;
  DenseMap<Value, Rows> rows;
  /// Carried values of loops that were taken for equal in all rows.
  SmallVector<BlockArgument> assumed;
  StringRef why;
};

} // namespace

/// A reshape keeps the order of elements, and so the product of the extents
/// before the batch and of those behind it.
std::optional<Rows> RowVerifier::throughReshape(RankedTensorType from,
                                                Rows rows,
                                                RankedTensorType to) const {
  int64_t outside = rows.outer, product = 1;
  for (int64_t extent : from.getShape().take_front(rows.dim))
    outside *= extent;
  for (auto [dim, extent] : llvm::enumerate(to.getShape())) {
    if (extent > 0 && outside % product == 0) {
      int64_t outer = outside / product;
      if (extent % (outer * batch) == 0)
        return Rows{int64_t(dim), outer, extent / (outer * batch)};
    }
    product *= extent;
  }
  return std::nullopt;
}

/// Whether a value that does not depend on the batch is the same for all rows.
bool RowVerifier::isUniform(Value value, Rows rows) {
  RankedTensorType type = tensorType(value);
  Operation *op = value.getDefiningOp();
  if (!op) {
    ScanOp scan = ScanOp::getLoopOf(value);
    if (!scan)
      return false;
    auto arg = cast<BlockArgument>(value);
    unsigned number = arg.getArgNumber();
    if (number < scan.getNumCarried()) {
      assumed.push_back(arg);
      return true;
    }
    return isUniform(scan.getOperand(number),
                     scan.isStacked(number) ? rows.at(rows.dim + 1) : rows);
  }
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue());
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    auto found = llvm::find(broadcast.getDims(), rows.dim);
    return found == broadcast.getDims().end() ||
           isUniform(broadcast.getX(),
                     rows.at(found - broadcast.getDims().begin()));
  }
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return isUniform(transpose.getX(), rows.at(transpose.getPerm()[rows.dim]));
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    RankedTensorType from = tensorType(reshape.getX());
    if (from.getNumElements() == 1)
      return true;
    std::optional<Rows> source = throughReshape(type, rows, from);
    return source && isUniform(reshape.getX(), *source);
  }
  if (auto iota = dyn_cast<IotaOp>(op))
    return int64_t(iota.getAxis()) != rows.dim;
  auto allUniform = [&](Rows at) {
    return llvm::all_of(op->getOperands(),
                        [&](Value operand) { return isUniform(operand, at); });
  };
  if (op->hasTrait<Elementwise>())
    return allUniform(rows);
  if (auto concat = dyn_cast<ConcatOp>(op))
    return int64_t(concat.getAxis()) != rows.dim && allUniform(rows);
  if (auto slice = dyn_cast<SliceOp>(op))
    return slice.getSizes()[rows.dim] ==
               tensorType(slice.getX()).getDimSize(rows.dim) &&
           allUniform(rows);
  if (auto matmul = dyn_cast<MatmulOp>(op)) {
    int64_t rank = type.getRank();
    auto onSide = [&](Value side, bool last) {
      return isUniform(side, rows.at(tensorType(side).getRank() - 2 + last));
    };
    if (rows.dim == rank - 1)
      return onSide(matmul.getB(), !matmul.getTransposeB());
    if (rows.dim == rank - 2)
      return onSide(matmul.getA(), matmul.getTransposeA());
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return tensorType(operand).getRank() == 2 || isUniform(operand, rows);
    });
  }
  // Images of a loop that carries some.
  if (isa<Conv2dOp>(op))
    return rows.dim == 0 && isUniform(op->getOperand(0), rows);
  return false;
}

/// Where all operands of an op have the batch that have one, if the others are
/// the same for all rows.
std::optional<Rows> RowVerifier::meet(Operation *op) {
  std::optional<Rows> common;
  for (Value operand : op->getOperands())
    if (std::optional<Rows> own = rowsOf(operand)) {
      if (common && !(*common == *own)) {
        why = "its operands have the batch in different places";
        return std::nullopt;
      }
      common = own;
    }
  for (Value operand : op->getOperands())
    if (!rowsOf(operand) && !isUniform(operand, *common)) {
      why = "an operand that is not of the batch is another for each row";
      return std::nullopt;
    }
  return common;
}

/// Where the results of an op have the batch, if at least one operand has it;
/// none if each row of the results does not follow from one row.
std::optional<Rows> RowVerifier::follow(Operation *op) {
  why = "it mixes rows of the batch";
  if (op->hasTrait<Elementwise>() || isa<StopGradientOp, VariableOp>(op))
    return meet(op);

  auto first = rowsOf(op->getOperand(0));
  auto alone = [&] {
    return llvm::none_of(op->getOperands().drop_front(),
                         [&](Value operand) { return rowsOf(operand); });
  };
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    why = "it parts the batch";
    return throughReshape(tensorType(reshape.getX()), *first,
                          tensorType(reshape.getY()));
  }
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return first->at(llvm::find(transpose.getPerm(), first->dim) -
                     transpose.getPerm().begin());
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return first->at(broadcast.getDims()[first->dim]);
  if (isa<ReduceSumOp, ReduceMaxOp, ReduceMinOp, ArgmaxOp, ArgminOp>(op)) {
    SmallVector<int64_t> axes;
    if (auto axis = op->getAttrOfType<IntegerAttr>("axis")) {
      axes.push_back(axis.getInt());
    } else {
      if (auto list = op->getAttrOfType<ArrayAttr>("axes"))
        for (Attribute axis : list)
          axes.push_back(cast<IntegerAttr>(axis).getInt());
      axes = reducedAxes(op->getOperand(0), axes);
    }
    if (llvm::is_contained(axes, first->dim))
      return std::nullopt;
    if (op->hasAttr("keep_dims"))
      return first;
    return first->at(first->dim - llvm::count_if(axes, [&](int64_t axis) {
                       return axis < first->dim;
                     }));
  }
  if (auto pad = dyn_cast<PadOp>(op)) {
    int64_t dim = first->dim;
    bool here = pad.getLow()[dim] || pad.getHigh()[dim] ||
                (pad.getInterior() && (*pad.getInterior())[dim]);
    return here ? std::nullopt : first;
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    int64_t dim = first->dim;
    bool all =
        slice.getOffsets()[dim] == 0 &&
        slice.getSizes()[dim] == tensorType(slice.getX()).getDimSize(dim);
    return all ? first : std::nullopt;
  }
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    std::optional<Rows> common = meet(op);
    if (common && common->dim == int64_t(concat.getAxis())) {
      why = "it mixes rows of the batch";
      return std::nullopt;
    }
    return common;
  }
  if (auto reverse = dyn_cast<ReverseOp>(op))
    return llvm::is_contained(reverse.getDims(), first->dim) ? std::nullopt
                                                             : first;
  if (isa<SortOp, CumsumOp>(op))
    return op->getAttrOfType<IntegerAttr>("axis").getInt() == first->dim
               ? std::nullopt
               : first;
  if (isa<OneHotOp>(op))
    return first;
  if (auto select = dyn_cast<IndexSelectOp>(op)) {
    int64_t axis = select.getAxis();
    std::optional<Rows> index = rowsOf(select.getIndex());
    if (first && index)
      return std::nullopt;
    if (index)
      return index->at(axis + index->dim);
    if (first->dim == axis)
      return std::nullopt;
    return first->dim < axis
               ? first
               : first->at(first->dim - 1 +
                           tensorType(select.getIndex()).getRank());
  }
  if (isa<GatherOp, ScatterAddOp>(op)) {
    // Elements stay in their rows; the index may be of fewer.
    std::optional<Rows> common = meet(op);
    bool equal = common && llvm::all_of(op->getOperands(), [&](Value operand) {
                   return tensorType(operand).getDimSize(common->dim) ==
                          tensorType(op->getResult(0)).getDimSize(common->dim);
                 });
    if (!equal ||
        op->getAttrOfType<IntegerAttr>("axis").getInt() == common->dim)
      return std::nullopt;
    return common;
  }
  if (auto matmul = dyn_cast<MatmulOp>(op)) {
    int64_t rank = tensorType(matmul.getY()).getRank();
    std::optional<Rows> a = rowsOf(matmul.getA()), b = rowsOf(matmul.getB());
    int64_t rankA = tensorType(matmul.getA()).getRank(),
            rankB = tensorType(matmul.getB()).getRank();
    auto numbersProducts = [](std::optional<Rows> own, int64_t rank) {
      return own && own->dim < rank - 2;
    };
    if (numbersProducts(a, rankA) || numbersProducts(b, rankB)) {
      // Each product by itself; what takes part in all has no number.
      Rows common = a ? *a : *b;
      auto takesPart = [&](Value value, std::optional<Rows> own, int64_t rank) {
        if (own)
          return *own == common;
        return rank == 2 || isUniform(value, common);
      };
      if (takesPart(matmul.getA(), a, rankA) &&
          takesPart(matmul.getB(), b, rankB))
        return common;
      return std::nullopt;
    }
    if (a && b)
      return std::nullopt;
    if (a) {
      bool isRow = (a->dim == rankA - 2) != matmul.getTransposeA();
      return isRow ? std::optional(a->at(rank - 2)) : std::nullopt;
    }
    bool isColumn = (b->dim == rankB - 1) != matmul.getTransposeB();
    return isColumn ? std::optional(b->at(rank - 1)) : std::nullopt;
  }
  // Images: each of them by itself, with filters that are the same for all.
  if (isa<Conv2dOp, Conv2dInputGradOp>(op))
    return first && first->dim == 0 && alone() ? first : std::nullopt;
  if (isa<MaxPool2dOp, MaxPool2dIndexOp>(op))
    return first->dim == 0 ? first : std::nullopt;
  if (isa<MaxPool2dScatterOp, MaxPool2dGatherOp>(op)) {
    std::optional<Rows> common = meet(op);
    return common && common->dim == 0 ? common : std::nullopt;
  }
  return std::nullopt;
}

LogicalResult RowVerifier::refuse(Operation *op) {
  return op->emitOpError()
         << "cannot be computed row by row: " << why << "; step @" << name
         << " takes a batch of any size. List the sizes that are wanted "
            "instead: 'batch(1, "
         << batch << ")'";
}

LogicalResult RowVerifier::verify(ScanOp op) {
  for (auto [number, operand] : llvm::enumerate(op.getOperands())) {
    std::optional<Rows> own = rowsOf(operand);
    bool stacked = op.isStacked(number);
    if (!own)
      continue;
    if (stacked && own->dim == 0) {
      why = "it runs once for each row";
      return refuse(op);
    }
    rows[op.getBlock().getArgument(number)] =
        stacked ? own->at(own->dim - 1) : *own;
  }
  auto yields = op.getYield()->getOperands();
  // The next value of a carried value has the batch: then the value has it from
  // the start, and had to be the same for all rows there.
  for (bool again = true; again;) {
    again = false;
    if (failed(verify(op.getBlock())))
      return failure();
    for (unsigned i = 0; i < op.getNumCarried(); ++i) {
      BlockArgument arg = op.getBlock().getArgument(i);
      std::optional<Rows> before = rowsOf(arg), behind = rowsOf(yields[i]);
      if (before == behind)
        continue;
      Value fixed = behind ? op.getInits()[i] : yields[i];
      if ((before && behind) || !isUniform(fixed, behind ? *behind : *before)) {
        why = "what it carries has the batch in one place at first and in "
              "another behind a step";
        return refuse(op);
      }
      if (behind) {
        rows[arg] = *behind;
        again = true;
      }
    }
  }
  for (BlockArgument arg : assumed)
    if (arg.getOwner() == &op.getBlock() && !rowsOf(arg)) {
      why = "what it carries is not of the batch and meets what is";
      return refuse(op);
    }
  for (auto [number, result] : llvm::enumerate(op.getResults())) {
    bool carried = number < op.getNumCarried();
    std::optional<Rows> own = rowsOf(
        carried ? Value(op.getBlock().getArgument(number)) : yields[number]);
    if (own)
      rows[result] = carried ? *own : own->at(own->dim + 1);
  }
  return success();
}

LogicalResult RowVerifier::verify(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      if (failed(verify(scan)))
        return failure();
      continue;
    }
    if (llvm::none_of(op.getOperands(), [&](Value v) { return rowsOf(v); }))
      continue;
    std::optional<Rows> own = follow(&op);
    if (!own)
      return refuse(&op);
    for (Value result : op.getResults())
      rows[result] = *own;
  }
  return success();
}

LogicalResult RowVerifier::run() {
  Block &body = step.getBody().front();
  ArrayAttr batched = step->getAttrOfType<BatchAttr>(names::batch).getInputs();
  for (BlockArgument arg : body.getArguments()) {
    auto input =
        step.getArgAttrOfType<StringAttr>(arg.getArgNumber(), names::io);
    if (input && llvm::is_contained(batched, input))
      rows[arg] = {0, 1, 1};
  }
  if (failed(verify(body)))
    return failure();
  for (auto [number, value] :
       llvm::enumerate(body.getTerminator()->getOperands())) {
    auto output = step.getResultAttrOfType<StringAttr>(number, names::io);
    std::optional<Rows> own = rowsOf(value);
    if (output && own && own->dim == 0 && own->outer == 1)
      continue;
    if (output)
      return step.emitError("step @")
             << name << " takes a batch of any size, but its output '"
             << output.getValue() << "' "
             << (own ? "has the batch in another dimension than its first"
                     : "is not of the batch")
             << "; list the sizes that are wanted instead: 'batch(1, " << batch
             << ")'";
    if (step.getResultAttr(number, names::state))
      return step.emitError("step @")
             << name << " takes a batch of any size, and changes "
             << step.getResultAttr(number, names::state);
  }
  return success();
}

namespace {

struct VerifyRowsPass : dlc::impl::VerifyRowsBase<VerifyRowsPass> {
  void runOnOperation() override {
    func::FuncOp step = getOperation();
    auto batch = step->getAttrOfType<BatchAttr>(names::batch);
    if (!batch || !batch.getAny())
      return;
    // The sizes are one program: what holds of the largest, in which no extent
    // of the batch is lost among those of 1, holds of all.
    StringAttr name = batch.getStep();
    int64_t rows = batch.getRows();
    if (step.getSymNameAttr() != name || rows == 1)
      return;
    if (failed(RowVerifier(step, rows, name).run()))
      signalPassFailure();
  }
};

} // namespace
