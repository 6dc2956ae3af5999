//===- Manifest.cpp - State and steps of a model as an attribute ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Schedule/Manifest.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace dlc;

/// One state entry.
static dl::StateEntryAttr describeState(Builder &b, dl::StateKind kind,
                                        StringAttr name, Type type,
                                        dl::RuntimeInit init,
                                        dl::StorageAttr storage,
                                        dl::HyperRangeAttr range = {}) {
  return dl::StateEntryAttr::get(
      b.getContext(), kind, name, cast<RankedTensorType>(type), init.kind,
      b.getF64FloatAttr(init.a), b.getF64FloatAttr(init.b),
      b.getF64FloatAttr(init.c), b.getF64FloatAttr(init.d), storage, range,
      /*offset=*/-1);
}

static dl::StateEntryAttr describeHparam(Builder &b, dl::HparamOp hparam) {
  return describeState(
      b, dl::StateKind::Hparam, hparam.getSymNameAttr(), hparam.getType(),
      {DLC_INIT_CONSTANT, hparam.getValue().convertToDouble(), 0}, {},
      hparam.getRangeAttr());
}

/// Parameters and buffers in the order of the file, then hyper-parameters,
/// slots and counters.
static ArrayAttr describeStates(dl::ModelOp model) {
  Builder b(model.getContext());
  SmallVector<Attribute> tensors, hparams, slots, counters;
  for (Operation &op : model.getBody().front()) {
    auto entry = [&](auto state, dl::StateKind kind) {
      auto type = cast<RankedTensorType>(state.getType());
      return describeState(b, kind, state.getSymNameAttr(), type,
                           state.getInit().getRuntimeInit(type),
                           state.getStorageAttr());
    };
    if (auto param = dyn_cast<dl::ParamOp>(op))
      tensors.push_back(entry(param, dl::StateKind::Param));
    else if (auto buffer = dyn_cast<dl::BufferOp>(op))
      tensors.push_back(entry(buffer, dl::StateKind::Buffer));
    else if (auto slot = dyn_cast<dl::SlotOp>(op))
      slots.push_back(entry(slot, dl::StateKind::Slot));
    else if (auto hparam = dyn_cast<dl::HparamOp>(op))
      hparams.push_back(describeHparam(b, hparam));
    else if (auto counter = dyn_cast<dl::CounterOp>(op))
      counters.push_back(describeState(
          b, dl::StateKind::Counter, counter.getSymNameAttr(),
          RankedTensorType::get({}, b.getI64Type()),
          {counter.getSymName() == names::seed ? DLC_INIT_SEED
                                               : DLC_INIT_CONSTANT,
           0, 0},
          {}));
  }
  llvm::append_range(tensors, hparams);
  llvm::append_range(tensors, slots);
  llvm::append_range(tensors, counters);
  return b.getArrayAttr(tensors);
}

/// Names and types, as the language has them, of a step's inputs or outputs.
static ArrayAttr describeTensors(Builder &b, func::FuncOp step, bool results) {
  SmallVector<Attribute> tensors;
  TypeRange types = results ? TypeRange(step.getResultTypes())
                            : TypeRange(step.getArgumentTypes());
  for (auto [i, type] : llvm::enumerate(types)) {
    Attribute name = results ? step.getResultAttr(i, names::io)
                             : step.getArgAttr(i, names::io);
    if (!name)
      continue;
    Attribute original = results ? step.getResultAttr(i, names::type)
                                 : step.getArgAttr(i, names::type);
    Type written = original ? cast<TypeAttr>(original).getValue() : type;
    tensors.push_back(dl::TensorEntryAttr::get(
        b.getContext(), cast<StringAttr>(name), cast<RankedTensorType>(written),
        /*offset=*/-1));
  }
  return b.getArrayAttr(tensors);
}

/// The entries of the state among a step's arguments or results, in order.
static SmallVector<Attribute> entriesOf(func::FuncOp step, bool results) {
  SmallVector<Attribute> entries;
  unsigned count = results ? step.getNumResults() : step.getNumArguments();
  for (unsigned i = 0; i < count; ++i) {
    Attribute state = results ? step.getResultAttr(i, names::state)
                              : step.getArgAttr(i, names::state);
    if (state)
      entries.push_back(cast<FlatSymbolRefAttr>(state).getAttr());
  }
  return entries;
}

/// A step, with the derivations whose results it reads; `makers` holds the
/// derivation of each result.
static dl::StepEntryAttr
describeStep(Builder &b, func::FuncOp step,
             const DenseMap<Attribute, Attribute> &makers) {
  llvm::SetVector<Attribute> derivations;
  for (Attribute entry : entriesOf(step, false))
    if (Attribute maker = makers.lookup(entry))
      derivations.insert(maker);
  auto faults = step->getAttrOfType<ArrayAttr>(names::faults);
  return dl::StepEntryAttr::get(
      b.getContext(), step.getSymNameAttr(), step->hasAttr(names::trains),
      describeTensors(b, step, false), describeTensors(b, step, true),
      faults ? faults : b.getArrayAttr({}),
      b.getArrayAttr(entriesOf(step, true)),
      b.getArrayAttr(derivations.getArrayRef()),
      step->getAttrOfType<dl::BatchAttr>(names::batch));
}

dl::ManifestAttr dlc::describeModel(dl::ModelOp model) {
  Builder b(model.getContext());
  SmallVector<Attribute> derived, derivations, steps;
  for (auto entry : model.getBody().getOps<dl::DerivedOp>())
    derived.push_back(dl::TensorEntryAttr::get(
        b.getContext(), entry.getSymNameAttr(),
        cast<RankedTensorType>(entry.getType()), /*offset=*/-1));
  DenseMap<Attribute, Attribute> makers;
  auto functions = model.getBody().getOps<func::FuncOp>();
  for (auto function : functions) {
    if (!function->hasAttr(names::derives))
      continue;
    SmallVector<Attribute> reads = entriesOf(function, false);
    for (Attribute entry : entriesOf(function, true)) {
      makers[entry] = function.getSymNameAttr();
      llvm::erase(reads, entry);
    }
    derivations.push_back(dl::DerivationAttr::get(
        b.getContext(), function.getSymNameAttr(), b.getArrayAttr(reads)));
  }
  for (auto function : functions)
    if (function->hasAttr(names::step) && !function->hasAttr(names::derives))
      steps.push_back(describeStep(b, function, makers));
  return dl::ManifestAttr::get(
      b.getContext(), model.getSymNameAttr(), describeStates(model),
      b.getArrayAttr(derived), b.getArrayAttr(derivations),
      b.getArrayAttr(steps), /*sites=*/b.getArrayAttr({}), /*state_bytes=*/-1,
      /*arena_bytes=*/-1);
}
