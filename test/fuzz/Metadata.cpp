//===- Metadata.cpp - What a checkpoint says beside its tensors -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run believes of it is what a run writes: totals and plateaus that are
// taken give the same text again.
//
//===----------------------------------------------------------------------===//

#include "FuzzFile.h"

#include "dlc/Training/Metadata.h"
#include "dlc/Training/Metrics.h"
#include "dlc/Training/Plateau.h"

using namespace dlc;
using namespace dlc::fuzz;

static void restore(const Metadata &metadata) {
  static const PlateauOptions options =
      llvm::cantFail(PlateauOptions::parse("lr"));
  Plateau plateau(options);
  if (llvm::Error error = plateau.restore(metadata)) {
    require(!llvm::toString(std::move(error)).empty(), "an error says why");
  } else if (metadata.count("plateau.best")) {
    for (const auto &[name, value] : plateau.save())
      require(metadata.at(name) == value, "a plateau is what was saved");
    plateau.step(0.5, 1);
  }
  auto text = metadata.find("epoch.totals");
  if (text == metadata.end())
    return;
  llvm::Expected<Totals> totals = parseTotals(text->second, 2, 12);
  if (totals)
    require(totalsText(*totals) == text->second, "totals are what was saved");
  else
    require(!llvm::toString(totals.takeError()).empty(), "an error says why");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const File file;
  uint64_t length = size;
  std::string bytes(reinterpret_cast<const char *>(&length), sizeof(length));
  file.write(bytes.append(reinterpret_cast<const char *>(data), size));
  llvm::Expected<Metadata> metadata = readMetadata(file.path());
  if (!metadata) {
    std::string message = llvm::toString(metadata.takeError());
    require(message.rfind(file.path() + ": ", 0) == 0,
            "a message begins with the path");
    return 0;
  }
  restore(*metadata);
  return 0;
}
