//===- HparamPlateau.h - A plateau that sets a hyper-parameter --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_HPARAMPLATEAU_H
#define DLC_TRAINING_HPARAMPLATEAU_H

#include "dlc/Execution/Model.h"
#include "dlc/Training/Metadata.h"
#include "dlc/Training/Plateau.h"

#include "llvm/ADT/ArrayRef.h"

namespace dlc {

/// A Plateau with its hyper-parameter in a model and its metric in the rows of
/// metrics.csv.
class HparamPlateau {
public:
  /// `columns` are those of a row. `resumed` is the metadata of the checkpoint
  /// that the run goes on from; it may have nothing of a plateau.
  static llvm::Expected<HparamPlateau>
  create(const PlateauOptions &options, Model &model,
         llvm::ArrayRef<std::string> columns, const Metadata &resumed,
         llvm::StringRef resumedFrom);

  /// Sees the row of one more epoch, and sets the hyper-parameter. Gives a
  /// sentence ("eval_loss has stopped improving, lr 0.1 -> 0.01") if that
  /// changed it.
  llvm::Expected<std::string> step(Model &model, llvm::ArrayRef<double> row);

  /// The part of it that a checkpoint keeps.
  Metadata save() const { return plateau.save(); }

private:
  HparamPlateau(const PlateauOptions &options, size_t column)
      : plateau(options), column(column) {}

  Plateau plateau;
  size_t column; ///< of the metric
};

} // namespace dlc
#endif // DLC_TRAINING_HPARAMPLATEAU_H
