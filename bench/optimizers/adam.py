#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bandwidth of the Adam step on ten million parameters beside that of a plain copy loop.

    bench/optimizers/adam.py [--dlc DLC] [--threads 2] [--repeat 9]

Both move memory that no cache holds, in turns; the medians are printed. The step reads
parameter, gradient and two moments and writes all but the gradient: 28 bytes a
parameter. The copy is counted as 8 bytes an element, though its stores also fetch lines.
"""
import argparse
import ctypes
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "golden"))
from library import HANDLE, Compiled  # noqa: E402

SIZE = 10_000_000
MODEL = f"""
dl.model @bandwidth {{
  dl.hparam @lr = 1.0e-3
  dl.param @p : tensor<{SIZE}xf32> = normal<0.0, 1.0>
  dl.optimizer @adam = #dl.adam
  dl.step @train(%g: tensor<{SIZE}xf32>) {{
    %p = dl.read @p : tensor<{SIZE}xf32>
    %product = dl.mul %p, %g : tensor<{SIZE}xf32>
    %loss = dl.reduce_sum %product {{axes = [0]}} : tensor<{SIZE}xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }}
}}
"""
COPY = """
void copy(float *restrict to, const float *restrict from, long n) {
  for (long i = 0; i < n; ++i)
    to[i] = from[i];
}
"""


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", default=str(ROOT / "build/release/bin/dlc"))
    parser.add_argument("--cc", default="clang-22")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "m.mlir").write_text(MODEL)
        (folder / "copy.c").write_text(COPY)
        subprocess.run([options.dlc, folder / "m.mlir", "-o", folder / "m.so"], check=True)
        # Without -fno-builtin the loop becomes a call of memcpy.
        subprocess.run([options.cc, "-O3", "-march=native", "-fno-builtin", "-shared", "-fPIC",
                        folder / "copy.c", "-o", folder / "copy.so"], check=True)
        model, plain = Compiled(folder / "m.so"), ctypes.CDLL(str(folder / "copy.so"))

    handle = HANDLE()
    model.check(model.api.create(model.table, options.threads, ctypes.byref(handle)), "create")
    gradient = np.random.default_rng(0).standard_normal(SIZE, np.float32)
    io = (ctypes.c_void_p * 1)(gradient.ctypes.data)
    source, target = gradient, np.zeros(SIZE, np.float32)
    plain.copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long]
    part = -(-SIZE // options.threads)

    def step():
        model.check(model.api.run(handle, 0, io), "run", handle)

    def copy():
        workers = [threading.Thread(target=plain.copy, args=(
            target.ctypes.data + 4 * start, source.ctypes.data + 4 * start,
            min(part, SIZE - start))) for start in range(0, SIZE, part)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    step(), copy()
    times = [(seconds(step), seconds(copy)) for _ in range(options.repeat)]
    adam, plain_copy = (bytes_ * SIZE / statistics.median(column) / 1e9
                        for bytes_, column in zip((28, 8), zip(*times)))
    print(f"threads {options.threads}: Adam {adam:.1f} GB/s, copy {plain_copy:.1f} GB/s, "
          f"ratio {adam / plain_copy:.2f}")


if __name__ == "__main__":
    main()
