//===- GenerateNetworks.cpp - Losses, normalisation, recurrent layers -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

static ArrayRef<int64_t> shapeOf(Value value) {
  return dl::tensorType(value).getShape();
}

#define DLC_NAME(x) static constexpr char k_##x[] = #x

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

static std::string reduction(Generator &g) {
  static constexpr const char *kinds[] = {"mean", "sum", "none"};
  return std::string("reduction = #dl<loss_reduction ") +
         g.random.pick<const char *>(kinds) + ">";
}

/// input, label and perhaps a weight of a loss of classes.
template <const char *name>
static void classLoss(Generator &g) {
  Shape shape = g.shape(1, 3, false, 400);
  int64_t classes = g.random.between(1, 13);
  Shape label = shape;
  shape.insert(shape.begin() + 1, classes);
  std::string attributes = reduction(g);
  int64_t labels = classes;
  if (g.random.chance(0.3))
    attributes += ", ignore_index = " + std::to_string(g.random.below(classes));
  if (StringRef(name) == "cross_entropy" && g.random.chance(0.4))
    attributes += ", label_smoothing = 0.1";
  SmallVector<Value> operands = {g.value(shape), g.indices(label, labels)};
  if (g.random.chance(0.3))
    operands.push_back(g.value(ArrayRef<int64_t>{classes}, kPositive));
  g.op(name, operands, attributes);
}

/// A loss of two values of one type.
static void termLoss(Generator &g, StringRef name, Bounds input, Bounds target,
                     StringRef extra = "") {
  Value x = g.value(0, 4, input, false);
  if (!x)
    return;
  g.op(name, {x, g.value(dl::tensorType(x), target)}, reduction(g) + extra);
}

static void mse(Generator &g) { termLoss(g, "mse", kTame, kTame); }
static void l1(Generator &g) { termLoss(g, "l1", kTame, kTame); }
static void smoothL1(Generator &g) {
  termLoss(g, "smooth_l1", kTame, kTame,
           ", beta = " + g.number(g.random.real(0.3, 2)));
}
static void huber(Generator &g) {
  termLoss(g, "huber", kTame, kTame,
           ", delta = " + g.number(g.random.real(0.3, 2)));
}
static void hinge(Generator &g) { termLoss(g, "hinge", kTame, {-1, 1}); }
static void bce(Generator &g) {
  termLoss(g, "bce", kProbability, kProbability);
}
static void klDiv(Generator &g) {
  bool log = g.random.chance(0.5);
  if (g.random.chance(0.3)) {
    Value x = g.value(1, 3, kTame, false);
    if (x)
      g.op("kl_div", {x, g.value(dl::tensorType(x), kProbability)},
           "reduction = #dl<loss_reduction batchmean>");
    return;
  }
  termLoss(g, "kl_div", kTame, log ? Bounds{-3, 3} : kProbability,
           log ? ", log_target" : "");
}

static void bceWithLogits(Generator &g) {
  Value x = g.value(0, 3, kTame, false);
  if (!x)
    return;
  SmallVector<Value> operands = {x, g.value(dl::tensorType(x), kProbability)};
  if (g.random.chance(0.5) && !shapeOf(x).empty())
    operands.push_back(
        g.value(ArrayRef<int64_t>{shapeOf(x).back()}, kPositive));
  g.op("bce_with_logits", operands, reduction(g));
}

DLC_NAME(cross_entropy);
DLC_NAME(nll);

