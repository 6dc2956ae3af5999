//===- Metadata.cpp - Text beside the tensors of a checkpoint -------------===//

#include "dlc/Training/Metadata.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static constexpr size_t lengthBytes = 8;

/// Opens a safetensors file; `header` is its JSON.
static Expected<std::unique_ptr<MemoryBuffer>> openFile(StringRef path,
                                                        StringRef &header) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return makeError("{0}: cannot be read: {1}", path,
                     file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  uint64_t length =
      bytes.size() < lengthBytes ? 0 : support::endian::read64le(bytes.data());
  if (bytes.size() < lengthBytes || length > bytes.size() - lengthBytes)
    return makeError("{0}: not a safetensors file, or cut short", path);
  header = bytes.substr(lengthBytes, length);
  return std::move(*file);
}

std::string dlc::exactText(double value) {
  std::string text;
  raw_string_ostream(text) << format("%.17g", value);
  return text;
}

Expected<Metadata> dlc::readMetadata(StringRef path) {
  StringRef header;
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(path, header);
  if (!file)
    return file.takeError();
  Expected<json::Value> value = json::parse(header);
  if (!value)
    return makeError("{0}: its header: {1}", path, toString(value.takeError()));
  Metadata metadata;
  const json::Object *root = value->getAsObject();
  if (const json::Object *found =
          root ? root->getObject("__metadata__") : nullptr)
    for (const auto &[name, text] : *found)
      metadata[name.str()] = text.getAsString().value_or("").str();
  return metadata;
}

Error dlc::copyWithMetadata(StringRef from, StringRef to,
                            const Metadata &metadata) {
  StringRef header;
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(from, header);
  if (!file)
    return file.takeError();
  json::Object entries;
  for (const auto &[name, text] : metadata)
    entries[name] = text;
  std::string text = "{\"__metadata__\":";
  raw_string_ostream(text) << json::Value(std::move(entries));
  StringRef rest = header.trim().drop_front(); // of the opening brace
  text += rest == "}" ? "" : ",";
  text += rest;
  text.append((8 - text.size() % 8) % 8, ' '); // data begin at a multiple of 8
  StringRef data = (*file)->getBuffer().drop_front(lengthBytes + header.size());
  return writeFileAtomically(to, [&](raw_ostream &os) {
    char length[lengthBytes];
    support::endian::write64le(length, text.size());
    os << StringRef(length, lengthBytes) << text << data;
  });
}
