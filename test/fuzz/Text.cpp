//===- Text.cpp - Programs through the whole compiler, in process ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program is compiled at -O0 or -O2, or is taken for what some phase leaves
// if its first line says so (`// from: fuse`); what it must not do is end the
// process, leak or take minutes. LLVM's part is left to some of the small
// programs: it is not our code, and takes most of the time.
//
//===----------------------------------------------------------------------===//

#include "Counts.h"
#include "TextMutator.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/ProgramText.h"
#include "dlc/Target/Compilation.h"

#include "mlir/Parser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

/// What became of the mutants; each counts those that came so far. scripts/fuzz
/// prints them.
enum Stage : unsigned { Tried, Parsed, Entered, Lowered, Translated, Stages };

/// Ops of the LLVM dialect up to which a program is translated too, and up to
/// which it may become machine code.
static constexpr size_t translatedOps = 3000, compiledOps = 600;

/// Set where a mutant is made: seeds, and what is read again, are not counted.
static bool isMutant = false;

static mlir::MLIRContext &keptContext() {
  static mlir::MLIRContext &context = *[] {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    auto *context =
        new mlir::MLIRContext(registry, mlir::MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
    context->getDiagEngine().registerHandler([](mlir::Diagnostic &) {});
    return context;
  }();
  return context;
}

/// Whether the parser refuses a text, in a context that is kept: most of what a
/// refused text costs is a context of its own.
static bool isRefused(StringRef text) {
  if (errorToBool(checkText("program", text)))
    return true;
  // The parser reads on to a zero byte.
  std::string terminated = text.str();
  return !mlir::parseSourceString<mlir::ModuleOp>(terminated, &keptContext());
}

/// Sets `entered` once the program is one that the passes take.
static Error compile(StringRef text, StringRef from, bool mutant,
                     bool &entered) {
  static Counts<Stages> counts;
  auto count = [&](Stage stage) {
    if (mutant)
      counts.add(stage);
  };
  // All that is chosen here depends on the text alone, so that a finding can be
  // repeated.
  uint64_t hash = xxh3_64bits(text);
  CompilerOptions options;
  options.optLevel = hash % 2 ? 2 : 0;
  bool small = hash / 2 % 8 == 0, translates = hash / 16 % 8 == 0,
       compiles = hash / 128 % 4 == 0;
  if (small)
    options.memoryBudget = 4096;
  count(Tried);
  // Some of these go the whole way, for its messages.
  bool complains = hash / 512 % 16 == 0;
  if (!complains && isRefused(text))
    return Error::success();
  auto compilation = Compilation::readText(text, "program", options);
  if (!compilation)
    return compilation.takeError();
  count(Parsed);
  StringRef first = from.empty() ? StringRef(getPhases().front().name) : from;
  if (Error error = (*compilation)->run(from, first))
    return error;
  count(Entered);
  entered = true;
  if (Error error = (*compilation)->run(first, getPhases().back().name))
    return error;
  count(Lowered);
  makeHeader((*compilation)->getModule());
  size_t ops = 0;
  (*compilation)->getModule().walk([&](mlir::Operation *) { ++ops; });
  if (ops > translatedOps || !translates)
    return Error::success();
  LLVMContext context;
  auto module = (*compilation)->translate(context, /*interface=*/true);
  if (!module)
    return module.takeError();
  count(Translated);
  if (ops > compiledOps || !compiles)
    return Error::success();
  SmallVector<char, 0> object;
  return writeCode(**module, (*compilation)->getMachine(), CodeFormat::Object,
                   object);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  StringRef from = text;
  from = from.consume_front("// from: ") ? from.split('\n').first : "";
  bool mutant = std::exchange(isMutant, false);
  bool entered = false;
  // One thread an input, not one for each phase.
  onLargeStack([&] { consumeError(compile(text, from, mutant, entered)); });
  // A mutant of what is refused at once is too.
  return entered ? 0 : -1;
}

//===----------------------------------------------------------------------===//
// Mutants
//===----------------------------------------------------------------------===//

/// The ops of the language.
static const std::vector<std::string> &opNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    for (mlir::RegisteredOperationName name :
         keptContext().getRegisteredOperations())
      if (name.getDialectNamespace() == "dl")
        names.push_back(name.getStringRef().str());
    return names;
  }();
  return names;
}

/// Stores at most `maxSize` bytes of `text`.
static size_t store(StringRef text, uint8_t *data, size_t maxSize) {
  isMutant = true;
  text = text.take_front(maxSize);
  copy(text, data);
  return text.size();
}

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  isMutant = true;
  if (seed % 32 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  TextMutator mutator(opNames(), seed);
  std::string mutant;
  // Some choices have nothing to change in this text.
  for (unsigned attempt = 0; attempt < 8; ++attempt)
    if ((mutant = mutator.mutate(text)) != text)
      break;
  return store(mutant, data, maxSize);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1,
                                            const uint8_t *data2, size_t size2,
                                            uint8_t *out, size_t maxSize,
                                            unsigned seed) {
  StringRef text(reinterpret_cast<const char *>(data1), size1),
      other(reinterpret_cast<const char *>(data2), size2);
  TextMutator mutator(opNames(), seed);
  // Half of the mutants are made here.
  std::string mutant =
      seed % 3 ? mutator.mutate(text) : mutator.splice(text, other);
  return store(mutant, out, maxSize);
}
