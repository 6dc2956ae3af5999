//===- Models.h - The reference models --------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Architectures and training schemes written with dlc::nn, by the names that
// `dlc-models` knows them by.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_MODELS_H
#define DLC_MODELS_MODELS_H

#include "dlc/Models/Program.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dlc::models {

/// What a user chooses about a reference model. Zero: the model's own value.
struct ModelOptions {
  int64_t batch = 0;
  int64_t classes = 0;
};

struct ModelEntry {
  llvm::StringRef name;
  /// One line: what it is, and where it was published.
  llvm::StringRef summary;
  ModelOptions defaults;
  mlir::OwningOpRef<mlir::ModuleOp> (*build)(mlir::MLIRContext &context,
                                             const ModelOptions &options);
};

/// All reference models, by name.
llvm::ArrayRef<ModelEntry> entries();

/// LeNet-5: `#ui8` images of 28 x 28, 10 classes.
mlir::OwningOpRef<mlir::ModuleOp> buildLeNet5(mlir::MLIRContext &context,
                                              const ModelOptions &options);
/// ResNet-18, 34 and 50 for images of 3 x 224 x 224.
mlir::OwningOpRef<mlir::ModuleOp> buildResNet18(mlir::MLIRContext &context,
                                                const ModelOptions &options);
mlir::OwningOpRef<mlir::ModuleOp> buildResNet34(mlir::MLIRContext &context,
                                                const ModelOptions &options);
mlir::OwningOpRef<mlir::ModuleOp> buildResNet50(mlir::MLIRContext &context,
                                                const ModelOptions &options);

} // namespace dlc::models
#endif // DLC_MODELS_MODELS_H
