#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The alternating loops of the GANs of sequences: dlc against PyTorch, in one run on one machine.

  bench/adversarial/sequences.py [--bin build/release/bin] [--threads 2] [--rounds 3] [NAME...]

Trains seqgan (its discriminator and its generator in turn, with roll-outs) and gumbel-gan by `dlc-run train --cycle`
and by the same loop in PyTorch (pip install torch) with the same number of threads, in turns, and prints the seconds of
a cycle and the ratio of the best rounds. Timings of one run may be compared with each other only.
"""
import argparse
import csv
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

ROOT = pathlib.Path(__file__).resolve().parents[2]


class SymbolLstm(nn.Module):
    """Generator and oracle of SeqGAN."""

    def __init__(self, vocabulary, width, deviation):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width)
        self.fc = nn.Linear(width, vocabulary)
        for name, parameter in self.named_parameters():
            if "bias_hh" in name:
                nn.init.zeros_(parameter)
            else:
                nn.init.normal_(parameter, std=deviation)

    def nll(self, symbols):
        before = torch.cat([torch.zeros_like(symbols[:1]), symbols[:-1]])
        logits = self.fc(self.lstm(self.embedding(before))[0])
        return functional.cross_entropy(logits.flatten(0, 1), symbols.flatten(), reduction="none").view(symbols.shape)

    def begin(self, count):
        state = torch.zeros(1, count, self.lstm.hidden_size)
        return torch.zeros(count, dtype=torch.long), (state, state)

    @torch.no_grad()
    def draw(self, symbol, state, trips):
        symbols, hs, cs = [], [], []
        for _ in range(trips):
            y, state = self.lstm(self.embedding(symbol)[None], state)
            symbol = torch.multinomial(functional.softmax(self.fc(y[0]), -1), 1)[:, 0]
            symbols.append(symbol)
            hs.append(state[0])
            cs.append(state[1])
        return torch.stack(symbols), torch.cat(hs), torch.cat(cs)


class Judge(nn.Module):
    """The discriminator of SeqGAN."""

    def __init__(self, vocabulary, features, length, filters):
        super().__init__()
        windows = [(1, 1)] + [(n, 2) for n in range(2, 6)] + [(n, 1) for n in range(6, 11)] + [(15, 1.6), (20, 1.6)]
        windows = [(n, int(share * filters)) for n, share in windows if n <= length]
        total = sum(channels for _, channels in windows)
        self.embedding = nn.Embedding(vocabulary, features)
        self.convs = nn.ModuleList(nn.Conv1d(features, channels, n) for n, channels in windows)
        self.transform, self.gate = nn.Linear(total, total), nn.Linear(total, total)
        self.dropout = nn.Dropout(0.25)
        self.fc = nn.Linear(total, 1)

    def forward(self, symbols):
        x = self.embedding(symbols).permute(1, 2, 0)
        x = torch.cat([functional.relu(conv(x)).amax(2) for conv in self.convs], 1)
        carry = torch.sigmoid(self.gate(x))
        return self.fc(self.dropout(x + carry * (functional.relu(self.transform(x)) - x)))[:, 0]


class SeqGan:
    def __init__(self, options):
        self.batch, self.length, self.rollouts = options["batch"], options["length"], options["rollouts"]
        self.generator = SymbolLstm(options["vocabulary"], options["width"], 0.1)
        self.judge = Judge(options["vocabulary"], options["features"], self.length, options["filters"])
        self.adam_g = torch.optim.Adam(self.generator.parameters(), 0.01, fused=True)
        head = list(self.judge.fc.parameters())
        body = [p for name, p in self.judge.named_parameters() if not name.startswith("fc.")]
        self.adam_d = torch.optim.Adam([{"params": body}, {"params": head, "weight_decay": 0.2}], 1e-3, fused=True)

    def train_d(self, real):
        self.judge.train()
        made = self.generator.draw(*self.generator.begin(self.batch), self.length)[0]
        label = torch.cat([torch.ones(self.batch), torch.zeros(self.batch)])
        loss = functional.binary_cross_entropy_with_logits(self.judge(torch.cat([real.T, made], 1)), label)
        self.adam_d.zero_grad()
        loss.backward()
        self.adam_d.step()
        return loss.item()

    @torch.no_grad()
    def rewards(self, symbols, h, c):
        """As the compiled step does it: a few loops, which the prefixes that are complete leave."""
        self.judge.eval()
        rows, length = self.rollouts * self.batch, self.length

        def spread(x):
            return x[:, None].expand(x.shape[0], self.rollouts, *x.shape[1:]).flatten(1, 2)
        wide = spread(symbols)
        ends = torch.zeros(length, length, rows, dtype=torch.long)  # prefix x place
        for prefix in range(length):
            ends[prefix, :prefix + 1] = wide[:prefix + 1]
        prefixes = length - 1
        symbol, h, c = wide[:-1].flatten(), spread(h)[:-1].flatten(0, 1)[None], spread(c)[:-1].flatten(0, 1)[None]
        done, trips = 0, max(1, length // 4)
        while done < length - 1:
            prefixes = length - 1 - done
            trips = min(trips, prefixes)
            count = prefixes * rows
            drawn, hs, cs = self.generator.draw(symbol[:count], (h[:, :count].contiguous(), c[:, :count].contiguous()),
                                                trips)
            symbol, h, c = drawn[-1], hs[-1:], cs[-1:]
            drawn = drawn.view(trips, prefixes, rows)
            for trip in range(trips):
                for prefix in range(prefixes - trip):
                    ends[prefix, prefix + 1 + done + trip] = drawn[trip, prefix]
            done += trips
        judged = torch.stack([torch.sigmoid(self.judge(sequences)) for sequences in ends])
        return judged.view(length, self.rollouts, self.batch).mean(1)

    def train_g(self):
        symbols, h, c = self.generator.draw(*self.generator.begin(self.batch), self.length)
        rewards = self.rewards(symbols, h, c)
        advantage = rewards - rewards.mean(1, keepdim=True)
        loss = (self.generator.nll(symbols) * advantage).mean()
        self.adam_g.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.generator.parameters(), 5)
        self.adam_g.step()
        return loss.item()


class GumbelGan:
    def __init__(self, options):
        self.options = options
        width, self.features, self.vocabulary = options["width"], options["features"], options["vocabulary"]
        self.start = nn.Linear(self.features, width)
        self.cell, self.fc = nn.LSTMCell(self.vocabulary, width), nn.Linear(width, self.vocabulary)
        self.judge = nn.Sequential(nn.Linear(2 * options["length"] * self.vocabulary, 2 * width), nn.LeakyReLU(0.2),
                                   nn.Linear(2 * width, 2 * width), nn.LeakyReLU(0.2), nn.Linear(2 * width, 1))
        generator = [p for part in (self.start, self.cell, self.fc) for p in part.parameters()]
        self.adam_g = torch.optim.Adam(generator, 1e-3, (0.5, 0.999), fused=True)
        self.adam_d = torch.optim.Adam(self.judge.parameters(), 1e-3, (0.5, 0.999), fused=True)
        self.steps = 0

    def made(self):
        temperature = max(0.99930709 ** self.steps, 0.5)
        self.steps += 1
        h = torch.tanh(self.start(torch.randn(self.options["batch"], self.features)))
        c, symbol, symbols = torch.zeros_like(h), torch.zeros(len(h), self.vocabulary), []
        for _ in range(self.options["length"]):
            h, c = self.cell(symbol, (h, c))
            symbol = functional.gumbel_softmax(self.fc(h), temperature)
            symbols.append(symbol)
        return torch.stack(symbols, 1).flatten(1)

    def judged(self, sequences):
        """With how frequent each symbol is at each place of the batch."""
        frequencies = sequences.mean(0, keepdim=True).expand_as(sequences)
        return self.judge(torch.cat([sequences, frequencies], 1))

    @staticmethod
    def loss(logits, label):
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))

    def train_d(self, real):
        one_hot = functional.one_hot(real.long(), self.vocabulary).float().flatten(1).requires_grad_()
        of_real = self.judged(one_hot)
        loss = self.loss(of_real, 1) + self.loss(self.judged(self.made().detach()), 0)
        slope, = torch.autograd.grad(of_real.sum(), one_hot, create_graph=True)
        loss = loss + 0.1 * slope.square().sum() / len(real)
        self.adam_d.zero_grad()
        loss.backward()
        self.adam_d.step()
        return loss.item()

    def train_g(self):
        loss = self.loss(self.judged(self.made()), 1)
        self.adam_g.zero_grad()
        loss.backward()
        self.adam_g.step()
        return loss.item()


# Class, updates of the discriminator for one of the generator, cycles of a round; options of the small form.
LOOPS = {"seqgan": (SeqGan, 12, 6, {"filters": 25, "rollouts": 4}), "gumbel-gan": (GumbelGan, 1, 100, {})}


def options_of(tools, name):
    table = subprocess.run([tools / "dlc-models", "--describe-models"], check=True, capture_output=True, text=True)
    row = next(row for row in csv.DictReader(table.stdout.splitlines()) if row["name"] == name)
    words = row["options"].split()
    return {key[2:]: int(value) for key, value in zip(words[::2], words[1::2]) if value.isdigit()}


def torch_round(net, real, updates, cycles, batch):
    start, at = time.perf_counter(), 0
    for _ in range(cycles):
        for _ in range(updates):
            net.train_d(real[at:at + batch])
            at += batch
        net.train_g()
    return (time.perf_counter() - start) / cycles


def dlc_round(tools, folder, threads, updates, cycles):
    """The seconds of the second of two epochs, which are of whole cycles."""
    subprocess.run([tools / "dlc-run", folder / "model.so", "train", "--cycle", f"train_d*{updates},train_g", "--data",
                    f"npy:real={folder / 'real.npy'}", "--epochs", "2", "--threads", str(threads), "--out",
                    folder / "run"], check=True, stdout=subprocess.DEVNULL)
    rows = list(csv.DictReader((folder / "run/metrics.csv").open()))
    return float(rows[-1]["seconds"]) / cycles


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", choices=[[], *LOOPS])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in arguments.names or LOOPS:
        make, updates, cycles, chosen = LOOPS[name]
        options = {**options_of(arguments.bin, name), **chosen}
        batch = options["batch"]
        shape = (cycles * updates * batch, options["length"])
        real = np.random.default_rng(0).integers(0, options["vocabulary"], shape, "int32")
        net, tensor = make(options), torch.from_numpy(real).long()
        with tempfile.TemporaryDirectory() as text:
            folder = pathlib.Path(text)
            np.save(folder / "real.npy", real)
            words = [word for key, value in chosen.items() for word in (f"--{key}", str(value))]
            subprocess.run([arguments.bin / "dlc-models", name, *words, "-o", folder / "model.mlir"], check=True)
            subprocess.run([arguments.bin / "dlc", folder / "model.mlir", "-o", folder / "model.so"], check=True)
            torch_round(net, tensor, updates, 2, batch)
            ours, theirs = [], []
            for _ in range(arguments.rounds):
                ours.append(dlc_round(arguments.bin, folder, arguments.threads, updates, cycles))
                theirs.append(torch_round(net, tensor, updates, cycles, batch))
        print(f"{name}: a cycle of {updates} + 1 steps takes {min(ours):.4f} s, in PyTorch {min(theirs):.4f} s: "
              f"{min(theirs) / min(ours):.2f} times as fast, {arguments.threads} threads", flush=True)


if __name__ == "__main__":
    main()
