//===- ReadersTest.cpp - Text, sentences, tables and graphs ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"
#include "dlc/Execution/Model.h"

#include "lib/Data/Csv.h"
#include "lib/Data/TextGraph.h"

#include "TestFiles.h"

#include <cmath>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string formOf(const Dataset &data, llvm::StringRef name) {
  const Field *field = data.find(name);
  return field ? describe(field->array.type, field->array.shape) : "none";
}

template <typename T>
std::vector<T> valuesOf(const Dataset &data, llvm::StringRef name) {
  const Array &array = data.find(name)->array;
  const T *begin = reinterpret_cast<const T *>(array.data.data());
  return {begin, begin + array.data.size() / sizeof(T)};
}

using Bytes = std::vector<uint8_t>;
using Ints = std::vector<int32_t>;
using Floats = std::vector<float>;

TEST(TextData, WindowsOfCharacters) {
  TempFolder folder;
  std::string path = folder.write("t.txt", "cabbagecabbage");
  DataSplits data =
      llvm::cantFail(openData("text:" + path + ",length=3,eval=0.3"));
  // 10 characters to train on, 4 to evaluate on; a column is a window.
  EXPECT_EQ(data.vocabulary,
            (std::vector<std::string>{"a", "b", "c", "e", "g"}));
  EXPECT_EQ(formOf(data.train, "text"), "3x3xui8");
  EXPECT_EQ(data.train.size(), 3);
  EXPECT_EQ(valuesOf<uint8_t>(data.train, "text"),
            (Bytes{2, 1, 3, 0, 0, 2, 1, 4, 0})); // cab bag eca
  EXPECT_EQ(valuesOf<uint8_t>(data.train, "next"),
            (Bytes{0, 0, 2, 1, 4, 0, 1, 3, 1})); // abb age cab
  EXPECT_EQ(valuesOf<uint8_t>(*data.eval, "text"), (Bytes{1, 0, 4})); // bag
}

TEST(TextData, Options) {
  TempFolder folder;
  std::string path = folder.write("t.txt", "a\xc3\xa4"
                                           "aa\xe2\x82\xac"
                                           "aa");
  DataSplits data = llvm::cantFail(
      openData("text:" + path + ",length=2,eval=0,layout=batch"));
  EXPECT_EQ(data.vocabulary.size(), 3u);
  EXPECT_EQ(data.vocabulary[2], "\xe2\x82\xac");
  EXPECT_EQ(formOf(data.train, "text"), "3x2xui8");
  EXPECT_EQ(valuesOf<uint8_t>(data.train, "text"), (Bytes{0, 1, 0, 0, 2, 0}));
  EXPECT_FALSE(data.eval.has_value());
  data =
      llvm::cantFail(openData("chars:" + path + ",length=2,eval=0,unit=raw"));
  EXPECT_EQ(data.vocabulary.size(), 256u);
  EXPECT_EQ(valuesOf<uint8_t>(data.train, "text")[0], 'a');

  EXPECT_CONTAINS(message(openData("text:" + path)),
                  "expected more than length=64 of each");
  EXPECT_CONTAINS(message(openData("text:" + path + ",length=0")),
                  "length=0, expected a whole number from 1 to");
  EXPECT_CONTAINS(message(openData("text:" + path + ",lenth=2")),
                  "no option 'lenth'; did you mean 'length'?");
  EXPECT_CONTAINS(message(openData("text:" + path + ",unit=word")),
                  "expected character or byte or raw");
  path = folder.write("bad.txt", "ab\xff\xff");
  EXPECT_CONTAINS(message(openData("text:" + path + ",length=1,eval=0")),
                  "byte 255 at 2 is not UTF-8; unit=byte takes bytes");
  EXPECT_EQ(message(openData("text:" + path + ",length=1,eval=0,unit=byte")),
            "");
}

