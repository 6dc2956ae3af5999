#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the reference models on real data, and writes what they reach into docs/references.csv, and the epochs of the
first run of each into docs/reference-epochs.csv.

  train.py [--bin build/release/bin] [--data data] [--out runs/references] [--list] [NAME...]

Each reference is one or several runs of `dlc-run train`: seeds or folds, of which the mean counts. A run whose folder
has the last epoch is not made again, and one that was stopped goes on. NAME selects references. The page
docs/models.md has the table. Fashion-MNIST is read where Debian's package dataset-fashion-mnist puts it; the other
data are files of --data (docs/data.md says what they hold).
"""
import argparse
import csv
import pathlib
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/references.csv"
COLUMNS = ["reference", "model", "training", "goal", "result", "time"]
EPOCHS = ROOT / "docs/reference-epochs.csv"
EPOCH_COLUMNS = ["reference", "epoch", "train_loss", "train_accuracy", "eval_loss", "eval_accuracy",
                 "train_critic_distance", "train_critic_norm", "seconds"]


@dataclass
class Reference:
    name: str
    model: str  # of dlc-models with its options, or a file
    data: str
    epochs: int
    goal: str  # what is known to be reachable, and where from
    metric: str = "eval_accuracy"
    options: list = field(default_factory=list)
    schedule: str = ""
    seeds: int = 1
    folds: int = 0


MR = "lines:{data}/rt-polarity.neg.gz,{data}/rt-polarity.pos.gz,length=64,vocabulary=all"
SHAKESPEARE = "text:{data}/tinyshakespeare.txt.gz,length=50"
FASHION = "fashion-mnist"
# Falling in steps, as the papers of the networks have it.
STEPS = "epoch {a} lr={b}\nepoch {c} lr={d}\n"
AUGMENT = ["--augment", "image:flip,shift=2"]

REFERENCES = [
    Reference("example", "examples/fashion.mlir", FASHION, 12, "92.5 %",
              options=["--set", "decay=2.5e-4", "--augment", "image:flip"]),
    Reference("lenet5", "lenet5", FASHION, 12, "90 %", schedule=STEPS.format(a=8, b=0.0003, c=11, d=0.00003)),
    Reference("mlp", "mlp --norm batch --dropout 0.2", FASHION, 12, "89 %",
              schedule=STEPS.format(a=8, b=0.0003, c=11, d=0.00003)),
    Reference("resnet20", "resnet20", FASHION, 16, "93.5 %", options=AUGMENT,
              schedule=STEPS.format(a=9, b=0.01, c=14, d=0.001)),
    Reference("vgg11-small", "vgg11-small", FASHION, 12, "92.5 %", options=AUGMENT,
              schedule=STEPS.format(a=7, b=0.005, c=11, d=0.0005)),
    Reference("nin-small", "nin-small --width 96 --dropout 0.2 --norm batch", FASHION, 12, "92.5 %", options=AUGMENT,
              schedule=STEPS.format(a=8, b=0.0003, c=11, d=0.00003)),
    Reference("googlenet-small", "googlenet-small", FASHION, 10, "91.5 %", options=AUGMENT,
              schedule=STEPS.format(a=6, b=0.005, c=9, d=0.0005)),
    Reference("alexnet-small", "alexnet-small --optimizer adamw --dropout 0.2", FASHION, 12, "91.5 %", options=AUGMENT,
              schedule="epoch 10 lr=0.0003\n"),
    Reference("mobilenet-small", "mobilenet-small", FASHION, 10, "-", options=AUGMENT,
              schedule=STEPS.format(a=6, b=0.01, c=9, d=0.001)),
    # The norm of the critic's gradient between real and made images, which its penalty pulls to 1.
    Reference("wgan-gp", "wgan-gp --width 32", FASHION, 20, "about 1", "train_critic_norm",
              options=["--cycle", "train_critic*5,train_generator"]),
    Reference("row-rnn", "row-rnn", FASHION, 10, "-"),
    Reference("row-lstm", "row-lstm", FASHION, 10, "88 %"),
    Reference("row-gru", "row-gru", FASHION, 10, "88 %"),
    # It learns the sentences by heart from the fourth epoch on.
    Reference("textcnn", "textcnn", MR, 3, "75.5 % (paper: 76.1, mean of 10 folds)", folds=10),
    Reference("text-rnn", "text-rnn", MR, 3, "-", folds=10),
    Reference("text-lstm", "text-lstm", MR, 3, "-", folds=10),
    Reference("text-gru", "text-gru", MR, 3, "-", folds=10),
    Reference("gcn", "gcn", "cora:{data}/cora.npz", 200, "81.5 +- 0.7 % (paper: 81.5), mean of 20 seeds", seeds=20),
    Reference("textgcn", "textgcn", "textgcn:{data}/r8-documents.txt.gz,labels={data}/r8-labels.txt.gz", 200,
              "96.5 % (paper: 97.07)"),
    Reference("char-rnn", "char-rnn", SHAKESPEARE, 10, "-", "eval_loss"),
    Reference("char-lstm", "char-lstm", SHAKESPEARE, 10, "as PyTorch's (bench/references/pytorch.py)", "eval_loss"),
    Reference("char-gru", "char-gru", SHAKESPEARE, 10, "as PyTorch's (bench/references/pytorch.py)", "eval_loss"),
    Reference("transformer", "transformer", SHAKESPEARE.replace("length=50", "length=64"), 10, "-", "eval_loss"),
]


def last_row(folder):
    path = folder / "metrics.csv"
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    return rows[-1] if rows else None


def train(arguments, reference, program, data, folder, seed):
    """The metric after the last epoch, and the seconds of training."""
    row = last_row(folder)
    if not row or int(row["epoch"]) < reference.epochs:
        command = [arguments.bin / "dlc-run", program, "train", "--data", data, "--epochs", str(reference.epochs),
                   "--out", folder, *reference.options]
        checkpoint = folder / "model.safetensors"
        command += ["--resume", checkpoint] if checkpoint.exists() else ["--seed", str(seed)]
        if reference.schedule:
            schedule = folder.parent / "schedule.txt"
            schedule.write_text(reference.schedule)
            command += ["--schedule", schedule]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "log.txt").open("a") as log:
            subprocess.run(command, check=True, stdout=log, cwd=ROOT)
        row = last_row(folder)
    rows = csv.DictReader((folder / "metrics.csv").open())
    return float(row[reference.metric]), sum(float(row["seconds"]) for row in rows)


def shown(reference, values):
    scale, unit = (100, " %") if "accuracy" in reference.metric else (1, "")
    digits = 2 if unit else 4
    text = f"{scale * statistics.mean(values):.{digits}f}"
    if len(values) > 1:
        text += f" +- {scale * statistics.stdev(values):.{digits}f}"
    return text + (unit or f" {reference.metric}")


def training(reference):
    """The command of a run, as the page shows it."""
    model, data = reference.model, reference.data.format(data="data")
    runs = " --seed N" if reference.seeds > 1 else ""
    if reference.folds:
        data += f",folds={reference.folds},fold=N"
    start = f"dlc-run {model} train" if model.endswith(".mlir") else f"dlc-models {model} | dlc-run - train"
    schedule = ""
    if reference.schedule:
        schedule = " --schedule FILE # " + "; ".join(reference.schedule.strip().splitlines())
    return (f"{start} --data {data} --epochs {reference.epochs}" +
            "".join(f" {option}" for option in reference.options) + runs + schedule)


def run(arguments, reference):
    folder = arguments.out / reference.name
    folder.mkdir(parents=True, exist_ok=True)
    program = ROOT / reference.model
    if not reference.model.endswith(".mlir"):
        program = folder / "model.mlir"
        name, *options = reference.model.split()
        subprocess.run([arguments.bin / "dlc-models", name, *options, "-o", program], check=True)
    data = reference.data.format(data=arguments.data)
    values, seconds = [], 0.0
    for number in range(reference.folds or reference.seeds):
        own = data + (f",folds={reference.folds},fold={number}" if reference.folds else "")
        value, took = train(arguments, reference, program, own, folder / str(number),
                            0 if reference.folds else number)
        values.append(value)
        seconds += took
    return {"reference": reference.name, "model": reference.model.split()[0], "training": training(reference),
            "goal": reference.goal, "result": shown(reference, values),
            "time": time.strftime("%H:%M:%S", time.gmtime(seconds))}


def replace_rows(path, columns, name, new):
    """Puts the rows of a reference in the place of those that a table has of it, in the order of the references."""
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    rows = [other for other in rows if other["reference"] != name] + new
    order = [reference.name for reference in REFERENCES]
    rows.sort(key=lambda other: order.index(other["reference"]))
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore", restval="")
        table.writeheader()
        table.writerows(rows)


def write(row, folder):
    name = row["reference"]
    replace_rows(TABLE, COLUMNS, name, [row])
    epochs = [{"reference": name, **epoch} for epoch in csv.DictReader((folder / "0/metrics.csv").open())]
    replace_rows(EPOCHS, EPOCH_COLUMNS, name, epochs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "runs/references")
    parser.add_argument("--list", action="store_true", help="print the references and their commands")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    for name in ("bin", "data", "out"):
        setattr(arguments, name, getattr(arguments, name).resolve())
    known = {reference.name: reference for reference in REFERENCES}
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        sys.exit(f"no reference {', '.join(unknown)}; there are {', '.join(known)}")
    failed = []
    for name in arguments.names or known:
        reference = known[name]
        if arguments.list:
            print(f"{name}: {training(reference)}")
            continue
        try:
            row = run(arguments, reference)
        except subprocess.CalledProcessError:
            failed.append(name)
            continue
        write(row, arguments.out / name)
        print(f"{row['reference']}: {row['result']} (goal: {row['goal']}), {row['time']} of training", flush=True)
    if failed:
        sys.exit(f"did not train: {', '.join(failed)}")


if __name__ == "__main__":
    main()
