//===- ProfileReport.cpp - Report of kernel times -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/performance.md describes the output.
//
//===----------------------------------------------------------------------===//

#include "ProfileReport.h"

#include "dlc/Support/Printable.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

static double sum(ArrayRef<double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}
static double mean(ArrayRef<double> values) {
  return values.empty() ? 0 : sum(values) / static_cast<double>(values.size());
}
static double most(ArrayRef<double> values) {
  return values.empty() ? 0 : *max_element(values);
}

ProfileReport::ProfileReport(const dlc_model &model, const WorkerTimes &times,
                             const WorkerTimes &before, const Peak &peak)
    : model(model), peak(peak), workers(times.size()) {
  auto timesOf = [&](size_t worker, size_t number) {
    dlc_site_times result = times[worker][number];
    if (before.empty() || model.sites[number].derives)
      return result;
    const dlc_site_times &old = before[worker][number];
    return dlc_site_times{result.calls - old.calls, result.work - old.work,
                          result.wait - old.wait};
  };
  // A whole step stands in front of its kernels.
  for (size_t number = 0; number < size_t(model.num_sites); ++number) {
    const dlc_site &site = model.sites[number];
    std::vector<double> work, wait;
    for (size_t worker = 0; worker < workers; ++worker) {
      dlc_site_times own = timesOf(worker, number);
      work.push_back(static_cast<double>(own.work) * 1e-9);
      wait.push_back(static_cast<double>(own.wait) * 1e-9);
    }
    int64_t calls = timesOf(0, number).calls;
    if (!site.kernel || steps.empty())
      steps.push_back({&site, calls, 0, {}, {}});
    StepProfile &step = steps.back();
    // The caller is worker 0.
    step.seconds += work[0] + wait[0];
    if (!site.kernel)
      step.endWait = std::move(wait);
    else if (calls)
      step.kernels.push_back({&site, calls, std::move(work), std::move(wait)});
  }
  erase_if(steps, [](const StepProfile &step) { return step.runs == 0; });
  for (StepProfile &step : steps)
    sort(step.kernels, [](const KernelProfile &a, const KernelProfile &b) {
      return std::pair(-sum(a.work), a.site) < std::pair(-sum(b.work), b.site);
    });
}

namespace {

/// Rates derived from the times of a kernel, by the run of its step and of all
/// workers together. Negative where one is not known.
struct Rates {
  Rates(const KernelProfile &kernel, const StepProfile &step,
        const Peak &peak) {
    double runs = static_cast<double>(step.runs);
    double all = static_cast<double>(kernel.calls), seconds = mean(kernel.work);
    milliseconds = 1e3 * seconds / runs;
    worst = 1e3 * most(kernel.work) / runs;
    wait = 1e3 * mean(kernel.wait) / runs;
    calls = all / runs;
    share = step.seconds > 0 ? seconds / step.seconds : 0;
    if (seconds <= 0)
      return;
    const dlc_site &site = *kernel.site;
    double byFlops = 0, byBytes = 0,
           fastest = site.float_bits == 64   ? peak.flops64
                     : site.float_bits == 32 ? peak.flops32
                                             : 0;
    if (site.flops > 0) {
      flops = site.flops * all / seconds;
      byFlops = fastest > 0 ? flops / fastest : 0;
    }
    if (site.bytes > 0) {
      bytes = site.bytes * all / seconds;
      byBytes = peak.bytes > 0 ? bytes / peak.bytes : 0;
    }
    // Bytes that move faster than memory are in the caches, if they fit there.
    bool isInMemory =
        byBytes > 0 && (byBytes <= 1 || byFlops <= 0 ||
                        site.bytes >= static_cast<double>(peak.block));
    if (byFlops <= 0 && !isInMemory)
      return;
    isComputing = !isInMemory || byFlops >= byBytes;
    ofPeak = isComputing ? byFlops : byBytes;
  }

