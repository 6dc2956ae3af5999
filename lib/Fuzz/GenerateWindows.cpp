//===- GenerateWindows.cpp - Convolutions and pooling ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

namespace {

/// The windows of an image along its spatial dimensions.
struct Windows {
  Windows(Generator &g, int rank, bool pooling) {
    static constexpr int64_t sizes[] = {1, 2, 3, 5, 7, 8, 13};
    for (int i = 0; i < rank; ++i) {
      kernel.push_back(g.random.between(1, 3));
      stride.push_back(g.random.between(1, 3));
      dilation.push_back(g.random.chance(0.25) ? 2 : 1);
      padding.push_back(g.random.below(pooling ? kernel.back() / 2 + 1 : 3));
      int64_t reach = dilation[i] * (kernel[i] - 1) + 1;
      do
        image.push_back(g.random.pick<int64_t>(sizes));
      while (image.back() + 2 * padding[i] < reach && (image.pop_back(), true));
      result.push_back((image[i] + 2 * padding[i] - reach) / stride[i] + 1);
    }
  }

  std::string text() const {
    return "stride = " + Generator::list(stride) +
           ", padding = " + Generator::list(padding) +
           ", dilation = " + Generator::list(dilation);
  }

  Shape kernel, stride, padding, dilation, image, result;
};

/// The channels of a convolution.
struct Channels {
  explicit Channels(Generator &g) {
    groups = g.random.chance(0.3) ? g.random.between(2, 3) : 1;
    in = groups * g.random.pick<int64_t>({1, 1, 2, 3, 5});
    out = groups * g.random.pick<int64_t>({1, 2, 3, 5, 17});
    batch = g.random.between(1, 3);
  }
  std::string text() const {
    return groups == 1 ? "" : ", groups = " + std::to_string(groups);
  }
  int64_t groups, in, out, batch;
};

} // namespace

static Shape join(std::initializer_list<int64_t> front,
                  ArrayRef<int64_t> back) {
  Shape result(front);
  result.append(back.begin(), back.end());
  return result;
}

static void conv(Generator &g, StringRef name, int rank) {
  Windows w(g, rank, false);
  Channels c(g);
  SmallVector<Value> operands = {
      g.value(join({c.batch, c.in}, w.image)),
      g.value(join({c.out, c.in / c.groups}, w.kernel))};
  if (g.random.chance(0.5))
    operands.push_back(g.value(ArrayRef<int64_t>{c.out}));
  g.op(name, operands, w.text() + c.text());
}

static void conv1d(Generator &g) { conv(g, "conv1d", 1); }
static void conv2d(Generator &g) { conv(g, "conv2d", 2); }
static void conv3d(Generator &g) { conv(g, "conv3d", 3); }

static void convInputGrad(Generator &g) {
  Windows w(g, 2, false);
  Channels c(g);
  g.op("conv2d_input_grad",
       {g.value(join({c.batch, c.out}, w.result)),
        g.value(join({c.out, c.in / c.groups}, w.kernel))},
       w.text() + c.text(), {g.type(join({c.batch, c.in}, w.image), g.real())});
}

static void convFilterGrad(Generator &g) {
  Windows w(g, 2, false);
  Channels c(g);
  g.op("conv2d_filter_grad",
       {g.value(join({c.batch, c.in}, w.image)),
        g.value(join({c.batch, c.out}, w.result))},
       w.text() + c.text(),
       {g.type(join({c.out, c.in / c.groups}, w.kernel), g.real())});
}

