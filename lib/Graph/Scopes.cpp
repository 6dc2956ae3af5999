//===- Scopes.cpp - Scopes of ops in a step -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parameters are named after their layer, as `layer1.0.conv1.weight` is. An op
// that reads that one belongs to the layer `layer1.0.conv1` and is drawn in the
// scope `layer1.0`, with the other layers there. So do all ops that were made
// of the same op of the source: the decomposition of a norm, its gradient. An
// op that reads no parameter stands where its operands do. Locations also tell
// which function an op was inlined from; scopes of parameters are within.
//
//===----------------------------------------------------------------------===//

#include "StepGraph.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <set>

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

//===----------------------------------------------------------------------===//
// Paths
//===----------------------------------------------------------------------===//

static size_t commonLength(const Path &a, const Path &b) {
  size_t length = 0;
  while (length < std::min(a.size(), b.size()) && a[length] == b[length])
    ++length;
  return length;
}

static Path commonPrefix(const Path &a, const Path &b) {
  return Path(ArrayRef(a).take_front(commonLength(a, b)));
}

static bool isPrefix(const Path &a, const Path &b) {
  return commonLength(a, b) == a.size();
}

/// The scopes around an entry of the state, each by its full name: of
/// `layer1.0.conv1.weight` they are `layer1`, `layer1.0` and `layer1.0.conv1`.
static Path scopesOf(StringRef entry) {
  Path path;
  for (size_t dot = entry.find('.'); dot != StringRef::npos;
       dot = entry.find('.', dot + 1))
    path.push_back(("." + entry.take_front(dot)).str());
  return path;
}

//===----------------------------------------------------------------------===//
// Groups of ops with one origin
//===----------------------------------------------------------------------===//

namespace {

/// The ops that were made of one op of the source, of one part.
struct Group {
  SmallVector<unsigned> items;
  Path functions;
  std::set<Path> layers;
  std::optional<Path> scope;
  std::string layer;
  bool isInherited = false;
};

class ScopeFinder {
public:
  ScopeFinder(StepGraph &graph, Location step)
      : graph(graph), step(step), users(graph.items.size()),
        groupOf(graph.items.size()), layersOf(graph.items.size()) {}

  void run();

private:
  Path functionsOf(Location loc);
  bool isPlace(Location loc) const {
    while (auto inlined = dyn_cast<CallSiteLoc>(loc))
      loc = inlined.getCallee();
    return !isa<UnknownLoc>(loc) && loc != step;
  }
  void formGroups();
  void readLayers();
  void settle(unsigned number);
  Path inherit(const Group &group, bool withinFunction);
  void widen(Group &group);
  void findOwners();
  void moveToReaders();
  void placeLoops();

  StepGraph &graph;
  Location step;
  std::vector<SmallVector<unsigned>> users;
  std::vector<Group> groups;
  std::vector<unsigned> groupOf;
  /// The layers whose parameters each item reads.
  std::vector<std::set<Path>> layersOf;
  /// Calls of each function, in the order in which they were met.
  std::map<std::string, SmallVector<Location>> calls;
  /// The groups of forward ops.
  DenseMap<Location, unsigned> byPlace;
};

} // namespace

/// The functions that an op was inlined from; calls after the first of one
/// function are numbered.
Path ScopeFinder::functionsOf(Location loc) {
  Path path;
  for (const InlinedCall &inlined : inlinedCalls(loc)) {
    std::string name = "@" + inlined.callee.str();
    SmallVector<Location> &places = calls[name];
    auto found = llvm::find(places, inlined.call);
    size_t number = found - places.begin();
    if (found == places.end())
      places.push_back(inlined.call);
    if (number)
      name += " (call " + std::to_string(number + 1) + ")";
    path.push_back(name);
  }
  return path;
}

void ScopeFinder::formGroups() {
  std::map<std::pair<const void *, Part>, unsigned> known;
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    for (const Use &use : item.uses)
      if (!use.isBack)
        users[use.item].push_back(i);
    if (item.kind != Kind::Op)
      continue;
    Location place = unmarked(item.loc);
    unsigned number = groups.size();
    if (isPlace(place))
      number = known
                   .try_emplace({place.getAsOpaquePointer(), item.part},
                                groups.size())
                   .first->second;
    if (number == groups.size()) {
      groups.emplace_back();
      groups.back().functions = functionsOf(place);
      if (isPlace(place) && item.part == Part::Forward)
        byPlace.try_emplace(place, number);
    }
    groups[number].items.push_back(i);
    groupOf[i] = number;
  }
}

