//===- RecomputeSchedule.cpp - Choosing values to recompute ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For a set of values that are not kept, the program follows: it is walked in
// order, and where an item needs a value that is not there, the part of the
// call that makes it stands once more in front of the item, and in front of
// that the parts that make its own operands. An operand of these may have no
// other use left in the program: it either lives on until then, or is made
// again too.
//
// The search changes the treatment of one value after another, each time the
// one that removes most of the excess for the time it costs, and at the end
// takes back the changes that turned out not to be needed.
//
//===----------------------------------------------------------------------===//

#include "RecomputeSchedule.h"

#include "llvm/Support/MathExtras.h"

#include <queue>

using namespace mlir;

namespace dlc::schedule {

static constexpr unsigned kNone = ~0u;

namespace {

/// Makes the schedule for one choice of dropped values.
class Scheduler {
public:
  Scheduler(const StepProgram &program, const Treatments &treatments,
            bool cheapOnly)
      : program(program), treatments(treatments), cheapOnly(cheapOnly),
        current(program.roots.size(), kNone),
        madeAgain(program.roots.size(), kNone) {}

  std::optional<Schedule> run();

private:
  const Root &root(unsigned id) const { return program.roots[id]; }
  bool isArena(unsigned id) const { return root(id).bytes > 0; }
  bool isDropped(unsigned id) const {
    return treatments[id] != Treatment::Keep;
  }
  /// Whether what there is of a root has been given up.
  bool isGone(unsigned id, unsigned item) const {
    return isDropped(id) && item >= root(id).gapEnd && madeAgain[id] == kNone;
  }
  /// Whether a root is there and will be needed anyway.
  bool isThere(unsigned id, unsigned item) const {
    return current[id] != kNone && !isGone(id, item) &&
           (item <= root(id).lastUse() || madeAgain[id] == item);
  }
  bool ensure(unsigned id, unsigned item, bool chain);
  bool makeAgain(unsigned id, unsigned item, bool chain, bool onlyCheap);
  void use(Instruction &instruction, unsigned id);
  unsigned makeVersion(unsigned id);
  bool emit(unsigned item);

