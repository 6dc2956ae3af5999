//===- RunFolder.cpp - Files of a training run ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/RunFolder.h"

#include "dlc/Data/Vocabulary.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

std::string RunFolder::file(StringRef name) const {
  SmallString<128> result(path);
  sys::path::append(result, name);
  return result.str().str();
}

Expected<RunFolder> RunFolder::open(StringRef path,
                                    std::vector<std::string> columns,
                                    std::optional<int64_t> resumeAt) {
  if (std::error_code error = sys::fs::create_directories(path))
    return makeError("{0}: cannot be made: {1}", path, error.message());
  // create_directories does not fail on an existing file of that name.
  if (!sys::fs::is_directory(path))
    return makeError("{0}: is not a folder to write results to", path);
  RunFolder folder(path, std::move(columns));
  // This also removes temporaries of an earlier run that was killed.
  PendingFiles files;
  for (const std::string &name :
       {folder.file("metrics.csv"), folder.checkpoint(), folder.best(),
        folder.file("confusion.csv"), folder.file("vocabulary.txt")})
    if (Expected<std::string> file = files.reserveRegular(name); !file)
      return file.takeError();
  if (resumeAt)
    if (Error error =
            folder.history.continueFrom(folder.file("metrics.csv"), *resumeAt))
      return std::move(error);
  return std::move(folder);
}

Error RunFolder::write(Model &model, const Metadata &metadata) const {
  if (Error error = history.write(file("metrics.csv")))
    return error;
  return model.save(checkpoint(), DLC_ALL, metadata);
}

Error RunFolder::writeBest(Model &model) const {
  return model.save(best(), DLC_PARAMS);
}

Error RunFolder::writeScores(const ClassScores &scores,
                             ArrayRef<std::string> classes) const {
  return writeFileAtomically(file("confusion.csv"), [&](raw_ostream &os) {
    scores.writeCsv(os, classes);
  });
}

Error RunFolder::writeWords(ArrayRef<std::string> vocabulary) const {
  return writeVocabulary(file("vocabulary.txt"), vocabulary);
}
