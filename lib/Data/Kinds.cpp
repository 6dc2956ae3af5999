//===- Kinds.cpp - The kinds of data that are read ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Kinds.h"

#include "DataCache.h"
#include "Readers.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static constexpr StringLiteral fashionFolder =
    "/usr/share/datasets/fashion-mnist";

static Expected<DataSplits> openFashion(StringRef, const DataOptions &options) {
  Expected<DataSplits> data = openIdx(fashionFolder, options);
  if (data)
    data->classes = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                     "Coat",        "Sandal",    "Shirt",    "Sneaker",
                     "Bag",         "Ankle boot"};
  return data;
}

ArrayRef<DataKind> dlc::dataKinds() {
  static constexpr DataKind table[] = {
      {"fashion-mnist", "fashion-mnist",
       "idx:/usr/share/datasets/fashion-mnist",
       "Fashion-MNIST: Debian's package dataset-fashion-mnist", openFashion,
       [](StringRef) { return filesOfIdx(fashionFolder); }},
      {"mnist", "mnist:DIR", "the same as idx:DIR",
       "MNIST (LeCun, Cortes, Burges): four IDX files, plain or with .gz",
       openIdx, filesOfIdx},
      {"idx", "idx:DIR",
       "fields image and label, of the files train-images-idx3-ubyte, "
       "train-labels-idx1-ubyte and t10k-... in DIR, plain or with .gz",
       "MNIST and Fashion-MNIST are such files", openIdx, filesOfIdx},
      {"npy", "npy:FIELD=FILE.npy,...[;eval:FIELD=FILE.npy,...]",
       "arrays with one entry per sample; the list after eval: is for "
       "evaluation. FIELD@1=FILE.npy: dimension 1 counts the samples, as in "
       "time-major sequences. FIELD@all=FILE.npy: every batch gets the whole "
       "array; if all fields are such (one graph), an epoch is one step",
       "numpy.save writes such files", openNpy},
      {"npz",
       "npz:FILE.npz[,FIELD=ARRAY,...][;eval:[FILE.npz,]FIELD=ARRAY,...]",
       "arrays of a NumPy archive, stored or deflated. Without a list, x_train "
       "or train_x is the field x, and x_test, x_val, x_eval or test_x is for "
       "evaluation",
       "numpy.savez writes such files", openNpz},
      {"graph", "graph:FILE.npz[,eval=val][,normalise=no]",
       "a graph of compressed rows: adj_indptr, adj_indices, perhaps adj_data, "
       "features_... (compressed or dense, rows divided by their sums), "
       "labels, train_index and test_index (or masks). Fields x, indptr, "
       "indices, values, label (-100: does not count), all for the whole graph",
       "Cora, CiteSeer and PubMed, with the split of Planetoid, can be saved "
       "as such a file",
       openGraph},
      {"cora", "cora:FILE.npz", "the same as graph:FILE.npz",
       "Cora: the citation graph with the split of Planetoid (Yang, Cohen, "
       "Salakhutdinov 2016)",
       openGraph},
      {"text",
       "text:FILE[,length=64][,eval=0.1][,unit=byte|raw][,layout=batch]",
       "windows of characters for a language model: fields text and next, "
       "time-major; evaluation uses the last part. A character is numbered by "
       "its place among the distinct characters of the text (UTF-8); unit=byte "
       "numbers distinct bytes, unit=raw takes their values",
       "any text, plain or with .gz, as tiny Shakespeare", openText,
       filesOfText},
      {"chars", "chars:FILE", "the same as text:FILE",
       "any text, plain or with .gz, as tiny Shakespeare", openText,
       filesOfText},
      {"lines",
       "lines:FILE,FILE,... or "
       "lines:FILE,labels=FILE[,length=N][,min-count=N][,vocabulary=all][,"
       "layout=time][,bucket=N]",
       "one sentence per line, blanks between words: a file for each class, or "
       "a file of labels with a label per line, which may have a column with "
       "train or test. Fields text (0: padding, 1: unknown word), lengths and "
       "label; sentences have length words (default: as many as the longest). "
       "bucket=N takes the sentences of a batch, of about equal length, from N "
       "batches. eval=0.1 evaluates on a part (shuffled by split-seed=0), "
       "folds=10,fold=3 on one of ten (counted from 0)",
       "movie reviews (Pang and Lee 2005, rt-polarity) and Reuters R8 are such "
       "files",
       openLines, filesOfText},
      {"textgcn", "textgcn:FILE,labels=FILE[,window=20][,min-count=N]",
       "TextGCN's graph of documents and words (PMI in windows, TF-IDF), "
       "symmetrically normalised. Fields indptr, indices, values and label; "
       "documents come first, then words. Vocabulary and labels as for lines",
       "Reuters R8 and 20 Newsgroups, a cleaned document a line", openTextGraph,
       filesOfText},
      {"csv",
       "csv:FILE[,label=COLUMN][,target=COLUMN][,drop=COLUMN+COLUMN][,test="
       "FILE]",
       "each row is a sample: columns of numbers become the field x "
       "(fields=columns: a field each), the column label the field label, the "
       "column target the field y. header=yes|no (default: yes if no cell of "
       "the first row is a number), separator=semicolon|tab, standardise=yes "
       "by mean and deviation of the rows to train on. eval or folds as for "
       "lines",
       "Iris and other tables of the UCI repository are such files", openCsv,
       filesOfText},
      {"images", "images:DIR[,size=HEIGHTxWIDTH][,colour=yes|no]",
       "a folder of PNG and JPEG files for each class, in DIR or in DIR/train "
       "and DIR/test (or val). Fields image (bytes, N x H x W of grey images, "
       "N x 3 x H x W of others) and label. eval or folds as for lines",
       "ImageNet and torchvision's ImageFolder have such folders", openImages,
       filesOfImages}};
  return table;
}

