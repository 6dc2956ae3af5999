//===- Origin.cpp - Step part and function of origin of an op -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Transforms/Origin.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace dlc;

static constexpr llvm::StringLiteral gradientMark = "gradient",
                                     updateMark = "update";

/// The mark of a location; null if it has none.
static StringAttr markOf(Location location) {
  auto fused = dyn_cast<FusedLoc>(location);
  auto mark =
      fused ? dyn_cast_or_null<StringAttr>(fused.getMetadata()) : StringAttr();
  if (!mark || fused.getLocations().size() != 1 ||
      (mark != gradientMark && mark != updateMark))
    return {};
  return mark;
}

Location dlc::unmarked(Location location) {
  return markOf(location) ? cast<FusedLoc>(location).getLocations().front()
                          : location;
}

Location dlc::marked(Location location, Part part) {
  Location plain = unmarked(location);
  if (part == Part::Forward)
    return plain;
  MLIRContext *context = location.getContext();
  return FusedLoc::get(context, {plain},
                       StringAttr::get(context, part == Part::Gradient
                                                    ? gradientMark
                                                    : updateMark));
}

Part dlc::partOf(Location location) {
  if (!equalOps(location).empty())
    return partOf(cast<FusedLoc>(location).getLocations().front());
  StringAttr mark = markOf(location);
  if (!mark)
    return Part::Forward;
  return mark == gradientMark ? Part::Gradient : Part::Update;
}

Location dlc::inlinedFrom(Location location, StringAttr callee, Location call) {
  return CallSiteLoc::get(location, NameLoc::get(callee, call));
}

SmallVector<InlinedCall> dlc::inlinedCalls(Location location) {
  SmallVector<InlinedCall> calls;
  // ((op, inner call), outer call): the inner body is inlined into a copy of
  // the outer one before that is inlined.
  for (location = unmarked(location); auto at = dyn_cast<CallSiteLoc>(location);
       location = at.getCallee()) {
    auto caller = dyn_cast<NameLoc>(at.getCaller());
    if (!caller)
      break;
    calls.push_back({caller.getName(), caller.getChildLoc()});
  }
  return calls;
}

Location dlc::callOfEqual(Location location, ArrayRef<Location> ops) {
  SmallVector<Attribute> list(ops.begin(), ops.end());
  MLIRContext *context = location.getContext();
  return FusedLoc::get(context, {location}, ArrayAttr::get(context, list));
}

SmallVector<Location> dlc::equalOps(Location location) {
  SmallVector<Location> ops;
  auto fused = dyn_cast<FusedLoc>(location);
  auto list =
      fused ? dyn_cast_or_null<ArrayAttr>(fused.getMetadata()) : ArrayAttr();
  if (list)
    for (Attribute op : list)
      if (auto place = dyn_cast<LocationAttr>(op))
        ops.push_back(place);
  return ops;
}
