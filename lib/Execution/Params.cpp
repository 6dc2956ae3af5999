//===- Params.cpp - Parameters from a file, by name -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file whose names are those of the model goes to the runtime as it is. What
// does not fit is collected first, so that one message lists all of it: names
// of another program differ in many entries at once.
//
//===----------------------------------------------------------------------===//

#include "dlc/Execution/Params.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Suggest.h"
#include "lib/Runtime/Header.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Matches all of `name`, the stars to texts as short as possible; gives the
/// texts of the stars.
static bool matchStars(ArrayRef<StringRef> parts, StringRef name,
                       SmallVectorImpl<StringRef> &stars) {
  if (!name.consume_front(parts.front()))
    return false;
  if (parts.size() == 1)
    return name.empty();
  for (StringRef part : parts.drop_front().drop_back()) {
    size_t at = name.find(part);
    if (at == StringRef::npos)
      return false;
    stars.push_back(name.take_front(at));
    name = name.drop_front(at + part.size());
  }
  if (!name.consume_back(parts.back()))
    return false;
  stars.push_back(name);
  return true;
}

Expected<Renames> Renames::parse(ArrayRef<std::string> options) {
  Renames result;
  for (StringRef option : options) {
    auto [pattern, name] = option.split('=');
    if (pattern.empty() || !option.contains('='))
      return makeError("--rename: '{0}', expected PATTERN=NAME, as "
                       "'module.*=*', or PATTERN= to leave entries out",
                       option);
    if (name.count('*') > pattern.count('*'))
      return makeError("--rename: '{0}': '{1}' has {2} stars and '{3}' only "
                       "{4}; each stands for the text of one before the '='",
                       option, name, name.count('*'), pattern,
                       pattern.count('*'));
    result.rules.push_back({pattern.str(), name.str()});
  }
  return std::move(result);
}

std::optional<std::string> Renames::apply(StringRef name) {
  for (Rule &rule : rules) {
    SmallVector<StringRef> parts, stars, pieces;
    StringRef(rule.pattern).split(parts, '*');
    if (!matchStars(parts, name, stars))
      continue;
    rule.isUsed = true;
    if (rule.name.empty())
      return std::nullopt;
    StringRef(rule.name).split(pieces, '*');
    std::string result = pieces.front().str();
    for (auto [star, piece] : zip(stars, ArrayRef(pieces).drop_front()))
      result += (star + piece).str();
    return result;
  }
  return name.str();
}

