# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Algebra that changes no bit, and what a model with `fastmath` allows: algebra.py DLC RUN FOLDER README MODEL

Each row of the table in lib/Dialect/Dl/README.md and each row of the table of `fastmath` in docs/ops/model.md
has cases here, and no case is without a row. A case is a step: after `simplify` the old form is gone,
or the new one there, and the numbers (interpreted, at -O0 and at -O2) are those of NumPy.

Cases of the first table read zeros of either sign, infinities, what is not a number and denormals,
and agree to the bit; denormals are flushed on both sides, and signs of what is not a number are not
compared. Cases of the second read ordinary numbers where the table names special ones, and agree
with f64 within 8 units in the last place. Without `fastmath`, and with the passes left out, nothing of
them is rewritten and the numbers are as near.
"""
import pathlib
import re
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import fold_batch_norm  # noqa: E402

V, M = "tensor<64xf32>", "tensor<8x8xf32>"
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 1e-40, -1e-40, 3.4e38, -3.4e38, 1.2e-38]


class Case:
    """A row `name`: an expression, its value, and what of it is gone (or is there) afterwards."""

    def __init__(self, name, lines, value, gone=None, made=None, types=(V, V), result=V,
                 tolerance=0.0, ordinary=False, state=()):
        self.name, self.lines, self.value, self.gone, self.made = name, lines, value, gone, made
        self.types, self.result, self.tolerance = types, result, tolerance
        self.ordinary, self.state = ordinary, state

    def step(self, number):
        members = "".join(f"  dl.param @{entry} : {kind} = ones\n" for entry, kind in self.state)
        lines = "\n    ".join(self.lines)
        # Both inputs are read, whether the expression reads them or not.
        return (f"{members}  dl.step @case{number}(%a: {self.types[0]}, %b: {self.types[1]}) -> "
                f"(y: {self.result}) {{\n    {lines}\n    dl.return %y : {self.result}\n  }}")


def unary(*ops, kind=V):
    names = ["a", *(str(i) for i in range(len(ops) - 1)), "y"]
    return [f"%{names[i + 1]} = dl.{op.format(x=f'%{names[i]}')} : {kind}"
            for i, op in enumerate(ops)]


def f32(x):
    return np.asarray(x, np.float32)


def padded(a, low, high):
    return np.pad(a, list(zip(low, high)))


def maximum_of_windows(a, function):
    """f(x), then 2 x 2 maxima of an 8 x 8 image."""
    y = function(a).reshape(4, 2, 4, 2)
    return np.maximum.reduce(np.maximum.reduce(y, axis=3), axis=1)


def exact_cases():
    c = "%c = dl.constant dense<{}> : " + V
    m = f" : {M} -> {{}}"
    matrix = dict(types=(M, M))
    yield Case("x * 1", [c.format("1.0"), f"%y = dl.mul %a, %c : {V}"], lambda a, b: a, "dl.mul")
    yield Case("x / 1", [c.format("1.0"), f"%y = dl.div %a, %c : {V}"], lambda a, b: a, "dl.div")
    yield Case("x + -0", [c.format("-0.0"), f"%y = dl.add %a, %c : {V}"], lambda a, b: a, "dl.add")
    yield Case("x - 0", [c.format("0.0"), f"%y = dl.sub %a, %c : {V}"], lambda a, b: a, "dl.sub")
    yield Case("x / 2^n", [c.format("8.0"), f"%y = dl.div %a, %c : {V}"],
               lambda a, b: a / f32(8), "dl.div", "dl.scale")
    yield Case("-(-x)", unary("neg {x}", "neg {x}"), lambda a, b: a, "dl.neg")
    yield Case("a + -b, a - -b", [f"%n = dl.neg %b : {V}", f"%s = dl.sub %a, %n : {V}",
                                  f"%y = dl.add %s, %n : {V}"], lambda a, b: (a + b) - b, "dl.neg")
    yield Case("-a * -b, -a / -b", [f"%n = dl.neg %b : {V}", f"%m = dl.neg %a : {V}",
                                    f"%p = dl.mul %m, %n : {V}", f"%q = dl.div %m, %n : {V}",
                                    f"%y = dl.max %p, %q : {V}"],
               lambda a, b: np.maximum(a * b, a / b), "dl.neg")
    yield Case("|-x|, ||x||, (-x)^2, |x|^2",
               [*unary("neg {x}", "abs {x}", "abs {x}")[:2], f"%2 = dl.abs %1 : {V}",
                f"%3 = dl.square %0 : {V}", f"%y = dl.max %2, %3 : {V}"],
               lambda a, b: np.maximum(np.abs(a), a * a), "dl.neg")
    for name, function in [("relu", lambda x: np.maximum(x, f32(0)) + f32(0)),
                           ("floor", np.floor), ("ceil", np.ceil), ("round", np.round),
                           ("sign", lambda x: np.where(x > 0, 1, np.where(x < 0, -1, 0)))]:
        yield Case("f(f(x)), f = relu, sign, floor, ceil, round",
                   unary(f"{name} {{x}}", f"{name} {{x}}"),
                   lambda a, b, f=function: f32(f(a)), rf"dl\.{name}.*\n.*dl\.{name}")
    yield Case("max(x, x), min(x, x)", [f"%0 = dl.max %a, %a : {V}", f"%y = dl.min %0, %0 : {V}"],
               lambda a, b: a, r"dl\.m")
    yield Case("select(c, x, x), select(not c, x, y)",
               [f"%c = dl.compare gt %a, %b : {V} -> tensor<64xi1>",
                "%n = dl.not %c : tensor<64xi1>",
                f"%0 = dl.select %c, %a, %a : tensor<64xi1>, {V}",
                f"%y = dl.select %n, %0, %b : tensor<64xi1>, {V}"],
               lambda a, b: np.where(a > b, b, a), "dl.not")
    yield Case("cast of a cast that loses nothing",
               [f"%0 = dl.cast %a : {V} to tensor<64xf64>", f"%y = dl.cast %0 : tensor<64xf64> to {V}"],
               lambda a, b: a, "dl.cast")
    yield Case("reshape, transpose or reverse of its like",
               [f"%0 = dl.reshape %a : {M} to tensor<4x16xf32>",
                "%1 = dl.reshape %0 : tensor<4x16xf32> to tensor<2x4x8xf32>",
                "%2 = dl.transpose %1 perm [1, 2, 0] : tensor<2x4x8xf32> -> tensor<4x8x2xf32>",
                "%3 = dl.transpose %2 perm [2, 0, 1] : tensor<4x8x2xf32> -> tensor<2x4x8xf32>",
                "%4 = dl.reverse %3 dims [0, 1] : tensor<2x4x8xf32>",
                "%5 = dl.reverse %4 dims [1, 0] : tensor<2x4x8xf32>",
                f"%y = dl.reshape %5 : tensor<2x4x8xf32> to {M}"],
               lambda a, b: a, r"dl\.(reshape|reverse|transpose)", result=M, **matrix)
    yield Case("pad by nothing, pad of a pad",
               [f"%0 = dl.pad %a low [0, 0] high [0, 0] : {M} -> {M}",
                f"%1 = dl.pad %0 low [1, 0] high [0, 2] : {M} -> tensor<9x10xf32>",
                "%y = dl.pad %1 low [0, 1] high [1, 0] : tensor<9x10xf32> -> tensor<10x11xf32>"],
               lambda a, b: padded(a, [1, 1], [1, 2]), r"dl\.pad.*\n.*dl\.pad",
               result="tensor<10x11xf32>", **matrix)
    yield Case("slice of a slice, of a pad, of a concat",
               [f"%0 = dl.concat %a, %b, %a {{axis = 0}} : {M}, {M}, {M} -> tensor<24x8xf32>",
                "%1 = dl.slice %0 at [9, 0] size [6, 8] : tensor<24x8xf32> -> tensor<6x8xf32>",
                "%2 = dl.pad %1 low [2, 2] high [2, 2] : tensor<6x8xf32> -> tensor<10x12xf32>",
                "%3 = dl.slice %2 at [3, 4] size [4, 4] : tensor<10x12xf32> -> tensor<4x4xf32>",
                "%y = dl.slice %3 at [0, 1] size [2, 2] stride [2, 1] : tensor<4x4xf32> -> tensor<2x2xf32>"],
               lambda a, b: b[1:7][1:5, 2:6][::2, 1:3], r"dl\.pad|dl\.concat|dl\.slice.*\n.*dl\.slice",
               result="tensor<2x2xf32>", **matrix)
    yield Case("concat of one, of neighbouring slices",
               [f"%0 = dl.slice %a at [0, 1] size [8, 3] : {M} -> tensor<8x3xf32>",
                f"%1 = dl.slice %a at [0, 4] size [8, 2] : {M} -> tensor<8x2xf32>",
                "%2 = dl.concat %0, %1 {axis = 1} : tensor<8x3xf32>, tensor<8x2xf32> -> tensor<8x5xf32>",
                "%y = dl.concat %2 {axis = 1} : tensor<8x5xf32> -> tensor<8x5xf32>"],
               lambda a, b: a[:, 1:6], "dl.concat", result="tensor<8x5xf32>", **matrix)
    yield Case("broadcast of a broadcast",
               ["%0 = dl.broadcast %a dims [1] : tensor<4xf32> to tensor<3x4xf32>",
                "%1 = dl.broadcast %0 dims [1, 2] : tensor<3x4xf32> to tensor<2x3x4xf32>",
                "%y = dl.add %1, %b : tensor<2x3x4xf32>"],
               lambda a, b: a + b, r"dl\.broadcast.*\n.*dl\.broadcast",
               types=("tensor<4xf32>", "tensor<2x3x4xf32>"), result="tensor<2x3x4xf32>")
    yield Case("sum, maximum or minimum over extents of 1",
               [f"%0 = dl.reshape %a : {V} to tensor<1x64x1xf32>",
                "%1 = dl.reduce_sum %0 {axes = [0]} : tensor<1x64x1xf32> -> tensor<64x1xf32>",
                f"%y = dl.reduce_max %1 {{axes = [1]}} : tensor<64x1xf32> -> {V}"],
               lambda a, b: a, "dl.reduce")
    yield Case("dropout in evaluation",
               [f"%y = dl.dropout %a mode(eval) {{p = 0.5}} : {V}"], lambda a, b: a,
               "dl.select|dl.random")
    image = [f"%i = dl.reshape %a : {M} to tensor<1x1x8x8xf32>"]
    pool = ["%p = dl.max_pool2d %f {kernel = [2, 2]} : tensor<1x1x8x8xf32> -> tensor<1x1x4x4xf32>",
            "%y = dl.reshape %p : tensor<1x1x4x4xf32> to tensor<4x4xf32>"]
    for text, function in [
            ("relu %i", lambda x: np.maximum(x, f32(0)) + f32(0)),
            ("leaky_relu %i {slope = 0.2}", lambda x: np.where(x > 0, x, x * f32(0.2))),
            ("relu6 %i", lambda x: np.clip(x, f32(0), f32(6)) + f32(0)),
            ("hardtanh %i {min = -2.0, max = 2.0}", lambda x: np.clip(x, f32(-2), f32(2))),
            ("clamp %i {min = 0.0}", lambda x: np.maximum(x, f32(0)) + f32(0)),
            ("clamp %i {max = -0.0}", lambda x: np.where(x >= 0, f32(-0.0), x)),
            ("hard_sigmoid %i",
             lambda x: np.clip(x + f32(3), f32(0), f32(6)) * f32(1 / 6)),
            ("scale %i by 0.3", lambda x: x * f32(0.3)),
            ("offset %i by -1.0", lambda x: x - f32(1))]:
        yield Case("maximum of f(x), f never descends",
                   [*image, f"%f = dl.{text} : tensor<1x1x8x8xf32>", *pool],
                   lambda a, b, f=function: maximum_of_windows(a, f),
                   made=r"max_pool2d(.*\n)*.*dl\.(relu|select|scale|offset)", result="tensor<4x4xf32>", **matrix)


def fast_cases():
    unit = 2.0 ** -23
    bound = dict(tolerance=8 * unit)
    c = "%{} = dl.constant dense<{}> : " + V
    row = "%{0} = dl.broadcast %{1} dims [0] : tensor<8xf32> to " + M
    rows = dict(types=(M, "tensor<8xf32>"), result=M, ordinary=True, **bound)
    yield Case("`x / c`", [c.format("c", "3.0"), f"%y = dl.div %a, %c : {V}"],
               lambda a, b: a / 3, "dl.div", "dl.scale", **bound)
    yield Case("`x / s`", [row.format("s", "b"), f"%y = dl.div %a, %s : {M}"],
               lambda a, b: a / b[:, None], "dl.div", "dl.reciprocal", **rows)
    yield Case("`a / sqrt(b)`", [f"%0 = dl.sqrt %b : {V}", f"%y = dl.div %a, %0 : {V}"],
               lambda a, b: a / np.sqrt(b), "dl.div|dl.sqrt", "dl.rsqrt", ordinary=True, **bound)
    yield Case("`1 / sqrt(x)`", unary("sqrt {x}", "reciprocal {x}"), lambda a, b: 1 / np.sqrt(a),
               "dl.sqrt", "dl.rsqrt", ordinary=True, **bound)
    yield Case("`1 / (1 / x)`", unary("reciprocal {x}", "reciprocal {x}"), lambda a, b: a,
               "dl.reciprocal", ordinary=True, **bound)
    one = {"constant": [c.format("c", "1.0")],
           "scalar": ["%r = dl.constant dense<1.0> : tensor<f32>",
                      f"%c = dl.broadcast %r dims [] : tensor<f32> to {V}"],
           "integer": ["%i = dl.constant dense<1> : tensor<64xi32>",
                       f"%c = dl.cast %i : tensor<64xi32> to {V}"]}
    for lines in one.values():
        yield Case("`1 / (1 / x)`", [*lines, f"%0 = dl.div %c, %a : {V}", f"%y = dl.div %c, %0 : {V}"],
                   lambda a, b: a, r"dl\.(reciprocal|div)", ordinary=True, **bound)
    yield Case("`(x * c) * d`", unary("scale {x} by 0.7", "scale {x} by 0.3"),
               lambda a, b: a * 0.7 * 0.3, r"dl\.scale.*\n.*dl\.scale", ordinary=True, **bound)
    yield Case("`(x + c) + d`", unary("offset {x} by 0.7", "offset {x} by 0.3"),
               lambda a, b: a + 1.0, r"dl\.offset.*\n.*dl\.offset", ordinary=True, **bound)
    yield Case("`(x * s) * t`", [row.format("s", "b"), "%e = dl.abs %b : tensor<8xf32>",
                                 row.format("t", "e"), f"%0 = dl.mul %a, %s : {M}",
                                 f"%y = dl.mul %0, %t : {M}"],
               lambda a, b: a * b[:, None] * np.abs(b[:, None]), None,
               r"dl\.mul .*: tensor<8xf32>", **rows)
    yield Case("`x * a + x * b`", [f"%e = dl.exp %b : {V}", f"%0 = dl.mul %a, %b : {V}",
                                   f"%1 = dl.mul %a, %e : {V}", f"%y = dl.add %0, %1 : {V}"],
               lambda a, b: a * b + a * np.exp(b), r"dl\.mul(.*\n)*.*dl\.mul", ordinary=True, **bound)
    yield Case("`x + 0`, `x - -0`", [c.format("c", "0.0"), c.format("d", "-0.0"),
                                     f"%0 = dl.add %a, %c : {V}", f"%y = dl.sub %0, %d : {V}"],
               lambda a, b: a, r"dl\.(add|sub|offset)", **bound)
    yield Case("`x * 0`", unary("scale {x} by 0.0"), lambda a, b: a * 0, "dl.scale",
               ordinary=True, **bound)
    yield Case("`x - x`", [f"%y = dl.sub %a, %a : {V}"], lambda a, b: a * 0, "dl.sub",
               ordinary=True, **bound)
    yield Case("`sqrt(x) * sqrt(x)`", [f"%0 = dl.sqrt %a : {V}", f"%y = dl.mul %0, %0 : {V}"],
               lambda a, b: a, "dl.sqrt", ordinary=True, **bound)
    yield Case("`rsqrt(x) * rsqrt(x)`", unary("rsqrt {x}", "square {x}"), lambda a, b: 1 / a,
               "dl.rsqrt", ordinary=True, **bound)
    yield Case("`x * rsqrt(x)`", [f"%0 = dl.rsqrt %a : {V}", f"%y = dl.mul %a, %0 : {V}"],
               lambda a, b: np.sqrt(a), "dl.rsqrt", ordinary=True, **bound)
    for op, sign in [("mul", 1), ("div", -1)]:
        yield Case("`e^a * e^b`" if op == "mul" else "`e^a / e^b`",
                   [f"%0 = dl.exp %a : {V}", f"%1 = dl.exp %b : {V}", f"%y = dl.{op} %0, %1 : {V}"],
                   lambda a, b, s=sign: np.exp(a + s * b), rf"dl\.{op}", ordinary=True, **bound)
    yield Case("`log(e^x)`", unary("exp {x}", "log {x}"), lambda a, b: a, "dl.exp", ordinary=True,
               **bound)
    yield Case("`e^(log(x))`", unary("log {x}", "exp {x}"), lambda a, b: a, "dl.log", ordinary=True,
               **bound)
    yield Case("sum of `x * c`", [f"%0 = dl.scale %a by 0.3 : {M}",
                                  f"%y = dl.reduce_sum %0 {{axes = [1]}} : {M} -> tensor<8xf32>"],
               lambda a, b: np.sum(a * 0.3, axis=1), None, r"dl\.scale .*: tensor<8xf32>",
               **{**rows, "result": "tensor<8xf32>"})
    yield Case("sum of `x * s` along which s does not vary",
               [row.format("s", "b"), f"%0 = dl.mul %a, %s : {M}",
                f"%y = dl.reduce_sum %0 {{axes = [1]}} : {M} -> tensor<8xf32>"],
               lambda a, b: np.sum(a * b[:, None], axis=1), None, r"dl\.mul .*: tensor<8xf32>",
               **{**rows, "result": "tensor<8xf32>"})
    yield Case("`(x w) * c`", [f"%w = dl.read @w : {M}",
                               f"%0 = dl.matmul %a, %w : {M}, {M} -> {M}",
                               f"%y = dl.scale %0 by 0.3 : {M}"],
               lambda a, b: np.repeat(np.sum(a, axis=1, keepdims=True), 8, axis=1) * 0.3, None,
               r"@derive(.*\n)*.*dl\.scale", **{**rows, "state": [("w", M)]})
    yield Case("`max_pool(f(x))`", [
        f"%i = dl.reshape %a : {M} to tensor<1x1x8x8xf32>", "%f = dl.tanh %i : tensor<1x1x8x8xf32>",
        "%p = dl.max_pool2d %f {kernel = [2, 2]} : tensor<1x1x8x8xf32> -> tensor<1x1x4x4xf32>",
        "%y = dl.reshape %p : tensor<1x1x4x4xf32> to tensor<4x4xf32>"],
        lambda a, b: maximum_of_windows(a, np.tanh), None, r"dl\.tanh .*4",
        **{**rows, "result": "tensor<4x4xf32>"})


class Model(fold_batch_norm.Model):
    def predict(self, step, *arrays, shape):
        y = np.full(shape, np.nan, np.float32)
        self.run(step, *arrays, y)
        return y


def shape_of(kind):
    return tuple(int(e) for e in re.findall(r"(\d+)x", kind))


def operands(case, rng):
    arrays = []
    for number, kind in enumerate(case.types):
        shape = shape_of(kind)
        array = rng.uniform(0.5, 4, shape).astype(np.float32)
        if not case.ordinary:
            array = (array * rng.choice([-1, 1], shape)).astype(np.float32)
            flat = array.reshape(-1)
            for i, place in enumerate(rng.permutation(flat.size)[:len(SPECIAL)]):
                flat[place] = SPECIAL[(i + number) % len(SPECIAL)]
        arrays.append(array)
    return arrays


def flushed(array):
    tiny = np.abs(array) < np.finfo(np.float32).tiny
    return np.where(tiny, np.copysign(f32(0), array), array).astype(np.float32)


def agrees(case, got, want):
    got, want = flushed(got), flushed(want)
    nan = np.isnan(got) & np.isnan(want)
    if case.tolerance == 0:
        return bool(np.all(nan | (got.view(np.int32) == want.view(np.int32))))
    with np.errstate(all="ignore"):
        near = np.abs(got.astype(float) - want) <= case.tolerance * np.maximum(np.abs(want), 1e-30)
    return bool(np.all(nan | near | (got == want)))


def functions(text):
    """Each step after `simplify`, and all functions that derive state."""
    parts = re.split(r"(?=func\.func )", text)[1:]
    derived = "".join(p for p in parts if p.startswith("func.func @derive"))
    return {re.match(r"func\.func @(\w+)", p).group(1): p for p in parts}, derived


def check(what, cases, dlc, run, folder, attributes="", leave_out=()):
    text = "\n".join([f"dl.model @m {attributes}{{", *(c.step(i) for i, c in enumerate(cases)), "}"])
    path = folder / f"{what}.mlir"
    path.write_text(text)
    leave = [f"--leave-out={name}" for name in leave_out]
    simplified = subprocess.run([dlc, path, "--emit=simplify", *leave], check=True,
                                capture_output=True, text=True).stdout
    steps, derived = functions(simplified)
    failures = 0
    models = {}
    for level in ["-O0", "-O2"]:
        library = fold_batch_norm.compile_text(dlc, text, folder / f"{what}{level}.so", level, *leave)
        models[level] = Model(library)
        library.check(library.api.init(models[level].handle, 1), "init", models[level].handle)
    rng = np.random.default_rng(1)
    kept = []
    for number, case in enumerate(cases):
        step, name = steps[f"case{number}"], f"case{number}"
        done = not (case.gone and re.search(case.gone, step)) and \
            not (case.made and not re.search(case.made, derived + step))
        if not done:
            kept.append(case.name)
        a, b = operands(case, rng)
        with np.errstate(all="ignore"):
            # Denormals count as zeros.
            x, y = flushed(a), flushed(b)
            if case.tolerance:
                x, y = x.astype(float), y.astype(float)
            want = f32(case.value(x, y))
        results = {level: model.predict(name, a, b, shape=want.shape)
                   for level, model in models.items()}
        np.save(folder / "a.npy", a)
        np.save(folder / "b.npy", b)
        if not leave:
            subprocess.run([run, path, "--interpret", "--step", name, "--input",
                            f"a={folder}/a.npy", "--input", f"b={folder}/b.npy", "--output",
                            f"y={folder}/y.npy"], check=True, capture_output=True)
            results["interpreted"] = np.load(folder / "y.npy")
        for how, got in results.items():
            if not agrees(case, got, want):
                failures += 1
                print(f"{what}: {case.name}, {how}: WRONG\n{a}\n{b}\n{got}\n{want}")
    print(f"{what}: {len(cases)} cases, {len(cases) - len(kept)} rewritten, {failures} wrong")
    if len(kept) < len(cases):
        print(f"  kept: {sorted(set(kept))}")
    return [c.name for c in cases]


def rows_of(path, header):
    """The first column of a table."""
    lines = pathlib.Path(path).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(header))
    rows = []
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        rows.append(re.split(r"(?<!\\)\|", line)[1].strip().replace(r"\|", "|"))
    return rows


def compare_names(what, cases, rows):
    names = list(dict.fromkeys(cases))
    missing, unknown = [r for r in rows if r not in names], [n for n in names if n not in rows]
    print(f"{what}: {len(rows)} rows, without a case: {missing}, without a row: {unknown}")


def main():
    dlc, run, folder, readme, ops = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True, parents=True)
    exact, fast = list(exact_cases()), list(fast_cases())
    compare_names("exact", check("exact", exact, dlc, run, folder),
                  rows_of(readme, "| expression"))
    check("exact without pass", exact, dlc, run, folder, leave_out=["dl-pool-first"])
    compare_names("fast", check("fast", fast, dlc, run, folder, "attributes {fastmath} "),
                  rows_of(ops, "| expression | is computed as"))
    check("not fast", fast, dlc, run, folder)
    check("fast without passes", fast, dlc, run, folder, "attributes {fastmath} ",
          ["dl-fast-math", "dl-pool-first"])


main()
