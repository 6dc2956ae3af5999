//===- NpzFields.cpp - The arrays of a .npz file as fields ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which part of the data an array belongs to is in its name: x_train and
// x_test, or train_x and eval_x, are both the field x. Where no array says so,
// all are to train on.
//
//===----------------------------------------------------------------------===//

#include "Readers.h"

#include "dlc/Data/Npz.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace dlc;

namespace {
enum class Part { Both, Train, Eval };
} // namespace

/// Takes what says the part from a name: "x" of "x_train".
static Part takePart(StringRef &name) {
  static constexpr std::pair<StringLiteral, Part> words[] = {
      {"train", Part::Train},
      {"eval", Part::Eval},
      {"test", Part::Eval},
      {"val", Part::Eval},
      {"valid", Part::Eval}};
  for (auto [word, part] : words) {
    StringRef rest = name;
    bool isMarked = (rest.consume_back(word) && rest.consume_back("_"));
    if (!isMarked) {
      rest = name;
      isMarked = rest.consume_front(word) && rest.consume_front("_");
    }
    if (isMarked && !rest.empty()) {
      name = rest;
      return part;
    }
  }
  return Part::Both;
}

/// The fields of a file whose names say which part they are of.
static Error addByName(StringRef path, Arrays arrays, std::vector<Field> &train,
                       std::vector<Field> &eval) {
  bool anyEval = any_of(arrays, [](const auto &entry) {
    StringRef name = entry.first;
    return takePart(name) == Part::Eval;
  });
  for (auto &[full, array] : arrays) {
    StringRef name = full;
    Part part = takePart(name);
    std::string place = (path + ": '" + full + "'").str();
    // A field of neither part is of both, and so whole: a table.
    if (part == Part::Both && anyEval) {
      train.push_back({name.str(), place, array, std::nullopt});
      eval.push_back({name.str(), place, std::move(array), std::nullopt});
      continue;
    }
    (part == Part::Eval ? eval : train)
        .push_back({name.str(), place, std::move(array)});
  }
  return Error::success();
}

/// The fields that a list names: "FILE,image=x_train,label=y_train".
static Expected<std::vector<Field>> readList(StringRef path,
                                             ArrayRef<StringRef> items) {
  std::vector<Field> fields;
  for (StringRef item : items) {
    auto [name, array] = item.split('=');
    if (name.empty() || array.empty())
      return makeError("data descriptor: '{0}', expected FIELD=ARRAY", item);
    Expected<std::optional<unsigned>> dim = takeSampleDim(name);
    if (!dim)
      return dim.takeError();
    fields.push_back({name.str(), array.str(), {}, *dim});
  }
  SmallVector<std::string> inFile;
  Expected<Arrays> arrays = readNpz(path, [&](StringRef name) {
    inFile.push_back(name.str());
    return any_of(fields, [&](const Field &f) { return f.path == name; });
  });
  if (!arrays)
    return arrays.takeError();
  for (Field &field : fields) {
    auto found = arrays->find(field.path);
    if (found == arrays->end())
      return makeError(
          "{0}: {1}", path,
          toString(unknownName(
              "array", field.path,
              SmallVector<StringRef>(inFile.begin(), inFile.end()))));
    field.array = found->second;
    field.path = (path + ": '" + field.path + "'").str();
  }
  return std::move(fields);
}

Expected<DataSplits> dlc::openNpz(StringRef text, const DataOptions &options) {
  auto [trainList, evalList] = text.split(';');
  SmallVector<StringRef> items;
  trainList.split(items, ',');
  StringRef path = items.front();
  if (path.contains('='))
    return makeError("data descriptor: '{0}' names no file, expected "
                     "npz:FILE.npz or npz:FILE.npz,FIELD=ARRAY,...",
                     text);
  std::vector<Field> train, eval;
  if (items.size() == 1) {
    Expected<Arrays> arrays = readNpz(path);
    if (!arrays)
      return arrays.takeError();
    if (Error error = addByName(path, std::move(*arrays), train, eval))
      return std::move(error);
  } else {
    Expected<std::vector<Field>> fields =
        readList(path, ArrayRef(items).drop_front());
    if (!fields)
      return fields.takeError();
    train = std::move(*fields);
  }
  if (!evalList.empty()) {
    if (!evalList.consume_front("eval:"))
      return makeError("data descriptor: '{0}' after ';', expected "
                       "eval:FIELD=ARRAY,... or eval:FILE.npz,FIELD=ARRAY,...",
                       evalList);
    items.clear();
    evalList.split(items, ',');
    if (!items.front().contains('=')) {
      path = items.front();
      items.erase(items.begin());
    }
    Expected<std::vector<Field>> fields = readList(path, items);
    if (!fields)
      return fields.takeError();
    if (fields->empty()) {
      Expected<Arrays> arrays = readNpz(path);
      if (!arrays)
        return arrays.takeError();
      for (auto &[name, array] : *arrays)
        fields->push_back(
            {name, (path + ": '" + name + "'").str(), std::move(array)});
    }
    eval = std::move(*fields);
  }
  Expected<Dataset> trained = Dataset::create(std::move(train));
  if (!trained)
    return makeError("{0}: {1}", path, toString(trained.takeError()));
  DataSplits splits{std::move(*trained)};
  if (eval.empty())
    return std::move(splits);
  Expected<Dataset> evaluated = Dataset::create(std::move(eval));
  if (!evaluated)
    return makeError("{0}: {1}", path, toString(evaluated.takeError()));
  splits.eval = std::move(*evaluated);
  return std::move(splits);
}
