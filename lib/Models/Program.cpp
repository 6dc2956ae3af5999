//===- Program.cpp - Building `dl` programs in C++ ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Program.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

//===----------------------------------------------------------------------===//
// State and functions
//===----------------------------------------------------------------------===//

Tensor State::read() const {
  auto name = FlatSymbolRefAttr::get(owner->context(), entry);
  return owner->add<dl::ReadOp>(
      {}, owner->attributes().getNamedAttr("entry", name), entryType);
}

void State::write(Tensor value) const {
  auto name = FlatSymbolRefAttr::get(owner->context(), entry);
  owner->addAll<dl::WriteOp>(value,
                             owner->attributes().getNamedAttr("entry", name));
}

Tensors Function::operator()(ArrayRef<Tensor> args,
                             std::optional<Mode> mode) const {
  auto type = cast<FunctionType>(op.getFunctionType());
  Builder &b = owner->attributes();
  SmallVector<NamedAttribute> attrs{
      b.getNamedAttr("callee", FlatSymbolRefAttr::get(op.getSymNameAttr()))};
  if (mode)
    attrs.push_back(
        b.getNamedAttr("mode", dl::ModeAttr::get(owner->context(), *mode)));
  return owner->addAll<dl::CallOp>(args, attrs, type.getResults());
}

//===----------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------===//

Program::Program(MLIRContext &context, StringRef name)
    : builder(&context),
      location(NameLoc::get(StringAttr::get(&context, name))) {
  module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  model = dl::ModelOp::create(builder, location, name);
  model.getBody().emplaceBlock();
}

RankedTensorType Program::tensor(ArrayRef<int64_t> shape, Type element) {
  return RankedTensorType::get(shape, element ? element : builder.getF32Type());
}

OpBuilder Program::atEndOfModel() {
  return OpBuilder::atBlockEnd(&model.getBody().front());
}

State Program::declare(const Scope &scope, ArrayRef<int64_t> shape,
                       Attribute initializer, bool isParameter) {
  OpBuilder b = atEndOfModel();
  RankedTensorType type = tensor(shape);
  auto init = cast<dl::InitializerAttrInterface>(initializer);
  auto at = NameLoc::get(b.getStringAttr(scope.name()));
  if (isParameter)
    dl::ParamOp::create(b, at, scope.name(), type, init, FlatSymbolRefAttr(),
                        dl::StorageAttr(), ArrayAttr());
  else
    dl::BufferOp::create(b, at, scope.name(), type, init, FlatSymbolRefAttr(),
                         dl::StorageAttr(), ArrayAttr());
  return {*this, scope.name(), type};
}

State Program::parameter(const Scope &scope, ArrayRef<int64_t> shape,
                         Attribute initializer) {
  return declare(scope, shape, initializer, /*isParameter=*/true);
}

State Program::buffer(const Scope &scope, ArrayRef<int64_t> shape,
                      Attribute initializer) {
  return declare(scope, shape, initializer, /*isParameter=*/false);
}

void Program::initialize(
    function_ref<Attribute(StringRef, RankedTensorType)> choose) {
  for (auto param : model.getBody().getOps<dl::ParamOp>())
    if (Attribute chosen =
            choose(param.getSymName(), cast<RankedTensorType>(param.getType())))
      param.setInitAttr(cast<dl::InitializerAttrInterface>(chosen));
}

void Program::hyperParameter(StringRef name, double value, Type element) {
  OpBuilder b = atEndOfModel();
  RankedTensorType type = tensor({}, element ? element : b.getF32Type());
  dl::HparamOp::create(b, location, b.getStringAttr(name), TypeAttr::get(type),
                       b.getF64FloatAttr(value),
                       /*range=*/dl::HyperRangeAttr());
}

void Program::optimizer(StringRef name, Attribute rule) {
  OpBuilder b = atEndOfModel();
  dl::OptimizerOp::create(b, location, b.getStringAttr(name),
                          cast<dl::OptimizerAttrInterface>(rule));
}

/// Starts the only block of a function or step; its arguments.
Tensors Program::enter(Region &region, ArrayRef<RankedTensorType> inputs) {
  Block &block = region.emplaceBlock();
  Tensors args;
  for (RankedTensorType type : inputs)
    args.push_back({*this, block.addArgument(type, location)});
  builder.setInsertionPointToEnd(&block);
  return args;
}

/// Types of tensors, and tensors as values.
static std::pair<SmallVector<Type>, SmallVector<Value>>
unpack(ArrayRef<Tensor> tensors) {
  std::pair<SmallVector<Type>, SmallVector<Value>> result;
  for (const Tensor &tensor : tensors) {
    result.first.push_back(tensor.type());
    result.second.push_back(tensor.value());
  }
  return result;
}