Error Renames::checkUsed(StringRef path, ArrayRef<StringRef> names) const {
  for (const Rule &rule : rules)
    if (!rule.isUsed)
      return makeError("--rename: '{0}' matches no entry of {1} that an "
                       "earlier --rename leaves; its names are {2}",
                       rule.pattern, path, join(names, ", "));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

namespace {

/// An entry as it is in the header, whose text the file keeps.
struct Entry : dlc_rt_entry {
  std::string type() const {
    ArrayRef<int64_t> extents(shape, rank);
    const ElementType *found = find_if(elementTypes(), [&](const auto &type) {
      return type.safetensors == dtype;
    });
    if (found != elementTypes().end())
      return describe(found->code, extents);
    std::string text;
    for (int64_t extent : extents)
      text += std::to_string(extent) + "x";
    return text + dtype;
  }
};

/// An open safetensors file and its entries in their order.
class ParamsFile {
public:
  static Expected<std::unique_ptr<ParamsFile>> open(StringRef path) {
    std::unique_ptr<ParamsFile> result(new ParamsFile(path));
    char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
    if (dlc_rt_checkpoint_open(&result->file, result->path.c_str(), error))
      return makeError(Twine(error));
    result->isOpen = true;
    dlc_rt_header_reader reader = {take, nullptr, &result->entries};
    if (dlc_rt_checkpoint_parse(&result->file, result->path.c_str(), &reader,
                                error))
      return makeError(Twine(error));
    return std::move(result);
  }
  ~ParamsFile() {
    if (isOpen)
      dlc_rt_checkpoint_close(&file);
  }

  Expected<std::vector<char>> read(const Entry &entry) {
    char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
    if (dlc_rt_checkpoint_check_entry(&file, path.c_str(), &entry, error))
      return makeError(Twine(error));
    int64_t bytes = entry.end - entry.begin;
    std::vector<char> data(bytes);
    if (dlc_rt_checkpoint_read(&file, path.c_str(), data.data(), bytes,
                               entry.begin, error))
      return makeError(Twine(error));
    return std::move(data);
  }

  std::vector<Entry> entries;

private:
  explicit ParamsFile(StringRef path) : path(path) {}

  static dlc_status take(void *context, const dlc_rt_entry *entry) {
    static_cast<std::vector<Entry> *>(context)->push_back({*entry});
    return DLC_OK;
  }

  std::string path;
  dlc_rt_checkpoint file;
  bool isOpen = false;
};

/// Which entry of a file fills which of the model.
class Matching {
public:
  Matching(const dlc_model &model, StringRef path) : model(model), path(path) {
    for (const dlc_state &state : ArrayRef(model.states, model.num_states))
      states[state.tensor.name] = &state;
  }

  /// Matches an entry under the name that it has in the model.
  Error add(const Entry &entry, StringRef name) {
    auto state = states.find(name);
    if (state == states.end()) {
      if (!dlc_rt_is_batch_count(&entry))
        leftOver.push_back({&entry, name.str()});
      return Error::success();
    }
    auto [other, isNew] = entries.try_emplace(name.str(), &entry);
    if (!isNew)
      return makeError("{0}: '{1}' and '{2}' are both entry '{3}' of model "
                       "'{4}'; --rename gives one of them another name, or, "
                       "with nothing after the '=', leaves it out",
                       path, other->second->name, entry.name, name, model.name);
    return Error::success();
  }

  /// One error with all that is missing, left over, or of another type.
  Error check(dlc_scope scope) const {
    std::vector<std::string> missing, others, left;
    SmallVector<StringRef> free;
    for (const dlc_state &state : ArrayRef(model.states, model.num_states)) {
      const dlc_tensor &tensor = state.tensor;
      std::string type =
          describe(tensor.type, {tensor.shape, size_t(tensor.rank)});
      auto found = entries.find(tensor.name);
      if (found == entries.end()) {
        if (state.kind != DLC_PARAM && state.kind != DLC_BUFFER)
          continue;
        missing.push_back(formatv("'{0}' ({1})", tensor.name, type));
        free.push_back(tensor.name);
      } else if (isLoaded(state, scope) && found->second->type() != type) {
        others.push_back(formatv("'{0}' is {1}, expected {2}",
                                 found->second->name, found->second->type(),
                                 type));
      }
    }
    for (const auto &[entry, name] : leftOver) {
      std::string text = formatv("'{0}' ({1})", entry->name, entry->type());
      if (name != entry->name)
        text += formatv(", renamed '{0}'", name);
      text += suggestion(name, free);
      left.push_back(std::move(text));
    }
    if (missing.empty() && others.empty() && left.empty())
      return Error::success();
    std::string text =
        formatv("{0}: does not fit model '{1}'", path, model.name);
    append(text, "missing", missing);
    append(text, "of another type", others);
    append(text, "left over", left);
    if (!left.empty())
      text += "\n  --rename 'PATTERN=NAME' gives entries the model's names, as "
              "'module.*=*', and 'PATTERN=' leaves them out";
    return makeError(Twine(text));
  }

  static bool isLoaded(const dlc_state &state, dlc_scope scope) {
    return state.kind == DLC_PARAM || state.kind == DLC_BUFFER ||
           (scope == DLC_PRESENT && state.kind != DLC_HPARAM);
  }

  const Entry *find(const dlc_state &state) const {
    auto found = entries.find(state.tensor.name);
    return found == entries.end() ? nullptr : found->second;
  }

private:
  static void append(std::string &text, StringRef what,
                     ArrayRef<std::string> items) {
    if (items.empty())
      return;
    text += formatv("\n  {0} ({1}):", what, items.size());
    for (const std::string &item : items)
      text += "\n    " + item;
  }

  const dlc_model &model;
  StringRef path;
  std::map<std::string, const dlc_state *, std::less<>> states;
  std::map<std::string, const Entry *, std::less<>> entries;
  std::vector<std::pair<const Entry *, std::string>> leftOver;
};

} // namespace

Expected<std::set<std::string>> dlc::loadParams(Model &model, StringRef path,
                                                ArrayRef<std::string> options,
                                                dlc_scope scope) {
  std::set<std::string> filled;
  Expected<Renames> renames = Renames::parse(options);
  if (!renames)
    return renames.takeError();
  const dlc_model &table = model.description();
  // Its state cannot be loaded, whatever the file has.
  if (table.frozen) {
    if (Error error = model.load(path, scope))
      return std::move(error);
    return filled;
  }
  Expected<std::unique_ptr<ParamsFile>> file = ParamsFile::open(path);
  if (!file)
    return file.takeError();
  Matching matching(table, path);
  SmallVector<StringRef> names;
  for (const Entry &entry : (*file)->entries) {
    names.push_back(entry.name);
    if (std::optional<std::string> name = renames->apply(entry.name))
      if (Error error = matching.add(entry, *name))
        return std::move(error);
  }
  if (Error error = renames->checkUsed(path, names))
    return std::move(error);
  if (Error error = matching.check(scope))
    return std::move(error);
  for (const dlc_state &state : ArrayRef(table.states, table.num_states)) {
    const Entry *entry = matching.find(state);
    if (!entry || !Matching::isLoaded(state, scope))
      continue;
    filled.insert(state.tensor.name);
    if (renames->empty())
      continue;
    Expected<std::vector<char>> data = (*file)->read(*entry);
    if (!data)
      return data.takeError();
    if (Error error = model.set(state.tensor.name, *data))
      return makeError("{0}: {1}", path, toString(std::move(error)));
  }
  if (renames->empty())
    if (Error error = model.load(path, scope))
      return std::move(error);
  return filled;
}
