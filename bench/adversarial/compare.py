#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the adversarial models of dlc-models, and that of examples/wgan_gp.mlir, against twins in PyTorch.

Random numbers are the same on both sides: those that a step draws become inputs of it. From the same weights,
on the same batches, this compares

  outputs      of each step: losses, probabilities, the penalty and the norm of the critic's gradient
  gradients    of each step, for all parameters of its network; those of a penalty are of second order
  statistics   of batch norms after the step
  loop         parameters after CYCLES whole cycles with the model's own optimizers and clips, but for those
               whose gradient is 0 and rounding, which Adam makes steps of full length of

in f64 and in f32. Differences are the norm of the difference / the norm, the largest of all tensors (tensors below
1e-4 of the norm of the whole count as if they were that); of outputs relative to 1 or to the value if that is
greater. Outputs and gradients have to be within 1e-4 in f32 and within 1e-9 in f64, the loop too in f64; in f32 it is
told alone, since optimizers that divide by the gradient's size make much of rounding.

Needs PyTorch (pip install torch).

  bench/adversarial/compare.py [--bin build/release/bin] [--width N] [--batch N] [--out FILE.csv] [NAME ...]
"""
import argparse
import csv
import pathlib
import re
import sys
import tempfile

import numpy as np
import torch

import models
from models import ROOT, run

sys.path.insert(0, str(ROOT / "test/golden"))
from interpreter import read_safetensors, write_safetensors  # noqa: E402

CYCLES = 2
# A rate at which the difference of parameters has the digits of the gradient.
RATE = 1024.0
LIMITS = {"float64": 1e-9, "float32": 1e-4}


def numpy_of(tensors):
    return {name: tensor.detach().numpy().copy() for name, tensor in tensors}


def whole(tensors):
    return float(np.sqrt(sum(np.linalg.norm(one.astype(np.float64)) ** 2 for one in tensors.values())))


def largest(ours, theirs):
    """The largest relative difference of tensors."""
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())
    least = 1e-4 * whole(theirs)
    return max((float(np.linalg.norm(ours[name].astype(np.float64) - theirs[name]))
                / max(float(np.linalg.norm(theirs[name])), least, 1e-300) for name in theirs), default=0.0)


class Sides:
    """A model of one type of floats, and its twin."""

    def __init__(self, name, args, folder, kind):
        chosen = {key: value for key, value in (("width", args.width), ("batch", args.batch)) if value}
        self.name, self.args, self.folder, self.kind = name, args, folder, kind
        self.program, self.plain = (models.Program(name, args.bin, dropout=0, **chosen) for _ in range(2))
        self.plain.with_plain_descent()
        for program in self.program, self.plain:
            if kind == "float64":
                program.in_f64()
            self.draws = program.with_draws()
        self.random, self.still = np.random.default_rng(0), set()
        torch.manual_seed(0)
        self.twin = models.twins()[name](self.program.options)
        self.twin.module.to(getattr(torch, kind))
        self.start = numpy_of((key, value) for key, value in self.twin.module.state_dict().items()
                              if not key.endswith("num_batches_tracked"))
        write_safetensors(folder / "start.safetensors", self.start)

    def compile(self, program, name):
        (self.folder / f"{name}.mlir").write_text(program.text, encoding="utf-8")
        run(self.args.bin / "dlc", self.folder / f"{name}.mlir", "-o", self.folder / f"{name}.so")
        return self.folder / f"{name}.so"

    def call(self, step, fields, number):
        """The options of a call, with inputs of files, and the twin's tensors of the same."""
        arrays = {key: value.astype(self.kind) if value.dtype == np.float32 else value for key, value in fields.items()}
        given = {}
        for place, (kind, shape) in enumerate(self.draws[step]):
            drawn = self.random.normal(size=shape) if kind == "normal" else self.random.uniform(size=shape)
            given[f"draw{place}"] = drawn.astype("float32").astype(self.kind)
        head = re.search(rf"dl\.step @{step}\((.*?)\) ->", self.program.text).group(1)
        words = ["--step", step]
        for key, value in (arrays | given).items():
            if f"%{key}:" in head:
                np.save(self.folder / f"{key}-{number}.npy", value)
                words += ["--input", f"{key}={self.folder}/{key}-{number}.npy"]
        used = {key: torch.from_numpy(value) for key, value in arrays.items() if f"%{key}:" in head}
        return words, used, [torch.from_numpy(value) for value in given.values()]

    def reset(self):
        self.twin.module.load_state_dict({key: torch.from_numpy(value.copy()) for key, value in self.start.items()},
                                         strict=False)

    def first_steps(self):
        """The differences of outputs, gradients and statistics, the greatest of all steps; and the penalty's."""
        library = self.compile(self.plain, "plain")
        found = {"outputs": 0.0, "penalty": 0.0, "gradients": 0.0, "statistics": 0.0}
        fields = self.twin.batch(self.random)
        for number, step in enumerate(self.program.steps()):
            words, used, draws = self.call(step, fields, number)
            printed = run(self.args.bin / "dlc-run", library, *words, "--params", self.folder / "start.safetensors",
                          "--set", f"lr={RATE}", "--save-params", self.folder / "after.safetensors")
            ours = {name: float(value) for name, value in re.findall(r"^(\w+) = (\S+)$", printed, re.M)}
            after = read_safetensors(self.folder / "after.safetensors")
            self.reset()
            outputs = self.twin.outputs(step, used, draws)
            network = self.twin.steps[step]
            named = [(f"{network}.{name}", one) for name, one in self.twin.module[network].named_parameters()]
            gradients = torch.autograd.grad(outputs["loss"], [one for _, one in named])
            theirs = {name: one.numpy() for (name, _), one in zip(named, gradients)}
            buffers = numpy_of((name, one) for name, one in self.twin.module.named_buffers()
                               if not name.endswith("num_batches_tracked"))
            for name in ours:
                value = outputs[name].item()
                difference = abs(ours[name] - value) / max(1, abs(value))
                found["outputs"] = max(found["outputs"], difference)
                if name == "penalty":
                    found["penalty"] = difference
            # The last bias of a critic with a penalty: what is left of its gradient is rounding.
            self.still |= {name for name in theirs
                           if np.linalg.norm(theirs[name]) < (1e-12 if self.kind == "float64" else 1e-6) * whole(theirs)}
            moved = {name: (self.start[name].astype(np.float64) - after[name]) / RATE for name in theirs}
            found["gradients"] = max(found["gradients"], largest(moved, theirs))
            found["statistics"] = max(found["statistics"], largest({name: after[name] for name in buffers}, buffers))
        return found

    def loop(self):
        """The largest difference of parameters after some cycles."""
        library = self.compile(self.program, "own")
        self.reset()
        lines = []
        for turn in range(CYCLES):
            batches = [self.twin.batch(self.random) for _ in range(self.program.batches)]
            for place, (step, batch) in enumerate(self.program.cycle):
                words, used, draws = self.call(step, batches[batch], f"{turn}-{place}")
                lines.append(" ".join(map(str, words)))
                self.twin.update(step, self.twin.outputs(step, used, draws)["loss"])
        lines[0] += f" --params {self.folder}/start.safetensors"
        lines[-1] += f" --save-params {self.folder}/end.safetensors"
        (self.folder / "calls.txt").write_text("\n".join(lines) + "\n")
        run(self.args.bin / "dlc-run", library, "--calls", self.folder / "calls.txt", "--keep-state")
        ours = read_safetensors(self.folder / "end.safetensors")
        theirs = numpy_of((name, one) for name, one in self.twin.module.named_parameters() if name not in self.still)
        return largest({name: ours[name] for name in theirs}, theirs)


def compare(name, args, folder):
    row, wrong = {"model": name}, []
    for kind, short in (("float64", "f64"), ("float32", "f32")):
        sides = Sides(name, args, folder, kind)
        found = sides.first_steps() | {"loop": sides.loop()}
        for what, value in found.items():
            row[f"{what} {short}"] = f"{value:.1e}"
            if not value <= LIMITS[kind] and not (what == "loop" and kind == "float32"):
                wrong.append(f"{name}: {what} in {short} differ by {value:.1e}, expected at most {LIMITS[kind]:.0e}")
    return row, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--width", type=int, help="of all models, in place of their own")
    parser.add_argument("--batch", type=int, help="of all models, in place of their own")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", help="table to write, as comma-separated values")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rows, wrong = [], []
    for name in args.names or models.twins():
        with tempfile.TemporaryDirectory() as folder:
            row, errors = compare(name, args, pathlib.Path(folder))
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        rows.append(row)
        wrong += errors
    if args.out:
        with open(args.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    print("\n".join(wrong), end="\n" if wrong else "")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
