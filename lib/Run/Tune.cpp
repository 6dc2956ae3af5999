//===- Tune.cpp - dlc-run MODEL tune --------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every trial is a run of `dlc-run MODEL train` with its own --set and --out: a
// trial can be repeated by hand, and a search that was stopped resumes from the
// checkpoints and the table of results. Among trials of equal shapes only the
// first compiles: the others find its code in the cache.
//===----------------------------------------------------------------------===//

#include "Commands.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/ReadFile.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Training/History.h"
#include "dlc/Training/Metrics.h"
#include "dlc/Training/Search.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

#include <cmath>

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

namespace {

/// The result of a trial after so many epochs.
struct Result {
  int64_t trial; ///< from 1
  int64_t epochs;
  std::vector<std::string> values;
  double metric;
};

struct Metric {
  std::string name = "eval_loss"; ///< a column of metrics.csv
  bool isMax = false;

  static Expected<Metric> parse(StringRef text);
  /// The less, the better.
  double loss(double value) const { return isMax ? -value : value; }
};

/// A search with its folder.
class Tuning {
public:
  static Expected<Tuning> create(const Arguments &arguments,
                                 RunContext &context);
  Error run();

private:
  Tuning(const Arguments &arguments, RunContext &context, Search search)
      : arguments(&arguments), context(&context), search(std::move(search)) {}

  Error readProgram();
  Error readTable();
  Error writeTable() const;
  Expected<std::string> conditions() const;
  Error checkConditions() const;
  std::string header() const;
  std::string file(const Twine &name) const;
  std::string folderOf(int64_t trial) const;
  const Result *find(int64_t trial, int64_t epochs) const;
  Expected<std::vector<std::string>> valuesOf(int64_t trial) const;
  Expected<std::string> writeProgram(int64_t trial,
                                     ArrayRef<std::string> values) const;
  Expected<double> train(int64_t trial, ArrayRef<std::string> values,
                         int64_t epochs, bool goesOn) const;
  Error runTrial(int64_t trial, int64_t epochs, bool goesOn);
  std::vector<int64_t> bestOf(ArrayRef<int64_t> trials, int64_t epochs) const;
  std::string describe(ArrayRef<std::string> values) const;
  Error printResults(ArrayRef<int64_t> last) const;

  const Arguments *arguments;
  RunContext *context;
  Search search;
  Metric metric;
  std::string folder;
  int64_t trials = 0, factor = 0;
  std::vector<int64_t> rungs; ///< epochs after which trials are compared
  std::string program;        ///< with what stands for values; empty: none does
  std::vector<Result> table;
};

} // namespace

Expected<Metric> Metric::parse(StringRef text) {
  Metric metric;
  auto [name, mode] = text.split(':');
  if (name.empty() ||
      (mode.empty() ? text.contains(':') : mode != "min" && mode != "max"))
    return makeError("--metric: '{0}', expected METRIC, METRIC:min or "
                     "METRIC:max",
                     text);
  metric.name = name.str();
  metric.isMax = mode.empty() ? isBetterWhenMore(name) : mode == "max";
  return std::move(metric);
}

static Expected<SearchMethod> parseMethod(StringRef word) {
  if (word == "grid")
    return SearchMethod::Grid;
  if (word == "random")
    return SearchMethod::Random;
  if (word == "bayes")
    return SearchMethod::Bayes;
  return makeError(
      "--search: {0}",
      toString(unknownName("search", word, {"grid", "random", "bayes"})));
}

