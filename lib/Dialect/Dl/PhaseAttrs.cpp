//===- PhaseAttrs.cpp - Attributes that phases leave for one another ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions carry attributes `dl.*` from phase to phase
// (dlc/Dialect/Dl/Names.h). The dialect owns that prefix: an attribute of it
// that no phase makes, or that has another form, is an error wherever it
// stands, so that a pass can read one without a check of its form. Relations
// between attributes are verified in lib/Pipelines/VerifyProgram.cpp.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IntegerSet.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

/// Where attributes stand.
enum class Place {
  Function,
  Step,
  Module,
  Loop,
  Convolution,
  Structured,
  Argument,
  Result
};

struct PhaseAttr {
  StringRef name;
  Place place;
  /// The required form of the attribute, in words and as a predicate.
  StringRef form;
  bool (*holds)(Attribute);
};

} // namespace

/// Operations, bytes, and the bits of a float.
static bool isCost(Attribute attr) {
  auto cost = dyn_cast<DenseF64ArrayAttr>(attr);
  return cost && cost.size() == 3 &&
         llvm::all_of(cost.asArrayRef(),
                      [](double x) { return x >= 0 && std::isfinite(x); });
}
static bool isName(Attribute attr) {
  auto text = dyn_cast<StringAttr>(attr);
  return text && !text.empty();
}
static bool isTensorType(Attribute attr) {
  auto type = dyn_cast<TypeAttr>(attr);
  auto tensor =
      type ? dyn_cast<RankedTensorType>(type.getValue()) : RankedTensorType();
  return tensor && tensor.hasStaticShape() && hasUsableSize(tensor) &&
         isElementType(tensor.getElementType());
}
static bool isExtent(Attribute attr) {
  auto integer = dyn_cast<IntegerAttr>(attr);
  return integer && integer.getType().isSignlessInteger(64) &&
         integer.getInt() >= 0;
}
static bool isPlaces(Attribute attr) {
  auto list = dyn_cast<DenseI64ArrayAttr>(attr);
  return list && llvm::all_of(list.asArrayRef(),
                              [](int64_t place) { return place >= 0; });
}
static bool isPairs(Attribute attr) {
  auto list = dyn_cast<ArrayAttr>(attr);
  return list && llvm::all_of(list, [](Attribute pair) {
           return isPlaces(pair) && cast<DenseI64ArrayAttr>(pair).size() == 2;
         });
}
static bool isBorder(Attribute attr) {
  return isPlaces(attr) && cast<DenseI64ArrayAttr>(attr).size() == 4;
}
static bool isDomain(Attribute attr) {
  auto set = dyn_cast<IntegerSetAttr>(attr);
  return set && set.getValue().getNumSymbols() == 0 &&
         set.getValue().getNumEqualities() == 0;
}
template <typename AttrT>
static bool isOf(Attribute attr) {
  return isa<AttrT>(attr);
}
template <typename AttrT>
static bool isListOf(Attribute attr) {
  auto list = dyn_cast<ArrayAttr>(attr);
  return list && llvm::all_of(list, isOf<AttrT>);
}

static constexpr StringLiteral batchForm =
    "#dl.batch<step = \"a name\", rows = a number from 1 on, any = true or "
    "false, inputs = a list of strings>";

static constexpr PhaseAttr known[] = {
    {names::step, Place::Function, "no value", isOf<UnitAttr>},
    {names::trains, Place::Function, "no value", isOf<UnitAttr>},
    {names::derives, Place::Function, "no value", isOf<UnitAttr>},
    {names::kernel, Place::Function, "no value", isOf<UnitAttr>},
    {names::fault, Place::Function, "no value", isOf<UnitAttr>},
    {names::recompute, Place::Function, "a string", isOf<StringAttr>},
    {names::batch, Place::Function, batchForm, isOf<BatchAttr>},
    {names::batch, Place::Step, batchForm, isOf<BatchAttr>},
    {names::rows, Place::Function, "an i64 that is not negative", isExtent},
    {names::inPlace, Place::Function,
     "a list of pairs array<i64: result, input>", isPairs},
    {names::writes, Place::Function, "array<i64: numbers of arguments>",
     isPlaces},
    {names::faults, Place::Function, "a list of strings", isListOf<StringAttr>},
    {names::cost, Place::Function, "array<f64: operations, bytes, bits>",
     isCost},
    {names::ops, Place::Function, "a list of strings", isListOf<StringAttr>},
    {names::args, Place::Function, "a list of #dl.arg", isListOf<ArgAttr>},
    {names::manifest, Place::Module, "a #dl.manifest", isOf<ManifestAttr>},
    {names::tasks, Place::Loop, "no value", isOf<UnitAttr>},
    {names::zeroBorder, Place::Convolution,
     "array<i64: rows above, rows below, columns left, columns right>",
     isBorder},
    {names::domain, Place::Structured,
     "an affine_set of inequalities without symbols", isDomain},
    {names::io, Place::Argument, "a string that is not empty", isName},
    {names::type, Place::Argument, "a tensor type of the language",
     isTensorType},
    {names::state, Place::Argument, "the symbol of a state entry",
     isOf<FlatSymbolRefAttr>},
    {names::scratch, Place::Argument, "no value", isOf<UnitAttr>},
    {names::io, Place::Result, "a string that is not empty", isName},
    {names::type, Place::Result, "a tensor type of the language", isTensorType},
    {names::state, Place::Result, "the symbol of a state entry",
     isOf<FlatSymbolRefAttr>},
    {names::fault, Place::Result, "no value", isOf<UnitAttr>},
};

static LogicalResult verifyAt(Operation *op, ArrayRef<Place> places,
                              NamedAttribute attr) {
  StringRef name = attr.getName().getValue();
  SmallVector<StringRef> here;
  for (const PhaseAttr &entry : known) {
    if (!llvm::is_contained(places, entry.place))
      continue;
    here.push_back(entry.name);
    if (entry.name != name)
      continue;
    if (entry.holds(attr.getValue()))
      return success();
    return op->emitOpError() << "has the attribute " << attr.getName() << " = "
                             << attr.getValue() << ", expected " << entry.form;
  }
  return op->emitOpError() << "has the attribute " << attr.getName()
                           << ", which dl does not define here"
                           << suggestion(name, here);
}

LogicalResult DlDialect::verifyOperationAttribute(Operation *op,
                                                  NamedAttribute attr) {
  SmallVector<Place> places;
  if (isa<FunctionOpInterface>(op))
    places.push_back(Place::Function);
  if (isa<StepOp>(op))
    places.push_back(Place::Step);
  if (isa<ModuleOp>(op))
    places.push_back(Place::Module);
  if (isa<scf::ForOp, scf::ForallOp, scf::ParallelOp>(op))
    places.push_back(Place::Loop);
  if (isa<Conv2dOp, Conv2dFilterGradOp>(op))
    places.push_back(Place::Convolution);
  if (isa<linalg::GenericOp>(op))
    places.push_back(Place::Structured);
  return verifyAt(op, places, attr);
}

LogicalResult DlDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned,
                                                  NamedAttribute attr) {
  return verifyAt(op, Place::Argument, attr);
}

LogicalResult DlDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                     unsigned,
                                                     NamedAttribute attr) {
  return verifyAt(op, Place::Result, attr);
}