  double milliseconds, worst, wait, calls, share;
  double flops = -1, bytes = -1;
  /// The part of the time that the peak of arithmetic or, if that is more, of
  /// memory makes necessary; memory does not count where the data must be in
  /// caches.
  double ofPeak = -1;
  bool isComputing = false;
};

} // namespace

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// "conv2d 12:10; add, relu 13:8 gradient": ops of one place together, without
/// the name of the file.
static std::string describeOps(const dlc_site &site) {
  constexpr size_t longest = 72;
  std::string text;
  std::string line;
  for (const dlc_source_op &op : ArrayRef(site.ops, site.num_ops)) {
    StringRef place = StringRef(op.place).split(" from ").first;
    auto [rest, column] = place.rsplit(':');
    std::string here =
        place.empty() ? "" : (rest.rsplit(':').second + ":" + column).str();
    if (StringRef(op.part) != "forward")
      here += std::string(" ") + op.part;
    if (text.empty())
      text = op.name;
    else if (here == line)
      text += std::string(", ") + op.name;
    else
      text += (line.empty() ? "; " : " " + line + "; ") + op.name;
    line = here;
  }
  if (!line.empty())
    text += " " + line;
  if (text.size() > longest)
    text = text.substr(0, longest - 3) + "...";
  return printable(text);
}

/// A number, or a dash where it is not known.
static std::string rateText(double value, double unit, const char *suffix) {
  if (value < 0)
    return "-";
  std::string text;
  raw_string_ostream(text) << format("%.1f", value / unit) << suffix;
  return text;
}

static std::string nameOf(const dlc_site &site) {
  std::string text =
      (site.derives ? "derivation " : "step ") + printable(site.step);
  if (site.batch)
    text += " (batch " + std::to_string(site.batch) + ")";
  return text;
}

static void printRow(raw_ostream &os, double milliseconds, double share,
                     StringRef what) {
  os << format("%9.3f %5.1f%%  ", milliseconds, 100 * share) << what << '\n';
}

void ProfileReport::printTable(raw_ostream &os) const {
  constexpr size_t mostRows = 24;
  os << "measured peak of " << workers
     << (workers == 1 ? " thread: " : " threads: ")
     << rateText(peak.flops32, 1e9, "") << " GFLOP/s (f32), "
     << rateText(peak.flops64, 1e9, "") << " GFLOP/s (f64), "
     << rateText(peak.bytes, 1e9, "") << " GB/s\n";
  for (const StepProfile &step : steps) {
    double runs = static_cast<double>(step.runs),
           total = 1e3 * step.seconds / runs;
    auto share = [&](double milliseconds) {
      return total > 0 ? milliseconds / total : 0;
    };
    os << '\n'
       << nameOf(*step.site) << ": runs " << step.runs
       << format(", %.3f ms each\n", total)
       << "       ms  share   calls  worst ms   wait ms  GFLOP/s    GB/s  "
          "of peak  kernel        ops\n";
    double waits = 1e3 * mean(step.endWait) / runs, known = waits, hidden = 0;
    for (auto [number, kernel] : enumerate(step.kernels)) {
      Rates rates(kernel, step, peak);
      waits += rates.wait;
      known += rates.milliseconds + rates.wait;
      if (number >= mostRows) {
        hidden += rates.milliseconds;
        continue;
      }
      std::string ofPeak = rateText(rates.ofPeak, 0.01, "%");
      if (rates.ofPeak >= 0)
        ofPeak += rates.isComputing ? " c" : " m";
      os << format("%9.3f %5.1f%% %7g %9.3f %9.3f %8s %7s %8s  ",
                   rates.milliseconds, 100 * rates.share, rates.calls,
                   rates.worst, rates.wait,
                   rateText(rates.flops, 1e9, "").c_str(),
                   rateText(rates.bytes, 1e9, "").c_str(), ofPeak.c_str())
         << left_justify(printable(kernel.site->kernel), 12) << "  "
         << describeOps(*kernel.site) << '\n';
    }
    if (step.kernels.size() > mostRows)
      printRow(os, hidden, share(hidden),
               std::to_string(step.kernels.size() - mostRows) +
                   " shorter kernels");
    printRow(os, waits, share(waits), "waits at barriers");
    // Workers that come late, or not at all, have less time in all than the
    // caller, who is one.
    double late = std::max(0.0, total - known);
    printRow(os, late, share(late), "workers that came late");
    printRow(os, total, 1, "total");
  }
}

//===----------------------------------------------------------------------===//
// For machines
//===----------------------------------------------------------------------===//

/// A number of JSON, null where it is not known.
static json::Value known(double value, double unit = 1) {
  return value < 0 ? json::Value(nullptr) : json::Value(value / unit);
}

static json::Array perRun(ArrayRef<double> seconds, int64_t runs) {
  json::Array list;
  for (double value : seconds)
    list.push_back(1e3 * value / static_cast<double>(runs));
  return list;
}

