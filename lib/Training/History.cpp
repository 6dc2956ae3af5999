//===- History.cpp - The curves of a training run -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/History.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/ReadFile.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

std::string dlc::csvField(StringRef name) {
  std::string text = printable(name);
  if (StringRef(text).find_first_of(",\"") == StringRef::npos)
    return text;
  std::string quoted = "\"";
  for (char c : text)
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string History::header() const {
  std::string text = "epoch,";
  for (const std::string &column : columns)
    text += csvField(column) + ",";
  return text + "seconds";
}

/// Whether a line has a number in each of `cells` cells.
static bool isRow(StringRef line, size_t cells) {
  SmallVector<StringRef> words;
  line.split(words, ',');
  double value;
  return words.size() == cells && all_of(words, [&](StringRef word) {
           return !word.getAsDouble(value);
         });
}

Error History::continueFrom(StringRef path, int64_t firstEpoch) {
  if (!sys::fs::exists(path))
    return Error::success();
  // Far more than a line for each epoch of any run.
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, 1 << 28);
  if (!file)
    return file.takeError();

  SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.empty() || lines.front() != header())
    return makeError(
        "{0}: is not of this training run: its first line is '{1}', "
        "expected '{2}'",
        path, lines.empty() ? "" : lines.front(), header());
  int64_t last = 0;
  for (StringRef line : ArrayRef(lines).drop_front()) {
    int64_t epoch;
    if (line.split(',').first.getAsInteger(10, epoch) || epoch <= last)
      return makeError("{0}: '{1}' does not start with an epoch after {2}",
                       path, line, last);
    if (!isRow(line, columns.size() + 2))
      return makeError("{0}: '{1}', expected {2} numbers", path, line,
                       columns.size() + 2);
    last = epoch;
    // The epoch in which training goes on is recorded again when it ends.
    if (epoch < firstEpoch)
      rows.push_back(line.str());
  }
  return Error::success();
}

/// The fields of a line, those in quotes as they stand.
static SmallVector<StringRef> splitFields(StringRef line) {
  SmallVector<StringRef> fields;
  bool isQuoted = false;
  size_t begin = 0;
  for (size_t at = 0; at <= line.size(); ++at) {
    if (at == line.size() || (line[at] == ',' && !isQuoted)) {
      fields.push_back(line.slice(begin, at));
      begin = at + 1;
    } else if (line[at] == '"') {
      isQuoted = !isQuoted;
    }
  }
  return fields;
}

Expected<double> History::readAt(StringRef path, StringRef column,
                                 int64_t epoch) {
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, 1 << 28);
  if (!file)
    return file.takeError();
  SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  // A run that went further has later epochs.
  auto isLater = [&](StringRef line) {
    int64_t number;
    return line.split(',').first.getAsInteger(10, number) || number > epoch;
  };
  while (lines.size() > 1 && isLater(lines.back()))
    lines.pop_back();
  if (lines.size() < 2)
    return makeError("{0}: has no epoch up to {1}", path, epoch);
  SmallVector<StringRef> names = splitFields(lines.front());
  const auto *found = find(names, StringRef(csvField(column)));
  if (found == names.end())
    return unknownName("metric", column, names);
  SmallVector<StringRef> values = splitFields(lines.back());
  size_t index = found - names.begin();
  double value;
  if (index >= values.size() || values[index].getAsDouble(value))
    return makeError("{0}: '{1}' has no number in column '{2}'", path,
                     lines.back(), column);
  return value;
}

void History::add(const EpochRecord &record) {
  std::string row;
  raw_string_ostream os(row);
  os << record.epoch;
  for (double value : record.values)
    os << format(",%.9g", value);
  os << format(",%.3f", record.seconds);
  rows.push_back(std::move(row));
}

Error History::write(StringRef path) const {
  return writeFileAtomically(path, [&](raw_ostream &os) {
    os << header() << '\n';
    for (const std::string &row : rows)
      os << row << '\n';
  });
}
