//===- Programs.cpp - Programs that use all of dlc::nn --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Programs.h"

#include "dlc/Models/Functional.h"
#include "dlc/Models/Layers.h"
#include "dlc/Models/Schedules.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

/// One number that depends on all of these.
static Tensor total(ArrayRef<Tensor> tensors) {
  Tensor result;
  for (Tensor tensor : tensors) {
    Type f32 = Float32Type::get(tensor.program().context());
    Tensor number =
        tensor.type().getElementType() == f32 ? tensor : cast(tensor, f32);
    result = result ? result + sum(number) : sum(number);
  }
  return result;
}

static Tensor elementwise(Program &, Tensor x) {
  using UnaryFunction = Tensor (*)(Tensor);
  Tensor all = x;
  for (UnaryFunction f : std::initializer_list<UnaryFunction>{
           nn::exp,   nn::log,   nn::sqrt,    rsqrt,     nn::abs,   sign,
           nn::log1p, nn::expm1, reciprocal,  square,    nn::sin,   nn::cos,
           nn::tanh,  nn::erf,   nn::floor,   nn::ceil,  nn::round, relu,
           relu6,     selu,      hardSigmoid, hardSwish, sigmoid,   silu,
           mish,      softsign})
    all = all + f(x);
  Tensor isGreater = compare(dl::Predicate::gt, x, -x);
  Tensor isSmall = compare(dl::Predicate::lt, x, x / x);
  Tensor some = logicalOr(logicalAnd(isGreater, isSmall),
                          logicalXor(isGreater, logicalNot(isSmall)));
  return total({all, leakyRelu(x), elu(x), hardtanh(x), softplus(x), gelu(x),
                gelu(x, true), maximum(x, minimum(x * 2.0, x - x)),
                clamp(x, -1.0, std::nullopt) / (x + 1.0), any(some),
                nn::all(some, {0}), where(some, x, stopGradient(x) - 1.0),
                nn::pow(x, mean(x))});
}

static Tensor softmaxes(Program &program, Tensor x) {
  x = logSoftmax(softmax(x), 0);
  Tensor slopes = full(program, {6}, 0.25);
  Tensor hard = gumbelSoftmax(x, 0.5, true);
  Tensor soft = gumbelSoftmax(x, full(program, {}, 0.5));
  return total({maxout(x, 2), prelu(x, slopes), hard, gumbelSoftmax(x), soft});
}

static Tensor shapes(Program &program, Tensor x) {
  x = concat(nn::split(x, {2, 4}, 1), -1);
  x = pad(x, {1, 0}, {0, 2}, 1.0, {0, 1}); // 5 x 13
  x = slice(x, {0, 1}, {5, 6}, {1, 2});
  x = reverse(permute(x, {1, 0}), {0, 1}); // 6 x 5
  x = replicationPad(reflectionPad(x, {1, 0}, {1, 2}), {1, 1}, {0, 0});
  x = circularPad(x, {0, 1}, {2, 0}); // 11 x 9
  Tensor row = iota(program, {1, 9}, 1), all = broadcastTo(row, {3, 11, 9});
  Tensor stacked = stack({x, x, x}, 0) + all;
  Type f32 = Float32Type::get(program.context());
  auto numbers = DenseElementsAttr::get(RankedTensorType::get({2}, f32),
                                        ArrayRef<float>{1, 2});
  return total({flatten(stacked), flatten(stacked, 0, 1), reshape(x, {99}),
                unblock(stacked), constant(program, numbers)});
}

static Tensor reductions(Program &, Tensor x) {
  Tensor places = argmax(x, 1), least = argmin(x, 1, /*keepDims=*/true);
  Tensors sorted = nn::sort(x);
  return total({sum(x, {-1}, true), prod(x), var(x), amax(x, {0}), amin(x),
                logsumexp(x), nn::norm(x, {1}, 1), places, least,
                countEqual(places, places), sorted[0],
                argsort(x, 0, /*descending=*/true), topK(x, 2, 1, false)[1],
                cumsum(x, 1, true, true)});
}

