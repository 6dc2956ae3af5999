//===- Check.cpp - One program, run in many ways --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The comparisons, and how far numbers may be apart:
//
// The reference R is the interpreter. How far rounding alone moves the results
// of this very program is measured: S is, for each output, the largest
// difference between R, the interpreter on the program in f64, and the same
// rounding by chance, with other last bits of inputs and state. Compiled code
// may then differ from R as `dlc-run --compare` allows (Difference.h), by
//
//     32 S + b |R|      b = 2e-5 of f32, 1e-11 of f64
//
// where |R| is the largest element of the output. An output with S above a
// twentieth of |R|, or of 1/64 if that is more, is undecided: counted, not
// compared. Integers are compared exactly, unless one of the runs that measure
// S gives another; infinities and what is not a number must be the same as in
// R, unless those runs differ there.
//
// Each optional pass left out gives code that is compared in the same way. All
// else is compared bit by bit: one, two and three threads; the program that
// went through text after a phase; a memory budget.
//
//===----------------------------------------------------------------------===//

#include "Run.h"

#include "Differences.h"
#include "Random.h"
#include "Text.h"

#include "dlc/Pipelines/Phases.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

namespace {

class Checker {
public:
  Checker(StringRef program, const CheckOptions &options);
  Verdict run();

private:
  bool wants(StringRef kind) const {
    return options.only.empty() || StringRef(options.only) == kind;
  }
  void find(const Twine &kind, const Twine &detail) {
    if (wants(kind.str()))
      verdict.findings.push_back({kind.str(), detail.str()});
  }
  bool makeReference();
  /// Runs that round by chance, to so many units of the last place.
  void addSpread(int runs, unsigned units);
  Comparison compareNumber(size_t number, const Result &seen) const;
  void compareWithReference(const Outcome &outcome, StringRef variant);
  /// Whether they have the same bits.
  void compareBits(const Outcome &expected, const Outcome &seen,
                   StringRef kind);
  std::optional<Code> compile(StringRef kind, const CompilerOptions &options,
                              StringRef path, StringRef from = "",
                              const Code *known = nullptr);
  Outcome runCode(const Code &code, int threads);
  void checkLevel(unsigned level, std::optional<Code> &code, Outcome &outcome);
  void checkPhases(const Code &code, const Outcome &expected);
  void checkPasses(const Code &code);
  void checkBudget(const Code &code, const Outcome &expected);

  std::string program;
  const CheckOptions &options;
  Random random;
  Verdict verdict;
  std::string path, widePath;
  /// Path of the compiled program: the same, unless a fault is planted.
  std::string compiledPath;
  int calls = 2;
  bool narrow = false; ///< some of it is in f32
  Outcome reference;
  /// The runs that show how far rounding moves the results.
  std::vector<Outcome> spread;
  bool isSpreadLarge = false;
};

} // namespace

Checker::Checker(StringRef program, const CheckOptions &options)
    : program(program), options(options), random(options.seed, 77) {
  SmallString<128> file(options.folder);
  sys::path::append(file, "program.mlir");
  path = file.str();
  sys::path::replace_extension(file, "wide.mlir");
  widePath = file.str();
  compiledPath = path;
  narrow = program.contains("f32");
  if (program.contains("dl.minimize"))
    calls = 3;
}

//===----------------------------------------------------------------------===//
// The reference
//===----------------------------------------------------------------------===//

/// The first line of the error, without places.
static std::string shortened(StringRef message) {
  size_t at = message.find("error: ");
  if (at != StringRef::npos)
    message = message.drop_front(at);
  return message.take_until([](char c) { return c == '\n'; }).str();
}

void Checker::addSpread(int runs, unsigned units) {
  Expected<std::unique_ptr<Model>> model = interpret(path);
  if (!model)
    return consumeError(model.takeError());
  for (; runs > 0; --runs)
    spread.push_back(
        runModel(**model, calls, {1000 * unsigned(spread.size() + 1), units}));
}

bool Checker::makeReference() {
  if (Error error = writeText(path, program)) {
    find("internal", toString(std::move(error)));
    return false;
  }
  if (!options.miscompiled.empty()) {
    DlContext context;
    mlir::OwningOpRef<mlir::ModuleOp> module = parseProgram(program, context);
    if (!module)
      return false;
    plantFault(*module, options.miscompiled);
    compiledPath = path + ".planted.mlir";
    if (Error error = writeText(compiledPath, printProgram(*module))) {
      find("internal", toString(std::move(error)));
      return false;
    }
  }
  Expected<std::unique_ptr<Model>> model = interpret(path);
  if (!model) {
    find("refused", shortened(toString(model.takeError())));
    return false;
  }
  reference = runModel(**model, calls);
  std::string wideProgram = path;
  if (narrow) {
    Expected<std::string> text = widen(path);
    Error error = text ? writeText(widePath, *text) : text.takeError();
    if (error) {
      find("widen", shortened(toString(std::move(error))));
      return false;
    }
    Expected<std::unique_ptr<Model>> wide = interpret(widePath);
    if (!wide) {
      find("widen", shortened(toString(wide.takeError())));
      return false;
    }
    spread.push_back(runModel(**wide, calls));
  }
  addSpread(2, 1);
  return true;
}

