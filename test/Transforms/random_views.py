# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs of views and what they move through: `simplify` ends, and the numbers stay.

Each program is a chain of transposes, reshapes, broadcasts, reversals, slices, paddings, joins,
reductions, matrix products and elementwise ops, whose other operands are constants, broadcasts
and views too. Some are together in one step, each with an output.

    random_views.py DLC-RUN FOLDER [first seed] [number of steps] [programs in each]

The interpreter evaluates the program as it is written and what `simplify` leaves of it; a third
time the program is compiled.
"""
import math
import os
import random
import subprocess
import sys

import numpy as np

EXTENTS = (1, 2, 3, 4, 5, 6)
# How often each op is drawn.
WEIGHTS = {"transpose": 5, "reshape": 5, "broadcast": 4, "reduce": 1, "binary": 8, "unary": 1,
           "reverse": 1, "box": 1, "pad": 1, "concat": 1, "matmul": 2}


def kind(shape):
    return "tensor<" + "".join(f"{n}x" for n in shape) + "f64>"


class Program:
    def __init__(self, seed, prefix):
        self.random = random.Random(seed)
        self.prefix, self.lines, self.pool = prefix, [], []

    def value(self, text, shape):
        name = f"%{self.prefix}_{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        self.pool.append((name, tuple(shape)))
        return self.pool[-1]

    # Sources.

    def input(self, shape):
        """Any number of elements of the input, in this shape."""
        count = math.prod(shape)
        first = self.random.randrange(720 - count + 1)
        x, _ = self.value(f"dl.slice %x at [{first}] size [{count}] : {kind([720])} -> {kind([count])}",
                          [count])
        return self.value(f"dl.reshape {x} : {kind([count])} to {kind(shape)}", shape)

    def constant(self, shape):
        flat = [self.random.randrange(-3, 4) for _ in range(math.prod(shape))]
        if self.random.random() < 0.3 or not shape:
            return self.value(f"dl.constant dense<{flat[0]}.0> : {kind(shape)}", shape)
        text = str(np.array(flat, float).reshape(shape).tolist())
        return self.value(f"dl.constant dense<{text}> : {kind(shape)}", shape)

    def like(self, shape):
        """A value of a shape, made in one of the ways that views can be absorbed by."""
        known = [v for v in self.pool if v[1] == tuple(shape)]
        make = self.random.randrange(5)
        if make == 0 and known:
            return self.random.choice(known)
        if make == 1:
            return self.constant(shape)
        if make == 2:
            dims = [d for d in range(len(shape)) if self.random.random() < 0.5]
            return self.broadcast(self.like_or_input([shape[d] for d in dims]), dims, shape)
        if make == 3 and len(shape) > 1:
            perm = self.perm(len(shape))
            source = [0] * len(shape)
            for i, p in enumerate(perm):
                source[p] = shape[i]
            return self.transpose(self.like_or_input(source), perm)
        return self.input(shape)

    def like_or_input(self, shape):
        return self.like(shape) if self.random.random() < 0.4 else self.input(shape)

    # Ops.

    def perm(self, rank):
        perm = list(range(rank))
        self.random.shuffle(perm)
        return perm

    def transpose(self, x, perm):
        shape = [x[1][p] for p in perm]
        return self.value(f"dl.transpose {x[0]} perm {perm} : {kind(x[1])} -> {kind(shape)}", shape)

    def broadcast(self, x, dims, shape):
        return self.value(f"dl.broadcast {x[0]} dims {dims} : {kind(x[1])} to {kind(shape)}", shape)

    def reshape(self, x):
        rest, shape = math.prod(x[1]), []
        while rest > 1 and len(shape) < 4:
            divisors = [d for d in range(1, rest + 1) if rest % d == 0]
            shape.append(self.random.choice(divisors))
            rest //= shape[-1]
        if rest > 1 or self.random.random() < 0.1:
            shape.append(rest)
        return self.value(f"dl.reshape {x[0]} : {kind(x[1])} to {kind(shape)}", shape)

    def box(self, x):
        low = [self.random.randrange(n) for n in x[1]]
        size = [self.random.randrange(1, n - at + 1) for n, at in zip(x[1], low)]
        return self.value(f"dl.slice {x[0]} at {low} size {size} : {kind(x[1])} -> {kind(size)}", size)

    def pad(self, x):
        low, high = ([self.random.randrange(2) for _ in x[1]] for _ in range(2))
        shape = [n + a + b for n, a, b in zip(x[1], low, high)]
        return self.value(f"dl.pad {x[0]} low {low} high {high} {{value = 2.0}} : {kind(x[1])} -> "
                          f"{kind(shape)}", shape)

    def concat(self, x):
        axis, other = self.random.randrange(len(x[1])), self.like(x[1])
        shape = list(x[1])
        shape[axis] *= 2
        return self.value(f"dl.concat {x[0]}, {other[0]} {{axis = {axis}}} : {kind(x[1])}, {kind(x[1])} -> "
                          f"{kind(shape)}", shape)

    def reduce(self, x):
        op = self.random.choice(("reduce_sum", "reduce_max", "reduce_min"))
        axes = sorted(self.random.sample(range(len(x[1])), self.random.randrange(1, len(x[1]) + 1)))
        shape = [n for d, n in enumerate(x[1]) if d not in axes]
        return self.value(f"dl.{op} {x[0]} {{axes = {axes}}} : {kind(x[1])} -> {kind(shape)}", shape)

    def matmul(self, x):
        (m, k), n = x[1], self.random.choice(EXTENTS)
        ta, tb = (self.random.random() < 0.5 for _ in range(2))
        if ta:
            m, k = k, m
        y = self.like((n, k) if tb else (k, n))
        flags = ", ".join(["transpose_a"] * ta + ["transpose_b"] * tb)
        return self.value(f"dl.matmul {x[0]}, {y[0]} {'{' + flags + '} ' if flags else ''}: "
                          f"{kind(x[1])}, {kind(y[1])} -> {kind((m, n))}", (m, n))

    def binary(self, x):
        y, op = self.like(x[1]), self.random.choice(("add", "sub", "mul", "max"))
        a, b = (x, y) if self.random.random() < 0.5 else (y, x)
        return self.value(f"dl.{op} {a[0]}, {b[0]} : {kind(x[1])}", x[1])

    def move(self, x):
        rank = len(x[1])
        if math.prod(x[1]) > 400:
            return self.reduce(x)
        choice = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if choice == "broadcast" and rank < 4:
            shape = list(x[1])
            shape.insert(self.random.randrange(rank + 1), self.random.choice(EXTENTS))
            added = next(i for i in range(rank + 1) if shape[:i] + shape[i + 1:] == list(x[1]))
            return self.broadcast(x, [d for d in range(rank + 1) if d != added], shape)
        if choice == "reshape":
            return self.reshape(x)
        if choice == "unary":
            return self.value(f"dl.{self.random.choice(('neg', 'abs'))} {x[0]} : {kind(x[1])}", x[1])
        if rank == 0 or choice == "binary":
            return self.binary(x)
        if choice == "matmul" and rank == 2:
            return self.matmul(x)
        if choice == "reverse":
            return self.value(f"dl.reverse {x[0]} dims [{self.random.randrange(rank)}] : {kind(x[1])}", x[1])
        if choice in ("box", "pad", "concat", "reduce"):
            return getattr(self, choice)(x)
        return self.transpose(x, self.perm(rank))

    def run(self):
        x = self.input([self.random.choice(EXTENTS) for _ in range(self.random.randrange(1, 4))])
        for _ in range(self.random.randrange(3, 14)):
            x = self.move(x)
        return x


def compile_and_run(command, path):
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        sys.exit(f"{path}: does not end: {' '.join(command)}")
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr}")


def main():
    dlc_run, folder, *rest = sys.argv[1:]
    first, steps, each = [int(n) for n in rest] + [0, 12, 25][len(rest):]
    os.makedirs(folder, exist_ok=True)
    x = np.array([random.Random(7 * i).randrange(-4, 5) for i in range(720)], float)
    np.save(f"{folder}/x.npy", x)
    equal = 0
    for seed in range(first, first + steps):
        lines, outs = [], []
        for number in range(each):
            program = Program(seed * 1000 + number, f"p{number}")
            outs.append(program.run())
            lines += program.lines
        names = [f"y{i}" for i in range(each)]
        path = f"{folder}/{seed}.mlir"
        with open(path, "w") as file:
            file.write("\n".join([
                "dl.model @m {", f"dl.step @s(%x: {kind([720])}) -> ("
                + ", ".join(f"{n}: {kind(o[1])}" for n, o in zip(names, outs)) + ") {", *lines,
                f"dl.return {', '.join(o[0] for o in outs)} : {', '.join(kind(o[1]) for o in outs)}",
                "}", "}", ""]))
        results = []
        for way in ("--interpret", "--interpret=simplify", "-O2"):
            command = [dlc_run, path, way, "--step", "s", "--input", f"x={folder}/x.npy"]
            for n in names:
                command += ["--output", f"{n}={folder}/{n}.npy"]
            compile_and_run(command, path)
            results.append([np.load(f"{folder}/{n}.npy") for n in names])
        for n, wanted, *got in zip(names, *results):
            if all(np.allclose(wanted, other, rtol=1e-12, atol=1e-12) for other in got):
                equal += 1
            else:
                print(f"{path}: {n} differs")
    print(f"{equal} programs are equal")


if __name__ == "__main__":
    main()
