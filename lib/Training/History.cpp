//===- History.cpp - The curves of a training run -------------------------===//

#include "dlc/Training/History.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

std::string History::header() const {
  return "epoch," + join(columns, ",") + (columns.empty() ? "" : ",") +
         "seconds";
}

Error History::continueFrom(StringRef path, int64_t firstEpoch) {
  if (!sys::fs::exists(path))
    return Error::success();
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path);
  if (!file)
    return makeError("{0}: cannot be read: {1}", path,
                     file.getError().message());

  SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.empty() || lines.front() != header())
    return makeError(
        "{0}: is not of this training run: its first line is '{1}', "
        "expected '{2}'",
        path, lines.empty() ? "" : lines.front(), header());
  for (StringRef line : ArrayRef(lines).drop_front()) {
    int64_t epoch;
    if (line.split(',').first.getAsInteger(10, epoch))
      return makeError("{0}: '{1}' does not start with an epoch", path, line);
    // The epoch in which training goes on is recorded again when it ends.
    if (epoch < firstEpoch)
      rows.push_back(line.str());
  }
  return Error::success();
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
