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

#include "dlc/Conversion/Passes.h"
#include "dlc/Runtime.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_DESTINATIONSTYLE
#include "dlc/Conversion/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static constexpr llvm::StringLiteral writable = "bufferization.writable";

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// The result -> input pairs of a kernel that computes in place.
static llvm::SmallDenseMap<unsigned, unsigned>
inPlacePairs(func::FuncOp kernel) {
  llvm::SmallDenseMap<unsigned, unsigned> pairs;
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

/// Whether a value, or what it is a view of, is written element by element: by
/// a loop, or by what is left of one that had one iteration.
static bool isWrittenInPlace(Value value) {
  while (auto view = value.getDefiningOp<tensor::ExpandShapeOp>())
    value = view.getSrc();
  return isa_and_present<scf::ForOp, tensor::InsertOp>(value.getDefiningOp());
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

static void kernelToDestinationStyle(func::FuncOp kernel) {
  computeInPlaces(kernel);
  Block &body = kernel.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  OpBuilder builder(ret);
  Builder attrs(kernel.getContext());
  llvm::SmallDenseMap<unsigned, unsigned> inPlace = inPlacePairs(kernel);

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
    // Such a value lies where its elements were written to; one-shot
    // bufferization would take the two for different memory.
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
// Steps
//===----------------------------------------------------------------------===//

namespace {

class StepLowering {
public:
  StepLowering(func::FuncOp step, SymbolTable &symbols,
               const DenseMap<Operation *,
                              llvm::SmallDenseMap<unsigned, unsigned>> &inPlace)
      : step(step), symbols(symbols), inPlace(inPlace),
        builder(step.getContext()) {}

  void run();

private:
  /// Where a returned value belongs: an output's or a state entry's argument.
  void findPlaces();
  void lower(func::CallOp call);
  bool isReadFrom(BlockArgument arg, Operation *from) const;
  func::FuncOp copyKernel(RankedTensorType type);

  func::FuncOp step;
  SymbolTable &symbols;
  const DenseMap<Operation *, llvm::SmallDenseMap<unsigned, unsigned>> &inPlace;
  OpBuilder builder;
  llvm::MapVector<Value, BlockArgument> places;
  DenseSet<Value> ofState;
  /// The call that finds faults; null if the step has no checks.
  Operation *check = nullptr;
  SmallVector<std::pair<Value, BlockArgument>> copies;
  Value worker, workers;
};

} // namespace

void StepLowering::findPlaces() {
  Block &body = step.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  SmallVector<Attribute> args;
  DenseMap<Attribute, BlockArgument> states;
  for (BlockArgument arg : llvm::to_vector(body.getArguments())) {
    DictionaryAttr attrs = step.getArgAttrDict(arg.getArgNumber());
    if (auto state = attrs.getAs<FlatSymbolRefAttr>(names::state)) {
      states[state] = arg;
      args.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr("state", state.getAttr())));
    } else {
      args.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr("input", attrs.get(names::io))));
    }
  }
  for (OpOperand &operand : ret->getOpOperands()) {
    DictionaryAttr attrs = step.getResultAttrDict(operand.getOperandNumber());
    BlockArgument place;
    if (auto state = attrs.getAs<FlatSymbolRefAttr>(names::state)) {
      place = states.lookup(state);
      ofState.insert(place);
    } else if (attrs.contains(names::fault)) {
      place = body.addArgument(operand.get().getType(), step.getLoc());
      args.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr("fault", builder.getUnitAttr())));
      check = operand.get().getDefiningOp();
    } else {
      place = body.addArgument(operand.get().getType(), step.getLoc());
      args.push_back(builder.getDictionaryAttr(
          builder.getNamedAttr("output", attrs.get(names::io))));
    }
    places[operand.get()] = place;
  }
  worker = body.addArgument(builder.getIndexType(), step.getLoc());
  workers = body.addArgument(builder.getIndexType(), step.getLoc());
  step->setAttr(names::args, builder.getArrayAttr(args));
}

/// Whether `from` or an op after it reads the argument's value.
bool StepLowering::isReadFrom(BlockArgument arg, Operation *from) const {
  return llvm::any_of(arg.getUsers(), [&](Operation *user) {
    return user == from || from->isBeforeInBlock(user);
  });
}