ArrayRef<OpGenerator> dlc::fuzz::lossGenerators() {
  static constexpr OpGenerator ops[] = {
      {"cross_entropy", classLoss<k_cross_entropy>},
      {"nll", classLoss<k_nll>},
      {"mse", mse},
      {"l1", l1},
      {"smooth_l1", smoothL1},
      {"huber", huber},
      {"hinge", hinge},
      {"bce", bce},
      {"kl_div", klDiv},
      {"bce_with_logits", bceWithLogits},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

static void batchNorm(Generator &g) {
  Shape shape = g.shape(2, 4, false, 2000);
  int64_t c = shape[1];
  SmallVector<Value> operands = {g.value(shape)};
  bool affine = g.random.chance(0.6);
  if (affine) {
    operands.push_back(g.value(ArrayRef<int64_t>{c}));
    operands.push_back(g.value(ArrayRef<int64_t>{c}));
  }
  std::string attributes = g.segments({1, affine, affine}) + ", eps = 1.0e-2";
  // In training the variance of a batch of one is not a number.
  attributes +=
      g.mode(operands[0] && dl::tensorType(operands[0]).getNumElements() > c);
  if (g.random.chance(0.6) && !g.inLoop()) {
    std::string mean = g.stateEntry("buffer", g.type({c}, g.real()), kTame);
    std::string var = g.stateEntry("buffer", g.type({c}, g.real()), kPositive);
    attributes += ", running_mean = @" + mean + ", running_var = @" + var;
  }
  g.op("batch_norm", operands, attributes, {});
}

static void batchNormTrain(Generator &g) {
  Shape shape = g.shape(2, 4, false, 2000);
  int64_t axis = g.random.chance(0.7) ? 1 : g.random.below(shape.size());
  Shape c = {shape[axis]};
  g.make("batch_norm_train", {g.value(shape), g.value(c), g.value(c)},
         "eps = 1.0e-2, axis = " + std::to_string(axis));
}

static void batchNormEval(Generator &g) {
  Shape shape = g.shape(2, 4, false, 2000);
  int64_t axis = g.random.chance(0.7) ? 1 : g.random.below(shape.size());
  Shape c = {shape[axis]};
  g.make("batch_norm_eval",
         {g.value(shape), g.value(c), g.value(c), g.value(c),
          g.value(c, kPositive)},
         "axis = " + std::to_string(axis));
}

static void normalize(Generator &g) {
  Value x = g.value(1, 4, kTame, false);
  if (!x)
    return;
  Shape axes;
  for (size_t i = 0; i < shapeOf(x).size(); ++i)
    if (g.random.chance(0.5))
      axes.push_back(i);
  if (axes.empty())
    axes.push_back(shapeOf(x).size() - 1);
  g.make("normalize", {x}, "axes = " + g.list(axes) + ", eps = 1.0e-2");
}

/// The operands of a normalisation whose weight and bias have that shape.
static SmallVector<Value> affine(Generator &g, Value x, ArrayRef<int64_t> shape,
                                 int most) {
  SmallVector<Value> operands = {x};
  for (int n = g.random.between(0, most); n > 0; --n)
    operands.push_back(g.value(shape));
  return operands;
}

template <const char *name, int most>
static void trailingNorm(Generator &g) {
  Value x = g.value(1, 4, kTame, false);
  if (!x)
    return;
  Shape shape(shapeOf(x));
  int64_t axis =
      g.random.chance(0.6) ? shape.size() - 1 : g.random.below(shape.size());
  g.op(name, affine(g, x, ArrayRef<int64_t>(shape).drop_front(axis), most),
       "axis = " + std::to_string(axis) + ", eps = 1.0e-2");
}

static void groupNorm(Generator &g) {
  Shape shape = g.shape(2, 4, false, 800);
  int64_t groups = g.random.between(1, 3);
  shape[1] *= groups;
  Value x = g.value(shape);
  if (x)
    g.op("group_norm", affine(g, x, {shape[1]}, 2),
         "groups = " + std::to_string(groups) + ", eps = 1.0e-2");
}

static void instanceNorm(Generator &g) {
  Value x = g.value(3, 4, kTame, false);
  if (x)
    g.op("instance_norm", affine(g, x, {shapeOf(x)[1]}, 2), "eps = 1.0e-2");
}

static void localResponseNorm(Generator &g) {
  Value x = g.value(3, 4, kTame, false);
  if (x)
    g.op("local_response_norm", {x},
         "size = " + std::to_string(g.random.between(1, 5)) +
             ", alpha = 0.5, beta = 0.75, k = 1.5");
}

static void weightNorm(Generator &g) {
  Value v = g.value(1, 4, kTame, false);
  if (!v)
    return;
  Shape shape(shapeOf(v).size(), 1);
  int64_t axis = g.random.below(shape.size());
  shape[axis] = shapeOf(v)[axis];
  g.op("weight_norm", {v, g.value(shape)}, "axis = " + std::to_string(axis));
}

DLC_NAME(layer_norm);
DLC_NAME(rms_norm);

ArrayRef<OpGenerator> dlc::fuzz::normalisationGenerators() {
  static constexpr OpGenerator ops[] = {
      {"batch_norm", batchNorm},
      {"batch_norm_train", batchNormTrain},
      {"batch_norm_eval", batchNormEval},
      {"normalize", normalize},
      {"layer_norm", trailingNorm<k_layer_norm, 2>},
      {"rms_norm", trailingNorm<k_rms_norm, 1>},
      {"group_norm", groupNorm},
      {"instance_norm", instanceNorm},
      {"local_response_norm", localResponseNorm},
      {"weight_norm", weightNorm},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Recurrent layers
//===----------------------------------------------------------------------===//

template <int gates>
static void recurrent(Generator &g) {
  static constexpr const char *names[] = {"", "rnn", "", "gru", "lstm"};
  int64_t t = g.random.pick<int64_t>({1, 2, 3, 5, 7}),
          n = g.random.pick<int64_t>({1, 2, 3, 5}), in = g.random.between(1, 5),
          h = g.random.pick<int64_t>({1, 2, 3, 5});
  int64_t layers = g.random.chance(0.3) ? 2 : 1;
  bool both = g.random.chance(0.3), batchFirst = g.random.chance(0.4);
  int64_t directions = both ? 2 : 1;
  SmallVector<Value> operands = {g.value(
      batchFirst ? ArrayRef<int64_t>{n, t, in} : ArrayRef<int64_t>{t, n, in})};
  bool biased = g.random.chance(0.6);
  int64_t weights = 0;
  for (int64_t layer = 0; layer < layers; ++layer)
    for (int64_t direction = 0; direction < directions; ++direction) {
      int64_t from = layer == 0 ? in : directions * h;
      operands.push_back(g.value(ArrayRef<int64_t>{gates * h, from}));
      operands.push_back(g.value(ArrayRef<int64_t>{gates * h, h}));
      weights += 2;
      if (biased) {
        operands.push_back(g.value(ArrayRef<int64_t>{gates * h}));
        operands.push_back(g.value(ArrayRef<int64_t>{gates * h}));
        weights += 2;
      }
    }
  SmallVector<int64_t> segments = {1, weights};
  bool initial = g.random.chance(0.5);
  for (int state = 0; state < (gates == 4 ? 2 : 1); ++state) {
    segments.push_back(initial);
    if (initial)
      operands.push_back(g.value(ArrayRef<int64_t>{layers * directions, n, h}));
  }
  bool lengths = g.random.chance(0.3);
  segments.push_back(lengths);
  if (lengths)
    operands.push_back(g.indices({n}, t + 2));
  std::string attributes = g.segments(segments);
  attributes += ", layers = " + std::to_string(layers);
  if (both)
    attributes += ", bidirectional";
  if (batchFirst)
    attributes += ", batch_first";
  if (gates == 1 && g.random.chance(0.3))
    attributes += ", nonlinearity = \"relu\"";
  if (g.random.chance(0.1))
    attributes += ", truncate = 2";
  g.make(names[gates], operands, attributes);
}

template <int gates>
static void cell(Generator &g) {
  static constexpr const char *names[] = {"", "rnn_cell", "", "gru_cell",
                                          "lstm_cell"};
  int64_t n = g.extent(), in = g.random.between(1, 5),
          h = g.random.pick<int64_t>({1, 2, 3, 5});
  SmallVector<Value> operands = {g.value(ArrayRef<int64_t>{n, in}),
                                 g.value(ArrayRef<int64_t>{n, h})};
  if (gates == 4)
    operands.push_back(g.value(ArrayRef<int64_t>{n, h}));
  operands.push_back(g.value(ArrayRef<int64_t>{gates * h, in}));
  operands.push_back(g.value(ArrayRef<int64_t>{gates * h, h}));
  if (g.random.chance(0.6)) {
    operands.push_back(g.value(ArrayRef<int64_t>{gates * h}));
    operands.push_back(g.value(ArrayRef<int64_t>{gates * h}));
  }
  g.make(names[gates], operands);
}

ArrayRef<OpGenerator> dlc::fuzz::recurrentGenerators() {
  static constexpr OpGenerator ops[] = {
      {"rnn", recurrent<1>}, {"gru", recurrent<3>}, {"lstm", recurrent<4>},
      {"rnn_cell", cell<1>}, {"gru_cell", cell<3>}, {"lstm_cell", cell<4>},
  };
  return ops;
}
