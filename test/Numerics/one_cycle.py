#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One cycle of the learning rate with the opposite cycle of the momentum.

    one_cycle.py DLC_RUN

What torch's OneCycleLR makes of SGD with its own momenta, 0.85 and 0.95: the rate is an op
of the program, the momentum a hyper-parameter, whose values come from a schedule file.
The program also says what the momentum is to be: a cycle between 0 and 1, turned over.
Rates, momenta and losses of all steps are held against plain formulas, in f32.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

STEPS, TOP, BASE, MOST = 20, 0.125, 0.85, 0.95
S = "tensor<f32>"


def model(strategy, phases):
    cycle = f'total_steps = {STEPS}, pct_start = 0.35, anneal_strategy = "{strategy}"'
    cycle += ", three_phase" if phases == 3 else ""
    return f"""dl.model @cycle {{
  dl.hparam @momentum = 0.0
  dl.param @w : tensor<2xf32> = ones
  dl.optimizer @sgd = #dl.sgd<momentum = @momentum>
  dl.step @train(%x: tensor<2xf32>) -> (loss: {S}, rate: {S}, momentum: {S}) {{
    %w = dl.read @w : tensor<2xf32>
    %p = dl.mul %w, %x : tensor<2xf32>
    %loss = dl.reduce_sum %p {{axes = [0]}} : tensor<2xf32> -> {S}
    %n = dl.step_count : tensor<i64>
    %top = dl.constant dense<{TOP}> : {S}
    %rate = dl.one_cycle_lr %top at %n {{{cycle}}} : {S}, tensor<i64>
    %one = dl.constant dense<1.0> : {S}
    %rise = dl.one_cycle_lr %one at %n {{{cycle}, div_factor = 1.0e30, final_div_factor = 1.0}}
        : {S}, tensor<i64>
    %fall = dl.scale %rise by {BASE - MOST} : {S}
    %momentum = dl.offset %fall by {MOST} : {S}
    dl.minimize %loss with @sgd over ["*"] lr(%rate) : {S}, {S}
    dl.return %loss, %rate, %momentum : {S}, {S}, {S}
  }}
}}
"""


def cycle(t, strategy, phases, start, peak, end):
    """Between three values, as OneCycleLR's page has it."""
    ends = [(0.35 * STEPS - 1, start, peak), (STEPS - 1, peak, end)]
    if phases == 3:
        ends[1:] = [(2 * 0.35 * STEPS - 2, peak, start), (STEPS - 1, start, end)]
    before = 0
    for at, low, high in ends:
        if t <= at:
            break
        before = at
    part = (t - before) / (at - before)
    return high + (low - high) * ((1 + np.cos(np.pi * part)) / 2 if strategy == "cos" else 1 - part)


def plain(x, *form):
    """Rows of loss, rate, momentum."""
    w, v, rows = np.ones(2), 0, []
    for t in range(STEPS):
        rate = cycle(t, *form, TOP / 25, TOP, TOP / 25 / 1e4)
        momentum = cycle(t, *form, MOST, BASE, MOST)
        rows.append((w @ x[t], rate, momentum))
        v = momentum * v + x[t]
        w = w - rate * v
    return np.array(rows)


def run(dlc_run, x, *form):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "m.mlir").write_text(model(*form))
        np.save(folder / "x.npy", x.astype(np.float32).ravel())
        (folder / "momentum.txt").write_text("".join(
            f"step {t + 1} momentum={float(cycle(t, *form, MOST, BASE, MOST))}\n" for t in range(STEPS)))
        printed = subprocess.run(
            [dlc_run, folder / "m.mlir", "train", "--data", f"npy:x={folder}/x.npy",
             "--epochs", "1", "--no-shuffle", "--log-every", "1",
             "--schedule", folder / "momentum.txt"], check=True, capture_output=True, text=True)
    rows = re.findall(r"^step \d+ loss (\S+) rate (\S+) momentum (\S+)$", printed.stdout, re.M)
    return np.array(rows, float)


def main():
    x, failures = np.random.default_rng(8).standard_normal((STEPS, 2)), 0
    for form in ("cos", 2), ("linear", 2), ("cos", 3), ("linear", 3):
        got, want = run(sys.argv[1], x, *form), plain(x, *form)
        good = got.shape == want.shape and np.all(
            np.abs(got - want).max(axis=0) <= 1e-5 * np.abs(want).max(axis=0))
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {form}" + ("" if good else f"\n{got}\nnot\n{want}"))
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
