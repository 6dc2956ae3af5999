//===- Csv.cpp - Tables of comma-separated values -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row is a sample. The columns are numbers: of the field `x`, or each a field
// of its own name. One column may be a class, the field `label`, and one the
// number to predict, the field `y`.
//
//===----------------------------------------------------------------------===//

#include "Csv.h"

#include "ByteSource.h"
#include "Descriptor.h"
#include "Elements.h"
#include "Readers.h"
#include "Words.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace dlc;

/// A table is read as a whole.
static constexpr uint64_t mostBytes = uint64_t(1) << 34;

Error CsvRows::takeQuoted(std::string &cell) {
  unsigned begun = lineNumber;
  while (true) {
    size_t end = rest.find('"');
    if (end == StringRef::npos)
      return makeError("{0}:{1}: a quote that is not closed", path, begun);
    StringRef part = rest.take_front(end);
    lineNumber += part.count('\n');
    cell += part;
    rest = rest.drop_front(end + 1);
    if (!rest.consume_front("\""))
      return Error::success();
    cell += '"';
  }
}

Expected<bool> CsvRows::next(std::vector<std::string> &cells) {
  while (rest.consume_front("\n") || rest.consume_front("\r\n"))
    ++lineNumber;
  firstLine = lineNumber;
  size_t count = 0;
  if (rest.empty())
    return false;
  const char ends[] = {separator, '\n', 0};
  while (true) {
    // Strings are used again from row to row.
    if (cells.size() == count)
      cells.emplace_back();
    std::string &cell = cells[count++];
    cell.clear();
    if (rest.consume_front("\"")) {
      if (Error error = takeQuoted(cell))
        return std::move(error);
    } else {
      StringRef part = rest.take_front(rest.find_first_of(ends));
      rest = rest.drop_front(part.size());
      if (rest.empty() || rest.front() == '\n')
        part.consume_back("\r");
      cell = part.str();
    }
    if (rest.consume_front(StringRef(ends, 1)))
      continue;
    rest.consume_front("\r");
    if (!rest.empty() && !rest.consume_front("\n"))
      return makeError("{0}:{1}: '{2}' after a closing quote, expected a "
                       "separator or the end of the line",
                       path, lineNumber, rest.take_front(1));
    ++lineNumber;
    cells.resize(count);
    return true;
  }
}

namespace {

/// The use of a column.
enum class Use { Number, Label, Target, Nothing };

/// Reads a table; its first file determines the columns.
class TableReader {
public:
  explicit TableReader(const Descriptor &descriptor) : options(descriptor) {}

  Error readOptions();
  /// Appends the rows of a file.
  Error read(StringRef path);
  int64_t size() const { return rows; }
  Expected<DataSplits> finish(const Split &split, StringRef path);

private:
  Error nameColumns(ArrayRef<std::string> cells, bool isHeader, StringRef path);
  Error findColumn(StringRef option, StringRef name, Use use, StringRef path);
  Error matchColumns(ArrayRef<std::string> header, StringRef path);
  Error addRow(ArrayRef<std::string> cells, StringRef place);
  void standardise(const Split &split);
  Expected<Array> numbers(size_t first, size_t count, StringRef path) const;

  const Descriptor &options;
  char separator = ',';
  std::string header;
  bool mustStandardise = false, isOneField = true;
  std::vector<std::string> names;
  std::vector<Use> uses;
  bool isNamed = false; ///< the first file has a header
  /// For each column, its place in the rows of the present file.
  std::vector<size_t> places;
  int64_t rows = 0;
  size_t width = 0;          ///< columns of numbers
  std::vector<float> values; ///< rows x width
  std::vector<float> targets;
  std::vector<std::string> labels;
};

} // namespace

Error TableReader::readOptions() {
  Expected<std::string> given =
      options.choice("separator", {"comma", "semicolon", "tab"});
  if (!given)
    return given.takeError();
  separator = *given == "comma" ? ',' : *given == "tab" ? '\t' : ';';
  Expected<std::string> first = options.choice("header", {"auto", "yes", "no"});
  if (!first)
    return first.takeError();
  header = *first;
  Expected<std::string> fields = options.choice("fields", {"x", "columns"});
  if (!fields)
    return fields.takeError();
  isOneField = *fields == "x";
  Expected<bool> flag = options.flag("standardise", false);
  if (!flag)
    return flag.takeError();
  mustStandardise = *flag;
  return Error::success();
}

