//===- Models.h - Common part of the op models ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_INTERPRETER_MODELS_H
#define DLC_LIB_INTERPRETER_MODELS_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Interpreter/Interpreter.h"
#include "dlc/Interpreter/Rounding.h"

namespace dlc::interp {

/// One function a family gives its ops their models with.
void registerCall(mlir::MLIRContext *c);
void registerConvolution(mlir::MLIRContext *c);
void registerElementwise(mlir::MLIRContext *c);
void registerGradient(mlir::MLIRContext *c);
void registerGraph(mlir::MLIRContext *c);
void registerLinear(mlir::MLIRContext *c);
void registerPooling(mlir::MLIRContext *c);
void registerRandom(mlir::MLIRContext *c);
void registerReduction(mlir::MLIRContext *c);
void registerScan(mlir::MLIRContext *);
void registerShape(mlir::MLIRContext *c);
void registerSorting(mlir::MLIRContext *c);
void registerTable(mlir::MLIRContext *c);

//===----------------------------------------------------------------------===//
// Attaching
//===----------------------------------------------------------------------===//

/// A function as the model of an op. It is kept in the class, as interfaces
/// have no data.
template <typename Op, typename Function>
struct FunctionModel
    : Interpretable::ExternalModel<FunctionModel<Op, Function>, Op> {
  static const Function &function(const Function *first = nullptr) {
    static const Function kept = *first;
    return kept;
  }

  void interpret(mlir::Operation *op, Call &call) const {
    if constexpr (std::is_same_v<decltype(function()(llvm::cast<Op>(op), call)),
                                 Tensor>)
      call.give({function()(llvm::cast<Op>(op), call)});
    else
      call.give(function()(llvm::cast<Op>(op), call));
  }
};

/// Makes `function(Op, const Call &)`, which returns a Tensor or, for an op
/// with several results, a std::vector of them, the meaning of an op.
template <typename Op, typename Function>
void model(mlir::MLIRContext *context, Function function) {
  using Model = FunctionModel<Op, Function>;
  Model::function(&function);
  Op::template attachInterface<Model>(*context);
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// Rounds the result of a function of `from`, unless it is one of these and
/// therefore exact (a maximum).
template <typename Result, typename... T>
Result computed(mlir::Type type, Result value, T... from) {
  if (((value == Result(from)) || ...))
    return value;
  return roundByChance(type, value);
}

/// The tensor of function(elements of the operands), all of type T.
template <typename T, typename Function, size_t... I>
Tensor mapElements(const Call &call, Function function,
                   std::index_sequence<I...>) {
  Tensor result(call.type());
  mlir::Type type = call.type().getElementType();
  for (int64_t i = 0, e = result.size(); i < e; ++i) {
    auto value = function(call.operand(I).template get<T>(i)...);
    if constexpr (std::is_same_v<decltype(value), T>)
      value = computed(type, value, call.operand(I).template get<T>(i)...);
    result.set(i, value);
  }
  return result;
}

template <typename Op, typename Function, typename Indices>
struct Invocable;
template <typename Op, typename Function, size_t... I>
struct Invocable<Op, Function, std::index_sequence<I...>> {
  template <size_t, typename T>
  using Same = T;
  template <typename T>
  static constexpr bool with = std::is_invocable_v<Function, Same<I, T>...>;
  template <typename T>
  static constexpr bool withOp =
      std::is_invocable_v<Function, Op, Same<I, T>...>;
};

/// Makes `function` of one element of every operand (doubles, or int64_ts where
/// the operands are integers; before them the op, where it takes one) the
/// meaning of an op. A generic function, (auto x, auto y), serves both.
template <typename Op, typename Function>
void elementwise(mlir::MLIRContext *context, Function function) {
  constexpr size_t operands =
      Op::template hasTrait<mlir::OpTrait::OneOperand>()           ? 1
      : Op::template hasTrait<mlir::OpTrait::NOperands<2>::Impl>() ? 2
                                                                   : 3;
  using Indices = std::make_index_sequence<operands>;
  using Can = Invocable<Op, Function, Indices>;
  model<Op>(context, [function](Op op, const Call &call) {
    if constexpr (Can::template withOp<double>) {
      auto bound = [&](auto... elements) { return function(op, elements...); };
      if (call.operand(0).isFloat())
        return mapElements<double>(call, bound, Indices());
      return mapElements<int64_t>(call, bound, Indices());
    } else {
      if (call.operand(0).isFloat())
        return mapElements<double>(call, function, Indices());
      return mapElements<int64_t>(call, function, Indices());
    }
  });
}

//===----------------------------------------------------------------------===//
// Everything else
//===----------------------------------------------------------------------===//

/// Where the element at index `to` of a result comes from: sets the index
/// `from` in the operand; false for a zero.
using Placement = llvm::function_ref<bool(llvm::ArrayRef<int64_t> to,
                                          llvm::MutableArrayRef<int64_t> from)>;

/// A tensor whose elements are elements of x, or zeros.
Tensor rearrange(mlir::RankedTensorType type, const Tensor &x, Placement place);

/// Sums that are rounded when they are complete, in the elements' own kind:
/// `sums.add(i, x.real(j) * y.real(k))`, then `sums.rounded()`.
class Sums {
public:
  explicit Sums(mlir::RankedTensorType type)
      : type(type), reals(type.getNumElements()),
        integers(type.getNumElements()) {}
  void add(int64_t i, double term) {
    reals[i] = roundByChance(type.getElementType(), reals[i] + term);
  }
  void add(int64_t i, int64_t term) { integers[i] += term; }
  Tensor rounded() const;

private:
  mlir::RankedTensorType type;
  std::vector<double> reals;
  /// Wrap, as those of the language do.
  std::vector<uint64_t> integers;
};

/// Calls visit(i, j) for every element j of a tensor of this shape, in order,
/// where i is the number of the element that j is reduced into when `axes`
/// vanish.
void forEachReduced(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes,
                    llvm::function_ref<void(int64_t i, int64_t j)> visit);

/// Reduces x over `axes`: an element of the result is `start`, as far as the
/// element type has it (-infinity: the least integer), combined with each of
/// its elements in order; rounded when complete. `combine` takes and gives
/// doubles or int64_ts.
template <typename T, typename Combine>
Tensor reduceAs(mlir::RankedTensorType type, const Tensor &x,
                llvm::ArrayRef<int64_t> axes, double start, Combine combine) {
  Tensor result(type);
  Tensor first(x.type().clone(llvm::ArrayRef<int64_t>()));
  first.set(0, start);
  std::vector<T> elements(result.size(), first.get<T>(0));
  forEachReduced(x.shape(), axes, [&](int64_t i, int64_t j) {
    elements[i] = combine(elements[i], x.get<T>(j));
  });
  for (auto [i, element] : llvm::enumerate(elements))
    result.set(i, element);
  return result;
}
template <typename Combine>
Tensor reduce(mlir::RankedTensorType type, const Tensor &x,
              llvm::ArrayRef<int64_t> axes, double start, Combine combine) {
  return x.isFloat() ? reduceAs<double>(type, x, axes, start, combine)
                     : reduceAs<int64_t>(type, x, axes, start, combine);
}

/// Whether all indices of an `IndexesTable` are inside; a fault if not.
bool checkIndices(const Call &call, mlir::Operation *op);

//===----------------------------------------------------------------------===//
// Arithmetic that is defined for all numbers
//===----------------------------------------------------------------------===//

/// Integers wrap where they leave an int64_t.
inline double sum(double x, double y) { return x + y; }
inline int64_t sum(int64_t x, int64_t y) { return uint64_t(x) + uint64_t(y); }
inline double difference(double x, double y) { return x - y; }
inline int64_t difference(int64_t x, int64_t y) {
  return uint64_t(x) - uint64_t(y);
}
inline double product(double x, double y) { return x * y; }
inline int64_t product(int64_t x, int64_t y) {
  return uint64_t(x) * uint64_t(y);
}
/// Division of integers rounds toward zero; x / 0 is 0, and the least integer
/// over -1 is itself.
inline double quotient(double x, double y) { return x / y; }
inline int64_t quotient(int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  return y == -1 ? difference(int64_t(0), x) : x / y;
}
/// The greater of two, as IEEE 754's maximum: not a number wins, -0 is below 0.
double maximum(double x, double y);
int64_t maximum(int64_t x, int64_t y);
double minimum(double x, double y);
int64_t minimum(int64_t x, int64_t y);

} // namespace dlc::interp
#endif // DLC_LIB_INTERPRETER_MODELS_H
