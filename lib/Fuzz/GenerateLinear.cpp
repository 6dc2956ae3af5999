//===- GenerateLinear.cpp - Reductions, products, sparse matrices ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Some dimensions, or none for all.
static std::string axes(Generator &g, int64_t rank) {
  Shape axes;
  for (int64_t i = 0; i < rank; ++i)
    if (g.random.chance(0.45))
      axes.push_back(i);
  return "axes = " + g.list(axes) + (g.random.chance(0.3) ? ", keep_dims" : "");
}

static int64_t rankOf(Value value) { return dl::tensorType(value).getRank(); }

/// A value to reduce: at times one long enough to be reduced in parts.
static Value reduced(Generator &g, Bounds range = kTame, bool empty = true) {
  if (!g.random.chance(0.15))
    return g.value(0, 4, range, empty);
  int64_t length = g.random.pick<int64_t>({1000, 3000, 5000, 10000, 20000});
  Shape shape = {length};
  if (g.random.chance(0.5))
    shape.insert(shape.begin() + g.random.below(2), g.random.between(1, 3));
  return g.source(g.type(shape, g.real()), range);
}

template <const char *name, bool empty>
static void reduce(Generator &g) {
  Value x = reduced(g, kTame, empty);
  if (x)
    g.op(name, {x}, axes(g, rankOf(x)));
}

static void reduceProd(Generator &g) {
  Value x = g.value(0, 3, kPositive);
  if (x)
    g.op("reduce_prod", {x}, axes(g, rankOf(x)));
}

static void var(Generator &g) {
  Value x = reduced(g, kTame, false);
  if (x)
    g.op("var", {x},
         axes(g, rankOf(x)) +
             ", correction = " + std::to_string(g.random.below(2)));
}

static void norm(Generator &g) {
  Value x = reduced(g, kTame, false);
  static constexpr const char *orders[] = {"2.0",
                                           "1.0",
                                           "3.0",
                                           "0x7FF0000000000000 : f64",
                                           "0xFFF0000000000000 : f64",
                                           "0.0",
                                           "0.5"};
  if (x)
    g.op("norm", {x},
         axes(g, rankOf(x)) + ", p = " + g.random.pick<const char *>(orders));
}

template <const char *name>
static void arg(Generator &g) {
  Value x = g.value(1, 3, kTame, false);
  if (x)
    g.op(name, {x},
         "axis = " + std::to_string(g.random.below(rankOf(x))) +
             (g.random.chance(0.3) ? ", keep_dims" : ""));
}

template <const char *name>
static void logical(Generator &g) {
  Value x = g.booleans(g.shape(0, 3));
  if (x)
    g.op(name, {x}, axes(g, rankOf(x)));
}

static void countEqual(Generator &g) {
  Shape shape = g.shape(0, 2);
  Type element = g.indexType();
  Value a = g.indices(shape, 3, element);
  g.op("count_equal", {a, g.indices(shape, 3, element)});
}

#define DLC_NAME(x) static constexpr char k_##x[] = #x
DLC_NAME(reduce_sum);
DLC_NAME(reduce_max);
DLC_NAME(reduce_min);
DLC_NAME(argmax);
DLC_NAME(argmin);
DLC_NAME(mean);
DLC_NAME(logsumexp);
DLC_NAME(any);
DLC_NAME(all);

