//===- Calls.cpp - The kernels that a lowered step calls ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Behind the phase `fuse` kernels are loops, and only steps can be drawn: which
// kernel reads what another wrote. On tensors (`linalg`) values say so; in
// memory
// (`vector`) the last kernel that wrote a byte of a buffer does.
//
//===----------------------------------------------------------------------===//

#include "StepGraph.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Transforms/Cost.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

namespace {

/// Bytes of one of the step's arguments.
struct Memory {
  Value root;
  int64_t begin = 0, end = 0;
  bool overlaps(const Memory &other) const {
    return root == other.root && begin < other.end && other.begin < end;
  }
  bool holds(const Memory &other) const {
    return root == other.root && begin <= other.begin && other.end <= end;
  }
};

/// The item that wrote memory last.
struct Written {
  Memory memory;
  Use use;
};

class CallReader {
public:
  CallReader(StepGraph &graph, func::FuncOp step) : graph(graph), step(step) {}
  void run();

private:
  void readArguments();
  void readBlock(Block &block, unsigned loop);
  void readCall(func::CallOp call, func::FuncOp kernel, unsigned loop);
  void noteWrite(Item &item, const Memory &memory, Use use);
  llvm::SetVector<std::pair<unsigned, unsigned>> sourcesOf(Value value);
  std::optional<Memory> memoryOf(Value value);
  int kernelOf(func::FuncOp kernel);
  unsigned add(Item item) {
    graph.items.push_back(std::move(item));
    return graph.items.size() - 1;
  }

  StepGraph &graph;
  func::FuncOp step;
  bool onTensors = false;
  /// Arguments that are outputs, by their names.
  SmallVector<std::pair<Value, std::string>> outputs;
  /// Entries of the state: arguments, or bytes of the first.
  SmallVector<std::pair<Memory, std::string>> entries;
  DenseMap<Operation *, int> kernels;
  int numCalls = 0;
  /// Tensors: items by value.
  DenseMap<Value, llvm::SetVector<std::pair<unsigned, unsigned>>> known;
  /// Writes to memory, the last first.
  std::vector<Written> written;
  /// The last item that wrote an argument.
  DenseMap<Value, Use> lastWriter;
};

} // namespace

//===----------------------------------------------------------------------===//
// Where values come from
//===----------------------------------------------------------------------===//

llvm::SetVector<std::pair<unsigned, unsigned>>
CallReader::sourcesOf(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  // Against circles through loops.
  known[value];
  llvm::SetVector<std::pair<unsigned, unsigned>> sources;
  auto include = [&](Value other) {
    auto more = sourcesOf(other);
    sources.insert(more.begin(), more.end());
  };
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    if (auto loop = dyn_cast<scf::ForOp>(arg.getOwner()->getParentOp()))
      if (OpOperand *init = loop.getTiedLoopInit(arg))
        include(init->get());
  } else if (auto loop = value.getDefiningOp<scf::ForOp>()) {
    unsigned number = cast<OpResult>(value).getResultNumber();
    include(loop.getInitArgs()[number]);
    include(loop.getYieldedValues()[number]);
  } else if (Operation *op = value.getDefiningOp();
             op && !isa<tensor::EmptyOp>(op)) {
    for (Value operand : op->getOperands())
      if (isa<TensorType>(operand.getType()))
        include(operand);
  }
  known[value] = sources;
  return sources;
}

/// The tensor that a part, or a carried value of a loop, begins as.
static Value rootOf(Value value) {
  while (true) {
    auto loop = dyn_cast_or_null<scf::ForOp>(
        isa<BlockArgument>(value)
            ? cast<BlockArgument>(value).getOwner()->getParentOp()
            : value.getDefiningOp());
    if (auto cut = value.getDefiningOp<tensor::ExtractSliceOp>())
      value = cut.getSource();
    else if (auto put = value.getDefiningOp<tensor::InsertSliceOp>())
      value = put.getDest();
    else if (auto result = dyn_cast<OpResult>(value); result && loop)
      value = loop.getInitArgs()[result.getResultNumber()];
    else if (auto arg = dyn_cast<BlockArgument>(value);
             arg && loop && loop.getTiedLoopInit(arg))
      value = loop.getTiedLoopInit(arg)->get();
    else
      return value;
  }
}

