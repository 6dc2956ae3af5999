//===- Evaluate.cpp - One function, op by op ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Interpreter.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace dlc::interp;

#include "dlc/Interpreter/Interpretable.cpp.inc"

const Tensor &Call::operand(Value value) const {
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (operand == value)
      return *operands[i];
  llvm_unreachable("not an operand of the op");
}

LogicalResult dlc::interp::prepare(func::FuncOp function) {
  function.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
  WalkResult result = function.getBody().walk([](Operation *op) -> WalkResult {
    if (isa<Interpretable>(op) || op->hasTrait<OpTrait::IsTerminator>())
      return WalkResult::advance();
    return op->emitOpError("has no model in the interpreter");
  });
  return failure(result.wasInterrupted());
}

namespace {

using Shared = std::shared_ptr<const Tensor>;

class Evaluator {
public:
  Evaluator(func::FuncOp function, Observer observer)
      : faultsCollected(function->hasAttr(dlc::names::faults)),
        observer(observer) {}

  /// The operands of the terminator; nothing after a fault.
  std::vector<Tensor> run(Block &block, std::vector<Tensor> arguments);

  std::optional<std::string> fault;

private:
  using LastUses = DenseMap<Operation *, SmallVector<Value>>;
  const LastUses &lastUses(Block &block);
  void run(Operation &op);

  bool faultsCollected;
  Observer observer;
  /// The values of the present run of each block.
  DenseMap<Value, Shared> values;
  DenseMap<Block *, std::unique_ptr<LastUses>> lastUsesOf;
};

} // namespace

/// The values of the block that no op after `op` needs: a step of a network
/// would not fit into memory with all of its values.
const Evaluator::LastUses &Evaluator::lastUses(Block &block) {
  std::unique_ptr<LastUses> &known = lastUsesOf[&block];
  if (known)
    return *known;
  known = std::make_unique<LastUses>();
  DenseSet<Value> seen;
  for (Operation &op : llvm::reverse(block)) {
    auto see = [&](Value value) {
      if (value.getParentBlock() == &block && seen.insert(value).second)
        (*known)[&op].push_back(value);
    };
    llvm::for_each(op.getResults(), see);
    op.walk(
        [&](Operation *inner) { llvm::for_each(inner->getOperands(), see); });
  }
  return *known;
}

void Evaluator::run(Operation &op) {
  SmallVector<Shared> operands;
  for (Value operand : op.getOperands())
    operands.push_back(values.at(operand));
  auto runRegion =
      [&](Region &region,
          std::vector<Tensor> arguments) -> std::optional<std::vector<Tensor>> {
    std::vector<Tensor> yielded = run(region.front(), std::move(arguments));
    if (fault)
      return std::nullopt;
    return yielded;
  };
  Call call(&op, operands, runRegion, faultsCollected);
  cast<Interpretable>(op).interpret(call);
  if (!fault)
    fault = call.message();
  if (fault)
    return;
  SmallVector<Shared> results;
  for (Tensor &result : call.results())
    results.push_back(std::make_shared<const Tensor>(std::move(result)));
  if (observer)
    observer(&op, operands, results);
  for (auto [value, result] : llvm::zip_equal(op.getResults(), results))
    values[value] = std::move(result);
}

std::vector<Tensor> Evaluator::run(Block &block,
                                   std::vector<Tensor> arguments) {
  for (auto [value, argument] :
       llvm::zip_equal(block.getArguments(), arguments))
    values[value] = std::make_shared<const Tensor>(std::move(argument));
  const LastUses &last = lastUses(block);
  for (Operation &op : block.without_terminator()) {
    run(op);
    if (fault)
      return {};
    for (Value value : last.lookup(&op))
      values.erase(value);
  }
  std::vector<Tensor> yielded;
  for (Value operand : block.getTerminator()->getOperands())
    yielded.push_back(*values.at(operand));
  return yielded;
}

/// The message of the fault that the results of a step tell of, if any.
static std::optional<std::string> faultIn(func::FuncOp step,
                                          ArrayRef<Tensor> results) {
  auto messages = step->getAttrOfType<ArrayAttr>(dlc::names::faults);
  for (auto [i, result] : llvm::enumerate(results)) {
    if (!step.getResultAttr(i, dlc::names::fault))
      continue;
    uint64_t code = result.integer(0);
    if (code == 0)
      return std::nullopt;
    if (messages && code <= messages.size())
      if (auto message = dyn_cast<StringAttr>(messages[code - 1]))
        return message.str();
    return "fault " + std::to_string(code);
  }
  return std::nullopt;
}

llvm::Expected<std::vector<Tensor>>
dlc::interp::evaluate(func::FuncOp function, std::vector<Tensor> arguments,
                      Observer observer) {
  Evaluator evaluator(function, observer);
  std::vector<Tensor> results =
      evaluator.run(function.getBody().front(), std::move(arguments));
  if (!evaluator.fault)
    evaluator.fault = faultIn(function, results);
  if (evaluator.fault)
    return llvm::createStringError(*evaluator.fault);
  return results;
}
