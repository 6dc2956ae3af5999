//===- Recurrent.cpp - Recurrent layers and their cells -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

namespace {

/// A product of one step with its weights: w_ih and b_ih, or w_hh and b_hh.
struct Weights {
  Value wIh, wHh, bIh, bHh;
};

/// One step of a cell: the next states, given the product of its input with
/// w_ih, biases included where they may be, the states, w_hh and the bias that
/// stands inside.
using Cell = llvm::function_ref<SmallVector<Value>(
    Expr &e, Value xw, ValueRange states, Value wHh, Value bHh)>;

} // namespace

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static RankedTensorType shaped(Type like, ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, getElementTypeOrSelf(like));
}

/// Checks the weights of `layers` layers of `directions` directions on an input
/// of `features` and finds the size of their states.
static FailureOr<int64_t> checkWeights(StringRef op,
                                       std::optional<Location> loc,
                                       ValueRange weights, int64_t layers,
                                       int64_t directions, int64_t gates,
                                       int64_t features, Type like) {
  int64_t cells = layers * directions;
  int64_t each = int64_t(weights.size()) == 2 * cells ? 2 : 4;
  if (int64_t(weights.size()) != each * cells) {
    (void)emitOptionalError(
        loc, "'dl.", op, "' expects ", 2 * cells,
        " weights (w_ih, w_hh of each layer and direction) or ", 4 * cells,
        " (and b_ih, b_hh), not ", weights.size());
    return failure();
  }
  RankedTensorType first = tensorType(weights[1]);
  if (first.getRank() != 2) {
    (void)emitOptionalError(loc, "'dl.", op, "' expects w_hh of rank 2, not ",
                            first);
    return failure();
  }
  int64_t hidden = first.getDimSize(1);
  static constexpr const char *names[] = {"w_ih", "w_hh", "b_ih", "b_hh"};
  for (auto [i, weight] : llvm::enumerate(weights)) {
    int64_t layer = i / (each * directions);
    SmallVector<int64_t> shape{gates * hidden};
    if (i % each == 0)
      shape.push_back(layer == 0 ? features : directions * hidden);
    if (i % each == 1)
      shape.push_back(hidden);
    if (weight.getType() == shaped(like, shape))
      continue;
    (void)emitOptionalError(
        loc, "'dl.", op, "' expects ", names[i % each], " of layer ", layer,
        directions == 2 ? (i / each % 2 ? " backward" : " forward") : "",
        " to be ", shaped(like, shape), ", not ", weight.getType());
    return failure();
  }
  return hidden;
}

/// The result types of a layer: the output, then as many states as `states`
/// (null where they start at zero).
template <typename Adaptor>
static LogicalResult inferLayer(StringRef op, std::optional<Location> loc,
                                Adaptor adaptor, int64_t gates,
                                ArrayRef<std::pair<StringRef, Value>> states,
                                SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (x.getRank() != 3)
    return emitOptionalError(
        loc, "'dl.", op, "' expects operand x of rank 3 (",
        adaptor.getBatchFirst() ? "N x T x I" : "T x N x I", "), not ", x);
  int64_t layers = adaptor.getLayers();
  if (layers < 1 || layers > 1000)
    return emitOptionalError(loc, "'dl.", op,
                             "' expects 'layers' from 1 to 1000, not ", layers);
  if (std::optional<int64_t> every = adaptor.getTruncate(); every && *every < 1)
    return emitOptionalError(
        loc, "'dl.", op, "' truncates its gradient after 1 step or more, not ",
        *every);
  int64_t directions = adaptor.getBidirectional() ? 2 : 1;
  FailureOr<int64_t> hidden =
      checkWeights(op, loc, adaptor.getWeights(), layers, directions, gates,
                   x.getDimSize(2), x);
  if (failed(hidden))
    return failure();
  int64_t batch = x.getDimSize(adaptor.getBatchFirst() ? 0 : 1);
  auto state = shaped(x, {layers * directions, batch, *hidden});
  for (auto [name, value] : states)
    if (value && value.getType() != state)
      return emitOptionalError(loc, "'dl.", op, "' expects operand ", name,
                               " to be ", state, ", not ", value.getType());
  if (Value lengths = adaptor.getLengths())
    if (tensorType(lengths).getShape() != ArrayRef<int64_t>{batch})
      return emitOptionalError(loc, "'dl.", op,
                               "' expects operand lengths to have an entry for "
                               "each of the ",
                               batch, " sequences of operand x ", x, ", not ",
                               lengths.getType());
  types.push_back(
      shaped(x, {x.getDimSize(0), x.getDimSize(1), directions * *hidden}));
  types.append(states.size(), state);
  return success();
}

