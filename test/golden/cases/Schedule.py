# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Schedules over some hundred steps, by PyTorch's schedulers stepped one by one.

Each is linear in lr but for eta_min, so the gradient is that of lr times the factors
that the schedulers give for lr = 1 and eta_min = 0.
"""
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler as S

from golden import Case, integers, number, uniform

STEPS = np.arange(300).reshape(10, 30)


def rates(make, lr, count):
    """What torch's scheduler gives at counts 0 to `count`, each reached by a step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
        scheduler = make(optimizer)
        values = []
        for _ in range(count + 1):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
    return torch.tensor(values, dtype=torch.float64)


def literal(value):
    if isinstance(value, str):
        return f'"{value}"'
    return number(value) if isinstance(value, float) else str(value)


def along(lr, values, factors):
    """`values`, whose derivative with respect to lr is `factors`."""
    return values + (lr - lr.detach()) * factors


def case(op, name, make, t=STEPS, flags=(), last=None, every=1, warmup=0, warmup_factor=1 / 3, **attributes):
    """`make(optimizer, **attributes)` is torch's scheduler; `last`: where it ends."""
    more = {"every": every} if every > 1 else {}
    if warmup:
        more |= {"warmup_iters": warmup, "warmup_factor": float(warmup_factor)}
    written = ", ".join([f"{key} = {literal(value)}" for key, value in (attributes | more).items()] + list(flags))

    def table(lr, count, attributes):
        def scheduler(optimizer):
            main = make(optimizer, **attributes)
            if not warmup:
                return main
            # LinearLR refuses a factor of 0, of which this is far enough.
            first = S.LinearLR(optimizer, max(warmup_factor, 1e-300), 1.0, warmup)
            return S.SequentialLR(optimizer, [first, main], [warmup])
        return rates(scheduler, lr, count)

    def reference(lr, t):
        count = torch.div(t, every, rounding_mode="floor").clamp(min=0).long()
        if last is not None:
            count = count.clamp(max=last)
        most = int(count.max()) if count.numel() else 0
        flat = attributes | ({"eta_min": 0.0} if "eta_min" in attributes else {})
        return along(lr, table(lr.item(), most, attributes)[count], table(1.0, most, flat)[count])

    return Case(op=op, name=name, inputs={"lr": uniform(0.05, 0.5), "t": t}, gradients=["lr"],
                text=f"%y = dl.{op} %lr at %t {{{written}}} : {{lr}}, {{t}}", reference=reference)


def inverse_sqrt(name, timescale, warmup=0, warmup_factor=1 / 3, formula=None):
    """PyTorch has none; `formula` of the papers or the plain one."""
    written = f"timescale = {timescale}"
    if warmup:
        written += f", warmup_iters = {warmup}, warmup_factor = {number(warmup_factor)}"

    def plain(t):
        if t < warmup:
            return warmup_factor + (1 - warmup_factor) * t / warmup
        return 1 / np.sqrt((t - warmup + timescale) / timescale)

    def reference(lr, t):
        factors = [(formula or plain)(int(i)) for i in t.flatten()]
        return lr * torch.tensor(factors, dtype=torch.float64).reshape(t.shape)

    return Case(op="inverse_sqrt_lr", name=name, inputs={"lr": uniform(0.05, 0.5), "t": STEPS},
                text=f"%y = dl.inverse_sqrt_lr %lr at %t {{{written}}} : {{lr}}, {{t}}",
                reference=reference, gradients=["lr"])


def restarts_between():
    """Counts that are no whole numbers, which torch's step(epoch) takes."""
    def reference(lr, t):
        def at(lr, eta_min):
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
            scheduler = S.CosineAnnealingWarmRestarts(optimizer, 5, 3, eta_min)
            values = []
            for count in t.flatten():
                scheduler.step(count.item())
                values.append(optimizer.param_groups[0]["lr"])
            return torch.tensor(values, dtype=torch.float64).reshape(t.shape)
        return along(lr, at(lr.item(), 0.01), at(1.0, 0.0))

    # Not where a run begins: there the two sides differ by all of lr.
    return Case(op="cosine_annealing_warm_restarts", name="between_steps", gradients=["lr"],
                inputs={"lr": uniform(0.05, 0.5), "t": np.arange(0.375, 80, 0.5, dtype=np.float32)},
                text="%y = dl.cosine_annealing_warm_restarts %lr at %t "
                     "{T_0 = 5, T_mult = 3, eta_min = 0.01} : {lr}, {t}", reference=reference)


