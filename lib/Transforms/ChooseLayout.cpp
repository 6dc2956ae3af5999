//===- ChooseLayout.cpp - The order of dimensions of each value -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %1 = dl.transpose %0 perm [0, 3, 1, 2] : <8x32x32x8> -> <8x8x32x32>
//   %2 = dl.concat %1, %y {axis = 1}
//   %3 = dl.transpose %2 perm [0, 2, 3, 1]
//   %4 = dl.conv2d %3, %w {layout = channels_last}
//
// becomes
//
//   %1 = dl.transpose %y perm [0, 2, 3, 1]
//   %2 = dl.concat %0, %1 {axis = 3}
//   %4 = dl.conv2d %2, %w {layout = channels_last}
//
// dl-move-views has moved transposes one at a time towards the results. This
// pass decides on those that are left for the whole step at once, so that they
// move the fewest bytes; inputs, outputs and the state are included.
//
// Each transpose offers two orders for its operand and two for its result. The
// offers spread over the ops that compute in any order (LayoutRules.h), each of
// which then has two orders to choose from, and end at the ops and values that
// have one: inputs, results, entries of the state, windowed ops, products. A
// value costs its bytes for each order in which it is read and not made. With
// two orders an op, the cheapest choice is a minimum cut of a graph in which
//
//  - an op is on the source's side in its first order, and on the sink's in its
//    second;
//  - a value has a node for each order in which it may be read, with edges to
//    the readers that want this order and to the op that makes the value.
//
// A transpose reads and writes each element once, so that bytes decide on every
// target. Transposes of values that follow from the state alone run when the
// state has changed (dl-derive-state) and cost little. On equal cost, ops stay
// as they are.
//
//===----------------------------------------------------------------------===//