/// Finds which layers' parameters each group reads, through ops that depend on
/// parameters alone too.
void ScopeFinder::readLayers() {
  std::vector<std::set<Path>> ofState(graph.items.size());
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    if (item.kind == Kind::State && item.isModelState)
      ofState[i].insert(scopesOf(item.name));
    if (item.kind != Kind::Op || item.part != Part::Forward)
      continue;
    bool onlyState = true;
    std::set<Path> &layers = layersOf[i];
    for (const Use &use : item.uses) {
      layers.insert(ofState[use.item].begin(), ofState[use.item].end());
      onlyState &= !ofState[use.item].empty();
    }
    groups[groupOf[i]].layers.insert(layers.begin(), layers.end());
    if (onlyState)
      ofState[i] = layers;
  }
}

/// The scope of the operands of a group: that of the last, but an outer one
/// before one within it.
Path ScopeFinder::inherit(const Group &group, bool withinFunction) {
  std::map<Path, unsigned> last;
  for (unsigned i : group.items)
    for (const Use &use : graph.items[i].uses) {
      const Item &operand = graph.items[use.item];
      if (operand.kind != Kind::Op || use.isBack)
        continue;
      const Group &other = groups[groupOf[use.item]];
      if (&other == &group || !other.scope ||
          (withinFunction && other.functions != group.functions))
        continue;
      // An operand at the top has no scope to hand on.
      if (withinFunction && *other.scope == group.functions)
        continue;
      unsigned &at = last[*other.scope];
      at = std::max(at, use.item + 1);
    }
  const Path *best = nullptr;
  unsigned bestAt = 0;
  for (auto &[scope, at] : last) {
    bool isWithin = llvm::any_of(last, [&, &scope = scope](const auto &other) {
      return other.first != scope && isPrefix(other.first, scope);
    });
    if (!isWithin && at > bestAt)
      std::tie(best, bestAt) = std::tuple(&scope, at);
  }
  return best ? *best : group.functions;
}

void ScopeFinder::settle(unsigned number) {
  Group &group = groups[number];
  if (group.scope)
    return;
  const Item &first = graph.items[group.items.front()];
  if (first.part == Part::Gradient) {
    // Beside its forward op.
    auto forward = byPlace.find(unmarked(first.loc));
    if (forward != byPlace.end()) {
      settle(forward->second);
      group.scope = groups[forward->second].scope;
      group.layer = groups[forward->second].layer;
      return;
    }
    group.scope = inherit(group, /*withinFunction=*/false);
    return;
  }
  if (group.layers.empty()) {
    group.isInherited = true;
    group.scope = inherit(group, /*withinFunction=*/true);
    return;
  }
  Path common = *group.layers.begin();
  for (const Path &layer : group.layers)
    common = commonPrefix(common, layer);
  if (group.layers.size() == 1 && !common.empty()) {
    group.layer = common.back().substr(1);
    common.pop_back();
  }
  group.scope = group.functions;
  group.scope->append(common.begin(), common.end());
}

/// An op between two scopes belongs to neither, unless it works element by
/// element on results of the first.
void ScopeFinder::widen(Group &group) {
  if (!group.isInherited || graph.items[group.items.front()].elementwise)
    return;
  Path common = *group.scope;
  for (unsigned i : group.items)
    for (unsigned user : users[i]) {
      const Item &item = graph.items[user];
      if (item.kind != Kind::Op || item.part != Part::Forward)
        continue;
      const Group &other = groups[groupOf[user]];
      if (&other == &group || other.functions != group.functions)
        continue;
      if (isPrefix(*group.scope, *other.scope))
        return;
      common = commonPrefix(common, *other.scope);
    }
  group.scope = common;
}

