//===- Differences.cpp - Gradients held against differences ---------------===//
//
// Compiled and interpreted gradients come from one rule, so that both may be
// wrong alike. For `%g = dl.gradient %y wrt %t cotangent(%c)` two more programs
// are made of the one that is checked, in f64: one that returns g, y and c; and
// one in which an input is added to t before anything else uses it, which
// returns y. With v a direction by chance,
//
//     sum(g v)  and  (sum(c y(t + h v)) - sum(c y(t - h v))) / 2 h
//
// have to agree. What a gradient does not follow by definition (an operand of
// `dl.stop_gradient`, the weights of classes) keeps, by a further input, the
// value that it has at t. Where the differences to both sides differ, t is at a
// kink, and nothing follows.
//
//===----------------------------------------------------------------------===//

#include "Differences.h"

#include "Random.h"
#include "Reduce.h"
#include "Run.h"
#include "Text.h"

#include "mlir/IR/Verifier.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// The operands of real numbers that an op has no derivative for, by its
/// definition.
static SmallVector<unsigned> undifferentiated(Operation *op) {
  SmallVector<unsigned> numbers;
  if (auto stops = dyn_cast<dl::StopsGradient>(op))
    for (OpOperand &operand : op->getOpOperands())
      if (isa<FloatType>(getElementTypeOrSelf(operand.get().getType())) &&
          stops.stopsGradient(operand.getOperandNumber()))
        numbers.push_back(operand.getOperandNumber());
  return numbers;
}

/// Whether an op, by definition, has another derivative than its value.
static bool differsFromValue(Operation *op) {
  return op->hasAttr("truncate") || op->hasAttr("padding_index") ||
         op->hasAttr("hard");
}

/// The one step that a program has.
static dl::StepOp stepOf(ModuleOp module) {
  dl::StepOp found;
  module.walk([&](dl::StepOp step) { found = step; });
  return found;
}

static SmallVector<dl::GradientOp> gradientsOf(dl::StepOp step) {
  auto range = step.getBody().front().getOps<dl::GradientOp>();
  return {range.begin(), range.end()};
}

/// The ops of the block that `value` reaches.
static llvm::DenseSet<Operation *> reached(Value value) {
  llvm::DenseSet<Operation *> seen;
  SmallVector<Value> work = {value};
  while (!work.empty())
    for (Operation *user : work.pop_back_val().getUsers())
      if (seen.insert(user).second)
        work.append(user->result_begin(), user->result_end());
  return seen;
}

namespace {

/// One target of one gradient.
class DerivativeCheck {
public:
  DerivativeCheck(StringRef program, StringRef path, unsigned gradient,
                  unsigned target)
      : program(program), path(path), number(gradient), target(target) {}

  /// What is wrong, or nothing.
  std::optional<std::string> run(Verdict &verdict);

private:
  bool makeExact(ModuleOp module);
  void makeMoved(ModuleOp module);
  std::optional<double> sumAt(double by);

  StringRef program, path;
  unsigned number, target;
  bool cotangent = false;
  /// Ops of the step, by number, and operands of them that are kept.
  SmallVector<std::pair<unsigned, unsigned>> kept;
  Outcome exact;
  std::vector<double> direction;
  std::unique_ptr<Model> moved;
};

} // namespace

/// Leaves out all steps but one and what changes the state, and writes all
/// calls out.
static void flatten(dl::StepOp step) {
  auto model = step->getParentOfType<dl::ModelOp>();
  for (auto other : llvm::make_early_inc_range(model.getOps<dl::StepOp>()))
    if (other != step)
      other.erase();
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<dl::CallOp> calls;
    step.walk([&](dl::CallOp call) { calls.push_back(call); });
    for (dl::CallOp call : calls)
      changed |= inlineCall(call);
  }
  for (Operation &op : llvm::make_early_inc_range(step.getBody().front()))
    if (isa<dl::MinimizeOp, dl::WriteOp>(op))
      op.erase();
}

