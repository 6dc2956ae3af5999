//===- Program.cpp - The skeleton of a random program ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model with one step `s`: ops of the families, some of them in functions and
// in bodies of loops; then gradients of first and second order, a
// `dl.minimize`, a `dl.write`; and as outputs what nothing else uses.
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

namespace {

/// Puts ops into another scope for a while.
class WithScope {
public:
  WithScope(Scope *&current, Scope &scope, OpBuilder &builder)
      : current(current), saved(current), guard(builder) {
    current = &scope;
    builder.setInsertionPointToEnd(scope.block);
  }
  ~WithScope() { current = saved; }

private:
  Scope *&current;
  Scope *saved;
  OpBuilder::InsertionGuard guard;
};

} // namespace

//===----------------------------------------------------------------------===//
// Arguments of a scope
//===----------------------------------------------------------------------===//

/// The first letter of an input's name says how it is filled (Values.cpp).
std::string Generator::letter(RankedTensorType type, Bounds range) {
  Type element = type.getElementType();
  if (element == boolean())
    return fresh("b");
  if (isa<IntegerType>(element)) {
    if (range.low < 0)
      return fresh("j");
    return fresh("i" + std::to_string(int64_t(range.high) + 1) + "_");
  }
  if (range.low <= -2 && range.high >= 2)
    return fresh(random.chance(0.12) ? "g" : "x");
  if (range.low == -1 && range.high == 1)
    return fresh("s");
  if (range.low <= 0.5 && range.high >= 2)
    return fresh("p");
  return fresh("u");
}

static Bounds rangeOfLetter(char letter) {
  switch (letter) {
  case 'p':
    return kPositive;
  case 's':
    return {-1, 1};
  case 'u':
    return kProbability;
  case 'b':
    return {0, 1};
  case 'j':
    return {-5, 10};
  default:
    return {-2, 2};
  }
}

std::string Generator::stateEntry(StringRef kind, RankedTensorType type,
                                  Bounds range) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(model);
  std::string name = letter(type, range);
  static constexpr const char *inits[] = {
      "#dl.zeros", "#dl.ones", "#dl.constant<0.5>", "#dl.uniform<-1.0, 1.0>",
      "#dl.normal<0.0, 0.5>"};
  Attribute init = parseAttribute(random.pick<const char *>(inits), &context);
  OperationState state(location, ("dl." + kind).str());
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("type", TypeAttr::get(type));
  state.addAttribute("init", init);
  builder.create(state);
  if (kind == "param")
    parameters.push_back(name);
  return name;
}

/// The attribute `averaged` of a call or of a read of a parameter.
std::string Generator::averaged(double chance) {
  if (averages.empty() || !random.chance(chance))
    return "";
  return ", averaged = @" + averages;
}

std::string Generator::mode(bool mayTrain) {
  bool inFunction =
      scope->kind == Scope::Function || llvm::any_of(parents, [](Scope *scope) {
        return scope->kind == Scope::Function;
      });
  if (inFunction && mayTrain && random.chance(0.7))
    return "";
  bool trains = mayTrain && random.chance(train ? 0.75 : 0.25);
  return trains ? ", mode = #dl<mode train>" : ", mode = #dl<mode eval>";
}

