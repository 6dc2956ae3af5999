//===- LayoutRules.cpp - Ops that compute in any order of dims ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayoutRules.h"
#include "Views.h"
#include "dlc/Dialect/Dl/ElementTypes.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlc::dl;
using namespace dlc::layout;
using dlc::views::permuted;

Order dlc::layout::asWritten(Value value) {
  return llvm::to_vector(llvm::seq<int64_t>(tensorType(value).getRank()));
}

Order dlc::layout::significant(Value value, ArrayRef<int64_t> order) {
  ArrayRef<int64_t> shape = tensorType(value).getShape();
  Order result;
  llvm::copy_if(order, std::back_inserter(result),
                [&](int64_t dim) { return shape[dim] != 1; });
  return result;
}

int64_t dlc::layout::bytesOf(Value value) {
  return dl::bytesOf(tensorType(value));
}

bool dlc::layout::movesElements(TransposeOp op) {
  return !llvm::is_sorted(significant(op.getX(), op.getPerm()));
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

namespace {
/// Neighbouring dimensions of both sides of a reshape with as many elements.
struct Group {
  SmallVector<int64_t> from, to;
};
} // namespace

static SmallVector<Group> groupsOf(ArrayRef<int64_t> from,
                                   ArrayRef<int64_t> to) {
  SmallVector<Group> groups;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    Group group{{int64_t(i)}, {int64_t(j)}};
    int64_t left = from[i++], right = to[j++];
    while (left != right) {
      if (left < right ? i == from.size() : j == to.size())
        return {};
      if (left < right) {
        group.from.push_back(i);
        left *= from[i++];
      } else {
        group.to.push_back(j);
        right *= to[j++];
      }
    }
    groups.push_back(std::move(group));
  }
  // The remaining dimensions have extent 1.
  if (groups.empty())
    return {};
  for (; i < from.size(); ++i)
    groups.back().from.push_back(i);
  for (; j < to.size(); ++j)
    groups.back().to.push_back(j);
  return groups;
}