Function Program::function(StringRef name, ArrayRef<RankedTensorType> inputs,
                           function_ref<Tensors(ArrayRef<Tensor>)> body) {
  OpBuilder b = atEndOfModel();
  SmallVector<Type> inputTypes(inputs.begin(), inputs.end());
  SmallVector<StringRef> names;
  SmallVector<std::string> storage;
  for (size_t i = 0; i < inputs.size(); ++i)
    storage.push_back("x" + std::to_string(i));
  for (const std::string &text : storage)
    names.push_back(text);
  auto func =
      dl::FuncOp::create(b, location, name, b.getFunctionType(inputTypes, {}),
                         b.getStrArrayAttr(names), ArrayAttr());
  Tensors args = enter(func.getBody(), inputs);
  auto [types, values] = unpack(body(args));
  dl::ReturnOp::create(builder, location, values);
  func.setFunctionType(b.getFunctionType(inputTypes, types));
  return {*this, func};
}

void Program::step(StringRef name, const Inputs &inputs,
                   function_ref<Outputs(ArrayRef<Tensor>)> body,
                   const Batch &batch, ArrayRef<StringRef> updates) {
  OpBuilder b = atEndOfModel();
  SmallVector<StringRef> inputNames, outputNames;
  SmallVector<RankedTensorType> tensorTypes;
  for (const auto &[inputName, type] : inputs) {
    inputNames.push_back(inputName);
    tensorTypes.push_back(type);
  }
  SmallVector<Type> inputTypes(tensorTypes.begin(), tensorTypes.end());
  auto op = dl::StepOp::create(
      b, location, name, b.getFunctionType(inputTypes, {}),
      b.getStrArrayAttr(inputNames), b.getStrArrayAttr({}),
      updates.empty() ? ArrayAttr() : b.getStrArrayAttr(updates),
      DenseI64ArrayAttr(),
      /*batch_range=*/false, /*batch_inputs=*/ArrayAttr(),
      /*recompute=*/StringAttr());
  if (!batch.sizes.empty()) {
    op.setBatch(batch.sizes);
    op.setBatchRange(batch.range);
    if (!batch.inputs.empty())
      op.setBatchInputsAttr(
          b.getStrArrayAttr(llvm::to_vector_of<StringRef>(batch.inputs)));
  }
  Tensors args = enter(op.getBody(), tensorTypes);
  Outputs outputs = body(args);
  Tensors results;
  for (const auto &[outputName, tensor] : outputs) {
    outputNames.push_back(outputName);
    results.push_back(tensor);
  }
  auto [types, values] = unpack(results);
  dl::ReturnOp::create(builder, location, values);
  op.setFunctionType(b.getFunctionType(inputTypes, types));
  op.setResultNamesAttr(b.getStrArrayAttr(outputNames));
}

Tensors Program::scan(int64_t trips, ArrayRef<Tensor> carried,
                      ArrayRef<Tensor> stacked, ArrayRef<Tensor> invariants,
                      ScanBody body, ScanOptions options) {
  SmallVector<RankedTensorType> types;
  for (Tensor tensor : carried)
    types.push_back(tensor.type());
  for (Tensor tensor : stacked)
    types.push_back(tensor.rank() ? dl::ScanOp::sliceType(tensor.type())
                                  : tensor.type());
  for (Tensor tensor : invariants)
    types.push_back(tensor.type());
  auto region = std::make_unique<Region>();
  {
    OpBuilder::InsertionGuard guard(builder);
    Tensors args = enter(*region, types);
    ArrayRef<Tensor> all(args);
    ScanStep step = body(all.take_front(carried.size()),
                         all.slice(carried.size(), stacked.size()),
                         all.take_back(invariants.size()));
    SmallVector<Value> yields = unpack(step.carried).second;
    llvm::append_range(yields, unpack(step.outputs).second);
    dl::YieldOp::create(builder, location, yields);
    if (yields.size() < carried.size()) {
      mlir::emitError(location)
          << "a loop that carries " << carried.size()
          << " values has a body that gives " << yields.size();
      failed = true;
      return Tensors(carried);
    }
  }
  auto op = dl::ScanOp::create(builder, location, trips, options.reverse,
                               unpack(carried).second, unpack(stacked).second,
                               unpack(invariants).second, std::move(region));
  op.setTruncate(options.truncate);
  Tensors results;
  for (Value result : op.getResults())
    results.push_back({*this, result});
  return results;
}

