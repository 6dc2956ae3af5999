//===- Coverage.cpp - Coverage of ops by programs -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Coverage.h"

#include "Generator.h"
#include "Text.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// The ops of the block between `targets` and `y`.
static llvm::DenseSet<Operation *> between(Value y, ValueRange targets) {
  llvm::DenseSet<Operation *> before, path;
  SmallVector<Value> work = {y};
  while (!work.empty())
    if (Operation *op = work.pop_back_val().getDefiningOp())
      if (before.insert(op).second)
        work.append(op->operand_begin(), op->operand_end());
  work.assign(targets.begin(), targets.end());
  while (!work.empty())
    for (Operation *user : work.pop_back_val().getUsers())
      if (before.count(user) && path.insert(user).second)
        work.append(user->result_begin(), user->result_end());
  return path;
}

void Coverage::add(StringRef program) {
  DlContext context;
  OwningOpRef<ModuleOp> module = parseProgram(program, context);
  if (!module)
    return;
  llvm::DenseSet<Operation *> first, second;
  // A loop or a call on the way stands for the ops inside.
  auto mark = [&](Operation *op, llvm::DenseSet<Operation *> &set) {
    op->walk([&](Operation *inner) { set.insert(inner); });
    if (auto call = dyn_cast<dl::CallOp>(op))
      if (Operation *function = SymbolTable::lookupSymbolIn(
              call->getParentOfType<dl::ModelOp>(), call.getCalleeAttr()))
        function->walk([&](Operation *inner) { set.insert(inner); });
  };
  bool trains = false;
  module->walk([&](Operation *op) {
    if (auto gradient = dyn_cast<dl::GradientOp>(op)) {
      auto path = between(gradient.getY(), gradient.getTargets());
      for (Operation *on : path) {
        mark(on, first);
        auto inner = dyn_cast<dl::GradientOp>(on);
        if (!inner)
          continue;
        mark(inner, second);
        for (Operation *again : between(inner.getY(), inner.getTargets()))
          mark(again, second);
      }
    }
    if (auto minimize = dyn_cast<dl::MinimizeOp>(op)) {
      trains = true;
      SmallVector<Value> reads;
      minimize->getParentOp()->walk(
          [&](dl::ReadOp read) { reads.push_back(read); });
      for (Operation *on : between(minimize.getLoss(), reads))
        mark(on, first);
    }
  });
  std::map<std::string, Counts> seen;
  module->walk([&](Operation *op) {
    if (isa<ModuleOp>(op))
      return;
    Counts &modes = seen[op->getName().stripDialect().str()];
    auto has = [&](auto test) {
      return llvm::any_of(op->getOperandTypes(), test) ||
             llvm::any_of(op->getResultTypes(), test);
    };
    bool f32 = has([](Type t) { return getElementTypeOrSelf(t).isF32(); });
    bool f64 = has([](Type t) { return getElementTypeOrSelf(t).isF64(); });
    modes[Any] = 1;
    modes[Gradient] |= first.count(op);
    modes[Second] |= second.count(op);
    modes[Loop] |= bool(op->getParentOfType<dl::ScanOp>());
    modes[F32] |= f32;
    modes[F64] |= f64;
    modes[Integers] |= !f32 && !f64;
    modes[trains ? Train : Eval] = 1;
  });
  for (auto &[op, modes] : seen)
    add(op, modes);
}

void Coverage::add(StringRef op, const Counts &counts) {
  Counts &sum = table[op.str()];
  for (int mode = 0; mode < kModes; ++mode)
    sum[mode] += counts[mode];
}

void Coverage::print(llvm::raw_ostream &os) const {
  std::map<std::string, Counts> all = table;
  for (const OpGenerator &generator : opGenerators())
    all[generator.op.str()];
  os << llvm::formatv("{0,-32}{1,9}{2,9}{3,9}{4,9}{5,9}{6,9}{7,9}{8,9}{9,9}\n",
                      "op", "programs", "gradient", "second", "loop", "f32",
                      "f64", "integers", "train", "eval");
  for (auto &[op, counts] : all) {
    os << llvm::formatv("{0,-32}", "dl." + op);
    for (int64_t count : counts)
      os << llvm::formatv("{0,9}", count);
    os << '\n';
  }
}
