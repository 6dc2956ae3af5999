#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the ops that draw with Philox4x32-10 and their formulas in numpy.

    draw.py DLC DLC_RUN MODEL

Runs the steps of Inputs/random.mlir at -O0, at -O2 with one and with three threads,
and in the interpreter. Bits, and what follows from bits by comparison, must be
equal; floats within 1e-5 (f32) or 1e-12 (f64) of the largest.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

DLC, DLC_RUN, MODEL = sys.argv[1:]
FOLDER = tempfile.TemporaryDirectory()
for level in "02":
    subprocess.run([DLC, MODEL, f"-O{level}", "-o", f"{FOLDER.name}/O{level}.so"], check=True)
CONFIGURATIONS = [[f"{FOLDER.name}/O0.so"], [f"{FOLDER.name}/O2.so"],
                  [f"{FOLDER.name}/O2.so", "--threads", "3"], [MODEL, "--interpret"]]
SEED = 0x123456789ABCDEF0
MASK = 0xFFFFFFFF
failures = 0


def philox(counter, key):
    counter = [np.asarray(c, np.uint64) for c in counter]
    for _ in range(10):
        a, c = counter[0] * np.uint64(0xD2511F53), counter[2] * np.uint64(0xCD9E8D57)
        counter = [c >> np.uint64(32) ^ counter[1] ^ np.uint64(key[0]), c & np.uint64(MASK),
                   a >> np.uint64(32) ^ counter[3] ^ np.uint64(key[1]), a & np.uint64(MASK)]
        key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
    return counter


def words(shape, number, seed=SEED, step=0, strides=None):
    """The four words for every element of a shape, as uint64."""
    if strides is None:
        element = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    else:
        element = sum(i * s for i, s in zip(np.indices(shape), strides))
    element = element.astype(np.uint64)
    counter = [element & np.uint64(MASK), np.uint64(number) + (element >> np.uint64(32) << np.uint64(24)),
               step & MASK, step >> 32 & MASK]
    return [np.broadcast_to(w, shape) for w in philox(counter, [seed & MASK, seed >> 32 & MASK])]


def as_i32(word):
    return word.astype(np.uint32).view(np.int32)


def top(word, bits):
    return word >> np.uint64(32 - bits)


def wide(upper, bits, lower):
    return (top(upper, bits) * np.uint64(1 << 26) + top(lower, 26)).astype(np.float64)


def uniform(w, f64):
    return wide(w[0], 27, w[1]) * 2.0**-53 if f64 else top(w[0], 24) * 2.0**-24


def normal(w, f64):
    if f64:
        u1, u2 = (wide(w[0], 27, w[2]) + 1) * 2.0**-53, wide(w[1], 27, w[3]) * 2.0**-53
    else:
        u1, u2 = (top(w[0], 24) + np.uint64(1)) * 2.0**-24, top(w[1], 24) * 2.0**-24
    return np.sqrt(-2 * np.log(u1)) * np.cos(2 * np.pi * u2)


def gumbel(w, f64):
    u = (wide(w[0], 26, w[1]) + 0.5) * 2.0**-52 if f64 else (top(w[0], 23) + 0.5) * 2.0**-23
    return -np.log(-np.log(u))


def below(shape, number, p):
    return uniform(words(shape, number), False) < p