Tensor Program::readHyperParameter(StringRef name) {
  auto entry = FlatSymbolRefAttr::get(context(), name);
  // The verifier reports a name that the model does not have.
  auto hparam = dyn_cast_or_null<dl::HparamOp>(
      SymbolTable::lookupSymbolIn(model, entry.getAttr()));
  return add<dl::ReadHparamOp>({}, builder.getNamedAttr("entry", entry),
                               hparam ? hparam.getType()
                                      : tensor({}, builder.getF32Type()));
}

Tensor Program::stepCount() {
  return add<dl::StepCountOp>({}, {}, tensor({}, builder.getI64Type()));
}

static Attribute hyperAttr(Builder &b, const HyperValue &value) {
  if (const double *number = std::get_if<double>(&value))
    return b.getF64FloatAttr(*number);
  return FlatSymbolRefAttr::get(b.getContext(), std::get<std::string>(value));
}

void Program::minimize(Tensor loss, StringRef optimizer,
                       ArrayRef<StringRef> patterns, Tensor rate,
                       const MinimizeOptions &options) {
  Builder &b = builder;
  SmallVector<NamedAttribute> attrs{
      b.getNamedAttr("optimizer", FlatSymbolRefAttr::get(context(), optimizer)),
      b.getNamedAttr("patterns", b.getStrArrayAttr(patterns))};
  SmallVector<Attribute> groups;
  for (const ParameterGroup &group : options.groups)
    groups.push_back(dl::GroupAttr::get(
        context(),
        b.getStrArrayAttr(llvm::to_vector_of<StringRef>(group.patterns)),
        b.getF64FloatAttr(group.lr),
        group.weightDecay ? Attribute(b.getF64FloatAttr(*group.weightDecay))
                          : Attribute()));
  if (!groups.empty())
    attrs.push_back(b.getNamedAttr("groups", b.getArrayAttr(groups)));
  auto add = [&](StringRef name, const std::optional<HyperValue> &value) {
    if (value)
      attrs.push_back(b.getNamedAttr(name, hyperAttr(b, *value)));
  };
  add("clip_norm", options.clipNorm);
  add("clip_weights", options.clipWeights);
  addAll<dl::MinimizeOp>({loss, rate}, attrs);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// The result types that an op infers, if it does.
static LogicalResult inferTypes(OperationState &state) {
  MLIRContext *context = state.getContext();
  std::optional<RegisteredOperationName> info = state.name.getRegisteredInfo();
  auto *infer = info ? info->getInterface<InferTypeOpInterface>() : nullptr;
  if (!infer)
    return success();
  // Inference reads attributes as the op will hold them.
  DictionaryAttr attrs = state.attributes.getDictionary(context);
  size_t size = info->getOpPropertyByteSize();
  std::unique_ptr<char[]> storage(new char[size]);
  OpaqueProperties properties(storage.get());
  if (size) {
    info->initOpProperties(properties, OpaqueProperties(nullptr));
    auto emitError = [&] { return mlir::emitError(state.location); };
    if (failed(info->setOpPropertiesFromAttribute(state.name, properties, attrs,
                                                  emitError))) {
      info->destroyOpProperties(properties);
      return failure();
    }
    info->populateDefaultProperties(properties);
  }
  SmallVector<Type> types;
  LogicalResult result =
      infer->inferReturnTypes(context, state.location, state.operands, attrs,
                              properties, state.regions, types);
  if (size)
    info->destroyOpProperties(properties);
  state.addTypes(types);
  return result;
}

Tensors Program::addNamed(StringRef op, ArrayRef<Tensor> operands,
                          ArrayRef<NamedAttribute> attrs, TypeRange results) {
  OperationState state(location, op);
  for (const Tensor &operand : operands)
    if (operand)
      state.operands.push_back(operand.value());
  state.addAttributes(attrs);
  state.addTypes(results);
  if (results.empty() && mlir::failed(inferTypes(state))) {
    failed = true;
    // Something of the program to go on with.
    return operands.empty() ? Tensors{Tensor()} : Tensors{operands.front()};
  }
  Tensors values;
  for (Value result : builder.create(state)->getResults())
    values.push_back({*this, result});
  return values;
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

OwningOpRef<ModuleOp> Program::finish() {
  if (failed || mlir::failed(verify(*module)))
    return nullptr;
  return std::move(module);
}

Program::At::At(const Scope &scope)
    : program(scope.program()), before(program.location) {
  program.location =
      NameLoc::get(StringAttr::get(program.context(), scope.name()));
}

Program::At::~At() { program.location = before; }
