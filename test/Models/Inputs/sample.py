# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains language models of dlc-models on a text in which each character follows from the one
before, and lets them draw: the likeliest text goes on as it was learned, whatever the seed; at
a high temperature it does not, and depends on the seed.

usage: sample.py DLC-MODELS DLC DLC-RUN FOLDER NAME ...
"""
import pathlib
import re
import sys

import numpy

from every_model import run

dlc_models, dlc, dlc_run, folder, *names = sys.argv[1:]
folder = pathlib.Path(folder)
folder.mkdir(parents=True, exist_ok=True)
CHARACTERS, LENGTH, BATCH = 7, 12, 4
# Character 3 c + 2 follows c.
order = [0]
while len(order) < 400:
    order.append((3 * order[-1] + 2) % CHARACTERS)
starts = [0, 1, 2, 5]
numpy.save(folder / "text.npy", numpy.array([order[s:s + LENGTH] for s in starts], "uint8").T.copy())
numpy.save(folder / "next.npy", numpy.array([order[s + 1:s + LENGTH + 1] for s in starts], "uint8").T.copy())
numpy.save(folder / "first.npy", numpy.array([order[1]], "uint8"))

for name in names:
    program = folder / f"{name}.mlir"
    sample = [] if name == "transformer" else ["--sample", LENGTH]
    run(dlc_models, name, "--batch", BATCH, "--length", LENGTH, "--vocabulary", CHARACTERS, "--width", 32, *sample,
        "-o", program)
    library = folder / f"{name}.so"
    run(dlc, "-O0", program, "-o", library)
    line = f"--step train --input text={folder}/text.npy --input next={folder}/next.npy --set lr=0.02"
    calls = [line] * 80
    calls[-1] += f" --save-params {folder}/{name}.safetensors"
    (folder / "calls.txt").write_text("\n".join(calls) + "\n")
    printed = run(dlc_run, library, "--calls", folder / "calls.txt", "--keep-state")
    losses = re.findall(r"^loss = (\S+)$", printed, re.M)
    assert float(losses[-1]) < 0.1, losses

    def draw(temperature, seed):
        run(dlc_run, library, "--step", "sample", "--params", f"{folder}/{name}.safetensors",
            "--input", f"first={folder}/first.npy", "--set", f"temperature={temperature}", "--seed", seed,
            "--output", f"text={folder}/drawn.npy")
        return numpy.load(folder / "drawn.npy").tolist()
    expected = order[2:2 + LENGTH]
    for temperature, seed in (0, 1), (0, 2), (0.05, 3):
        assert draw(temperature, seed) == expected, (draw(temperature, seed), expected)
    hot = [draw(50, seed) for seed in (1, 1, 2)]
    assert hot[0] == hot[1] != hot[2] and hot[0] != expected and max(map(max, hot)) < CHARACTERS, hot
    print(f"{name} goes on")
