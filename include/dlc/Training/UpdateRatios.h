//===- UpdateRatios.h - Ratios of updates to parameters ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_UPDATERATIOS_H
#define DLC_TRAINING_UPDATERATIOS_H

#include "dlc/Execution/Model.h"
#include "dlc/Training/Metadata.h"

#include <string>
#include <vector>

namespace dlc {

/// |w' - w| / |w| of each parameter over one step, in 2-norms: about 1e-3 is
/// usual; 0 of all parameters behind one says that no gradient arrives.
class UpdateRatios {
public:
  explicit UpdateRatios(Model &model);

  llvm::ArrayRef<std::string> names() const { return parameterNames; }
  /// Keeps the parameters as they are before a step.
  llvm::Error before(Model &model);
  /// Takes the ratios after it. A parameter of zeros that changes has an
  /// infinite one.
  llvm::Error after(Model &model);
  /// The ratios of the last step that was measured, in the order of the names.
  llvm::ArrayRef<double> values() const { return ratios; }

  /// The ratios as metadata, for a run that resumes between the last step of an
  /// epoch and its evaluation.
  Metadata save() const;
  /// Takes the ratios that the metadata of the checkpoint `path` has, if any.
  llvm::Error restore(const Metadata &metadata, llvm::StringRef path);

private:
  llvm::Error read(Model &model, std::vector<std::vector<char>> &values) const;

  std::vector<std::string> parameterNames;
  std::vector<int32_t> types;
  std::vector<size_t> sizes; ///< in bytes
  std::vector<std::vector<char>> kept;
  std::vector<double> ratios;
};

} // namespace dlc
#endif // DLC_TRAINING_UPDATERATIOS_H
