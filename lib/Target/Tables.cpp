//===- Tables.cpp - The model's description as constants ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The structs of dlc/Runtime.h, field by field, as constants of the module; and
// an entry for each step with the signature dlc_step_fn.
//
//===----------------------------------------------------------------------===//

#include "Manifest.h"
#include "ObjectCode.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;
using namespace dlc;

namespace {

class TableBuilder {
public:
  TableBuilder(Module &module) : module(module), context(module.getContext()) {}

  Constant *i32(int64_t value) {
    return ConstantInt::get(Type::getInt32Ty(context), value, true);
  }
  Constant *i64(int64_t value) {
    return ConstantInt::get(Type::getInt64Ty(context), value, true);
  }
  Constant *f64(double value) {
    return ConstantFP::get(Type::getDoubleTy(context), value);
  }
  Constant *null() {
    return ConstantPointerNull::get(PointerType::get(context, 0));
  }

  /// A private constant; null for an empty list.
  Constant *global(Constant *value, StringRef name) {
    auto *variable =
        new GlobalVariable(module, value->getType(), true,
                           GlobalValue::PrivateLinkage, value, name);
    variable->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return variable;
  }
  Constant *string(StringRef text) {
    return global(ConstantDataArray::getString(context, text), "dlc.text");
  }
  Constant *array(ArrayRef<Constant *> elements, StringRef name) {
    if (elements.empty())
      return null();
    auto *type = ArrayType::get(elements.front()->getType(), elements.size());
    return global(ConstantArray::get(type, elements), name);
  }
  Constant *integers(ArrayRef<int64_t> values) {
    if (values.empty())
      return null();
    return global(ConstantDataArray::get(context, values), "dlc.integers");
  }
  Constant *numbers(ArrayRef<int32_t> values) {
    if (values.empty())
      return null();
    return global(
        ConstantDataArray::get(
            context, ArrayRef(reinterpret_cast<const uint32_t *>(values.data()),
                              values.size())),
        "dlc.numbers");
  }
  Constant *structure(ArrayRef<Constant *> fields) {
    return ConstantStruct::getAnon(context, fields);
  }

  /// dlc_tensor
  Constant *tensor(const TensorInfo &info) {
    return structure({string(info.name), integers(info.type.getShape()),
                      i32(info.type.getRank()), i32(info.element().code)});
  }
  Constant *tensors(ArrayRef<TensorInfo> infos) {
    SmallVector<Constant *> entries;
    for (const TensorInfo &info : infos)
      entries.push_back(tensor(info));
    return array(entries, "dlc.tensors");
  }
  /// dlc_state
  Constant *state(const StateInfo &info) {
    return structure({tensor(info.tensor), i32(info.kind), i32(info.initKind),
                      f64(info.a), f64(info.b), f64(info.c), f64(info.d),
                      i64(info.offset), integers(info.viewShape),
                      integers(info.viewStrides), i32(info.viewShape.size()),
                      i32(info.range)});
  }
  /// dlc_step
  Constant *step(const StepInfo &info) {
    // The step itself is its largest size, whose code there is once.
    SmallVector<Constant *> sizes;
    for (const StepInfo &size : info.sizes)
      sizes.push_back(step(size, entry(size), {}));
    Function *run = info.sizes.empty()
                        ? entry(info)
                        : module.getFunction(entryName(info.symbol));
    return step(info, run, sizes);
  }
  Constant *step(const StepInfo &info, Function *entry,
                 ArrayRef<Constant *> sizes) {
    SmallVector<Constant *> faults;
    for (StringRef fault : info.faults)
      faults.push_back(string(fault));
    return structure(
        {string(info.name), tensors(info.inputs), tensors(info.outputs),
         array(faults, "dlc.faults"), i32(info.inputs.size()),
         i32(info.outputs.size()), i32(faults.size()), i32(info.trains), entry,
         null(), numbers(info.writes), numbers(info.derivations),
         i32(info.writes.size()), i32(info.derivations.size()), i64(info.batch),
         array(sizes, "dlc.sizes"), i32(sizes.size()), i32(info.anyBatch)});
  }
  /// dlc_derivation
  Constant *derivation(const DerivationInfo &info, Function *entry) {
    return structure(
        {numbers(info.reads), i32(info.reads.size()), entry, null()});
  }
  /// dlc_site
  Constant *site(const SiteInfo &info) {
    SmallVector<Constant *> ops;
    for (const auto &[name, place, part] : info.ops)
      ops.push_back(structure({string(name), string(place), string(part)}));
    return structure({info.kernel.empty() ? null() : string(info.kernel),
                      string(info.step), i64(info.batch), i64(info.trips),
                      f64(info.flops), f64(info.bytes), array(ops, "dlc.ops"),
                      i32(ops.size()), i32(info.floatBits), i32(info.derives)});
  }
  static std::string entryName(StringRef symbol) {
    return ("dlc.entry." + symbol).str();
  }

