# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random steps whose ops read other rows than their own: random_rows.py DLC DLC-RUN FOLDER
[first seed] [models] [steps in each]

A step reads and writes two buffers of one shape between cumulative sums, reversals, sorts,
transposes, shifts by a row, products, draws of random numbers and elementwise ops; a buffer is read
again after it was written, two may be swapped, and a parameter is written that nothing reads. A kernel
that ran such an op row by row, or wrote a buffer before the last row of it was read, would give
other numbers. All is in f64. Two calls in a row on 1 and 3 threads give the same bits, and those at
-O0, with passes left out and of the interpreter agree.
"""
import ctypes
import json
import pathlib
import random
import struct
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from fold_batch_norm import Model, compile_text  # noqa: E402
from library import HANDLE  # noqa: E402
from random_nets import differences, kind, state_of  # noqa: E402


class Step:
    def __init__(self, seed, name):
        self.random, self.name = random.Random(seed), name
        self.shape = (self.random.choice([1, 2, 4, 5, 16, 33, 64]),
                      self.random.choice([1, 3, 8, 17, 32]))
        self.lines, self.values, self.count = [], ["%x"], 0
        layers = [self.cumsum, self.reverse, self.reverse, self.sort, self.shift, self.shift,
                  self.transpose, self.product, self.softmax, self.mean, self.noise, self.dropout,
                  self.unary, self.binary, self.binary, self.binary, self.gather, self.write,
                  self.write, self.read, self.read]
        self.read()
        for _ in range(self.random.randrange(4, 14)):
            self.random.choice(layers)()
        if self.random.random() < 0.3:
            self.swap()
        self.write()
        if self.random.random() < 0.5:
            self.lines.append(f"dl.write {self.pick()}, @{name}.written : {kind(self.shape)}")

    def pick(self):
        """Most often one of the last values."""
        last = len(self.values) - 1
        return self.values[max(0, last - min(int(self.random.expovariate(0.7)), last))]

    def op(self, text, shape=None):
        self.count += 1
        value = f"%v{self.count}"
        self.lines.append(f"{value} = dl.{text}")
        if shape is None:
            self.values.append(value)
        return value

    def here(self):
        return kind(self.shape)

    def cumsum(self):
        words = "".join(f", {w}" for w in ("exclusive", "reverse") if self.random.random() < 0.3)
        self.op(f"cumsum {self.pick()} {{axis = {self.random.randrange(2)}{words}}} : "
                f"{self.here()} -> {self.here()}")
        # Sums of sums grow.
        self.op(f"tanh {self.values[-1]} : {self.here()}")

    def reverse(self):
        dims = self.random.choice([[0], [0], [1], [0, 1]])
        self.op(f"reverse {self.pick()} dims {dims} : {self.here()}")

    def sort(self):
        down = ", descending" if self.random.random() < 0.5 else ""
        self.count += 1
        self.lines.append(f"%v{self.count}, %i{self.count} = dl.sort {self.pick()} {{axis = "
                          f"{self.random.randrange(2)}{down}}} : {self.here()} -> {self.here()}, "
                          f"{self.here().replace('f64', 'i32')}")
        self.values.append(f"%v{self.count}")

    def gather(self):
        """Rows or columns in the order in which another value is sorted."""
        self.count += 1
        self.lines.append(f"%v{self.count}, %i{self.count} = dl.sort {self.pick()} {{axis = 0}} : "
                          f"{self.here()} -> {self.here()}, {self.here().replace('f64', 'i32')}")
        index = f"%i{self.count}"
        self.op(f"gather {self.pick()} at {index} {{axis = 0}} : {self.here()}, "
                f"{self.here().replace('f64', 'i32')} -> {self.here()}")

    def shift(self):
        """The first row last, or the last first; or a row of zeros in front."""
        rows, columns = self.shape
        if rows < 2:
            return
        x, cut = self.pick(), self.random.choice([1, rows - 1])
        low = self.op(f"slice {x} at [0, 0] size [{cut}, {columns}] : {self.here()} -> "
                      f"{kind((cut, columns))}", "part")
        if self.random.random() < 0.3:
            self.op(f"pad {low} low [{rows - cut}, 0] high [0, 0] : {kind((cut, columns))} -> "
                    f"{self.here()}")
            return
        high = self.op(f"slice {x} at [{cut}, 0] size [{rows - cut}, {columns}] : {self.here()} -> "
                       f"{kind((rows - cut, columns))}", "part")
        self.op(f"concat {high}, {low} {{axis = 0}} : {kind((rows - cut, columns))}, "
                f"{kind((cut, columns))} -> {self.here()}")

    def transpose(self):
        """Columns as rows, an op on them, and back."""
        turned = kind(self.shape[::-1])
        a = self.op(f"transpose {self.pick()} perm [1, 0] : {self.here()} -> {turned}", "part")
        b = self.op(f"reverse {a} dims [{self.random.randrange(2)}] : {turned}", "part")
        self.op(f"transpose {b} perm [1, 0] : {turned} -> {self.here()}")

    def product(self):
        """Of a value with all of its rows."""
        rows = kind((self.shape[0],) * 2)
        x = self.op(f"tanh {self.pick()} : {self.here()}", "part")
        gram = self.op(f"matmul {x}, {x} {{transpose_b}} : {self.here()}, {self.here()} -> {rows}",
                       "part")
        weights = self.op(f"softmax {gram} {{axis = 1}} : {rows}", "part")
        self.op(f"matmul {weights}, {self.pick()} : {rows}, {self.here()} -> {self.here()}")

    def softmax(self):
        self.op(f"softmax {self.pick()} {{axis = {self.random.randrange(2)}}} : {self.here()}")

    def mean(self):
        axis = self.random.randrange(2)
        extent = kind([self.shape[1 - axis]])
        x = self.pick()
        mean = self.op(f"mean {x} {{axes = [{axis}]}} : {self.here()} -> {extent}", "part")
        wide = self.op(f"broadcast {mean} dims [{1 - axis}] : {extent} to {self.here()}", "part")
        self.op(f"sub {x}, {wide} : {self.here()}")

    def noise(self):
        self.op(f"uniform {{low = -1.0, high = 1.0}} : {self.here()}")

    def dropout(self):
        self.op(f"dropout {self.pick()} mode(train) {{p = 0.3}} : {self.here()}")

    def unary(self):
        self.op(f"{self.random.choice(['relu', 'tanh', 'neg', 'abs'])} {self.pick()} : "
                f"{self.here()}")

    def binary(self):
        self.op(f"{self.random.choice(['add', 'mul', 'max', 'sub'])} {self.pick()}, {self.pick()} "
                f": {self.here()}")

    def read(self):
        self.op(f"read @{self.name}.{self.random.choice('ab')} : {self.here()}")

    def write(self):
        self.lines.append(f"dl.write {self.pick()}, @{self.name}.{self.random.choice('ab')} : "
                          f"{self.here()}")

    def swap(self):
        a = self.op(f"read @{self.name}.a : {self.here()}", "part")
        b = self.op(f"read @{self.name}.b : {self.here()}", "part")
        turned = self.op(f"reverse {a} dims [0] : {self.here()}", "part")
        self.lines.append(f"dl.write {b}, @{self.name}.a : {self.here()}")
        self.lines.append(f"dl.write {turned}, @{self.name}.b : {self.here()}")

    def text(self):
        lines = "\n    ".join(self.lines)
        return f"""
  dl.buffer @{self.name}.a : {self.here()} = zeros
  dl.buffer @{self.name}.b : {self.here()} = zeros
  dl.param @{self.name}.written : {self.here()} = zeros
  dl.step @{self.name}(%x: {self.here()}) -> (y: {self.here()}) {{
    {lines}
    dl.return {self.values[-1]} : {self.here()}
  }}"""


def run(library, steps, inputs, values, threads, calls=2):
    """Outputs and the whole state."""
    model = Model(library, threads)
    library.check(library.api.init(model.handle, 7), "init", model.handle)
    model.set(values)
    found = {}
    for call in range(calls):
        for step in steps:
            y = np.full(step.shape, np.nan)
            model.run(step.name, inputs[step.name], y)
            found[f"{step.name} {call}"] = y
    entries = [e for e in json.loads(library.table.contents.json)["state"]
               if e["kind"] in ("param", "buffer")]
    found.update(state_of(model, library, entries))
    model.close()
    return found


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    return {name: np.frombuffer(data[8 + size + e["data_offsets"][0]:8 + size + e["data_offsets"][1]],
                                np.float64).reshape(e["shape"])
            for name, e in header.items() if name != "__metadata__" and e["dtype"] == "F64"}


def main():
    dlc, dlc_run, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    first, models, count = (int(sys.argv[i]) if len(sys.argv) > i else n
                            for i, n in ((4, 1), (5, 1), (6, 40)))
    folder.mkdir(exist_ok=True, parents=True)
    total, wrong, worst = 0, 0, 0.0
    for seed in range(first, first + models):
        steps = [Step(1000 * seed + i, f"s{i}") for i in range(count)]
        text = "\n".join(["dl.model @rows {", *(s.text() for s in steps), "}"])
        libraries = {
            "": compile_text(dlc, text, folder / f"{seed}.so"),
            "-O0": compile_text(dlc, text, folder / f"{seed}_O0.so", "-O0"),
            "without passes": compile_text(
                dlc, text, folder / f"{seed}_without.so",
                "--leave-out=dl-move-views,dl-choose-layout,dl-fuse-elementwise,dl-order-kernels,"
                "dl-split-reductions,dl-recompute")}
        rng = np.random.default_rng(seed)
        values = {f"{s.name}.{b}": rng.normal(size=s.shape) for s in steps for b in "ab"}
        inputs = {s.name: rng.normal(size=s.shape) for s in steps}
        want = run(libraries[""], steps, inputs, values, 1)
        again = run(libraries[""], steps, inputs, values, 3)
        for name, array in want.items():
            if again[name].tobytes() != array.tobytes():
                wrong += 1
                print(f"seed {seed}: {name} on 3 threads", flush=True)
        # The interpreter makes one call of one step.
        once, model = {}, Model(libraries[""])
        libraries[""].check(libraries[""].api.init(model.handle, 7), "init", model.handle)
        model.set(values)
        save = ctypes.CFUNCTYPE(ctypes.c_int, HANDLE, ctypes.c_char_p, ctypes.c_int)(
            libraries[""].api.save)
        before = folder / f"{seed}.safetensors"
        libraries[""].check(save(model.handle, str(before).encode(), 1), "save", model.handle)
        model.close()
        results = {how: run(library, steps, inputs, values, 2)
                   for how, library in libraries.items() if how}
        for step in steps:
            total += 1
            np.save(folder / "x.npy", inputs[step.name])
            subprocess.run([dlc_run, folder / f"{seed}.mlir", "--interpret", "--seed", "7", "--step",
                            step.name, "--input", f"x={folder}/x.npy", "--params", before,
                            "--output", f"y={folder}/y.npy", "--save-params",
                            folder / "after.safetensors"], check=True, capture_output=True)
            after = read_safetensors(folder / "after.safetensors")
            alone = run(libraries[""], [step], inputs, values, 2, calls=1)
            mine = {k: v for k, v in alone.items() if k.startswith(f"{step.name}.")}
            once = {**{k: after[k] for k in mine}, "y": np.load(folder / "y.npy")}
            results_of_step = {"interpreted": ({**mine, "y": alone[f"{step.name} 0"]}, once)}
            for how, found in results.items():
                keys = [k for k in want if k.split(".")[0].split()[0] == step.name]
                results_of_step[how] = ({k: found[k] for k in keys}, {k: want[k] for k in keys})
            for how, (got, expected) in results_of_step.items():
                names, distance = differences(got, expected)
                worst = max(worst, distance)
                if names:
                    wrong += 1
                    print(f"seed {seed} {step.name} {how}: {names}", flush=True)
    print(f"{total} steps, {wrong} differ; worst {worst:.0e}")


if __name__ == "__main__":
    main()