//===----------------------------------------------------------------------===//
// Comparing
//===----------------------------------------------------------------------===//

static int kindOf(double value) {
  return std::isnan(value) ? 2 : std::isinf(value) ? (value > 0 ? 1 : -1) : 0;
}

Comparison dlc::fuzz::compare(const Result &expected, const Result &seen,
                              ArrayRef<const Result *> spread, bool narrow) {
  Comparison result;
  double largest = 0, moved = 0;
  int64_t size = expected.size();
  for (int64_t i = 0; i < size; ++i) {
    double value = expected.real(i);
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
    for (const Result *run : spread) {
      double other = run->real(i);
      if (!expected.isFloat())
        result.undecided |= value != other;
      else if (kindOf(value) != kindOf(other))
        result.undecided = true;
      else if (kindOf(value) == 0)
        moved = std::max(moved, std::abs(value - other));
    }
  }
  result.undecided |=
      expected.isFloat() &&
      (largest > 1e30 || moved > std::max(largest, 1. / 64) / 20);
  if (result.undecided)
    return result;
  Tolerance tolerance;
  if (narrow)
    tolerance.f64 = tolerance.f32;
  auto compareWith = [&](double noise) {
    return compareTensors(expected.type, expected.shape, seen.bytes.data(),
                          expected.bytes.data(), tolerance, noise);
  };
  result.difference = compareWith(0);
  if (!result.difference.differs())
    return result;
  result.difference = compareWith(moved);
  result.excused = !result.difference.differs();
  return result;
}

Comparison Checker::compareNumber(size_t number, const Result &seen) const {
  SmallVector<const Result *> runs;
  bool fault = false;
  for (const Outcome &run : spread)
    if (number < run.results.size())
      runs.push_back(&run.results[number]);
    else
      fault = true;
  Comparison comparison =
      compare(reference.results[number], seen, runs, narrow);
  comparison.undecided |= fault;
  return comparison;
}

void Checker::compareWithReference(const Outcome &outcome, StringRef variant) {
  std::string kind = ("wrong " + variant).str();
  if (bool(outcome.fault) != bool(reference.fault)) {
    find(kind, "fault: " + outcome.fault.value_or("none") +
                   ", expected: " + reference.fault.value_or("none"));
    return;
  }
  if (outcome.fault)
    return;
  for (auto [number, seen] : enumerate(outcome.results)) {
    ++verdict.compared;
    Comparison comparison = compareNumber(number, seen);
    // Two runs do not meet every tie: more of them, and functions that are off
    // by some units, where it matters.
    if (!comparison.undecided && comparison.difference.differs() &&
        !isSpreadLarge) {
      isSpreadLarge = true;
      addSpread(6, 1);
      addSpread(6, 4);
      comparison = compareNumber(number, seen);
    }
    verdict.undecided += comparison.undecided;
    verdict.excused += !comparison.undecided && comparison.excused;
    if (comparison.undecided || !comparison.difference.differs())
      continue;
    find(kind, reference.results[number].name + ": " +
                   describe(comparison.difference));
    return;
  }
}

/// A fault without the place in the text that its message ends with: the text
/// of another phase has other places.
static std::optional<StringRef> withoutPlace(const Outcome &outcome) {
  if (!outcome.fault)
    return std::nullopt;
  return StringRef(*outcome.fault).rsplit(" (").first;
}

