//===- Items.cpp - The ops of a step, one by one --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of kernels are replaced by the kernels' ops, in a copy. Views,
// broadcasts and constants are left out: their readers are drawn as readers of
// their sources.
//
//===----------------------------------------------------------------------===//

#include "StepGraph.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Transforms/Cost.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;
using namespace dlc::graph;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// The attributes in the text of an op, behind its operands and before its
/// types: of `%2 = dl.reduce_sum %1 {axes = [0]} : ...` they are `axes = [0]`.
static std::string detailsOf(Operation *op, AsmState &state) {
  if (op->getNumRegions())
    return "";
  std::string text;
  llvm::raw_string_ostream os(text);
  op->print(os, state);
  StringRef rest = text;
  rest = rest.split(op->getName().getStringRef()).second;
  // The types follow the first colon outside of brackets and strings.
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (c == '"' && (i == 0 || rest[i - 1] != '\\'))
      quoted = !quoted;
    if (quoted)
      continue;
    depth += StringRef("{[(<").contains(c);
    depth -=
        StringRef("}])").contains(c) || (c == '>' && i && rest[i - 1] != '-');
    if (c == ':' && depth == 0) {
      rest = rest.take_front(i);
      break;
    }
  }
  SmallVector<std::string> words;
  for (StringRef word : llvm::split(rest.trim(), ' '))
    if (!word.empty() && !word.starts_with("%") && word != ",")
      words.push_back(word.str());
  std::string details = llvm::join(words, " ");
  // The layout of images is that of all ops around.
  static constexpr StringRef layout = "layout = #dl<layout channels_last>";
  for (StringRef form :
       {", " + layout.str(), layout.str() + ", ", layout.str()})
    if (size_t at = StringRef(details).find(form); at != StringRef::npos)
      details.erase(at, form.size());
  StringRef inner = details;
  if (inner.consume_front("{") && inner.consume_back("}") &&
      !inner.contains('}'))
    details = inner.str();
  constexpr size_t most = 48;
  if (details.size() > most)
    details = details.substr(0, most) + "...";
  return details;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

namespace {

/// Reads a copy of a step whose calls have been replaced.
class Reader {
public:
  Reader(StepGraph &graph, func::FuncOp original)
      : graph(graph), original(original),
        copy(cast<func::FuncOp>(original->clone())) {}

  void run();

private:
  void inlineCalls(Block &block, double trips);
  void readBlock(Block &block, unsigned loop);
  void readLoop(ScanOp scan, unsigned loop);
  void readResults(func::ReturnOp ret);
  std::optional<Use> find(Value value);
  unsigned add(Item item) {
    graph.items.push_back(std::move(item));
    return graph.items.size() - 1;
  }

  StepGraph &graph;
  func::FuncOp original;
  OwningOpRef<func::FuncOp> copy;
  /// For each op that came from a kernel: the kernel, and its call.
  DenseMap<Operation *, std::pair<int, int>> origin;
  DenseMap<Operation *, int> kernels;
  int numCalls = 0;
  /// The source of a value; none: it is made of constants.
  DenseMap<Value, std::optional<Use>> known;
  std::unique_ptr<AsmState> names;
};

} // namespace

/// Puts the ops of kernels in the place of their calls. Where equal kernels are
/// one, the call knows where its own ops come from.
void Reader::inlineCalls(Block &block, double trips) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto scan = dyn_cast<ScanOp>(op))
      inlineCalls(scan.getBlock(),
                  trips * static_cast<double>(scan.getTrips()));
    auto call = dyn_cast<func::CallOp>(op);
    if (!call)
      continue;
    auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        original, call.getCalleeAttr());
    if (!kernel || kernel.isExternal())
      continue;
    auto [number, isNew] = kernels.try_emplace(kernel, graph.kernels.size());
    if (isNew)
      graph.kernels.push_back({kernel.getSymName().str(), 0, 0, 0});
    Kernel &called = graph.kernels[number->second];
    KernelCost cost = costOf(kernel);
    ++called.calls;
    called.flops += cost.flops * trips;
    called.bytes += (cost.reads + cost.writes) * trips;
    SmallVector<Location> places = equalOps(call.getLoc());
    size_t next = 0;
    OpBuilder builder(call);
    IRMapping mapping;
    mapping.map(kernel.getArguments(), call.getOperands());
    for (Operation &inner : kernel.getBody().front().without_terminator()) {
      Operation *made = builder.clone(inner, mapping);
      if (next < places.size())
        made->setLoc(places[next++]);
      origin[made] = {number->second, numCalls};
    }
    Operation *ret = kernel.getBody().front().getTerminator();
    for (auto [result, value] :
         llvm::zip(call.getResults(), ret->getOperands()))
      result.replaceAllUsesWith(mapping.lookupOrDefault(value));
    ++numCalls;
    call.erase();
  }
}

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

std::optional<Use> Reader::find(Value value) {
  auto found = known.find(value);
  return found == known.end() ? std::nullopt : found->second;
}

