#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains char-lstm and char-gru in PyTorch and in dlc from the same weights on the same batches.

  pytorch.py [--bin build/release/bin] [--data data] [--epochs 3] [--threads 1] [--write] [NAME...]

The weights are PyTorch's, handed over as safetensors under the names of its state_dict. Batches come in the order of the
text, in both. Prints the validation loss of both after every epoch, in nats a character, and their difference; --write
writes them into docs/characters.csv, of which docs/models.md has the table. Needs PyTorch and NumPy.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/golden"))
from interpreter import write_safetensors  # noqa: E402

LENGTH, BATCH, WIDTH, LAYERS, VOCABULARY, RATE, CLIP = 50, 32, 128, 2, 65, 2e-3, 5.0


class Characters(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.embedding = torch.nn.Embedding(VOCABULARY, WIDTH)
        setattr(self, kind, {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind](WIDTH, WIDTH, LAYERS))
        self.fc = torch.nn.Linear(WIDTH, VOCABULARY)

    def forward(self, text):
        return self.fc(getattr(self, self.kind)(self.embedding(text))[0])


def batches(text, following):
    for first in range(0, text.shape[1] - BATCH + 1, BATCH):
        part = slice(first, first + BATCH)
        yield torch.from_numpy(text[:, part].astype(np.int64)), torch.from_numpy(following[:, part].astype(np.int64))


def loss_of(net, text, following):
    return torch.nn.functional.cross_entropy(net(text).reshape(-1, VOCABULARY), following.reshape(-1))


def train(net, data, epochs):
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    for _ in range(epochs):
        for text, following in batches(data["text"], data["next"]):
            optimizer.zero_grad()
            loss_of(net, text, following).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            optimizer.step()
        with torch.no_grad():
            found = [loss_of(net, *batch).item() for batch in batches(data["eval-text"], data["eval-next"])]
        losses.append(sum(found) / len(found))
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write docs/characters.csv")
    parser.add_argument("names", nargs="*", default=["char-lstm", "char-gru"])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    rows = []
    descriptor = f"text:{arguments.data / 'tinyshakespeare.txt.gz'},length={LENGTH}"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([arguments.bin / "dlc-run", "--describe-data", descriptor, "--write-data", folder / "data"],
                       check=True, stdout=subprocess.DEVNULL)
        data = {path.stem: np.load(path) for path in (folder / "data").glob("*.npy")}
        # Whole batches alone, which dlc's last, smaller one is not.
        for field in ("eval-text", "eval-next"):
            data[field] = data[field][:, :data[field].shape[1] // BATCH * BATCH]
            np.save(folder / "data" / f"{field}.npy", data[field])
        descriptor = "npy:" + ";eval:".join(
            f"text@1={folder}/data/{part}text.npy,next@1={folder}/data/{part}next.npy" for part in ("", "eval-"))
        for model in arguments.names:
            torch.manual_seed(0)
            net = Characters(model.split("-")[1])
            write_safetensors(folder / "start.safetensors",
                              {key: value.numpy() for key, value in net.state_dict().items()})
            subprocess.run([arguments.bin / "dlc-models", model, "-o", folder / "m.mlir"], check=True)
            subprocess.run([arguments.bin / "dlc-run", folder / "m.mlir", "train", "--data", descriptor, "--params",
                            folder / "start.safetensors", "--no-shuffle", "--epochs", str(arguments.epochs), "--threads",
                            str(arguments.threads), "--out", folder / model], check=True, stdout=subprocess.DEVNULL)
            ours = [float(row["eval_loss"]) for row in csv.DictReader((folder / model / "metrics.csv").open())]
            theirs = train(net, data, arguments.epochs)
            for epoch, (own, other) in enumerate(zip(ours, theirs), 1):
                row = [model, epoch, *(f"{value:.4f}" for value in (own, other, abs(own - other)))]
                print("{} epoch {}: dlc {}, PyTorch {}, difference {}".format(*row), flush=True)
                rows.append(row)
    if arguments.write:
        with (ROOT / "docs/characters.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([["model", "epoch", "dlc", "PyTorch", "difference"], *rows])


if __name__ == "__main__":
    main()
