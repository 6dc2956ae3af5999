//===- UpdateRatios.h - Ratios of updates to parameters ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_UPDATERATIOS_H
#define DLC_TRAINING_UPDATERATIOS_H

#include "dlc/Execution/Model.h"

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
  /// The ratios after it, in the order of the names. A parameter of zeros that
  /// changes has an infinite one.
  llvm::Expected<std::vector<double>> after(Model &model);

private:
  llvm::Error read(Model &model, std::vector<std::vector<char>> &values) const;

  std::vector<std::string> parameterNames;
  std::vector<int32_t> types;
  std::vector<size_t> sizes; ///< in bytes
  std::vector<std::vector<char>> kept;
};

} // namespace dlc
#endif // DLC_TRAINING_UPDATERATIOS_H
