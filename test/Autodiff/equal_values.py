# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gradients with respect to values that equal others: t = f(x) and u = f(x) are two.

For every f, in a step, in a function that is called with one value twice, in the body of a
loop and for two reads of a parameter:

  k = sum(c t t u):  dk/dt = 2 c t u,  dk/du = c t t;  of g = dk/dt:  d sum(e g)/du = 2 c e t

and for what folds, s = x by two ops, d sum(c s x)/ds = c x. The program prints by how much
each is off, so a value that were merged with another shows up as a number that is not small.
"""
import subprocess
import sys

V = "tensor<4xf64>"
M = "tensor<2x3xf64>"
VALUES = {V: "[0.3, -0.7, 1.1, 0.9]", M: "[[0.3, -0.7, 1.1], [0.9, -0.2, 0.6]]"}
C = {V: "[0.5, -1.5, 2.0, 0.75]", M: "[[0.5, -1.5, 2.0], [0.75, 1.25, -0.3]]"}
E = {V: "[1.5, 0.25, -0.5, 3.0]", M: "[[1.5, 0.25, -0.5], [3.0, 0.7, 1.3]]"}

# name: (types of the operand and the result, the op with %x for its operand)
SAME = {
    **{name: (V, V, f"dl.{name} %x : {V}") for name in
       "neg abs square reciprocal exp expm1 sin cos tanh erf relu sigmoid silu softsign "
       "mish softplus selu relu6".split()},
    **{name: (V, V, f"dl.{name} %x {{axis = 0}} : {V}") for name in ("softmax", "log_softmax")},
    "scale": (V, V, f"dl.scale %x by 0.5 : {V}"),
    "offset": (V, V, f"dl.offset %x by 0.5 : {V}"),
    "clamp": (V, V, f"dl.clamp %x {{min = -0.5, max = 1.0}} : {V}"),
    "twice": (V, V, f"dl.add %x, %x : {V}"),
    "product": (V, V, f"dl.mul %x, %x : {V}"),
    "max": (V, V, f"dl.max %x, %x : {V}"),
    "reverse": (V, V, f"dl.reverse %x dims [0] : {V}"),
    "transpose": (M, "tensor<3x2xf64>", f"dl.transpose %x perm [1, 0] : {M} -> tensor<3x2xf64>"),
    "reshape": (M, "tensor<6xf64>", f"dl.reshape %x : {M} to tensor<6xf64>"),
    "slice": (V, "tensor<2xf64>", f"dl.slice %x at [1] size [2] : {V} -> tensor<2xf64>"),
    "reduce_sum": (M, "tensor<2xf64>", f"dl.reduce_sum %x {{axes = [1]}} : {M} -> tensor<2xf64>"),
    "mean": (M, "tensor<2xf64>", f"dl.mean %x {{axes = [1]}} : {M} -> tensor<2xf64>"),
    "matmul": (M, "tensor<2x2xf64>",
               f"dl.matmul %x, %x {{transpose_b}} : {M}, {M} -> tensor<2x2xf64>"),
}
# What leaves x as it is: ops in order, each of what the one before made (%0), from %x on.
ZERO, ONE = (f"dl.constant dense<{v}> : {V}" for v in ("0.0", "1.0"))
FOLDS = {
    "reverse": (V, [f"dl.reverse %x dims [0] : {V}", f"dl.reverse %0 dims [0] : {V}"]),
    "neg": (V, [f"dl.neg %x : {V}", f"dl.neg %0 : {V}"]),
    "transpose": (M, [f"dl.transpose %x perm [1, 0] : {M} -> tensor<3x2xf64>",
                      f"dl.transpose %0 perm [1, 0] : tensor<3x2xf64> -> {M}"]),
    "reshape": (M, [f"dl.reshape %x : {M} to tensor<6xf64>",
                    f"dl.reshape %0 : tensor<6xf64> to {M}"]),
    "add": (V, [ZERO, f"dl.add %x, %0 : {V}"]),
    "sub": (V, [ZERO, f"dl.sub %x, %0 : {V}"]),
    "mul": (V, [ONE, f"dl.mul %x, %0 : {V}"]),
    "div": (V, [ONE, f"dl.div %x, %0 : {V}"]),
    "scale": (V, [f"dl.scale %x by 1.0 : {V}"]),
    "offset": (V, [f"dl.offset %x by 0.0 : {V}"]),
    "cast": (V, [f"dl.cast %x : {V} to {V}"]),
    "select": (V, ["dl.constant dense<true> : tensor<4xi1>",
                   f"dl.select %0, %x, %x : tensor<4xi1>, {V}"]),
    "slice": (V, [f"dl.slice %x at [0] size [4] : {V} -> {V}"]),
    "concat": (V, [f"dl.concat %x {{axis = 0}} : {V} -> {V}"]),
    "pad": (V, [f"dl.pad %x low [0] high [0] : {V} -> {V}"]),
    "identity": (M, [f"dl.transpose %x perm [0, 1] : {M} -> {M}"]),
}


class Body:
    """The lines of a function, with values numbered."""

    def __init__(self):
        self.lines, self.count = [], 0

    def value(self, text):
        self.count += 1
        self.lines.append(f"%v{self.count} = {text}")
        return f"%v{self.count}"

    def constant(self, table, kind):
        return self.value(f"dl.constant dense<{numbers(table, kind)}> : {kind}")

    def mul(self, kind, first, *rest):
        for other in rest:
            first = self.value(f"dl.mul {first}, {other} : {kind}")
        return first

    def sum(self, kind, value):
        return self.value(f"dl.reduce_sum {value} : {kind} -> tensor<f64>")

    def gradient(self, of, wrt, kind):
        return self.value(f"dl.gradient {of} wrt {wrt} : tensor<f64> -> {kind}")

    def error(self, kind, got, want):
        """The sum of all absolute differences."""
        size = self.value(f"dl.abs {self.value(f'dl.sub {got}, {want} : {kind}')} : {kind}")
        return self.sum(kind, size)

    def total(self, values):
        first, *rest = values
        for other in rest:
            first = self.value(f"dl.add {first}, {other} : tensor<f64>")
        return first

    def check_pair(self, kind, t, u):
        """All that is wrong with the gradients of t and u, which have equal values."""
        c, e = self.constant(C, kind), self.constant(E, kind)
        k = self.sum(kind, self.mul(kind, c, t, t, u))
        dt, du = self.gradient(k, t, kind), self.gradient(k, u, kind)
        two = self.value(f"dl.scale {c} by 2.0 : {kind}")
        again = self.sum(kind, self.mul(kind, e, dt))
        second = self.gradient(again, u, kind)
        return self.total([self.error(kind, dt, self.mul(kind, two, t, u)),
                           self.error(kind, du, self.mul(kind, c, t, t)),
                           self.error(kind, second, self.mul(kind, two, e, t))])

    def check_fold(self, kind, x, ops):
        s = ""
        for op in ops:
            s = self.value(op.replace("%x", x).replace("%0", s))
        c = self.constant(C, kind)
        k = self.sum(kind, self.mul(kind, c, s, x))
        return self.error(kind, self.gradient(k, s, kind), self.mul(kind, c, x))


def numbers(table, kind):
    """Numbers for a type: those of the table, or as many of its vector's as there are."""
    if kind in table:
        return table[kind]
    shape = [int(n) for n in kind[7:-5].split("x")]
    if len(shape) == 1:
        flat = table[M].replace("[", "").replace("]", "").split(", ")
        return "[" + ", ".join(flat[:shape[0]]) + "]"
    flat = table[M].replace("[", "").replace("]", "").split(", ")
    rows = [flat[i * shape[1]:(i + 1) * shape[1]] for i in range(shape[0])]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def step(name, checks):
    """A step whose results are the errors of checks: (name, function of a Body)."""
    body, results = Body(), []
    for label, check in checks:
        results.append((label, check(body)))
    outs = ", ".join(f"{label}: tensor<f64>" for label, _ in results)
    values, types = ", ".join(v for _, v in results), ", ".join("tensor<f64>" for _ in results)
    return "\n    ".join([f"  dl.step @{name}() -> ({outs}) {{", *body.lines,
                          f"dl.return {values} : {types}"]) + "\n  }"


