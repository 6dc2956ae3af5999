//===- FoldBatchNorm.cpp - Batch norm into the layer beside it ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %0 = dl.conv2d %x, %w
//   %1 = dl.batch_norm_eval %0, %gamma, %beta, %mean, %var
//
// becomes, with s = gamma / sqrt(var + eps) and t = beta - mean s,
//
//   %1 = dl.conv2d %x, (%w times s, filter by filter) bias t
//
// (Jacob et al., CVPR 2018, section 3.2.) A norm is a factor and a term for
// each channel, and so are sums and products with one number a channel around
// it. A chain of such ops is composed into one factor and one term, which go
// into the layer in front of the chain or, where that is exact, into all layers
// behind it. All of it must follow from the state alone, so that
// dl-derive-state computes the folded weights when the state changes.
//
//===----------------------------------------------------------------------===//

#include "ChannelAffine.h"

#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace dlc {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::channels;
using namespace dlc::dl;

namespace {

class Folder {
public:
  explicit Folder(func::FuncOp step)
      : step(step), stateOnly(step), builder(step.getContext()) {}

  void run();

  unsigned numFolded = 0, numMerged = 0;

private:
  /// Links from a root to the value in front of them.
  struct Chain {
    SmallVector<Link> links;
    Value x;
    int64_t dim; ///< of x
    /// Why the op that makes x is not a link of the chain.
    std::string end;

    bool hasNorm() const {
      return llvm::any_of(links, [](const Link &l) { return l.isNorm(); });
    }
  };
  /// A layer behind a chain and the views on the way there.
  struct Reader {
    ChannelLayer layer;
    SmallVector<Passage> passages;
  };

  void moveStateFirst(Block &block);
  bool fold(Operation *root);
  Chain findChain(Link root) const;
  Affine compose(const Chain &chain, Operation *before);
  std::string flawOfLayer(ChannelLayer layer) const;
  bool foldIntoLayer(Chain &chain, std::string &why);
  bool foldIntoReaders(const Chain &chain, std::string &why);
  std::string findReaders(Value value, int64_t dim, SmallVector<Passage> way,
                          SmallVectorImpl<Reader> &readers) const;
  bool merge(const Chain &chain);
  void remove(const Chain &chain);
  void erase(Operation *op) {
    erased.insert(op);
    op->erase();
  }
  void report(const Chain &chain, const Twine &what, Operation *where);
  remark::RemarkOpts options(StringRef name) {
    return remark::RemarkOpts::name(name)
        .category("dl-fold-batch-norm")
        .function(step.getSymName());
  }

  func::FuncOp step;
  StateOnly stateOnly;
  OpBuilder builder;
  llvm::SmallPtrSet<Operation *, 16> erased;
};

} // namespace

/// Moves ops that follow from the state alone to the front, where all new ops
/// can use them.
void Folder::moveStateFirst(Block &block) {
  Operation *first = nullptr;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    bool isState = !op.hasTrait<OpTrait::IsTerminator>() &&
                   llvm::all_of(op.getResults(), [&](Value result) {
                     return stateOnly.contains(result);
                   });
    if (isState && first)
      op.moveBefore(first);
    else if (!isState && !first)
      first = &op;
    if (auto scan = dyn_cast<ScanOp>(op))
      moveStateFirst(scan.getBlock());
  }
}

/// The links from `root` on, each read by the next alone, along one dimension.
Folder::Chain Folder::findChain(Link root) const {
  Chain chain{{root}, root.x(), root.dim, ""};
  while (true) {
    Operation *op = chain.x.getDefiningOp();
    Link link = linkOf(op, stateOnly);
    if (!link)
      return chain;
    if (!chain.x.hasOneUse()) {
      chain.end = "what it normalises is also read elsewhere";
      return chain;
    }
    if (link.isView()) {
      std::optional<Passage> passage = passView(op, chain.dim, true);
      if (!passage) {
        chain.end = "'" + op->getName().getStringRef().str() +
                    "' in front of it does not keep channels apart";
        return chain;
      }
      chain.dim = passage->dim;
    } else if (link.dim >= 0 && link.dim != chain.dim) {
      chain.end = "'" + op->getName().getStringRef().str() +
                  "' in front of it goes along another dimension";
      return chain;
    }
    chain.links.push_back(link);
    chain.x = link.x();
  }
}