static void convTranspose(Generator &g) {
  Windows w(g, 2, false);
  Channels c(g);
  SmallVector<Value> operands = {
      g.value(join({c.batch, c.out}, w.result)),
      g.value(join({c.out, c.in / c.groups}, w.kernel))};
  if (g.random.chance(0.5))
    operands.push_back(g.value(ArrayRef<int64_t>{c.in}));
  Shape extra;
  for (int i = 0; i < 2; ++i)
    extra.push_back(g.random.below(std::max(w.stride[i], w.dilation[i])));
  g.op("conv_transpose2d", operands,
       w.text() + c.text() + ", output_padding = " + g.list(extra));
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static std::string poolText(Generator &g, const Windows &w, bool dilated) {
  std::string text = "kernel = " + g.list(w.kernel) +
                     ", stride = " + g.list(w.stride) +
                     ", padding = " + g.list(w.padding);
  if (dilated)
    text += ", dilation = " + g.list(w.dilation);
  if (g.random.chance(0.2))
    text += ", ceil_mode";
  return text;
}

static Shape imageShape(Generator &g, const Windows &w) {
  return join({g.random.between(1, 3), g.random.pick<int64_t>({1, 2, 5, 17})},
              w.image);
}

template <int rank>
static void maxPool(Generator &g) {
  Windows w(g, rank, true);
  Shape image = imageShape(g, w);
  g.op(rank == 1 ? "max_pool1d" : "max_pool2d", {g.value(image)},
       poolText(g, w, true));
}

template <int rank>
static void avgPool(Generator &g) {
  Windows w(g, rank, true);
  for (int i = 0; i < rank; ++i)
    if (w.image[i] + 2 * w.padding[i] < w.kernel[i])
      return;
  Shape image = imageShape(g, w);
  std::string text = poolText(g, w, false);
  if (g.random.chance(0.4))
    text += ", count_include_pad = false";
  if (rank == 2 && g.random.chance(0.2))
    text += ", divisor_override = 3";
  g.op(rank == 1 ? "avg_pool1d" : "avg_pool2d", {g.value(image)}, text);
}

/// max_pool2d_with_index, and what takes its index.
static void indexed(Generator &g, StringRef then) {
  Windows w(g, 2, true);
  Shape image = imageShape(g, w);
  std::string text = poolText(g, w, true);
  Operation *pool = g.make("max_pool2d_with_index", {g.value(image)}, text);
  if (!pool || then.empty())
    return;
  Value index = pool->getResult(1);
  auto pooled = dl::tensorType(pool->getResult(0));
  if (then == "max_pool2d_scatter")
    g.op(then, {g.value(pooled), index}, text, {g.type(image, g.real())});
  else
    g.op(then, {g.value(image), index}, text, {pooled});
}
static void maxPoolIndex(Generator &g) { indexed(g, ""); }
static void maxPoolScatter(Generator &g) { indexed(g, "max_pool2d_scatter"); }
static void maxPoolGather(Generator &g) { indexed(g, "max_pool2d_gather"); }

static Value image(Generator &g) {
  Windows w(g, 2, true);
  Shape shape = imageShape(g, w);
  return g.value(shape);
}
static void globalAvgPool(Generator &g) {
  g.op("global_avg_pool2d", {image(g)});
}
static void globalMaxPool(Generator &g) {
  g.op("global_max_pool2d", {image(g)});
}

static void adaptiveAvgPool(Generator &g) {
  Value x = image(g);
  g.op("adaptive_avg_pool2d", {x},
       "output_size = " +
           g.list({g.random.between(1, 5), g.random.between(1, 5)}));
}

static void kMaxPool(Generator &g) {
  Value x = g.value(1, 3, kTame, false);
  if (!x)
    return;
  auto type = dl::tensorType(x);
  int64_t axis = g.random.below(type.getRank());
  g.op("k_max_pool", {x},
       "axis = " + std::to_string(axis) + ", k = " +
           std::to_string(g.random.between(1, type.getDimSize(axis))));
}

ArrayRef<OpGenerator> dlc::fuzz::windowGenerators() {
  static constexpr OpGenerator ops[] = {
      {"conv1d", conv1d},
      {"conv2d", conv2d},
      {"conv3d", conv3d},
      {"conv2d_input_grad", convInputGrad},
      {"conv2d_filter_grad", convFilterGrad},
      {"conv_transpose2d", convTranspose},
      {"max_pool1d", maxPool<1>},
      {"max_pool2d", maxPool<2>},
      {"avg_pool1d", avgPool<1>},
      {"avg_pool2d", avgPool<2>},
      {"max_pool2d_with_index", maxPoolIndex},
      {"max_pool2d_scatter", maxPoolScatter},
      {"max_pool2d_gather", maxPoolGather},
      {"global_avg_pool2d", globalAvgPool},
      {"global_max_pool2d", globalMaxPool},
      {"adaptive_avg_pool2d", adaptiveAvgPool},
      {"k_max_pool", kMaxPool},
  };
  return ops;
}
