//===- Attributes.h - An op's attributes by name ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_MODELS_ATTRIBUTES_H
#define DLC_LIB_MODELS_ATTRIBUTES_H

#include "dlc/Models/Program.h"

namespace dlc::nn {

/// Collects the attributes of an op on `x`; each function adds one.
class Attributes {
public:
  explicit Attributes(Tensor x) : x(x) {}

  Attributes &add(llvm::StringRef name, mlir::Attribute value) {
    attrs.push_back(b().getNamedAttr(name, value));
    return *this;
  }
  Attributes &number(llvm::StringRef name, double value) {
    return add(name, b().getF64FloatAttr(value));
  }
  Attributes &integer(llvm::StringRef name, int64_t value) {
    return add(name, b().getI64IntegerAttr(value));
  }
  Attributes &flag(llvm::StringRef name) {
    return add(name, b().getUnitAttr());
  }
  /// The attribute `axis`; negative ones count from the last dimension.
  Attributes &axis(int64_t value) {
    return integer("axis", value < 0 ? value + x.rank() : value);
  }
  /// The attribute `axes`, in any order; negative ones count from the last
  /// dimension.
  Attributes &axes(llvm::ArrayRef<int64_t> values) {
    auto list = llvm::map_to_vector(values, [&](int64_t value) {
      return value < 0 ? value + x.rank() : value;
    });
    llvm::sort(list);
    return integers("axes", list);
  }
  /// [1, 2] and array<i64: 1, 2>.
  Attributes &integers(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
    return add(name, b().getI64ArrayAttr(values));
  }
  Attributes &dense(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
    return add(name, b().getDenseI64ArrayAttr(values));
  }

  Attributes &text(llvm::StringRef name, llvm::StringRef value) {
    return add(name, b().getStringAttr(value));
  }
  Attributes &boolean(llvm::StringRef name, bool value) {
    return add(name, b().getBoolAttr(value));
  }
  /// How many operands each group has.
  Attributes &segments(llvm::ArrayRef<int32_t> sizes) {
    return add("operandSegmentSizes", b().getDenseI32ArrayAttr(sizes));
  }
  /// A flag where it is set.
  Attributes &flag(llvm::StringRef name, bool isSet) {
    return isSet ? flag(name) : *this;
  }

  Program &program() const { return x.program(); }
  mlir::MLIRContext *context() const { return program().context(); }
  llvm::ArrayRef<mlir::NamedAttribute> list() const { return attrs; }

private:
  mlir::Builder &b() const { return program().attributes(); }

  Tensor x;
  llvm::SmallVector<mlir::NamedAttribute> attrs;
};

/// An op with one result.
template <typename Op>
Tensor addOp(llvm::ArrayRef<Tensor> operands, const Attributes &attrs) {
  return attrs.program().add<Op>(operands, attrs.list());
}
template <typename Op>
Tensor addOp(llvm::ArrayRef<Tensor> operands) {
  return operands.front().program().add<Op>(operands);
}

} // namespace dlc::nn
#endif // DLC_LIB_MODELS_ATTRIBUTES_H
