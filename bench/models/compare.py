#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds the models of dlc-models for images of 224 x 224 against twins in PyTorch.

For each model the twin's state_dict goes to dlc as a safetensors file, and the loss, all
gradients and the running statistics of batch norms after the first step of training on one
batch are compared; what dlc saves is loaded into the twin; 20 steps on the batch have to make
the loss fall.

The comparison is made in f64, where only a different network can differ: 1e-6 is allowed.
In f32 a ReLU or a maximum of two that rounding decides otherwise moves the gradients of the
layers before it by some thousandths, of dlc's as of PyTorch's. There the loss has to be within
1e-3, and the gradients all together as near to PyTorch's in f64 as 1e-2 or as twice the
distance of PyTorch's in f32.

Gradients are read off the parameters after a step of plain descent: momentum has no part in
the first one, and the weight decay is set to 0. Differences are told as norm of the difference
/ norm, the largest of all tensors. Tensors whose gradient is below 1e-4 of the whole
gradient's norm (biases in front of a batch norm, whose gradient is 0) count as if it were that.

Needs PyTorch and torchvision (pip install torch torchvision).

  bench/models/compare.py [--bin build/release/bin] [--batch 4] [--out FILE.csv] [NAME ...]
"""
import argparse
import csv
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test/golden"))
import twins  # noqa: E402
from interpreter import read_safetensors, write_safetensors  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = 20
# A rate at which the difference of parameters has the digits of the gradient.
RATE = 1024.0
# Learning rates of the steps that make the loss fall; the first at which it does is taken. With
# momentum 0.9 on one small batch networks without norms soon leave it again at the larger ones.
RATES = (3e-3, 1e-3, 3e-4)


def run(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def timed(*command):
    start = time.perf_counter()
    text = run(*command)
    return text, time.perf_counter() - start


def losses_of(text):
    return [float(loss) for loss in re.findall(r"^loss = (\S+)$", text, re.M)]


def norm(tensors):
    """Of all tensors together."""
    return float(np.sqrt(sum(np.linalg.norm(one.astype(np.float64)) ** 2 for one in tensors.values())))


def minus(ours, theirs):
    assert ours.keys() == theirs.keys(), sorted(ours.keys() ^ theirs.keys())
    return {name: ours[name].astype(np.float64) - theirs[name] for name in theirs}


def largest(ours, theirs, least=0.0):
    """The largest relative difference of tensors, and whose it is."""
    return max(((float(np.linalg.norm(one) / max(np.linalg.norm(theirs[name]), least, 1e-30)), name)
                for name, one in minus(ours, theirs).items()), default=(0.0, ""))


def numpy_of(tensors):
    return {name: tensor.detach().numpy().copy() for name, tensor in tensors}


def is_count(name):
    return name.endswith("num_batches_tracked")


class Comparison:
    """A model and its twin, of one type of floats."""

    def __init__(self, name, args, folder, kind):
        self.bin, self.folder, self.threads, self.kind = pathlib.Path(args.bin), folder, args.threads, kind
        random = np.random.default_rng(0)
        self.image = random.integers(0, 256, (args.batch, 3, 224, 224)).astype(np.uint8)
        self.label = random.integers(0, 1000, args.batch).astype(np.int32)
        np.save(folder / "image.npy", self.image)
        np.save(folder / "label.npy", self.label)
        self.module = twins.make(name).to(getattr(torch, kind))
        self.seconds = self.compile(name, args.batch)

    def compile(self, name, batch):
        text, self.library = self.folder / f"{self.kind}.mlir", self.folder / f"{self.kind}.so"
        known = run(self.bin / "dlc-models", "--list")
        options, = re.findall(rf"^{name} .*; (--.*)$", known, re.M)
        dropout = ["--dropout", 0] if "--dropout" in options else []
        run(self.bin / "dlc-models", name, "--batch", batch, *dropout, "--optimizer", "sgd", "-o", text)
        if self.kind == "float64":
            program = re.sub(r"(x|tensor<)f32>", r"\1f64>", text.read_text())
            text.write_text(re.sub(r"(dl\.hparam @\w+) =", r"\1 : tensor<f64> =", program))
        return timed(self.bin / "dlc", text, "-o", self.library)[1]

    def step(self, *options):
        return timed(self.bin / "dlc-run", self.library, "--threads", self.threads, *options)

    def inputs(self):
        return ["--step", "train", "--input", f"image={self.folder}/image.npy",
                "--input", f"label={self.folder}/label.npy"]

    def first_step(self):
        """Loss, gradients and running statistics of dlc, then of PyTorch."""
        state = self.module.state_dict
        before = numpy_of(state().items())
        write_safetensors(self.folder / "before.safetensors", before)
        image = torch.from_numpy(self.image).to(getattr(torch, self.kind)) * (1 / 255)
        loss = twins.loss_of(self.module, image, torch.from_numpy(self.label).long())
        loss.backward()
        theirs = (loss.item(), numpy_of((name, one.grad) for name, one in self.module.named_parameters()),
                  {name: one for name, one in numpy_of(self.module.named_buffers()).items() if not is_count(name)})
        printed, _ = self.step(*self.inputs(), "--params", self.folder / "before.safetensors", "--set", f"lr={RATE}",
                               "--set", "weight_decay=0", "--save-params", self.folder / "after.safetensors")
        after = read_safetensors(self.folder / "after.safetensors")
        ours = (losses_of(printed)[0], {name: (before[name] - after[name]) / RATE for name in theirs[1]},
                {name: after[name] for name in theirs[2]})
        # And back: strict, but for what counts batches.
        counts = {name: one for name, one in state().items() if is_count(name)}
        self.module.load_state_dict({**counts, **{name: torch.from_numpy(one.copy()) for name, one in after.items()}})
        return ours, theirs

    def fall(self, rate):
        """The losses of some steps on the batch, and the seconds of one."""
        line = " ".join(map(str, [*self.inputs(), "--set", f"lr={rate}"]))
        first = f"{line} --params {self.folder}/before.safetensors\n"
        (self.folder / "one.txt").write_text(first)
        (self.folder / "all.txt").write_text(first + f"{line}\n" * (STEPS - 1))
        _, one = self.step("--calls", self.folder / "one.txt", "--keep-state")
        text, all_ = self.step("--calls", self.folder / "all.txt", "--keep-state")
        return losses_of(text), (all_ - one) / (STEPS - 1)


def falls(losses):
    half = len(losses) // 2
    return losses[-1] < 0.99 * losses[0] and sum(losses[half:]) < sum(losses[:half])


def compare(name, args, folder):
    wrong = []

    def hold(what, value, limit):
        if not value <= limit:
            wrong.append(f"{what}: {value:.1e}, expected at most {limit:.1e}")
        return f"{value:.1e}"
    ours, theirs = Comparison(name, args, folder, "float64").first_step()
    gradient, where = largest(ours[1], theirs[1], 1e-4 * norm(theirs[1]))
    row = {"model": name, "batch": args.batch,
           "loss f64": hold("loss in f64", abs(ours[0] / theirs[0] - 1), 1e-6),
           "gradient f64": hold(f"gradient of {where} in f64", gradient, 1e-6),
           "statistics f64": hold("statistics in f64", largest(ours[2], theirs[2])[0], 1e-6)}

    comparison = Comparison(name, args, folder, "float32")
    ours32, theirs32 = comparison.first_step()
    far = norm(minus(theirs32[1], theirs[1])) / norm(theirs[1])
    row |= {"loss f32": hold("loss in f32", abs(ours32[0] / theirs32[0] - 1), 1e-3),
            "gradient f32": hold("gradients in f32", norm(minus(ours32[1], theirs[1])) / norm(theirs[1]),
                                 max(1e-2, 2 * far)),
            "gradient f32 of PyTorch": f"{far:.1e}"}
    for rate in RATES:
        losses, step_seconds = comparison.fall(rate)
        if falls(losses):
            break
    row |= {"lr": rate, "first loss": f"{losses[0]:.4f}", f"loss {STEPS}": f"{losses[-1]:.4f}",
            "compile seconds": f"{comparison.seconds:.1f}", "step seconds": f"{step_seconds:.2f}"}
    if not falls(losses):
        wrong.append(f"the loss does not fall: {losses}")
    return row, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=ROOT / "build/release/bin")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", help="table to write, as comma-separated values")
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rows, status = [], 0
    for name in args.names or twins.TWINS:
        with tempfile.TemporaryDirectory() as folder:
            row, wrong = compare(name, args, pathlib.Path(folder))
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        for text in wrong:
            print(f"{name}: {text}")
            status = 1
        rows.append(row)
        if args.out:
            with open(args.out, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    sys.exit(status)


if __name__ == "__main__":
    main()
