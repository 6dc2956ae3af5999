//===- TextGraph.cpp - A graph of words and documents ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TextGraph.h"

#include "Descriptor.h"
#include "Readers.h"
#include "Words.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Labels.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <map>

using namespace llvm;
using namespace dlc;

namespace {

/// The distinct words of each window, and the windows of each word.
struct Windows {
  std::vector<int64_t> begins = {0}; ///< of each window, in `words`
  std::vector<int32_t> words;
  std::vector<std::vector<uint32_t>> ofWord;

  int64_t size() const { return static_cast<int64_t>(begins.size()) - 1; }
  ArrayRef<int32_t> of(uint32_t window) const {
    return ArrayRef(words).slice(begins[window],
                                 begins[window + 1] - begins[window]);
  }
};

} // namespace

static Windows windowsOf(ArrayRef<std::vector<int32_t>> documents,
                         int32_t words, int64_t window) {
  Windows result;
  result.ofWord.resize(words);
  SmallVector<int32_t, 32> distinct;
  for (ArrayRef<int32_t> document : documents) {
    int64_t size = static_cast<int64_t>(document.size());
    int64_t count = std::max<int64_t>(size - window + 1, size > 0);
    for (int64_t first = 0; first < count; ++first) {
      ArrayRef<int32_t> part =
          document.slice(first, std::min(window, size - first));
      distinct.assign(part.begin(), part.end());
      llvm::sort(distinct);
      distinct.erase(llvm::unique(distinct), distinct.end());
      auto number = static_cast<uint32_t>(result.size());
      for (int32_t word : distinct) {
        result.words.push_back(word);
        result.ofWord[word].push_back(number);
      }
      result.begins.push_back(static_cast<int64_t>(result.words.size()));
    }
  }
  return result;
}

CompressedRows dlc::textGraph(ArrayRef<std::vector<int32_t>> documents,
                              int32_t words, int64_t window) {
  auto numDocuments = static_cast<int32_t>(documents.size());
  // Counts of words in documents, in both directions.
  std::vector<std::map<int32_t, int64_t>> counts(numDocuments);
  std::vector<std::vector<std::pair<int32_t, int64_t>>> documentsOf(words);
  for (auto [number, document] : enumerate(documents)) {
    for (int32_t word : document)
      ++counts[number][word];
    for (auto [word, count] : counts[number])
      documentsOf[word].push_back({static_cast<int32_t>(number), count});
  }
  auto weight = [&](int32_t word, int64_t count) {
    return static_cast<double>(count) *
           std::log(static_cast<double>(numDocuments) /
                    static_cast<double>(documentsOf[word].size()));
  };

  CompressedRows result;
  auto add = [&](int32_t column, double value) {
    // A word of every document tells nothing, and joins none.
    if (value <= 0)
      return;
    result.columns.push_back(column);
    result.values.push_back(value);
  };
  auto endRow = [&] {
    result.pointers.push_back(static_cast<int64_t>(result.columns.size()));
  };
  for (int32_t document = 0; document < numDocuments; ++document) {
    add(document, 1);
    for (auto [word, count] : counts[document])
      add(numDocuments + word, weight(word, count));
    endRow();
  }
  Windows windows = windowsOf(documents, words, window);
  std::vector<int64_t> together(words, 0);
  for (int32_t word = 0; word < words; ++word) {
    for (auto [document, count] : documentsOf[word])
      add(document, weight(word, count));
    for (uint32_t number : windows.ofWord[word])
      for (int32_t other : windows.of(number))
        ++together[other];
    for (int32_t other = 0; other < words; ++other) {
      int64_t both = std::exchange(together[other], 0);
      if (other == word)
        add(numDocuments + word, 1);
      else if (both)
        add(numDocuments + other,
            std::log(static_cast<double>(both) *
                     static_cast<double>(windows.size()) /
                     (static_cast<double>(windows.ofWord[word].size()) *
                      static_cast<double>(windows.ofWord[other].size()))));
    }
    endRow();
  }
  return result;
}

void dlc::normaliseSymmetric(CompressedRows &matrix) {
  size_t rows = matrix.pointers.size() - 1;
  std::vector<double> scale(rows, 0);
  for (size_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (int64_t i = matrix.pointers[row]; i < matrix.pointers[row + 1]; ++i)
      sum += matrix.values[i];
    scale[row] = sum > 0 ? 1 / std::sqrt(sum) : 0;
  }
  for (size_t row = 0; row < rows; ++row)
    for (int64_t i = matrix.pointers[row]; i < matrix.pointers[row + 1]; ++i)
      matrix.values[i] *= scale[row] * scale[matrix.columns[i]];
}