/// Puts the update of a parameter beside what reads the parameter.
void ScopeFinder::findOwners() {
  std::map<std::string, Path> reader;
  for (Item &item : graph.items)
    if (item.kind == Kind::Op && item.part == Part::Forward)
      for (const Use &use : item.uses)
        if (graph.items[use.item].isModelState)
          reader.try_emplace(graph.items[use.item].name, item.scope);
  for (Item &item : graph.items) {
    if (item.kind != Kind::Op || item.part != Part::Update)
      continue;
    std::set<std::string> owners;
    for (const Use &use : item.uses) {
      const Item &operand = graph.items[use.item];
      if (!use.isBack && !operand.owner.empty())
        owners.insert(operand.owner);
    }
    item.scope.clear();
    if (owners.size() == 1)
      item.owner = *owners.begin();
  }
  // Ops that only feed the update of one parameter.
  for (size_t i = graph.items.size(); i-- > 0;) {
    Item &item = graph.items[i];
    if (item.kind != Kind::Op || item.part != Part::Update ||
        !item.owner.empty() || users[i].empty())
      continue;
    const std::string &owner = graph.items[users[i].front()].owner;
    if (llvm::all_of(users[i], [&](unsigned user) {
          return graph.items[user].part == Part::Update &&
                 graph.items[user].owner == owner;
        }))
      item.owner = owner;
  }
  for (Item &item : graph.items) {
    auto found = reader.find(item.owner);
    if (item.kind == Kind::Op && item.part == Part::Update &&
        found != reader.end())
      item.scope = found->second;
  }
}

/// An op that a pass made from the state alone, without a place in the source,
/// gets the part and scope of its readers, if these agree: weights as the
/// backward pass wants them.
void ScopeFinder::moveToReaders() {
  // And ops made from an update alone: parameters as they are stored.
  for (Item &item : graph.items)
    if (item.kind == Kind::Op && item.part == Part::Forward &&
        !isPlace(unmarked(item.loc)) && !item.uses.empty() &&
        llvm::all_of(item.uses, [&](const Use &use) {
          const Item &from = graph.items[use.item];
          return from.kind == Kind::Op && from.part == Part::Update;
        }))
      item.part = Part::Update;
  for (size_t i = graph.items.size(); i-- > 0;) {
    Item &item = graph.items[i];
    bool ofState = llvm::all_of(item.uses, [&](const Use &use) {
      return graph.items[use.item].kind == Kind::State;
    });
    if (item.kind != Kind::Op || item.part != Part::Forward || !ofState ||
        isPlace(unmarked(item.loc)) || users[i].empty())
      continue;
    const Item &first = graph.items[users[i].front()];
    auto isAlike = [&](unsigned user) {
      const Item &other = graph.items[user];
      return other.kind == Kind::Op && other.part == first.part &&
             other.scope == first.scope;
    };
    if (!llvm::all_of(users[i], isAlike))
      continue;
    item.part = first.part;
    item.scope = first.scope;
  }
}

/// A loop stands where all of its body does.
void ScopeFinder::placeLoops() {
  std::vector<std::optional<Path>> scopes(graph.loops.size());
  for (const Item &item : graph.items) {
    if (item.kind != Kind::Op)
      continue;
    for (unsigned loop = item.loop; loop; loop = graph.loops[loop].parent)
      scopes[loop] =
          scopes[loop] ? commonPrefix(*scopes[loop], item.scope) : item.scope;
  }
  for (auto [loop, scope] : llvm::zip(graph.loops, scopes))
    if (scope)
      loop.scope = *scope;
  for (Item &item : graph.items)
    if (item.kind == Kind::Carried)
      item.scope = graph.loops[item.loop].scope;
}

void ScopeFinder::run() {
  formGroups();
  readLayers();
  for (unsigned number = 0; number < groups.size(); ++number)
    settle(number);
  for (Group &group : llvm::reverse(groups))
    widen(group);
  for (auto [i, item] : llvm::enumerate(graph.items)) {
    if (item.kind != Kind::Op)
      continue;
    const Group &group = groups[groupOf[i]];
    item.scope = *group.scope;
    item.layer = group.layer;
    // A convolution that a norm was folded into has the norm's bias.
    const std::set<Path> &layers = layersOf[i];
    if (item.layer.empty() && layers.size() == 1 && !layers.begin()->empty())
      item.layer = layers.begin()->back().substr(1);
  }
  moveToReaders();
  findOwners();
  placeLoops();
}

void graph::findScopes(StepGraph &graph, Location step) {
  ScopeFinder(graph, step).run();
}