Expected<Tuning> Tuning::create(const Arguments &arguments,
                                RunContext &context) {
  for (Option option : {OPT_resume, OPT_save_params, OPT_save_all, OPT_profile,
                        OPT_time_report, OPT_write_vocabulary})
    if (arguments.has(option))
      return makeError("{0} is not an option of 'tune': each trial is a run of "
                       "its own, whose folder has its checkpoint",
                       spelling(option));
  std::vector<SearchRange> ranges;
  for (const std::string &text : arguments.all(OPT_space)) {
    Expected<SearchRange> range = SearchRange::parse(text);
    if (!range)
      return makeError("--space: {0}", toString(range.takeError()));
    ranges.push_back(std::move(*range));
  }
  Expected<SearchMethod> method =
      parseMethod(arguments.text(OPT_search, "bayes"));
  if (!method)
    return method.takeError();
  Expected<uint64_t> seed = arguments.seed();
  if (!seed)
    return seed.takeError();
  Expected<Search> search = Search::create(std::move(ranges), *method, *seed);
  if (!search)
    return makeError("--space: {0}", toString(search.takeError()));
  Tuning tuning(arguments, context, std::move(*search));

  constexpr int64_t mostTrials = 1'000'000, mostEpochs = 1'000'000'000;
  bool isGrid = *method == SearchMethod::Grid;
  if (isGrid && arguments.has(OPT_trials))
    return makeError("--trials: a grid has {0} trials",
                     tuning.search.gridSize());
  Expected<int64_t> trials = arguments.number(OPT_trials, 20, 1, mostTrials);
  if (!trials)
    return trials.takeError();
  tuning.trials = isGrid ? tuning.search.gridSize() : *trials;
  Expected<int64_t> epochs = arguments.number(OPT_epochs, 5, 1, mostEpochs);
  if (!epochs)
    return epochs.takeError();
  Expected<int64_t> factor = arguments.number(OPT_halving, 0, 2, 1000);
  if (!factor)
    return factor.takeError();
  tuning.factor = *factor;
  tuning.rungs = halvingEpochs(*epochs, *factor);
  if (arguments.has(OPT_metric)) {
    Expected<Metric> metric = Metric::parse(arguments.text(OPT_metric));
    if (!metric)
      return metric.takeError();
    tuning.metric = std::move(*metric);
  }
  Expected<std::string> folder = arguments.required(OPT_out);
  if (!folder)
    return folder.takeError();
  tuning.folder = *folder;
  if (std::error_code error = sys::fs::create_directories(*folder))
    return makeError("--out: {0}: cannot be made: {1}", *folder,
                     error.message());
  if (Error error = tuning.readProgram())
    return std::move(error);
  if (Error error = tuning.readTable())
    return std::move(error);
  if (Error error = tuning.checkConditions())
    return std::move(error);
  return std::move(tuning);
}

//===----------------------------------------------------------------------===//
// Programs with places for values
//===----------------------------------------------------------------------===//

/// The names of all `${name}` in a text.
static std::vector<StringRef> placesIn(StringRef text) {
  std::vector<StringRef> names;
  for (size_t at = text.find("${"); at != StringRef::npos;
       at = text.find("${", at + 1)) {
    StringRef name = text.drop_front(at + 2).split('}').first;
    if (!is_contained(names, name))
      names.push_back(name);
  }
  return names;
}

Error Tuning::readProgram() {
  StringRef path = arguments->modelPath();
  if (path == "-")
    return makeError("tune reads the program again for each trial, and cannot "
                     "do so from standard input");
  if (path.ends_with(".so"))
    return Error::success();
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, 1 << 30);
  if (!file)
    return file.takeError();
  std::vector<StringRef> places = placesIn((*file)->getBuffer());
  SmallVector<StringRef> names;
  for (const SearchRange &range : search.ranges())
    names.push_back(range.name);
  for (StringRef place : places)
    if (!is_contained(names, place))
      return makeError("{0}: has '${{{1}}', for which no --space gives values",
                       path, place);
  if (!places.empty())
    program = (*file)->getBuffer().str();
  return Error::success();
}