/// The order of the other side of a reshape, if `order` keeps the dimensions of
/// each group together.
static std::optional<Order> orderThroughReshape(ArrayRef<int64_t> from,
                                                ArrayRef<int64_t> to,
                                                const Order &order) {
  SmallVector<Group> groups = groupsOf(from, to);
  if (groups.empty())
    return std::nullopt;
  Order significant;
  llvm::copy_if(order, std::back_inserter(significant),
                [&](int64_t dim) { return from[dim] != 1; });
  SmallVector<std::pair<int64_t, size_t>> placed;
  int64_t place = -1;
  for (auto [number, group] : llvm::enumerate(groups)) {
    Order dims;
    llvm::copy_if(group.from, std::back_inserter(dims),
                  [&](int64_t dim) { return from[dim] != 1; });
    if (!dims.empty()) {
      auto first = llvm::find(significant, dims.front());
      if (size_t(significant.end() - first) < dims.size() ||
          !std::equal(dims.begin(), dims.end(), first))
        return std::nullopt;
      place = first - significant.begin();
    }
    // A group of extent 1 stays behind the one in front of it.
    placed.push_back({place, number});
  }
  llvm::sort(placed);
  Order result;
  for (auto [first, number] : placed)
    llvm::append_range(result, groups[number].to);
  return result;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

/// One operand, and a result without some of its dimensions.
static Orders reduced(const Order &operand, ArrayRef<int64_t> axes) {
  Order kept;
  for (int64_t dim : operand)
    if (!llvm::is_contained(axes, dim))
      kept.push_back(
          dim - llvm::count_if(axes, [&](int64_t axis) { return axis < dim; }));
  return {{operand}, kept};
}

static bool keepsDims(Operation *op) { return op->hasAttr("keep_dims"); }

/// Ops whose operands and results all have one order.
static bool isUniform(Operation *op) {
  return (op->hasTrait<Elementwise>() && op->getNumResults() == 1 &&
          op->getNumOperands() > 0) ||
         isa<SliceOp, PadOp, ReverseOp, ConcatOp>(op);
}

static std::optional<Orders> uniform(Operation *op, const Order &order) {
  int64_t rank = tensorType(op->getResult(0)).getRank();
  if (rank != int64_t(order.size()) ||
      llvm::any_of(op->getOperands(),
                   [&](Value x) { return tensorType(x).getRank() != rank; }))
    return std::nullopt;
  return Orders{SmallVector<Order>(op->getNumOperands(), order), order};
}

bool dlc::layout::isMadeInAnyOrder(Operation *op) {
  return isa_and_present<BroadcastOp, IotaOp, RandomBitsOp>(op) ||
         (op && op->getNumResults() == 1 &&
          views::denseConstant(op->getResult(0)));
}

std::optional<Orders> dlc::layout::ordersFromResult(Operation *op,
                                                    const Order &result) {
  if (isUniform(op))
    return uniform(op, result);
  using Found = std::optional<Orders>;
  return llvm::TypeSwitch<Operation *, Found>(op)
      .Case([&](TransposeOp op) -> Found {
        return Orders{{permuted(op.getPerm(), result)}, result};
      })
      .Case([&](ReshapeOp op) -> Found {
        std::optional<Order> x =
            orderThroughReshape(tensorType(op.getY()).getShape(),
                                tensorType(op.getX()).getShape(), result);
        return x ? Found(Orders{{*x}, result}) : std::nullopt;
      })
      .Case([&](BroadcastOp op) -> Found {
        Order x;
        for (int64_t dim : result) {
          auto found = llvm::find(op.getDims(), dim);
          if (found != op.getDims().end())
            x.push_back(found - op.getDims().begin());
        }
        return Orders{{x}, result};
      })
      .Case<IotaOp, RandomBitsOp>([&](Operation *op) -> Found {
        return Orders{llvm::map_to_vector(op->getOperands(), asWritten),
                      result};
      })
      .Default(Found());
}

std::optional<Orders> dlc::layout::ordersFromOperand(Operation *op,
                                                     unsigned number,
                                                     const Order &operand) {
  if (isUniform(op))
    return uniform(op, operand);
  using Found = std::optional<Orders>;
  return llvm::TypeSwitch<Operation *, Found>(op)
      .Case([&](TransposeOp op) -> Found {
        return Orders{{operand},
                      permuted(inversePermutation(op.getPerm()), operand)};
      })
      .Case([&](ReshapeOp op) -> Found {
        std::optional<Order> y =
            orderThroughReshape(tensorType(op.getX()).getShape(),
                                tensorType(op.getY()).getShape(), operand);
        return y ? Found(Orders{{operand}, *y}) : std::nullopt;
      })
      .Case<ReduceSumOp, ReduceMaxOp, ReduceMinOp>([&](auto op) -> Found {
        if (keepsDims(op))
          return std::nullopt;
        return reduced(operand, op.getReducedAxes());
      })
      .Case<ArgmaxOp, ArgminOp>([&](auto op) -> Found {
        if (keepsDims(op))
          return std::nullopt;
        return reduced(operand, {int64_t(op.getAxis())});
      })
      .Default(Found());
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// Where dimensions are in an order.
static SmallVector<int64_t> placesOf(ArrayRef<int64_t> dims,
                                     const Order &order) {
  SmallVector<int64_t> places = permuted(inversePermutation(order), dims);
  llvm::sort(places);
  return places;
}

void dlc::layout::setOrders(Operation *op, const Orders &orders) {
  Builder builder(op->getContext());
  auto place = [&](int64_t dim, const Order &order) {
    return builder.getI64IntegerAttr(placesOf({dim}, order)[0]);
  };
  auto optional = [&](std::optional<ArrayRef<int64_t>> list) {
    return list ? builder.getDenseI64ArrayAttr(permuted(*list, orders.result))
                : DenseI64ArrayAttr();
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](SliceOp op) {
        op.setOffsets(permuted(op.getOffsets(), orders.result));
        op.setSizes(permuted(op.getSizes(), orders.result));
        op.setStridesAttr(optional(op.getStrides()));
      })
      .Case([&](PadOp op) {
        op.setLow(permuted(op.getLow(), orders.result));
        op.setHigh(permuted(op.getHigh(), orders.result));
        op.setInteriorAttr(optional(op.getInterior()));
      })
      .Case([&](ReverseOp op) {
        op.setDims(placesOf(op.getDims(), orders.result));
      })
      .Case([&](ConcatOp op) {
        op.setAxisAttr(place(op.getAxis(), orders.result));
      })
      .Case([&](BroadcastOp op) {
        op.setDims(placesOf(op.getDims(), orders.result));
      })
      .Case([&](IotaOp op) {
        op.setAxisAttr(place(op.getAxis(), orders.result));
      })
      .Case([&](RandomBitsOp op) {
        op.setStrides(permuted(op.getElementStrides(), orders.result));
      })
      .Case<ReduceSumOp, ReduceMaxOp, ReduceMinOp>([&](auto op) {
        op.setAxesAttr(builder.getI64ArrayAttr(
            placesOf(op.getReducedAxes(), orders.operands[0])));
      })
      .Case<ArgmaxOp, ArgminOp>([&](auto op) {
        op.setAxisAttr(place(op.getAxis(), orders.operands[0]));
      });
  Value result = op->getResult(0);
  RankedTensorType type = tensorType(result);
  result.setType(type.clone(permuted(type.getShape(), orders.result)));
}
