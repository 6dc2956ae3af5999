//===- Metadata.cpp - Text beside the tensors of a checkpoint -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Metadata.h"

#include "dlc/Support/Error.h"
#include "lib/Runtime/Header.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

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

namespace {
struct Taken {
  Metadata metadata;
  std::string twice;
};
} // namespace

static dlc_status take(void *context, const char *name, const char *value) {
  auto *taken = static_cast<Taken *>(context);
  if (taken->metadata.try_emplace(name, value).second)
    return DLC_OK;
  taken->twice = name;
  return DLC_ERROR_FORMAT;
}

Expected<Metadata> dlc::readMetadata(StringRef path) {
  std::string name = path.str();
  char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
  dlc_rt_checkpoint checkpoint;
  if (dlc_rt_checkpoint_open(&checkpoint, name.c_str(), error))
    return makeError(Twine(error));
  Taken taken;
  dlc_rt_header_reader reader = {nullptr, take, &taken};
  dlc_status status =
      dlc_rt_checkpoint_parse(&checkpoint, name.c_str(), &reader, error);
  dlc_rt_checkpoint_close(&checkpoint);
  if (status && error[0])
    return makeError(Twine(error));
  if (status)
    return makeError("{0}: its metadata has '{1}' twice", path, taken.twice);
  return std::move(taken.metadata);
}
