//===- RecomputeSchedule.cpp - What to keep and what to repeat ------------===//
//
// For a set of values that are not kept, the program follows: it is walked in
// order, and where an item needs a value that is not there, the part of the
// call that makes it stands once more in front of the item, and in front of
// that what it needs itself. The search adds one value after another to the
// set, each time the one that takes away most of what is too much for the time
// it costs, and at the end leaves out those that turned out not to be needed.
//
//===----------------------------------------------------------------------===//

#include "RecomputeSchedule.h"

#include "llvm/Support/MathExtras.h"

#include <queue>

using namespace mlir;

namespace dlc::codegen {

/// Values up to this size are not worth a call.
static constexpr int64_t kSmallBytes = 16 << 10;
static constexpr unsigned kNone = ~0u;

/// Makes the schedule for one set of dropped roots.
class StepProgram::Scheduler {
public:
  Scheduler(const StepProgram &program, const BitVector &dropped,
            bool cheapOnly)
      : program(program), dropped(dropped), cheapOnly(cheapOnly),
        current(program.roots.size(), kNone),
        madeAgain(program.roots.size(), kNone) {}

  std::optional<Schedule> run();

private:
  const Root &root(unsigned id) const { return program.roots[id]; }
  bool isArena(unsigned id) const { return root(id).bytes > 0; }
  /// Whether what there is of a root has been given up.
  bool isGone(unsigned id, unsigned item) const {
    return dropped[id] && item >= root(id).gapEnd && madeAgain[id] == kNone;
  }
  /// Whether a root is there and will be needed anyway.
  bool isThere(unsigned id, unsigned item) const {
    return current[id] != kNone && !isGone(id, item) &&
           (item <= root(id).lastUse() || madeAgain[id] == item);
  }
  bool ensure(unsigned id, unsigned item);
  bool makeAgain(unsigned id, unsigned item);
  void use(Instruction &instruction, unsigned id);
  unsigned makeVersion(unsigned id);
  bool emit(unsigned item);

