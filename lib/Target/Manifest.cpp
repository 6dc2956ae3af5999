//===- Manifest.cpp - The lowered model's description, typed --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Manifest.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace dlc;

static TensorInfo readTensor(DictionaryAttr attrs) {
  return {attrs.getAs<StringAttr>("name").getValue(),
          cast<RankedTensorType>(attrs.getAs<TypeAttr>("type").getValue())};
}

static int64_t readInt(DictionaryAttr attrs, StringRef name) {
  return attrs.getAs<IntegerAttr>(name).getInt();
}

static StateInfo readState(DictionaryAttr attrs) {
  StateInfo info;
  info.tensor = readTensor(attrs);
  info.kind =
      llvm::StringSwitch<int>(attrs.getAs<StringAttr>("kind").getValue())
          .Case("param", DLC_PARAM)
          .Case("buffer", DLC_BUFFER)
          .Case("slot", DLC_SLOT)
          .Case("hparam", DLC_HPARAM)
          .Default(DLC_COUNTER);
  info.initKind = readInt(attrs, "init");
  info.a = attrs.getAs<FloatAttr>("a").getValueAsDouble();
  info.b = attrs.getAs<FloatAttr>("b").getValueAsDouble();
  info.c = attrs.getAs<FloatAttr>("c").getValueAsDouble();
  info.d = attrs.getAs<FloatAttr>("d").getValueAsDouble();
  if (auto range = attrs.getAs<dl::HyperRangeAttr>("range"))
    info.range = static_cast<int>(range.getValue()); // a dlc_range
  if (attrs.contains("offset"))
    info.offset = readInt(attrs, "offset");

  // Dimension perm[i] of the view is dimension i of what is stored.
  SmallVector<int64_t> perm;
  if (auto storage = attrs.getAs<dl::StorageAttr>("storage")) {
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

static SiteInfo readSite(DictionaryAttr attrs) {
  SiteInfo info;
  info.step = attrs.getAs<StringAttr>("step").getValue();
  info.batch = readInt(attrs, "batch");
  info.derives = attrs.getAs<BoolAttr>("derives").getValue();
  auto kernel = attrs.getAs<StringAttr>("kernel");
  if (!kernel)
    return info;
  info.kernel = kernel.getValue();
  info.flops = attrs.getAs<FloatAttr>("flops").getValueAsDouble();
  info.bytes = attrs.getAs<FloatAttr>("bytes").getValueAsDouble();
  info.floatBits = readInt(attrs, "bits");
  for (auto [name, place, part] : llvm::zip_equal(
           attrs.getAs<ArrayAttr>("ops"), attrs.getAs<ArrayAttr>("places"),
           attrs.getAs<ArrayAttr>("parts")))
    info.ops.push_back({cast<StringAttr>(name).getValue(),
                        cast<StringAttr>(place).getValue(),
                        cast<StringAttr>(part).getValue()});
  return info;
}

llvm::Expected<Manifest> Manifest::read(ModuleOp module) {
  auto attrs = module->getAttrOfType<DictionaryAttr>(names::manifest);
  if (!attrs || !attrs.get("arena_bytes"))
    return llvm::createStringError(
        "the program has no memory plan; run the phases up "
        "to 'vector' first");
  Manifest manifest = parse(attrs);
  manifest.stateBytes = readInt(attrs, "state_bytes");
  manifest.arenaBytes = readInt(attrs, "arena_bytes");
  return manifest;
}

Manifest Manifest::parse(DictionaryAttr attrs) {
  Manifest manifest;
  manifest.name = attrs.getAs<StringAttr>("name").getValue();
  llvm::StringMap<int32_t> states, derivations;
  auto indices = [](DictionaryAttr attrs, StringRef list,
                    const llvm::StringMap<int32_t> &numbers) {
    return llvm::map_to_vector(
        attrs.getAs<ArrayAttr>(list), [&](Attribute name) {
          return numbers.lookup(cast<StringAttr>(name).getValue());
        });
  };
  for (Attribute attr : attrs.getAs<ArrayAttr>("states")) {
    auto state = cast<DictionaryAttr>(attr);
    states[state.getAs<StringAttr>("name").getValue()] = manifest.states.size();
    manifest.states.push_back(readState(state));
  }
  for (Attribute attr : attrs.getAs<ArrayAttr>("derived")) {
    auto entry = cast<DictionaryAttr>(attr);
    manifest.derived.push_back(
        {readTensor(entry),
         entry.contains("offset") ? readInt(entry, "offset") : 0});
  }
  for (Attribute attr : attrs.getAs<ArrayAttr>("derivations")) {
    auto derivation = cast<DictionaryAttr>(attr);
    StringRef name = derivation.getAs<StringAttr>("name").getValue();
    derivations[name] = manifest.derivations.size();
    manifest.derivations.push_back(
        {name, indices(derivation, "reads", states)});
  }
  for (Attribute attr : attrs.getAs<ArrayAttr>("steps")) {
    auto step = cast<DictionaryAttr>(attr);
    StepInfo info{step.getAs<StringAttr>("name").getValue(),
                  step.getAs<BoolAttr>("trains").getValue(),
                  {},
                  {},
                  {},
                  indices(step, "writes", states),
                  indices(step, "derivations", derivations),
                  step.getAs<StringAttr>("name").getValue()};
    for (Attribute input : step.getAs<ArrayAttr>("inputs"))
      info.inputs.push_back(readTensor(cast<DictionaryAttr>(input)));
    for (Attribute output : step.getAs<ArrayAttr>("outputs"))
      info.outputs.push_back(readTensor(cast<DictionaryAttr>(output)));
    for (Attribute fault : step.getAs<ArrayAttr>("faults"))
      info.faults.push_back(cast<StringAttr>(fault).getValue());
    auto batch = step.getAs<DictionaryAttr>("batch");
    if (!batch) {
      manifest.steps.push_back(std::move(info));
      continue;
    }
    info.name = batch.getAs<StringAttr>("step").getValue();
    info.batch = readInt(batch, "rows");
    info.anyBatch = batch.getAs<BoolAttr>("any").getValue();
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
  if (auto sites = attrs.getAs<ArrayAttr>("sites"))
    for (Attribute site : sites)
      manifest.sites.push_back(readSite(cast<DictionaryAttr>(site)));
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
