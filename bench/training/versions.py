#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times one step of two libraries of one model, in turns, and prints the ratio.

For a change of the compiler: compile a program with the compiler before and after it, then

    bench/training/versions.py before.so after.so [--step train] [--threads 1] [--runs 40]

Inputs are random (whole numbers are 0 or 1), the state is that of seed 0. Prints the
median time of a call of each, the median of the ratios after / before, call by call, and
whether all outputs of the first call have the same bits. Needs numpy.
"""
import argparse
import ctypes
import pathlib
import statistics
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test/golden"))
from library import HANDLE, TYPE_CODES, Compiled  # noqa: E402
from program import DTYPES  # noqa: E402


class Run:
    """An instance of a library, and the buffers of one of its steps."""

    def __init__(self, path, step, threads):
        self.library = Compiled(path)
        self.handle = HANDLE()
        api = self.library.api
        if api.create(self.library.table, threads, ctypes.byref(self.handle)):
            sys.exit(f"{path}: {api.last_error(None)}")
        api.init(self.handle, 0)
        self.index, table = self.library.steps[step]
        random = np.random.default_rng(0)
        self.inputs = [self.fill(table.inputs[i], random) for i in range(table.num_inputs)]
        self.outputs = [self.fill(table.outputs[i], None) for i in range(table.num_outputs)]
        arrays = self.inputs + self.outputs
        self.io = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))

    @staticmethod
    def fill(tensor, random):
        shape = [tensor.shape[i] for i in range(tensor.rank)]
        dtype = DTYPES[TYPE_CODES[tensor.type]]
        if random is None:
            return np.zeros(shape, dtype)
        if np.issubdtype(dtype, np.floating):
            return random.normal(size=shape).astype(dtype)
        return random.integers(0, 2, size=shape).astype(dtype)

    def call(self):
        start = time.perf_counter()
        if self.library.api.run(self.handle, self.index, self.io):
            sys.exit(self.library.api.last_error(self.handle).decode())
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--step", default="train")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    runs = [Run(pathlib.Path(path).resolve(), options.step, options.threads)
            for path in (options.before, options.after)]
    for run in runs:
        run.call()
    same = all(a.tobytes() == b.tobytes() for a, b in zip(runs[0].outputs, runs[1].outputs))
    times = [[run.call() for run in runs] for _ in range(options.runs)]
    before, after = (statistics.median(column) for column in zip(*times))
    ratio = statistics.median(b / a for a, b in times)
    print(f"{options.step}: {1e3 * before:.2f} ms before, {1e3 * after:.2f} ms after, "
          f"ratio {ratio:.3f}, first outputs {'equal' if same else 'differ'}")


if __name__ == "__main__":
    main()
