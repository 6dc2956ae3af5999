//===- Differences.cpp - Gradients held against differences ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiled and interpreted gradients come from one rule, so that both may be
// wrong alike. For `%g = dl.gradient %y wrt %t cotangent(%c)` two more programs
// are made of the one that is checked, in f64, in which an input is added to t
// before anything else uses it: one that returns g, y and c, and one that
// returns y. With v a direction by chance, sum(g v) has to lie between the
// slopes of sum(c y) from t - h v to t + h v; it is their mean where y is
// smooth. Values that a gradient does not follow by definition (an operand of
// `dl.stop_gradient`, the weights of classes) keep, by a further input, the
// value that they have at t.
//
// At a kink, or where the way from t - h v to t + h v crosses one, that says
// little, or need not be so. But a rule that is wrong is wrong nearby too: a
// point close to t decides then.
//
// A gradient in the body of a loop is taken in the loop: the input is a stack
// that is zero but for one step, and so are the outputs of the programs.
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
#include <optional>

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

/// Those of the step, and of loops in it.
static SmallVector<dl::GradientOp> gradientsOf(dl::StepOp step) {
  SmallVector<dl::GradientOp> gradients;
  step.walk([&](dl::GradientOp op) {
    Operation *parent = op->getParentOp();
    if (parent == step || (isa<dl::ScanOp>(parent) &&
                           parent->getParentOp() == step.getOperation()))
      gradients.push_back(op);
  });
  return gradients;
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
  DerivativeCheck(StringRef program, StringRef path,
                  const CheckOptions &options, unsigned gradient,
                  unsigned target)
      : program(program), path(path), options(options), number(gradient),
        target(target), random(gradient * 31 + target, 7) {}

  /// The message of an error, or nothing.
  std::optional<std::string> run(Verdict &verdict);

private:
  bool makeExact(ModuleOp module);
  void makeMoved(ModuleOp module);
  llvm::Expected<std::unique_ptr<Model>> load(ModuleOp module) const;
  /// The elements of a result that are of the chosen step of the loop.
  std::vector<double> chosen(const Result &result) const;
  /// The contents of `dp` that add `shift` and `by` directions.
  std::vector<char> added(double by) const;
  /// sum(c y) where `by` directions are added.
  std::optional<double> sumAt(double by) const;
  /// Compares at `shift`, with points up to `h` directions away; nothing where
  /// something fails.
  std::optional<Slope> compareHere(double &along, double h);

  StringRef program, path;
  const CheckOptions &options;
  unsigned number, target;
  Random random;
  bool cotangent = false;
  /// The trips of the loop around it, or 1, and the one that is compared.
  int64_t trips = 1, trip = 0;
  /// Ops of the block, by number, and operands of them that are kept.
  SmallVector<std::pair<unsigned, unsigned>> kept;
  std::unique_ptr<Model> exactModel, movedModel;
  Outcome exact;
  std::vector<double> shift, direction;
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
  // Averages are of a `dl.minimize`; any value will do.
  step.walk([](dl::ReadOp read) { read.removeAveragedAttr(); });
}

namespace {

/// The step or the loop in it that a gradient is in, to which inputs and
/// outputs are added; of a loop they are stacks.
class Surroundings {
public:
  explicit Surroundings(dl::GradientOp gradient)
      : step(gradient->getParentOfType<dl::StepOp>()),
        loop(dyn_cast<dl::ScanOp>(gradient->getParentOp())) {}

  int64_t trips() { return loop ? loop.getTrips() : 1; }
  Block &block() { return loop ? loop.getBlock() : step.getBody().front(); }
  Value input(Type type, StringRef name) {
    if (!loop)
      return addInput(step, type, name);
    Type stack = dl::ScanOp::stackType(type, trips());
    return extend({addInput(step, stack, name)}, {});
  }
  void outputs(ArrayRef<Value> values, ArrayRef<std::string> names) {
    if (!loop)
      return setOutputs(step, values, names);
    extend({}, values);
    setOutputs(step,
               SmallVector<Value>(loop.getResults().take_back(values.size())),
               names);
  }

private:
  /// Gives the loop one more input, whose argument is returned, and outputs.
  Value extend(ValueRange inputs, ValueRange outputs) {
    Block &body = loop.getBlock();
    Value argument;
    unsigned place = loop.getInits().size() + loop.getInputs().size();
    for (Value input : inputs)
      argument = body.insertArgument(
          place, dl::ScanOp::sliceType(dl::tensorType(input)), loop.getLoc());
    Operation *yield = body.getTerminator();
    yield->insertOperands(yield->getNumOperands(), outputs);

    OpBuilder builder(loop);
    OperationState state(loop.getLoc(), loop->getName());
    state.addOperands(loop.getInits());
    state.addOperands(loop.getInputs());
    state.addOperands(inputs);
    state.addOperands(loop.getInvariants());
    state.addTypes(loop->getResultTypes());
    for (Value output : outputs)
      state.addTypes(dl::ScanOp::stackType(output.getType(), trips()));
    state.addAttributes(loop->getAttrs());
    state.attributes.set("operandSegmentSizes",
                         builder.getDenseI32ArrayAttr(
                             {int32_t(loop.getInits().size()),
                              int32_t(loop.getInputs().size() + inputs.size()),
                              int32_t(loop.getInvariants().size())}));
    state.addRegion()->takeBody(loop.getBody());
    auto larger = cast<dl::ScanOp>(builder.create(state));
    loop->replaceAllUsesWith(
        larger->getResults().take_front(loop->getNumResults()));
    loop->erase();
    loop = larger;
    return argument;
  }

