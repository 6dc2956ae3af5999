//===- DataCache.cpp - Data that were converted before --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DataCache.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/FileCache.h"
#include "dlc/Support/InputFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

/// Bytes of all entries; the least recently used are removed first.
static constexpr uint64_t cacheLimit = uint64_t(1) << 30;
/// Files that are together smaller are read fast enough without the cache.
static constexpr uint64_t leastBytes = 1 << 18;

static constexpr StringLiteral magic = "dlc data 1\n";

//===----------------------------------------------------------------------===//
// Data as bytes
//===----------------------------------------------------------------------===//

namespace {

class Writer {
public:
  void number(uint64_t value) {
    char bytes[sizeof(value)];
    support::endian::write64le(bytes, value);
    text.append(bytes, sizeof(bytes));
  }
  void string(StringRef value) {
    number(value.size());
    text += value;
  }
  void strings(ArrayRef<std::string> values) {
    number(values.size());
    for (const std::string &value : values)
      string(value);
  }
  void dataset(const Dataset &data) {
    number(data.fields().size());
    for (const Field &field : data.fields()) {
      string(field.name);
      string(field.path);
      number(field.sampleDim ? *field.sampleDim + uint64_t(1) : 0);
      number(field.array.type);
      number(field.array.shape.size());
      for (int64_t extent : field.array.shape)
        number(extent);
      string({field.array.data.data(), field.array.data.size()});
    }
  }

  std::string text = magic.str();
};

/// Takes what Writer wrote; `good` falls where something else is there.
class Reader {
public:
  explicit Reader(StringRef bytes) : rest(bytes) {
    good = rest.consume_front(magic);
  }

  uint64_t number() {
    if (!good || rest.size() < sizeof(uint64_t)) {
      good = false;
      return 0;
    }
    uint64_t value = support::endian::read64le(rest.data());
    rest = rest.drop_front(sizeof(value));
    return value;
  }
  StringRef string() {
    uint64_t size = number();
    good = good && size <= rest.size();
    StringRef value = good ? rest.take_front(size) : "";
    rest = rest.drop_front(value.size());
    return value;
  }
  std::vector<std::string> strings() {
    std::vector<std::string> values;
    for (uint64_t count = number(); good && count; --count)
      values.push_back(string().str());
    return values;
  }
  std::optional<Dataset> dataset();

  StringRef rest;
  bool good;
};

} // namespace

std::optional<Dataset> Reader::dataset() {
  std::vector<Field> fields;
  for (uint64_t count = number(); good && count; --count) {
    Field field;
    field.name = string().str();
    field.path = string().str();
    uint64_t dim = number();
    field.sampleDim =
        dim ? std::optional<unsigned>(dim - 1) : std::optional<unsigned>();
    auto type = static_cast<int64_t>(number());
    for (uint64_t rank = number(); good && rank; --rank)
      field.array.shape.push_back(static_cast<int64_t>(number()));
    StringRef data = string();
    good = good && findElementType(type);
    if (!good)
      return std::nullopt;
    field.array.type = static_cast<int32_t>(type);
    field.array.data.assign(data.begin(), data.end());
    good = sizeInBytes(field.array.type, field.array.shape) ==
           static_cast<int64_t>(data.size());
    fields.push_back(std::move(field));
  }
  if (!good)
    return std::nullopt;
  Expected<Dataset> result = Dataset::create(std::move(fields));
  if (result)
    return std::move(*result);
  consumeError(result.takeError());
  return std::nullopt;
}

std::string dlc::storedData(const DataSplits &data) {
  Writer writer;
  writer.string(data.unit);
  writer.strings(data.vocabulary);
  writer.strings(data.classes);
  writer.string(data.lengths);
  writer.number(data.bucket);
  writer.number(data.eval.has_value());
  writer.dataset(data.train);
  if (data.eval)
    writer.dataset(*data.eval);
  return std::move(writer.text);
}

std::optional<DataSplits> dlc::restoreData(StringRef bytes) {
  Reader reader(bytes);
  std::string unit = reader.string().str();
  std::vector<std::string> vocabulary = reader.strings();
  std::vector<std::string> classes = reader.strings();
  std::string lengths = reader.string().str();
  auto bucket = static_cast<int64_t>(reader.number());
  bool hasEval = reader.number() != 0;
  std::optional<Dataset> train = reader.dataset();
  if (!train)
    return std::nullopt;
  DataSplits data{std::move(*train), std::nullopt,       unit,  vocabulary,
                  classes,           std::move(lengths), bucket};
  if (hasEval) {
    data.eval = reader.dataset();
    if (!data.eval)
      return std::nullopt;
  }
  if (!reader.good || !reader.rest.empty())
    return std::nullopt;
  return data;
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

/// Size and time of a file, to see whether it was changed.
static std::string stampOf(StringRef path) {
  sys::fs::file_status status;
  if (sys::fs::status(path, status))
    return "";
  return formatv("{0} {1} {2}", status.getSize(),
                 status.getLastModificationTime().time_since_epoch().count(),
                 status.getUniqueID().getFile())
      .str();
}

static std::string stampsOf(ArrayRef<std::string> files) {
  std::string text;
  for (const std::string &file : files)
    text += stampOf(file) + "\n";
  return text;
}

static void add(BLAKE3 &hash, StringRef text) {
  hash.update(std::to_string(text.size()) + " ");
  hash.update(text);
}

/// Adds the contents of a file; false if it cannot be read.
static bool addFile(BLAKE3 &hash, StringRef path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file) {
    consumeError(file.takeError());
    return false;
  }
  add(hash, path);
  std::vector<char> piece(1 << 20);
  uint64_t seen = 0;
  while (true) {
    Expected<size_t> count = file->read(piece);
    if (!count) {
      consumeError(count.takeError());
      return false;
    }
    hash.update(StringRef(piece.data(), *count));
    seen += *count;
    if (*count < piece.size())
      break;
  }
  hash.update(std::to_string(seen));
  return true;
}

Expected<DataSplits> dlc::readOnce(StringRef descriptor,
                                   ArrayRef<std::string> files,
                                   const DataOptions &options,
                                   function_ref<Expected<DataSplits>()> read) {
  uint64_t total = 0;
  for (const std::string &file : files) {
    uint64_t bytes = 0;
    if (!sys::fs::file_size(file, bytes))
      total += bytes;
  }
  std::string build = FileCache::programBuild();
  if (options.cacheFolder.empty() || total < leastBytes || build.empty())
    return read();
  std::string before = stampsOf(files);
  BLAKE3 hash;
  add(hash, build);
  add(hash, descriptor);
  for (const std::string &file : files)
    if (!addFile(hash, file))
      return read();
  std::string key = toHex(hash.final(), /*LowerCase=*/true);
  FileCache cache(options.cacheFolder, ".data", cacheLimit);
  if (std::unique_ptr<MemoryBuffer> entry = cache.find(key))
    if (std::optional<DataSplits> data =
            restoreData(FileCache::contents(*entry)))
      return std::move(*data);
  Expected<DataSplits> data = read();
  // If files have changed meanwhile, the data do not belong to the key.
  if (data && stampsOf(files) == before)
    cache.store(key, storedData(*data));
  return data;
}