void Reader::readLoop(ScanOp scan, unsigned outer) {
  unsigned loop = graph.loops.size();
  std::string label = (Twine(scan.getTrips()) + " times").str();
  if (scan.getReverse())
    label += ", from the last";
  graph.loops.push_back(
      {outer,
       label,
       partOf(scan.getLoc()),
       {},
       graph.loops[outer].trips * static_cast<double>(scan.getTrips())});
  SmallVector<unsigned> carried;
  for (auto [number, arg] : llvm::enumerate(scan.getCarriedArgs())) {
    Item item(Kind::Carried, ("carried " + Twine(number)).str(), scan.getLoc());
    item.types.push_back(arg.getType());
    item.part = partOf(scan.getLoc());
    item.loop = loop;
    if (std::optional<Use> use = find(scan.getInits()[number]))
      item.uses.push_back(*use);
    carried.push_back(add(std::move(item)));
    known[arg] = Use{carried.back(), 0, arg.getType()};
  }
  unsigned numCarried = scan.getNumCarried();
  for (auto [number, arg] :
       llvm::enumerate(scan.getBlock().getArguments().drop_front(numCarried))) {
    std::optional<Use> use = find(scan.getOperand(numCarried + number));
    if (use)
      use->type = arg.getType();
    known[arg] = use;
  }
  readBlock(scan.getBlock(), loop);
  for (auto [number, value] : llvm::enumerate(scan.getYield()->getOperands())) {
    std::optional<Use> use = find(value);
    if (number < numCarried) {
      if (use) {
        Use back = *use;
        back.isBack = true;
        graph.items[carried[number]].uses.push_back(back);
      }
      known[scan.getResult(number)] =
          Use{carried[number], 0, scan.getResult(number).getType()};
      if (use && use->item != carried[number])
        known[scan.getResult(number)] = *use;
      continue;
    }
    if (use)
      use->type = scan.getResult(number).getType();
    known[scan.getResult(number)] = use;
  }
}

void Reader::readBlock(Block &block, unsigned loop) {
  for (Operation &op : block.without_terminator()) {
    if (auto scan = dyn_cast<ScanOp>(op)) {
      readLoop(scan, loop);
      continue;
    }
    if (isTransparent(&op)) {
      std::optional<Use> use =
          op.getNumOperands() ? find(op.getOperand(0)) : std::nullopt;
      if (use && op.hasTrait<View>())
        use->type = op.getResult(0).getType();
      known[op.getResult(0)] = use;
      continue;
    }
    Item item(Kind::Op, op.getName().stripDialect().str(), op.getLoc());
    item.details = detailsOf(&op, *names);
    llvm::append_range(item.types, op.getResultTypes());
    item.part = partOf(op.getLoc());
    item.loop = loop;
    item.flops = flopsOf(&op);
    item.contracts = isContraction(&op);
    if (isa<GradientOp, DependsOp>(op)) {
      item.part = Part::Gradient;
      item.contracts = true;
    }
    item.elementwise = op.hasTrait<Elementwise>();
    auto from = origin.find(&op);
    if (from != origin.end())
      std::tie(item.kernel, item.call) = from->second;
    for (Value operand : op.getOperands())
      if (std::optional<Use> use = find(operand))
        item.uses.push_back(*use);
    unsigned number = add(std::move(item));
    for (OpResult result : op.getResults())
      known[result] = Use{number, result.getResultNumber(), result.getType()};
  }
}

void Reader::readResults(func::ReturnOp ret) {
  for (OpOperand &operand : ret->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    std::optional<Use> use = find(operand.get());
    if (auto entry = original.getResultAttrOfType<FlatSymbolRefAttr>(
            number, names::state)) {
      if (use && graph.items[use->item].kind == Kind::Op) {
        graph.items[use->item].writes.push_back(
            {entry.getValue().str(), use->result});
        continue;
      }
      Item item(Kind::State, entry.getValue().str(), ret.getLoc());
      item.types.push_back(operand.get().getType());
      if (use)
        item.uses.push_back(*use);
      item.part = Part::Update;
      add(std::move(item));
      continue;
    }
    auto name = original.getResultAttrOfType<StringAttr>(number, names::io);
    Item item(Kind::Output, name ? name.getValue().str() : "checks",
              ret.getLoc());
    item.types.push_back(operand.get().getType());
    if (!use) {
      Item constant(Kind::Constant, "constant", ret.getLoc());
      constant.types.push_back(operand.get().getType());
      use = Use{add(std::move(constant)), 0, operand.get().getType()};
    }
    item.uses.push_back(*use);
    add(std::move(item));
  }
}

void Reader::run() {
  SymbolTable symbols(original->getParentOp());
  inlineCalls(copy->getBody().front(), 1);
  names = std::make_unique<AsmState>(
      copy.get(), OpPrintingFlags().useLocalScope().elideLargeElementsAttrs(8));
  for (BlockArgument arg : copy->getArguments()) {
    unsigned number = arg.getArgNumber();
    Item item(Kind::Input, "", original.getLoc());
    item.types.push_back(arg.getType());
    if (auto entry = original.getArgAttrOfType<FlatSymbolRefAttr>(
            number, names::state)) {
      item.kind = Kind::State;
      item.name = entry.getValue().str();
      Operation *symbol = symbols.lookup(entry.getAttr());
      item.isModelState = isa_and_nonnull<ParamOp, BufferOp, DerivedOp>(symbol);
      item.owner = item.isModelState ? item.name : "";
      if (auto slot = dyn_cast_or_null<SlotOp>(symbol))
        if (slot.getParameter())
          item.owner = slot.getParameter()->str();
    } else if (auto name =
                   original.getArgAttrOfType<StringAttr>(number, names::io)) {
      item.name = name.getValue().str();
    }
    known[arg] = Use{add(std::move(item)), 0, arg.getType()};
  }
  readBlock(copy->getBody().front(), 0);
  readResults(cast<func::ReturnOp>(copy->getBody().front().getTerminator()));
}

void graph::addItems(StepGraph &graph, func::FuncOp step) {
  Reader(graph, step).run();
}
