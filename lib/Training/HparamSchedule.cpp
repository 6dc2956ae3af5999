//===- HparamSchedule.cpp - Hyper-parameters by step, from a file ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/HparamSchedule.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/ReadFile.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

Error HparamSchedule::parseLine(StringRef text, unsigned line) {
  SmallVector<StringRef> words;
  SplitString(text.split('#').first, words, " \t\r");
  if (words.empty())
    return Error::success();
  if (words[0] != "step" && words[0] != "epoch")
    return makeError("{0}: '{1}', expected 'step' or 'epoch'", place(line),
                     words[0]);
  // Small enough for all products of epochs and steps.
  constexpr int64_t most = 1'000'000'000;
  int64_t number = 0;
  if (words.size() < 2 || words[1].getAsInteger(10, number) || number < 1 ||
      number > most)
    return makeError("{0}: '{1}', expected a whole number from 1 to {2} after "
                     "'{3}'",
                     place(line), words.size() < 2 ? "" : words[1], most,
                     words[0]);
  bool isEpoch = words[0] == "epoch";
  if (words.size() == 2)
    return makeError("{0}: expected NAME=VALUE after '{1} {2}'", place(line),
                     words[0], words[1]);
  for (StringRef word : ArrayRef(words).drop_front(2)) {
    auto [name, value] = word.split('=');
    if (name.empty() || value.empty())
      return makeError("{0}: '{1}', expected NAME=VALUE", place(line), word);
    Change change{number - 1, isEpoch, name.str(), 0, line};
    if (value.getAsDouble(change.value) || !std::isfinite(change.value))
      return makeError("{0}: {1} is '{2}', expected a finite number",
                       place(line), name, value);
    auto [other, isNew] =
        lines.try_emplace(std::tuple(isEpoch, change.at, change.name), line);
    if (!isNew)
      return makeError("{0}: '{1}' has a value from {2} {3} on already, in "
                       "line {4}",
                       place(line), name, words[0], words[1], other->second);
    changes.push_back(std::move(change));
  }
  return Error::success();
}

Expected<HparamSchedule> HparamSchedule::parse(StringRef text, StringRef path) {
  HparamSchedule schedule;
  schedule.path = path.str();
  // Byte order marks that some editors put in front of a text.
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return makeError("{0}: is UTF-16, expected plain text or UTF-8", path);
  text.consume_front("\xef\xbb\xbf");
  SmallVector<StringRef> lines;
  text.split(lines, '\n');
  for (auto [index, line] : enumerate(lines))
    if (Error error = schedule.parseLine(line, index + 1))
      return std::move(error);
  return std::move(schedule);
}

Expected<HparamSchedule> HparamSchedule::read(StringRef path) {
  // Millions of lines.
  Expected<std::unique_ptr<MemoryBuffer>> file = readFile(path, 1 << 26);
  if (!file)
    return file.takeError();
  return parse((*file)->getBuffer(), path);
}

/// Sets the value and takes it back: the model checks the value, and hours of
/// training must not end at a line of the file.
Error HparamSchedule::checkValue(Model &model, const Change &change) const {
  Expected<double> before = model.getHparam(change.name);
  if (!before)
    return before.takeError();
  if (Error error = model.setHparam(change.name, change.value))
    return makeError("{0}: {1}", place(change.line),
                     toString(std::move(error)));
  return model.setHparam(change.name, *before);
}

Error HparamSchedule::bind(Model &model, int64_t stepsPerEpoch) {
  SmallVector<StringRef> names;
  const dlc_model &description = model.description();
  for (const dlc_state &state :
       ArrayRef(description.states, description.num_states))
    if (state.kind == DLC_HPARAM)
      names.push_back(state.tensor.name);
  for (Change &change : changes) {
    if (!is_contained(names, change.name))
      return makeError(
          "{0}: {1}", place(change.line),
          toString(unknownName("hyper-parameter", change.name, names)));
    if (Error error = checkValue(model, change))
      return error;
    if (change.isEpoch)
      change.at *= stepsPerEpoch;
    change.isEpoch = false;
  }
  // Where a step and an epoch begin together, the later line counts.
  sort(changes, [](const Change &a, const Change &b) {
    return std::tie(a.at, a.line) < std::tie(b.at, b.line);
  });
  return Error::success();
}

Error HparamSchedule::apply(Model &model, int64_t stepCount) {
  for (; next < changes.size() && changes[next].at <= stepCount; ++next)
    if (Error error = model.setHparam(changes[next].name, changes[next].value))
      return makeError("{0}: {1}", place(changes[next].line),
                       toString(std::move(error)));
  return Error::success();
}

std::string HparamSchedule::find(StringRef name) const {
  for (const Change &change : changes)
    if (change.name == name)
      return place(change.line);
  return "";
}
