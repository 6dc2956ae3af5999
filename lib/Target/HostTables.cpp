//===- HostTables.cpp - A model's tables in this process ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Target/HostTables.h"

#include "Manifest.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

namespace {

class HostTables {
public:
  explicit HostTables(llvm::BumpPtrAllocator &memory) : memory(memory) {}

  template <typename T>
  const T *array(ArrayRef<T> elements) {
    if (elements.empty())
      return nullptr;
    T *copy = memory.Allocate<T>(elements.size());
    llvm::copy(elements, copy);
    return copy;
  }
  const char *text(StringRef text) {
    char *copy = memory.Allocate<char>(text.size() + 1);
    llvm::copy(text, copy);
    copy[text.size()] = 0;
    return copy;
  }
  dlc_tensor tensor(const TensorInfo &info) {
    return {text(info.name), array(info.type.getShape()),
            int32_t(info.type.getRank()), info.element().code};
  }
  const dlc_tensor *tensors(ArrayRef<TensorInfo> infos) {
    SmallVector<dlc_tensor> entries;
    for (const TensorInfo &info : infos)
      entries.push_back(tensor(info));
    return array<dlc_tensor>(entries);
  }
  dlc_state state(const StateInfo &info) {
    return {tensor(info.tensor),
            info.kind,
            info.initKind,
            info.a,
            info.b,
            info.c,
            info.d,
            info.offset,
            array<int64_t>(info.viewShape),
            array<int64_t>(info.viewStrides),
            int32_t(info.viewShape.size()),
            info.range};
  }

  dlc_step step(const StepInfo &info, unsigned number, unsigned size,
                const HostCode &code) {
    SmallVector<dlc_step> sizes;
    for (auto [place, other] : llvm::enumerate(info.sizes))
      sizes.push_back(step(other, number, place, code));
    return {text(info.name),
            tensors(info.inputs),
            tensors(info.outputs),
            code.fault,
            int32_t(info.inputs.size()),
            int32_t(info.outputs.size()),
            1,
            info.trains,
            code.run,
            code.data(number, sizes.empty() ? size : sizes.size() - 1),
            nullptr,
            nullptr,
            0,
            0,
            info.batch,
            array<dlc_step>(sizes),
            int32_t(sizes.size()),
            info.anyBatch};
  }

private:
  llvm::BumpPtrAllocator &memory;
};

} // namespace

/// Places the entries one after the other, and derived entries behind them.
static void placeStates(Manifest &manifest, llvm::StringMap<int64_t> &derived) {
  int64_t end = 0;
  auto place = [&](RankedTensorType type) {
    int64_t offset =
        llvm::alignTo(end, dl::elementBytes(type.getElementType()));
    end = offset + dl::bytesOf(type);
    return offset;
  };
  for (StateInfo &state : manifest.states)
    state.offset = place(state.tensor.type);
  for (const DerivedInfo &entry : manifest.derived)
    derived[entry.tensor.name] = place(entry.tensor.type);
  manifest.stateBytes = end;
}

dlc_model dlc::makeHostTables(dl::ManifestAttr attrs, const HostCode &code,
                              llvm::BumpPtrAllocator &memory,
                              llvm::StringMap<int64_t> &derived) {
  Manifest manifest = Manifest::parse(attrs);
  placeStates(manifest, derived);
  HostTables tables(memory);
  SmallVector<dlc_state> states;
  for (const StateInfo &info : manifest.states)
    states.push_back(tables.state(info));
  SmallVector<dlc_step> steps;
  for (auto [number, info] : llvm::enumerate(manifest.steps))
    steps.push_back(tables.step(info, number, 0, code));
  return {DLC_ABI_VERSION,
          int32_t(states.size()),
          int32_t(steps.size()),
          tables.text(manifest.name),
          tables.text(describeAsJson(manifest)),
          tables.array<dlc_state>(states),
          tables.array<dlc_step>(steps),
          manifest.stateBytes,
          manifest.arenaBytes,
          nullptr,
          0,
          nullptr,
          nullptr,
          0};
}
