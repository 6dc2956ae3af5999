#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains a GAN of short strings with each relaxation of its symbols, and counts the strings that a grammar allows.

  gumbel.py [--bin build/release/bin] [--out runs/gumbel] [--seeds 3] [--write]

The strings are those of test/Models/Inputs/grammar.py, 12800 to train on; 1000 are drawn after 30 epochs. A run whose folder
has the last epoch is not made again. --write puts the numbers into docs/gumbel.csv.
"""
import argparse
import csv
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GRAMMAR = ROOT / "test/Models/Inputs/grammar.py"
EPOCHS = 30
RELAXATIONS = ["gumbel", "straight-through", "softmax", "none"]
COLUMNS = ["relaxation", "seed", "valid", "different", "seconds"]


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout


def train(arguments, relaxation, seed, strings):
    program, folder = arguments.out / f"{relaxation}.so", arguments.out / f"{relaxation}-{seed}"
    metrics = folder / "metrics.csv"
    rows = list(csv.DictReader(metrics.open())) if metrics.exists() else []
    if len(rows) < EPOCHS:
        run(arguments.bin / "dlc-run", program, "train", "--cycle", "train_d+train_g", "--data", f"npy:real={strings}",
            "--epochs", EPOCHS, "--seed", seed, "--out", folder)
        rows = list(csv.DictReader(metrics.open()))
    run(arguments.bin / "dlc-run", program, "--step", "generate", "--params", folder / "model.safetensors", "--output",
        f"text={folder}/text.npy")
    told = run(sys.executable, GRAMMAR, "check", folder / "text.npy")
    valid, different = re.search(r"([\d.]+) % of \d+ strings are valid, (\d+) different", told).groups()
    row = dict(zip(COLUMNS, [relaxation, seed, valid, different, f"{sum(float(row['seconds']) for row in rows):.0f}"]))
    print(*(f"{name} {value}" for name, value in row.items()), sep=", ", flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs/gumbel")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/gumbel.csv")
    arguments = parser.parse_args()
    arguments.bin, arguments.out = arguments.bin.resolve(), arguments.out.resolve()
    arguments.out.mkdir(parents=True, exist_ok=True)
    strings = arguments.out / "strings.npy"
    run(sys.executable, GRAMMAR, "make", strings, 12800)
    rows = []
    for relaxation in RELAXATIONS:
        text = arguments.out / f"{relaxation}.mlir"
        run(arguments.bin / "dlc-models", "gumbel-gan", "--relaxation", relaxation, "-o", text)
        run(arguments.bin / "dlc", text, "-o", text.with_suffix(".so"))
        rows += [train(arguments, relaxation, seed, strings) for seed in range(arguments.seeds)]
    if arguments.write:
        with (ROOT / "docs/gumbel.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


if __name__ == "__main__":
    main()