/// The same of a cell.
static LogicalResult inferCell(StringRef op, std::optional<Location> loc,
                               Value x, ValueRange weights, int64_t gates,
                               ArrayRef<std::pair<StringRef, Value>> states,
                               SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorType(x);
  if (type.getRank() != 2)
    return emitOptionalError(
        loc, "'dl.", op, "' expects operand x of rank 2 (N x I), not ", type);
  FailureOr<int64_t> hidden =
      checkWeights(op, loc, weights, 1, 1, gates, type.getDimSize(1), type);
  if (failed(hidden))
    return failure();
  auto state = shaped(type, {type.getDimSize(0), *hidden});
  for (auto [name, value] : states) {
    if (value.getType() != state)
      return emitOptionalError(loc, "'dl.", op, "' expects operand ", name,
                               " to be ", state, ", not ", value.getType());
    types.push_back(state);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// Number `i` of `count` equal parts of the last dimension.
static Value gate(Expr &e, Value x, int64_t i, int64_t count) {
  int64_t last = tensorType(x).getRank() - 1;
  int64_t size = tensorType(x).getDimSize(last) / count;
  return e.slice(x, last, i * size, size);
}

/// x w^T, and the bias if there is one.
static Value linear(Expr &e, Value x, Value weight, Value bias) {
  Value y = e.matmul(x, weight, false, true);
  return bias ? e.add(y, e.broadcast(bias, y, {1})) : y;
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

static SmallVector<Value> rnnCell(Expr &e, Value xw, ValueRange states,
                                  Value wHh, bool relu) {
  Value sum = e.add(xw, linear(e, states[0], wHh, {}));
  if (relu)
    return {ReluOp::create(e.builder(), e.location(), sum.getType(), sum)};
  return {e.tanh(sum)};
}

static SmallVector<Value> lstmCell(Expr &e, Value xw, ValueRange states,
                                   Value wHh) {
  Value gates = e.add(xw, linear(e, states[0], wHh, {}));
  Value i = e.sigmoid(gate(e, gates, 0, 4));
  Value f = e.sigmoid(gate(e, gates, 1, 4));
  Value g = e.tanh(gate(e, gates, 2, 4));
  Value o = e.sigmoid(gate(e, gates, 3, 4));
  Value kept = e.mul(f, states[1]);
  Value c = e.add(kept, e.mul(i, g));
  return {e.mul(o, e.tanh(c)), c};
}

static SmallVector<Value> gruCell(Expr &e, Value xw, ValueRange states,
                                  Value wHh, Value bHh) {
  Value h = states[0];
  Value hw = linear(e, h, wHh, bHh);
  auto both = [&](int64_t i) {
    Value x = gate(e, xw, i, 3);
    return e.add(x, gate(e, hw, i, 3));
  };
  Value r = e.sigmoid(both(0));
  Value z = e.sigmoid(both(1));
  Value xn = gate(e, xw, 2, 3);
  Value n = e.tanh(e.add(xn, e.mul(r, gate(e, hw, 2, 3))));
  // (1 - z) n + z h
  return {e.add(n, e.mul(z, e.sub(h, n)))};
}

/// The product of an input with w_ih. All biases that only are added to it are
/// added here, once for all steps.
static Value inputProduct(Expr &e, Value x, const Weights &weights,
                          bool hiddenBiasInside) {
  Value bias = weights.bIh;
  if (bias && !hiddenBiasInside)
    bias = e.add(bias, weights.bHh);
  return linear(e, x, weights.wIh, bias);
}

static Weights weightsOf(ValueRange weights, int64_t cell, int64_t cells) {
  int64_t each = weights.size() / cells;
  auto own = weights.slice(cell * each, each);
  if (each == 2)
    return {own[0], own[1], {}, {}};
  return {own[0], own[1], own[2], own[3]};
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

namespace {

/// One layer in one direction over a whole sequence.
struct Run {
  Value output;
  SmallVector<Value> states;
};

} // namespace

/// Runs a cell along the first dimension of `x`.
static Run runCell(Expr &e, Value x, ValueRange starts, Value lengths,
                   const Weights &weights, bool reverse, bool hiddenBiasInside,
                   IntegerAttr truncate, Cell cell) {
  ArrayRef<int64_t> shape = tensorType(x).getShape();
  int64_t steps = shape[0], batch = shape[1];
  Value flat = e.reshape(x, {steps * batch, shape[2]});
  Value products = inputProduct(e, flat, weights, hiddenBiasInside);
  Value xw =
      e.reshape(products, {steps, batch, tensorType(products).getDimSize(1)});

  SmallVector<Value> inits(starts), invariants{weights.wHh};
  Value bHh = hiddenBiasInside ? weights.bHh : Value();
  if (bHh)
    invariants.push_back(bHh);
  if (lengths) {
    // The number of the step goes along, one for each sequence.
    Value counted = e.cast(lengths, e.builder().getI64Type());
    invariants.push_back(counted);
    inits.push_back(e.splat(counted.getType(), reverse ? steps - 1 : 0));
  }
  size_t states = starts.size();
  auto body = [&](Expr &inside, ValueRange carried, ValueRange inputs,
                  ValueRange constants) -> SmallVector<Value> {
    ValueRange before = carried.take_front(states);
    SmallVector<Value> next = cell(inside, inputs[0], before, constants[0],
                                   bHh ? constants[1] : Value());
    if (!lengths) {
      next.push_back(next.front());
      return next;
    }
    Value step = carried.back();
    Value counts = inside.compare(Predicate::lt, step, constants.back());
    Value mask = inside.broadcast(counts, before.front(), {0});
    Value zero = inside.splat(before.front().getType(), 0);
    Value output = inside.select(mask, next.front(), zero);
    for (auto [now, old] : llvm::zip(next, before))
      now = inside.select(mask, now, old);
    Value one = inside.splat(step.getType(), reverse ? -1 : 1);
    next.push_back(inside.add(step, one));
    next.push_back(output);
    return next;
  };
  ScanOp scan = buildScan(e, steps, reverse, inits, {xw}, invariants, body);
  scan.setTruncateAttr(truncate);
  return {scan.getOutputs().front(),
          SmallVector<Value>(scan.getFinals().take_front(states))};
}

/// The decomposition of a layer op.
template <typename Op>
static SmallVector<Value> decomposeLayer(Op op, OpBuilder &builder,
                                         ArrayRef<Value> starts,
                                         bool hiddenBiasInside, Cell cell) {
  Expr e(builder, op.getLoc());
  int64_t layers = op.getLayers(), directions = op.getBidirectional() ? 2 : 1;
  Value x = op.getX();
  if (op.getBatchFirst())
    x = e.transpose(x, {1, 0, 2});
  ArrayRef<int64_t> states = tensorType(op->getResult(1)).getShape();
  int64_t batch = states[1], hidden = states[2];
  SmallVector<SmallVector<Value>> last(starts.size());
  for (int64_t layer = 0; layer < layers; ++layer) {
    SmallVector<Value> outputs;
    for (int64_t direction = 0; direction < directions; ++direction) {
      int64_t number = layer * directions + direction;
      SmallVector<Value> first;
      for (Value start : starts) {
        if (start)
          first.push_back(
              e.reshape(e.slice(start, 0, number, 1), {batch, hidden}));
        else
          first.push_back(e.splat(shaped(x.getType(), {batch, hidden}), 0));
      }
      Run run =
          runCell(e, x, first, op.getLengths(),
                  weightsOf(op.getWeights(), number, layers * directions),
                  direction == 1, hiddenBiasInside, op.getTruncateAttr(), cell);
      outputs.push_back(run.output);
      for (auto [list, state] : llvm::zip(last, run.states))
        list.push_back(e.reshape(state, {1, batch, hidden}));
    }
    x = outputs.size() == 1 ? outputs.front() : e.concat(outputs, 2);
  }
  if (op.getBatchFirst())
    x = e.transpose(x, {1, 0, 2});
  SmallVector<Value> results{x};
  for (ArrayRef<Value> list : last)
    results.push_back(list.size() == 1 ? list.front() : e.concat(list, 0));
  return results;
}

LogicalResult RnnOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      RnnOp::Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferLayer("rnn", loc, adaptor, 1, {{"h0", adaptor.getH0()}}, types);
}

SmallVector<Value> RnnOp::decompose(OpBuilder &builder) {
  bool relu = getNonlinearity() == "relu";
  return decomposeLayer(
      *this, builder, {getH0()}, false,
      [&](Expr &e, Value xw, ValueRange states, Value wHh, Value) {
        return rnnCell(e, xw, states, wHh, relu);
      });
}

LogicalResult LstmOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       LstmOp::Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  return inferLayer("lstm", loc, adaptor, 4,
                    {{"h0", adaptor.getH0()}, {"c0", adaptor.getC0()}}, types);
}

SmallVector<Value> LstmOp::decompose(OpBuilder &builder) {
  return decomposeLayer(*this, builder, {getH0(), getC0()}, false,
                        [](Expr &e, Value xw, ValueRange states, Value wHh,
                           Value) { return lstmCell(e, xw, states, wHh); });
}

LogicalResult GruOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      GruOp::Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  return inferLayer("gru", loc, adaptor, 3, {{"h0", adaptor.getH0()}}, types);
}

SmallVector<Value> GruOp::decompose(OpBuilder &builder) {
  return decomposeLayer(*this, builder, {getH0()}, true, gruCell);
}

//===----------------------------------------------------------------------===//
// Cells as ops
//===----------------------------------------------------------------------===//

LogicalResult RnnCellOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          RnnCellOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferCell("rnn_cell", loc, adaptor.getX(), adaptor.getWeights(), 1,
                   {{"h", adaptor.getH()}}, types);
}

SmallVector<Value> RnnCellOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Weights weights = weightsOf(getWeights(), 0, 1);
  Value xw = inputProduct(e, getX(), weights, false);
  return rnnCell(e, xw, getH(), weights.wHh, getNonlinearity() == "relu");
}

LogicalResult LstmCellOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           LstmCellOp::Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  return inferCell("lstm_cell", loc, adaptor.getX(), adaptor.getWeights(), 4,
                   {{"h", adaptor.getH()}, {"c", adaptor.getC()}}, types);
}

SmallVector<Value> LstmCellOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Weights weights = weightsOf(getWeights(), 0, 1);
  Value xw = inputProduct(e, getX(), weights, false);
  return lstmCell(e, xw, {getH(), getC()}, weights.wHh);
}

LogicalResult GruCellOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          GruCellOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  return inferCell("gru_cell", loc, adaptor.getX(), adaptor.getWeights(), 3,
                   {{"h", adaptor.getH()}}, types);
}

SmallVector<Value> GruCellOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Weights weights = weightsOf(getWeights(), 0, 1);
  Value xw = inputProduct(e, getX(), weights, true);
  return gruCell(e, xw, getH(), weights.wHh, weights.bHh);
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Recurrent.cpp.inc"
