//===- GenerateShape.cpp - Ops that move elements, sorting, tables --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// A value of any element type.
static Value any(Generator &g, int leastRank, int mostRank, bool empty = true) {
  if (!g.random.chance(0.15))
    return g.value(leastRank, mostRank, kTame, empty);
  if (g.random.chance(0.5))
    if (Value found = g.existing([&](Value v) {
          auto type = dl::tensorType(v);
          return type.getRank() >= leastRank && type.getRank() <= mostRank &&
                 (empty || type.getNumElements() > 0) &&
                 type.getNumElements() <= 5000;
        }))
      return found;
  Type element =
      g.random.pick<Type>({g.boolean(), g.integer(8), g.integer(8, true),
                           g.integer(32), g.integer(64)});
  return g.source(g.type(g.shape(leastRank, mostRank, empty), element),
                  element == g.boolean() ? Bounds{0, 1} : Bounds{-5, 5});
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return dl::tensorType(value).getShape();
}

static std::string axis(int64_t number) {
  return "axis = " + std::to_string(number);
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

static void constant(Generator &g) {
  Shape shape = g.shape(0, 2, true, 40);
  int64_t elements = 1;
  for (int64_t e : shape)
    elements *= e;
  SmallVector<double> values;
  for (int64_t i = 0; i < elements; ++i)
    values.push_back(g.random.between(-16, 16) / 8.0);
  auto type = g.type(shape, g.real());
  Attribute attr;
  if (g.real().isF32()) {
    SmallVector<float> narrow(values.begin(), values.end());
    attr = DenseElementsAttr::get(type, ArrayRef<float>(narrow));
  } else {
    attr = DenseElementsAttr::get(type, ArrayRef<double>(values));
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "value = " << attr;
  if (Value made = g.op("constant", {}, text))
    g.setRange(made, {-2, 2});
}

static void reshape(Generator &g) {
  Value x = any(g, 0, 4);
  if (!x)
    return;
  Shape shape(shapeOf(x));
  for (int change = g.random.between(1, 2); change > 0; --change) {
    int64_t rank = shape.size();
    switch (g.random.below(4)) {
    case 0: // one dimension for two
      if (rank >= 2) {
        int64_t i = g.random.below(rank - 1);
        shape[i] *= shape[i + 1];
        shape.erase(shape.begin() + i + 1);
      }
      break;
    case 1: // two for one
      if (rank >= 1 && rank < 5) {
        int64_t i = g.random.below(rank);
        for (int64_t factor : {3, 2, 5, 7})
          if (shape[i] % factor == 0 && shape[i] > 0) {
            shape[i] /= factor;
            shape.insert(shape.begin() + i + g.random.below(2), factor);
            break;
          }
      }
      break;
    case 2:
      if (rank < 5)
        shape.insert(shape.begin() + g.random.below(rank + 1), 1);
      break;
    default:
      shape = {dl::tensorType(x).getNumElements()};
    }
  }
  g.op("reshape", {x}, "", {g.type(shape, dl::tensorType(x).getElementType())});
}

static void flatten(Generator &g) {
  Value x = any(g, 1, 4);
  if (!x)
    return;
  Shape shape(shapeOf(x));
  int64_t rank = shape.size();
  int64_t start = g.random.below(rank), end = g.random.between(start, rank - 1);
  Shape result(shape.begin(), shape.begin() + start);
  int64_t joined = 1;
  for (int64_t i = start; i <= end; ++i)
    joined *= shape[i];
  result.push_back(joined);
  result.append(shape.begin() + end + 1, shape.end());
  g.op("flatten", {x},
       "start_axis = " + std::to_string(start) +
           ", end_axis = " + std::to_string(end),
       {g.type(result, dl::tensorType(x).getElementType())});
}

static Shape permutation(Generator &g, int64_t n) {
  Shape perm;
  for (int64_t i = 0; i < n; ++i)
    perm.push_back(i);
  for (int64_t i = n; i > 1; --i)
    std::swap(perm[i - 1], perm[g.random.below(i)]);
  return perm;
}

static void transpose(Generator &g) {
  Value x = any(g, 1, 4);
  if (x)
    g.op("transpose", {x},
         "perm = " + g.dense(permutation(g, shapeOf(x).size())));
}

static void unblock(Generator &g) {
  if (Value x = any(g, 2, 4))
    g.op("unblock", {x});
}

static void broadcast(Generator &g) {
  Value x = any(g, 0, 3);
  if (!x)
    return;
  Shape result, dims;
  int64_t elements = dl::tensorType(x).getNumElements();
  auto grow = [&] {
    while (result.size() < 5 && g.random.chance(0.45)) {
      int64_t e = g.extent();
      if (elements * e > 4000)
        break;
      elements *= e;
      result.push_back(e);
    }
  };
  grow();
  for (int64_t extent : shapeOf(x)) {
    dims.push_back(result.size());
    result.push_back(extent);
    grow();
  }
  g.op("broadcast", {x}, "dims = " + g.dense(dims),
       {g.type(result, dl::tensorType(x).getElementType())});
}

static void pad(Generator &g) {
  Value x = any(g, 1, 4);
  if (!x)
    return;
  Shape low, high, interior;
  for (size_t i = 0; i < shapeOf(x).size(); ++i) {
    bool padded = g.random.chance(0.5);
    low.push_back(padded ? g.random.below(3) : 0);
    high.push_back(padded ? g.random.below(3) : 0);
    interior.push_back(padded && g.random.chance(0.3) ? g.random.below(3) : 0);
  }
  std::string attributes =
      "low = " + g.dense(low) + ", high = " + g.dense(high);
  if (g.random.chance(0.4))
    attributes += ", interior = " + g.dense(interior);
  if (g.random.chance(0.3))
    attributes += ", value = 1.0";
  g.op("pad", {x}, attributes);
}

enum class Edge { Reflection, Replication, Circular };
template <Edge edge>
static void edgePad(Generator &g) {
  Value x = any(g, 1, 4, false);
  if (!x)
    return;
  Shape low, high;
  for (int64_t extent : shapeOf(x)) {
    int64_t most = edge == Edge::Reflection ? extent - 1
                   : edge == Edge::Circular ? extent
                                            : 3;
    most = g.random.chance(0.5) ? std::min<int64_t>(most, 3) : 0;
    low.push_back(g.random.between(0, most));
    high.push_back(g.random.between(0, most));
  }
  g.op(edge == Edge::Reflection    ? "reflection_pad"
       : edge == Edge::Replication ? "replication_pad"
                                   : "circular_pad",
       {x}, "low = " + g.dense(low) + ", high = " + g.dense(high));
}

static void slice(Generator &g) {
  Value x = any(g, 1, 4, false);
  if (!x)
    return;
  Shape offsets, sizes, strides;
  bool strided = g.random.chance(0.4);
  for (int64_t extent : shapeOf(x)) {
    int64_t stride = strided ? g.random.between(1, 3) : 1;
    int64_t offset = g.random.chance(0.5) ? g.random.below(extent) : 0;
    int64_t most = (extent - offset + stride - 1) / stride;
    offsets.push_back(offset);
    sizes.push_back(g.random.chance(0.4) ? most : g.random.between(1, most));
    strides.push_back(stride);
  }
  if (g.random.chance(0.02))
    sizes[g.random.below(sizes.size())] = 0;
  g.op("slice", {x},
       "offsets = " + g.dense(offsets) + ", sizes = " + g.dense(sizes) +
           (strided ? ", strides = " + g.dense(strides) : ""));
}

static void concat(Generator &g) {
  Value x = any(g, 1, 4);
  if (!x)
    return;
  auto type = dl::tensorType(x);
  int64_t along = g.random.below(type.getRank());
  bool interleaved = g.random.chance(0.2);
  SmallVector<Value> operands = {x};
  for (int more = g.random.below(3); more > 0; --more) {
    Shape shape(type.getShape());
    if (!interleaved && g.random.chance(0.5))
      shape[along] = g.random.between(1, 5);
    operands.push_back(
        g.value(g.type(shape, type.getElementType()),
                isa<FloatType>(type.getElementType()) ? kTame : Bounds{0, 1}));
  }
  if (g.random.chance(0.2))
    operands.push_back(x);
  if (g.random.chance(0.5))
    std::swap(operands.front(), operands.back());
  g.op("concat", operands, axis(along) + (interleaved ? ", interleaved" : ""));
}

static void split(Generator &g) {
  Value x = any(g, 1, 4);
  if (!x)
    return;
  int64_t along = g.random.below(shapeOf(x).size());
  int64_t rest = shapeOf(x)[along];
  Shape sizes;
  while (sizes.size() < 3 && rest > 1) {
    sizes.push_back(g.random.between(1, rest - 1));
    rest -= sizes.back();
  }
  sizes.push_back(rest);
  g.make("split", {x}, axis(along) + ", sizes = " + g.dense(sizes));
}

static void stack(Generator &g) {
  Value x = any(g, 0, 3);
  if (!x)
    return;
  SmallVector<Value> operands = {x};
  for (int more = g.random.below(3); more > 0; --more)
    operands.push_back(g.value(
        dl::tensorType(x), isa<FloatType>(dl::tensorType(x).getElementType())
                               ? kTame
                               : Bounds{0, 1}));
  g.op("stack", operands, axis(g.random.below(shapeOf(x).size() + 1)));
}

static void reverse(Generator &g) {
  Value x = any(g, 1, 4);
  if (!x)
    return;
  Shape dims;
  for (size_t i = 0; i < shapeOf(x).size(); ++i)
    if (g.random.chance(0.5))
      dims.push_back(i);
  if (dims.empty())
    dims.push_back(0);
  g.op("reverse", {x}, "dims = " + g.dense(dims));
}

static void iota(Generator &g) {
  Shape shape = g.shape(1, 3);
  Type element = g.random.chance(0.6)
                     ? g.real()
                     : g.random.pick<Type>({g.integer(32), g.integer(64)});
  int64_t along = g.random.below(shape.size());
  if (Value made = g.op("iota", {}, axis(along), {g.type(shape, element)}))
    g.setRange(made, {0, double(std::max<int64_t>(shape[along], 1) - 1)});
}

static void oneHot(Generator &g) {
  Shape shape = g.shape(0, 2, true, 200);
  int64_t classes = g.random.between(1, 9);
  Value index = g.indices(shape, classes + g.random.below(2));
  shape.push_back(classes);
  Type element = g.random.chance(0.7) ? g.real() : g.indexType();
  g.op("one_hot", {index}, "", {g.type(shape, element)});
}

ArrayRef<OpGenerator> dlc::fuzz::shapeGenerators() {
  static constexpr OpGenerator ops[] = {
      {"constant", constant},
      {"reshape", reshape},
      {"flatten", flatten},
      {"transpose", transpose},
      {"unblock", unblock},
      {"broadcast", broadcast},
      {"pad", pad},
      {"reflection_pad", edgePad<Edge::Reflection>},
      {"replication_pad", edgePad<Edge::Replication>},
      {"circular_pad", edgePad<Edge::Circular>},
      {"slice", slice},
      {"concat", concat},
      {"split", split},
      {"stack", stack},
      {"reverse", reverse},
      {"iota", iota},
      {"one_hot", oneHot},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Sorting and tables
//===----------------------------------------------------------------------===//

static void sort(Generator &g) {
  Value x = any(g, 1, 3);
  if (x)
    g.make("sort", {x},
           axis(g.random.below(shapeOf(x).size())) +
               (g.random.chance(0.5) ? ", descending" : ""));
}

static void argsort(Generator &g) {
  Value x = any(g, 1, 3);
  if (x)
    g.make("argsort", {x},
           axis(g.random.below(shapeOf(x).size())) +
               (g.random.chance(0.5) ? ", descending" : ""));
}

static void topK(Generator &g) {
  Value x = any(g, 1, 3, false);
  if (!x)
    return;
  int64_t along = g.random.below(shapeOf(x).size());
  g.make("top_k", {x},
         axis(along) +
             ", k = " + std::to_string(g.random.between(1, shapeOf(x)[along])) +
             (g.random.chance(0.4) ? ", largest = false" : ""));
}

static void cumsum(Generator &g) {
  Value x = g.value(1, 3);
  if (x)
    g.op("cumsum", {x},
         axis(g.random.below(shapeOf(x).size())) +
             (g.random.chance(0.4) ? ", exclusive" : "") +
             (g.random.chance(0.4) ? ", reverse" : ""));
}

static void checkIndex(Generator &g) {
  int64_t limit = g.random.between(1, 20);
  g.op("check_index", {g.indices(g.shape(0, 2, true, 200), limit)},
       "limit = " + std::to_string(limit));
}

static void indexSelect(Generator &g) {
  Value x = any(g, 1, 3, false);
  if (!x)
    return;
  int64_t along = g.random.below(shapeOf(x).size());
  g.op("index_select",
       {x, g.indices(g.shape(0, 2, true, 40), shapeOf(x)[along])}, axis(along));
}

static void indexAdd(Generator &g) {
  Shape index = g.shape(1, 1, true, 40);
  Shape source = g.shape(0, 2, false, 60);
  int64_t along = g.random.below(source.size() + 1);
  int64_t rows = g.random.between(1, 12);
  Shape into = source;
  source.insert(source.begin() + along, index[0]);
  into.insert(into.begin() + along, rows);
  SmallVector<Value> operands = {g.value(source), g.indices(index, rows)};
  bool given = g.random.chance(0.4);
  if (given)
    operands.push_back(g.value(into));
  g.op("index_add", operands, axis(along), {g.type(into, g.real())});
}

/// The shape of an index into `x`, with extents that are not larger.
static Shape indexShape(Generator &g, ArrayRef<int64_t> x, int64_t along) {
  Shape index(x);
  for (auto [i, extent] : llvm::enumerate(index))
    if (int64_t(i) == along)
      extent = g.random.between(1, 7);
    else if (g.random.chance(0.3))
      extent = g.random.between(1, std::max<int64_t>(extent, 1));
  return index;
}

static void gather(Generator &g) {
  Value x = any(g, 1, 3, false);
  if (!x)
    return;
  int64_t along = g.random.below(shapeOf(x).size());
  g.op("gather",
       {x, g.indices(indexShape(g, shapeOf(x), along), shapeOf(x)[along])},
       axis(along));
}

static void scatterAdd(Generator &g) {
  Shape into = g.shape(1, 3, false, 200);
  int64_t along = g.random.below(into.size());
  Shape index = indexShape(g, into, along);
  Shape source = index;
  if (g.random.chance(0.3))
    source[g.random.below(source.size())] += 1;
  SmallVector<Value> operands = {g.value(source),
                                 g.indices(index, into[along])};
  if (g.random.chance(0.4))
    operands.push_back(g.value(into));
  g.op("scatter_add", operands, axis(along), {g.type(into, g.real())});
}

static void embedding(Generator &g) {
  Shape table = g.shape(2, 2, false, 500);
  g.op("embedding",
       {g.value(table), g.indices(g.shape(0, 2, true, 40), table[0])},
       g.random.chance(0.5)
           ? std::string()
           : "padding_index = " + std::to_string(g.random.below(table[0])));
}

static void unique(Generator &g) {
  int64_t limit = g.random.between(1, 20);
  // Some entries are outside.
  int64_t end = g.random.chance(0.3) ? 2 * limit : limit;
  g.op("unique", {g.indices(g.shape(0, 2, true, 60), end, g.integer(64))},
       "limit = " + std::to_string(limit));
}

static void indexCopy(Generator &g) {
  Value into = any(g, 1, 3, false);
  if (!into)
    return;
  RankedTensorType type = dl::tensorType(into);
  Shape index = g.shape(0, 2, true, 40), source(index);
  llvm::append_range(source, type.getShape().drop_front());
  Value rows = isFloatValue(into)
                   ? g.value(source)
                   : g.source(type.clone(source), g.rangeOf(into));
  SmallVector<Value> operands = {rows, g.indices(index, type.getDimSize(0))};
  if (g.random.chance(0.4))
    operands.push_back(g.indices({}, 30, g.integer(64)));
  operands.push_back(into);
  g.op("index_copy", operands);
}

ArrayRef<OpGenerator> dlc::fuzz::tableGenerators() {
  static constexpr OpGenerator ops[] = {
      {"sort", sort},
      {"argsort", argsort},
      {"top_k", topK},
      {"cumsum", cumsum},
      {"check_index", checkIndex},
      {"index_select", indexSelect},
      {"index_add", indexAdd},
      {"gather", gather},
      {"scatter_add", scatterAdd},
      {"unique", unique},
      {"index_copy", indexCopy},
      {"embedding", embedding},
  };
  return ops;
}
