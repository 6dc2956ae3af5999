//===- Optimizer.h - One update of one parameter ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The builder with which an update rule (OptimizerAttrInterface) makes its
// program.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_DIALECT_DL_OPTIMIZER_H
#define DLC_DIALECT_DL_OPTIMIZER_H

#include "dlc/Dialect/Dl/Build.h"

namespace dlc::dl {

/// A hyper-parameter inside a rule: a number known now, or an f64 scalar that
/// is read when the step runs.
struct Hyper {
  Hyper(double number) : number(number) {}
  Hyper(mlir::Value value) : value(value) {}

  bool isZero() const { return !value && number == 0; }

  double number = 0;
  mlir::Value value;
};

/// Scalars are computed in f64: 1 - beta^t loses four digits in f32 at the
/// first steps.
class Update {
public:
  /// Reads a hyper-parameter of the model; an f64 scalar. What it refers to
  /// must outlive the update.
  using Reader = llvm::function_ref<mlir::Value(mlir::FlatSymbolRefAttr)>;

  /// `lr` is a scalar of any float type, `step` a tensor<i64>, 1 at the first
  /// update.
  Update(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value param,
         mlir::Value gradient, mlir::Value lr, mlir::Value step,
         mlir::ValueRange slots, Reader reader);

  /// Where every hyper-parameter of a rule comes from: its attribute, unless
  /// the parameter's group says otherwise.
  Hyper hyper(llvm::StringRef name, mlir::Attribute value);
  void set(llvm::StringRef name, mlir::Attribute value) {
    overrides[name] = value;
  }

  /// Whether it is 0 whenever a step runs.
  bool isZero(llvm::StringRef name, mlir::Attribute value) const;

  /// Weight decay: decoupled it shrinks the parameter, coupled it adds to the
  /// gradient.
  void decay(mlir::Attribute weightDecay, bool decoupled);

  // Scalars.
  mlir::Value scalar(Hyper h) {
    auto f64 = mlir::RankedTensorType::get({}, e.builder().getF64Type());
    return h.value ? h.value : e.splat(f64, h.number);
  }
  /// The learning rate and the number of the update in f64.
  mlir::Value rate();
  mlir::Value time();
  Hyper complement(Hyper h);
  /// base^exponent, the latter an f64 scalar.
  mlir::Value power(Hyper base, mlir::Value exponent);
  /// 1 - beta^t.
  mlir::Value correction(Hyper beta) {
    return e.offset(e.neg(power(beta, time())), 1);
  }

  // Tensors of the parameter's shape.
  mlir::Value spread(mlir::Value scalar);
  mlir::Value scaled(mlir::Value x, Hyper factor);
  mlir::Value shifted(mlir::Value x, Hyper term);
  /// from + weight * (to - from)
  mlir::Value lerp(mlir::Value from, mlir::Value to, Hyper weight) {
    return e.add(from, scaled(e.sub(to, from), weight));
  }
  /// decay * average + (1 - decay) * x
  mlir::Value blend(mlir::Value average, mlir::Value x, Hyper decay) {
    return e.add(scaled(average, decay), scaled(x, complement(decay)));
  }
  /// x where the scalar condition holds, y elsewhere; both of one type.
  mlir::Value choose(mlir::Value condition, mlir::Value x, mlir::Value y);
  mlir::Value isFirst() { return e.compare(Predicate::eq, step, 1); }

  Expr e;
  mlir::Value param, gradient;
  mlir::Value lr;   ///< a scalar of any float type
  mlir::Value step; ///< tensor<i64>
  llvm::SmallVector<mlir::Value> slots;
  /// Whether all of them are some rows of a larger parameter, by the rule for
  /// sparse gradients.
  bool sparse = false;

private:
  mlir::Value t; ///< what time() made
  Reader reader;
  llvm::StringMap<mlir::Attribute> overrides;
};

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_OPTIMIZER_H
