//===- DescribeData.cpp - dlc-run --describe-data -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Commands.h"

#include "dlc/Data/Dataset.h"
#include "dlc/Data/Npy.h"
#include "dlc/Data/Vocabulary.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

static void printPart(raw_ostream &os, StringRef name, const Dataset &data) {
  os << name << ": "
     << (data.isWhole() ? "one whole"
                        : std::to_string(data.size()) + " samples")
     << '\n';
  for (const Field &field : data.fields()) {
    os << "  " << printable(field.name) << "  "
       << describe(field.array.type, field.array.shape);
    if (!field.sampleDim)
      os << "  (every batch gets all of it)";
    else if (*field.sampleDim != 0)
      os << "  (dimension " << *field.sampleDim << " counts samples)";
    os << '\n';
  }
}

static Error writePart(StringRef folder, StringRef prefix,
                       const Dataset &data) {
  for (const Field &field : data.fields()) {
    // Names of columns may have anything in them.
    if (StringRef(field.name).contains('/') || field.name.empty())
      return makeError("--write-data: field '{0}' is not a name of a file",
                       field.name);
    SmallString<128> path(folder);
    sys::path::append(path, prefix + field.name + ".npy");
    if (Error error = writeNpyFile(path, field.array.type, field.array.shape,
                                   field.array.data))
      return error;
  }
  return Error::success();
}

Error run::describeData(const Arguments &arguments, RunContext &context) {
  StringRef descriptor = arguments.text(OPT_describe_data);
  Expected<DataSplits> data = openData(descriptor, {cacheFolder(arguments)});
  if (!data)
    return makeError("--describe-data: {0}", toString(data.takeError()));
  raw_ostream &os = context.out;
  printPart(os, "train", data->train);
  if (data->eval)
    printPart(os, "eval", *data->eval);
  if (!data->vocabulary.empty())
    os << "vocabulary: " << data->vocabulary.size() << '\n';
  if (!data->classes.empty()) {
    os << "classes: " << data->classes.size() << '\n';
    for (const std::string &name : data->classes)
      os << "  " << printable(name) << '\n';
  }
  if (!arguments.has(OPT_write_data))
    return Error::success();
  StringRef folder = arguments.text(OPT_write_data);
  if (std::error_code error = sys::fs::create_directories(folder))
    return makeError("--write-data: {0}: cannot be made: {1}", folder,
                     error.message());
  if (Error error = writePart(folder, "", data->train))
    return error;
  if (data->eval)
    if (Error error = writePart(folder, "eval-", *data->eval))
      return error;
  SmallString<128> path(folder);
  sys::path::append(path, "vocabulary.txt");
  return data->vocabulary.empty() ? Error::success()
                                  : writeVocabulary(path, data->vocabulary);
}
