//===- Manifest.cpp - What a model keeps and does, as an attribute --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Schedule/Manifest.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace dlc;

/// One state entry as a dictionary.
static DictionaryAttr describeState(Builder &b, StringRef kind, StringAttr name,
                                    Type type, dl::RuntimeInit init,
                                    dl::StorageAttr storage) {
  SmallVector<NamedAttribute> fields{
      b.getNamedAttr("kind", b.getStringAttr(kind)),
      b.getNamedAttr("name", name),
      b.getNamedAttr("type", TypeAttr::get(type)),
      b.getNamedAttr("init", b.getI64IntegerAttr(init.kind)),
      b.getNamedAttr("a", b.getF64FloatAttr(init.a)),
      b.getNamedAttr("b", b.getF64FloatAttr(init.b)),
      b.getNamedAttr("c", b.getF64FloatAttr(init.c)),
      b.getNamedAttr("d", b.getF64FloatAttr(init.d))};
  if (storage)
    fields.push_back(b.getNamedAttr("storage", storage));
  return b.getDictionaryAttr(fields);
}

static DictionaryAttr describeHparam(Builder &b, dl::HparamOp hparam) {
  NamedAttrList fields(describeState(
      b, "hparam", hparam.getSymNameAttr(),
      RankedTensorType::get({}, b.getF32Type()),
      {DLC_INIT_CONSTANT, hparam.getValue().convertToDouble(), 0}, {}));
  if (dl::HyperRangeAttr range = hparam.getRangeAttr())
    fields.set("range", range);
  return fields.getDictionary(b.getContext());
}

/// Parameters and buffers in the order of the file, then hyper-parameters,
/// slots and counters.
static ArrayAttr describeStates(dl::ModelOp model) {
  Builder b(model.getContext());
  SmallVector<Attribute> tensors, hparams, slots, counters;
  for (Operation &op : model.getBody().front()) {
    auto entry = [&](auto state, StringRef kind) {
      auto type = cast<RankedTensorType>(state.getType());
      return describeState(b, kind, state.getSymNameAttr(), type,
                           state.getInit().getRuntimeInit(type),
                           state.getStorageAttr());
    };
    if (auto param = dyn_cast<dl::ParamOp>(op))
      tensors.push_back(entry(param, "param"));
    else if (auto buffer = dyn_cast<dl::BufferOp>(op))
      tensors.push_back(entry(buffer, "buffer"));
    else if (auto slot = dyn_cast<dl::SlotOp>(op))
      slots.push_back(entry(slot, "slot"));
    else if (auto hparam = dyn_cast<dl::HparamOp>(op))
      hparams.push_back(describeHparam(b, hparam));
    else if (auto counter = dyn_cast<dl::CounterOp>(op))
      counters.push_back(describeState(
          b, "counter", counter.getSymNameAttr(),
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
    tensors.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("name", name),
         b.getNamedAttr("type", original ? original : TypeAttr::get(type))}));
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

/// A step, and which derivations it reads the results of; `makers` says of each
/// of these which one makes it.
static DictionaryAttr
describeStep(Builder &b, func::FuncOp step,
             const DenseMap<Attribute, Attribute> &makers) {
  llvm::SetVector<Attribute> derivations;
  for (Attribute entry : entriesOf(step, false))
    if (Attribute maker = makers.lookup(entry))
      derivations.insert(maker);
  NamedAttrList fields;
  fields.set("name", step.getSymNameAttr());
  fields.set("trains", b.getBoolAttr(step->hasAttr(names::trains)));
  fields.set("inputs", describeTensors(b, step, false));
  fields.set("outputs", describeTensors(b, step, true));
  fields.set("faults", step->hasAttr(names::faults)
                           ? step->getAttr(names::faults)
                           : b.getArrayAttr({}));
  fields.set("writes", b.getArrayAttr(entriesOf(step, true)));
  fields.set("derivations", b.getArrayAttr(derivations.getArrayRef()));
  if (Attribute batch = step->getAttr(names::batch))
    fields.set("batch", batch);
  return fields.getDictionary(b.getContext());
}

DictionaryAttr dlc::describeModel(dl::ModelOp model) {
  Builder b(model.getContext());
  SmallVector<Attribute> derived, derivations, steps;
  for (auto entry : model.getBody().getOps<dl::DerivedOp>())
    derived.push_back(
        b.getDictionaryAttr({b.getNamedAttr("name", entry.getSymNameAttr()),
                             b.getNamedAttr("type", entry.getTypeAttr())}));
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
    derivations.push_back(
        b.getDictionaryAttr({b.getNamedAttr("name", function.getSymNameAttr()),
                             b.getNamedAttr("reads", b.getArrayAttr(reads))}));
  }
  for (auto function : functions)
    if (function->hasAttr(names::step) && !function->hasAttr(names::derives))
      steps.push_back(describeStep(b, function, makers));
  return b.getDictionaryAttr(
      {b.getNamedAttr("name", model.getSymNameAttr()),
       b.getNamedAttr("states", describeStates(model)),
       b.getNamedAttr("derived", b.getArrayAttr(derived)),
       b.getNamedAttr("derivations", b.getArrayAttr(derivations)),
       b.getNamedAttr("steps", b.getArrayAttr(steps))});
}