static bool isNumber(StringRef text) {
  double value;
  return !text.trim().getAsDouble(value);
}

Error TableReader::findColumn(StringRef option, StringRef name, Use use,
                              StringRef path) {
  auto found = llvm::find(names, name);
  size_t index = found - names.begin();
  if (found == names.end())
    return makeError("data descriptor: {0}={1}: {2}: {3}", option, name, path,
                     toString(unknownName(
                         "column", name,
                         SmallVector<StringRef>(names.begin(), names.end()))));
  if (uses[index] != Use::Number)
    return makeError("data descriptor: column '{0}' is named twice", name);
  uses[index] = use;
  return Error::success();
}

Error TableReader::nameColumns(ArrayRef<std::string> cells, bool isHeader,
                               StringRef path) {
  for (auto [index, cell] : enumerate(cells))
    names.push_back(isHeader ? StringRef(cell).trim().str()
                             : std::to_string(index));
  isNamed = isHeader;
  uses.assign(names.size(), Use::Number);
  for (auto [option, use] : {std::pair(StringRef("label"), Use::Label),
                             std::pair(StringRef("target"), Use::Target)})
    if (options.has(option))
      if (Error error = findColumn(option, options.text(option), use, path))
        return error;
  if (options.has("drop")) {
    SmallVector<StringRef> dropped;
    std::string text = options.text("drop");
    StringRef(text).split(dropped, '+');
    for (StringRef name : dropped)
      if (Error error = findColumn("drop", name, Use::Nothing, path))
        return error;
  }
  width = llvm::count(uses, Use::Number);
  if (width == 0)
    return makeError("{0}: has no column of numbers beside those that the "
                     "options name",
                     path);
  return Error::success();
}

/// Finds the columns of the first file in the header of a later one, which may
/// have them in another order.
Error TableReader::matchColumns(ArrayRef<std::string> header, StringRef path) {
  std::vector<std::string> given;
  for (StringRef cell : header)
    given.push_back(cell.trim().str());
  if (given == names)
    return Error::success();
  std::vector<std::string> wanted = names, found = given;
  llvm::sort(wanted);
  llvm::sort(found);
  if (wanted != found ||
      std::adjacent_find(found.begin(), found.end()) != found.end())
    return makeError("{0}: has the columns {1}, expected {2}", path,
                     llvm::join(given, ", "), llvm::join(names, ", "));
  for (auto [place, name] : zip_equal(places, names))
    place = llvm::find(given, name) - given.begin();
  return Error::success();
}

Error TableReader::addRow(ArrayRef<std::string> cells, StringRef place) {
  if (cells.size() != names.size())
    return makeError("{0}: {1} columns, expected {2}", place, cells.size(),
                     names.size());
  for (auto [at, name, use] : zip_equal(places, names, uses)) {
    StringRef cell = cells[at];
    if (use == Use::Nothing)
      continue;
    if (use == Use::Label) {
      labels.push_back(cell.trim().str());
      continue;
    }
    double value = 0;
    if (cell.trim().getAsDouble(value))
      return makeError("{0}: column '{1}' is '{2}', expected a number; "
                       "label={1} takes it as a class and drop={1} leaves it "
                       "out",
                       place, name, cell);
    float number = static_cast<float>(value);
    if (!std::isfinite(number))
      return makeError("{0}: column '{1}' is '{2}', expected a finite number "
                       "of f32",
                       place, name, cell);
    (use == Use::Target ? targets : values).push_back(number);
  }
  ++rows;
  return Error::success();
}

Error TableReader::read(StringRef path) {
  Expected<SmallVector<char, 0>> data = readBytes(path, mostBytes);
  if (!data)
    return data.takeError();
  // Values, labels, and the fields made of them.
  if (Error error = expectMemory(16 * uint64_t(data->size()), path))
    return error;
  StringRef text(data->data(), data->size());
  text.consume_front("\xef\xbb\xbf");
  CsvRows reader(text, separator, path);
  std::vector<std::string> cells;
  bool isFirst = true;
  while (true) {
    Expected<bool> more = reader.next(cells);
    if (!more)
      return more.takeError();
    if (!*more)
      return isFirst ? makeError("{0}: has no rows", path) : Error::success();
    bool isHeader = isFirst && header != "no" &&
                    (header == "yes" || none_of(cells, isNumber));
    if (names.empty())
      if (Error error = nameColumns(cells, isHeader, path))
        return error;
    if (isFirst)
      places.assign(seq<size_t>(names.size()).begin(),
                    seq<size_t>(names.size()).end());
    if (isFirst && isHeader && isNamed)
      if (Error error = matchColumns(cells, path))
        return error;
    isFirst = false;
    if (isHeader)
      continue;
    std::string place = (path + ":" + Twine(reader.line())).str();
    if (Error error = addRow(cells, place))
      return error;
  }
}

