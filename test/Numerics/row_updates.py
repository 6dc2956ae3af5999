#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Updates of the rows that a loss reads against updates of the whole table, to the bit.

    row_updates.py DLC

Where a gradient of zero changes nothing, `dl.minimize` moves the rows of a table that
embeddings have read. Each case trains two tables that start alike, with the same batches: one
so, one with `clip_weights` of a bound that no number reaches, which needs all rows. Both must
have the same bits after each of several updates: at -O0 and -O2, with one, two and three
threads, in f32 and f64. That the one is updated by rows and the other is not, the program after
`resolve` says.
"""
import ctypes
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "golden"))
from library import Compiled, Handle  # noqa: E402

UPDATES = 4
# name: rule, rows, columns, shapes of the indices, rows of padding, how entries are drawn
CASES = {
    "plain": ("sgd", 50, 8, [(11,)], [None], "any"),
    "repeats": ("sgd", 300, 5, [(4, 20)], [None], "few"),
    "all_equal": ("sgd", 40, 33, [(17,)], [None], "equal"),
    "descending": ("sgd", 64, 16, [(32,)], [None], "descending"),
    "one_entry": ("sgd", 2, 3, [()], [None], "any"),
    "one_column": ("sgd", 90, 1, [(3, 4, 2)], [None], "few"),
    "padding": ("sgd", 60, 20, [(5, 6)], [3], "few"),
    "all_padding": ("sgd", 12, 4, [(6,)], [2], "padding"),
    "two_lookups": ("sgd", 70, 12, [(15,), (2, 9)], [None, 1], "few"),
    "three_lookups": ("sgd", 90, 7, [(9,), (4, 3), (11,)], [2, None, None], "few"),
    "many_columns": ("sgd", 30, 700, [(9,)], [None], "few"),
    "many_rows": ("sgd", 20000, 64, [(40, 50)], [0], "any"),
    "adagrad": ("adagrad", 50, 8, [(11,)], [None], "few"),
    "adagrad_decay": ("adagrad<lr_decay = 0.5, initial_accumulator = 0.25>", 80, 20, [(5, 6)],
                      [7], "few"),
    "adagrad_two_lookups": ("adagrad", 70, 40, [(15,), (2, 9)], [None, None], "any"),
    "adagrad_many_rows": ("adagrad", 9000, 40, [(900,)], [None], "few"),
}


def tensor(shape, element):
    return f"tensor<{'x'.join(map(str, [*shape, element]))}>"


def train(name, kind, case, element):
    """A step: a loss of which each lookup's cotangent depends on the others."""
    _, rows, columns, shapes, paddings, _ = case
    table = tensor((rows, columns), element)
    lines, args, total = [], [], None
    for k, (shape, padding) in enumerate(zip(shapes, paddings)):
        index, read = tensor(shape, "i32"), tensor((*shape, columns), element)
        args += [f"%i{k}: {index}", f"%g{k}: {read}"]
        words = "" if padding is None else f" {{padding_index = {padding}}}"
        axes = list(range(len(shape) + 1))
        lines += [f"%y{k} = dl.embedding %w at %i{k}{words} : {table}, {index} -> {read}",
                  f"%t{k} = dl.tanh %y{k} : {read}",
                  f"%m{k} = dl.mul %t{k}, %g{k} : {read}",
                  f"%s{k} = dl.reduce_sum %m{k} {{axes = {axes}}} : {read} -> tensor<{element}>"]
        if total is not None:
            lines.append(f"%l{k} = dl.add {total}, %s{k} : tensor<{element}>")
        total = f"%s{k}" if total is None else f"%l{k}"
    clause = "" if kind == "rows" else " clip_weights(1.0e30)"
    body = "\n    ".join(lines)
    return f"""
  dl.step @{kind}_{name}({', '.join(args)}) -> (w: {table}) {{
    %w = dl.read @p_{kind}_{name} : {table}
    {body}
    %square = dl.square {total} : tensor<{element}>
    %lr = dl.constant dense<0.3> : tensor<{element}>
    dl.minimize %square with @o_{kind}_{name} over ["p_{kind}_{name}"] lr(%lr){clause} : tensor<{element}>, tensor<{element}>
    %after = dl.read @p_{kind}_{name} : {table}
    dl.return %after : {table}
  }}"""