/// The program that returns the gradient, y, the cotangent and what is kept;
/// false where the gradient is not that of the value by definition.
bool DerivativeCheck::makeExact(ModuleOp module) {
  dl::StepOp step = stepOf(module);
  dl::GradientOp gradient = gradientsOf(step)[number];
  cotangent = bool(gradient.getCotangent());
  SmallVector<Value> outputs = {gradient->getResult(target), gradient.getY()};
  SmallVector<std::string> names = {"dg", "dy"};
  if (cotangent) {
    outputs.push_back(gradient.getCotangent());
    names.push_back("dc");
  }
  Value value = gradient.getTargets()[target];
  auto dependent = reached(value);
  // A derivative may be computed from any values between y and its target, so
  // that how it depends on those is not defined.
  for (Operation *op : dependent)
    if (auto inner = dyn_cast<dl::GradientOp>(op))
      for (Value from : inner.getTargets())
        if (value.getDefiningOp() && reached(from).count(value.getDefiningOp()))
          return false;
  unsigned place = 0;
  for (Operation &op : step.getBody().front()) {
    unsigned at = place++;
    if (!dependent.count(&op))
      continue;
    bool other = false;
    op.walk([&](Operation *inner) {
      other |= differsFromValue(inner) ||
               (inner != &op && !undifferentiated(inner).empty());
    });
    if (other)
      return false;
    for (unsigned operand : undifferentiated(&op)) {
      kept.push_back({at, operand});
      outputs.push_back(op.getOperand(operand));
      names.push_back("dk" + std::to_string(names.size()));
    }
  }
  setOutputs(step, outputs, names);
  return true;
}

/// The program that returns y as a function of what is added to the target.
void DerivativeCheck::makeMoved(ModuleOp module) {
  dl::StepOp step = stepOf(module);
  dl::GradientOp gradient = gradientsOf(step)[number];
  SmallVector<Operation *> ops;
  for (Operation &op : step.getBody().front())
    ops.push_back(&op);
  unsigned name = cotangent ? 3 : 2;
  for (auto [op, operand] : kept)
    ops[op]->setOperand(operand,
                        addInput(step, ops[op]->getOperand(operand).getType(),
                                 "dk" + std::to_string(name++)));
  Value value = gradient.getTargets()[target];
  OpBuilder builder(module.getContext());
  if (Operation *op = value.getDefiningOp())
    builder.setInsertionPointAfter(op);
  else
    builder.setInsertionPointToStart(&step.getBody().front());
  Value by = addInput(step, value.getType(), "dp");
  OperationState state(step.getLoc(), "dl.add");
  state.addOperands({value, by});
  state.addTypes(value.getType());
  Operation *sum = builder.create(state);
  value.replaceAllUsesExcept(sum->getResult(0), sum);
  setOutputs(step, {gradient.getY()}, {"dy"});
}

std::optional<double> DerivativeCheck::sumAt(double by) {
  GivenInputs given;
  auto add = [&](StringRef name, ArrayRef<char> bytes) {
    given[name.str()].assign(bytes.begin(), bytes.end());
  };
  std::vector<double> change;
  for (double d : direction)
    change.push_back(by * d);
  add("dp", {reinterpret_cast<const char *>(change.data()),
             change.size() * sizeof(double)});
  unsigned first = cotangent ? 3 : 2;
  for (unsigned i = 0; i < kept.size(); ++i)
    add("dk" + std::to_string(first + i), exact.results[first + i].bytes);
  Outcome outcome = runModel(*moved, 1, {}, given);
  if (outcome.fault)
    return std::nullopt;
  double sum = 0;
  for (int64_t i = 0, e = outcome.results[0].size(); i < e; ++i)
    sum +=
        outcome.results[0].real(i) * (cotangent ? exact.results[2].real(i) : 1);
  return sum;
}

