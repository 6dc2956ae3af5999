#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains SeqGAN on the sequences of its oracle: by likelihood alone, and from there adversarially.

  seqgan.py [--bin build/release/bin] [--out runs/seqgan] [--seeds 3] [--write]

Each seed has an oracle of its own, 10000 sequences of it to train on, and other ones to evaluate on. A phase whose
folder has its last epoch is not run again, and one that was stopped goes on. What counts is how likely the
generator's sequences are to the oracle, the mean negative log likelihood of a symbol: that of the last epoch against
the least of all epochs of likelihood alone. --write draws the curves into docs/seqgan-paper.svg and writes their numbers
into docs/seqgan-paper.csv; of the short form into seqgan.svg and seqgan.csv.

The whole form is that of the paper: a vocabulary of 5000, 20 symbols. Half the mean reward is its baseline, and
adversarial training is short, 117 updates of the generator. The discriminator learns its 10000 sequences by heart, and is
right about half of others; so its reward says little of the oracle, and with the whole mean as baseline a generator ends,
after 624 updates, at few sequences: likely ones for seeds 0 and 1, unlikely ones for seed 2.

--small is a short form (a vocabulary of 32, 8 symbols), which takes about a minute a seed.
"""
import argparse
import csv
import pathlib
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass
class Plan:
    model: list  # options of dlc-models seqgan
    schedule: str  # of likelihood
    likelihood: int  # epochs that the generator is trained by likelihood before it is trained adversarially
    alone: int  # and in all, for what likelihood alone reaches
    judge: int  # epochs of the discriminator before that
    judge_rate: float  # its learning rate in these
    cycle: str  # the updates of the two that take turns
    adversarial: int  # epochs
    rates: dict  # hyper-parameters of the adversarial phase
    page: str  # where --write puts curves and numbers, in docs


LONG = Plan(["--rollouts", "1", "--filters", "25", "--dropout", "0.5"], "epoch 19 lr=0.001\n", 25, 40, 5, 0.001,
            "train_d*4,train_g", 3, {"d_lr": 0.0001, "g_lr": 0.01, "baseline": 0.5}, "seqgan-paper")
SMALL = Plan(["--vocabulary", "32", "--length", "8", "--features", "32", "--filters", "32", "--rollouts", "4",
              "--sample", "10240"], "epoch 16 lr=0.001\n", 20, 30, 8, 0.001, "train_d*4,train_g", 12,
             {"d_lr": 0.001, "g_lr": 0.002, "dropout": 0}, "seqgan")


def settings(values):
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def rows_of(folder):
    path = folder / "metrics.csv"
    return list(csv.DictReader(path.open())) if path.exists() else []


class Run:
    """One seed."""

    def __init__(self, arguments, plan, seed):
        self.bin, self.plan, self.seed = arguments.bin, plan, seed
        self.threads = ["--threads", str(arguments.threads)] if arguments.threads else []
        self.folder = arguments.out / str(seed)
        self.program, self.schedule = arguments.out / "seqgan.so", arguments.out / "schedule.txt"
        self.folder.mkdir(parents=True, exist_ok=True)

    def dlc_run(self, *words):
        with (self.folder / "log.txt").open("a") as log:
            subprocess.run([self.bin / "dlc-run", self.program, *map(str, words), *self.threads], check=True, stdout=log)

    def draw(self):
        self.real, self.held_out = self.folder / "real.npy", self.folder / "held_out.npy"
        if not self.held_out.exists():
            self.dlc_run("--step", "draw_real", "--seed", self.seed, "--output", f"real={self.real}", "--output",
                         f"held_out={self.held_out}")

    def train(self, name, steps, epochs, start, options=()):
        """Trains in a folder of that name until it has so many epochs; `start` is where the state comes from."""
        folder = self.folder / name
        checkpoint = folder / "model.safetensors"
        if len(rows_of(folder)) < epochs:
            begin = ["--resume", checkpoint] if checkpoint.exists() else start
            self.dlc_run("train", "--cycle", steps, "--epochs", epochs, "--out", folder, "--data",
                         f"npy:real={self.real};eval:real={self.held_out}", *options, *begin)
        return folder

    def run(self):
        plan = self.plan
        self.draw()
        fresh, falling = ["--seed", self.seed], ["--schedule", self.schedule]
        before = self.train("likelihood", "pretrain_g", plan.likelihood, fresh, falling)
        if not (self.folder / "alone").exists():
            shutil.copytree(before, self.folder / "alone")
        self.train("alone", "pretrain_g", plan.alone, fresh, falling)
        judge = self.train("judge", "train_d", plan.judge, [*fresh, "--params", before / "model.safetensors"],
                           settings(plan.rates | {"d_lr": plan.judge_rate}))
        self.train("adversarial", plan.cycle, plan.adversarial,
                   [*fresh, "--params", judge / "model.safetensors"], settings(plan.rates))

    def curve(self, name):
        return [float(row["eval_oracle_nll"]) for row in rows_of(self.folder / name)]

    def report(self):
        """(the best of likelihood alone, the last of adversarial training)."""
        best, last = min(self.curve("alone")), self.curve("adversarial")[-1]
        seconds = sum(float(row["seconds"]) for name in ("alone", "judge", "adversarial")
                      for row in rows_of(self.folder / name))
        print(f"seed {self.seed}: oracle's negative log likelihood {self.curve('alone')[0]:.3f} after an epoch, "
              f"{best:.3f} at best by likelihood alone, {last:.3f} after adversarial training, "
              f"{min(self.curve('adversarial')):.3f} at best; {seconds:.0f} s of training", flush=True)
        return best, last


def write(runs, plan):
    import matplotlib
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "dlc", "font.size": 8})
    figure, axes = plt.subplots(figsize=(6, 3))
    with (ROOT / f"docs/{plan.page}.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "training", "epoch", "oracle_nll"])
        for run, color in zip(runs, ("C0", "C1", "C2", "C3", "C4")):
            for name, style, first in (("alone", ":", 0), ("adversarial", "-", plan.likelihood)):
                values = run.curve(name)
                epochs = [first + i for i in range(1, len(values) + 1)]
                axes.plot(epochs, values, style, color=color,
                          label=f"seed {run.seed}, {'likelihood' if name == 'alone' else name}")
                table.writerows([run.seed, name, epoch, f"{value:.4f}"] for epoch, value in zip(epochs, values))
    axes.set_xlabel("epoch")
    axes.set_ylabel("oracle's negative log likelihood")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(ROOT / f"docs/{plan.page}.svg", metadata={"Date": None, "Creator": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--model", default="", help="other options of dlc-models seqgan")
    parser.add_argument("--set", action="append", default=[], help="hyper-parameters of the adversarial phase, as g_lr=0.01")
    parser.add_argument("--cycle", help="the updates of the two that take turns, as 'train_d*5,train_g'")
    parser.add_argument("--epochs", type=int, help="of the adversarial phase")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the curves and their numbers into docs")
    arguments = parser.parse_args()
    plan = SMALL if arguments.small else LONG
    plan.model = arguments.model.split() or plan.model
    plan.rates |= dict(value.split("=", 1) for value in arguments.set)
    plan.cycle = arguments.cycle or plan.cycle
    plan.adversarial = arguments.epochs or plan.adversarial
    arguments.bin = arguments.bin.resolve()
    arguments.out = (arguments.out or ROOT / ("runs/seqgan-small" if arguments.small else "runs/seqgan")).resolve()
    arguments.out.mkdir(parents=True, exist_ok=True)
    text, library = arguments.out / "seqgan.mlir", arguments.out / "seqgan.so"
    subprocess.run([arguments.bin / "dlc-models", "seqgan", *plan.model, "-o", text], check=True)
    subprocess.run([arguments.bin / "dlc", text, "-o", library], check=True)
    (arguments.out / "schedule.txt").write_text(plan.schedule)
    runs, results = [], []
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        runs.append(Run(arguments, plan, seed))
        runs[-1].run()
        results.append(runs[-1].report())
    best, last = (statistics.mean(values) for values in zip(*results))
    print(f"mean of {len(runs)} seeds: {best:.3f} at best by likelihood alone, {last:.3f} after adversarial training")
    if arguments.write:
        write(runs, plan)
    sys.exit(int(last >= best))


if __name__ == "__main__":
    main()
