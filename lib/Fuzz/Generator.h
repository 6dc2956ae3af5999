//===- Generator.h - Random programs, op by op ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program is built as MLIR, so that the dialect's own type inference and
// verifiers decide on valid ops; an op that they refuse although its generator
// considers it valid is counted. Every op of the dialect has a generator, in
// Generate<Family>.cpp, which takes operands from the values that exist or
// makes new ones, and chooses attributes.
//
// To give an op a generator: a function that takes a Generator and ends with
// g.op("name", {operands}, "attributes"), and a line in the table of its
// family.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_FUZZ_GENERATOR_H
#define DLC_LIB_FUZZ_GENERATOR_H

#include "Random.h"

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

#include <map>
#include <string>
#include <vector>

namespace dlc::fuzz {

using Shape = llvm::SmallVector<int64_t, 6>;

/// Bounds of the elements of a value, as far as they are known.
struct Bounds {
  double low = -1e6, high = 1e6;
  double magnitude() const { return std::max(-low, high); }
  bool within(Bounds other) const {
    return low >= other.low && high <= other.high;
  }
};

/// Ranges of operands whose results do not grow out of hand.
inline constexpr Bounds kTame = {-100, 100};
inline constexpr Bounds kPositive = {0.5, 2};
inline constexpr Bounds kProbability = {0.05, 0.95};

class Generator;

/// Makes one op and its operands, or nothing where the values do not suit it.
struct OpGenerator {
  llvm::StringLiteral op;
  void (*generate)(Generator &);
};

/// The generators of all families.
llvm::ArrayRef<OpGenerator> opGenerators();
/// Ops that programs are made of beside those of the table, by the skeleton of
/// the program (Program.cpp), and ops that only the compiler makes.
struct StructuralOp {
  llvm::StringLiteral op, reason;
};
llvm::ArrayRef<StructuralOp> structuralOps();

/// One of these for each family.
llvm::ArrayRef<OpGenerator> elementwiseGenerators();
llvm::ArrayRef<OpGenerator> activationGenerators();
llvm::ArrayRef<OpGenerator> shapeGenerators();
llvm::ArrayRef<OpGenerator> tableGenerators();
llvm::ArrayRef<OpGenerator> reductionGenerators();
llvm::ArrayRef<OpGenerator> linearGenerators();
llvm::ArrayRef<OpGenerator> windowGenerators();
llvm::ArrayRef<OpGenerator> lossGenerators();
llvm::ArrayRef<OpGenerator> normalisationGenerators();
llvm::ArrayRef<OpGenerator> recurrentGenerators();
llvm::ArrayRef<OpGenerator> randomGenerators();
llvm::ArrayRef<OpGenerator> scheduleGenerators();

inline bool isFloatValue(mlir::Value value) {
  return llvm::isa<mlir::FloatType>(dl::tensorType(value).getElementType());
}

/// A place where ops are put: a step, a function or the body of a loop.
struct Scope {
  enum Kind { Step, Function, Body } kind;
  mlir::Block *block;
  /// Values that ops may take.
  std::vector<mlir::Value> pool;
  /// For each argument that a body was given for a source, the value outside.
  std::vector<mlir::Value> invariants;
  /// For each argument of a step or function, its name.
  std::vector<std::string> names;
};

/// A model under construction.
class Generator {
public:
  Generator(mlir::MLIRContext &context, uint64_t seed, uint64_t number);

  /// Builds a whole program.
  mlir::OwningOpRef<mlir::ModuleOp> run();

  //===--------------------------------------------------------------------===//
  // For the generators of ops
  //===--------------------------------------------------------------------===//

  Random random;

  /// Creates `dl.<name>` and puts its results into the pool; `attributes` as
  /// between the braces of the text, `types` where they do not follow from
  /// the operands. Null if the op is refused.
  mlir::Operation *make(llvm::StringRef name, mlir::ValueRange operands,
                        const llvm::Twine &attributes = "",
                        mlir::TypeRange types = {});
  /// The first result of the same, or null.
  mlir::Value op(llvm::StringRef name, mlir::ValueRange operands,
                 const llvm::Twine &attributes = "",
                 mlir::TypeRange types = {});