  /// The dlc_step_fn of a compiled step or derivation with `buffers` inputs and
  /// outputs.
  Function *entry(StringRef name, size_t buffers, bool hasFaults);
  Function *entry(const StepInfo &info) {
    return entry(info.symbol, info.inputs.size() + info.outputs.size(),
                 !info.faults.empty());
  }

  /// The state block with these values.
  Constant *frozen(const Manifest &manifest,
                   const StringMap<std::vector<char>> &values);

private:
  Module &module;
  LLVMContext &context;
};

} // namespace

Function *TableBuilder::entry(StringRef name, size_t buffers, bool hasFaults) {
  Function *step = module.getFunction((names::stepPrefix + name).str());
  Type *pointer = PointerType::get(context, 0);
  auto *type = FunctionType::get(Type::getVoidTy(context),
                                 {pointer, pointer, pointer, pointer}, false);
  auto *contextType =
      StructType::get(context, {pointer, pointer, pointer}); // dlc_context
  Function *entry = Function::Create(type, GlobalValue::InternalLinkage,
                                     entryName(name), module);
  entry->addFnAttrs(AttrBuilder(context, step->getAttributes().getFnAttrs()));
  IRBuilder<> builder(BasicBlock::Create(context, "entry", entry));
  // No step writes its context or the list of its inputs and outputs.
  auto load = [&](Type *type, Value *from) {
    LoadInst *load = builder.CreateLoad(type, from);
    load->setMetadata(LLVMContext::MD_invariant_load, MDNode::get(context, {}));
    return load;
  };
  auto field = [&](unsigned number) {
    return load(contextType->getElementType(number),
                builder.CreateStructGEP(contextType, entry->getArg(0), number));
  };
  SmallVector<Value *> args{entry->getArg(1), entry->getArg(2)};
  for (size_t i = 0; i < buffers; ++i)
    args.push_back(load(
        pointer, builder.CreateConstGEP1_64(pointer, entry->getArg(3), i)));
  if (hasFaults)
    args.push_back(field(1));
  args.push_back(field(0));
  for (auto [arg, value] : zip_equal(step->args(), args))
    arg.replaceAllUsesWith(value);
  BasicBlock *first = &step->getEntryBlock();
  entry->splice(entry->end(), step);
  builder.CreateBr(first);
  MergeBlockIntoPredecessor(first);
  step->eraseFromParent();
  cutStep(*entry);
  return entry;
}

Constant *TableBuilder::frozen(const Manifest &manifest,
                               const StringMap<std::vector<char>> &values) {
  std::vector<char> block(std::max<int64_t>(manifest.stateBytes, 1));
  for (const DerivedInfo &entry : manifest.derived)
    llvm::copy(values.lookup(entry.tensor.name), block.begin() + entry.offset);
  auto *state = cast<GlobalVariable>(
      global(ConstantDataArray::getRaw(StringRef(block.data(), block.size()),
                                       block.size(), Type::getInt8Ty(context)),
             "dlc.frozen"));
  state->setAlignment(Align(DLC_RT_ALIGNMENT));
  return state;
}

GlobalVariable *dlc::addTables(Module &module, const Manifest &manifest,
                               const StringMap<std::vector<char>> *frozen) {
  TableBuilder b(module);
  SmallVector<Constant *> states, steps, derivations, sites;
  for (const StateInfo &state : manifest.states)
    states.push_back(b.state(state));
  for (const StepInfo &step : manifest.steps)
    steps.push_back(b.step(step));
  for (const DerivationInfo &derivation : manifest.derivations)
    derivations.push_back(b.derivation(
        derivation, b.entry(derivation.name, 0, /*hasFaults=*/false)));
  for (const SiteInfo &site : manifest.sites)
    sites.push_back(b.site(site));
  auto *model = cast<GlobalVariable>(b.global(
      b.structure(
          {b.i32(DLC_ABI_VERSION), b.i32(states.size()), b.i32(steps.size()),
           b.string(manifest.name), b.string(describeAsJson(manifest)),
           b.array(states, "dlc.states"), b.array(steps, "dlc.steps"),
           b.i64(manifest.stateBytes), b.i64(manifest.arenaBytes),
           b.array(derivations, "dlc.derivations"), b.i32(derivations.size()),
           frozen ? b.frozen(manifest, *frozen) : b.null(),
           b.array(sites, "dlc.sites"), b.i32(sites.size())}),
      "dlc.model"));

  // dlc_library, and the function that gives it.
  Type *pointer = PointerType::get(module.getContext(), 0);
  auto *api =
      new GlobalVariable(module, pointer, true, GlobalValue::ExternalLinkage,
                         nullptr, "dlc_runtime_api");
  api->setVisibility(GlobalValue::HiddenVisibility);
  Constant *library = b.global(b.structure({model, api}), "dlc.library");
  Function *get = Function::Create(FunctionType::get(pointer, false),
                                   GlobalValue::ExternalLinkage,
                                   DLC_LIBRARY_SYMBOL, module);
  IRBuilder<> builder(BasicBlock::Create(module.getContext(), "entry", get));
  builder.CreateRet(library);
  return model;
}
