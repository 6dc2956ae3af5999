//===- VerifySites.cpp - What the marks of a lowered module count ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module whose steps measure themselves has a list `sites` in its
// `dl.manifest`; see dl-insert-marks.
//
//===----------------------------------------------------------------------===//

#include "VerifyParts.h"

using namespace mlir;
using namespace dlc;

static bool isCount(Attribute attr) {
  auto number = dyn_cast_or_null<IntegerAttr>(attr);
  return number && number.getType().isSignlessInteger(64) &&
         number.getInt() >= 0;
}

static bool isReal(Attribute attr) {
  auto number = dyn_cast_or_null<FloatAttr>(attr);
  return number && number.getType().isF64();
}

/// The length of a list of strings.
static std::optional<size_t> lengthOf(Attribute attr) {
  auto list = dyn_cast_or_null<ArrayAttr>(attr);
  if (!list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
    return std::nullopt;
  return list.size();
}

static bool isSite(Attribute attr) {
  auto site = dyn_cast<DictionaryAttr>(attr);
  if (!site || !site.getAs<StringAttr>("step") || !isCount(site.get("batch")) ||
      !site.getAs<BoolAttr>("derives"))
    return false;
  if (!site.contains("kernel"))
    return true;
  std::optional<size_t> ops = lengthOf(site.get("ops"));
  return site.getAs<StringAttr>("kernel") && isReal(site.get("flops")) &&
         isReal(site.get("bytes")) && isCount(site.get("bits")) && ops &&
         lengthOf(site.get("places")) == ops &&
         lengthOf(site.get("parts")) == ops;
}

LogicalResult
verify::verifySites(DictionaryAttr manifest,
                    llvm::function_ref<InFlightDiagnostic()> fail) {
  Attribute attr = manifest.get("sites");
  if (!attr)
    return success();
  auto sites = dyn_cast<ArrayAttr>(attr);
  if (!sites)
    return fail() << "has 'sites' = " << attr << ", expected a list";
  for (Attribute site : sites)
    if (!isSite(site))
      return fail() << "has " << site
                    << " among 'sites', expected what dl-insert-marks writes";
  return success();
}