static json::Object describe(const KernelProfile &kernel,
                             const StepProfile &step, const Peak &peak) {
  Rates rates(kernel, step, peak);
  json::Array ops;
  for (const dlc_source_op &op :
       ArrayRef(kernel.site->ops, kernel.site->num_ops))
    ops.push_back(json::Object{{"name", json::fixUTF8(op.name)},
                               {"place", json::fixUTF8(op.place)},
                               {"part", json::fixUTF8(op.part)}});
  json::Value bound = nullptr;
  if (rates.ofPeak >= 0)
    bound = rates.isComputing ? "compute" : "memory";
  return json::Object{{"kernel", json::fixUTF8(kernel.site->kernel)},
                      {"calls", rates.calls},
                      {"ms", rates.milliseconds},
                      {"share", rates.share},
                      {"worker_ms", perRun(kernel.work, step.runs)},
                      {"worker_wait_ms", perRun(kernel.wait, step.runs)},
                      {"flops", known(kernel.site->flops)},
                      {"bytes", known(kernel.site->bytes)},
                      {"gflops", known(rates.flops, 1e9)},
                      {"gbytes", known(rates.bytes, 1e9)},
                      {"of_peak", known(rates.ofPeak)},
                      {"bound", std::move(bound)},
                      {"ops", std::move(ops)}};
}

void ProfileReport::writeJson(raw_ostream &os) const {
  json::Array list;
  for (const StepProfile &step : steps) {
    json::Array kernels;
    for (const KernelProfile &kernel : step.kernels)
      kernels.push_back(describe(kernel, step, peak));
    list.push_back(json::Object{
        {"step", json::fixUTF8(step.site->step)},
        {"batch", step.site->batch},
        {"derivation", step.site->derives != 0},
        {"runs", step.runs},
        {"ms", 1e3 * step.seconds / static_cast<double>(step.runs)},
        {"worker_end_wait_ms", perRun(step.endWait, step.runs)},
        {"kernels", std::move(kernels)}});
  }
  json::Value all =
      json::Object{{"format", 1},
                   {"model", json::fixUTF8(model.name)},
                   {"threads", workers},
                   {"peak", json::Object{{"f32_gflops", peak.flops32 / 1e9},
                                         {"f64_gflops", peak.flops64 / 1e9},
                                         {"gbytes", peak.bytes / 1e9}}},
                   {"steps", std::move(list)}};
  os << formatv("{0:2}", all) << '\n';
}

/// A field in quotation marks.
static std::string quoted(StringRef text) {
  std::string result = "\"";
  for (char c : text)
    result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + '"';
}

void ProfileReport::writeCsv(raw_ostream &os) const {
  os << "step,batch,derivation,runs,kernel,calls,ms,share,worst_ms,wait_ms,"
        "flops,bytes,gflops,gbytes,of_peak,bound,ops\n";
  auto number = [&](double value, double unit = 1) {
    os << ',';
    if (value >= 0)
      os << format("%.9g", value / unit);
  };
  for (const StepProfile &step : steps) {
    auto begin = [&](StringRef kernel) {
      os << quoted(step.site->step) << ',' << step.site->batch << ','
         << step.site->derives << ',' << step.runs << ',' << quoted(kernel);
    };
    for (const KernelProfile &kernel : step.kernels) {
      Rates rates(kernel, step, peak);
      begin(kernel.site->kernel);
      for (double value :
           {rates.calls, rates.milliseconds, rates.share, rates.worst,
            rates.wait, kernel.site->flops, kernel.site->bytes})
        number(value);
      number(rates.flops, 1e9);
      number(rates.bytes, 1e9);
      number(rates.ofPeak);
      os << ','
         << (rates.ofPeak < 0    ? ""
             : rates.isComputing ? "compute"
                                 : "memory")
         << ',';
      std::string ops;
      for (const dlc_source_op &op :
           ArrayRef(kernel.site->ops, kernel.site->num_ops))
        ops +=
            (ops.empty() ? "" : "; ") + std::string(op.name) + " " + op.place;
      os << quoted(StringRef(ops).rtrim()) << '\n';
    }
    // The whole step, and the wait at its end.
    double runs = static_cast<double>(step.runs);
    begin("");
    os << ",1";
    number(1e3 * step.seconds / runs);
    os << ",1";
    number(1e3 * step.seconds / runs);
    number(1e3 * mean(step.endWait) / runs);
    os << ",,,,,,,\"\"\n";
  }
}
