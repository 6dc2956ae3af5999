//===- Sentences.cpp - Lines of words with a class each -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Either a file for each class, or one of lines and one of their labels. The
// fields are `text`, numbers of words, `lengths`, and `label`. 0 is <pad>,
// which fills up shorter sentences, 1 is <unk>, a word that is not in the
// vocabulary; that is made of the sentences to train on alone unless all are to
// be counted.
//
//===----------------------------------------------------------------------===//

#include "Descriptor.h"
#include "Readers.h"
#include "Words.h"

#include "dlc/Data/SampleOrder.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace dlc;

namespace {

struct Sentences {
  std::vector<Lines> files;
  std::vector<StringRef> lines;
  Labels labels;
};

} // namespace

static constexpr int32_t unknown = 1;

static Expected<Sentences> readSentences(const Descriptor &descriptor) {
  Sentences result;
  for (const std::string &path : descriptor.files()) {
    Expected<Lines> lines = Lines::read(path);
    if (!lines)
      return lines.takeError();
    int32_t number = static_cast<int32_t>(result.files.size());
    result.files.push_back(std::move(*lines));
    append_range(result.lines, result.files.back().lines());
    result.labels.classes.resize(result.lines.size(), number);
    StringRef name = sys::path::filename(path);
    name.consume_back(".gz");
    name.consume_back(".txt");
    result.labels.names.push_back(name.str());
  }
  if (!descriptor.has("labels")) {
    if (result.files.size() >= 2)
      return std::move(result);
    return makeError("data descriptor: {0} files, expected one for each class, "
                     "or one and labels=FILE",
                     result.files.size());
  }
  if (result.files.size() != 1)
    return makeError("data descriptor: {0} files and labels=FILE, expected one "
                     "file of lines",
                     result.files.size());
  Expected<Labels> labels = readLabels(
      descriptor.text("labels"), static_cast<int64_t>(result.lines.size()));
  if (!labels)
    return labels.takeError();
  result.labels = std::move(*labels);
  return std::move(result);
}

/// Splits training from evaluation by the labels, or by the options.
static Expected<Split> splitOf(const Descriptor &descriptor,
                               const Sentences &sentences) {
  int64_t size = static_cast<int64_t>(sentences.lines.size());
  if (sentences.labels.isTest.empty() || descriptor.has("folds") ||
      descriptor.has("eval"))
    return splitSamples(descriptor, size, 0.1);
  Split split;
  for (auto [i, isTest] : enumerate(sentences.labels.isTest))
    (isTest ? split.eval : split.train).push_back(i);
  return std::move(split);
}

/// Swaps the two dimensions of an array of i32.
static Expected<Array> transposed(const Array &array, StringRef path) {
  int64_t rows = array.shape[0], columns = array.shape[1];
  Expected<Array> result = makeArray(DLC_I32, {columns, rows}, path);
  if (!result)
    return result;
  ArrayRef<int32_t> from = elementsOf<int32_t>(array);
  MutableArrayRef<int32_t> to = elementsOf<int32_t>(*result);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      to[column * rows + row] = from[row * columns + column];
  return result;
}

/// Turns the field `text` of a part round, so that a column is a sentence.
static Expected<Dataset> timeMajor(const Dataset &data) {
  std::vector<Field> fields(data.fields());
  for (Field &field : fields) {
    if (field.name != "text")
      continue;
    Expected<Array> array = transposed(field.array, field.path);
    if (!array)
      return array.takeError();
    field.array = std::move(*array);
    field.sampleDim = 1;
  }
  return Dataset::create(std::move(fields));
}

Expected<DataSplits> dlc::openLines(StringRef text,
                                    const DataOptions &options) {
  Expected<Descriptor> descriptor = Descriptor::parse(
      text, {"labels", "length", "min-count", "vocabulary", "folds", "fold",
             "eval", "split-seed", "layout", "bucket"});
  if (!descriptor)
    return descriptor.takeError();
  constexpr int64_t most = int64_t(1) << 24;
  Expected<int64_t> length = descriptor->number("length", 0, 1, most);
  if (!length)
    return length.takeError();
  Expected<int64_t> minimum = descriptor->number("min-count", 1, 1, most);
  if (!minimum)
    return minimum.takeError();
  Expected<int64_t> bucket = descriptor->number("bucket", 0, 1, most);
  if (!bucket)
    return bucket.takeError();
  Expected<std::string> layout =
      descriptor->choice("layout", {"batch", "time"});
  if (!layout)
    return layout.takeError();
  Expected<std::string> counted =
      descriptor->choice("vocabulary", {"train", "all"});
  if (!counted)
    return counted.takeError();
  Expected<Sentences> sentences = readSentences(*descriptor);
  if (!sentences)
    return sentences.takeError();
  Expected<Split> split = splitOf(*descriptor, *sentences);
  if (!split)
    return split.takeError();

  Vocabulary vocabulary;
  for (uint32_t row :
       *counted == "all" ? fileOrder(sentences->lines.size()) : split->train)
    vocabulary.count(sentences->lines[row]);
  vocabulary.number({"<pad>", "<unk>"}, *minimum);
  SmallVector<StringRef, 64> words;
  int64_t width = *length,
          count = static_cast<int64_t>(sentences->lines.size());
  if (width == 0)
    for (StringRef line : sentences->lines) {
      splitWords(line, words);
      width = std::max<int64_t>(width, words.size());
    }
  const std::string &path = descriptor->files().front();
  Expected<Array> ids = makeArray(DLC_I32, {count, width}, path);
  if (!ids)
    return ids.takeError();
  std::vector<int32_t> lengths;
  for (auto [row, line] : enumerate(sentences->lines)) {
    splitWords(line, words);
    words.truncate(std::min<size_t>(words.size(), width));
    lengths.push_back(static_cast<int32_t>(words.size()));
    for (auto [column, word] : enumerate(words)) {
      int32_t number = vocabulary.find(word);
      elementsOf<int32_t>(*ids)[row * width + column] =
          number < 0 ? unknown : number;
    }
  }
  Expected<Array> lengthField = makeI32(lengths, path);
  Expected<Array> labelField = makeI32(sentences->labels.classes, path);
  if (!lengthField || !labelField)
    return joinErrors(lengthField.takeError(), labelField.takeError());
  std::vector<Field> fields;
  fields.push_back({"text", path, std::move(*ids)});
  fields.push_back({"lengths", path, std::move(*lengthField)});
  fields.push_back({"label", path, std::move(*labelField)});
  Expected<DataSplits> splits = makeSplits(std::move(fields), *split);
  if (!splits)
    return splits;
  splits->unit = "sentences";
  splits->vocabulary = vocabulary.words();
  splits->classes = sentences->labels.names;
  if (*bucket) {
    splits->lengths = "lengths";
    splits->bucket = *bucket;
  }
  if (*layout == "batch")
    return splits;
  Expected<Dataset> train = timeMajor(splits->train);
  if (!train)
    return train.takeError();
  splits->train = std::move(*train);
  if (!splits->eval)
    return splits;
  Expected<Dataset> eval = timeMajor(*splits->eval);
  if (!eval)
    return eval.takeError();
  splits->eval = std::move(*eval);
  return splits;
}
