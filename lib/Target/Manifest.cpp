//===- Manifest.cpp - The lowered model's description, typed --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Manifest.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"

#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace dlc;

static TensorInfo readTensor(dl::TensorEntryAttr entry) {
  return {entry.getName().getValue(), entry.getType()};
}

static StateInfo readState(dl::StateEntryAttr entry) {
  StateInfo info;
  info.tensor = {entry.getName().getValue(), entry.getType()};
  info.kind = static_cast<int>(entry.getKind()); // a dlc_state_kind
  info.initKind = entry.getInit();
  info.a = entry.getA().getValueAsDouble();
  info.b = entry.getB().getValueAsDouble();
  info.c = entry.getC().getValueAsDouble();
  info.d = entry.getD().getValueAsDouble();
  if (dl::HyperRangeAttr range = entry.getRange())
    info.range = static_cast<int>(range.getValue()); // a dlc_range
  info.offset = std::max<int64_t>(entry.getOffset(), 0);

  // Dimension perm[i] of the view is dimension i in memory.
  SmallVector<int64_t> perm;
  if (dl::StorageAttr storage = entry.getStorage()) {
    info.viewShape = llvm::to_vector(storage.getView());
    perm = llvm::to_vector(storage.getPerm());
  } else {
    info.viewShape = llvm::to_vector(info.tensor.type.getShape());
    perm = llvm::to_vector(llvm::seq<int64_t>(info.viewShape.size()));
  }
  info.viewStrides.resize(perm.size());
  int64_t stride = 1;
  for (int64_t dim : llvm::reverse(perm)) {
    info.viewStrides[dim] = stride;
    stride *= info.viewShape[dim];
  }
  return info;
}

static SiteInfo readSite(dl::SiteAttr site) {
  SiteInfo info;
  info.step = site.getStep().getValue();
  info.batch = site.getBatch();
  info.derives = site.getDerives();
  StringAttr kernel = site.getKernel();
  if (!kernel)
    return info;
  info.kernel = kernel.getValue();
  info.trips = site.getTrips();
  info.flops = site.getFlops().getValueAsDouble();
  info.bytes = site.getBytes().getValueAsDouble();
  info.floatBits = site.getBits();
  for (auto [name, place, part] :
       llvm::zip_equal(site.getOps(), site.getPlaces(), site.getParts()))
    info.ops.push_back({cast<StringAttr>(name).getValue(),
                        cast<StringAttr>(place).getValue(),
                        cast<StringAttr>(part).getValue()});
  return info;
}

llvm::Expected<Manifest> Manifest::read(ModuleOp module) {
  auto attrs = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  if (!attrs || !attrs.isPlanned())
    return llvm::createStringError(
        "the program has no memory plan; run the phases up "
        "to 'vector' first");
  Manifest manifest = parse(attrs);
  manifest.stateBytes = attrs.getStateBytes();
  manifest.arenaBytes = attrs.getArenaBytes();
  return manifest;
}

/// The numbers of the names in a list.
static SmallVector<int32_t> indices(ArrayAttr list,
                                    const llvm::StringMap<int32_t> &numbers) {
  return llvm::map_to_vector(
      list.getAsValueRange<StringAttr>(),
      [&](StringRef name) { return numbers.lookup(name); });
}

