//===- Schedule.td - Learning rates that follow the step count ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The schedules of torch.optim.lr_scheduler as functions of a count, with its
// names of attributes and its defaults. They are stateless: the rate at a step
// does not depend on earlier steps.
//
//===----------------------------------------------------------------------===//

#ifndef DL_SCHEDULE_TD
#define DL_SCHEDULE_TD

include "dlc/Dialect/Dl/DlAttrs.td"

def Dl_CountTensor : Dl_TensorOf<[F32, F64, I32, I64]>;

/// A schedule: `formula` defines the rate from lr and the count u, `attrs_` is
/// its attributes in the example.
class Dl_ScheduleOp<string mnemonic, string summary_, dag attributes,
                    string formula, string attrs_>
    : Dl_PureOp<mnemonic, [Dl_IsComposite, Dl_NoGradient<["t"]>]> {
  let summary = summary_;
  let description = "\n    " # formula # [{

    `t` counts calls of steps that train, from 0, as `dl.step_count` does; it may be
    of any shape, and the result has its shape and the element type of `lr`. Counts
    below 0 count as 0. With `every = N` the schedule advances once in N steps, so
    that its numbers are epochs if an epoch has N steps. The count u of the formula is t,
    or floor(t / N), minus `warmup_iters`. While u is below 0, lr rises linearly from
    `lr * warmup_factor`: torch's SequentialLR of a LinearLR and of this schedule. The op
    computes in f64. Only lr has a gradient.
    ```mlir
    %n = dl.step_count : tensor<i64>
    %y = dl.}] # mnemonic # " %lr at %n {" # attrs_ # [{} : tensor<f32>, tensor<i64>
    ```
  }];
  let arguments = !con((ins
    Arg<Dl_FloatScalar, "learning rate, a scalar">:$lr,
    Arg<Dl_CountTensor, "count of steps, any shape">:$t), attributes,
                       (ins
    Arg<DefaultValuedAttr<I64Attr, "1">, "steps of training for one of the schedule, 1 or more">:$every,
    Arg<DefaultValuedAttr<I64Attr, "0">, "length of the warm-up, 0 or more">:$warmup_iters,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0 / 3">,
        "fraction of lr at its start, from 0 to 1; only with `warmup_iters`">:$warmup_factor));
  let results = (outs Res<Dl_FloatTensor, "shape of t, of the element type of lr">:$y);
  let assemblyFormat = "$lr `at` $t attr-dict `:` type($lr) `,` type($t)";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location>,
        $cppClass::Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      types.push_back(::llvm::cast<::mlir::TensorType>(adaptor.getT().getType())
          .clone(::mlir::getElementTypeOrSelf(adaptor.getLr().getType())));
      return ::mlir::success();
    }
  }];
}

//===----------------------------------------------------------------------===//
// Straight lines and steps
//===----------------------------------------------------------------------===//

def Dl_ConstantLrOp : Dl_ScheduleOp<"constant_lr",
    "a fraction of lr for the first steps, as torch's ConstantLR",
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0 / 3">, "fraction of lr at first, from 0 to 1">:$factor,
    Arg<DefaultValuedAttr<I64Attr, "5">, "number of steps with the fraction, 1 or more">:$total_iters),
    "`lr * factor` while u < total_iters, then lr.", "factor = 0.1, total_iters = 500">;

def Dl_LinearLrOp : Dl_ScheduleOp<"linear_lr",
    "a line between two multiples of lr, as torch's LinearLR",
    (ins
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0 / 3">,
        "fraction of lr at the start, from 0 to 1">:$start_factor,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">,
        "fraction of lr at the end, from 0 to 1">:$end_factor,
    Arg<DefaultValuedAttr<I64Attr, "5">, "length of the line, 1 or more">:$total_iters),
    [{`lr (start_factor + (end_factor - start_factor) min(u / total_iters, 1))`.}],
    "start_factor = 1.0, end_factor = 0.0, total_iters = 1000">;

