# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times of steps in compiled libraries and of the same in PyTorch, and the ratios of both."""
import ctypes
import math
import os
import subprocess
import time

import numpy as np


class Peer:
    """Times of the same computation in PyTorch, in a process of its own."""

    CODE = """
import sys, time, torch
torch.set_num_threads(int(sys.argv[1]))
torch.set_grad_enabled(False)
print("ready", flush=True)
for line in sys.stdin:
    names = {"torch": torch}
    exec(eval(line), names)
    best, total, runs = 1e9, 0, 0
    while runs < 3 or total < 0.4:
        start = time.perf_counter()
        names["call"]()
        spent = time.perf_counter() - start
        best, total, runs = min(best, spent), total + spent, runs + 1
    print(best, flush=True)
"""

    def __init__(self, python, threads=1):
        self.process = subprocess.Popen([python, "-c", self.CODE, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env={**os.environ, "OMP_NUM_THREADS": str(threads)})
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{python} can't import torch; give --peer an interpreter that has PyTorch")

    def seconds(self, code):
        self.process.stdin.write(repr(code) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


def least_seconds(library, handle, name):
    """The least time of a call of a step, on random inputs."""
    index, table = library.steps[name]
    tensors = [table.inputs[i] for i in range(table.num_inputs)]
    tensors += [table.outputs[i] for i in range(table.num_outputs)]
    random = np.random.default_rng(0)
    arrays = [random.standard_normal([t.shape[d] for d in range(t.rank)]).astype(np.float32) for t in tensors]
    io = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
    best, total, runs = math.inf, 0, 0
    while runs < 3 or total < 0.4:
        start = time.perf_counter()
        library.check(library.api.run(handle, index, io), "dlc_run", handle)
        spent = time.perf_counter() - start
        best, total, runs = min(best, spent), total + spent, runs + 1
    return best


class Rates:
    """A table of computations, a line for each as soon as it is measured: time, GFLOP/s and, beside a peer, the ratio."""

    def __init__(self, what, width, peer):
        self.width, self.peer, self.ratios = width, peer, []
        print(f"{what:{width}} {'ms':>9} {'GFLOP/s':>8}" + f" {'peer':>6}" * bool(peer))

    def measure(self, title, flops, seconds, code):
        """Measures with the function `seconds`, once more behind the peer's `code` if there is a peer."""
        least = seconds()
        if self.peer:
            other = self.peer.seconds(code)
            least = min(least, seconds())
            self.ratios.append(other / least)
        line = f"{title:{self.width}} {1e3 * least:9.4f} {flops / least / 1e9:8.1f}"
        print(line + (f" {self.ratios[-1]:6.2f}" if self.peer else ""), flush=True)


def print_ratios(ratios, what):
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{len(ratios)} {what}: geometric mean {mean:.2f}, least {min(ratios):.2f}")
