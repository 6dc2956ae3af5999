//===- Manifest.cpp - Manifest attributes of a model ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Support/Limits.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

static_assert(int(StateKind::Param) == DLC_PARAM &&
                  int(StateKind::Buffer) == DLC_BUFFER &&
                  int(StateKind::Slot) == DLC_SLOT &&
                  int(StateKind::Hparam) == DLC_HPARAM &&
                  int(StateKind::Counter) == DLC_COUNTER,
              "the tables of the runtime have these numbers");

//===----------------------------------------------------------------------===//
// Parts of descriptions
//===----------------------------------------------------------------------===//

static LogicalResult verifyName(EmitError emitError, StringAttr name) {
  if (name.empty())
    return emitError() << "has an empty name";
  return success();
}

/// A tensor of the language.
static LogicalResult verifyTensor(EmitError emitError, StringAttr name,
                                  RankedTensorType type) {
  if (failed(verifyName(emitError, name)))
    return failure();
  if (type.hasStaticShape() && hasUsableSize(type) &&
      isElementType(type.getElementType()) && type.getRank() <= limits::rank)
    return success();
  return emitError() << "has " << name << " of " << type
                     << ", expected a tensor type of dl";
}

/// A list of attributes of one kind, which `kind` names.
template <typename AttrT>
static LogicalResult verifyList(EmitError emitError, StringRef list,
                                ArrayAttr attrs, StringRef kind) {
  for (Attribute attr : attrs)
    if (!isa<AttrT>(attr))
      return emitError() << "has " << attr << " among '" << list
                         << "', expected " << kind;
  return success();
}

static LogicalResult verifyNames(EmitError emitError, StringRef list,
                                 ArrayAttr names) {
  return verifyList<StringAttr>(emitError, list, names, "a name as a string");
}