void StepLowering::lower(func::CallOp call) {
  builder.setInsertionPoint(call);
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  auto pairs = inPlace.lookup(kernel);
  SmallVector<Value> operands(call.getOperands());
  for (OpResult result : call.getResults()) {
    if (pairs.contains(result.getResultNumber()))
      continue;
    auto place = places.find(result);
    // Before it is known that there is no fault the state stays as it is.
    bool tooEarly = check && place != places.end() &&
                    ofState.contains(place->second) &&
                    call->isBeforeInBlock(check);
    if (place != places.end() && !tooEarly &&
        !isReadFrom(place->second, call)) {
      operands.push_back(place->second);
      continue;
    }
    auto type = cast<RankedTensorType>(result.getType());
    operands.push_back(tensor::EmptyOp::create(
        builder, call.getLoc(), type.getShape(), type.getElementType()));
    if (place != places.end())
      copies.push_back({result, place->second});
  }
  operands.append({worker, workers});
  auto lowered = func::CallOp::create(builder, call.getLoc(), kernel, operands);
  for (auto &[value, place] : copies)
    if (value.getDefiningOp() == call)
      value = lowered.getResult(cast<OpResult>(value).getResultNumber());
  if (call == check)
    check = lowered;
  call.replaceAllUsesWith(lowered.getResults());
  call.erase();
}

/// A kernel that copies tensors of this type.
func::FuncOp StepLowering::copyKernel(RankedTensorType type) {
  std::string name = "copy_";
  llvm::raw_string_ostream stream(name);
  llvm::interleave(type.getShape(), stream, "x");
  stream << (type.getRank() ? "x" : "") << type.getElementType();
  if (auto known = symbols.lookup<func::FuncOp>(name))
    return known;
  OpBuilder b(step.getContext());
  auto kernel = func::FuncOp::create(step.getLoc(), name,
                                     b.getFunctionType({type}, {type}));
  kernel.setPrivate();
  kernel->setAttr(names::kernel, b.getUnitAttr());
  Block *body = kernel.addEntryBlock();
  b.setInsertionPointToEnd(body);
  Value empty = tensor::EmptyOp::create(b, step.getLoc(), type.getShape(),
                                        type.getElementType());
  Value copy =
      linalg::CopyOp::create(b, step.getLoc(), body->getArgument(0), empty)
          .getResult(0);
  func::ReturnOp::create(b, step.getLoc(), copy);
  kernelToDestinationStyle(kernel);
  symbols.insert(kernel);
  return kernel;
}

void StepLowering::run() {
  findPlaces();
  Block &body = step.getBody().front();
  auto ret = cast<func::ReturnOp>(body.getTerminator());
  for (auto call : llvm::make_early_inc_range(body.getOps<func::CallOp>()))
    lower(call);
  builder.setInsertionPoint(ret);
  for (auto [value, place] : copies) {
    func::FuncOp kernel = copyKernel(cast<RankedTensorType>(value.getType()));
    func::CallOp::create(builder, step.getLoc(), kernel,
                         ValueRange{value, place, worker, workers});
  }
  func::ReturnOp::create(builder, ret.getLoc());
  ret.erase();
  step.setType(builder.getFunctionType(body.getArgumentTypes(), {}));
  Builder attrs(step.getContext());
  SmallVector<DictionaryAttr> argAttrs;
  for (Type type : body.getArgumentTypes())
    argAttrs.push_back(isa<TensorType>(type)
                           ? attrs.getDictionaryAttr(attrs.getNamedAttr(
                                 writable, attrs.getBoolAttr(true)))
                           : attrs.getDictionaryAttr({}));
  step.setAllArgAttrs(argAttrs);
  step->removeAttr("res_attrs");
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

/// One state entry as a dictionary.
static Attribute describeState(Builder &b, StringRef kind, StringAttr name,
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
      hparams.push_back(describeState(
          b, "hparam", hparam.getSymNameAttr(),
          RankedTensorType::get({}, b.getF32Type()),
          {DLC_INIT_CONSTANT, hparam.getValue().convertToDouble(), 0}, {}));
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

DictionaryAttr dlc::describeModel(dl::ModelOp model) {
  Builder b(model.getContext());
  SmallVector<Attribute> steps;
  for (auto step : model.getBody().getOps<func::FuncOp>())
    if (step->hasAttr(names::step))
      steps.push_back(b.getDictionaryAttr(
          {b.getNamedAttr("name", step.getSymNameAttr()),
           b.getNamedAttr("trains",
                          b.getBoolAttr(step->hasAttr(names::trains))),
           b.getNamedAttr("inputs", describeTensors(b, step, false)),
           b.getNamedAttr("outputs", describeTensors(b, step, true)),
           b.getNamedAttr("faults", step->hasAttr(names::faults)
                                        ? step->getAttr(names::faults)
                                        : b.getArrayAttr({}))}));
  return b.getDictionaryAttr({b.getNamedAttr("name", model.getSymNameAttr()),
                              b.getNamedAttr("states", describeStates(model)),
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
    DenseMap<Operation *, llvm::SmallDenseMap<unsigned, unsigned>> inPlace;
    for (func::FuncOp kernel : kernels) {
      inPlace[kernel] = inPlacePairs(kernel);
      kernelToDestinationStyle(kernel);
    }
    for (func::FuncOp step : steps)
      StepLowering(step, symbols, inPlace).run();

    for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
      if (isa<func::FuncOp>(op))
        op.moveBefore(model);
    model.erase();
  }
};

} // namespace
