//===- HparamPlateau.cpp - A plateau that sets a hyper-parameter ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/HparamPlateau.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

Expected<HparamPlateau> HparamPlateau::create(const PlateauOptions &options,
                                              Model &model,
                                              ArrayRef<std::string> columns,
                                              const Metadata &resumed,
                                              StringRef resumedFrom) {
  auto refuse = [](Error error) {
    return makeError("--reduce-on-plateau: {0}", toString(std::move(error)));
  };
  Expected<double> rate = model.getHparam(options.hparam);
  if (!rate)
    return refuse(rate.takeError());
  auto found = find(columns, options.metric);
  if (found == columns.end())
    return refuse(unknownName("metric", options.metric,
                              to_vector_of<StringRef>(columns)));
  HparamPlateau result(options, found - columns.begin());
  if (Error error = result.plateau.restore(resumed))
    return makeError("--resume: {0}: {1}", resumedFrom,
                     toString(std::move(error)));
  return std::move(result);
}

Expected<std::string> HparamPlateau::step(Model &model, ArrayRef<double> row) {
  const PlateauOptions &options = plateau.options();
  Expected<double> before = model.getHparam(options.hparam);
  if (!before)
    return before.takeError();
  double after = plateau.step(row[column], *before);
  // A hyper-parameter is an f32: values that it cannot tell apart are one.
  if (static_cast<float>(after) == static_cast<float>(*before))
    return std::string();
  if (Error error = model.setHparam(options.hparam, after))
    return std::move(error);
  std::string line;
  raw_string_ostream(line) << options.metric << " has stopped improving, "
                           << options.hparam << ' '
                           << format("%g -> %g", *before, after);
  return line;
}