def in_step(f):
    def check(body):
        kind, result, op = SAME[f]
        x = body.constant(VALUES, kind)
        t, u = (body.value(op.replace("%x", x)) for _ in range(2))
        return body.check_pair(result, t, u)
    return check


def in_scan(f):
    """In the body of a loop, whose second step starts from x again."""
    def check(body):
        kind, result, op = SAME[f]
        x, zero = body.constant(VALUES, kind), body.value("dl.constant dense<0.0> : tensor<f64>")
        inner = Body()
        t, u = (inner.value(op.replace("%x", "%y")) for _ in range(2))
        wrong = inner.check_pair(result, t, u)
        total = inner.value(f"dl.add %h, {wrong} : tensor<f64>")
        lines = [line.replace("%v", "%b") for line in inner.lines]
        return body.value("\n      ".join(
            [f"dl.scan 2 carry(%h = {zero}) with(%y = {x}) : (tensor<f64>, {kind}) -> tensor<f64> {{",
             *lines, f"dl.yield {total.replace('%v', '%b')} : tensor<f64>"]) + "\n    }")
    return check


def fold(f):
    return lambda body: body.check_fold(FOLDS[f][0], body.constant(VALUES, FOLDS[f][0]), FOLDS[f][1])


def called(body):
    """Both arguments of the function are one value, and so are two of its caller's."""
    x = body.constant(VALUES, V)
    return body.value(f"dl.call @pair({x}, {x}) : ({V}, {V}) -> tensor<f64>")