static Tensor products(Program &program, Tensor x) {
  Tensor y = matmul(x, x, false, true); // 4 x 4
  Tensor heads = stack({y, y}, 0);
  Tensor attention = scaledDotProductAttention(heads, heads, heads, {}, true);
  Tensor lse = flashAttention(heads, heads, heads, {}, true)[1];
  return total({attention, lse, linear(x, full(program, {3, 6}, 0.5))});
}

/// Of 2 x 4 x 9 x 8.
static Tensor windows(Program &program, Tensor x) {
  auto filter = [&](ArrayRef<int64_t> shape) {
    return full(program, shape, 0.1);
  };
  Tensor row = flatten(x, 2); // 2 x 4 x 72
  Tensor box = reshape(x, {2, 4, 9, 4, 2});
  return total(
      {conv1d(row, filter({6, 2, 3}), {}, 2, 1, 1, 2),
       conv2d(x, filter({3, 4, 3, 2}), filter({3}), {2, 1}, {1, 0}, {1, 2}),
       conv3d(box, filter({2, 4, 3, 2, 1}), {}, {2, 1, 1}, {1, 0, 0}),
       convTranspose2d(x, filter({4, 3, 3, 2}), {}, {2, 1}, 0, {1, 0}),
       maxPool1d(row, 3, 2, 1, 1, true), avgPool1d(row, 3, 2, 1, true, false),
       maxPool2d(x, {3, 2}, {2, 1}, {1, 0}), maxPool2dWithIndex(x, 2)[1],
       avgPool2d(x, {3, 2}, 2, {1, 0}, true, false, 5),
       adaptiveAvgPool2d(x, 3, 3), globalAvgPool2d(x), globalMaxPool2d(x),
       kMaxPool(row, 3, -1)});
}

/// Of 2 x 4 x 9 x 8.
static Tensor normalisation(Program &program, Tensor x) {
  Tensor ones = full(program, {4}, 1), row = full(program, {8}, 1);
  Tensor p = full(program, {}, 0.3);
  return total(
      {normalize(x, {1, 3})[0], layerNorm(x, -1, row, row), layerNorm(x, 1),
       rmsNorm(x, -1, row, 1e-3), rmsNorm(x, 2), groupNorm(x, 2, ones, ones),
       instanceNorm(x, ones, ones), localResponseNorm(x, 3, 1e-3),
       weightNorm(full(program, {4, 3}, 0.5), full(program, {1, 3}, 1), -1),
       dropout(x), dropout2d(x, 0.1), alphaDropout(x), featureAlphaDropout(x),
       dropout(x, p), dropout2d(x, p), alphaDropout(x, p),
       featureAlphaDropout(x, p)});
}

static Tensor tables(Program &program, Tensor x) {
  Type i32 = program.attributes().getI32Type();
  Tensor index = checkIndex(iota(program, {4}, 0, i32), 4);
  Tensor places = broadcastTo(reshape(index, {4, 1}), {4, 6});
  Rows rows{iota(program, {5}, 0, i32), index};
  Tensors parts = unique(cast(index, program.attributes().getI64Type()), 4);
  Tensor values = sddmm(rows, x, x);
  return total(
      {embedding(x, index, 0), indexSelect(x, index, 1),
       nn::gather(x, places, 1), indexAdd(x, 0, index, x),
       scatterAdd(x, 1, places, x), indexCopy(x, parts[0], x), oneHot(index, 5),
       spmm(rows, values, x), spmmTransposed(rows, values, x, 4),
       gcnConv(x, full(program, {3, 6}, 0.1), rows, full(program, {3}, 0))});
}

static Tensor draws(Program &program, Tensor x) {
  Type i1 = program.attributes().getI1Type();
  return total({uniform(program, {3}, -1, 2), normal(program, {3}, 1, 0.5),
                gumbel(program, {2}), bernoulli(program, {3}, 0.5, i1),
                bernoulli(sigmoid(x)), categorical(x),
                permutation(program, 5)});
}

