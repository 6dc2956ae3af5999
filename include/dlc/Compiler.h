//===- Compiler.h - From a program to code ----------------------*- C++ -*-===//
#ifndef DLC_COMPILER_H
#define DLC_COMPILER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace dlc {

/// What a user chooses about compilation.
struct CompilerOptions {
  /// 0: plain loops, for comparison and debugging; 2: everything.
  unsigned optLevel = 2;
  /// The machine to compile for, as LLVM names it ("skylake-avx512"); "native"
  /// is the one this process runs on.
  std::string cpu = "native";
  /// A directory that gets the program after each phase; empty for none.
  std::string dumpPhases;
  /// The phase that left the program; empty: it is as a user writes it.
  std::string from;
  /// Of a model that is interpreted: evaluate what this phase leaves, `grad`,
  /// `simplify` or `fuse`. After `grad` composites are taken apart first.
  std::string interpretAfter = "grad";
  /// Compile, instead of the model, what says whether the gradients of this
  /// step are right: the step alone, in f64, giving its loss and its gradients
  /// (see dl-gradient-step). Empty: the model.
  std::string gradientsOf;
  /// 2: with the products of the second derivatives and given vectors.
  unsigned gradientOrder = 1;
  /// Of the first dl.minimize of the step, or of a later one.
  unsigned gradientNumber = 1;
  /// Bytes that each step may use beside state, inputs and outputs; what does
  /// not fit is computed again instead of kept. 0: no limit.
  int64_t memoryBudget = 0;
  /// Whether to print to standard output where the values of each step lie.
  bool printMemoryPlan = false;
};

/// One program on its way through the phases. Errors carry file, line and
/// column.
class Compilation {
public:
  ~Compilation();

  /// Reads the program in `path` ("-": standard input).
  static llvm::Expected<std::unique_ptr<Compilation>>
  read(llvm::StringRef path, const CompilerOptions &options);

  /// Runs the phases after `from` (empty: all) up to and including `to`.
  llvm::Error run(llvm::StringRef from, llvm::StringRef to);

  /// Runs the phases from options.from up to `grad` and makes all composites
  /// primitive ops: the program that the interpreter evaluates.
  llvm::Error runToPrimitives();

  /// Runs `action` on the program; its diagnostics are the error, or
  /// `otherwise` where there are none.
  llvm::Error runCollecting(llvm::function_ref<llvm::LogicalResult()> action,
                            llvm::StringRef otherwise);

  /// The program as it is now.
  mlir::ModuleOp getModule() { return *module; }

  /// Puts another program of the same context in the place of this one, which
  /// is returned.
  mlir::OwningOpRef<mlir::ModuleOp>
  exchange(mlir::OwningOpRef<mlir::ModuleOp> other) {
    std::swap(module, other);
    return other;
  }

  /// After the last phase: optimised LLVM IR with the model's tables. With
  /// `interface` also the C functions that a library exports.
  llvm::Expected<std::unique_ptr<llvm::Module>>
  translate(llvm::LLVMContext &context, bool interface);

  llvm::TargetMachine &getMachine() { return *machine; }

private:
  explicit Compilation(const CompilerOptions &options);

  CompilerOptions options;
  std::unique_ptr<llvm::TargetMachine> machine;
  struct Diagnostics;
  mlir::MLIRContext context;
  std::unique_ptr<Diagnostics> diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// The machine code of a module.
enum class CodeFormat { Object, Assembly };
llvm::Error writeCode(llvm::Module &module, llvm::TargetMachine &machine,
                      CodeFormat format, llvm::SmallVectorImpl<char> &out);

/// Links an object with the runtime into a shared library.
llvm::Error linkLibrary(llvm::ArrayRef<char> object,
                        llvm::StringRef outputPath);

/// The C header of a compiled model's library.
std::string makeHeader(mlir::ModuleOp module);

} // namespace dlc
#endif // DLC_COMPILER_H
