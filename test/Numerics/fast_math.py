# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums, products with weights and pools of random shapes under `fastmath`: fast_math.py DLC FOLDER
[first seed] [models] [steps in each]

Sums of products with a constant or with what is repeated, products with weights times a constant, and
maxima of functions. Each model is compiled with `fastmath` and without it: results may differ by
what the table in the description of dl.model says, which the same program in f64 tells from the
magnitudes of its inputs.
"""
import pathlib
import random
import re
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fold_batch_norm import Model, compile_text  # noqa: E402

FUNCTIONS = ["sigmoid", "tanh", "exp", "expm1", "erf", "elu", "selu", "softplus", "softsign"]


def kind(shape):
    return f"tensor<{'x'.join([*map(str, shape), 'FLOAT'])}>"


class Step:
    def __init__(self, seed, name):
        self.random, self.name = random.Random(seed), name
        self.entries, self.lines, self.count = {}, [], 0
        self.inputs = {}
        self.units = None  # of the result; otherwise `terms` of the magnitude
        self.terms = 1
        self.random.choice([self.sum, self.sum, self.product, self.product, self.pool, self.pool,
                            self.maximum])()

    def op(self, text):
        self.count += 1
        self.lines.append(f"%v{self.count} = dl.{text}")
        return f"%v{self.count}"

    def input(self, name, shape):
        self.inputs[name] = tuple(shape)
        return f"%{name}"

    def sum(self):
        r = self.random
        shape = [r.choice([1, 2, 3, 5, 8, 17, 64, 129]) for _ in range(r.randrange(1, 4))]
        x, value = self.input("x", shape), "%x"
        axes = sorted(r.sample(range(len(shape)), r.randrange(1, len(shape) + 1)))
        self.terms = int(np.prod([shape[a] for a in axes]))
        for _ in range(r.choice([1, 1, 2])):
            kept = [d for d in range(len(shape)) if d not in axes or r.random() < 0.2]
            if r.random() < 0.5 or not kept:
                value = self.op(f"scale {value} by {r.uniform(0.1, 3):.3f} : {kind(shape)}")
                continue
            dims = sorted(r.sample(kept, r.randrange(1, len(kept) + 1)))
            vector = [shape[d] for d in dims]
            s = self.input(f"s{self.count}", vector)
            wide = self.op(f"broadcast {s} dims {dims} : {kind(vector)} to {kind(shape)}")
            pair = [value, wide]
            r.shuffle(pair)
            value = self.op(f"mul {pair[0]}, {pair[1]} : {kind(shape)}")
        self.shape = [e for d, e in enumerate(shape) if d not in axes]
        self.result = self.op(f"reduce_sum {value} {{axes = {axes}}} : {kind(shape)} -> "
                              f"{kind(self.shape)}")

    def product(self):
        r = self.random
        m, k, n = (r.choice([1, 3, 8, 31, 64, 100]) for _ in range(3))
        self.terms, self.shape = k, [m, n]
        ta, tb = r.random() < 0.4, r.random() < 0.4
        a, b = ([k, m] if ta else [m, k]), ([n, k] if tb else [k, n])
        x = self.input("x", a)
        self.entries["w"] = tuple(b)
        w = self.op(f"read @{self.name}.w : {kind(b)}")
        words = ", ".join(w for w, on in (("transpose_a", ta), ("transpose_b", tb)) if on)
        y = self.op(f"matmul {x}, {w} {{{words}}} : {kind(a)}, {kind(b)} -> {kind([m, n])}")
        y = self.op(f"scale {y} by {r.uniform(0.1, 3):.3f} : {kind([m, n])}")
        if r.random() < 0.4:
            y = self.op(f"add {y}, {y} : {kind([m, n])}")
        self.result = y

    def function(self, value, shape):
        self.units = 2
        return self.op(f"{self.random.choice(FUNCTIONS)} {value} : {kind(shape)}")

    def pool(self):
        r = self.random
        dims = r.choice([1, 2])
        shape = [r.choice([1, 2]), r.choice([1, 3, 8]), *(r.choice([4, 7, 12]) for _ in range(dims))]
        window, stride = r.choice([1, 2, 3]), r.choice([1, 2, 3])
        pad = r.choice([0, window // 2])
        self.shape = shape[:2] + [(s + 2 * pad - window) // stride + 1 for s in shape[2:]]
        y = self.function(self.input("x", shape), shape)
        self.result = self.op(f"max_pool{dims}d {y} {{kernel = {[window] * dims}, stride = "
                              f"{[stride] * dims}, padding = {[pad] * dims}}} : {kind(shape)} -> "
                              f"{kind(self.shape)}")

    def maximum(self):
        r = self.random
        shape = [r.choice([1, 2, 5, 33]) for _ in range(r.randrange(1, 4))]
        axes = sorted(r.sample(range(len(shape)), r.randrange(1, len(shape) + 1)))
        self.shape = [e for d, e in enumerate(shape) if d not in axes]
        y = self.function(self.input("x", shape), shape)
        self.result = self.op(f"reduce_max {y} {{axes = {axes}}} : {kind(shape)} -> "
                              f"{kind(self.shape)}")

    def text(self):
        inputs = ", ".join(f"%{n}: {kind(s)}" for n, s in self.inputs.items())
        members = "".join(f"  dl.param @{self.name}.{n} : {kind(s)} = ones\n"
                          for n, s in self.entries.items())
        lines = "\n    ".join(self.lines)
        return (f"{members}  dl.step @{self.name}({inputs}) -> (y: {kind(self.shape)}) {{\n    "
                f"{lines}\n    dl.return {self.result} : {kind(self.shape)}\n  }}")


def run(library, steps, inputs, weights, dtype):
    model = Model(library)
    model.set({n: w.astype(dtype) for n, w in weights.items()})
    results = []
    for step in steps:
        y = np.full(step.shape, np.nan, dtype)
        model.run(step.name, *(inputs[step.name][n].astype(dtype) for n in step.inputs), y)
        results.append(y.astype(np.float64))
    model.close()
    return results


def steps_of(dlc, path):
    text = subprocess.run([dlc, path, "--emit=simplify"], capture_output=True, text=True,
                          check=True).stdout
    return {re.match(r"func\.func @(\w+)", p).group(1): p for p in re.split(r"(?=func\.func )", text)[1:]}


def main():
    dlc, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    first, models, count = (int(sys.argv[i]) if len(sys.argv) > i else n
                            for i, n in ((3, 1), (4, 1), (5, 40)))
    folder.mkdir(exist_ok=True, parents=True)
    total, rewritten, wrong, worst = 0, 0, 0, 0.0
    for seed in range(first, first + models):
        steps = [Step(1000 * seed + i, f"s{i}") for i in range(count)]
        libraries, texts = {}, {}
        for name, words, element in [("fast", "attributes {fastmath} ", "f32"), ("plain", "", "f32"),
                                     ("exact", "", "f64")]:
            text = "\n".join([f"dl.model @fast {words}{{", *(s.text() for s in steps), "}"])
            path = folder / f"{seed}_{name}.so"
            libraries[name] = compile_text(dlc, text.replace("FLOAT", element), path)
            texts[name] = steps_of(dlc, path.with_suffix(".mlir"))
        rng = np.random.default_rng(seed)
        inputs = {s.name: {n: rng.normal(size=e).astype(np.float32) for n, e in s.inputs.items()}
                  for s in steps}
        weights = {f"{s.name}.{n}": rng.normal(size=e).astype(np.float32) for s in steps
                   for n, e in s.entries.items()}
        fast = run(libraries["fast"], steps, inputs, weights, np.float32)
        plain = run(libraries["plain"], steps, inputs, weights, np.float32)
        sizes = run(libraries["exact"], steps,
                    {s: {n: np.abs(x) for n, x in of.items()} for s, of in inputs.items()},
                    {n: np.abs(w) for n, w in weights.items()}, np.float64)
        for step, a, b, size in zip(steps, fast, plain, sizes):
            total += 1
            rewritten += texts["fast"][step.name] != texts["plain"][step.name]
            bound = 2 * np.spacing(np.abs(b).astype(np.float32)) if step.units else \
                step.terms * 2.0 ** -23 * size + 2 * np.spacing(np.abs(b).astype(np.float32))
            error = float(np.max(np.abs(a - b) / bound))
            worst = max(worst, error)
            if not error <= 1:
                wrong += 1
                print(f"seed {seed} {step.name}: {error:.2g} bounds apart", flush=True)
    print(f"{total} steps, {rewritten} rewritten, {wrong} wrong; the worst is {worst:.2g} of its bound")


if __name__ == "__main__":
    main()
