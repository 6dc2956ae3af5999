# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks, with passes and without them, and interpreted: random_nets.py DLC DLC-RUN FOLDER
[first seed] [models] [networks in each] [passes to leave out, one by one]

A network is a chain of layers over 1 to 3 spatial dimensions: convolutions (grouped, with strides,
transposed), pools, norms, elementwise ops, views of all kinds, and joins with earlier values. It
predicts, and it trains with one `dl.minimize` or with two (over disjoint parameters, of one loss or
of two); some steps also write a parameter that nothing reads. All is in f64.

Each model is compiled as it is, without dl-choose-layout and without all passes that can be left
out. Outputs and the whole state after two training steps and a prediction agree, and those of the
first step of each kind agree with the interpreter.
"""
import ctypes
import json
import pathlib
import random
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fold_batch_norm import Model, compile_text  # noqa: E402
from library import DTYPES, HANDLE  # noqa: E402

TOLERANCE = 1e-10
PASSES = ["dl-choose-layout", "dl-move-views", "dl-assign-storage", "dl-fold-batch-norm",
          "dl-pool-first", "dl-derive-state", "dl-hoist-invariants", "dl-split-concats",
          "dl-split-reductions", "dl-fuse-elementwise", "dl-order-kernels"]
OPTIMIZERS = ["#dl.sgd<momentum = 0.9>", "#dl.adam<eps = 1.0e-2>", "#dl.rmsprop<eps = 1.0e-2>",
              "#dl.adagrad<eps = 1.0e-2>"]


def kind(shape):
    return f"tensor<{'x'.join([*map(str, shape), 'f64'])}>"


class Network:
    """The text of one network, whose names begin with its own."""

    def __init__(self, seed, name):
        self.random, self.name = random.Random(seed), name
        self.members, self.lines, self.before, self.count = [], [], [], 0
        self.dims = self.random.choice([1, 2, 2, 2, 3])
        size = self.random.choice([4, 6, 8]) if self.dims < 3 else 4
        self.input = (self.random.choice([1, 2, 3]), self.random.choice([3, 4, 8]),
                      *[size] * self.dims)
        self.value, self.shape = "%x", self.input
        layers = [self.conv, self.conv, self.conv, self.transposed, self.pool, self.norm, self.norm,
                  self.unary, self.unary, self.transpose, self.shuffle, self.concat, self.join,
                  self.scale, self.slice, self.pad, self.reverse, self.cumsum, self.softmax,
                  self.merge]
        for _ in range(self.random.randrange(4, 9)):
            self.random.choice(layers)()
        if not any("param" in m for m in self.members):
            self.scale()

    def param(self, shape):
        name = f"{self.name}.p{len(self.members)}"
        self.members.append(f"  dl.param @{name} : {kind(shape)} = ones")
        value = f"%p{len(self.members)}"
        self.lines.append(f"{value} = dl.read @{name} : {kind(shape)}")
        return value

    def op(self, text, shape=None):
        """`text` ends with the types of the operands; a result of another shape is named."""
        self.count += 1
        value = f"%v{self.count}"
        arrow = "" if shape is None else f" {kind(shape)}"
        self.lines.append(f"{value} = dl.{text}{arrow}")
        self.before.append((self.value, self.shape))
        self.value, self.shape = value, tuple(self.shape if shape is None else shape)

    def here(self):
        return kind(self.shape)

    def all(self, number):
        return f"[{', '.join([str(number)] * self.dims)}]"

    # Layers; one that does not fit does nothing.

    def conv(self):
        if self.shape[1] > 32:
            return
        kernel, stride = self.random.choice([1, 3, 3]), self.random.choice([1, 1, 2])
        groups = self.random.choice([1, 1, 1, 2, self.shape[1]])
        if self.shape[1] % groups:
            groups = 1
        channels = groups * self.random.choice([1, 2, 3]) if groups > 1 else \
            self.random.choice([3, 4, 8, 16])
        pad = self.random.choice([0, kernel // 2])
        space = [(s + 2 * pad - kernel) // stride + 1 for s in self.shape[2:]]
        if min(space) < 1:
            return
        filters = [channels, self.shape[1] // groups, *[kernel] * self.dims]
        w = self.param(filters)
        bias = self.param([channels]) if self.random.random() < 0.5 else None
        self.op(f"conv{self.dims}d {self.value}, {w} {f'bias {bias} ' if bias else ''}"
                f"{{padding = {self.all(pad)}, stride = {self.all(stride)}, groups = {groups}}} : "
                f"{self.here()}, {kind(filters)}{f', {kind([channels])}' if bias else ''} ->",
                (self.shape[0], channels, *space))

    def transposed(self):
        if self.dims != 2 or max(self.shape[2:]) > 8:
            return
        channels = self.random.choice([3, 4])
        filters = [self.shape[1], channels, *[2] * self.dims]
        w = self.param(filters)
        self.op(f"conv_transpose{self.dims}d {self.value}, {w} {{stride = {self.all(2)}}} : "
                f"{self.here()}, {kind(filters)} ->",
                (self.shape[0], channels, *[2 * s for s in self.shape[2:]]))

    def pool(self):
        if self.dims < 3 and min(self.shape[2:]) >= 2:
            op = self.random.choice(["max_pool", "max_pool", "avg_pool"])
            self.op(f"{op}{self.dims}d {self.value} {{kernel = {self.all(2)}, stride = "
                    f"{self.all(2)}}} : {self.here()} ->",
                    (*self.shape[:2], *[s // 2 for s in self.shape[2:]]))

    def norm(self):
        if np.prod(self.shape[2:]) * self.shape[0] < 6:
            return
        channels = [self.shape[1]]
        g, b = self.param(channels), self.param(channels)
        types = f"{self.here()}, {kind(channels)}, {kind(channels)} ->"
        if self.random.random() < 0.6:
            stats = []
            for start in ("zeros", "ones"):
                stats.append(f"{self.name}.s{len(self.members)}")
                self.members.append(f"  dl.buffer @{stats[-1]} : {kind(channels)} = {start}")
            self.op(f"batch_norm {self.value}, {g}, {b} stats(@{stats[0]}, @{stats[1]}) : {types}",
                    self.shape)
        elif np.prod(self.shape[2:]) >= 6:
            groups = self.random.choice([1, self.shape[1]])
            self.op(f"group_norm {self.value}, {g}, {b} {{groups = {groups}}} : {types}",
                    self.shape)

    def unary(self):
        op = self.random.choice(["relu", "tanh", "sigmoid", "silu", "neg", "abs"])
        self.op(f"{op} {self.value} : {self.here()}")

    def transpose(self):
        """Rows stay first, so that most of what follows is an image still."""
        perm = [0, *(1 + i for i in self.random.sample(range(len(self.shape) - 1),
                                                       len(self.shape) - 1))]
        if self.random.random() < 0.1:
            self.random.shuffle(perm)
        self.op(f"transpose {self.value} perm {perm} : {self.here()} ->",
                [self.shape[p] for p in perm])

    def reshape(self, shape):
        self.op(f"reshape {self.value} : {self.here()} to", shape)

    def shuffle(self):
        """Channels in groups, the groups swapped."""
        if self.shape[1] % 2:
            return
        shape = self.shape
        self.reshape([shape[0], 2, shape[1] // 2, *shape[2:]])
        self.op(f"transpose {self.value} perm "
                f"{[0, 2, 1, *range(3, len(shape) + 1)]} : {self.here()} ->",
                [shape[0], shape[1] // 2, 2, *shape[2:]])
        self.reshape(shape)

    def merge(self):
        """Spatial dimensions as one and back, or the last one split off for good."""
        shape = self.shape
        if len(shape) < 4:
            return
        self.reshape([*shape[:2], int(np.prod(shape[2:]))])
        if self.random.random() < 0.5:
            self.op(f"softmax {self.value} {{axis = {self.random.choice([1, 2])}}} : "
                    f"{self.here()}")
        self.reshape(shape)

    def earlier(self, fits):
        return [v for v in self.before if len(v[1]) == len(self.shape) and fits(v[1])]

    def concat(self):
        axis = self.random.choice([1, 1, 1, 2])
        known = self.earlier(lambda s: all(a == b for d, (a, b) in enumerate(zip(s, self.shape))
                                           if d != axis))
        if not known or self.shape[axis] > 24:
            return
        value, shape = self.random.choice(known)
        result = list(self.shape)
        result[axis] += shape[axis]
        pair = [(self.value, self.shape), (value, shape)]
        self.random.shuffle(pair)
        self.op(f"concat {pair[0][0]}, {pair[1][0]} {{axis = {axis}}} : {kind(pair[0][1])}, "
                f"{kind(pair[1][1])} ->", result)

    def join(self):
        known = self.earlier(lambda s: s == self.shape)
        if known:
            op = self.random.choice(["add", "mul", "max", "sub"])
            self.op(f"{op} {self.value}, {self.random.choice(known)[0]} : {self.here()}")

    def scale(self):
        dim = self.random.randrange(len(self.shape))
        vector = self.param([self.shape[dim]])
        self.lines.append(f"%b{len(self.lines)} = dl.broadcast {vector} dims [{dim}] : "
                          f"{kind([self.shape[dim]])} to {self.here()}")
        self.op(f"{self.random.choice(['add', 'mul'])} {self.value}, %b{len(self.lines) - 1} : "
                f"{self.here()}")

    def slice(self):
        dim = self.random.randrange(1, len(self.shape))
        if self.shape[dim] < 3:
            return
        size, at = list(self.shape), [0] * len(self.shape)
        size[dim] -= self.random.choice([1, 2])
        at[dim] = self.random.randrange(self.shape[dim] - size[dim] + 1)
        self.op(f"slice {self.value} at {at} size {size} : {self.here()} ->", size)

    def pad(self):
        low, high = ([0, *(self.random.choice([0, 0, 1]) for _ in self.shape[1:])]
                     for _ in range(2))
        shape = [s + a + b for s, a, b in zip(self.shape, low, high)]
        self.op(f"pad {self.value} low {low} high {high} : {self.here()} ->", shape)

    def reverse(self):
        dims = sorted(self.random.sample(range(len(self.shape)), 2))
        self.op(f"reverse {self.value} dims {dims} : {self.here()}")

    def cumsum(self):
        self.op(f"cumsum {self.value} {{axis = {self.random.randrange(len(self.shape))}}} : "
                f"{self.here()} ->", self.shape)

    def softmax(self):
        self.op(f"softmax {self.value} {{axis = {self.random.randrange(1, len(self.shape))}}} : "
                f"{self.here()}")

    # Steps.

    def text(self):
        x, y, n = kind(self.input), kind(self.shape), self.name
        axes = list(range(len(self.shape)))
        params = [m.split()[1] for m in self.members if "dl.param" in m]
        first, second = self.random.sample(OPTIMIZERS, 2)
        self.members += [f"  dl.optimizer @{n}_o1 = {first}", f"  dl.optimizer @{n}_o2 = {second}"]
        lines = [f"%y = dl.call @{n}(%x) mode(train) : ({x}) -> {y}", f"%q = dl.square %y : {y}",
                 f"%loss = dl.mean %q {{axes = {axes}}} : {y} -> tensor<f64>",
                 "%lr = dl.constant dense<0.01> : tensor<f32>"]
        self.random.shuffle(params)
        cut = self.random.randrange(1, len(params)) if len(params) > 1 and \
            self.random.random() < 0.6 else len(params)
        parts = [params[:cut], params[cut:]]
        losses = ["%loss", "%loss"]
        if parts[1] and self.random.random() < 0.5:
            lines += [f"%a = dl.tanh %y : {y}",
                      f"%other = dl.reduce_sum %a {{axes = {axes}}} : {y} -> tensor<f64>"]
            losses[1] = "%other"
        for number, (part, loss) in enumerate(zip(parts, losses)):
            names = ", ".join(f'"{p[1:]}"' for p in part)
            if part:
                lines.append(f"dl.minimize {loss} with @{n}_o{number + 1} over [{names}] lr(%lr) "
                             f": tensor<f64>, tensor<f32>")
        if self.random.random() < 0.4:
            self.members.append(f"  dl.param @{n}.written : {y} = zeros")
            lines.append(f"dl.write %y, @{n}.written : {y}")
        body, train = "\n    ".join(self.lines), "\n    ".join(lines)
        members = "\n".join(self.members)
        return f"""{members}
  dl.func @{n}(%x: {x}) -> {y} {{
    {body}
    dl.return {self.value} : {y}
  }}
  dl.step @{n}_predict(%x: {x}) -> (y: {y}) {{
    %y = dl.call @{n}(%x) mode(eval) : ({x}) -> {y}
    dl.return %y : {y}
  }}
  dl.step @{n}_train(%x: {x}) -> (loss: tensor<f64>, y: {y}) {{
    {train}
    dl.return %loss, %y : tensor<f64>, {y}
  }}