def Dl_StepLrOp : Dl_ScheduleOp<"step_lr",
    "lr multiplied by gamma every step_size steps, as torch's StepLR",
    (ins
    Arg<I64Attr, "length of a step, 1 or more">:$step_size,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.1">, "factor of each drop, 0 or more">:$gamma),
    "`lr gamma^floor(u / step_size)`.", "step_size = 30, every = 938">;

def Dl_MultiStepLrOp : Dl_ScheduleOp<"multi_step_lr",
    "lr multiplied by gamma at each milestone, as torch's MultiStepLR",
    (ins
    Arg<I64ArrayAttr, "counts of the drops, 0 or more, ascending">:$milestones,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.1">, "factor of each drop, 0 or more">:$gamma),
    "`lr gamma^k`, with k the number of milestones that are at most u.",
    "milestones = [30, 60], every = 938">;

//===----------------------------------------------------------------------===//
// Curves
//===----------------------------------------------------------------------===//

def Dl_ExponentialLrOp : Dl_ScheduleOp<"exponential_lr",
    "lr multiplied by gamma at every step, as torch's ExponentialLR",
    (ins Arg<Dl_RealAttr, "factor of each drop, 0 or more">:$gamma), "`lr gamma^u`.", "gamma = 0.95, every = 938">;

def Dl_PolynomialLrOp : Dl_ScheduleOp<"polynomial_lr",
    "down to 0 as a power of the remaining fraction, as torch's PolynomialLR",
    (ins
    Arg<DefaultValuedAttr<I64Attr, "5">, "count at which lr reaches 0, 1 or more">:$total_iters,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0">, "exponent, 0 or more">:$power),
    "`lr (1 - min(u / total_iters, 1))^power`.", "total_iters = 1000, power = 0.9">;

def Dl_InverseSqrtLrOp : Dl_ScheduleOp<"inverse_sqrt_lr",
    "falls with the inverse square root of the count",
    (ins
    Arg<I64Attr,
        "the count at which lr has fallen by a factor of sqrt(2), 1 or more">:$timescale), [{
    `lr / sqrt(1 + u / timescale)`. With `warmup_iters` equal to `timescale` and
    `warmup_factor = 0.0` it is the schedule of Vaswani et al., NIPS 2017,
    `lr min(t / W, sqrt(W / t))`, whose lr is `(d_model W)^-0.5` there.}],
    "timescale = 4000, warmup_iters = 4000, warmup_factor = 0.0">;

def Dl_CosineAnnealingLrOp : Dl_ScheduleOp<"cosine_annealing_lr",
    "from lr down to eta_min along a cosine, as torch's CosineAnnealingLR",
    (ins
    Arg<I64Attr, "half of the period, 1 or more">:$T_max,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">, "least learning rate, 0 or more">:$eta_min), [{
    `eta_min + (lr - eta_min) (1 + cos(pi u / T_max)) / 2`: at T_max it is eta_min,
    and beyond it rises again. Loshchilov and Hutter, ICLR 2017, without restarts.}],
    "T_max = 9380, eta_min = 1.0e-5">;

def Dl_CosineAnnealingWarmRestartsOp : Dl_ScheduleOp<"cosine_annealing_warm_restarts",
    "cosines that start again, as torch's CosineAnnealingWarmRestarts",
    (ins
    Arg<I64Attr, "length of the first run, 1 or more">:$T_0,
    Arg<DefaultValuedAttr<I64Attr, "1">, "factor from run to run, 1 or more">:$T_mult,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.0">, "least learning rate, 0 or more">:$eta_min), [{
    `eta_min + (lr - eta_min) (1 + cos(pi c / T)) / 2`, where c is counted from the
    last restart. The first run has length T = T_0, each further one T_mult times
    that of the one before. Loshchilov and Hutter, ICLR 2017.}],
    "T_0 = 10, T_mult = 2, every = 938">;

def Dl_OneCycleLrOp : Dl_ScheduleOp<"one_cycle_lr",
    "up to lr and down far below, as torch's OneCycleLR",
    (ins
    Arg<I64Attr, "length of the cycle, 1 or more">:$total_steps,
    Arg<DefaultValuedAttr<Dl_RealAttr, "0.3">,
        "fraction of the cycle that rises, from 0 to 1; with `three_phase` to 0.5">:$pct_start,
    Arg<DefaultValuedStrAttr<StrAttr, "cos">, "`\"cos\"` or `\"linear\"`">:$anneal_strategy,
    Arg<DefaultValuedAttr<Dl_RealAttr, "25.0">,
        "lr divided by the rate at the start, above 0">:$div_factor,
    Arg<DefaultValuedAttr<Dl_RealAttr, "1.0e4">,
        "the rate at the start divided by that at the end, above 0">:$final_div_factor,
    Arg<UnitAttr, "falls in two parts">:$three_phase), [{
    Smith and Topin, 2018. `lr` is torch's max_lr. The cycle starts at
    `lr / div_factor`, reaches lr at `pct_start * total_steps - 1` and falls to
    `lr / div_factor / final_div_factor` at `total_steps - 1`, where it stays. With
    `three_phase` it falls first to its start value, in as many steps as it rose.
    In between, it follows a cosine, or a line with `anneal_strategy = "linear"`.}],
    [{total_steps = 9380, anneal_strategy = "linear"}]>;

#endif // DL_SCHEDULE_TD
