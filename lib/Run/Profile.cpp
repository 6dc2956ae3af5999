//===- Profile.cpp - The option --profile ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Profile.h"

#include "dlc/Support/Error.h"

#include "llvm/Support/Path.h"

#include <chrono>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

static constexpr StringLiteral kTable = "-";

Error Profile::open() {
  if (!arguments.has(OPT_profile))
    return Error::success();
  if (Error error = arguments.once(OPT_profile))
    return error;
  StringRef path = arguments.text(OPT_profile);
  if (path == kTable)
    return Error::success();
  StringRef suffix = sys::path::extension(path);
  if (suffix != ".json" && suffix != ".csv")
    return makeError("--profile={0}: expected a file name that ends with .json "
                     "or .csv, or no file for a table",
                     path);
  Expected<std::string> reserved = files.reserve(path);
  if (!reserved)
    return makeError("--profile: {0}", toString(reserved.takeError()));
  temporary = *reserved;
  return Error::success();
}

Error Profile::repeat(Model &model, double seconds, function_ref<Error()> run) {
  constexpr int mostCalls = 10;
  constexpr double mostSeconds = 1;
  // The first call fetches code and memory; one that is long hardly notices.
  if (!arguments.has(OPT_profile) || seconds > mostSeconds)
    return Error::success();
  Expected<WorkerTimes> times = model.profile();
  if (!times)
    return times.takeError();
  before = std::move(*times);
  auto begin = std::chrono::steady_clock::now();
  for (int call = 0; call < mostCalls; ++call) {
    if (Error error = run())
      return error;
    std::chrono::duration<double> passed =
        std::chrono::steady_clock::now() - begin;
    if (passed.count() > mostSeconds)
      break;
  }
  return Error::success();
}

Error Profile::finish(Model &model, RunContext &context, raw_ostream &os) {
  if (!arguments.has(OPT_profile))
    return Error::success();
  Expected<WorkerTimes> times = model.profile();
  if (!times)
    return times.takeError();
  Peak peak;
  if (context.measurePeak) {
    Expected<Peak> measured =
        context.measurePeak(static_cast<int>(times->size()));
    if (!measured)
      return makeError("--profile: {0}", toString(measured.takeError()));
    peak = *measured;
  }
  ProfileReport report(model.description(), *times, before, peak);
  StringRef path = arguments.text(OPT_profile);
  if (path == kTable) {
    report.printTable(os);
    return Error::success();
  }
  bool isJson = sys::path::extension(path) == ".json";
  Error written = writeStream(temporary, [&](raw_ostream &file) {
    isJson ? report.writeJson(file) : report.writeCsv(file);
  });
  if (written)
    return files.describe(std::move(written));
  return files.commit();
}
