#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains generative adversarial networks on Fashion-MNIST and judges what they make by a classifier trained here.

  gans.py [--bin build/release/bin] [--out runs/references] [--docs] [NAME...]

After each epoch 10,000 samples are drawn. The classifier is that of examples/fashion.mlir, which scripts/train-references
trains (the reference `example`, --out has to have it). Columns of the table, a CSV file for each network:

  frechet     the Frechet distance of the features of the classifier's last hidden layer between the samples and the 10,000 images
              of the test set: that of two normal distributions (Heusel et al., NIPS 2017, there with Inception's features)
  recognised  of a network that is given the class: how many samples are told as their class
  classes     how many classes have more than 4 % of the samples
  seconds     of the training so far

The networks train on the images of the training set. A run that was stopped goes on. --docs writes tables, curves and samples
into docs/, with matplotlib.
"""
import argparse
import csv
import gzip
import pathlib
import subprocess
import sys
from dataclasses import dataclass, field

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
SAMPLES, BATCH, CLASSES = 10000, 100, 10
COLUMNS = ["epoch", "frechet", "recognised", "classes", "seconds"]


@dataclass
class Network:
    name: str
    model: str  # of dlc-models with its options
    cycle: str
    epochs: int
    options: list = field(default_factory=list)
    isGivenClass: bool = False


NETWORKS = [
    Network("dcgan", "dcgan --width 32 --sample 100", "train_d+train_g", 8),
    Network("cgan", "cgan --width 32 --sample 100", "train_d+train_g", 8, isGivenClass=True),
    Network("wgan-gp", "wgan-gp --width 32 --sample 100", "train_critic*5,train_generator", 9),
]


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def call_all(arguments, program, folder, lines):
    """One process for all lines of a file of --calls."""
    calls = folder / "calls.txt"
    calls.write_text("\n".join(lines) + "\n")
    run(arguments.bin / "dlc-run", program, "--calls", calls)


def look(arguments, folder):
    """Classes and features of the images in image-N.npy of a folder."""
    judge = arguments.out / "gans-real/classifier.safetensors"
    lines = [f"--step look --params {judge} --input image={folder}/image-{n}.npy --output label={folder}/label-{n}.npy "
             f"--output features={folder}/features-{n}.npy" for n in range(SAMPLES // BATCH)]
    call_all(arguments, ROOT / "bench/references/judge.mlir", folder, lines)
    return [numpy.concatenate([numpy.load(folder / f"{name}-{n}.npy") for n in range(SAMPLES // BATCH)])
            for name in ("label", "features")]


def read_images(name):
    bytes_ = gzip.open(FASHION / f"{name}-images-idx3-ubyte.gz").read()
    return numpy.frombuffer(bytes_, numpy.uint8, offset=16).reshape(-1, 28, 28)


def look_at(arguments, folder, images):
    for number, batch in enumerate(images.reshape(-1, BATCH, 1, 28, 28)):
        numpy.save(folder / f"image-{number}.npy", batch.astype(numpy.float32) / 255)
    return look(arguments, folder)


def real_features(arguments):
    """What the classifier sees in the test set, how much of it it tells right, and the Frechet distance of as many images of the
    training set."""
    folder = arguments.out / "gans-real"
    folder.mkdir(parents=True, exist_ok=True)
    test = read_images("t10k")
    labels = numpy.frombuffer(gzip.open(FASHION / "t10k-labels-idx1-ubyte.gz").read(), numpy.uint8, offset=8)
    # Without what the training kept.
    numpy.save(folder / "few.npy", test[:64])
    run(arguments.bin / "dlc-run", "examples/fashion.mlir", "--step", "predict", "--params",
        arguments.out / "example/0/model.safetensors", "--input", f"image={folder}/few.npy", "--output",
        f"logits={folder}/logits.npy", "--save-params", folder / "classifier.safetensors")
    _, others = look_at(arguments, folder, read_images("train")[:SAMPLES])
    told, features = look_at(arguments, folder, test)
    right, floor = numpy.mean(told == labels), frechet(features, others)
    print(f"the classifier tells {100 * right:.2f} % of the test set right; the training set is at {floor:.3f}", flush=True)
    return features, right, floor


def root_of(matrix):
    values, vectors = numpy.linalg.eigh(matrix)
    return (vectors * numpy.sqrt(numpy.maximum(values, 0))) @ vectors.T


def frechet(a, b):
    """|mean a - mean b|^2 + trace(A + B - 2 (A B)^(1/2)), A and B the covariances."""
    a, b = a.astype(numpy.float64), b.astype(numpy.float64)
    first, second = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    root = root_of(first)
    cross = root_of(root @ second @ root)
    return float(numpy.sum((a.mean(0) - b.mean(0))**2) + numpy.trace(first) + numpy.trace(second) - 2 * numpy.trace(cross))


def judge(arguments, network, program, folder, real):
    """The columns of a state of a network."""
    numpy.save(folder / "label.npy", numpy.repeat(numpy.arange(CLASSES, dtype=numpy.uint8), BATCH // CLASSES))
    step = f"--step generate_class --input label={folder}/label.npy" if network.isGivenClass else "--step generate"
    lines = [f"{step} --seed {number + 1} --params {folder}/model.safetensors --output image={folder}/image-{number}.npy"
             for number in range(SAMPLES // BATCH)]
    call_all(arguments, program, folder, lines)
    classes, features = look(arguments, folder)
    share = numpy.bincount(classes, minlength=CLASSES) / len(classes)
    wanted = numpy.tile(numpy.repeat(numpy.arange(CLASSES), BATCH // CLASSES), SAMPLES // BATCH)
    recognised = f"{numpy.mean(classes == wanted):.4f}" if network.isGivenClass else ""
    return {"frechet": f"{frechet(real, features):.3f}", "recognised": recognised, "classes": int(numpy.sum(share > 0.04))}


def train(arguments, network, real):
    folder = arguments.out / network.name
    folder.mkdir(parents=True, exist_ok=True)
    program, table, checkpoint = folder / "model.mlir", folder / "judged.csv", folder / "model.safetensors"
    run(arguments.bin / "dlc-models", *network.model.split(), "-o", program)
    rows = list(csv.DictReader(table.open())) if table.exists() else []
    if not rows:
        run(arguments.bin / "dlc-run", program, "--step", "generate", "--save-params", checkpoint, "--output",
            f"image={folder}/first.npy")
        rows.append({"epoch": 0} | judge(arguments, network, program, folder, real) | {"seconds": 0})
        checkpoint.unlink()
    for epoch in range(len(rows), network.epochs + 1):
        start = ["--resume", checkpoint] if checkpoint.exists() else ["--seed", 0]
        metrics = folder / "metrics.csv"
        if not metrics.exists() or int(list(csv.DictReader(metrics.open()))[-1]["epoch"]) < epoch:
            run(arguments.bin / "dlc-run", program, "train", "--cycle", network.cycle, "--data", "fashion-mnist", "--epochs",
                epoch, "--out", folder, "--sample", "generate", "--sample", "interpolate", *start, *network.options)
        seconds = sum(float(row["seconds"]) for row in csv.DictReader(metrics.open()))
        rows.append({"epoch": epoch} | judge(arguments, network, program, folder, real) | {"seconds": f"{seconds:.0f}"})
        print(f"{network.name}: {rows[-1]}", flush=True)
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return rows


def draw(tables, path):
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update({"svg.hashsalt": "dlc", "font.size": 8})
    figure = Figure(figsize=(5, 2.8), layout="constrained")
    panel = figure.subplots()
    for name, rows in tables.items():
        panel.semilogy([int(row["epoch"]) for row in rows], [float(row["frechet"]) for row in rows], marker=".", label=name)
    panel.set(xlabel="epoch", ylabel="Frechet distance")
    panel.legend()
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs/references")
    parser.add_argument("--docs", action="store_true", help="write docs/gans.csv, docs/gans.svg and docs/gans/NAME-STEP.png")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for name in ("bin", "out"):
        setattr(arguments, name, getattr(arguments, name).resolve())
    known = {network.name: network for network in NETWORKS}
    if unknown := [name for name in arguments.names if name not in known]:
        sys.exit(f"no network {', '.join(unknown)}; there are {', '.join(known)}")
    real, right, floor = real_features(arguments)
    tables = {name: train(arguments, known[name], real) for name in arguments.names or known}
    if not arguments.docs:
        return
    pictures = ROOT / "docs/gans"
    pictures.mkdir(exist_ok=True)
    with (ROOT / "docs/gans.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["network", *COLUMNS])
        writer.writerow(["training set", "", f"{floor:.3f}", f"{right:.4f}", CLASSES, ""])
        for name, rows in tables.items():
            writer.writerows([name, *(row[column] for column in COLUMNS)] for row in rows)
            for step in ("generate", "interpolate"):
                last = arguments.out / name / "samples" / f"{step}-image-epoch-{int(rows[-1]['epoch']):04}.png"
                (pictures / f"{name}-{step}.png").write_bytes(last.read_bytes())
    try:
        draw(tables, ROOT / "docs/gans.svg")
    except ImportError:
        sys.exit("the curves need matplotlib; scripts/bench --setup installs it into build/peers")


if __name__ == "__main__":
    main()