Difference dlc::fuzz::compareDerivative(double along, double size,
                                        ArrayRef<double> at, double h) {
  Difference result;
  double whole = (at[4] - at[0]) / (2 * h), half = (at[3] - at[1]) / h;
  double after = (at[4] - at[2]) / h, before = (at[2] - at[0]) / h;
  double scale = std::max(std::abs(whole), std::abs(after));
  double rounding = 1e-15 * std::abs(at[2]) / h + 1e-7;
  result.value = whole;
  result.allowed =
      1e-4 * scale + 1e-6 * size + 20 * std::abs(whole - half) + 10 * rounding;
  // Also what is not finite.
  result.kink = !(std::abs(after - before) <= 1e-2 * scale + 100 * rounding) ||
                !(std::abs(whole - half) <= 1e-3 * scale + 100 * rounding) ||
                !std::isfinite(along);
  result.wrong = !result.kink && std::abs(along - whole) > result.allowed;
  return result;
}

std::optional<std::string> DerivativeCheck::run(Verdict &verdict) {
  DlContext context;
  OwningOpRef<ModuleOp> module = parseProgram(program, context);
  if (!module)
    return std::nullopt;
  OwningOpRef<ModuleOp> other = module->clone();
  if (!makeExact(*module))
    return std::nullopt;
  makeMoved(*other);
  auto load = [&](ModuleOp m) -> llvm::Expected<std::unique_ptr<Model>> {
    std::string file = (path + ".difference.mlir").str();
    if (llvm::Error error = writeText(file, printProgram(m)))
      return std::move(error);
    return interpret(file);
  };
  auto model = load(*module);
  if (!model)
    return "the program of the gradient: " + llvm::toString(model.takeError());
  exact = runModel(**model, 1, {});
  if (exact.fault)
    return std::nullopt;
  auto second = load(*other);
  if (!second)
    return "the program of differences: " + llvm::toString(second.takeError());
  moved = std::move(*second);

  const Result &gradient = exact.results[0];
  Random random(number * 31 + target, gradient.size());
  double along = 0, size = 0;
  for (int64_t i = 0; i < gradient.size(); ++i) {
    direction.push_back(random.real(0.5, 1) * (random.chance(0.5) ? 1 : -1));
    along += gradient.real(i) * direction.back();
    size += std::abs(gradient.real(i));
  }
  constexpr double h = 1e-5;
  double at[5];
  for (int i = 0; i < 5; ++i) {
    std::optional<double> sum = sumAt((i - 2) * h / 2);
    if (!sum)
      return std::nullopt;
    at[i] = *sum;
  }
  ++verdict.derivatives;
  Difference difference = compareDerivative(along, size, at, h);
  verdict.kinks += difference.kink;
  if (!difference.wrong)
    return std::nullopt;
  return llvm::formatv("gradient {0}, target {1}: along a direction {2}, by "
                       "differences {3}, allowed {4}",
                       number + 1, target + 1, llvm::formatv("{0:e6}", along),
                       llvm::formatv("{0:e6}", difference.value),
                       llvm::formatv("{0:e2}", difference.allowed))
      .str();
}

void dlc::fuzz::checkDerivatives(StringRef path, StringRef widePath,
                                 Verdict &verdict) {
  auto file = llvm::MemoryBuffer::getFile(widePath);
  if (!file)
    return;
  DlContext context;
  int budget = 3;
  for (unsigned number = 0;; ++number) {
    OwningOpRef<ModuleOp> module = parseProgram((*file)->getBuffer(), context);
    SmallVector<dl::StepOp> steps;
    if (module)
      module->walk([&](dl::StepOp step) { steps.push_back(step); });
    if (number >= steps.size())
      return;
    dl::StepOp step = steps[number];
    flatten(step);
    std::string program = printProgram(*module);
    for (auto [gradient, op] : llvm::enumerate(gradientsOf(step)))
      for (unsigned target = 0; target < op.getTargets().size(); ++target) {
        if (budget-- <= 0)
          return;
        DerivativeCheck derivative(program, path, gradient, target);
        if (std::optional<std::string> wrong = derivative.run(verdict)) {
          verdict.findings.push_back({"gradient", *wrong});
          return;
        }
      }
  }
}
