//===- DestinationStyle.cpp - Kernels write where they are told -----------===//
//
//   dl.model @m {
//     dl.param @w : tensor<8xf32> = zeros
//     func.func private @kernel_0(%x: tensor<8xf32>) -> tensor<8xf32> { ... }
//     func.func @step(%x {dl.name = "x"}, %w {dl.state = @w}) -> (tensor<8xf32>
//     {dl.state = @w}) {
//       %0 = call @kernel_0(%x)
//       return %0
//     }
//   }
//
// becomes
//
//   module attributes {dl.manifest = {name = "m", states = [...], steps =
//   [...]}} {
//     func.func private @kernel_0(%x, %out, %worker: index, %workers: index) ->
//     tensor<8xf32> func.func @step(%x, %w, %worker, %workers) attributes
//     {dl.args = [...]} {
//       %0 = call @kernel_0(%x, %w, %worker, %workers)
//       return
//     }
//   }
//
// A result that is an output of the step or the new value of a state entry goes
// straight to its place if no kernel reads the old value later; otherwise a
// copy at the end of the step brings it there.
//
//===----------------------------------------------------------------------===//

#include "DestinationStyle.h"

#include "dlc/Conversion/Passes.h"
#include "dlc/Runtime.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_DESTINATIONSTYLE
#include "dlc/Conversion/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

InPlacePairs dlc::inPlacePairs(func::FuncOp kernel) {
  InPlacePairs pairs;
  if (auto list = kernel->getAttrOfType<ArrayAttr>(names::inPlace))
    for (Attribute pair : list) {
      ArrayRef<int64_t> values = cast<DenseI64ArrayAttr>(pair).asArrayRef();
      pairs[values[0]] = values[1];
    }
  return pairs;
}

/// Makes the op chain that computes `value` write into `destination`; the value
/// that then is the result.
static Value writeInto(Value value, Value destination) {
  Location loc = value.getLoc();
  auto result = dyn_cast<OpResult>(value);
  // A value with a view of it for a result: the view's source is what is
  // written.
  if (auto expand = value.getDefiningOp<tensor::ExpandShapeOp>()) {
    OpBuilder behind(value.getContext());
    behind.setInsertionPointAfterValue(destination);
    Value flat = tensor::CollapseShapeOp::create(
        behind, loc, expand.getSrcType(), destination,
        expand.getReassociationIndices());
    expand.getSrcMutable().assign(writeInto(expand.getSrc(), flat));
    return expand;
  }
  if (auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>()) {
    OpBuilder behind(value.getContext());
    behind.setInsertionPointAfterValue(destination);
    Value split = tensor::ExpandShapeOp::create(
        behind, loc, collapse.getSrcType(), destination,
        collapse.getReassociationIndices());
    collapse.getSrcMutable().assign(writeInto(collapse.getSrc(), split));
    return collapse;
  }
  if (result && result.getOwner()) {
    Operation *owner = result.getOwner();
    if (auto loop = dyn_cast<scf::ForOp>(owner)) {
      OpOperand *init = loop.getTiedLoopInit(result);
      init->set(init->get().getDefiningOp<tensor::EmptyOp>()
                    ? destination
                    : writeInto(init->get(), destination));
      return value;
    }
    if (auto insert = dyn_cast<tensor::InsertOp>(owner)) {
      Value before = insert.getDest();
      insert.getDestMutable().assign(before.getDefiningOp<tensor::EmptyOp>()
                                         ? destination
                                         : writeInto(before, destination));
      return insert;
    }
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(owner)) {
      Value before = insert.getDest(), into = destination;
      if (!isa_and_present<tensor::EmptyOp>(before.getDefiningOp()))
        into = writeInto(before, destination);
      insert.getDestMutable().assign(into);
      // What is inserted may be computed in its place: see computeInPlaces.
      if (auto source =
              insert.getSource().getDefiningOp<DestinationStyleOpInterface>())
        for (Value init : source.getDpsInits())
          if (auto place = init.getDefiningOp<tensor::ExtractSliceOp>();
              place && place.getSource() == before)
            place.getSourceMutable().assign(into);
      return insert;
    }
    if (auto style = dyn_cast<DestinationStyleOpInterface>(owner)) {
      OpOperand *init = style.getTiedOpOperand(result);
      Operation *source = init->get().getDefiningOp();
      if (isa_and_present<tensor::EmptyOp>(source)) {
        init->set(destination);
        return value;
      }
      if (auto fill = dyn_cast_or_null<linalg::FillOp>(source);
          fill && isa_and_present<tensor::EmptyOp>(
                      fill.getOutputs()[0].getDefiningOp())) {
        // Its own copy, as a fill may start several ops.
        OpBuilder before(style);
        auto own = linalg::FillOp::create(
            before, fill.getLoc(), fill.getInputs(), ValueRange(destination));
        init->set(own.getResult(0));
        return value;
      }
    }
  }
  // Behind both: destinations stand at the start of the block.
  OpBuilder behind(value.getContext());
  behind.setInsertionPointAfterValue(isa<BlockArgument>(value) ? destination
                                                               : value);
  return linalg::CopyOp::create(behind, loc, value, destination).getResult(0);
}

