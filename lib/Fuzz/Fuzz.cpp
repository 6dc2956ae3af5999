//===- Fuzz.cpp - The tool dlc-fuzz ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Fuzz/Fuzz.h"

#include "Driver.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/OptionList.h"
#include "dlc/Support/Version.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

namespace {

enum Option : unsigned {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "lib/Fuzz/Options.inc"
#undef OPTION
};

} // namespace

#define DLC_OPTIONS_INC "lib/Fuzz/Options.inc"
#define DLC_OPTION_TABLE FuzzOptTable
#include "dlc/Support/OptionTable.inc"

static constexpr char overview[] =
    R"(random programs, interpreted and compiled

  Makes programs of the dialect dl from a seed, runs each in the interpreter
  and compiled in many ways on the same inputs and state, and compares. What
  differs is printed with the number of its program, then the program made
  smaller; at the end, how often each op stood in a program, and where.

  -O0 and -O2 against the interpreter: an output may differ by
      32 S + b |R|,   b = 2e-5 with any f32, 1e-11 of f64 alone,
    where |R| is its largest element and S how far rounding moves it: the
    interpreter on the program in f64, and rounding by chance, with other last
    bits of the inputs. Where S is above |R| / 20 the output is undecided, and
    excused where it differs by more than b |R| alone. Integers, infinities and
    what is not a number must be the same, unless they differ between the runs
    that give S.
  1, 2 and 3 threads: bit by bit. And one of: from the text after a phase, with
    a memory budget of 60 % of the arena, bit by bit; without an optional pass,
    as -O0 and -O2.
  Gradients: by the interpreter in f64 along a direction, between the slopes to
    both sides, to 1e-4; at the point or close by, as a rule that is wrong at a
    kink alone is none.
  SIGINT and SIGTERM end it with a summary, and the options to go on with.

  Inputs and state are filled by the first letter of their names, so that a
  file can be replayed: x [-2, 2], g halves in [-2, 2], p [0.5, 2],
  u [0.05, 0.95], s -1 or 1, b 0 or 1, i<n>_ 0 to n - 1, j -5 to 5.)";

/// Reads the numbers and texts of a command line, all but the commands.
static Error readOptions(const OptionList &list, Options &options) {
  auto number = [&](unsigned id, auto &value, int64_t least) -> Error {
    using Number = std::remove_reference_t<decltype(value)>;
    constexpr int64_t most = sizeof(Number) < sizeof(int64_t)
                                 ? int64_t(std::numeric_limits<Number>::max())
                                 : std::numeric_limits<int64_t>::max();
    Expected<int64_t> given = list.number(id, value, least, most);
    if (!given)
      return given.takeError();
    value = Number(*given);
    return Error::success();
  };
  if (Error error = number(OPT_seed, options.seed, 0))
    return error;
  if (Error error = number(OPT_programs, options.programs, 0))
    return error;
  if (Error error = number(OPT_first, options.first, 0))
    return error;
  if (Error error = number(OPT_jobs, options.jobs, 1))
    return error;
  if (Error error = number(OPT_timeout, options.timeout, 1))
    return error;
  if (Error error = number(OPT_reductions, options.reductions, 0))
    return error;
  options.only = list.text(OPT_only);
  options.out = list.text(OPT_out);
  options.plant = list.text(OPT_plant);
  options.miscompiled = list.text(OPT_miscompile);
  options.misderived = list.text(OPT_misderive);
  return Error::success();
}

Expected<int> dlc::fuzz::runFuzzer(ArrayRef<const char *> words) {
  static const FuzzOptTable table;
  OptionList list(table, words, opt::Visibility(), "dlc-fuzz");
  if (list.has(OPT_help)) {
    table.printHelp(outs(), "dlc-fuzz OPTIONS", overview);
    return 0;
  }
  if (list.has(OPT_version)) {
    outs() << versionText("dlc-fuzz") << '\n';
    return 0;
  }
  if (Error error = list.check())
    return std::move(error);
  if (std::vector<std::string> words = list.positionals(); !words.empty())
    return makeError("unexpected argument '{0}'", words.front());
  Options options;
  if (Error error = readOptions(list, options))
    return std::move(error);
  if (list.has(OPT_print)) {
    Expected<int64_t> program = list.number(OPT_print, 0, 0);
    if (!program)
      return program.takeError();
    outs() << generate(options.seed, *program, nulls());
    return 0;
  }
  SmallString<128> folder;
  if (std::error_code code = sys::fs::createUniqueDirectory("dlc-fuzz", folder))
    return makeError("no temporary folder: {0}", code.message());
  options.folder = folder.str();
  llvm::scope_exit removal(
      [&] { (void)sys::fs::remove_directories(options.folder); });
  if (!options.out.empty())
    if (std::error_code code = sys::fs::create_directories(options.out))
      return makeError("{0}: {1}", options.out, code.message());
  return list.has(OPT_replay) ? replay(list.text(OPT_replay), options)
                              : runPrograms(options);
}
