//===- Graph.cpp - A graph whose nodes are classified ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A .npz file of compressed rows with
//
//   adj_indptr, adj_indices[, adj_data]   the edges, and their weights
//   features, or features_indptr, features_indices[, features_data] and
//     perhaps features_shape              the features of each node
//   labels                                a class a node
//   train_index, test_index[, val_index], or train_mask ... of truth values
//
// becomes the fields x, indptr, indices[, values] and label. The whole graph is
// one sample; a label of -100 marks a node that does not count.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"
#include "Readers.h"

#include "dlc/Data/Npz.h"
#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Labels.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

namespace {

/// Reads the arrays of one file, with errors that name the array.
class GraphReader {
public:
  GraphReader(StringRef path, Arrays arrays)
      : path(path), arrays(std::move(arrays)) {}

  bool has(StringRef name) const { return arrays.count(name.str()) != 0; }
  std::string place(StringRef name) const {
    return (path + ": '" + name + "'").str();
  }
  Expected<const Array *> find(StringRef name) const;
  /// An array of whole numbers with one dimension, each from `least` to `most`.
  Expected<Array> indices(StringRef name, int64_t least, int64_t most) const;
  /// Pointers of rows: from 0, never falling, to `count`.
  Expected<Array> pointers(StringRef name, int64_t count) const;
  /// Dense features, each row divided by its sum if `normalise`.
  Expected<Array> features(int64_t nodes, bool normalise) const;
  /// The labels of the nodes of a part, -100 elsewhere.
  Expected<Array> labels(ArrayRef<int32_t> all, StringRef part) const;
  Expected<Array> weights(StringRef name, int64_t count) const;

private:
  Expected<Array> denseFeatures(int64_t nodes) const;

  std::string path;
  Arrays arrays;
};

} // namespace

Expected<const Array *> GraphReader::find(StringRef name) const {
  auto found = arrays.find(name.str());
  if (found != arrays.end())
    return &found->second;
  SmallVector<StringRef> names;
  for (const auto &entry : arrays)
    names.push_back(entry.first);
  return makeError("{0}: no array '{1}'; there are {2}", path, name,
                   join(names, ", "));
}

Expected<Array> GraphReader::indices(StringRef name, int64_t least,
                                     int64_t most) const {
  Expected<const Array *> found = find(name);
  if (!found)
    return found.takeError();
  const Array &array = **found;
  if (array.shape.size() != 1 || elementType(array.type).isFloat())
    return makeError("{0} holds {1}, expected whole numbers in one dimension",
                     place(name), describe(array.type, array.shape));
  Expected<Array> result = makeArray(DLC_I32, array.shape, path);
  if (!result)
    return result.takeError();
  for (auto [i, element] : enumerate(elementsOf<int32_t>(*result))) {
    int64_t value = integerElement(array.type, array.data.data(), i);
    if (value < least || value > most)
      return makeError("{0}: element {1} is {2}, expected {3} to {4}",
                       place(name), i, value, least, most);
    element = static_cast<int32_t>(value);
  }
  return result;
}

Expected<Array> GraphReader::pointers(StringRef name, int64_t count) const {
  Expected<Array> result = indices(name, 0, count);
  if (!result)
    return result;
  ArrayRef<int32_t> values = elementsOf<int32_t>(std::as_const(*result));
  if (values.empty() || values.front() != 0 || values.back() != count ||
      !llvm::is_sorted(values))
    return makeError("{0}: expected pointers of rows: from 0, never falling, "
                     "to {1}, the number of indices",
                     place(name), count);
  return result;
}

Expected<Array> GraphReader::weights(StringRef name, int64_t count) const {
  Expected<const Array *> found = find(name);
  if (!found)
    return found.takeError();
  const Array &array = **found;
  if (array.shape.size() != 1 || array.shape.front() != count)
    return makeError("{0} holds {1}, expected {2} numbers, one an index",
                     place(name), describe(array.type, array.shape), count);
  Expected<Array> result = makeArray(DLC_F32, array.shape, path);
  if (!result)
    return result.takeError();
  for (auto [i, element] : enumerate(elementsOf<float>(*result)))
    element = static_cast<float>(realElement(array.type, array.data.data(), i));
  return result;
}

