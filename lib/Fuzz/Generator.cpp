//===- Generator.cpp - Values for ops, and ops ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

Generator::Generator(MLIRContext &context, uint64_t seed, uint64_t number)
    : random(seed, number), context(context), builder(&context),
      location(UnknownLoc::get(&context)) {
  floatType = random.chance(0.7) ? Type(builder.getF32Type())
                                 : Type(builder.getF64Type());
  train = random.chance(0.6);
}

//===----------------------------------------------------------------------===//
// Text of attributes
//===----------------------------------------------------------------------===//

std::string Generator::list(ArrayRef<int64_t> numbers) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleaveComma(numbers, os);
  os << ']';
  return text;
}

std::string Generator::dense(ArrayRef<int64_t> numbers) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "array<i64" << (numbers.empty() ? "" : ": ");
  llvm::interleaveComma(numbers, os);
  os << '>';
  return text;
}

std::string Generator::number(double value) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format("%.6e : f64", value);
  return text;
}

std::string Generator::segments(ArrayRef<int64_t> sizes) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "operandSegmentSizes = array<i32: ";
  llvm::interleaveComma(sizes, os);
  os << '>';
  return text;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

Operation *Generator::make(StringRef name, ValueRange operands,
                           const Twine &attributes, TypeRange types) {
  for (Value operand : operands)
    if (!operand)
      return nullptr;
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  auto refuse = [&]() -> Operation * {
    refused.emplace_back(name.str(), message);
    return nullptr;
  };

  std::string text = ("{" + attributes + "}").str();
  auto parsed =
      dyn_cast_or_null<DictionaryAttr>(parseAttribute(text, &context));
  if (!parsed) {
    message = "attributes that cannot be parsed: " + text;
    return refuse();
  }
  OperationName opName(("dl." + name).str(), &context);
  SmallVector<Type> results(types.begin(), types.end());
  auto *infer = opName.getInterface<InferTypeOpInterface>();
  if (results.empty() && infer) {
    // An op without results holds the attributes as inference wants them.
    Operation *asked =
        Operation::create(location, opName, TypeRange(), operands,
                          NamedAttrList(parsed), nullptr, BlockRange(), 0);
    LogicalResult inferred = infer->inferReturnTypes(
        &context, location, operands, asked->getAttrDictionary(),
        asked->getPropertiesStorage(), {}, results);
    asked->destroy();
    if (failed(inferred))
      return refuse();
  }
  OperationState state(location, opName, operands, results,
                       SmallVector<NamedAttribute>(parsed.getValue()));
  Operation *op = builder.create(state);
  if (failed(verify(op))) {
    op->erase();
    return refuse();
  }
  for (Value result : op->getResults()) {
    scope->pool.push_back(result);
    ranges[result] = estimate(op, result);
  }
  return op;
}

Value Generator::op(StringRef name, ValueRange operands,
                    const Twine &attributes, TypeRange types) {
  Operation *made = make(name, operands, attributes, types);
  return made && made->getNumResults() ? Value(made->getResult(0)) : Value();
}

Bounds Generator::rangeOf(Value value) const {
  auto found = ranges.find(value);
  return found == ranges.end() ? Bounds() : found->second;
}