  const StepProgram &program;
  const Treatments &treatments;
  bool cheapOnly;
  SmallVector<unsigned> current, madeAgain;
  Schedule result;
};

} // namespace

unsigned Scheduler::makeVersion(unsigned id) {
  unsigned now = result.instructions.size();
  result.versions.push_back({id, now, now});
  return result.versions.size() - 1;
}

void Scheduler::use(Instruction &instruction, unsigned id) {
  if (!isArena(id))
    return;
  if (current[id] == kNone)
    current[id] = makeVersion(id);
  result.versions[current[id]].last = result.instructions.size();
  instruction.versions.push_back({id, current[id]});
}

/// Sees to it that a root can be used in front of or by an item; to make one
/// again whose life is over, any op will do if that is in a `chain`.
bool Scheduler::ensure(unsigned id, unsigned item, bool chain) {
  const Root &r = root(id);
  if (!isArena(id) || isThere(id, item))
    return true;
  if (r.writers.empty() || (current[id] == kNone && !isDropped(id)))
    return true;
  if (isGone(id, item))
    return makeAgain(id, item, treatments[id] == Treatment::RepeatChain,
                     cheapOnly);
  // Its life is over: a small one lives on, and so does a large one that cannot
  // be made again.
  if (r.repeatable && r.bytes > program.target.smallBytes) {
    auto before = std::tuple(current, madeAgain, result.versions, result.cost);
    size_t count = result.instructions.size();
    if (makeAgain(id, item, chain, !chain))
      return true;
    std::tie(current, madeAgain, result.versions, result.cost) =
        std::move(before);
    result.instructions.resize(count);
  }
  return current[id] != kNone;
}

bool Scheduler::makeAgain(unsigned id, unsigned item, bool chain,
                          bool onlyCheap) {
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
  if (!part || (onlyCheap && !part->cheap))
    return false;
  for (unsigned argument : part->writes.set_bits())
    if (!root(call.byArgument[argument]).repeatable)
      return false;
  for (unsigned argument : part->reads.set_bits())
    if (root(call.byArgument[argument]).isWrittenBetween(maker, item))
      return false;
  for (unsigned argument : part->reads.set_bits())
    if (!ensure(call.byArgument[argument], item, chain))
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
bool Scheduler::emit(unsigned number) {
  const Item &item = program.items[number];
  Instruction instruction;
  instruction.item = number;
  if (item.kernel) {
    // Without results that are only needed much later.
    unsigned count = item.byArgument.size();
    BitVector wanted(count);
    bool all = true;
    for (unsigned argument = 0; argument < count; ++argument) {
      if (!item.kernel->writes(argument))
        continue;
      unsigned id = item.byArgument[argument];
      const Root &r = root(id);
      bool later = isDropped(id) && r.unusedBefore;
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
    if (takesPart(id) && !isMade(id) && !ensure(id, number, /*chain=*/false))
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

std::optional<Schedule> Scheduler::run() {
  for (unsigned item = 0; item < program.items.size(); ++item)
    if (!emit(item))
      return std::nullopt;
  return std::move(result);
}

std::optional<Schedule> RecomputeSearch::schedule(const Treatments &treatments,
                                                  bool cheapOnly) const {
  return Scheduler(program, treatments, cheapOnly).run();
}

//===----------------------------------------------------------------------===//
// The cost of a schedule
//===----------------------------------------------------------------------===//

std::vector<Interval>
RecomputeSearch::intervalsOf(const Schedule &schedule) const {
  std::vector<Interval> intervals;
  for (const Version &version : schedule.versions)
    intervals.push_back(
        {program.roots[version.root].bytes, version.first, version.last});
  for (auto [time, instruction] : llvm::enumerate(schedule.instructions))
    if (int64_t bytes = program.items[instruction.item].privateBytes)
      intervals.push_back({bytes, unsigned(time), unsigned(time)});
  return intervals;
}

static SmallVector<Interval *> pointers(std::vector<Interval> &intervals) {
  return llvm::map_to_vector(intervals, [](Interval &i) { return &i; });
}

int64_t RecomputeSearch::arenaOf(const Schedule &schedule) const {
  std::vector<Interval> intervals = intervalsOf(schedule);
  return placeIntervals(pointers(intervals));
}

int64_t RecomputeSearch::peakOf(const Schedule &schedule,
                                unsigned *position) const {
  std::vector<Interval> intervals = intervalsOf(schedule);
  auto [bytes, time] = findPeak(pointers(intervals));
  if (position)
    *position = time;
  return bytes;
}

/// Bytes in use beyond the target, summed over all instructions.
double RecomputeSearch::excessOf(const Schedule &schedule,
                                 int64_t target) const {
  std::vector<int64_t> change(schedule.instructions.size() + 1);
  auto add = [&](int64_t bytes, unsigned first, unsigned last) {
    bytes = llvm::alignTo(bytes, kAlignment);
    change[first] += bytes;
    change[last + 1] -= bytes;
  };
  for (const Version &version : schedule.versions)
    add(program.roots[version.root].bytes, version.first, version.last);
  for (auto [time, instruction] : llvm::enumerate(schedule.instructions))
    add(program.items[instruction.item].privateBytes, time, time);
  double excess = 0;
  int64_t live = 0;
  for (size_t time = 0; time < schedule.instructions.size(); ++time) {
    live += change[time];
    // More calls are not themselves excess: each item counts once.
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

bool RecomputeSearch::search(Treatments &treatments, int64_t target,
                             bool cheapOnly) const {
  std::optional<Schedule> now = schedule(treatments, cheapOnly);
  if (!now)
    return false;
  double excess = excessOf(*now, target), cost = now->cost;

  /// The excess that a change of treatment removes, by its cost.
  auto rateOf = [&](unsigned id, Treatment treatment) {
    Treatment before = std::exchange(treatments[id], treatment);
    std::optional<Schedule> with = schedule(treatments, cheapOnly);
    treatments[id] = before;
    if (!with)
      return 0.0;
    double gain = excess - excessOf(*with, target);
    // A gain below a millionth of the excess only prolongs the search.
    return gain <= 1e-6 * excess ? 0.0
                                 : gain / std::max(with->cost - cost, 100.0);
  };
  // The first is the best; rates are from when they were last looked at.
  struct Move {
    double rate;
    unsigned id;
    Treatment treatment;
    unsigned round;
    bool operator<(const Move &other) const {
      return std::tuple(rate, other.id, other.treatment) <
             std::tuple(other.rate, id, treatment);
    }
  };
  std::priority_queue<Move> queue;
  unsigned round = 0;
  auto consider = [&](unsigned id, Treatment treatment) {
    if (treatment > treatments[id])
      if (double rate = rateOf(id, treatment); rate > 0)
        queue.push({rate, id, treatment, round});
  };
  auto considerAll = [&](unsigned id) {
    consider(id, Treatment::Repeat);
    if (!cheapOnly)
      consider(id, Treatment::RepeatChain);
  };
  SmallVector<std::pair<unsigned, Treatment>> changed;
  while (excess > 0) {
    for (unsigned id = 0; id < program.roots.size(); ++id)
      if (program.roots[id].repeatable && program.roots[id].gapEnd &&
          program.roots[id].bytes > program.target.smallBytes)
        considerAll(id);
    if (queue.empty())
      return false;
    while (excess > 0 && !queue.empty()) {
      Move best = queue.top();
      queue.pop();
      if (best.round != round) {
        consider(best.id, best.treatment);
        continue;
      }
      changed.push_back({best.id, treatments[best.id]});
      treatments[best.id] = best.treatment;
      now = schedule(treatments, cheapOnly);
      excess = excessOf(*now, target);
      cost = now->cost;
      ++round;
    }
  }
  // Some are not needed now that others are not kept.
  for (auto [id, before] : llvm::reverse(changed)) {
    Treatment after = std::exchange(treatments[id], before);
    std::optional<Schedule> without = schedule(treatments, cheapOnly);
    if (without && excessOf(*without, target) <= 0 && without->cost <= cost)
      cost = without->cost;
    else
      treatments[id] = after;
  }
  return true;
}

} // namespace dlc::schedule
