#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile time of an LSTM's training step over 16 and over 784 steps, in turns.

A loop is never unrolled, so both take the same time. Prints the median of each and the ratio.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc", default=str(ROOT / "build/release/bin/dlc"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    text = (ROOT / "test/golden/networks/lstm.mlir").read_text()
    seconds = {16: [], 784: []}
    with tempfile.TemporaryDirectory() as folder:
        for steps in seconds:
            (pathlib.Path(folder) / f"{steps}.mlir").write_text(
                text.replace("9x4x", f"{steps}x4x").replace("at [8,", f"at [{steps - 1},"))
        for _ in range(options.runs):
            for steps, times in seconds.items():
                start = time.monotonic()
                subprocess.run([options.dlc, f"{folder}/{steps}.mlir", "-o", f"{folder}/{steps}.so"],
                               check=True)
                times.append(time.monotonic() - start)
    medians = {steps: statistics.median(times) for steps, times in seconds.items()}
    ratio = medians[784] / medians[16]
    print(f"16 steps: {medians[16]:.2f} s, 784 steps: {medians[784]:.2f} s, ratio {ratio:.2f}")
    sys.exit(not ratio <= 1.2)


if __name__ == "__main__":
    main()