  const StepProgram &program;
  const BitVector &dropped;
  bool cheapOnly;
  SmallVector<unsigned> current, madeAgain;
  Schedule result;
};

unsigned StepProgram::Scheduler::makeVersion(unsigned id) {
  unsigned now = result.instructions.size();
  result.versions.push_back({id, now, now});
  return result.versions.size() - 1;
}

void StepProgram::Scheduler::use(Instruction &instruction, unsigned id) {
  if (!isArena(id))
    return;
  if (current[id] == kNone)
    current[id] = makeVersion(id);
  result.versions[current[id]].last = result.instructions.size();
  instruction.versions.push_back({id, current[id]});
}

/// Sees to it that a root can be used in front of or by an item.
bool StepProgram::Scheduler::ensure(unsigned id, unsigned item) {
  const Root &r = root(id);
  if (!isArena(id) || isThere(id, item))
    return true;
  if (r.writers.empty() || (current[id] == kNone && !dropped[id]))
    return true;
  if (isGone(id, item))
    return makeAgain(id, item);
  // Its life is over: a small one lives on, a large one is made once more, or
  // lives on where that cannot be.
  if (r.repeatable && r.bytes > kSmallBytes) {
    auto before = std::tuple(current, madeAgain, result.versions, result.cost);
    size_t count = result.instructions.size();
    if (makeAgain(id, item))
      return true;
    std::tie(current, madeAgain, result.versions, result.cost) =
        std::move(before);
    result.instructions.resize(count);
  }
  return current[id] != kNone;
}

bool StepProgram::Scheduler::makeAgain(unsigned id, unsigned item) {
  const Root &r = root(id);
  unsigned maker = r.writers.front();
  const Item &call = program.items[maker];
  unsigned count = call.byArgument.size();
  BitVector wanted(count), available(count);
  wanted.set(r.argument);
  for (unsigned argument = 0; argument < count; ++argument) {
    unsigned other = call.byArgument[argument];
    if (argument == r.argument || !call.kernel->writes(argument) ||
        root(other).isWrittenBetween(maker, item))
      continue;
    if (!isArena(other) || isThere(other, item))
      available.set(argument);
  }
  std::optional<KernelPart> part = call.kernel->partAgain(wanted, available);
  if (!part || (cheapOnly && !part->cheap))
    return false;
  for (unsigned argument : part->writes.set_bits())
    if (!root(call.byArgument[argument]).repeatable)
      return false;
  for (unsigned argument : part->reads.set_bits())
    if (root(call.byArgument[argument]).isWrittenBetween(maker, item))
      return false;
  for (unsigned argument : part->reads.set_bits())
    if (!ensure(call.byArgument[argument], item))
      return false;
  Instruction again;
  again.item = maker;
  again.again = true;
  for (unsigned argument : part->reads.set_bits())
    use(again, call.byArgument[argument]);
  for (unsigned argument : part->writes.set_bits()) {
    unsigned output = call.byArgument[argument];
    unsigned version = makeVersion(output);
    again.versions.push_back({output, version});
    bool wantedToo = part->complete[argument] && isGone(output, item) &&
                     root(output).lastUse() >= item;
    if (output == id || wantedToo) {
      current[output] = version;
      madeAgain[output] = item;
    }
  }
  result.cost += part->cost;
  again.part = std::move(part);
  result.instructions.push_back(std::move(again));
  return true;
}

/// Carries out an item of the program.
bool StepProgram::Scheduler::emit(unsigned number) {
  const Item &item = program.items[number];
  Instruction instruction;
  instruction.item = number;
  if (item.kernel) {
    // Without what is only needed much later.
    unsigned count = item.byArgument.size();
    BitVector wanted(count);
    bool all = true;
    for (unsigned argument = 0; argument < count; ++argument) {
      if (!item.kernel->writes(argument))
        continue;
      unsigned id = item.byArgument[argument];
      const Root &r = root(id);
      bool later = dropped[id] && r.unusedBefore;
      all &= !later;
      if (!later && (!isArena(id) || !r.repeatable || !r.uses.empty()))
        wanted.set(argument);
    }
    if (!all) {
      KernelPart part = item.kernel->partOf(wanted);
      result.cost += part.cost - item.kernel->getWhole().cost;
      if (part.ops.empty())
        return true;
      if (part.ops.size() < item.kernel->getWhole().ops.size())
        instruction.part = std::move(part);
    }
  }
  auto takesPart = [&](unsigned id) {
    if (!instruction.part)
      return true;
    for (auto [argument, other] : llvm::enumerate(item.byArgument))
      if (other == id)
        return instruction.part->reads[argument] ||
               instruction.part->writes[argument];
    return false;
  };
  auto isMade = [&](unsigned id) {
    return root(id).repeatable && root(id).writers.front() == number;
  };
  for (unsigned id : item.roots)
    if (takesPart(id) && !isMade(id) && !ensure(id, number))
      return false;
  for (unsigned id : item.roots) {
    if (!takesPart(id))
      continue;
    if (isMade(id))
      current[id] = makeVersion(id);
    use(instruction, id);
  }
  result.instructions.push_back(std::move(instruction));
  return true;
}

std::optional<StepProgram::Schedule> StepProgram::Scheduler::run() {
  for (unsigned item = 0; item < program.items.size(); ++item)
    if (!emit(item))
      return std::nullopt;
  return std::move(result);
}

std::optional<StepProgram::Schedule>
StepProgram::schedule(const BitVector &dropped, bool cheapOnly) const {
  return Scheduler(*this, dropped, cheapOnly).run();
}

//===----------------------------------------------------------------------===//
// What a schedule takes
//===----------------------------------------------------------------------===//

std::vector<Interval> StepProgram::intervalsOf(const Schedule &schedule) const {
  std::vector<Interval> intervals;
  for (const Version &version : schedule.versions)
    intervals.push_back(
        {roots[version.root].bytes, version.first, version.last});
  for (auto [time, instruction] : llvm::enumerate(schedule.instructions))
    if (int64_t bytes = items[instruction.item].privateBytes)
      intervals.push_back({bytes, unsigned(time), unsigned(time)});
  return intervals;
}

static SmallVector<Interval *> pointers(std::vector<Interval> &intervals) {
  return llvm::map_to_vector(intervals, [](Interval &i) { return &i; });
}

int64_t StepProgram::arenaOf(const Schedule &schedule) const {
  std::vector<Interval> intervals = intervalsOf(schedule);
  return placeIntervals(pointers(intervals));
}

int64_t StepProgram::peakOf(const Schedule &schedule,
                            unsigned *position) const {
  std::vector<Interval> intervals = intervalsOf(schedule);
  auto [bytes, time] = findPeak(pointers(intervals));
  if (position)
    *position = time;
  return bytes;
}

/// Bytes in use beyond the target, summed over all instructions.
double StepProgram::excessOf(const Schedule &schedule, int64_t target) const {
  std::vector<int64_t> change(schedule.instructions.size() + 1);
  auto add = [&](int64_t bytes, unsigned first, unsigned last) {
    bytes = llvm::alignTo(bytes, kAlignment);
    change[first] += bytes;
    change[last + 1] -= bytes;
  };
  for (const Version &version : schedule.versions)
    add(roots[version.root].bytes, version.first, version.last);
  for (auto [time, instruction] : llvm::enumerate(schedule.instructions))
    add(items[instruction.item].privateBytes, time, time);
  double excess = 0;
  int64_t live = 0;
  for (size_t time = 0; time < schedule.instructions.size(); ++time) {
    live += change[time];
    // More calls are no excess themselves: each item counts once.
    if (!schedule.instructions[time].again)
      excess += std::max<int64_t>(0, live - target);
    else
      excess += 1e-3 * std::max<int64_t>(0, live - target);
  }
  return excess;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

bool StepProgram::search(BitVector &dropped, int64_t target,
                         bool cheapOnly) const {
  std::optional<Schedule> now = schedule(dropped, cheapOnly);
  if (!now)
    return false;
  double excess = excessOf(*now, target), cost = now->cost;
  auto rate = [&](unsigned id) {
    dropped.set(id);
    std::optional<Schedule> with = schedule(dropped, cheapOnly);
    dropped.reset(id);
    if (!with)
      return 0.0;
    double gain = excess - excessOf(*with, target);
    // Less than a millionth of what is left only prolongs the search.
    return gain <= 1e-6 * excess ? 0.0
                                 : gain / std::max(with->cost - cost, 100.0);
  };
  // The first is the best; rates are from when they were last looked at.
  using Entry = std::tuple<double, unsigned, unsigned>;
  auto compare = [](const Entry &a, const Entry &b) {
    return std::pair(std::get<0>(a), -int64_t(std::get<1>(a))) <
           std::pair(std::get<0>(b), -int64_t(std::get<1>(b)));
  };
  SmallVector<unsigned> added;
  unsigned round = 0;
  while (excess > 0) {
    std::priority_queue<Entry, std::vector<Entry>, decltype(compare)> queue(
        compare);
    for (unsigned id = 0; id < roots.size(); ++id)
      if (roots[id].repeatable && roots[id].bytes > kSmallBytes &&
          roots[id].gapEnd && !dropped[id])
        if (double r = rate(id); r > 0)
          queue.push({r, id, round});
    if (queue.empty())
      return false;
    while (excess > 0 && !queue.empty()) {
      auto [best, id, seen] = queue.top();
      queue.pop();
      if (seen != round) {
        if (double r = rate(id); r > 0)
          queue.push({r, id, round});
        continue;
      }
      dropped.set(id);
      added.push_back(id);
      now = schedule(dropped, cheapOnly);
      excess = excessOf(*now, target);
      cost = now->cost;
      ++round;
    }
  }
  // Some are not needed now that others are dropped.
  for (unsigned id : llvm::reverse(added)) {
    dropped.reset(id);
    std::optional<Schedule> without = schedule(dropped, cheapOnly);
    if (without && excessOf(*without, target) <= 0 && without->cost <= cost)
      cost = without->cost;
    else
      dropped.set(id);
  }
  return true;
}

} // namespace dlc::codegen
