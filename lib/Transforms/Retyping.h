//===- Retyping.h - Types of results for other types of operands ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_RETYPING_H
#define DLC_LIB_TRANSFORMS_RETYPING_H

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/IRMapping.h"

namespace dlc {

/// A program and a copy of it in which some values have other extents. Ops that
/// infer their types say what those of their results are; for the others there
/// is a rule here for each extent that is one of an operand's.
class Retyping {
protected:
  /// A value of the program in the copy.
  mlir::Value copied(mlir::Value value) { return mapping.lookup(value); }
  mlir::RankedTensorType before(mlir::Value value) {
    return dl::tensorType(value);
  }
  mlir::RankedTensorType after(mlir::Value value) {
    return dl::tensorType(copied(value));
  }
  bool moves(mlir::Value value) { return before(value) != after(value); }
  bool moves(mlir::Value value, int64_t dim) {
    return before(value).getDimSize(dim) != after(value).getDimSize(dim);
  }

  /// The types of the results in the copy, whose operands have theirs; fails
  /// without a message if they do not follow. Not for `dl.reshape`.
  mlir::FailureOr<llvm::SmallVector<mlir::Type>>
  inferTypes(mlir::Operation *op);

  mlir::IRMapping mapping;
};

/// Whether the types of such an op's results follow from those of its operands,
/// or from a rule that Retyping or its users have. A unit test holds all ops
/// against it.
bool hasTypeRule(mlir::RegisteredOperationName op);

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_RETYPING_H
