//===- KernelSet.cpp - Kernels that differ --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "KernelSet.h"

#include "mlir/IR/OperationSupport.h"

using namespace mlir;
using namespace dlc;

static constexpr OperationEquivalence::Flags kFlags =
    OperationEquivalence::IgnoreLocations;

/// All attributes of a kernel but its name: its type, what phases say of it.
static DictionaryAttr attributesOf(func::FuncOp kernel) {
  NamedAttrList attrs(kernel->getAttrDictionary());
  attrs.erase(SymbolTable::getSymbolAttrName());
  return attrs.getDictionary(kernel.getContext());
}

/// Equal kernels have equal hashes. Which value an op reads is left to the
/// comparison.
static size_t hashOf(func::FuncOp kernel) {
  llvm::hash_code hash = hash_value(attributesOf(kernel));
  kernel.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    hash = llvm::hash_combine(
        hash, OperationEquivalence::computeHash(
                  op, OperationEquivalence::ignoreHashValue,
                  OperationEquivalence::ignoreHashValue, kFlags));
  });
  return hash;
}

/// Operands are compared in their order, also of ops that commute: a sum has
/// the bits of its order.
static bool areEqual(func::FuncOp a, func::FuncOp b) {
  if (attributesOf(a) != attributesOf(b))
    return false;
  DenseMap<Value, Value> same;
  return OperationEquivalence::isRegionEquivalentTo(
      &a.getBody(), &b.getBody(),
      [&](Value left, Value right) {
        return success(same.lookup(left) == right);
      },
      [&](Value left, Value right) { same[left] = right; }, kFlags);
}

func::FuncOp KernelSet::findOrInsert(func::FuncOp kernel) {
  SmallVector<func::FuncOp, 1> &candidates = byHash[hashOf(kernel)];
  for (func::FuncOp known : candidates)
    if (areEqual(known, kernel))
      return known;
  candidates.push_back(kernel);
  return kernel;
}
