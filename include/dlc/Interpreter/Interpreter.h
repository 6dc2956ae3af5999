//===- Interpreter.h - The reference meaning of programs --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluates a step of a program in `dl` op by op: slowly, in an order that can
// be read off the formula, sharing nothing with the code generator. Only
// primitives have a model here; a composite is evaluated by its decomposition.
// Programs after the phases `simplify` and `fuse` can be evaluated too: a call
// of a kernel evaluates the kernel's function.
//
// To give an op a model, in lib/Interpreter/<Family>.cpp, the family's name in
// lib/Dialect/Dl:
//   1. A function of each element is one line in the register function:
//        elementwise<dl::ExpOp>(c, [](double x) { return std::exp(x); });
//   2. Any other op is a function from the operands to the result, and a line:
//        static Tensor reshape(dl::ReshapeOp op, const Call &call) { ... }
//        model<dl::ReshapeOp>(c, reshape);    // std::vector<Tensor>: several
//   3. `call.operand(op.getX())` is an operand's value, `call.type(0)` the type
//      of result 0; `rearrange`, `reduce`, `Sums` (lib/Interpreter/Models.h)
//      and `forEachIndex` (Tensor.h) do most of the rest.
//   4. A value that the op cannot use: `call.fault("...")`. The body of an op
//   with
//      a region: `call.evaluate(op.getBody(), arguments)`.
//   5. A new family: a new file, named in lib/Interpreter/CMakeLists.txt, whose
//      register function is declared in Models.h and called in Models.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_INTERPRETER_INTERPRETER_H
#define DLC_INTERPRETER_INTERPRETER_H

#include "dlc/Interpreter/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <string>

namespace dlc::interp {

/// Evaluates a region with these arguments; the operands of its terminator, or
/// nothing after a fault inside.
using RegionEvaluator = llvm::function_ref<std::optional<std::vector<Tensor>>(
    mlir::Region &, std::vector<Tensor>)>;

/// One evaluation of one op.
class Call {
public:
  /// `operands` in the op's order.
  Call(mlir::Operation *op,
       llvm::ArrayRef<std::shared_ptr<const Tensor>> operands,
       RegionEvaluator evaluator, bool faultsCollected = false)
      : op(op), operands(operands), evaluator(evaluator),
        faultsCollected_(faultsCollected) {}

  const Tensor &operand(unsigned i) const { return *operands[i]; }
  /// The value of an operand.
  const Tensor &operand(mlir::Value value) const;
  /// The type of result i.
  mlir::RankedTensorType type(unsigned i = 0) const {
    return llvm::cast<mlir::RankedTensorType>(op->getResult(i).getType());
  }

  /// Whether the step collects its faults in a result (dl-collect-faults). Then
  /// an index outside of its table is not a fault where it is read: it is
  /// clamped, as in compiled code, and the result tells.
  bool faultsCollected() const { return faultsCollected_; }

  /// Runs a region, of the op or of the function that it calls, which may read
  /// every value that the op may. After a fault inside there is nothing, and
  /// whatever the model returns then is not looked at.
  std::optional<std::vector<Tensor>>
  evaluate(mlir::Region &region, std::vector<Tensor> arguments) const {
    return evaluator(region, std::move(arguments));
  }

  /// Ends the step with DLC_ERROR_DATA and this message; the first one counts.
  void fault(const llvm::Twine &message) const {
    if (!message_)
      message_ = message.str();
  }

  /// Sets the results, all at once.
  void give(std::vector<Tensor> values) { results_ = std::move(values); }
  std::vector<Tensor> &results() { return results_; }
  const std::optional<std::string> &message() const { return message_; }

private:
  mlir::Operation *op;
  llvm::ArrayRef<std::shared_ptr<const Tensor>> operands;
  RegionEvaluator evaluator;
  bool faultsCollected_;
  std::vector<Tensor> results_;
  /// Models are functions of a constant call, and may still find a flaw in it.
  mutable std::optional<std::string> message_;
};

} // namespace dlc::interp

#include "dlc/Interpreter/Interpretable.h.inc"

namespace dlc::interp {

/// Gives the primitives of `dl` their models.
void registerModels(mlir::DialectRegistry &registry);

/// Erases ops that no result of the function needs, and checks that every other
/// op has a model; an error at one without.
mlir::LogicalResult prepare(mlir::func::FuncOp function);

/// Sees an op that was evaluated, with its operands and results. Ops inside of
/// loops and kernels are seen at each evaluation, before the op around them.
using Observer = llvm::function_ref<void(
    mlir::Operation *op, llvm::ArrayRef<std::shared_ptr<const Tensor>> operands,
    llvm::ArrayRef<std::shared_ptr<const Tensor>> results)>;

/// The results of a prepared function; an error is a fault's message.
llvm::Expected<std::vector<Tensor>> evaluate(mlir::func::FuncOp function,
                                             std::vector<Tensor> arguments,
                                             Observer observer = nullptr);

} // namespace dlc::interp
#endif // DLC_INTERPRETER_INTERPRETER_H