/// Writes words in lines of at most 80 columns.
static void printWrapped(raw_ostream &os, StringRef text) {
  size_t column = 0;
  for (StringRef word : split(text, ' ')) {
    bool isNew = column == 0 || column + 1 + word.size() > 80;
    if (isNew && column)
      os << '\n';
    os << (isNew ? "      " : " ") << word;
    column = (isNew ? 6 : column + 1) + word.size();
  }
  os << '\n';
}

void dlc::printDataKinds(raw_ostream &os) {
  for (const DataKind &kind : dataKinds()) {
    os << "  " << kind.syntax << '\n';
    printWrapped(os, kind.help);
  }
}

/// Adds the origin of the data to the error if a file is missing.
static Error withOrigin(Error error, const DataKind &kind,
                        StringRef arguments) {
  StringRef file = arguments.take_front(arguments.find_first_of(",;"));
  if (arguments.empty())
    file = fashionFolder;
  std::string text = toString(std::move(error));
  bool isMissing = StringRef(text).contains(
      std::make_error_code(std::errc::no_such_file_or_directory).message());
  if (!isMissing && (file.contains('=') || sys::fs::exists(file)))
    return makeError("{0}", text);
  return makeError("{0}; {1}", text, kind.origin);
}

Expected<DataSplits> dlc::openData(StringRef descriptor,
                                   const DataOptions &options) {
  StringRef name = descriptor.take_until([](char c) { return c == ':'; });
  StringRef arguments = descriptor.drop_front(name.size());
  arguments.consume_front(":");
  SmallVector<StringRef> names;
  for (const DataKind &kind : dataKinds())
    names.push_back(kind.name);
  const auto *kind = find_if(
      dataKinds(), [&](const DataKind &kind) { return kind.name == name; });
  if (kind == dataKinds().end())
    return unknownName("kind of data", name, names);
  if (!kind->takesArguments()) {
    if (name.size() != descriptor.size())
      return makeError("data descriptor '{0}': {1} takes nothing after it",
                       descriptor, name);
  } else if (arguments.empty()) {
    return makeError("data descriptor '{0}' names no files, expected {1}; {2}",
                     descriptor, kind->syntax, kind->origin);
  }
  auto read = [&] { return kind->open(arguments, options); };
  Expected<DataSplits> data =
      kind->files ? readOnce(descriptor, kind->files(arguments), options, read)
                  : read();
  if (!data)
    return withOrigin(data.takeError(), *kind, arguments);
  return data;
}
