//===- Reduce.cpp - Smaller programs that fail in the same way ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Reduce.h"

#include "Text.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"

#include <set>

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

//===----------------------------------------------------------------------===//
// Unneeded ops
//===----------------------------------------------------------------------===//

static bool mustStay(Operation *op) {
  return op->hasTrait<OpTrait::IsTerminator>() ||
         isa<dl::MinimizeOp, dl::WriteOp, dl::ModelOp, dl::FuncOp, dl::StepOp,
             ModuleOp>(op) ||
         isa<dl::ModelOp>(op->getParentOp());
}

/// Removes operand `number` of a loop, and the argument of its body for it.
static void dropScanOperand(dl::ScanOp scan, unsigned number) {
  SmallVector<int32_t> sizes = {int32_t(scan.getInits().size()),
                                int32_t(scan.getInputs().size()),
                                int32_t(scan.getInvariants().size())};
  unsigned rest = number, segment = 0;
  while (rest >= unsigned(sizes[segment]))
    rest -= sizes[segment++];
  --sizes[segment];
  scan.getBlock().eraseArgument(number);
  scan->eraseOperand(number);
  scan->setAttr("operandSegmentSizes",
                DenseI32ArrayAttr::get(scan.getContext(), sizes));
}

/// Removes result `number` of a loop and the operand of its yield; a new op
/// takes the place of the loop.
static dl::ScanOp dropScanResult(dl::ScanOp scan, unsigned number) {
  scan.getYield()->eraseOperand(number);
  OpBuilder builder(scan);
  OperationState state(scan.getLoc(), scan->getName());
  state.addOperands(scan->getOperands());
  for (auto [i, type] : llvm::enumerate(scan->getResultTypes()))
    if (i != number)
      state.addTypes(type);
  state.addAttributes(llvm::to_vector(scan->getAttrDictionary().getValue()));
  state.addRegion()->takeBody(scan.getBody());
  auto smaller = cast<dl::ScanOp>(builder.create(state));
  unsigned next = 0;
  for (auto [i, result] : llvm::enumerate(scan->getResults()))
    if (i != number)
      result.replaceAllUsesWith(smaller->getResult(next++));
  scan->erase();
  return smaller;
}

/// Makes a loop smaller by one operand or result that nothing needs.
static bool shrinkScan(dl::ScanOp scan) {
  unsigned carried = scan.getNumCarried();
  for (unsigned i = carried; i < scan->getNumOperands(); ++i)
    if (scan.getBlock().getArgument(i).use_empty()) {
      dropScanOperand(scan, i);
      return true;
    }
  for (unsigned i = carried; i < scan->getNumResults(); ++i)
    if (scan->getResult(i).use_empty()) {
      dropScanResult(scan, i);
      return true;
    }
  for (unsigned i = 0; i < carried; ++i) {
    Value argument = scan.getBlock().getArgument(i);
    bool alone = llvm::all_of(argument.getUsers(), [&](Operation *user) {
      return user == scan.getYield();
    });
    if (carried > 1 && scan->getResult(i).use_empty() && alone &&
        llvm::count(scan.getYield()->getOperands(), argument) ==
            (scan.getYield()->getOperand(i) == argument)) {
      scan = dropScanResult(scan, i);
      dropScanOperand(scan, i);
      return true;
    }
  }
  return false;
}

