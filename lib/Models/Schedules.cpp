//===- Schedules.cpp - Learning rates that follow a count -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Schedules.h"

#include "Attributes.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::nn;

/// The schedule with its own attributes and those that all have.
template <typename Op>
static Tensor make(Tensor lr, Tensor t, Attributes attrs, const Pace &pace) {
  attrs.integer("every", pace.every)
      .integer("warmup_iters", pace.warmupIters)
      .number("warmup_factor", pace.warmupFactor);
  return lr.program().add<Op>({lr, t}, attrs.list());
}

Tensor nn::constantLr(Tensor lr, Tensor t, double factor, int64_t totalIters,
                      Pace pace) {
  Attributes attrs(lr);
  attrs.number("factor", factor).integer("total_iters", totalIters);
  return make<dl::ConstantLrOp>(lr, t, attrs, pace);
}
Tensor nn::linearLr(Tensor lr, Tensor t, double startFactor, double endFactor,
                    int64_t totalIters, Pace pace) {
  Attributes attrs(lr);
  attrs.number("start_factor", startFactor)
      .number("end_factor", endFactor)
      .integer("total_iters", totalIters);
  return make<dl::LinearLrOp>(lr, t, attrs, pace);
}
Tensor nn::stepLr(Tensor lr, Tensor t, int64_t stepSize, double gamma,
                  Pace pace) {
  Attributes attrs(lr);
  attrs.integer("step_size", stepSize).number("gamma", gamma);
  return make<dl::StepLrOp>(lr, t, attrs, pace);
}
Tensor nn::multiStepLr(Tensor lr, Tensor t, ArrayRef<int64_t> milestones,
                       double gamma, Pace pace) {
  Attributes attrs(lr);
  attrs.integers("milestones", milestones).number("gamma", gamma);
  return make<dl::MultiStepLrOp>(lr, t, attrs, pace);
}
Tensor nn::exponentialLr(Tensor lr, Tensor t, double gamma, Pace pace) {
  Attributes attrs(lr);
  attrs.number("gamma", gamma);
  return make<dl::ExponentialLrOp>(lr, t, attrs, pace);
}
Tensor nn::polynomialLr(Tensor lr, Tensor t, int64_t totalIters, double power,
                        Pace pace) {
  Attributes attrs(lr);
  attrs.integer("total_iters", totalIters).number("power", power);
  return make<dl::PolynomialLrOp>(lr, t, attrs, pace);
}
Tensor nn::inverseSqrtLr(Tensor lr, Tensor t, int64_t timescale, Pace pace) {
  Attributes attrs(lr);
  attrs.integer("timescale", timescale);
  return make<dl::InverseSqrtLrOp>(lr, t, attrs, pace);
}
Tensor nn::cosineAnnealingLr(Tensor lr, Tensor t, int64_t tMax, double etaMin,
                             Pace pace) {
  Attributes attrs(lr);
  attrs.integer("T_max", tMax).number("eta_min", etaMin);
  return make<dl::CosineAnnealingLrOp>(lr, t, attrs, pace);
}
Tensor nn::cosineAnnealingWarmRestarts(Tensor lr, Tensor t, int64_t t0,
                                       int64_t tMult, double etaMin,
                                       Pace pace) {
  Attributes attrs(lr);
  attrs.integer("T_0", t0).integer("T_mult", tMult).number("eta_min", etaMin);
  return make<dl::CosineAnnealingWarmRestartsOp>(lr, t, attrs, pace);
}
Tensor nn::oneCycleLr(Tensor maxLr, Tensor t, int64_t totalSteps,
                      OneCycleOptions options, Pace pace) {
  Attributes attrs(maxLr);
  attrs.integer("total_steps", totalSteps)
      .number("pct_start", options.pctStart)
      .add("anneal_strategy",
           StringAttr::get(attrs.context(), options.linear ? "linear" : "cos"))
      .number("div_factor", options.divFactor)
      .number("final_div_factor", options.finalDivFactor);
  if (options.threePhase)
    attrs.flag("three_phase");
  return make<dl::OneCycleLrOp>(maxLr, t, attrs, pace);
}
