//===- Driver.cpp - Many programs, each in a process of its own -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that makes the compiler crash or run for ever is a finding like any
// other, and not the end: each is made, run and compared in a process of its
// own, which sends its findings as lines of text.
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

#include "Check.h"
#include "Coverage.h"
#include "Generator.h"
#include "Process.h"
#include "Reduce.h"
#include "Text.h"

#include "dlc/Support/Stop.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <deque>
#include <map>
#include <unistd.h>

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

static std::string oneLine(StringRef text) {
  std::string line = text.str();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

//===----------------------------------------------------------------------===//
// Results of processes
//===----------------------------------------------------------------------===//

namespace {

/// A finding as lines of text tell it.
struct Reported {
  uint64_t number;
  std::string kind, detail;

  /// The common part of findings of one cause: the kind, and the words of a
  /// message without its numbers.
  std::string signature() const {
    if (StringRef(kind).starts_with("wrong") ||
        StringRef(kind).starts_with("threads") || kind == "gradient")
      return kind;
    std::string words = kind + " ";
    for (char c : detail)
      if (!isDigit(c))
        words += c;
    return words;
  }
};

} // namespace

std::string dlc::fuzz::generate(uint64_t seed, uint64_t number,
                                raw_ostream &os) {
  DlContext context;
  Generator generator(context, seed, number);
  mlir::OwningOpRef<mlir::ModuleOp> module = generator.run();
  for (auto &[op, message] : generator.refused)
    os << "refused " << op << ' ' << oneLine(message) << '\n';
  return printProgram(*module);
}

static void checkProgram(StringRef program, const Options &options,
                         uint64_t number, StringRef only, raw_ostream &os) {
  if (!options.plant.empty()) {
    if (program.contains("dl." + options.plant + " "))
      os << "finding planted\tit has dl." << options.plant << '\n';
    os << "done\n";
    return;
  }
  CheckOptions checkOptions;
  checkOptions.seed = options.seed + number;
  checkOptions.folder = options.folder + "/" + std::to_string(getpid());
  checkOptions.only = only;
  checkOptions.miscompiled = options.miscompiled;
  checkOptions.misderived = options.misderived;
  (void)sys::fs::create_directories(checkOptions.folder);
  Verdict verdict = check(program, checkOptions);
  (void)sys::fs::remove_directories(checkOptions.folder);
  for (const Finding &finding : verdict.findings)
    os << "finding " << finding.kind << '\t' << oneLine(finding.detail) << '\n';
  os << "counts " << verdict.compared << ' ' << verdict.undecided << ' '
     << verdict.excused << ' ' << verdict.derivatives << ' ' << verdict.kinks
     << '\n';
  os << "done\n";
}

static void makeAndCheck(const Options &options, uint64_t number,
                         raw_ostream &os) {
  std::string program = generate(options.seed, number, os);
  Coverage coverage;
  coverage.add(program);
  for (auto &[op, modes] : coverage.counts()) {
    os << "cover " << op;
    for (int64_t mode : modes)
      os << ' ' << mode;
    os << '\n';
  }
  os.flush();
  checkProgram(program, options, number, options.only, os);
}

/// Names the end of a process that wrote no result.
static std::optional<Reported> unspoken(const Process &process,
                                        uint64_t number) {
  if (StringRef(process.output).ends_with("done\n"))
    return std::nullopt;
  if (process.timedOut())
    return Reported{number, "hang", ""};
  return Reported{number, "crash", process.status()};
}

static std::vector<Reported> findings(const Process &process, uint64_t number) {
  std::vector<Reported> result;
  SmallVector<StringRef> lines;
  StringRef(process.output).split(lines, '\n');
  for (StringRef line : lines)
    if (line.consume_front("finding ")) {
      auto [kind, detail] = line.split('\t');
      result.push_back({number, kind.str(), detail.str()});
    }
  if (std::optional<Reported> crash = unspoken(process, number))
    result.push_back(*crash);
  return result;
}

/// The smallest program found that fails as `reported` does, which becomes what
/// is wrong with it.
static std::string reduceFinding(Reported &reported, const Options &options) {
  std::string program = generate(options.seed, reported.number, nulls());
  bool unspoken = reported.kind == "crash" || reported.kind == "hang";
  std::string detail;
  program = reduce(
      program,
      [&](StringRef smaller) {
        Process process(
            [&](raw_ostream &os) {
              checkProgram(smaller, options, reported.number,
                           unspoken ? "" : reported.kind, os);
            },
            reported.kind == "hang" ? 5 : options.timeout);
        process.wait();
        for (const Reported &found : findings(process, reported.number))
          if (found.signature() == reported.signature()) {
            detail = found.detail;
            return true;
          }
        return false;
      },
      // A program that hangs takes its time.
      reported.kind == "hang" ? options.budget / 5 : options.budget);
  if (!detail.empty())
    reported.detail = detail;
  return program;
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

namespace {

class Fuzzer {
public:
  explicit Fuzzer(const Options &options)
      : options(options), programs(options.programs) {}
  /// The number of findings.
  int run();
  void print(raw_ostream &os) const;
  /// Whether no signal has ended it early.
  bool isComplete() const { return programs == options.programs; }

private:
  struct Task {
    uint64_t number;
    std::optional<Reported> reduces;
    std::unique_ptr<Process> process;
  };

  void startTask();
  void end(Task &task);
  void report(const Reported &reported, StringRef program);

  const Options &options;
  /// How many programs are to be done: fewer after a signal.
  uint64_t programs;
  uint64_t next = 0, done = 0;
  std::deque<Reported> waiting;
  int reduced = 0;
  std::vector<Task> running;
  Coverage coverage;
  std::map<std::string, std::pair<int, std::string>> refused;
  std::map<std::string, int> kinds, bySignature, byProgram;
  int64_t counts[5] = {};
  int total = 0;
};

} // namespace

void Fuzzer::startTask() {
  Task task;
  if (!waiting.empty()) {
    task.reduces = waiting.front();
    task.number = task.reduces->number;
    waiting.pop_front();
    task.process = std::make_unique<Process>(
        [&, reported = *task.reduces](raw_ostream &os) mutable {
          std::string program = reduceFinding(reported, options);
          os << reported.detail << '\n' << program;
        },
        300);
  } else {
    task.number = options.first + next++;
    task.process = std::make_unique<Process>(
        [&, number = task.number](raw_ostream &os) {
          makeAndCheck(options, number, os);
        },
        options.timeout);
  }
  running.push_back(std::move(task));
}

/// Writes a finding out, and as a file where that is wanted.
void Fuzzer::report(const Reported &reported, StringRef program) {
  std::string about = summary(program);
  int &before = byProgram[reported.kind + ": " + about];
  if (before++ > 0)
    return;
  std::string text;
  raw_string_ostream os(text);
  os << "// " << reported.kind << ": " << reported.detail << '\n'
     << "// Program " << reported.number << " of seed " << options.seed
     << ", reduced. Run: dlc-fuzz --replay FILE\n"
     << program;
  outs() << text << '\n';
  if (options.out.empty())
    return;
  std::string name;
  for (char c : reported.kind + "-" + about.substr(0, 40))
    name += isAlnum(c) ? c : '-';
  SmallString<128> path(options.out);
  sys::path::append(
      path,
      formatv("{0}-{1}-{2}.mlir", options.seed, reported.number, name).str());
  std::error_code code;
  raw_fd_ostream file(path, code);
  if (!code)
    file << text;
}

void Fuzzer::end(Task &task) {
  if (task.reduces) {
    auto [detail, program] = StringRef(task.process->output).split('\n');
    task.reduces->detail = detail.str();
    report(*task.reduces, program);
    return;
  }
  if (++done % 500 == 0)
    outs() << "... " << done << " programs, " << total << " findings\n";
  for (const Reported &found : findings(*task.process, task.number)) {
    ++total;
    ++kinds[found.kind];
    outs() << found.number << ' ' << found.kind << ": " << found.detail << '\n';
    // Wrong values may have many causes, a message has few.
    bool oneOfMany =
        StringRef(found.kind).starts_with("wrong") || found.kind == "gradient";
    if (reduced < options.reductions &&
        bySignature[found.signature()]++ <
            (oneOfMany ? options.reductions : 2)) {
      ++reduced;
      waiting.push_back(found);
    }
  }
  SmallVector<StringRef> lines;
  StringRef(task.process->output).split(lines, '\n');
  for (StringRef line : lines) {
    SmallVector<StringRef> words;
    line.split(words, ' ');
    auto number = [&](size_t i) {
      int64_t value = 0;
      if (i < words.size())
        words[i].getAsInteger(10, value);
      return value;
    };
    if (words[0] == "refused" && words.size() > 1) {
      auto &entry = refused[words[1].str()];
      ++entry.first;
      entry.second = join(ArrayRef(words).drop_front(2), " ");
    } else if (words[0] == "cover" && words.size() > 1) {
      Coverage::Counts modes;
      for (int mode = 0; mode < kModes; ++mode)
        modes[mode] = number(2 + mode);
      coverage.add(words[1], modes);
    } else if (words[0] == "counts") {
      for (int i = 0; i < 5; ++i)
        counts[i] += number(1 + i);
    }
  }
}

int Fuzzer::run() {
  StopRequest request;
  auto isWork = [&] { return next < programs || !waiting.empty(); };
  while (isWork() || !running.empty()) {
    if (StopRequest::signal()) {
      // Programs that run are ended, so that those done are the first ones;
      // there may be no time to make more findings smaller.
      programs = next;
      waiting.clear();
      llvm::erase_if(running, [](const Task &task) { return task.reduces; });
    }
    while (isWork() && running.size() < options.jobs)
      startTask();
    std::vector<Process *> processes;
    for (Task &task : running)
      processes.push_back(task.process.get());
    Process::waitForAny(processes);
    for (size_t i = 0; i < running.size();)
      if (running[i].process->ended()) {
        Task task = std::move(running[i]);
        running.erase(running.begin() + i);
        end(task);
        outs().flush();
      } else {
        ++i;
      }
  }
  return total;
}

void Fuzzer::print(raw_ostream &os) const {
  os << '\n';
  coverage.print(os);
  os << '\n';
  for (auto &[op, entry] : refused)
    os << "dl." << op << " was refused " << entry.first
       << " times: " << entry.second << '\n';
  for (auto &[kind, count] : kinds)
    os << count << " programs: " << kind << '\n';
  for (auto &[program, count] : byProgram)
    os << count << " reduced to: " << program << '\n';
  os << done << " programs of seed " << options.seed;
  if (options.first > 0)
    os << " from number " << options.first << " on";
  os << ", " << counts[0] << " values compared, " << counts[1]
     << " of them undecided, " << counts[2]
     << " excused as rounding moves them, " << counts[3]
     << " gradients held against differences, " << counts[4]
     << " of them at a kink, " << total << " findings\n";
  if (!isComplete())
    os << "asked to end; to go on: --seed " << options.seed << " --first "
       << options.first + done << " --programs " << options.programs - done
       << '\n';
}

//===----------------------------------------------------------------------===//
// One program, or many
//===----------------------------------------------------------------------===//

int dlc::fuzz::replay(StringRef file, const Options &options) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(file);
  if (!buffer) {
    errs() << "dlc-fuzz: error: " << file << ": " << buffer.getError().message()
           << '\n';
    return 1;
  }
  Process process(
      [&](raw_ostream &os) {
        checkProgram((*buffer)->getBuffer(), options, 0, options.only, os);
      },
      options.timeout);
  process.wait();
  std::vector<Reported> found = findings(process, 0);
  for (const Reported &reported : found)
    outs() << reported.kind << ": " << reported.detail << '\n';
  if (found.empty())
    outs() << "nothing found\n";
  return !found.empty();
}

int dlc::fuzz::runPrograms(const Options &options) {
  Fuzzer fuzzer(options);
  int found = fuzzer.run();
  fuzzer.print(outs());
  return found > 0 || !fuzzer.isComplete();
}
