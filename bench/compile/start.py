#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long dlc-run takes to its first step, the first time and when the program is in the cache.

  start.py [--bin build/release/bin] [--runs 12] [MODEL...]

A model is a name of dlc-models with its options, or a file; each is started with an empty cache, then again and again: a
whole process that draws the parameters and calls the step `predict` on zeros. Prints milliseconds of the first start, and
least and median of the later ones.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPES = {"ui8": numpy.uint8, "i32": numpy.int32, "i64": numpy.int64, "f32": numpy.float32}


def write_inputs(program, folder):
    """The options that give the inputs of `predict`."""
    signature = re.search(r"dl\.step @predict\((.*?)\) ->", program).group(1)
    options = []
    for name, shape, element in re.findall(r"%(\w+): tensor<((?:\d+x)*)(\w+)>", signature):
        numpy.save(folder / f"{name}.npy", numpy.zeros([int(n) for n in shape.split("x") if n], TYPES[element]))
        options += ["--input", f"{name}={folder / name}.npy"]
    return options


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("models", nargs="*", default=["examples/fashion.mlir", "resnet20"])
    arguments = parser.parse_args()
    print("| program | first start | later, least | median |\n|---|---|---|---|")
    for model in arguments.models:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            if model.endswith(".mlir"):
                program = (ROOT / model).read_text()
            else:
                command = [arguments.bin / "dlc-models", *model.split()]
                program = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            (folder / "model.mlir").write_text(program)
            command = [arguments.bin / "dlc-run", folder / "model.mlir", "--step", "predict",
                       *write_inputs(program, folder)]
            times = []
            for _ in range(arguments.runs + 1):
                start = time.monotonic()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                               env=os.environ | {"DLC_CACHE_DIR": str(folder / "cache")})
                times.append(1e3 * (time.monotonic() - start))
            later = times[1:]
            print(f"| `{model}` | {times[0]:.0f} ms | {min(later):.0f} ms | {statistics.median(later):.0f} ms |",
                  flush=True)


if __name__ == "__main__":
    main()