/// The bytes of an argument that a memref is. Of one that is another part of a
/// buffer in each round of a loop, all: a loop writes all parts.
std::optional<Memory> CallReader::memoryOf(Value value) {
  int64_t bytes = static_cast<int64_t>(bytesOf(value.getType())), offset = 0;
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>()) {
    value = view.getViewSource();
    auto cut = dyn_cast<memref::ViewOp>(view.getOperation());
    std::optional<int64_t> shift =
        cut ? getConstantIntValue(cut.getByteShift()) : std::nullopt;
    if (shift) {
      offset += *shift;
      continue;
    }
    offset = 0;
    bytes = static_cast<int64_t>(bytesOf(value.getType()));
  }
  auto arg = dyn_cast<BlockArgument>(value);
  if (!arg || arg.getOwner() != &step.getBody().front())
    return std::nullopt;
  return Memory{value, offset, offset + bytes};
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

int CallReader::kernelOf(func::FuncOp kernel) {
  auto [place, isNew] = kernels.try_emplace(kernel, graph.kernels.size());
  if (isNew)
    graph.kernels.push_back({kernel.getSymName().str(), 0, 0, 0});
  ++graph.kernels[place->second].calls;
  return place->second;
}

/// Whether a kernel writes an argument.
static bool isWritten(func::FuncOp kernel, unsigned number) {
  if (auto writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes))
    return llvm::is_contained(writes.asArrayRef(), number);
  auto writable = kernel.getArgAttrOfType<BoolAttr>(
      number, bufferization::BufferizationDialect::kWritableAttrName);
  return writable && writable.getValue();
}

/// Notes that the item writes an output or an entry of the state, if it does.
void CallReader::noteWrite(Item &item, const Memory &memory, Use use) {
  for (const auto &[entry, name] : entries)
    if (entry.overlaps(memory))
      item.writes.push_back({name, use.result});
  for (const auto &[output, name] : outputs)
    if (output == memory.root)
      lastWriter[output] = use;
}

void CallReader::readCall(func::CallOp call, func::FuncOp kernel,
                          unsigned loop) {
  Item item(Kind::Op, kernel.getSymName().str(), call.getLoc());
  item.loop = loop;
  item.part = partOf(call.getLoc());
  item.kernel = kernelOf(kernel);
  item.call = numCalls++;
  item.contracts = true; // a box of its own
  unsigned number = graph.items.size();

  unsigned numWritten = 0;
  SmallVector<Written> results;
  for (OpOperand &operand : call->getOpOperands()) {
    Value value = operand.get();
    bool writes = isWritten(kernel, operand.getOperandNumber());
    if (isa<TensorType>(value.getType())) {
      if (writes)
        noteWrite(item, {rootOf(value), 0, 1},
                  {number, numWritten++, value.getType()});
      else
        for (auto [from, result] : sourcesOf(value))
          item.uses.push_back({from, result, value.getType()});
      continue;
    }
    std::optional<Memory> memory;
    if (isa<MemRefType>(value.getType()))
      memory = memoryOf(value);
    if (!memory)
      continue;
    if (writes) {
      Use use{number, static_cast<unsigned>(item.types.size()),
              value.getType()};
      item.types.push_back(value.getType());
      noteWrite(item, *memory, use);
      results.push_back({*memory, use});
      continue;
    }
    for (const Written &last : llvm::reverse(written)) {
      if (!last.memory.overlaps(*memory))
        continue;
      Use use = last.use;
      use.type = value.getType();
      item.uses.push_back(use);
      if (last.memory.holds(*memory))
        break;
    }
  }
  for (OpResult result : call->getResults()) {
    known[result].insert({number, result.getResultNumber()});
    item.types.push_back(result.getType());
  }
  add(std::move(item));
  for (Written &result : results) {
    // Earlier writes within the new memory are gone.
    llvm::erase_if(written, [&](const Written &old) {
      return result.memory.holds(old.memory);
    });
    written.push_back(result);
  }
}

