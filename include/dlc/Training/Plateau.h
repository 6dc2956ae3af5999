//===- Plateau.h - Reducing a rate on a plateau of a metric -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// torch.optim.lr_scheduler.ReduceLROnPlateau, acting on a hyper-parameter of
// the model: once an epoch it sees a metric, and when that has not become
// better for more than `patience` epochs, the hyper-parameter is multiplied by
// `factor`.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TRAINING_PLATEAU_H
#define DLC_TRAINING_PLATEAU_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <string>

namespace dlc {

/// PyTorch's arguments and defaults.
struct PlateauOptions {
  std::string hparam;
  std::string metric = "eval_loss"; ///< a column of metrics.csv
  bool isMax = false;               ///< mode
  double factor = 0.1;
  int64_t patience = 10;
  double threshold = 1e-4;
  bool isAbsolute = false; ///< threshold_mode
  int64_t cooldown = 0;
  double minimum = 0; ///< min_lr
  double eps = 1e-8;

  /// NAME[:OPTION=VALUE,...]
  static llvm::Expected<PlateauOptions> parse(llvm::StringRef text);
};

class Plateau {
public:
  explicit Plateau(PlateauOptions options);

  const PlateauOptions &options() const { return settings; }

  /// Sees the metric of one more epoch; what `rate` is from then on.
  double step(double metric, double rate);

  /// All that is to be remembered, as text that restores to the bit.
  std::map<std::string, std::string> save() const;
  llvm::Error restore(const std::map<std::string, std::string> &saved);

private:
  bool isBetter(double metric) const;

  PlateauOptions settings;
  double best;
  int64_t badEpochs = 0, cooldown = 0;
};

} // namespace dlc
#endif // DLC_TRAINING_PLATEAU_H
