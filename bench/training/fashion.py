#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Images a second of a training step: dlc against PyTorch, in one run on one machine.

Trains examples/fashion.mlir and the same network in PyTorch (pip install torch) on the same
data with the same number of threads, in turns, and prints the ratio of the best
rounds. Timings of one run may be compared with each other only.

  bench/training/fashion.py --dlc-run build/release/bin/dlc-run [--threads 2] [--rounds 3]
"""
import argparse
import gzip
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 64


def torch_round(images, labels, threads, steps):
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    loss_of = nn.CrossEntropyLoss()
    warm_up = 20
    for step in range(steps + warm_up):
        if step == warm_up:
            start = time.perf_counter()
        rows = slice(step * BATCH, (step + 1) * BATCH)
        x = images[rows].float().mul(1 / 255).unsqueeze(1)
        loss = loss_of(net(x), labels[rows])
        adam.zero_grad()
        loss.backward()
        adam.step()
    return steps * BATCH / (time.perf_counter() - start)


def dlc_round(dlc_run, threads, steps):
    # The evaluation after the steps is not in the rate that is printed.
    done = subprocess.run([dlc_run, str(ROOT / "examples/fashion.mlir"), "train", "--data",
                           "fashion-mnist", "--no-shuffle", "--threads", str(threads),
                           "--max-steps", str(steps)], capture_output=True, text=True, check=True)
    return float(re.findall(r"(\d+) images/s", done.stdout)[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc-run", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    args = parser.parse_args()

    read = lambda name, skip: np.frombuffer(gzip.open(args.data / name).read(), np.uint8,
                                            offset=skip).copy()
    images = torch.from_numpy(read("train-images-idx3-ubyte.gz", 16)).view(-1, 28, 28)
    labels = torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8)).long()
    best = {"dlc": 0.0, "torch": 0.0}
    for _ in range(args.rounds):
        best["dlc"] = max(best["dlc"], dlc_round(args.dlc_run, args.threads, args.steps))
        best["torch"] = max(best["torch"],
                            torch_round(images, labels, args.threads, args.steps))
    print(f"threads {args.threads}: dlc {best['dlc']:.0f} images/s, "
          f"PyTorch {torch.__version__} {best['torch']:.0f} images/s, "
          f"ratio {best['dlc'] / best['torch']:.2f}")


if __name__ == "__main__":
    sys.exit(main())
