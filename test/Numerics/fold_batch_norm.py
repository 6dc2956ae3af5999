# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Folded batch norms against kept ones: fold_batch_norm.py DLC FOLDER

Every form that dl-fold-batch-norm accepts, in f32 and f64, with variances of 1e-12, 1 and 1e12,
negative weights and weights of 0, eps 1e-5 and (where no variance is 0) 0. Each net is compiled
twice, with the pass and without it; their predictions agree channel by channel. Then the state
changes in every way that it can, and each time the folded net predicts what one gives that has
never predicted before.
"""
import ctypes
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "golden"))
from library import DTYPES, HANDLE, Compiled  # noqa: E402

TOLERANCE = {"f32": 1e-5, "f64": 1e-12}


class Net:
    """The text of one net: layers as (op, operands, attributes, shape of the result)."""

    def __init__(self, name, image):
        self.name, self.image = name, image
        self.entries, self.lines, self.value, self.shape = [], [], "%x", image
        self.count = 0

    def type(self, shape):
        return f"tensor<{'x'.join(str(e) for e in [*shape, 'FLOAT'])}>"

    def fresh(self):
        self.count += 1
        return f"%{self.count}"

    def entry(self, kind, name, shape):
        name = f"{name}{len(self.entries)}"
        self.entries.append((kind, name, shape))
        value = f"%{name}"
        self.lines.append(f"{value} = dl.read @{name} : {self.type(shape)}")
        return value

    def op(self, text, shape):
        value = self.fresh()
        self.lines.append(f"{value} = {text} -> {self.type(shape)}")
        self.value, self.shape = value, tuple(shape)
        return self

    def layer(self, op, weight, shape, bias=False, attributes="", channels=None):
        w = self.entry("param", "w", weight)
        operands, types = f"{self.value}, {w}", f"{self.type(self.shape)}, {self.type(weight)}"
        if bias:
            b = self.entry("param", "c", [channels])
            operands, types = f"{operands} bias {b}", f"{types}, {self.type([channels])}"
        return self.op(f"dl.{op} {operands} {attributes} : {types}", shape)

    def norm(self, eps=1e-5):
        channels = [self.shape[1]]
        g, b = self.entry("param", "gamma", channels), self.entry("param", "beta", channels)
        mean, var = (f"{kind}{len(self.entries) + i}" for i, kind in enumerate(["mean", "var"]))
        self.entries += [("buffer", mean, channels), ("buffer", var, channels)]
        return self.op(f"dl.batch_norm {self.value}, {g}, {b} stats(@{mean}, @{var}) mode(eval) "
                       f"{{eps = {eps:e}}} : {self.type(self.shape)}, {self.type(channels)}, "
                       f"{self.type(channels)}", self.shape)

    def reshape(self, shape):
        value = self.fresh()
        self.lines.append(f"{value} = dl.reshape {self.value} : {self.type(self.shape)} to "
                          f"{self.type(shape)}")
        self.value, self.shape = value, tuple(shape)
        return self

    def flatten(self):
        value, shape = self.fresh(), (self.shape[0], int(np.prod(self.shape[1:])))
        self.lines.append(f"{value} = dl.flatten {self.value} : {self.type(self.shape)} to "
                          f"{self.type(shape)}")
        self.value, self.shape = value, shape
        return self

    def transpose(self, perm):
        return self.op(f"dl.transpose {self.value} perm {list(perm)} : {self.type(self.shape)}",
                       [self.shape[p] for p in perm])

    def pad(self, low, high):
        shape = [s + a + b for s, a, b in zip(self.shape, low, high)]
        return self.op(f"dl.pad {self.value} low {list(low)} high {list(high)} : "
                       f"{self.type(self.shape)}", shape)

    def affine(self, op):
        """A sum or product with one number a channel."""
        value = self.entry("param", "c", [self.shape[1]])
        wide = self.fresh()
        self.lines.append(f"{wide} = dl.broadcast {value} dims [1] : {self.type([self.shape[1]])} "
                          f"to {self.type(self.shape)}")
        result = self.fresh()
        self.lines.append(f"{result} = dl.{op} {self.value}, {wide} : {self.type(self.shape)}")
        self.value = result
        return self

    def everywhere(self, op):
        """A sum or product with one number."""
        value = self.entry("param", "c", [])
        result = self.fresh()
        self.lines.append(f"{result} = dl.{op} {self.value}, {value} : {self.type(self.shape)}, "
                          f"{self.type([])} -> {self.type(self.shape)}")
        self.value = result
        return self

    def relu(self):
        value = self.fresh()
        self.lines.append(f"{value} = dl.relu {self.value} : {self.type(self.shape)}")
        self.value = value
        return self

    def step(self, element):
        """The entries and the step of the net, which begin with its name."""
        text = "\n    ".join(self.lines)
        for kind, name, _ in self.entries:
            text = text.replace(f"@{name} ", f"@{self.name}.{name} ") \
                       .replace(f"@{name},", f"@{self.name}.{name},") \
                       .replace(f"@{name})", f"@{self.name}.{name})")
        members = [f"  dl.{kind} @{self.name}.{name} : {self.type(shape)} = ones"
                   for kind, name, shape in self.entries]
        body = (f"  dl.step @{self.name}(%x: {self.type(self.image)}) -> "
                f"(y: {self.type(self.shape)}) {{\n    {text}\n    "
                f"dl.return {self.value} : {self.type(self.shape)}\n  }}")
        return "\n".join([*members, body]).replace("FLOAT", element)


def nets():
    """All forms, each for both eps."""
    image = (2, 6, 7, 7)
    result = []

    def net(name, shape=image):
        result.append(Net(name, shape))
        return result[-1]

    for eps, suffix in [(1e-5, ""), (0.0, "_eps0")]:
        net(f"conv{suffix}").layer("conv2d", (5, 6, 3, 3), (2, 5, 7, 7),
                                   attributes="{padding = [1, 1]}").norm(eps).relu()
        net(f"grouped{suffix}").layer("conv2d", (4, 3, 3, 3), (2, 4, 3, 3), True,
                                      "{groups = 2, stride = [2, 2]}", 4).norm(eps)
        net(f"depthwise{suffix}").layer("conv2d", (12, 1, 3, 3), (2, 12, 7, 7), False,
                                        "{groups = 6, padding = [1, 1]}").norm(eps)
        net(f"transposed{suffix}").layer("conv_transpose2d", (6, 2, 2, 2), (2, 4, 14, 14), True,
                                         "{groups = 2, stride = [2, 2]}", 4).norm(eps).relu()
        net(f"sequence{suffix}", (2, 3, 9)).layer("conv1d", (4, 3, 3), (2, 4, 7)).norm(eps)
        net(f"volume{suffix}", (2, 3, 4, 5, 5)).layer("conv3d", (4, 3, 2, 3, 3),
                                                      (2, 4, 3, 3, 3)).norm(eps)
        net(f"linear{suffix}", (5, 7)).layer("linear", (4, 7), (5, 4), True, "", 4).norm(eps)
        net(f"before{suffix}").norm(eps).layer("conv2d", (4, 3, 3, 3), (2, 4, 5, 5), True,
                                               "{groups = 2}", 4).relu()
        net(f"before_linear{suffix}", (5, 3, 2, 2)).norm(eps).reshape((5, 12)) \
            .layer("linear", (4, 12), (5, 4))
        net(f"images{suffix}", (5, 7)).layer("linear", (24, 7), (5, 24)).reshape((5, 4, 2, 3)) \
            .norm(eps).relu()
        net(f"swapped{suffix}", (2, 3, 5)).layer("linear", (4, 5), (2, 3, 4)) \
            .transpose((0, 2, 1)).norm(eps)
        net(f"twice{suffix}").layer("conv2d", (5, 6, 1, 1), (2, 5, 7, 7)).norm(eps).norm(eps)
        net(f"around{suffix}", (5, 7)).norm(eps).layer("linear", (4, 7), (5, 4)).norm(eps)
        net(f"padded{suffix}").pad((0, 0, 1, 1), (0, 0, 1, 1)).norm(eps) \
            .layer("conv2d", (4, 6, 3, 3), (2, 4, 7, 7))
        net(f"chain{suffix}").layer("conv2d", (5, 6, 1, 1), (2, 5, 7, 7)).affine("mul").norm(eps) \
            .affine("add").norm(eps)
        net(f"flattened{suffix}", (5, 3, 2, 2)).norm(eps).flatten() \
            .layer("linear", (4, 12), (5, 4)).norm(eps)
        net(f"everywhere{suffix}").layer("conv2d", (5, 6, 1, 1), (2, 5, 7, 7)).everywhere("mul") \
            .norm(eps).everywhere("add").norm(eps)
        net(f"last{suffix}").transpose((0, 2, 3, 1)) \
            .layer("conv2d", (3, 3, 3, 4), (2, 7, 7, 4), True,
                   "{layout = #dl<layout channels_last>, groups = 2, padding = [1, 1]}", 4) \
            .transpose((0, 3, 1, 2)).norm(eps)
        net(f"merged{suffix}", (5, 7)).norm(eps).norm(eps).relu()
    return result


class Model:
    """A handle of a compiled library."""

    def __init__(self, library, threads=2):
        self.library, self.handle = library, HANDLE()
        self.api = library.api
        library.check(self.api.create(library.table, threads, ctypes.byref(self.handle)), "create")

    def close(self):
        self.api.destroy(self.handle)

    def set(self, values):
        for name, array in values.items():
            self.library.check(self.api.set(self.handle, name.encode(), array.ctypes.data,
                                            array.nbytes), f"set {name}", self.handle)

    def run(self, step, *arrays):
        addresses = [array.ctypes.data for array in arrays]
        io = (ctypes.c_void_p * len(addresses))(*addresses)
        self.library.check(self.api.run(self.handle, self.library.steps[step][0], io), step,
                           self.handle)

    def predict(self, step, x, shape):
        y = np.full(shape, np.nan, x.dtype)
        self.run(step, x, y)
        return y


def compile_text(dlc, text, path, *options):
    path.with_suffix(".mlir").write_text(text)
    subprocess.run([dlc, path.with_suffix(".mlir"), "-o", path, *options], check=True)
    return Compiled(path)


def values_of(net, rng, dtype, variance):
    """Random state; every third gamma is 0, every third negative."""
    values = {}
    for _, name, shape in net.entries:
        array = rng.normal(size=shape)
        kind = name.rstrip("0123456789")
        if kind == "gamma":
            array = np.abs(array) + 0.5
            array[1::3] *= -1
            array[2::3] = 0
        elif kind == "var":
            array = (np.abs(array) + 0.5) * variance
        elif kind == "mean":
            array *= np.sqrt(variance)
        values[f"{net.name}.{name}"] = np.ascontiguousarray(array.astype(dtype))
    return values


def distance(got, want):
    """The largest difference as a part of the largest number in its channel."""
    axes = tuple(d for d in range(want.ndim) if d != 1)
    scale = np.max(np.abs(want), axis=axes, keepdims=True)
    return float(np.max(np.abs(got - want) / np.where(scale == 0, 1, scale)))


def compare_forms(dlc, folder):
    count, wrong, worst = 0, 0, {"f32": 0.0, "f64": 0.0}
    for element in ["f32", "f64"]:
        every = nets()
        text = "\n".join(["dl.model @nets {", *(net.step(element) for net in every), "}"])
        folded = [compile_text(dlc, text, folder / f"folded_{element}_{level}.so", f"-O{level}")
                  for level in (0, 2)]
        kept = compile_text(dlc, text, folder / f"kept_{element}.so",
                            "--leave-out=dl-fold-batch-norm")
        rng = np.random.default_rng(7)
        for net in every:
            for variance in [1e-12, 1.0, 1e12]:
                values = values_of(net, rng, DTYPES[element], variance)
                x = rng.normal(size=net.image).astype(DTYPES[element])
                results = []
                for library in [kept, *folded]:
                    model = Model(library)
                    model.set(values)
                    results.append(model.predict(net.name, x, net.shape))
                    model.close()
                for got in results[1:]:
                    count += 1
                    error = distance(got, results[0])
                    worst[element] = max(worst[element], error)
                    if not error <= TOLERANCE[element]:
                        wrong += 1
                        print(f"{net.name} {element} variance {variance:g}: {error:.2g}")
    print(f"{count} predictions, {wrong} differ; worst f32 {worst['f32']:.1e}, "
          f"f64 {worst['f64']:.1e}")


STATE = """
dl.model @state {
  dl.hparam @lr = 0.1
  dl.hparam @scale = 1.0
  dl.param @w : tensor<4x3x3x3xf32> = kaiming_uniform
  dl.param @length : tensor<4x1x1x1xf32> = ones
  dl.param @g : tensor<4xf32> = ones
  dl.param @b : tensor<4xf32> = zeros
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.buffer @var : tensor<4xf32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.func @net(%x: tensor<2x3x5x5xf32>) -> tensor<2x4x3x3xf32> {
    %v = dl.read @w : tensor<4x3x3x3xf32>
    %l = dl.read @length : tensor<4x1x1x1xf32>
    %w = dl.weight_norm %v, %l : tensor<4x3x3x3xf32>, tensor<4x1x1x1xf32> -> tensor<4x3x3x3xf32>
    %g = dl.read @g : tensor<4xf32>
    %b = dl.read @b : tensor<4xf32>
    %0 = dl.conv2d %x, %w : tensor<2x3x5x5xf32>, tensor<4x3x3x3xf32> -> tensor<2x4x3x3xf32>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<2x4x3x3xf32>
    dl.return %1 : tensor<2x4x3x3xf32>
  }
  dl.step @train(%x: tensor<2x3x5x5xf32>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%x) mode(train) : (tensor<2x3x5x5xf32>) -> tensor<2x4x3x3xf32>
    %s = dl.softplus %y : tensor<2x4x3x3xf32>
    %loss = dl.reduce_sum %s : tensor<2x4x3x3xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @move(%m: tensor<4xf32>) -> () {
    dl.write %m, @mean : tensor<4xf32>
    dl.return
  }
  dl.step @predict(%x: tensor<2x3x5x5xf32>) -> (y: tensor<2x4x3x3xf32>) {
    %0 = dl.call @net(%x) mode(eval) : (tensor<2x3x5x5xf32>) -> tensor<2x4x3x3xf32>
    %s = dl.read_hparam @scale : tensor<f32>
    %e = dl.exp %s : tensor<f32>
    %y = dl.mul %0, %e : tensor<2x4x3x3xf32>, tensor<f32> -> tensor<2x4x3x3xf32>
    dl.return %y : tensor<2x4x3x3xf32>
  }
}
"""


def compare_changes(dlc, folder):
    """After each change a model that has predicted before predicts what a new one does that has
    the same state."""
    library = compile_text(dlc, STATE, folder / "state.so")
    names = [state["name"] for state in json.loads(library.table.contents.json)["state"]
             if state["kind"] in ("param", "buffer")]
    shapes = {state["name"]: state["shape"]
              for state in json.loads(library.table.contents.json)["state"]}
    prototype = ctypes.CFUNCTYPE(ctypes.c_int, HANDLE, ctypes.c_char_p, ctypes.c_int)
    save, load = prototype(library.api.save), prototype(library.api.load)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 3, 5, 5)).astype(np.float32)
    path = str(folder / "state.safetensors").encode()

    def agrees(model, scale=1.0):
        state = {}
        for name in names:
            state[name] = np.empty(shapes[name], np.float32)
            library.check(library.api.get(model.handle, name.encode(),
                                          state[name].ctypes.data, state[name].nbytes), name)
        fresh = Model(library)
        fresh.set(state)
        library.check(library.api.set_hparam(fresh.handle, b"scale", scale), "scale")
        want = fresh.predict("predict", x, (2, 4, 3, 3))
        fresh.close()
        return np.array_equal(model.predict("predict", x, (2, 4, 3, 3)), want), want

    def set_hparam(model, name, value):
        library.check(library.api.set_hparam(model.handle, name, value), name.decode())

    def train(model):
        model.run("train", x, np.zeros((), np.float32))

    def from_other(model):
        other = Model(library)
        for _ in range(3):
            train(other)
        library.check(save(other.handle, path, 1), "save")
        other.close()
        library.check(load(model.handle, path, 1), "load")

    changes = {
        "nothing": lambda m: None,
        "a training step": train,
        "two training steps": lambda m: (train(m), train(m)),
        "a step that writes a buffer": lambda m: m.run("move", rng.normal(size=4).astype(np.float32)),
        "set": lambda m: m.set({"w": rng.normal(size=(4, 3, 3, 3)).astype(np.float32)}),
        "load": from_other,
        "init": lambda m: library.check(library.api.init(m.handle, 9), "init"),
        "the learning rate": lambda m: set_hparam(m, b"lr", 0.5),
        "a hyper-parameter that predict reads": lambda m: set_hparam(m, b"scale", 2.0),
    }
    for threads in (1, 3):
        model, other = Model(library, threads), Model(library, threads)
        before = agrees(model)[1]
        for what, change in changes.items():
            change(model)
            same, now = agrees(model, 2.0 if "predict" in what else 1.0)
            moved = not np.array_equal(now, before)
            expected = what not in ("nothing", "the learning rate")
            print(f"{threads} threads, {what}: {'right' if same else 'WRONG'}"
                  f"{'' if moved == expected else ', but the predictions '}"
                  f"{'' if moved == expected else 'moved' if moved else 'did not move'}")
            before = now
        # What happened to one handle is nothing to another.
        print(f"{threads} threads, another handle: {'right' if agrees(other)[0] else 'WRONG'}")
        model.close()
        other.close()


if __name__ == "__main__":
    os.makedirs(sys.argv[2], exist_ok=True)
    compare_forms(sys.argv[1], pathlib.Path(sys.argv[2]))
    compare_changes(sys.argv[1], pathlib.Path(sys.argv[2]))