TEST(LinesData, AFileForEachClass) {
  TempFolder folder;
  std::string bad = folder.write("bad.txt", "not good\nnot not fun at all\n");
  std::string good = folder.write("good.txt", "good fun\n\ngood");
  DataSplits data =
      llvm::cantFail(openData("lines:" + bad + "," + good + ",eval=0"));
  EXPECT_EQ(data.classes, (std::vector<std::string>{"bad", "good"}));
  EXPECT_EQ(data.vocabulary,
            (std::vector<std::string>{"<pad>", "<unk>", "good", "not", "fun",
                                      "all", "at"}));
  EXPECT_EQ(formOf(data.train, "text"), "5x5xi32");
  EXPECT_EQ(valuesOf<int32_t>(data.train, "text"),
            (Ints{3, 2, 0, 0, 0, 3, 3, 4, 6, 5, 2, 4, 0,
                  0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "lengths"), (Ints{2, 5, 2, 0, 1}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "label"), (Ints{0, 0, 1, 1, 1}));

  data = llvm::cantFail(openData("lines:" + bad + "," + good +
                                 ",eval=0,length=2,min-count=2,layout=time"));
  EXPECT_EQ(data.vocabulary.size(), 5u);
  EXPECT_EQ(formOf(data.train, "text"), "2x5xi32");
  EXPECT_EQ(valuesOf<int32_t>(data.train, "text"),
            (Ints{3, 3, 2, 0, 2, 2, 3, 4, 0, 0}));
  EXPECT_EQ(data.train.size(), 5);
}

// Every sample is evaluated in one fold, and its words do not make the
// vocabulary there.
TEST(LinesData, Folds) {
  TempFolder folder;
  std::string all, labels;
  for (int i = 0; i < 10; ++i) {
    all += "word" + std::to_string(i) + "\n";
    labels += std::to_string(i % 2) + "\n";
  }
  std::string text = "lines:" + folder.write("a.txt", all) +
                     ",labels=" + folder.write("l.txt", labels);
  int32_t evaluated = 0;
  for (int fold = 0; fold < 3; ++fold) {
    DataSplits data = llvm::cantFail(
        openData(text + ",folds=3,fold=" + std::to_string(fold)));
    EXPECT_EQ(data.train.size() + data.eval->size(), 10);
    for (int32_t word : valuesOf<int32_t>(*data.eval, "text"))
      EXPECT_EQ(word, 1) << "unknown where it was not trained on";
    EXPECT_EQ(data.vocabulary.size(), 2u + data.train.size());
    evaluated += data.eval->size();
  }
  EXPECT_EQ(evaluated, 10);
  DataSplits counted =
      llvm::cantFail(openData(text + ",folds=3,vocabulary=all"));
  EXPECT_EQ(counted.vocabulary.size(), 12u);
  Ints texts = valuesOf<int32_t>(*counted.eval, "text"),
       classes = valuesOf<int32_t>(*counted.eval, "label");
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_GE(texts[i], 2);
    EXPECT_EQ(texts[i] % 2, classes[i]) << "word n has number n + 2";
  }
  EXPECT_CONTAINS(message(openData(text + ",folds=3,fold=3")),
                  "fold=3, expected a whole number from 0 to 2");
  EXPECT_CONTAINS(message(openData(text + ",folds=3,eval=0.2")),
                  "exclude each other");
  EXPECT_CONTAINS(message(openData(text + ",fold=1")), "without folds");
}

TEST(LinesData, Labels) {
  TempFolder folder;
  std::string text = folder.write("a.txt", "a b\nc d\ne f\n");
  std::string labels =
      folder.write("l.txt", "0\ttrain\tzebra\n1\ttest\tape\n2\ttrain\tzebra");
  DataSplits data =
      llvm::cantFail(openData("lines:" + text + ",labels=" + labels));
  EXPECT_EQ(data.classes, (std::vector<std::string>{"ape", "zebra"}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "label"), (Ints{1, 1}));
  EXPECT_EQ(valuesOf<int32_t>(*data.eval, "label"), (Ints{0}));
  auto errorOf = [&](llvm::StringRef content) {
    return message(openData("lines:" + text +
                            ",labels=" + folder.write("l.txt", content)));
  };
  EXPECT_CONTAINS(errorOf("a\nb\n"), "has 2 lines, expected 3");
  EXPECT_CONTAINS(errorOf("a\n\nb\n"), "l.txt:2: no class");
  EXPECT_CONTAINS(errorOf("train\ta\nb\nc\n"), "1 of 3 lines have a column");
  EXPECT_CONTAINS(message(openData("lines:" + text)),
                  "1 files, expected one for each class, or one and labels");
}