Manifest Manifest::parse(dl::ManifestAttr attrs) {
  Manifest manifest;
  manifest.name = attrs.getName().getValue();
  llvm::StringMap<int32_t> states, derivations;
  for (auto state : attrs.getStates().getAsRange<dl::StateEntryAttr>()) {
    states[state.getName().getValue()] = manifest.states.size();
    manifest.states.push_back(readState(state));
  }
  for (auto entry : attrs.getDerived().getAsRange<dl::TensorEntryAttr>())
    manifest.derived.push_back(
        {readTensor(entry), std::max<int64_t>(entry.getOffset(), 0)});
  for (auto entry : attrs.getDerivations().getAsRange<dl::DerivationAttr>()) {
    StringRef name = entry.getName().getValue();
    derivations[name] = manifest.derivations.size();
    manifest.derivations.push_back({name, indices(entry.getReads(), states)});
  }
  for (auto step : attrs.getSteps().getAsRange<dl::StepEntryAttr>()) {
    StepInfo info{step.getName().getValue(),
                  step.getTrains(),
                  {},
                  {},
                  {},
                  indices(step.getWrites(), states),
                  indices(step.getDerivations(), derivations),
                  step.getName().getValue()};
    for (auto input : step.getInputs().getAsRange<dl::TensorEntryAttr>())
      info.inputs.push_back(readTensor(input));
    for (auto output : step.getOutputs().getAsRange<dl::TensorEntryAttr>())
      info.outputs.push_back(readTensor(output));
    llvm::append_range(info.faults,
                       step.getFaults().getAsValueRange<StringAttr>());
    dl::BatchAttr batch = step.getBatch();
    if (!batch) {
      manifest.steps.push_back(std::move(info));
      continue;
    }
    info.name = batch.getStep().getValue();
    info.batch = batch.getRows();
    info.anyBatch = batch.getAny();
    // The sizes of a step stand side by side, the least first.
    std::vector<StepInfo> sizes;
    if (!manifest.steps.empty() && manifest.steps.back().name == info.name) {
      sizes = std::move(manifest.steps.back().sizes);
      manifest.steps.pop_back();
    }
    sizes.push_back(info);
    info.sizes = std::move(sizes);
    manifest.steps.push_back(std::move(info));
  }
  for (auto site : attrs.getSites().getAsRange<dl::SiteAttr>())
    manifest.sites.push_back(readSite(site));
  return manifest;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Object describe(const TensorInfo &tensor) {
  std::string element;
  llvm::raw_string_ostream(element) << tensor.type.getElementType();
  return llvm::json::Object{
      {"name", tensor.name},
      {"type", element},
      {"shape", llvm::json::Array(tensor.type.getShape())}};
}

std::string dlc::describeAsJson(const Manifest &manifest) {
  static constexpr StringLiteral kinds[] = {"param", "buffer", "slot", "hparam",
                                            "counter"};
  static constexpr StringLiteral ranges[] = {"finite", "not_negative",
                                             "up_to_one", "below_one"};
  llvm::json::Array states, derived, steps;
  for (const StateInfo &state : manifest.states) {
    llvm::json::Object object = describe(state.tensor);
    object["kind"] = kinds[state.kind];
    if (state.kind == DLC_HPARAM) {
      object["value"] = state.a;
      object["range"] = ranges[state.range];
    }
    states.push_back(std::move(object));
  }
  for (const DerivedInfo &entry : manifest.derived)
    derived.push_back(describe(entry.tensor));
  for (const StepInfo &step : manifest.steps) {
    llvm::json::Array inputs, outputs;
    for (const TensorInfo &input : step.inputs)
      inputs.push_back(describe(input));
    for (const TensorInfo &output : step.outputs)
      outputs.push_back(describe(output));
    llvm::json::Object object{{"name", step.name},
                              {"trains", step.trains},
                              {"inputs", std::move(inputs)},
                              {"outputs", std::move(outputs)}};
    if (step.batch) {
      llvm::json::Array sizes;
      for (const StepInfo &size : step.sizes)
        sizes.push_back(size.batch);
      object["batch"] = llvm::json::Object{{"sizes", std::move(sizes)},
                                           {"any", step.anyBatch}};
    }
    steps.push_back(std::move(object));
  }
  llvm::json::Value all = llvm::json::Object{
      {"abi_version", DLC_ABI_VERSION},    {"name", manifest.name},
      {"state", std::move(states)},        {"derived", std::move(derived)},
      {"steps", std::move(steps)},         {"state_bytes", manifest.stateBytes},
      {"arena_bytes", manifest.arenaBytes}};
  std::string text;
  llvm::raw_string_ostream(text) << llvm::formatv("{0:2}", all);
  return text;
}
