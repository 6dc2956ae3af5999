#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes fashion_losses.json: the first losses of examples/fashion.mlir, by PyTorch.

The reference shares nothing with dlc but the text of the model's declarations:
initial weights and the order of the images are computed here from their
documented definitions (include/dlc/Runtime.h, docs of the data readers) with a
Philox generator of its own, and the network is PyTorch's layers on the CPU.

How far can two correct programs differ? A maximum or a ReLU decided the other way
by a rounding error makes a jump that no tolerance of the order of rounding covers, and
training carries it on. So PyTorch runs every seed four ways (f32 as it comes, f32
without oneDNN, f32 on two threads, f64), and `spread` holds for each step the
largest relative difference from the first. A comparison means something only up to
the first step whose spread is not small.

Needs torch and numpy. Usage: fashion_losses.py [--data DIR] [--steps N] [--seeds S...]
"""
import argparse
import gzip
import json
import math
import pathlib
import re

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parents[1] / "examples" / "fashion.mlir"
BATCH = 64
FREE = 0xFFFFFFFF  # the counter words that name no step


# --- Philox4x32-10 (Salmon et al., SC 2011) ----------------------------------

def philox(counter, key):
    """Ten rounds on arrays of counters: four u32 words in, four u32 words out."""
    c = [np.asarray(word, np.uint64) for word in counter]
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        hi0, lo0 = p0 >> np.uint64(32), p0 & np.uint64(0xFFFFFFFF)
        hi1, lo1 = p1 >> np.uint64(32), p1 & np.uint64(0xFFFFFFFF)
        c = [hi1 ^ c[1] ^ np.uint64(k0), lo1, hi0 ^ c[3] ^ np.uint64(k1), lo0]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [word.astype(np.uint32) for word in c]


def check_philox():
    """The known answers that Random123 ships (kat_vectors, philox4x32 10)."""
    ones, pi = [0xFFFFFFFF] * 4, [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    for counter, key, answer in [
        ([0] * 4, (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (ones, (0xFFFFFFFF, 0xFFFFFFFF), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (pi, (0xA4093822, 0x299F31D0), "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ]:
        got = " ".join(f"{int(word):08x}" for word in philox(counter, key))
        assert got == answer, f"philox{counter}: {got}, expected {answer}"


def lanes(count, words, seed):
    """`count` random u32: lane i mod 4 of counter (i / 4, *words)."""
    blocks = np.arange((count + 3) // 4, dtype=np.uint64)
    counter = [blocks] + [np.full_like(blocks, word) for word in words]
    out = philox(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return np.stack(out, axis=1).reshape(-1)[:count]


# --- What the model starts from ----------------------------------------------

def declarations(text):
    """(name, shape, initialiser) of every param and buffer, in textual order."""
    pattern = r"^\s*dl\.(?:param|buffer)\s+@([\w.]+)\s*:\s*tensor<([0-9x]+)xf32>\s*=\s*(.+?)\s*$"
    return [(name, [int(d) for d in shape.split("x")], init)
            for name, shape, init in re.findall(pattern, text, re.MULTILINE)]


def initial(index, shape, init, seed):
    count = math.prod(shape)
    if init in ("zeros", "ones"):
        return np.full(shape, float(init == "ones"), np.float32)
    kind, arguments = re.fullmatch(r"(\w+)<(.*)>", init).groups()
    if kind == "uniform":
        low, high = (float(part) for part in arguments.split(","))
    elif kind == "kaiming_uniform":
        a = float(re.fullmatch(r"a\s*=\s*(.+)", arguments).group(1))
        gain = math.sqrt(2.0 / (1.0 + a * a))
        high = gain * math.sqrt(3.0 / math.prod(shape[1:]))
        low = -high
    else:
        raise ValueError(f"no such initialiser: {init}")
    bits = lanes(count, (index, FREE, FREE), seed)
    u = (bits >> np.uint32(8)).astype(np.float64) * 2.0 ** -24
    return (low + (high - low) * u).astype(np.float32).reshape(shape)


def shuffled(count, epoch, seed):
    """Fisher-Yates from the end; draw k decides the place of element count - 1 - k."""
    draws = lanes(count - 1, (FREE, epoch, 0), seed)
    order = list(range(count))
    for k, i in enumerate(range(count - 1, 0, -1)):
        j = (int(draws[k]) * (i + 1)) >> 32
        order[i], order[j] = order[j], order[i]
    return order


def read_idx(path):
    raw = gzip.open(path).read()
    assert raw[:3] == b"\0\0\x08", f"{path}: not an IDX file of bytes"
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


# --- The network and its training --------------------------------------------

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32, eps=1e-5, momentum=0.1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(64, eps=1e-5, momentum=0.1)
        self.fc1 = nn.Linear(3136, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        pool = nn.functional.max_pool2d
        x = pool(torch.relu(self.bn1(self.conv1(x))), 2)
        x = pool(torch.relu(self.bn2(self.conv2(x))), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def train(state, batches, dtype=torch.float32, onednn=True, threads=1):
    torch.set_num_threads(threads)
    with torch.backends.mkldnn.flags(enabled=onednn):
        return train_here(state, batches, dtype)


def train_here(state, batches, dtype):
    net = Net()
    counters = {k: v for k, v in net.state_dict().items() if k.endswith("num_batches_tracked")}
    net.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()} | counters)
    net.to(dtype).train()
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, foreach=False)
    losses, corrects = [], []
    for step, (image, label) in enumerate(batches):
        # The schedule of the model, from the count of the steps before this one.
        adam.param_groups[0]["lr"] = 1e-3 * math.exp(-6.4e-4 * step)
        scaled = image.astype(np.float32) * np.float32(0.00392156862745098)
        x = torch.from_numpy(scaled).to(dtype).unsqueeze(1)
        y = torch.from_numpy(label.astype(np.int64))
        logits = net(x)
        loss = nn.functional.cross_entropy(logits, y)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
        corrects.append(int((logits.argmax(1) == y).sum()))
    return losses, corrects


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "fashion_losses.json")
    args = parser.parse_args()

    check_philox()
    torch.use_deterministic_algorithms(True)

    images = read_idx(args.data / "train-images-idx3-ubyte.gz")
    labels = read_idx(args.data / "train-labels-idx1-ubyte.gz")
    entries = declarations(MODEL.read_text())
    runs = []
    for seed in args.seeds:
        order = shuffled(len(images), 0, seed)
        assert sorted(order) == list(range(len(images)))
        batches = [(images[rows], labels[rows]) for rows in
                   (order[s * BATCH:(s + 1) * BATCH] for s in range(args.steps))]
        state = {name: initial(index, shape, init, seed)
                 for index, (name, shape, init) in enumerate(entries)}

        losses, corrects = train(state, batches)
        others = [train(state, batches, onednn=False)[0],
                  train(state, batches, threads=2)[0],
                  train(state, batches, dtype=torch.float64)[0]]
        spread = [max(abs(other[s] - loss) / loss for other in others)
                  for s, loss in enumerate(losses)]
        runs.append({"seed": seed, "first_images": order[:8],
                     "losses": [float(f"{loss:.9g}") for loss in losses],
                     "correct": corrects,
                     "losses_f64": [float(f"{loss:.12g}") for loss in others[-1]],
                     "spread": [float(f"{value:.2g}") for value in spread]})
        print(f"seed {seed}: losses {losses[0]:.6f} to {losses[-1]:.6f}, "
              f"largest spread {max(spread):.2g}")

    record = {"about": "first losses of examples/fashion.mlir by PyTorch; see fashion_losses.py",
              "torch": torch.__version__.split("+")[0], "batch": BATCH, "runs": runs}
    text = json.dumps(record, indent=1)
    # One line a list.
    text = re.sub(r"\[[^\[\]{}]*\]", lambda m: re.sub(r"\s+", " ", m.group()), text)
    args.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