/// Subtracts from each column its mean over the rows to train on, and divides
/// by its deviation; a column that does not vary becomes 0.
void TableReader::standardise(const Split &split) {
  double count = static_cast<double>(split.train.size());
  for (size_t column = 0; column < width; ++column) {
    double sum = 0, squares = 0;
    for (uint32_t row : split.train)
      sum += values[row * width + column];
    double mean = sum / count;
    for (uint32_t row : split.train) {
      double distance = values[row * width + column] - mean;
      squares += distance * distance;
    }
    double deviation = std::sqrt(squares / count);
    for (int64_t row = 0; row < rows; ++row) {
      float &value = values[row * width + column];
      value =
          deviation > 0 ? static_cast<float>((value - mean) / deviation) : 0.0f;
    }
  }
}

Expected<Array> TableReader::numbers(size_t first, size_t count,
                                     StringRef path) const {
  SmallVector<int64_t, 2> shape = {rows};
  if (isOneField)
    shape.push_back(static_cast<int64_t>(count));
  Expected<Array> array = makeArray(DLC_F32, shape, path);
  if (!array)
    return array;
  MutableArrayRef<float> target = elementsOf<float>(*array);
  for (int64_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < count; ++column)
      target[row * count + column] = values[row * width + first + column];
  return array;
}

Expected<DataSplits> TableReader::finish(const Split &split, StringRef path) {
  if (mustStandardise)
    standardise(split);
  std::vector<Field> fields;
  auto add = [&](StringRef name, Expected<Array> array) -> Error {
    if (!array)
      return array.takeError();
    fields.push_back({name.str(), path.str(), std::move(*array)});
    return Error::success();
  };
  if (isOneField) {
    if (Error error = add("x", numbers(0, width, path)))
      return std::move(error);
  } else {
    size_t column = 0;
    for (auto [name, use] : zip_equal(names, uses))
      if (use == Use::Number)
        if (Error error = add(name, numbers(column++, 1, path)))
          return std::move(error);
  }
  Labels classes;
  if (options.has("label")) {
    numberClasses(labels, classes);
    if (Error error = add("label", makeI32(classes.classes, path)))
      return std::move(error);
  }
  if (options.has("target")) {
    Expected<Array> array = makeArray(DLC_F32, {rows}, path);
    if (array)
      llvm::copy(targets, elementsOf<float>(*array).begin());
    if (Error error = add("y", std::move(array)))
      return std::move(error);
  }
  Expected<DataSplits> splits = makeSplits(std::move(fields), split);
  if (!splits)
    return splits;
  splits->unit = "rows";
  splits->classes = classes.names;
  return splits;
}

Expected<DataSplits> dlc::openCsv(StringRef text, const DataOptions &options) {
  Expected<Descriptor> descriptor = Descriptor::parse(
      text, {"label", "target", "drop", "header", "separator", "fields",
             "standardise", "test", "folds", "fold", "eval", "split-seed"});
  if (!descriptor)
    return descriptor.takeError();
  Expected<std::string> path = descriptor->file();
  if (!path)
    return path.takeError();
  TableReader reader(*descriptor);
  if (Error error = reader.readOptions())
    return std::move(error);
  if (Error error = reader.read(*path))
    return std::move(error);
  int64_t trained = reader.size();
  if (descriptor->has("test")) {
    for (StringRef other : {"folds", "eval"})
      if (descriptor->has(other))
        return makeError("data descriptor: test and {0} exclude each other: "
                         "both say what to evaluate on",
                         other);
    if (Error error = reader.read(descriptor->text("test")))
      return std::move(error);
    Split split;
    for (int64_t row = 0; row < reader.size(); ++row)
      (row < trained ? split.train : split.eval)
          .push_back(static_cast<uint32_t>(row));
    return reader.finish(split, *path);
  }
  Expected<Split> split = splitSamples(*descriptor, trained, 0.1);
  if (!split)
    return split.takeError();
  return reader.finish(*split, *path);
}
