//===- Hyper.cpp - Ranges of hyper-parameters -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules of optimizers and clauses of `dl.minimize` say which numbers they take
// (HyperUse). What is checked of those in the program and of values that are
// set later follows from that.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "lib/Runtime/Range.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

// A library keeps the range as the number that it has here (Runtime.h).
static_assert(static_cast<int>(HyperRange::Finite) == DLC_FINITE &&
              static_cast<int>(HyperRange::NotNegative) == DLC_NOT_NEGATIVE &&
              static_cast<int>(HyperRange::UpToOne) == DLC_UP_TO_ONE &&
              static_cast<int>(HyperRange::BelowOne) == DLC_BELOW_ONE);

bool dlc::dl::isInRange(double value, HyperRange range) {
  return dlc_rt_is_in_range(static_cast<int32_t>(range), value);
}

StringRef dlc::dl::describeRange(HyperRange range) {
  return dlc_rt_describe_range(static_cast<int32_t>(range));
}

LogicalResult dlc::dl::verifyHypers(Operation *op, ArrayRef<HyperUse> uses,
                                    SymbolTableCollection &symbols) {
  for (const HyperUse &use : uses) {
    auto complain = [&](double value) {
      return op->emitOpError()
             << "expects " << use.name << use.owner << " to be "
             << describeRange(use.range) << ", not " << value;
    };
    if (auto number = dyn_cast_or_null<FloatAttr>(use.value))
      if (!isInRange(number.getValueAsDouble(), use.range))
        return complain(number.getValueAsDouble());
    auto ref = dyn_cast_or_null<FlatSymbolRefAttr>(use.value);
    if (!ref)
      continue;
    auto hparam = symbols.lookupNearestSymbolFrom<HparamOp>(op, ref);
    if (!hparam)
      return op->emitOpError()
             << "names " << ref
             << ", which is not a hyper-parameter of the model"
             << suggestSymbol<HparamOp>(op, ref.getValue());
    double value = hparam.round(hparam.getValue().convertToDouble());
    if (!isInRange(value, use.range))
      return complain(value) << ", which is the first value of " << ref;
  }
  return success();
}

LogicalResult HparamOp::verify() {
  double value = getValue().convertToDouble();
  if (!std::isfinite(round(value))) {
    bool narrow = getElementTypeOrSelf(getType()).isF32();
    return emitOpError() << "expects a finite number that an "
                         << (narrow ? "f32 can hold, up to 3.4e+38"
                                    : "f64 can hold, up to 1.8e+308")
                         << ", not " << value;
  }
  if (getRange() && !isInRange(round(value), *getRange()))
    return emitOpError() << "expects its value to be "
                         << describeRange(*getRange()) << ", not " << value;
  return success();
}

LogicalResult
GroupAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                  ArrayAttr patterns, Attribute, Attribute) {
  if (!patterns.empty())
    return success();
  return emitError() << "expects a pattern or more in #dl.group, not []";
}

SmallVector<HyperUse> MinimizeOp::getHypers() {
  SmallVector<HyperUse> uses = {
      {"lr", getRateAttr(), HyperRange::Finite},
      {"clip_value", getClipValueAttr()},
      {"clip_norm", getClipNormAttr()},
      {"noise", getNoiseAttr()},
      {"gamma", getNoiseDecayAttr(), HyperRange::NotNegative, " of noise"},
      {"clip_weights", getClipWeightsAttr()},
      {"average", getAverageAttr(), HyperRange::UpToOne}};
  if (!getGroupsAttr())
    return uses;
  for (auto group : getGroupsAttr().getAsRange<GroupAttr>()) {
    std::string owner = " of the group ";
    llvm::raw_string_ostream(owner) << group.getPatterns();
    uses.push_back({"lr", group.getLr(), HyperRange::NotNegative, owner});
    uses.push_back({"weight_decay", group.getWeightDecay(),
                    HyperRange::NotNegative, owner});
  }
  return uses;
}
