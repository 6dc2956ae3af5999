# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares a model's training step with and without recomputation, bit by bit."""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--dlc", required=True)
    parser.add_argument("--dlc-run", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numbers = np.random.default_rng(0)
        np.save(folder / "x.npy", numbers.standard_normal((8, 3, 16, 16)).astype(np.float32))
        np.save(folder / "label.npy", numbers.integers(0, 10, 8).astype(np.int32))

        def arena(model, *options):
            plan = call(args.dlc, model, "--print-memory-plan", *options)
            return int(re.search(r"step @train: arena (\d+)", plan)[1])

        def train(model, *options):
            before, bits = [], []
            for step in range(3):
                state = folder / f"{step}.safetensors"
                out = call(args.dlc_run, model, "--step", "train", "--threads", step % 2 + 1,
                           "--seed", 3, "--input", f"x={folder / 'x.npy'}", "--input",
                           f"label={folder / 'label.npy'}", "--save-params", state, *before,
                           *options)
                before = ["--params", state]
                bits += [out, state.read_bytes()]
            return bits

        plain, bits = arena(args.model), train(args.model)
        auto = folder / "auto.mlir"
        auto.write_text(args.model.read_text().replace(
            "(loss: tensor<f32>) {", '(loss: tensor<f32>) attributes {recompute = "auto"} {'))
        budget = plain * 9 // 10
        for what, model, most, options in (
                ("budget", args.model, budget, [f"--memory-budget={budget}"]),
                ("auto", auto, plain - 1, [])):
            smaller = arena(model, *options) <= most
            same = train(model, *options) == bits
            print(f"{what}: {'smaller' if smaller else 'NO SMALLER'} arena, "
                  f"{'same' if same else 'OTHER'} bits")


if __name__ == "__main__":
    main()
