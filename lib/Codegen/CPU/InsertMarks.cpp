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

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Runtime.h"
#include "dlc/Transforms/Cost.h"
#include "dlc/Transforms/Origin.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Support/Path.h"

namespace dlc {
#define GEN_PASS_DEF_INSERTMARKS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// What is known of a call
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
  for (const InlinedCall &call : llvm::reverse(inlinedCalls(location)))
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

/// What is counted is that of dl-note-costs. Of a kernel that was made later,
/// such as a copy or a part of another one, the operations are not known, and
/// its bytes are those of its arguments.
static void addCost(NamedAttrList &site, func::FuncOp kernel) {
  Builder builder(kernel.getContext());
  double flops = -1, bytes = 0, bits = 0;
  auto noted = kernel->getAttrOfType<DenseF64ArrayAttr>(names::cost);
  if (noted && noted.size() == 3) {
    flops = noted[0];
    bytes = noted[1];
    bits = noted[2];
  } else {
    for (auto [number, type] : llvm::enumerate(kernel.getArgumentTypes()))
      if (!kernel.getArgAttr(number, names::scratch))
        bytes += bytesOf(type);
  }
  site.set("flops", builder.getF64FloatAttr(flops));
  site.set("bytes", builder.getF64FloatAttr(bytes));
  site.set("bits", builder.getI64IntegerAttr(bits == 64 ? 64
                                             : bits > 0 ? 32
                                                        : 0));
}

/// Names, places and parts of the ops, in lists of one length.
static void addOps(NamedAttrList &site, func::CallOp call,
                   func::FuncOp kernel) {
  Builder builder(kernel.getContext());
  SmallVector<StringRef> ops, parts;
  SmallVector<std::string> places;
  SmallVector<Location> locations = equalOps(call.getLoc());
  if (auto noted = kernel->getAttrOfType<ArrayAttr>(names::ops))
    for (auto [number, attr] : llvm::enumerate(noted)) {
      auto name = dyn_cast<StringAttr>(attr);
      if (!name || name.empty())
        continue;
      Location location = locations.size() == noted.size()
                              ? locations[number]
                              : UnknownLoc::get(kernel.getContext());
      ops.push_back(name.getValue());
      places.push_back(placeOf(location));
      parts.push_back(nameOf(partOf(location)));
    }
  site.set("ops", builder.getStrArrayAttr(ops));
  site.set("places", builder.getStrArrayAttr(
                         SmallVector<StringRef>(places.begin(), places.end())));
  site.set("parts", builder.getStrArrayAttr(parts));
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {

class InsertMarksPass : public dlc::impl::InsertMarksBase<InsertMarksPass> {
public:
  void runOnOperation() override;

private:
  NamedAttrList describe(func::FuncOp step);
  unsigned addSite(const NamedAttrList &site) {
    sites.push_back(site.getDictionary(&getContext()));
    return sites.size() - 1;
  }
  void insert(func::FuncOp step);
  void mark(OpBuilder &builder, func::FuncOp step, unsigned site,
            dlc_mark mark);

  SymbolTable *symbols;
  func::FuncOp markFunction, barrier;
  SmallVector<Attribute> sites;
};

} // namespace

/// Of what step, or size of a step, or derivation a function is.
NamedAttrList InsertMarksPass::describe(func::FuncOp step) {
  Builder builder(&getContext());
  NamedAttrList site;
  site.set("step", step.getSymNameAttr());
  site.set("batch", builder.getI64IntegerAttr(0));
  site.set("derives", builder.getBoolAttr(false));
  auto manifest =
      getOperation()->getAttrOfType<DictionaryAttr>(names::manifest);
  auto find = [&](StringRef list) -> DictionaryAttr {
    if (manifest && manifest.getAs<ArrayAttr>(list))
      for (auto entry :
           manifest.getAs<ArrayAttr>(list).getAsRange<DictionaryAttr>())
        if (entry.getAs<StringAttr>("name") == step.getSymNameAttr())
          return entry;
    return {};
  };
  if (find("derivations"))
    site.set("derives", builder.getBoolAttr(true));
  DictionaryAttr entry = find("steps");
  if (auto batch =
          entry ? entry.getAs<DictionaryAttr>("batch") : DictionaryAttr()) {
    site.set("step", batch.get("step"));
    site.set("batch", batch.get("rows"));
  }
  return site;
}

void InsertMarksPass::mark(OpBuilder &builder, func::FuncOp step, unsigned site,
                           dlc_mark mark) {
  Location loc = step.getLoc();
  Value siteNumber = arith::ConstantIntOp::create(builder, loc, site, 32);
  Value kind = arith::ConstantIntOp::create(builder, loc, mark, 32);
  func::CallOp::create(
      builder, loc, markFunction,
      ValueRange{step.getArguments().back(), siteNumber, kind});
}

void InsertMarksPass::insert(func::FuncOp step) {
  NamedAttrList whole = describe(step);
  unsigned first = addSite(whole);
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
    NamedAttrList site = whole;
    site.set("kernel", callee.getSymNameAttr());
    addCost(site, callee);
    addOps(site, call, callee);
    unsigned number = addSite(site);
    if (waiting) {
      builder.setInsertionPointAfter(waiting);
      mark(builder, step, number, DLC_MARK_WAIT);
    }
    waiting = {};
    builder.setInsertionPointAfter(call);
    mark(builder, step, number, DLC_MARK_WORK);
  }
  Block &body = step.getBody().front();
  builder.setInsertionPointToStart(&body);
  mark(builder, step, first, DLC_MARK_START);
  builder.setInsertionPoint(body.getTerminator());
  func::CallOp::create(builder, step.getLoc(), barrier,
                       step.getArguments().take_back());
  mark(builder, step, first, DLC_MARK_WAIT);
}

void InsertMarksPass::runOnOperation() {
  ModuleOp module = getOperation();
  SymbolTable table(module);
  symbols = &table;
  sites.clear();
  barrier = codegen::declareRuntime(table, codegen::runtime::barrier);
  markFunction = codegen::declareRuntime(table, codegen::runtime::mark);
  for (auto step : llvm::to_vector(module.getOps<func::FuncOp>()))
    if (step->hasAttr(names::step))
      insert(step);
  NamedAttrList manifest(
      module->getAttrOfType<DictionaryAttr>(names::manifest));
  manifest.set("sites", ArrayAttr::get(&getContext(), sites));
  module->setAttr(names::manifest, manifest.getDictionary(&getContext()));
}