TEST(CsvRows, QuotesAndEnds) {
  std::string text = "a,\"b,\"\"c\"\"\nd\",\r\n\r\n1,2,3\n\"\",,\"x\"";
  CsvRows rows(text, ',', "t.csv");
  std::vector<std::string> cells;
  using Row = std::vector<std::string>;
  ASSERT_TRUE(llvm::cantFail(rows.next(cells)));
  EXPECT_EQ(cells, (Row{"a", "b,\"c\"\nd", ""}));
  EXPECT_EQ(rows.line(), 1u);
  ASSERT_TRUE(llvm::cantFail(rows.next(cells)));
  EXPECT_EQ(cells, (Row{"1", "2", "3"}));
  EXPECT_EQ(rows.line(), 4u);
  ASSERT_TRUE(llvm::cantFail(rows.next(cells)));
  EXPECT_EQ(cells, (Row{"", "", "x"}));
  EXPECT_FALSE(llvm::cantFail(rows.next(cells)));

  CsvRows open("1,2\n\"3,\n4", ',', "t.csv");
  ASSERT_TRUE(llvm::cantFail(open.next(cells)));
  EXPECT_EQ(message(open.next(cells)), "t.csv:2: a quote that is not closed");
  CsvRows after("\"a\"b,1", ',', "t.csv");
  EXPECT_EQ(message(after.next(cells)),
            "t.csv:1: 'b' after a closing quote, expected a separator or the "
            "end of the line");
}

TEST(CsvData, ColumnsLabelsAndTargets) {
  TempFolder folder;
  std::string path = folder.write("t.csv", "width,kind,height,price\n"
                                           "1,\"oak, tall\",2,10\n"
                                           "3,fir,-4e1,20\n");
  DataSplits data = llvm::cantFail(
      openData("csv:" + path + ",label=kind,target=price,eval=0"));
  EXPECT_EQ(formOf(data.train, "x"), "2x2xf32");
  EXPECT_EQ(valuesOf<float>(data.train, "x"), (Floats{1, 2, 3, -40}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "label"), (Ints{1, 0}));
  EXPECT_EQ(valuesOf<float>(data.train, "y"), (Floats{10, 20}));
  EXPECT_EQ(data.classes, (std::vector<std::string>{"fir", "oak, tall"}));
  data = llvm::cantFail(
      openData("csv:" + path +
               ",drop=kind+price,fields=columns,eval=0,standardise=yes"));
  EXPECT_EQ(formOf(data.train, "width"), "2xf32");
  EXPECT_EQ(valuesOf<float>(data.train, "width"), (Floats{-1, 1}));
  EXPECT_EQ(valuesOf<float>(data.train, "height"), (Floats{1, -1}));

  // No header, classes that are numbers, a file to test on.
  path = folder.write("n.csv", "1;0.5;7\n2;0.25;7\n");
  std::string test = folder.write("e.csv", "0;1;7\n");
  data = llvm::cantFail(openData("csv:" + path +
                                 ",separator=semicolon,label=0,"
                                 "standardise=yes,test=" +
                                 test));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "label"), (Ints{1, 2}));
  EXPECT_EQ(data.classes.size(), 3u);
  EXPECT_EQ(valuesOf<float>(data.train, "x"), (Floats{1, 0, -1, 0}))
      << "a column that does not vary becomes 0";
  EXPECT_EQ(valuesOf<float>(*data.eval, "x"), (Floats{5, 0}))
      << "by mean and deviation of the rows to train on";
}

TEST(CsvData, ColumnsOfTheTestFileByName) {
  TempFolder folder;
  std::string path = folder.write("t.csv", "a,b,kind\n1,2,x\n3,4,y\n");
  auto open = [&](llvm::StringRef test) {
    return openData("csv:" + path +
                    ",label=kind,test=" + folder.write("e.csv", test));
  };
  DataSplits data = llvm::cantFail(open("kind,b,a\ny,6,5\n"));
  EXPECT_EQ(valuesOf<float>(*data.eval, "x"), (Floats{5, 6}));
  EXPECT_EQ(valuesOf<int32_t>(*data.eval, "label"), (Ints{1}));
  EXPECT_CONTAINS(message(open("a,c,kind\n5,6,y\n")),
                  "e.csv: has the columns a, c, kind, expected a, b, kind");
  EXPECT_CONTAINS(message(open("a,b,kind,c\n5,6,y,1\n")),
                  "has the columns a, b, kind, c, expected a, b, kind");
  EXPECT_CONTAINS(message(open("a,b,b\n5,6,7\n")), "has the columns a, b, b");
}

