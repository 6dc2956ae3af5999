//===- Values.cpp - The values of a step, to be found again ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Values.h"

#include "dlc/Dialect/Dl/Dl.h"

#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace dlc;

std::string dlc::placeOf(Location location) {
  std::string text = "an unknown place";
  location->walk([&](Location part) {
    auto file = dyn_cast<FileLineColLoc>(part);
    if (!file)
      return WalkResult::advance();
    text = (file.getFilename().getValue() + ":" + Twine(file.getLine()) + ":" +
            Twine(file.getColumn()))
               .str();
    return WalkResult::interrupt();
  });
  return text;
}

std::string dlc::nameOf(Operation *op) {
  return (op->getName().getStringRef() + " at ").str() + placeOf(op->getLoc());
}

Fingerprint::Fingerprint(const interp::Tensor &tensor)
    : isFloat(tensor.isFloat()) {
  bool isFirst = true;
  for (int64_t i = 0, e = tensor.size(); i < e; ++i) {
    double x = tensor.real(i);
    if (x == 0)
      continue;
    if (!std::isfinite(x)) {
      ++notFinite;
      continue;
    }
    ++elements;
    sum += x;
    squares += x * x;
    magnitude += std::abs(x);
    least = isFirst ? x : std::min(least, x);
    greatest = isFirst ? x : std::max(greatest, x);
    isFirst = false;
  }
}

bool Fingerprint::matches(const Fingerprint &other, double tolerance) const {
  if (elements != other.elements || notFinite != other.notFinite ||
      isFloat != other.isFloat)
    return false;
  auto near = [&](double a, double b, double scale) {
    return std::abs(a - b) <= tolerance * scale + FLT_MIN;
  };
  double largest = std::max(std::abs(least), std::abs(greatest));
  return near(least, other.least, largest) &&
         near(greatest, other.greatest, largest) &&
         near(sum, other.sum, magnitude) &&
         near(magnitude, other.magnitude, magnitude) &&
         near(squares, other.squares, 2 * squares);
}

void ValueTrace::observe(
    ValueRange values,
    ArrayRef<std::shared_ptr<const interp::Tensor>> tensors) {
  for (auto [value, tensor] : llvm::zip_equal(values, tensors))
    if (known.insert(value).second)
      entries.push_back({value, Fingerprint(*tensor)});
}

bool ValueTrace::has(const Entry &entry, const Tolerance &tolerance) const {
  Type element = dl::tensorType(entry.value).getElementType();
  double allowed = element.isF64()           ? tolerance.f64
                   : element.isBF16()        ? tolerance.bf16
                   : isa<FloatType>(element) ? tolerance.f32
                                             : 0;
  return llvm::any_of(entries, [&](const Entry &own) {
    return own.fingerprint.matches(entry.fingerprint, allowed);
  });
}

/// All ops that a value depends on, those in loops included.
static DenseSet<Operation *> opsBehind(Value result) {
  DenseSet<Operation *> seen;
  SmallVector<Value> todo = {result};
  while (!todo.empty()) {
    Value value = todo.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op)
      op = value.getParentBlock()->getParentOp();
    if (isa<func::FuncOp>(op) || !seen.insert(op).second)
      continue;
    llvm::append_range(todo, op->getOperands());
    op->walk([&](Operation *inner) {
      seen.insert(inner);
      llvm::append_range(todo, inner->getOperands());
    });
  }
  return seen;
}

Operation *ValueTrace::firstMissing(const ValueTrace &other, Value result,
                                    const Tolerance &tolerance) const {
  DenseSet<Operation *> behind = opsBehind(result);
  for (const Entry &entry : entries) {
    Operation *op = entry.value.getDefiningOp();
    if (!op || !behind.contains(op) || op->hasTrait<OpTrait::ConstantLike>())
      continue;
    bool leaves = llvm::any_of(entry.value.getUsers(), [&](Operation *user) {
      return placeOf(user->getLoc()) != placeOf(op->getLoc());
    });
    if (leaves && !other.has(entry, tolerance))
      return op;
  }
  return nullptr;
}

Operation *ValueTrace::firstNew(const ValueTrace &other,
                                const Tolerance &tolerance) const {
  for (const Entry &entry : entries) {
    Operation *op = entry.value.getDefiningOp();
    if (op && !op->hasTrait<OpTrait::ConstantLike>() &&
        op->getNumRegions() == 0 && !isa<func::CallOp>(op) &&
        !other.has(entry, tolerance))
      return op;
  }
  return nullptr;
}