static Tensor losses(Program &program, Tensor x) {
  Tensor labels = argmax(x, 1), weights = full(program, {6}, 2);
  Tensor loss =
      total({crossEntropy(x, labels, weights), nll(x, labels), mse(x, x),
             l1(x, x), smoothL1(x, x, Reduction::Sum, 0.5),
             huber(x, x, Reduction::None, 2), hinge(x, x), bce(sigmoid(x), x),
             bceWithLogits(x, x, Reduction::Mean, weights),
             klDiv(x, x, Reduction::BatchMean, true)});
  Tensors gradients = nn::gradient(loss, {x});
  Tensors clipped = clipByGlobalNorm(gradients, full(program, {}, 1));
  return total({clipped[0], clipped[1], countCorrect(x, labels)});
}

static Tensor loops(Program &program, Tensor x) {
  return program.scan(4, {full(program, {6}, 0)}, {x}, {},
                      [](auto carried, auto slices, auto) -> ScanStep {
                        Tensor h = nn::tanh(carried[0] + slices[0]);
                        return {{h}, {}};
                      })[0];
}

/// Of 2 x 3 x 8 x 8.
static Tensor imageLayers(Program &program, Tensor x) {
  Scope root = program.root();
  Conv2d conv(root / "conv", 3, 8, {3, 5}, {2, {1, 2}});
  Conv2d depthwise(root / "depthwise", 8, 8, 3, {1, 1, 1, 8, false});
  ConvTranspose2d up(root / "up", 8, 4, 2, {2}, {0, 1});
  Conv3d box(root / "box", 4, 2, {1, 2, 3});
  BatchNorm bn(root / "bn", 8), bare(root / "bare", 8, 1e-3, 0.1, false, false);
  GroupNorm gn(root / "gn", 2, 8);
  InstanceNorm in(root / "in", 8, 1e-5, true);
  Prelu activation(root / "prelu", 8);
  WeightNorm norm(root / "normed", {5, 8, 1, 1},
                  parseAttribute("#dl.kaiming_normal<>", program.context()));
  Sequential body({conv, bn, bare, activation, depthwise, gn, in});
  x = body(x); // 2 x 8 x 4 x 4
  Tensor normed = conv2d(x, norm());
  x = up(x); // 2 x 4 x 8 x 9
  return total({normed, box(reshape(x, {2, 4, 8, 3, 3}))});
}

/// Of 5 x 2 x 6.
static Tensor sequenceLayers(Program &program, Tensor x) {
  Scope root = program.root();
  using Kind = RecurrentKind;
  Conv1d conv(root / "conv", 2, 2, 3, {1, 1});
  LayerNorm ln(root / "ln", {6}), plain(root / "plain", {2, 6}, 1e-3, false);
  RmsNorm rms(root / "rms", {6});
  Recurrent lstm(root / "lstm", Kind::Lstm, 6, 5, 2, true);
  RecurrentOptions options{/*bias=*/false, /*batchFirst=*/true, /*relu=*/true,
                           /*truncate=*/2};
  Recurrent rnn(root / "rnn", Kind::Rnn, 10, 3, 1, false, options);
  Recurrent gru(root / "gru", Kind::Gru, 3, 4);
  RecurrentCell rnnCell(root / "rnn_cell", Kind::Rnn, 4, 4, options);
  RecurrentCell lstmCell(root / "lstm_cell", Kind::Lstm, 4, 4);
  RecurrentCell gruCell(root / "gru_cell", Kind::Gru, 4, 4);
  Tensor state = full(program, {4, 2, 5}, 0.5);
  Tensor lengths = full(program, {2}, 3, program.attributes().getI64Type());
  x = plain(rms(ln(conv(x))));
  x = lstm(x, {state, state, lengths})[0]; // 5 x 2 x 10
  x = rnn(permute(x, {1, 0, 2}))[0];       // 2 x 5 x 3
  Tensor h = reshape(gru(permute(x, {1, 0, 2}))[1], {2, 4});
  h = rnnCell(h, h)[0];
  Tensors both = lstmCell(h, h, h);
  return total({gruCell(both[0], both[1])[0]});
}