/// All links as one, for numbers along the chain's dimension of x.
Affine Folder::compose(const Chain &chain, Operation *before) {
  builder.setInsertionPoint(before);
  Affine affine;
  int64_t dim = chain.links.front().dim;
  for (const Link &link : chain.links) {
    Expr e(builder, link.op->getLoc());
    if (link.isView()) {
      Passage passage = *passView(link.op, dim, true);
      affine = {pass(e, affine.factor, passage), pass(e, affine.term, passage)};
      dim = passage.dim;
      continue;
    }
    RankedTensorType type = tensorType(link.x());
    affine = channels::compose(
        e, affine, affineOf(builder, link, type.clone({type.getDimSize(dim)})));
  }
  return affine;
}

/// The reason why `values` do not follow from the state alone; empty if they
/// do.
static std::string changeOf(ValueRange values, const StateOnly &stateOnly) {
  auto changing =
      llvm::find_if(values, [&](Value v) { return !stateOnly.contains(v); });
  if (changing == values.end())
    return "";
  if (isa<ScanOp>((*changing).getParentBlock()->getParentOp()))
    return "change from trip to trip of the loop, or from call to call";
  return "change from call to call: they are trained by this step, or computed "
         "from its inputs";
}

/// Why nothing can be folded into the weights of a layer; empty if it can.
std::string Folder::flawOfLayer(ChannelLayer layer) const {
  std::string name = ("'" + layer->getName().getStringRef() + "'").str();
  std::optional<LayerChannels> channels = layer.getChannels();
  if (!channels)
    return name + " multiplies no rows with one matrix of weights";
  SmallVector<Value, 2> weights = {channels->weight};
  if (channels->bias)
    weights.push_back(channels->bias);
  std::string change = changeOf(weights, stateOnly);
  return change.empty() ? "" : "the weights of " + name + " " + change;
}

/// Says of all norms of a chain what became of them.
void Folder::report(const Chain &chain, const Twine &what, Operation *where) {
  std::string text =
      (what + " '" + where->getName().getStringRef() + "'").str();
  if (auto place = where->getLoc()->findInstanceOf<FileLineColLoc>())
    text += " of line " + std::to_string(place.getLine());
  for (const Link &link : chain.links)
    if (link.isNorm())
      remark::passed(link.op->getLoc(), options("folded")) << remark::add(
          "'{0}' {1}", link.op->getName().getStringRef().str(), text);
}

/// Views stay; every other op of a chain is replaced by its operand.
void Folder::remove(const Chain &chain) {
  for (const Link &link : llvm::reverse(chain.links)) {
    if (link.isView())
      continue;
    link.op->getResult(0).replaceAllUsesWith(link.x());
    erase(link.op);
  }
}