TEST(CsvData, Messages) {
  TempFolder folder;
  auto errorOf = [&](llvm::StringRef content, const std::string &options) {
    std::string path = folder.write("t.csv", content);
    std::string text = message(openData("csv:" + path + options));
    size_t at = text.find("t.csv");
    return at == std::string::npos ? text : text.substr(at);
  };
  EXPECT_EQ(errorOf("", ""), "t.csv: has no rows");
  EXPECT_EQ(errorOf("a,b\n1,2\n3\n", ""), "t.csv:3: 1 columns, expected 2");
  EXPECT_CONTAINS(errorOf("a,b\n1,x\n", ""),
                  "t.csv:2: column 'b' is 'x', expected a number; label=b "
                  "takes it as a class and drop=b leaves it out");
  EXPECT_CONTAINS(errorOf("a,b\n1,\n", ""), "column 'b' is ''");
  for (llvm::StringRef value : {"nan", "inf", "1e400", "1e39"})
    EXPECT_CONTAINS(errorOf(("a,b\n1," + value + "\n").str(), ""),
                    "column 'b' is '" + value.str() +
                        "', expected a finite number of f32");
  EXPECT_CONTAINS(errorOf("a,b\n1,2\n3,4\n", ",folds=3,fold=1"),
                  "folds=3, but the data have 2 samples; each fold has one or "
                  "more");
  EXPECT_CONTAINS(errorOf("aa,b\n1,2\n", ",label=aaa"),
                  "no column 'aaa'; did you mean 'aa'?");
  EXPECT_CONTAINS(errorOf("a,b\n1,2\n", ",label=a,target=a"),
                  "column 'a' is named twice");
  EXPECT_CONTAINS(errorOf("a,b\n1,2\n", ",label=a,drop=b"),
                  "has no column of numbers");
}

TEST(GraphData, TextGraphByHand) {
  // Two documents, "0 1 0" and "1 2", windows of 2: {0 1}, {1 0}, {1 2}.
  CompressedRows graph = textGraph({{0, 1, 0}, {1, 2}}, 3, 2);
  // Nodes: documents 0 and 1, then words. Word 1 is in every document: its
  // TF-IDF is 0. PMI(0, 1) = log(2 * 3 / (2 * 3)) = 0; PMI(1, 2) =
  // log(1 * 3 / (3 * 1)) = 0; both are left out, as is (0, 2), never together.
  EXPECT_EQ(graph.pointers, (std::vector<int64_t>{0, 2, 4, 6, 7, 9}));
  EXPECT_EQ(graph.columns, (std::vector<int32_t>{0, 2, 1, 4, 0, 2, 3, 1, 4}));
  EXPECT_EQ(graph.values[1], 2 * std::log(2.0));
  EXPECT_EQ(graph.values[3], std::log(2.0));
  normaliseSymmetric(graph);
  double a = 2 * std::log(2.0);
  EXPECT_NEAR(graph.values[0], 1 / (1 + a), 1e-15);
  EXPECT_NEAR(graph.values[1], a / (1 + a), 1e-15);
  EXPECT_EQ(graph.values[6], 1);

  // PMI that is positive: 3 windows, words 0 and 1 in one and only there.
  graph = textGraph({{0, 1}, {2}, {2}}, 3, 20);
  std::vector<double> row(graph.values.begin() + graph.pointers[3],
                          graph.values.begin() + graph.pointers[4]);
  ASSERT_EQ(row.size(), 3u);
  EXPECT_EQ(row[0], std::log(3.0)) << "TF-IDF of document 0";
  EXPECT_EQ(row[1], 1);
  EXPECT_EQ(row[2], std::log(3.0)) << "1 * 3 / (1 * 1)";
  EXPECT_EQ(graph.columns[graph.pointers[3] + 2], 4);
}

TEST(GraphData, TextGraphFields) {
  TempFolder folder;
  std::string text = folder.write("d.txt", "b a b\na c\n");
  std::string labels = folder.write("l.txt", "train\tx\ntest\ty\n");
  DataSplits data = llvm::cantFail(
      openData("textgcn:" + text + ",labels=" + labels + ",window=2"));
  // The words by how often they come: a, b, c.
  EXPECT_EQ(data.vocabulary, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "indptr"), (Ints{0, 2, 4, 5, 7, 9}));
  EXPECT_EQ(valuesOf<int32_t>(data.train, "label"),
            (Ints{0, -100, -100, -100, -100}));
  EXPECT_EQ(valuesOf<int32_t>(*data.eval, "label"),
            (Ints{-100, 1, -100, -100, -100}));
  EXPECT_TRUE(data.train.isWhole());
  EXPECT_CONTAINS(message(openData("textgcn:" + text)), "no labels=FILE");
}

} // namespace