Value Generator::argument(RankedTensorType type, Bounds range) {
  bool isFloat = isa<FloatType>(type.getElementType());
  if (scope->kind == Scope::Body) {
    // An operand of the loop.
    Value outer;
    {
      Scope &parent = *parents.back();
      Scope *body = scope;
      scope = &parent;
      parents.pop_back();
      {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToEnd(parent.block);
        outer = isFloat ? value(type, range) : source(type, range);
      }
      parents.push_back(&parent);
      scope = body;
    }
    if (!outer)
      return {};
    scope->invariants.push_back(outer);
    Value inner = scope->block->addArgument(type, location);
    ranges[inner] = rangeOf(outer);
    scope->pool.push_back(inner);
    return inner;
  }
  if (isFloat && type.getNumElements() > 0 && random.chance(0.25)) {
    std::string name;
    for (auto param : model->getOps<dl::ParamOp>())
      if (param.getType() == type && random.chance(0.3) &&
          rangeOfLetter(param.getSymName()[0]).within(range))
        name = param.getSymName().str();
    if (name.empty())
      name = stateEntry("param", type, range);
    Value read = op("read", {}, "entry = @" + name + averaged(0.4), {type});
    if (read)
      ranges[read] = rangeOfLetter(name[0]);
    return read;
  }
  std::string name = letter(type, range);
  Value argument = scope->block->addArgument(type, location);
  scope->names.push_back(name);
  ranges[argument] =
      name[0] == 'i' ? Bounds{0, range.high} : rangeOfLetter(name[0]);
  scope->pool.push_back(argument);
  return argument;
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

void Generator::addRandomOp() {
  random.pick<OpGenerator>(opGenerators()).generate(*this);
}

void Generator::addOps(int count) {
  for (; count > 0; --count)
    if (parents.size() < 2 && random.chance(0.06))
      addLoop();
    else
      addRandomOp();
}

/// A value of this type that the scope made, or one derived for it.
Value Generator::ofType(RankedTensorType type) {
  if (Value found = existing([&](Value v) {
        return v.getType() == type && v.getDefiningOp() &&
               rangeOf(v).within({-4, 4});
      }))
    return found;
  Value any = existing([&](Value v) { return v.getType() == type; });
  return any ? op("tanh", {any}) : Value();
}

void Generator::addLoop() {
  int64_t trips = random.pick<int64_t>({1, 2, 3, 5, 7, 13});
  if (random.chance(0.03))
    trips = 0;
  Scope body{Scope::Body, new Block, {}, {}, {}};
  SmallVector<Value> inits, inputs;
  SmallVector<Type> results;
  for (int n = random.between(1, 2); n > 0; --n)
    inits.push_back(value(shape(0, 3, true, 300), {-4, 4}));
  for (int n = random.between(0, 2); n > 0; --n) {
    Shape stack = shape(0, 2, true, 200);
    stack.insert(stack.begin(), trips);
    inputs.push_back(value(stack, kTame));
  }
  if (llvm::is_contained(inits, Value()) ||
      llvm::is_contained(inputs, Value())) {
    delete body.block;
    return;
  }
  for (Value init : inits) {
    Value arg = body.block->addArgument(init.getType(), location);
    ranges[arg] = {-4, 4};
    body.pool.push_back(arg);
    results.push_back(init.getType());
  }
  for (Value input : inputs) {
    auto type = dl::tensorType(input);
    Value arg = body.block->addArgument(
        this->type(type.getShape().drop_front(), type.getElementType()),
        location);
    ranges[arg] = rangeOf(input);
    body.pool.push_back(arg);
  }
  SmallVector<Value> yielded;
  parents.push_back(scope);
  {
    WithScope inside(scope, body, builder);
    addOps(random.between(1, 4));
    if (random.chance(0.25))
      addGradient();
    for (Value init : inits)
      yielded.push_back(ofType(dl::tensorType(init)));
    for (int n = random.between(0, 2); n > 0; --n)
      if (Value output = existing([](Value v) {
            return isFloatValue(v) && v.getDefiningOp() &&
                   dl::tensorType(v).getNumElements() <= 500;
          })) {
        yielded.push_back(output);
        results.push_back(dl::ScanOp::stackType(output.getType(), trips));
      }
    OperationState yield(location, "dl.yield");
    yield.addOperands(yielded);
    if (!llvm::is_contained(yielded, Value()))
      builder.create(yield);
  }
  parents.pop_back();
  if (llvm::is_contained(yielded, Value())) {
    delete body.block;
    return;
  }
  OperationState state(location, "dl.scan");
  state.addOperands(inits);
  state.addOperands(inputs);
  state.addOperands(body.invariants);
  state.addTypes(results);
  std::string text = segments({int64_t(inits.size()), int64_t(inputs.size()),
                               int64_t(body.invariants.size())}) +
                     ", trips = " + std::to_string(trips);
  if (random.chance(0.3))
    text += ", reverse";
  if (random.chance(0.1))
    text += ", truncate = 2";
  state.addAttributes(llvm::to_vector(
      cast<DictionaryAttr>(parseAttribute("{" + text + "}", &context))
          .getValue()));
  state.addRegion()->push_back(body.block);
  finish(builder.create(state), "scan");
}

/// Checks an op that was built by hand.
void Generator::finish(Operation *op, StringRef name) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  if (failed(verify(op))) {
    refused.emplace_back(name.str(), message);
    op->erase();
    return;
  }
  for (Value result : op->getResults())
    scope->pool.push_back(result);
}