static void clean(ModuleOp module) {
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<Operation *> dead;
    SmallVector<dl::ScanOp> scans;
    module.walk([&](Operation *op) {
      if (!mustStay(op) && op->use_empty())
        dead.push_back(op);
      else if (auto scan = dyn_cast<dl::ScanOp>(op))
        scans.push_back(scan);
    });
    // Those in the body of one come before it, and none uses another.
    for (Operation *op : dead)
      op->erase();
    changed = !dead.empty();
    if (changed)
      continue;
    for (dl::ScanOp scan : scans)
      if (shrinkScan(scan)) {
        changed = true;
        break;
      }
  }
  // Inputs and members that are not used.
  module.walk([](dl::StepOp step) {
    Block &block = step.getBody().front();
    SmallVector<Attribute> names(step.getArgNames().getValue());
    for (unsigned i = block.getNumArguments(); i-- > 0;)
      if (block.getArgument(i).use_empty()) {
        block.eraseArgument(i);
        names.erase(names.begin() + i);
      }
    step.setArgNamesAttr(ArrayAttr::get(step.getContext(), names));
    updateType(step);
  });
  std::set<std::string> used;
  for (bool changed = true; changed;) {
    changed = false;
    used.clear();
    module.walk([&](Operation *op) {
      for (NamedAttribute attr : op->getAttrs())
        if (auto symbol = dyn_cast<FlatSymbolRefAttr>(attr.getValue()))
          used.insert(symbol.getValue().str());
        else
          attr.getValue().walk([&](FlatSymbolRefAttr inner) {
            used.insert(inner.getValue().str());
          });
    });
    bool minimizes = false;
    module.walk([&](dl::MinimizeOp) { minimizes = true; });
    SmallVector<Operation *> unused;
    module.walk([&](Operation *op) {
      if (isa<dl::ParamOp, dl::BufferOp, dl::FuncOp, dl::HparamOp,
              dl::OptimizerOp>(op) &&
          !(minimizes && isa<dl::ParamOp>(op)) &&
          !used.count(SymbolTable::getSymbolName(op).getValue().str()))
        unused.push_back(op);
    });
    for (Operation *op : unused) {
      op->erase();
      changed = true;
    }
  }
}

//===----------------------------------------------------------------------===//
// Edits
//===----------------------------------------------------------------------===//

/// A name that an input of the type may have.
static std::string inputName(Type type, int number) {
  auto element = cast<RankedTensorType>(type).getElementType();
  std::string letter = element.isInteger(1)        ? "b"
                       : isa<IntegerType>(element) ? "i1_"
                                                   : "x";
  return letter + "r" + std::to_string(number);
}

/// Leaves out one target of a gradient.
static bool dropTarget(dl::GradientOp gradient, unsigned number) {
  if (gradient.getTargets().size() < 2 ||
      number >= gradient.getTargets().size() ||
      !gradient->getResult(number).use_empty())
    return false;
  OpBuilder builder(gradient);
  OperationState state(gradient.getLoc(), gradient->getName());
  SmallVector<Value> operands(gradient->getOperands());
  operands.erase(operands.begin() + 1 + number);
  SmallVector<Type> types(gradient->getResultTypes());
  types.erase(types.begin() + number);
  state.addOperands(operands);
  state.addTypes(types);
  state.addAttribute("operandSegmentSizes",
                     builder.getDenseI32ArrayAttr(
                         {1, int32_t(types.size()),
                          int32_t(operands.size() - 1 - types.size())}));
  Operation *smaller = builder.create(state);
  unsigned next = 0;
  for (auto [i, result] : llvm::enumerate(gradient->getResults()))
    if (i != number)
      result.replaceAllUsesWith(smaller->getResult(next++));
  gradient->erase();
  return true;
}

