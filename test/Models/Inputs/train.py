# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains every model that dlc-models lists for 20 steps on one small batch, without dropout: the
loss falls by a tenth and is a number throughout. Of a model whose steps take turns each step has
20 calls of its own, against what the other networks are by then. Models with more parameters
than LIMIT are too slow for a test; bench/models/compare.py trains them.

usage: train.py DLC-MODELS DLC-RUN FOLDER [NAME ...]
"""
import math
import pathlib
import re
import sys

import numpy

import every_model
from every_model import run

LIMIT = 4_000_000
STEPS = 20
# Sizes that are enough to learn a batch by heart; others are the defaults.
SMALL = {"batch": 4, "image": "3x64x64", "classes": 8, "width": 8, "vocabulary": 40, "length": 9, "sample": 5,
         "latent": 6, "nodes": 30, "edges": 80, "features": 12, "filters": 4, "rollouts": 2,
         "dropout": 0}
ANY_IMAGE = {"resnet20", "mobilenet-small", "googlenet-small", "nin-small"}


def small(name, options):
    """The options of a model that is quick to train."""
    values = {name: SMALL[name] for name in options if name in SMALL}
    # Networks for small images that end in a mean over the places take smaller ones too.
    if "image" in values and options["image"] != "3x224x224":
        values["image"] = "3x16x16" if name in ANY_IMAGE else options["image"]
    return values


def make_up(random, name, shape, values):
    """An input of a step that trains, by what its name means."""
    if name in ("label", "next", "text", "real", "indices", "lengths"):
        low, high = {"label": (0, values.get("classes")), "next": (0, values.get("vocabulary")),
                     "text": (0, values.get("vocabulary")), "real": (0, values.get("vocabulary")),
                     "indices": (0, values.get("nodes")),
                     "lengths": (1, values.get("length", 0) + 1)}[name]
        return random.integers(low, high, shape)
    if name == "indptr":
        ends = random.integers(0, values["edges"] + 1, shape[0] - 2)
        return numpy.sort(numpy.concatenate([[0], ends, [values["edges"]]]))
    if name == "image":
        return random.integers(0, 256, shape)
    if name == "values":
        return random.uniform(0, 0.5, shape)
    if name == "x":
        return random.normal(size=shape)
    raise SystemExit(f"input '{name}' of a step that trains: say here what numbers it takes")


def call(text, step, folder, values, random):
    """The line of --calls for a step, with inputs that are made up."""
    arguments = re.search(rf"dl\.step @{step}\((.*)\) ->", text.read_text()).group(1)
    inputs = []
    for name, sizes, kind in re.findall(r"%(\w+): tensor<((?:\d+x)*)(\w+)>", arguments):
        shape = [int(size) for size in sizes.split("x")[:-1]]
        kind = {"ui8": "uint8", "i32": "int32", "f32": "float32"}[kind]
        numpy.save(folder / f"{name}.npy", make_up(random, name, shape, values).astype(kind))
        inputs += ["--input", f"{name}={folder / name}.npy"]
    return f"--step {step} {' '.join(inputs)}"


def train(dlc_run, text, folder, steps, values, rate, random):
    """The losses of the calls of each step, one step after the other."""
    calls = folder / "calls.txt"
    calls.write_text("".join(f"{call(text, step, folder, values, random)} {rate}\n" * STEPS for step in steps))
    printed = run(dlc_run, "-O0", text, "--calls", calls, "--keep-state")
    losses = [float(loss) for loss in re.findall(r"^loss = (\S+)$", printed, re.M)]
    if len(losses) != STEPS * len(steps):
        raise SystemExit(f"{text}: {len(losses)} losses of {STEPS} calls each of {steps}")
    return [losses[i:i + STEPS] for i in range(0, len(losses), STEPS)]


def main():
    dlc_models, dlc_run, folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    trained = passed_over = 0
    cycles = every_model.cycles(dlc_models)
    for name, options in every_model.models(dlc_models).items():
        if names and name not in names:
            continue
        text = folder / f"{name}.mlir"
        values = small(name, options)
        words = [word for option, value in values.items() for word in (f"--{option}", value)]
        run(dlc_models, name, *words, "-o", text)
        shapes = re.findall(r"dl\.param @\S+ : tensor<([0-9x]*)x\w+>", text.read_text())
        if sum(math.prod(int(n) for n in shape.split("x")) for shape in shapes) > LIMIT:
            passed_over += 1
            continue
        # Adam moves by the learning rate, whatever the gradient is.
        rate = "" if options.get("optimizer") == "sgd" else "--set lr=0.03"
        # Parameters are drawn without a bound: the first call would clip them to another network.
        rate += " --set clip=1" if "dl.hparam @clip " in text.read_text() else ""
        every = train(dlc_run, text, folder, cycles[name], values, rate, numpy.random.default_rng(0))
        for step, losses in zip(cycles[name], every):
            if not all(map(math.isfinite, losses)) or losses[-1] > losses[0] - 0.1 * abs(losses[0]):
                raise SystemExit(f"{name}: the losses of {STEPS} calls of {step} on a batch do not fall: {losses}")
        trained += 1
    print(f"{trained} models learn, {passed_over} are passed over")


main()