def model(element):
    text = "dl.model @row_updates {"
    for name, case in CASES.items():
        table = tensor(case[1:3], element)
        for kind in "rows", "dense":
            text += f"""
  dl.param @p_{kind}_{name} : {table} = zeros
  dl.optimizer @o_{kind}_{name} = #dl.{case[0]}"""
            text += train(name, kind, case, element)
        text += f"""
  dl.step @start_{name}(%w: {table}) {{
    dl.write %w, @p_rows_{name} : {table}
    dl.write %w, @p_dense_{name} : {table}
    dl.return
  }}"""
    return text + "\n}\n"


def check_phases(dlc, path):
    """Whether the steps are what they are meant to be."""
    text = subprocess.run([dlc, path, "--emit=resolve", "-o", "-"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    for function in text.split("func.func @")[1:]:
        name = function.split("(")[0]
        if not name.startswith("start") and ("dl.index_copy" in function) != name.startswith("rows"):
            sys.exit(f"@{name} is not updated as the test wants it")


def entries(rng, kind, rows, shape, padding):
    count = int(np.prod(shape, dtype=int))
    if kind == "padding":
        drawn = np.full(count, padding)
    elif kind == "equal":
        drawn = np.full(count, rng.integers(rows))
    elif kind == "few":
        drawn = rng.choice(rng.integers(0, rows, max(1, count // 3)), count)
    else:
        drawn = rng.integers(0, rows, count)
    if kind == "descending":
        drawn = np.sort(drawn)[::-1]
    if padding is not None and kind != "padding":
        drawn = np.where(rng.random(count) < 0.2, padding, drawn)
    return drawn.astype(np.int32).reshape(shape)


class Model(Handle):
    def __call__(self, step, *inputs):
        index, table = self.library.steps[step]
        dtype = inputs[-1].dtype
        given = [np.empty(o.shape[:o.rank], dtype) for o in table.outputs[:table.num_outputs]]
        arrays = [np.ascontiguousarray(a) for a in inputs] + given
        io = (ctypes.c_void_p * len(arrays))(*[array.ctypes.data for array in arrays])
        self.check(self.library.api.run(self.handle, index, io))
        return given


def run(handle, name, case, dtype):
    """The tables after each update: by rows, and all rows."""
    _, rows, columns, shapes, paddings, kind = case
    rng = np.random.default_rng(sum(map(ord, name)))
    start = rng.standard_normal((rows, columns)).astype(dtype)
    handle(f"start_{name}", start)
    results = []
    for _ in range(UPDATES):
        inputs = []
        for shape, padding in zip(shapes, paddings):
            index = entries(rng, kind, rows, shape, padding)
            inputs += [index, (rng.standard_normal((*index.shape, columns)) / 9).astype(dtype)]
        results.append([handle(f"{which}_{name}", *inputs)[0] for which in ("rows", "dense")])
    return start, results


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for element, dtype in ("f32", np.float32), ("f64", np.float64):
            path = pathlib.Path(folder) / f"{element}.mlir"
            path.write_text(model(element))
            check_phases(sys.argv[1], path)
            for level in "-O0", "-O2":
                library = path.with_name(f"{element}{level}.so")
                subprocess.run([sys.argv[1], path, level, "-o", library], check=True)
                compiled, first = Compiled(library), {}
                for threads in 1, 2, 3:
                    handle, wrong = Model(compiled, threads), []
                    for name, case in CASES.items():
                        start, results = run(handle, name, case, dtype)
                        same = all(a.tobytes() == b.tobytes() for a, b in results)
                        bits = b"".join(a.tobytes() for a, _ in results)
                        same &= first.setdefault(name, bits) == bits
                        moved = results[0][0].tobytes() != start.tobytes()
                        if not same or moved == (name == "all_padding"):
                            wrong.append(name)
                    failures += len(wrong)
                    print(f"{'FAIL' if wrong else 'ok  '} {element} {level}, {threads} threads"
                          f"{': ' if wrong else ''}{', '.join(wrong)}")
    print(f"{failures} failures")
    sys.exit(failures != 0)


if __name__ == "__main__":
    main()