  /// The program's element type of floats.
  mlir::Type real() const { return floatType; }
  /// One of the types of integers that index.
  mlir::Type indexType();
  mlir::Type integer(unsigned bits, bool isUnsigned = false);
  mlir::Type boolean() { return integer(1); }
  static mlir::RankedTensorType type(llvm::ArrayRef<int64_t> shape,
                                     mlir::Type element) {
    return mlir::RankedTensorType::get(shape, element);
  }

  int64_t extent();
  /// A shape of at most `most` elements; rarely with an extent of 0, if
  /// allowed.
  Shape shape(int leastRank, int mostRank, bool empty = true,
              int64_t most = 3000);

  /// A float value within `range`, of any shape of these ranks: one that exists
  /// or a new one.
  mlir::Value value(int leastRank = 0, int mostRank = 4, Bounds range = kTame,
                    bool empty = true);
  /// One of this type within `range`.
  mlir::Value value(mlir::RankedTensorType type, Bounds range = kTame);
  mlir::Value value(llvm::ArrayRef<int64_t> shape, Bounds range = kTame) {
    return value(type(shape, floatType), range);
  }
  /// Integers from 0 to limit - 1, which no op has computed.
  mlir::Value indices(llvm::ArrayRef<int64_t> shape, int64_t limit);
  mlir::Value indices(llvm::ArrayRef<int64_t> shape, int64_t limit,
                      mlir::Type element);
  mlir::Value booleans(llvm::ArrayRef<int64_t> shape);
  /// A value that exists and for which `want` holds, or null.
  mlir::Value existing(llvm::function_ref<bool(mlir::Value)> want);
  /// A new value: an input, a parameter, or one that is made where it is used.
  mlir::Value source(mlir::RankedTensorType type, Bounds range);

  Bounds rangeOf(mlir::Value value) const;
  void setRange(mlir::Value value, Bounds range) { ranges[value] = range; }

  /// "[1, 2]" and "array<i64: 1, 2>"
  static std::string list(llvm::ArrayRef<int64_t> numbers);
  static std::string dense(llvm::ArrayRef<int64_t> numbers);
  static std::string number(double value);
  static std::string segments(llvm::ArrayRef<int64_t> sizes);
  bool inLoop() const { return scope->kind == Scope::Body; }
  /// The attribute `mode` of an op that has one, with a comma in front; in a
  /// function mostly none, so that the op gets that of the call. Not
  /// train where it must not be, not even by a call.
  std::string mode(bool mayTrain = true);
  /// A buffer or a parameter of the model, named for `range`.
  std::string stateEntry(llvm::StringRef kind, mlir::RankedTensorType type,
                         Bounds range);

  mlir::MLIRContext &context;
  mlir::OpBuilder builder;
  mlir::Location location;

  /// Refused ops: their names and the messages.
  std::vector<std::pair<std::string, std::string>> refused;

private:
  // Program.cpp
  void addRandomOp();
  void addOps(int count);
  void addLoop();
  void addCall();
  void addGradient();
  void addMinimize();
  /// A scalar made of rows of a parameter of that type.
  mlir::Value readRows(llvm::StringRef table, mlir::RankedTensorType type,
                       bool sparse);
  void addWrite();
  void finish(mlir::Operation *op, llvm::StringRef name);
  void addStep(llvm::StringRef name, int parts);
  void finishStep(Scope &top, llvm::StringRef name);
  std::string letter(mlir::RankedTensorType type, Bounds range);
  mlir::Value argument(mlir::RankedTensorType type, Bounds range);
  std::string averaged(double chance);
  mlir::Value constant(mlir::RankedTensorType type, Bounds range);
  mlir::Value free(mlir::RankedTensorType type, Bounds range);
  mlir::Value adapt(mlir::Value value, mlir::RankedTensorType type);
  Bounds estimate(mlir::Operation *op, mlir::Value result) const;
  mlir::Value ofType(mlir::RankedTensorType type);
  std::string fresh(llvm::StringRef stem) {
    return (stem + llvm::Twine(counter++)).str();
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::Block *model = nullptr;
  Scope *scope = nullptr;
  /// The scopes around a body of a loop, the innermost last.
  std::vector<Scope *> parents;
  mlir::Type floatType;
  bool train = false;
  int counter = 0;
  std::vector<std::string> parameters;
  /// The optimizer that keeps averages, if any.
  std::string averages;
  llvm::SmallVector<mlir::Value> wanted; ///< results the step has to return
  llvm::DenseMap<mlir::Value, Bounds> ranges;
};

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_GENERATOR_H
