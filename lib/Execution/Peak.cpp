//===- Peak.cpp - Peak arithmetic and memory rates ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops are LLVM IR that is compiled for the processor at hand: this
// program itself may be built for an older one. The best of several short
// rounds counts, as others may use the machine too.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/Peak.h"

#include "dlc/Machine/Processor.h"
#include "dlc/Runtime.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Tasks.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/Threading.h"
#include "llvm/Target/TargetMachine.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include <unistd.h>

using namespace llvm;
using namespace dlc;

/// Sums that do not depend on one another: enough to hide the latency of a
/// multiply-add on two units.
static constexpr unsigned kSums = 12;
/// Iterations of a round: some tenths of a millisecond.
static constexpr int64_t kIterations = 100'000;
static constexpr int kRounds = 16, kCopies = 4;

/// Bits of the vectors that code for this machine works with.
static Expected<unsigned> findVectorBits() {
  auto machine =
      Processor::find("native").makeMachine(CodeGenOptLevel::Aggressive);
  if (!machine)
    return machine.takeError();
  return describeTarget(**machine, /*plain=*/false).vectorBits;
}

/// `double NAME(int64_t iterations)`: sums of `type` vectors, kSums of them,
/// each multiplied by and increased by one number in each iteration.
static std::string sumsLoop(StringRef name, StringRef type, unsigned lanes) {
  std::string vector = formatv("<{0} x {1}>", lanes, type);
  std::string phis, body, total;
  for (unsigned i = 0; i < kSums; ++i) {
    phis += formatv("  %a{0} = phi {1} [ %f, %entry ], [ %c{0}, %loop ]\n", i,
                    vector);
    body += formatv("  %b{0} = fmul contract {1} %a{0}, %f\n"
                    "  %c{0} = fadd contract {1} %b{0}, %f\n",
                    i, vector);
    total +=
        formatv("  %t{0} = fadd {1} %c{0}, {2}\n", i, vector,
                i == 0 ? std::string("%f") : formatv("%t{0}", i - 1).str());
  }
  return formatv(
      "define double @{0}(i64 %count, double %factor) #0 {{\nentry:\n"
      "  %x = {6} double %factor to {1}\n"
      "  %y = insertelement {2} poison, {1} %x, i32 0\n"
      "  %f = shufflevector {2} %y, {2} poison, <{3} x i32> zeroinitializer\n"
      "  br label %loop\nloop:\n"
      "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]\n{4}"
      "{5}  %next = add i64 %i, 1\n"
      "  %more = icmp slt i64 %next, %count\n"
      "  br i1 %more, label %loop, label %end\nend:\n{7}"
      "  %r = extractelement {2} %t{8}, i32 0\n"
      "  %w = {9} {1} %r to double\n  ret double %w\n}\n",
      name, type, vector, lanes, phis, body,
      type == "float" ? "fptrunc" : "bitcast", total, kSums - 1,
      type == "float" ? "fpext" : "bitcast");
}

/// `void copy(ptr from, ptr to, int64_t vectors)`, four vectors at a time.
static std::string copyLoop(unsigned lanes) {
  std::string body;
  for (unsigned i = 0; i < 4; ++i)
    body += formatv("  %p{0} = add i64 %i, {0}\n"
                    "  %f{0} = getelementptr {1}, ptr %from, i64 %p{0}\n"
                    "  %t{0} = getelementptr {1}, ptr %to, i64 %p{0}\n"
                    "  %v{0} = load {1}, ptr %f{0}, align 64\n"
                    "  store {1} %v{0}, ptr %t{0}, align 64\n",
                    i, formatv("<{0} x float>", lanes).str());
  return "define void @copy(ptr %from, ptr %to, i64 %count) #0 {\nentry:\n"
         "  br label %loop\nloop:\n"
         "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]\n" +
         body +
         "  %next = add i64 %i, 4\n"
         "  %more = icmp slt i64 %next, %count\n"
         "  br i1 %more, label %loop, label %end\nend:\n  ret void\n}\n";
}

namespace {

/// The loops as machine code.
struct Loops {
  double (*sums32)(int64_t, double) = nullptr;
  double (*sums64)(int64_t, double) = nullptr;
  void (*copy)(const void *, void *, int64_t) = nullptr;
  unsigned vectorBits = 0;
  int64_t blockBytes = 0; ///< of one copied block
  int64_t threads = 0;
  /// The shortest time so far of each task of sums, one per thread.
  double *best = nullptr;
};

struct Destroy {
  void operator()(dlc_handle *handle) const { dlc_destroy(handle); }
};

} // namespace

