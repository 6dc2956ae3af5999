//===- Manifest.h - The lowered model's description, typed ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_MANIFEST_H
#define DLC_LIB_TARGET_MANIFEST_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ElementTypes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <array>
#include <vector>

namespace dlc {

/// A step's input or output.
struct TensorInfo {
  llvm::StringRef name;
  mlir::RankedTensorType type;

  const ElementType &element() const {
    return *dl::findElementType(type.getElementType());
  }
};

struct StateInfo {
  TensorInfo tensor;
  int kind, initKind;
  double a, b, c, d; ///< of the initialiser
  int range = 0;     ///< a dlc_range
  int64_t offset = 0;
  /// Shape and strides (in elements) of the stored view in logical order.
  llvm::SmallVector<int64_t> viewShape, viewStrides;
};

struct StepInfo {
  llvm::StringRef name;
  bool trains;
  llvm::SmallVector<TensorInfo> inputs, outputs;
  /// The message of each check that fails.
  llvm::SmallVector<llvm::StringRef> faults;
  /// The states that it changes and the derivations that it reads, by index.
  llvm::SmallVector<int32_t> writes, derivations;
  /// The function that computes it.
  llvm::StringRef symbol;
  /// Rows of the batch, where the step has several sizes; else 0.
  int64_t batch = 0;
  /// Calls of any number of rows are made of the sizes.
  bool anyBatch = false;
  /// All sizes, the least first; the step itself is the last of them.
  std::vector<StepInfo> sizes = {};
};

/// The results of a derivation.
struct DerivedInfo {
  TensorInfo tensor;
  int64_t offset = 0;
};

/// A function of the state alone that steps use; see dlc_derivation.
struct DerivationInfo {
  llvm::StringRef name;
  llvm::SmallVector<int32_t> reads; ///< states, by index
};

/// The contents of a dlc_site.
struct SiteInfo {
  llvm::StringRef kernel; ///< empty: all of the step
  llvm::StringRef step;
  int64_t batch = 0;
  int64_t trips = 1;
  double flops = -1, bytes = -1;
  int floatBits = 0;
  bool derives = false;
  /// Name, place and part of each op.
  llvm::SmallVector<std::array<llvm::StringRef, 3>> ops;
};

/// The contents of `dl.manifest`, after the `vector` phase.
struct Manifest {
  static llvm::Expected<Manifest> read(mlir::ModuleOp module);
  /// The same without the memory plan, whose numbers are zero.
  static Manifest parse(dl::ManifestAttr attrs);

  llvm::StringRef name;
  llvm::SmallVector<StateInfo> states;
  /// The results of derivations, behind the states in their block.
  llvm::SmallVector<DerivedInfo> derived;
  llvm::SmallVector<DerivationInfo> derivations;
  std::vector<StepInfo> steps;
  /// The sites that marks of steps count, by their numbers.
  std::vector<SiteInfo> sites;
  int64_t stateBytes = 0, arenaBytes = 0;
};

/// The description as JSON.
std::string describeAsJson(const Manifest &manifest);

/// Adds the tables of dlc/Runtime.h and the function DLC_LIBRARY_SYMBOL.
/// `frozen` is CompilerOptions::frozen.
llvm::GlobalVariable *
addTables(llvm::Module &module, const Manifest &manifest,
          const llvm::StringMap<std::vector<char>> *frozen);

/// Adds the functions that makeHeader declares.
void addInterface(llvm::Module &module, const Manifest &manifest,
                  llvm::GlobalVariable *model);

} // namespace dlc
#endif // DLC_LIB_TARGET_MANIFEST_H