/// Labels of all nodes: of the documents that are in `rows`.
static Expected<Array> labelsOf(const Labels &labels, ArrayRef<uint32_t> rows,
                                int64_t nodes, StringRef path) {
  std::vector<int32_t> values(nodes, ignoredLabel);
  for (uint32_t row : rows)
    values[row] = labels.classes[row];
  return makeI32(values, path);
}

Expected<DataSplits> dlc::openTextGraph(StringRef text,
                                        const DataOptions &options) {
  Expected<Descriptor> descriptor =
      Descriptor::parse(text, {"labels", "window", "min-count", "folds", "fold",
                               "eval", "split-seed"});
  if (!descriptor)
    return descriptor.takeError();
  Expected<std::string> path = descriptor->file();
  if (!path)
    return path.takeError();
  if (!descriptor->has("labels"))
    return makeError("data descriptor: no labels=FILE, a line for each line of "
                     "{0}",
                     *path);
  Expected<int64_t> window = descriptor->number("window", 20, 2, 10000);
  if (!window)
    return window.takeError();
  Expected<int64_t> minimum =
      descriptor->number("min-count", 1, 1, int64_t(1) << 24);
  if (!minimum)
    return minimum.takeError();
  Expected<Lines> lines = Lines::read(*path);
  if (!lines)
    return lines.takeError();
  auto count = static_cast<int64_t>(lines->lines().size());
  Expected<Labels> labels = readLabels(descriptor->text("labels"), count);
  if (!labels)
    return labels.takeError();
  Split split;
  if (labels->isTest.empty() || descriptor->has("folds") ||
      descriptor->has("eval")) {
    Expected<Split> chosen = splitSamples(*descriptor, count, 0.1);
    if (!chosen)
      return chosen.takeError();
    split = std::move(*chosen);
  } else {
    for (auto [row, isTest] : enumerate(labels->isTest))
      (isTest ? split.eval : split.train).push_back(row);
  }
  if (split.train.empty())
    return makeError("{0}: has no document to train on: its labels are all of "
                     "the test",
                     *path);

  // Words of all documents: the graph has those to evaluate on too.
  Vocabulary vocabulary;
  for (StringRef line : lines->lines())
    vocabulary.count(line);
  vocabulary.number({}, *minimum);
  std::vector<std::vector<int32_t>> documents;
  SmallVector<StringRef, 64> words;
  for (StringRef line : lines->lines()) {
    splitWords(line, words);
    documents.emplace_back();
    for (StringRef word : words)
      if (int32_t number = vocabulary.find(word); number >= 0)
        documents.back().push_back(number);
  }
  auto numWords = static_cast<int32_t>(vocabulary.words().size());
  CompressedRows graph = textGraph(documents, numWords, *window);
  constexpr size_t most = std::numeric_limits<int32_t>::max();
  if (graph.columns.size() > most)
    return makeError("{0}: the graph has {1} edges, expected at most {2}; a "
                     "larger min-count leaves out words",
                     *path, graph.columns.size(), most);
  normaliseSymmetric(graph);

  int64_t nodes = count + numWords;
  std::vector<int32_t> pointers(graph.pointers.begin(), graph.pointers.end());
  Expected<Array> indptr = makeI32(pointers, *path);
  if (!indptr)
    return indptr.takeError();
  Expected<Array> indices = makeI32(graph.columns, *path);
  if (!indices)
    return indices.takeError();
  Expected<Array> values = makeArray(DLC_F32, indices->shape, *path);
  if (!values)
    return values.takeError();
  for (auto [value, element] :
       zip_equal(graph.values, elementsOf<float>(*values)))
    element = static_cast<float>(value);
  std::vector<Field> fields;
  fields.push_back({"indptr", *path, std::move(*indptr), std::nullopt});
  fields.push_back({"indices", *path, std::move(*indices), std::nullopt});
  fields.push_back({"values", *path, std::move(*values), std::nullopt});
  std::vector<Field> evaluated = fields;
  for (auto [list, rows] :
       {std::pair(&fields, &split.train), std::pair(&evaluated, &split.eval)}) {
    Expected<Array> label = labelsOf(*labels, *rows, nodes, *path);
    if (!label)
      return label.takeError();
    list->push_back({"label", *path, std::move(*label), std::nullopt});
  }
  Expected<Dataset> train = Dataset::create(std::move(fields));
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train)};
  splits.classes = labels->names;
  splits.vocabulary = vocabulary.words();
  if (split.eval.empty())
    return std::move(splits);
  Expected<Dataset> eval = Dataset::create(std::move(evaluated));
  if (!eval)
    return eval.takeError();
  splits.eval = std::move(*eval);
  return std::move(splits);
}
