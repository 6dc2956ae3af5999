//===- Training.cpp - Gradients and updates of a random program -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// The float values of the step that `value` is computed from, but for itself;
/// if `sure`, without those that a loop or a function may not make use of, or
/// that gradients do not reach.
static SmallVector<Value> sources(Value value, bool sure = false) {
  llvm::SetVector<Value> seen;
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!op || (sure && isa<dl::ScanOp, dl::CallOp>(op)))
      continue;
    auto stops = dyn_cast<dl::StopsGradient>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      if (sure && stops && stops.stopsGradient(operand.getOperandNumber()))
        continue;
      if (isFloatValue(operand.get()) && seen.insert(operand.get()))
        work.push_back(operand.get());
    }
  }
  seen.remove(value);
  return seen.takeVector();
}

/// Whether `target` is a read of an entry that another read of `candidates` may
/// stand for: where y depends on that one alone, the gradient is refused.
static bool mayBeOtherRead(Value target, Value y, ArrayRef<Value> candidates) {
  auto read = target.getDefiningOp<dl::ReadOp>();
  if (!read || llvm::is_contained(sources(y, /*sure=*/true), target))
    return false;
  return llvm::any_of(candidates, [&](Value candidate) {
    auto other = candidate.getDefiningOp<dl::ReadOp>();
    return other && other != read && other.getEntry() == read.getEntry();
  });
}

void Generator::addGradient() {
  Value y = existing([](Value v) {
    return isFloatValue(v) && v.getDefiningOp() &&
           v.getDefiningOp()->getNumOperands() > 0 &&
           dl::tensorType(v).getNumElements() > 0 &&
           dl::tensorType(v).getNumElements() < 3000;
  });
  if (!y)
    return;
  for (int order = random.chance(0.45) ? 2 : 1; order > 0; --order) {
    SmallVector<Value> candidates = sources(y);
    if (candidates.empty())
      return;
    SmallVector<Value> operands = {y};
    SmallVector<Type> types;
    for (int n = random.between(1, 3); n > 0; --n) {
      Value target = random.pick<Value>(candidates);
      if (llvm::is_contained(operands, target) ||
          mayBeOtherRead(target, y, candidates))
        continue;
      operands.push_back(target);
      types.push_back(target.getType());
    }
    bool cotangent = dl::tensorType(y).getRank() > 0 || random.chance(0.5);
    if (cotangent)
      operands.push_back(source(dl::tensorType(y), {-2, 2}));
    Operation *gradient =
        make("gradient", operands,
             segments({1, int64_t(types.size()), cotangent}), types);
    if (!gradient)
      return;
    if (scope->kind == Scope::Step)
      wanted.append(gradient->result_begin(), gradient->result_end());
    y = gradient->getResult(random.below(gradient->getNumResults()));
    if (dl::tensorType(y).getNumElements() == 0)
      return;
    if (random.chance(0.3))
      y = op("sin", {y});
  }
}

static const char *const kRules[] = {
    "#dl.sgd",
    "#dl.sgd<momentum = 0.9, dampening = 0.1, weight_decay = 0.01>",
    "#dl.sgd<momentum = 0.9, nesterov = true>",
    "#dl.adagrad<lr_decay = 0.1, initial_accumulator = 0.1>",
    "#dl.rmsprop<alpha = 0.9, eps = 1.0e-2>",
    "#dl.rmsprop<alpha = 0.9, eps = 1.0e-2, momentum = 0.5, centered = true>",
    "#dl.adadelta<eps = 1.0e-2>",
    "#dl.adam<eps = 1.0e-2>",
    ("#dl.adam<eps = 1.0e-2, amsgrad = true, weight_decay = 0.1, "
     "decoupled_weight_decay = true>"),
    "#dl.adamw<eps = 1.0e-2>",
    "#dl.adamax<eps = 1.0e-2>",
    "#dl.nadam<eps = 1.0e-2>",
    "#dl.radam<eps = 1.0e-2>",
    "#dl.lion",
    "#dl.lamb<eps = 1.0e-2, weight_decay = 0.1>",
    "#dl.lookahead<#dl.adam<eps = 1.0e-2>, k = 2, alpha = 0.5>",
    "#dl.ranger<eps = 1.0e-2, k = 2>",
    "#dl.muon<weight_decay = 0.1, eps = 1.0e-2>",
};

/// Those that PyTorch has for sparse gradients.
static const char *const kSparseRules[] = {
    "#dl.sgd",
    "#dl.sgd<momentum = 0.9, nesterov = true>",
    "#dl.adagrad<lr_decay = 0.1, initial_accumulator = 0.1>",
    "#dl.adam<eps = 1.0e-2>",
};