/// The program of a trial: the model's, or one with values in its places.
Expected<std::string> Tuning::writeProgram(int64_t trial,
                                           ArrayRef<std::string> values) const {
  if (program.empty())
    return arguments->modelPath().str();
  std::string text;
  StringRef rest = program;
  while (!rest.empty()) {
    size_t place = rest.find("${");
    text += rest.take_front(place);
    rest = rest.drop_front(std::min(place, rest.size()));
    if (rest.empty())
      break;
    auto [name, behind] = rest.drop_front(2).split('}');
    for (auto [range, value] : zip_equal(search.ranges(), values))
      if (range.name == name)
        text += value;
    rest = behind;
  }
  SmallString<128> path(folderOf(trial));
  sys::path::append(path, "model.mlir");
  if (Error error =
          writeFileAtomically(path, [&](raw_ostream &os) { os << text; }))
    return std::move(error);
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// The table of results
//===----------------------------------------------------------------------===//

std::string Tuning::file(const Twine &name) const {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return path.str().str();
}

std::string Tuning::folderOf(int64_t trial) const {
  return file(
      formatv("trial-{0}", fmt_align(trial, AlignStyle::Right, 4, '0')).str());
}

std::string Tuning::header() const {
  std::string text = "trial,epochs";
  for (const SearchRange &range : search.ranges())
    text += "," + csvField(range.name);
  return text + "," + csvField(metric.name);
}

Error Tuning::readTable() {
  std::string path = file("trials.csv");
  if (!sys::fs::exists(path))
    return Error::success();
  Expected<std::unique_ptr<MemoryBuffer>> read = readFile(path, 1 << 28);
  if (!read)
    return read.takeError();
  SmallVector<StringRef> lines;
  (*read)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  if (lines.empty() || lines.front() != header())
    return makeError("{0}: is not of this search: its first line is '{1}', "
                     "expected '{2}'; give another --out",
                     path, lines.empty() ? "" : lines.front(), header());
  for (StringRef line : ArrayRef(lines).drop_front()) {
    SmallVector<StringRef> fields;
    line.split(fields, ',');
    Result result;
    if (fields.size() != search.ranges().size() + 3 ||
        fields[0].getAsInteger(10, result.trial) || result.trial < 1 ||
        fields[1].getAsInteger(10, result.epochs) ||
        fields.back().getAsDouble(result.metric))
      return makeError("{0}: '{1}', expected the fields '{2}'", path, line,
                       header());
    for (StringRef value :
         ArrayRef(fields).drop_front(2).take_front(search.ranges().size()))
      result.values.push_back(value.str());
    for (auto [range, value] : zip_equal(search.ranges(), result.values))
      if (!range.contains(value))
        return makeError("{0}: trial {1} has {2}={3}, which the --space does "
                         "not have: it is of another search; give another "
                         "--out",
                         path, result.trial, range.name, value);
    table.push_back(std::move(result));
  }
  return Error::success();
}

/// A line for the program and one for each option that a trial's number depends
/// on beside its values.
Expected<std::string> Tuning::conditions() const {
  Expected<std::unique_ptr<MemoryBuffer>> file =
      readFile(arguments->modelPath(), uint64_t(1) << 32);
  if (!file)
    return file.takeError();
  StringRef bytes = (*file)->getBuffer();
  std::string text =
      formatv("program {0:x-16}\n", xxh3_64bits(arrayRefFromStringRef(bytes)));
  static constexpr Option others[] = {
      OPT_space, OPT_search, OPT_trials,  OPT_metric,      OPT_halving,
      OPT_out,   OPT_epochs, OPT_threads, OPT_no_prefetch, OPT_no_cache};
  for (const opt::Arg *arg : arguments->arguments()) {
    bool isOther = any_of(others, [&](Option option) {
      return arg->getOption().matches(option);
    });
    if (!isOther && arg->getOption().getKind() != opt::Option::InputClass)
      text += arg->getAsString(arguments->arguments()) + "\n";
  }
  return text;
}

/// Results of another program or of other options are not those of this search;
/// nor is the checkpoint of a first trial that was stopped before it had one.
Error Tuning::checkConditions() const {
  Expected<std::string> now = conditions();
  if (!now)
    return now.takeError();
  std::string path = file("search.txt");
  SmallString<128> checkpoint(folderOf(1));
  sys::path::append(checkpoint, "model.safetensors");
  bool isBegun = !table.empty() || sys::fs::exists(checkpoint);
  if (!isBegun || !sys::fs::exists(path))
    return writeFileAtomically(path, [&](raw_ostream &os) { os << *now; });
  Expected<std::unique_ptr<MemoryBuffer>> before = readFile(path, 1 << 20);
  if (!before)
    return before.takeError();
  if ((*before)->getBuffer() == *now)
    return Error::success();
  SmallVector<StringRef> old, present;
  (*before)->getBuffer().split(old, '\n', -1, /*KeepEmpty=*/false);
  StringRef(*now).split(present, '\n', -1, /*KeepEmpty=*/false);
  auto listMissing = [](ArrayRef<StringRef> lines, ArrayRef<StringRef> from) {
    SmallVector<StringRef> missing;
    for (StringRef line : lines)
      if (!is_contained(from, line))
        missing.push_back(line.starts_with("program ") ? "another program"
                                                       : line);
    return missing.empty() ? std::string("nothing else")
                           : llvm::join(missing, ", ");
  };
  return makeError("{0}: the results in this folder are of another search: "
                   "they are with {1}, this one is with {2}; give another "
                   "--out",
                   path, listMissing(old, present), listMissing(present, old));
}

Error Tuning::writeTable() const {
  return writeFileAtomically(file("trials.csv"), [&](raw_ostream &os) {
    os << header() << '\n';
    for (const Result &result : table) {
      os << result.trial << ',' << result.epochs;
      for (const std::string &value : result.values)
        os << ',' << value;
      os << format(",%.9g", result.metric) << '\n';
    }
  });
}

const Result *Tuning::find(int64_t trial, int64_t epochs) const {
  for (const Result &result : table)
    if (result.trial == trial && result.epochs == epochs)
      return &result;
  return nullptr;
}

/// The values of a trial: those in the table, or the search's proposal after
/// the trials before it.
Expected<std::vector<std::string>> Tuning::valuesOf(int64_t trial) const {
  if (const Result *result = find(trial, rungs.front()))
    return result->values;
  std::vector<Observation> before;
  for (int64_t other = 1; other < trial; ++other)
    if (const Result *result = find(other, rungs.front()))
      before.push_back({result->values, metric.loss(result->metric)});
  return search.propose(trial - 1, before);
}

//===----------------------------------------------------------------------===//
// Trials
//===----------------------------------------------------------------------===//

std::string Tuning::describe(ArrayRef<std::string> values) const {
  std::string text;
  for (auto [range, value] : zip_equal(search.ranges(), values))
    text += (text.empty() ? "" : " ") + printable(range.name) + "=" + value;
  return text;
}

/// Trains a trial up to an epoch, and reads the metric there.
Expected<double> Tuning::train(int64_t trial, ArrayRef<std::string> values,
                               int64_t epochs, bool goesOn) const {
  std::string own = folderOf(trial);
  if (std::error_code error = sys::fs::create_directories(own))
    return makeError("{0}: cannot be made: {1}", own, error.message());
  Expected<std::string> path = writeProgram(trial, values);
  if (!path)
    return path.takeError();
  SmallString<128> checkpoint(own), metrics(own), log(own);
  sys::path::append(checkpoint, "model.safetensors");
  sys::path::append(metrics, "metrics.csv");
  sys::path::append(log, "log.txt");
  // A trial that a signal stopped has left one too.
  goesOn |= sys::fs::exists(checkpoint);

  std::vector<std::string> words{*path, "train",    "--out",
                                 own,   "--epochs", std::to_string(epochs)};
  if (goesOn)
    words.insert(words.end(), {"--resume", checkpoint.str().str()});
  for (auto [range, value] : zip_equal(search.ranges(), values))
    if (!StringRef(program).contains("${" + range.name + "}"))
      words.insert(words.end(), {"--set", range.name + "=" + value});
  static constexpr Option ours[] = {OPT_space,  OPT_search,  OPT_trials,
                                    OPT_metric, OPT_halving, OPT_out,
                                    OPT_epochs};
  for (const opt::Arg *arg : arguments->arguments()) {
    bool isOurs = any_of(
        ours, [&](Option option) { return arg->getOption().matches(option); });
    // A checkpoint holds what these would say.
    bool isHeld = goesOn && (arg->getOption().matches(OPT_params) ||
                             arg->getOption().matches(OPT_rename) ||
                             arg->getOption().matches(OPT_seed));
    if (isOurs || isHeld ||
        arg->getOption().getKind() == opt::Option::InputClass)
      continue;
    opt::ArgStringList rendered;
    arg->render(arguments->arguments(), rendered);
    words.insert(words.end(), rendered.begin(), rendered.end());
  }
  std::vector<const char *> pointers;
  for (const std::string &word : words)
    pointers.push_back(word.c_str());
  Expected<Arguments> parsed = Arguments::parse(pointers);
  if (!parsed)
    return parsed.takeError();

  std::error_code error;
  raw_fd_ostream out(log, error, sys::fs::OF_Append);
  if (error)
    return makeError("{0}: cannot be written: {1}", log, error.message());
  RunContext inner{context->compile,    out,
                   context->err,        /*terminalWidth=*/0,
                   context->interpret,  context->compare,
                   context->measurePeak};
  if (Error failed = parsed->command().run(*parsed, inner))
    return std::move(failed);
  return History::readAt(metrics, metric.name, epochs);
}

Error Tuning::runTrial(int64_t trial, int64_t epochs, bool goesOn) {
  if (find(trial, epochs))
    return Error::success();
  Expected<std::vector<std::string>> values = valuesOf(trial);
  if (!values)
    return values.takeError();
  Expected<double> value = train(trial, *values, epochs, goesOn);
  if (!value)
    return handleErrors(
        value.takeError(),
        [&](std::unique_ptr<StoppedBySignal> stopped) -> Error {
          return make_error<StoppedBySignal>(
              stopped->signalNumber(),
              formatv("stopped by signal {0} in trial {1} of {2}; the same "
                      "command goes on from there",
                      stopped->signalNumber(), trial, trials)
                  .str());
        },
        [&](const ErrorInfoBase &info) {
          return makeError("trial {0} ({1}): {2}", trial, describe(*values),
                           info.message());
        });
  table.push_back({trial, epochs, *values, *value});
  context->out << "trial " << trial << " of " << trials << ", " << epochs
               << (epochs == 1 ? " epoch: " : " epochs: ") << describe(*values)
               << ": " << printable(metric.name) << format(" %.6g\n", *value);
  context->out.flush();
  return writeTable();
}

/// The trials in the order of their metrics; failed ones are left out.
std::vector<int64_t> Tuning::bestOf(ArrayRef<int64_t> candidates,
                                    int64_t epochs) const {
  std::vector<std::pair<double, int64_t>> results;
  for (int64_t trial : candidates)
    if (const Result *result = find(trial, epochs))
      if (std::isfinite(result->metric))
        results.push_back({metric.loss(result->metric), trial});
  llvm::sort(results);
  std::vector<int64_t> order;
  for (auto [loss, trial] : results)
    order.push_back(trial);
  return order;
}

Error Tuning::run() {
  std::vector<int64_t> left;
  for (int64_t trial = 1; trial <= trials; ++trial)
    left.push_back(trial);
  for (auto [rung, epochs] : enumerate(rungs)) {
    if (rung > 0) {
      left = bestOf(left, rungs[rung - 1]);
      left.resize(
          std::min<size_t>(left.size(), divideCeil(left.size(), factor)));
      context->out << left.size()
                   << (left.size() == 1 ? " trial goes" : " trials go")
                   << " on\n";
      llvm::sort(left);
    }
    for (int64_t trial : left)
      if (Error error = runTrial(trial, epochs, rung > 0))
        return error;
  }
  return printResults(left);
}

Error Tuning::printResults(ArrayRef<int64_t> last) const {
  constexpr size_t most = 10;
  std::vector<int64_t> order = bestOf(last, rungs.back());
  raw_ostream &os = context->out;
  if (order.empty())
    return makeError("no trial ended with a number for {0}",
                     printable(metric.name));
  os << "\nthe best of " << trials << " trials after " << rungs.back()
     << (rungs.back() == 1 ? " epoch:\n" : " epochs:\n");
  for (int64_t trial : ArrayRef(order).take_front(most)) {
    const Result &result = *find(trial, rungs.back());
    os << format("%6lld  ", static_cast<long long>(trial))
       << printable(metric.name) << format(" %-12.6g ", result.metric)
       << describe(result.values) << '\n';
  }
  os << "the best is in " << folderOf(order.front()) << "; all are in "
     << file("trials.csv") << '\n';
  return Error::success();
}

Error run::runTune(const Arguments &arguments, RunContext &context) {
  Expected<Tuning> tuning = Tuning::create(arguments, context);
  if (!tuning)
    return tuning.takeError();
  return tuning->run();
}
