#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Time and memory of a training step with and without a memory budget, in one run.

Compiles a reference model twice, unconstrained and with a part of that arena as its
budget, runs training steps of both in turns on the same random images of 3 x 224 x 224,
and prints arena sizes, milliseconds a step, the ratio of the best, and whether losses and
parameters have the same bits. Timings of one run may be compared with each other only.

  bench/memory/recompute.py --bin build/release/bin [--model resnet50] [--batch 8]
"""
import argparse
import ctypes
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

CLASSES = 1000


class Model:
    """A compiled library, trained by its C interface."""

    def __init__(self, path, name, threads):
        self.library, self.name = ctypes.CDLL(str(path)), name
        self.handle = ctypes.c_void_p()
        self.call("create", ctypes.byref(self.handle), threads, on_handle=False)
        self.call("init", ctypes.c_uint64(1))

    def call(self, function, *arguments, on_handle=True):
        found = getattr(self.library, f"{self.name}_{function}")
        if found(*((self.handle,) if on_handle else ()), *arguments):
            describe = getattr(self.library, f"{self.name}_last_error")
            describe.restype = ctypes.c_char_p
            sys.exit(describe(self.handle).decode())

    def train(self, image, label):
        loss, correct = ctypes.c_float(), ctypes.c_int32()
        start = time.perf_counter()
        self.call("train", image.ctypes.data_as(ctypes.c_void_p),
                  label.ctypes.data_as(ctypes.c_void_p), ctypes.byref(loss),
                  ctypes.byref(correct))
        return time.perf_counter() - start, loss.value

    def state(self, path):
        self.call("save", str(path).encode(), 1)
        return path.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="resnet50")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--part", type=float, default=0.5, help="of the unconstrained arena")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=6)
    args = parser.parse_args()

    def run(tool, *words):
        return subprocess.run([args.bin / tool, *map(str, words)], check=True,
                              capture_output=True, text=True).stdout

    def arena(plan):
        return int(re.search(r"step @train: arena (\d+)", plan)[1])

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "model.mlir"
        run("dlc-models", args.model, "--batch", args.batch, "-o", source)
        plain = arena(run("dlc", source, "--print-memory-plan", "-o", folder / "plain.so"))
        budget = int(plain * args.part)
        fitted = arena(run("dlc", source, "--print-memory-plan", "--memory-budget", budget,
                           "-o", folder / "fitted.so"))
        models = [Model(folder / f"{which}.so", args.model, args.threads)
                  for which in ("plain", "fitted")]
        numbers = np.random.default_rng(0)
        image = numbers.integers(0, 256, (args.batch, 3, 224, 224)).astype(np.uint8)
        label = numbers.integers(0, CLASSES, args.batch).astype(np.int32)
        times, losses = [[], []], [[], []]
        for _ in range(args.steps):
            for model, taken, seen in zip(models, times, losses):
                seconds, loss = model.train(image, label)
                taken.append(seconds)
                seen.append(loss)
        same = losses[0] == losses[1] and (models[0].state(folder / "plain.safetensors") ==
                                           models[1].state(folder / "fitted.safetensors"))
        best = [1000 * min(taken) for taken in times]
        print(f"{args.model}, batch {args.batch}, {args.threads} threads: arena {plain} bytes, "
              f"with a budget of {budget} {fitted} ({fitted / plain:.3f}); {best[0]:.0f} and "
              f"{best[1]:.0f} ms a step, ratio {best[1] / best[0]:.2f}; "
              f"{'same' if same else 'OTHER'} bits")
    return 0 if same and fitted <= budget else 1


if __name__ == "__main__":
    sys.exit(main())
