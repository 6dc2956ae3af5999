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

#include <optional>
#include <variant>

namespace dlc::models {

/// One word of several, as `--norm batch`.
struct Choice {
  llvm::StringRef value;
  llvm::ArrayRef<llvm::StringRef> among;
};

/// The choices of a user about a reference model. A member that is 0 or empty
/// in the defaults of a model is not an option of it.
struct ModelOptions {
  int64_t batch = 0;
  int64_t classes = 0;
  /// C x H x W.
  nn::Shape image;
  int64_t width = 0, layers = 0, directions = 0, heads = 0;
  int64_t vocabulary = 0, length = 0, sample = 0, kMax = 0, latent = 0;
  int64_t nodes = 0, features = 0, edges = 0;
  int64_t filters = 0, rollouts = 0;
  std::optional<double> dropout;
  Choice activation, norm, relaxation, optimizer;
};

/// An option of `dlc-models` and where its value goes.
struct OptionEntry {
  using Count = int64_t ModelOptions::*;
  using Fraction = std::optional<double> ModelOptions::*;
  using Extents = nn::Shape ModelOptions::*;
  using Word = Choice ModelOptions::*;

  /// "k-max" of --k-max.
  llvm::StringRef name;
  std::variant<Count, Fraction, Extents, Word> member;
};

/// All options that models have.
llvm::ArrayRef<OptionEntry> optionEntries();
/// The value that the option has in `options`, as a user writes it; empty where
/// the model has no such option.
std::string optionValue(const OptionEntry &entry, const ModelOptions &options);
/// Takes `text` for the value of an option that the model has. If it does not
/// fit, returns the expected form.
std::optional<std::string> setOption(const OptionEntry &entry,
                                     llvm::StringRef text,
                                     ModelOptions &options);

struct ModelEntry {
  llvm::StringRef name;
  /// One line: the architecture, and its publication.
  llvm::StringRef summary;
  ModelOptions defaults;
  mlir::OwningOpRef<mlir::ModuleOp> (*build)(mlir::MLIRContext &context,
                                             const ModelOptions &options);
  /// The argument of `dlc-run train --data` for it.
  llvm::StringRef data;
  /// The argument of `--cycle` for it; empty: the step `train` alone.
  llvm::StringRef cycle = {};
};

/// All reference models, by family.
llvm::ArrayRef<ModelEntry> entries();
/// The options of a model with their defaults: "--batch 64 --classes 10".
std::string describeOptions(const ModelEntry &entry);

/// LeNet-5: `#ui8` images of 28 x 28, 10 classes.
mlir::OwningOpRef<mlir::ModuleOp> buildLeNet5(mlir::MLIRContext &context,
                                              const ModelOptions &options);

} // namespace dlc::models
#endif // DLC_MODELS_MODELS_H
