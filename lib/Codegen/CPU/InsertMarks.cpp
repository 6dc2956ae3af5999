//===- InsertMarks.cpp - Steps measure where their time goes --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   call @kernel_0(%x, %0, %worker)
//   call @dlc_rt_barrier(%worker)
//   call @kernel_1(%0, %y, %worker)
//
// becomes
//
//   call @dlc_rt_mark(%worker, %c0, %start)
//   call @kernel_0(%x, %0, %worker)
//   call @dlc_rt_mark(%worker, %c1, %work)
//   call @dlc_rt_barrier(%worker)
//   call @dlc_rt_mark(%worker, %c2, %wait)
//   call @kernel_1(%0, %y, %worker)
//   call @dlc_rt_mark(%worker, %c2, %work)
//   call @dlc_rt_barrier(%worker)
//   call @dlc_rt_mark(%worker, %c0, %wait)
//
// Site 0 is the step, 1 and 2 are the calls. Marks stand in the step alone, so
// that the code of kernels is the same with them and without.
//
//===----------------------------------------------------------------------===//

#include "Shares.h"

#include "dlc/Codegen/Passes.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"
#include "dlc/Transforms/Cost.h"
#include "dlc/Transforms/Origin.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

namespace dlc {
#define GEN_PASS_DEF_INSERTMARKS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Facts about a call
//===----------------------------------------------------------------------===//

/// "net.mlir:12:10"; empty where the location has no line.
static std::string lineOf(Location location) {
  auto place = location->findInstanceOf<FileLineColLoc>();
  if (!place)
    return "";
  return llvm::sys::path::filename(place.getFilename()).str() + ":" +
         std::to_string(place.getLine()) + ":" +
         std::to_string(place.getColumn());
}

/// Where an op is written, and then where the functions around it were called
/// from: "net.mlir:12:10 from net.mlir:40:8".
static std::string placeOf(Location location) {
  std::string text = lineOf(unmarked(location));
  SmallVector<InlinedCall> calls = inlinedCalls(location);
  for (const InlinedCall &call : llvm::reverse(calls))
    if (std::string from = lineOf(call.call); !from.empty())
      text += " from " + from;
  return text;
}

static StringRef nameOf(Part part) {
  switch (part) {
  case Part::Forward:
    return "forward";
  case Part::Gradient:
    return "gradient";
  case Part::Update:
    return "update";
  }
  llvm_unreachable("there are three parts");
}

namespace {
/// The parts of a #dl.site of a call.
struct Call {
  StringAttr kernel;
  int64_t trips = 1;
  double flops = -1, bytes = -1;
  int64_t bits = 0;
  /// For each op, in lists of one length.
  SmallVector<Attribute> ops, places, parts;
};
} // namespace

/// How often a run of the step makes the call, or -1. A condition is that no
/// index was out of range so far, and holds.
static int64_t tripsOf(func::CallOp call, func::FuncOp step) {
  int64_t trips = 1;
  for (Operation *op = call->getParentOp(); op != step;
       op = op->getParentOp()) {
    if (isa<scf::IfOp>(op))
      continue;
    auto loop = dyn_cast<LoopLikeOpInterface>(op);
    std::optional<APInt> count =
        loop ? loop.getStaticTripCount() : std::nullopt;
    if (!count || !count->isSignedIntN(64) ||
        llvm::MulOverflow(trips, count->getSExtValue(), trips))
      return -1;
  }
  return trips;
}

/// The counts are those of dl-note-costs. For a kernel that was made later,
/// such as a copy or a part of another one, the operations are not known, and
/// its bytes are those of its arguments.
static void addCost(Call &site, func::FuncOp kernel) {
  auto noted = kernel->getAttrOfType<DenseF64ArrayAttr>(names::cost);
  if (noted && noted.size() == 3) {
    site.flops = noted[0];
    site.bytes = noted[1];
    site.bits = noted[2];
    return;
  }
  site.bytes = 0;
  for (auto [number, type] : llvm::enumerate(kernel.getArgumentTypes()))
    if (!kernel.getArgAttr(number, names::scratch))
      site.bytes += bytesOf(type);
}

static void addOps(Call &site, func::CallOp call, func::FuncOp kernel) {
  Builder builder(kernel.getContext());
  SmallVector<Location> locations = equalOps(call.getLoc());
  auto noted = kernel->getAttrOfType<ArrayAttr>(names::ops);
  if (!noted)
    return;
  for (auto [number, attr] : llvm::enumerate(noted)) {
    auto name = dyn_cast<StringAttr>(attr);
    if (!name || name.empty())
      continue;
    Location location = locations.size() == noted.size()
                            ? locations[number]
                            : UnknownLoc::get(kernel.getContext());
    site.ops.push_back(builder.getStringAttr(name.getValue()));
    site.places.push_back(builder.getStringAttr(placeOf(location)));
    site.parts.push_back(builder.getStringAttr(nameOf(partOf(location))));
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

/// The step, the size of a step, or the derivation that a function implements.
struct Whole {
  StringAttr step;
  int64_t batch = 0;
  bool derives = false;
};

class InsertMarksPass : public dlc::impl::InsertMarksBase<InsertMarksPass> {
public:
  void runOnOperation() override;

private:
  Whole describe(func::FuncOp step);
  unsigned addSite(const Whole &step, const Call &call);
  LogicalResult insert(func::FuncOp step);
  void mark(OpBuilder &builder, Location loc, Value worker, unsigned site,
            dlc_mark mark);

  SymbolTable *symbols;
  dl::ManifestAttr manifest;
  func::FuncOp markFunction, barrier;
  SmallVector<Attribute> sites;
};

} // namespace

Whole InsertMarksPass::describe(func::FuncOp step) {
  Whole whole{step.getSymNameAttr()};
  auto isNamed = [&](auto entry) { return entry.getName() == whole.step; };
  whole.derives = llvm::any_of(
      manifest.getDerivations().getAsRange<dl::DerivationAttr>(), isNamed);
  auto steps = manifest.getSteps().getAsRange<dl::StepEntryAttr>();
  auto entry = llvm::find_if(steps, isNamed);
  if (entry == steps.end() || !(*entry).getBatch())
    return whole;
  whole.step = (*entry).getBatch().getStep();
  whole.batch = (*entry).getBatch().getRows();
  return whole;
}

unsigned InsertMarksPass::addSite(const Whole &step, const Call &call) {
  Builder b(&getContext());
  sites.push_back(dl::SiteAttr::get(
      &getContext(), step.step, step.batch, step.derives, call.kernel,
      call.trips, b.getF64FloatAttr(call.flops), b.getF64FloatAttr(call.bytes),
      call.bits, b.getArrayAttr(call.ops), b.getArrayAttr(call.places),
      b.getArrayAttr(call.parts)));
  return sites.size() - 1;
}

void InsertMarksPass::mark(OpBuilder &builder, Location loc, Value worker,
                           unsigned site, dlc_mark mark) {
  Value siteNumber = arith::ConstantIntOp::create(builder, loc, site, 32);
  Value kind = arith::ConstantIntOp::create(builder, loc, mark, 32);
  func::CallOp::create(builder, loc, markFunction,
                       ValueRange{worker, siteNumber, kind});
}

LogicalResult InsertMarksPass::insert(func::FuncOp step) {
  FailureOr<Value> worker = codegen::findWorker(step);
  if (failed(worker))
    return failure();
  Whole whole = describe(step);
  unsigned first = addSite(whole, {});
  SmallVector<func::CallOp> calls;
  step.walk([&](func::CallOp call) { calls.push_back(call); });
  OpBuilder builder(&getContext());
  // Calls stand in the order in which they are made, as far as there is one. A
  // barrier is waited at for the sake of the kernel behind it.
  func::CallOp waiting;
  for (func::CallOp call : calls) {
    auto callee = symbols->lookup<func::FuncOp>(call.getCallee());
    if (callee == barrier || callee.getSymName() == codegen::runtime::fault) {
      waiting = call;
      continue;
    }
    if (!callee->hasAttr(names::kernel))
      continue;
    Call site;
    site.kernel = callee.getSymNameAttr();
    site.trips = tripsOf(call, step);
    addCost(site, callee);
    addOps(site, call, callee);
    unsigned number = addSite(whole, site);
    if (waiting) {
      builder.setInsertionPointAfter(waiting);
      mark(builder, step.getLoc(), *worker, number, DLC_MARK_WAIT);
    }
    waiting = {};
    builder.setInsertionPointAfter(call);
    mark(builder, step.getLoc(), *worker, number, DLC_MARK_WORK);
  }
  Block &body = step.getBody().front();
  builder.setInsertionPointToStart(&body);
  mark(builder, step.getLoc(), *worker, first, DLC_MARK_START);
  builder.setInsertionPoint(body.getTerminator());
  func::CallOp::create(builder, step.getLoc(), barrier, *worker);
  mark(builder, step.getLoc(), *worker, first, DLC_MARK_WAIT);
  return success();
}

void InsertMarksPass::runOnOperation() {
  ModuleOp module = getOperation();
  SymbolTable table(module);
  symbols = &table;
  sites.clear();
  manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  if (!manifest) {
    module.emitError("has no ") << names::manifest << "; lower a model first";
    return signalPassFailure();
  }
  barrier = codegen::declareRuntime(table, codegen::runtime::barrier);
  markFunction = codegen::declareRuntime(table, codegen::runtime::mark);
  for (auto step : llvm::to_vector(module.getOps<func::FuncOp>()))
    if (step->hasAttr(names::step) && failed(insert(step)))
      return signalPassFailure();
  module->setAttr(names::manifest,
                  manifest.withSites(ArrayAttr::get(&getContext(), sites)));
}
