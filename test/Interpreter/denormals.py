# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every elementwise op on denormals: the interpreter against -O0 and -O2, and what the manual says.

The operands are all pairs of denormals, zeros, numbers near the least that is not denormal and
ordinary ones, and those whose exponentials are denormal. Ops that move, negate, choose or copy
keep denormals, as do those that are x near 0; `cast` to i1 and `log` see them; all others take
them for zeros of their sign and give zeros in their place.

    denormals.py DLC-RUN FOLDER DIALECT
"""
import os
import re
import subprocess
import sys

import numpy as np

# Ops with attributes, by the text behind their operands; of the others the name is enough.
ATTRIBUTES = {"scale": " by 0.5", "offset": " by 1.0e-45"}
FINITE = 24  # of the values below
SKIPPED = {"and", "or", "xor", "not", "check_index"}  # of truth values and integers alone
PREDICATES = ("eq", "ne", "lt", "le", "gt", "ge")
KEPT = {"neg": lambda x: -x, "abs": abs, "copy": lambda x: x}


def extreme(function, sign):
    """The greater or lesser of two, where -0 is below 0."""
    def apply(x, y):
        zero = np.copysign(x.dtype.type(0), np.where(sign(np.signbit(x), np.signbit(y)), -1, 1))
        return np.where((x == 0) & (y == 0), zero, function(x, y)).astype(x.dtype)
    return apply


# The rule for the rest, with numpy where it computes the function in one way.
FLUSHED = {
    "sign": lambda x: np.where(np.isnan(x), 0, np.sign(x)).astype(x.dtype), "square": lambda x: x * x, "reciprocal": lambda x: 1 / x, "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x), "sin": np.sin,
    "cos": np.cos, "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil, "round": np.rint,
    "exp": np.exp, "relu": lambda x: np.maximum(x, 0), "scale": lambda x: x * x.dtype.type(0.5),
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, 
    "max": extreme(np.maximum, np.logical_and), "min": extreme(np.minimum, np.logical_or), "pow": np.power}


# Others, on a square of finite numbers: what compares them, and what moves them.
T, N = "tensor<{n}x{n}x{e}>", "tensor<{n}x{e}>"
OTHERS = {
    "reduce_max": (f"dl.reduce_max %z {{{{axes = [1]}}}} : {T} -> {N}", N),
    "reduce_min": (f"dl.reduce_min %z {{{{axes = [0]}}}} : {T} -> {N}", N),
    "argmax": (f"dl.argmax %z {{{{axis = 1}}}} : {T} -> tensor<{{n}}xi32>", "tensor<{n}xi32>"),
    "argmin": (f"dl.argmin %z {{{{axis = 0}}}} : {T} -> tensor<{{n}}xi32>", "tensor<{n}xi32>"),
    "sort": (f"dl.sort %z {{{{axis = 1}}}} : {T} -> {T}, tensor<{{n}}x{{n}}xi32>", T),
    "argsort": (f"dl.argsort %z {{{{axis = 1}}}} : {T} -> tensor<{{n}}x{{n}}xi32>", "tensor<{n}x{n}xi32>"),
    "transpose": (f"dl.transpose %z perm [1, 0] : {T} -> {T}", T),
    "reverse": (f"dl.reverse %z dims [1] : {T}", T),
    "matmul": (f"dl.matmul %z, %i : {T}, {T} -> {T}", T),
}


def elementwise_ops(dialect):
    """The ops whose definitions say that they are elementwise: name and number of operands."""
    ops = {}
    for file in os.listdir(dialect):
        if not file.endswith(".td"):
            continue
        with open(os.path.join(dialect, file)) as text:
            for base, name in re.findall(
                    r"^def \w+ : Dl_(Unary|Binary|Pair|Elementwise)Op<\"(\w+)\"", text.read(), re.M):
                ops[name] = {"Unary": 1, "Binary": 2, "Pair": 2}.get(base, 0)
    return ops


def values(dtype):
    info = np.finfo(dtype)
    least, tiny = info.smallest_normal, info.smallest_subnormal
    exponent = np.log(float(least))
    return np.array([
        least / 4, -least / 4, tiny, -tiny, least - tiny, tiny - least, least, -least, 1.5 * least,
        -1.5 * least, 3 * least, 0, -0.0, 1, -1, 0.5, 2, 0.3, -0.7, np.sqrt(float(least)),
        exponent - 0.5, exponent - 3, exponent - 30, exponent + 0.5, np.inf, -np.inf, np.nan], dtype)


def flush(x):
    with np.errstate(all="ignore"):
        return np.where(np.abs(x) < np.finfo(x.dtype).smallest_normal, np.copysign(x.dtype.type(0), x), x)


def differs(x, y, ulps=64):
    """Where two arrays are not the same number, with its sign, but for rounding; zeros exactly."""
    if x.dtype.kind != "f":
        return x != y
    with np.errstate(all="ignore"):
        same = (x == y) & (np.signbit(x) == np.signbit(y)) | np.isnan(x) & np.isnan(y)
        near = np.abs(x - y) <= ulps * np.finfo(x.dtype).eps * np.abs(y)
    return ~(same | near & (x != 0) & (y != 0))


def program(element, count, ops):
    """The text of a step with the result of every op, and the names of these."""
    x, bools = f"tensor<{count}x{element}>", f"tensor<{count}xi1>"
    lines, results = [], []

    def give(name, text, kind):
        second = ", %places" if name == "sort" else ""
        lines.append(f"    %r_{name}{second} = {text}")
        results.append((name, kind))

    for name, operands in ops.items():
        if name == "compare":
            for p in PREDICATES:
                give(p, f"dl.compare {p} %x, %y : {x} -> {bools}", bools)
        elif name == "cast":
            for to in ("f32", "f64", "i1", "i8", "ui8", "i32", "i64"):
                if to != element:
                    kind = f"tensor<{count}x{to}>"
                    give(f"to_{to}", f"dl.cast %x : {x} to {kind}", kind)
        elif name == "select":
            give(name, f"dl.select %b, %x, %y : {bools}, {x}", x)
        elif name not in SKIPPED:
            text = "%x, %y" if operands == 2 else "%x"
            give(name, f"dl.{name} {text}{ATTRIBUTES.get(name, '')} : {x}", x)
    square = T.format(n=FINITE, e=element)
    for name, (text, kind) in OTHERS.items():
        give(name, text.format(n=FINITE, e=element), kind.format(n=FINITE, e=element))
    outs = ", ".join(f"{name}: {kind}" for name, kind in results)
    names, kinds = ", ".join(f"%r_{n}" for n, _ in results), ", ".join(k for _, k in results)
    text = "\n".join([f"dl.model @m {{\n  dl.step @s(%x: {x}, %y: {x}, %b: {bools}, "
                      f"%z: {square}, %i: {square}) -> ({outs}) {{",
                      *lines, f"    dl.return {names} : {kinds}\n  }}\n}}\n"])
    return text, [n for n, _ in results]


def expected(name, x, y):
    """What the manual says of an op, or None where another test says it."""
    with np.errstate(all="ignore"):
        if name in KEPT:
            return KEPT[name](x)
        if name in ("log1p", "expm1"):
            function = np.log1p if name == "log1p" else np.expm1
            return np.where(flush(x) == 0, x, flush(function(x)))
        if name == "select":
            return np.where(x.view(f"u{x.itemsize}") % 2 == 0, x, y)
        if name == "to_i1":
            return x != 0
        if name == "log":
            # In the type itself numpy may round a denormal otherwise than by its digits.
            return np.log(np.where(x > 0, x, flush(x)).astype(np.longdouble)).astype(x.dtype)
        if name in ("eq", "ne", "lt", "le", "gt", "ge"):
            names = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal,
                     "gt": np.greater, "ge": np.greater_equal}
            return names[name](flush(x), flush(y))
        if name in ("to_f32", "to_f64"):
            return flush(flush(x).astype(name[3:].replace("f", "float")))
        if name in ("to_i8", "to_ui8", "to_i32", "to_i64"):
            return None
        if name not in FLUSHED:
            return None
        function = FLUSHED[name]
        both = name in ("add", "sub", "mul", "div", "max", "min", "pow")
        return flush(function(flush(x), flush(y)) if both else function(flush(x)))


def main():
    dlc_run, folder, dialect = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    ops, right = elementwise_ops(dialect), 0
    for element, dtype in (("f32", np.float32), ("f64", np.float64)):
        x, y = (np.ascontiguousarray(a.ravel()) for a in np.meshgrid(*[values(dtype)] * 2))
        text, names = program(element, len(x), ops)
        finite = values(dtype)[:FINITE]
        random = np.random.default_rng(5)
        arrays = {"x": x, "y": y, "b": x.view(f"u{x.itemsize}") % 2 == 0,
                  "z": np.stack([random.permutation(finite) for _ in finite]),
                  "i": np.eye(FINITE, dtype=dtype)}
        for name, array in arrays.items():
            np.save(f"{folder}/{name}.npy", array)
        with open(f"{folder}/{element}.mlir", "w") as file:
            file.write(text)
        results = {}
        for mode in ("--interpret", "-O0", "-O2"):
            command = [dlc_run, f"{folder}/{element}.mlir", mode, "--step", "s"]
            for name in arrays:
                command += ["--input", f"{name}={folder}/{name}.npy"]
            for name in names:
                command += ["--output", f"{name}={folder}/{mode}-{name}.npy"]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"{element} {mode}: {run.stderr}")
            results[mode] = {name: np.load(f"{folder}/{mode}-{name}.npy") for name in names}
        for name in names:
            pairs = [("--interpret", "-O0"), ("-O0", "-O2")]
            checks = [(f"{a} and {b}", results[a][name], results[b][name]) for a, b in pairs]
            wanted = expected(name, x, y)
            if wanted is not None:
                checks.append(("the manual and --interpret", wanted, results["--interpret"][name]))
            for what, one, other in checks:
                if name == "erf":  # compiled, erf(-0) is 0
                    one, other = one + 0, other + 0
                wrong = np.flatnonzero(differs(one, other))
                right += not len(wrong)
                for i in wrong[:3]:
                    print(f"{element} {name}({x[i]}, {y[i]}): {what} differ, {one[i]} and {other[i]}")
    print(f"{right} agree")


if __name__ == "__main__":
    main()