/// Bounds that follow from those of the operands; wide where nothing is known.
Bounds Generator::estimate(Operation *op, Value result) const {
  StringRef name = op->getName().stripDialect();
  auto type = dl::tensorType(result);
  if (type.getElementType().isInteger(1))
    return {0, 1};
  auto of = [&](unsigned i) {
    return i < op->getNumOperands() ? rangeOf(op->getOperand(i)) : Bounds{0, 0};
  };
  auto around = [](double m) { return Bounds{-m, m}; };
  double largest = 0;
  for (Value operand : op->getOperands())
    largest = std::max(largest, rangeOf(operand).magnitude());
  if (llvm::is_contained({"sin", "cos", "tanh", "erf", "sign", "softsign"},
                         name))
    return {-1, 1};
  if (llvm::is_contained({"sigmoid", "softmax", "gumbel_softmax",
                          "hard_sigmoid", "one_hot", "bernoulli"},
                         name))
    return {0, 1};
  if (name == "relu" || name == "abs")
    return {0, of(0).magnitude()};
  if (name == "square")
    return {0, of(0).magnitude() * of(0).magnitude()};
  if (name == "exp" || name == "expm1")
    return {name == "exp" ? std::exp(std::max(of(0).low, -100.)) : -1,
            std::exp(std::min(of(0).high, 30.))};
  if (name == "sqrt" && of(0).low >= 0)
    return {std::sqrt(of(0).low), std::sqrt(of(0).high)};
  if (name == "add")
    return {of(0).low + of(1).low, of(0).high + of(1).high};
  if (name == "mul")
    return around(of(0).magnitude() * of(1).magnitude());
  if (name == "scale") {
    double factor = cast<FloatAttr>(op->getAttr("factor")).getValueAsDouble();
    double a = factor * of(0).low, b = factor * of(0).high;
    return {std::min(a, b), std::max(a, b)};
  }
  if (name == "offset") {
    double term = cast<FloatAttr>(op->getAttr("term")).getValueAsDouble();
    return {of(0).low + term, of(0).high + term};
  }
  // Ops that only move or choose elements.
  if (llvm::is_contained(
          {"reshape",    "flatten",    "transpose",       "broadcast",
           "unblock",    "slice",      "reverse",         "reflection_pad",
           "sort",       "top_k",      "replication_pad", "circular_pad",
           "split",      "copy",       "index_select",    "gather",
           "embedding",  "mean",       "reduce_max",      "reduce_min",
           "max_pool2d", "max_pool1d", "k_max_pool",      "stop_gradient",
           "cast"},
          name) &&
      isa<FloatType>(type.getElementType()))
    return of(0);
  if (isa<IntegerType>(type.getElementType()))
    return around(100);
  // Ops that add up elements.
  if (llvm::is_contained({"reduce_sum", "cumsum", "matmul", "linear", "conv2d",
                          "conv1d", "conv3d", "conv2d_input_grad",
                          "conv2d_filter_grad", "conv_transpose2d", "index_add",
                          "scatter_add", "reduce_prod", "gradient", "spmm",
                          "sddmm", "scan"},
                         name)) {
    double bound = largest * largest * 100 + 1;
    return around(bound);
  }
  return around(4 * largest + 4);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Type Generator::integer(unsigned bits, bool isUnsigned) {
  return isUnsigned ? IntegerType::get(&context, bits, IntegerType::Unsigned)
                    : IntegerType::get(&context, bits);
}

Type Generator::indexType() {
  return random.pick<Type>(
      {integer(32), integer(32), integer(64), integer(8), integer(8, true)});
}

int64_t Generator::extent() {
  static constexpr int64_t extents[] = {1, 2, 2,  3,  3,  5,  5,
                                        7, 7, 13, 13, 17, 33, 65};
  return random.pick<int64_t>(extents);
}

Shape Generator::shape(int leastRank, int mostRank, bool empty, int64_t most) {
  Shape result(random.between(leastRank, mostRank));
  int64_t elements = 1;
  for (int64_t &e : result) {
    do
      e = extent();
    while (elements * e > most);
    elements *= e;
  }
  // The small extents should not always come last.
  for (size_t i = result.size(); i > 1; --i)
    std::swap(result[i - 1], result[random.below(i)]);
  if (empty && !result.empty() && random.chance(0.02))
    result[random.below(result.size())] = 0;
  return result;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value Generator::existing(llvm::function_ref<bool(Value)> want) {
  SmallVector<Value> found;
  for (Value value : scope->pool)
    if (want(value))
      found.push_back(value);
  if (found.empty())
    return {};
  // Later ones twice as often: programs are deep as well as wide.
  if (random.chance(0.5))
    return found[found.size() - 1 - random.below((found.size() + 1) / 2)];
  return found[random.below(found.size())];
}

Value Generator::value(int leastRank, int mostRank, Bounds range, bool empty) {
  if (random.chance(0.65)) {
    Value found = existing([&](Value v) {
      auto type = dl::tensorType(v);
      return type.getElementType() == floatType &&
             type.getRank() >= leastRank && type.getRank() <= mostRank &&
             (empty || type.getNumElements() > 0) &&
             type.getNumElements() <= 5000;
    });
    if (found && rangeOf(found).within(range))
      return found;
    if (found && random.chance(0.7)) {
      // Brought into the range.
      if (range.within({-100, 100}) && range.low < -1 && range.high > 1)
        return op("tanh", {found});
      Value unit = op("sigmoid", {found});
      Value wide =
          op("scale", {unit}, "factor = " + number((range.high - range.low)));
      Value result = op("offset", {wide}, "term = " + number(range.low));
      if (result)
        setRange(result, range);
      return result;
    }
  }
  return source(type(shape(leastRank, mostRank, empty), floatType), range);
}

Value Generator::value(RankedTensorType type, Bounds range) {
  if (random.chance(0.7))
    if (Value found = existing([&](Value v) {
          return v.getType() == type && rangeOf(v).within(range);
        }))
      return found;
  if (random.chance(0.3))
    if (Value found = existing([&](Value v) {
          return dl::tensorType(v).getElementType() == type.getElementType() &&
                 rangeOf(v).within(range) && dl::tensorType(v) != type;
        }))
      if (Value adapted = adapt(found, type))
        return adapted;
  return source(type, range);
}

/// `value` as one of another type, by an op that moves elements.
Value Generator::adapt(Value value, RankedTensorType type) {
  auto from = dl::tensorType(value);
  if (from.getNumElements() == type.getNumElements())
    return op("reshape", {value}, "", {type});
  ArrayRef<int64_t> have = from.getShape(), want = type.getShape();
  if (have.size() == want.size() &&
      llvm::all_of(llvm::zip(have, want), [](auto pair) {
        return std::get<0>(pair) >= std::get<1>(pair);
      })) {
    Shape offsets;
    for (auto [h, w] : llvm::zip(have, want))
      offsets.push_back(random.below(h - w + 1));
    return op("slice", {value},
              "offsets = " + dense(offsets) + ", sizes = " + dense(want));
  }
  // A subsequence of the dimensions: copies along the others.
  Shape dims;
  size_t next = 0;
  for (auto [i, w] : llvm::enumerate(want))
    if (next < have.size() && have[next] == w) {
      dims.push_back(i);
      ++next;
    }
  if (next == have.size())
    return op("broadcast", {value}, "dims = " + dense(dims), {type});
  return {};
}

Value Generator::source(RankedTensorType type, Bounds range) {
  if (random.chance(0.5))
    if (Value made = free(type, range))
      return made;
  return argument(type, range);
}

/// A value that the compiler can make where it is used.
Value Generator::free(RankedTensorType type, Bounds range) {
  bool isFloat = isa<FloatType>(type.getElementType());
  if (!isFloat)
    return type.getElementType() == boolean() && random.chance(0.5)
               ? op("bernoulli", {}, "p = 0.5", {type})
               : constant(type, range);
  int which = random.below(7);
  switch (which) {
  case 0: { // iota
    if (type.getRank() == 0)
      break;
    int64_t axis = random.below(type.getRank());
    Value iota = op("iota", {}, "axis = " + Twine(axis).str(), {type});
    double last = std::max<int64_t>(type.getDimSize(axis) - 1, 1);
    if (iota)
      setRange(iota, {0, last});
    if (range.low <= 0 && range.high >= last && random.chance(0.5))
      return iota;
    double low = std::max(range.low, -2.), high = std::min(range.high, 2.);
    Value scaled =
        op("scale", {iota}, "factor = " + number((high - low) / last));
    Value result = op("offset", {scaled}, "term = " + number(low));
    if (result)
      setRange(result, {low, high});
    return result;
  }
  case 1:
  case 2: { // uniform
    double low = std::max(range.low, -2.), high = std::min(range.high, 2.);
    Value result =
        op("uniform", {}, "low = " + number(low) + ", high = " + number(high),
           {type});
    if (result)
      setRange(result, {low, high});
    return result;
  }
  case 3: // bernoulli
    if (range.low <= 0 && range.high >= 1)
      return op("bernoulli", {}, "p = 0.5", {type});
    break;
  case 4: { // broadcast
    Shape kept, dims;
    for (int64_t i = 0; i < type.getRank(); ++i)
      if (random.chance(0.5)) {
        kept.push_back(type.getDimSize(i));
        dims.push_back(i);
      }
    Value from = argument(this->type(kept, type.getElementType()), range);
    return op("broadcast", {from}, "dims = " + dense(dims), {type});
  }
  case 5: { // reshape
    Shape one = {type.getNumElements()};
    if (random.chance(0.3) && type.getRank() > 0) {
      one.assign(type.getShape().begin(), type.getShape().end());
      one.insert(one.begin() + random.below(one.size() + 1), 1);
    }
    Value from = argument(this->type(one, type.getElementType()), range);
    return op("reshape", {from}, "", {type});
  }
  default:
    return constant(type, range);
  }
  return {};
}

Value Generator::constant(RankedTensorType type, Bounds range) {
  std::string text;
  llvm::raw_string_ostream os(text);
  double low = std::max(range.low, -2.), high = std::min(range.high, 2.);
  Type element = type.getElementType();
  os << "value = dense<";
  if (element == boolean())
    os << (random.chance(0.5) ? "true" : "false");
  else if (isa<IntegerType>(element))
    os << random.between(element.isUnsignedInteger() ? 0 : int64_t(range.low),
                         std::min<int64_t>(range.high, 100));
  else
    os << llvm::format("%.6e", random.real(low, high));
  os << "> : ";
  type.print(os);
  Value result = op("constant", {}, text);
  if (result && isa<FloatType>(element))
    setRange(result, {low, high});
  return result;
}

Value Generator::indices(ArrayRef<int64_t> shape, int64_t limit) {
  return indices(shape, limit, indexType());
}

Value Generator::indices(ArrayRef<int64_t> shape, int64_t limit, Type element) {
  Bounds range{0, double(limit - 1)};
  return random.chance(0.8) ? argument(type(shape, element), range)
                            : constant(type(shape, element), range);
}

Value Generator::booleans(ArrayRef<int64_t> shape) {
  auto wanted = type(shape, boolean());
  if (Value found = existing([&](Value v) { return v.getType() == wanted; }))
    if (random.chance(0.5))
      return found;
  return random.chance(0.3) ? free(wanted, {0, 1}) : argument(wanted, {0, 1});
}
