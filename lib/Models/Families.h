//===- Families.h - Builders of the reference models ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file for each family of architectures; the rows of Models.cpp say which
// entries they make.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_MODELS_FAMILIES_H
#define DLC_LIB_MODELS_FAMILIES_H

#include "dlc/Models/Layers.h"
#include "dlc/Models/Models.h"

namespace dlc::models {

using Module = mlir::OwningOpRef<mlir::ModuleOp>;

Module buildMlp(mlir::MLIRContext &context, const ModelOptions &options);

/// The network of the paper, in two groups.
Module buildAlexNet(mlir::MLIRContext &context, const ModelOptions &options);
/// torchvision.models.alexnet.
Module buildAlexNet2014(mlir::MLIRContext &context,
                        const ModelOptions &options);
Module buildAlexNetSmall(mlir::MLIRContext &context,
                         const ModelOptions &options);

/// torchvision.models.vgg11 and so on; `name` is "vgg11" or "vgg16", followed
/// by "_bn" for batch norms.
Module buildVgg(mlir::MLIRContext &context, const ModelOptions &options,
                llvm::StringRef name);
Module buildVgg11Small(mlir::MLIRContext &context, const ModelOptions &options);

Module buildNin(mlir::MLIRContext &context, const ModelOptions &options);
Module buildNinSmall(mlir::MLIRContext &context, const ModelOptions &options);

Module buildGoogLeNet(mlir::MLIRContext &context, const ModelOptions &options);
Module buildGoogLeNetSmall(mlir::MLIRContext &context,
                           const ModelOptions &options);

/// Depth 18, 34 or 50.
Module buildResNet(mlir::MLIRContext &context, const ModelOptions &options,
                   int64_t depth);
Module buildResNet20(mlir::MLIRContext &context, const ModelOptions &options);

Module buildMobileNet(mlir::MLIRContext &context, const ModelOptions &options);
Module buildMobileNetSmall(mlir::MLIRContext &context,
                           const ModelOptions &options);

/// A language model of characters.
Module buildCharModel(mlir::MLIRContext &context, const ModelOptions &options,
                      nn::RecurrentKind kind);
/// A classifier of images, row by row.
Module buildRowModel(mlir::MLIRContext &context, const ModelOptions &options,
                     nn::RecurrentKind kind);
/// A classifier of texts of different lengths.
Module buildTextModel(mlir::MLIRContext &context, const ModelOptions &options,
                      nn::RecurrentKind kind);
Module buildTransformer(mlir::MLIRContext &context,
                        const ModelOptions &options);
Module buildTextCnn(mlir::MLIRContext &context, const ModelOptions &options);

Module buildGan(mlir::MLIRContext &context, const ModelOptions &options);
/// With classes the conditional one.
Module buildDcgan(mlir::MLIRContext &context, const ModelOptions &options);
Module buildWgan(mlir::MLIRContext &context, const ModelOptions &options);
Module buildWganGp(mlir::MLIRContext &context, const ModelOptions &options);

Module buildGcn(mlir::MLIRContext &context, const ModelOptions &options);
Module buildTextGcn(mlir::MLIRContext &context, const ModelOptions &options);

Module buildGumbelGan(mlir::MLIRContext &context, const ModelOptions &options);
Module buildSeqGan(mlir::MLIRContext &context, const ModelOptions &options);

} // namespace dlc::models
#endif // DLC_LIB_MODELS_FAMILIES_H