void Checker::compareBits(const Outcome &expected, const Outcome &seen,
                          StringRef kind) {
  if (withoutPlace(expected) != withoutPlace(seen)) {
    find(kind, "fault: " + seen.fault.value_or("none") +
                   ", expected: " + expected.fault.value_or("none"));
    return;
  }
  if (expected.fault)
    return;
  for (auto [want, got] : zip_equal(expected.results, seen.results)) {
    if (want.bytes == got.bytes)
      continue;
    for (int64_t i = 0, e = want.size(); i < e; ++i)
      if (std::memcmp(want.bytes.data() + i * (want.bytes.size() / e),
                      got.bytes.data() + i * (want.bytes.size() / e),
                      want.bytes.size() / e) != 0) {
        find(kind, formatv("{0}: element {1} is {2}, expected the bits of {3}",
                           want.name, i, formatv("{0:e9}", got.real(i)),
                           formatv("{0:e9}", want.real(i)))
                       .str());
        return;
      }
  }
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

std::optional<Code> Checker::compile(StringRef kind,
                                     const CompilerOptions &compilerOptions,
                                     StringRef path, StringRef from,
                                     const Code *known) {
  Expected<Code> code = Code::compile(path, compilerOptions, from, known);
  if (code)
    return std::move(*code);
  find(kind, shortened(toString(code.takeError())));
  return std::nullopt;
}

Outcome Checker::runCode(const Code &code, int threads) {
  Expected<std::unique_ptr<Model>> model = code.instance(threads);
  if (!model) {
    Outcome outcome;
    outcome.fault = toString(model.takeError());
    return outcome;
  }
  return runModel(**model, calls, {});
}

void Checker::checkLevel(unsigned level, std::optional<Code> &code,
                         Outcome &outcome) {
  std::string name = "-O" + std::to_string(level);
  CompilerOptions compilerOptions;
  compilerOptions.optLevel = level;
  code = compile("compile " + name, compilerOptions, compiledPath);
  if (!code)
    return;
  outcome = runCode(*code, 1);
  compareWithReference(outcome, name);
  for (int threads : {2, 3})
    compareBits(outcome, runCode(*code, threads), "threads " + name);
}

void Checker::checkPhases(const Code &code, const Outcome &expected) {
  ArrayRef<Phase> phases = getPhases();
  StringRef name = phases[random.below(phases.size() - 1)].name;
  if (StringRef(options.only).starts_with("from "))
    name = StringRef(options.only).drop_front(5);
  std::string kind = ("from " + name).str();
  Expected<std::string> text = emit(compiledPath, CompilerOptions(), name);
  if (!text) {
    find(kind, shortened(toString(text.takeError())));
    return;
  }
  std::string file = path + ".from.mlir";
  if (Error error = writeText(file, *text)) {
    find("internal", toString(std::move(error)));
    return;
  }
  if (std::optional<Code> other =
          compile(kind, CompilerOptions(), file, name, &code))
    compareBits(expected, runCode(*other, 1), kind);
}

/// Passes that are left out may change how sums are ordered, so that the bits
/// may be others; the numbers may not.
void Checker::checkPasses(const Code &code) {
  const Backend &backend = *cantFail(findBackend(CompilerOptions().backend));
  std::vector<std::string> optional = getOptionalPasses(backend.allPhases());
  StringRef pass = optional[random.below(optional.size())];
  if (StringRef(options.only).contains("without"))
    pass = StringRef(options.only).split("without ").second;
  std::string kind = ("without " + pass).str();
  CompilerOptions compilerOptions;
  compilerOptions.disabledPasses = {pass.str()};
  std::optional<Code> other =
      compile("compile " + kind, compilerOptions, compiledPath, "", &code);
  if (!other)
    return;
  Outcome outcome = runCode(*other, 1);
  compareWithReference(outcome, kind);
  compareBits(outcome, runCode(*other, 3), "threads " + kind);
}

void Checker::checkBudget(const Code &code, const Outcome &expected) {
  CompilerOptions compilerOptions;
  compilerOptions.memoryBudget = code.arenaBytes() * 6 / 10;
  if (compilerOptions.memoryBudget == 0)
    return;
  Expected<Code> small =
      Code::compile(compiledPath, compilerOptions, "", &code);
  // Not every program can do with less.
  if (!small) {
    std::string message = toString(small.takeError());
    if (message.find("budget") == std::string::npos)
      find("budget", shortened(message));
    return;
  }
  if (small->arenaBytes() > compilerOptions.memoryBudget)
    find("budget", formatv("the arena has {0} bytes, the budget is {1}",
                           small->arenaBytes(), compilerOptions.memoryBudget)
                       .str());
  compareBits(expected, runCode(*small, 1), "budget");
}

Verdict Checker::run() {
  if (!makeReference())
    return verdict;
  if (wants("gradient"))
    checkDerivatives(path, narrow ? widePath : path, options, verdict);
  if (StringRef(options.only) == "gradient")
    return verdict;
  StringRef only = options.only;
  std::optional<Code> plain, fast;
  Outcome plainOutcome, fastOutcome;
  size_t before = verdict.findings.size();
  if (only.empty() || only.contains("-O0"))
    checkLevel(0, plain, plainOutcome);
  // A fault at one level is usually one at the other.
  if (only.empty() ? verdict.findings.size() == before : !only.contains("-O0"))
    checkLevel(2, fast, fastOutcome);
  bool later = only.empty() || !only.contains("-O");
  if (!fast || !later)
    return verdict;
  // One of the three for each program, as compiling takes most of the time.
  uint64_t which = random.below(3);
  if (only.empty() ? which == 0 : only.starts_with("from"))
    checkPhases(*fast, fastOutcome);
  if (only.empty() ? which == 1 : only.starts_with("budget"))
    checkBudget(*fast, fastOutcome);
  if (only.empty() ? which == 2 : only.contains("without"))
    checkPasses(*fast);
  return verdict;
}

Verdict dlc::fuzz::check(StringRef program, const CheckOptions &options) {
  return Checker(program, options).run();
}