Value Generator::readRows(StringRef table, RankedTensorType type, bool sparse) {
  Value w = op("read", {}, "entry = @" + table, {type});
  int64_t rows = type.getDimSize(0);
  std::string words = sparse ? "sparse" : "";
  if (random.chance(0.3))
    words += (sparse ? ", " : "") +
             ("padding_index = " + std::to_string(random.below(rows)));
  Value sum;
  for (int lookups = random.chance(0.3) ? 2 : 1; lookups > 0; --lookups) {
    Value read =
        op("embedding", {w, indices(shape(0, 2, false, 20), rows)}, words);
    Value mean = op("mean", {op("square", {read})});
    sum = sum ? op("add", {sum, mean}) : mean;
  }
  return sum;
}

void Generator::addMinimize() {
  // A parameter that is a table moves by rows, where rule and shapes allow it.
  bool table = random.chance(0.25), sparse = table && random.chance(0.5);
  const char *rule = sparse ? random.pick<const char *>(kSparseRules)
                            : random.pick<const char *>(kRules);
  bool matrices = StringRef(rule).starts_with("#dl.muon");
  Value some;
  if (!matrices && !table)
    some = existing([&](Value v) {
      return isFloatValue(v) && dl::tensorType(v).getNumElements() > 0 &&
             llvm::any_of(sources(v, /*sure=*/true), [&](Value from) {
               auto read = from.getDefiningOp<dl::ReadOp>();
               return read && !read.getAveragedAttr() &&
                      llvm::is_contained(parameters, read.getEntry());
             });
    });
  std::string over = "*";
  if (table) {
    RankedTensorType own =
        type({random.between(1, 60), random.between(1, 20)}, floatType);
    over = stateEntry("param", own, {-2, 2});
    some = readRows(over, own, sparse);
  } else if (!some) {
    Shape own = matrices ? shape(2, 2, false, 300) : shape(1, 3, false, 300);
    std::string name = stateEntry("param", type(own, floatType), {-2, 2});
    Value w = op("read", {}, "entry = @" + name, {type(own, floatType)});
    some = op("mul", {w, value(own, kTame)});
    over = name;
  }
  Value tame = op("tanh", {some});
  Value loss = op("mean", {op("square", {tame})});
  if (!loss)
    return;
  std::string rate = fresh("lr"), optimizerName = fresh("o");
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(model);
    OperationState lr(location, "dl.hparam");
    lr.addAttribute("sym_name", builder.getStringAttr(rate));
    lr.addAttribute("value", builder.getF64FloatAttr(0.125));
    builder.create(lr);
    OperationState optimizer(location, "dl.optimizer");
    optimizer.addAttribute("sym_name", builder.getStringAttr(optimizerName));
    optimizer.addAttribute("rule", parseAttribute(rule, &context));
    builder.create(optimizer);
  }
  Value lr = op("read_hparam", {}, "entry = @" + rate,
                {type({}, builder.getF32Type())});
  std::string text =
      "optimizer = @" + optimizerName + ", patterns = [\"" + over + "\"]";
  // SparseAdam knows the gradients of one call.
  bool ofOneCall = sparse && StringRef(rule).starts_with("#dl.adam");
  if (!ofOneCall && random.chance(0.15))
    text += ", accumulate = 2";
  if (random.chance(0.15))
    text += ", clip_value = 0.01";
  if (random.chance(0.2))
    text += ", clip_norm = 0.05";
  if (!ofOneCall && random.chance(0.1))
    text += ", noise = 0.01";
  if (random.chance(0.15))
    text += ", clip_weights = 1.5";
  bool keepsAverages = random.chance(0.3);
  if (keepsAverages)
    text += ", average = 0.9";
  // A group is of parameters that the loss depends on and `over` names.
  SmallVector<std::string> descended;
  for (Value from : sources(some, /*sure=*/true))
    if (auto read = from.getDefiningOp<dl::ReadOp>())
      if (!read.getAveragedAttr() &&
          llvm::is_contained(parameters, read.getEntry()) &&
          (over == "*" || over == read.getEntry()))
        descended.push_back(read.getEntry().str());
  if (!descended.empty() && !matrices && !sparse && random.chance(0.15))
    text += ", groups = [#dl.group<[\"" + random.pick<std::string>(descended) +
            "\"], lr = 2.0, weight_decay = 0.1>]";
  if (make("minimize", {loss, lr}, text) && keepsAverages)
    averages = optimizerName;
  wanted.push_back(loss);
}

void Generator::addWrite() {
  Value value = existing([](Value v) {
    return isFloatValue(v) && v.getDefiningOp() &&
           dl::tensorType(v).getNumElements() > 0 &&
           dl::tensorType(v).getNumElements() < 3000;
  });
  if (!value)
    return;
  auto type = dl::tensorType(value);
  std::string name = stateEntry("buffer", type, {-2, 2});
  Value before = op("read", {}, "entry = @" + name, {type});
  Value sum = op("add", {before, value});
  Value next = op("tanh", {sum});
  if (next)
    make("write", {next}, "entry = @" + name);
}
