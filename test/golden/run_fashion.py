#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains examples/fashion.mlir with dlc-run and compares its losses with PyTorch's.

The run of seed 0, which is that of scripts/quickstart, is compared over all its steps.
Of the other seeds only the first STEADY steps are: where a rounding error decides which
of two neighbours is the maximum of a window, the paths part, and with most
seeds PyTorch in f32 and in f64 do not stay together for 20 steps either (`spread` in
fashion_losses.json; with seed 0 they do, which is checked here).

Needs only Python. Exit status 0 when every comparison holds.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

TOLERANCE = 1e-4
SENSITIVE = 1e-5
STEADY = 5
HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "examples" / "fashion.mlir"


def losses_of(dlc_run, seed, steps, options):
    command = [dlc_run, str(MODEL), "train", "--data", "fashion-mnist", "--seed", str(seed),
               "--max-steps", str(steps), "--log-every", "1", *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with status {done.returncode}\n{done.stderr}")
    lines = re.findall(r"^step (\d+) loss (\S+)", done.stdout, re.MULTILINE)
    if [int(step) for step, _ in lines] != list(range(1, steps + 1)):
        sys.exit(f"{' '.join(command)}\nexpected lines `step 1 loss ...` to `step {steps} loss ...`"
                 f" in its output, got\n{done.stdout}")
    return [float(loss) for _, loss in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dlc-run", required=True)
    parser.add_argument("--option", action="append", default=[], help="passed on to dlc-run")
    args = parser.parse_args()

    failed = 0
    for run in json.loads((HERE / "fashion_losses.json").read_text())["runs"]:
        want, spread = run["losses"], run["spread"]
        steps = len(want) if run["seed"] == 0 else STEADY
        if max(spread[:steps]) > SENSITIVE:
            failed += 1
            print(f"FAIL seed {run['seed']}: PyTorch does not agree with itself over {steps} steps")
        got = losses_of(args.dlc_run, run["seed"], steps, args.option)
        off = [abs(a - b) / b for a, b in zip(got, want)]
        good = all(value <= TOLERANCE for value in off)  # false for NaN
        failed += not good
        print(f"{'ok  ' if good else 'FAIL'} seed {run['seed']}: {steps} steps, "
              f"largest relative difference {max(off):.2g}")
        if not good:
            for s in range(steps):
                print(f"     step {s + 1}: {got[s]:.9g}, PyTorch {want[s]:.9g} ({off[s]:.2g})")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