static Error compile(orc::LLJIT &jit, Loops &loops) {
  Expected<unsigned> found = findVectorBits();
  if (!found)
    return found.takeError();
  unsigned bits = loops.vectorBits = *found;
  std::string text =
      sumsLoop("sums32", "float", bits / 32) +
      sumsLoop("sums64", "double", bits / 64) + copyLoop(bits / 32) +
      formatv("attributes #0 = {{ \"prefer-vector-width\"=\"{0}\" "
              "\"min-legal-vector-width\"=\"{0}\" }\n",
              bits)
          .str();
  auto context = std::make_unique<LLVMContext>();
  SMDiagnostic flaw;
  std::unique_ptr<Module> module = parseAssemblyString(text, flaw, *context);
  if (!module)
    return makeError("the loops that measure this machine: line {0}: {1}",
                     flaw.getLineNo(), flaw.getMessage());
  module->setDataLayout(jit.getDataLayout());
  module->setTargetTriple(jit.getTargetTriple());
  if (Error error = jit.addIRModule(
          orc::ThreadSafeModule(std::move(module), std::move(context))))
    return error;
  auto find = [&](StringRef name, auto &function) -> Error {
    auto found = jit.lookup(name);
    if (!found)
      return found.takeError();
    function = found->toPtr<std::decay_t<decltype(function)>>();
    return Error::success();
  };
  if (Error error = find("sums32", loops.sums32))
    return error;
  if (Error error = find("sums64", loops.sums64))
    return error;
  return find("copy", loops.copy);
}

// The loops run as steps of a model, on the threads that a step has.

static constexpr double kFactor = 0.999;

/// Each thread has the units of its core to itself, and so the best time of a
/// task is its own: it need not be in a round in which nobody else was
/// interrupted either.
static void timeSums(const dlc_context *context,
                     double (*sums)(int64_t, double)) {
  auto &loops = *static_cast<const Loops *>(context->data);
  forEachTask(context, loops.threads, [&](int64_t task) {
    auto begin = std::chrono::steady_clock::now();
    (void)sums(kIterations, kFactor);
    std::chrono::duration<double> passed =
        std::chrono::steady_clock::now() - begin;
    double &best = loops.best[task];
    if (best == 0 || passed.count() < best)
      best = passed.count();
  });
}

static void runSums32(const dlc_context *context, void *, void *,
                      void *const *) {
  timeSums(context, static_cast<const Loops *>(context->data)->sums32);
}

static void runSums64(const dlc_context *context, void *, void *,
                      void *const *) {
  timeSums(context, static_cast<const Loops *>(context->data)->sums64);
}

/// Copies one half of the arena to the other.
static void runCopy(const dlc_context *context, void *, void *arena,
                    void *const *) {
  auto &loops = *static_cast<const Loops *>(context->data);
  constexpr int64_t taskBytes = int64_t(64) << 10;
  forEachTask(context, loops.blockBytes / taskBytes, [&](int64_t task) {
    char *from = static_cast<char *>(arena) + task * taskBytes;
    loops.copy(from, from + loops.blockBytes,
               taskBytes / (loops.vectorBits / 8));
  });
}

/// Large enough that a copy of it leaves nothing in the caches.
static int64_t chooseBlock() {
  constexpr int64_t least = int64_t(64) << 20, most = int64_t(256) << 20;
#ifdef _SC_LEVEL3_CACHE_SIZE
  int64_t cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
  return std::clamp(cache, least, most) / least * least;
#else
  return least;
#endif
}

Expected<Peak> dlc::measurePeak(int threads) {
  initializeTargets();
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  Loops loops;
  if (Error error = compile(**jit, loops))
    return std::move(error);
  loops.blockBytes = chooseBlock();
  std::vector<double> best(threads);
  loops.best = best.data();
  loops.threads = threads;

  std::vector<dlc_step> steps;
  for (auto [name, run] :
       {std::pair("sums32", &runSums32), std::pair("sums64", &runSums64),
        std::pair("copy", &runCopy)}) {
    dlc_step step = {};
    step.name = name;
    step.run = run;
    step.data = &loops;
    steps.push_back(step);
  }
  dlc_model model = {};
  model.abi_version = DLC_ABI_VERSION;
  model.name = "peak";
  model.json = "{}";
  model.steps = steps.data();
  model.num_steps = int32_t(steps.size());
  model.arena_bytes = 2 * loops.blockBytes;
  dlc_handle *made;
  if (dlc_create(&model, threads, &made) != DLC_OK)
    return makeError("the peak of this machine cannot be measured: {0}",
                     dlc_last_error(nullptr));
  std::unique_ptr<dlc_handle, Destroy> handle(made);

  Peak peak;
  peak.block = loops.blockBytes;
  auto flops = [&](int step, unsigned elementBits) {
    std::fill(best.begin(), best.end(), 0);
    for (int round = 0; round < kRounds; ++round)
      dlc_run(handle.get(), step, nullptr);
    double sums = 2.0 * kSums * kIterations * (loops.vectorBits / elementBits),
           rate = 0;
    for (double seconds : best)
      rate += seconds > 0 ? sums / seconds : 0;
    // With more threads than CPUs, not all run at once.
    unsigned cpus = hardware_concurrency().compute_thread_count();
    return rate * std::min(1.0, double(cpus) / threads);
  };
  peak.flops32 = flops(0, 32);
  peak.flops64 = flops(1, 64);
  // Memory is one for all. The first round touches it.
  double shortest = 0;
  for (int round = 0; round <= kCopies; ++round) {
    auto begin = std::chrono::steady_clock::now();
    dlc_run(handle.get(), 2, nullptr);
    std::chrono::duration<double> passed =
        std::chrono::steady_clock::now() - begin;
    if (round == 1 || (round > 1 && passed.count() < shortest))
      shortest = passed.count();
  }
  if (shortest > 0)
    peak.bytes = 2.0 * double(loops.blockBytes) / shortest;
  return peak;
}
