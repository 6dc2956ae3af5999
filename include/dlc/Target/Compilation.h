//===- Compilation.h - From a program to code -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TARGET_COMPILATION_H
#define DLC_TARGET_COMPILATION_H

#include "dlc/Support/Message.h"
#include "dlc/Target/Backend.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class MemoryBuffer;
class Module;
class TargetMachine;
} // namespace llvm

namespace mlir {
class TimingScope;
} // namespace mlir

namespace dlc {

struct Outline;
struct InputRange;
using InputRanges = std::map<std::string, InputRange>;

/// The choices of a user about a compilation.
struct CompilerOptions {
  /// 0: plain loops, for comparison and debugging; 2: everything.
  unsigned optLevel = 2;
  /// The backend that makes the code, one of getBackends().
  std::string backend = "cpu";
  /// The machine to compile for, as LLVM names it ("skylake-avx512"); "native"
  /// is the one this process runs on.
  std::string cpu = "native";
  /// The description of the target that passes decide by, if the code is to do
  /// as code for another processor does; nullopt: that of `cpu`.
  std::optional<TargetInfo> target = std::nullopt;
  /// A directory that gets the program after each phase; empty for none.
  std::string dumpPhases;
  /// The phase that left the program; empty: it is as a user writes it.
  std::string from;
  /// For a model that is interpreted: evaluate the program after this phase,
  /// one of phase::evaluated.
  std::string interpretAfter = phase::grad.str();
  /// Compile, instead of the model, a program that checks the gradients of this
  /// step: the step alone, in f64, giving its loss and its gradients (see
  /// dl-gradient-step). Empty: the model.
  std::string gradientsOf;
  /// 2: with the products of the second derivatives and given vectors.
  unsigned gradientOrder = 1;
  /// The number of the dl.minimize of the step, from 1.
  unsigned gradientNumber = 1;
  /// Steps that train give the norms of their gradients too (see
  /// dl-gradient-norms).
  bool gradientNorms = false;
  /// Bytes that each step may use beside state, inputs and outputs; what does
  /// not fit is computed again instead of kept. 0: no limit.
  int64_t memoryBudget = 0;
  /// Whether to print to standard output where the values of each step lie.
  bool printMemoryPlan = false;
  /// Compile only steps that leave the state as it is.
  bool evaluationOnly = false;
  /// The state as a part of the library: the bytes of each entry that steps
  /// read, by name (see freezeState). Null: each instance has a state.
  const llvm::StringMap<std::vector<char>> *frozen = nullptr;
  /// A regular expression for the names of passes that report their decisions;
  /// empty for none. Remarks go where warnings go.
  std::string remarks = {};
  /// Gets warnings and remarks on the program, on the thread that compiles.
  /// Null: they are printed to standard error.
  std::function<void(llvm::ArrayRef<Message>)> sink = nullptr;
  /// Asked after the phase `grad`, when the program's tables are known and no
  /// code has been made: an error ends the compilation. Null: nobody is.
  std::function<llvm::Error(const Outline &)> inspect = nullptr;
  /// Sizes of the batch to compile steps for: "1,8,32" or "1to32", of one step
  /// "predict=1,8,32". Empty: those that the program has.
  std::vector<std::string> batch = {};
  /// Steps that will run over so many samples, each once. Where the batches of
  /// a step leave some over, it is compiled for as many as well; a step that
  /// has no such form, or whose sizes `batch` gives, is left as it is.
  std::vector<std::pair<std::string, int64_t>> coverSamples = {};
  /// Passes to leave out, of those that are optional; to find one that is
  /// wrong.
  std::vector<std::string> disabledPasses = {};
  /// Whether steps are to measure where their time goes (see dlc_profile).
  bool profile = false;
  /// The folder of the code cache that compileAndLoad uses; empty for none.
  std::string cacheFolder;
  /// Gets the time of each stage and pass below it; null measures nothing.
  mlir::TimingScope *timing = nullptr;
  /// The time of one stage, measured as long as the scope lives.
  mlir::TimingScope measure(llvm::StringRef stage) const;
};

/// The processor that is compiled for and all its features.
std::string describeProcessor(const CompilerOptions &options);

/// Fails if a backend has no such pass that can be left out
/// (CompilerOptions::disabledPasses), or if `passes` is not empty and no
/// regular expression (CompilerOptions::remarks).
llvm::Error checkOptionalPass(llvm::StringRef pass, const Backend &backend);
llvm::Error checkRemarks(llvm::StringRef passes);

/// One program on its way through the phases. What is wrong with a program is a
/// ProgramError (dlc/Support/Message.h), with file, line and column. Different
/// compilations may run on different threads at once, as long as they do not
/// share a context.
class Compilation {
public:
  ~Compilation();