static LogicalResult verifyPlanned(EmitError emitError, StringRef what,
                                   int64_t bytes) {
  if (bytes < -1 || bytes > limits::memoryBytes)
    return emitError() << "has '" << what << "' = " << bytes
                       << ", expected a number from 0 to "
                       << limits::memoryBytes;
  return success();
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

LogicalResult StateEntryAttr::verify(EmitError emitError, StateKind kind,
                                     StringAttr name, RankedTensorType type,
                                     int64_t init, FloatAttr, FloatAttr,
                                     FloatAttr, FloatAttr, StorageAttr storage,
                                     HyperRangeAttr, int64_t offset) {
  if (failed(verifyTensor(emitError, name, type)))
    return failure();
  if (init < 0 || init > DLC_INIT_ORTHOGONAL)
    return emitError() << "has 'init' = " << init
                       << ", expected a dlc_init_kind, from 0 to "
                       << int(DLC_INIT_ORTHOGONAL);
  if (storage) {
    auto stored = type.clone(storage.getStoredShape());
    if (!hasUsableSize(stored) ||
        stored.getNumElements() != type.getNumElements())
      return emitError() << "has " << name << " of " << type << " stored as "
                         << stored << ", which has another size";
  }
  return verifyPlanned(emitError, "offset", offset);
}

RankedTensorType StateEntryAttr::getStoredType() const {
  return getStorage() ? getType().clone(getStorage().getStoredShape())
                      : getType();
}

StateEntryAttr StateEntryAttr::withOffset(int64_t offset) const {
  return get(getContext(), getKind(), getName(), getType(), getInit(), getA(),
             getB(), getC(), getD(), getStorage(), getRange(), offset);
}

LogicalResult TensorEntryAttr::verify(EmitError emitError, StringAttr name,
                                      RankedTensorType type, int64_t offset) {
  if (failed(verifyTensor(emitError, name, type)))
    return failure();
  return verifyPlanned(emitError, "offset", offset);
}

LogicalResult DerivationAttr::verify(EmitError emitError, StringAttr name,
                                     ArrayAttr reads) {
  if (failed(verifyName(emitError, name)))
    return failure();
  return verifyNames(emitError, "reads", reads);
}

LogicalResult BatchAttr::verify(EmitError emitError, StringAttr step,
                                int64_t rows, bool, ArrayAttr inputs) {
  if (failed(verifyName(emitError, step)))
    return failure();
  if (rows < 1 || rows > maxBatch)
    return emitError() << "has a batch of " << rows << " rows, expected 1 to "
                       << maxBatch;
  return verifyNames(emitError, "inputs", inputs);
}

LogicalResult StepEntryAttr::verify(EmitError emitError, StringAttr name, bool,
                                    ArrayAttr inputs, ArrayAttr outputs,
                                    ArrayAttr faults, ArrayAttr writes,
                                    ArrayAttr derivations, BatchAttr) {
  constexpr StringLiteral tensor = "a #dl.tensor_entry";
  return failure(failed(verifyName(emitError, name)) ||
                 failed(verifyList<TensorEntryAttr>(emitError, "inputs", inputs,
                                                    tensor)) ||
                 failed(verifyList<TensorEntryAttr>(emitError, "outputs",
                                                    outputs, tensor)) ||
                 failed(verifyList<StringAttr>(emitError, "faults", faults,
                                               "a message as a string")) ||
                 failed(verifyNames(emitError, "writes", writes)) ||
                 failed(verifyNames(emitError, "derivations", derivations)));
}

/// A number of operations or bytes, or -1.
static LogicalResult verifyAmount(EmitError emitError, StringRef what,
                                  FloatAttr amount) {
  double value = amount.getValueAsDouble();
  if (std::isfinite(value) && (value >= 0 || value == -1))
    return success();
  return emitError() << "has '" << what << "' = " << value
                     << ", expected a number that is not negative, or -1";
}

LogicalResult SiteAttr::verify(EmitError emitError, StringAttr step,
                               int64_t batch, bool, StringAttr kernel,
                               int64_t trips, FloatAttr flops, FloatAttr bytes,
                               int64_t bits, ArrayAttr ops, ArrayAttr places,
                               ArrayAttr parts) {
  if (failed(verifyName(emitError, step)) ||
      (kernel && failed(verifyName(emitError, kernel))) ||
      failed(verifyAmount(emitError, "flops", flops)) ||
      failed(verifyAmount(emitError, "bytes", bytes)) ||
      failed(verifyNames(emitError, "ops", ops)) ||
      failed(verifyNames(emitError, "places", places)) ||
      failed(verifyNames(emitError, "parts", parts)))
    return failure();
  if (batch < 0 || batch > maxBatch)
    return emitError() << "has a batch of " << batch << " rows, expected 0 to "
                       << maxBatch;
  if (trips < -1)
    return emitError() << "has 'trips' = " << trips
                       << ", expected a number that is not negative, or -1";
  bool isWidth = llvm::any_of(elementTypes(), [&](const ElementType &type) {
    return type.isFloat() && int64_t(type.bits) == bits;
  });
  if (bits != 0 && !isWidth)
    return emitError() << "has 'bits' = " << bits
                       << ", expected the width of a float type, or 0";
  if (places.size() != ops.size() || parts.size() != ops.size())
    return emitError() << "has " << ops.size() << " ops, " << places.size()
                       << " places and " << parts.size()
                       << " parts, expected as many of each";
  return success();
}

LogicalResult ManifestAttr::verify(EmitError emitError, StringAttr name,
                                   ArrayAttr states, ArrayAttr derived,
                                   ArrayAttr derivations, ArrayAttr steps,
                                   ArrayAttr sites, int64_t stateBytes,
                                   int64_t arenaBytes) {
  if (failed(verifyName(emitError, name)) ||
      failed(verifyList<StateEntryAttr>(emitError, "states", states,
                                        "a #dl.state_entry")) ||
      failed(verifyList<TensorEntryAttr>(emitError, "derived", derived,
                                         "a #dl.tensor_entry")) ||
      failed(verifyList<DerivationAttr>(emitError, "derivations", derivations,
                                        "a #dl.derivation")) ||
      failed(verifyList<StepEntryAttr>(emitError, "steps", steps,
                                       "a #dl.step_entry")) ||
      failed(verifyList<SiteAttr>(emitError, "sites", sites, "a #dl.site")) ||
      failed(verifyPlanned(emitError, "state_bytes", stateBytes)) ||
      failed(verifyPlanned(emitError, "arena_bytes", arenaBytes)))
    return failure();
  if ((stateBytes < 0) != (arenaBytes < 0))
    return emitError() << "has " << (stateBytes < 0 ? "'arena_bytes'" : "")
                       << (arenaBytes < 0 ? "'state_bytes'" : "")
                       << " alone, expected both or none";
  return success();
}

ManifestAttr ManifestAttr::withSites(ArrayAttr sites) const {
  return get(getContext(), getName(), getStates(), getDerived(),
             getDerivations(), getSteps(), sites, getStateBytes(),
             getArenaBytes());
}

LogicalResult ArgAttr::verify(EmitError emitError, ArgKind kind,
                              StringAttr name) {
  bool isNamed = name && !name.empty();
  if (isNamed == (kind == ArgKind::Fault))
    return emitError() << (isNamed ? "has a name, which a fault has not"
                                   : "has no name");
  return success();
}