void Generator::addCall() {
  Scope function{Scope::Function, new Block, {}, {}, {}};
  SmallVector<Value> returned;
  {
    WithScope inside(scope, function, builder);
    addOps(random.between(1, 4));
    if (random.chance(0.1))
      addGradient();
    for (int n = random.between(1, 2); n > 0; --n)
      // An entry that a function reads and returns unchanged stays a read at
      // the call: a gradient along it of a value that depends on another read
      // is an error.
      if (Value value = existing([](Value v) {
            return v.getDefiningOp() && !isa<dl::ReadOp>(v.getDefiningOp());
          }))
        returned.push_back(value);
    OperationState end(location, "dl.return");
    end.addOperands(returned);
    builder.create(end);
  }
  SmallVector<Type> results;
  for (Value value : returned)
    results.push_back(value.getType());
  std::string name = fresh("f");
  auto type =
      builder.getFunctionType(function.block->getArgumentTypes(), results);
  Operation *op;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(model);
    OperationState state(location, "dl.func");
    state.addAttribute("sym_name", builder.getStringAttr(name));
    state.addAttribute("function_type", TypeAttr::get(type));
    SmallVector<StringRef> names(function.names.begin(), function.names.end());
    state.addAttribute("arg_names", builder.getStrArrayAttr(names));
    state.addRegion()->push_back(function.block);
    op = builder.create(state);
  }
  (void)op;
  for (int calls = random.chance(0.3) ? 2 : 1; calls > 0; --calls) {
    SmallVector<Value> arguments;
    for (BlockArgument arg : function.block->getArguments()) {
      auto argType = dl::tensorType(arg);
      arguments.push_back(isFloatValue(arg) ? value(argType, rangeOf(arg))
                                            : source(argType, rangeOf(arg)));
      if (!arguments.back())
        return;
    }
    // One function may be called in both modes.
    bool trains = random.chance(train ? 0.75 : 0.25);
    Operation *call =
        make("call", arguments,
             "callee = @" + name + ", mode = #dl<mode " +
                 (trains ? "train" : "eval") + ">" + averaged(0.5),
             results);
    if (call)
      for (auto [result, value] : llvm::zip(call->getResults(), returned))
        ranges[result] = rangeOf(value);
  }
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

OwningOpRef<ModuleOp> Generator::run() {
  module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  OperationState modelState(location, "dl.model");
  modelState.addAttribute("sym_name", builder.getStringAttr("m"));
  model = new Block;
  modelState.addRegion()->push_back(model);
  builder.create(modelState);

  addStep("s", random.between(2, 6));
  // Another one over the same state; it reads averages, if there are any.
  if (random.chance(averages.empty() ? 0.2 : 0.7))
    addStep("t", random.between(1, 3));
  return std::move(module);
}

void Generator::addStep(StringRef name, int parts) {
  Scope top{Scope::Step, new Block, {}, {}, {}};
  scope = &top;
  wanted.clear();
  builder.setInsertionPointToEnd(top.block);
  for (; parts > 0; --parts) {
    double which = random.unit();
    if (which < 0.14)
      addLoop();
    else if (which < 0.22)
      addCall();
    else
      addRandomOp();
  }
  if (random.chance(0.55))
    addGradient();
  if (random.chance(0.2))
    addRandomOp();
  if (random.chance(0.2))
    addGradient();
  if (random.chance(0.1))
    addWrite();
  if (train && random.chance(0.4))
    addMinimize();
  if (!averages.empty() && !parameters.empty() && random.chance(0.5)) {
    std::string entry = random.pick<std::string>(parameters);
    auto param = cast<dl::ParamOp>(
        SymbolTable::lookupSymbolIn(model->getParentOp(), entry));
    op("sin", {op("read", {}, "entry = @" + entry + averaged(1),
                  {cast<RankedTensorType>(param.getType())})});
  }
  finishStep(top, name);
}

void Generator::finishStep(Scope &top, StringRef name) {
  llvm::SetVector<Value> outputs;
  auto isRead = [](Value v) {
    return v.getDefiningOp() && isa<dl::ReadOp>(v.getDefiningOp());
  };
  for (Value value : wanted)
    outputs.insert(value);
  for (Value value : llvm::reverse(top.pool))
    if (value.use_empty() && value.getDefiningOp() && !isRead(value) &&
        outputs.size() < 12)
      outputs.insert(value);
  for (Value value : top.pool)
    if (value.getDefiningOp() && !isRead(value) && outputs.size() < 12 &&
        random.chance(0.1))
      outputs.insert(value);
  OperationState end(location, "dl.return");
  end.addOperands(outputs.getArrayRef());
  builder.create(end);

  SmallVector<Type> results;
  SmallVector<std::string> names;
  for (auto [i, value] : llvm::enumerate(outputs)) {
    results.push_back(value.getType());
    names.push_back("y" + std::to_string(i));
  }
  SmallVector<StringRef> resultNames(names.begin(), names.end());
  SmallVector<StringRef> argNames(top.names.begin(), top.names.end());
  builder.setInsertionPointToEnd(model);
  OperationState state(location, "dl.step");
  state.addAttribute("sym_name", builder.getStringAttr(name));
  state.addAttribute("function_type",
                     TypeAttr::get(builder.getFunctionType(
                         top.block->getArgumentTypes(), results)));
  state.addAttribute("arg_names", builder.getStrArrayAttr(argNames));
  state.addAttribute("result_names", builder.getStrArrayAttr(resultNames));
  state.addRegion()->push_back(top.block);
  builder.create(state);
}