Expected<Array> GraphReader::denseFeatures(int64_t nodes) const {
  if (has("features")) {
    const Array &array = **find("features");
    if (array.shape.size() != 2 || array.shape.front() != nodes)
      return makeError("{0} holds {1}, expected a row for each of {2} nodes",
                       place("features"), describe(array.type, array.shape),
                       nodes);
    Expected<Array> result = makeArray(DLC_F32, array.shape, path);
    if (!result)
      return result.takeError();
    for (auto [i, element] : enumerate(elementsOf<float>(*result)))
      element =
          static_cast<float>(realElement(array.type, array.data.data(), i));
    return result;
  }
  constexpr int64_t most = std::numeric_limits<int32_t>::max() - 1;
  Expected<Array> columns = indices("features_indices", 0, most);
  if (!columns)
    return columns.takeError();
  ArrayRef<int32_t> column = elementsOf<int32_t>(std::as_const(*columns));
  int64_t count = static_cast<int64_t>(column.size());
  Expected<Array> rows = pointers("features_indptr", count);
  if (!rows)
    return rows.takeError();
  if (rows->shape.front() != nodes + 1)
    return makeError("{0} has {1} elements, expected {2}: one more than nodes",
                     place("features_indptr"), rows->shape.front(), nodes + 1);
  int64_t width = column.empty() ? 0 : *llvm::max_element(column) + int64_t(1);
  if (has("features_shape")) {
    Expected<Array> shape = indices("features_shape", 0, most);
    if (!shape)
      return shape.takeError();
    ArrayRef<int32_t> extents = elementsOf<int32_t>(std::as_const(*shape));
    if (extents.size() != 2 || extents[0] != nodes || extents[1] < width)
      return makeError("{0}: expected {1} and at least {2}",
                       place("features_shape"), nodes, width);
    width = extents[1];
  }
  std::optional<Array> data;
  if (has("features_data")) {
    Expected<Array> read = weights("features_data", count);
    if (!read)
      return read;
    data = std::move(*read);
  }
  Expected<Array> result = makeArray(DLC_F32, {nodes, width}, path);
  if (!result)
    return result.takeError();
  ArrayRef<int32_t> row = elementsOf<int32_t>(std::as_const(*rows));
  MutableArrayRef<float> dense = elementsOf<float>(*result);
  for (int64_t node = 0; node < nodes; ++node)
    for (int32_t i = row[node]; i < row[node + 1]; ++i)
      dense[node * width + column[i]] +=
          data ? elementsOf<float>(std::as_const(*data))[i] : 1.0f;
  return result;
}

Expected<Array> GraphReader::features(int64_t nodes, bool normalise) const {
  Expected<Array> result = denseFeatures(nodes);
  if (!result || !normalise)
    return result;
  int64_t width = result->shape[1];
  MutableArrayRef<float> dense = elementsOf<float>(*result);
  for (int64_t node = 0; node < nodes; ++node) {
    MutableArrayRef<float> row = dense.slice(node * width, width);
    double sum = 0;
    for (float value : row)
      sum += value;
    // A row without features stays as it is.
    if (sum != 0)
      for (float &value : row)
        value = static_cast<float>(value / sum);
  }
  return result;
}