ArrayRef<OpGenerator> dlc::fuzz::reductionGenerators() {
  static constexpr OpGenerator ops[] = {
      {"reduce_sum", reduce<k_reduce_sum, true>},
      {"reduce_max", reduce<k_reduce_max, false>},
      {"reduce_min", reduce<k_reduce_min, false>},
      {"argmax", arg<k_argmax>},
      {"argmin", arg<k_argmin>},
      {"reduce_prod", reduceProd},
      {"mean", reduce<k_mean, false>},
      {"var", var},
      {"logsumexp", reduce<k_logsumexp, false>},
      {"norm", norm},
      {"any", logical<k_any>},
      {"all", logical<k_all>},
      {"count_equal", countEqual},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static void matmul(Generator &g) {
  int64_t m = g.extent(), k = g.extent(), n = g.extent();
  bool ta = g.random.chance(0.3), tb = g.random.chance(0.3);
  Shape a, b;
  if (g.random.chance(0.3)) {
    Shape batch = g.shape(1, 2, true, 6);
    m = std::min<int64_t>(m, 13), n = std::min<int64_t>(n, 13);
    k = std::min<int64_t>(k, 13);
    int which = g.random.below(4);
    if (which != 0)
      a = batch;
    if (which != 1)
      b = batch;
  }
  a.append({ta ? k : m, ta ? m : k});
  b.append({tb ? n : k, tb ? k : n});
  std::string attributes = ta ? "transpose_a" : "";
  if (tb)
    attributes += ta ? ", transpose_b" : "transpose_b";
  g.op("matmul", {g.value(a), g.value(b)}, attributes);
}

static void linear(Generator &g) {
  Value x = g.value(1, 4);
  if (!x)
    return;
  int64_t in = dl::tensorType(x).getShape().back(), out = g.extent();
  if (dl::tensorType(x).getNumElements() / std::max<int64_t>(in, 1) * out >
      10000)
    return;
  SmallVector<Value> operands = {x, g.value(ArrayRef<int64_t>{out, in})};
  if (g.random.chance(0.6))
    operands.push_back(g.value(ArrayRef<int64_t>{out}));
  g.op("linear", operands);
}

//===----------------------------------------------------------------------===//
// Sparse matrices
//===----------------------------------------------------------------------===//

namespace {
struct Sparse {
  Value indptr, indices;
  int64_t entries;
};
} // namespace

/// Constants that hold the places of a sparse matrix.
static Sparse sparse(Generator &g, int64_t rows, int64_t columns) {
  SmallVector<int64_t> starts = {0}, places;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t column = 0; column < columns; ++column)
      if (g.random.chance(0.3))
        places.push_back(column);
    starts.push_back(places.size());
  }
  if (g.random.chance(0.2))
    places.push_back(0); // behind the last row
  Type element = g.random.chance(0.5) ? g.integer(32) : g.integer(64);
  auto constant = [&](ArrayRef<int64_t> numbers) {
    SmallVector<APInt> values;
    for (int64_t number : numbers)
      values.emplace_back(element.getIntOrFloatBitWidth(), number);
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "value = "
       << DenseElementsAttr::get(g.type({int64_t(numbers.size())}, element),
                                 values);
    return g.op("constant", {}, text);
  };
  Value indptr = constant(starts);
  return {indptr, constant(places), int64_t(places.size())};
}

static void spmm(Generator &g) {
  int64_t rows = g.random.between(1, 7), columns = g.random.between(1, 7),
          width = g.extent();
  bool transpose = g.random.chance(0.4);
  Sparse a = sparse(g, rows, columns);
  Value values = g.value(ArrayRef<int64_t>{a.entries});
  Value other = g.value(ArrayRef<int64_t>{transpose ? rows : columns, width});
  g.op("spmm", {a.indptr, a.indices, values, other},
       transpose ? "transpose" : "",
       {g.type({transpose ? columns : rows, width}, g.real())});
}

static void sddmm(Generator &g) {
  int64_t rows = g.random.between(1, 7), columns = g.random.between(1, 7),
          width = g.extent();
  Sparse a = sparse(g, rows, columns);
  g.op("sddmm", {a.indptr, a.indices, g.value(ArrayRef<int64_t>{rows, width}),
                 g.value(ArrayRef<int64_t>{columns, width})});
}

static void gcnConv(Generator &g) {
  int64_t nodes = g.random.between(1, 7), in = g.random.between(1, 7),
          out = g.random.between(1, 7);
  Sparse a = sparse(g, nodes, nodes);
  SmallVector<Value> operands = {g.value(ArrayRef<int64_t>{nodes, in}),
                                 g.value(ArrayRef<int64_t>{out, in})};
  if (g.random.chance(0.6))
    operands.push_back(g.value(ArrayRef<int64_t>{out}));
  operands.push_back(a.indptr);
  operands.push_back(a.indices);
  g.op("gcn_conv", operands,
       g.random.chance(0.3) ? "add_self_loops = false" : "");
}

ArrayRef<OpGenerator> dlc::fuzz::linearGenerators() {
  static constexpr OpGenerator ops[] = {
      {"matmul", matmul}, {"linear", linear},    {"spmm", spmm},
      {"sddmm", sddmm},   {"gcn_conv", gcnConv},
  };
  return ops;
}
