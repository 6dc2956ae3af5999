#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gradient noise: its mean, its deviation as it is annealed, its seed, its threads.

    noise.py DLC

The gradient of both parameters is 3 everywhere and the learning rate -1, so that an
update adds 3 and a draw of variance eta / (1 + t)^gamma, t updates coming before. Bounds
are five deviations of the estimate.
"""
import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
from library import HANDLE, Compiled  # noqa: E402

SIZE, UPDATES = 40_000, 12
P = f"tensor<{SIZE}xf64>"
ETA, GAMMA = 0.3, {"given": 0.9, "usual": 0.55}  # usual: what the op has unless told


def step(name, noise):
    return f"""
  dl.param @{name}.a : {P} = zeros
  dl.param @{name}.b : {P} = zeros
  dl.optimizer @rule_{name} = #dl.sgd
  dl.step @{name}() {{
    %a = dl.read @{name}.a : {P}
    %b = dl.read @{name}.b : {P}
    %s = dl.add %a, %b : {P}
    %sum = dl.reduce_sum %s {{axes = [0]}} : {P} -> tensor<f64>
    %loss = dl.scale %sum by 3.0 : tensor<f64>
    %lr = dl.constant dense<-1.0> : tensor<f64>
    dl.minimize %loss with @rule_{name} over ["{name}.*"] lr(%lr) noise({noise})
        : tensor<f64>, tensor<f64>
    dl.return
  }}"""


MODEL = (f"dl.model @noise {{{step('given', f'{ETA}, 0.9')}{step('usual', f'{ETA}')}\n}}\n")


def draws(library, name, seed, threads):
    """Updates x parameters x elements."""
    api, handle = library.api, HANDLE()
    library.check(api.create(library.table, threads, ctypes.byref(handle)), "dlc_create")
    library.check(api.init(handle, seed), "dlc_init", handle)
    state = np.zeros((UPDATES + 1, 2, SIZE))
    for t in range(1, UPDATES + 1):
        library.check(api.run(handle, library.steps[name][0], None), "dlc_run", handle)
        for array, entry in zip(state[t], "ab"):
            library.check(api.get(handle, f"{name}.{entry}".encode(), array.ctypes.data,
                                  array.nbytes), "dlc_get", handle)
    api.destroy(handle)
    return np.diff(state, axis=0) - 3


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "noise.so"
        path.with_suffix(".mlir").write_text(MODEL)
        subprocess.run([sys.argv[1], path.with_suffix(".mlir"), "-o", path], check=True)
        library = Compiled(path)
    failures = 0

    def hold(what, good):
        nonlocal failures
        failures += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}")

    for name, gamma in GAMMA.items():
        noise = draws(library, name, 1, 1)
        wanted = np.sqrt(ETA / (1 + np.arange(UPDATES)) ** gamma)
        z = noise / wanted[:, None, None]
        # Mean, variance and fourth moment of 12 x 2 samples of normal numbers.
        for what, power, mean, variance in (("mean", 1, 0, 1), ("variance", 2, 1, 2),
                                            ("fourth moment", 4, 3, 96)):
            off = np.abs((z**power).mean(axis=2) - mean).max() / np.sqrt(variance / SIZE)
            hold(f"{name}: the {what} is off by {off:.1f} deviations", off < 5)
        rows = z.reshape(-1, SIZE)
        alike = np.abs(np.corrcoef(rows) - np.eye(len(rows))).max() * np.sqrt(SIZE)
        hold(f"{name}: correlation of updates and parameters, {alike:.1f} deviations", alike < 5)
        hold(f"{name}: the bits of two threads", np.array_equal(noise, draws(library, name, 1, 2)))
        other = draws(library, name, 2, 1)
        hold(f"{name}: other numbers from another seed", not np.any(noise == other))
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