def read(body):
    a, b = (body.value(f"dl.read @w : {V}") for _ in range(2))
    return body.check_pair(V, a, b)


def shared(body):
    """All reads count: those of a function too. w is (2, 2, 2, 2), and d (w w) / dw = 2 w."""
    square = body.value(f"dl.call @square() : () -> {V}")
    w = body.value(f"dl.read @w shared : {V}")
    got = body.gradient(body.sum(V, square), w, V)
    return body.error(V, got, body.value(f"dl.scale {w} by 2.0 : {V}"))


def descended(body):
    """For a descent both reads are the parameter: w - d (w w) / dw = -w."""
    a, b = (body.value(f"dl.read @w : {V}") for _ in range(2))
    loss = body.sum(V, body.mul(V, a, b))
    rate = body.value("dl.constant dense<1.0> : tensor<f64>")
    body.lines.append(f'dl.minimize {loss} with @sgd over ["*"] lr({rate}) : tensor<f64>, tensor<f64>')
    return body.error(V, body.value(f"dl.read @w : {V}"), body.value(f"dl.neg {a} : {V}"))


def written(body):
    """What is read after a write is a value of its own: d (w x) / dw = x though w = x."""
    x = body.constant(VALUES, V)
    body.lines.append(f"dl.write {x}, @w : {V}")
    loss = body.sum(V, body.mul(V, body.value(f"dl.read @w : {V}"), x))
    rate = body.value("dl.constant dense<2.0> : tensor<f64>")
    body.lines.append(f'dl.minimize {loss} with @sgd over ["*"] lr({rate}) : tensor<f64>, tensor<f64>')
    return body.error(V, body.value(f"dl.read @w : {V}"), body.value(f"dl.neg {x} : {V}"))


def main():
    pair, square = Body(), Body()
    wrong = pair.check_pair(V, "%a", "%b")
    a, b = (square.value(f"dl.read @w : {V}") for _ in range(2))
    product = square.mul(V, a, b)
    program = "\n".join([
        "dl.model @m {", f"  dl.param @w : {V} = constant<2.0>", "  dl.optimizer @sgd = #dl.sgd",
        f"  dl.func @pair(%a: {V}, %b: {V}) -> tensor<f64> {{", *pair.lines,
        f"dl.return {wrong} : tensor<f64>", "  }",
        f"  dl.func @square() -> {V} {{", *square.lines, f"dl.return {product} : {V}", "  }",
        step("step", [(f, in_step(f)) for f in SAME]),
        step("scan", [(f, in_scan(f)) for f in SAME]),
        step("folds", [(f, fold(f)) for f in FOLDS]),
        step("others", [("called", called), ("read", read), ("shared", shared)]),
        step("descent", [("descended", descended), ("written", written)]), "}"])
    dlc_run, path = sys.argv[1:]
    with open(path, "w") as file:
        file.write(program)
    good = bad = 0
    for name in ("step", "scan", "folds", "others", "descent"):
        for mode in ("--interpret", "-O0", "-O2"):
            run = subprocess.run([dlc_run, path, mode, "--step", name], capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"{name} {mode}: {run.stderr}")
            for line in run.stdout.splitlines():
                label, _, value = line.partition(" = ")
                if abs(float(value)) <= 1e-12:
                    good += 1
                    continue
                bad += 1
                print(f"{name} {mode}: {label} is off by {value}")
    print(f"{good} equal, {bad} not")


if __name__ == "__main__":
    main()