/// Makes edit number `edit` of an op; false if the op has fewer edits.
static bool apply(Operation *op, int edit, int &fresh) {
  if (auto ret = dyn_cast<dl::ReturnOp>(op)) {
    auto step = dyn_cast<dl::StepOp>(ret->getParentOp());
    if (!step || ret->getNumOperands() < 2)
      return false;
    unsigned count = ret->getNumOperands();
    SmallVector<Value> values;
    SmallVector<std::string> names;
    for (unsigned i = 0; i < count; ++i) {
      // At first each alone, then all without one.
      bool keep =
          edit < int(count) ? int(i) == edit : int(i) != edit - int(count);
      if (keep) {
        values.push_back(ret->getOperand(i));
        names.push_back(
            cast<StringAttr>(step.getResultNames()[i]).getValue().str());
      }
    }
    if (edit >= 2 * int(count))
      return false;
    setOutputs(step, values, names);
    return true;
  }
  if (isa<dl::MinimizeOp, dl::WriteOp, dl::StepOp>(op)) {
    auto model = op->getParentOfType<dl::ModelOp>();
    bool last = isa<dl::StepOp>(op) &&
                llvm::hasSingleElement(model.getOps<dl::StepOp>());
    if (edit > 0 || last)
      return false;
    op->erase();
    return true;
  }
  if (mustStay(op) || op->getNumResults() == 0)
    return false;
  if (edit == 0) {
    // New inputs in place of the results.
    auto step = dyn_cast<dl::StepOp>(op->getParentOp());
    OpBuilder builder(op);
    for (Value result : op->getResults()) {
      Value other;
      if (step) {
        other = addInput(step, result.getType(),
                         inputName(result.getType(), fresh++));
      } else {
        // A number inside of a function or a loop.
        auto type = cast<RankedTensorType>(result.getType());
        Attribute value;
        if (isa<FloatType>(type.getElementType()))
          value = DenseElementsAttr::get(
              type, builder.getFloatAttr(type.getElementType(), 0.5));
        else
          value = DenseElementsAttr::get(
              type, builder.getIntegerAttr(type.getElementType(), 0));
        if (isa<dl::ConstantOp>(op))
          return false;
        OperationState state(op->getLoc(), "dl.constant");
        state.addAttribute("value", value);
        state.addTypes(type);
        other = builder.create(state)->getResult(0);
      }
      result.replaceAllUsesWith(other);
    }
    op->erase();
    return true;
  }
  --edit;
  if (auto call = dyn_cast<dl::CallOp>(op)) {
    if (edit == 0)
      return inlineCall(call);
    --edit;
  }
  if (auto gradient = dyn_cast<dl::GradientOp>(op)) {
    if (edit < 3)
      return dropTarget(gradient, edit);
    edit -= 3;
  }
  // An operand in place of the result.
  if (op->getNumResults() != 1 || edit >= int(op->getNumOperands()))
    return false;
  Value operand = op->getOperand(edit);
  if (operand.getType() != op->getResult(0).getType())
    return false;
  op->getResult(0).replaceAllUsesWith(operand);
  op->erase();
  return true;
}

std::string dlc::fuzz::reduce(StringRef program,
                              llvm::function_ref<bool(StringRef)> holds,
                              int budget) {
  DlContext context;
  ScopedDiagnosticHandler handler(&context,
                                  [](Diagnostic &) { return success(); });
  std::string best = program.str();
  int fresh = 0;
  constexpr int edits = 26;
  for (bool changed = true; changed && budget > 0;) {
    changed = false;
    // From the end: late ops depend on early ones.
    int count = 0;
    {
      OwningOpRef<ModuleOp> module = parseProgram(best, context);
      if (!module)
        return best;
      module->walk([&](Operation *) { ++count; });
    }
    for (int number = count - 1; number >= 0 && budget > 0; --number)
      for (int edit = 0; edit < edits && budget > 0; ++edit) {
        OwningOpRef<ModuleOp> module = parseProgram(best, context);
        Operation *op = nullptr;
        int at = 0;
        module->walk<WalkOrder::PreOrder>([&](Operation *candidate) {
          if (at++ == number)
            op = candidate;
        });
        if (!op)
          break;
        int before = fresh;
        if (!apply(op, edit, fresh)) {
          fresh = before;
          continue;
        }
        clean(*module);
        if (failed(verify(*module)))
          continue;
        std::string smaller = printProgram(*module);
        --budget;
        if (smaller == best || !holds(smaller))
          continue;
        best = std::move(smaller);
        changed = true;
        break;
      }
  }
  return best;
}

//===----------------------------------------------------------------------===//
// About a program
//===----------------------------------------------------------------------===//

std::string dlc::fuzz::summary(StringRef program) {
  DlContext context;
  OwningOpRef<ModuleOp> module = parseProgram(program, context);
  std::set<std::string> names;
  if (module)
    module->walk([&](Operation *op) {
      if (!isa<ModuleOp, dl::ModelOp, dl::StepOp, dl::ReturnOp, dl::YieldOp,
               dl::ParamOp, dl::BufferOp, dl::ReadOp, dl::HparamOp,
               dl::OptimizerOp, dl::ReadHparamOp>(op))
        names.insert(op->getName().stripDialect().str());
    });
  return llvm::join(names, " ");
}

int dlc::fuzz::countOps(StringRef program) {
  DlContext context;
  OwningOpRef<ModuleOp> module = parseProgram(program, context);
  int count = 0;
  if (module)
    module->walk([&](Operation *op) {
      count += !op->hasTrait<OpTrait::IsTerminator>() &&
               !isa<ModuleOp, dl::ModelOp, dl::StepOp, dl::FuncOp>(op) &&
               !isa<dl::ModelOp>(op->getParentOp());
    });
  return count;
}