static Tensor tableLayers(Program &program, Tensor x) {
  Scope root = program.root();
  Type i32 = program.attributes().getI32Type();
  Tensor index = iota(program, {4}, 0, i32);
  Embedding embedding(root / "embedding", 11, 3, 0, /*sparse=*/true);
  GcnConv gcn(root / "gcn", 6, 2);
  Linear linear(root / "linear", 6, 2);
  return total({embedding(index), linear(x),
                gcn(x, Rows{iota(program, {5}, 0, i32), index})});
}

static Tensor schedules(Program &program, Tensor x) {
  Tensor t = program.stepCount(), lr = sum(x);
  return total({constantLr(lr, t), linearLr(lr, t), stepLr(lr, t, 3),
                multiStepLr(lr, t, {3, 9}), exponentialLr(lr, t, 0.5),
                polynomialLr(lr, t), inverseSqrtLr(lr, t, 40),
                cosineAnnealingLr(lr, t, 9),
                cosineAnnealingWarmRestarts(lr, t, 4), oneCycleLr(lr, t, 9)});
}

/// The state, functions, and a step of descent.
static void training(Program &program) {
  Scope root = program.root();
  MLIRContext *context = program.context();
  State weight = program.parameter(
      root / "weight", {6}, parseAttribute("#dl.uniform<0.0, 1.0>", context));
  State seen = program.buffer(root / "seen", {6}, dl::ZerosAttr::get(context));
  program.hyperParameter("lr", 0.1);
  program.optimizer("sgd", parseAttribute("#dl.sgd<>", context));
  Function net = program.function(
      "net", {program.tensor({4, 6})},
      [&](auto in) -> Tensors { return {dropout(in[0] * weight.read())}; });
  program.step(
      "train", {{"x", program.tensor({4, 6})}}, [&](auto in) -> Outputs {
        Tensor y = net({in[0]}, Mode::Train)[0];
        Tensor loss = mse(y, in[0]);
        seen.write(seen.read() + sum(y, {0}));
        program.minimize(loss, "sgd", {"*"}, program.readHyperParameter("lr"));
        return {{"loss", loss}};
      });
}

/// A program whose one step returns what this makes of an input, in mode train.
static std::function<void(Program &)> step(ArrayRef<int64_t> input,
                                           Tensor (*body)(Program &, Tensor)) {
  return [input = Shape(input), body](Program &program) {
    RankedTensorType type = program.tensor(input);
    Function net = program.function("net", type, [&](auto in) -> Tensors {
      return {body(program, in[0])};
    });
    program.step("s", {{"x", type}}, [&](auto in) -> Outputs {
      return {{"y", net(in[0], Mode::Train)[0]}};
    });
  };
}

ArrayRef<ExampleProgram> examplePrograms() {
  static const ExampleProgram programs[] = {
      {"Elementwise", step({4, 6}, elementwise)},
      {"Softmaxes", step({4, 6}, softmaxes)},
      {"Shapes", step({4, 6}, shapes)},
      {"Reductions", step({4, 6}, reductions)},
      {"Products", step({4, 6}, products)},
      {"Windows", step({2, 4, 9, 8}, windows)},
      {"Normalisation", step({2, 4, 9, 8}, normalisation)},
      {"Tables", step({4, 6}, tables)},
      {"Draws", step({4, 6}, draws)},
      {"Losses", step({4, 6}, losses)},
      {"Loops", step({4, 6}, loops)},
      {"ImageLayers", step({2, 3, 8, 8}, imageLayers)},
      {"SequenceLayers", step({5, 2, 6}, sequenceLayers)},
      {"TableLayers", step({4, 6}, tableLayers)},
      {"Schedules", step({4, 6}, schedules)},
      {"Training", training}};
  return programs;
}
