//===- Schedules.h - Learning rates that follow a count ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedules of torch.optim.lr_scheduler: what `lr` is at count `t`, mostly
// `program.stepCount()`. See the ops of the same names.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_MODELS_SCHEDULES_H
#define DLC_MODELS_SCHEDULES_H

#include "dlc/Models/Program.h"

namespace dlc::nn {

/// Arguments of all schedules: steps per count, and a linear warm-up.
struct Pace {
  int64_t every = 1;
  int64_t warmupIters = 0;
  double warmupFactor = 1.0 / 3;
};

Tensor constantLr(Tensor lr, Tensor t, double factor = 1.0 / 3,
                  int64_t totalIters = 5, Pace pace = {});
Tensor linearLr(Tensor lr, Tensor t, double startFactor = 1.0 / 3,
                double endFactor = 1, int64_t totalIters = 5, Pace pace = {});
Tensor stepLr(Tensor lr, Tensor t, int64_t stepSize, double gamma = 0.1,
              Pace pace = {});
Tensor multiStepLr(Tensor lr, Tensor t, llvm::ArrayRef<int64_t> milestones,
                   double gamma = 0.1, Pace pace = {});
Tensor exponentialLr(Tensor lr, Tensor t, double gamma, Pace pace = {});
Tensor polynomialLr(Tensor lr, Tensor t, int64_t totalIters = 5,
                    double power = 1, Pace pace = {});
Tensor inverseSqrtLr(Tensor lr, Tensor t, int64_t timescale, Pace pace = {});
Tensor cosineAnnealingLr(Tensor lr, Tensor t, int64_t tMax, double etaMin = 0,
                         Pace pace = {});
Tensor cosineAnnealingWarmRestarts(Tensor lr, Tensor t, int64_t t0,
                                   int64_t tMult = 1, double etaMin = 0,
                                   Pace pace = {});

struct OneCycleOptions {
  double pctStart = 0.3;
  bool linear = false;
  double divFactor = 25, finalDivFactor = 1e4;
  bool threePhase = false;
};
Tensor oneCycleLr(Tensor maxLr, Tensor t, int64_t totalSteps,
                  OneCycleOptions options = {}, Pace pace = {});

} // namespace dlc::nn
#endif // DLC_MODELS_SCHEDULES_H