def run(step, inputs, outputs, seed=SEED):
    """Checks a step in all configurations; `outputs` are the expected arrays."""
    global failures
    for configuration in CONFIGURATIONS:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            command = [DLC_RUN, *configuration, "--step", step, "--seed", str(seed)]
            for name, array in inputs.items():
                np.save(folder / f"{name}.in.npy", array)
                command += ["--input", f"{name}={folder / name}.in.npy"]
            for name in outputs:
                command += ["--output", f"{name}={folder / name}.npy"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            for name, expected in outputs.items():
                seen = np.load(folder / f"{name}.npy")
                exact = seen.dtype.kind != "f"
                tolerance = 0 if exact else (1e-12 if seen.dtype == np.float64 else 1e-5)
                tolerance *= np.max(np.abs(expected), initial=0)
                good = seen.shape == np.shape(expected) and np.all(
                    np.abs(seen.astype(np.float64) - np.asarray(expected, np.float64)) <= tolerance)
                if not good:
                    failures += 1
                    print(f"{step} {' '.join(configuration)}: {name} is\n{seen}\nnot\n{expected}")


# The vectors of Random123.
for step, number, stride, seed, count, answer in (
        ("zeros", 0, 0, 0, 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ("ones", 0xFFFFFF, (1 << 40) - 1, -1, -1, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        ("pi", 0xA308D3, 0x85243F6A88, 0x299F31D0A4093822, 0x0370734413198A2E,
         [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1])):
    expected = words((2,), number, seed, count, (stride,))
    assert [int(w[1]) for w in expected] == answer
    run(step, {"seed": np.int64(seed), "step": np.int64(count)},
        {f"w{i}": as_i32(w) for i, w in enumerate(expected)})

for seed, step in (0, 0), (SEED, 0x1122334455667788), (-1, -1):
    of = dict(seed=seed, step=step)
    w0 = as_i32(words((5, 7), 0, **of)[0])
    run("bits", {"seed": np.int64(seed), "step": np.int64(step)}, {
        "w0": w0,
        "w1": as_i32(words((3, 1, 41), 1, **of)[1]),
        "w2": as_i32(words((2, 1), 16777214, **of)[2]),
        "w3": as_i32(words((1,), 16777214, **of)[3])[0],
        "turned": w0.T,
        "shared": as_i32(words((4, 6), 3, strides=(1, 0), **of)[2]),
        "far": as_i32(words((2, 3), 3, strides=(1 << 35, (1 << 32) + 1), **of)[2])})

rng = np.random.default_rng(1)
x = rng.standard_normal((4, 33)).astype(np.float32)
image = rng.standard_normal((2, 5, 3, 4))
logits = rng.standard_normal((50, 4)).astype(np.float32)
logits[3, 1] = -np.inf
p = rng.uniform(size=(20, 3))
run("evaluated", {"x": x}, {"y": x, "u": uniform(words((3,), 0), False)})
run("draw", {"logits": logits, "p": p}, {
    "u": uniform(words((3, 37), 1), False) * 4 - 1,
    "v": uniform(words((33,), 2), True),
    "n": normal(words((3, 37), 3), False) * 0.5 + 2,
    "m": normal(words((33,), 4), True),
    "g": gumbel(words((40,), 5), False),
    "h": gumbel(words((5,), 6), True),
    "b": below((100,), 7, 0.3),
    "d": below((20, 3), 8, p),
    "c": np.argmax(logits + gumbel(words((50, 4), 9), False), axis=1),
    "one": np.ones(3)})

kept = [below((4, 33), number, 0.75) for number in (11, 12)]
channels = below((2, 5), 13, 0.5)[:, :, None, None]
c = -1.7580993408473766
scale = (0.8 * (1 + 0.2 * c * c)) ** -0.5
run("drop", {"x": x, "image": image}, {
    "a": np.where(kept[0], x / 0.75, 0), "b": np.where(kept[1], x / 0.75, 0),
    "da": np.where(kept[0], 2 * x / 0.75**2, 0),
    "c": np.where(channels, image * 2, 0),
    "s": np.where(below((4, 33), 14, 0.8), x, c) * scale - scale * c * 0.2,
    "all": x, "none": np.zeros_like(x)})

run("shuffle", {}, {"p": np.argsort(as_i32(words((37,), 15)[0]), kind="stable")})

# In the body of a loop the number of the iteration is the upper half of the step.
def iterations(count, draw):
    return np.stack([draw(i << 32) for i in range(count)])


each_kept = iterations(3, lambda step: uniform(words((4, 33), 18, step=step), False) < 0.75)
dropped = np.where(each_kept, x / 0.75, 0)
run("loops", {"x": x}, {
    "u": iterations(3, lambda step: uniform(words((5,), 16, step=step), False)),
    "n": iterations(6, lambda step: normal(words((7,), 17, step=step), True)).reshape(3, 2, 7),
    "d": dropped, "dx": np.where(each_kept, 2 * x / 0.75**2, 0).sum(0),
    "r": iterations(6, lambda step: uniform(words((2,), 19, step=step), False))})

print(f"{failures} failures")
sys.exit(failures != 0)