void CallReader::readBlock(Block &block, unsigned loop) {
  for (Operation &op : block) {
    if (auto call = dyn_cast<func::CallOp>(op)) {
      auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
          step, call.getCalleeAttr());
      if (kernel && !kernel.isExternal())
        readCall(call, kernel, loop);
      continue;
    }
    unsigned inner = loop;
    if (auto repeat = dyn_cast<scf::ForOp>(op)) {
      inner = graph.loops.size();
      auto low = getConstantIntValue(repeat.getLowerBound()),
           high = getConstantIntValue(repeat.getUpperBound()),
           stride = getConstantIntValue(repeat.getStep());
      Loop made;
      made.parent = loop;
      made.trips = graph.loops[loop].trips;
      if (low && high && stride && *stride > 0) {
        int64_t trips = llvm::divideCeilSigned(*high - *low, *stride);
        made.label = std::to_string(trips) + " times";
        made.trips *= static_cast<double>(trips);
      }
      graph.loops.push_back(made);
    }
    for (Region &region : op.getRegions())
      for (Block &nested : region)
        readBlock(nested, inner);
  }
}

//===----------------------------------------------------------------------===//
// The step
//===----------------------------------------------------------------------===//

/// Makes an item of each input and each entry of the state.
void CallReader::readArguments() {
  onTensors = llvm::any_of(step.getArgumentTypes(),
                           [](Type type) { return isa<TensorType>(type); });
  auto module = step->getParentOfType<ModuleOp>();
  auto manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  llvm::StringMap<dl::StateEntryAttr> states;
  if (manifest) {
    graph.model = manifest.getName().str();
    for (auto entry : manifest.getStates().getAsRange<dl::StateEntryAttr>()) {
      states[entry.getName().getValue()] = entry;
      if (entry.getKind() != dl::StateKind::Param)
        continue;
      graph.parameters += static_cast<double>(entry.getType().getNumElements());
      graph.parameterBytes += bytesOf(entry.getType());
    }
  }
  auto args = step->getAttrOfType<ArrayAttr>(names::args);
  if (!args)
    return;
  unsigned next = onTensors ? 0 : step_arguments::firstTensor;
  for (auto role : args.getAsRange<dl::ArgAttr>()) {
    bool state = role.getKind() == dl::ArgKind::State,
         input = role.getKind() == dl::ArgKind::Input;
    std::string name = role.getName() ? role.getName().str() : "checks";
    if (state && !onTensors) {
      dl::StateEntryAttr entry = states.lookup(name);
      if (!entry || entry.getOffset() < 0)
        continue;
      Item item(Kind::State, name, step.getLoc());
      item.types.push_back(entry.getType());
      Use use{add(std::move(item)), 0, entry.getType()};
      int64_t begin = entry.getOffset(),
              bytes = static_cast<int64_t>(bytesOf(entry.getType()));
      Memory memory{step.getArgument(step_arguments::state), begin,
                    begin + bytes};
      entries.push_back({memory, name});
      written.push_back({memory, use});
      continue;
    }
    if (next >= step.getNumArguments())
      return;
    BlockArgument arg = step.getArgument(next++);
    known[arg];
    if (!state && !input) {
      outputs.push_back({arg, name});
      continue;
    }
    Item item(state ? Kind::State : Kind::Input, name, step.getLoc());
    item.types.push_back(arg.getType());
    Use use{add(std::move(item)), 0, arg.getType()};
    known[arg].insert({use.item, 0});
    Memory memory{arg, 0, onTensors ? 1 : int64_t(bytesOf(arg.getType()))};
    if (state)
      entries.push_back({memory, name});
    written.push_back({memory, use});
  }
}

/// A loop is of the part that all of its calls are of.
static void findPartsOfLoops(StepGraph &graph) {
  std::vector<std::optional<Part>> parts(graph.loops.size());
  for (const Item &item : graph.items)
    for (unsigned loop = item.loop; loop; loop = graph.loops[loop].parent)
      parts[loop] = parts[loop].value_or(item.part) == item.part
                        ? item.part
                        : Part::Forward;
  for (auto [loop, part] : llvm::zip(graph.loops, parts))
    loop.part = part.value_or(Part::Forward);
}

void CallReader::run() {
  readArguments();
  readBlock(step.getBody().front(), 0);
  findPartsOfLoops(graph);
  for (const auto &[arg, name] : outputs) {
    auto writer = lastWriter.find(arg);
    Item item(Kind::Output, name, step.getLoc());
    item.types.push_back(arg.getType());
    if (writer != lastWriter.end())
      item.uses.push_back(writer->second);
    add(std::move(item));
  }
}

void graph::addCalls(StepGraph &graph, func::FuncOp step) {
  CallReader(graph, step).run();
}