  /// Reads the program in `path` ("-": standard input).
  static llvm::Expected<std::unique_ptr<Compilation>>
  read(llvm::StringRef path, const CompilerOptions &options);

  /// The same in two steps: open the file, and parse its text.
  static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
  open(llvm::StringRef path);
  static llvm::Expected<std::unique_ptr<Compilation>>
  read(std::unique_ptr<llvm::MemoryBuffer> text,
       const CompilerOptions &options);

  /// The same for a text in memory, called `name` in messages.
  static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
  openText(llvm::StringRef text, llvm::StringRef name);
  static llvm::Expected<std::unique_ptr<Compilation>>
  readText(llvm::StringRef text, llvm::StringRef name,
           const CompilerOptions &options);

  /// Takes a program that was built in memory, as dlc::nn makes it. Its context
  /// gets the dialects of all phases, must live longer than the compilation,
  /// and is used by nothing else in the meantime; its diagnostics are the
  /// compilation's.
  static llvm::Expected<std::unique_ptr<Compilation>>
  take(mlir::OwningOpRef<mlir::ModuleOp> module,
       const CompilerOptions &options);

  /// Whether there has been a warning or a remark on the program.
  bool hasWarned() const { return warned; }

  /// Runs the phases after `from` (empty: all) up to and including `to`.
  llvm::Error run(llvm::StringRef from, llvm::StringRef to);
  /// Runs all phases of the backend after `from`.
  llvm::Error runAll(llvm::StringRef from = "");

  /// Runs the phases from options.from up to `grad` and makes all composites
  /// primitive ops: the program that the interpreter evaluates.
  llvm::Error runToPrimitives();

  /// Runs `action` on the program; its diagnostics are the error, or
  /// `otherwise` if it gave none.
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

  /// The same as machine code, made on all CPUs. The number of objects and what
  /// is in them depends on the program alone.
  llvm::Expected<Objects> compile(bool interface);

  const Backend &getBackend() const { return *backend; }
  /// For a backend whose code LLVM makes.
  llvm::TargetMachine &getMachine() { return *machine; }
  const CompilerOptions &getOptions() const { return options; }

private:
  Compilation(const CompilerOptions &options,
              std::unique_ptr<mlir::MLIRContext> owned,
              mlir::MLIRContext &context);

  /// A compilation that has no program yet, in a context of its own or not.
  static llvm::Expected<std::unique_ptr<Compilation>>
  make(const CompilerOptions &options, std::unique_ptr<mlir::MLIRContext> owned,
       mlir::MLIRContext &context);

  /// Puts the step of options.gradientsOf, if there is one, in the place of the
  /// model.
  llvm::Error chooseGradients();

  /// Compiles steps for the rest of options.coverSamples.
  void coverSamples();

  /// Asks options.inspect about what `phase` has left.
  llvm::Error inspectAfter(llvm::StringRef phase);

  /// Verifies once that the program is valid after the phase `from`, or, if
  /// `from` is empty, valid as a user writes it.
  llvm::Error enter(llvm::StringRef from);

  /// Attaches the description of the target to the program, unless it has one.
  llvm::Error describeTarget();
  /// Checks once that the backend can take the program, and then describes the
  /// target.
  llvm::Error enterBackend();

  /// LLVM IR, not yet optimised.
  llvm::Expected<std::unique_ptr<llvm::Module>>
  lower(llvm::LLVMContext &context, bool interface);

  CompilerOptions options;
  const Backend *backend = nullptr;
  std::unique_ptr<llvm::TargetMachine> machine;
  bool warned = false;
  struct Diagnostics;
  std::unique_ptr<mlir::MLIRContext> ownedContext;
  mlir::MLIRContext &context;
  /// How to restore a context that others own.
  bool printsOps, usesThreads, madeRemarks = false;
  std::unique_ptr<Diagnostics> diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  bool entered = false, isDescribed = false, isInBackend = false;
  /// The input ranges for options.inspect.
  std::unique_ptr<InputRanges> ranges;
};

/// The machine code of a module.
enum class CodeFormat { Object, Assembly };
llvm::Error writeCode(llvm::Module &module, llvm::TargetMachine &machine,
                      CodeFormat format, llvm::SmallVectorImpl<char> &out);

/// Links objects with the runtime into a shared library. What stands at the
/// path is replaced, or, after an error, in any state: callers name a
/// temporary.
llvm::Error linkLibrary(const Objects &objects, llvm::StringRef outputPath);

/// Makes one object of several.
llvm::Expected<llvm::SmallVector<char, 0>> mergeObjects(const Objects &objects);

/// The C header of a compiled model's library.
std::string makeHeader(mlir::ModuleOp module);

} // namespace dlc
#endif // DLC_TARGET_COMPILATION_H
