#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the gathering of batches adds to a training step.

A convolutional net is trained on batches of images of 3 x 32 x 32 bytes whose batch is there already (every step gets
the same), copied from a data set, and copied and changed by chance: beside the steps, and between them. A time is the
difference of a run of twice as many steps and one of as many, so that what is done once is in none.

Usage: reading.py [--dlc-run PROGRAM] [--steps N] [--rounds N] [--threads N]
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy

BATCH, SIDE, CHANNELS = 64, 32, 32

MODEL = f"""
dl.model @reading {{
  dl.param @c1 : tensor<{CHANNELS}x3x3x3xf32> = kaiming_uniform
  dl.param @c2 : tensor<{CHANNELS}x{CHANNELS}x3x3xf32> = kaiming_uniform
  dl.param @w : tensor<10x{CHANNELS}xf32> = xavier_uniform
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%image: tensor<{BATCH}x3x{SIDE}x{SIDE}xui8>, %label: tensor<{BATCH}xi32>) -> (loss: tensor<f32>) {{
    %0 = dl.cast %image : tensor<{BATCH}x3x{SIDE}x{SIDE}xui8> to tensor<{BATCH}x3x{SIDE}x{SIDE}xf32>
    %x = dl.scale %0 by 0.00392156862745098 : tensor<{BATCH}x3x{SIDE}x{SIDE}xf32>
    %c1 = dl.read @c1 : tensor<{CHANNELS}x3x3x3xf32>
    %1 = dl.conv2d %x, %c1 {{stride = [2, 2], padding = [1, 1]}} : tensor<{BATCH}x3x{SIDE}x{SIDE}xf32>, tensor<{CHANNELS}x3x3x3xf32> -> tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32>
    %2 = dl.relu %1 : tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32>
    %c2 = dl.read @c2 : tensor<{CHANNELS}x{CHANNELS}x3x3xf32>
    %3 = dl.conv2d %2, %c2 {{padding = [1, 1]}} : tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32>, tensor<{CHANNELS}x{CHANNELS}x3x3xf32> -> tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32>
    %4 = dl.relu %3 : tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32>
    %5 = dl.reduce_sum %4 {{axes = [2, 3]}} : tensor<{BATCH}x{CHANNELS}x{SIDE // 2}x{SIDE // 2}xf32> -> tensor<{BATCH}x{CHANNELS}xf32>
    %w = dl.read @w : tensor<10x{CHANNELS}xf32>
    %6 = dl.scale %5 by {1 / (SIDE // 2) ** 2} : tensor<{BATCH}x{CHANNELS}xf32>
    %z = dl.linear %6, %w : tensor<{BATCH}x{CHANNELS}xf32>, tensor<10x{CHANNELS}xf32> -> tensor<{BATCH}x10xf32>
    %loss = dl.cross_entropy %z, %label : tensor<{BATCH}x10xf32>, tensor<{BATCH}xi32> -> tensor<f32>
    %lr = dl.constant dense<0.01> : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }}
}}
"""

CASES = [
    ("no reading", "npy:image@all=batch.npy,label@all=batch-label.npy", []),
    ("copied beside the steps", "npy:image=image.npy,label=label.npy", []),
    ("copied between the steps", "npy:image=image.npy,label=label.npy", ["--no-prefetch"]),
    ("changed beside the steps", "npy:image=image.npy,label=label.npy", ["--augment", "image:crop=0.8,flip,shift=4"]),
    ("changed between the steps", "npy:image=image.npy,label=label.npy",
     ["--augment", "image:crop=0.8,flip,shift=4", "--no-prefetch"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dlc-run", default="build/release/bin/dlc-run")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    program = pathlib.Path(given.dlc_run).resolve()
    random = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        image = random.integers(256, size=(1024, 3, SIDE, SIDE), dtype="u1")
        label = random.integers(10, size=1024, dtype="i4")
        for file, array in (("image", image), ("label", label), ("batch", image[:BATCH]), ("batch-label", label[:BATCH])):
            numpy.save(folder / f"{file}.npy", array)
        (folder / "m.mlir").write_text(MODEL)

        def seconds(data, options, steps):
            begin = time.perf_counter()
            subprocess.run([program, "m.mlir", "train", "--data", data, "--epochs", "100000", "--max-steps", str(steps),
                            "--threads", str(given.threads), *options], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - begin

        times = {case: [] for case, _, _ in CASES}
        for case, data, options in CASES:
            seconds(data, options, 1)  # compiled, and files read
        for _ in range(given.rounds):
            for case, data, options in CASES:
                difference = seconds(data, options, 2 * given.steps) - seconds(data, options, given.steps)
                times[case].append(1e3 * difference / given.steps)
    print(f"Milliseconds of a step, {given.threads} threads: median (least) of {given.rounds}")
    print("| batch | step |")
    print("|---|---|")
    for case, values in times.items():
        print(f"| {case} | {statistics.median(values):.2f} ({min(values):.2f}) |")


if __name__ == "__main__":
    main()
