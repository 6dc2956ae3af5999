//===- Values.h - The values of a step, to be found again -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_COMPARE_VALUES_H
#define DLC_LIB_COMPARE_VALUES_H

#include "dlc/Compare/Difference.h"
#include "dlc/Interpreter/Interpreter.h"

#include "llvm/ADT/DenseSet.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc {

/// "m.mlir:12:10", or "an unknown place".
std::string placeOf(mlir::Location location);
/// "dl.exp at m.mlir:12:10".
std::string nameOf(mlir::Operation *op);

/// Properties of a tensor that do not depend on the order of its elements or on
/// zeros between them, so that a value is recognized in another layout, padded
/// or dilated.
struct Fingerprint {
  int64_t elements = 0, notFinite = 0;
  bool isFloat = false;
  double sum = 0, squares = 0, magnitude = 0, least = 0, greatest = 0;

  explicit Fingerprint(const interp::Tensor &tensor);
  bool matches(const Fingerprint &other, double tolerance) const;
};

/// The values of one run of a step, in the order of their first evaluation.
class ValueTrace {
public:
  void observe(mlir::ValueRange values,
               llvm::ArrayRef<std::shared_ptr<const interp::Tensor>> tensors);

  /// The first op whose value leaves its line of the program (is used at
  /// another location) and has no equal in `other`, among the ops that
  /// `result`, which a step returns, depends on. Null if all have one.
  mlir::Operation *firstMissing(const ValueTrace &other, mlir::Value result,
                                const Tolerance &tolerance) const;
  /// The first op with a value that has no equal in `other`, or null.
  mlir::Operation *firstNew(const ValueTrace &other,
                            const Tolerance &tolerance) const;

private:
  struct Entry {
    mlir::Value value;
    Fingerprint fingerprint;
  };
  bool has(const Entry &entry, const Tolerance &tolerance) const;

  std::vector<Entry> entries;
  llvm::DenseSet<mlir::Value> known;
};

} // namespace dlc
#endif // DLC_LIB_COMPARE_VALUES_H
