//===- Program.h - Building `dl` programs in C++ ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlc::nn makes `dl` programs in the manner of PyTorch's modules:
//
//   nn::Program program(context, "mlp");
//   nn::Scope root = program.root();
//   nn::Linear fc1(root / "fc1", 784, 128), fc2(root / "fc2", 128, 10);
//   nn::Function net = program.function(
//       "net", {program.tensor({32, 784})}, [&](auto x) -> nn::Tensors {
//         return {fc2(nn::relu(fc1(x[0])))};
//       });
//   program.step("predict", {{"x", program.tensor({32, 784})}},
//                [&](auto in) -> nn::Outputs {
//                  return {{"y", net({in[0]}, nn::Mode::Eval)[0]}};
//                });
//   mlir::OwningOpRef<mlir::ModuleOp> module = program.finish();
//
// A layer declares its parameters where it is constructed, under the name of
// its scope (`fc1.weight`), so that checkpoints have PyTorch's names; calling
// it adds ops to the function or step that is being built. What does not fit
// together is reported by the ops' own verifiers, at the layer's name, when the
// program is finished.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_PROGRAM_H
#define DLC_MODELS_PROGRAM_H

#include "dlc/Dialect/Dl/Dl.h"

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dlc::nn {

using dl::Mode;
using Shape = llvm::SmallVector<int64_t>;

class Program;

/// The sizes of a window along the dimensions it moves in: one number for all
/// of them, or one each.
class Extents {
public:
  Extents(int64_t all) : values{all} {}
  Extents(std::initializer_list<int64_t> each) : values(each) {}

  /// One a dimension, of `rank`; a wrong number of them is left for the op to
  /// report.
  Shape of(int64_t rank) const {
    return values.size() == 1 ? Shape(rank, values.front()) : values;
  }
  /// The number of places in a window.
  int64_t product(int64_t rank) const {
    int64_t places = 1;
    for (int64_t value : of(rank))
      places *= value;
    return places;
  }

private:
  Shape values;
};

/// A value of the function or step that is being built.
class Tensor {
public:
  Tensor() = default;
  Tensor(Program &program, mlir::Value value) : owner(&program), val(value) {}

  explicit operator bool() const { return bool(val); }
  mlir::Value value() const { return val; }
  Program &program() const { return *owner; }
  mlir::RankedTensorType type() const { return dl::tensorType(val); }
  llvm::ArrayRef<int64_t> shape() const { return type().getShape(); }
  int64_t rank() const { return type().getRank(); }
  /// The extent of a dimension, 0 if it does not exist; negative ones count
  /// from the last.
  int64_t size(int64_t dim) const {
    int64_t position = dim < 0 ? dim + rank() : dim;
    return position >= 0 && position < rank() ? shape()[position] : 0;
  }

private:
  Program *owner = nullptr;
  mlir::Value val;
};

using Tensors = llvm::SmallVector<Tensor>;
/// The outputs of a step, by name.
using Outputs = std::vector<std::pair<std::string, Tensor>>;
/// The inputs of a step, by name.
using Inputs = std::vector<std::pair<std::string, mlir::RankedTensorType>>;

/// A name to declare state under: `root / "layer1" / 0` is `layer1.0`.
class Scope {
public:
  Scope(Program &program, std::string prefix)
      : owner(&program), prefix(std::move(prefix)) {}

  Scope operator/(const llvm::Twine &name) const {
    return {*owner, prefix.empty() ? name.str() : prefix + "." + name.str()};
  }
  Scope operator/(int number) const { return *this / llvm::Twine(number); }
  Program &program() const { return *owner; }
  const std::string &name() const { return prefix; }

private:
  Program *owner;
  std::string prefix;
};

/// A parameter or buffer. Reading it adds a `dl.read`.
class State {
public:
  State() = default;
  State(Program &program, std::string name, mlir::RankedTensorType type)
      : owner(&program), entry(std::move(name)), entryType(type) {}

  explicit operator bool() const { return owner; }
  Tensor read() const;
  void write(Tensor value) const;
  const std::string &name() const { return entry; }
  mlir::RankedTensorType type() const { return entryType; }

private:
  Program *owner = nullptr;
  std::string entry;
  mlir::RankedTensorType entryType;
};

/// A `dl.func` of the program.
class Function {
public:
  Function(Program &program, dl::FuncOp op) : owner(&program), op(op) {}

  /// Calls it; without a mode the mode is that of the caller.
  Tensors operator()(llvm::ArrayRef<Tensor> args,
                     std::optional<Mode> mode = std::nullopt) const;

private:
  Program *owner;
  mutable dl::FuncOp op;
};

/// The results of one step of a loop: the next carried values, and its slices
/// of the stacked outputs.
struct ScanStep {
  Tensors carried, outputs;
};
/// One step of a loop, given the carried values, its slices of the stacked
/// inputs, and the invariants.
using ScanBody = llvm::function_ref<ScanStep(
    llvm::ArrayRef<Tensor> carried, llvm::ArrayRef<Tensor> slices,
    llvm::ArrayRef<Tensor> invariants)>;
struct ScanOptions {
  /// From the last slice to the first.
  bool reverse = false;
  /// Cuts the gradient after so many steps.
  std::optional<int64_t> truncate;
};

/// The batches that a step is compiled for; none: the one it is written for.
struct Batch {
  /// These sizes.
  static Batch of(llvm::ArrayRef<int64_t> sizes) {
    return {llvm::to_vector(sizes), false, {}};
  }
  /// Any number of rows between these.
  static Batch anyOf(int64_t least, int64_t most) {
    return {{least, most}, true, {}};
  }

  llvm::SmallVector<int64_t> sizes = {};
  bool range = false;
  /// The inputs that have a batch; empty: all that have dimensions.
  std::vector<std::string> inputs = {};
};

/// Parameters with a factor on the learning rate and perhaps a weight decay of
/// their own.
struct ParameterGroup {
  std::vector<std::string> patterns;
  double lr = 1;
  std::optional<double> weightDecay;
};
/// A number, or the name of a hyper-parameter.
using HyperValue = std::variant<double, std::string>;

/// Clauses of `dl.minimize`.
struct MinimizeOptions {
  std::vector<ParameterGroup> groups;
  std::optional<HyperValue> clipNorm;
  /// The greatest magnitude of a new parameter.
  std::optional<HyperValue> clipWeights;
};

/// One `dl.model` under construction.
class Program {
public:
  Program(mlir::MLIRContext &context, llvm::StringRef name);

  Scope root() { return {*this, ""}; }
  mlir::MLIRContext *context() { return builder.getContext(); }

  /// A tensor type; f32 unless said otherwise.
  mlir::RankedTensorType tensor(llvm::ArrayRef<int64_t> shape,
                                mlir::Type element = {});

  State parameter(const Scope &scope, llvm::ArrayRef<int64_t> shape,
                  mlir::Attribute initializer);
  State buffer(const Scope &scope, llvm::ArrayRef<int64_t> shape,
               mlir::Attribute initializer);
  /// Gives the parameters declared so far other initial distributions, as a
  /// loop with torch.nn.init over a module's parameters does. Null leaves the
  /// parameter as its layer declared it.
  void initialize(llvm::function_ref<mlir::Attribute(llvm::StringRef name,
                                                     mlir::RankedTensorType)>
                      choose);
  /// Its type is f32 unless `element` is given.
  void hyperParameter(llvm::StringRef name, double value,
                      mlir::Type element = {});
  void optimizer(llvm::StringRef name, mlir::Attribute rule);

  Function function(llvm::StringRef name,
                    llvm::ArrayRef<mlir::RankedTensorType> inputs,
                    llvm::function_ref<Tensors(llvm::ArrayRef<Tensor>)> body);
  /// `updates`: names of the parameters that the step may change, patterns too;
  /// empty: all.
  void step(llvm::StringRef name, const Inputs &inputs,
            llvm::function_ref<Outputs(llvm::ArrayRef<Tensor>)> body,
            const Batch &batch = {},
            llvm::ArrayRef<llvm::StringRef> updates = {});

  /// A `dl.scan` of `trips` steps: the last carried values, then the outputs,
  /// stacked. The body may use its arguments, and read state.
  Tensors scan(int64_t trips, llvm::ArrayRef<Tensor> carried,
               llvm::ArrayRef<Tensor> stacked,
               llvm::ArrayRef<Tensor> invariants, ScanBody body,
               ScanOptions options = {});

  /// Within a step: the value of a hyper-parameter, and how many steps of
  /// training came before.
  Tensor readHyperParameter(llvm::StringRef name);
  Tensor stepCount();
  /// Within a step: descends on `loss` along the parameters that match.
  void minimize(Tensor loss, llvm::StringRef optimizer,
                llvm::ArrayRef<llvm::StringRef> patterns, Tensor rate,
                const MinimizeOptions &options = {});

  /// The program, verified; null after an error, which the context's
  /// diagnostics have.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

  /// Adds an op by its class: operands in the op's order, attributes by name;
  /// those that are left out take their defaults. Result types are inferred,
  /// or given where the op does not infer them. What does not fit is an error
  /// at the present location and makes `finish` fail; the results are then
  /// stand-ins.
  template <typename Op>
  Tensors addAll(llvm::ArrayRef<Tensor> operands,
                 llvm::ArrayRef<mlir::NamedAttribute> attrs = {},
                 mlir::TypeRange results = {}) {
    return addNamed(Op::getOperationName(), operands, attrs, results);
  }
  /// The same for an op with one result.
  template <typename Op>
  Tensor add(llvm::ArrayRef<Tensor> operands,
             llvm::ArrayRef<mlir::NamedAttribute> attrs = {},
             mlir::TypeRange results = {}) {
    Tensors all = addAll<Op>(operands, attrs, results);
    return all.empty() ? Tensor() : all.front();
  }
  Tensors addNamed(llvm::StringRef op, llvm::ArrayRef<Tensor> operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attrs,
                   mlir::TypeRange results);

  mlir::Builder &attributes() { return builder; }

  /// Ops added while it lives carry the name of the scope as their location, so
  /// that errors name the layer.
  class At {
  public:
    explicit At(const Scope &scope);
    ~At();
    At(const At &) = delete;
    At &operator=(const At &) = delete;

  private:
    Program &program;
    mlir::Location before;
  };

private:
  State declare(const Scope &scope, llvm::ArrayRef<int64_t> shape,
                mlir::Attribute initializer, bool isParameter);
  Tensors enter(mlir::Region &region,
                llvm::ArrayRef<mlir::RankedTensorType> inputs);
  mlir::OpBuilder atEndOfModel();

  mlir::OpBuilder builder;
  mlir::Location location;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  dl::ModelOp model;
  bool failed = false;

  friend class Function;
  friend class State;
};

} // namespace dlc::nn
#endif // DLC_MODELS_PROGRAM_H