"""


def state_of(model, library, entries):
    result = {}
    for entry in entries:
        array = np.empty(entry["shape"], DTYPES[entry["type"]])
        library.check(library.api.get(model.handle, entry["name"].encode(), array.ctypes.data,
                                      array.nbytes), entry["name"], model.handle)
        result[entry["name"]] = array
    return result


def values_of(entries, rng):
    """Parameters of a size that keeps activations near 1, and statistics that are positive."""
    values = {}
    for entry in entries:
        if entry["kind"] not in ("param", "buffer"):
            continue
        shape = entry["shape"]
        array = rng.normal(size=shape) / np.sqrt(max(1, np.prod(shape[1:])))
        if entry["kind"] == "buffer":
            array = np.abs(array) + 0.5
        values[entry["name"]] = array
    return values


def run(library, networks, inputs, values, threads=2):
    """Everything that two training steps and a prediction leave, for each network."""
    model = Model(library, threads)
    model.set(values)
    entries = [e for e in json.loads(library.table.contents.json)["state"] if e["kind"] != "hparam"]
    results = []
    for network in networks:
        found = {}
        for call, step in enumerate(["train", "train", "predict"]):
            y = np.full(network.shape, np.nan)
            outputs = [np.full((), np.nan), y] if step == "train" else [y]
            model.run(f"{network.name}_{step}", inputs[network.name], *outputs)
            found.update({f"{step} {call} {i}": output for i, output in enumerate(outputs)})
        results.append(found)
    state = state_of(model, library, entries)
    for network, found in zip(networks, results):
        found.update({k: v for k, v in state.items() if k.startswith(f"{network.name}.")})
    model.close()
    return results


def differences(got, want):
    """Names of what is apart, with the relative distance; and the largest distance."""
    worst, names = 0.0, []
    for name, b in want.items():
        if b.size == 0:
            continue
        a, b = np.asarray(got[name], np.float64), np.asarray(b, np.float64)
        error = np.max(np.abs(a - b)) / max(np.max(np.abs(b)), 1e-6)
        worst = max(worst, error) if error == error else np.inf
        if not error <= TOLERANCE:
            names.append(f"{name} by {error:.1e}")
    return names, worst


def interpret(dlc_run, path, network, step, x, parameters, folder):
    np.save(folder / "x.npy", x)
    outputs = ["loss", "y"] if step == "train" else ["y"]
    options = [o for name in outputs for o in ("--output", f"{name}={folder}/{name}.npy")]
    subprocess.run([dlc_run, path, "--interpret", "--step", f"{network.name}_{step}", "--input",
                    f"x={folder}/x.npy", "--params", parameters, *options], check=True,
                   capture_output=True)
    return [np.load(folder / f"{name}.npy") for name in outputs]


def main():
    dlc, dlc_run, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    first, models, count = (int(sys.argv[i]) if len(sys.argv) > i else n
                            for i, n in ((4, 1), (5, 1), (6, 16)))
    folder.mkdir(exist_ok=True, parents=True)
    variants = [["dl-choose-layout"], PASSES, *([p] for p in sys.argv[7:])]
    total, wrong, worst = 0, 0, 0.0
    for seed in range(first, first + models):
        networks = [Network(1000 * seed + i, f"n{i}") for i in range(count)]
        text = "\n".join(["dl.model @nets {", *(n.text() for n in networks), "}"])
        path = folder / f"{seed}.so"
        library = compile_text(dlc, text, path)
        rng = np.random.default_rng(seed)
        entries = json.loads(library.table.contents.json)["state"]
        values = values_of(entries, rng)
        inputs = {n.name: rng.normal(size=n.input) for n in networks}
        want = run(library, networks, inputs, values)
        for leave in variants:
            other = compile_text(dlc, text, folder / f"{seed}_{leave[0]}_{len(leave)}.so",
                                 f"--leave-out={','.join(leave)}")
            for network, a, b in zip(networks, run(other, networks, inputs, values), want):
                names, distance = differences(a, b)
                worst = max(worst, distance)
                if names:
                    wrong += 1
                    print(f"seed {seed} {network.name} without {leave}: {names[:4]}", flush=True)
        model = Model(library)
        model.set(values)
        save = ctypes.CFUNCTYPE(ctypes.c_int, HANDLE, ctypes.c_char_p, ctypes.c_int)(
            library.api.save)
        parameters = folder / f"{seed}.safetensors"
        library.check(save(model.handle, str(parameters).encode(), 1), "save", model.handle)
        model.close()
        for network, compiled in zip(networks, want):
            total += 1
            for step in ("train", "predict"):
                if step == "predict":
                    fresh = Model(library)
                    fresh.set(values)
                    y = np.full(network.shape, np.nan)
                    fresh.run(f"{network.name}_predict", inputs[network.name], y)
                    fresh.close()
                    expected = [y]
                else:
                    expected = [compiled["train 0 0"], compiled["train 0 1"]]
                got = interpret(dlc_run, path.with_suffix(".mlir"), network, step,
                                inputs[network.name], parameters, folder)
                names, distance = differences(dict(enumerate(expected)), dict(enumerate(got)))
                worst = max(worst, distance)
                if names:
                    wrong += 1
                    print(f"seed {seed} {network.name}_{step} interpreted: {names}", flush=True)
    print(f"{total} networks, {wrong} differ; worst {worst:.0e}")


if __name__ == "__main__":
    main()