bool Folder::foldIntoLayer(Chain &chain, std::string &why) {
  auto layer = chain.x.getDefiningOp<ChannelLayer>();
  if (!layer) {
    Operation *op = chain.x.getDefiningOp();
    why =
        !chain.end.empty() ? chain.end
        : op
            ? "what it normalises is made by '" +
                  op->getName().getStringRef().str() +
                  "', which is neither a convolution nor a product with weights"
        : isa<ScanOp>(chain.x.getParentBlock()->getParentOp())
            ? "what it normalises comes into the loop from outside"
            : std::string("what it normalises is an input");
    return false;
  }
  if (!chain.x.hasOneUse()) {
    why = "what '" + layer->getName().getStringRef().str() +
          "' makes is also read elsewhere";
    return false;
  }
  why = flawOfLayer(layer);
  if (!why.empty())
    return false;
  LayerChannels channels = *layer.getChannels();
  if (channels.yDim != chain.dim) {
    why = "it normalises dimension " + std::to_string(chain.dim) +
          ", but the "
          "channels of '" +
          layer->getName().getStringRef().str() + "' are dimension " +
          std::to_string(channels.yDim);
    return false;
  }
  Affine affine = compose(chain, layer);
  Expr e(builder, layer.getLoc());
  Value weight = affine.factor ? layer.scaleOutputs(builder, affine.factor)
                               : channels.weight;
  Value bias = channels.bias;
  if (bias && affine.factor)
    bias = e.mul(bias, affine.factor);
  if (affine.term)
    bias = bias ? e.add(bias, affine.term) : affine.term;
  Value folded = layer.rebuild(builder, weight, bias);
  stateOnly.insert(weight);
  if (bias)
    stateOnly.insert(bias);
  report(chain, "went into", layer);
  remove(chain);
  chain.x.replaceAllUsesWith(folded);
  erase(layer);
  return true;
}

/// Finds the layers that read a value, which has numbers along `dim`; or
/// returns the reason why a reader is not a layer.
std::string Folder::findReaders(Value value, int64_t dim,
                                SmallVector<Passage> way,
                                SmallVectorImpl<Reader> &readers) const {
  for (OpOperand &use : value.getUses()) {
    Operation *op = use.getOwner();
    std::string name = ("'" + op->getName().getStringRef() + "'").str();
    if (isView(op)) {
      std::optional<Passage> passage = passView(op, dim, false);
      if (!passage)
        return name + " behind it does not keep channels apart";
      SmallVector<Passage> further(way);
      further.push_back(*passage);
      std::string flaw =
          findReaders(op->getResult(0), passage->dim, further, readers);
      if (!flaw.empty())
        return flaw;
      continue;
    }
    auto layer = dyn_cast<ChannelLayer>(op);
    if (!layer)
      return name +
             " reads it, which is neither a convolution nor a product with "
             "weights";
    std::string flaw = flawOfLayer(layer);
    if (!flaw.empty())
      return flaw;
    LayerChannels channels = *layer.getChannels();
    if (channels.x != value || channels.xDim != dim || channels.weight == value)
      return name + " reads it along another dimension";
    if (!layer.shiftsAlike())
      return name + " reads it with zeros around it, or overlapping";
    readers.push_back({layer, way});
  }
  return "";
}

/// Folds a chain without views into what reads it.
bool Folder::foldIntoReaders(const Chain &chain, std::string &why) {
  SmallVector<Reader> readers;
  Operation *root = chain.links.front().op;
  why = findReaders(root->getResult(0), chain.dim, {}, readers);
  if (!why.empty() || readers.empty())
    return false;
  report(chain, "went into", readers.front().layer);
  Affine affine = compose(chain, root);
  for (Reader &reader : readers) {
    ChannelLayer layer = reader.layer;
    builder.setInsertionPoint(layer);
    Expr e(builder, layer.getLoc());
    Affine here = affine;
    for (const Passage &passage : reader.passages)
      here = {pass(e, here.factor, passage), pass(e, here.term, passage)};
    LayerChannels channels = *layer.getChannels();
    Value weight =
        here.factor ? layer.scaleInputs(builder, here.factor) : channels.weight;
    Value bias = channels.bias;
    if (here.term) {
      Value shift = layer.shiftInputs(builder, here.term);
      bias = bias ? e.add(bias, shift) : shift;
    }
    Value folded = layer.rebuild(builder, weight, bias);
    stateOnly.insert(weight);
    if (bias)
      stateOnly.insert(bias);
    layer->getResult(0).replaceAllUsesWith(folded);
    erase(layer);
  }
  remove(chain);
  return true;
}