Expected<Array> GraphReader::labels(ArrayRef<int32_t> all,
                                    StringRef part) const {
  int64_t nodes = static_cast<int64_t>(all.size());
  std::string index = (part + "_index").str(), mask = (part + "_mask").str();
  std::vector<int32_t> values(nodes, ignoredLabel);
  auto take = [&](StringRef array, int64_t node) -> Error {
    values[node] = all[node];
    if (all[node] >= 0 || all[node] == ignoredLabel)
      return Error::success();
    return makeError("{0}: element {1} is {2}, of a node of {3}: expected 0 or "
                     "more, or {4} for a node that does not count",
                     place("labels"), node, all[node], array, ignoredLabel);
  };
  if (has(mask) && !has(index)) {
    Expected<Array> given = indices(mask, 0, 1);
    if (!given)
      return given.takeError();
    if (given->shape.front() != nodes)
      return makeError("{0} has {1} elements, expected one for each of {2} "
                       "nodes",
                       place(mask), given->shape.front(), nodes);
    for (auto [node, isIn] :
         enumerate(elementsOf<int32_t>(std::as_const(*given))))
      if (Error error = isIn ? take(mask, node) : Error::success())
        return std::move(error);
    return makeI32(values, path);
  }
  Expected<Array> given = indices(index, 0, nodes - 1);
  if (!given)
    return given.takeError();
  for (int32_t node : elementsOf<int32_t>(std::as_const(*given)))
    if (Error error = take(index, node))
      return std::move(error);
  return makeI32(values, path);
}

Expected<DataSplits> dlc::openGraph(StringRef text,
                                    const DataOptions &options) {
  Expected<Descriptor> descriptor =
      Descriptor::parse(text, {"eval", "normalise"});
  if (!descriptor)
    return descriptor.takeError();
  Expected<std::string> path = descriptor->file();
  if (!path)
    return path.takeError();
  Expected<std::string> evalPart = descriptor->choice("eval", {"test", "val"});
  if (!evalPart)
    return evalPart.takeError();
  Expected<bool> normalise = descriptor->flag("normalise", true);
  if (!normalise)
    return normalise.takeError();
  Expected<Arrays> arrays = readNpz(*path);
  if (!arrays)
    return arrays.takeError();
  GraphReader reader(*path, std::move(*arrays));
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  Expected<Array> labels = reader.indices("labels", ignoredLabel, most);
  if (!labels)
    return labels.takeError();
  int64_t nodes = labels->shape.front();
  Expected<Array> columns = reader.indices("adj_indices", 0, nodes - 1);
  if (!columns)
    return columns.takeError();
  int64_t edges = columns->shape.front();
  Expected<Array> rows = reader.pointers("adj_indptr", edges);
  if (!rows)
    return rows.takeError();
  if (rows->shape.front() != nodes + 1)
    return makeError("{0} has {1} elements, expected {2}: one more than labels",
                     reader.place("adj_indptr"), rows->shape.front(),
                     nodes + 1);
  std::vector<Field> fields;
  auto add = [&](StringRef name, StringRef array, Array values) {
    fields.push_back(
        {name.str(), reader.place(array), std::move(values), std::nullopt});
  };
  if (reader.has("features") || reader.has("features_indices")) {
    Expected<Array> features = reader.features(nodes, *normalise);
    if (!features)
      return features.takeError();
    add("x", "features", std::move(*features));
  }
  add("indptr", "adj_indptr", std::move(*rows));
  add("indices", "adj_indices", std::move(*columns));
  if (reader.has("adj_data")) {
    Expected<Array> values = reader.weights("adj_data", edges);
    if (!values)
      return values.takeError();
    add("values", "adj_data", std::move(*values));
  }
  ArrayRef<int32_t> all = elementsOf<int32_t>(std::as_const(*labels));
  std::vector<Field> evaluated = fields;
  for (auto [list, part] : {std::pair(&fields, std::string("train")),
                            std::pair(&evaluated, *evalPart)}) {
    Expected<Array> own = reader.labels(all, part);
    if (!own)
      return own.takeError();
    list->push_back(
        {"label", reader.place("labels"), std::move(*own), std::nullopt});
  }
  Expected<Dataset> train = Dataset::create(std::move(fields));
  Expected<Dataset> eval = Dataset::create(std::move(evaluated));
  if (!train || !eval)
    return joinErrors(train.takeError(), eval.takeError());
  DataSplits splits{std::move(*train)};
  splits.eval = std::move(*eval);
  return std::move(splits);
}
