#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What `averaged(@optimizer)` reads before, between and after updates.

    averages.py DLC

A layer descends with momentum, its bias frozen. @every averages each update, @second
one of two calls, whose gradients it accumulates. At -O0 and -O2, with one and two
threads, in f64, within 1e-12 of plain formulas.
"""
import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
from library import Compiled, Handle  # noqa: E402

DECAY, LR, CALLS = 0.75, 0.125, 6
W, X, Y = "tensor<3x2xf64>", "tensor<4x2xf64>", "tensor<4x3xf64>"


def steps(name, more):
    return f"""
  dl.optimizer @{name} = #dl.sgd<momentum = 0.5>
  dl.step @train_{name}(%x: {X}) {{
    %y = dl.call @net(%x) mode(train) : ({X}) -> {Y}
    %loss = dl.mean %y {{axes = [0, 1]}} : {Y} -> tensor<f64>
    %lr = dl.constant dense<{LR}> : tensor<f64>
    dl.minimize %loss with @{name} over ["*"] lr(%lr) frozen ["still"] {more}
        average({DECAY}) : tensor<f64>, tensor<f64>
    dl.return
  }}
  dl.step @read_{name}(%x: {X})
      -> (w: {W}, mean: {W}, still: tensor<3xf64>, y: {Y}, of_mean: {Y}) {{
    %w = dl.read @w : {W}
    %mean = dl.read @w averaged(@{name}) : {W}
    %still = dl.read @still averaged(@{name}) : tensor<3xf64>
    %y = dl.call @net(%x) mode(eval) : ({X}) -> {Y}
    %of_mean = dl.call @net(%x) mode(eval) averaged(@{name}) : ({X}) -> {Y}
    dl.return %w, %mean, %still, %y, %of_mean : {W}, {W}, tensor<3xf64>, {Y}, {Y}
  }}"""


MODEL = f"""dl.model @averages {{
  dl.param @w : {W} = normal<0.0, 1.0>
  dl.param @still : tensor<3xf64> = normal<0.0, 1.0>
  dl.func @net(%x: {X}) -> {Y} {{
    %w = dl.read @w : {W}
    %b = dl.read @still : tensor<3xf64>
    %h = dl.linear %x, %w bias %b : {X}, {W}, tensor<3xf64> -> {Y}
    %y = dl.square %h : {Y}
    dl.return %y : {Y}
  }}{steps("every", "")}{steps("second", "accumulate(2)")}
}}
"""


class Model(Handle):
    def __call__(self, step, x):
        """Runs a step; what it gives."""
        index, table = self.library.steps[step]
        outputs = table.outputs[:table.num_outputs]
        given = {o.name.decode(): np.empty(o.shape[:o.rank]) for o in outputs}
        arrays = [x, *given.values()]
        io = (ctypes.c_void_p * len(arrays))(*[array.ctypes.data for array in arrays])
        self.check(self.library.api.run(self.handle, index, io))
        return given


def worst(handle, name, group):
    """The worst relative error of what is read after 0, 1, ... calls."""
    rng = np.random.default_rng(6)
    w = momentum = average = None
    gradient, error = 0, 0.0
    for t in range(CALLS + 1):
        x = rng.standard_normal((4, 2))
        got = handle(f"read_{name}", x)
        if t == 0:
            w, still = got["w"], got["still"]
        mean = w if average is None else average
        want = {"w": w, "mean": mean, "still": still, "y": (x @ w.T + still) ** 2,
                "of_mean": (x @ mean.T + still) ** 2}
        error = max(error, *(np.max(np.abs(got[key] - want[key])) / np.max(np.abs(want[key]))
                             for key in want))
        handle(f"train_{name}", x)
        gradient = gradient + 2 * (x @ w.T + still).T @ x / 12 / group
        if (t + 1) % group == 0:
            momentum = gradient if momentum is None else 0.5 * momentum + gradient
            w, gradient = w - LR * momentum, 0
            average = w if average is None else DECAY * average + (1 - DECAY) * w
    return error


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        model = pathlib.Path(folder) / "averages.mlir"
        model.write_text(MODEL)
        for level in "-O0", "-O2":
            library = model.with_name(f"m{level}.so")
            subprocess.run([sys.argv[1], model, level, "-o", library], check=True)
            for threads in 1, 2:
                for name, group in ("every", 1), ("second", 2):
                    error = worst(Model(Compiled(library), threads), name, group)
                    failures += not error <= 1e-12
                    print(f"{'ok  ' if error <= 1e-12 else 'FAIL'} {level}, {threads} threads, "
                          f"{name}: {error:.1e}")
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