/// Makes one factor and one term of a chain without views that has several.
bool Folder::merge(const Chain &chain) {
  if (chain.links.size() < 2)
    return false;
  Operation *root = chain.links.front().op;
  Affine affine = compose(chain, root);
  Expr e(builder, root->getLoc());
  Value y = chain.x;
  if (affine.factor)
    y = e.mul(y, e.broadcast(affine.factor, y, {chain.dim}));
  if (affine.term)
    y = e.add(y, e.broadcast(affine.term, y, {chain.dim}));
  report(chain, "is one product and one sum with", chain.links.back().op);
  root->getResult(0).replaceAllUsesWith(y);
  for (const Link &link : chain.links)
    erase(link.op);
  return true;
}

/// Whether `root` went into something.
bool Folder::fold(Operation *root) {
  Link link = linkOf(root, stateOnly);
  if (!link || link.isView() || link.dim < 0)
    return false;
  Chain chain = findChain(link);
  if (!chain.hasNorm())
    return false;
  // Folding erases the chain: its norms are counted before.
  auto norms = [&] {
    return unsigned(llvm::count_if(
        chain.links, [](const Link &link) { return link.isNorm(); }));
  };
  auto count = [](unsigned &counter, unsigned norms) {
    counter += norms;
    return true;
  };
  std::string before, behind;
  unsigned all = norms();
  if (foldIntoLayer(chain, before))
    return count(numFolded, all);

  // Up to the first view, where there is one.
  auto view =
      llvm::find_if(chain.links, [](const Link &l) { return l.isView(); });
  if (view != chain.links.end()) {
    chain.x = view->op->getResult(0);
    chain.links.erase(view, chain.links.end());
    chain.dim = link.dim;
  }
  if (chain.hasNorm()) {
    all = norms();
    if (foldIntoReaders(chain, behind))
      return count(numFolded, all);
    if (merge(chain))
      return count(numMerged, all);
  }
  if (link.isNorm()) {
    auto missed = remark::missed(root->getLoc(), options("kept"));
    missed << remark::add("'{0}' stays: {1}{2}{3}",
                          root->getName().getStringRef().str(), before,
                          behind.empty() ? "" : "; ", behind);
  }
  return false;
}

/// Why a normalisation cannot be folded at all; empty for other ops.
static std::string reasonOf(Operation *op, const StateOnly &stateOnly) {
  if (isa<LayerNormOp, GroupNormOp, InstanceNormOp, RmsNormOp, NormalizeOp,
          BatchNormTrainOp>(op))
    return "its mean and variance are those of the values themselves";
  if (isa<LocalResponseNormOp>(op))
    return "it divides by what the values themselves are";
  if (isa<BatchNormEvalOp>(op)) {
    std::string change = changeOf(op->getOperands().drop_front(), stateOnly);
    return change.empty() ? "" : "its statistics, weight or bias " + change;
  }
  return "";
}

void Folder::run() {
  bool hasNorm = false;
  step.walk([&](Operation *op) {
    if (std::string reason = reasonOf(op, stateOnly); !reason.empty())
      remark::missed(op->getLoc(), options("kept")) << remark::add(
          "'{0}' stays: {1}", op->getName().getStringRef().str(), reason);
    hasNorm |= isa<BatchNormEvalOp>(op);
  });
  if (!hasNorm)
    return;
  moveStateFirst(step.getBody().front());
  SmallVector<Operation *> ops;
  step.walk([&](Operation *op) { ops.push_back(op); });
  // An erased op's address may have been reused: such an op is skipped.
  for (Operation *op : llvm::reverse(ops))
    if (!erased.contains(op))
      fold(op);
}

namespace {

struct FoldBatchNormPass : dlc::impl::FoldBatchNormBase<FoldBatchNormPass> {
  void runOnOperation() override {
    // One step after the other, for the order of the remarks.
    for (auto function : getOperation().getBody().getOps<func::FuncOp>()) {
      if (!function->hasAttr(names::step))
        continue;
      Folder folder(function);
      folder.run();
      numFolded += folder.numFolded;
      numMerged += folder.numMerged;
    }
  }
};

} // namespace