#include "LayoutRemarks.h"
#include "LayoutRules.h"
#include "MinimumCut.h"
#include "StateOnly.h"
#include "Views.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace dlc {
#define GEN_PASS_DEF_CHOOSELAYOUT
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;
using namespace dlc::layout;
using dlc::views::permuted;

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// Cost of one transpose of a value. An op that changes its order costs 1.
static int64_t costOf(Value value, const StateOnly &stateOnly) {
  constexpr int64_t eachCall = 4096, eachChange = 16;
  return std::min(bytesOf(value), int64_t(1) << 36) *
         (stateOnly.contains(value) ? eachChange : eachCall);
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

namespace {

using TwoOrders = std::array<Order, 2>;

/// An op with a choice.
struct Node {
  Operation *op;
  std::array<Orders, 2> orders;
};

/// Where a value is made or read: in which order, by the choice of a node; in
/// one order only without a node.
struct Port {
  std::optional<unsigned> node;
  TwoOrders orders;
};

/// Chooses and rewrites one block of a step.
class LayoutChooser {
public:
  LayoutChooser(Block &block, const StateOnly &stateOnly)
      : block(block), stateOnly(stateOnly),
        rewriter(block.back().getContext()) {}

  /// Returns true if another choice was better than that of the program.
  bool run();

private:
  void findNodes();
  void reach(Value value, const TwoOrders &orders);
  void spread(Value value);
  void addNode(Operation *op, std::optional<Orders> first,
               std::optional<Orders> second);
  void decideTranspose(TransposeOp op);

  void forEachReader(Value value, function_ref<void(const Port &)> visit) const;
  Port makerOf(Value value) const;
  void forEachStored(function_ref<void(Value)> visit) const;

  void orient();
  void addCosts(MinimumCut &cut, Value value) const;
  void choose();
  int64_t cost() const;
  int64_t costBefore() const;

  void rewrite();
  Value inOrder(Value value, const Order &order, Operation *reader);
  const Orders &chosen(unsigned node) const {
    return nodes[node].orders[choice[node]];
  }

  Block &block;
  const StateOnly &stateOnly;
  PatternRewriter rewriter;

  std::vector<Node> nodes;
  DenseMap<Operation *, unsigned> nodeOf;
  /// For each node: 0 or 1, its first or its second orders.
  SmallVector<bool> choice;

  // While nodes are found.
  DenseMap<Value, TwoOrders> reached;
  SmallVector<Value> worklist;
  llvm::SetVector<Operation *> transposes;

  // While the block is rewritten: what holds a value now, and in which order;
  // and its copies in other orders.
  DenseMap<Value, std::pair<Value, Order>> held;
  DenseMap<Value, SmallVector<std::pair<Order, Value>>> copies;
};

} // namespace

void LayoutChooser::reach(Value value, const TwoOrders &orders) {
  if (significant(value, orders[0]) == significant(value, orders[1]) ||
      !reached.insert({value, orders}).second)
    return;
  worklist.push_back(value);
}

void LayoutChooser::addNode(Operation *op, std::optional<Orders> first,
                            std::optional<Orders> second) {
  if (!first || !second || !nodeOf.insert({op, nodes.size()}).second)
    return;
  nodes.push_back({op, {*first, *second}});
  for (auto [number, operand] : llvm::enumerate(op->getOperands()))
    reach(operand, {first->operands[number], second->operands[number]});
  reach(op->getResult(0), {first->result, second->result});
}

/// Offers the orders of a value to the op that makes it and to those that read
/// it.
void LayoutChooser::spread(Value value) {
  TwoOrders orders = reached.lookup(value);
  Operation *maker = value.getDefiningOp();
  if (isa_and_present<TransposeOp>(maker)) {
    transposes.insert(maker);
  } else if (isMadeInAnyOrder(maker)) {
    if (isa<BroadcastOp>(maker))
      reach(maker->getOperand(0),
            {ordersFromResult(maker, orders[0])->operands[0],
             ordersFromResult(maker, orders[1])->operands[0]});
  } else if (maker && !nodeOf.contains(maker)) {
    addNode(maker, ordersFromResult(maker, orders[0]),
            ordersFromResult(maker, orders[1]));
  }
  for (OpOperand &use : value.getUses()) {
    Operation *reader = use.getOwner();
    if (isa<TransposeOp>(reader))
      transposes.insert(reader);
    else if (!nodeOf.contains(reader))
      addNode(reader,
              ordersFromOperand(reader, use.getOperandNumber(), orders[0]),
              ordersFromOperand(reader, use.getOperandNumber(), orders[1]));
  }
}

/// A transpose hands the orders that reached one side on to the other. It may
/// stand between unrelated orders of its sides: it is decided last.
void LayoutChooser::decideTranspose(TransposeOp op) {
  if (nodeOf.contains(op))
    return;
  auto result = reached.find(op.getY());
  if (result != reached.end()) {
    TwoOrders orders = result->second;
    addNode(op, ordersFromResult(op, orders[0]),
            ordersFromResult(op, orders[1]));
    return;
  }
  TwoOrders orders = reached.lookup(op.getX());
  addNode(op, ordersFromOperand(op, 0, orders[0]),
          ordersFromOperand(op, 0, orders[1]));
}

void LayoutChooser::findNodes() {
  for (auto seed : block.getOps<TransposeOp>()) {
    if (!movesElements(seed) || nodeOf.contains(seed))
      continue;
    Order x = asWritten(seed.getX()), y = asWritten(seed.getY());
    reach(seed.getX(), {x, Order(seed.getPerm())});
    reach(seed.getY(), {inversePermutation(seed.getPerm()), y});
    while (!worklist.empty() || !transposes.empty()) {
      if (!worklist.empty()) {
        spread(worklist.pop_back_val());
        continue;
      }
      Operation *transpose = transposes.front();
      transposes.remove(transpose);
      decideTranspose(cast<TransposeOp>(transpose));
    }
  }
}

/// Calls `visit` for each reader, and for those of broadcasts of the value.
void LayoutChooser::forEachReader(
    Value value, function_ref<void(const Port &)> visit) const {
  for (OpOperand &use : value.getUses()) {
    Operation *reader = use.getOwner();
    if (auto node = nodeOf.find(reader); node != nodeOf.end()) {
      const std::array<Orders, 2> &orders = nodes[node->second].orders;
      unsigned number = use.getOperandNumber();
      visit({node->second,
             {orders[0].operands[number], orders[1].operands[number]}});
    } else if (isa<BroadcastOp>(reader)) {
      forEachReader(reader->getResult(0), [&](const Port &port) {
        visit({port.node,
               {ordersFromResult(reader, port.orders[0])->operands[0],
                ordersFromResult(reader, port.orders[1])->operands[0]}});
      });
    } else {
      visit({std::nullopt, {asWritten(value), asWritten(value)}});
    }
  }
}

Port LayoutChooser::makerOf(Value value) const {
  auto node = nodeOf.find(value.getDefiningOp());
  if (!value.getDefiningOp() || node == nodeOf.end())
    return {std::nullopt, {asWritten(value), asWritten(value)}};
  const std::array<Orders, 2> &orders = nodes[node->second].orders;
  return {node->second, {orders[0].result, orders[1].result}};
}

/// Calls `visit` for the values that a transpose would have to copy.
void LayoutChooser::forEachStored(function_ref<void(Value)> visit) const {
  llvm::for_each(block.getArguments(), visit);
  for (Operation &op : block)
    if (!isMadeInAnyOrder(&op))
      llvm::for_each(op.getResults(), visit);
}

/// Exchanges the two orders of nodes, so that those which agree on a value do
/// so on the same side of the cut.
void LayoutChooser::orient() {
  struct Neighbour {
    unsigned node;
    bool exchanged;
  };
  std::vector<SmallVector<Neighbour>> neighbours(nodes.size());
  forEachStored([&](Value value) {
    SmallVector<Port> ports{makerOf(value)};
    forEachReader(value, [&](const Port &port) { ports.push_back(port); });
    std::optional<Port> first;
    for (Port &port : ports) {
      for (Order &order : port.orders)
        order = significant(value, order);
      if (!port.node || port.orders[0] == port.orders[1])
        continue;
      if (!first) {
        first = port;
        continue;
      }
      auto agree = [&](int a, int b) {
        return first->orders[a] == port.orders[b];
      };
      bool same = agree(0, 0) || agree(1, 1);
      if (!same && !agree(0, 1) && !agree(1, 0))
        continue;
      neighbours[*first->node].push_back({*port.node, !same});
      neighbours[*port.node].push_back({*first->node, !same});
    }
  });
  SmallVector<bool> seen(nodes.size());
  for (unsigned root = 0; root < nodes.size(); ++root) {
    if (seen[root])
      continue;
    seen[root] = true;
    SmallVector<std::pair<unsigned, bool>> stack{{root, false}};
    while (!stack.empty()) {
      auto [number, exchanged] = stack.pop_back_val();
      if (exchanged)
        std::swap(nodes[number].orders[0], nodes[number].orders[1]);
      for (const Neighbour &next : neighbours[number])
        if (!seen[next.node]) {
          seen[next.node] = true;
          stack.push_back({next.node, exchanged != next.exchanged});
        }
    }
  }
}

/// The costs of one value. Nodes of the cut have the numbers of ours plus 2.
void LayoutChooser::addCosts(MinimumCut &cut, Value value) const {
  struct Readers {
    bool always = false;
    /// Those that want the order in their first orders, and in their second.
    SmallVector<unsigned> of[2];
  };
  llvm::MapVector<Order, Readers> readers;
  forEachReader(value, [&](const Port &port) {
    TwoOrders orders{significant(value, port.orders[0]),
                     significant(value, port.orders[1])};
    if (!port.node || orders[0] == orders[1]) {
      readers[orders[0]].always = true;
      return;
    }
    for (int side : {0, 1})
      readers[orders[side]].of[side].push_back(*port.node + 2);
  });
  Port maker = makerOf(value);
  bool makes[2];
  int64_t cost = costOf(value, stateOnly);
  for (auto &[order, wanting] : readers) {
    for (int side : {0, 1})
      makes[side] = order == significant(value, maker.orders[side]);
    if (makes[0] && makes[1])
      continue;
    bool never = !makes[0] && !makes[1];
    if (wanting.always) {
      if (!never && makes[0])
        cut.addEdge(MinimumCut::source, *maker.node + 2, cost);
      else if (!never)
        cut.addEdge(*maker.node + 2, MinimumCut::sink, cost);
      continue;
    }
    // The cost is paid if some reader has the orders of `side` and the maker
    // those of the other side. If the maker makes the order only on the other
    // side, no cut expresses that: the cost is counted although it is not paid
    // then, and cost() has the exact one.
    for (int side : {0, 1}) {
      if (wanting.of[side].empty())
        continue;
      unsigned any = cut.addNode();
      bool byMaker = maker.node && makes[side];
      unsigned end = byMaker     ? *maker.node + 2
                     : side == 1 ? MinimumCut::source
                                 : MinimumCut::sink;
      if (side == 1)
        cut.addEdge(end, any, cost);
      else
        cut.addEdge(any, end, cost);
      for (unsigned reader : wanting.of[side])
        if (side == 1)
          cut.addEdge(any, reader, MinimumCut::infinity);
        else
          cut.addEdge(reader, any, MinimumCut::infinity);
    }
  }
}

void LayoutChooser::choose() {
  MinimumCut cut;
  for (const Node &node : nodes) {
    unsigned number = cut.addNode();
    bool isWritten[2];
    Value result = node.op->getResult(0);
    for (int side : {0, 1})
      isWritten[side] =
          llvm::is_sorted(significant(result, node.orders[side].result));
    if (isa<TransposeOp>(node.op) || isWritten[0] == isWritten[1])
      continue;
    if (isWritten[0])
      cut.addEdge(MinimumCut::source, number, 1);
    else
      cut.addEdge(number, MinimumCut::sink, 1);
  }
  forEachStored([&](Value value) { addCosts(cut, value); });
  SmallVector<bool> sides = cut.solve();
  choice.assign(sides.begin() + 2, sides.begin() + 2 + nodes.size());
}

/// Cost of the transposes of the choice.
int64_t LayoutChooser::cost() const {
  int64_t sum = 0;
  auto orderAt = [&](Value value, const Port &port) {
    return significant(value, port.orders[port.node && choice[*port.node]]);
  };
  forEachStored([&](Value value) {
    llvm::SetVector<Order, SmallVector<Order>, std::set<Order>> wanted;
    forEachReader(
        value, [&](const Port &port) { wanted.insert(orderAt(value, port)); });
    int64_t copies =
        wanted.size() - wanted.contains(orderAt(value, makerOf(value)));
    sum += copies * costOf(value, stateOnly);
  });
  return sum;
}

int64_t LayoutChooser::costBefore() const {
  int64_t sum = 0;
  for (auto transpose : block.getOps<TransposeOp>())
    if (movesElements(transpose))
      sum += costOf(transpose.getX(), stateOnly);
  return sum;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// A value as `reader` wants it.
Value LayoutChooser::inOrder(Value value, const Order &order,
                             Operation *reader) {
  Operation *maker = value.getDefiningOp();
  bool isMade = isMadeInAnyOrder(maker);
  auto holder = held.find(value);
  auto [now, orderNow] = holder == held.end()
                             ? std::pair(value, asWritten(value))
                             : holder->second;
  if (orderNow == order && !isa_and_present<BroadcastOp>(maker))
    return now;
  for (auto &[known, copy] : copies[value])
    if (known == order)
      return copy;

  Value copy;
  if (!isMade) {
    rewriter.setInsertionPoint(reader);
    Expr e(rewriter, now.getLoc());
    copy = e.transpose(now, permuted(inversePermutation(orderNow), order));
  } else if (DenseElementsAttr elements = views::denseConstant(value)) {
    rewriter.setInsertionPoint(reader);
    copy = views::transposeConstant(rewriter, value.getLoc(), elements, order);
  } else {
    Orders orders = *ordersFromResult(maker, order);
    IRMapping operands;
    for (auto [operand, its] : llvm::zip(maker->getOperands(), orders.operands))
      operands.map(operand, inOrder(operand, its, reader));
    rewriter.setInsertionPoint(reader);
    Operation *another = rewriter.clone(*maker, operands);
    setOrders(another, orders);
    copy = another->getResult(0);
  }
  copies[value].push_back({order, copy});
  return copy;
}

void LayoutChooser::rewrite() {
  SmallVector<Operation *> ops, dead;
  for (Operation &op : block)
    ops.push_back(&op);
  for (Operation *op : ops) {
    if (isMadeInAnyOrder(op)) {
      dead.push_back(op);
      continue;
    }
    auto node = nodeOf.find(op);
    if (node == nodeOf.end()) {
      for (OpOperand &operand : op->getOpOperands())
        operand.set(inOrder(operand.get(), asWritten(operand.get()), op));
      continue;
    }
    const Orders &orders = chosen(node->second);
    SmallVector<Value> operands;
    for (auto [number, operand] : llvm::enumerate(op->getOperands()))
      operands.push_back(inOrder(operand, orders.operands[number], op));
    Value result = op->getResult(0);
    if (isa<TransposeOp>(op)) {
      held[result] = {operands[0], orders.result};
      dead.push_back(op);
      continue;
    }
    op->setOperands(operands);
    setOrders(op, orders);
    held[result] = {result, orders.result};
  }
  for (Operation *op : llvm::reverse(dead))
    if (op->use_empty())
      op->erase();
}

bool LayoutChooser::run() {
  findNodes();
  if (nodes.empty())
    return false;
  orient();
  choose();
  if (cost() >= costBefore())
    return false;
  rewrite();
  return true;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

struct ChooseLayoutPass : dlc::impl::ChooseLayoutBase<ChooseLayoutPass> {
  void runOnOperation() override {
    // One step after the other, for the order of the remarks.
    for (auto step : getOperation().getBody().getOps<func::FuncOp>())
      if (step->hasAttr(names::step))
        choose(step);
  }

  void choose(func::FuncOp step) {
    MovedInStep before(step);
    if (before.eachCall.transposes + before.eachChange.transposes == 0)
      return;
    SmallVector<Block *> blocks;
    step.walk([&](Block *block) { blocks.push_back(block); });
    // Each block still computes the same from its arguments, so that
    // `stateOnly` stays valid for the other blocks.
    StateOnly stateOnly(step);
    for (Block *block : blocks)
      numChanged += LayoutChooser(*block, stateOnly).run();
    MovedInStep after(step);
    numBytes += before.eachCall.bytes - after.eachCall.bytes;
    explainLayout(step, before, after);
  }
};

} // namespace