/// Whether a value lies where it is written to in a way that one-shot
/// bufferization does not see if it is told once more: a view of what is
/// written to a view of the destination, or what is written element by element,
/// by a loop or by what is left of one that had one iteration.
static bool isWrittenInPlace(Value value) {
  return isa_and_present<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                         scf::ForOp, tensor::InsertOp>(value.getDefiningOp());
}

/// Makes elementwise ops whose result only goes into a part of a larger tensor,
/// as the operands of a concatenation do, compute it there.
static void computeInPlaces(func::FuncOp kernel) {
  for (auto insert : kernel.getOps<tensor::InsertSliceOp>()) {
    auto source = insert.getSource().getDefiningOp<linalg::GenericOp>();
    if (!source || !source->hasOneUse() || source.getNumResults() != 1 ||
        source.getNumReductionLoops() || !insert.hasUnitStride())
      continue;
    OpOperand &init = source.getDpsInitsMutable()[0];
    if (!init.get().getDefiningOp<tensor::EmptyOp>())
      continue;
    source->moveBefore(insert);
    OpBuilder builder(source);
    init.set(tensor::ExtractSliceOp::create(
        builder, insert.getLoc(), insert.getSourceType(), insert.getDest(),
        insert.getMixedOffsets(), insert.getMixedSizes(),
        insert.getMixedStrides()));
  }
}

void dlc::kernelToDestinationStyle(func::FuncOp kernel) {
  computeInPlaces(kernel);
  Block &body = kernel.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  OpBuilder builder(ret);
  Builder attrs(kernel.getContext());
  InPlacePairs inPlace = inPlacePairs(kernel);

  SmallVector<int64_t> written;
  for (OpOperand &operand : ret->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    unsigned arg;
    if (auto input = inPlace.find(number); input != inPlace.end()) {
      arg = input->second;
    } else {
      arg = body.getNumArguments();
      body.addArgument(operand.get().getType(), kernel.getLoc());
    }
    written.push_back(arg);
    // Nothing, if the value is computed in place; a copy, if the old value is
    // needed too long for that.
    Value result = writeInto(operand.get(), body.getArgument(arg));
    if (isWrittenInPlace(result)) {
      operand.set(result);
      continue;
    }
    operand.set(bufferization::MaterializeInDestinationOp::create(
                    builder, result.getLoc(), result, body.getArgument(arg))
                    .getResult());
  }
  for (int i = 0; i < 2; ++i)
    body.addArgument(builder.getIndexType(), kernel.getLoc());
  kernel.setType(
      builder.getFunctionType(body.getArgumentTypes(), ret.getOperandTypes()));
  kernel->removeAttr(names::inPlace);
  kernel->setAttr(names::writes, attrs.getDenseI64ArrayAttr(written));
  SmallVector<DictionaryAttr> argAttrs(body.getNumArguments(),
                                       attrs.getDictionaryAttr({}));
  for (auto [i, type] : llvm::enumerate(body.getArgumentTypes()))
    if (isa<TensorType>(type))
      argAttrs[i] = attrs.getDictionaryAttr(attrs.getNamedAttr(
          writable,
          attrs.getBoolAttr(llvm::is_contained(written, int64_t(i)))));
  kernel.setAllArgAttrs(argAttrs);
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct DestinationStylePass
    : dlc::impl::DestinationStyleBase<DestinationStylePass> {
  void runOnOperation() override {
    auto models = getOperation().getOps<dl::ModelOp>();
    if (!llvm::hasSingleElement(models)) {
      getOperation().emitError("expects a file with one dl.model, not ")
          << llvm::range_size(models);
      return signalPassFailure();
    }
    dl::ModelOp model = *models.begin();
    getOperation()->setAttr(names::manifest, describeModel(model));

    SymbolTable symbols(model);
    SmallVector<func::FuncOp> kernels, steps;
    for (auto function : model.getBody().getOps<func::FuncOp>())
      (function->hasAttr(names::kernel) ? kernels : steps).push_back(function);
    DenseMap<Operation *, InPlacePairs> inPlace;
    for (func::FuncOp kernel : kernels) {
      inPlace[kernel] = inPlacePairs(kernel);
      kernelToDestinationStyle(kernel);
    }
    for (func::FuncOp step : steps)
      stepToDestinationStyle(step, symbols, inPlace);

    for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
      if (isa<func::FuncOp>(op))
        op.moveBefore(model);
    model.erase();
  }
};

} // namespace
