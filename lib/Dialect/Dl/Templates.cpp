//===- Templates.cpp - Functions with open extents ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Templates.h"
#include "Words.h"
#include "dlc/Dialect/Dl/Build.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

bool dlc::dl::hasOpenExtents(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && !tensor.hasStaticShape();
}

bool dlc::dl::mayBe(Type a, Type b) {
  if (a == b)
    return true;
  auto x = dyn_cast<RankedTensorType>(a), y = dyn_cast<RankedTensorType>(b);
  if (!x || !y || x.getElementType() != y.getElementType() ||
      x.getEncoding() != y.getEncoding() || x.getRank() != y.getRank())
    return false;
  return llvm::all_of(llvm::zip(x.getShape(), y.getShape()), [](auto extents) {
    auto [i, j] = extents;
    return i == j || ShapedType::isDynamic(i) || ShapedType::isDynamic(j);
  });
}

bool dlc::dl::mayBe(TypeRange a, TypeRange b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto types) {
           return mayBe(std::get<0>(types), std::get<1>(types));
         });
}

bool dlc::dl::isDeferred(Operation *op) {
  if (isEntryOfFunction(op))
    return true;
  auto isOpen = [](Operation *op) {
    return llvm::any_of(op->getOperandTypes(), hasOpenExtents) ||
           llvm::any_of(op->getResultTypes(), hasOpenExtents);
  };
  if (!isOpen(op)) {
    // A loop is verified with its body.
    auto scan = dyn_cast<ScanOp>(op);
    if (!scan || scan.getBody().empty() ||
        !llvm::any_of(scan.getBody().getOps(),
                      [](Operation &inner) { return isDeferred(&inner); }))
      return false;
  }
  return op->getParentOfType<FuncOp>() != nullptr;
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

bool dlc::dl::isEntryOfFunction(Operation *op) {
  return isa<ParamOp, BufferOp>(op) &&
         isa_and_present<FuncOp>(op->getParentOp());
}

LogicalResult dlc::dl::verifyEntryOfFunction(Operation *op) {
  if (failed(verifyKnownAttributes(op)))
    return failure();
  auto name = op->getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
  auto type = op->getAttrOfType<TypeAttr>("type");
  if (!name || !type || !op->getAttrOfType<InitializerAttrInterface>("init"))
    return op->emitOpError("expects a name, a type and an initialiser");
  auto tensor = dyn_cast<RankedTensorType>(type.getValue());
  if (!tensor || !isElementType(tensor.getElementType()))
    return op->emitOpError() << "is a tensor, not " << type;
  if (op->hasAttr("parameter") || op->hasAttr("storage"))
    return op->emitOpError("of a function is not that of another entry, nor "
                           "stored in another way");
  auto func = cast<FuncOp>(op->getParentOp());
  if (func.findEntry(name) != op)
    return op->emitOpError()
           << "has the name of another entry of @" << func.getSymName();
  auto sizes = op->getAttrOfType<ArrayAttr>("sizes");
  if (sizes && !llvm::all_of(sizes, llvm::IsaPred<StringAttr>))
    return op->emitOpError() << "names its sizes, not " << sizes;
  size_t open = llvm::count_if(tensor.getShape(), ShapedType::isDynamic);
  size_t given = sizes ? sizes.size() : 0;
  if (open != given)
    return op->emitOpError()
           << "has " << open << " open extents and names " << given
           << " sizes for them; expected one each, as in 'tensor<?x4xf32> "
              "sizes(n)'";
  if (!sizes)
    return success();
  SmallVector<StringRef> known;
  if (ArrayAttr names = func.getSizeNamesAttr())
    for (auto name : names.getAsRange<StringAttr>())
      known.push_back(name.getValue());
  for (auto size : sizes.getAsRange<StringAttr>())
    if (!llvm::is_contained(known, size.getValue()))
      return op->emitOpError()
             << "has the size '" << size.getValue() << "', which @"
             << func.getSymName() << " does not have"
             << suggestion(size.getValue(), known)
             << "; a function names its sizes behind its own name: '@"
             << func.getSymName() << "<" << size.getValue() << ">'";
  return success();
}

bool dlc::dl::declaresMore(Operation *from) {
  auto model = from->getParentOfType<ModelOp>();
  return model && llvm::any_of(model.getBody().getOps<FuncOp>(), [](FuncOp f) {
           return !f.getEntries().empty();
         });
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LogicalResult dlc::dl::verifyCallSizes(CallOp call, FuncOp callee) {
  ArrayAttr wanted = callee.getSizeNamesAttr(), given = call.getSizesAttr();
  size_t expected = wanted ? wanted.size() : 0;
  size_t found = given ? given.size() : 0;
  if (expected != found) {
    InFlightDiagnostic error = call.emitOpError()
                               << "gives " << found << " sizes, but "
                               << call.getCalleeAttr() << " has " << expected;
    if (expected) {
      error << ": <";
      llvm::interleaveComma(wanted.getAsRange<StringAttr>(), error,
                            [&](StringAttr name) { error << name.getValue(); });
      error << '>';
    }
    return error;
  }
  if (!given)
    return success();
  auto caller = call->getParentOfType<FuncOp>();
  SmallVector<StringRef> known;
  if (caller && caller.getSizeNamesAttr())
    for (auto name : caller.getSizeNamesAttr().getAsRange<StringAttr>())
      known.push_back(name.getValue());
  for (Attribute size : given) {
    if (auto name = dyn_cast<StringAttr>(size)) {
      if (!llvm::is_contained(known, name.getValue()))
        return call.emitOpError()
               << "gives the size '" << name.getValue()
               << "', which is neither a number nor a size of the function "
                  "that it stands in"
               << suggestion(name.getValue(), known);
      continue;
    }
    auto number = dyn_cast<IntegerAttr>(size);
    if (!number || number.getInt() < 0 || number.getInt() > maxElements)
      return call.emitOpError()
             << "gives a size of " << size << ", expected 0 to " << maxElements;
  }
  return success();
}