  dl::StepOp step;
  dl::ScanOp loop;
};

} // namespace

/// Adds an input `dp` to a value, before anything else uses it.
static void addMovement(Surroundings &around, Value value) {
  Value by = around.input(value.getType(), "dp");
  OpBuilder builder(by.getContext());
  builder.setInsertionPointAfterValue(value);
  OperationState state(value.getLoc(), "dl.add");
  state.addOperands({value, by});
  state.addTypes(value.getType());
  Operation *sum = builder.create(state);
  value.replaceAllUsesExcept(sum->getResult(0), sum);
}

/// The program that returns the gradient, y, the cotangent and the kept
/// operands; false where the gradient is not that of the value by definition.
bool DerivativeCheck::makeExact(ModuleOp module) {
  dl::GradientOp gradient = gradientsOf(stepOf(module))[number];
  Surroundings around(gradient);
  trips = around.trips();
  trip = random.below(trips);
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
  for (Operation &op : around.block()) {
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
  around.outputs(outputs, names);
  addMovement(around, value);
  if (!options.misderived.empty())
    plantFault(module, options.misderived);
  return true;
}

/// The program that returns y as a function of the input added to the target.
void DerivativeCheck::makeMoved(ModuleOp module) {
  dl::GradientOp gradient = gradientsOf(stepOf(module))[number];
  Surroundings around(gradient);
  SmallVector<Operation *> ops;
  for (Operation &op : around.block())
    ops.push_back(&op);
  unsigned name = cotangent ? 3 : 2;
  for (auto [op, operand] : kept)
    ops[op]->setOperand(operand,
                        around.input(ops[op]->getOperand(operand).getType(),
                                     "dk" + std::to_string(name++)));
  Value value = gradient.getTargets()[target];
  around.outputs({gradient.getY()}, {"dy"});
  addMovement(around, value);
}

llvm::Expected<std::unique_ptr<Model>>
DerivativeCheck::load(ModuleOp module) const {
  std::string file = (path + ".difference.mlir").str();
  if (llvm::Error error = writeText(file, printProgram(module)))
    return std::move(error);
  return interpret(file);
}

std::vector<double> DerivativeCheck::chosen(const Result &result) const {
  int64_t size = result.size() / trips;
  std::vector<double> elements;
  for (int64_t i = 0; i < size; ++i)
    elements.push_back(result.real(trip * size + i));
  return elements;
}

std::vector<char> DerivativeCheck::added(double by) const {
  std::vector<double> elements(shift.size() * trips);
  for (size_t i = 0; i < shift.size(); ++i)
    elements[trip * shift.size() + i] = shift[i] + by * direction[i];
  auto *bytes = reinterpret_cast<const char *>(elements.data());
  return {bytes, bytes + elements.size() * sizeof(double)};
}

std::optional<double> DerivativeCheck::sumAt(double by) const {
  GivenInputs given = {{"dp", added(by)}};
  unsigned first = cotangent ? 3 : 2;
  for (unsigned i = 0; i < kept.size(); ++i)
    given["dk" + std::to_string(first + i)] = exact.results[first + i].bytes;
  Outcome outcome = runModel(*movedModel, 1, {}, given);
  if (outcome.fault)
    return std::nullopt;
  std::vector<double> y = chosen(outcome.results[0]);
  std::vector<double> weight(y.size(), 1);
  if (cotangent)
    weight = chosen(exact.results[2]);
  double sum = 0;
  for (auto [element, by] : llvm::zip_equal(y, weight))
    sum += element * by;
  return sum;
}

Slope dlc::fuzz::compareDerivative(double along, double size,
                                   ArrayRef<double> at, double h) {
  Slope result;
  double whole = (at[4] - at[0]) / (2 * h), half = (at[3] - at[1]) / h;
  double low = whole, high = whole, largest = 0;
  result.finite = std::isfinite(along);
  for (int i = 0; i < 5; ++i) {
    result.finite &= std::isfinite(at[i]);
    largest = std::max(largest, std::abs(at[i]));
    if (i == 0)
      continue;
    double slope = (at[i] - at[i - 1]) / (h / 2);
    low = std::min(low, slope);
    high = std::max(high, slope);
  }
  double scale = std::max(std::abs(low), std::abs(high));
  double rounding = 1e-15 * largest / h + 1e-7;
  result.value = whole;
  double curvature = 20 * std::abs(whole - half);
  result.kink = !result.finite || high - low > 1e-2 * scale + 100 * rounding ||
                curvature > 1e-3 * scale + 100 * rounding;
  result.allowed = 1e-4 * scale + 1e-6 * size + 10 * rounding +
                   (result.kink ? 0 : curvature);
  result.wrong = result.finite && (along < low - result.allowed ||
                                   along > high + result.allowed);
  return result;
}

std::optional<Slope> DerivativeCheck::compareHere(double &along, double h) {
  // The direction does not matter to the gradient.
  exact = runModel(*exactModel, 1, {}, {{"dp", added(0)}});
  if (exact.fault)
    return std::nullopt;
  std::vector<double> gradient = chosen(exact.results[0]);
  double size = 0;
  along = 0;
  for (auto [g, d] : llvm::zip_equal(gradient, direction)) {
    along += g * d;
    size += std::abs(g);
  }
  double at[5];
  for (int i = 0; i < 5; ++i) {
    std::optional<double> sum = sumAt((i - 2) * h / 2);
    if (!sum)
      return std::nullopt;
    at[i] = *sum;
  }
  return compareDerivative(along, size, at, h);
}

std::optional<std::string> DerivativeCheck::run(Verdict &verdict) {
  DlContext context;
  OwningOpRef<ModuleOp> module = parseProgram(program, context);
  if (!module)
    return std::nullopt;
  OwningOpRef<ModuleOp> other = module->clone();
  auto type =
      dl::tensorType(gradientsOf(stepOf(*module))[number].getTargets()[target]);
  if (!makeExact(*module) || trips == 0)
    return std::nullopt;
  makeMoved(*other);
  auto first = load(*module);
  if (!first)
    return "the program of the gradient: " + llvm::toString(first.takeError());
  exactModel = std::move(*first);
  auto second = load(*other);
  if (!second)
    return "the program of differences: " + llvm::toString(second.takeError());
  movedModel = std::move(*second);

  int64_t size = type.getNumElements();
  auto someDirection = [&] {
    std::vector<double> elements;
    for (int64_t i = 0; i < size; ++i)
      elements.push_back(random.real(0.5, 1) * (random.chance(0.5) ? 1 : -1));
    return elements;
  };
  direction = someDirection();
  shift.assign(size, 0);
  double along;
  std::optional<Slope> found = compareHere(along, 1e-5);
  if (!found)
    return std::nullopt;
  ++verdict.derivatives;
  verdict.kinks += found->kink;
  if (!found->wrong && !found->kink)
    return std::nullopt;
  bool wrong = found->wrong;
  // Where hundreds of windows of equal elements are pooled, hundreds of kinks
  // meet: the points have to be much closer to each other than to the kinks.
  for (double distance : {1e-3, 1e-4, 1e-2}) {
    shift = someDirection();
    for (double &element : shift)
      element *= distance;
    double nearby;
    std::optional<Slope> slope = compareHere(nearby, 1e-4 * distance);
    if (!slope || !slope->finite)
      continue;
    if (!slope->wrong && (found->wrong || !slope->kink))
      return std::nullopt;
    if (slope->wrong && !slope->kink) {
      wrong = true;
      found = slope;
      along = nearby;
    }
  }
  if (!wrong)
    return std::nullopt;
  return llvm::formatv("gradient {0}, target {1}: along a direction {2}, by "
                       "differences {3}, allowed {4}",
                       number + 1, target + 1, llvm::formatv("{0:e6}", along),
                       llvm::formatv("{0:e6}", found->value),
                       llvm::formatv("{0:e2}", found->allowed))
      .str();
}

void dlc::fuzz::checkDerivatives(StringRef path, StringRef widePath,
                                 const CheckOptions &options,
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
        DerivativeCheck derivative(program, path, options, gradient, target);
        if (std::optional<std::string> wrong = derivative.run(verdict)) {
          verdict.findings.push_back({"gradient", *wrong});
          return;
        }
      }
  }
}
