//===- PhaseAttrs.cpp - Attributes that phases leave for one another ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions carry attributes `dl.*` from phase to phase
// (dlc/Dialect/Dl/Names.h). The dialect owns that prefix: an attribute of it
// that no phase makes, or that has another form, is an error wherever it
// stands, so that a pass can read one without asking what it is. What they say
// of one another is held together in lib/Pipelines/VerifyProgram.cpp.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

/// Where attributes stand.
enum class Place { Function, Step, Module, Loop, Argument, Result };

struct PhaseAttr {
  StringRef name;
  Place place;
  /// What the attribute has to be, in words and as a test.
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
static bool isUnit(Attribute attr) { return isa<UnitAttr>(attr); }
static bool isText(Attribute attr) { return isa<StringAttr>(attr); }
static bool isName(Attribute attr) {
  auto text = dyn_cast<StringAttr>(attr);
  return text && !text.empty();
}
static bool isTexts(Attribute attr) {
  auto list = dyn_cast<ArrayAttr>(attr);
  return list && llvm::all_of(list, isText);
}
static bool isSymbol(Attribute attr) { return isa<FlatSymbolRefAttr>(attr); }
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
bool dlc::dl::isBatchDescription(Attribute attr) {
  auto fields = dyn_cast<DictionaryAttr>(attr);
  if (!fields || fields.size() != 4)
    return false;
  auto name = fields.getAs<StringAttr>("step");
  auto rows = fields.getAs<IntegerAttr>("rows");
  auto inputs = fields.getAs<ArrayAttr>("inputs");
  return name && !name.empty() && rows && isExtent(rows) &&
         rows.getInt() >= 1 && rows.getInt() <= maxBatch &&
         fields.getAs<BoolAttr>("any") && inputs && isTexts(inputs);
}
static bool isDictionary(Attribute attr) { return isa<DictionaryAttr>(attr); }
static bool isDictionaries(Attribute attr) {
  auto list = dyn_cast<ArrayAttr>(attr);
  return list && llvm::all_of(list, isDictionary);
}

static constexpr StringLiteral batchForm =
    "{step = \"a name\", rows = an i64 from 1 on, any = true or false, inputs "
    "= "
    "a list of strings}";

static constexpr PhaseAttr known[] = {
    {names::step, Place::Function, "no value", isUnit},
    {names::trains, Place::Function, "no value", isUnit},
    {names::derives, Place::Function, "no value", isUnit},
    {names::kernel, Place::Function, "no value", isUnit},
    {names::fault, Place::Function, "no value", isUnit},
    {names::recompute, Place::Function, "a string", isText},
    {names::batch, Place::Function, batchForm, isBatchDescription},
    {names::batch, Place::Step, batchForm, isBatchDescription},
    {names::rows, Place::Function, "an i64 that is not negative", isExtent},
    {names::inPlace, Place::Function,
     "a list of pairs array<i64: result, input>", isPairs},
    {names::writes, Place::Function, "array<i64: numbers of arguments>",
     isPlaces},
    {names::faults, Place::Function, "a list of strings", isTexts},
    {names::cost, Place::Function, "array<f64: operations, bytes, bits>",
     isCost},
    {names::ops, Place::Function, "a list of strings", isTexts},
    {names::args, Place::Function, "a list of dictionaries", isDictionaries},
    {names::manifest, Place::Module, "a dictionary", isDictionary},
    {names::tasks, Place::Loop, "no value", isUnit},
    {names::io, Place::Argument, "a string that is not empty", isName},
    {names::type, Place::Argument, "a tensor type of the language",
     isTensorType},
    {names::state, Place::Argument, "the symbol of a state entry", isSymbol},
    {names::scratch, Place::Argument, "no value", isUnit},
    {names::io, Place::Result, "a string that is not empty", isName},
    {names::type, Place::Result, "a tensor type of the language", isTensorType},
    {names::state, Place::Result, "the symbol of a state entry", isSymbol},
    {names::fault, Place::Result, "no value", isUnit},
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
