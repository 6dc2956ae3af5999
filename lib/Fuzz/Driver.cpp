//===- Driver.cpp - Many programs, each in a process of its own -----------===//

#include "dlc/Fuzz/Fuzz.h"

#include "Check.h"
#include "Generator.h"

#include "dlc/Pipelines/Phases.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <csignal>
#include <map>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;
using namespace dlc::fuzz;

namespace {
struct Generated {
  std::string text;
  std::vector<std::pair<std::string, std::string>> refused;
};
} // namespace

static Generated generate(uint64_t seed, uint64_t number) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<dl::DlDialect>();
  Generator generator(context, seed, number);
  mlir::OwningOpRef<mlir::ModuleOp> module = generator.run();
  Generated result;
  raw_string_ostream os(result.text);
  mlir::OpPrintingFlags flags;
  flags.assumeVerified();
  module->print(os, flags);
  result.refused = std::move(generator.refused);
  return result;
}

namespace {

/// A process that runs something and sends lines.
struct Child {
  pid_t pid = -1;
  int fd = -1;
  uint64_t number = 0;
  std::string output;
  std::chrono::steady_clock::time_point started;
};

struct Options {
  uint64_t seed = 1, programs = 200, first = 0;
  unsigned jobs = 2;
  int timeout = 20;
  std::string folder, only;
};

} // namespace

static std::string oneLine(StringRef text) {
  std::string line = text.str();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

/// What a child does.
static void work(const Options &options, uint64_t number, raw_ostream &os) {
  Generated program = generate(options.seed, number);
  for (auto &[op, message] : program.refused)
    os << "refused " << op << ' ' << oneLine(message) << '\n';
  os.flush();
  CheckOptions checkOptions;
  checkOptions.seed = options.seed + number;
  checkOptions.folder = options.folder + "/" + std::to_string(getpid());
  checkOptions.only = options.only;
  (void)sys::fs::create_directories(checkOptions.folder);
  Verdict verdict = check(program.text, checkOptions);
  (void)sys::fs::remove_directories(checkOptions.folder);
  for (const Finding &finding : verdict.findings)
    os << "finding " << finding.kind << '\t' << oneLine(finding.detail) << '\n';
  os << "counts " << verdict.compared << ' ' << verdict.undecided << ' '
     << verdict.derivatives << ' ' << verdict.kinks << '\n';
  os << "done\n";
  os.flush();
}

static Child start(const Options &options, uint64_t number) {
  Child child;
  child.number = number;
  child.started = std::chrono::steady_clock::now();
  int ends[2];
  if (pipe(ends) != 0)
    return child;
  child.pid = fork();
  if (child.pid == 0) {
    close(ends[0]);
    raw_fd_ostream os(ends[1], /*shouldClose=*/true);
    // The compiler's remarks and the messages of a crash go nowhere.
    if (!getenv("DLC_FUZZ_STDERR")) {
      if (!freopen("/dev/null", "w", stderr))
        _exit(3);
    }
    alarm(options.timeout);
    work(options, number, os);
    _exit(0);
  }
  close(ends[1]);
  child.fd = ends[0];
  return child;
}

int dlc::fuzz::runFuzzer(int argc, char **argv) {
  cl::opt<uint64_t> seed("seed", cl::init(1));
  cl::opt<uint64_t> programs("programs", cl::init(200));
  cl::opt<uint64_t> first("first", cl::init(0));
  cl::opt<unsigned> jobs("jobs", cl::init(2));
  cl::opt<int> timeout("timeout", cl::init(20));
  cl::opt<std::string> only("only");
  cl::opt<int64_t> print("print", cl::init(-1));
  cl::opt<std::string> replay("replay");
  cl::ParseCommandLineOptions(argc, argv);
  Options options{seed, programs, first, jobs, timeout, "", only};
  if (print >= 0) {
    outs() << generate(seed, print).text;
    return 0;
  }
  SmallString<128> folder;
  (void)sys::fs::createUniqueDirectory("dlc-fuzz", folder);
  options.folder = folder.str();
  if (!replay.empty()) {
    auto file = MemoryBuffer::getFile(replay);
    CheckOptions checkOptions;
    checkOptions.folder = options.folder;
    checkOptions.only = only;
    Verdict verdict = check((*file)->getBuffer(), checkOptions);
    for (const Finding &finding : verdict.findings)
      outs() << finding.kind << ": " << finding.detail << '\n';
    (void)sys::fs::remove_directories(options.folder);
    return !verdict.findings.empty();
  }

  std::map<std::string, std::pair<int, std::string>> refused;
  std::map<std::string, std::vector<std::string>> kinds;
  int64_t counts[4] = {};
  uint64_t next = options.first, end = options.first + options.programs;
  std::vector<Child> running;
  while (next < end || !running.empty()) {
    while (next < end && running.size() < options.jobs)
      running.push_back(start(options, next++));
    std::vector<pollfd> fds;
    for (const Child &child : running)
      fds.push_back({child.fd, POLLIN, 0});
    poll(fds.data(), fds.size(), 1000);
    for (size_t i = 0; i < running.size();) {
      Child &child = running[i];
      bool ended = false;
      if (i < fds.size() && fds[i].fd == child.fd && fds[i].revents) {
        char buffer[4096];
        ssize_t got = read(child.fd, buffer, sizeof(buffer));
        if (got > 0)
          child.output.append(buffer, got);
        else
          ended = true;
      }
      if (!ended) {
        ++i;
        continue;
      }
      close(child.fd);
      int status = 0;
      waitpid(child.pid, &status, 0);
      StringRef rest = child.output;
      bool done = false;
      while (!rest.empty()) {
        StringRef line;
        std::tie(line, rest) = rest.split('\n');
        if (line.consume_front("refused ")) {
          auto [op, message] = line.split(' ');
          auto &entry = refused[op.str()];
          ++entry.first;
          entry.second = message.str();
        } else if (line.consume_front("finding ")) {
          auto [kind, detail] = line.split('\t');
          kinds[kind.str()].push_back(
              std::to_string(child.number) + ": " + detail.str());
          outs() << child.number << ' ' << kind << ": " << detail << '\n';
        } else if (line.consume_front("counts ")) {
          SmallVector<StringRef> words;
          line.split(words, ' ');
          for (auto [word, count] : zip(words, counts)) {
            int64_t value = 0;
            word.getAsInteger(10, value);
            count += value;
          }
        } else if (line == "done")
          done = true;
      }
      if (!done) {
        std::string how =
            WIFSIGNALED(status)
                ? (WTERMSIG(status) == SIGALRM
                       ? std::string("hang")
                       : "crash: signal " + std::to_string(WTERMSIG(status)))
                : "exit status " + std::to_string(WEXITSTATUS(status));
        kinds[how].push_back(std::to_string(child.number));
        outs() << child.number << ' ' << how << '\n';
      }
      outs().flush();
      running.erase(running.begin() + i);
      fds.erase(fds.begin() + i);
    }
  }
  (void)sys::fs::remove_directories(options.folder);
  outs() << "compared " << counts[0] << ", undecided " << counts[1]
         << ", derivatives " << counts[2] << ", kinks " << counts[3] << '\n';
  for (auto &[op, entry] : refused)
    outs() << "refused " << op << ' ' << entry.first << ": " << entry.second
           << '\n';
  for (auto &[kind, list] : kinds)
    outs() << kind << ": " << list.size() << '\n';
  return !kinds.empty();
}
