//===- Metadata.cpp - Text beside the tensors of a checkpoint -------------===//

#include "dlc/Training/Metadata.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/InputFile.h"
#include "dlc/Support/PendingFiles.h"
#include "lib/Runtime/Header.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <vector>

using namespace llvm;
using namespace dlc;

static constexpr size_t lengthBytes = 8;

/// Reads the JSON at the start of a safetensors file.
static Expected<std::string> readHeader(InputFile &file) {
  char number[lengthBytes] = {};
  Expected<size_t> count = file.read(number);
  if (!count)
    return count.takeError();
  uint64_t length = support::endian::read64le(number);
  if (*count < lengthBytes || length > DLC_RT_MAX_HEADER ||
      (file.size() && length > *file.size() - lengthBytes))
    return makeError("{0}: not a safetensors file, or cut short", file.path());
  std::string header(length, '\0');
  count = file.read({header.data(), header.size()});
  if (!count)
    return count.takeError();
  if (*count < length)
    return makeError("{0}: cut short: {1} bytes of header, expected {2}",
                     file.path(), *count, length);
  return header;
}

std::string dlc::exactText(double value) {
  std::string text;
  raw_string_ostream(text) << format("%.17g", value);
  return text;
}

bool dlc::parseExact(StringRef text, double &value) {
  return !text.getAsDouble(value) && exactText(value) == text;
}

bool dlc::parseExact(StringRef text, int64_t &value) {
  return !text.getAsInteger(10, value) && std::to_string(value) == text;
}

Expected<Metadata> dlc::parseMetadata(std::string header, StringRef path) {
  struct Taken {
    Metadata metadata;
    std::string twice;
  } taken;
  auto take = [](void *context, const char *name,
                 const char *value) -> dlc_status {
    auto *taken = static_cast<Taken *>(context);
    if (taken->metadata.try_emplace(name, value).second)
      return DLC_OK;
    taken->twice = name;
    return DLC_ERROR_FORMAT;
  };
  // The loader's own parser: what one of the two accepts, the other does.
  dlc_rt_json json = {header.data(), header.data(),
                      header.data() + header.size(), nullptr};
  dlc_rt_header_reader reader = {nullptr, take, &taken};
  dlc_status status = dlc_rt_parse_header(&json, &reader);
  if (json.error)
    return makeError("{0}: byte {1} of the header: {2}", path,
                     json.at - json.begin, json.error);
  if (status != DLC_OK)
    return makeError("{0}: its metadata has '{1}' twice", path, taken.twice);
  return std::move(taken.metadata);
}

Expected<Metadata> dlc::readMetadata(StringRef path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.takeError();
  Expected<std::string> header = readHeader(*file);
  if (!header)
    return header.takeError();
  return parseMetadata(std::move(*header), path);
}

/// The header with metadata in front of its entries, and its length before it.
static Expected<std::string> addMetadata(StringRef header, StringRef path,
                                         const Metadata &metadata) {
  json::Object entries;
  for (const auto &[name, text] : metadata)
    entries[name] = text;
  std::string text = "{\"" DLC_RT_METADATA "\":";
  raw_string_ostream(text) << json::Value(std::move(entries));
  StringRef rest = header.trim();
  if (!rest.consume_front("{"))
    return makeError("{0}: not a safetensors file", path);
  text += rest == "}" ? "" : ",";
  text += rest;
  text.append((8 - text.size() % 8) % 8, ' '); // data begin at a multiple of 8
  if (text.size() > DLC_RT_MAX_HEADER)
    return makeError("{0}: a header of {1} bytes, which is more than the {2} "
                     "that a safetensors file can have",
                     path, text.size(), int(DLC_RT_MAX_HEADER));
  char length[lengthBytes];
  support::endian::write64le(length, text.size());
  return std::string(length, lengthBytes) + text;
}

Error dlc::copyWithMetadata(StringRef from, StringRef to,
                            const Metadata &metadata) {
  Expected<InputFile> file = InputFile::open(from);
  if (!file)
    return file.takeError();
  Expected<std::string> header = readHeader(*file);
  if (!header)
    return header.takeError();
  Expected<std::string> extended = addMetadata(*header, from, metadata);
  if (!extended)
    return extended.takeError();
  PendingFiles files;
  Expected<std::string> temporary = files.reserveRegular(to);
  if (!temporary)
    return temporary.takeError();
  Error reading = Error::success();
  Error writing = files.describe(writeStream(*temporary, [&](raw_ostream &os) {
    os << *extended;
    std::vector<char> piece(1 << 20);
    while (true) {
      Expected<size_t> count = file->read(piece);
      if (!count)
        reading = joinErrors(std::move(reading), count.takeError());
      if (!count || *count == 0)
        return;
      os.write(piece.data(), *count);
    }
  }));
  if (Error error = joinErrors(std::move(reading), std::move(writing)))
    return error;
  return files.commit();
}