def cases():
    one = np.array(7)
    yield case("constant_lr", "defaults", S.ConstantLR)
    yield case("constant_lr", "long", S.ConstantLR, factor=0.25, total_iters=120)
    yield case("linear_lr", "defaults", S.LinearLR)
    yield case("linear_lr", "down", S.LinearLR, start_factor=1.0, end_factor=0.0, total_iters=250)
    yield case("linear_lr", "scalar", S.LinearLR, t=one, start_factor=0.1, end_factor=0.7, total_iters=9)
    yield case("step_lr", "plain", S.StepLR, step_size=30)
    yield case("step_lr", "epochs", S.StepLR, step_size=3, gamma=0.5, every=7)
    yield case("step_lr", "scalar", S.StepLR, t=one, step_size=7)
    yield case("step_lr", "i32", S.StepLR, t=integers(-4, 300, 17, dtype="i32"), step_size=1, gamma=0.99)
    yield case("step_lr", "empty", S.StepLR, t=integers(0, 4, 0, 3), step_size=2)
    yield case("step_lr", "warm", S.StepLR, step_size=49, warmup=53)
    yield case("multi_step_lr", "tenths", S.MultiStepLR, milestones=[100, 200])
    yield case("multi_step_lr", "twice_at_one", S.MultiStepLR, milestones=[0, 30, 30, 31], gamma=0.7)
    yield case("multi_step_lr", "epochs_warm", S.MultiStepLR, milestones=[3, 8], every=13, warmup=4,
               warmup_factor=0.01)
    yield case("exponential_lr", "plain", S.ExponentialLR, gamma=0.97)
    yield case("exponential_lr", "epochs", S.ExponentialLR, gamma=0.5, every=29)
    yield case("exponential_lr", "up_warm", S.ExponentialLR, gamma=1.01, warmup=20, warmup_factor=1.0)
    yield case("exponential_lr", "to_zero", S.ExponentialLR, t=np.arange(3), gamma=0.0)
    yield case("polynomial_lr", "defaults", S.PolynomialLR)
    yield case("polynomial_lr", "square_warm", S.PolynomialLR, total_iters=200, power=2.0, warmup=50)
    yield case("polynomial_lr", "root", S.PolynomialLR, total_iters=299, power=0.9)
    yield case("cosine_annealing_lr", "to_zero", S.CosineAnnealingLR, T_max=299)
    yield case("cosine_annealing_lr", "beyond", S.CosineAnnealingLR, T_max=47, eta_min=0.01)
    yield case("cosine_annealing_lr", "warm", S.CosineAnnealingLR, T_max=249, eta_min=0.001, warmup=50,
               warmup_factor=0.0)
    yield case("cosine_annealing_lr", "epochs", S.CosineAnnealingLR, T_max=5, every=50)
    for T_0, T_mult in (10, 1), (1, 1), (1, 2), (7, 2), (3, 3), (100, 10):
        yield case("cosine_annealing_warm_restarts", f"{T_0}_by_{T_mult}", S.CosineAnnealingWarmRestarts,
                   T_0=T_0, T_mult=T_mult, eta_min=0.002)
    # Where runs begin, far out.
    far = np.array([2 ** k - 1 + d for k in range(1, 13) for d in (-1, 0, 1)])
    yield case("cosine_annealing_warm_restarts", "far", S.CosineAnnealingWarmRestarts, t=far, T_0=1, T_mult=2)
    yield case("cosine_annealing_warm_restarts", "warm_epochs", S.CosineAnnealingWarmRestarts, T_0=4,
               T_mult=2, every=5, warmup=3)
    yield restarts_between()

    def one_cycle(optimizer, **attributes):
        lr = optimizer.param_groups[0]["lr"]
        return S.OneCycleLR(optimizer, lr, cycle_momentum=False, **attributes)

    for strategy in "cos", "linear":
        def three(optimizer, **attributes):
            return one_cycle(optimizer, three_phase=True, **attributes)
        # torch refuses to step on past the end, where dl.one_cycle_lr stays.
        yield case("one_cycle_lr", strategy, one_cycle, total_steps=302, anneal_strategy=strategy)
        yield case("one_cycle_lr", f"{strategy}_beyond", lambda o, **a: Ended(one_cycle(o, **a)), last=200,
                   total_steps=201, pct_start=0.4, div_factor=10.0, final_div_factor=100.0,
                   anneal_strategy=strategy)
        yield case("one_cycle_lr", f"{strategy}_three", three, flags=["three_phase"], total_steps=310,
                   pct_start=0.35, anneal_strategy=strategy)
    yield case("one_cycle_lr", "no_rise", one_cycle, total_steps=301, pct_start=0.0)
    yield inverse_sqrt("plain", 40)
    yield inverse_sqrt("warm", 100, warmup=30)
    # Vaswani et al., with lr in place of (d_model W)^-0.5.
    yield inverse_sqrt("transformer", 80, 80, 0.0,
                       lambda t: np.sqrt(80) * min(max(t, 1e-300) ** -0.5, t * 80 ** -1.5))


class Ended:
    """A scheduler that does nothing when it is at its end."""

    def __init__(self, scheduler):
        self.scheduler = scheduler

    def step(self):
        if self.scheduler.last_epoch < self.scheduler.total_steps - 1:
            self.scheduler.step()
